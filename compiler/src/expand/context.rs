//! What every emitter reads, and where it puts what it makes.

use super::{Clusters, ExpandError, Resource, ResourceBody, Stage, patches, resource::Pairs};
use crate::{ir, spec::OrchestratorSpec};

/// Kourier's service inside a cluster; it serves external hosts as well.
const CALL_ADDRESS: &str = "http://kourier-internal.kourier-system.svc";
/// The domain under which Knative knows a service inside its cluster.
const LOCAL_DOMAIN: &str = "svc.cluster.local";

/// An expansion under way.
pub(super) struct Context<'a> {
    /// What is expanded.
    pub(super) orc: &'a ir::Orchestrator,
    /// Its plain fields.
    pub(super) spec: &'a OrchestratorSpec,
    /// Where its resources go.
    pub(super) namespace: &'a str,
    /// The domain of functions.
    pub(super) domain: String,
    /// Where functions of the own cluster are called.
    pub(super) call_address: String,
    resources: Vec<Resource<'a>>,
    errors: Vec<ExpandError>,
}

impl<'a> Context<'a> {
    pub(super) fn new(orc: &'a ir::Orchestrator, inventory: &Clusters) -> Self {
        let text =
            |value: &Option<String>, default: &str| value.clone().unwrap_or_else(|| default.to_owned());
        Self {
            orc,
            spec: &orc.spec,
            namespace: orc.spec.target_namespace.as_deref().unwrap_or(&orc.namespace),
            domain: text(&inventory.domain, LOCAL_DOMAIN),
            call_address: text(&inventory.call_address, CALL_ADDRESS),
            resources: Vec::with_capacity(32),
            errors: Vec::new(),
        }
    }

    /// The path of a declaration: `crossing-safety/function/classify`.
    pub(super) fn declaration(&self, kind: &str, name: &str) -> String {
        format!("{}/{kind}/{name}", self.orc.name)
    }

    /// The host that a function answers to. Constant wherever it runs, because every cluster has the same domain.
    /// Upstream: `domain-template` of Knative's `config-network`.
    pub(super) fn host(&self, function: &str) -> String {
        format!("{}-{function}.{}.{}", self.orc.name, self.namespace, self.domain)
    }

    /// The name of the EventBus that sources and sensors use; `None` is `default`.
    pub(super) fn bus(&self) -> Option<&'a str> {
        self.spec.event_bus.as_ref().map(|_| self.orc.name.as_str())
    }

    /// The labels of every object.
    pub(super) fn labels(&self) -> Pairs<'a> {
        Pairs(vec![
            ("app.kubernetes.io/managed-by".into(), "efl".into()),
            ("efl.dev/orchestrator".into(), self.orc.name.as_str().into()),
            ("efl.dev/namespace".into(), self.orc.namespace.as_str().into()),
        ])
    }

    /// Adds a resource of the target namespace.
    pub(super) fn push(
        &mut self,
        stage: Stage,
        (api_version, kind): (&'static str, &'static str),
        name: String,
        declaration: String,
        body: ResourceBody<'a>,
    ) -> &mut Resource<'a> {
        let labels = self.labels();
        let annotations = Pairs(vec![("efl.dev/declaration".into(), declaration.clone().into())]);
        let namespace = self.namespace;
        self.resources.push(Resource {
            api_version,
            kind,
            name,
            namespace,
            declaration,
            stage,
            labels,
            annotations,
            body,
        });
        self.resources.last_mut().expect("one was pushed")
    }

    /// What was made so far.
    pub(super) fn resources(&self) -> &[Resource<'a>] {
        &self.resources
    }

    /// Notes an error.
    pub(super) fn error(&mut self, declaration: String, message: impl Into<String>, help: impl Into<String>) {
        self.errors.push(ExpandError { declaration, message: message.into(), help: help.into() });
    }

    /// The resources, or why there are none.
    pub(super) fn finish(mut self) -> Result<Vec<Resource<'a>>, Vec<ExpandError>> {
        self.errors.extend(patches::apply(&mut self.resources, &self.spec.patches));
        if self.errors.is_empty() { Ok(self.resources) } else { Err(self.errors) }
    }
}

impl<'a> Resource<'a> {
    /// With the author's description.
    pub(super) fn describe(&mut self, description: Option<&'a str>) -> &mut Self {
        if let Some(text) = description {
            self.annotations.push("efl.dev/description", text);
        }
        self
    }
}
