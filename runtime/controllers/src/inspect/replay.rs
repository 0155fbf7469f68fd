//! A run again: a Workflow of the same template with the same arguments, whose calls carry the `Idempotency-Key`s of the first.

use super::{
    Places,
    runs::{RULE, Run},
};
use crate::{
    api::{OWNER_NAME, OWNER_NAMESPACE, WORKFLOW},
    client::{ApiError, within},
};
use kube::{
    Api,
    api::{DynamicObject, PostParams},
};
use serde_json::{Value, json};

/// The parameter of the entry that says which run it belongs to: what keys are made of (`compiler/src/expand/workflow_body.rs`).
const RUN: &str = "efl--run";
/// How long a name may be.
const LONGEST: usize = 63;

/// Why a run is not repeated.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The cluster cannot be reached.
    #[error("{0}")]
    Place(String),
    /// The API server said no.
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// What a run was started with.
pub async fn arguments(places: &Places, run: &Run) -> Result<Vec<(String, String)>, ReplayError> {
    let object = read(places, run).await?;
    let parameters = object.data["spec"]["arguments"]["parameters"].as_array().cloned().unwrap_or_default();
    let pair = |parameter: &Value| {
        Some((
            parameter["name"].as_str()?.to_owned(),
            parameter["value"].as_str().unwrap_or("null").to_owned(),
        ))
    };
    Ok(parameters.iter().filter_map(pair).filter(|(name, _)| name != RUN).collect())
}

/// Runs it again on a cluster; the name of the new run. `attempt` counts from 1.
pub async fn replay(
    places: &Places,
    run: &Run,
    cluster: &str,
    attempt: usize,
) -> Result<String, ReplayError> {
    let object = again(&read(places, run).await?, run, attempt);
    let place = places.place(cluster).map_err(ReplayError::Place)?;
    let api: Api<DynamicObject> = Api::namespaced_with(place.client, &run.target, &WORKFLOW.resource());
    let made = within(api.create(&PostParams::default(), &object)).await?;
    Ok(made.metadata.name.unwrap_or_default())
}

async fn read(places: &Places, run: &Run) -> Result<DynamicObject, ReplayError> {
    let place = places.place(&run.cluster).map_err(ReplayError::Place)?;
    let api: Api<DynamicObject> = Api::namespaced_with(place.client, &run.target, &WORKFLOW.resource());
    Ok(within(api.get(&run.name)).await?)
}

/// The Workflow that repeats a run.
fn again(object: &DynamicObject, run: &Run, attempt: usize) -> DynamicObject {
    let first = run.replay_of.as_deref().unwrap_or(&run.name);
    let suffix = format!("-r{attempt}");
    let stem: String = first.chars().take(LONGEST - suffix.len()).collect();
    let kept = |map: Option<&std::collections::BTreeMap<String, String>>, keys: &[&str]| {
        let pairs = map.into_iter().flatten().filter(|(key, _)| keys.contains(&key.as_str()));
        pairs.map(|(key, value)| (key.clone(), value.clone())).collect::<std::collections::BTreeMap<_, _>>()
    };
    let metadata = &object.metadata;
    let labels =
        kept(metadata.labels.as_ref(), &["app.kubernetes.io/managed-by", OWNER_NAME, OWNER_NAMESPACE, RULE]);
    let mut annotations = kept(metadata.annotations.as_ref(), &[super::runs::EVENTS]);
    annotations.insert(super::REPLAY_OF.to_owned(), first.to_owned());
    let mut parameters =
        object.data["spec"]["arguments"]["parameters"].as_array().cloned().unwrap_or_default();
    parameters.retain(|parameter| parameter["name"] != RUN);
    parameters.push(json!({ "name": RUN, "value": first }));
    let mut new =
        DynamicObject::new(&format!("{}{suffix}", stem.trim_end_matches('-')), &WORKFLOW.resource());
    new.metadata.namespace = Some(run.target.clone());
    new.metadata.labels = Some(labels);
    new.metadata.annotations = Some(annotations);
    new.data = json!({ "spec": {
        "workflowTemplateRef": object.data["spec"]["workflowTemplateRef"],
        "arguments": { "parameters": parameters },
    } });
    new
}

#[cfg(test)]
mod tests {
    use super::again;
    use crate::inspect::runs::run;
    use kube::api::DynamicObject;
    use serde_json::json;

    #[test]
    fn a_replay_has_the_keys_of_the_first_run() {
        let object = |name: &str,
                      annotations: serde_json::Value,
                      parameters: serde_json::Value|
         -> DynamicObject {
            serde_json::from_value(json!({
                "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
                "metadata": {
                    "name": name, "namespace": "city", "annotations": annotations,
                    "labels": { "efl.dev/orchestrator": "crossing", "efl.dev/rule": "meeting", "workflows.argoproj.io/phase": "Failed" },
                },
                "spec": { "workflowTemplateRef": { "name": "crossing-respond" }, "arguments": { "parameters": parameters } },
                "status": { "phase": "Failed" },
            }))
            .expect("an object")
        };
        let name = format!("crossing-meeting-{}", "8".repeat(46));
        let failed = object(
            &name,
            json!({ "efl.dev/events": "vehicle a\n" }),
            json!([{ "name": "vehicle", "value": "{}" }]),
        );
        let first = again(&failed, &run("m1", &failed), 1);
        let own = first.metadata.name.clone().expect("a name");
        assert!(own.len() <= 63 && own.ends_with("-r1"), "{own}");
        let key = json!({ "name": "efl--run", "value": name });
        assert_eq!(
            first.data["spec"]["arguments"]["parameters"],
            json!([{ "name": "vehicle", "value": "{}" }, key])
        );
        let labels = first.metadata.labels.as_ref().expect("labels");
        assert_eq!(labels.get("efl.dev/rule").map(String::as_str), Some("meeting"));
        assert!(!labels.contains_key("workflows.argoproj.io/phase"));

        // One that fails again is repeated as the first was.
        let second = again(&first, &run("m1", &first), 2);
        assert_eq!(second.data["spec"]["arguments"]["parameters"][1], key);
        assert_eq!(second.metadata.annotations.as_ref().expect("annotations")["efl.dev/replay-of"], name);
    }
}
