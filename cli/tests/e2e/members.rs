//! What Knative and Argo Events report on a member, where there are no nodes to run them; and whether the pipeline would work.

use kube::{
    Api,
    api::{ApiResource, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams},
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How often the members are looked at.
const EVERY: Duration = Duration::from_millis(100);

/// The kinds whose controllers are missing, with the condition that says that all is well.
const REPORTED: [(&str, &str, &str, &str, &str); 4] = [
    ("serving.knative.dev", "v1", "Service", "services", "Ready"),
    ("argoproj.io", "v1alpha1", "Sensor", "sensors", "Deployed"),
    ("argoproj.io", "v1alpha1", "EventSource", "eventsources", "Deployed"),
    ("argoproj.io", "v1alpha1", "EventBus", "eventbus", "Deployed"),
];

/// Follows the members until it is dropped.
pub struct Members {
    stop: Arc<AtomicBool>,
    unhealthy: Arc<AtomicUsize>,
    objects: Arc<AtomicUsize>,
    told: Arc<Mutex<Told>>,
    thread: Option<JoinHandle<()>>,
}

/// What a test has told the members.
#[derive(Default)]
struct Told {
    /// Kinds that are never ready on a member.
    withheld: BTreeSet<(String, &'static str)>,
    /// Members that were killed: what is there does not work.
    down: BTreeSet<String>,
}

impl Members {
    /// Of kubeconfigs by member.
    pub fn start(kubeconfigs: &[(String, PathBuf)], namespace: &str) -> Self {
        let (stop, unhealthy, objects) =
            (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (kubeconfigs, namespace) = (kubeconfigs.to_vec(), namespace.to_owned());
        let (stopped, counted, seen) = (stop.clone(), unhealthy.clone(), objects.clone());
        let told = Arc::<Mutex<Told>>::default();
        let hears = told.clone();
        let thread = thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(follow(&kubeconfigs, &namespace, &stopped, &counted, &seen, &hears));
        });
        Self { stop, unhealthy, objects, told, thread: Some(thread) }
    }

    /// What is new of a kind is not ready on a member, until [`Members::release`].
    pub fn withhold(&self, member: &str, kind: &'static str) {
        self.told.lock().expect("no panic").withheld.insert((member.to_owned(), kind));
    }

    /// Everything gets ready again.
    pub fn release(&self) {
        self.told.lock().expect("no panic").withheld.clear();
    }

    /// A member was killed, or is back.
    pub fn is_down(&self, member: &str, down: bool) {
        let mut told = self.told.lock().expect("no panic");
        if down {
            told.down.insert(member.to_owned());
        } else {
            told.down.remove(member);
        }
    }

    /// At how many instants no member had the functions ready and the Sensor beside them, since there was one that had.
    pub fn unhealthy(&self) -> usize {
        self.unhealthy.load(Ordering::SeqCst)
    }

    /// Whether nothing of a pipeline is left on any member, before a time is over.
    pub fn empty_within(&self, limit: Duration) -> bool {
        let began = Instant::now();
        while began.elapsed() < limit {
            if self.objects.load(Ordering::SeqCst) == 0 {
                return true;
            }
            thread::sleep(EVERY);
        }
        false
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // its panic has been printed
        }
    }
}

async fn follow(
    kubeconfigs: &[(String, PathBuf)],
    namespace: &str,
    stop: &AtomicBool,
    unhealthy: &AtomicUsize,
    objects: &AtomicUsize,
    told: &Mutex<Told>,
) {
    let mut members = Vec::new();
    for (name, path) in kubeconfigs {
        let connection =
            efl_runtime::Connection { kubeconfig: Some(path.clone()), ..efl_runtime::Connection::default() };
        let (client, _) = efl_runtime::connect(&connection).await.expect("a member answers");
        members.push((name.clone(), client));
    }
    let mut worked = false;
    while !stop.load(Ordering::SeqCst) {
        let (mut works, mut count, mut all_answered) = (false, 0, true);
        for (name, client) in &members {
            if told.lock().expect("no panic").down.contains(name) {
                continue;
            }
            let mut ready = [false; 2];
            for (at, (group, version, kind, plural, condition)) in REPORTED.into_iter().enumerate() {
                let resource =
                    ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
                let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
                let Ok(list) = api.list(&ListParams::default()).await else {
                    all_answered = false;
                    continue;
                };
                count += list.items.len();
                for object in &list.items {
                    let generation = object.metadata.generation;
                    if object.metadata.deletion_timestamp.is_some() {
                        continue;
                    }
                    if at < 2 && object.data["status"]["conditions"][0]["status"] == "True" {
                        ready[at] = true;
                    }
                    if object.data["status"]["observedGeneration"].as_i64() == generation {
                        continue;
                    }
                    if told.lock().expect("no panic").withheld.contains(&(name.clone(), kind)) {
                        continue;
                    }
                    let status = json!({ "status": {
                        "observedGeneration": generation,
                        "conditions": [{ "type": condition, "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z" }],
                    } });
                    let object = object.metadata.name.as_deref().unwrap_or_default();
                    // It may be gone by now.
                    let _ = api.patch_status(object, &PatchParams::default(), &Patch::Merge(&status)).await;
                }
            }
            works |= ready == [true; 2];
        }
        objects.store(count, Ordering::SeqCst);
        if all_answered {
            worked = if count == 0 { false } else { worked || works };
            if worked && !works {
                unhealthy.fetch_add(1, Ordering::SeqCst);
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
