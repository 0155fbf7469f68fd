//! Measurements from Prometheus: one per cluster, or one that has the metrics of all with a label.
//!
//! An instant query is answered as of now, however old its samples are (5 minutes and more behind a rate), so each number
//! comes with a second query, for the timestamps of the series that the first one reads.

use super::{MetricsSource, Observed, Reading};
use efl_compiler::{
    catalog::promql,
    spec::fleet::{FleetCluster, FleetSpec},
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use prometheus_http_query::Client;
use reqwest::{Certificate, Identity, header, redirect};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long one query may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The longest answer: one number needs some hundred bytes.
const LONGEST: usize = 1 << 20;
/// How many clusters are asked at a time.
const AT_ONCE: usize = 32;

/// A Prometheus: its address and the directory of its credentials.
type Asked = (String, Option<String>);

/// Asks every cluster's Prometheus.
#[derive(Default)]
pub struct Prometheus {
    /// Connections by address and credentials, with the files that these were read from.
    clients: Mutex<BTreeMap<Asked, (Credentials, Client)>>,
}

impl MetricsSource for Prometheus {
    fn observe<'a>(&'a self, fleet: &'a FleetSpec) -> BoxFuture<'a, BTreeMap<String, Observed>> {
        let deadline = Duration::from_millis(fleet.every.0 / 2).max(Duration::from_millis(500));
        let ask = async move |cluster: &'a FleetCluster| {
            let answer = tokio::time::timeout(deadline, self.cluster(fleet, cluster)).await;
            let late = || Observed {
                problems: vec![format!("no answer within {deadline:?}")],
                ..Observed::default()
            };
            (cluster.name.clone(), answer.unwrap_or_else(|_| late()))
        };
        async move {
            let asked: Vec<_> = fleet.clusters.iter().map(|cluster| ask(cluster).boxed()).collect();
            stream::iter(asked).buffer_unordered(AT_ONCE).collect().await
        }
        .boxed()
    }
}

/// A question to Prometheus.
struct Query {
    /// One number.
    value: String,
    /// The series whose samples it reads.
    reads: Vec<String>,
}

impl Query {
    /// A query of the fleet file, for a cluster.
    fn of(promql: &str, cluster: &str) -> Result<Self, String> {
        let value = promql.replace("$cluster", &escaped(cluster));
        let reads = promql::selectors(&value)?;
        Ok(Self { value, reads })
    }

    /// A query without a fault, made here.
    fn own(value: String) -> Self {
        let reads = promql::selectors(&value).unwrap_or_default();
        Self { value, reads }
    }
}

