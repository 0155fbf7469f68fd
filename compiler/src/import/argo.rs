//! Argo's resources as a program: EventSources and the Sensors that wait for their events are one orchestrator, as far as
//! they hang together in one namespace.

use super::{
    draft::{Draft, DraftWorkflow},
    event_bus,
    event_source::{self, renamed},
    finish::finish,
    input::{Resource, peek},
    knative,
    names::{Taken, kebab, shortened},
    program::Program,
    propagation::{self, Policy, Selected},
    sensor,
    services::Services,
    text::Remark,
    workflow::{self, Reach},
};
use crate::{ir::Expr, spec::EventBus};
use serde_json::Value as Json;

/// The namespace of an orchestrator whose resources name none.
const NAMESPACE: &str = "argo-events";
const ARGO: &str = "argoproj.io";

/// The resources of an input by what they are.
#[derive(Default)]
struct Sorted {
    event_sources: Vec<Resource>,
    sensors: Vec<Resource>,
    buses: Vec<Resource>,
    workflows: Vec<Resource>,
    services: Services,
    policies: Vec<Policy>,
    others: Vec<Resource>,
}

/// Adds what resources become to a program.
pub(super) fn import(resources: Vec<Resource>, program: &mut Program) {
    let mut sorted = sorted(resources);
    let buses = buses(std::mem::take(&mut sorted.buses), program);
    let workflows = workflows(&sorted.workflows, &sorted.services, program);
    let keys: Vec<(String, String)> = workflows.iter().map(|w| (w.name.clone(), w.key.clone())).collect();
    let components = components(&sorted);
    let mut taken = Taken::default();
    program.orchestrators.iter().for_each(|orc| taken.take(&orc.name));
    let mut drafts = Vec::new();
    let mut selected = Vec::new();
    for component in components {
        selected.push(component.selected());
        drafts.push(draft(component, &mut taken, &sorted.services, &keys, program));
    }
    place(&mut drafts, &mut selected, &sorted, &workflows, program);
    let named: Vec<Option<String>> = drafts.iter_mut().map(|draft| bus_of(draft, &buses)).collect();
    let before = program.orchestrators.len();
    finish(drafts, &sorted.services, &workflows, program);
    for (orchestrator, bus) in program.orchestrators[before..].iter_mut().zip(named) {
        orchestrator.bus = bus;
    }
    program.remarks.extend(sorted.others.into_iter().filter_map(|resource| {
        let why = "it is no part of a pipeline of EFL: apply it beside it";
        let at = resource.at();
        resource.left("file", why).or(Some(Remark {
            place: "file".to_owned(),
            at,
            why: why.to_owned(),
            what: String::new(),
        }))
    }));
}

fn sorted(resources: Vec<Resource>) -> Sorted {
    let mut sorted = Sorted::default();
    for resource in resources {
        if resource.is(ARGO, "EventSource") {
            sorted.event_sources.push(resource);
        } else if resource.is(ARGO, "Sensor") {
            sorted.sensors.push(resource);
        } else if resource.is(ARGO, "EventBus") {
            sorted.buses.push(resource);
        } else if ["WorkflowTemplate", "Workflow", "ClusterWorkflowTemplate"]
            .iter()
            .any(|kind| resource.is(ARGO, kind))
        {
            sorted.workflows.push(resource);
        } else if resource.is(knative::GROUP, "Service") {
            sorted.services.0.push(knative::read(resource));
        } else if ["PropagationPolicy", "ClusterPropagationPolicy"]
            .iter()
            .any(|kind| resource.is(propagation::GROUP, kind))
        {
            sorted.policies.push(propagation::read(resource));
        } else {
            sorted.others.push(resource);
        }
    }
    sorted
}

/// Declares the buses: (namespace, name there, name here).
fn buses(resources: Vec<Resource>, program: &mut Program) -> Vec<(Option<String>, String, String)> {
    let mut taken = Taken::default();
    program.buses.iter().for_each(|(name, _)| taken.take(name));
    let mut known = Vec::new();
    for resource in resources {
        let (namespace, there) = (resource.namespace.clone(), resource.name.clone());
        let here = taken.fresh(&there, 60);
        let (bus, remarks): (Option<EventBus>, _) = event_bus::read(resource, &format!("bus/{here}"));
        program.remarks.extend(remarks.into_iter().map(|remark| match bus {
            Some(_) => remark,
            None => Remark { place: "file".to_owned(), ..remark },
        }));
        if let Some(bus) = bus {
            program.buses.push((here.clone(), bus));
            known.push((namespace, there, here));
        }
    }
    known
}

