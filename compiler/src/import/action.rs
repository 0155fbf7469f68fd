//! What a trigger does: calls of functions and workflows. What EFL has no form for is a call of a function that stands in
//! for it: it has no image, so that nothing compiles before somebody says what does it.

use super::{
    draft::stand_in_key,
    input::{self, int, list, peek, take, take_as, text, word},
    names::kebab,
    parameter::{self, Readable},
    services::{Target, name_of},
    workflow::{Reach, arguments, convert, formals, service_key},
};
use crate::{
    ir::{Body, Call, CallArgs, CallResult, Callee, Expr, Stmt},
    units::Duration,
};
use serde_json::Value as Json;

/// What a trigger does, for any events that may be there.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// An HTTP request to a service of the input.
    Call { key: String, payload: Vec<Json>, timeout: Option<Duration> },
    /// A Workflow of a WorkflowTemplate of the input.
    Template { key: String, arguments: Vec<Argument> },
    /// A Workflow with its own steps.
    Inline { spec: Json, arguments: Vec<Argument> },
    /// Anything else.
    StandIn { key: String, name: String, arguments: Vec<(String, Json)> },
}

/// An argument of a Workflow: its name, its literal, and the parameters that overwrite it.
#[derive(Clone, Debug)]
pub(super) struct Argument {
    name: String,
    literal: Option<Expr>,
    parameters: Vec<Json>,
}

/// An action, with what it leaves: path below the trigger, reason, YAML.
pub(super) struct Read {
    pub(super) action: Action,
    pub(super) left: Vec<(String, String, String)>,
}

/// The kinds of triggers, in the order in which Argo looks for them; then what else a template may have.
const KINDS: [&str; 14] = [
    "k8s",
    "argoWorkflow",
    "http",
    "awsLambda",
    "custom",
    "kafka",
    "nats",
    "slack",
    "openWhisk",
    "log",
    "azureEventHubs",
    "pulsar",
    "azureServiceBus",
    "email",
];

/// Takes what a trigger does out of its template and its own parameters; `path` tells triggers apart.
pub(super) fn take_action(trigger: &mut Json, name: &str, path: &str, reach: Reach<'_>) -> Read {
    let kind = KINDS.into_iter().find(|kind| peek(trigger, &["template", kind]).is_some());
    let Some(kind) = kind else { return nothing(name, path) };
    let whole = take(trigger, &["template", kind]).unwrap_or_default();
    let own = list(trigger, &["parameters"]);
    let read = match kind {
        _ if !own.is_empty() => Err("its parameters change the trigger itself".to_owned()),
        "http" => http(whole.clone(), reach),
        "k8s" | "argoWorkflow" => workflow_of(whole.clone(), kind, reach),
        "log" => Err("it writes events to a log; `efl trace` shows them".to_owned()),
        _ => Err(format!("EFL has no {kind} triggers: a function can do it")),
    };
    read.unwrap_or_else(|why| stand_in(&why, (name, path), kind, &whole, &own))
}

fn nothing(name: &str, path: &str) -> Read {
    let action = Action::StandIn { key: stand_in_key(path), name: kebab(name), arguments: Vec::new() };
    let left =
        vec![("template".to_owned(), "the trigger does nothing that Argo knows".to_owned(), String::new())];
    Read { action, left }
}

