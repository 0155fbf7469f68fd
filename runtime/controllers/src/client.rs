//! The connection to the API server.

use kube::{
    Client, Config,
    client::ClientBuilder,
    config::{KubeConfigOptions, Kubeconfig},
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tower::{Layer, Service, ServiceBuilder, limit::ConcurrencyLimitLayer};

/// How long an answer may take (not of a watch).
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many requests may be under way: kube has no limit of its own, and the server would answer 429.
const IN_FLIGHT: usize = 16;

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
    let layer = ServiceBuilder::new().layer(ConcurrencyLimitLayer::new(IN_FLIGHT)).into_inner();
    let builder = ClientBuilder::try_from(config).map_err(|e| e.to_string())?.with_layer(&layer);
    Ok(match crash_after {
        None => builder.build(),
        Some(left) => builder.with_layer(&CrashLayer(Arc::new(AtomicUsize::new(left)))).build(),
    })
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
