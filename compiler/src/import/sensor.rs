//! Sensors: a rule for each trigger. Dependencies and conditions are its logic, filters its predicates.

use super::{
    action::{self, Action, Read},
    condition::{self, Condition},
    draft::{Draft, DraftRule},
    event_source::{Event, LONGEST, own_name, renamed},
    filter::{Hole, Predicate, Subject},
    input::{self, Resource, flag, list, take, text, word},
    names::{Taken, kebab},
    parameter::Readable,
    patch,
    path::Data,
    policy,
    workflow::Reach,
};
use crate::{
    ir::{Body, Expr, Logic, Op, Scope, Stmt, Term},
    spec::{Delivery, Reset, Rule, Source, SourceEvent},
};
use serde_json::{Value as Json, json};

/// The kind of a source whose EventSource is not in the input: none that there is, so that the checker asks for it.
const UNKNOWN: &str = "unknown";

/// A dependency.
struct Dependency {
    name: String,
    event: Event,
    predicate: Predicate,
    path: String,
}

/// Reads a Sensor into an orchestrator whose sources are known.
pub(super) fn read(mut resource: Resource, draft: &mut Draft, in_input: &[String], reach: Reach<'_>) {
    let at = resource.at();
    let mut spec = take(&mut resource.rest, &["spec"]).unwrap_or_default();
    draft.buses.extend(word(&mut spec, &["eventBusName"]));
    let mut dependencies = Vec::new();
    for (i, json) in list(&mut spec, &["dependencies"]).into_iter().enumerate() {
        let path = format!("{at} spec.dependencies[{i}]");
        dependencies.push(dependency(json, i, path, draft, in_input));
    }
    for (i, trigger) in list(&mut spec, &["triggers"]).into_iter().enumerate() {
        let path = format!("{at} spec.triggers[{i}]");
        Trigger { path, draft, dependencies: &dependencies, reach }.read(trigger);
    }
    if let Some(account) = take(&mut spec, &["template", "serviceAccountName"]) {
        let why = "EFL makes an account with the rights its Sensors need";
        let what = input::yaml(&account).unwrap_or_default();
        draft.remark("", format!("{at} spec.template.serviceAccountName"), why, what);
    }
    rest(&at, &resource, &spec, draft);
}

/// What is left of the whole: a patch of the Sensors, where the schema knows it and no other Sensor has one.
fn rest(at: &str, resource: &Resource, spec: &Json, draft: &mut Draft) {
    let patch = json!({ "spec": spec });
    let taken = draft.spec.patches.iter().any(|patch| patch.kind == "Sensor");
    if !input::is_empty(spec) && !taken && patch::fits("Sensor", &patch) {
        draft.spec.patches.push(patch::of(&draft.name, "Sensor", &patch));
    } else if let Some(what) = input::yaml(spec) {
        let why =
            if taken { "another Sensor of this orchestrator has a patch already" } else { UNKNOWN_FIELD };
        draft.remark("", format!("{at} spec"), why, what);
    }
    if let Some(what) = input::yaml(&resource.rest) {
        draft.remark(
            "",
            format!("{at} metadata"),
            "EFL sets the labels and annotations of what it makes",
            what,
        );
    }
}

const UNKNOWN_FIELD: &str = "Argo Events 1.9.11 knows no such field";

fn dependency(mut json: Json, at: usize, path: String, draft: &mut Draft, in_input: &[String]) -> Dependency {
    let name = text(&mut json, &["name"]).unwrap_or_default();
    let source_there = text(&mut json, &["eventSourceName"]).unwrap_or_default();
    let event_there = text(&mut json, &["eventName"]).unwrap_or_default();
    let event = event(&source_there, &event_there, &path, draft, in_input);
    let data = Data { kind: event.kind, scope: Scope::Own };
    let subject =
        Subject { data: &data, source_there: &source_there, event_there: &event_there, dependency: at };
    let predicate = Predicate::take(&mut json, &subject);
    if let Some(what) = input::yaml(&json) {
        draft.remark("", path.clone(), UNKNOWN_FIELD, what);
    }
    Dependency { name, event, predicate, path }
}

