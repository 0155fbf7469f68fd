//! Triggers of Sensors: one per rule. A call that the Sensor can make itself is an `http` trigger; anything else is a
//! Workflow, made with one request to the API server (`argoWorkflow` would start the `argo` program for each).

use super::{
    context::Context,
    dependency::{self, Place},
    names::budget,
    resource::Pairs,
    rule::{Rule, Run, only_parameter},
    workflow_body::{Var, default_of},
    workflow_expr as code,
};
use crate::{
    ir::{self, Call, CallArgs, Callee, Expr, Input, Logic, Term},
    spec::{Backoff, Delivery, Retry},
    units::{Duration, Rate},
};
use serde::Serialize;

/// How long a call from a Sensor may take when its function says nothing: Argo keeps the connection of every call open
/// for so long, and loses events when there are no more files (`argo.md`, section 10).
const TIMEOUT: Duration = Duration::from_secs(5);
/// What is tried at least once is tried again so often when the author says nothing.
const RETRY: Retry =
    Retry { times: 3, backoff: Some(Backoff { from: Duration::from_secs(1), to: Duration::from_secs(10) }) };
/// Digits of the hash of an event's id: as many as leave no room for an accident.
const DIGITS: usize = 32;
/// The fewest digits that a Workflow's name may have.
const FEWEST: usize = 12;

