//! A program before it is text: orchestrators with their specs, and what stands beside them in the file. Every importer
//! ends here, so there is one way in which imported EFL is written.

use super::{
    Imported,
    declaration::{safe, write_bus, write_function, write_workflow},
    orchestrator::Written,
    text::{Remark, Writer},
};
use crate::{
    spec::{EventBus, Function, OrchestratorSpec, Patch, Placement, Workflow},
    system::MemorySystem,
};

/// The file that an imported program expects to declare its clusters.
const FLEET: &str = "fleet.efl";

/// A file of EFL.
#[derive(Clone, Default, Debug)]
pub(super) struct Program {
    /// The buses, by name.
    pub(super) buses: Vec<(String, EventBus)>,
    /// Functions that several orchestrators call, or none.
    pub(super) functions: Vec<(Function, Vec<Patch>)>,
    /// The same of workflows.
    pub(super) workflows: Vec<Workflow>,
    /// The orchestrators.
    pub(super) orchestrators: Vec<Orchestrator>,
    /// What could not be said.
    pub(super) remarks: Vec<Remark>,
}

/// An orchestrator of a file.
#[derive(Clone, Default, Debug)]
pub(super) struct Orchestrator {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) description: Option<String>,
    /// The name of its bus in the file; the one in the spec is not looked at.
    pub(super) bus: Option<String>,
    pub(super) spec: OrchestratorSpec,
}

/// An Orchestrator as the EFL program that it came from. Its clusters are imported from `fleet.efl`.
///
/// What is text in the spec is pasted as it is, if it is nothing but what its field says; else it is a comment, and its
/// place is empty, which the checker reports. What [`unsayable`] lists is left out.
pub fn orchestrator_to_efl(
    name: &str,
    namespace: &str,
    description: Option<&str>,
    spec: &OrchestratorSpec,
) -> String {
    let mut program = Program::default();
    program.add(name, namespace, description, spec.clone());
    program.write().efl
}

/// An Orchestrator as a workspace of two files: `main.efl`, and `fleet.efl` with a stand-in for the clusters and metrics
/// that its placement names. A caller that knows the fleet puts its file in the place of the stand-in.
pub fn orchestrator_project(
    name: &str,
    namespace: &str,
    description: Option<&str>,
    spec: &OrchestratorSpec,
) -> MemorySystem {
    let mut writer = Writer::default();
    writer.open("fleet stand-in");
    writer.line("domain: \"fn.stand-in.example\"");
    for cluster in clusters(&spec.placement) {
        writer.line(&format!("cluster {} {{ gateway: \"127.0.0.1:80\" }}", safe(cluster)));
    }
    for metric in &spec.placement.metrics {
        writer.line(&format!("metric {} {{ query: \"vector(0)\" }}", safe(&metric.name)));
    }
    writer.close();
    let main = orchestrator_to_efl(name, namespace, description, spec);
    let file = |path: &str, text: String| (path.to_owned(), text.into());
    MemorySystem { files: [file("main.efl", main), file(FLEET, writer.finish().0)].into() }
}

/// What a spec says that no program says, each with its path and the reason: a hand-written resource may.
pub fn unsayable(spec: &OrchestratorSpec) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut note = |path: String, why: &str| found.push((path, why.to_owned()));
    if let Some(bus) = &spec.event_bus
        && bus.jetstream.is_some() == bus.jetstream_exotic.is_some()
    {
        note("eventBus".to_owned(), "a bus is either `jetstreamExotic` or `jetstream`");
    }
    for (i, function) in spec.functions.iter().enumerate() {
        let resources = [("cpu", &function.resources.cpu), ("memory", &function.resources.memory)];
        for (key, range) in resources {
            if range.as_ref().is_some_and(|range| range.request.is_some() != range.limit.is_some()) {
                let path = format!("functions[{i}].resources.{key}");
                note(path, "a request without a limit, or a limit without a request, has no form in EFL");
            }
        }
        for (j, var) in function.env.iter().enumerate() {
            let given = [var.value.is_some(), var.secret.is_some(), var.config.is_some()];
            if given.iter().filter(|given| **given).count() != 1 {
                note(format!("functions[{i}].env[{j}]"), "a variable has one of `value`, `secret`, `config`");
            }
        }
    }
    if !spec.placement.clusters.is_empty() && spec.placement.cluster_selector.is_some() {
        note("placement.clusterSelector".to_owned(), "a placement has `clusters` or `clusterSelector`");
    }
    for (i, patch) in spec.patches.iter().enumerate() {
        if home(spec, &patch.declaration) == Home::Nowhere {
            note(format!("patches[{i}]"), "its declaration is not one of this orchestrator");
        }
    }
    found
}

