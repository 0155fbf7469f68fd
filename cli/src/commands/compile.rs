//! `efl compile`: the Kubernetes resources.

use super::{Exit, Failure};
use crate::{
    inputs::Inputs,
    params::ParamOptions,
    project::Project,
    report::{Format as ReportFormat, Report, counted},
    terminal::{Stream, Terminal},
    watch, write,
};
use clap::ValueEnum;
use efl_compiler::{
    compile::{self, CompileError, Options},
    diag::Level,
    expand::{self, Resource, Stage, crds, output},
    ir, parallel, project,
    spec::Management,
    yaml,
};
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Write the Kubernetes resources of pipelines
///
/// For each orchestrator: itself and every resource it becomes, placed on the clusters asked for, in the order in which
/// they are applied. The same input gives the same bytes. Nothing is written if there is an error.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl compile crossing.efl | kubectl apply -f -
  efl compile pipelines --env prod -o out              one file per resource, for GitOps
  efl compile crossing.efl --emit orchestrator         what a fleet with the runtime needs
  efl compile crossing.efl --place edge-a,edge-b       placed there
  efl compile crossing.efl --for-cluster edge-a        what this member receives
  efl compile --emit crds | kubectl apply -f -         the custom resource definitions

Files that an earlier run wrote to the folder of `-o` stay there: empty it first if something was removed.")]
pub(crate) struct Compile {
    #[command(flatten)]
    inputs: Inputs,
    /// What is written
    #[arg(long, value_name = "WHAT", default_value = "all")]
    emit: Emit,
    /// Write one file per resource to a folder, which is made
    #[arg(short, long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,
    /// How resources are written
    #[arg(long, value_name = "FORMAT", default_value = "yaml")]
    format: Format,
    #[command(flatten)]
    params: ParamOptions,
    /// The clusters to run on; the first candidates by default
    #[arg(long, value_name = "CLUSTER", value_delimiter = ',')]
    place: Vec<String>,
    /// What this member cluster receives, overrides applied
    #[arg(long, value_name = "CLUSTER")]
    for_cluster: Option<String>,
    /// Compile again whenever a file changes
    #[arg(long)]
    watch: bool,
}

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Emit {
    /// The Orchestrator, for a person or GitOps to apply together with every resource
    All,
    /// The Orchestrator alone, for the runtime to apply the rest
    Orchestrator,
    /// Every resource but the Orchestrator
    Resources,
    /// The custom resource definitions of EFL
    Crds,
}

/// How resources are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// YAML documents, each with the line it comes from
    Yaml,
    /// A JSON `List`; one object per file with `-o`
    Json,
}

/// What is to be written.
enum Output {
    /// To standard output, one part after the other.
    Whole(Vec<String>),
    /// To files, by name.
    Files(BTreeMap<String, String>),
}

impl Output {
    /// YAML documents.
    fn documents(texts: Vec<String>) -> Self {
        let separator = |at| if at > 0 { "---\n" } else { "" };
        let parts = texts.into_iter().enumerate();
        Self::Whole(parts.flat_map(|(at, text)| [separator(at).to_owned(), text]).collect())
    }
}

