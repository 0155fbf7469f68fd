//! The result after any edits is the result from scratch, and an edit re-checks what it concerns and nothing else.

mod common;

use common::program::{FLEET, plan};
use efl_compiler::{
    compile::{self, Options},
    db::Database,
    diag::Diagnostic,
    diag::Level,
    index, ir, project,
    system::MemorySystem,
    yaml,
};
use proptest::{prelude::*, sample::Index};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

/// Everything a workspace says: the diagnostics, orchestrators and resources of each file.
#[derive(PartialEq, Debug, Default)]
struct Said {
    diagnostics: BTreeMap<Arc<str>, Vec<Diagnostic>>,
    orchestrators: BTreeMap<Arc<str>, Vec<ir::Orchestrator>>,
    resources: String,
    names: BTreeMap<Arc<str>, Vec<String>>,
}

/// The names of an item with what they mean, without the numbers that a database gives files.
fn names(db: &Database, item: &index::IndexedItem<'_>) -> Vec<String> {
    let name = |entry: &index::Entry| {
        let means = match entry.symbol() {
            Some(symbol) => format!("{} {:?}", symbol.file.path(db), symbol.path()),
            None => format!("{:?}", std::mem::discriminant(&entry.meaning)),
        };
        let ty = entry.ty.as_ref().map(ToString::to_string);
        format!("{:?} {:?} {means}: {ty:?}", item.absolute(entry.range), entry.role)
    };
    item.index.entries.iter().map(name).collect()
}

fn said(db: &Database) -> Said {
    let mut said = Said::default();
    for (path, file) in db.workspace().files(db) {
        let orchestrators = project::orchestrators(db, *file);
        if !project::has_errors(db, *file) {
            for orc in &orchestrators {
                for resource in compile::resources(orc, &Options::default()).unwrap_or_default() {
                    yaml::write(&mut said.resources, &resource).expect("it has a YAML form");
                }
            }
        }
        said.diagnostics.insert(path.clone(), project::diagnostics(db, *file));
        let indexed = index::indexed(db, *file);
        said.names.insert(path.clone(), indexed.flat_map(|item| names(db, &item)).collect());
        said.orchestrators.insert(path.clone(), orchestrators);
    }
    said
}

/// A workspace that is edited, and notes the queries that run.
struct Edited {
    db: Database,
    system: MemorySystem,
    ran: Arc<Mutex<Vec<String>>>,
}

impl Edited {
    fn new(files: &[(&str, &str)], roots: &[&str]) -> Self {
        let ran = Arc::new(Mutex::new(Vec::new()));
        let log = ran.clone();
        let db =
            Database::observed(move |query| log.lock().expect("no test panics in it").push(query.to_owned()));
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(*text)));
        let mut edited = Self { db, system: MemorySystem { files: files.collect() }, ran };
        for root in roots {
            edited.db.open(&edited.system, root);
        }
        edited
    }

    /// Gives a file a text, or takes it away.
    fn set(&mut self, path: &str, text: Option<String>) {
        let text: Option<Arc<str>> = text.map(Arc::from);
        match &text {
            Some(text) => self.system.files.insert(path.to_owned(), text.clone()),
            None => self.system.files.remove(path),
        };
        self.db.edit(&self.system, path, text);
    }

    /// The queries that run when everything is asked for.
    fn runs(&self) -> Vec<String> {
        self.ran.lock().expect("no test panics in it").clear();
        said(&self.db);
        std::mem::take(&mut self.ran.lock().expect("no test panics in it"))
    }

    /// How many items are checked again after one part of a file is replaced.
    fn checks(&mut self, path: &str, old: &str, new: &str) -> usize {
        self.reruns(path, old, new, "check_item")
    }

    /// How many items an editor reads again.
    fn indexes(&mut self, path: &str, old: &str, new: &str) -> usize {
        self.reruns(path, old, new, "index_item")
    }

    fn reruns(&mut self, path: &str, old: &str, new: &str, query: &str) -> usize {
        let text = self.system.files[path].clone();
        assert_eq!(text.matches(old).count(), 1, "`{old}` stands once in {path}");
        self.runs();
        self.set(path, Some(text.replacen(old, new, 1)));
        let ran = self.runs();
        self.is_as_from_scratch();
        ran.iter().filter(|ran| *ran == query).count()
    }

    fn is_as_from_scratch(&self) {
        let fresh = Database::load(&self.system, self.db.roots());
        let (after, fresh) = (said(&self.db), said(&fresh));
        assert!(
            after == fresh,
            "after edits:\n{after:#?}\nfrom scratch:\n{fresh:#?}\nof\n{:#?}",
            self.system
        );
    }
}

