//! Rename: a name wherever it stands, in every file; and the imports that a moved file needs.

use crate::{
    FileEdit, FileRange,
    syntax::{entries_at, roots, symbols_at},
};
use efl_compiler::{
    db::{Database, SourceFile, Workspace},
    index::{self, Entry, IndexedItem, Kind, Meaning, Names, Symbol},
    names, system,
    types::TypeTable,
};
use efl_grammar::{
    TextRange, TextSize,
    ast::{self, AstNode},
};

/// Why something cannot be renamed, for a person.
pub type Refusal = String;

/// The name in a place, if it can be renamed.
pub fn prepare_rename(db: &Database, file: SourceFile, offset: TextSize) -> Result<TextRange, Refusal> {
    let (item, entries) = entries_at(db, file, offset).ok_or("there is no name here")?;
    let entry = entries.first().ok_or("there is no name here")?;
    let name = &item.item.text.text(db)[entry.range];
    let what = match &entry.meaning {
        Meaning::Declared(symbol) if symbol.is_of_schema(db) => {
            format!("a property of {}: rename it there", symbol.file.path(db))
        }
        Meaning::Declared(_) => return Ok(item.absolute(entry.range)),
        Meaning::File(_) => "the path of a file: rename the file instead".to_owned(),
        Meaning::BuiltInType | Meaning::Builtin(_) | Meaning::Form | Meaning::Meta => "built in".to_owned(),
        Meaning::ForeignField(_) => "a field of a type that no file here declares".to_owned(),
        Meaning::OpenKey => "a key that only the outside knows".to_owned(),
        _ => "a word of the language".to_owned(),
    };
    Err(format!("`{name}` is {what}"))
}

/// Gives the name in a place another one wherever it stands. Refused when that would change what anything means.
pub fn rename(
    db: &Database,
    file: SourceFile,
    offset: TextSize,
    new_name: &str,
) -> Result<Vec<FileEdit>, Refusal> {
    let range = prepare_rename(db, file, offset)?;
    let text = file.text(db).unwrap_or_default();
    let old = &text[range];
    if old == new_name {
        return Ok(Vec::new());
    }
    let symbols = symbols_at(db, file, offset);
    // The name that an import gives is of its file alone.
    let aliased = symbols.iter().all(|s| s.name() != old);
    let renaming = Renaming { db, symbols: together(db, symbols), new_name };
    if let Some(foreign) = renaming.symbols.iter().find(|s| s.is_of_schema(db)) {
        return Err(format!("`{old}` is also a property of {}: rename it there", foreign.file.path(db)));
    }
    renaming.check_name()?;
    let mut places = renaming.places();
    places.retain(|p| p.text(db) == old && (!aliased || p.at.file == file));
    for place in &places {
        renaming.check_place(place)?;
    }
    let mut edits: Vec<FileEdit> =
        places.iter().map(|p| p.at).map(|place| FileEdit { place, text: new_name.to_owned() }).collect();
    edits.sort_by_key(|e| (e.place.file.path(db), e.place.range.start()));
    edits.dedup();
    Ok(edits)
}

/// The param whose name stands in a place, if no other param has the name: outside of programs it is known by that alone.
pub fn param(db: &Database, file: SourceFile, offset: TextSize) -> Option<String> {
    let symbols = symbols_at(db, file, offset);
    let param = symbols.iter().find(|symbol| symbol.kind() == Kind::Param)?;
    let files = Workspace::get(db).files(db).values();
    let declared = files.filter(|file| {
        names::exports(db, **file)
            .find(param.name(), |decl| matches!(decl, names::Decl::Param { .. }))
            .is_some()
    });
    (declared.count() == 1).then(|| param.name().to_owned())
}

/// What must have one name: a field read from a union is a field of each of its parts, and an import brings all that has
/// a name.
fn together(db: &Database, symbols: Vec<Symbol>) -> Vec<Symbol> {
    let mut all = symbols;
    let mut next = 0;
    while next < all.len() {
        let symbol = all[next].clone();
        next += 1;
        for occurrence in index::occurrences(db, &symbol) {
            let place = occurrence.place;
            let Some(item) = index::item_at(db, place.file, place.range.start()) else { continue };
            let same = |e: &&Entry| item.absolute(e.range) == place.range;
            for entry in item.index.entries.iter().filter(same) {
                if let Some(other) = entry.symbol()
                    && !all.contains(other)
                {
                    all.push(other.clone());
                }
            }
        }
    }
    all
}

/// Names that must differ from each other where both are visible.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Value,
    Type,
    Callable,
    Source,
    Event,
    Rule,
    Cluster,
    Other(Kind),
}

