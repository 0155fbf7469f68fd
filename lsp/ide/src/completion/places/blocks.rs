//! What stands in blocks of fields and in records.

use super::{
    declarations::{self, Template},
    expressions, logic, names, types, values, words,
};
use crate::{
    completion::{
        Completion, FIRST, FITS, Kind, LIKELY, POSSIBLE,
        likely::Habit,
        probe::Probe,
        snippet::{self, Snippet},
    },
    hover,
};
use efl_compiler::{
    catalog::{Field, Presence, SourceKind, blocks as tables, sources},
    index::BlockPlace,
    types::{RecordField, Type, TypeTable},
};
use efl_grammar::{
    SyntaxKind::*,
    SyntaxNode,
    ast::{self, AstNode, HasMembers},
};

/// A field of a block with a value to fill in.
pub(super) fn field(block: &'static str, field: &'static Field, is_required: bool) -> Completion {
    let presence = match field.presence {
        _ if is_required => ", required".to_owned(),
        Presence::Default(default) => format!(", default {default}"),
        _ => String::new(),
    };
    Completion::new(Kind::Field, field.name)
        .detail(format!("{}{presence}", field.ty))
        .doc(Some(hover::field_page(block, field)))
        .snippet(Snippet::new().text(field.name).text(": ").value(&field.ty).done())
        .rank(if is_required { FIRST } else { LIKELY })
}

/// The keys of the fields in braces.
pub(super) fn keys(braces: &SyntaxNode) -> Vec<String> {
    braces.children().filter_map(|child| Some(child.children().find_map(ast::Key::cast)?.text())).collect()
}

/// What fits in a block.
pub(super) fn all(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let in_list = probe.nearest(&[LIST_EXPR, BLOCK]).is_some_and(|node| node.kind() == LIST_EXPR);
    let begins = probe.line.is_empty() || matches!(probe.last(), "{" | "," | "}");
    if !begins || in_list {
        return behind_first_words(probe, around);
    }
    let braces = if around.kind() == BLOCK {
        Some(around.clone())
    } else {
        around.children().find(|n| n.kind() == BLOCK)
    };
    let habit = braces.as_ref().map(|braces| Habit::new(probe, braces));
    let mut found = probe.block().map(|place| fields(probe, place, habit.as_ref())).unwrap_or_default();
    let owner = if around.kind() == BLOCK { around.parent() } else { Some(around.clone()) };
    let weigh = |template: &Template, rank| {
        let weight = habit.as_ref().map(|habit| habit.weight(probe, template.label)).unwrap_or_default();
        template.completion().rank(rank).weight(weight)
    };
    match owner.map(|node| node.kind()) {
        Some(ORCHESTRATOR) => {
            // An orchestrator begins with its fields; behind them come its declarations.
            let is_declaration =
                |n: SyntaxNode| n.text_range().end() <= probe.at && !matches!(n.kind(), FIELD | ERROR);
            let has_declaration = braces.iter().flat_map(SyntaxNode::children).any(is_declaration);
            let (of_field, of_declaration) = if has_declaration { (LIKELY, FITS) } else { (FITS, LIKELY) };
            for field in found.iter_mut().filter(|field| field.rank != FIRST) {
                field.rank = of_field;
            }
            found.extend(declarations::OF_ORCHESTRATOR.iter().map(|t| weigh(t, of_declaration)));
            found.extend(sources::all().iter().copied().map(ready_source));
        }
        Some(SOURCE) => {
            of_source(probe, &mut found);
            found.push(weigh(&declarations::EVENT, FITS));
        }
        Some(EVENT) => of_source(probe, &mut found),
        Some(FLEET) => found.push(weigh(&declarations::CLUSTER, FITS)),
        Some(PLACEMENT) => found.extend(declarations::OF_PLACEMENT.iter().map(|t| weigh(t, LIKELY))),
        _ => {}
    }
    found
}

/// Puts the fields of a source where they belong, though both the source and its events take all: what differs from event
/// to event to the event, what the source must have to the source.
fn of_source(probe: &Probe<'_>, found: &mut Vec<Completion>) {
    let Some(source) = probe.nearest(&[SOURCE]).and_then(ast::Source::cast) else { return };
    let kind = source.kind().map(|kind| kind.text()).unwrap_or_default();
    let Some(kind) = sources::all().iter().find(|known| known.name == kind) else { return };
    let is_event = probe.nearest(&[SOURCE, EVENT]).is_some_and(|node| node.kind() == EVENT);
    let of_all = source.block().map(|block| keys(block.syntax())).unwrap_or_default();
    found.retain(|item| !is_event || !of_all.contains(&item.label));
    for item in found {
        let is_own = kind.per_event.contains(&item.label.as_str());
        if is_own == is_event {
            item.weight += 1;
        } else {
            item.rank = item.rank.max(FITS);
        }
    }
}