/// The event of a dependency. Of an EventSource that is not in the input a stand-in is made.
fn event(source_there: &str, there: &str, path: &str, draft: &mut Draft, in_input: &[String]) -> Event {
    let same = |event: &&Event| event.source_there == source_there && event.there == there;
    if let Some(event) = draft.events.iter().find(same) {
        return event.clone();
    }
    let source = draft.events.iter().find(|event| event.source_there == source_there);
    let source = match source.map(|event| event.source.clone()) {
        Some(source) => source,
        None => stand_in_source(source_there, path, draft),
    };
    let name = kebab(there);
    let event = Event {
        source_there: source_there.to_owned(),
        there: there.to_owned(),
        source: source.clone(),
        name: name.clone(),
        kind: None,
    };
    draft.events.push(event.clone());
    if in_input.iter().any(|known| known == source_there) {
        let why =
            format!("the EventSource `{source_there}` has no event `{there}`, so that nothing ever comes");
        draft.remark("", path.to_owned(), why, String::new());
    } else if let Some(source) = draft.spec.sources.iter_mut().find(|known| known.name == source) {
        source.events.push(SourceEvent { name: name.clone(), ..SourceEvent::default() });
        if name != there {
            let place = format!("{}/event/{}/{name}", draft.name, source.name);
            draft.remarks.push(renamed(&place, path, there, &name));
        }
    }
    event
}

fn stand_in_source(there: &str, path: &str, draft: &mut Draft) -> String {
    let name = draft.taken_sources.fresh(&own_name(there, &draft.name), LONGEST);
    draft.spec.sources.push(Source { name: name.clone(), kind: UNKNOWN.to_owned(), ..Source::default() });
    let why = format!(
        "the EventSource `{there}` is not in the input: import it too, or say here what kind of source it is. The \
         payload of its events is taken to be what Argo has under `body`"
    );
    draft.remark(&format!("source/{name}"), path.to_owned(), why, String::new());
    name
}

/// A trigger that is being read.
struct Trigger<'a> {
    path: String,
    draft: &'a mut Draft,
    dependencies: &'a [Dependency],
    reach: Reach<'a>,
}

