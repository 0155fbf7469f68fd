//! `efl runtime install` and `uninstall`: what the runtime needs in its clusters, and its pods.

use super::{Exit, Failure};
use crate::{
    cluster::{Cluster, Host, refused},
    terminal::{Stream, Terminal},
};
use clap::ValueEnum;
use efl_compiler::yaml;
use efl_runtime::{
    Client,
    install::{self, Alerts, Layout, Pods},
};
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// The image of this version: what `docker build` makes of the repository's Dockerfile, under the name that the guide gives it.
const IMAGE: &str = concat!("localhost/efl:", env!("CARGO_PKG_VERSION"));

/// Install the runtime: custom resources, accounts and rights, Karmada's interpreters, pods, alerts, a dashboard
///
/// Applies it, or prints it. It can be done again at any time: what stands is changed where it differs. A plain cluster runs
/// the pods itself. Karmada's API server has no nodes: --host-context says which cluster runs them, usually the one that
/// Karmada itself runs in. Without it there are no pods, and `efl runtime run` is yours to run.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl runtime install --image registry.example/efl:1.0                  one plain cluster
  efl runtime install --context karmada --host-context mgmt --image registry.example/efl:1.0
                                      --karmada-server https://karmada-apiserver.karmada-system:5443
  efl runtime install --context karmada                                 everything but pods
  efl runtime install --print > runtime.yaml                            for GitOps, or to see which rights it has")]
pub(crate) struct Install {
    /// The namespace of the runtime
    #[arg(short, long, default_value = super::super::RUNTIME_NAMESPACE)]
    namespace: String,
    /// Print the objects instead, for a cluster with Karmada: all, or those for one place
    #[arg(
        long,
        value_name = "WHAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "all"
    )]
    print: Option<Print>,
    /// With --print: for a plain cluster
    #[arg(long, requires = "print")]
    without_karmada: bool,
    /// The image of efl that the pods run
    #[arg(long, value_name = "IMAGE", default_value = IMAGE)]
    image: String,
    /// How many pods of each controller; one leads
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u32).range(1..=9))]
    replicas: u32,
    /// How alert rules are given to Prometheus
    #[arg(long, value_name = "KIND", default_value = "config-map")]
    alerts: AlertKind,
    /// No pods: the process is yours to run
    #[arg(long)]
    no_pods: bool,
    /// The address of Karmada's API server as pods reach it, when it is not that of the kubeconfig
    #[arg(long, value_name = "URL")]
    karmada_server: Option<String>,
    #[command(flatten)]
    host: Host,
    #[command(flatten)]
    cluster: Cluster,
}

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Print {
    /// Everything, place by place
    All,
    /// What goes to Karmada's API server, or to the plain cluster beside the pods
    ControlPlane,
    /// What goes where the pods run
    Host,
    /// A patch for Argo CD's ConfigMap `argocd-cm`: when an Orchestrator is healthy
    ArgoCd,
}

/// How alert rules are given to Prometheus.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum AlertKind {
    /// As a ConfigMap with a file of rules, for Prometheus to mount
    ConfigMap,
    /// As the Prometheus Operator's kind
    PrometheusRule,
}

impl Install {
    fn layout(&self, karmada: bool, pods: bool) -> Layout {
        let alerts = match self.alerts {
            AlertKind::ConfigMap => Alerts::ConfigMap,
            AlertKind::PrometheusRule => Alerts::PrometheusRule,
        };
        let with = Pods { image: self.image.clone(), replicas: self.replicas, alerts };
        Layout { namespace: self.namespace.clone(), karmada, pods: (pods && !self.no_pods).then_some(with) }
    }

    pub(crate) fn run(self) -> Result<Exit, Failure> {
        if let Some(print) = self.print {
            Terminal::print(&self.printed(print)?)?;
            return Ok(Exit::Ok);
        }
        self.cluster.with(async |client, server| {
            let failed = |(what, error): (String, _)| refused(&what)(error);
            let karmada = install::is_karmada(&client).await;
            let host = self.host.connect(&self.cluster).await?;
            let layout = self.layout(karmada, host.is_some() || !karmada);
            let objects = layout.control_plane();
            install::apply(&client, &objects).await.map_err(failed)?;
            stand(objects.len(), &server);
            if layout.pods.is_none() {
                Terminal::message(if self.no_pods || !karmada {
                    "there are no pods: now efl runtime run, and efl fleet apply"
                } else {
                    "there are no pods, because Karmada has no nodes: give --host-context, or run efl runtime run; and efl fleet apply"
                });
                return Ok(Exit::Ok);
            }
            let mut objects = layout.host();
            if karmada {
                let address = self.karmada_server.as_deref().unwrap_or(&server);
                let access = install::access(&client, &layout, address).await.map_err(failed)?;
                objects.extend(access.ok_or_else(|| {
                    Failure::failed(
                        "Karmada has made no token for the runtime's accounts within 30 s\n  help: its kube-controller-manager needs the controller serviceaccount-token".to_owned(),
                    )
                })?);
                // A pod waits for what it mounts, but not everything else need wait for a pod.
                objects.sort_by_key(|object| object["kind"] == "Deployment");
            }
            let (pods_in, address) = host.unwrap_or((client, server));
            install::apply(&pods_in, &objects).await.map_err(failed)?;
            stand(objects.len(), &address);
            let next = if karmada { "now efl fleet apply, and efl deploy" } else { "now efl deploy" };
            Terminal::message(&format!("pods run {}: {next}", self.image));
            Ok(Exit::Ok)
        })
    }

