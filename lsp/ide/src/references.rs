//! Find all references, and highlight those of the file.

use crate::{FileRange, syntax::symbols_at};
use efl_compiler::{
    db::{Database, SourceFile},
    index::{self, Occurrence, Role, Symbol},
};
use efl_grammar::{TextRange, TextSize};

/// Where the name in a place stands in the workspace, by file and place; its declaration too, if asked.
pub fn references(
    db: &Database,
    file: SourceFile,
    offset: TextSize,
    with_declaration: bool,
) -> Option<Vec<FileRange>> {
    let symbols = symbols_at(db, file, offset);
    let mut found: Vec<Occurrence> = symbols.iter().flat_map(|s| index::occurrences(db, s)).collect();
    found.retain(|o| with_declaration || o.role != Role::Definition);
    (!symbols.is_empty()).then(|| sorted(db, found.into_iter().map(|o| o.place)))
}

fn sorted(db: &Database, places: impl Iterator<Item = FileRange>) -> Vec<FileRange> {
    let mut places: Vec<FileRange> = places.collect();
    places.sort_by_key(|p| (p.file.path(db), p.range.start(), p.range.end()));
    places.dedup();
    places
}

/// A place of the name under the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Highlight {
    /// The place.
    pub range: TextRange,
    /// Whether the name is declared there (written), and not only read.
    pub is_definition: bool,
}

