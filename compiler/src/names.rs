//! Names: what each item declares, and what a name means in a file.
//!
//! [`item_signature`] is the firewall between syntax and names: it has no spans, so an edit inside a body changes no
//! signature and re-checks no other item.

use crate::{
    circles,
    db::{Item, ItemText, NameKey, SourceFile, Workspace, item_node, items, parse_item},
    system,
};
use efl_grammar::{
    SyntaxKind, SyntaxNode,
    ast::{self, AstNode, HasDoc, HasMembers, HasName, HasSig},
};
use rustc_hash::FxHashMap;
use std::{collections::BTreeMap, sync::Arc};

/// What an item declares, without spans.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Signature {
    /// The declared name.
    pub name: String,
    /// What it is; `None` for an import, a test or an error.
    pub decl: Option<Arc<Decl>>,
    /// The names an import brings, and from where.
    pub import: Option<Import>,
    /// The paths of other files it names: the import's, those of JSON Schemas.
    pub paths: Vec<String>,
}

/// An import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// The path as written.
    pub path: String,
    /// (name in the other file, name here).
    pub names: Vec<(String, String)>,
}

/// A declaration, without spans.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decl {
    /// A param: its type and the text of its default.
    Param {
        /// Its type.
        ty: TypeExpr,
        /// Whether it has a default.
        has_default: bool,
        /// The names that its default reads.
        reads: Vec<String>,
        /// The doc comment.
        doc: Option<String>,
    },
    /// A type.
    Type {
        /// What it stands for.
        ty: TypeExpr,
        /// The doc comment.
        doc: Option<String>,
    },
    /// A bus.
    Bus,
    /// A fleet.
    Fleet {
        /// Its clusters.
        clusters: Vec<String>,
        /// Its metrics.
        metrics: Vec<String>,
    },
    /// A cluster of a fleet.
    Cluster {
        /// The fleet.
        fleet: String,
    },
    /// A function.
    Function(FunctionSig),
    /// A workflow.
    Workflow(FunctionSig),
    /// An orchestrator.
    Orchestrator,
}

impl Decl {
    /// What messages call it.
    pub fn what(&self) -> &'static str {
        match self {
            Decl::Param { .. } => "param",
            Decl::Type { .. } => "type",
            Decl::Bus => "bus",
            Decl::Fleet { .. } => "fleet",
            Decl::Cluster { .. } => "cluster",
            Decl::Function(_) => "function",
            Decl::Workflow(_) => "workflow",
            Decl::Orchestrator => "orchestrator",
        }
    }
}

/// The parameter list and result of a function or workflow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FunctionSig {
    /// The parameters; `None` without a list that could be read.
    pub params: Option<Params>,
    /// The result.
    pub result: Option<TypeExpr>,
    /// The doc comment.
    pub doc: Option<String>,
}

/// A parameter list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Params {
    /// `(T)`.
    Unnamed(TypeExpr),
    /// `(a: T, b?: U = 1)`.
    Named(Vec<ParamSig>),
}

/// A parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParamSig {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeExpr,
    /// Whether `?` follows the name.
    pub optional: bool,
    /// Whether it has a default.
    pub has_default: bool,
}

/// A type as written, without spans.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TypeExpr {
    /// A name, built in or declared.
    Name(String),
    /// `list<T>`.
    List(Box<TypeExpr>),
    /// `map<T>`.
    Map(Box<TypeExpr>),
    /// `schema("path")`.
    Schema(String),
    /// `"low"`.
    String(String),
    /// `-1`, as written.
    Number(String),
    /// `true`.
    Bool(bool),
    /// `null`.
    Null,
    /// `A | B`.
    Union(Vec<TypeExpr>),
    /// `{ a: T }`.
    Record(Vec<TypeField>),
    /// An error that was reported.
    Error,
}

/// A field of a record type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeField {
    /// The key.
    pub name: String,
    /// Its type.
    pub ty: TypeExpr,
    /// Whether `?` follows the key.
    pub optional: bool,
    /// The doc comment.
    pub doc: Option<String>,
}

