//! What stands where: each name of an item with what it means, each expression with its type. What an editor asks.
//!
//! [`index_item`] runs the elaboration of one item again with recording on ([`crate::elab`]), so that who only compiles
//! pays nothing, and an edit indexes one item. Ranges are relative to the item, like those of diagnostics; the functions
//! here make them absolute.

mod schema;

use crate::{
    catalog::{Block, Field, Nested, SourceKind},
    db::{Database, Item, ItemText, SourceFile, Workspace, items},
    elab,
    ir::Builtin,
    names::{self, Binding, Decl},
    rules,
    types::{RecordField, Type, TypeTable},
};
use efl_grammar::{
    SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode, HasName},
};
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

/// Something that a program declares: the way to it from its file, so that it is the same wherever it is named, and
/// stays the same while other things move.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Symbol {
    /// The file that declares it.
    pub file: SourceFile,
    /// From the declaration of the file inwards; never empty.
    path: Arc<[Segment]>,
}

/// A step of the way to a [`Symbol`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Segment {
    /// What it is.
    pub kind: Kind,
    /// Its name; empty when it has none (yet).
    pub name: Arc<str>,
    /// Where it stands in the item, if it is local to a body: one name may be bound several times there. Else zero.
    pub at: u32,
}

/// What a program declares.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // the words of the language
pub enum Kind {
    Param,
    Type,
    Bus,
    Fleet,
    Cluster,
    Metric,
    Function,
    Workflow,
    Orchestrator,
    Source,
    Event,
    Rule,
    /// A parameter of a function or workflow.
    Parameter,
    /// What a function with an unnamed parameter takes: `(T)`.
    Input,
    /// What a function or workflow gives: `-> T`.
    Result,
    /// A field of a record type.
    Field,
    /// `let`.
    Let,
    /// The variable of a `for`.
    Loop,
    /// `as` of a rule's event.
    Alias,
}

impl Kind {
    /// What people call it.
    pub fn what(self) -> &'static str {
        match self {
            Kind::Param => "param",
            Kind::Type => "type",
            Kind::Bus => "bus",
            Kind::Fleet => "fleet",
            Kind::Cluster => "cluster",
            Kind::Metric => "metric",
            Kind::Function => "function",
            Kind::Workflow => "workflow",
            Kind::Orchestrator => "orchestrator",
            Kind::Source => "source",
            Kind::Event => "event",
            Kind::Rule => "rule",
            Kind::Parameter => "parameter",
            Kind::Input => "input",
            Kind::Result => "result",
            Kind::Field => "field",
            Kind::Let => "value",
            Kind::Loop => "loop variable",
            Kind::Alias => "alias",
        }
    }

    /// Whether it is local to a body: no other item can name it.
    pub fn is_local(self) -> bool {
        matches!(self, Kind::Let | Kind::Loop | Kind::Alias)
    }
}

impl Symbol {
    /// A declaration of a file.
    pub fn new(file: SourceFile, kind: Kind, name: &str) -> Self {
        Self { file, path: Arc::new([Segment { kind, name: name.into(), at: 0 }]) }
    }

    /// What a name of a file's scope is bound to.
    pub fn of(binding: &Binding) -> Self {
        let new = |kind| Self::new(binding.file, kind, &binding.name);
        match &*binding.decl {
            Decl::Param { .. } => new(Kind::Param),
            Decl::Type { .. } => new(Kind::Type),
            Decl::Bus => new(Kind::Bus),
            Decl::Fleet { .. } => new(Kind::Fleet),
            Decl::Cluster { fleet } => {
                Self::new(binding.file, Kind::Fleet, fleet).child(Kind::Cluster, &binding.name)
            }
            Decl::Function(_) => new(Kind::Function),
            Decl::Workflow(_) => new(Kind::Workflow),
            Decl::Orchestrator => new(Kind::Orchestrator),
        }
    }

    /// What a JSON Schema describes.
    pub(crate) fn schema(file: SourceFile) -> Self {
        Self::new(file, Kind::Type, "")
    }

    /// Whether a JSON Schema declares it, and no program.
    pub fn is_of_schema(&self, db: &dyn salsa::Database) -> bool {
        !is_program(db, self.file)
    }