const MAIN: &str = r#"import { Car, Door } from "types.efl"
import { alert } from "functions.efl"

param limit: int = 50

// Nobody else uses this.
function record(car: Car) { image: "registry.example/record:1.0" }

orchestrator first {
  namespace: "n"
  engine: argo
  source roadside: webhook {
    port: 12000
    auth: secret("roadside", "token")
    event car: Car { path: "/car" }
  }
  rule fast on car[speed > limit] { alert(plate: car.plate) }
}

orchestrator second {
  namespace: "n"
  engine: argo
  source gate: webhook {
    port: 12001
    auth: secret("gate", "token")
    event door: Door { path: "/door" }
    event car: Car { path: "/car" }
  }
  rule open on door[open] and car { record(car: car) }
}
"#;

const TYPES: &str = r"type Car = { plate: string, speed: number }

type Door = { open: bool }
";

const FUNCTIONS: &str = r#"function alert(plate: string) { image: "registry.example/alert:1.0" }

function other { image: "registry.example/other:1.0" }
"#;

fn workspace() -> Edited {
    let mut edited =
        Edited::new(&[("main.efl", MAIN), ("types.efl", TYPES), ("functions.efl", FUNCTIONS)], &["main.efl"]);
    let found = said(&edited.db).diagnostics.into_values().flatten();
    let errors: Vec<_> = found.filter(|d| d.level == Level::Error).map(|d| d.message).collect();
    assert!(errors.is_empty(), "{errors:?}");
    // The first edit of all tells the database that anything may change.
    edited.checks("main.efl", "Nobody", "No one");
    edited
}

#[test]
fn an_edit_checks_its_own_item() {
    let mut edited = workspace();
    assert_eq!(edited.checks("main.efl", "speed > limit", "speed > 60"), 1);
    assert_eq!(edited.checks("main.efl", "speed > 60", "speed >"), 1, "a mistake");
    assert_eq!(edited.checks("main.efl", "speed >]", "speed > limit]"), 0, "and its correction: known");
    assert_eq!(edited.checks("main.efl", "door[open]", "door[not open]"), 1);
}

#[test]
fn an_edit_indexes_its_own_item() {
    let mut edited = workspace();
    assert_eq!(edited.indexes("main.efl", "speed > limit", "speed > 60"), 1);
    assert_eq!(edited.indexes("main.efl", "door[open]", "door[not open]"), 1);
    assert_eq!(edited.indexes("functions.efl", "other:1.0", "other:1.1"), 1);
    assert_eq!(edited.indexes("main.efl", "orchestrator first", "// A comment.\n\norchestrator first"), 0);
}

#[test]
fn who_compiles_indexes_nothing() {
    let edited = workspace();
    let ran = Arc::new(Mutex::new(Vec::new()));
    let log = ran.clone();
    let mut db =
        Database::observed(move |query| log.lock().expect("no test panics in it").push(query.to_owned()));
    let file = db.open(&edited.system, "main.efl");
    assert!(!project::has_errors(&db, file));
    let orchestrators = project::orchestrators(&db, file);
    assert!(orchestrators.iter().all(|orc| compile::resources(orc, &Options::default()).is_ok()));
    assert!(!ran.lock().expect("no test panics in it").iter().any(|query| query == "index_item"));
}

