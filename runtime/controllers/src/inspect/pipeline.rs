//! Which declarations there are to ask about.

use super::runs::Run;
use crate::{
    api::{self, ORCHESTRATOR},
    client::{ApiError, within},
    deploy::Standing,
};
use efl_compiler::spec::OrchestratorSpec;
use kube::{
    Api, Client,
    api::{DynamicObject, ListParams},
};

/// An orchestrator and what it declares.
#[derive(Clone, PartialEq, Debug)]
pub struct Pipeline {
    /// Where it stands.
    pub standing: Standing,
    /// Where it runs: a namespace of the members.
    pub target: String,
    /// Its functions.
    pub functions: Vec<String>,
    /// Its workflows.
    pub workflows: Vec<String>,
    /// Its rules.
    pub rules: Vec<String>,
    /// Its sources.
    pub sources: Vec<String>,
}

impl Pipeline {
    /// `smart-city/crossing-safety`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.standing.namespace, self.standing.name)
    }

    /// Whether a run is one of its runs.
    pub fn ran(&self, run: &Run) -> bool {
        self.standing.namespace == run.namespace && self.standing.name == run.orchestrator
    }

    fn of(object: &DynamicObject) -> Option<Self> {
        // One that is malformed runs nowhere.
        let spec = api::part::<Option<OrchestratorSpec>>(object, "spec").ok()??;
        let standing = Standing::of(object);
        let target = spec.target_namespace.clone().unwrap_or_else(|| standing.namespace.clone());
        Some(Self {
            target,
            functions: spec.functions.into_iter().map(|function| function.name).collect(),
            workflows: spec.workflows.into_iter().map(|workflow| workflow.name).collect(),
            rules: spec.rules.into_iter().map(|rule| rule.name).collect(),
            sources: spec.sources.into_iter().map(|source| source.name).collect(),
            standing,
        })
    }
}

/// Every orchestrator, of one namespace or of all.
pub async fn pipelines(client: &Client, namespace: Option<&str>) -> Result<Vec<Pipeline>, ApiError> {
    let api: Api<DynamicObject> = match namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &ORCHESTRATOR.resource()),
        None => Api::all_with(client.clone(), &ORCHESTRATOR.resource()),
    };
    let list = within(api.list(&ListParams::default())).await?;
    Ok(list.items.iter().filter_map(Pipeline::of).collect())
}