/// A function in the place of what a trigger does. It gets what that got of the events.
fn stand_in(why: &str, (name, path): (&str, &str), kind: &str, whole: &Json, own: &[Json]) -> Read {
    let text = |path: &[&str]| peek(whole, path).and_then(Json::as_str);
    let url = text(&["url"]).filter(|_| kind == "http");
    let entry = text(&["source", "resource", "spec", "entrypoint"]);
    let named = url.and_then(|url| name_of(url, text(&["host"]))).or_else(|| entry.map(str::to_owned));
    let name = kebab(&named.unwrap_or_else(|| name.to_owned()));
    // Requests to one address are calls of one function.
    let key = stand_in_key(url.unwrap_or(path));
    let mut arguments: Vec<(String, Json)> = Vec::new();
    let mut add = |name: String, parameter: &Json| {
        let name = kebab(&name);
        if !arguments.iter().any(|(known, _)| *known == name) {
            arguments.push((name, parameter.clone()));
        }
    };
    let names = workflow_arguments(whole);
    let parameters = whole.get("parameters").and_then(Json::as_array).into_iter().flatten();
    let payload = whole.get("payload").and_then(Json::as_array).into_iter().flatten();
    for parameter in own.iter().chain(parameters).chain(payload) {
        let dest = parameter.get("dest").and_then(Json::as_str).unwrap_or_default();
        let declared = argument_place(dest).and_then(|at| names.get(at).cloned());
        let last = dest.split('.').rev().find(|step| step.parse::<i64>().is_err() && !step.is_empty());
        add(declared.unwrap_or_else(|| last.unwrap_or("body").to_owned()), parameter);
    }
    let mut what = serde_json::json!({ kind: whole });
    if !own.is_empty() {
        what["parameters"] = Json::Array(own.to_vec());
    }
    let left = vec![(format!("template.{kind}"), stand_in_why(why), input::yaml(&what).unwrap_or_default())];
    Read { action: Action::StandIn { key, name, arguments }, left }
}

fn stand_in_why(why: &str) -> String {
    format!("{why}. The function in its place needs the image of a container that answers HTTP and does this")
}

fn workflow_arguments(whole: &Json) -> Vec<String> {
    let spec = peek(whole, &["source", "resource", "spec"]);
    spec.map(|spec| formals(spec).into_iter().map(|(name, _)| name).collect()).unwrap_or_default()
}

/// The place of an argument in `spec.arguments.parameters.2.value`.
fn argument_place(dest: &str) -> Option<usize> {
    dest.strip_prefix("spec.arguments.parameters.")?.strip_suffix(".value")?.parse().ok()
}

/// An HTTP trigger to a service of the input.
fn http(mut http: Json, reach: Reach<'_>) -> Result<Read, String> {
    let url = word(&mut http, &["url"]).ok_or("it has no `url`")?;
    let host = word(&mut http, &["host"]);
    let target = reach.services.find(&url, host.as_deref(), reach.namespace);
    let Target { service, path } = target
        .ok_or_else(|| format!("`{url}` is no Knative service of the input, and EFL calls functions"))?;
    if !path.is_empty() {
        return Err(format!("it calls `{path}` of a service, and EFL calls functions at `/`"));
    }
    if let Some(method) = text(&mut http, &["method"]).filter(|method| !method.is_empty() && method != "POST")
    {
        return Err(format!("it calls with {method}, and EFL with POST"));
    }
    let payload = list(&mut http, &["payload"]);
    let timeout = int(&mut http, &["timeout"]).and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    take_as(&mut http, &["headers", "Content-Type"], |json| (json == "application/json").then_some(()));
    let mut left = Vec::new();
    if payload.iter().any(becomes_text) {
        let why = "without `useRawData` Argo makes a text of each value of the body, a number too; here each keeps its \
                   type. `string(…)` around it is the text";
        left.push(("template.http.payload".to_owned(), why.to_owned(), String::new()));
    }
    left.extend(input::yaml(&http).map(|what| {
        let why = "a call of EFL has a body and no headers, login or certificates of its own";
        ("template.http".to_owned(), why.to_owned(), what)
    }));
    let action =
        Action::Call { key: service_key(service), payload, timeout: timeout.map(Duration::from_secs) };
    Ok(Read { action, left })
}

/// Whether a value of a body is written as text.
fn becomes_text(parameter: &Json) -> bool {
    let src = parameter.get("src");
    let raw = src.and_then(|src| src.get("useRawData")).is_some_and(|raw| raw == true);
    let key = src.and_then(|src| src.get("dataKey")).is_some();
    let part = parameter.get("dest").and_then(Json::as_str).is_some_and(|dest| !dest.is_empty());
    key && part && !raw
}

