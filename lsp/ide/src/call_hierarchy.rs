//! Call hierarchy: event → rule → workflow → function, in both directions; a rule or workflow that emits an event leads to
//! it.

use crate::{
    FileRange,
    syntax::{declaration, root, symbols_at},
};
use efl_compiler::{
    db::{Database, SourceFile},
    index::{self, Entry, IndexedItem, Kind, Role, Symbol},
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode},
};

use std::collections::BTreeSet;

/// A station on the way from an event to a function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Station {
    /// What it is.
    pub symbol: Symbol,
    /// What it is declared in: the orchestrator, the source.
    pub container: Option<String>,
    /// All of it.
    pub place: FileRange,
    /// Its name.
    pub selection: TextRange,
}

/// A step from one station to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// The other station.
    pub station: Station,
    /// The names that lead there; in the file of the caller.
    pub ranges: Vec<FileRange>,
}

/// The stations that the name in a place is.
pub fn prepare_call_hierarchy(db: &Database, file: SourceFile, offset: TextSize) -> Vec<Station> {
    let symbols = symbols_at(db, file, offset);
    symbols.iter().filter(|s| is_station(s)).filter_map(|s| station(db, s)).collect()
}

/// What leads to the station whose name is in a place.
pub fn incoming_calls(db: &Database, file: SourceFile, offset: TextSize) -> Vec<Call> {
    calls(db, file, offset, |edge, here| (edge.to == *here).then_some(&edge.from))
}

/// Where the station whose name is in a place leads.
pub fn outgoing_calls(db: &Database, file: SourceFile, offset: TextSize) -> Vec<Call> {
    calls(db, file, offset, |edge, here| (edge.from == *here).then_some(&edge.to))
}

/// The other ends of the steps at the station whose name is in a place.
fn calls(
    db: &Database,
    file: SourceFile,
    offset: TextSize,
    other: for<'e> fn(&'e Edge, &Symbol) -> Option<&'e Symbol>,
) -> Vec<Call> {
    let Some(here) = symbols_at(db, file, offset).into_iter().find(is_station) else { return Vec::new() };
    let mut calls = Vec::new();
    for edge in edges(db, &here) {
        if let Some(other) = other(&edge, &here) {
            add(db, &mut calls, other, edge.place);
        }
    }
    calls
}

fn add(db: &Database, calls: &mut Vec<Call>, other: &Symbol, place: FileRange) {
    if let Some(call) = calls.iter_mut().find(|c| c.station.symbol == *other) {
        call.ranges.push(place);
    } else if let Some(station) = station(db, other) {
        calls.push(Call { station, ranges: vec![place] });
    }
}

fn is_station(symbol: &Symbol) -> bool {
    matches!(symbol.kind(), Kind::Event | Kind::Rule | Kind::Workflow | Kind::Function)
}

fn station(db: &Database, symbol: &Symbol) -> Option<Station> {
    let (item, node) = declaration(db, symbol)?;
    let selection = index::definitions(db, symbol).first()?.range;
    let range = item.absolute(ast::trimmed_range(&node)).cover(selection);
    let container = symbol.parent().map(|p| p.name().to_owned());
    Some(Station {
        symbol: symbol.clone(),
        container,
        place: FileRange { file: symbol.file, range },
        selection,
    })
}

/// A step, with the name that makes it.
struct Edge {
    from: Symbol,
    to: Symbol,
    place: FileRange,
}