#[test]
fn an_edit_checks_who_uses_the_value() {
    let mut edited = workspace();
    assert_eq!(
        edited.checks("main.efl", "record:1.0", "record:1.1"),
        2,
        "the function, and its orchestrator"
    );
    assert_eq!(edited.checks("main.efl", "= 50", "= 55"), 2, "the param, and its orchestrator");
}

#[test]
fn an_edit_of_another_file_checks_nothing_here() {
    let mut edited = workspace();
    assert_eq!(edited.checks("functions.efl", "other:1.0", "other:1.1"), 1, "the item alone");
    assert_eq!(edited.checks("functions.efl", "alert:1.0", "alert:1.1"), 2, "the item, and who compiles it");
}

#[test]
fn a_comment_between_items_checks_nothing() {
    let mut edited = workspace();
    assert_eq!(edited.checks("main.efl", "orchestrator first", "// A comment.\n\norchestrator first"), 0);
    assert_eq!(edited.checks("main.efl", "import { Car", "\n/* The first\n   line. */\nimport { Car"), 0);
    assert_eq!(edited.checks("types.efl", "type Door", "\n// Of a house.\ntype Door"), 0);
}

#[test]
fn items_that_change_places_are_not_checked() {
    let mut edited = workspace();
    assert_eq!(edited.checks("functions.efl", FUNCTIONS, &swapped_halves(FUNCTIONS)), 0);
}

/// The text with the part behind its first empty line in front.
fn swapped_halves(text: &str) -> String {
    let (first, second) = text.split_once("\n\n").expect("two parts");
    format!("{second}\n{first}\n")
}

#[test]
fn what_is_no_longer_imported_is_gone() {
    let user = "import { alert } from \"main.efl\"\n\norchestrator o { namespace: \"n\", engine: argo }\n";
    let main = "import { Car } from \"user.efl\"\n\nfunction alert { image: \"a.example/a:1\" }\n\norchestrator p { namespace: \"n\", engine: argo }\n";
    let mut edited = Edited::new(&[("main.efl", main), ("user.efl", user)], &["main.efl"]);
    edited.checks("main.efl", "import { Car } from \"user.efl\"\n", "");
    assert!(edited.db.file("user.efl").is_none());
    edited.checks("main.efl", "\nfunction", "import { o } from \"user.efl\"\nfunction");
    assert!(edited.db.file("user.efl").is_some());
}

/// A workspace to begin with: the files of an example.
#[derive(Clone, Debug)]
struct Start {
    files: Vec<(String, String)>,
}

static EXAMPLES: LazyLock<Vec<Start>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut folders: Vec<_> = fs::read_dir(root).expect("the examples").flatten().map(|e| e.path()).collect();
    folders.sort();
    let mut starts = Vec::new();
    for folder in folders {
        let mut files = Vec::new();
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if name.ends_with(".efl") || name.ends_with(".json") {
                files.push((name, fs::read_to_string(path).expect("a text")));
            }
        }
        files.sort();
        starts.push(Start { files });
    }
    starts.retain(|start| start.files.len() > 1);
    starts
});

fn start() -> impl Strategy<Value = Start> {
    let fleet = ("fleet.efl".to_owned(), FLEET.to_owned());
    prop_oneof![
        2 => proptest::sample::select(&**EXAMPLES),
        1 => plan().prop_map(move |plan| Start { files: vec![("main.efl".to_owned(), plan.text()), fleet.clone()] }),
    ]
}

/// An edit, wherever it fits.
#[derive(Clone, Debug)]
enum Edit {
    /// So many characters become another part of some file.
    Replace { file: Index, at: Index, len: u8, with: Part },
    /// A name, keyword or number becomes another one of the same file.
    Word { file: Index, old: Index, new: Index },
    /// A line goes, perhaps to another place.
    Line { file: Index, line: Index, to: Option<Index> },
    /// An item goes to another place, perhaps in another file.
    Item { from: Index, item: Index, to: Index, at: Index },
    /// A comment or an empty line.
    Comment { file: Index, line: Index, doc: bool },
    /// A file goes.
    Remove { file: Index },
    /// A file that is gone comes back, or a copy of one comes.
    Add { file: Index, copy: bool },
    /// A file has another name.
    Rename { from: Index, to: Index },
}

