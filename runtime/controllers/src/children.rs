//! What stands in the API server of what orchestrators became, kept up to date by watches.
//!
//! There are tens of thousands of children, so little is kept of each: where it is, whose, and the checksum with which it was
//! applied; and of a binding what it says of health.

use crate::{
    api::{self, APPLIED, BINDING, CHILDREN, Kind, MANAGED},
    client::within,
    health::Account,
};
use futures::{FutureExt, Stream, StreamExt, channel::mpsc};
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams, ObjectMeta, PartialObjectMeta},
    runtime::{WatchStreamExt, watcher},
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};
use tokio::sync::watch;

/// An object without its contents.
type Meta = PartialObjectMeta<DynamicObject>;
/// Namespace and name.
type Id = (String, String);
/// An orchestrator to look at: (namespace, name).
pub type Touched = (String, String);

/// A child, as far as it matters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Child {
    /// Where it is.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The checksum with which it was applied.
    pub checksum: Option<String>,
    /// Its version.
    pub generation: Option<i64>,
    /// Whether it is being deleted.
    pub is_going: bool,
    owner: Option<Arc<Touched>>,
}

impl Child {
    fn of(metadata: ObjectMeta) -> Self {
        let owner = api::owner(&metadata).map(Arc::new);
        Self {
            namespace: metadata.namespace.unwrap_or_default(),
            name: metadata.name.unwrap_or_default(),
            checksum: metadata.annotations.and_then(|mut annotations| annotations.remove(APPLIED)),
            generation: metadata.generation,
            is_going: metadata.deletion_timestamp.is_some(),
            owner,
        }
    }
}

/// The children of one kind.
#[derive(Default)]
struct OfKind {
    all: HashMap<Id, Arc<Child>>,
    by_owner: HashMap<Arc<Touched>, HashSet<Id>>,
}

impl OfKind {
    fn insert(&mut self, child: Child) {
        let id = (child.namespace.clone(), child.name.clone());
        if let Some(owner) = &child.owner {
            self.by_owner.entry(owner.clone()).or_default().insert(id.clone());
        }
        let owner = child.owner.clone();
        if let Some(old) = self.all.insert(id.clone(), Arc::new(child))
            && old.owner != owner
        {
            self.disown(old.owner.as_ref(), &id);
        }
    }

    fn disown(&mut self, owner: Option<&Arc<Touched>>, id: &Id) {
        if let Some(owner) = owner
            && let Some(ids) = self.by_owner.get_mut(owner)
        {
            ids.remove(id);
            if ids.is_empty() {
                self.by_owner.remove(owner);
            }
        }
    }
}

/// Karmada's bindings: what each says of a resource, and the orchestrator of that.
#[derive(Default)]
struct Bindings(HashMap<Id, (Arc<Account>, Option<Touched>)>);

/// What a watch fills; it tells whose objects change.
trait Keep<K> {
    fn ids(&self) -> HashSet<Id>;
    fn put(&mut self, object: K) -> Option<Touched>;
    fn remove(&mut self, id: &Id) -> Option<Touched>;
}

impl Keep<Meta> for OfKind {
    fn ids(&self) -> HashSet<Id> {
        self.all.keys().cloned().collect()
    }

    fn put(&mut self, object: Meta) -> Option<Touched> {
        let child = Child::of(object.metadata);
        let owner = child.owner.as_deref().cloned();
        self.insert(child);
        owner
    }

    fn remove(&mut self, id: &Id) -> Option<Touched> {
        let child = self.all.remove(id)?;
        self.disown(child.owner.as_ref(), id);
        child.owner.as_deref().cloned()
    }
}

impl Keep<Binding> for Bindings {
    fn ids(&self) -> HashSet<Id> {
        self.0.keys().cloned().collect()
    }

    fn put(&mut self, Binding { metadata, account, owner }: Binding) -> Option<Touched> {
        self.0.insert(id_of(&metadata), (Arc::new(account), owner.clone()));
        owner
    }

    fn remove(&mut self, id: &Id) -> Option<Touched> {
        self.0.remove(id)?.1
    }
}

/// A binding, read.
struct Binding {
    metadata: ObjectMeta,
    account: Account,
    owner: Option<Touched>,
}

fn id_of(metadata: &ObjectMeta) -> Id {
    (metadata.namespace.clone().unwrap_or_default(), metadata.name.clone().unwrap_or_default())
}

