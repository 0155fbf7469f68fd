//! Workflows and WorkflowTemplates of HTTP steps as statements. All or nothing: a workflow with a step that is no call
//! stays as it is, in a comment, since one with a step less would be another one.

use super::{
    input::{self, flag, int, list, peek, take, take_as, text, word},
    names::kebab,
    services::{Services, Target},
    tags::{Part, Tags, joined},
    upstream::duration,
};
use crate::{
    ir::{Body, Call, CallArgs, CallResult, Callee, Expr, Stmt},
    spec::{Backoff, Retry},
    units::Duration,
};
use serde_json::Value as Json;

/// A workflow, converted.
#[derive(Clone, Default, Debug)]
pub(super) struct Converted {
    pub(super) body: Body,
    pub(super) timeout: Option<Duration>,
    pub(super) ttl: Option<Duration>,
    /// What is said beside the steps: path in the resource, reason, YAML.
    pub(super) left: Vec<(String, String, String)>,
}

/// What calls may go to.
#[derive(Clone, Copy)]
pub(super) struct Reach<'a> {
    pub(super) services: &'a Services,
    pub(super) namespace: Option<&'a str>,
    /// The WorkflowTemplates of the input: the name, and the key of the callee.
    pub(super) templates: &'a [(String, String)],
}

/// The key of a service as a callee, until it has a name.
pub(super) fn service_key(service: usize) -> String {
    format!("service/{service}")
}

/// Converts the spec of a workflow whose parameters stand for these values.
pub(super) fn convert(
    spec: &Json,
    parameters: &[(String, Expr)],
    reach: Reach<'_>,
) -> Result<Converted, String> {
    let mut spec = spec.clone();
    let templates: Vec<Json> = list(&mut spec, &["templates"]);
    let entry = word(&mut spec, &["entrypoint"]).ok_or("it has no entry point")?;
    let on_exit = word(&mut spec, &["onExit"]);
    take(&mut spec, &["arguments"]);
    let everything = Json::Array(templates.clone()).to_string();
    let mut cx = Conversion { templates, reach, everything, left: Vec::new(), depth: 0 };
    let tags = Tags {
        inputs: parameters
            .iter()
            .map(|(name, value)| (name.clone(), vec![Part::Value(value.clone())]))
            .collect(),
        workflow: parameters.to_vec(),
        ..Tags::default()
    };
    let stmts = cx.template(&entry, &tags, None)?;
    let on_exit = on_exit.map(|name| cx.template(&name, &tags, None)).transpose()?.unwrap_or_default();
    let seconds = |json: &mut Json, path: &[&str]| {
        let seconds = int(json, path).and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        seconds.map(Duration::from_secs)
    };
    let timeout = seconds(&mut spec, &["activeDeadlineSeconds"]);
    let ttl = seconds(&mut spec, &["ttlStrategy", "secondsAfterCompletion"]);
    let mut left = cx.left;
    if let Some(account) = take(&mut spec, &["serviceAccountName"]) {
        let why = "EFL makes an account with the rights its workflows need";
        left.extend(
            input::yaml(&account).map(|what| ("spec.serviceAccountName".to_owned(), why.to_owned(), what)),
        );
    }
    left.extend(input::yaml(&spec).map(|what| {
        ("spec".to_owned(), "a workflow of EFL has `timeout` and `ttl`, and no such field".to_owned(), what)
    }));
    Ok(Converted { body: Body { stmts, on_failure: Vec::new(), on_exit }, timeout, ttl, left })
}

struct Conversion<'a> {
    templates: Vec<Json>,
    reach: Reach<'a>,
    /// All templates as text: whether a result is read somewhere.
    everything: String,
    left: Vec<(String, String, String)>,
    depth: u32,
}

/// How deep templates may call templates.
const DEEPEST: u32 = 20;

/// Whether nothing stands in a field that has to be empty for EFL to say the rest.
fn nothing_else(json: &Json, what: &str) -> Result<(), String> {
    if input::is_empty(json) {
        return Ok(());
    }
    let keys: Vec<String> = json.as_object().into_iter().flatten().map(|(k, _)| format!("`{k}`")).collect();
    Err(format!("{what} has {}", keys.join(", ")))
}

