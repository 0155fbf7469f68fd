//! The salsa database: the files of a workspace, and the queries from their text to diagnostics and IR.
//!
//! An edit re-parses and re-checks one item: items are keyed by their interned text, offsets are relative to the item,
//! and [`crate::names::item_signature`] stands between syntax and names without spans.

#![expect(missing_docs, reason = "salsa's macros make constructors and getters without documentation")]

use crate::{
    parallel,
    system::{self, System},
};
use efl_grammar::{ParsedItem, SyntaxNode, ast};
use rustc_hash::FxHashSet;
use salsa::Setter;
use std::{collections::BTreeMap, sync::Arc};

/// The database. A clone is a snapshot for another thread.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    /// The files that were asked for; the others are here because something imports them.
    roots: Arc<Vec<String>>,
    /// How often a text was written.
    edits: u32,
}

/// After so many edits the items that are there are taken for new: see [`Database::keep`].
const KEPT: u32 = 64;

#[salsa::db]
impl salsa::Database for Database {}

/// An empty workspace.
impl Default for Database {
    fn default() -> Self {
        Self::new(None)
    }
}

/// A file: EFL source or a JSON Schema.
#[salsa::input(debug)]
pub struct SourceFile {
    /// The workspace path, as in diagnostics.
    #[returns(clone)]
    pub path: Arc<str>,
    /// The text; `None` when the file cannot be read.
    #[returns(clone)]
    pub text: Option<Arc<str>>,
}

/// What all files share.
#[salsa::input(singleton)]
pub struct Workspace {
    /// Every file, roots and what they import.
    #[returns(ref)]
    pub files: BTreeMap<Arc<str>, SourceFile>,
    /// The values of params: name to text, as given on the command line or in an environment.
    #[returns(ref)]
    pub params: BTreeMap<String, crate::config::ParamValue>,
    /// Levels of rules.
    #[returns(ref)]
    pub config: crate::config::Config,
}

/// The text of one item of a file: the key of everything that is known of the item. It is made in a query ([`items`]), and
/// so forgotten some revisions after it was last seen; a key of several parts, which salsa makes where a query is asked,
/// would stay for ever if nothing but an editor's request asked.
#[salsa::interned(debug)]
pub struct ItemText<'db> {
    /// The file.
    #[returns(copy)]
    pub file: SourceFile,
    /// The text, from its first word or doc comment to the blanks and comments before the next item.
    #[returns(deref)]
    pub text: Box<str>,
}

/// A name, interned to key a query.
#[salsa::interned(debug)]
pub struct NameKey<'db> {
    /// The name.
    #[returns(deref)]
    pub text: String,
}

/// One item of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, salsa::SalsaValue)]
pub struct Item<'db> {
    /// Its text.
    pub text: ItemText<'db>,
    /// Where it begins, in bytes.
    pub start: u32,
}

/// The items of a file, in order. The blanks and comments before an item are no part of it: they mean nothing, and so
/// they can change without anything being checked again.
#[salsa::tracked(returns(deref))]
pub fn items<'db>(db: &'db dyn salsa::Database, file: SourceFile) -> Vec<Item<'db>> {
    let Some(text) = file.text(db) else { return Vec::new() };
    let item = |segment: efl_grammar::Segment| Item {
        text: ItemText::new(db, file, &text[segment.solid()]),
        start: segment.solid().start().into(),
    };
    efl_grammar::segment(&text).into_iter().map(item).collect()
}

/// The item that a part of a file would be if a part of that were written otherwise. It is made in a query, and so forgotten
/// like any other.
#[salsa::tracked(returns(copy))]
#[allow(clippy::needless_pass_by_value)] // part of the key
pub fn item_as_if<'db>(
    db: &'db dyn salsa::Database,
    file: SourceFile,
    item: (u32, u32),
    replaced: (u32, u32),
    by: String,
) -> ItemText<'db> {
    let text = file.text(db).unwrap_or_default();
    let part = |start: u32, end: u32| text.get(start as usize..end as usize).unwrap_or_default();
    let text = [part(item.0, replaced.0), by.as_str(), part(replaced.1, item.1)].concat();
    ItemText::new(db, file, text.into_boxed_str())
}

/// The tree of an item.
#[salsa::tracked(returns(ref))]
pub fn parse_item<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> ParsedItem {
    efl_grammar::parse_item(item.text(db))
}

/// The declaration of an item, if there is one.
pub fn item_node<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Option<ast::Item> {
    let root = SyntaxNode::new_root(parse_item(db, item).green.clone());
    root.children().find_map(<ast::Item as ast::AstNode>::cast)
}

impl Database {
    /// A workspace of the given root files and everything they import, read through a system.
    pub fn load(system: &dyn System, roots: &[String]) -> Self {
        let mut db = Self::new(None);
        db.open_all(system, roots.iter().cloned());
        db
    }

    /// An empty workspace that tells the name of each query before it runs, for tests and measurements.
    pub fn observed(run: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::new(Some(Box::new(move |event| {
            if let salsa::EventKind::WillExecute { database_key } = event.kind {
                let key = format!("{database_key:?}");
                run(key.split_once('(').map_or(key.as_str(), |(name, _)| name));
            }
        })))
    }

