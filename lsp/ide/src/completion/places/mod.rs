//! The kinds of places, and what fits in each: which kind the place of the cursor is.

mod blocks;
mod bodies;
mod calls;
mod declarations;
mod expressions;
mod imports;
mod logic;
mod names;
mod steps;
mod types;
mod values;

pub(super) use declarations::of_file;

use super::{Completion, FIRST, Kind, probe::Probe};
use crate::hover;
use efl_grammar::{
    SyntaxKind::{self, *},
    SyntaxNode,
};

/// What fits in a place.
pub(super) fn at(probe: &Probe<'_>) -> Vec<Completion> {
    let kind = probe.marker.kind();
    if matches!(kind, COMMENT | DOC_COMMENT) {
        return Vec::new();
    }
    if matches!(kind, STR_TEXT | QUOTE | STR_ESCAPE) {
        return imports::paths(probe);
    }
    let line = probe.line.as_str();
    if line.ends_with('.') && !line.ends_with("..") {
        return expressions::behind_dot(probe);
    }
    if line.ends_with(|c: char| c.is_ascii_digit()) && probe.before.ends_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    if let Some(found) = steps::of_test(probe) {
        return found;
    }
    let Some(around) = probe.ancestors().find(|node| is_place(node.kind())) else {
        return if line.is_empty() { of_file(false) } else { Vec::new() };
    };
    in_node(probe, &around)
}

/// What fits in the node around the cursor that says what may stand in it.
fn in_node(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let line = probe.line.as_str();
    let last = probe.last();
    match around.kind() {
        TY_NAME | TY_UNION | TY_LIST | TY_MAP | TY_PAREN | RESULT => types::all(probe),
        TY_RECORD | TY_FIELD if last == ":" => types::all(probe),
        SIG | FORMAL if matches!(last, ":" | "(") => types::all(probe),
        PARAM | TYPE_DECL | EVENT => declarations::in_head(probe, around),
        SOURCE => declarations::source_kinds(probe, around),
        BUS => words(&["jetstream"]),
        IMPORT | IMPORT_NAME => imports::names(probe),
        RULE | LOGIC_BIN | LOGIC_PAREN | LOGIC_NOT | LOGIC_COUNT | LOGIC_EVENT | EVENT_REF => {
            logic::all(probe)
        }
        WITHIN => values::durations(),
        BY => logic::by(probe),
        NESTED if matches!(last, "{" | "}" | ",") || line.is_empty() => {
            let outer = around.parent().unwrap_or_else(|| around.clone());
            if matches!(outer.kind(), BODY | STMTS) {
                bodies::all(probe, &outer)
            } else {
                blocks::all(probe, &outer)
            }
        }
        BODY | STMTS => bodies::all(probe, around),
        LET_STMT | RETURN_STMT | CALL_RETRY | CALL_TIMEOUT | FOR_STMT | RETRY_STMT | IF_STMT => {
            bodies::behind_call(probe).unwrap_or_else(|| expressions::all(probe))
        }
        EMIT_STMT => names::events(probe, names::Use::Emitted),
        BLOCK | PLACEMENT | PIN | PATCH => blocks::all(probe, around),
        LIST_EXPR => match line.split_once(':') {
            Some((key, _)) if around.ancestors().any(|node| node.kind() == BLOCK) => {
                values::of_key(probe, key.trim())
            }
            _ => expressions::all(probe),
        },
        ARGS => [calls::arguments(probe, around), expressions::all(probe)].concat(),
        RECORD_EXPR | RECORD_FIELD => blocks::in_record(probe, around),
        FIELD => values::of_field(probe, around),
        ORCHESTRATOR | FUNCTION | WORKFLOW | FLEET | CLUSTER if last == "->" => types::all(probe),
        TY_RECORD | TY_FIELD | SIG | FORMAL | ORCHESTRATOR | FUNCTION | WORKFLOW | FLEET | CLUSTER => {
            Vec::new()
        }
        FILE if line.is_empty() => of_file(probe.is_behind_orchestrator()),
        FILE => declarations::behind_first_words(probe),
        _ => expressions::all(probe),
    }
}

/// Whether a node says what may stand in it.
fn is_place(kind: SyntaxKind) -> bool {
    !matches!(
        kind,
        NAME | NAME_REF | NAME_EXPR | KEY | ERROR | VALUE | CALL_EXPR | CALL_STMT | DOC | NAMED_ARG | STRING
    )
}

/// A keyword that must follow, or is the likeliest.
fn word(label: &str) -> Completion {
    Completion::new(Kind::Keyword, label).rank(FIRST)
}

/// Words of clauses, statements or steps of some kinds, of which one must follow, with what they do.
fn clauses(kinds: &[SyntaxKind], labels: &[&str]) -> Vec<Completion> {
    let page = |label: &str| kinds.iter().find_map(|kind| hover::clause_page(*kind, label));
    labels.iter().map(|label| word(label).doc(page(label))).collect()
}

/// Keywords of which one must follow.
fn words(labels: &[&str]) -> Vec<Completion> {
    labels.iter().map(|label| word(label)).collect()
}
