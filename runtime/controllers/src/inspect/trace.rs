//! What became of an event. Its id is in the logs of the EventSource that put it on the bus and of the Sensors that fired with it, on
//! the Workflows that they made (the annotation `efl.dev/events`), and its hash in the `Idempotency-Key` of every call.
//! Upstream: `argo-events/pkg/eventsources/eventing.go`, `argo-events/pkg/sensors/listener.go`.

use super::{
    Pipeline, Places,
    logs::{self, Line, Wanted},
    runs::{self, Run},
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

/// Digits of the hash in the keys of calls that Sensors make (`compiler/src/expand/trigger.rs`).
const DIGITS: usize = 32;

/// An event that a source received.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Arrival {
    /// Its id.
    pub id: String,
    /// Where.
    pub cluster: String,
    /// Of which pipeline: `smart-city/crossing-safety`.
    pub pipeline: String,
    /// The source.
    pub source: String,
    /// The event's name.
    pub event: String,
    /// When.
    pub at: Option<Timestamp>,
    /// Why it did not get onto the bus.
    pub error: Option<String>,
}

/// A rule that fired, or tried to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Firing {
    /// The events with which.
    pub ids: Vec<String>,
    /// Where.
    pub cluster: String,
    /// Of which pipeline.
    pub pipeline: String,
    /// The rule.
    pub rule: String,
    /// Whether this is the call of its dead-letter function.
    pub dead_letter: bool,
    /// When.
    pub at: Option<Timestamp>,
    /// Whether the Sensor called a function, and not the API server.
    pub call: bool,
    /// Why it did not succeed.
    pub error: Option<String>,
}

/// What a function printed with a key of the event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Print {
    /// Where.
    pub cluster: String,
    /// Of which pipeline.
    pub pipeline: String,
    /// The function.
    pub function: String,
    /// When.
    pub at: Option<Timestamp>,
    /// What.
    pub text: String,
}

/// What is known of events.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Trace {
    /// Where they arrived.
    pub arrivals: Vec<Arrival>,
    /// Which rules fired.
    pub firings: Vec<Firing>,
    /// Which runs they started.
    pub runs: Vec<Run>,
    /// What functions printed with their keys.
    pub printed: Vec<Print>,
    /// Clusters that could not be asked, and why.
    pub silent: BTreeSet<(String, String)>,
}

/// What is known of all events of some pipelines; how far back is a matter of the logs.
pub async fn all(places: &Places, pipelines: &[Pipeline], since: Option<Duration>) -> Trace {
    let mut trace = Trace::default();
    for pipeline in pipelines {
        let names = |kind: &str| {
            let of_kind = pipeline.standing.status.resources.iter().filter(|resource| resource.kind == kind);
            of_kind.map(|resource| resource.name.clone()).collect::<BTreeSet<String>>()
        };
        for (kind, label) in [("EventSource", "eventsource-name"), ("Sensor", "sensor-name")] {
            let names: Vec<String> = names(kind).into_iter().collect();
            if names.is_empty() {
                continue;
            }
            let selector = format!("{label} in ({})", names.join(","));
            let wanted = Wanted { since, ..Wanted::of(&pipeline.target, selector, "main") };
            let found = logs::printed(places, &wanted).await;
            trace.silent.extend(found.silent);
            for line in &found.items {
                if kind == "EventSource" {
                    trace.arrivals.extend(arrival(pipeline, line));
                } else {
                    trace.firings.extend(firing(pipeline, line));
                }
            }
        }
        let found = runs::runs(places, Some(pipeline)).await;
        trace.silent.extend(found.silent);
        trace.runs.extend(found.items);
    }
    trace
}

impl Trace {
    /// The ids that a person means: of an event, or of those of a run or of an `Idempotency-Key`.
    pub fn meant(&self, text: &str) -> BTreeSet<String> {
        let known = self.ids();
        if known.contains(text) {
            return [text.to_owned()].into();
        }
        let root = |run: &Run| run.replay_of.clone().unwrap_or_else(|| run.name.clone());
        let means = |name: &str| text == name || text.starts_with(&format!("{name}."));
        let runs = self.runs.iter().filter(|run| means(&run.name) || means(&root(run)));
        let of_runs: BTreeSet<String> =
            runs.flat_map(|run| run.events.iter().map(|(_, id)| id.clone())).collect();
        if !of_runs.is_empty() {
            return of_runs;
        }
        let digits = text.rsplit('-').next().unwrap_or_default();
        known.into_iter().filter(|id| digits.len() == DIGITS && hash(id) == digits).collect()
    }

    fn ids(&self) -> BTreeSet<String> {
        let arrived = self.arrivals.iter().map(|arrival| &arrival.id);
        let fired = self.firings.iter().flat_map(|firing| &firing.ids);
        let ran = self.runs.iter().flat_map(|run| run.events.iter().map(|(_, id)| id));
        arrived.chain(fired).chain(ran).cloned().collect()
    }