    fn new(observer: Option<Box<dyn Fn(salsa::Event) + Send + Sync>>) -> Self {
        let db = Self { storage: salsa::Storage::new(observer), roots: Arc::default(), edits: 0 };
        Workspace::new(&db, BTreeMap::new(), BTreeMap::new(), crate::config::Config::default());
        db
    }

    /// The files that were asked for.
    pub fn roots(&self) -> &[String] {
        &self.roots
    }

    /// The workspace.
    pub fn workspace(&self) -> Workspace {
        Workspace::get(self)
    }

    /// The file of a path.
    pub fn file(&self, path: &str) -> Option<SourceFile> {
        self.workspace().files(self).get(path).copied()
    }

    /// Makes a file a root: reads it and, without end, what it imports.
    pub fn open(&mut self, system: &dyn System, path: &str) -> SourceFile {
        if !self.roots.iter().any(|root| root == path) {
            Arc::make_mut(&mut self.roots).push(path.to_owned());
            self.follow_imports(system);
        }
        self.workspace().files(self)[path]
    }

    /// Makes files roots, as [`Database::open`] does for one, and reads what they import once.
    pub fn open_all(&mut self, system: &dyn System, paths: impl IntoIterator<Item = String>) {
        let known: FxHashSet<String> = self.roots.iter().cloned().collect();
        let before = self.roots.len();
        Arc::make_mut(&mut self.roots).extend(paths.into_iter().filter(|path| !known.contains(path)));
        if self.roots.len() > before {
            self.follow_imports(system);
        }
    }

    /// Makes a file no root any more: it stays only if something imports it.
    pub fn close(&mut self, system: &dyn System, path: &str) {
        let before = self.roots.len();
        Arc::make_mut(&mut self.roots).retain(|root| root != path);
        if self.roots.len() < before {
            self.follow_imports(system);
        }
    }

    /// Gives a file new text, reads what it newly imports and drops what nothing imports any more. A file that was not
    /// there becomes a root.
    pub fn edit(&mut self, system: &dyn System, path: &str, text: Option<Arc<str>>) {
        let file = self.file(path).unwrap_or_else(|| self.open(system, path));
        if file.text(self) == text {
            return;
        }
        let before = references(self, file);
        let known = self.edits.is_multiple_of(KEPT).then(|| self.item_texts());
        self.edits = self.edits.wrapping_add(1);
        file.set_text(self).to(text);
        self.keep(known.unwrap_or_default());
        if references(self, file) != before {
            self.follow_imports(system);
        }
    }

    /// The texts of all items.
    fn item_texts(&self) -> Vec<(SourceFile, Box<str>)> {
        let files = self.workspace().files(self).iter().filter(|(path, _)| path.ends_with(".efl"));
        let texts = files
            .flat_map(|(_, file)| items(self, *file).iter().map(|item| (*file, item.text.text(self).into())));
        texts.collect()
    }

    /// Makes items the last used ones, before anything else is asked of a new text. Salsa forgets the items that were not
    /// used for longest, but stops at the first that is still good; and it does not count as a use that it has found an
    /// item to be the same. One item of a file that nobody edits would keep all texts that ever were.
    fn keep(&self, items: Vec<(SourceFile, Box<str>)>) {
        for (file, text) in items {
            ItemText::new(self, file, text);
        }
    }

    /// Asks something of each item of a file, on all processors: the answers are then known.
    pub(crate) fn ask_of_each_item(
        &self,
        file: SourceFile,
        query: impl for<'db> Fn(&'db Self, Item<'db>) + Sync,
    ) {
        let count = items(self, file).len();
        parallel::for_each(count, self.clone(), |db, at| query(db, items(db, file)[at]));
    }

    /// Makes the files of the workspace the roots and what they import.
    fn follow_imports(&mut self, system: &dyn System) {
        let known = self.workspace().files(self).clone();
        let mut files = BTreeMap::new();
        let mut queue: Vec<Arc<str>> = self.roots.iter().map(|root| root.as_str().into()).collect();
        while let Some(path) = queue.pop() {
            if files.contains_key(&path) {
                continue;
            }
            let read = || {
                let file = SourceFile::new(self, path.clone(), system.read(&path).ok().map(Arc::from));
                if path.ends_with(".efl") {
                    self.ask_of_each_item(file, |db, item| {
                        crate::names::item_signature(db, item.text);
                    });
                }
                file
            };
            let file = known.get(&path).copied().unwrap_or_else(read);
            queue.extend(references(self, file));
            files.insert(path, file);
        }
        if files != known {
            self.workspace().set_files(self).to(files);
        }
    }

    /// Gives the params their values.
    pub fn set_params(&mut self, params: BTreeMap<String, crate::config::ParamValue>) {
        self.workspace().set_params(self).to(params);
    }

    /// Sets the levels of rules.
    pub fn set_config(&mut self, config: crate::config::Config) {
        self.workspace().set_config(self).to(config);
    }
}

/// The workspace paths of the files that a file names: imports and JSON Schemas.
fn references(db: &Database, file: SourceFile) -> Vec<Arc<str>> {
    let path = file.path(db);
    if !path.ends_with(".efl") {
        return Vec::new();
    }
    let resolve = |written: &String| system::resolve(&path, written).map(Arc::from);
    let signatures = items(db, file).iter().map(|item| crate::names::item_signature(db, item.text));
    signatures.flat_map(|s| s.paths.iter()).filter_map(resolve).collect()
}
