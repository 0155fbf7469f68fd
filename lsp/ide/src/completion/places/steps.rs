//! The steps of a test. A test is about few things, several times, and follows them from an event to what it leads to.

use super::{
    blocks, calls, clauses, expressions,
    names::{self, Use},
    values, word,
};
use crate::completion::{Completion, FIRST, FITS, Kind, likely::mentioned, probe::Probe};
use efl_compiler::{ir::Reached, names::Decl};
use efl_grammar::{
    SyntaxKind::{self, *},
    SyntaxNode, TextSize,
    ast::{self, AstNode},
};

/// What has the words of steps.
const STEPS: &[SyntaxKind] =
    &[STEP_SEND, STEP_EXPECT, STEP_MOCK, STEP_ADVANCE, STEP_AT, STEP_SET, SEND_META, TARGET, OUTCOME];

/// What fits in a test; `None` where it is no matter of tests.
pub(super) fn of_test(probe: &Probe<'_>) -> Option<Vec<Completion>> {
    let node = probe.nearest(&[TEST])?;
    let inner = probe
        .ancestors()
        .find(|n| matches!(n.kind(), RECORD_EXPR | PATTERN | ARGS | PATTERN_VALUE | LIST_EXPR | TEST));
    if let Some(inner) = inner.filter(|n| matches!(n.kind(), RECORD_EXPR | PATTERN | ARGS | PATTERN_VALUE)) {
        return in_step(probe, &inner);
    }
    let test = Test::new(probe, ast::Test::cast(node)?);
    let step = step(probe, test.node.syntax());
    let written: Vec<&str> = step.split_whitespace().collect();
    Some(match written.as_slice() {
        _ if probe.line.starts_with("test ") && !probe.line.contains('{') => match probe.last() {
            "for" => names::declared(probe, |decl| matches!(decl, Decl::Orchestrator)),
            _ => clauses(STEPS, &["for"]),
        },
        [] => clauses(STEPS, &["expect", "send", "mock", "advance", "at", "set"]),
        ["send"] => test.events(),
        ["send", times] if times.starts_with(|c: char| c.is_ascii_digit()) => test.events(),
        ["send", ..] => clauses(STEPS, &["every", "meta"]),
        ["advance"] => values::durations(),
        ["set"] => names::clusters(probe),
        ["set", _] => clauses(STEPS, &["down", "up", "stale"]),
        ["mock"] => test.to_mock(),
        ["mock", .., "returns"] => expressions::all(probe),
        ["mock", .., "then"] => clauses(STEPS, &["returns", "fails", "takes"]),
        ["mock", .., "fails"] | ["mock", .., "returns" | "fails", _] => clauses(STEPS, &["then"]),
        ["mock", ..] => clauses(STEPS, &["returns", "fails", "takes", "then"]),
        ["expect"] => clauses(
            STEPS,
            &["call", "rule", "run", "no", "nothing else", "emit", "placed on", "move", "dead-letter"],
        ),
        ["expect", "no"] => clauses(STEPS, &["call", "rule", "run", "emit", "move", "dead-letter"]),
        ["expect", "nothing"] => clauses(STEPS, &["else"]),
        ["expect", "placed"] => clauses(STEPS, &["on"]),
        ["expect", "placed", ..] | ["expect", .., "to"] => names::clusters(probe),
        ["expect", .., "rule"] => {
            test.expected(names::rules(probe), |reached, name| reached.rules.contains(name))
        }
        ["expect", .., "call"] => test.expected(calls::names(probe, calls::FUNCTIONS), |reached, name| {
            reached.functions.contains(name)
        }),
        ["expect", .., "run"] => test.expected(calls::names(probe, calls::WORKFLOWS), |reached, name| {
            reached.workflows.contains(name)
        }),
        ["expect", .., "emit" | "dead-letter"] => names::events(probe, Use::Tested),
        ["expect", .., "move"] => clauses(STEPS, &["to", "times"]),
        ["expect", .., "run", _] => clauses(STEPS, &["succeeds", "fails", "times"]),
        ["expect", ..] => clauses(STEPS, &["times"]),
        _ => return None,
    })
}

/// The words of the step that is written, without what stands in its brackets; none where a new one begins.
fn step(probe: &Probe<'_>, test: &SyntaxNode) -> String {
    let is_step = |n: &SyntaxNode| {
        matches!(n.kind(), STEP_AT | STEP_ADVANCE | STEP_SEND | STEP_SET | STEP_MOCK | STEP_EXPECT)
    };
    let begun = test.descendants().filter(is_step).map(|n| ast::trimmed_range(&n).start());
    let Some(start) = begun.filter(|start| *start < probe.at).last() else { return String::new() };
    let mut depth = 0;
    let mut text = String::new();
    for sign in probe.before[usize::from(start)..].chars() {
        match sign {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => {
                depth -= 1;
                text.push_str(if sign == '}' { "{} " } else { "" });
            }
            '\n' if depth == 0 => return String::new(),
            _ if depth == 0 => text.push(sign),
            _ => {}
        }
    }
    text
}