/// A text between double quotes in `PromQL`.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// How CPU, memory and unschedulable pods are asked for where the fleet does not say: the first that has an answer.
/// Metrics of node_exporter, cAdvisor and kube-state-metrics.
fn defaults(resource: &str, only: &str) -> Vec<Query> {
    let and = if only.is_empty() { String::new() } else { format!(",{only}") };
    let queries = match resource {
        "cpu" => vec![
            format!(r#"1 - avg(rate(node_cpu_seconds_total{{mode="idle"{and}}}[1m]))"#),
            format!(
                r#"sum(rate(container_cpu_usage_seconds_total{{id="/"{and}}}[1m])) / sum(machine_cpu_cores{{{only}}})"#
            ),
        ],
        "memory" => vec![
            format!(
                "1 - sum(node_memory_MemAvailable_bytes{{{only}}}) / sum(node_memory_MemTotal_bytes{{{only}}})"
            ),
            format!(
                r#"sum(container_memory_working_set_bytes{{id="/"{and}}}) / sum(machine_memory_bytes{{{only}}})"#
            ),
        ],
        _ => vec![format!("sum(kube_pod_status_unschedulable{{{only}}})")],
    };
    queries.into_iter().map(Query::own).collect()
}

impl Prometheus {
    async fn cluster(&self, fleet: &FleetSpec, cluster: &FleetCluster) -> Observed {
        let mut observed = Observed::default();
        let (url, credentials, only) = match (&cluster.prometheus, &fleet.prometheus) {
            (Some(own), _) => (own, &cluster.credentials, String::new()),
            (None, Some(shared)) => {
                let only = format!("{}=\"{}\"", fleet.label, escaped(&cluster.name));
                (shared, &fleet.credentials, only)
            }
            (None, None) => {
                observed.problems.push("it has no Prometheus".to_owned());
                return observed;
            }
        };
        let client = match self.client(url, credentials.as_deref()) {
            Ok(client) => client,
            Err(problem) => {
                observed.problems.push(problem);
                return observed;
            }
        };
        let mut questions: Vec<(&str, Result<Vec<Query>, String>)> = Vec::new();
        for resource in ["cpu", "memory"] {
            let queries = match fleet.query.get(resource) {
                Some(query) => Query::of(&query.promql, &cluster.name).map(|query| vec![query]),
                None => Ok(defaults(resource, &only)),
            };
            questions.push((resource, queries));
        }
        questions.push(("pending", Ok(defaults("pending", &only))));
        for (name, metric) in &fleet.metric {
            questions.push((name, Query::of(&metric.query, &cluster.name).map(|query| vec![query])));
        }
        let ask = |(name, queries): (_, Result<Vec<Query>, String>)| {
            let client = &client;
            async move { (name, first(client, queries).await) }
        };
        let answers: Vec<(&str, Result<Option<Reading>, String>)> =
            futures::future::join_all(questions.into_iter().map(ask)).await;
        for (name, answer) in answers {
            match answer {
                Err(problem) => observed.problems.push(format!("{name}: {problem}")),
                // Not every installation has kube-state-metrics.
                Ok(None) if name == "pending" => {}
                Ok(None) => observed.problems.push(format!("{name}: the query has no result")),
                Ok(Some(reading)) => match (name, fleet.metric.get(name)) {
                    (_, Some(metric)) => {
                        let part = Reading { value: (reading.value / metric.max).min(1.0), ..reading };
                        observed.metrics.insert(name.to_owned(), part);
                    }
                    ("cpu", _) => observed.cpu = Some(reading),
                    ("memory", _) => observed.memory = Some(reading),
                    _ => observed.pending = Some(reading),
                },
            }
        }
        observed
    }

    /// The connection to a Prometheus; a new one when its credentials have changed.
    fn client(&self, url: &str, credentials: Option<&str>) -> Result<Client, String> {
        let read = Credentials::read(credentials)?;
        let key = (url.to_owned(), credentials.map(str::to_owned));
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, client)) = clients.get(&key)
            && *known == read
        {
            return Ok(client.clone());
        }
        let client = read.client(url)?;
        clients.insert(key, (read, client.clone()));
        Ok(client)
    }
}

/// The files of a credentials directory; never shown.
#[derive(Clone, PartialEq, Eq, Default)]
struct Credentials {
    token: Option<Vec<u8>>,
    certificate: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    authority: Option<Vec<u8>>,
}

impl Credentials {
    fn read(directory: Option<&str>) -> Result<Self, String> {
        let Some(directory) = directory else { return Ok(Self::default()) };
        let file = |name: &str| {
            let path = Path::new(directory).join(name);
            match fs::read(&path) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(e) => Err(format!("cannot read {}: {e}", path.display())),
            }
        };
        let read = Self {
            token: file("token")?,
            certificate: file("tls.crt")?,
            key: file("tls.key")?,
            authority: file("ca.crt")?,
        };
        if read == Self::default() {
            return Err(format!("{directory} has neither `token` nor `tls.crt` and `tls.key`, nor `ca.crt`"));
        }
        Ok(read)
    }

    fn client(&self, url: &str) -> Result<Client, String> {
        let parsed = reqwest::Url::parse(url).map_err(|e| format!("{url} is no address: {e}"))?;
        if !matches!(parsed.scheme(), "http" | "https")
            || !parsed.username().is_empty()
            || parsed.password().is_some()
        {
            return Err("the address of a Prometheus is http(s)://host, without a user".to_owned());
        }
        let mut builder = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT)
            .redirect(redirect::Policy::none()) // credentials are for this host alone
            .no_proxy();
        if let Some(token) = &self.token {
            let text = String::from_utf8_lossy(token);
            let mut value = header::HeaderValue::try_from(format!("Bearer {}", text.trim()))
                .map_err(|_| "the token is not one line of text".to_owned())?;
            value.set_sensitive(true);
            builder = builder.default_headers([(header::AUTHORIZATION, value)].into_iter().collect());
        }
        if let (Some(certificate), Some(key)) = (&self.certificate, &self.key) {
            let pem = [certificate.as_slice(), b"\n", key].concat();
            let identity = Identity::from_pem(&pem).map_err(|e| format!("tls.crt and tls.key: {e}"))?;
            builder = builder.identity(identity);
        }
        if let Some(authority) = &self.authority {
            let certificate = Certificate::from_pem(authority).map_err(|e| format!("ca.crt: {e}"))?;
            builder = builder.tls_certs_only([certificate]);
        }
        let http = builder.build().map_err(|e| format!("no client for {url}: {e}"))?;
        Client::from(http, url).map_err(|e| format!("{url}: {e}"))
    }
}