/// Where the name in a place stands in its file.
pub fn highlight(db: &Database, file: SourceFile, offset: TextSize) -> Option<Vec<Highlight>> {
    let symbols: Vec<Symbol> = symbols_at(db, file, offset);
    let mut found: Vec<Highlight> = symbols
        .iter()
        .flat_map(|symbol| index::occurrences_in(db, symbol, file))
        .map(|o| Highlight { range: o.place.range, is_definition: o.role != Role::Use })
        .collect();
    found.sort_by_key(|h| (h.range.start(), h.range.end()));
    found.dedup_by_key(|h| h.range);
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    fn check(source: &str) -> String {
        let fixture = Fixture::new(source);
        let found = references(&fixture.db, fixture.file, fixture.offset(), true);
        found.map_or_else(|| "nothing".to_owned(), |places| fixture.underline(&places))
    }

    fn check_highlight(source: &str) -> String {
        let fixture = Fixture::new(source);
        let found = highlight(&fixture.db, fixture.file, fixture.offset()).unwrap_or_default();
        let place = |h: &Highlight| {
            let words = if h.is_definition { "definition" } else { "" };
            (FileRange { file: fixture.file, range: h.range }, words.to_owned())
        };
        fixture.underline_with(found.iter().map(place))
    }

    #[test]
    fn an_event_in_rules_bodies_and_tests() {
        assert_snapshot!(check(
            r#"
orchestrator o {
  namespace: "n"
  source s: webhook { event ca<CURSOR>r: { speed: int } { path: "/car" } }
  rule a on car { f(x: car.speed) }
  rule b on s.car as c { f(x: c.speed) }
  function f(x: int) { image: "i:1" }
}
test "t" { send car { speed: 3 } }
"#
        ), @r#"
        main.efl:3
            source s: webhook { event car: { speed: int } { path: "/car" } }
                                      ^^^
        main.efl:4
            rule a on car { f(x: car.speed) }
                      ^^^
        main.efl:4
            rule a on car { f(x: car.speed) }
                                 ^^^
        main.efl:5
            rule b on s.car as c { f(x: c.speed) }
                        ^^^
        main.efl:8
          test "t" { send car { speed: 3 } }
                          ^^^
        "#);
    }

    #[test]
    fn a_field_everywhere_a_value_of_the_type_is() {
        assert_snapshot!(check(
            r#"
//- /main.efl
import { Car } from "types.efl"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: Car { path: "/car" } }
  event seen: { car: Car }
  rule a on car[speed > 5] by spe<CURSOR>ed {
    once-per: speed every 5s
    w(car: car)
    emit seen { car: { plate: car.plate, speed: 3 } }
  }
  workflow w(car: Car) {
    let x = car.speed
    f("${x}${car["speed"]}")
  }
  function f(x: string) { image: "i:1" }
}
test "t" {
  send car { speed: 3 }
  expect emit seen { car: { speed: 3 } }
}
//- /types.efl
type Car = { plate: string, speed: int }
"#
        ), @r#"
        main.efl:6
            rule a on car[speed > 5] by speed {
                          ^^^^^
        main.efl:6
            rule a on car[speed > 5] by speed {
                                        ^^^^^
        main.efl:7
              once-per: speed every 5s
                        ^^^^^
        main.efl:9
              emit seen { car: { plate: car.plate, speed: 3 } }
                                                   ^^^^^
        main.efl:12
              let x = car.speed
                          ^^^^^
        main.efl:13
              f("${x}${car["speed"]}")
                            ^^^^^
        main.efl:18
            send car { speed: 3 }
                       ^^^^^
        main.efl:19
            expect emit seen { car: { speed: 3 } }
                                      ^^^^^
        types.efl:1
          type Car = { plate: string, speed: int }
                                      ^^^^^
        "#);
    }

    #[test]
    fn a_function_across_files_and_aliases() {
        assert_snapshot!(check(
            r#"
//- /lib.efl
function noti<CURSOR>fy(level: int) { image: "i:1" }
workflow twice(x: int) { notify(level: x) notify(level: x) }
//- /a.efl
import { notify } from "lib.efl"
workflow w(x: int) { notify(level: x) }
//- /b.efl
import { notify as tell } from "lib.efl"
workflow w(x: int) { tell(level: x) }
//- /c.efl
// This notify is another one.
function notify(level: int) { image: "i:1" }
"#
        ), @r#"
        a.efl:1
          import { notify } from "lib.efl"
                   ^^^^^^
        a.efl:2
          workflow w(x: int) { notify(level: x) }
                               ^^^^^^
        b.efl:1
          import { notify as tell } from "lib.efl"
                   ^^^^^^
        b.efl:1
          import { notify as tell } from "lib.efl"
                             ^^^^
        b.efl:2
          workflow w(x: int) { tell(level: x) }
                               ^^^^
        lib.efl:1
          function notify(level: int) { image: "i:1" }
                   ^^^^^^
        lib.efl:2
          workflow twice(x: int) { notify(level: x) notify(level: x) }
                                   ^^^^^^
        lib.efl:2
          workflow twice(x: int) { notify(level: x) notify(level: x) }
                                                    ^^^^^^
        "#);
    }

    #[test]
    fn a_property_of_a_json_schema() {
        assert_snapshot!(check(
            r#"
//- /main.efl
type Reading = schema("reading.json")
workflow w(r: Reading) { f(r.zo<CURSOR>ne) }
function f(zone: any) { image: "i:1" }
workflow x() { w({ zone: "north" }) }
//- /reading.json
{ "type": "object", "properties": { "zone": { "type": "string" } }, "required": ["zone"] }
"#
        ), @r#"
        main.efl:2
          workflow w(r: Reading) { f(r.zone) }
                                       ^^^^
        main.efl:4
          workflow x() { w({ zone: "north" }) }
                             ^^^^
        reading.json:1
          { "type": "object", "properties": { "zone": { "type": "string" } }, "required": ["zone"] }
                                               ^^^^
        "#);
    }

    #[test]
    fn locals_of_one_name_are_told_apart() {
        assert_snapshot!(check_highlight(
            r#"
workflow w(xs: list<int>) {
  for x in xs { f(x<CURSOR>) }
  for x in xs { f(x) }
}
function f(x: int) { image: "i:1" }
"#
        ), @"
        main.efl:2
            for x in xs { f(x) }
                ^ definition
        main.efl:2
            for x in xs { f(x) }
                            ^
        ");
    }

    #[test]
    fn a_param_and_a_cluster() {
        assert_snapshot!(check(
            r#"
param lim<CURSOR>it: int = 5
param twice: int = limit * 2
workflow w(x: int) { if x > limit { f(x) } }
function f(x: int) { image: "i:1" }
"#
        ), @"
        main.efl:1
          param limit: int = 5
                ^^^^^
        main.efl:2
          param twice: int = limit * 2
                             ^^^^^
        main.efl:3
          workflow w(x: int) { if x > limit { f(x) } }
                                      ^^^^^
        ");
        assert_snapshot!(check(
            r#"
//- /main.efl
import { edge } from "fleet.efl"
orchestrator o {
  namespace: "n"
  placement { clusters: [ed<CURSOR>ge], pin events: [edge] }
}
test "t" {
  set edge { cpu: 90% }
  expect placed on [edge]
}
//- /fleet.efl
fleet f { domain: "d.example", cluster edge { gateway: "10.0.0.1:80" } }
"#
        ), @r#"
        fleet.efl:1
          fleet f { domain: "d.example", cluster edge { gateway: "10.0.0.1:80" } }
                                                 ^^^^
        main.efl:1
          import { edge } from "fleet.efl"
                   ^^^^
        main.efl:4
            placement { clusters: [edge], pin events: [edge] }
                                   ^^^^
        main.efl:4
            placement { clusters: [edge], pin events: [edge] }
                                                       ^^^^
        main.efl:7
            set edge { cpu: 90% }
                ^^^^
        main.efl:8
            expect placed on [edge]
                              ^^^^
        "#);
    }
}
