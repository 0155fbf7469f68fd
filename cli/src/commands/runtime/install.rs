//! `efl runtime install`: what the runtime needs in its cluster.

use super::{Exit, Failure};
use crate::{
    cluster::{Cluster, refused},
    terminal::Terminal,
};
use efl_compiler::yaml;
use efl_runtime::install;

/// Install what the runtime needs: custom resources, its account and rights, Karmada's interpreters
///
/// Applies it to the cluster, or prints it. It can be done again at any time. The process itself is yours to run: `efl runtime
/// run`, in a pod with this account.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl runtime install --context karmada
  efl runtime install --print > runtime.yaml      for GitOps, or to see which rights it has")]
pub(crate) struct Install {
    /// The namespace of the runtime
    #[arg(short, long, default_value = super::super::RUNTIME_NAMESPACE)]
    namespace: String,
    /// Print the objects instead, for a cluster with Karmada
    #[arg(long)]
    print: bool,
    /// With --print: for a plain cluster
    #[arg(long, requires = "print")]
    without_karmada: bool,
    #[command(flatten)]
    cluster: Cluster,
}

impl Install {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        if self.print {
            let mut documents = Vec::new();
            for object in install::manifests(&self.namespace, !self.without_karmada) {
                documents.push(yaml::to_string(&object).map_err(|e| Failure::failed(e.to_string()))?);
            }
            Terminal::print(&documents.join("---\n"))?;
            return Ok(Exit::Ok);
        }
        self.cluster.with(async |client, server| {
            let count = install::install(&client, &self.namespace).await;
            let count = count.map_err(|(what, error)| refused(&format!("apply {what}"))(error))?;
            Terminal::message(&format!(
                "{count} objects stand in {server}: now efl fleet apply, and efl runtime run"
            ));
            Ok(Exit::Ok)
        })
    }
}