impl Conversion<'_> {
    /// The statements of a template; `result` is the name its result is bound to.
    fn template(&mut self, name: &str, tags: &Tags, result: Option<&str>) -> Result<Vec<Stmt>, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("its templates call each other without an end".to_owned());
        }
        let found = self.templates.iter().find(|template| template.get("name").is_some_and(|n| n == name));
        let mut template = found.cloned().ok_or_else(|| format!("there is no template `{name}`"))?;
        text(&mut template, &["name"]);
        let tags = inputs(&mut template, tags)?;
        let retry = retry(&mut template)?;
        let stmts = if let Some(http) = take(&mut template, &["http"]) {
            let call = self.http(http, &tags, retry, result)?;
            vec![Stmt::Call(call)]
        } else {
            if result.is_some() {
                return Err(format!("the result of `{name}` is read, and it is no HTTP step"));
            }
            let stmts = self.composed(name, &mut template, &tags)?;
            match retry {
                Some(retry) => vec![Stmt::Retry(retry, stmts)],
                None => stmts,
            }
        };
        nothing_else(&template, &format!("the template `{name}`"))?;
        self.depth -= 1;
        Ok(stmts)
    }

    /// Steps, a DAG or a pause.
    fn composed(&mut self, name: &str, template: &mut Json, tags: &Tags) -> Result<Vec<Stmt>, String> {
        if let Some(steps) = take_as(template, &["steps"], |json| json.as_array().cloned()) {
            let groups = steps.into_iter().map(|group| match group {
                Json::Array(steps) => steps,
                step => vec![step],
            });
            return self.groups(groups.collect(), tags);
        }
        if let Some(mut dag) = take(template, &["dag"]) {
            let levels = levels(list(&mut dag, &["tasks"]))?;
            flag(&mut dag, &["failFast"]);
            nothing_else(&dag, "its DAG")?;
            return self.groups(levels, tags);
        }
        if let Some(mut suspend) = take(template, &["suspend"]) {
            let pause = take(&mut suspend, &["duration"]).and_then(|json| pause(&json));
            return pause.map(|pause| vec![Stmt::Wait(pause)]).ok_or("it waits for a person".to_owned());
        }
        let kinds = ["container", "script", "resource", "data", "containerSet", "plugin"];
        let kind = kinds.into_iter().find(|kind| template.get(kind).is_some()).unwrap_or("other");
        Err(format!("`{name}` is a {kind} step: EFL calls functions, which answer HTTP"))
    }

    /// Groups of steps, one after the other; the steps of a group at once.
    fn groups(&mut self, groups: Vec<Vec<Json>>, tags: &Tags) -> Result<Vec<Stmt>, String> {
        let mut tags = tags.clone();
        let mut stmts = Vec::new();
        for group in groups {
            let mut parallel = Vec::new();
            let mut bound = Vec::new();
            for step in group {
                parallel.extend(self.step(step, &tags, &mut bound)?);
            }
            tags.results.extend(bound);
            match parallel.len() {
                0 | 1 => stmts.extend(parallel),
                _ => stmts.push(Stmt::Parallel(parallel)),
            }
        }
        Ok(stmts)
    }

    /// A step or task.
    fn step(
        &mut self,
        mut step: Json,
        tags: &Tags,
        bound: &mut Vec<(String, Expr)>,
    ) -> Result<Vec<Stmt>, String> {
        let name = text(&mut step, &["name"]).unwrap_or_default();
        let when = word(&mut step, &["when"]);
        let items = match (take(&mut step, &["withItems"]), take(&mut step, &["withParam"])) {
            (Some(items), None) => Some(tags.value(&items)?),
            (None, Some(list)) => Some(tags.value(&list)?),
            (None, None) => None,
            _ => return Err(format!("the step `{name}` has two lists")),
        };
        let mut inner = tags.clone();
        if items.is_some() {
            inner.item = Some(Expr::Local("item".to_owned()));
        }
        let read = self.is_read(&name);
        if read && (when.is_some() || items.is_some()) {
            return Err(format!("the result of `{name}` is read, and it may not be there, or is a list"));
        }
        let result = read.then(|| kebab(&name));
        let mut stmts = self.called(&mut step, &name, &inner, result.as_deref())?;
        nothing_else(&step, &format!("the step `{name}`"))?;
        if let Some(result) = result {
            bound.push((name, Expr::Local(result)));
        }
        if let Some(list) = items {
            stmts = vec![Stmt::For { var: "item".to_owned(), list, max: None, body: stmts }];
        }
        if let Some(when) = when {
            stmts = vec![Stmt::If(vec![(tags.condition(&when)?, stmts)], Vec::new())];
        }
        Ok(stmts)
    }

    /// Whether another step reads the result of a step.
    fn is_read(&self, name: &str) -> bool {
        ["steps", "tasks"].iter().any(|kind| {
            ["{0}.{1}.outputs", "{0}['{1}'].outputs", "{0}[\\\"{1}\\\"].outputs"]
                .iter()
                .any(|form| self.everything.contains(&form.replace("{0}", kind).replace("{1}", name)))
        })
    }

    /// What a step calls: a template of this workflow, or another WorkflowTemplate.
    fn called(
        &mut self,
        step: &mut Json,
        name: &str,
        tags: &Tags,
        result: Option<&str>,
    ) -> Result<Vec<Stmt>, String> {
        let mut arguments = Vec::new();
        for mut argument in list(step, &["arguments", "parameters"]) {
            let parameter = text(&mut argument, &["name"]).unwrap_or_default();
            let value =
                take(&mut argument, &["value"]).ok_or_else(|| format!("`{parameter}` has no value"))?;
            nothing_else(&argument, &format!("the parameter `{parameter}`"))?;
            arguments.push((parameter, parts(&value, tags)?));
        }
        if let Some(template) = word(step, &["template"]) {
            let tags = Tags { inputs: arguments, ..tags.clone() };
            return self.template(&template, &tags, result);
        }
        if let Some(mut reference) = take(step, &["templateRef"]) {
            let template = word(&mut reference, &["name"]).unwrap_or_default();
            word(&mut reference, &["template"]);
            nothing_else(&reference, "its reference")?;
            let known = self.reach.templates.iter().find(|(known, _)| *known == template);
            let (_, key) =
                known.ok_or_else(|| format!("the WorkflowTemplate `{template}` is not in the input"))?;
            let args = arguments.into_iter().map(|(name, parts)| (kebab(&name), joined(parts))).collect();
            return Ok(vec![Stmt::Call(Call {
                callee: Callee::Workflow(key.clone()),
                args: CallArgs::Named(args),
                result: bound_to(result),
                retry: None,
                timeout: None,
            })]);
        }
        Err(format!("the step `{name}` has no template"))
    }

    /// An HTTP step as a call.
    fn http(
        &mut self,
        mut http: Json,
        tags: &Tags,
        retry: Option<Retry>,
        result: Option<&str>,
    ) -> Result<Call, String> {
        let literal = |text: &str| match tags.parts(text)?.as_slice() {
            [] => Ok(String::new()),
            parts => {
                let texts: Option<String> = parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) | Part::Value(Expr::String(text)) => Some(text.as_str()),
                        Part::Value(_) => None,
                    })
                    .collect();
                texts.ok_or_else(|| format!("the address `{text}` depends on the event"))
            }
        };
        let url = literal(&word(&mut http, &["url"]).ok_or("an HTTP step without `url`")?)?;
        let mut host = None;
        for mut header in list(&mut http, &["headers"]) {
            let name = text(&mut header, &["name"]).unwrap_or_default();
            let value = word(&mut header, &["value"]);
            match (name.to_ascii_lowercase().as_str(), value) {
                ("host", Some(value)) => host = Some(literal(&value)?),
                ("idempotency-key", _) => {}
                ("content-type", Some(value)) if value.starts_with("application/json") => {}
                _ => {
                    return Err(format!(
                        "an HTTP step sends the header `{name}`; calls of EFL have none of their own"
                    ));
                }
            }
        }
        let host = host.filter(|host| !host.is_empty());
        let target = self.reach.services.find(&url, host.as_deref(), self.reach.namespace);
        let Target { service, path } =
            target.ok_or_else(|| format!("`{url}` is no Knative service of the input"))?;
        if !path.is_empty() {
            return Err(format!("it calls `{path}` of a service; EFL calls functions at `/`"));
        }
        match text(&mut http, &["method"]).as_deref() {
            Some("POST") => {}
            other => return Err(format!("it calls with {}; EFL calls with POST", other.unwrap_or("GET"))),
        }
        let body = word(&mut http, &["body"]).map(|body| tags.body(&body)).transpose()?.flatten();
        let timeout =
            int(&mut http, &["timeoutSeconds"]).and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        take_as(&mut http, &["successCondition"], |json| is_usual(json.as_str()?).then_some(()));
        nothing_else(&http, "an HTTP step")?;
        Ok(Call {
            callee: Callee::Function(service_key(service)),
            args: arguments(body),
            result: bound_to(result),
            retry,
            timeout: timeout.map(Duration::from_secs),
        })
    }
}

