//! The commands that speak to a cluster: which one, and what its answers mean for the exit code.

use crate::commands::Failure;
use crate::terminal::Terminal;
use efl_runtime::{
    ApiError, Client, Connection,
    inspect::{self, Pipeline, Places},
};
use std::path::PathBuf;

/// Which cluster: Karmada's control plane, or one plain cluster.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct Cluster {
    /// A kubeconfig file, instead of $KUBECONFIG and ~/.kube/config
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    kubeconfig: Option<PathBuf>,
    /// A context of the kubeconfig, instead of its current one
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
}

impl Cluster {
    /// How it is reached.
    pub(crate) fn connection(&self) -> Connection {
        Connection { kubeconfig: self.kubeconfig.clone(), context: self.context.clone(), crash_after: None }
    }

    /// Does something with a client of the cluster; its server's address is the second argument.
    pub(crate) fn with<T>(
        &self,
        act: impl AsyncFnOnce(Client, String) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let connection = self.connection();
        block_on(async {
            let (client, server) = efl_runtime::connect(&connection).await.map_err(nowhere)?;
            act(client, server).await
        })
    }

    /// Does something with every cluster behind it.
    pub(crate) fn with_places<T>(
        &self,
        act: impl AsyncFnOnce(&Places) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let connection = self.connection();
        block_on(async {
            let places = Places::open(&connection).await.map_err(nowhere)?;
            act(&places).await
        })
    }
}

fn nowhere(why: impl std::fmt::Display) -> Failure {
    Failure::failed(format!(
        "there is no cluster to speak to: {why}\n  help: give a kubeconfig with --kubeconfig or $KUBECONFIG, and a context of it with --context"
    ))
}

/// Says which clusters could not be asked, and what to do; whether there are any.
pub(crate) fn report_silent(silent: &[(String, String)]) -> bool {
    for (cluster, why) in silent {
        let which = if cluster.is_empty() { "the cluster" } else { cluster };
        Terminal::message(&format!("{which} was not asked: {why}"));
    }
    if silent.iter().any(|(_, why)| why.contains("impersonate")) {
        Terminal::message(&format!("  help: {}", inspect::PROXY_HELP));
    }
    !silent.is_empty()
}

/// Where the pods of the runtime run: Karmada's API server has no nodes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Where pods run")]
pub(crate) struct Host {
    /// A context of the cluster where the pods run, beside Karmada; a plain cluster runs its own
    #[arg(long, value_name = "NAME")]
    host_context: Option<String>,
    /// A kubeconfig file for it, instead of the one that --context is in
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    host_kubeconfig: Option<PathBuf>,
}

impl Host {
    /// A client of the host beside a control plane, and the address of its server; none where no host is given.
    pub(crate) async fn connect(&self, beside: &Cluster) -> Result<Option<(Client, String)>, Failure> {
        if self.host_context.is_none() && self.host_kubeconfig.is_none() {
            return Ok(None);
        }
        let connection = Connection {
            kubeconfig: self.host_kubeconfig.clone().or_else(|| beside.kubeconfig.clone()),
            context: self.host_context.clone(),
            crash_after: None,
        };
        let host = efl_runtime::connect(&connection).await;
        Ok(Some(
            host.map_err(|why| Failure::failed(format!("the cluster for the pods cannot be had: {why}")))?,
        ))
    }
}

/// Runs a future to its end, on this thread.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Failure::new(format!("cannot start: {e}")))?.block_on(future)
}

/// What an error of the API server means for a person.
pub(crate) fn refused(what: &str) -> impl Fn(ApiError) -> Failure {
    let what = what.to_owned();
    move |error| {
        let help = match error.code() {
            Some(401) => "\n  help: the credentials of the kubeconfig are not accepted",
            Some(403) => {
                "\n  help: ask for the right to do this: `efl runtime install --print` shows the roles"
            }
            Some(404) if error.is_unknown_kind() => {
                "\n  help: its custom resources are not installed: efl compile --emit crds | kubectl apply -f -"
            }
            None => "\n  help: is it the right context? --context names another",
            _ => "",
        };
        Failure::failed(format!("cannot {what}: {error}{help}"))
    }
}

/// An orchestrator on the command line: `name`, or `namespace/name`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Name {
    /// The namespace, where it is given.
    pub(crate) namespace: Option<String>,
    /// The name.
    pub(crate) name: String,
}

impl std::str::FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (namespace, name) = match text.split_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, text),
        };
        if name.is_empty() || name.contains('/') || namespace.as_deref() == Some("") {
            return Err("it is NAME or NAMESPACE/NAME".to_owned());
        }
        Ok(Self { namespace, name: name.to_owned() })
    }
}

impl Name {
    /// Where it is: in the given namespace, else in the only one that has it.
    pub(crate) async fn find(&self, client: &Client) -> Result<(String, String), Failure> {
        if let Some(namespace) = &self.namespace {
            return Ok((namespace.clone(), self.name.clone()));
        }
        let all = efl_runtime::deploy::all(client, None).await.map_err(refused("list orchestrators"))?;
        let found: Vec<&str> =
            all.iter().filter(|o| o.name == self.name).map(|o| o.namespace.as_str()).collect();
        match found.as_slice() {
            [namespace] => Ok(((*namespace).to_owned(), self.name.clone())),
            [] => {
                let names: Vec<String> = all.iter().map(|o| format!("{}/{}", o.namespace, o.name)).collect();
                Err(Failure::failed(format!("there is no orchestrator `{}`: {}", self.name, known(&names))))
            }
            several => Err(Failure::failed(format!(
                "`{}` is in the namespaces {}: say NAMESPACE/{}",
                self.name,
                several.join(", "),
                self.name
            ))),
        }
    }
}

/// The pipelines of a name, or all of them; a name must be one's.
pub(crate) async fn pipelines(places: &Places, name: Option<&Name>) -> Result<Vec<Pipeline>, Failure> {
    let namespace = name.and_then(|name| name.namespace.as_deref());
    let all = inspect::pipelines(&places.control, namespace).await.map_err(refused("list orchestrators"))?;
    let Some(Name { name, .. }) = name else { return Ok(all) };
    let paths: Vec<String> = all.iter().map(Pipeline::path).collect();
    let found: Vec<Pipeline> = all.into_iter().filter(|pipeline| pipeline.standing.name == *name).collect();
    if found.is_empty() {
        return Err(Failure::failed(format!("there is no orchestrator `{name}`: {}", known(&paths))));
    }
    Ok(found)
}

/// What there is instead.
pub(crate) fn known(names: &[String]) -> String {
    if names.is_empty() { "there are none".to_owned() } else { format!("there are {}", names.join(", ")) }
}