    /// What is known of some events.
    #[must_use]
    pub fn of(mut self, ids: &BTreeSet<String>) -> Self {
        self.arrivals.retain(|arrival| ids.contains(&arrival.id));
        self.firings.retain(|firing| firing.ids.iter().any(|id| ids.contains(id)));
        self.runs.retain(|run| run.events.iter().any(|(_, id)| ids.contains(id)));
        self
    }

    /// Adds what functions printed with the keys of these calls.
    pub async fn with_prints(
        mut self,
        places: &Places,
        pipelines: &[Pipeline],
        since: Option<Duration>,
    ) -> Self {
        for pipeline in pipelines {
            let orc = &pipeline.standing.name;
            let fired =
                self.firings.iter().filter(|firing| firing.call && firing.pipeline == pipeline.path());
            let called = fired.flat_map(|f| f.ids.iter().map(|id| format!("{orc}-{}-{}", f.rule, hash(id))));
            let of_it = |run: &&Run| run.orchestrator == *orc && run.namespace == pipeline.standing.namespace;
            let ran = self
                .runs
                .iter()
                .filter(of_it)
                .map(|run| format!("{}.", run.replay_of.as_ref().unwrap_or(&run.name)));
            let keys: BTreeSet<String> = called.chain(ran).collect();
            if keys.is_empty() {
                continue;
            }
            for function in &pipeline.functions {
                let wanted = Wanted { since, ..Wanted::function(&pipeline.target, orc, function) };
                let found = logs::printed(places, &wanted).await;
                let about =
                    found.items.into_iter().filter(|line| keys.iter().any(|key| line.text.contains(key)));
                self.printed.extend(about.map(|line| Print {
                    cluster: line.cluster,
                    pipeline: pipeline.path(),
                    function: function.clone(),
                    at: line.at,
                    text: line.text,
                }));
            }
        }
        self
    }
}

/// The part of an event's id that is in the keys of calls.
fn hash(id: &str) -> String {
    let mut hex = String::new();
    for byte in &Sha256::digest(id.as_bytes())[..DIGITS / 2] {
        let _ = write!(hex, "{byte:02x}"); // a String takes everything
    }
    hex
}

/// A line of an EventSource about an event.
fn arrival(pipeline: &Pipeline, line: &Line) -> Option<Arrival> {
    let said: Value = serde_json::from_str(&line.text).ok()?;
    let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
    let name = text("eventSourceName");
    let own = name.strip_prefix(&format!("{}-", pipeline.standing.name)).unwrap_or(&name);
    Some(Arrival {
        id: said["eventID"].as_str()?.to_owned(),
        cluster: line.cluster.clone(),
        pipeline: pipeline.path(),
        // One whose kinds cannot share an EventSource is several.
        source: pipeline
            .sources
            .iter()
            .find(|source| own == *source || own.starts_with(&format!("{source}-")))
            .map_or(own, String::as_str)
            .to_owned(),
        event: text("eventName"),
        at: line.at,
        error: said["error"].as_str().map(str::to_owned),
    })
}

/// A line of a Sensor about a trigger.
fn firing(pipeline: &Pipeline, line: &Line) -> Option<Firing> {
    let said: Value = serde_json::from_str(&line.text).ok()?;
    let ids = said["triggeredByEvents"].as_array()?;
    let trigger = said["triggerName"].as_str()?;
    let dead = trigger.strip_suffix("-dead-letter").filter(|_| !pipeline.rules.iter().any(|r| r == trigger));
    Some(Firing {
        ids: ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect(),
        cluster: line.cluster.clone(),
        pipeline: pipeline.path(),
        rule: dead.unwrap_or(trigger).to_owned(),
        dead_letter: dead.is_some(),
        at: line.at,
        call: said["triggerType"].as_str() != Some("Kubernetes"),
        error: said["error"].as_str().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::{Arrival, Run, Trace, hash};

    fn arrival(id: &str) -> Arrival {
        Arrival {
            id: id.to_owned(),
            cluster: "m1".into(),
            pipeline: "city/crossing".into(),
            source: "roadside".into(),
            event: "truck".into(),
            at: None,
            error: None,
        }
    }

    #[test]
    fn a_key_is_as_good_as_an_id() {
        let run: Run = super::runs::run(
            "m1",
            &serde_json::from_value(serde_json::json!({
                "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
                "metadata": { "name": "crossing-meeting-8925", "annotations": { "efl.dev/events": "vehicle a\npedestrian b\n" } },
            }))
            .expect("an object"),
        );
        let id = "77914c4d362c4e4988e62b05be7e6ab9";
        let trace = Trace { arrivals: vec![arrival(id)], runs: vec![run], ..Trace::default() };
        assert_eq!(hash(id), "cac6f64ac13d9903fde38e7e64e22484", "as Argo made it on a real bed");
        for text in [id, "crossing-heavy-cac6f64ac13d9903fde38e7e64e22484"] {
            assert_eq!(trace.meant(text), [id.to_owned()].into(), "{text}");
        }
        assert_eq!(trace.meant("crossing-meeting-8925.verdict"), ["a".to_owned(), "b".to_owned()].into());
        assert!(trace.meant("crossing-meeting-89").is_empty());
        assert_eq!(trace.of(&["b".to_owned()].into()).runs.len(), 1);
    }
}
