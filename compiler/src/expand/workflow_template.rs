//! WorkflowTemplates: one per workflow, and one per rule whose body is more than a call.

use super::{
    ResourceBody, Stage,
    context::Context,
    names::budget,
    resource::spec,
    rule::{self, Run},
    workflow_body::{self as body, Lowering, Target, Var},
};
use crate::{
    ir::{Body, Input},
    spec::{Engine, Retry},
    types::Type,
    units::Duration,
};
use serde::{Serialize, Serializer, ser::SerializeMap};

/// Where in a WorkflowTemplate the address stands at which it calls functions: its first parameter.
pub(super) const ADDRESS: &str = "/spec/arguments/parameters/0/value";
/// How long a run is kept when nobody says: long enough that an event which is delivered again meets its run, whose name
/// it would get again.
const KEPT: Duration = Duration::from_secs(3_600);
/// How long a failed one is kept.
const KEPT_FAILED: Duration = Duration::from_secs(86_400);

/// Upstream: `argo-workflows/pkg/apis/workflow/v1alpha1/workflow_types.go`, WorkflowSpec.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkflowTemplateSpec {
    entrypoint: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_exit: Option<&'static str>,
    service_account_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    active_deadline_seconds: Option<u64>,
    ttl_strategy: TtlStrategy,
    #[serde(rename = "podGC")]
    pod_gc: PodGc,
    arguments: Arguments,
    templates: Vec<Template>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TtlStrategy {
    seconds_after_success: u64,
    seconds_after_failure: u64,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct PodGc {
    strategy: &'static str,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub(super) struct Arguments {
    pub(super) parameters: Vec<Parameter>,
}

impl Arguments {
    fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parameter {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_from: Option<ValueFrom>,
}

impl Parameter {
    /// One that must be given.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), value: None, value_from: None }
    }

    pub(super) fn value(name: &str, value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..Self::named(name) }
    }

    pub(super) fn from(name: &str, value: ValueFrom) -> Self {
        Self { value_from: Some(value), ..Self::named(name) }
    }
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct ValueFrom {
    pub(super) expression: String,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct Template {
    pub(super) name: String,
    pub(super) inputs: Arguments,
    pub(super) outputs: Option<Outputs>,
    pub(super) parallelism: Option<u32>,
    pub(super) retry_strategy: Option<RetryStrategy>,
    pub(super) body: TemplateBody,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum TemplateBody {
    Steps(Vec<Vec<Step>>),
    Http(Http),
    Suspend(Suspend),
}

impl Template {
    pub(super) fn new(name: String, inputs: Vec<Parameter>, body: TemplateBody) -> Self {
        let inputs = Arguments { parameters: inputs };
        Self { name, inputs, outputs: None, parallelism: None, retry_strategy: None, body }
    }
}

impl Template {
    /// The length of the longest text of its steps.
    pub(super) fn longest_text(&self) -> usize {
        let TemplateBody::Steps(groups) = &self.body else { return 0 };
        let outputs = self.outputs.iter().flat_map(|outputs| &outputs.parameters);
        let steps = groups.iter().flatten();
        let arguments = steps.clone().flat_map(|step| &step.arguments.parameters);
        let values = outputs.chain(arguments).filter_map(|parameter| {
            parameter.value.as_ref().or(parameter.value_from.as_ref().map(|from| &from.expression))
        });
        values.chain(steps.filter_map(|step| step.when.as_ref())).map(String::len).max().unwrap_or(0)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        if !self.inputs.is_empty() {
            map.serialize_entry("inputs", &self.inputs)?;
        }
        if let Some(outputs) = &self.outputs {
            map.serialize_entry("outputs", outputs)?;
        }
        if let Some(parallelism) = &self.parallelism {
            map.serialize_entry("parallelism", parallelism)?;
        }
        if let Some(retry) = &self.retry_strategy {
            map.serialize_entry("retryStrategy", retry)?;
        }
        match &self.body {
            TemplateBody::Steps(steps) => map.serialize_entry("steps", steps)?,
            TemplateBody::Http(http) => map.serialize_entry("http", http)?,
            TemplateBody::Suspend(suspend) => map.serialize_entry("suspend", suspend)?,
        }
        map.end()
    }
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Outputs {
    pub(super) parameters: Vec<Parameter>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) template_ref: Option<TemplateRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) when: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) with_sequence: Option<Sequence>,
    #[serde(skip_serializing_if = "Arguments::is_empty")]
    pub(super) arguments: Arguments,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hooks: Option<Hooks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) continue_on: Option<ContinueOn>,
}

impl Step {
    /// A step of a template beside it.
    pub(super) fn new(name: String, template: String, arguments: Vec<Parameter>) -> Self {
        Self {
            name,
            template: Some(template),
            template_ref: None,
            when: None,
            with_sequence: None,
            arguments: Arguments { parameters: arguments },
            hooks: None,
            continue_on: None,
        }
    }

