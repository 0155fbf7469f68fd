//! Leader election over a Lease of the API server: compare and swap by the resource version, so that two that try at once
//! cannot both win. Upstream: `k8s.io/client-go/tools/leaderelection`.

use crate::client::{ApiError, within};
use k8s_openapi::{
    api::coordination::v1::{Lease, LeaseSpec},
    apimachinery::pkg::apis::meta::v1::MicroTime,
    jiff::Timestamp,
};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use std::time::{Duration, Instant};

/// How long a leader that is not heard of is taken to live.
const DURATION: Duration = Duration::from_secs(15);
/// How often the leader renews, and the others try.
const RENEW: Duration = Duration::from_secs(3);

/// A candidate.
pub struct Candidate {
    api: Api<Lease>,
    name: &'static str,
    identity: String,
    /// The last version of another's Lease, and when it was seen first: clocks of machines differ.
    seen: Option<(String, Instant)>,
}

impl Candidate {
    /// For a Lease of a namespace.
    pub fn new(client: Client, namespace: &str, name: &'static str) -> Self {
        let host = std::env::var("POD_NAME").or_else(|_| std::env::var("HOSTNAME"));
        let identity = format!("{}_{}", host.unwrap_or_else(|_| "efl".to_owned()), std::process::id());
        Self { api: Api::namespaced(client, namespace), name, identity, seen: None }
    }

    /// Returns when it leads.
    pub async fn lead(&mut self) {
        loop {
            match self.try_once().await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the lease cannot be had"),
            }
            tokio::time::sleep(RENEW).await;
        }
    }

    /// Returns when it leads no more: its Lease could not be renewed in time, or is another's.
    pub async fn hold(&mut self) {
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(RENEW).await;
            match self.try_once().await {
                Ok(true) => renewed = Instant::now(),
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "the lease was not renewed"),
            }
            if renewed.elapsed() + RENEW >= DURATION {
                return;
            }
        }
    }

    /// Lets another lead at once.
    pub async fn release(&mut self) {
        if let Ok(mut lease) = within(self.api.get(self.name)).await
            && self.is_mine(&lease)
        {
            let spec = lease.spec.get_or_insert_default();
            spec.holder_identity = Some(String::new());
            let _ = within(self.api.replace(self.name, &PostParams::default(), &lease)).await; // it runs out
        }
    }

    fn is_mine(&self, lease: &Lease) -> bool {
        lease.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref()) == Some(&self.identity)
    }

    /// Takes or renews the Lease; whether it is this candidate's now.
    async fn try_once(&mut self) -> Result<bool, ApiError> {
        let now = MicroTime(Timestamp::now());
        let mut lease = match within(self.api.get(self.name)).await {
            Ok(lease) => lease,
            Err(error) if error.is_not_found() => {
                let lease = Lease {
                    metadata: ObjectMeta { name: Some(self.name.to_owned()), ..ObjectMeta::default() },
                    spec: Some(self.spec(now, 0)),
                };
                return self.won(within(self.api.create(&PostParams::default(), &lease)).await);
            }
            Err(error) => return Err(error),
        };
        let spec = lease.spec.clone().unwrap_or_default();
        if self.is_mine(&lease) {
            lease.spec = Some(LeaseSpec { renew_time: Some(now), ..spec });
        } else {
            let version = lease.metadata.resource_version.clone().unwrap_or_default();
            if self.seen.as_ref().is_none_or(|(seen, _)| *seen != version) {
                self.seen = Some((version, Instant::now()));
            }
            let free = spec.holder_identity.as_deref().is_none_or(str::is_empty);
            let dead = self.seen.as_ref().is_some_and(|(_, since)| since.elapsed() >= DURATION);
            if !free && !dead {
                return Ok(false);
            }
            lease.spec = Some(self.spec(now, spec.lease_transitions.unwrap_or(0) + 1));
        }
        self.won(within(self.api.replace(self.name, &PostParams::default(), &lease)).await)
    }

    fn won(&self, answer: Result<Lease, ApiError>) -> Result<bool, ApiError> {
        match answer {
            Ok(lease) => Ok(self.is_mine(&lease)),
            // Another was faster.
            Err(ApiError::Refused(kube::Error::Api(status))) if status.code == 409 => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn spec(&self, now: MicroTime, transitions: i32) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(self.identity.clone()),
            lease_duration_seconds: i32::try_from(DURATION.as_secs()).ok(),
            acquire_time: Some(now.clone()),
            renew_time: Some(now),
            lease_transitions: Some(transitions),
            ..LeaseSpec::default()
        }
    }
}
