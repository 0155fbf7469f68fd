//! The runtime and an API server that is late, busy, wrong or gone: it comes to its end, without a storm of requests, and without a
//! write when nothing changes (level 1 of the test bed). The API server is real; between the two stands a proxy that makes the faults.

use efl_runtime::{Client, Connection, Controller, Options, deploy::Standing};
use efl_testbed::{Bed, Level};
use futures::{StreamExt as _, stream};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, BodyStream, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Bytes, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use kube::client::Body;
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    fs, io,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, task::JoinHandle, time::sleep};

const NAMESPACE: &str = "faults";
/// Orchestrators at a time.
const MANY: usize = 6;
/// As the runtime has it by default.
const RATE: u32 = 20;

/// What the proxy does to requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    None,
    /// Every third write is refused: somebody else was faster.
    Conflict,
    /// Every third request is one too many for the next second.
    TooMany,
    /// Every third request fails.
    Internal,
    /// Watches break off after a moment.
    Watches,
    /// Everything takes half a second.
    Late,
}

#[derive(Clone, Copy)]
struct Seen {
    at: Instant,
    write: bool,
}

/// A proxy, and what went through it.
struct Proxy {
    to: Client,
    fault: Mutex<Fault>,
    seen: Mutex<Vec<Seen>>,
    turns: AtomicUsize,
}

type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

/// An answer as the API server gives it.
fn refusal(status: StatusCode, reason: &str) -> Answer {
    let text = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": format!("{reason}, says the test"),
        "reason": reason, "code": status.as_u16(),
    });
    let body = http_body_util::Full::from(text.to_string()).map_err(|never: Infallible| match never {});
    let answer = Response::builder().status(status).header("Content-Type", "application/json");
    answer.body(body.boxed_unsync()).expect("an answer")
}

