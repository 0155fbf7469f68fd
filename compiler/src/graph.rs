//! The picture of a pipeline: sources → events → rules → workflows → functions → clusters, as SVG, Mermaid, DOT or JSON.

mod layout;
mod svg;
#[cfg(test)]
mod tests;
mod text;

use crate::{
    elab, engine,
    ir::{Body, Callee, Logic, Orchestrator, Stmt, Term},
    spec::Strategy,
};
use serde::Serialize;

/// Pictures of pipelines, one per orchestrator.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Graph {
    /// One picture each.
    pub orchestrators: Vec<Pipeline>,
}

/// The picture of one orchestrator.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub namespace: String,
    /// What matches its events: `argo`, `efl`.
    pub engine: &'static str,
    /// The doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The declarations, in the order of the file, by kind.
    pub nodes: Vec<Node>,
    /// What leads to what.
    pub edges: Vec<Edge>,
}

/// A declaration.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Node {
    /// `crossing-safety/rule/crossing`.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Its name.
    pub name: String,
    /// What is worth knowing at a glance, in lines: a source's kind, a rule's logic, a function's image.
    pub details: Vec<String>,
    /// The doc comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The file that declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line there, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Node {
    /// The id of its element in the picture.
    pub fn element(&self) -> String {
        self.id.replace('/', ".")
    }
}

/// What a node is. In the order in which they stand from left to right.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // each is the declaration of its name
pub enum NodeKind {
    Source,
    Event,
    Rule,
    Workflow,
    Function,
    Placement,
    Cluster,
}

impl NodeKind {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            NodeKind::Source => "source",
            NodeKind::Event => "event",
            NodeKind::Rule => "rule",
            NodeKind::Workflow => "workflow",
            NodeKind::Function => "function",
            NodeKind::Placement => "placement",
            NodeKind::Cluster => "cluster",
        }
    }
}

/// What leads from one node to another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Edge {
    /// The id of the node it begins at.
    pub from: String,
    /// The id of the node it ends at.
    pub to: String,
    /// What it says.
    pub kind: EdgeKind,
    /// More about it: the condition on an event, for how long it must not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What an edge says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// A source has an event.
    Produces,
    /// A rule waits for an event.
    Awaits,
    /// A rule waits for the absence of an event.
    AwaitsAbsence,
    /// A rule or workflow calls a function or workflow.
    Calls,
    /// A rule or workflow publishes an internal event.
    Emits,
    /// A function gets what a rule could not deliver.
    DeadLetter,
    /// A function is placed; a placement has a candidate.
    Places,
}

impl Graph {
    /// The pictures of orchestrators.
    pub fn of<'a>(orchestrators: impl IntoIterator<Item = &'a Orchestrator>) -> Self {
        Self { orchestrators: orchestrators.into_iter().map(Pipeline::of).collect() }
    }

    /// As a page of its own: light and dark, without scripts, fonts or anything else from outside.
    pub fn svg(&self) -> String {
        svg::svg(self)
    }

    /// As a Mermaid flowchart, for Markdown.
    pub fn mermaid(&self) -> String {
        text::mermaid(self)
    }

    /// For Graphviz.
    pub fn dot(&self) -> String {
        text::dot(self)
    }

    /// For programs.
    pub fn json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

impl Pipeline {
    fn of(orc: &Orchestrator) -> Self {
        let mut build = Build { orc, nodes: Vec::new(), edges: Vec::new() };
        build.sources();
        build.rules();
        build.workflows();
        build.functions();
        build.placement();
        Self {
            name: orc.name.clone(),
            namespace: orc.namespace.clone(),
            engine: engine::name(orc.spec.engine),
            description: orc.description.clone(),
            nodes: build.nodes,
            edges: build.edges,
        }
    }
}

/// A picture being made.
struct Build<'a> {
    orc: &'a Orchestrator,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