    /// A step of a template elsewhere.
    pub(super) fn of(name: String, template: TemplateRef, arguments: Vec<Parameter>) -> Self {
        Self { template: None, template_ref: Some(template), ..Self::new(name, String::new(), arguments) }
    }
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct TemplateRef {
    pub(super) name: String,
    pub(super) template: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Sequence {
    pub(super) count: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Hooks {
    pub(super) exit: Hook,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Hook {
    pub(super) template_ref: TemplateRef,
    pub(super) arguments: Arguments,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct ContinueOn {
    error: bool,
    failed: bool,
}

impl ContinueOn {
    /// Whatever happens.
    pub(super) const ANYTHING: Self = Self { error: true, failed: true };
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Http {
    pub(super) method: &'static str,
    pub(super) url: String,
    pub(super) headers: Vec<Header>,
    pub(super) body: &'static str,
    pub(super) timeout_seconds: u64,
    pub(super) success_condition: &'static str,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Header {
    pub(super) name: &'static str,
    pub(super) value: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Suspend {
    pub(super) duration: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetryStrategy {
    limit: String,
    retry_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<Backoff>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Backoff {
    duration: String,
    factor: &'static str,
    cap: String,
}

impl RetryStrategy {
    /// `retry 3 backoff 1s..30s`: doubling delays.
    pub(super) fn new(retry: &Retry) -> Self {
        let backoff = retry.backoff.map(|backoff| Backoff {
            duration: backoff.from.to_go(),
            factor: "2",
            cap: backoff.to.to_go(),
        });
        Self { limit: retry.times.to_string(), retry_policy: "Always", backoff }
    }
}

/// Every WorkflowTemplate.
pub(super) fn expand(cx: &mut Context<'_>) {
    if cx.spec.engine != Engine::Argo {
        return;
    }
    let orc = cx.orc;
    let hosts = orc.spec.functions.iter().map(|function| cx.host(&function.name)).collect();
    let target = Target { orc, namespace: cx.namespace, hosts };
    for (spec, ir) in orc.spec.workflows.iter().zip(&orc.workflows) {
        let declaration = cx.declaration("workflow", &spec.name);
        let about = About {
            name: &spec.name,
            description: spec.description.as_deref(),
            timeout: spec.timeout,
            ttl: spec.ttl,
        };
        let vars = body::parameters(&ir.signature.input);
        let parameters = parameters(&ir.signature.input);
        template(cx, &target, &about, declaration, (&vars, parameters), &ir.body);
    }
    for rule in rule::rules(cx) {
        let Run::Own(vars) = rule.run(cx) else { continue };
        let declaration = cx.declaration("rule", &rule.spec.name);
        let about = About {
            name: &rule.spec.name,
            description: rule.spec.description.as_deref(),
            timeout: None,
            ttl: None,
        };
        let parameters = vars.iter().map(|var| Parameter::value(&var.parameter(), "null")).collect();
        let vars: Vec<(Var, Type)> =
            vars.into_iter().map(|var| (var.clone(), rule.type_of(cx, &var))).collect();
        template(cx, &target, &about, declaration, (&vars, parameters), &rule.body());
    }
}

struct About<'a> {
    name: &'a str,
    description: Option<&'a str>,
    timeout: Option<Duration>,
    ttl: Option<Duration>,
}

fn template<'a>(
    cx: &mut Context<'a>,
    target: &Target<'a>,
    about: &About<'a>,
    declaration: String,
    (vars, mut parameters): (&[(Var, Type)], Vec<Parameter>),
    body: &Body,
) {
    let name = cx.name(about.name, budget::WORKFLOW, &declaration);
    let (templates, errors) = Lowering::new(target).body(vars, body);
    for (message, help) in errors {
        cx.error(declaration.clone(), message, help);
    }
    parameters.insert(0, Parameter::value(body::CALL_ADDRESS, cx.call_address.clone()));
    let spec_ = WorkflowTemplateSpec {
        entrypoint: body::MAIN,
        on_exit: body::has_handlers(body).then_some(body::EXIT),
        service_account_name: format!("{}-workflow", cx.orc.name),
        active_deadline_seconds: about.timeout.map(Duration::as_secs_ceil),
        ttl_strategy: TtlStrategy {
            seconds_after_success: about.ttl.unwrap_or(KEPT).as_secs_ceil(),
            seconds_after_failure: about.ttl.unwrap_or(KEPT_FAILED).as_secs_ceil(),
        },
        // The agent's pod is of no use when the run has ended.
        pod_gc: PodGc { strategy: "OnWorkflowCompletion" },
        arguments: Arguments { parameters },
        templates,
    };
    cx.push(
        Stage::Base,
        ("argoproj.io/v1alpha1", "WorkflowTemplate"),
        name,
        declaration,
        ResourceBody::WorkflowTemplate(spec(spec_)),
    )
    .describe(about.description);
}

/// The parameters of a workflow, with what they are when a run leaves them out.
fn parameters(input: &Input) -> Vec<Parameter> {
    let Input::Named(params) = input else { return vec![Parameter::named("input")] };
    let parameter = |param| match body::default_of(param) {
        Some(value) => Parameter::value(&param.name, value),
        None => Parameter::named(&param.name),
    };
    params.iter().map(parameter).collect()
}