/// Whether a condition of success is the one of EFL: any status of 2xx.
fn is_usual(condition: &str) -> bool {
    let condition: String = condition.chars().filter(|c| !c.is_whitespace()).collect();
    condition == "response.statusCode>=200&&response.statusCode<300"
}

fn bound_to(result: Option<&str>) -> CallResult {
    result.map_or(CallResult::Unused, |name| CallResult::Let(name.to_owned()))
}

/// What a body is as arguments: the fields of a record by their names, where these are names.
pub(super) fn arguments(body: Option<Expr>) -> CallArgs {
    use crate::ir::print::is_identifier;
    match body {
        None => CallArgs::Named(Vec::new()),
        Some(Expr::Record(fields)) if fields.iter().all(|(key, _)| is_identifier(key)) => {
            CallArgs::Named(fields)
        }
        Some(whole) => CallArgs::Whole(whole),
    }
}

fn parts(value: &Json, tags: &Tags) -> Result<Vec<Part>, String> {
    match value {
        Json::String(text) => tags.parts(text),
        other => Ok(vec![Part::Text(other.to_string())]),
    }
}

/// The inputs of a template: what it is called with, else its own defaults.
fn inputs(template: &mut Json, tags: &Tags) -> Result<Tags, String> {
    let mut inputs = Vec::new();
    for mut input in list(template, &["inputs", "parameters"]) {
        let name = text(&mut input, &["name"]).unwrap_or_default();
        let own = take(&mut input, &["value"]).or_else(|| take(&mut input, &["default"]));
        nothing_else(&input, &format!("the input `{name}`"))?;
        let given = tags.inputs.iter().find(|(known, _)| *known == name).map(|(_, parts)| parts.clone());
        let value = match (given, own) {
            (Some(given), _) => given,
            (None, Some(own)) => parts(&own, tags)?,
            (None, None) => return Err(format!("nothing is given for the input `{name}`")),
        };
        inputs.push((name, value));
    }
    Ok(Tags { inputs, results: Vec::new(), ..tags.clone() })
}