impl Build<'_> {
    fn id(&self, kind: NodeKind, name: &str) -> String {
        format!("{}/{}/{name}", self.orc.name, kind.name())
    }

    fn event_id(&self, source: Option<&str>, event: &str) -> String {
        match source {
            Some(source) => format!("{}/event/{event}", self.id(NodeKind::Source, source)),
            None => self.id(NodeKind::Event, event),
        }
    }

    fn node(&mut self, id: String, kind: NodeKind, name: &str, details: Vec<String>, doc: Option<&String>) {
        let at = |id: &str| self.orc.origins.iter().find(|origin| origin.declaration == id);
        // What has no place of its own stands where it is named: an event at its source, a cluster at the placement.
        let parent = || match kind {
            NodeKind::Cluster => at(&format!("{}/placement", self.orc.name)),
            _ => id.rsplitn(3, '/').nth(2).and_then(at),
        };
        let origin = at(&id).or_else(parent);
        self.nodes.push(Node {
            kind,
            name: name.to_owned(),
            details: details.into_iter().filter(|line| !line.is_empty()).collect(),
            description: doc.cloned(),
            file: origin.map(|origin| origin.file.to_string()),
            line: origin.map(|origin| origin.line),
            id,
        });
    }

    /// Two edges of one kind between the same nodes are one with both labels.
    fn edge(&mut self, from: &str, to: &str, kind: EdgeKind, label: Option<String>) {
        let same = |edge: &&mut Edge| edge.from == from && edge.to == to && edge.kind == kind;
        let Some(edge) = self.edges.iter_mut().find(same) else {
            self.edges.push(Edge { from: from.to_owned(), to: to.to_owned(), kind, label });
            return;
        };
        match (&mut edge.label, label) {
            (Some(known), Some(label)) if !known.split(", ").any(|part| part == label) => {
                known.push_str(", ");
                known.push_str(&label);
            }
            (known @ None, label) => *known = label,
            _ => {}
        }
    }

    fn sources(&mut self) {
        for source in &self.orc.spec.sources {
            let id = self.id(NodeKind::Source, &source.name);
            self.node(
                id.clone(),
                NodeKind::Source,
                &source.name,
                vec![source.kind.clone()],
                source.description.as_ref(),
            );
            for event in &source.events {
                let event_id = self.event_id(Some(&source.name), &event.name);
                let details = vec![event.ty.clone().unwrap_or_default()];
                self.node(
                    event_id.clone(),
                    NodeKind::Event,
                    &event.name,
                    details,
                    event.description.as_ref(),
                );
                self.edge(&id, &event_id, EdgeKind::Produces, None);
            }
        }
        for event in &self.orc.spec.events {
            let id = self.event_id(None, &event.name);
            let details = vec![event.ty.clone().unwrap_or_default()];
            self.node(id, NodeKind::Event, &event.name, details, event.description.as_ref());
        }
    }

    fn rules(&mut self) {
        for (spec, rule) in self.orc.spec.rules.iter().zip(&self.orc.rules) {
            let id = self.id(NodeKind::Rule, &spec.name);
            let mut heads = String::new();
            if let Some(within) = &spec.within {
                heads = format!("within {within}");
            }
            if !spec.by.is_empty() {
                let gap = if heads.is_empty() { "" } else { " " };
                heads = format!("{heads}{gap}by {}", spec.by.join(", "));
            }
            let condition = spec.condition.as_ref().map(|c| format!("where {c}")).unwrap_or_default();
            let details = vec![spec.on.clone(), heads, condition];
            self.node(id.clone(), NodeKind::Rule, &spec.name, details, spec.description.as_ref());
            self.terms(&id, &rule.logic);
            self.body(&id, &rule.body);
            if let Some(function) = &spec.dead_letter {
                let function = self.id(NodeKind::Function, function);
                self.edge(&id, &function, EdgeKind::DeadLetter, None);
            }
        }
    }

    /// Edges from the events of a rule.
    fn terms(&mut self, rule: &str, logic: &Logic) {
        match logic {
            Logic::Event(term) => {
                let label = term.predicate.as_ref().map(ToString::to_string);
                self.term(rule, term, EdgeKind::Awaits, label);
            }
            Logic::And(terms) | Logic::Or(terms) | Logic::Then(terms) => {
                for term in terms {
                    self.terms(rule, term);
                }
            }
            Logic::Count { of, .. } => self.terms(rule, of),
            Logic::Absent { of, duration } => {
                each_term(of, &mut |term| {
                    let condition = term.predicate.as_ref().map(|p| format!("[{p}] ")).unwrap_or_default();
                    let label = format!("not {condition}for {duration}");
                    self.term(rule, term, EdgeKind::AwaitsAbsence, Some(label));
                });
            }
        }
    }

    fn term(&mut self, rule: &str, term: &Term, kind: EdgeKind, label: Option<String>) {
        let event = self.event_id(term.source.as_deref(), &term.event);
        self.edge(&event, rule, kind, label);
    }

    /// Edges to what a body calls and emits.
    fn body(&mut self, from: &str, body: &Body) {
        for stmts in [&body.stmts, &body.on_failure, &body.on_exit] {
            self.statements(from, stmts);
        }
    }

    fn statements(&mut self, from: &str, stmts: &[Stmt]) {
        for stmt in stmts {
            match stmt {
                Stmt::Call(call) => {
                    let to = match &call.callee {
                        Callee::Function(name) => self.id(NodeKind::Function, name),
                        Callee::Workflow(name) => self.id(NodeKind::Workflow, name),
                    };
                    self.edge(from, &to, EdgeKind::Calls, None);
                }
                Stmt::Emit(event, _) => {
                    let event = self.event_id(None, event);
                    self.edge(from, &event, EdgeKind::Emits, None);
                }
                Stmt::If(branches, otherwise) => {
                    for (_, stmts) in branches {
                        self.statements(from, stmts);
                    }
                    self.statements(from, otherwise);
                }
                Stmt::Parallel(stmts) | Stmt::For { body: stmts, .. } | Stmt::Retry(_, stmts) => {
                    self.statements(from, stmts);
                }
                Stmt::Let(..) | Stmt::Wait(_) | Stmt::Return(_) => {}
            }
        }
    }

    fn workflows(&mut self) {
        for (spec, workflow) in self.orc.spec.workflows.iter().zip(&self.orc.workflows) {
            let id = self.id(NodeKind::Workflow, &spec.name);
            let details = vec![workflow.signature.to_string()];
            self.node(id.clone(), NodeKind::Workflow, &spec.name, details, spec.description.as_ref());
            self.body(&id, &workflow.body);
        }
    }

    fn functions(&mut self) {
        for function in &self.orc.spec.functions {
            let id = self.id(NodeKind::Function, &function.name);
            let image = function.image.rsplit('/').next().unwrap_or_default();
            let image = image.split_once('@').map_or(image, |(name, _)| name).to_owned();
            self.node(id, NodeKind::Function, &function.name, vec![image], function.description.as_ref());
        }
    }

    /// The functions lead to the placement, and it to the candidates.
    fn placement(&mut self) {
        let placement = &self.orc.spec.placement;
        let clusters = self.candidates();
        if clusters.is_empty() && placement.cluster_selector.is_none() {
            return;
        }
        let id = format!("{}/placement", self.orc.name);
        let strategy = match placement.strategy {
            Strategy::Balanced => "balanced",
            Strategy::LeastLoaded => "least-loaded",
        };
        let copies = if placement.replicas > 1 {
            format!("on {} clusters at a time", placement.replicas)
        } else {
            String::new()
        };
        let selector = placement.cluster_selector.as_ref().map(|s| format!("where {s}")).unwrap_or_default();
        self.node(id.clone(), NodeKind::Placement, strategy, vec![selector, copies], None);
        for function in &self.orc.spec.functions {
            let function = self.id(NodeKind::Function, &function.name);
            self.edge(&function, &id, EdgeKind::Places, None);
        }
        for name in clusters {
            let cluster = self.id(NodeKind::Cluster, &name);
            let known = self.orc.fleet.as_ref().and_then(|f| f.clusters.iter().find(|c| c.name == name));
            let region = known.and_then(|c| c.fields.get("region")?.as_str()).unwrap_or_default().to_owned();
            let label = self.pins(&name);
            self.node(cluster.clone(), NodeKind::Cluster, &name, vec![region], None);
            self.edge(&id, &cluster, EdgeKind::Places, label);
        }
    }

    /// The clusters it may run on, and those to which a stage is pinned.
    fn candidates(&self) -> Vec<String> {
        let mut names = elab::candidates(self.orc).unwrap_or_default();
        let pin = &self.orc.spec.placement.pin;
        for name in [&pin.events, &pin.logic, &pin.functions].into_iter().flatten() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    fn pins(&self, cluster: &str) -> Option<String> {
        let pin = &self.orc.spec.placement.pin;
        let stages = [("events", &pin.events), ("logic", &pin.logic), ("functions", &pin.functions)];
        let here = stages.iter().filter(|(_, names)| names.iter().any(|name| name == cluster));
        let here: Vec<&str> = here.map(|(stage, _)| *stage).collect();
        (!here.is_empty()).then(|| format!("pinned: {}", here.join(", ")))
    }
}

fn each_term<'a>(logic: &'a Logic, then: &mut impl FnMut(&'a Term)) {
    match logic {
        Logic::Event(term) => then(term),
        Logic::And(terms) | Logic::Or(terms) | Logic::Then(terms) => {
            for term in terms {
                each_term(term, then);
            }
        }
        Logic::Count { of, .. } | Logic::Absent { of, .. } => each_term(of, then),
    }
}
