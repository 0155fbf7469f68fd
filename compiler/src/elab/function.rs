//! Functions.

use super::{
    Cx,
    block::{Given, nested_value_range, value_range},
    bus::u32_of,
    named,
};
use crate::{
    catalog::blocks,
    index::Kind,
    ir::Signature,
    rules,
    spec::{self, Autoscaling, EnvVar, Probe, ResourceRange, Resources, Scale},
    units::{Duration, Quantity},
    value::Value,
};
use efl_grammar::ast::{self, AstNode, HasDoc, HasMembers};

/// A function, lowered.
#[derive(Clone, PartialEq, Debug)]
pub struct Lowered {
    /// Its fields.
    pub spec: spec::Function,
    /// What it takes and gives.
    pub signature: Signature,
    /// The patches of a function outside an orchestrator.
    pub patches: Vec<spec::Patch>,
}

impl Cx<'_> {
    /// A function's declaration.
    pub(crate) fn function(&mut self, decl: &ast::Function) -> Option<Lowered> {
        let name = named(decl);
        let place = name.as_ref().map_or_else(|| decl.range(), |(_, r)| *r);
        if let Some((name, range)) = &name {
            self.check_kubernetes_name(name, *range, "function");
        }
        let outer = self.enter(Kind::Function, name.as_ref());
        let signature = self.declared_signature(decl);
        self.leave(outer);
        let given = self.given(&decl.members(), &blocks::FUNCTION);
        self.note_block(decl.syntax(), &[&blocks::FUNCTION], &given);
        self.check_presence(&given, &blocks::FUNCTION, place, decl);
        self.check_function(&given, decl);
        self.patches("function", name.as_ref().map(|(n, _)| n.as_str()), &decl.members());
        let spec = lower(name?.0, decl.doc(), &given.value());
        let patches = if self.orc.is_none() { std::mem::take(&mut self.patched) } else { Vec::new() };
        Some(Lowered { spec, signature, patches })
    }

    fn check_function(&mut self, given: &Given, decl: &ast::Function) {
        let range = |key: &str| given.place(key).unwrap_or_default();
        if let Some(image) = given.get("image").and_then(Value::as_str) {
            let place = value_range(&decl.members(), "image").unwrap_or_else(|| range("image"));
            self.report_all(rules::floating_image_tag::check(image, place));
        }
        if let Some(port) = given.get("port").and_then(Value::as_i64)
            && let Some(diagnostic) = rules::reserved_container_port::check(port, range("port"))
        {
            self.report(diagnostic);
        }
        for member in decl.members() {
            let ast::Member::Nested(env) = member else { continue };
            if env.keyword().is_some_and(|k| k.text() == "env") {
                for variable in env.members() {
                    let ast::Member::Field(field) = variable else { continue };
                    let Some(key) = field.key() else { continue };
                    self.report_all(rules::reserved_env::check(&key.text(), key.range()));
                }
            }
        }
        self.check_whole_seconds(given, decl);
        if let Some(autoscaling) = given.get("autoscaling")
            && let Some(diagnostic) =
                rules::knative_limit::check(autoscaling, given.get("scale"), range("autoscaling"))
        {
            self.report(diagnostic);
        }
    }
}

/// The durations that Knative counts in whole seconds, with the block they stand in.
const WHOLE_SECONDS: [(&str, &str); 6] = [
    ("", "timeout"),
    ("autoscaling", "window"),
    ("autoscaling", "scale-down-delay"),
    ("autoscaling", "retention"),
    ("ready", "every"),
    ("ready", "timeout"),
];

impl Cx<'_> {
    fn check_whole_seconds(&mut self, given: &Given, decl: &ast::Function) {
        for (block, key) in WHOLE_SECONDS {
            let value =
                if block.is_empty() { given.get(key) } else { given.get(block).and_then(|b| b.get(key)) };
            let Some(time) = duration(value).filter(|time| !time.0.is_multiple_of(1_000)) else { continue };
            let members = decl.members();
            let range = match block {
                "" => value_range(&members, key),
                block => nested_value_range(&members, block, key),
            };
            let range = range.or(given.place(block)).unwrap_or_default();
            self.report(rules::knative_limit::whole_seconds(key, time, range));
        }
    }
}

fn lower(name: String, description: Option<String>, value: &Value) -> spec::Function {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    spec::Function {
        name,
        description,
        image: text("image").unwrap_or_default(),
        command: texts(value.get("command")),
        args: texts(value.get("args")),
        env: value.get("env").and_then(Value::as_map).unwrap_or_default().iter().map(env_var).collect(),
        resources: resources(value.get("resources")),
        port: value.get("port").and_then(Value::as_i64).and_then(|p| u16::try_from(p).ok()),
        http2: value.get("http2").and_then(Value::as_bool).unwrap_or(false),
        scale: value.get("scale").and_then(scale),
        concurrency: u32_of(value.get("concurrency")),
        timeout: duration(value.get("timeout")),
        autoscaling: value.get("autoscaling").map(autoscaling).unwrap_or_default(),
        ready: value.get("ready").map(probe),
        service_account: text("service-account"),
        pull_secrets: texts(value.get("pull-secrets")),
        ..spec::Function::default()
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect()
}

fn duration(value: Option<&Value>) -> Option<Duration> {
    value?.as_str()?.parse().ok()
}

fn env_var((name, value): &(String, Value)) -> EnvVar {
    let mut var = EnvVar { name: name.clone(), value: None, secret: None, config: None };
    match value {
        Value::Secret(reference) => var.secret = Some(reference.clone()),
        Value::Config(reference) => var.config = Some(reference.clone()),
        value => var.value = value.as_str().map(str::to_owned),
    }
    var
}

fn resources(value: Option<&Value>) -> Resources {
    let range = |key: &str| match value?.get(key)? {
        Value::Range(request, limit) => {
            let quantity = |v: &Value| v.as_str().map(|t| Quantity(t.to_owned()));
            Some(ResourceRange { request: quantity(request), limit: quantity(limit) })
        }
        _ => None,
    };
    Resources { cpu: range("cpu"), memory: range("memory") }
}

fn scale(value: &Value) -> Option<Scale> {
    let Value::Range(min, max) = value else { return None };
    Some(Scale { min: u32_of(Some(min))?, max: u32_of(Some(max))? })
}

fn autoscaling(value: &Value) -> Autoscaling {
    Autoscaling {
        metric: value.get("metric").and_then(Value::as_str).map(str::to_owned),
        target: value.get("target").and_then(Value::as_f64),
        utilization: value.get("utilization").and_then(Value::as_f64).map(|part| (part * 1e11).round() / 1e9),
        window: duration(value.get("window")),
        scale_down_delay: duration(value.get("scale-down-delay")),
        activation_scale: u32_of(value.get("activation-scale")),
        retention: duration(value.get("retention")),
    }
}

fn probe(value: &Value) -> Probe {
    Probe {
        path: value.get("path").and_then(Value::as_str).unwrap_or("/").to_owned(),
        every: duration(value.get("every")),
        timeout: duration(value.get("timeout")),
    }
}
