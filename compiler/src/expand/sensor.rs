//! Sensors: `<orc>` for rules of which each firing takes one event, `<orc>-join` for the others. Two Sensors, because
//! those of one name on one JetStream share their state: the first may be active in several clusters at once, the second
//! in one.

use super::{
    ResourceBody, Stage,
    context::Context,
    dependency::{self, Dependency},
    names::budget,
    resource::{Resource, spec},
    rule::{self, Rule},
    trigger::{self, Trigger},
};
use crate::ir::Logic;
use serde::Serialize;
use std::io;

/// How much JSON fits: Argo hands the object over base64-encoded in an environment variable, of which Linux takes 128 KiB
/// ("argument list too long", argo-events #3281).
const LIMIT: usize = 96 * 1024;

/// Upstream: `argo-events/pkg/apis/events/v1alpha1/sensor_types.go`, SensorSpec.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SensorSpec<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_bus_name: Option<&'a str>,
    template: Template,
    dependencies: Vec<Dependency<'a>>,
    triggers: Vec<Trigger<'a>>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Template {
    service_account_name: String,
}

/// Every Sensor.
pub(super) fn expand(cx: &mut Context<'_>) {
    let (joins, singles): (Vec<_>, Vec<_>) = rule::rules(cx).into_iter().partition(|rule| rule.joins());
    sensors(cx, &singles, false);
    sensors(cx, &joins, true);
}

/// The Sensors of rules: one, or as many as their size needs.
fn sensors<'a>(cx: &mut Context<'a>, rules: &[Rule<'a>], join: bool) {
    let mut part = 1;
    let mut sensor = empty(cx);
    for rule in rules {
        let Some((dependencies, trigger)) = made(cx, *rule) else { continue };
        let mut with = sensor.clone();
        for dependency in dependencies {
            if with.dependencies.iter().all(|known| known.name != dependency.name) {
                with.dependencies.push(dependency);
            }
        }
        with.triggers.push(trigger);
        if size(&with) > LIMIT && !sensor.triggers.is_empty() {
            push(cx, sensor, join, part);
            part += 1;
            let (dependencies, trigger) = (with.dependencies, with.triggers.pop());
            sensor = SensorSpec { dependencies, triggers: trigger.into_iter().collect(), ..empty(cx) };
            sensor.keep_used(rule);
        } else {
            sensor = with;
        }
        if size(&sensor) > LIMIT {
            let message = format!("the Sensor of this rule has more than {} KB", LIMIT / 1024);
            cx.error(
                cx.declaration("rule", &rule.spec.name),
                message,
                "split the rule, or use `engine: efl`",
            );
        }
    }
    if !sensor.triggers.is_empty() {
        push(cx, sensor, join, part);
    }
}

fn empty<'a>(cx: &Context<'a>) -> SensorSpec<'a> {
    SensorSpec {
        event_bus_name: cx.bus(),
        template: Template { service_account_name: format!("{}-sensor", cx.orc.name) },
        dependencies: Vec::new(),
        triggers: Vec::new(),
    }
}

impl SensorSpec<'_> {
    /// The rules whose triggers it has.
    pub(super) fn rules(&self) -> impl Iterator<Item = &str> {
        self.triggers.iter().map(Trigger::rule)
    }

    /// Where the addresses stand at which it calls functions.
    pub(super) fn addresses(&self) -> Vec<String> {
        let paths = self
            .triggers
            .iter()
            .enumerate()
            .map(|(at, trigger)| trigger.addresses(&format!("/spec/triggers/{at}")));
        paths.flatten().collect()
    }

    /// Drops the dependencies that a rule does not use.
    fn keep_used(&mut self, rule: &Rule<'_>) {
        let used: Vec<String> = rule.terms().into_iter().map(dependency::name).collect();
        self.dependencies.retain(|dependency| used.contains(&dependency.name));
    }
}

/// The dependencies and the trigger of a rule; none when there is an error.
fn made<'a>(cx: &mut Context<'a>, rule: Rule<'a>) -> Option<(Vec<Dependency<'a>>, Trigger<'a>)> {
    let declaration = cx.declaration("rule", &rule.spec.name);
    let Some(conditions) = conditions(&rule.ir.logic) else {
        let message = "the logic of this rule has no form in Argo Events";
        cx.error(declaration, message, "use `engine: efl`");
        return None;
    };
    let dependencies = rule.terms().into_iter().map(|term| dependency::dependency(cx, term)).collect();
    Some((dependencies, trigger::trigger(cx, rule, conditions)?))
}

fn push<'a>(cx: &mut Context<'a>, sensor: SensorSpec<'a>, join: bool, part: usize) {
    let declaration = cx.orc.name.clone();
    let suffix = if part > 1 { format!("-{part}") } else { String::new() };
    let name = format!("{}{}{suffix}", cx.orc.name, if join { "-join" } else { "" });
    cx.within(&name, budget::LABEL, &declaration);
    let texts: Vec<String> = sensor.dependencies.iter().map(|d| format!("{}: {}", d.name, d.text)).collect();
    let body = ResourceBody::Sensor(spec(sensor));
    let resource: &mut Resource<'a> =
        cx.push(Stage::Logic, ("argoproj.io/v1alpha1", "Sensor"), name, declaration, body);
    if !join {
        // Argo's default election goes over the shared bus and would leave one cluster active
        // (`argo-events/pkg/shared/leaderelection/leaderelection.go`).
        resource.annotations.push("events.argoproj.io/leader-election", "k8s");
    }
    resource.annotations.push("efl.dev/dependencies", texts.join("\n"));
}

/// The condition of a trigger, canonical and fully parenthesised: the order in which the author names events makes no
/// other condition. `None` for what Argo does not have.
/// Upstream: `argo-events/pkg/sensors/listener.go`, `getDependencyExpression`.
fn conditions(logic: &Logic) -> Option<String> {
    let joined = |parts: &[Logic], operator: &str| {
        let mut parts: Vec<String> = parts.iter().map(conditions).collect::<Option<_>>()?;
        parts.sort();
        parts.dedup();
        Some(if parts.len() == 1 { parts.remove(0) } else { format!("({})", parts.join(operator)) })
    };
    match logic {
        Logic::Event(term) => Some(dependency::name(term)),
        Logic::And(all) => joined(all, " && "),
        Logic::Or(any) => joined(any, " || "),
        Logic::Then(_) | Logic::Count { .. } | Logic::Absent { .. } => None,
    }
}

/// The bytes of a Sensor as JSON.
fn size(sensor: &SensorSpec<'_>) -> usize {
    struct Count(usize);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Neither the counter nor the shapes fail.
    let _ = serde_json::to_writer(&mut count, sensor);
    count.0
}
