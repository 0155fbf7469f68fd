//! What hover, completion and the reference say of what the language has itself: fields, blocks, kinds of sources, clauses,
//! types and functions.

use efl_compiler::{
    catalog::{Block, Encode, Field, Presence, SourceKind},
    index,
    ir::Builtin,
};
use efl_grammar::SyntaxKind::{self, *};

/// The documentation of a field of a block.
pub(crate) fn field_page(block: &str, field: &Field) -> String {
    let presence = match field.presence {
        Presence::Required => "Required.".to_owned(),
        Presence::Default(value) => format!("Default: `{value}`."),
        Presence::Optional | Presence::Group(_) => String::new(),
    };
    let upstream = field.upstream.map(|upstream| {
        let note = Encode::note(upstream.encode).map(|note| format!(", {note}")).unwrap_or_default();
        format!("Upstream: `{}`{note}.", upstream.path.join("."))
    });
    let takes = format!("`{}` of the {block}: {}.", field.name, field.ty);
    join(&[takes, field.doc.to_owned(), presence, upstream.unwrap_or_default()])
}

/// The documentation of a block.
pub(crate) fn block_page(name: &str, block: &Block) -> String {
    let fields: Vec<String> = block
        .fields
        .iter()
        .map(|f| format!("`{}`", f.name))
        .chain(block.blocks.iter().map(|n| format!("`{} {{ … }}`", n.name)))
        .collect();
    let takes = if fields.is_empty() { String::new() } else { format!("Takes {}.", fields.join(", ")) };
    join(&[code(&format!("{name} {{ … }}")), block.doc.to_owned(), takes])
}

/// The documentation of a kind of source.
pub(crate) fn source_page(kind: &SourceKind) -> String {
    let payload = format!("Payload: `{}`. At Argo: `spec.{}`.", kind.payload.ty, kind.key);
    join(&[kind.doc.to_owned(), payload, code(kind.example)])
}

/// The documentation of a built-in type.
pub(crate) fn built_in_page(name: &str) -> String {
    let doc = match name {
        "string" => "Text.",
        "int" => "A number without a fraction.",
        "number" => "A number.",
        "bool" => "`true` or `false`.",
        "duration" => "A length of time: `500ms`, `10s`, `5m`. Not in payloads.",
        "timestamp" => "A time as RFC 3339 text: `\"2026-03-01T12:00:00Z\"`.",
        "any" => "Any value; checked at run time only.",
        "null" => "No value.",
        _ => return String::new(),
    };
    join(&[code(name), doc.to_owned()])
}

/// The documentation of a word that looks like a call.
pub(crate) fn form_page(name: &str) -> String {
    let (form, doc) = match name {
        "secret" => {
            ("secret(\"name\", \"key\")", "A key of a Secret in the namespace. Its value is never read here.")
        }
        "config" => ("config(\"name\", \"key\")", "A key of a ConfigMap in the namespace."),
        "cron" => (
            "cron(\"0 3 * * *\", \"Europe/Lisbon\")",
            "Times as a cron expression of five fields; UTC without a zone.",
        ),
        _ => return String::new(),
    };
    join(&[code(form), doc.to_owned()])
}

/// The documentation of a built-in function.
pub(crate) fn builtin_page(builtin: Builtin) -> String {
    let (params, result) = index::builtin_signature(builtin);
    let params: Vec<String> = params.iter().map(ToString::to_string).collect();
    let doc = match builtin {
        Builtin::Len => "How many characters a text, elements a list or keys a record has.",
        Builtin::Lower => "The text in lower case.",
        Builtin::Upper => "The text in upper case.",
        Builtin::StartsWith => "Whether the first text begins with the second.",
        Builtin::EndsWith => "Whether the first text ends with the second.",
        Builtin::Contains => "Whether the first text has the second in it.",
        Builtin::Abs => "The number without its sign.",
        Builtin::Number => "The number that a text says.",
        Builtin::String => "The value as text.",
    };
    join(&[code(&format!("{}({}) -> {result}", builtin.name(), params.join(", "))), doc.to_owned()])
}