fn space(kind: Kind) -> Space {
    match kind {
        Kind::Param | Kind::Let | Kind::Loop | Kind::Alias | Kind::Parameter => Space::Value,
        Kind::Type => Space::Type,
        Kind::Function | Kind::Workflow => Space::Callable,
        Kind::Source => Space::Source,
        Kind::Event => Space::Event,
        Kind::Rule => Space::Rule,
        Kind::Cluster => Space::Cluster,
        kind => Space::Other(kind),
    }
}

/// Whether one of them hides the other, or is declared beside it.
fn clash(a: &Symbol, b: &Symbol) -> bool {
    if a == b || space(a.kind()) != space(b.kind()) {
        return false;
    }
    let (outer, inner) = (a.parent(), b.parent());
    match (&outer, &inner) {
        // Of the file, and visible everywhere in it.
        (None, _) | (_, None) => true,
        // The parameters of two functions, the fields of two types and the events of two sources have nothing to do with
        // each other.
        _ if matches!(a.kind(), Kind::Field | Kind::Parameter | Kind::Event | Kind::Metric) => outer == inner,
        (Some(a), Some(b)) => a == b,
    }
}

struct Renaming<'a> {
    db: &'a Database,
    symbols: Vec<Symbol>,
    new_name: &'a str,
}

/// Where a name stands.
struct Place<'db> {
    at: FileRange,
    item: IndexedItem<'db>,
    symbol: Symbol,
}

impl<'db> Place<'db> {
    fn text(&self, db: &'db Database) -> &'db str {
        let start = TextSize::from(self.item.item.start);
        &self.item.item.text.text(db)[self.at.range - start]
    }
}

impl<'a> Renaming<'a> {
    fn check_name(&self) -> Result<(), Refusal> {
        let name = self.new_name;
        for symbol in &self.symbols {
            if let Some(problem) = index::name_problem(symbol.kind(), name) {
                return Err(problem);
            }
        }
        Ok(())
    }

    fn places(&self) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        for symbol in &self.symbols {
            for occurrence in index::occurrences(self.db, symbol) {
                let place = occurrence.place;
                if let Some(item) = index::item_at(self.db, place.file, place.range.start()) {
                    places.push(Place { at: place, item, symbol: symbol.clone() });
                }
            }
        }
        places
    }

    fn is_renamed(&self, symbol: &Symbol) -> bool {
        self.symbols.contains(symbol)
    }

    /// Refuses a name that means something else where this one stands.
    fn check_place(&self, place: &Place<'_>) -> Result<(), Refusal> {
        let file = place.at.file;
        let taken = |other: &Symbol| {
            let (what, home) = (a(other.kind().what()), other.file.path(self.db));
            Err(format!("`{}` is already {what} in {home}", self.new_name))
        };
        // What the file declares or imports.
        if place.symbol.kind() != Kind::Field
            && let Some(bindings) = names::file_scope(self.db, file).bindings.get(self.new_name)
        {
            for binding in bindings {
                let other = Symbol::of(binding);
                if !self.is_renamed(&other) && clash(&place.symbol, &other) {
                    return taken(&other);
                }
            }
        }
        let text = place.item.item.text.text(self.db);
        let here = |e: &&Entry| &text[e.range] == self.new_name;
        for entry in place.item.index.entries.iter().filter(here) {
            if let Some(other) = entry.symbol()
                && !self.is_renamed(other)
                && clash(&place.symbol, other)
            {
                return taken(other);
            }
        }
        self.check_predicates(place)
    }

    /// Refuses to let a field of a predicate's event and another value there take each other's name.
    fn check_predicates(&self, place: &Place<'_>) -> Result<(), Refusal> {
        let relative = place.at.range - TextSize::from(place.item.item.start);
        let text = place.item.item.text.text(self.db);
        for visible in &place.item.index.visible {
            let Names::Own { payload, .. } = &visible.names else { continue };
            if !visible.range.contains_range(relative) {
                continue;
            }
            let has_field = TypeTable::default().fields(payload).iter().any(|f| *f.name == *self.new_name);
            let hidden =
                |e: &&Entry| visible.range.contains_range(e.range) && &text[e.range] == self.new_name;
            if has_field && place.symbol.kind() != Kind::Field {
                return Err(format!(
                    "`{}` is a field of the event in a predicate that reads this",
                    self.new_name
                ));
            }
            if place.symbol.kind() == Kind::Field
                && let Some(entry) = place.item.index.entries.iter().find(hidden)
                && entry.symbol().is_none_or(|s| s.kind() != Kind::Field)
            {
                return Err(format!(
                    "`{}` means something else in a predicate with this field",
                    self.new_name
                ));
            }
        }
        Ok(())
    }
}

fn a(what: &str) -> String {
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {what}")
}