impl Trigger<'_> {
    fn read(mut self, mut trigger: Json) {
        let whole = trigger.clone();
        let there = text(&mut trigger, &["template", "name"]).unwrap_or_default();
        let names: Vec<String> = self.dependencies.iter().map(|dependency| dependency.name.clone()).collect();
        let conditions = text(&mut trigger, &["template", "conditions"]).unwrap_or_default();
        let condition = match condition::read(&conditions, &names) {
            Ok(condition) => condition,
            Err(why) => {
                let what = input::yaml(&whole).unwrap_or_default();
                let why = format!("its condition cannot be read: {why}");
                return self.draft.remark("", self.path.clone(), why, what);
            }
        };
        let mut rule = Rule { delivery: Delivery::AtMostOnce, ..Rule::default() };
        let mut left = Left::new();
        let dead_letter = self.options(&mut rule, &mut trigger, &there, &mut left);
        let template = trigger.get("template").cloned().unwrap_or_default();
        let read = action::take_action(&mut trigger, &there, &self.path, self.reach);
        let mut done = read.left.clone();
        left.extend(input::yaml(&trigger).map(|what| (String::new(), UNKNOWN_FIELD.to_owned(), what)));
        let parts = self.parts(&condition, &read.action);
        let alone = parts.len() == 1;
        for part in parts {
            rule.name = self.name(&there, (!alone).then_some(&part));
            let place = format!("rule/{}", rule.name);
            if kebab(&there) != rule.name && alone {
                let place = format!("{}/{place}", self.draft.name);
                self.draft.remarks.push(renamed(&place, &self.path, &there, &rule.name));
            }
            let instead = self.rule(&rule, &part, &read.action, &template, dead_letter.clone());
            self.leave(&place, left.drain(..));
            match instead {
                Some(instead) => {
                    self.leave(instead.action.place().unwrap_or(&place), instead.left.into_iter());
                }
                None => self.leave(read.action.place().unwrap_or(&place), done.drain(..)),
            }
        }
    }

    /// Says at a place what is left.
    fn leave(&mut self, place: &str, left: impl Iterator<Item = (String, String, String)>) {
        for (path, why, what) in left {
            let at = format!("{}.{path}", self.path);
            self.draft.remark(place, at.trim_end_matches('.').to_owned(), why, what);
        }
    }

    /// The name of a rule, of one of several alternatives with its event.
    fn name(&mut self, there: &str, alternative: Option<&Condition>) -> String {
        let wanted = match alternative.and_then(|part| part.uses().first().copied()) {
            Some(at) => format!("{there}-{}", self.distinct(at)),
            None => there.to_owned(),
        };
        let limit = 29_usize.saturating_sub(self.draft.name.len()).max(4);
        self.draft.taken.fresh(&wanted, limit)
    }

    /// The rules that a trigger becomes: one, but for alternatives of which the action reads what may not be there, or
    /// that are one event. Such a trigger keeps nothing between events, so each alternative is a rule.
    fn parts(&self, condition: &Condition, action: &Action) -> Vec<Condition> {
        let Some(alternatives) = condition.alternatives() else { return vec![condition.clone()] };
        let (readable, _) = self.readable(condition);
        let reads = !action.reads(&readable).is_empty();
        let event = |at: &usize| {
            let event = &self.dependencies[*at].event;
            (event.source.clone(), event.name.clone())
        };
        let mut events: Vec<(String, String)> = alternatives.iter().map(event).collect();
        events.sort();
        let twice = events.windows(2).any(|pair| pair[0] == pair[1]);
        if reads || twice {
            alternatives.into_iter().map(Condition::Event).collect()
        } else {
            vec![condition.clone()]
        }
    }

    /// The events of a condition as a rule names them, with their uses: (dependency, name).
    fn readable(&self, condition: &Condition) -> (Vec<Readable>, Vec<(usize, String)>) {
        let mut taken: Vec<String> = Vec::new();
        let (mut readable, mut names) = (Vec::new(), Vec::new());
        for at in condition.uses() {
            let dependency = &self.dependencies[at];
            let mut name = dependency.event.name.clone();
            if taken.contains(&name) {
                let mut fresh = Taken::default();
                for taken in &taken {
                    fresh.take(taken);
                }
                name = fresh.fresh(&dependency.name, 63);
            }
            taken.push(name.clone());
            let data = Data { kind: dependency.event.kind, scope: Scope::Event(name.clone()) };
            readable.push(Readable { dependency: dependency.name.clone(), name: name.clone(), data });
            names.push((at, name));
        }
        (readable, names)
    }

    /// The event of a dependency, or the dependency where several are about one event.
    fn distinct(&self, at: usize) -> String {
        let Dependency { name, event, .. } = &self.dependencies[at];
        let same = |other: &&Dependency| other.event.name == event.name;
        if self.dependencies.iter().filter(same).count() > 1 { kebab(name) } else { event.name.clone() }
    }

    /// Adds a rule; with what stands in for its action, if the events of this one leave no other way.
    fn rule(
        &mut self,
        rule: &Rule,
        condition: &Condition,
        action: &Action,
        template: &Json,
        dead_letter: Option<String>,
    ) -> Option<Read> {
        let (readable, names) = self.readable(condition);
        let mut holes = Vec::new();
        let place = format!("rule/{}", rule.name);
        let logic = self.logic(condition, &mut names.iter(), &mut holes, &place);
        let always =
            |name: &String| names.iter().any(|(at, known)| known == name && condition.always_has(*at));
        let maybe: Vec<String> = action.reads(&readable).into_iter().filter(|name| !always(name)).collect();
        let mut instead = None;
        let body = guarded(action, &readable, &maybe, self.reach);
        let body = match body {
            Ok(body) => {
                self.stand_in(action);
                body
            }
            Err(why) => match action::instead(&why, &rule.name, &self.path, template) {
                Some(read) => {
                    self.stand_in(&read.action);
                    let body = guarded(&read.action, &readable, &maybe, self.reach).unwrap_or_default();
                    instead = Some(read);
                    body
                }
                None => Body::default(),
            },
        };
        self.draft.rules.push(DraftRule { spec: rule.clone(), logic, holes, body, dead_letter });
        instead
    }

    /// The function of a stand-in, once.
    fn stand_in(&mut self, action: &Action) {
        let Action::StandIn { key, name, .. } = action else { return };
        if !self.draft.stand_ins.iter().any(|(known, _)| known == key) {
            self.draft.stand_ins.push((key.clone(), name.clone()));
        }
    }

    fn logic(
        &mut self,
        condition: &Condition,
        names: &mut std::slice::Iter<'_, (usize, String)>,
        holes: &mut Vec<(String, String)>,
        place: &str,
    ) -> Logic {
        match condition {
            Condition::Event(at) => {
                let name = names.next().map(|(_, name)| name.clone()).unwrap_or_default();
                Logic::Event(self.term(*at, name, holes, place))
            }
            Condition::All(parts) => {
                Logic::And(parts.iter().map(|part| self.logic(part, names, holes, place)).collect())
            }
            Condition::Any(parts) => {
                Logic::Or(parts.iter().map(|part| self.logic(part, names, holes, place)).collect())
            }
        }
    }

    fn term(&mut self, at: usize, name: String, holes: &mut Vec<(String, String)>, place: &str) -> Term {
        let Dependency { event, predicate, path, .. } = &self.dependencies[at];
        let ambiguous =
            self.draft.events.iter().any(|other| other.name == event.name && other.source != event.source);
        for (n, hole) in predicate.holes.iter().enumerate() {
            let path = format!("{path}.{}", hole.path);
            holes.push((Hole::name(at, n), format!("{path} has no form in EFL (see above): say it here")));
            self.draft.remark(place, path, hole.why.as_str(), hole.what.clone());
        }
        Term {
            source: Some(event.source.clone()),
            event: event.name.clone(),
            qualified: ambiguous,
            name,
            predicate: predicate.expr.clone(),
        }
    }

    /// Takes the options; gives back the key of the function for what could not be delivered.
    fn options(
        &mut self,
        rule: &mut Rule,
        trigger: &mut Json,
        there: &str,
        left: &mut Left,
    ) -> Option<String> {
        let again = flag(trigger, &["atLeastOnce"]).unwrap_or(false);
        rule.delivery = if again { Delivery::AtLeastOnce } else { Delivery::AtMostOnce };
        rule.retry = policy::retry(trigger, again, left);
        rule.rate = policy::rate(trigger, left);
        rule.reset = reset(trigger);
        policy::status(trigger, left);
        let dead = take(trigger, &["dlqTrigger"])?;
        self.dead_letter(dead, there, left)
    }

    /// The function that gets what could not be delivered.
    fn dead_letter(&mut self, mut dead: Json, there: &str, left: &mut Left) -> Option<String> {
        let name = text(&mut dead, &["template", "name"]).unwrap_or_else(|| format!("{there}-dead-letter"));
        let path = format!("{}.dlqTrigger", self.path);
        let read = action::take_action(&mut dead, &name, &path, self.reach);
        flag(&mut dead, &["atLeastOnce"]);
        let why = "the function gets `{ rule, events }`: the name of the rule and what it could not deliver";
        left.push(("dlqTrigger".to_owned(), why.to_owned(), input::yaml(&dead).unwrap_or_default()));
        left.extend(
            read.left
                .iter()
                .map(|(path, why, what)| (format!("dlqTrigger.{path}"), why.clone(), what.clone())),
        );
        match &read.action {
            Action::Call { key, .. } => Some(key.clone()),
            Action::StandIn { key, .. } => {
                self.stand_in(&read.action);
                Some(key.clone())
            }
            Action::Template { .. } | Action::Inline { .. } => {
                let why = "EFL gives to a function what could not be delivered";
                left.push(("dlqTrigger".to_owned(), why.to_owned(), String::new()));
                None
            }
        }
    }
}