/// Upstream: `argo-events/pkg/apis/events/v1alpha1/sensor_types.go`, Trigger.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trigger<'a> {
    template: Template<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Policy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_strategy: Option<RetryStrategy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<RateLimit>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    at_least_once: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    dlq_trigger: Option<Box<Trigger<'a>>>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Template<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions_reset: Vec<ConditionsReset<'a>>,
    #[serde(flatten)]
    action: Action<'a>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConditionsReset<'a> {
    by_time: ByTime<'a>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct ByTime<'a> {
    cron: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<&'a str>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Action<'a> {
    Http(Http),
    K8s(K8s<'a>),
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: &'static str,
    url: String,
    host: String,
    timeout: u64,
    headers: Pairs<'static>,
    dynamic_headers: Vec<Parameter>,
    payload: Vec<Parameter>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct K8s<'a> {
    operation: &'static str,
    patch_strategy: &'static str,
    source: Source<'a>,
    parameters: Vec<Parameter>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Source<'a> {
    resource: Workflow<'a>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Workflow<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: WorkflowSpec,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Metadata<'a> {
    name: String,
    labels: Pairs<'a>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkflowSpec {
    workflow_template_ref: Name,
    #[serde(skip_serializing_if = "Arguments::is_empty")]
    arguments: Arguments,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Name {
    name: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Arguments {
    parameters: Vec<Argument>,
}

impl Arguments {
    fn is_empty(&self) -> bool {
        self.parameters.is_empty()
    }
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Argument {
    name: String,
    value: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Parameter {
    src: Src,
    dest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Src {
    dependency_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    use_raw_data: bool,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Policy {
    status: StatusPolicy,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct StatusPolicy {
    allow: [u16; 7],
}

/// Without it every answer counts as success, a 500 too (`argo-events/pkg/sensors/triggers/http/http.go`).
const SUCCESS: Policy = Policy { status: StatusPolicy { allow: [200, 201, 202, 203, 204, 205, 206] } };

#[derive(Clone, PartialEq, Debug, Serialize)]
struct RetryStrategy {
    steps: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jitter: Option<f64>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RateLimit {
    unit: &'static str,
    requests_per_unit: u32,
}

impl Trigger<'_> {
    /// The rule that it is of.
    pub(super) fn rule(&self) -> &str {
        &self.template.name
    }

    /// Where below a path the addresses stand at which it calls functions.
    pub(super) fn addresses(&self, path: &str) -> Vec<String> {
        let own =
            matches!(self.template.action, Action::Http(_)).then(|| format!("{path}/template/http/url"));
        let dead_letter =
            self.dlq_trigger.iter().flat_map(|trigger| trigger.addresses(&format!("{path}/dlqTrigger")));
        own.into_iter().chain(dead_letter).collect()
    }
}

/// The trigger of a rule; none when there is an error.
pub(super) fn trigger<'a>(cx: &mut Context<'a>, rule: Rule<'a>, conditions: String) -> Option<Trigger<'a>> {
    let (action, policy) = match rule.run(cx) {
        Run::Call(call) => (Action::Http(http(cx, rule, call)?), Some(SUCCESS)),
        Run::Workflow { name, args } => {
            let arguments = arguments_of(cx, rule, name, args);
            (Action::K8s(workflow(cx, rule, name, arguments)?), None)
        }
        Run::Own(vars) => {
            let arguments = vars.iter().map(|var| (var.parameter(), Given::Var(var.clone()))).collect();
            (Action::K8s(workflow(cx, rule, &rule.spec.name, arguments)?), None)
        }
    };
    let again = rule.spec.delivery == Delivery::AtLeastOnce;
    let retry = rule.spec.retry.as_ref().unwrap_or(&RETRY);
    let reset = rule.spec.reset.iter().map(|reset| ConditionsReset {
        by_time: ByTime { cron: &reset.cron, timezone: reset.timezone.as_deref() },
    });
    Some(Trigger {
        template: Template {
            name: rule.spec.name.clone(),
            conditions: Some(conditions),
            conditions_reset: reset.collect(),
            action,
        },
        policy,
        // Argo ignores it unless `atLeastOnce` is set (`argo-events/pkg/sensors/listener.go`).
        retry_strategy: again.then(|| retry_strategy(retry)),
        rate_limit: rule.spec.rate.map(rate_limit),
        at_least_once: again,
        dlq_trigger: rule.spec.dead_letter.as_deref().map(|name| Box::new(dead_letter(cx, rule, name))),
    })
}

/// Attempts, and delays that grow to the longest one. Argo has no longest delay, so the factor is the one that reaches it.
fn retry_strategy(retry: &Retry) -> RetryStrategy {
    let steps = retry.times + 1;
    let Some(Backoff { from, to }) = retry.backoff else {
        return RetryStrategy {
            steps,
            duration: Some("1s".to_owned()),
            factor: Some(1.0),
            jitter: Some(0.1),
        };
    };
    #[allow(clippy::cast_precision_loss)] // delays are far below 2^53 milliseconds
    let ratio = to.0.max(1) as f64 / from.0.max(1) as f64;
    let factor = if steps > 2 { ratio.powf(1.0 / f64::from(steps - 2)).clamp(1.0, 2.0) } else { 1.0 };
    RetryStrategy {
        steps,
        duration: Some(from.to_go()),
        factor: Some((factor * 1e3).floor() / 1e3),
        jitter: Some(0.1),
    }
}

fn rate_limit(rate: Rate) -> RateLimit {
    let unit = match rate.unit {
        's' => "Second",
        'm' => "Minute",
        _ => "Hour",
    };
    RateLimit { unit, requests_per_unit: rate.times }
}

/// What an argument of a Workflow is given.
enum Given {
    Var(Var),
    Constant(String),
}

/// The arguments of a workflow of the program that a rule calls with whole events.
fn arguments_of(cx: &Context<'_>, rule: Rule<'_>, workflow: &str, args: &CallArgs) -> Vec<(String, Given)> {
    let _ = rule;
    let given = |expr: &Expr| match code::constant(expr) {
        Some(json) => Given::Constant(json),
        None => Var::of(expr).map_or(Given::Constant("null".to_owned()), Given::Var),
    };
    let at = cx.spec.workflows.iter().position(|known| known.name == workflow);
    match (at.map(|at| &cx.orc.workflows[at].signature.input), args) {
        (Some(Input::Named(params)), CallArgs::Named(fields)) => {
            let argument = |param: &ir::Param| {
                let field = fields.iter().find(|(name, _)| *name == param.name);
                let value =
                    field.map(|(_, expr)| given(expr)).or_else(|| default_of(param).map(Given::Constant));
                (param.name.clone(), value.unwrap_or(Given::Constant("null".to_owned())))
            };
            params.iter().map(argument).collect()
        }
        (Some(input), CallArgs::Whole(expr)) => {
            vec![(only_parameter(input).unwrap_or("input").to_owned(), given(expr))]
        }
        (_, CallArgs::Named(fields)) => {
            fields.iter().map(|(name, expr)| (name.clone(), given(expr))).collect()
        }
        (None, CallArgs::Whole(_)) => Vec::new(),
    }
}

/// A Workflow of a template. `patch` gets it by its name and makes it when it is not there: an event that is delivered
/// again finds its run. (`create` fails on a name that is taken, and the failure is tried again and dead-lettered.)
/// Upstream: `argo-events/pkg/sensors/triggers/standard-k8s/standard-k8s.go`.
fn workflow<'a>(
    cx: &mut Context<'a>,
    rule: Rule<'a>,
    template: &str,
    arguments: Vec<(String, Given)>,
) -> Option<K8s<'a>> {
    let declaration = cx.declaration("rule", &rule.spec.name);
    let base = cx.name(&rule.spec.name, budget::RULE, &declaration);
    let mut parameters = name_parts(cx, rule, &base)?;
    parameters.extend(event_ids(rule));
    let mut values = Vec::new();
    for (at, (name, given)) in arguments.into_iter().enumerate() {
        let value = match given {
            Given::Constant(json) => json,
            Given::Var(var) => {
                let dest = format!("spec.arguments.parameters.{at}.value");
                parameters.extend(event_parameters(cx, rule, &var, &dest));
                "null".to_owned()
            }
        };
        values.push(Argument { name, value });
    }
    let mut labels = cx.labels();
    labels.push("efl.dev/rule", rule.spec.name.as_str());
    Some(K8s {
        operation: "patch",
        patch_strategy: "application/merge-patch+json",
        source: Source {
            resource: Workflow {
                api_version: "argoproj.io/v1alpha1",
                kind: "Workflow",
                metadata: Metadata { name: format!("{base}-"), labels },
                spec: WorkflowSpec {
                    workflow_template_ref: Name { name: format!("{}-{template}", cx.orc.name) },
                    arguments: Arguments { parameters: values },
                },
            },
        },
        parameters,
    })
}

/// The parts of a Workflow's name: of each event a part of the hash of its id.
fn name_parts(cx: &mut Context<'_>, rule: Rule<'_>, base: &str) -> Option<Vec<Parameter>> {
    let terms = rule.terms();
    let room = budget::LABEL - base.len() - 1;
    // Without `and` a firing has one event.
    let each = |room: usize| if rule.joins() { room / terms.len() } else { room };
    let enough = |digits: &usize| digits * fewest(&rule.ir.logic) >= FEWEST;
    let digits = [room.min(DIGITS), room].map(each).into_iter().find(enough);
    let Some(digits) = digits else {
        let message = "this rule has too many events for the name of its Workflow";
        cx.error(cx.declaration("rule", &rule.spec.name), message, "split the rule, or use `engine: efl`");
        return None;
    };
    let part = |term: &&Term| Parameter {
        src: Src {
            dependency_name: dependency::name(term),
            context_template: Some(format!("{{{{ .Input.id | sha256sum | trunc {digits} }}}}")),
            ..Src::default()
        },
        dest: "metadata.name".to_owned(),
        operation: Some("append"),
    };
    Some(terms.iter().map(part).collect())
}

/// The ids of the events, one to a line behind their names, for who looks for what became of one.
fn event_ids(rule: Rule<'_>) -> impl Iterator<Item = Parameter> {
    rule.terms().into_iter().map(|term| Parameter {
        src: Src {
            dependency_name: dependency::name(term),
            context_template: Some(format!("{} {{{{ .Input.id }}}}\n", term.name)),
            ..Src::default()
        },
        dest: r"metadata.annotations.efl\.dev/events".to_owned(),
        operation: Some("append"),
    })
}

/// How many events a firing has at least.
fn fewest(logic: &Logic) -> usize {
    match logic {
        Logic::Event(_) => 1,
        Logic::And(all) | Logic::Then(all) => all.iter().map(fewest).sum(),
        Logic::Or(any) => any.iter().map(fewest).min().unwrap_or(0),
        Logic::Count { of, .. } => fewest(of),
        Logic::Absent { .. } => 0,
    }
}

/// Two braces in a row are an escape: Argo Workflows would take them for a template.
const SAFE: &str = r" | replace `{{` `{\u007b`";

/// The parameters that carry a payload or metadata as JSON text to a place.
fn event_parameters(cx: &Context<'_>, rule: Rule<'_>, var: &Var, dest: &str) -> Vec<Parameter> {
    let Some(term) = rule.term(var.name()) else { return Vec::new() };
    let dependency_name = dependency::name(term);
    let parameter = |src: Src, operation| Parameter {
        src: Src { dependency_name: dependency_name.clone(), ..src },
        dest: dest.to_owned(),
        operation,
    };
    let data = |template: String| Src { data_template: Some(template), ..Src::default() };
    let quoted = |keys: &[&str]| keys.iter().map(|key| format!("{key:?}")).collect::<Vec<_>>().join(" ");
    if let Var::Meta(_) = var {
        let keys = cx.meta_keys(term);
        let pairs: Vec<String> = keys.iter().map(|(name, key)| format!("{name:?} .Input.{key}")).collect();
        let common = r#"toJson (dict "id" .Input.id "time" .Input.time "source" .Input.source)"#;
        let context = |template: String| Src { context_template: Some(template), ..Src::default() };
        if keys.is_empty() {
            return vec![parameter(context(format!("{{{{ {common} }}}}")), None)];
        }
        let first = format!(r#"{{{{ {common} | trimSuffix "}}" }}}}"#);
        let second = format!(r#",{{{{ toJson (dict {}){SAFE} | trimPrefix "{{" }}}}"#, pairs.join(" "));
        return vec![parameter(context(first), None), parameter(data(second), Some("append"))];
    }
    let json = match cx.place(term) {
        Place::Key(key) => format!(".Input.{key} | toJson"),
        Place::Converted(pipeline) => pipeline,
        Place::Whole(but) => format!("omit .Input {} | toJson", quoted(&but)),
    };
    vec![parameter(data(format!("{{{{ {json}{SAFE} }}}}")), None)]
}

/// A call of a function by the Sensor.
fn http<'a>(cx: &mut Context<'a>, rule: Rule<'a>, call: &Call) -> Option<Http> {
    let Callee::Function(function) = &call.callee else { return None };
    let own = cx.spec.functions.iter().find(|known| known.name == *function).and_then(|known| known.timeout);
    let payload = match &call.args {
        CallArgs::Whole(expr) => vec![payload(cx, rule, expr, "")],
        CallArgs::Named(fields) => fields.iter().map(|(name, expr)| payload(cx, rule, expr, name)).collect(),
    };
    Some(Http { payload, ..request(cx, rule, function, call.timeout.or(own).unwrap_or(TIMEOUT)) })
}

/// A request to a function, without its body.
fn request(cx: &Context<'_>, rule: Rule<'_>, function: &str, timeout: Duration) -> Http {
    let key =
        rule.terms().into_iter().filter(|term| rule.always_has(&term.name)).take(1).map(|term| Parameter {
            src: Src {
                dependency_name: dependency::name(term),
                context_template: Some(format!(
                    "{}-{}-{{{{ .Input.id | sha256sum | trunc {DIGITS} }}}}",
                    cx.orc.name, rule.spec.name
                )),
                ..Src::default()
            },
            dest: "Idempotency-Key".to_owned(),
            operation: None,
        });
    Http {
        method: "POST",
        url: cx.call_address.clone(),
        host: cx.host(function),
        timeout: timeout.as_secs_ceil(),
        headers: Pairs(vec![("Content-Type".into(), "application/json".into())]),
        // An event fires a rule once, so the id of any that is always there tells firings apart.
        dynamic_headers: key.collect(),
        payload: Vec::new(),
    }
}

/// The part of a body that an expression is ([`Rule::run`] says which are possible).
fn payload(cx: &Context<'_>, rule: Rule<'_>, expr: &Expr, dest: &str) -> Parameter {
    let path = |name: &str, field: Option<&str>| {
        let term = rule.term(name)?;
        let key = cx.body_key(term);
        let path: Vec<&str> = key.into_iter().chain(field).collect();
        let data_key = Some(path.join("."));
        Some(Src {
            dependency_name: dependency::name(term),
            data_key,
            use_raw_data: !dest.is_empty(),
            ..Src::default()
        })
    };
    let src = match expr {
        Expr::Payload(ir::Scope::Event(name)) => path(name, None),
        Expr::Member(base, field) => match &**base {
            Expr::Payload(ir::Scope::Event(name)) => path(name, Some(field)),
            _ => None,
        },
        Expr::String(text) => {
            let present = rule.terms().into_iter().find(|term| rule.always_has(&term.name));
            present.map(|term| Src {
                dependency_name: dependency::name(term),
                value: Some(text.clone()),
                ..Src::default()
            })
        }
        _ => None,
    };
    Parameter { src: src.unwrap_or_default(), dest: dest.to_owned(), operation: None }
}

/// What gets the events that could not be delivered: `{ rule, events: { name: payload } }`, under the name of the
/// function's parameter where it has one.
fn dead_letter<'a>(cx: &Context<'a>, rule: Rule<'a>, function: &str) -> Trigger<'a> {
    let at = cx.spec.functions.iter().position(|known| known.name == function);
    let under = at.and_then(|at| only_parameter(&cx.orc.functions[at].input));
    let prefix = under.map(|name| format!("{name}.")).unwrap_or_default();
    let mut payload: Vec<Parameter> = Vec::new();
    for term in rule.terms() {
        let src = Src {
            dependency_name: dependency::name(term),
            data_key: Some(cx.body_key(term).unwrap_or("@this").to_owned()),
            // Where the event is absent Argo would read a value that is not there.
            value: (!rule.always_has(&term.name)).then(|| "null".to_owned()),
            use_raw_data: true,
            ..Src::default()
        };
        payload.push(Parameter { src, dest: format!("{prefix}events.{}", term.name), operation: None });
    }
    let name = Src {
        dependency_name: payload.first().map(|first| first.src.dependency_name.clone()).unwrap_or_default(),
        value: Some(rule.spec.name.clone()),
        ..Src::default()
    };
    payload.insert(0, Parameter { src: name, dest: format!("{prefix}rule"), operation: None });
    Trigger {
        template: Template {
            name: format!("{}-dead-letter", rule.spec.name),
            conditions: None,
            conditions_reset: Vec::new(),
            action: Action::Http(Http { payload, ..request(cx, rule, function, TIMEOUT) }),
        },
        policy: Some(SUCCESS),
        retry_strategy: Some(retry_strategy(&RETRY)),
        rate_limit: None,
        at_least_once: true,
        dlq_trigger: None,
    }
}