/// A cache that a watch fills.
struct Cache<T> {
    content: RwLock<T>,
    seen: watch::Sender<bool>,
}

impl<T: Default> Default for Cache<T> {
    fn default() -> Self {
        Self { content: RwLock::default(), seen: watch::Sender::new(false) }
    }
}

impl<T> Cache<T> {
    fn read(&self) -> RwLockReadGuard<'_, T> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.content.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until the watch has seen what there is.
    async fn ready(&self) {
        let _ = self.seen.subscribe().wait_for(|seen| *seen).await; // the sender is ours
    }
}

/// Keeps a cache up to date, and tells whose objects change.
fn follow<K, T>(
    cache: Arc<Cache<T>>,
    events: impl Stream<Item = Result<watcher::Event<K>, watcher::Error>> + Send + 'static,
    touched: mpsc::UnboundedSender<Touched>,
    id: impl Fn(&K) -> Id + Send + 'static,
) where
    K: Send + 'static,
    T: Keep<K> + Send + Sync + 'static,
{
    tokio::spawn(async move {
        let mut events = std::pin::pin!(events);
        // What is not among the objects of a new list is gone.
        let mut old = HashSet::new();
        while let Some(event) = events.next().await {
            let whose = match event {
                Ok(watcher::Event::Init) => {
                    old = cache.read().ids();
                    continue;
                }
                Ok(watcher::Event::InitApply(object)) => {
                    old.remove(&id(&object));
                    let whose = cache.write().put(object);
                    // At the start every orchestrator is looked at anyway.
                    whose.filter(|_| *cache.seen.borrow())
                }
                Ok(watcher::Event::InitDone) => {
                    for id in old.drain() {
                        if let Some(owner) = cache.write().remove(&id) {
                            let _ = touched.unbounded_send(owner); // nobody listens: the process ends
                        }
                    }
                    cache.seen.send_replace(true);
                    continue;
                }
                Ok(watcher::Event::Apply(object)) => cache.write().put(object),
                Ok(watcher::Event::Delete(object)) => cache.write().remove(&id(&object)),
                Err(error) => {
                    tracing::warn!(%error, "a watch was interrupted");
                    continue;
                }
            };
            if let Some(owner) = whose {
                let _ = touched.unbounded_send(owner);
            }
        }
    });
}

/// Every child, and Karmada's bindings.
pub struct Children {
    watched: Vec<(Kind, Arc<Cache<OfKind>>)>,
    bindings: Option<Arc<Cache<Bindings>>>,
}

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
            let cache = Arc::new(Cache::default());
            let events = watcher(api, watcher::Config::default().labels(MANAGED)).default_backoff();
            follow(cache.clone(), events, sender.clone(), |object: &Meta| id_of(&object.metadata));
            watched.push((kind, cache));
        }
        let mut bindings = None;
        if is_served(client, BINDING).await {
            let cache = Arc::new(Cache::default());
            let api: Api<DynamicObject> = Api::all_with(client.clone(), &BINDING.resource());
            let kinds = watched.clone();
            let read = move |object: DynamicObject| Binding {
                account: Account::of(&object),
                owner: owner_of(&kinds, &object),
                metadata: object.metadata,
            };
            let children = watched.clone();
            let events = async move {
                // Whose a binding is, its resource says.
                ready(&children).await;
                watcher(api, watcher::Config::default()).default_backoff()
            };
            let events = events.flatten_stream().map(move |event| Ok(mapped(event?, &read)));
            follow(cache.clone(), events, sender, |binding: &Binding| id_of(&binding.metadata));
            bindings = Some(cache);
        }
        (Self { watched, bindings }, receiver)
    }

    /// Until every watch has seen what there is.
    pub async fn ready(&self) {
        ready(&self.watched).await;
        if let Some(cache) = &self.bindings {
            cache.ready().await;
        }
    }

    /// Whether there are members behind this API server.
    pub fn is_karmada(&self) -> bool {
        self.bindings.is_some()
    }

    /// A child.
    pub fn get(&self, kind: Kind, namespace: &str, name: &str) -> Option<Arc<Child>> {
        let (_, cache) = self.watched.iter().find(|(watched, _)| *watched == kind)?;
        cache.read().all.get(&(namespace.to_owned(), name.to_owned())).cloned()
    }

    /// The checksum with which a child was applied.
    pub fn checksum(&self, kind: Kind, namespace: &str, name: &str) -> Option<String> {
        self.get(kind, namespace, name)?.checksum.clone()
    }

    /// Every child of an orchestrator, in the order in which they are deleted.
    pub fn of(&self, namespace: &str, name: &str) -> Vec<(Kind, Arc<Child>)> {
        let owner = (namespace.to_owned(), name.to_owned());
        let mut all = Vec::new();
        for (kind, cache) in &self.watched {
            let cache = cache.read();
            let ids = cache.by_owner.get(&owner).into_iter().flatten();
            all.extend(ids.filter_map(|id| Some((*kind, cache.all.get(id)?.clone()))));
        }
        all
    }

    /// Karmada's account of a child.
    pub fn binding(&self, kind: Kind, namespace: &str, name: &str) -> Option<Arc<Account>> {
        // Upstream: karmada/pkg/util/names/names.go, GenerateBindingName.
        let name = format!("{name}-{}", kind.name).to_lowercase().replace(':', ".");
        let cache = self.bindings.as_ref()?.read();
        cache.0.get(&(namespace.to_owned(), name)).map(|(account, _)| account.clone())
    }
}