/// The edits that keep every path right when files move: (from, to), files or folders, as workspace paths. The paths of
/// the moved files' own imports change too.
pub fn rename_files(db: &Database, moves: &[(String, String)]) -> Vec<FileEdit> {
    let moved = |path: &str| -> String {
        let target = moves.iter().find_map(|(from, to)| {
            let rest = path.strip_prefix(from.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
        });
        target.unwrap_or_else(|| path.to_owned())
    };
    let mut edits = Vec::new();
    for (path, file) in Workspace::get(db).files(db) {
        let home = moved(path);
        for (place, written) in paths(db, *file) {
            let Some(target) = system::resolve(path, &written) else { continue };
            let goal = moved(&target);
            if goal == target && home == **path {
                continue;
            }
            let text = relative(&home, &goal);
            if system::resolve(&home, &written).as_deref() != Some(&*goal) {
                edits.push(FileEdit { place, text });
            }
        }
    }
    edits
}

/// The paths that a file names, without their quotes.
fn paths(db: &Database, file: SourceFile) -> Vec<(FileRange, String)> {
    let mut found = Vec::new();
    for (start, root) in roots(db, file) {
        for node in root.descendants() {
            let path = ast::Import::cast(node.clone())
                .and_then(|i| i.path())
                .or_else(|| ast::TySchema::cast(node).and_then(|s| s.path()));
            let Some(text) = path.as_ref().and_then(|p| Some((p.range(), p.plain()?))) else { continue };
            let (range, written) = text;
            if range.len() < TextSize::new(2) {
                continue;
            }
            let inner = TextRange::new(range.start() + TextSize::new(1), range.end() - TextSize::new(1));
            found.push((FileRange { file, range: inner + start }, written));
        }
    }
    found
}

/// The path of a file as one beside another writes it.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folder = &from[..from.len().saturating_sub(1)];
    let common = folder.iter().zip(&to[..to.len().saturating_sub(1)]).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - common);
    up.chain(to[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    /// The files after renaming what is at the cursor.
    fn check(source: &str, new_name: &str) -> String {
        let fixture = Fixture::new(source);
        match rename(&fixture.db, fixture.file, fixture.offset(), new_name) {
            Ok(edits) => fixture.applied(&edits),
            Err(refusal) => format!("refused: {refusal}"),
        }
    }

    #[test]
    fn a_type_and_its_imports() {
        assert_snapshot!(check(
            r#"
//- /main.efl
import { Car } from "types.efl"
workflow w(car: Car) { f(car) }
function f(x: list<C<CURSOR>ar>) { image: "i:1" }
//- /other.efl
import { Car as Vehicle } from "types.efl"
function g(x: Vehicle) { image: "i:1" }
//- /types.efl
type Car = { plate: string }
type Fleet = list<Car>
"#, "Vehicle2"
        ), @r#"
        //- /main.efl
        import { Vehicle2 } from "types.efl"
        workflow w(car: Vehicle2) { f(car) }
        function f(x: list<Vehicle2>) { image: "i:1" }
        //- /other.efl
        import { Vehicle2 as Vehicle } from "types.efl"
        function g(x: Vehicle) { image: "i:1" }
        //- /types.efl
        type Vehicle2 = { plate: string }
        type Fleet = list<Vehicle2>
        "#);
    }

    #[test]
    fn the_name_that_an_import_gives_is_of_its_file() {
        assert_snapshot!(check(
            r#"
//- /main.efl
import { Car as Vehicle } from "types.efl"
function g(x: Veh<CURSOR>icle) { image: "i:1" }
//- /types.efl
type Car = { plate: string }
"#, "Auto"
        ), @r#"
        //- /main.efl
        import { Car as Auto } from "types.efl"
        function g(x: Auto) { image: "i:1" }
        "#);
    }

    #[test]
    fn a_field_of_a_union_is_a_field_of_its_parts() {
        assert_snapshot!(check(
            r#"
type A = { id: string, a: int }
type B = { id: string, b: int }
workflow w(x: A | B, y: A) { f(x.id) f(y.i<CURSOR>d) }
function f(x: string) { image: "i:1" }
"#, "key"
        ), @r#"
        //- /main.efl
        type A = { key: string, a: int }
        type B = { key: string, b: int }
        workflow w(x: A | B, y: A) { f(x.key) f(y.key) }
        function f(x: string) { image: "i:1" }
        "#);
    }

    #[test]
    fn an_event_but_not_its_alias() {
        assert_snapshot!(check(
            r#"
orchestrator o {
  namespace: "n"
  source s: webhook { event car: { speed: int } { path: "/car" } }
  rule a on c<CURSOR>ar[speed > 3] as car { f(x: car.speed) }
  rule b on car { f(x: car.speed) }
  function f(x: int) { image: "i:1" }
}
"#, "vehicle"
        ), @r#"
        //- /main.efl
        orchestrator o {
          namespace: "n"
          source s: webhook { event vehicle: { speed: int } { path: "/car" } }
          rule a on vehicle[speed > 3] as car { f(x: car.speed) }
          rule b on vehicle { f(x: vehicle.speed) }
          function f(x: int) { image: "i:1" }
        }
        "#);
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let of = |name: &str| {
            check(
                r#"
param limit: int = 3
workflow w(amount: int) {
  let to<CURSOR>tal = amount + limit
  for each in [1] { f(x: total, y: each) }
}
function f(x: int, y: int) { image: "i:1" }
"#,
                name,
            )
        };
        assert_snapshot!(of("amount"), @"refused: `amount` is already a parameter in main.efl");
        assert_snapshot!(of("limit"), @"refused: `limit` is already a param in main.efl");
        assert_snapshot!(of("each"), @"refused: `each` is already a loop variable in main.efl");
        assert_snapshot!(of("no good"), @"refused: `no good` is no name");
        assert_snapshot!(of("f"), @r#"
        //- /main.efl
        param limit: int = 3
        workflow w(amount: int) {
          let f = amount + limit
          for each in [1] { f(x: f, y: each) }
        }
        function f(x: int, y: int) { image: "i:1" }
        "#);
    }

    #[test]
    fn a_function_needs_a_kubernetes_name() {
        assert_snapshot!(check("function no<CURSOR>tify { image: \"i:1\" }", "Notify"), @"refused: `Notify` becomes part of a Kubernetes name: functions are named in kebab-case (a-z, 0-9, `-`)");
        assert_snapshot!(check("function no<CURSOR>tify { image: \"i:1\" }\nworkflow tell() { notify() }", "tell"), @"refused: `tell` is already a workflow in main.efl");
    }

    #[test]
    fn a_param_does_not_become_a_field_of_a_predicate() {
        assert_snapshot!(check(
            r#"
param li<CURSOR>mit: int = 3
orchestrator o {
  namespace: "n"
  source s: webhook { event car: { speed: int } { path: "/car" } }
  rule a on car[speed > limit] { f(x: car.speed) }
  function f(x: int) { image: "i:1" }
}
"#, "speed"
        ), @"refused: `speed` is a field of the event in a predicate that reads this");
    }

    #[test]
    fn what_is_built_in_keeps_its_name() {
        let prepare = |source: &str| {
            let fixture = Fixture::new(source);
            prepare_rename(&fixture.db, fixture.file, fixture.offset())
                .map_or_else(|refusal| refusal, |_| "possible".to_owned())
        };
        assert_snapshot!(prepare("param x: in<CURSOR>t = 3"), @"`int` is built in");
        assert_snapshot!(prepare("param x: int = le<CURSOR>n(\"a\")"), @"`len` is built in");
        assert_snapshot!(prepare("function f { ima<CURSOR>ge: \"i:1\" }"), @"`image` is a word of the language");
        assert_snapshot!(
            prepare("//- /main.efl\nimport { R } from \"r.efl\"\nworkflow w(r: R) { f(r.i<CURSOR>d) }\n//- /r.efl\ntype R = schema(\"r.json\")\n//- /r.json\n{ \"properties\": { \"id\": {} } }"),
            @"`id` is a property of r.json: rename it there"
        );
        assert_snapshot!(prepare("// a comm<CURSOR>ent"), @"there is no name here");
        assert_snapshot!(prepare("param <CURSOR>x: int"), @"possible");
    }

    #[test]
    fn a_moved_file_keeps_its_imports() {
        let fixture = Fixture::new(
            r#"
//- /main.efl
import { Car } from "shared/types.efl"
//- /shared/types.efl
import { Id } from "id.efl"
type Car = { id: Id, more: schema("../car.json") }
//- /shared/id.efl
type Id = string
//- /car.json
{}
"#,
        );
        let moved = |from: &str, to: &str| {
            let edits = rename_files(&fixture.db, &[(from.to_owned(), to.to_owned())]);
            fixture.applied(&edits)
        };
        assert_snapshot!(moved("shared/types.efl", "types/car.efl"), @r#"
        //- /main.efl
        import { Car } from "types/car.efl"
        //- /shared/types.efl
        import { Id } from "../shared/id.efl"
        type Car = { id: Id, more: schema("../car.json") }
        "#);
        assert_snapshot!(moved("shared", "lib/common"), @r#"
        //- /main.efl
        import { Car } from "lib/common/types.efl"
        //- /shared/types.efl
        import { Id } from "id.efl"
        type Car = { id: Id, more: schema("../../car.json") }
        "#);
    }
}