/// A part of a text of the examples.
#[derive(Clone, Debug)]
enum Part {
    Nothing,
    Piece(&'static str),
    Line(Index, Index),
}

const PIECES: [&str; 14] = [
    "{",
    "}",
    "\"",
    "(",
    "]",
    "\n",
    "/*",
    "x",
    " and ",
    "= ",
    "\ntype T = int\n",
    "\ntype Car = ",
    "import ",
    "0",
];

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<Index>;
    let part = prop_oneof![
        Just(Part::Nothing),
        proptest::sample::select(&PIECES[..]).prop_map(Part::Piece),
        (index(), index()).prop_map(|(file, line)| Part::Line(file, line)),
    ];
    prop_oneof![
        3 => (index(), index(), 0..9_u8, part).prop_map(|(file, at, len, with)| Edit::Replace { file, at, len, with }),
        3 => (index(), index(), index()).prop_map(|(file, old, new)| Edit::Word { file, old, new }),
        2 => (index(), index(), any::<Option<Index>>()).prop_map(|(file, line, to)| Edit::Line { file, line, to }),
        3 => (index(), index(), index(), index()).prop_map(|(from, item, to, at)| Edit::Item { from, item, to, at }),
        1 => (index(), index(), any::<bool>()).prop_map(|(file, line, doc)| Edit::Comment { file, line, doc }),
        1 => index().prop_map(|file| Edit::Remove { file }),
        1 => (index(), any::<bool>()).prop_map(|(file, copy)| Edit::Add { file, copy }),
        1 => (index(), index()).prop_map(|(from, to)| Edit::Rename { from, to }),
    ]
}

impl Edited {
    fn text(&self, path: &str) -> String {
        self.system.files[path].to_string()
    }

    fn apply(&mut self, edit: &Edit, gone: &mut Vec<(String, String)>) {
        let paths: Vec<String> = self.system.files.keys().cloned().collect();
        if paths.is_empty() {
            return;
        }
        match edit {
            Edit::Replace { file, at, len, with } => {
                let path = file.get(&paths);
                let text = self.text(path);
                let start = text.floor_char_boundary(at.index(text.len() + 1));
                let end = text.ceil_char_boundary((start + usize::from(*len)).min(text.len()));
                let with = match with {
                    Part::Nothing => "",
                    Part::Piece(piece) => piece,
                    Part::Line(file, line) => {
                        let files: Vec<&str> =
                            EXAMPLES.iter().flat_map(|e| &e.files).map(|f| f.1.as_str()).collect();
                        let lines: Vec<&str> = file.get(&files).split_inclusive('\n').collect();
                        *line.get(&lines)
                    }
                };
                self.set(path, Some([&text[..start], with, &text[end..]].concat()));
            }
            Edit::Word { file, old, new } => {
                let path = file.get(&paths);
                let text = self.text(path);
                let words = words(&text);
                if !words.is_empty() {
                    let (old, new) = (old.get(&words).clone(), new.get(&words).clone());
                    self.set(path, Some([&text[..old.start], &text[new], &text[old.end..]].concat()));
                }
            }
            Edit::Line { file, line, to } => {
                let path = file.get(&paths);
                let text = self.text(path);
                let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                if !lines.is_empty() {
                    let line = lines.remove(line.index(lines.len()));
                    if let Some(to) = to {
                        lines.insert(to.index(lines.len() + 1), line);
                    }
                    self.set(path, Some(lines.concat()));
                }
            }
            Edit::Item { from, item, to, at } => {
                let path = from.get(&paths);
                let text = self.text(path);
                let mut items = items(&text);
                let item = items.remove(item.index(items.len())).to_owned();
                self.set(path, Some(items.concat()));
                let path = to.get(&paths);
                let text = self.text(path);
                let mut items = self::items(&text);
                items.insert(at.index(items.len() + 1), &item);
                self.set(path, Some(items.concat()));
            }
            Edit::Comment { file, line, doc } => {
                let path = file.get(&paths);
                let text = self.text(path);
                let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                lines
                    .insert(line.index(lines.len() + 1), if *doc { "/// comment\n" } else { "// comment\n" });
                self.set(path, Some(lines.concat()));
            }
            Edit::Remove { file } => {
                let path = file.get(&paths);
                gone.push((path.clone(), self.text(path)));
                self.set(path, None);
            }
            Edit::Add { file, copy: true } => {
                let path = file.get(&paths);
                self.set(&format!("copy-{path}"), Some(self.text(path)));
            }
            Edit::Add { copy: false, .. } => {
                if let Some((path, text)) = gone.pop() {
                    self.set(&path, Some(text));
                }
            }
            Edit::Rename { from, to } => {
                let (from, to) = (from.get(&paths), to.get(&paths));
                let text = self.text(from);
                self.set(from, None);
                self.set(to, Some(text));
            }
        }
    }
}

