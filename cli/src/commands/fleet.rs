//! `efl fleet`: the installation, from its file to the runtime.

use super::{Exit, Failure, status::columns};
use crate::{
    cluster::{Cluster, refused},
    inputs::Inputs,
    params::ParamOptions,
    project::Project,
    terminal::Terminal,
};
use clap::Subcommand;
use efl_compiler::{project, spec::fleet::FleetSpec};
use efl_runtime::deploy;

/// The fleet: which clusters there are, and how they are observed
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Fleet {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Apply(Apply),
    List(List),
}

/// Give the runtime the fleet of a file
///
/// Checks the file and writes its fleet to the ConfigMap `efl-clusters`, which the runtime reads at once. Clusters are those
/// that Karmada knows by the same names; joining them is Karmada's business.
#[derive(Debug, clap::Args)]
struct Apply {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    params: ParamOptions,
    /// The namespace of the runtime
    #[arg(short, long, default_value = super::RUNTIME_NAMESPACE)]
    namespace: String,
    #[command(flatten)]
    cluster: Cluster,
}

/// Show the fleet that the runtime has, beside what Karmada says of its clusters
#[derive(Debug, clap::Args)]
struct List {
    /// The namespace of the runtime
    #[arg(short, long, default_value = super::RUNTIME_NAMESPACE)]
    namespace: String,
    #[command(flatten)]
    cluster: Cluster,
}

impl Fleet {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        match self.command {
            Command::Apply(command) => command.run(terminal),
            Command::List(command) => command.run(),
        }
    }
}

impl Apply {
    fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        let project = Project::load(&self.inputs, &self.params)?;
        if !project.is_sound(terminal)? {
            return Ok(Exit::Errors);
        }
        let fleets: Vec<_> =
            project.root_files().flat_map(|(_, file)| project::fleets(&project.db, file)).collect();
        let fleet = match fleets.as_slice() {
            [fleet] => fleet,
            [] => return Err(Failure::failed("there is no fleet in these files")),
            several => {
                let names: Vec<&str> = several.iter().map(|fleet| fleet.name.as_str()).collect();
                return Err(Failure::failed(format!(
                    "an installation is one fleet; here are {}",
                    names.join(", ")
                )));
            }
        };
        let spec = FleetSpec::try_from(&**fleet)
            .map_err(|e| Failure::failed(format!("the fleet `{}` cannot be written: {e}", fleet.name)))?;
        self.cluster.with(async |client, _| {
            let changed = deploy::install_fleet(&client, &self.namespace, &spec).await;
            let changed = changed.map_err(refused("write the fleet"))?;
            let members = deploy::members(&client).await.map_err(refused("list the clusters"))?;
            for cluster in &spec.clusters {
                if !members.iter().any(|(name, ..)| *name == cluster.name) {
                    Terminal::message(&format!(
                        "Karmada has no cluster `{}` yet: nothing is placed there until it joins",
                        cluster.name
                    ));
                }
            }
            let what = if changed { "is installed" } else { "has no changes" };
            Terminal::message(&format!("the fleet `{}` {what}: {} clusters", spec.name, spec.clusters.len()));
            Ok(Exit::Ok)
        })
    }
}

impl List {
    fn run(self) -> Result<Exit, Failure> {
        self.cluster.with(async |client, _| {
            let fleet = deploy::fleet(&client, &self.namespace).await.map_err(refused("read the fleet"))?;
            let members = deploy::members(&client).await.map_err(refused("list the clusters"))?;
            let fleet = match fleet {
                Some(Ok(fleet)) => fleet,
                Some(Err(why)) => return Err(Failure::failed(format!("the fleet is not understood: {why}"))),
                None => return Err(Failure::failed("no fleet is installed: efl fleet apply fleet.efl")),
            };
            let row = |name: &str, place: Option<String>| {
                let member = members.iter().find(|(known, ..)| known == name);
                let state = match member {
                    None => "not joined",
                    Some((_, false, _)) => "not ready",
                    Some((_, true, true)) => "cordoned",
                    Some((_, true, false)) => "ready",
                };
                [name.to_owned(), state.to_owned(), place.unwrap_or_default()]
            };
            let mut rows: Vec<[String; 3]> =
                fleet.clusters.iter().map(|cluster| row(&cluster.name, cluster.region.clone())).collect();
            for (name, ..) in &members {
                if !fleet.clusters.iter().any(|cluster| cluster.name == *name) {
                    rows.push([name.clone(), "not in the fleet".to_owned(), String::new()]);
                }
            }
            Terminal::print(&columns(&["CLUSTER", "STATE", "REGION"], &rows))?;
            Ok(Exit::Ok)
        })
    }
}