/// A trigger that makes a Workflow.
fn workflow_of(mut trigger: Json, kind: &str, reach: Reach<'_>) -> Result<Read, String> {
    let operation = word(&mut trigger, &["operation"]).unwrap_or_else(|| "create".to_owned());
    if !matches!((kind, operation.as_str()), ("k8s", "create") | ("argoWorkflow", "submit")) {
        return Err(format!("its operation is `{operation}`, and EFL runs workflows"));
    }
    let mut source = take(&mut trigger, &["source"]).ok_or("it has no source")?;
    let mut resource = take(&mut source, &["resource"]).ok_or_else(|| {
        let from: Vec<&str> = source.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        format!("its Workflow is not here, it comes from {}", from.join(", "))
    })?;
    let made = text(&mut resource, &["kind"]).unwrap_or_default();
    if made != "Workflow" {
        return Err(format!("it makes a {made}, and EFL runs workflows"));
    }
    text(&mut resource, &["apiVersion"]);
    for key in ["name", "generateName", "namespace"] {
        text(&mut resource, &["metadata", key]);
    }
    let mut spec = take(&mut resource, &["spec"]).unwrap_or_default();
    let parameters = list(&mut trigger, &["parameters"]);
    let (arguments, mut left) = overwritten(&spec, kind, parameters)?;
    let mut read = if let Some(mut reference) = take(&mut spec, &["workflowTemplateRef"]) {
        let name = word(&mut reference, &["name"]).unwrap_or_default();
        let known = reach.templates.iter().find(|(known, _)| *known == name);
        let (_, key) = known.ok_or_else(|| {
            format!("the WorkflowTemplate `{name}` is not in the input, or is no workflow of calls")
        })?;
        take(&mut spec, &["arguments"]);
        left.extend(input::yaml(&spec).map(|what| {
            (
                format!("template.{kind}.source.resource.spec"),
                "a run of a workflow has no such field in EFL".to_owned(),
                what,
            )
        }));
        let action = Action::Template { key: key.clone(), arguments };
        Read { action, left }
    } else {
        // Whatever the events are, the steps are the same.
        let stand_ins =
            arguments.iter().map(|argument| (argument.name.clone(), Expr::Null)).collect::<Vec<_>>();
        let converted = convert(&spec, &stand_ins, reach)?;
        left.extend(
            converted
                .left
                .into_iter()
                .map(|(path, why, what)| (format!("template.{kind}.source.resource.{path}"), why, what)),
        );
        let limits = [("timeout", converted.timeout), ("ttl", converted.ttl)];
        left.extend(limits.into_iter().filter_map(|(key, limit)| {
            let why = "the body of a rule has no such field; a workflow that it calls has";
            Some((format!("template.{kind}"), why.to_owned(), format!("{key}: {}", limit?)))
        }));
        Read { action: Action::Inline { spec, arguments }, left }
    };
    for rest in [resource, source, trigger] {
        read.left.extend(input::yaml(&rest).map(|what| {
            (format!("template.{kind}"), "EFL names and labels the Workflows it makes".to_owned(), what)
        }));
    }
    Ok(read)
}

type Left = Vec<(String, String, String)>;

/// The arguments of a Workflow with the parameters that overwrite them; other places have no form, but its name has.
fn overwritten(spec: &Json, kind: &str, parameters: Vec<Json>) -> Result<(Vec<Argument>, Left), String> {
    let argument = |(name, literal)| Argument { name, literal, parameters: Vec::new() };
    let mut arguments: Vec<Argument> = formals(spec).into_iter().map(argument).collect();
    let mut left = Left::new();
    for parameter in parameters {
        let dest = parameter.get("dest").and_then(Json::as_str).unwrap_or_default();
        match argument_place(dest).and_then(|at| arguments.get_mut(at)) {
            Some(argument) => argument.parameters.push(parameter),
            None if dest.starts_with("metadata.") => {
                let why = "EFL names and labels the Workflows it makes".to_owned();
                left.push((
                    format!("template.{kind}.parameters"),
                    why,
                    input::yaml(&parameter).unwrap_or_default(),
                ));
            }
            None => return Err(format!("a parameter of it goes to `{dest}`, and EFL passes arguments")),
        }
    }
    Ok((arguments, left))
}