/// What fits in the brackets of a step.
fn in_step(probe: &Probe<'_>, inner: &SyntaxNode) -> Option<Vec<Completion>> {
    match inner.kind() {
        RECORD_EXPR | PATTERN if inner.parent().is_some_and(|n| n.kind() == STEP_SET) => {
            Some(observations(probe))
        }
        RECORD_EXPR | PATTERN if inner.parent().is_some_and(|n| n.kind() == SEND_META) => {
            Some(fixed(&["id", "time", "source"]))
        }
        RECORD_EXPR | PATTERN => Some(blocks::in_record(probe, inner)),
        PATTERN_VALUE => {
            let mut found = expressions::all(probe);
            found.extend([word("matches"), word("any")]);
            Some(found)
        }
        _ => None,
    }
}

/// What is observed of a cluster: what every cluster has, and the metrics of the fleet.
fn observations(probe: &Probe<'_>) -> Vec<Completion> {
    let mut found = fixed(&["cpu", "memory"]);
    let fleet = probe.tested_ir().and_then(|orchestrator| orchestrator.fleet.clone());
    let metrics = fleet.map(|fleet| fleet.metrics.clone()).unwrap_or_default();
    found.extend(metrics.into_iter().map(|name| Completion::new(Kind::Field, name).key().rank(FITS)));
    found
}

fn fixed(keys: &[&str]) -> Vec<Completion> {
    keys.iter().map(|key| Completion::new(Kind::Field, *key).key().rank(FIRST)).collect()
}

/// A test that is written.
struct Test<'p, 'db> {
    probe: &'p Probe<'db>,
    node: ast::Test,
    title: String,
    /// What has been done up to the cursor.
    sent: Vec<String>,
    mocked: Vec<String>,
    expected: Vec<String>,
}

impl<'p, 'db> Test<'p, 'db> {
    fn new(probe: &'p Probe<'db>, node: ast::Test) -> Self {
        let title = node.title().and_then(|title| title.plain()).unwrap_or_default();
        let (mut sent, mut mocked, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        let before = |step: &ast::Step| {
            step.range().end() <= probe.at.checked_sub(TextSize::new(1)).unwrap_or_default()
        };
        for step in node.steps().filter(before) {
            match step {
                ast::Step::Send(send) => {
                    sent.extend(send.event().and_then(|event| Some(event.segments().last()?.text())));
                }
                ast::Step::Mock(mock) => mocked.extend(mock.function().map(|name| name.text())),
                ast::Step::Expect(expect) => {
                    expected.extend(expect.target().and_then(|target| Some(target.name()?.text())));
                }
                _ => {}
            }
        }
        Self { probe, node, title, sent, mocked, expected }
    }

    /// What some events lead to in the orchestrator that is tested.
    fn reached(&self, events: &[String]) -> Reached {
        let tested = self.probe.tested_ir();
        tested.map(|orchestrator| Reached::from_events(orchestrator, events)).unwrap_or_default()
    }

    /// What the title has a word of is what the test is about.
    fn is_mentioned(&self, name: &str) -> i32 {
        i32::from(mentioned(&self.title, name))
    }

    /// The events that can be sent: what the title mentions, what leads to what is mocked or mentioned, what was sent.
    fn events(&self) -> Vec<Completion> {
        let weighed = |item: Completion| {
            let reached = self.reached(std::slice::from_ref(&item.label));
            let leads = self.mocked.iter().any(|name| reached.functions.contains(name));
            let all = reached.rules.iter().chain(&reached.workflows).chain(&reached.functions);
            let about = all.filter(|name| self.is_mentioned(name) > 0).count();
            let weight = 4 * self.is_mentioned(&item.label)
                + 3 * i32::from(leads)
                + 2 * i32::from(about > 0)
                + i32::from(self.sent.contains(&item.label));
            item.weight(weight)
        };
        names::events(self.probe, Use::Tested).into_iter().map(weighed).collect()
    }

    /// The functions that can be mocked: what gives something and is not mocked yet, what the title mentions.
    fn to_mock(&self) -> Vec<Completion> {
        let weighed = |item: Completion| {
            let weight = self.is_mentioned(&item.label) - 2 * i32::from(self.mocked.contains(&item.label));
            item.weight(weight)
        };
        calls::to_mock(self.probe).into_iter().map(weighed).collect()
    }

    /// What can be expected: what the events that were sent lead to, what the title mentions, what is not expected yet.
    fn expected(&self, found: Vec<Completion>, is_in: impl Fn(&Reached, &str) -> bool) -> Vec<Completion> {
        let reached = self.reached(&self.sent);
        let weighed = |item: Completion| {
            let weight = 4 * i32::from(is_in(&reached, &item.label)) + 3 * self.is_mentioned(&item.label)
                - i32::from(self.expected.contains(&item.label));
            item.weight(weight)
        };
        found.into_iter().map(weighed).collect()
    }
}
