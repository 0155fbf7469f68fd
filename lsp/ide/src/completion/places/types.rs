//! Types.

use super::names::{declared, members};
use crate::{
    completion::{
        Completion, FIRST, FITS, Kind, LIKELY, POSSIBLE, facts::Fact, likely::shares_word, probe::Probe,
        snippet::Snippet,
    },
    hover,
};
use efl_compiler::{db::Workspace, names::Decl};
use efl_grammar::{
    SyntaxKind::*,
    ast::{self, HasDoc, HasName},
};

/// The built-in types, the most frequent first.
const BUILT_IN: [(&str, u8); 8] = [
    ("string", FIRST),
    ("number", FIRST),
    ("bool", FITS),
    ("int", FIRST),
    ("timestamp", LIKELY),
    ("any", LIKELY),
    ("duration", POSSIBLE),
    ("null", POSSIBLE),
];

/// The types that may stand in a place.
pub(super) fn all(probe: &Probe<'_>) -> Vec<Completion> {
    let is_alias = probe.nearest(&[TYPE_DECL, TY_RECORD]).is_some_and(|node| node.kind() == TYPE_DECL);
    let is_payload = probe.line.starts_with("event ") || probe.line.starts_with("workflow ");
    // What comes, and what there is a list of, is mostly a type with a name; what is in it mostly text.
    let is_element = probe.last() == "<" && !probe.line.starts_with("param ");
    let own = if is_payload || is_element { FIRST } else { FITS };
    let mut found: Vec<Completion> = declared(probe, |decl| matches!(decl, Decl::Type { .. }));
    for item in found.iter_mut().filter(|item| item.import.is_none()) {
        item.rank = own;
    }
    found.extend(members(probe, |member| match member {
        ast::Member::Type(decl) => {
            Some(Completion::new(Kind::Type, decl.name()?.text()).detail("type").doc(decl.doc()).rank(own))
        }
        _ => None,
    }));
    found.extend(BUILT_IN.iter().map(|(name, rank)| {
        // A declared type is mostly more than another name of a built-in one.
        let rank = if is_alias { (*rank).max(FITS) } else { *rank };
        Completion::new(Kind::Type, *name).doc(Some(hover::built_in_page(name))).rank(rank)
    }));
    found.extend(forms(probe, if is_alias { FIRST } else { LIKELY }));
    rank_by_name(probe, &mut found);
    found
}

/// `list<…>`, `map<…>`, `schema(…)`. A JSON Schema that no type uses waits for one.
fn forms(probe: &Probe<'_>, rank: u8) -> Vec<Completion> {
    let form = |name: &str, text: &str| {
        Completion::new(Kind::Type, name).snippet(Snippet::new().template(text).done()).rank(rank)
    };
    let has_schema = Workspace::get(probe.db).files(probe.db).keys().any(|path| path.ends_with(".json"));
    let schema = form("schema", "schema(\"‹file.json›\")").weight(i32::from(has_schema));
    vec![schema, form("list", "list<‹any›>"), form("map", "map<‹any›>")]
}

/// A field or parameter has mostly the type that one of its name has elsewhere, or one that is called alike; a declared
/// type that nothing uses yet is meant for something.
fn rank_by_name(probe: &Probe<'_>, found: &mut [Completion]) {
    let key =
        probe.line.trim_end_matches([':', '<', ' ']).rsplit([' ', '(', '{', ',']).next().unwrap_or_default();
    let key = key.trim_end_matches('?').trim_end_matches("list").trim_end_matches([':', ' ']);
    let elsewhere = if key.is_empty() { Vec::new() } else { probe.types_of_key(key) };
    for item in found.iter_mut().filter(|item| item.import.is_none()) {
        if let Some(at) = elsewhere.iter().position(|ty| *ty == item.label) {
            item.rank = FIRST;
            item.weight += 8 - i32::try_from(at.min(4)).unwrap_or_default();
        }
        if !key.is_empty() && shares_word(key, &item.label) {
            item.rank = item.rank.min(FITS);
            item.weight += 4;
        }
        if item.detail.is_some() && probe.count(&Fact::Word(item.label.as_str().into())) < 2 {
            item.weight += 1;
        }
    }
}
