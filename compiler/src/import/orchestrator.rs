//! Orchestrators as text.

use super::{
    declaration::{line, number, patch_item, quoted, safe, write_function, write_rule, write_workflow},
    fragment::Fragment,
    program::{Home, Names, Orchestrator, home},
    text::{Item, Writer},
    value::{self, percent, same},
};
use crate::{
    catalog::sources,
    spec::{Engine, Management, Patch, Placement, Source, SourceEvent, Strategy},
    value::Value,
};

/// An orchestrator that is being written.
pub(super) struct Written<'a> {
    pub(super) writer: &'a mut Writer,
    pub(super) orc: &'a Orchestrator,
    pub(super) names: &'a Names,
}

impl Written<'_> {
    pub(super) fn write(&mut self) {
        let orc = self.orc;
        self.writer.remarks(&orc.name);
        self.writer.doc(orc.description.as_deref());
        self.writer.open(&format!("orchestrator {}", safe(&orc.name)));
        self.fields();
        for ty in &orc.spec.types {
            self.writer.blank();
            let text = Fragment::Type.pasted(&ty.ty);
            self.writer.line(&format!("type {} = {text}", safe(&ty.name)));
        }
        self.patched_declarations();
        for event in &orc.spec.events {
            self.writer.blank();
            self.writer.doc(event.description.as_deref());
            self.writer.line(&event_head(&event.name, event.ty.as_deref()));
        }
        for rule in &orc.spec.rules {
            self.writer.blank();
            self.writer.remarks(&format!("{}/rule/{}", orc.name, rule.name));
            write_rule(self.writer, rule);
        }
        self.placement();
        self.patches(Home::Orchestrator);
        self.writer.close();
    }

    fn fields(&mut self) {
        let Orchestrator { namespace, bus, spec, .. } = self.orc;
        let mut items = vec![quoted("namespace", namespace)];
        if spec.engine == Engine::Efl {
            items.push(line("engine: efl".to_owned()));
        }
        items.extend(bus.as_ref().map(|bus| line(format!("bus: {}", safe(bus)))));
        items.extend(spec.target_namespace.as_ref().map(|text| quoted("target-namespace", text)));
        if spec.management == Management::External {
            items.push(line("management: external".to_owned()));
        }
        self.writer.items(&items);
    }

    /// Sources, functions and workflows; those with patches in the order of the patches, so that these come back in it.
    fn patched_declarations(&mut self) {
        let spec = &self.orc.spec;
        let mut done = [0; 3];
        for patch in &spec.patches {
            match home(spec, &patch.declaration) {
                Home::Source(at) => self.up_to(&mut done, [at + 1, 0, 0]),
                Home::Function(at) => self.up_to(&mut done, [0, at + 1, 0]),
                Home::Workflow(at) => self.up_to(&mut done, [0, 0, at + 1]),
                Home::Orchestrator | Home::Nowhere => {}
            }
        }
        self.up_to(&mut done, [spec.sources.len(), spec.functions.len(), spec.workflows.len()]);
    }

    fn up_to(&mut self, done: &mut [usize; 3], ends: [usize; 3]) {
        let orc = self.orc;
        for at in done[0]..ends[0] {
            self.source(at);
        }
        for at in done[1]..ends[1] {
            self.writer.blank();
            let patches = patches(orc, Home::Function(at));
            write_function(self.writer, &orc.name, &orc.spec.functions[at], &patches);
        }
        for at in done[2]..ends[2] {
            self.writer.blank();
            let patches = patches(orc, Home::Workflow(at));
            write_workflow(self.writer, &orc.name, &orc.spec.workflows[at], &patches);
        }
        for (done, end) in done.iter_mut().zip(ends) {
            *done = end.max(*done);
        }
    }

    fn source(&mut self, at: usize) {
        let source = &self.orc.spec.sources[at];
        self.writer.blank();
        self.writer.remarks(&format!("{}/source/{}", self.orc.name, source.name));
        self.writer.doc(source.description.as_deref());
        self.writer.open(&format!("source {}: {}", safe(&source.name), safe(&source.kind)));
        self.writer.items(&source_items(source, &source.fields));
        for event in &source.events {
            self.writer.remarks(&format!("{}/event/{}/{}", self.orc.name, source.name, event.name));
            self.event(source, event);
        }
        self.patches(Home::Source(at));
        self.writer.close();
    }

    fn event(&mut self, source: &Source, event: &SourceEvent) {
        self.writer.doc(event.description.as_deref());
        let head = event_head(&event.name, event.ty.as_deref());
        let items = source_items(source, &event.fields);
        if items.is_empty() {
            self.writer.line(&head);
        } else {
            self.writer.item(&Item::Block(head, items));
        }
    }

    fn patches(&mut self, home: Home) {
        let patches = patches(self.orc, home);
        if home == Home::Orchestrator && !patches.is_empty() {
            self.writer.blank();
        }
        self.writer.items(&patches.iter().map(|patch| patch_item(patch)).collect::<Vec<_>>());
    }

    fn placement(&mut self) {
        let items = self.placement_items();
        if !items.is_empty() {
            self.writer.blank();
            self.writer.remarks(&format!("{}/placement", self.orc.name));
            self.writer.open("placement");
            self.writer.items(&items);
            self.writer.close();
        }
    }

    /// What is not the default.
    fn placement_items(&self) -> Vec<Item> {
        let placement = &self.orc.spec.placement;
        let default = Placement::default();
        let mut items = Vec::new();
        items.extend(pair("weights", placement_weights(placement), placement_weights(&default), |n| {
            n.to_string()
        }));
        if !placement.clusters.is_empty() {
            items.push(line(format!("clusters: {}", self.cluster_list(&placement.clusters))));
        }
        if let Some(selector) = &placement.cluster_selector {
            items.push(line(format!("clusters where {}", Fragment::Selector.pasted(selector))));
        }
        if placement.replicas != default.replicas {
            items.push(number("replicas", placement.replicas));
        }
        let pin = &placement.pin;
        for (stage, list) in [("events", &pin.events), ("logic", &pin.logic), ("functions", &pin.functions)] {
            if !list.is_empty() {
                items.push(line(format!("pin {stage}: {}", self.cluster_list(list))));
            }
        }
        if placement.strategy == Strategy::LeastLoaded {
            items.push(line("strategy: least-loaded".to_owned()));
        }
        if !same(placement.margin, default.margin) {
            items.push(number("margin", percent(placement.margin)));
        }
        if placement.hold != default.hold {
            items.push(number("hold", placement.hold));
        }
        let limit = |p: &Placement| [p.limit.cpu, p.limit.memory];
        items.extend(pair("limit", limit(placement), limit(&default), percent));
        if placement.drain_timeout != default.drain_timeout {
            items.push(number("drain-timeout", placement.drain_timeout));
        }
        items.extend(placement.force_after.map(|after| number("force-after", after)));
        for metric in &placement.metrics {
            let head = format!("metric {}", safe(&metric.name));
            items.push(Item::Block(head, vec![number("weight", metric.weight)]));
        }
        items
    }

    fn cluster_list(&self, clusters: &[String]) -> String {
        let here = |cluster: &String| {
            let found = self.names.iter().find(|(known, _)| known == cluster);
            found.map_or_else(|| safe(cluster), |(_, here)| here.clone())
        };
        format!("[{}]", clusters.iter().map(here).collect::<Vec<_>>().join(", "))
    }
}