/// How a template is tried again. Both count the further tries.
fn retry(template: &mut Json) -> Result<Option<Retry>, String> {
    let Some(mut strategy) = take(template, &["retryStrategy"]) else { return Ok(None) };
    let times = int(&mut strategy, &["limit"]).and_then(|n| u32::try_from(n).ok());
    // An HTTP step that fails is `Failed`, which all of these try again.
    take_as(&mut strategy, &["retryPolicy"], |json| {
        matches!(json.as_str(), Some("Always" | "OnFailure")).then_some(())
    });
    let from = take_as(&mut strategy, &["backoff", "duration"], pause);
    let longest = take_as(&mut strategy, &["backoff", "cap"], pause);
    take_as(&mut strategy, &["backoff", "factor"], |json| {
        (json.as_f64().or_else(|| json.as_str()?.parse().ok()) == Some(2.0)).then_some(())
    });
    nothing_else(&strategy, "its retry strategy")?;
    let times = times.filter(|n| *n > 0).ok_or("it is tried again without a limit")?;
    let backoff = from.map(|from| {
        let grown = Duration(from.0.saturating_mul(1 << times.saturating_sub(1).min(20)));
        Backoff { from, to: longest.unwrap_or(grown).max(from) }
    });
    Ok(Some(Retry { times, backoff }))
}