/// What is left: the path below the trigger, the reason, the YAML.
type Left = Vec<(String, String, String)>;

/// A body that does what Argo does when some events are not there: it leaves out what they would give.
fn guarded(action: &Action, events: &[Readable], maybe: &[String], reach: Reach<'_>) -> Result<Body, String> {
    let Some((first, rest)) = maybe.split_first() else { return action.body(events, reach) };
    if maybe.len() > 3 {
        return Err("it reads more than three events that may not be there".to_owned());
    }
    let without: Vec<Readable> = events.iter().filter(|event| event.name != *first).cloned().collect();
    let (with, without) = (guarded(action, events, rest, reach)?, guarded(action, &without, rest, reach)?);
    if [&with, &without].iter().any(|body| !body.on_exit.is_empty() || !body.on_failure.is_empty()) {
        return Err("it has a handler, and reads an event that may not be there".to_owned());
    }
    let there =
        Expr::Binary(Op::Ne, Box::new(Expr::Payload(Scope::Event(first.clone()))), Box::new(Expr::Null));
    Ok(Body { stmts: vec![Stmt::If(vec![(there, with.stmts)], without.stmts)], ..Body::default() })
}

/// When kept halves are forgotten: the first of the times; the others stay.
fn reset(trigger: &mut Json) -> Option<Reset> {
    let mut first = list(trigger, &["template", "conditionsReset"]);
    if first.is_empty() {
        return None;
    }
    let mut json = first.remove(0);
    let reset = text(&mut json, &["byTime", "cron"])
        .map(|cron| Reset { cron, timezone: word(&mut json, &["byTime", "timezone"]) });
    first.insert(0, json);
    first.retain(|json| !input::is_empty(json));
    if !first.is_empty() {
        trigger["template"]["conditionsReset"] = Json::Array(first);
    }
    reset
}