fn placement_weights(placement: &Placement) -> [f64; 2] {
    [placement.weights.cpu, placement.weights.memory]
}

/// `key { cpu: …, memory: … }`, where it is not the default.
fn pair(key: &str, values: [f64; 2], default: [f64; 2], text: impl Fn(f64) -> String) -> Option<Item> {
    let differs = values.iter().zip(default).any(|(value, default)| !same(*value, default));
    let [cpu, memory] = values.map(text);
    differs.then(|| Item::Block(key.to_owned(), vec![number("cpu", cpu), number("memory", memory)]))
}

fn patches(orc: &Orchestrator, place: Home) -> Vec<&Patch> {
    orc.spec.patches.iter().filter(|patch| home(&orc.spec, &patch.declaration) == place).collect()
}

/// `event NAME: TYPE`.
fn event_head(name: &str, ty: Option<&str>) -> String {
    match ty {
        Some(ty) => format!("event {}: {}", safe(name), Fragment::EventType.pasted(ty)),
        None => format!("event {}", safe(name)),
    }
}

/// The fields of a source or of one of its events. Of a kind that is not known, as they are.
fn source_items(source: &Source, fields: &Value) -> Vec<Item> {
    let Some(kind) = sources::find(&source.kind) else {
        let entries = fields.as_map().unwrap_or_default();
        return entries.iter().map(|(key, value)| value::field(key, None, value)).collect();
    };
    let own = |key: &str| kind.own().field(key).is_some();
    let (own, rest) = fields.as_map().unwrap_or_default().iter().cloned().partition(|(key, _)| own(key));
    let mut items = value::items(kind.own(), &Value::Map(own));
    items.extend(value::items(kind.block, &Value::Map(rest)));
    items
}
