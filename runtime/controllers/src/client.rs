//! The connection to the API server.

use kube::{
    Client, Config,
    client::ClientBuilder,
    config::{KubeConfigOptions, Kubeconfig},
};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tower::{Layer, Service, ServiceBuilder, limit::ConcurrencyLimitLayer, util::option_layer};

/// How long an answer may take (not of a watch).
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many requests may be under way: kube has no limit of its own, and the server would answer 429.
const IN_FLIGHT: usize = 16;

/// How many seconds' worth of requests may be made at once.
const BURST: f64 = 2.5;

/// Which API server.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Connection {
    /// The file, instead of `$KUBECONFIG`, `~/.kube/config` and what a pod is given.
    pub kubeconfig: Option<PathBuf>,
    /// The context of the file.
    pub context: Option<String>,
    /// Dies right after so many writes, as a test of what comes back wants it.
    pub crash_after: Option<usize>,
}

/// A client, and the address of its server.
pub async fn connect(connection: &Connection) -> Result<(Client, String), String> {
    let config = configuration(connection).await?;
    let server = config.cluster_url.to_string();
    Ok((client(config, connection.crash_after)?, server))
}

/// The same, at a pace: so many requests in a second in the long run, and two and a half times as many at once.
pub async fn connect_paced(connection: &Connection, rate: u32) -> Result<(Client, String), String> {
    let config = configuration(connection).await?;
    let server = config.cluster_url.to_string();
    Ok((built(config, connection.crash_after, Some(Pace::new(rate)))?, server))
}

/// Where the API server is, and how one speaks to it.
pub async fn configuration(connection: &Connection) -> Result<Config, String> {
    // `kube` and `reqwest` bring a provider each if left alone, and rustls then refuses to choose.
    let _ = rustls::crypto::ring::default_provider().install_default(); // already there: the same one
    let options = KubeConfigOptions { context: connection.context.clone(), ..KubeConfigOptions::default() };
    let mut config = match &connection.kubeconfig {
        Some(path) => {
            let file = Kubeconfig::read_from(path).map_err(|e| e.to_string())?;
            Config::from_custom_kubeconfig(file, &options).await.map_err(|e| e.to_string())?
        }
        None if connection.context.is_some() => {
            Config::from_kubeconfig(&options).await.map_err(|e| e.to_string())?
        }
        None => Config::infer().await.map_err(|e| e.to_string())?,
    };
    config.connect_timeout = Some(TIMEOUT);
    Ok(config)
}

/// A client, which may be made to die.
pub fn client(config: Config, crash_after: Option<usize>) -> Result<Client, String> {
    built(config, crash_after, None)
}

fn built(config: Config, crash_after: Option<usize>, pace: Option<Pace>) -> Result<Client, String> {
    let layer = ServiceBuilder::new().layer(ConcurrencyLimitLayer::new(IN_FLIGHT)).into_inner();
    let builder = ClientBuilder::try_from(config).map_err(|e| e.to_string())?.with_layer(&layer);
    let pace = option_layer(pace.map(|pace| PacedLayer(Arc::new(pace))));
    let crash = option_layer(crash_after.map(|left| CrashLayer(Arc::new(AtomicUsize::new(left)))));
    Ok(builder.with_layer(&pace).with_layer(&crash).build())
}

/// When the next request may go: the generic cell rate algorithm.
struct Pace {
    /// Between two requests in the long run.
    interval: Duration,
    /// When the next would go if none went at once.
    next: Mutex<Instant>,
}

impl Pace {
    fn new(rate: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate.max(1), next: Mutex::new(Instant::now()) }
    }

    /// How long a request that comes now has to wait.
    fn turn(&self, now: Instant) -> Duration {
        let per_second = 1.0 / self.interval.as_secs_f64();
        let at_once = self.interval.mul_f64((per_second * BURST).round() - 1.0);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = (*next).max(now);
        *next = mine + self.interval;
        mine.saturating_duration_since(now + at_once)
    }
}

/// Lets requests wait for their turn. Leases do not wait: who is late loses its own.
#[derive(Clone)]
struct PacedLayer(Arc<Pace>);

impl<S> Layer<S> for PacedLayer {
    type Service = Paced<S>;

    fn layer(&self, inner: S) -> Paced<S> {
        Paced { inner, pace: self.0.clone() }
    }
}

