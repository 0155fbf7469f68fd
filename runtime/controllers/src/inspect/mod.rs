//! What a person asks of running pipelines: what ran, what functions said, what became of an event, and whether the installation is
//! as it should be. Members are asked through Karmada's proxy, as the person who asks; nothing of the runtime is needed for it.

pub mod doctor;
pub mod logs;
mod pipeline;
pub mod replay;
pub mod runs;
pub mod trace;

pub use pipeline::{Pipeline, pipelines};

use crate::{
    api::CLUSTER,
    client::{ApiError, Connection, client, configuration},
    installation,
};
use futures::{StreamExt, stream};
use kube::{Client, Config};

/// On a Workflow: the one that it repeats.
const REPLAY_OF: &str = "efl.dev/replay-of";
/// How many clusters are asked at once.
const AT_ONCE: usize = 8;

/// What is to be done where Karmada's proxy refuses to pass on who asks.
/// Upstream: `karmada/pkg/util/rbac.go`, `GenerateImpersonationRules`.
pub const PROXY_HELP: &str = "Karmada's proxy passes on only those who are named, with each of their groups, where a role for \
    clusters/proxy is bound: kubectl set subject clusterrolebinding efl-operator --user=YOU --group=EACH-OF-YOUR-GROUPS \
    (efl doctor says who you are)";

/// The clusters where pipelines run.
pub struct Places {
    /// Of Karmada's control plane, or of the one cluster.
    pub control: Client,
    config: Config,
    members: Option<installation::Members>,
}

/// One of them.
#[derive(Clone)]
pub struct Place {
    /// Karmada's name for it; empty of the one cluster without Karmada.
    pub cluster: String,
    /// Speaks to it.
    pub client: Client,
}

/// What was found on all clusters, and which of them could not be asked.
#[derive(Debug)]
pub struct Found<T> {
    /// What was found.
    pub items: Vec<T>,
    /// Clusters that did not answer, and why.
    pub silent: Vec<(String, String)>,
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self { items: Vec::new(), silent: Vec::new() }
    }
}

impl Places {
    /// Of a control plane.
    pub async fn open(connection: &Connection) -> Result<Self, String> {
        let config = configuration(connection).await?;
        let control = client(config.clone(), None)?;
        let members = match installation::members(&control).await {
            Ok(members) => Some(members),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(format!("the clusters of Karmada cannot be listed: {error}")),
        };
        Ok(Self { control, config, members })
    }

    /// Whether there are members behind it.
    pub fn is_karmada(&self) -> bool {
        self.members.is_some()
    }

    /// A cluster.
    pub fn place(&self, cluster: &str) -> Result<Place, String> {
        if cluster.is_empty() {
            return Ok(Place { cluster: String::new(), client: self.control.clone() });
        }
        let kind = CLUSTER.resource();
        let base = self.config.cluster_url.to_string();
        let url = format!(
            "{}/apis/{}/{}/{cluster}/proxy",
            base.trim_end_matches('/'),
            kind.api_version,
            kind.plural
        );
        let mut config = self.config.clone();
        config.cluster_url = url.parse().map_err(|e| format!("{url}: {e}"))?;
        Ok(Place { cluster: cluster.to_owned(), client: client(config, None)? })
    }

    /// Every cluster; those that Karmada does not reach are silent.
    pub fn all(&self) -> Found<Place> {
        let mut found = Found::default();
        let Some(members) = &self.members else {
            found.items.push(Place { cluster: String::new(), client: self.control.clone() });
            return found;
        };
        for (name, member) in members {
            let place = if member.ready { self.place(name) } else { Err("it is not ready".to_owned()) };
            match place {
                Ok(place) => found.items.push(place),
                Err(why) => found.silent.push((name.clone(), why)),
            }
        }
        found
    }

    /// Asks every cluster the same.
    pub async fn ask<T>(&self, question: impl AsyncFn(&Place) -> Result<Vec<T>, ApiError>) -> Found<T> {
        let Found { items: places, silent } = self.all();
        let mut found = Found { items: Vec::new(), silent };
        let question = &question;
        let answers = stream::iter(places)
            .map(|place| async move { (place.cluster.clone(), question(&place).await) })
            .buffer_unordered(AT_ONCE);
        let mut answers = std::pin::pin!(answers);
        while let Some((cluster, answer)) = answers.next().await {
            match answer {
                Ok(items) => found.items.extend(items),
                // A member without Argo or Knative has nothing of ours.
                Err(error) if error.is_unknown_kind() => {}
                Err(error) => found.silent.push((cluster, error.to_string())),
            }
        }
        found
    }
}