    /// Something declared in it.
    #[must_use]
    pub fn child(&self, kind: Kind, name: &str) -> Self {
        self.local(kind, name, TextSize::new(0))
    }

    /// Something bound in its body.
    pub(crate) fn local(&self, kind: Kind, name: &str, at: TextSize) -> Self {
        let segment = Segment { kind, name: name.into(), at: at.into() };
        Self { file: self.file, path: self.path.iter().cloned().chain([segment]).collect() }
    }

    /// What declares it; `None` for a declaration of the file.
    pub fn parent(&self) -> Option<Self> {
        let (_, path) = self.path.split_last()?;
        (!path.is_empty()).then(|| Self { file: self.file, path: path.into() })
    }

    /// The way to it.
    pub fn path(&self) -> &[Segment] {
        &self.path
    }

    /// Its own step.
    fn last(&self) -> &Segment {
        self.path.last().expect("a path is never empty")
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.last().kind
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.last().name
    }
}

/// Where a record type is written, for an editor to find its fields. It is no part of what the type is: all are equal.
#[derive(Clone, Debug, Default)]
pub struct Origin(Option<(Symbol, Kind)>);

impl Origin {
    /// Of the type that something has: its fields are fields.
    pub(crate) fn of(owner: Option<Symbol>) -> Self {
        Self(owner.map(|owner| (owner, Kind::Field)))
    }

    /// Of the parameters of a function or workflow, as the body that it is called with.
    pub(crate) fn parameters_of(callee: Option<Symbol>) -> Self {
        Self(callee.map(|callee| (callee, Kind::Parameter)))
    }

    /// What declares the type.
    pub fn owner(&self) -> Option<&Symbol> {
        self.0.as_ref().map(|(owner, _)| owner)
    }

    /// What a field of the type is.
    fn field(&self, name: &str) -> Option<Symbol> {
        self.0.as_ref().map(|(owner, kind)| owner.child(*kind, name))
    }
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// What a name means.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// Something that a program declares.
    Declared(Symbol),
    /// A file: the path of an import or a JSON Schema.
    File(SourceFile),
    /// A field of a block, with what the block is called.
    Field(&'static str, &'static Field),
    /// A key of a block that takes any.
    OpenKey,
    /// A block in a block.
    Nested(&'static Nested),
    /// A kind of source.
    SourceKind(&'static SourceKind),
    /// One of the words that a field takes.
    Word,
    /// A built-in type.
    BuiltInType,
    /// A built-in function.
    Builtin(Builtin),
    /// A word that looks like a call: `secret(…)`, `config(…)`, `cron(…)`.
    Form,
    /// `meta` of an event.
    Meta,
    /// A field of a type that no program declares: of `meta`, of a JSON Schema; with its documentation.
    ForeignField(Option<Arc<str>>),
    /// A kind of Kubernetes resource that is patched.
    PatchKind,
    /// A field of a Kubernetes resource, with what it takes.
    PatchField(Option<Arc<str>>),
}

impl PartialEq for Meaning {
    fn eq(&self, other: &Self) -> bool {
        use Meaning::*;
        match (self, other) {
            (Declared(a), Declared(b)) => a == b,
            (File(a), File(b)) => a == b,
            (Field(a, x), Field(b, y)) => (a, x.name) == (b, y.name),
            (Nested(a), Nested(b)) => a.name == b.name,
            (SourceKind(a), SourceKind(b)) => a.name == b.name,
            (Builtin(a), Builtin(b)) => a == b,
            (PatchField(a), PatchField(b)) | (ForeignField(a), ForeignField(b)) => a == b,
            (Word, Word)
            | (OpenKey, OpenKey)
            | (Form, Form)
            | (BuiltInType, BuiltInType)
            | (Meta, Meta)
            | (PatchKind, PatchKind) => true,
            _ => false,
        }
    }
}

/// What a name does where it stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    /// It declares.
    Definition,
    /// It gives an imported name another one in this file.
    Alias,
    /// It refers to what is declared elsewhere.
    Use,
}

/// A name with what it means.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// Where it stands.
    pub range: TextRange,
    /// What it means.
    pub meaning: Meaning,
    /// What it does there.
    pub role: Role,
    /// Its type, if it has one.
    pub ty: Option<Type>,
}