/// The places of a text's words.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let mut words = Vec::new();
    let mut at = 0;
    for piece in text.split(|c| !is_word(c)) {
        if !piece.is_empty() {
            words.push(at..at + piece.len());
        }
        at += piece.len() + text[at + piece.len()..].chars().next().map_or(0, char::len_utf8);
    }
    words
}

fn items(text: &str) -> Vec<&str> {
    efl_grammar::segment(text).into_iter().map(|segment| &text[segment.range]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn after_any_edits_all_is_as_from_scratch(
        start in start(),
        all in any::<bool>(),
        edits in proptest::collection::vec(edit(), 1..12),
    ) {
        let files: Vec<(&str, &str)> = start.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let programs = files.iter().map(|(path, _)| *path).filter(|path| path.ends_with(".efl"));
        // The largest file imports the others.
        let largest = files.iter().max_by_key(|(_, text)| text.len()).map(|(path, _)| *path);
        let roots: Vec<&str> = if all { programs.collect() } else { largest.into_iter().collect() };
        let mut edited = Edited::new(&files, &roots);
        said(&edited.db);
        let mut gone = Vec::new();
        for edit in &edits {
            edited.apply(edit, &mut gone);
            edited.is_as_from_scratch();
        }
    }
}

/// So many random cases as a debug build has time for; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

/// What an editor asks after each edit must not keep the texts before it.
#[test]
fn what_is_known_of_old_texts_is_forgotten() {
    let text = |number: usize| {
        let import = "import { Bus } from \"./shared.efl\"";
        format!("{import}\n\ntype Car = {{ of: Bus }} // {number}\n\nparam limit: number = {number}\n")
    };
    let mut system = MemorySystem::default();
    // What is in files that nobody edits must not keep them either.
    let others: String =
        (0..50).map(|number| format!("type T{number} = number\n\n")).collect::<Vec<_>>().concat();
    system.files.insert("shared.efl".to_owned(), format!("{others}type Bus = number\n").into());
    system.files.insert("main.efl".to_owned(), text(0).into());
    let mut db = Database::load(&system, &["main.efl".to_owned()]);
    for number in 1..500 {
        db.edit(&system, "main.efl", Some(text(number).into()));
        said(&db);
        let file = db.file("main.efl").expect("it is open");
        project::params(&db);
        for item in efl_compiler::db::items(&db, file) {
            project::made(&db, item.text);
        }
    }
    let all: &mut dyn salsa::Database = &mut db;
    for kept in all.memory_usage().structs {
        assert!(kept.count() < 250, "{} of {}", kept.count(), kept.debug_name());
    }
}