/// The type that a node writes; of what could not all be read nothing is known.
pub fn type_expr(ty: Option<&ast::Ty>) -> TypeExpr {
    let Some(ty) = ty.filter(|ty| !is_torn(ty.syntax())) else { return TypeExpr::Error };
    match ty {
        ast::Ty::Union(union) => TypeExpr::Union(union.alternatives().map(|t| type_expr(Some(&t))).collect()),
        ast::Ty::Name(name) => name.name().map_or(TypeExpr::Error, |n| TypeExpr::Name(n.text())),
        ast::Ty::List(list) => TypeExpr::List(Box::new(type_expr(list.element().as_ref()))),
        ast::Ty::Map(map) => TypeExpr::Map(Box::new(type_expr(map.element().as_ref()))),
        ast::Ty::Schema(schema) => {
            schema.path().and_then(|p| p.plain()).map_or(TypeExpr::Error, TypeExpr::Schema)
        }
        ast::Ty::Literal(literal) => literal_type(literal),
        ast::Ty::Paren(paren) => type_expr(paren.inner().as_ref()),
        ast::Ty::Record(record) => {
            let fields: Option<Vec<_>> = record.fields().map(|f| type_field(&f)).collect();
            fields.map_or(TypeExpr::Error, TypeExpr::Record)
        }
    }
}

/// Whether something of a node itself could not be read, or is missing; not of what stands in its children.
fn is_torn(node: &SyntaxNode) -> bool {
    node.children().any(|child| child.kind() == SyntaxKind::ERROR)
}

fn literal_type(literal: &ast::TyLiteral) -> TypeExpr {
    match literal.literal() {
        Some(ast::Expr::Str(text)) => text.plain().map_or(TypeExpr::Error, TypeExpr::String),
        Some(ast::Expr::Literal(value)) => match value.kind() {
            Some(ast::LiteralKind::Number(number)) => {
                TypeExpr::Number(if literal.is_negative() { format!("-{number}") } else { number })
            }
            Some(ast::LiteralKind::Bool(flag)) => TypeExpr::Bool(flag),
            Some(ast::LiteralKind::Null) => TypeExpr::Null,
            None => TypeExpr::Error,
        },
        _ => TypeExpr::Error,
    }
}

fn type_field(field: &ast::TyField) -> Option<TypeField> {
    Some(TypeField {
        name: field.key()?.text(),
        ty: type_expr(field.ty().as_ref()),
        optional: field.is_optional(),
        doc: field.doc(),
    })
}

/// The signature of a function or workflow; of one that could not all be read nothing is known.
pub fn function_sig(decl: &(impl HasSig + HasDoc)) -> FunctionSig {
    let is_torn_result = || is_torn(decl.syntax()).then_some(TypeExpr::Error);
    let result = decl.result().map(|ty| type_expr(Some(&ty))).or_else(is_torn_result);
    FunctionSig { params: decl.sig().and_then(|sig| params(&sig)), result, doc: decl.doc() }
}

fn params(sig: &ast::Sig) -> Option<Params> {
    if is_torn(sig.syntax()) {
        return None;
    }
    if let Some(ty) = sig.unnamed() {
        return Some(Params::Unnamed(type_expr(Some(&ty))));
    }
    sig.formals().map(|formal| param_sig(&formal)).collect::<Option<_>>().map(Params::Named)
}

fn param_sig(formal: &ast::Formal) -> Option<ParamSig> {
    Some(ParamSig {
        name: formal.name()?.text(),
        ty: type_expr(formal.ty().as_ref()),
        optional: formal.is_optional(),
        has_default: formal.default().is_some(),
    })
}

/// What an item declares.
#[salsa::tracked(returns(ref))]
pub fn item_signature<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Signature {
    let Some(node) = item_node(db, item) else { return Signature::default() };
    let mut signature = Signature { paths: schema_paths(db, item), ..Signature::default() };
    let (name, decl) = match &node {
        ast::Item::Import(import) => {
            signature.import = import_sig(import);
            signature.paths.extend(signature.import.as_ref().map(|i| i.path.clone()));
            return signature;
        }
        ast::Item::Test(_) => return signature,
        ast::Item::Param(p) => {
            let ty = type_expr(p.ty().as_ref());
            let default = p.default();
            let names = default.iter().flat_map(|d| d.syntax().descendants()).filter_map(ast::NameExpr::cast);
            let reads = names.map(|n| n.name()).collect();
            (p.name(), Decl::Param { ty, has_default: default.is_some(), reads, doc: p.doc() })
        }
        ast::Item::Type(t) => (t.name(), Decl::Type { ty: type_expr(t.ty().as_ref()), doc: t.doc() }),
        ast::Item::Bus(b) => (b.name(), Decl::Bus),
        ast::Item::Fleet(f) => (f.name(), fleet_decl(f)),
        ast::Item::Function(f) => (f.name(), Decl::Function(function_sig(f))),
        ast::Item::Workflow(w) => (w.name(), Decl::Workflow(function_sig(w))),
        ast::Item::Orchestrator(o) => (o.name(), Decl::Orchestrator),
    };
    if let Some(name) = name {
        signature.name = name.text();
        signature.decl = Some(Arc::new(decl));
    }
    signature
}