impl Entry {
    /// What it means, if a program declares that.
    pub fn symbol(&self) -> Option<&Symbol> {
        if let Meaning::Declared(symbol) = &self.meaning { Some(symbol) } else { None }
    }
}

/// What a built-in function takes and gives.
pub fn builtin_signature(builtin: Builtin) -> (&'static [Type], Type) {
    elab::builtin_signature(builtin)
}

/// Names that are visible in a place.
#[derive(Clone, PartialEq, Debug)]
pub struct Visible {
    /// Where.
    pub range: TextRange,
    /// Which.
    pub names: Names,
}

/// A name, or the fields of a value that are names.
#[derive(Clone, PartialEq, Debug)]
pub enum Names {
    /// A `let`, loop variable or parameter.
    Local(Symbol, Type),
    /// An event of a rule.
    Event {
        /// What the rule calls it.
        name: String,
        /// The event, or its alias.
        symbol: Option<Symbol>,
        /// Its payload.
        payload: Type,
        /// Its metadata.
        meta: Type,
        /// Whether it may be absent when the rule fires.
        absent: bool,
    },
    /// Of a predicate: the fields of its event's payload, and `meta`.
    Own {
        /// The payload.
        payload: Type,
        /// The metadata.
        meta: Type,
    },
    /// The fields of a cluster, in `clusters where`.
    Cluster(Type),
}

/// A block of fields with the tables that say what may stand in it.
#[derive(Clone, Debug)]
pub struct BlockPlace {
    /// The block, with its braces.
    pub range: TextRange,
    /// The tables; the first gives its name.
    pub blocks: Vec<Block>,
    /// The fields and nested blocks that are there.
    pub given: Vec<String>,
}

impl PartialEq for BlockPlace {
    fn eq(&self, other: &Self) -> bool {
        let names = |place: &Self| place.blocks.iter().map(|b| b.name).collect::<Vec<_>>();
        (self.range, names(self), &self.given) == (other.range, names(other), &other.given)
    }
}

/// What stands where in an item.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Index {
    /// Every name, in order.
    pub entries: Vec<Entry>,
    /// Every expression with its type, inner ones before outer ones.
    pub types: Vec<(TextRange, Type)>,
    /// What is visible where; of one name the last counts.
    pub visible: Vec<Visible>,
    /// Values that stand for a parameter without naming it.
    pub arguments: Vec<(TextRange, Symbol)>,
    /// The blocks of fields, outer ones first.
    pub blocks: Vec<BlockPlace>,
    /// The records and patterns whose type is known from what they are for, with that type.
    pub records: Vec<(TextRange, Type)>,
}

impl Index {
    /// The entries whose name an offset stands in or at the end of; the innermost.
    pub fn at(&self, offset: TextSize) -> impl Iterator<Item = &Entry> {
        let here = move |e: &&Entry| e.range.contains_inclusive(offset);
        let inner = move |e: &Entry| (e.range.start() != offset, e.range.len());
        // Between two names the one that begins is meant.
        let best = self.entries.iter().filter(here).map(inner).min();
        self.entries.iter().filter(here).filter(move |e| Some(inner(e)) == best)
    }

    /// The type of the expression that stands exactly in a place.
    pub fn type_of(&self, range: TextRange) -> Option<&Type> {
        self.types.iter().rev().find(|(place, _)| *place == range).map(|(_, ty)| ty)
    }
}

/// What stands where in an item.
#[salsa::tracked(returns(ref))]
pub fn index_item<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Index {
    elab::record(db, item.file(db), item)
}

/// A place in a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FileRange {
    /// The file.
    pub file: SourceFile,
    /// Where in it, in bytes.
    pub range: TextRange,
}

/// An item of a file with what stands in it.
#[derive(Clone, Copy)]
pub struct IndexedItem<'db> {
    /// The item.
    pub item: Item<'db>,
    /// What stands where in it.
    pub index: &'db Index,
}