impl Compile {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        if self.emit == Emit::Crds {
            self.deliver(&self.crds())?;
            return Ok(Exit::Ok);
        }
        watch::run(self.watch, &self.inputs, terminal, || self.once(terminal))
    }

    /// Compiles once; returns what to watch, too.
    fn once(&self, terminal: Terminal) -> Result<(Exit, watch::Files), Failure> {
        let project = Project::load(&self.inputs, &self.params)?;
        let mut report = project.report_without_resources();
        project.require_params(&mut report);
        if report.counts().errors > 0 {
            return refuse(&project, project.report(), terminal);
        }
        match self.output(&project)? {
            Ok(output) => {
                show(&mut report, terminal)?;
                self.deliver(&output)?;
                let watched = project.watched();
                if !self.watch {
                    // The process ends: the system takes everything back at once.
                    std::mem::forget(project);
                }
                Ok((Exit::Ok, watched))
            }
            Err(messages) => {
                // Most of what can go wrong here has a place, and `check` says it.
                let full = project.report();
                if full.counts().errors > 0 {
                    return refuse(&project, full, terminal);
                }
                show(&mut report, terminal)?;
                messages.iter().map(String::as_str).for_each(Terminal::message);
                Ok((Exit::Errors, project.watched()))
            }
        }
    }

    /// The resources of an orchestrator, or what is wrong with them.
    fn resources<'a>(&self, orc: &'a ir::Orchestrator) -> Result<Vec<Resource<'a>>, Vec<String>> {
        if self.emit == Emit::Orchestrator {
            return Ok(vec![expand::orchestrator(orc, Management::Controller)]);
        }
        let options = Options { place: self.place.clone() };
        let resources = compile::resources(orc, &options);
        let mut resources =
            resources.map_err(|errors| errors.iter().map(|e| located(orc, e)).collect::<Vec<_>>())?;
        if self.emit == Emit::All {
            // First of what stays in the control plane: the decision on its placement belongs to it.
            let at = resources.iter().position(|resource| resource.stage == Stage::Control);
            let at = at.unwrap_or(resources.len());
            resources.insert(at, expand::orchestrator(orc, Management::External));
        }
        let Some(cluster) = &self.for_cluster else { return Ok(resources) };
        let received = output::for_cluster(&resources, cluster);
        if received.is_empty() {
            return Err(vec![format!("error: the cluster `{cluster}` receives nothing of `{}`", orc.name)]);
        }
        Ok(received)
    }

    /// Everything that is to be written, or what is wrong with the resources.
    fn output(&self, project: &Project) -> Result<Result<Output, Vec<String>>, Failure> {
        if self.output.is_none() && self.format == Format::Yaml {
            // Each thread writes what it made.
            let text = |orc: ir::Orchestrator| {
                self.resources(&orc).map(|resources| output::to_yaml(&resources, &orc.origins))
            };
            let texts: Result<Vec<_>, _> = each_orchestrator(project, text).into_iter().collect();
            return Ok(texts.map(Output::documents));
        }
        let orchestrators = orchestrators(project);
        let compiled: Result<Vec<_>, _> =
            parallel::map(&orchestrators, |orc| self.resources(orc)).into_iter().collect();
        let compiled = match compiled {
            Ok(compiled) => compiled,
            Err(messages) => return Ok(Err(messages)),
        };
        if self.output.is_none() {
            return Ok(Ok(Output::Whole(vec![output::to_json(&compiled.concat())])));
        }
        let mut files = BTreeMap::new();
        let mut owners = BTreeMap::new();
        let all = orchestrators.iter().zip(&compiled);
        for (orc, resource) in
            all.flat_map(|(orc, resources)| resources.iter().map(move |resource| (orc, resource)))
        {
            let name = self.file_name(&output::file_name(resource));
            if let Some(other) = owners.insert(name.clone(), &orc.name) {
                let (kind, object) = (resource.kind, &resource.name);
                let message = format!("`{other}` and `{}` both become the {kind} `{object}`", orc.name);
                return Err(Failure::new(message));
            }
            files.insert(name, self.one(orc, resource));
        }
        Ok(Ok(Output::Files(files)))
    }

    /// One resource.
    fn one(&self, orc: &ir::Orchestrator, resource: &Resource<'_>) -> String {
        match self.format {
            Format::Yaml => {
                let mut text = String::new();
                output::document(&mut text, resource, &orc.origins);
                text
            }
            Format::Json => serde_json::to_string_pretty(resource).unwrap_or_default() + "\n",
        }
    }

    /// The custom resource definitions, which need no input.
    fn crds(&self) -> Output {
        let crds = crds::crds();
        let text = |crd: &serde_json::Value| match self.format {
            Format::Yaml => {
                let mut text = String::new();
                // Made of texts, numbers and flags alone: that can always be written.
                let _ = yaml::write(&mut text, crd);
                text
            }
            Format::Json => serde_json::to_string_pretty(crd).unwrap_or_default() + "\n",
        };
        let name = |crd: &serde_json::Value| crd["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let named =
            |crd: &_| (self.file_name(&format!("0-customresourcedefinition-{}.yaml", name(crd))), text(crd));
        if self.output.is_some() {
            return Output::Files(crds.iter().map(named).collect());
        }
        match self.format {
            Format::Yaml => Output::documents(crds.iter().map(text).collect()),
            Format::Json => {
                let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": crds });
                Output::Whole(vec![serde_json::to_string_pretty(&list).unwrap_or_default() + "\n"])
            }
        }
    }

    fn file_name(&self, yaml: &str) -> String {
        match (self.format, yaml.strip_suffix(".yaml")) {
            (Format::Json, Some(stem)) => format!("{stem}.json"),
            _ => yaml.to_owned(),
        }
    }

    fn deliver(&self, output: &Output) -> Result<(), Failure> {
        let files = match output {
            Output::Whole(parts) => return Ok(Terminal::print_all(parts)?),
            Output::Files(files) => files,
        };
        let folder = self.output.as_deref().unwrap_or(Path::new("."));
        let failed =
            |path: &Path, e: std::io::Error| Failure::new(format!("cannot write `{}`: {e}", path.display()));
        fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
        for (name, text) in files {
            let path = folder.join(name);
            // A file that stays the same is not touched: tools that watch it have nothing to do.
            if fs::read(&path).is_ok_and(|known| known == text.as_bytes()) {
                continue;
            }
            write::write(&path, text).map_err(|e| failed(&path, e))?;
        }
        Terminal::message(&format!("{} in {}", counted(files.len(), "resource"), folder.display()));
        Ok(())
    }
}