fn schema_paths(db: &dyn salsa::Database, item: ItemText<'_>) -> Vec<String> {
    if !item.text(db).contains("schema") {
        return Vec::new();
    }
    let root = SyntaxNode::new_root(parse_item(db, item).green.clone());
    let schemas = root.descendants().filter_map(ast::TySchema::cast);
    schemas.filter_map(|s| s.path()?.plain()).collect()
}

fn import_sig(import: &ast::Import) -> Option<Import> {
    let name = |n: ast::ImportName| {
        let imported = n.imported()?.text();
        let local = n.alias().map_or_else(|| imported.clone(), |a| a.text());
        Some((imported, local))
    };
    Some(Import { path: import.path()?.plain()?, names: import.names().filter_map(name).collect() })
}

fn fleet_decl(fleet: &ast::Fleet) -> Decl {
    let (mut clusters, mut metrics) = (Vec::new(), Vec::new());
    for member in fleet.members() {
        match member {
            ast::Member::Cluster(cluster) => clusters.extend(cluster.name().map(|n| n.text())),
            ast::Member::Nested(nested) if nested.keyword().is_some_and(|k| k.text() == "metric") => {
                metrics.extend(nested.label().map(|n| n.text()));
            }
            _ => {}
        }
    }
    Decl::Fleet { clusters, metrics }
}

/// A name's meaning: the declaration and the file it stands in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Binding {
    /// The file that declares it.
    pub file: SourceFile,
    /// Its name there.
    pub name: String,
    /// The declaration.
    pub decl: Arc<Decl>,
}

/// What each name means in a file. A name may mean several things of different kinds (a type and an event).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FileScope {
    /// By name: declarations first, then imports.
    pub bindings: BTreeMap<String, Vec<Binding>>,
}

impl FileScope {
    /// The first meaning of a name that a filter takes.
    pub fn find(&self, name: &str, accept: impl Fn(&Decl) -> bool) -> Option<&Binding> {
        self.bindings.get(name)?.iter().find(|b| accept(&b.decl))
    }

    /// Every name with a meaning that a filter takes.
    pub fn names(&self, accept: impl Fn(&Decl) -> bool) -> Vec<String> {
        let any = |bindings: &Vec<Binding>| bindings.iter().any(|b| accept(&b.decl));
        self.bindings.iter().filter(|(_, bindings)| any(bindings)).map(|(name, _)| name.clone()).collect()
    }
}

/// The names a file declares itself; what another file can import.
#[salsa::tracked(returns(ref))]
pub fn exports(db: &dyn salsa::Database, file: SourceFile) -> FileScope {
    let mut scope = FileScope::default();
    for Item { text, .. } in items(db, file) {
        let signature = item_signature(db, *text);
        let Some(decl) = &signature.decl else { continue };
        let mut bind = |name: &str, decl: Arc<Decl>| {
            let binding = Binding { file, name: name.to_owned(), decl };
            scope.bindings.entry(name.to_owned()).or_default().push(binding);
        };
        bind(&signature.name, decl.clone());
        if let Decl::Fleet { clusters, .. } = &**decl {
            for cluster in clusters {
                bind(cluster, Arc::new(Decl::Cluster { fleet: signature.name.clone() }));
            }
        }
    }
    scope
}

/// What each name means in a file: its own declarations and its imports.
#[salsa::tracked(returns(ref))]
pub fn file_scope(db: &dyn salsa::Database, file: SourceFile) -> FileScope {
    let mut scope = exports(db, file).clone();
    for Item { text, .. } in items(db, file) {
        let Some(import) = &item_signature(db, *text).import else { continue };
        let Some(target) = imported_file(db, file, &import.path) else { continue };
        for (imported, local) in &import.names {
            let found = exports(db, target).bindings.get(imported).cloned().unwrap_or_default();
            scope.bindings.entry(local.clone()).or_default().extend(found);
        }
    }
    scope
}

/// The file that a path written in another file names, if it is in the workspace and can be read.
pub fn imported_file(db: &dyn salsa::Database, from: SourceFile, path: &str) -> Option<SourceFile> {
    let path = system::resolve(&from.path(db), path)?;
    let file = *Workspace::get(db).files(db).get(path.as_str())?;
    is_readable(db, file).then_some(file)
}

/// Whether a file has a text. Who asks this does not depend on what the text is.
#[salsa::tracked(returns(copy))]
fn is_readable(db: &dyn salsa::Database, file: SourceFile) -> bool {
    file.text(db).is_some()
}

/// How the value of a param comes from those of others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ParamChain {
    /// Through at most so many others.
    Ends(usize),
    /// Through more than [`LONGEST_CHAIN`].
    TooLong,
    /// From itself: the params on the shortest such way, beginning with the first one declared.
    Circle(Arc<[(SourceFile, String)]>),
}

