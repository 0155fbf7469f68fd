//! An Orchestrator of the input as a program.

use super::{
    ImportError,
    input::{self, Resource, peek, take},
    program::{Program, unsayable},
    text::Remark,
};
use crate::spec::OrchestratorSpec;
use serde_json::Value as Json;

/// The annotation with the doc comment of an orchestrator.
const DESCRIPTION: &str = "efl.dev/description";

/// Adds an Orchestrator to a program.
pub(super) fn orchestrator(mut resource: Resource, program: &mut Program) -> Result<(), ImportError> {
    let name = resource.name.clone();
    let json = take(&mut resource.rest, &["spec"]).unwrap_or_default();
    let invalid = |error: serde_json::Error| ImportError::Orchestrator {
        name: name.clone(),
        message: error.to_string(),
    };
    let spec: OrchestratorSpec = serde_json::from_value(json.clone()).map_err(invalid)?;
    for (path, why) in unsayable(&spec) {
        let pointer = format!("/{}", path.replace(['.', '['], "/").replace(']', ""));
        let what = json.pointer(&pointer).and_then(input::yaml).unwrap_or_default();
        program.remarks.push(Remark {
            place: name.clone(),
            at: format!("Orchestrator/{name} spec.{path}"),
            why,
            what,
        });
    }
    let description = input::text(&mut resource.rest, &["metadata", "annotations", DESCRIPTION]);
    drop_own(&mut resource.rest);
    let namespace = resource.namespace.clone().unwrap_or_default();
    program.add(&name, &namespace, description.as_deref(), spec);
    if resource.namespace.is_none() {
        program.remarks.push(Remark {
            place: name.clone(),
            at: format!("Orchestrator/{name} metadata"),
            why: "it names no namespace; say it here".to_owned(),
            what: String::new(),
        });
    }
    program.remarks.extend(resource.left(&name, "labels and annotations are for those who apply it"));
    Ok(())
}

/// Labels and annotations that EFL itself writes.
fn drop_own(json: &mut Json) {
    for map in ["labels", "annotations"] {
        let keys: Vec<String> = peek(json, &["metadata", map])
            .and_then(Json::as_object)
            .map(|map| map.keys().filter(|key| is_own(key)).cloned().collect())
            .unwrap_or_default();
        for key in keys {
            take(json, &["metadata", map, &key]);
        }
    }
}

fn is_own(key: &str) -> bool {
    key.starts_with("efl.dev/") || key == "app.kubernetes.io/managed-by"
}