/// The bus of an orchestrator: the one that its resources name, else the one called `default`.
fn bus_of(draft: &mut Draft, buses: &[(Option<String>, String, String)]) -> Option<String> {
    let mut named = draft.buses.clone();
    named.sort();
    named.dedup();
    let wanted = named.first().cloned().unwrap_or_else(|| "default".to_owned());
    if named.len() > 1 {
        let list = named.join("`, `");
        let why =
            format!("its resources are on several EventBuses, `{list}`: split it; an orchestrator has one");
        draft.remark("", format!("orchestrator {}", draft.name), why, String::new());
    }
    let here = |(namespace, there, _): &&(Option<String>, String, String)| {
        *there == wanted && (namespace.is_none() || *namespace == draft.namespace)
    };
    if let Some((_, _, here)) = buses.iter().find(here) {
        return Some(here.clone());
    }
    if named.is_empty() {
        return None;
    }
    let why = format!(
        "the EventBus `{wanted}` is not in the input, or is none of JetStream: declare it with `bus {}: jetstream {{ … }}`",
        kebab(&wanted)
    );
    draft.remark("", format!("orchestrator {}", draft.name), why, String::new());
    Some(kebab(&wanted))
}

/// The workflows of the input whose steps are calls. One that calls another that is none is none itself.
fn workflows(resources: &[Resource], services: &Services, program: &mut Program) -> Vec<DraftWorkflow> {
    let spec = |resource: &Resource| peek(&resource.rest, &["spec"]).cloned().unwrap_or_default();
    let key = |at: usize| format!("workflow/{at}");
    let mut failed: Vec<Option<String>> = vec![None; resources.len()];
    loop {
        let templates: Vec<(String, String)> = resources
            .iter()
            .enumerate()
            .filter(|(at, _)| failed[*at].is_none())
            .map(|(at, resource)| (resource.name.clone(), key(at)))
            .collect();
        let mut converted = Vec::new();
        let mut more = false;
        for (at, resource) in
            resources.iter().enumerate().filter(|(at, _)| failed[*at].is_none()).collect::<Vec<_>>()
        {
            let spec = spec(resource);
            let parameters = workflow::formals(&spec);
            let values: Vec<(String, Expr)> =
                parameters.iter().map(|(name, _)| (name.clone(), Expr::Local(kebab(name)))).collect();
            let reach = Reach { services, namespace: resource.namespace.as_deref(), templates: &templates };
            match workflow::convert(&spec, &values, reach) {
                Ok(done) => converted.push((at, parameters, done)),
                Err(why) => {
                    failed[at] = Some(why);
                    more = true;
                }
            }
        }
        if !more {
            for (resource, why) in resources.iter().zip(&failed) {
                let why = why
                    .as_ref()
                    .map(|why| format!("it stays what it is: {why}. Apply it beside the program"));
                program.remarks.extend(why.and_then(|why| resource.clone().left("file", &why)));
            }
            return converted
                .into_iter()
                .map(|(at, parameters, done)| made(&resources[at], key(at), parameters, done, program))
                .collect();
        }
    }
}

fn made(
    resource: &Resource,
    key: String,
    parameters: Vec<(String, Option<Expr>)>,
    done: workflow::Converted,
    program: &mut Program,
) -> DraftWorkflow {
    let remark = |(path, why, what)| Remark {
        place: "file".to_owned(),
        at: format!("{} {path}", resource.at()),
        why,
        what,
    };
    program.remarks.extend(done.left.into_iter().map(remark));
    let mut rest = resource.clone();
    super::input::take(&mut rest.rest, &["spec"]);
    program.remarks.extend(rest.left("file", "EFL sets the labels and annotations of what it makes"));
    DraftWorkflow {
        key,
        name: resource.name.clone(),
        parameters,
        body: done.body,
        timeout: done.timeout,
        ttl: done.ttl,
    }
}

/// EventSources and Sensors that hang together.
#[derive(Default)]
struct Component {
    namespace: Option<String>,
    event_sources: Vec<Resource>,
    sensors: Vec<Resource>,
}

/// The names of the EventSources that a Sensor waits for.
fn waits_for(sensor: &Resource) -> Vec<String> {
    let dependencies = peek(&sensor.rest, &["spec", "dependencies"]).and_then(Json::as_array);
    let source = |dependency: &Json| Some(dependency.get("eventSourceName")?.as_str()?.to_owned());
    dependencies.into_iter().flatten().filter_map(source).collect()
}

/// The components, in the order of the input.
fn components(sorted: &Sorted) -> Vec<Component> {
    let mut components: Vec<(Vec<String>, Component)> = Vec::new();
    let sources = sorted.event_sources.iter().map(|resource| (vec![resource.name.clone()], resource, true));
    let sensors = sorted.sensors.iter().map(|resource| (waits_for(resource), resource, false));
    for (names, resource, is_source) in sources.chain(sensors) {
        let joins = |(known, component): &(Vec<String>, Component)| {
            component.namespace == resource.namespace && known.iter().any(|name| names.contains(name))
        };
        let (touched, rest): (Vec<_>, Vec<_>) = components.into_iter().partition(joins);
        components = rest;
        let mut all = names;
        let mut component = Component { namespace: resource.namespace.clone(), ..Component::default() };
        for (names, touched) in touched {
            all.extend(names);
            component.event_sources.extend(touched.event_sources);
            component.sensors.extend(touched.sensors);
        }
        if is_source { &mut component.event_sources } else { &mut component.sensors }.push(resource.clone());
        components.push((all, component));
    }
    components.into_iter().map(|(_, component)| component).collect()
}