/// The steps that begin or end at a station: in the item that declares it, and in those that name it.
fn edges(db: &Database, station: &Symbol) -> Vec<Edge> {
    let mut places: Vec<(SourceFile, IndexedItem<'_>)> = Vec::new();
    places.extend(index::declaring_item(db, station).map(|item| (station.file, item)));
    for occurrence in index::occurrences(db, station) {
        let FileRange { file, range } = occurrence.place;
        places.extend(index::item_at(db, file, range.start()).map(|item| (file, item)));
    }
    let mut seen = BTreeSet::new();
    let mut edges = Vec::new();
    for (file, item) in places {
        if !seen.insert((file.path(db), item.item.start)) {
            continue;
        }
        let root = root(db, item.item);
        let entries = item.index.entries.iter().filter(|e| e.role == Role::Use);
        edges.extend(entries.filter_map(|e| edge(file, &item, &root, e)));
    }
    edges
}

fn edge(file: SourceFile, item: &IndexedItem<'_>, root: &SyntaxNode, entry: &Entry) -> Option<Edge> {
    let symbol = entry.symbol().filter(|s| is_station(s))?;
    let element = root.covering_element(entry.range);
    let place = FileRange { file, range: item.absolute(entry.range) };
    // A value of an event's payload is no step; a name in the logic of a rule, behind `emit`, of a call or in an option is.
    let step = element.ancestors().find_map(|n| match n.kind() {
        SyntaxKind::EVENT_REF => Some(Step::Triggers),
        SyntaxKind::EMIT_STMT => {
            ast::EmitStmt::cast(n)?.event().filter(|e| e.range() == entry.range).map(|_| Step::Calls)
        }
        SyntaxKind::CALL_EXPR | SyntaxKind::FIELD if symbol.kind() != Kind::Event => Some(Step::Calls),
        _ => None,
    })?;
    let declares = |n: SyntaxNode| {
        let name = match n.kind() {
            SyntaxKind::RULE | SyntaxKind::WORKFLOW => n.children().find(|c| c.kind() == SyntaxKind::NAME)?,
            _ => return None,
        };
        let range = ast::Name::cast(name)?.range();
        let defines = |e: &&Entry| e.role == Role::Definition && e.range == range;
        item.index.entries.iter().find(defines)?.symbol().cloned()
    };
    let container = element.ancestors().find_map(declares)?;
    Some(match step {
        Step::Triggers => Edge { from: symbol.clone(), to: container, place },
        Step::Calls => Edge { from: container, to: symbol.clone(), place },
    })
}

/// Which way a name leads: from the event to the rule around it, or from the rule or workflow to what it names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Triggers,
    Calls,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    const PROGRAM: &str = r#"
//- /main.efl
import { notify } from "lib.efl"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: { speed: int } { path: "/car" } }
  event seen: { speed: int }
  rule fast on car[speed > 5] { tell(speed: car.speed) }
  rule slow on car {
    dead-letter: report
    report(speed: car.speed)
  }
  rule later on seen { report(speed: seen.speed) }
  workflow tell(speed: int) {
    report(speed: speed)
    let x = notify(level: speed)
    emit seen { speed: speed }
    report(speed: x)
  }
  function report(speed: int) { image: "i:1" }
}
//- /lib.efl
function notify(level: int) -> int { image: "i:1" }
"#;

    fn check(piece: &str) -> String {
        assert_eq!(PROGRAM.matches(piece).count(), 1, "`{piece}` stands once");
        let (before, last) = piece.split_at(piece.len() - 1);
        let fixture = Fixture::new(&PROGRAM.replacen(piece, &format!("{before}<CURSOR>{last}"), 1));
        let (db, file, offset) = (&fixture.db, fixture.file, fixture.offset());
        let name = |s: &Station| format!("{} {}", s.symbol.kind().what(), s.symbol.name());
        let list = |calls: Vec<Call>| {
            let calls: Vec<String> =
                calls.iter().map(|c| format!("{} ({}×)", name(&c.station), c.ranges.len())).collect();
            calls.join(", ")
        };
        let stations: Vec<String> = prepare_call_hierarchy(db, file, offset).iter().map(name).collect();
        format!(
            "{}\n<- {}\n-> {}",
            stations.join(", "),
            list(incoming_calls(db, file, offset)),
            list(outgoing_calls(db, file, offset))
        )
    }

    #[test]
    fn from_an_event_to_its_functions_and_back() {
        assert_snapshot!(check("event car"), @"
        event car
        <- 
        -> rule fast (1×), rule slow (1×)
        ");
        assert_snapshot!(check("rule fast"), @"
        rule fast
        <- event car (1×)
        -> workflow tell (1×)
        ");
        assert_snapshot!(check("workflow tell"), @"
        workflow tell
        <- rule fast (1×)
        -> function report (2×), function notify (1×), event seen (1×)
        ");
        assert_snapshot!(check("function report"), @"
        function report
        <- rule slow (2×), rule later (1×), workflow tell (2×)
        ->
        ");
        assert_snapshot!(check("function notify"), @"
        function notify
        <- workflow tell (1×)
        ->
        ");
        assert_snapshot!(check("event seen"), @"
        event seen
        <- workflow tell (1×)
        -> rule later (1×)
        ");
        assert_snapshot!(check("rule later"), @"
        rule later
        <- event seen (1×)
        -> function report (1×)
        ");
    }
}