/// What a patch belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Orchestrator,
    Source(usize),
    Function(usize),
    Workflow(usize),
    Nowhere,
}

/// The declaration that a patch names: `crossing-safety/function/classify`, or the orchestrator's name alone.
pub(super) fn home(spec: &OrchestratorSpec, declaration: &str) -> Home {
    let mut parts = declaration.splitn(3, '/').skip(1);
    let (Some(what), Some(name)) = (parts.next(), parts.next()) else { return Home::Orchestrator };
    let at = match what {
        "source" => spec.sources.iter().position(|s| s.name == name).map(Home::Source),
        "function" => spec.functions.iter().position(|f| f.name == name).map(Home::Function),
        "workflow" => spec.workflows.iter().position(|w| w.name == name).map(Home::Workflow),
        _ => None,
    };
    at.unwrap_or(Home::Nowhere)
}

/// The clusters that a placement names.
fn clusters(placement: &Placement) -> Vec<&str> {
    let pin = &placement.pin;
    let named = [&placement.clusters, &pin.events, &pin.logic, &pin.functions].into_iter().flatten();
    let mut clusters: Vec<&str> = Vec::new();
    for cluster in named {
        if !clusters.contains(&cluster.as_str()) {
            clusters.push(cluster);
        }
    }
    clusters
}

impl Program {
    /// Adds an orchestrator; its bus is shared with those that have the same.
    pub(super) fn add(
        &mut self,
        name: &str,
        namespace: &str,
        description: Option<&str>,
        spec: OrchestratorSpec,
    ) {
        let bus = spec.event_bus.clone().map(|bus| self.bus(bus));
        self.orchestrators.push(Orchestrator {
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            description: description.map(str::to_owned),
            bus,
            spec,
        });
    }

    /// The name of a bus.
    fn bus(&mut self, bus: EventBus) -> String {
        if let Some((name, _)) = self.buses.iter().find(|(_, known)| *known == bus) {
            return name.clone();
        }
        let name = match self.buses.len() {
            0 => "shared".to_owned(),
            n => format!("shared-{}", n + 1),
        };
        self.buses.push((name.clone(), bus));
        name
    }

    /// The text.
    pub(super) fn write(self) -> Imported {
        let mut writer = Writer::new(self.remarks);
        writer.remarks("file");
        let names = imports(&mut writer, &self.orchestrators, &self.buses);
        for (name, bus) in &self.buses {
            writer.blank();
            writer.remarks(&format!("bus/{name}"));
            write_bus(&mut writer, name, bus);
        }
        for (function, patches) in &self.functions {
            writer.blank();
            write_function(&mut writer, "", function, &patches.iter().collect::<Vec<_>>());
        }
        for workflow in &self.workflows {
            writer.blank();
            write_workflow(&mut writer, "", workflow, &[]);
        }
        for orchestrator in &self.orchestrators {
            writer.blank();
            Written { writer: &mut writer, orc: orchestrator, names: &names }.write();
        }
        let (efl, notes) = writer.finish();
        Imported { efl, notes }
    }
}

/// The names of clusters in the file: (cluster, name here), different where the file declares that name itself.
pub(super) type Names = Vec<(String, String)>;

/// The import of the clusters that the placements name.
fn imports(writer: &mut Writer, orchestrators: &[Orchestrator], buses: &[(String, EventBus)]) -> Names {
    let mut names: Names = Vec::new();
    for cluster in orchestrators.iter().flat_map(|orc| clusters(&orc.spec.placement)) {
        let taken = orchestrators.iter().any(|orc| orc.name == cluster)
            || buses.iter().any(|(bus, _)| bus == cluster);
        let here = if taken { format!("cluster-{}", safe(cluster)) } else { safe(cluster) };
        if !names.iter().any(|(known, _)| known == cluster) {
            names.push((cluster.to_owned(), here));
        }
    }
    let text = |(cluster, here): &(String, String)| {
        if cluster == here { here.clone() } else { format!("{} as {here}", safe(cluster)) }
    };
    let list: Vec<String> = names.iter().map(text).collect();
    if !list.is_empty() {
        writer.line(&format!("import {{ {} }} from \"{FLEET}\"", list.join(", ")));
    }
    names
}