/// The answer to the first query that has one.
async fn first(client: &Client, queries: Result<Vec<Query>, String>) -> Result<Option<Reading>, String> {
    for query in queries? {
        if let Some(reading) = read(client, &query).await? {
            return Ok(Some(reading));
        }
    }
    Ok(None)
}

/// A number with its age. The age is that of the stalest series it reads.
async fn read(client: &Client, query: &Query) -> Result<Option<Reading>, String> {
    let Some((value, now)) = number(client, &query.value).await? else { return Ok(None) };
    let mut at = now;
    for series in &query.reads {
        let Some((scraped, _)) = number(client, &format!("max(timestamp({series}))")).await? else {
            return Ok(None); // behind a rate the number outlives its series
        };
        at = at.min(scraped);
    }
    if !at.is_finite() || at < 0.0 {
        return Err("its samples have no time".to_owned());
    }
    Ok(Some(Reading { value, at: moment(at) }))
}

fn moment(seconds: f64) -> SystemTime {
    let since = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}

/// The answer of `/api/v1/query`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status: String,
    #[serde(default)]
    error: String,
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Element>),
    Scalar((f64, String)),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Element {
    value: (f64, String),
}

/// The one number of a query with the time it was answered as of; nothing when no series matches.
async fn number(client: &Client, promql: &str) -> Result<Option<(f64, f64)>, String> {
    let response = client.query(promql).get_raw().await.map_err(|e| chain(&e))?;
    let status = response.status();
    if status.is_redirection() {
        return Err(format!("it answers {status}; redirects are not followed"));
    }
    let mut body = Vec::new();
    let mut response = response;
    while let Some(chunk) = response.chunk().await.map_err(|e| chain(&e))? {
        if body.len() + chunk.len() > LONGEST {
            return Err(format!("its answer is longer than {LONGEST} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    let answer: Answer = serde_json::from_slice(&body)
        .map_err(|_| format!("it answers {status}, and not as a Prometheus does"))?;
    let (now, text) = match answer.data {
        Some(Data::Vector(elements)) => match elements.as_slice() {
            [] => return Ok(None),
            [one] => one.value.clone(),
            several => return Err(format!("the query has {} results; it must have one", several.len())),
        },
        Some(Data::Scalar(value)) => value,
        Some(Data::Other) => return Err("the query has no number as its result".to_owned()),
        None if answer.status == "error" => return Err(answer.error),
        None => return Err(format!("it answers {status} without a result")),
    };
    let value = match text.as_str() {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        text => text.parse().map_err(|_| format!("`{text}` is no number"))?,
    };
    Ok(Some((value, now)))
}

/// An error with its causes: reqwest's own text says only where.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Query, defaults, escaped};

    #[test]
    fn a_name_cannot_leave_its_string() {
        assert_eq!(escaped("a\"} or vector(0) or x{y=\"\\"), "a\\\"} or vector(0) or x{y=\\\"\\\\");
        let query = Query::of("sum(x{c=\"$cluster\"})", "a\"} or vector(0) or x{y=\"").expect("one query");
        assert_eq!(query.reads.len(), 1, "{:?}", query.reads);
    }

    #[test]
    fn every_default_knows_what_it_reads() {
        for only in ["", "cluster=\"m1\""] {
            for resource in ["cpu", "memory", "pending"] {
                for query in defaults(resource, only) {
                    assert!(!query.reads.is_empty(), "{}", query.value);
                    assert!(query.reads.iter().all(|series| series.contains(only)), "{:?}", query.reads);
                }
            }
        }
    }
}
