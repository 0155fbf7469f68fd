//! The EventPlan: what the native engine runs, in a ConfigMap.
//!
//! ```text
//! data:
//!   call-address: http://kourier-internal.kourier-system.svc    # where functions are called; set by an OverridePolicy
//!   plan.json: …                                                # an [`EventPlan`]
//! ```
//!
//! Logic, bodies and types are EFL text, as in the Orchestrator: the engine reads them with this same compiler.

use super::{ExpandError, ResourceBody, Stage, context::Context, names::budget, resource::Pairs};
use crate::spec::{Engine, EventBus, InternalEvent, NamedType, Rule, Workflow};
use serde::{Deserialize, Serialize};

/// The version of the plan that this compiler writes. An engine refuses a newer one; fields are only added within one.
pub const PLAN_VERSION: u32 = 1;
/// The key of the plan in the ConfigMap.
pub const PLAN_KEY: &str = "plan.json";
/// The key of the address at which functions are called.
pub const CALL_ADDRESS_KEY: &str = "call-address";
/// The most a ConfigMap may hold, less what stands around the plan.
/// Upstream: `k8s.io/kubernetes/pkg/apis/core/validation`, `MaxSecretSize`.
const LIMIT: usize = 1_000_000;

/// What the native engine runs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventPlan {
    /// [`PLAN_VERSION`].
    pub version: u32,
    /// The orchestrator.
    pub orchestrator: String,
    /// Its namespace; the resources may be in another.
    pub namespace: String,
    /// The bus; the EventBus `default` of the namespace when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bus: Option<EventBus>,
    /// The declared types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<NamedType>,
    /// Events of sources.
    pub events: Vec<PlanEvent>,
    /// Internal events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub internal_events: Vec<InternalEvent>,
    /// The functions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<PlanFunction>,
    /// The workflows, as in the Orchestrator.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<Workflow>,
    /// The rules, as in the Orchestrator.
    pub rules: Vec<Rule>,
}

/// An event of a source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanEvent {
    /// The source, as rules name it.
    pub source: String,
    /// The event.
    pub name: String,
    /// The kind of the source, which says where the payload stands in what Argo publishes.
    pub kind: String,
    /// How a message is read: `json`, `text`, `bytes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The payload's type, as EFL text.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// The subject on the bus: `default.<EventSource>.<event>`.
    /// Upstream: `argo-events/pkg/eventbus/jetstream/eventsource/source_conn.go`.
    pub subject: String,
}

/// A function.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanFunction {
    /// Its name.
    pub name: String,
    /// The host it answers to.
    pub host: String,
    /// The parameter list, as EFL text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The result's type, as EFL text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// How long a call may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<crate::units::Duration>,
}

/// Upstream: `k8s.io/api/core/v1` ConfigMap.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct ConfigMap<'a> {
    data: Pairs<'a>,
}

/// The ConfigMap with the plan.
pub(super) fn expand(cx: &mut Context<'_>) {
    if cx.spec.engine != Engine::Efl {
        return;
    }
    let declaration = cx.orc.name.clone();
    let name = cx.name("plan", budget::LABEL, &declaration);
    let plan = match serde_json::to_string_pretty(&plan(cx)) {
        Ok(plan) if plan.len() <= LIMIT => plan + "\n",
        Ok(plan) => {
            let message =
                format!("the plan of this orchestrator has {} KB, a ConfigMap takes 1 MB", plan.len() / 1000);
            return cx.error(declaration, message, "split the orchestrator");
        }
        Err(error) => return cx.error(declaration, error.to_string(), "this is a mistake of the compiler"),
    };
    let mut data = Pairs::default();
    data.push(CALL_ADDRESS_KEY, cx.call_address.clone());
    data.push(PLAN_KEY, plan);
    cx.push(
        Stage::Logic,
        ("v1", "ConfigMap"),
        name,
        declaration,
        ResourceBody::ConfigMap(ConfigMap { data }),
    );
}

/// The plan of an orchestrator.
fn plan(cx: &Context<'_>) -> EventPlan {
    let spec = cx.spec;
    let functions = spec.functions.iter().map(|function| PlanFunction {
        name: function.name.clone(),
        host: cx.host(&function.name),
        input: function.input.clone(),
        output: function.output.clone(),
        timeout: function.timeout,
    });
    let events = spec.sources.iter().flat_map(|source| {
        source.events.iter().map(|event| {
            let format = event.fields.get("format").or_else(|| source.fields.get("format"));
            PlanEvent {
                source: source.name.clone(),
                name: event.name.clone(),
                kind: source.kind.clone(),
                format: format.and_then(|format| format.as_str()).map(str::to_owned),
                ty: event.ty.clone(),
                subject: format!("default.{}-{}.{}", cx.orc.name, source.name, event.name),
            }
        })
    });
    EventPlan {
        version: PLAN_VERSION,
        orchestrator: cx.orc.name.clone(),
        namespace: cx.orc.namespace.clone(),
        bus: spec.event_bus.clone(),
        types: spec.types.clone(),
        events: events.collect(),
        internal_events: spec.events.clone(),
        functions: functions.collect(),
        workflows: spec.workflows.clone(),
        rules: spec.rules.clone(),
    }
}

impl EventPlan {
    /// Reads a plan; a newer version is an error.
    pub fn read(json: &str) -> Result<Self, ExpandError> {
        let error = |message: String| ExpandError {
            declaration: PLAN_KEY.to_owned(),
            message,
            help: "compile the orchestrator again, or use the `efl` that compiled it".to_owned(),
        };
        let versioned: Version =
            serde_json::from_str(json).map_err(|e| error(format!("the plan is no plan: {e}")))?;
        if versioned.version > PLAN_VERSION {
            let newest = PLAN_VERSION;
            return Err(error(format!(
                "the plan has version {}, this engine knows {newest}",
                versioned.version
            )));
        }
        serde_json::from_str(json).map_err(|e| error(format!("the plan is no plan: {e}")))
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}