impl IndexedItem<'_> {
    /// A place of the item as one of the file.
    pub fn absolute(&self, range: TextRange) -> TextRange {
        range + TextSize::from(self.item.start)
    }

    /// A place of the file as one of the item.
    pub fn relative(&self, offset: TextSize) -> TextSize {
        offset.checked_sub(self.item.start.into()).unwrap_or_default()
    }
}

/// The item that an offset stands in or at the end of.
pub fn item_at(db: &dyn salsa::Database, file: SourceFile, offset: TextSize) -> Option<IndexedItem<'_>> {
    let items = items(db, file);
    let after = items.partition_point(|item| item.start <= offset.into());
    let item = *items.get(after.checked_sub(1)?)?;
    let end = TextSize::from(item.start) + TextSize::of(item.text.text(db));
    (offset <= end).then(|| IndexedItem { item, index: index_item(db, item.text) })
}

/// The items of a file with what stands in them.
pub fn indexed(db: &dyn salsa::Database, file: SourceFile) -> impl Iterator<Item = IndexedItem<'_>> {
    items(db, file).iter().map(move |item| IndexedItem { item: *item, index: index_item(db, item.text) })
}

/// Whether a file is a program, and not a JSON Schema.
fn is_program(db: &dyn salsa::Database, file: SourceFile) -> bool {
    file.path(db).ends_with(".efl")
}

/// Where a JSON Schema says something: its beginning for all of it.
fn places_in_schema(db: &dyn salsa::Database, symbol: &Symbol) -> Vec<FileRange> {
    let way: Vec<&str> = symbol.path[1..].iter().map(|segment| &*segment.name).collect();
    let ranges = match way.as_slice() {
        [] => vec![TextRange::default()],
        way => schema::property(&symbol.file.text(db).unwrap_or_default(), way),
    };
    ranges.into_iter().map(|range| FileRange { file: symbol.file, range }).collect()
}

/// What a JSON Schema says of a field.
pub fn schema_doc(db: &dyn salsa::Database, symbol: &Symbol) -> Option<Arc<str>> {
    let mut ty = elab::schema_type(db, symbol.file).as_ref().ok()?;
    let mut doc = None;
    for segment in &symbol.path[1..] {
        let field = fields_within(ty).into_iter().find(|field| field.name == segment.name)?;
        (ty, doc) = (&field.ty, field.doc.clone());
    }
    doc
}

/// The fields of a type's records, through lists, maps and alternatives.
fn fields_within(ty: &Type) -> Vec<&RecordField> {
    match ty {
        Type::Record(record) => record.fields.iter().collect(),
        Type::List(inner) | Type::Map(inner) => fields_within(inner),
        Type::Union(parts) => parts.iter().flat_map(fields_within).collect(),
        _ => Vec::new(),
    }
}

/// Where something is declared: once, unless it is declared twice.
pub fn definitions(db: &dyn salsa::Database, symbol: &Symbol) -> Vec<FileRange> {
    if symbol.is_of_schema(db) {
        return places_in_schema(db, symbol);
    }
    let defines = |e: &&Entry| e.role == Role::Definition && e.symbol() == Some(symbol);
    let declares = |item: &&Item<'_>| declares(db, item.text, &symbol.path[0]);
    let mut found = Vec::new();
    for item in items(db, symbol.file).iter().filter(declares) {
        let item = IndexedItem { item: *item, index: index_item(db, item.text) };
        let ranges = item.index.entries.iter().filter(defines).map(|e| item.absolute(e.range));
        found.extend(ranges.map(|range| FileRange { file: symbol.file, range }));
    }
    found
}

/// The item that declares what a symbol is in.
pub fn declaring_item<'db>(db: &'db dyn salsa::Database, symbol: &Symbol) -> Option<IndexedItem<'db>> {
    let declares = |item: &&Item<'_>| declares(db, item.text, &symbol.path[0]);
    let item = *items(db, symbol.file).iter().find(declares)?;
    Some(IndexedItem { item, index: index_item(db, item.text) })
}