#[derive(Clone)]
struct Paced<S> {
    inner: S,
    pace: Arc<Pace>,
}

impl<S, B> Service<http::Request<B>> for Paced<S>
where
    S: Service<http::Request<B>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = futures::future::BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let is_lease = request.uri().path().contains("/leases");
        let wait = if is_lease { Duration::ZERO } else { self.pace.turn(Instant::now()) };
        let answer = self.inner.call(request); // which is sent when it is waited for
        Box::pin(async move {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            answer.await
        })
    }
}

/// Counts writes, and ends the process when so many were answered. Leases are not counted: they keep their own time.
#[derive(Clone)]
struct CrashLayer(Arc<AtomicUsize>);

impl<S> Layer<S> for CrashLayer {
    type Service = Crash<S>;

    fn layer(&self, inner: S) -> Crash<S> {
        Crash { inner, left: self.0.clone() }
    }
}

#[derive(Clone)]
struct Crash<S> {
    inner: S,
    left: Arc<AtomicUsize>,
}

impl<S, B> Service<http::Request<B>> for Crash<S>
where
    S: Service<http::Request<B>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = futures::future::BoxFuture<'static, Result<S::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let counts = request.method() != http::Method::GET && !request.uri().path().contains("/leases");
        let left = self.left.clone();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            if counts && left.fetch_sub(1, Ordering::SeqCst) == 1 {
                std::process::abort();
            }
            answer
        })
    }
}

/// What the API server answers, within the time it has.
pub async fn within<T>(call: impl Future<Output = Result<T, kube::Error>>) -> Result<T, ApiError> {
    match tokio::time::timeout(TIMEOUT, call).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(ApiError::Late),
    }
}

/// The answer to a write that can be repeated: what passes by itself (another was faster, the server is not well) is tried again
/// twice, a moment later. `kube` waits by itself when the server says how long (429).
pub async fn persistent<T, F>(mut call: impl FnMut() -> F) -> Result<T, ApiError>
where
    F: Future<Output = Result<T, kube::Error>>,
{
    for pause in [Duration::from_millis(100), Duration::from_millis(500)] {
        match within(call()).await {
            Err(error) if matches!(error.code(), Some(409 | 500 | 502..=504)) => {
                tracing::debug!(%error, "trying again");
                tokio::time::sleep(pause).await;
            }
            answer => return answer,
        }
    }
    within(call()).await
}

/// Why a request to the API server brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// It said no, or could not be reached.
    #[error("{}", said(.0))]
    Refused(#[from] kube::Error),
    /// It did not answer.
    #[error("the API server did not answer within {} s", TIMEOUT.as_secs())]
    Late,
}

/// What an API server says, without the object in which it says it.
fn said(error: &kube::Error) -> String {
    match error {
        kube::Error::Api(status) if !status.message.is_empty() => status.message.clone(),
        other => other.to_string(),
    }
}

impl ApiError {
    /// The HTTP status of a refusal.
    pub fn code(&self) -> Option<u16> {
        match self {
            Self::Refused(kube::Error::Api(status)) => Some(status.code),
            _ => None,
        }
    }

    /// Whether the API server does not know the kind at all.
    pub fn is_unknown_kind(&self) -> bool {
        matches!(self, Self::Refused(kube::Error::Api(status)) if status.code == 404 && status.details.as_ref().is_none_or(|d| d.name.is_empty()))
    }

    /// Whether the object is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(kube::Error::Api(status)) if status.code == 404)
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use std::time::{Duration, Instant};

    #[test]
    fn fifty_at_once_and_twenty_a_second() {
        let (pace, now) = (Pace::new(20), Instant::now());
        let waits: Vec<Duration> = (0..90).map(|_| pace.turn(now)).collect();
        assert!(waits[..50].iter().all(Duration::is_zero), "{waits:?}");
        assert!(waits[50..].iter().all(|wait| !wait.is_zero()) && waits.is_sorted());
        let last = waits[89].as_secs_f64();
        assert!((last - 2.0).abs() < 0.1, "forty more take two seconds: {last}");
        // Who was quiet for long may again, but not more.
        let later = now + Duration::from_mins(1);
        let waits: Vec<Duration> = (0..51).map(|_| pace.turn(later)).collect();
        assert!(waits[49].is_zero() && !waits[50].is_zero());
    }
}
