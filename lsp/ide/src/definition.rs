//! Go to definition, and to the definition of a value's type.

use crate::syntax::{entries_at, symbols_at};
use efl_compiler::{
    db::{Database, SourceFile},
    index::{self, Entry, FileRange, Meaning, Symbol},
    types::Type,
};
use efl_grammar::{TextRange, TextSize};

/// Where the name in a place is declared; several places for a field of a union, or a name that means several things.
/// The path of an import leads to its file.
pub fn definition(db: &Database, file: SourceFile, offset: TextSize) -> Option<Definition> {
    let (item, entries) = entries_at(db, file, offset)?;
    let origin = item.absolute(entries.first()?.range);
    let mut targets = Vec::new();
    for entry in entries {
        match &entry.meaning {
            Meaning::Declared(symbol) => targets.extend(index::definitions(db, symbol)),
            Meaning::File(file) => targets.push(FileRange { file: *file, range: TextRange::default() }),
            _ => {}
        }
    }
    targets.dedup();
    (!targets.is_empty()).then_some(Definition { origin, targets })
}

/// Where the type of the value in a place is declared.
pub fn type_definition(db: &Database, file: SourceFile, offset: TextSize) -> Option<Definition> {
    let (item, entries) = entries_at(db, file, offset)?;
    let origin = item.absolute(entries.first()?.range);
    let mut owners = Vec::new();
    entries.iter().filter_map(|e: &&Entry| e.ty.as_ref()).for_each(|ty| owners_of(ty, &mut owners));
    // The name of a type is its own.
    owners.extend(symbols_at(db, file, offset).into_iter().filter(|s| s.kind() == index::Kind::Type));
    let mut targets: Vec<FileRange> = owners.iter().flat_map(|owner| index::definitions(db, owner)).collect();
    targets.dedup();
    (!targets.is_empty()).then_some(Definition { origin, targets })
}

/// Where the records of a type are written: the declaration they stand in.
fn owners_of(ty: &Type, found: &mut Vec<Symbol>) {
    match ty {
        Type::Record(record) => {
            if let Some(owner) = record.origin.owner()
                && !found.contains(owner)
            {
                found.push(owner.clone());
            }
        }
        Type::List(inner) | Type::Map(inner) => owners_of(inner, found),
        Type::Union(parts) => parts.iter().for_each(|part| owners_of(part, found)),
        _ => {}
    }
}

