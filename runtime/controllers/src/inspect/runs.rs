//! Runs: the Workflows of orchestrators, on every cluster. A rule that calls a function itself leaves none.
//! Upstream: `argo-workflows/pkg/apis/workflow/v1alpha1/workflow_types.go`.

use super::{Found, Pipeline, Place, Places};
use crate::{
    api::{OWNER_NAME, OWNER_NAMESPACE, WORKFLOW},
    client::{ApiError, within},
};
use jiff::Timestamp;
use kube::{
    Api,
    api::{DynamicObject, ListParams},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// On a Workflow: the rule that fired.
pub(super) const RULE: &str = "efl.dev/rule";
/// On a Workflow: the events that fired it, `NAME ID`, one to a line.
pub(super) const EVENTS: &str = "efl.dev/events";
/// How many are read in one request.
const PAGE: u32 = 500;

/// A run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Run {
    /// Of which orchestrator.
    pub namespace: String,
    /// See `namespace`.
    pub orchestrator: String,
    /// The rule that fired.
    pub rule: String,
    /// Where it runs; empty without Karmada.
    pub cluster: String,
    /// The namespace in which it runs.
    pub target: String,
    /// The name of the Workflow, with which its `Idempotency-Key`s begin.
    pub name: String,
    /// The name of its template.
    pub template: String,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Error`.
    pub phase: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// The events that fired it: name and id.
    pub events: Vec<(String, String)>,
    /// Why it is as it is.
    pub message: Option<String>,
    /// Its steps, in the order in which they began.
    pub steps: Vec<Step>,
    /// The run that it repeats.
    pub replay_of: Option<String>,
}

/// A step of a run: a call, a wait.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Step {
    /// Its name, which ends its `Idempotency-Key`.
    pub name: String,
    /// Its template: `call-classify`.
    pub template: String,
    /// As of a run; also `Skipped` and `Omitted`.
    pub phase: String,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Why it failed.
    pub message: Option<String>,
    /// What was sent.
    pub body: Option<String>,
    /// The `Idempotency-Key` with which it was sent.
    pub key: Option<String>,
    /// What was answered.
    pub result: Option<String>,
}

impl Run {
    /// Whether it ended without doing all it should.
    pub fn failed(&self) -> bool {
        is_failure(&self.phase)
    }

    /// The step because of which it failed.
    pub fn culprit(&self) -> Option<&Step> {
        self.steps.iter().rfind(|step| is_failure(&step.phase))
    }

    /// Where a failing step is declared: the function that it calls, else the workflow or rule that it is of.
    pub fn declarations(&self, step: Option<&Step>) -> Vec<String> {
        let orc = &self.orchestrator;
        let called = step.and_then(|step| step.template.strip_prefix("call-"));
        let body = self.template.strip_prefix(&format!("{orc}-")).unwrap_or(&self.template);
        let called = called.map(|function| format!("{orc}/function/{function}"));
        called
            .into_iter()
            .chain([format!("{orc}/workflow/{body}"), format!("{orc}/rule/{}", self.rule)])
            .collect()
    }
}

fn is_failure(phase: &str) -> bool {
    matches!(phase, "Failed" | "Error")
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    phase: String,
    message: Option<String>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    nodes: BTreeMap<String, Node>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Node {
    display_name: String,
    template_name: String,
    #[serde(rename = "type")]
    ty: String,
    phase: String,
    message: Option<String>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    inputs: Inputs,
    outputs: Outputs,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Inputs {
    parameters: Vec<Parameter>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Parameter {
    name: String,
    value: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Outputs {
    result: Option<String>,
}

/// A Workflow, read.
pub(super) fn run(cluster: &str, object: &DynamicObject) -> Run {
    let metadata = &object.metadata;
    let label = |key: &str| metadata.labels.as_ref().and_then(|l| l.get(key)).cloned().unwrap_or_default();
    let annotation = |key: &str| metadata.annotations.as_ref().and_then(|a| a.get(key));
    let status = Status::deserialize(&object.data["status"]).unwrap_or_default();
    let pair = |line: &str| line.split_once(' ').map(|(name, id)| (name.to_owned(), id.to_owned()));
    let mut steps: Vec<Step> = status.nodes.into_values().filter(Node::is_leaf).map(Node::step).collect();
    steps.sort_by(|a, b| (a.started, &a.name).cmp(&(b.started, &b.name)));
    Run {
        namespace: label(OWNER_NAMESPACE),
        orchestrator: label(OWNER_NAME),
        rule: label(RULE),
        cluster: cluster.to_owned(),
        target: metadata.namespace.clone().unwrap_or_default(),
        name: metadata.name.clone().unwrap_or_default(),
        template: object.data["spec"]["workflowTemplateRef"]["name"].as_str().unwrap_or_default().to_owned(),
        phase: if status.phase.is_empty() { "Pending".to_owned() } else { status.phase },
        started: status.started_at.or_else(|| metadata.creation_timestamp.as_ref().map(|time| time.0)),
        finished: status.finished_at,
        events: annotation(EVENTS).map(|text| text.lines().filter_map(pair).collect()).unwrap_or_default(),
        message: status.message,
        steps,
        replay_of: annotation(super::REPLAY_OF).cloned(),
    }
}

impl Node {
    fn is_leaf(&self) -> bool {
        !matches!(self.ty.as_str(), "Steps" | "StepGroup" | "DAG" | "TaskGroup" | "Retry")
    }

    fn step(self) -> Step {
        let given = |name: &str| {
            self.inputs.parameters.iter().find(|parameter| parameter.name == name)?.value.clone()
        };
        Step {
            body: given("body"),
            key: given("key"),
            name: self.display_name,
            template: self.template_name,
            phase: self.phase,
            started: self.started_at,
            finished: self.finished_at,
            message: self.message,
            result: self.outputs.result,
        }
    }
}

/// The runs of an orchestrator or of all, the latest first.
pub async fn runs(places: &Places, of: Option<&Pipeline>) -> Found<Run> {
    let mut found = places.ask(async |place| on(place, of).await).await;
    found.items.sort_by(|a, b| (b.started, &b.name).cmp(&(a.started, &a.name)));
    found
}

/// The runs on one cluster.
pub(super) async fn on(place: &Place, of: Option<&Pipeline>) -> Result<Vec<Run>, ApiError> {
    let kind = WORKFLOW.resource();
    let (api, selector): (Api<DynamicObject>, String) = match of {
        Some(Pipeline { standing, target, .. }) => (
            Api::namespaced_with(place.client.clone(), target, &kind),
            format!("{OWNER_NAME}={},{OWNER_NAMESPACE}={}", standing.name, standing.namespace),
        ),
        None => (Api::all_with(place.client.clone(), &kind), format!("{OWNER_NAME},{OWNER_NAMESPACE}")),
    };
    let mut page = ListParams::default().labels(&selector).limit(PAGE);
    let mut runs = Vec::new();
    loop {
        let list = within(api.list(&page)).await?;
        runs.extend(list.items.iter().map(|object| run(&place.cluster, object)));
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page.continue_token = Some(token),
            None => return Ok(runs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use kube::api::DynamicObject;
    use serde_json::json;

    #[test]
    fn a_failure_is_of_the_function_that_was_called() {
        let object: DynamicObject = serde_json::from_value(json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
            "metadata": {
                "name": "crossing-meeting-8925", "namespace": "city",
                "labels": { "efl.dev/orchestrator": "crossing", "efl.dev/namespace": "city", "efl.dev/rule": "meeting" },
                "annotations": { "efl.dev/events": "vehicle e5b8\npedestrian 0232\n" },
            },
            "spec": { "workflowTemplateRef": { "name": "crossing-respond" } },
            "status": {
                "phase": "Failed", "message": "child failed", "startedAt": "2026-11-24T02:34:19Z", "finishedAt": null,
                "nodes": {
                    "r": { "type": "Steps", "phase": "Failed", "message": "child failed", "startedAt": "2026-11-24T02:34:19Z" },
                    "r-2": {
                        "type": "HTTP", "displayName": "verdict", "templateName": "call-classify", "phase": "Failed",
                        "message": "received non-2xx response code: 503", "startedAt": "2026-11-24T02:34:20Z",
                        "inputs": { "parameters": [{ "name": "body", "value": "{}" }, { "name": "key", "value": "crossing-meeting-8925.verdict" }] },
                    },
                },
            },
        }))
        .expect("an object");
        let run = run("m1", &object);
        assert_eq!(run.events, [("vehicle".into(), "e5b8".into()), ("pedestrian".into(), "0232".into())]);
        let culprit = run.culprit().expect("a step failed");
        assert_eq!(culprit.key.as_deref(), Some("crossing-meeting-8925.verdict"));
        let declarations = run.declarations(Some(culprit));
        assert_eq!(
            declarations,
            ["crossing/function/classify", "crossing/workflow/respond", "crossing/rule/meeting"]
        );
        assert!(run.failed() && run.finished.is_none());
    }
}