/// A word of a clause, statement or step: the node whose keyword it is, the word, its form, and what it does.
pub(super) type Clause = (SyntaxKind, &'static str, &'static str, &'static str);

/// The words that are no declaration's. What they mean is in `tests/spec`; here is what one needs while writing.
pub(super) const CLAUSES: &[Clause] = &[
    (
        RULE,
        "on",
        "rule NAME on LOGIC",
        "What must come for the rule to fire: `and`, `or`, `then`, `not … for`, `count(…)`.",
    ),
    (
        LOGIC_BIN,
        "and",
        "a and b",
        "Both are there, in any order. Without `within` the latest of each is kept until the rule fires.",
    ),
    (
        LOGIC_BIN,
        "or",
        "a or b",
        "One of the two is there. An event that may be absent is compared with `null` before it is read.",
    ),
    (LOGIC_BIN, "then", "a then b", "Both are there, the second after the first by the time of the events."),
    (LOGIC_NOT, "not", "not TERM for 10m", NOT),
    (LOGIC_NOT, "for", "not TERM for 10m", NOT),
    (LOGIC_COUNT, "count", "count(TERM, 3)", "So many of it are there. Its name stands for the last one."),
    (
        ALIAS,
        "as",
        "EVENT as NAME",
        "Another name for the event in this rule; of two terms of one event each needs one.",
    ),
    (
        WITHIN,
        "within",
        "within 10s",
        "All terms lie within a window of that length, by the time of the events. What is older is forgotten.",
    ),
    (
        BY,
        "by",
        "by zone, plate",
        "Events belong together when these fields have the same values in each of them. What is kept is kept for each key.",
    ),
    (
        WHERE,
        "where",
        "where a.zone == b.zone",
        "A condition over all events of the rule, by name. An equality between fields of two events is a key, as with `by`.",
    ),
    (CLUSTERS_WHERE, "clusters", "clusters where region == \"a\"", SELECTOR),
    (CLUSTERS_WHERE, "where", "clusters where region == \"a\"", SELECTOR),
    (
        PIN,
        "pin",
        "pin logic: [edge-a]",
        "Where a stage (`events`, `logic` or `functions`) runs, whatever the scores say.",
    ),
    (VALUE_TAIL, "every", "FIELD every 10m", "At most once in so long for each value of the field."),
    (VALUE_TAIL, "backoff", "3 backoff 1s..30s", BACKOFF_PAGE),
    (BACKOFF, "backoff", "retry 3 backoff 1s..30s", BACKOFF_PAGE),
    (CALL_RETRY, "retry", "f(…) retry 3 backoff 1s..30s", "Calls again, so often, when the call fails."),
    (CALL_TIMEOUT, "timeout", "f(…) timeout 10s", "The call fails when it takes longer."),
    (
        RETRY_STMT,
        "retry",
        "retry 2 backoff 1s..4s { … }",
        "Runs all of the statements again when one of them fails.",
    ),
    (
        PARALLEL_STMT,
        "parallel",
        "parallel { … }",
        "Runs the statements at the same time; ends when the last has ended, and fails if one does.",
    ),
    (FOR_STMT, "for", "for x in LIST max 3 { … }", FOR),
    (FOR_STMT, "in", "for x in LIST max 3 { … }", FOR),
    (FOR_STMT, "max", "for x in LIST max 3 { … }", FOR),
    (WAIT_STMT, "wait", "wait 30s", "Waits."),
    (
        EMIT_STMT,
        "emit",
        "emit EVENT { … }",
        "Sends an event that the orchestrator declares itself; rules may be on it.",
    ),
    (RETURN_STMT, "return", "return EXPR", "Ends the workflow with a result."),
    (HANDLER, "on", HANDLERS_FORM, HANDLERS),
    (HANDLER, "failure", HANDLERS_FORM, HANDLERS),
    (HANDLER, "exit", HANDLERS_FORM, HANDLERS),
    (STEP_AT, "at", "at \"2026-03-01T09:00:00Z\"", "Sets the clock; as the first step only."),
    (
        STEP_ADVANCE,
        "advance",
        "advance 10s",
        "Moves the clock; whatever is due happens on the way, in order.",
    ),
    (
        STEP_SEND,
        "send",
        "send 20 EVENT { … } every 100ms",
        "Sends an event, or several; without `every` all at once.",
    ),
    (STEP_SEND, "every", "send 20 EVENT { … } every 100ms", "The time from one to the next."),
    (
        SEND_META,
        "meta",
        "send EVENT { … } meta { time: … }",
        "The metadata that the event has: `id`, `time`, `header`, `topic`.",
    ),
    (
        STEP_SET,
        "set",
        "set CLUSTER { cpu: 95% }",
        "What is observed of a cluster from now on; or `down`, `up`, `stale`.",
    ),
    (
        STEP_MOCK,
        "mock",
        "mock FUNCTION returns VALUE",
        "What a function answers from now on: `returns`, `fails`, `takes`, and `then` what comes next.",
    ),
    (
        STEP_EXPECT,
        "expect",
        "expect rule NAME times 1",
        "What must have happened since the last step that followed an expectation.",
    ),
    (STEP_EXPECT, "no", "expect no …", "Not once."),
    (STEP_EXPECT, "nothing", "expect nothing else", "Everything that happened is named by an expectation."),
    (STEP_EXPECT, "times", "expect … times 3", "Exactly so often."),
    (TARGET, "rule", "expect rule NAME", "The rule has fired."),
    (TARGET, "call", "expect call FUNCTION { … }", "Some call of the function had a body that matches."),
    (TARGET, "run", "expect run WORKFLOW succeeds", "The workflow has run; `succeeds` and `fails` say how."),
    (TARGET, "emit", "expect emit EVENT { … }", "The event was emitted."),
    (TARGET, "dead-letter", "expect dead-letter EVENT", "The event went to a dead-letter function."),
    (TARGET, "placed", "expect placed on [edge-b]", "The pipeline is there now."),
    (TARGET, "move", "expect move to edge-b", "The pipeline has moved."),
    (OUTCOME, "returns", "mock FUNCTION returns VALUE", "The function answers the value."),
    (
        OUTCOME,
        "fails",
        "mock FUNCTION fails 503 \"text\"",
        "The call is answered with this status and text; without one there is no connection.",
    ),
    (OUTCOME, "takes", "mock FUNCTION takes 5s returns VALUE", "The answer comes after so long."),
    (
        STEP_MOCK,
        "then",
        "mock FUNCTION fails then returns VALUE",
        "What the next call is answered; the last one repeats.",
    ),
];
const NOT: &str = "No such event comes for so long: after the term before `then`, or after the latest event of the others of `and`.";
const SELECTOR: &str =
    "The candidates: the clusters of the fleet that fulfil the condition over their fields.";
const BACKOFF_PAGE: &str = "How long to wait before the next try: at first, and at most.";
const FOR: &str = "Runs the statements once for each element, all at the same time or at most `max` of them.";
const HANDLERS_FORM: &str = "on failure { … } on exit { … }";
const HANDLERS: &str = "`on failure` runs when a statement has failed and its retries are used up; `on exit` at the end in any case.";

/// The documentation of a keyword of a node that is no declaration.
pub(crate) fn clause_page(node: SyntaxKind, word: &str) -> Option<String> {
    let (.., form, doc) = CLAUSES.iter().find(|(kind, known, ..)| *kind == node && *known == word)?;
    Some(join(&[code(form), (*doc).to_owned()]))
}

pub(super) fn code(text: &str) -> String {
    format!("```efl\n{text}\n```")
}

pub(super) fn join(parts: &[String]) -> String {
    parts.iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n\n")
}