async fn ready(watched: &[(Kind, Arc<Cache<OfKind>>)]) {
    for (_, cache) in watched {
        cache.ready().await;
    }
}

/// The orchestrator whose child a binding is of.
fn owner_of(kinds: &[(Kind, Arc<Cache<OfKind>>)], binding: &DynamicObject) -> Option<Touched> {
    let of = &binding.data["spec"]["resource"];
    let (api_version, kind) = (of["apiVersion"].as_str()?, of["kind"].as_str()?);
    let (_, cache) = kinds.iter().find(|(known, _)| known.is(api_version, kind))?;
    let id = (of["namespace"].as_str()?.to_owned(), of["name"].as_str()?.to_owned());
    cache.read().all.get(&id)?.owner.as_deref().cloned()
}

fn mapped<A, B>(event: watcher::Event<A>, read: &impl Fn(A) -> B) -> watcher::Event<B> {
    match event {
        watcher::Event::Init => watcher::Event::Init,
        watcher::Event::InitDone => watcher::Event::InitDone,
        watcher::Event::InitApply(object) => watcher::Event::InitApply(read(object)),
        watcher::Event::Apply(object) => watcher::Event::Apply(read(object)),
        watcher::Event::Delete(object) => watcher::Event::Delete(read(object)),
    }
}

/// Whether the API server has a kind.
pub async fn is_served(client: &Client, kind: Kind) -> bool {
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &kind.resource());
    let mut backoff = Duration::from_millis(200);
    loop {
        match within(api.list_metadata(&ListParams::default().limit(1))).await {
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

#[cfg(test)]
mod tests {
    use super::{Child, Keep, Meta, OfKind};
    use crate::api::{OWNER_NAME, OWNER_NAMESPACE};
    use serde_json::json;

    fn meta(name: &str, owner: &str, checksum: &str) -> Meta {
        let object = json!({ "metadata": {
            "name": name, "namespace": "n", "generation": 1,
            "labels": { OWNER_NAME: owner, OWNER_NAMESPACE: "n" }, "annotations": { "efl.dev/applied": checksum },
        } });
        serde_json::from_value(object).expect("an object")
    }

    fn of<'k>(kept: &'k OfKind, owner: &str) -> Vec<&'k str> {
        let ids = kept.by_owner.get(&("n".to_owned(), owner.to_owned()));
        let mut names: Vec<&str> = ids.into_iter().flatten().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_child_is_found_by_its_owner_until_it_is_gone_or_another_s() {
        let mut kept = OfKind::default();
        let owner = Some(("n".to_owned(), "a".to_owned()));
        assert_eq!(kept.put(meta("x", "a", "1")), owner);
        kept.put(meta("y", "a", "1"));
        assert_eq!(of(&kept, "a"), ["x", "y"]);
        kept.put(meta("x", "a", "2"));
        assert_eq!(of(&kept, "a"), ["x", "y"]);
        kept.put(meta("y", "b", "1"));
        assert_eq!((of(&kept, "a"), of(&kept, "b")), (vec!["x"], vec!["y"]));
        assert_eq!(Keep::<Meta>::remove(&mut kept, &("n".to_owned(), "x".to_owned())), owner);
        assert_eq!(kept.by_owner.len(), 1);
        assert_eq!(kept.all.values().map(|child| Child::clone(child).name).collect::<Vec<_>>(), ["y"]);
    }
}