/// Where a name leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Definition {
    /// The name.
    pub origin: TextRange,
    /// Where it leads; the whole of a file is an empty range at its beginning.
    pub targets: Vec<FileRange>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    fn check(source: &str) -> String {
        let fixture = Fixture::new(source);
        let found = definition(&fixture.db, fixture.file, fixture.offset());
        found.map_or_else(|| "nothing".to_owned(), |d| fixture.underline(&d.targets))
    }

    fn check_type(source: &str) -> String {
        let fixture = Fixture::new(source);
        let found = type_definition(&fixture.db, fixture.file, fixture.offset());
        found.map_or_else(|| "nothing".to_owned(), |d| fixture.underline(&d.targets))
    }

    #[test]
    fn an_event_of_a_rule() {
        assert_snapshot!(check(
            r#"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: { speed: int } { path: "/car" } }
  rule r on ca<CURSOR>r[speed > 5] { f(car) }
  function f { image: "i:1" }
}
"#
        ), @r#"
        main.efl:3
            source s: webhook { event car: { speed: int } { path: "/car" } }
                                      ^^^
        "#);
    }

    #[test]
    fn a_field_of_a_payload_in_a_predicate() {
        assert_snapshot!(check(
            r#"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: { speed: int } { path: "/car" } }
  rule r on car[spe<CURSOR>ed > 5] { f(car) }
  function f { image: "i:1" }
}
"#
        ), @r#"
        main.efl:3
            source s: webhook { event car: { speed: int } { path: "/car" } }
                                             ^^^^^
        "#);
    }

    #[test]
    fn a_field_of_an_imported_type_through_an_alias() {
        assert_snapshot!(check(
            r#"
//- /main.efl
import { Car as Vehicle } from "types.efl"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: Vehicle { path: "/car" } }
  rule r on car as c { f(c.engine.pow<CURSOR>er) }
  function f(x: number) { image: "i:1" }
}
//- /types.efl
type Car = {
  plate: string
  engine: { power: number }
}
"#
        ), @"
        types.efl:3
            engine: { power: number }
                      ^^^^^
        ");
    }

    #[test]
    fn a_property_of_a_json_schema() {
        let of = |check: fn(&str) -> String, piece: &str| {
            check(&format!(
                r#"
//- /main.efl
type Reading = schema("reading.json")
workflow w(all: list<Reading>) {{ for r in all {{ f({piece}) }} }}
function f(zone: any) {{ image: "i:1" }}
//- /reading.json
{{ "type": "object", "properties": {{ "zone": {{ "type": "string" }},
  "place": {{ "type": "object", "properties": {{ "zone": {{ "type": "string" }} }} }} }} }}
"#
            ))
        };
        assert_snapshot!(of(check, "r.zo<CURSOR>ne"), @r#"
        reading.json:1
          { "type": "object", "properties": { "zone": { "type": "string" },
                                               ^^^^
        "#);
        assert_snapshot!(of(check, "r.place.zo<CURSOR>ne"), @r#"
        reading.json:2
            "place": { "type": "object", "properties": { "zone": { "type": "string" } } } } }
                                                          ^^^^
        "#);
        assert_snapshot!(of(check_type, "r<CURSOR>"), @r#"
        reading.json:1
          { "type": "object", "properties": { "zone": { "type": "string" },
          ^
        "#);
    }

    #[test]
    fn the_path_of_an_import() {
        assert_snapshot!(check(
            r#"
//- /main.efl
import { Car } from "ty<CURSOR>pes.efl"
//- /types.efl
type Car = { plate: string }
"#
        ), @"
        types.efl:1
          type Car = { plate: string }
          ^
        ");
    }

    #[test]
    fn a_let_and_what_it_calls_in_a_half_typed_workflow() {
        assert_snapshot!(check(
            r#"
workflow w(x: int) -> int {
  let a = f(x)
  if a.
  return a<CURSOR>
}
function f(x: int) -> int { image: "i:1" }
"#
        ), @"
        main.efl:2
            let a = f(x)
                ^
        ");
    }

    #[test]
    fn a_named_argument_is_the_parameter() {
        assert_snapshot!(check(
            r#"
workflow w(x: int) { f(amo<CURSOR>unt: x) }
function f(amount: int) { image: "i:1" }
"#
        ), @r#"
        main.efl:2
          function f(amount: int) { image: "i:1" }
                     ^^^^^^
        "#);
    }

    #[test]
    fn a_name_of_a_test_is_of_its_orchestrator() {
        assert_snapshot!(check(
            r#"
import { notify } from "lib.efl"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: { speed: int } { path: "/car" } }
  rule r on car { notify(level: car.speed) }
}
test "t" {
  send car { sp<CURSOR>eed: 3 }
  expect call notify { level: 3 }
}
//- /lib.efl
function notify(level: int) { image: "i:1" }
"#
        ), @r#"
        main.efl:4
            source s: webhook { event car: { speed: int } { path: "/car" } }
                                             ^^^^^
        "#);
    }

    #[test]
    fn a_cluster_and_a_metric_of_a_fleet() {
        let source = |a: &str, b: &str| {
            format!(
                r#"
//- /main.efl
import {{ edge }} from "fleet.efl"
orchestrator o {{
  namespace: "n"
  placement {{ clusters: [ed{a}ge], metric dep{b}th {{ weight: 1 }} }}
}}
//- /fleet.efl
fleet f {{
  domain: "d.example"
  cluster edge {{ gateway: "10.0.0.1:80" }}
  metric depth {{ query: "up", max: 5 }}
}}
"#
            )
        };
        assert_snapshot!(check(&source("<CURSOR>", "")), @r#"
        fleet.efl:3
            cluster edge { gateway: "10.0.0.1:80" }
                    ^^^^
        "#);
        assert_snapshot!(check(&source("", "<CURSOR>")), @r#"
        fleet.efl:4
            metric depth { query: "up", max: 5 }
                   ^^^^^
        "#);
    }

    #[test]
    fn the_type_of_a_value() {
        assert_snapshot!(check_type(
            r#"
type Car = { speed: int }
workflow w(cars: list<Car>) {
  for c in cars { f(c<CURSOR>) }
}
function f(x: Car) { image: "i:1" }
"#
        ), @"
        main.efl:1
          type Car = { speed: int }
               ^^^
        ");
    }

    #[test]
    fn nothing_for_what_is_nowhere() {
        assert_snapshot!(check("workflow w() { f(nobo<CURSOR>dy) }"), @"nothing");
        assert_snapshot!(check("param x: int = 1 // a comm<CURSOR>ent"), @"nothing");
    }
}