/// Through how many others the value of a param may come from one.
pub const LONGEST_CHAIN: usize = 32;

/// Where the values of a file's params come from.
#[salsa::tracked(returns(ref))]
pub fn param_chains(db: &dyn salsa::Database, file: SourceFile) -> FxHashMap<String, ParamChain> {
    let own = exports(db, file).names(|decl| matches!(decl, Decl::Param { .. }));
    let (params, reads) = reachable(own.into_iter().map(|name| (file, name)), |param| params_read(db, param));
    let mut chains: Vec<Option<ParamChain>> = vec![None; params.len()];
    for component in circles::components(&reads) {
        let declared = |at: &usize| (params[*at].0.path(db), position(db, &params[*at]));
        let first = match component.as_slice() {
            [only] => *only,
            several => several.iter().copied().min_by_key(declared).unwrap_or_default(),
        };
        let chain = match circles::shortest(&reads, &component, first) {
            Some(circle) => ParamChain::Circle(circle.into_iter().map(|at| params[at].clone()).collect()),
            None => {
                // What ends or is wrong elsewhere counts from there.
                let longest = reads[first].iter().map(|other| match chains[*other] {
                    Some(ParamChain::Ends(length)) => length + 1,
                    _ => 1,
                });
                let length = longest.max().unwrap_or(0);
                if length > LONGEST_CHAIN { ParamChain::TooLong } else { ParamChain::Ends(length) }
            }
        };
        for at in component {
            chains[at] = Some(chain.clone());
        }
    }
    let of_file = params.into_iter().zip(chains).filter(|((declared_in, _), _)| *declared_in == file);
    of_file.filter_map(|((_, name), chain)| Some((name, chain?))).collect()
}

/// What can be reached from some declarations, with what each leads to.
pub(crate) fn reachable<K: Clone + Eq + std::hash::Hash>(
    from: impl IntoIterator<Item = K>,
    next: impl Fn(&K) -> Vec<K>,
) -> (Vec<K>, Vec<Vec<usize>>) {
    let (mut nodes, mut numbers) = (Vec::new(), FxHashMap::default());
    let mut number = |node: K, nodes: &mut Vec<K>| {
        *numbers.entry(node).or_insert_with_key(|node| {
            nodes.push(node.clone());
            nodes.len() - 1
        })
    };
    for node in from {
        number(node, &mut nodes);
    }
    let mut edges = Vec::new();
    while edges.len() < nodes.len() {
        let targets = next(&nodes[edges.len()]);
        edges.push(targets.into_iter().map(|target| number(target, &mut nodes)).collect());
    }
    (nodes, edges)
}

/// The number of the item that declares a name.
fn position(db: &dyn salsa::Database, (file, name): &(SourceFile, String)) -> usize {
    declarations(db, *file).get(name).map_or(usize::MAX, |(at, _)| *at)
}

/// The params that the default of a param reads.
fn params_read(db: &dyn salsa::Database, (file, name): &(SourceFile, String)) -> Vec<(SourceFile, String)> {
    let is_param = |d: &Decl| matches!(d, Decl::Param { .. });
    let Some(binding) = exports(db, *file).find(name, is_param) else { return Vec::new() };
    let Decl::Param { reads, .. } = &*binding.decl else { return Vec::new() };
    let scope = file_scope(db, *file);
    reads.iter().filter_map(|r| scope.find(r, is_param)).map(|b| (b.file, b.name.clone())).collect()
}

/// The items that declare the names of a file, with their numbers; of a cluster its fleet's.
#[salsa::tracked(returns(ref))]
fn declarations<'db>(
    db: &'db dyn salsa::Database,
    file: SourceFile,
) -> FxHashMap<String, (usize, ItemText<'db>)> {
    let mut found = FxHashMap::default();
    for (at, item) in items(db, file).iter().enumerate() {
        let signature = item_signature(db, item.text);
        let Some(decl) = &signature.decl else { continue };
        let clusters = if let Decl::Fleet { clusters, .. } = &**decl { clusters.as_slice() } else { &[] };
        for name in std::iter::once(&signature.name).chain(clusters) {
            found.entry(name.clone()).or_insert((at, item.text));
        }
    }
    found
}

/// The item that declares a name in a file (for a cluster: its fleet's).
#[salsa::tracked(returns(copy))]
pub fn declaring_item<'db>(
    db: &'db dyn salsa::Database,
    file: SourceFile,
    name: NameKey<'db>,
) -> Option<ItemText<'db>> {
    declarations(db, file).get(name.text(db)).map(|(_, item)| *item)
}