    fn printed(&self, print: Print) -> Result<String, Failure> {
        let layout = self.layout(!self.without_karmada, true);
        let (to_control, to_host) = if self.without_karmada {
            ("# To the cluster.\n", "")
        } else {
            (
                "# To Karmada's API server.\n",
                "# To the cluster where the pods run. They also need the Secrets efl-orchestrator-karmada and efl-placement-karmada, each with\n# a kubeconfig and a token, which efl runtime install makes: docs/guide/runtime.md.\n",
            )
        };
        let mut parts = Vec::new();
        if matches!(print, Print::All | Print::ControlPlane) {
            parts.extend(documents(to_control, &layout.control_plane())?);
        }
        if matches!(print, Print::All | Print::Host) {
            parts.extend(documents(to_host, &layout.host())?);
        }
        if print == Print::ArgoCd {
            parts.extend(documents("", &[install::argo_cd()])?);
        }
        Ok(parts.join("---\n"))
    }
}

/// Objects as YAML, the first with a comment.
fn documents(comment: &str, objects: &[serde_json::Value]) -> Result<Vec<String>, Failure> {
    let mut texts = Vec::new();
    for object in objects {
        texts.push(yaml::to_string(object).map_err(|e| Failure::failed(e.to_string()))?);
    }
    if let Some(first) = texts.first_mut() {
        first.insert_str(0, comment);
    }
    Ok(texts)
}

fn stand(count: usize, server: &str) {
    Terminal::message(&format!("{count} objects stand in {server}"));
}

/// Take the runtime away: pods, custom resources, accounts, alerts, and the fleet
///
/// Shows what is there and asks. While Orchestrators stand it refuses: `efl delete` takes them away with everything they
/// became. With --force-abandon they are let go: their pipelines run on where they are, and nobody sees to them.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl runtime uninstall --context karmada --host-context mgmt
  efl runtime uninstall --yes                    in CI: nobody is asked")]
pub(crate) struct Uninstall {
    /// The namespace of the runtime
    #[arg(short, long, default_value = super::super::RUNTIME_NAMESPACE)]
    namespace: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    /// Let Orchestrators go, and leave what they became as it is, with nobody to see to it
    #[arg(long)]
    force_abandon: bool,
    #[command(flatten)]
    host: Host,
    #[command(flatten)]
    cluster: Cluster,
}

impl Uninstall {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.cluster.with(async |client, server| {
            let failed = |(what, error): (String, _)| refused(&what)(error);
            let karmada = install::is_karmada(&client).await;
            let host = self.host.connect(&self.cluster).await?;
            let standing = install::orchestrators(&client).await.map_err(refused("list orchestrators"))?;
            if !standing.is_empty() && !self.force_abandon {
                let names: Vec<String> = standing.iter().take(5).map(|(ns, name)| format!("{ns}/{name}")).collect();
                let more = if standing.len() > 5 { ", …" } else { "" };
                return Err(Failure::failed(format!(
                    "orchestrators stand: {}{more}\n  help: efl delete takes each away with what it became; --force-abandon leaves that as it is, with nobody to see to it",
                    names.join(", ")
                )));
            }
            let pods = Pods { image: String::new(), replicas: 2, alerts: Alerts::ConfigMap };
            let layout = Layout { namespace: self.namespace.clone(), karmada, pods: Some(pods) };
            let (pods_in, pods_at) = host.unwrap_or_else(|| (client.clone(), server.clone()));
            let pods = install::find(&pods_in, layout.all_on_host()).await.map_err(failed)?;
            let rest = install::find(&client, layout.all_on_control_plane()).await.map_err(failed)?;
            if pods.is_empty() && rest.is_empty() {
                Terminal::message(&format!("there is nothing of the runtime in {server}"));
                return Ok(Exit::Ok);
            }
            for (found, client, at) in [(&pods, &pods_in, &pods_at), (&rest, &client, &server)] {
                for name in found.names(client) {
                    Terminal::message(&format!("- {name} in {at}"));
                }
            }
            for (namespace, name) in &standing {
                Terminal::message(&format!("- Orchestrator {namespace}/{name}; what it became is left"));
            }
            if !self.yes && !agreed()? {
                return Err(Failure::failed("nothing is taken away".to_owned()));
            }
            let mut left = self.take(&pods_in, &pods).await?;
            if left.is_empty() {
                install::abandon(&client, &standing).await.map_err(failed)?;
                left = self.take(&client, &rest).await?;
            }
            if left.is_empty() {
                Terminal::message("the runtime is taken away");
                return Ok(Exit::Ok);
            }
            Terminal::message(&format!("still there: {}; do it again", left.join(", ")));
            Ok(Exit::Late)
        })
    }

    async fn take(&self, client: &Client, found: &install::Doomed) -> Result<Vec<String>, Failure> {
        let taken = install::uninstall(client, &self.namespace, found).await;
        taken.map_err(|(what, error)| refused(&what)(error))
    }
}

/// Whether a person agrees. Without one to ask, --yes must say so: this cannot be undone.
fn agreed() -> Result<bool, Failure> {
    if !Terminal::is_terminal(Stream::Err) || !io::stdin().is_terminal() {
        return Err(Failure::usage("there is nobody to ask: --yes agrees".to_owned()));
    }
    write!(io::stderr().lock(), "take all of this away? [y/N] ")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim().to_lowercase().as_str(), "y" | "yes"))
}
