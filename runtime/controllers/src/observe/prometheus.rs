//! Measurements from Prometheus: one per cluster, or one that has the metrics of all with a label.
//!
//! An instant query is answered as of now, however old its samples are (5 minutes and more behind a rate), so each number
//! comes with a second query, for the timestamps of the series that the first one reads.

use super::{MetricsSource, Observed, Reading, outside};
use efl_compiler::{
    catalog::promql,
    spec::fleet::{FleetCluster, FleetMetric, FleetSpec},
};
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use prometheus_http_query::Client;
use reqwest::{Certificate, Identity, StatusCode, header};
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
/// How many clusters are asked at a time. With more of them each has less time.
const AT_ONCE: usize = 64;
/// The longest error of a Prometheus that is passed on.
const LONGEST_ERROR: usize = 160;

/// What counts the pods that no node takes.
const PENDING: &str = "pending";

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
        let rounds = u32::try_from(fleet.clusters.len().div_ceil(AT_ONCE)).unwrap_or(u32::MAX).max(1);
        let half = Duration::from_millis(fleet.every.0 / 2).max(Duration::from_millis(500));
        let deadline = TIMEOUT.min(half / rounds);
        let ask = async move |cluster: &'a FleetCluster| {
            (cluster.name.clone(), self.cluster(fleet, cluster, deadline).await)
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
    async fn cluster(&self, fleet: &FleetSpec, cluster: &FleetCluster, deadline: Duration) -> Observed {
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
        questions.push((PENDING, Ok(defaults(PENDING, &only))));
        for (name, metric) in &fleet.metric {
            questions.push((name, Query::of(&metric.query, &cluster.name).map(|query| vec![query])));
        }
        // Each has the whole time: what is slow takes nothing from the others.
        let ask = |(name, queries): (_, Result<Vec<Query>, String>)| {
            let client = &client;
            async move {
                let answer = tokio::time::timeout(deadline, first(client, queries)).await;
                (name, answer.unwrap_or_else(|_| Err(format!("no answer within {deadline:?}"))))
            }
        };
        let asked = questions.len();
        let answers: Vec<(&str, Result<Option<Reading>, String>)> =
            futures::future::join_all(questions.into_iter().map(ask)).await;
        let latest = SystemTime::now() + Duration::from_millis(fleet.stale_after.0);
        let mut problems: Vec<(&str, String)> = Vec::new();
        for (name, answer) in answers {
            let metric = fleet.metric.get(name);
            let answer = answer.and_then(|reading| match reading {
                // It would outlast every sample that is taken in time.
                Some(reading) if reading.at > latest => Err("its samples are from the future".to_owned()),
                Some(reading) => believed(name, metric, reading).map(Some),
                None => Ok(None),
            });
            match answer {
                Err(problem) => problems.push((name, problem)),
                // Not every installation has kube-state-metrics.
                Ok(None) if name == PENDING => {}
                Ok(None) => problems.push((name, "the query has no result".to_owned())),
                Ok(Some(reading)) => match (name, metric) {
                    (_, Some(_)) => {
                        observed.metrics.insert(name.to_owned(), reading);
                    }
                    ("cpu", _) => observed.cpu = Some(reading),
                    ("memory", _) => observed.memory = Some(reading),
                    _ => observed.pending = Some(reading),
                },
            }
        }
        observed.problems = lines(&problems, asked);
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
        if read.certificate.is_some() != read.key.is_some() {
            return Err(format!("{directory} has one of `tls.crt` and `tls.key`; they go together"));
        }
        Ok(read)
    }

    fn client(&self, url: &str) -> Result<Client, String> {
        let parsed = outside::checked(url)?;
        let mut builder = outside::client(TIMEOUT);
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
        let http = builder.build().map_err(|e| chain(&e))?;
        Client::from(http, parsed.as_str()).map_err(|e| chain(&e))
    }
}

/// A number as it counts, if it can be one: utilisations from 0 to 1, the fleet's metrics as parts of what is full.
fn believed(name: &str, metric: Option<&FleetMetric>, reading: Reading) -> Result<Reading, String> {
    let Reading { value, .. } = reading;
    if !value.is_finite() {
        return Err(format!("its result is {value}, which is no number"));
    }
    let value = metric.map_or(value, |metric| (value / metric.max).min(1.0));
    let is_part = metric.is_some() || name != PENDING;
    // `rate()` extrapolates: an idle machine may be a little below 0. The engine takes the same for 0 or 1.
    if is_part && !(-0.05..=1.05).contains(&value) {
        return Err(format!("its result is {value:.0}, which is not from 0 to 1"));
    }
    Ok(Reading { value, ..reading })
}

/// One line per problem, with the names of what it keeps from being known; without names when that is everything.
fn lines(problems: &[(&str, String)], asked: usize) -> Vec<String> {
    let mut lines: Vec<(Vec<&str>, &String)> = Vec::new();
    for (name, problem) in problems {
        match lines.iter_mut().find(|(_, known)| *known == problem) {
            Some((names, _)) => names.push(name),
            None => lines.push((vec![name], problem)),
        }
    }
    let line = |(names, problem): (Vec<&str>, &String)| {
        if names.len() == asked { problem.clone() } else { format!("{}: {problem}", names.join(", ")) }
    };
    lines.into_iter().map(line).collect()
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
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: serde_json::Value,
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
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Err(format!("it answers {status}: its credentials are missing or wrong"));
    }
    let mut body = Vec::new();
    let mut response = response;
    while let Some(chunk) = response.chunk().await.map_err(|e| chain(&e))? {
        if body.len() + chunk.len() > LONGEST {
            return Err(format!("its answer is longer than {LONGEST} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    let strange = |_| format!("it answers {status}, and not as a Prometheus does");
    let answer: Answer = serde_json::from_slice(&body).map_err(strange)?;
    let (now, text) = match answer.data {
        Some(Data { result_type, result }) => match result_type.as_str() {
            "vector" => match Vec::<Element>::deserialize(result).map_err(strange)?.as_slice() {
                [] => return Ok(None),
                [one] => one.value.clone(),
                several => return Err(format!("the query has {} results; it must have one", several.len())),
            },
            "scalar" => <(f64, String)>::deserialize(result).map_err(strange)?,
            _ => return Err("the query has no number as its result".to_owned()),
        },
        None if answer.status == "error" => return Err(brief(&answer.error)),
        None => return Err(format!("it answers {status} without a result")),
    };
    let value = match text.as_str() {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        text => text.parse().map_err(|_| format!("`{}` is no number", brief(text)))?,
    };
    Ok(Some((value, now)))
}

/// What somebody else says, on a line.
fn brief(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(LONGEST_ERROR).collect()
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