impl Proxy {
    async fn answer(&self, request: Request<Incoming>) -> Answer {
        let is_watch = request.uri().query().is_some_and(|query| query.contains("watch=true"));
        let write = request.method() != Method::GET;
        self.seen.lock().expect("no panic").push(Seen { at: Instant::now(), write });
        let fault = *self.fault.lock().expect("no panic");
        let hits = match fault {
            Fault::None | Fault::Watches | Fault::Late => false,
            Fault::Conflict => write,
            Fault::TooMany | Fault::Internal => true,
        };
        if hits && self.turns.fetch_add(1, SeqCst) % 3 == 2 {
            return match fault {
                Fault::Conflict => refusal(StatusCode::CONFLICT, "Conflict"),
                Fault::TooMany => {
                    let mut answer = refusal(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests");
                    answer.headers_mut().insert("Retry-After", http::HeaderValue::from_static("1"));
                    answer
                }
                _ => refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
            };
        }
        if fault == Fault::Late {
            sleep(Duration::from_millis(500)).await;
        }
        let (mut head, body) = request.into_parts();
        head.headers.remove("host");
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let Ok(answer) = self.to.send(Request::from_parts(head, Body::from(body.to_vec()))).await else {
            return refusal(StatusCode::BAD_GATEWAY, "Gone");
        };
        let breaks = is_watch && fault == Fault::Watches;
        let (head, body) = answer.into_parts();
        let frames = BodyStream::new(body).map(|frame| frame.map_err(io::Error::other));
        let body: UnsyncBoxBody<Bytes, io::Error> = if breaks {
            let end = stream::iter([Err::<Frame<Bytes>, _>(io::Error::other("broken off"))]);
            let after = sleep(Duration::from_millis(700));
            BodyExt::boxed_unsync(StreamBody::new(frames.take_until(after).chain(end)))
        } else {
            BodyExt::boxed_unsync(StreamBody::new(frames))
        };
        Response::from_parts(head, body)
    }

    /// Requests, writes, and the most requests in any second, since the last time.
    fn count(&self) -> (usize, usize, usize) {
        let seen = std::mem::take(&mut *self.seen.lock().expect("no panic"));
        let within = |from: Instant| {
            seen.iter().filter(|s| s.at >= from && s.at < from + Duration::from_secs(1)).count()
        };
        let most = seen.iter().map(|s| within(s.at)).max().unwrap_or_default();
        (seen.len(), seen.iter().filter(|s| s.write).count(), most)
    }
}

/// A proxy to an API server; the file with which it is reached.
async fn proxy(to: Client, folder: &Path) -> (Arc<Proxy>, std::path::PathBuf) {
    let proxy = Arc::new(Proxy {
        to,
        fault: Mutex::new(Fault::None),
        seen: Mutex::default(),
        turns: AtomicUsize::new(0),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "proxy",
        "clusters": [{ "name": "proxy", "cluster": { "server": format!("http://{}", listener.local_addr().expect("an address")) } }],
        "contexts": [{ "name": "proxy", "context": { "cluster": "proxy", "user": "proxy" } }],
        "users": [{ "name": "proxy", "user": {} }],
    });
    let path = folder.join("proxy.kubeconfig");
    fs::write(&path, config.to_string()).expect("it is written");
    let serving = proxy.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let serving = serving.clone();
            let service = service_fn(move |request| {
                let serving = serving.clone();
                async move { Ok::<_, Infallible>(serving.answer(request).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    (proxy, path)
}

/// What a person applies.
fn orchestrator(name: &str) -> Value {
    json!({
        "apiVersion": "efl.dev/v1alpha1", "kind": "Orchestrator", "metadata": { "name": name, "namespace": NAMESPACE },
        "spec": {
            "eventBus": { "jetstreamExotic": { "url": "tls://bus.example:4222", "stream": { "replicas": 3, "maxAge": "7d" } } },
            "sources": [{ "name": "roadside", "kind": "webhook", "fields": { "port": 12000 }, "events": [
                { "name": "vehicle", "type": "{ speed: number }", "fields": { "path": "/vehicle" } },
            ] }],
            "functions": [{ "name": "fine", "input": "(speed: number)", "image": "registry.example/fine:1.0" }],
            "rules": [{ "name": "speeding", "when": "vehicle[speed > 50]", "run": "fine(speed: vehicle.speed)" }],
        },
    })
}

/// A runtime behind the proxy, in this process.
fn runtime(kubeconfig: &Path) -> JoinHandle<()> {
    let options = Options {
        connection: Connection { kubeconfig: Some(kubeconfig.to_owned()), ..Connection::default() },
        controllers: Controller::ALL.into(),
        namespace: "efl-system".to_owned(),
        address: "127.0.0.1:0".parse().expect("an address"),
        alone: true,
        rate: RATE,
        patience: Duration::from_mins(5),
    };
    tokio::spawn(async move { efl_runtime::run(options).await.expect("it runs") })
}

async fn apply(admin: &Client, name: &str) {
    let declared = efl_runtime::deploy::Declared {
        namespace: NAMESPACE.to_owned(),
        name: name.to_owned(),
        object: orchestrator(name),
    };
    efl_runtime::deploy::apply(admin, &declared).await.expect("it is applied");
}

/// Waits until so many are there and all are ready.
async fn ready(admin: &Client, count: usize, limit: Duration) -> Duration {
    let began = Instant::now();
    loop {
        let all = efl_runtime::deploy::all(admin, Some(NAMESPACE)).await.unwrap_or_default();
        if all.len() == count && all.iter().all(Standing::is_ready) {
            return began.elapsed();
        }
        assert!(began.elapsed() < limit, "not ready: {all:?}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Deletes all, which the runtime has to allow.
async fn clear(admin: &Client) {
    let began = Instant::now();
    loop {
        let all = efl_runtime::deploy::all(admin, Some(NAMESPACE)).await.expect("they are listed");
        if all.is_empty() {
            return;
        }
        for one in &all {
            efl_runtime::deploy::delete(admin, (&one.namespace, &one.name)).await.expect("it is deleted");
        }
        assert!(began.elapsed() < Duration::from_mins(1), "not deleted: {all:?}");
        sleep(Duration::from_millis(200)).await;
    }
}

/// One test, because there is one bed. A bed that was up before stays up after it.
#[test]
fn level_one() {
    if !Level::One.asked("the runtime and an API server with faults") {
        return;
    }
    let bed = Bed::new(Level::One).expect("a cache");
    let was_up = bed.is_up();
    bed.up().expect("it comes up");
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    threads.expect("a runtime").block_on(faults(&bed));
    if !was_up {
        bed.down().expect("it goes down");
    }
}

async fn faults(bed: &Bed) {
    let folder = tempfile::tempdir().expect("a folder");
    let kubeconfig = bed.place("l1").expect("a place").kubeconfig;
    let connection = Connection { kubeconfig: Some(kubeconfig), ..Connection::default() };
    let (admin, _) = efl_runtime::connect(&connection).await.expect("it answers");
    let namespace = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE } });
    let create = Request::post("/api/v1/namespaces").header("Content-Type", "application/json");
    let create = create.body(namespace.to_string().into_bytes()).expect("a request");
    let _: Result<Value, _> = admin.request(create).await; // it may be there
    let (proxy, path) = proxy(admin.clone(), folder.path()).await;

    // What a run left that failed.
    let first = runtime(&path);
    clear(&admin).await;
    first.abort();

    let mut calm = 0;
    for fault in [Fault::None, Fault::Conflict, Fault::TooMany, Fault::Internal, Fault::Watches, Fault::Late]
    {
        *proxy.fault.lock().expect("no panic") = fault;
        let runtime = runtime(&path);
        proxy.count();
        for n in 0..MANY {
            apply(&admin, &format!("o{n}")).await;
        }
        let took = ready(&admin, MANY, Duration::from_secs(90)).await;
        // What was written last is seen.
        sleep(Duration::from_secs(2)).await;
        let (requests, writes, most) = proxy.count();
        sleep(Duration::from_secs(5)).await;
        let (idle, idle_writes, _) = proxy.count();
        println!(
            "fault={fault:?} ready={MANY} seconds={:.1} requests={requests} writes={writes} most-in-a-second={most} idle-requests={idle} idle-writes={idle_writes}",
            took.as_secs_f64()
        );
        if fault == Fault::None {
            calm = requests;
        }
        // Watches that break off are begun again, which takes more requests the longer it lasts.
        assert!(
            fault == Fault::Watches || requests <= calm * 3,
            "a storm: {requests} requests, and {calm} without faults"
        );
        assert!(most <= (RATE * 7 / 2 + 5) as usize, "{most} requests in a second");
        assert_eq!(idle_writes, 0, "it writes although nothing changes");
        *proxy.fault.lock().expect("no panic") = Fault::None;
        clear(&admin).await;
        runtime.abort();
    }
    restart(bed, &admin, &proxy, &path).await;
}

/// The API server dies and comes back: what stood stands, and what comes then is worked on.
async fn restart(bed: &Bed, admin: &Client, proxy: &Proxy, path: &Path) {
    let runtime = runtime(path);
    for n in 0..MANY {
        apply(admin, &format!("o{n}")).await;
    }
    ready(admin, MANY, Duration::from_mins(1)).await;
    bed.kill("l1/kube-apiserver").expect("it is killed");
    proxy.count();
    sleep(Duration::from_secs(5)).await;
    let (without, _, most) = proxy.count();
    bed.start("l1/kube-apiserver").expect("it starts");
    apply(admin, "late").await;
    let took = ready(admin, MANY + 1, Duration::from_mins(1)).await;
    sleep(Duration::from_secs(2)).await;
    let (requests, writes, _) = proxy.count();
    // A watch comes back after a pause of its own, and until then what was made anew is not seen, and is applied again.
    let (mut again, mut quiet) = (0, false);
    let back = Instant::now();
    while !quiet && back.elapsed() < Duration::from_mins(1) {
        sleep(Duration::from_secs(5)).await;
        let (_, more, _) = proxy.count();
        (again, quiet) = (again + more, more == 0);
    }
    println!(
        "fault=Restart seconds={:.1} requests-without-server={without} most-in-a-second={most} requests={requests} writes={writes} applied-again={again} quiet-after={:.0}",
        took.as_secs_f64(),
        back.elapsed().as_secs_f64()
    );
    assert!(quiet, "it writes although nothing changes");
    assert!(!runtime.is_finished(), "the runtime has ended");
    // Of them most are what `kube` tries again by itself, below the pace.
    assert!(without < 600, "a storm: {without} requests to a server that is not there");
    clear(admin).await;
    runtime.abort();
}