/// Whether an item is the declaration of a file that a symbol begins with.
fn declares(db: &dyn salsa::Database, item: ItemText<'_>, segment: &Segment) -> bool {
    let signature = names::item_signature(db, item);
    let same = |kind: Kind| segment.kind == kind && signature.name == *segment.name;
    signature.decl.as_ref().is_some_and(|decl| {
        same(match &**decl {
            Decl::Param { .. } => Kind::Param,
            Decl::Type { .. } => Kind::Type,
            Decl::Bus => Kind::Bus,
            Decl::Fleet { .. } => Kind::Fleet,
            Decl::Cluster { .. } => Kind::Cluster,
            Decl::Function(_) => Kind::Function,
            Decl::Workflow(_) => Kind::Workflow,
            Decl::Orchestrator => Kind::Orchestrator,
        })
    })
}

/// Why something cannot have a name, if it cannot.
pub fn name_problem(kind: Kind, name: &str) -> Option<String> {
    let item = efl_grammar::parse_item(&format!("type {name} = any"));
    let root = SyntaxNode::new_root(item.green);
    let decl = root.children().find_map(ast::TypeDecl::cast);
    let read = decl.and_then(|d| d.name()).map(|n| n.text());
    if !item.errors.is_empty() || read.as_deref() != Some(name) {
        return Some(format!("`{name}` is no name"));
    }
    let kubernetes = matches!(
        kind,
        Kind::Fleet
            | Kind::Cluster
            | Kind::Function
            | Kind::Workflow
            | Kind::Orchestrator
            | Kind::Source
            | Kind::Event
            | Kind::Rule
    );
    let wrong = kubernetes.then(|| rules::not_kebab_case::check(name, kind.what(), TextRange::default()));
    wrong.flatten().map(|d| d.message)
}

/// Where something stands in a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Occurrence {
    /// The place.
    pub place: FileRange,
    /// What it does there.
    pub role: Role,
}

/// Where something stands in the workspace: its definition, and everything that means it, by file and place.
pub fn occurrences(db: &Database, symbol: &Symbol) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for file in Workspace::get(db).files(db).values() {
        found.extend(occurrences_in(db, symbol, *file));
    }
    found
}

/// Where something stands in a file, in order.
pub fn occurrences_in(db: &dyn salsa::Database, symbol: &Symbol, file: SourceFile) -> Vec<Occurrence> {
    if symbol.path.iter().any(|s| s.kind.is_local()) && file != symbol.file {
        return Vec::new();
    }
    if !is_program(db, file) {
        let places = if file == symbol.file { places_in_schema(db, symbol) } else { Vec::new() };
        return places.into_iter().map(|place| Occurrence { place, role: Role::Definition }).collect();
    }
    let names = names_of(db, symbol, file);
    let mut found = Vec::new();
    for item in items(db, file) {
        // An item that has none of the names needs no index.
        let text = item.text.text(db);
        if !names.iter().any(|name| text.contains(name.as_str())) {
            continue;
        }
        let item = IndexedItem { item: *item, index: index_item(db, item.text) };
        let entries = item.index.entries.iter().filter(|e| e.symbol() == Some(symbol));
        found.extend(
            entries.map(|e| Occurrence {
                place: FileRange { file, range: item.absolute(e.range) },
                role: e.role,
            }),
        );
    }
    found
}

/// What something may be called in a file: its name, and the names that imports give it.
fn names_of(db: &dyn salsa::Database, symbol: &Symbol, file: SourceFile) -> Vec<String> {
    let name = symbol.name();
    let mut names = vec![name.to_owned()];
    for item in items(db, file) {
        if let Some(import) = &names::item_signature(db, item.text).import {
            let aliases = import.names.iter().filter(|(imported, local)| imported == name && local != name);
            names.extend(aliases.map(|(_, local)| local.clone()));
        }
    }
    names
}

/// The fields of a name that a type's values may have, where they are declared.
pub(crate) fn fields_of(ty: &Type, name: &str) -> Vec<(Symbol, Type)> {
    let mut found = Vec::new();
    for part in ty.alternatives() {
        let Type::Record(record) = part else { continue };
        let (Some(symbol), Some(field)) = (record.origin.field(name), record.field(name)) else { continue };
        let read = TypeTable::default().member(part, name).read().unwrap_or_else(|| field.ty.clone());
        found.push((symbol, read));
    }
    found
}