/// A source of a kind, ready to be filled in.
fn ready_source(kind: &'static SourceKind) -> Completion {
    Completion::new(Kind::Snippet, format!("{} source", kind.name))
        .detail("a source, ready to be filled in")
        .doc(Some(hover::source_page(kind)))
        .snippet(snippet::source(kind))
        .rank(POSSIBLE)
}

/// The fields and nested blocks that a block does not have yet: required ones, those that other blocks of the kind have in
/// this file, the others; each in the order of the catalogue unless the file has an order of its own.
fn fields(probe: &Probe<'_>, place: &BlockPlace, habit: Option<&Habit>) -> Vec<Completion> {
    let mut found = Vec::new();
    let weighed = |item: Completion| {
        let Some(habit) = habit else { return item };
        let rank = if habit.knows(probe, &item.label) { item.rank.min(FITS) } else { item.rank };
        let weight = habit.weight(probe, &item.label);
        item.rank(rank).weight(weight)
    };
    for block in &place.blocks {
        let required: Vec<&str> = snippet::required(block).map(|field| field.name).collect();
        let left = block.fields.iter().filter(|field| !place.given.iter().any(|given| given == field.name));
        found.extend(left.map(|f| weighed(field(block.name, f, required.contains(&f.name)))));
        for nested in block.blocks {
            if !nested.labelled && place.given.iter().any(|given| given == nested.name) {
                continue;
            }
            let open = Snippet::new().text(nested.name);
            let open = if nested.labelled { open.text(" ").place("name") } else { open };
            let text = open.text(" {").required(nested.block, "  ").text("\n  ").end() + "\n}";
            found.push(weighed(
                Completion::new(Kind::Block, nested.name)
                    .detail("block")
                    .doc(Some(hover::block_page(nested.name, nested.block)))
                    .snippet(text),
            ));
        }
    }
    found
}

/// What follows the first words of a member that is not read as one yet.
fn behind_first_words(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let first = probe.line.split_whitespace().next().unwrap_or_default();
    match (first, probe.last()) {
        ("clusters", "clusters") => words(&["where"]),
        ("pin", "pin") => {
            tables::PINS.iter().map(|stage| Completion::new(Kind::Word, *stage).rank(FIRST)).collect()
        }
        ("rule", _) => logic::all(probe),
        ("source", ":") => declarations::source_kinds(probe, around),
        ("event", ":") => types::all(probe),
        (key, _) if key.ends_with(':') => values::of_key(probe, key.trim_end_matches(':')),
        _ if around.kind() == PIN => names::clusters(probe),
        _ => Vec::new(),
    }
}

/// What fits in a record or pattern: the fields of its type that it does not have yet, or a value behind a key.
pub(super) fn in_record(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    if probe.last() == ":" {
        return expressions::all(probe);
    }
    let is_record = |node: &SyntaxNode| matches!(node.kind(), RECORD_EXPR | PATTERN);
    let given = around.ancestors().find(is_record).map(|record| keys(&record)).unwrap_or_default();
    // `env {`, `resources {` and others are read as records behind a colon.
    let mut found = probe.block().map(|place| fields(probe, place, None)).unwrap_or_default();
    found.extend(probe.record().map(record_keys).unwrap_or_default());
    found.retain(|item| !given.contains(&item.label));
    found
}

/// The fields of a type as the keys of a record, those that must be there first.
fn record_keys(ty: &Type) -> Vec<Completion> {
    let key = |field: &&RecordField| {
        of_record(field).key().rank(if field.optional || field.ty.is_nullable() { FITS } else { FIRST })
    };
    TypeTable::default().fields(&ty.without_null()).iter().map(key).collect()
}

/// A field of a value.
pub(super) fn of_record(field: &RecordField) -> Completion {
    let optional = if field.optional { " | null" } else { "" };
    Completion::new(Kind::Field, field.name.to_string())
        .detail(format!("{}{optional}", field.ty))
        .doc(field.doc.as_deref())
        .rank(FIRST)
}