impl Action {
    /// Where what it leaves is said, if not at its rule: at the function that stands in.
    pub(super) fn place(&self) -> Option<&str> {
        if let Action::StandIn { key, .. } = self { Some(key) } else { None }
    }

    /// The body of a rule whose firing has these events.
    pub(super) fn body(&self, events: &[Readable], reach: Reach<'_>) -> Result<Body, String> {
        match self {
            Action::Call { key, payload, timeout } => {
                let values = values(payload, events)?;
                Ok(calls(Callee::Function(key.clone()), arguments(parameter::body(&values)?), *timeout))
            }
            Action::Template { key, arguments } => {
                let args = given(arguments, events)?;
                let args =
                    args.into_iter().filter_map(|(name, value)| Some((kebab(&name), value?))).collect();
                Ok(calls(Callee::Workflow(key.clone()), CallArgs::Named(args), None))
            }
            Action::Inline { spec, arguments } => {
                let args = given(arguments, events)?;
                let args: Vec<_> =
                    args.into_iter().map(|(name, value)| (name, value.unwrap_or(Expr::Null))).collect();
                Ok(convert(spec, &args, reach)?.body)
            }
            Action::StandIn { key, arguments, .. } => {
                let mut args = Vec::new();
                for (name, parameter) in arguments {
                    // What has no expression is in the comment above the rule.
                    if let Ok(Some(parameter)) = parameter::read(parameter, events) {
                        args.push((name.clone(), parameter.value));
                    }
                }
                Ok(calls(Callee::Function(key.clone()), CallArgs::Named(args), None))
            }
        }
    }

    /// The events that it reads.
    pub(super) fn reads(&self, events: &[Readable]) -> Vec<String> {
        let mut found = Vec::new();
        let mut add = |parameter: &Json| {
            if let Ok(Some(read)) = parameter::read(parameter, events)
                && let Some(event) = read.event
                && !found.contains(&event)
            {
                found.push(event);
            }
        };
        match self {
            Action::Call { payload, .. } => payload.iter().for_each(&mut add),
            Action::StandIn { arguments, .. } => arguments.iter().for_each(|(_, parameter)| add(parameter)),
            Action::Template { arguments, .. } | Action::Inline { arguments, .. } => {
                arguments.iter().flat_map(|argument| &argument.parameters).for_each(&mut add);
            }
        }
        found
    }
}

fn calls(callee: Callee, args: CallArgs, timeout: Option<Duration>) -> Body {
    let call = Call { callee, args, result: CallResult::Unused, retry: None, timeout };
    Body { stmts: vec![Stmt::Call(call)], ..Body::default() }
}

/// The values of parameters with their places.
fn values(parameters: &[Json], events: &[Readable]) -> Result<Vec<(String, Expr)>, String> {
    let mut values = Vec::new();
    for parameter in parameters {
        if let Some(parameter) = parameter::read(parameter, events)? {
            values.push((parameter.dest, parameter.value));
        }
    }
    Ok(values)
}

/// The values of the arguments of a Workflow: the last parameter that overwrites one, else its literal.
fn given(arguments: &[Argument], events: &[Readable]) -> Result<Vec<(String, Option<Expr>)>, String> {
    let mut given = Vec::new();
    for argument in arguments {
        let mut value = argument.literal.clone();
        for parameter in &argument.parameters {
            let Some(read) = parameter::read(parameter, events)? else { continue };
            value = Some(match (read.operation.as_str(), value) {
                ("append", Some(before)) => Expr::Template(vec![before, read.value]),
                ("prepend", Some(after)) => Expr::Template(vec![read.value, after]),
                _ => read.value,
            });
        }
        given.push((argument.name.clone(), value));
    }
    Ok(given)
}

/// The action as a stand-in, because of what its parameters read.
pub(super) fn instead(why: &str, name: &str, path: &str, template: &Json) -> Option<Read> {
    let kind = KINDS.into_iter().find(|kind| template.get(kind).is_some())?;
    let whole = template.get(kind)?;
    Some(stand_in(why, (name, path), kind, whole, &[]))
}