impl Component {
    /// Its resources as policies see them.
    fn selected(&self) -> Vec<Selected> {
        let selected = |kind: &'static str, resource: &Resource| Selected {
            kind,
            name: resource.name.clone(),
            namespace: resource.namespace.clone(),
        };
        let sources = self.event_sources.iter().map(|resource| selected("EventSource", resource));
        sources.chain(self.sensors.iter().map(|resource| selected("Sensor", resource))).collect()
    }

    /// Its name: that of its Sensor or EventSource, so short that the names of its rules have room.
    fn name(&self, taken: &mut Taken) -> String {
        let one = self.sensors.first().or(self.event_sources.first());
        let wanted = kebab(one.map_or("pipeline", |resource| resource.name.as_str()));
        let triggers = self.sensors.iter().flat_map(|sensor| {
            peek(&sensor.rest, &["spec", "triggers"]).and_then(Json::as_array).into_iter().flatten()
        });
        let rule = |trigger: &Json| Some(kebab(peek(trigger, &["template", "name"])?.as_str()?).len());
        let longest = triggers.filter_map(rule).max().unwrap_or(0);
        let source = self.event_sources.iter().map(|source| source.name.len()).max().unwrap_or(0);
        let fits = wanted.len() + 1 + longest <= 30 && wanted.len() + 1 + source <= 46;
        let name = if fits { wanted } else { shortened(&wanted, 18) };
        // `x-join` is the second Sensor of `x`.
        let name = name.strip_suffix("-join").map_or(name.clone(), |base| format!("{base}-joined"));
        taken.fresh(&name, 40)
    }
}

/// The orchestrator of a component.
fn draft(
    component: Component,
    taken: &mut Taken,
    services: &Services,
    templates: &[(String, String)],
    program: &mut Program,
) -> Draft {
    let name = component.name(taken);
    let mut draft = Draft { name: name.clone(), namespace: component.namespace.clone(), ..Draft::default() };
    let in_input: Vec<String> = component.event_sources.iter().map(|source| source.name.clone()).collect();
    if let Some(there) =
        component.sensors.first().or(component.event_sources.first()).map(|r| (r.at(), r.name.clone()))
        && there.1 != name
    {
        draft.remarks.push(renamed(&name, &there.0, &there.1, &name));
    }
    if draft.namespace.is_none() {
        let why = format!("the input names no namespace; `{NAMESPACE}` is taken");
        draft.remark("", format!("orchestrator {name}"), why, String::new());
        draft.namespace = Some(NAMESPACE.to_owned());
    }
    for resource in component.event_sources {
        let read = event_source::read(resource, &name, &mut draft.taken_sources);
        draft.spec.sources.extend(read.sources);
        draft.spec.patches.extend(read.patches);
        draft.events.extend(read.events);
        draft.remarks.extend(read.remarks);
        draft.buses.extend(read.bus);
    }
    let reach = Reach { services, namespace: component.namespace.as_deref(), templates };
    for resource in component.sensors {
        sensor::read(resource, &mut draft, &in_input, reach);
    }
    let _ = program;
    draft
}

/// Gives the drafts their placements.
fn place(
    drafts: &mut [Draft],
    selected: &mut [Vec<Selected>],
    sorted: &Sorted,
    workflows: &[DraftWorkflow],
    program: &mut Program,
) {
    let _ = workflows;
    for (draft, selected) in drafts.iter_mut().zip(selected.iter_mut()) {
        // What it calls is selected by its own name.
        let called = sorted.services.0.iter().map(|service| Selected {
            kind: "Service",
            name: service.name.clone(),
            namespace: service.namespace.clone(),
        });
        selected.extend(
            called.filter(|service| service.namespace.is_none() || service.namespace == draft.namespace),
        );
        draft.spec.placement = propagation::placement(&sorted.policies, selected);
        for policy in sorted.policies.iter().filter(|policy| policy.concerns(selected)) {
            if let Some(left) = &policy.left {
                let why = "EFL writes the policies of its orchestrators: this is not part of a placement";
                draft.remark("placement", policy.at.clone(), why, left.clone());
            }
        }
        if draft.spec.placement.replicas > 1 {
            let why = "the policies put a copy on every cluster, so as many are kept; with fewer `replicas` EFL chooses";
            draft.remark("placement", format!("orchestrator {}", draft.name), why, String::new());
        }
    }
    for policy in &sorted.policies {
        if !selected.iter().any(|selected| policy.concerns(selected)) {
            program.remarks.push(Remark {
                place: "file".to_owned(),
                at: policy.at.clone(),
                why: "it selects nothing of the input by name, or names no clusters".to_owned(),
                what: policy.whole.clone().unwrap_or_default(),
            });
        }
    }
}
