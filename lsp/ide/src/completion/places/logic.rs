//! The logic of a rule: its events and the words between and behind them.

use super::{
    clauses,
    names::{self, Use},
};
use crate::completion::{
    Completion, FIRST, Kind, LIKELY, POSSIBLE, facts::Fact, probe::Probe, snippet::Snippet,
};
use efl_compiler::{index::Names, types::TypeTable};
use efl_grammar::SyntaxKind::{self, *};

/// What has the words of the head of a rule.
const OF_RULE: &[SyntaxKind] = &[RULE, LOGIC_BIN, LOGIC_NOT, ALIAS, WITHIN, WHERE, BY];

/// Terms, and what stands between and behind them.
pub(super) fn all(probe: &Probe<'_>) -> Vec<Completion> {
    match probe.last() {
        "on" | "and" | "or" | "then" | "(" | "not" => terms(probe),
        "rule" | "as" => Vec::new(),
        _ if probe.line.starts_with("rule ") && !probe.line.contains(" on ") => clauses(OF_RULE, &["on"]),
        _ => behind_term(probe),
    }
}

fn terms(probe: &Probe<'_>) -> Vec<Completion> {
    let mut found = names::events(probe, Use::Heard);
    found.extend(names::sources(probe));
    let form = |label: &str, text: &str| {
        Completion::new(Kind::Keyword, label).snippet(Snippet::new().template(text).done()).rank(POSSIBLE)
    };
    found.push(form("not", "not ‹event› for ‹10m›"));
    found.push(form("count", "count(‹event›, ‹3›)"));
    found
}

/// What may follow a term: `for` and `as` where they are due, what joins it with another, what the whole is bound to.
fn behind_term(probe: &Probe<'_>) -> Vec<Completion> {
    let is_absence =
        probe.nearest(&[LOGIC_NOT]).is_some() || probe.line.split_whitespace().any(|word| word == "not");
    let mut found = clauses(OF_RULE, &["and", "or", "then"]);
    let behind = clauses(OF_RULE, &["within", "where", "by", "as", "for"]);
    found.extend(behind.into_iter().map(|item| item.rank(LIKELY)));
    for item in &mut found {
        // A word of which the file has many is its habit.
        item.weight = i32::from(probe.before.contains(&format!(" {} ", item.label)));
        if item.label == "for" && is_absence {
            item.rank = FIRST;
            item.weight = 2;
        }
    }
    found
}

/// What `by` and `once-per` tell events apart by: the fields that the payloads of all events have. What other rules of
/// the file are bound to comes first.
pub(super) fn by(probe: &Probe<'_>) -> Vec<Completion> {
    let table = TypeTable::default();
    let mut shared: Option<Vec<String>> = None;
    for names in probe.visible() {
        if let Names::Event { payload, .. } = names {
            let fields: Vec<String> = table.fields(payload).iter().map(|f| f.name.to_string()).collect();
            shared = Some(match shared {
                Some(shared) => shared.into_iter().filter(|name| fields.contains(name)).collect(),
                None => fields,
            });
        }
    }
    let field = |name: String| {
        let key = probe.count(&Fact::Key(name.as_str().into()));
        Completion::new(Kind::Field, name).rank(FIRST).weight(i32::try_from(key).unwrap_or_default())
    };
    shared.unwrap_or_default().into_iter().map(field).collect()
}