/// Shows warnings and errors.
fn show(report: &mut Report, terminal: Terminal) -> Result<(), Failure> {
    report.at_least(Level::Warning);
    Ok(Terminal::write(Stream::Err, &report.render(ReportFormat::Human, terminal.look(Stream::Err)))?)
}

/// Shows why nothing is compiled.
fn refuse(
    project: &Project,
    mut report: Report,
    terminal: Terminal,
) -> Result<(Exit, watch::Files), Failure> {
    project.require_params(&mut report);
    show(&mut report, terminal)?;
    Terminal::message(&report.counts().summary(terminal.look(Stream::Err)));
    Ok((Exit::Errors, project.watched()))
}

/// The orchestrators of the inputs, with the places of their declarations as resources name them.
pub(super) fn orchestrators(project: &Project) -> Vec<ir::Orchestrator> {
    each_orchestrator(project, |orc| orc)
}

/// What a function makes of each of the [`orchestrators`], on all processors.
fn each_orchestrator<R: Send>(
    project: &Project,
    make: impl Fn(ir::Orchestrator) -> R + Sync + Send,
) -> Vec<R> {
    let mut made = Vec::new();
    for (path, file) in project.root_files() {
        let files = project::closure(&project.db, file).into_iter().map(|file| file.path(&project.db));
        let names: HashMap<Arc<str>, Arc<str>> =
            files.map(|file| (file.clone(), project.disk.origin(path, &file).into())).collect();
        made.extend(project::each_orchestrator(&project.db, file, |mut orc| {
            for origin in &mut orc.origins {
                if let Some(name) = names.get(&origin.file) {
                    origin.file = name.clone();
                }
            }
            make(orc)
        }));
    }
    made
}

/// What is wrong with a resource, at the line of the declaration it comes from.
fn located(orc: &ir::Orchestrator, error: &CompileError) -> String {
    let CompileError::Expand(error) = error else { return format!("error: {error}") };
    let of = |declaration: &str| orc.origins.iter().find(|origin| origin.declaration == declaration);
    let origin = of(&error.declaration).or_else(|| of(&orc.name));
    let place = origin.map(|origin| format!("{}:{}: ", origin.file, origin.line)).unwrap_or_default();
    let mut text = format!("{place}error: {}", error.message);
    if !error.help.is_empty() {
        let _ = write!(text, "\n  help: {}", error.help);
    }
    text
}