/// A length of time as Argo Workflows has it: a number of seconds, or a duration of Go.
fn pause(json: &Json) -> Option<Duration> {
    let seconds = json.as_u64().or_else(|| json.as_str()?.parse().ok());
    seconds.filter(|n| *n < 1 << 40).map(Duration::from_secs).or_else(|| duration(json))
}

/// The tasks of a DAG by levels, if the levels say all: each task waits for all tasks of the level before, and for none
/// of its own.
fn levels(tasks: Vec<Json>) -> Result<Vec<Vec<Json>>, String> {
    let mut waiting: Vec<(String, Vec<String>, Json)> = Vec::new();
    for mut task in tasks {
        let name = peek(&task, &["name"]).and_then(Json::as_str).unwrap_or_default().to_owned();
        let mut after = dependencies(&mut task)?;
        after.sort();
        after.dedup();
        waiting.push((name, after, task));
    }
    let mut done: Vec<String> = Vec::new();
    let mut previous: Vec<String> = Vec::new();
    let mut levels = Vec::new();
    while !waiting.is_empty() {
        let ready =
            |(_, after, _): &(String, Vec<String>, Json)| after.iter().all(|name| done.contains(name));
        let (level, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(ready);
        waiting = rest;
        if level.is_empty() {
            return Err("the tasks of its DAG wait for each other".to_owned());
        }
        if !level.iter().all(|(_, after, _)| previous.iter().all(|name| after.contains(name))) {
            let why =
                "the tasks of its DAG do not all wait for the same ones: EFL runs groups one after the other";
            return Err(why.to_owned());
        }
        previous = level.iter().map(|(name, ..)| name.clone()).collect();
        done.extend(previous.iter().cloned());
        levels.push(level.into_iter().map(|(_, _, task)| task).collect());
    }
    Ok(levels)
}

/// The tasks that a task waits for: `dependencies: [a]`, or `depends: "a && b.Succeeded"`.
fn dependencies(task: &mut Json) -> Result<Vec<String>, String> {
    let mut names: Vec<String> =
        list(task, &["dependencies"]).iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
    if let Some(depends) = word(task, &["depends"]) {
        for one in depends.split("&&").map(str::trim) {
            let name = one.strip_suffix(".Succeeded").unwrap_or(one);
            let plain =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            if !plain {
                return Err(format!("a task depends on `{depends}`"));
            }
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// The parameters of a workflow with their defaults, and its callee's text: `(plate: any, level: any = "high")`.
pub(super) fn formals(spec: &Json) -> Vec<(String, Option<Expr>)> {
    let parameters = peek(spec, &["arguments", "parameters"]).and_then(Json::as_array);
    let formal = |parameter: &Json| {
        let name = parameter.get("name").and_then(Json::as_str)?;
        let default = parameter.get("value").or_else(|| parameter.get("default")).map(super::tags::constant);
        Some((name.to_owned(), default))
    };
    parameters.into_iter().flatten().filter_map(formal).collect()
}

#[cfg(test)]
mod tests {
    use super::{Reach, convert};
    use crate::{
        import::{knative::Service, services::Services},
        ir::{self, build::local},
        spec::Function,
    };
    use serde_json::{Value as Json, json};

    fn read(spec: &Json) -> Result<String, String> {
        let service = |name: &str| Service {
            name: name.to_owned(),
            namespace: Some("city".to_owned()),
            function: Function::default(),
            patch: None,
            left: Vec::new(),
        };
        let services = Services(vec![service("detect"), service("alert")]);
        let templates = [("other".to_owned(), "template/0".to_owned())];
        let reach = Reach { services: &services, namespace: Some("city"), templates: &templates };
        let converted = convert(spec, &[("plate".to_owned(), local("plate"))], reach)?;
        assert_eq!(converted.left, []);
        let text = ir::body(&converted.body, &|_| false).to_string();
        Ok(text.replace("service/0", "detect").replace("service/1", "alert").replace("template/0", "other"))
    }

    fn call(name: &str, url: &str, body: &str) -> Json {
        json!({
            "name": name,
            "inputs": { "parameters": [{ "name": "x", "value": "none" }] },
            "http": { "url": url, "method": "POST", "body": body, "timeoutSeconds": 20 }
        })
    }

    fn spec(main: Json) -> Json {
        let mut main = main;
        main["name"] = json!("main");
        json!({
            "entrypoint": "main",
            "templates": [
                main,
                call("detect", "http://detect.city.svc", "{{workflow.parameters.plate}}"),
                call("alert", "http://alert", r#"{"level": "{{inputs.parameters.x}}"}"#),
                { "name": "pause", "suspend": { "duration": "30" } },
                { "name": "box", "container": { "image": "busybox" } }
            ]
        })
    }

    #[test]
    fn steps_are_statements() {
        let steps = json!({ "steps": [
            [{ "name": "detect-cars", "template": "detect" }],
            [
                { "name": "tell", "template": "alert", "when": "{{steps.detect-cars.outputs.result}} == high",
                  "arguments": { "parameters": [{ "name": "x", "value": "{{steps.detect-cars.outputs.result}}" }] } },
                { "name": "rest", "template": "pause" }
            ]
        ] });
        let expected = "\
let detect-cars = detect(plate) timeout 20s
parallel {
  if detect-cars == \"high\" {
    alert(level: \"${detect-cars}\") timeout 20s
  }
  wait 30s
}";
        assert_eq!(read(&spec(steps)).as_deref(), Ok(expected));
    }

    #[test]
    fn a_dag_of_levels_is_steps() {
        let task =
            |name: &str, after: &[&str]| json!({ "name": name, "template": "alert", "dependencies": after });
        let diamond = [task("a", &[]), task("b", &["a"]), task("c", &["a"]), task("d", &["b", "c"])];
        let alert = "alert(level: \"none\") timeout 20s";
        let expected = format!("{alert}\nparallel {{\n  {alert}\n  {alert}\n}}\n{alert}");
        assert_eq!(read(&spec(json!({ "dag": { "tasks": diamond } }))), Ok(expected));
        let uneven = [task("a", &[]), task("b", &[]), task("c", &["a"])];
        let why = read(&spec(json!({ "dag": { "tasks": uneven } }))).expect_err("no levels");
        assert!(why.contains("do not all wait"), "{why}");
        let circle = [task("a", &["b"]), task("b", &["a"])];
        assert!(read(&spec(json!({ "dag": { "tasks": circle } }))).is_err());
    }

    #[test]
    fn loops_and_other_templates() {
        let steps = json!({ "steps": [
            [{ "name": "each", "template": "alert", "withItems": ["a", { "b": 1 }],
               "arguments": { "parameters": [{ "name": "x", "value": "{{item}}" }] } }],
            [{ "name": "more", "templateRef": { "name": "other", "template": "main" },
               "arguments": { "parameters": [{ "name": "x", "value": 5 }] } }]
        ] });
        let expected = "\
for item in [\"a\", { b: 1 }] {
  alert(level: \"${item}\") timeout 20s
}
other(x: \"5\")";
        assert_eq!(read(&spec(steps)).as_deref(), Ok(expected));
    }

    #[test]
    fn what_is_no_call_says_why() {
        let step = |step: Json| spec(json!({ "steps": [[step]] }));
        for (spec, why) in [
            (step(json!({ "name": "a", "template": "box" })), "`box` is a container step"),
            (step(json!({ "name": "a", "template": "nobody" })), "there is no template `nobody`"),
            (step(json!({ "name": "a", "template": "main" })), "call each other without an end"),
            (
                step(json!({ "name": "a", "template": "alert", "continueOn": { "failed": true } })),
                "`continueOn`",
            ),
            (
                step(json!({ "name": "a", "template": "alert", "when": "{{workflow.status}} == x" })),
                "workflow.status",
            ),
            (json!({ "templates": [] }), "no entry point"),
        ] {
            let found = read(&spec).expect_err(why);
            assert!(found.contains(why), "{found}");
        }
    }
}
