//! Statements, and what begins and ends them.

use super::{
    blocks, calls, clauses,
    declarations::Template,
    expressions,
    names::{self, Use},
    values, word,
};
use crate::completion::{Completion, ELSEWHERE, FIRST, FITS, LIKELY, POSSIBLE, likely::Habit, probe::Probe};
use efl_compiler::catalog::{Field, blocks as tables};
use efl_grammar::{
    SyntaxKind::{self, *},
    SyntaxNode,
};

const STATEMENTS: &[Template] = &[
    Template { label: "let", detail: "A name for a value", text: "let ‹name› = $0" },
    Template { label: "if", detail: "Only under a condition", text: "if ‹condition› {\n  $0\n}" },
    Template { label: "for", detail: "For each of a list", text: "for ‹item› in ‹list› {\n  $0\n}" },
    Template { label: "parallel", detail: "Statements beside each other", text: "parallel {\n  $0\n}" },
    Template {
        label: "retry",
        detail: "Statements again when one fails",
        text: "retry ‹3› backoff ‹1s›..‹30s› {\n  $0\n}",
    },
    Template { label: "wait", detail: "A pause", text: "wait ‹10s›" },
    Template { label: "emit", detail: "An event of the orchestrator", text: "emit ‹event› { $0 }" },
    Template { label: "return", detail: "The result", text: "return $0" },
];
const HANDLERS: &[Template] = &[
    Template { label: "on failure", detail: "When a statement fails", text: "on failure {\n  $0\n}" },
    Template { label: "on exit", detail: "At the end in any case", text: "on exit {\n  $0\n}" },
];

/// What has the words behind a call and those of a loop.
const OF_CALL: &[SyntaxKind] = &[CALL_RETRY, CALL_TIMEOUT, BACKOFF, FOR_STMT];

/// What fits in a body or in the braces of a statement.
pub(super) fn all(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let first = probe.line.split_whitespace().next().unwrap_or_default();
    if probe.line.is_empty() || matches!(probe.last(), "{" | "}") {
        return statements(probe, around);
    }
    if let Some(found) = behind_call(probe) {
        return found;
    }
    if let Some(key) = first.strip_suffix(':') {
        return values::of_key(probe, key);
    }
    match (first, probe.last()) {
        ("emit", "emit") => names::events(probe, Use::Emitted),
        ("on", "on") => clauses(&[HANDLER], &["failure", "exit"]),
        ("for", last) if last != "in" && !probe.line.contains(" in ") && last != "for" => {
            clauses(OF_CALL, &["in"])
        }
        ("let" | "wait" | "retry" | "for", last) if first == last => Vec::new(),
        _ => expressions::all(probe),
    }
}

/// What follows a call, or the words that may follow a statement's first.
pub(super) fn behind_call(probe: &Probe<'_>) -> Option<Vec<Completion>> {
    let written: Vec<&str> = probe.line.split_whitespace().collect();
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    match written.as_slice() {
        [.., "retry", times] if is_number(times) => Some(clauses(OF_CALL, &["backoff", "timeout"])),
        [.., "backoff", _] => Some(clauses(OF_CALL, &["timeout"])),
        [.., "timeout", time] if is_number(time) => Some(clauses(OF_CALL, &["retry"])),
        ["for", _, "in", .., last] if *last != "in" && !last.ends_with('(') => {
            Some(clauses(OF_CALL, &["max"]))
        }
        ["for", _] => Some(clauses(OF_CALL, &["in"])),
        _ if probe.line.ends_with(')') && !probe.line.starts_with("if ") => {
            Some(clauses(OF_CALL, &["timeout", "retry"]))
        }
        _ => None,
    }
}

/// What begins a statement, and in the body of a declaration its options.
fn statements(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let habit = Habit::new(probe, around);
    let call = habit.weight(probe, "call");
    let mut found: Vec<Completion> =
        calls::calls(probe, false).into_iter().map(|item| item.weight(call)).collect();
    let statement = |template: &Template, rank| {
        let first = template.label.split(' ').next().unwrap_or_default();
        template.completion().rank(rank).weight(habit.weight(probe, first))
    };
    found.extend(STATEMENTS.iter().map(|template| statement(template, LIKELY)));
    if probe.line.ends_with('}') {
        // Nothing else stands behind the brace of `if`.
        found.push(word("else").weight(1_000));
    }
    if around.kind() == BODY {
        found.extend(HANDLERS.iter().map(|template| statement(template, POSSIBLE)));
        found.extend(options(probe, around, &habit));
    }
    found
}

/// The options that a rule or workflow does not have yet. They stand before the statements.
fn options(probe: &Probe<'_>, around: &SyntaxNode, habit: &Habit) -> Vec<Completion> {
    let of_rule = around.parent().is_some_and(|node| node.kind() == RULE);
    let block = if of_rule { &tables::RULE_OPTIONS } else { &tables::WORKFLOW_OPTIONS };
    let is_statement =
        |n: SyntaxNode| n.text_range().end() <= probe.at && !matches!(n.kind(), FIELD | NESTED | ERROR);
    let begins = !around.children().any(is_statement);
    let given = blocks::keys(around);
    let left = block.fields.iter().filter(|f| !given.iter().any(|key| key == f.name));
    let one = |f: &'static Field| {
        let rank = match begins {
            true if habit.knows(probe, f.name) => FIRST,
            true => FITS,
            false => ELSEWHERE,
        };
        blocks::field(block.name, f, false).rank(rank).weight(habit.weight(probe, f.name))
    };
    left.map(one).collect()
}
