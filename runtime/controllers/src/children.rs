//! What stands in the API server of what orchestrators became: the metadata of every child, kept up to date by watches.

use crate::api::{self, APPLIED, BINDING, CHILDREN, Kind, MANAGED};
use futures::{Stream, StreamExt, channel::mpsc};
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams, PartialObjectMeta},
    runtime::{
        WatchStreamExt, reflector,
        reflector::{ObjectRef, Store},
        watcher,
    },
};
use std::{sync::Arc, time::Duration};

/// A child without its contents.
pub type Meta = PartialObjectMeta<DynamicObject>;

/// The children of one kind.
struct Watched {
    kind: Kind,
    store: Store<Meta>,
}

/// Every child, and Karmada's bindings.
pub struct Children {
    watched: Vec<Watched>,
    bindings: Option<Store<DynamicObject>>,
}

/// An orchestrator to look at: (namespace, name).
pub type Touched = (String, String);

impl Children {
    /// Watches every kind that the API server has. The receiver tells whose children changed.
    pub async fn watch(client: &Client) -> (Self, mpsc::UnboundedReceiver<Touched>) {
        let (sender, receiver) = mpsc::unbounded();
        let mut watched = Vec::new();
        for kind in CHILDREN.iter().copied().filter(|kind| *kind != api::SECRET) {
            let api: Api<Meta> = Api::all_with(client.clone(), &kind.resource());
            if !is_served(client, kind).await {
                tracing::warn!(kind = kind.name, "the API server does not know this kind");
                continue;
            }
            let writer = reflector::store::Writer::new(kind.resource());
            let store = writer.as_reader();
            let events = watcher(api, watcher::Config::default().labels(MANAGED))
                .default_backoff()
                .modify(|object| object.metadata.managed_fields = None);
            follow(reflector(writer, events), sender.clone(), |object| api::owner(&object.metadata));
            watched.push(Watched { kind, store });
        }
        let mut bindings = None;
        if is_served(client, BINDING).await {
            let writer = reflector::store::Writer::new(BINDING.resource());
            bindings = Some(writer.as_reader());
            let api: Api<DynamicObject> = Api::all_with(client.clone(), &BINDING.resource());
            let events = watcher(api, watcher::Config::default())
                .default_backoff()
                .modify(|object| object.metadata.managed_fields = None);
            let owners: Vec<(Kind, Store<Meta>)> =
                watched.iter().map(|w| (w.kind, w.store.clone())).collect();
            follow(reflector(writer, events), sender, move |binding| {
                let of = &binding.data["spec"]["resource"];
                let (api_version, kind) = (of["apiVersion"].as_str()?, of["kind"].as_str()?);
                let (kind, store) = owners.iter().find(|(k, _)| k.is(api_version, kind))?;
                let child = ObjectRef::new_with(of["name"].as_str()?, kind.resource())
                    .within(of["namespace"].as_str()?);
                api::owner(&store.get(&child)?.metadata)
            });
        }
        (Self { watched, bindings }, receiver)
    }

    /// Until every watch has seen what there is.
    pub async fn ready(&self) {
        for watched in &self.watched {
            let _ = watched.store.wait_until_ready().await; // a dropped writer: the process ends
        }
        if let Some(bindings) = &self.bindings {
            let _ = bindings.wait_until_ready().await;
        }
    }

    /// Whether there are members behind this API server.
    pub fn is_karmada(&self) -> bool {
        self.bindings.is_some()
    }

    /// A child.
    pub fn get(&self, kind: Kind, namespace: &str, name: &str) -> Option<Arc<Meta>> {
        let store = &self.watched.iter().find(|w| w.kind == kind)?.store;
        store.get(&ObjectRef::new_with(name, kind.resource()).within(namespace))
    }

    /// The checksum with which a child was applied.
    pub fn checksum(&self, kind: Kind, namespace: &str, name: &str) -> Option<String> {
        self.get(kind, namespace, name)?.metadata.annotations.as_ref()?.get(APPLIED).cloned()
    }

    /// Every child of an orchestrator, in the order in which they are deleted.
    pub fn of(&self, namespace: &str, name: &str) -> Vec<(Kind, Arc<Meta>)> {
        let is_ours = |child: &Meta| {
            let label = |key| child.metadata.labels.as_ref().and_then(|l| l.get(key)).map(String::as_str);
            label(api::OWNER_NAME) == Some(name) && label(api::OWNER_NAMESPACE) == Some(namespace)
        };
        let of_kind = |w: &Watched| {
            let kind = w.kind;
            w.store.state_filter(is_ours).into_iter().map(move |child| (kind, child))
        };
        self.watched.iter().flat_map(of_kind).collect()
    }

    /// Karmada's account of a child.
    pub fn binding(&self, kind: Kind, namespace: &str, name: &str) -> Option<Arc<DynamicObject>> {
        // Upstream: karmada/pkg/util/names/names.go, GenerateBindingName.
        let name = format!("{name}-{}", kind.name).to_lowercase().replace(':', ".");
        self.bindings.as_ref()?.get(&ObjectRef::new_with(&name, BINDING.resource()).within(namespace))
    }
}

/// Whether the API server has a kind.
pub async fn is_served(client: &Client, kind: Kind) -> bool {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &kind.resource());
    let mut backoff = Duration::from_millis(200);
    loop {
        match crate::client::within(api.list_metadata(&ListParams::default().limit(1))).await {
            Ok(_) => return true,
            Err(error) if error.is_not_found() => return false,
            Err(error) => {
                tracing::warn!(kind = kind.name, %error, "the API server does not answer; trying again");
                tokio::time::sleep(backoff).await;
                backoff = (backoff * 2).min(Duration::from_secs(10));
            }
        }
    }
}

/// Keeps a store up to date and tells whose objects change.
fn follow<K: Send + 'static>(
    events: impl Stream<Item = Result<watcher::Event<K>, watcher::Error>> + Send + 'static,
    touched: mpsc::UnboundedSender<Touched>,
    owner: impl Fn(&K) -> Option<Touched> + Send + 'static,
) {
    tokio::spawn(async move {
        let mut events = std::pin::pin!(events);
        while let Some(event) = events.next().await {
            let object = match event {
                Ok(watcher::Event::Apply(object) | watcher::Event::Delete(object)) => object,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(%error, "a watch was interrupted");
                    continue;
                }
            };
            if let Some(owner) = owner(&object) {
                let _ = touched.unbounded_send(owner); // nobody listens: the process ends
            }
        }
    });
}
