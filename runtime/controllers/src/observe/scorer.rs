//! A service of the installation that scores clusters instead of the engine (`scorer` of the fleet): what was observed is
//! posted to it, scores from 0 to 1 come back. Whatever goes wrong, the built-in score decides, and a condition says so.

use super::outside;
use efl_placement::{Fleet, Sample, Scores};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(2);
/// The longest answer.
const LONGEST: usize = 1 << 20;

#[derive(Serialize)]
struct Question<'a> {
    clusters: Vec<Cluster<'a>>,
}

/// A cluster as a scorer sees it. What is unknown is not there.
#[derive(Serialize)]
struct Cluster<'a> {
    name: &'a str,
    ready: bool,
    labels: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu: Option<Measured>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Measured>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unschedulable: Option<Measured>,
    metrics: BTreeMap<&'a str, Measured>,
}

impl<'a> Cluster<'a> {
    fn of(cluster: &'a efl_placement::Cluster) -> Self {
        let metrics = cluster.metrics.iter();
        Self {
            name: &cluster.name,
            ready: cluster.ready,
            labels: &cluster.labels,
            cpu: cluster.cpu.and_then(Measured::of),
            memory: cluster.memory.and_then(Measured::of),
            unschedulable: cluster.unschedulable.and_then(Measured::of),
            metrics: metrics.filter_map(|(name, s)| Some((name.as_str(), Measured::of(*s)?))).collect(),
        }
    }
}

/// A number with the time it was measured at, in milliseconds since 1970.
#[derive(Serialize)]
struct Measured {
    value: f64,
    at: u64,
}

impl Measured {
    fn of(sample: Sample) -> Option<Self> {
        sample.value.is_finite().then_some(Self { value: sample.value, at: sample.at.0 })
    }
}

#[derive(Deserialize)]
struct Answer {
    scores: BTreeMap<String, f64>,
}

/// Asks scorers.
pub struct Scorer(reqwest::Client);

impl Default for Scorer {
    fn default() -> Self {
        Self(outside::plain(DEADLINE))
    }
}

impl Scorer {
    /// The scores of a fleet's clusters, or why there are none.
    pub async fn ask(&self, url: &str, fleet: &Fleet) -> Result<Scores, String> {
        let question = Question { clusters: fleet.clusters.iter().map(Cluster::of).collect() };
        let body = serde_json::to_vec(&question).map_err(|e| e.to_string())?;
        let request =
            self.0.post(outside::checked(url)?).header("Content-Type", "application/json").body(body);
        let asked = async {
            let mut response = request.send().await.map_err(|e| e.without_url().to_string())?;
            if !response.status().is_success() {
                return Err(format!("it answers {}", response.status()));
            }
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|e| e.without_url().to_string())? {
                if body.len() + chunk.len() > LONGEST {
                    return Err(format!("its answer is longer than {LONGEST} bytes"));
                }
                body.extend_from_slice(&chunk);
            }
            serde_json::from_slice::<Answer>(&body)
                .map_err(|e| format!("its answer is not {{\"scores\": {{…}}}}: {e}"))
        };
        let answer = tokio::time::timeout(DEADLINE, asked).await;
        let answer = answer.unwrap_or_else(|_| Err(format!("no answer within {} s", DEADLINE.as_secs())))?;
        Scores::checked(answer.scores, &fleet.clusters).map_err(|e| e.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::{DEADLINE, Scorer};
    use efl_placement::{Cluster, Fleet, Scores};
    use std::{
        collections::BTreeMap,
        io::{Read as _, Write as _},
        net::TcpListener,
        thread,
        time::{Duration, Instant},
    };

    /// A server that answers one request, after a while, with a status line and a body; what it was asked comes back.
    fn server(wait: Duration, status: &str, body: String) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/score", listener.local_addr().expect("an address"));
        let status = status.to_owned();
        let asked = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("it is asked");
            let mut request = vec![0; 65_536];
            let length = stream.read(&mut request).expect("a request");
            thread::sleep(wait);
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()); // who is late finds nobody
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        (url, asked)
    }

    fn ask(url: &str) -> Result<Scores, String> {
        let _ = rustls::crypto::ring::default_provider().install_default(); // once per process
        let cluster = |name: &str| Cluster { name: name.to_owned(), ready: true, ..Cluster::default() };
        let fleet = Fleet { clusters: vec![cluster("a"), cluster("b")], ..Fleet::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(Scorer::default().ask(url, &fleet))
    }

    #[test]
    fn a_good_answer_is_taken_as_a_whole() {
        let (url, asked) = server(Duration::ZERO, "200 OK", r#"{"scores": {"a": 0.25, "b": 1}}"#.to_owned());
        let expected = Scores::checked(BTreeMap::from([("a".to_owned(), 0.25), ("b".to_owned(), 1.0)]), &[]);
        assert!(ask(&url).is_ok() && expected.is_ok());
        let request = asked.join().expect("it was asked");
        assert!(request.contains(r#""name":"a""#) && request.starts_with("POST /score"), "{request}");
    }

    #[test]
    fn whatever_is_wrong_is_said() {
        for (status, body, why) in [
            ("500 Internal Server Error", "oops", "500"),
            ("302 Found", "", "302"),
            ("200 OK", "<html>", "scores"),
            ("200 OK", r#"{"scores": {"a": 0.5}}"#, "`b`"),
            ("200 OK", r#"{"scores": {"a": 0.5, "b": 7}}"#, "7"),
        ] {
            let (url, _asked) = server(Duration::ZERO, status, body.to_owned());
            let error = ask(&url).expect_err("it is wrong");
            assert!(error.contains(why), "{error}");
        }
        let error = ask("http://127.0.0.1:1/").expect_err("nobody is there");
        assert!(!error.is_empty());
    }

    #[test]
    fn who_is_late_is_not_waited_for() {
        let began = Instant::now();
        let (url, _asked) = server(DEADLINE * 3, "200 OK", r#"{"scores": {"a": 0, "b": 0}}"#.to_owned());
        ask(&url).expect_err("it is late");
        assert!(began.elapsed() < DEADLINE * 2, "{:?}", began.elapsed());
    }

    #[test]
    fn an_endless_answer_is_cut() {
        let (url, _asked) = server(Duration::ZERO, "200 OK", " ".repeat(super::LONGEST + 2));
        let error = ask(&url).expect_err("it is too long");
        assert!(error.contains("longer"), "{error}");
    }
}
