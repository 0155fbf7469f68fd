//! Elaboration: one pass over the tree of an item that resolves names, infers types, reports what is wrong and builds
//! the IR.
//!
//! One file per construct. What needs the whole program (an impossible predicate, a port clash, recursion) is a rule of
//! its own under [`crate::rules`], run on the IR of an item that has no errors of its own in that place.

pub(crate) mod block;
mod body;
mod bus;
mod call;
pub(crate) mod cascade;
mod expr;
mod extent;
mod fleet;
mod function;
mod logic;
mod orchestrator;
mod param;
mod patch;
mod placement;
mod record;
mod source;
mod suggest;
mod test;
mod ty;

pub(crate) use call::builtin_signature;
pub use extent::{DEEPEST_TYPE, LARGEST_TYPE};
pub use orchestrator::OrchestratorScope;
pub(crate) use orchestrator::declared;
pub use placement::candidates;
pub(crate) use record::record;
pub use suggest::suggest;
pub use ty::{TypeScope, schema_type};

use self::cascade::SyntaxErrors;
use crate::{
    db::{ItemText, NameKey, SourceFile, Workspace, item_node, parse_item},
    diag::{Applicability, Diagnostic, Level},
    index::Meaning,
    ir,
    names::{self, Binding, Decl, FileScope},
    rules, spec,
    types::Type,
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, TextRange,
    ast::{self, AstNode, HasName},
};
use std::{collections::BTreeSet, sync::Arc};

/// What is known of an item.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Analysis {
    /// What is wrong, with ranges relative to the item.
    pub diagnostics: Vec<Diagnostic>,
    /// The names of the file's scope that are used.
    pub used: BTreeSet<String>,
    /// What the item declares, lowered; `None` when it is broken beyond that.
    pub lowered: Option<Lowered>,
    /// Whether it depends on a param that has no value yet.
    pub incomplete: bool,
}

impl Analysis {
    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.level == Level::Error)
    }
}

/// A lowered declaration.
#[derive(Clone, PartialEq, Debug)]
pub enum Lowered {
    /// A param's value: what was given, else the default; `None` when it is required and not given.
    Param(Option<ir::Expr>, Type),
    /// A bus.
    Bus(Box<spec::EventBus>),
    /// A fleet.
    Fleet(Arc<ir::Fleet>),
    /// A function.
    Function(Box<function::Lowered>),
    /// A workflow.
    Workflow(Box<body::LoweredWorkflow>),
    /// An orchestrator.
    Orchestrator(Arc<ir::Orchestrator>),
}

/// What an item declares and what is wrong with it.
#[salsa::tracked(returns(ref))]
pub fn check_item<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Analysis {
    let mut cx = Cx::new(db, item.file(db), item);
    cx.syntax_errors(item);
    cx.indented_declarations(item);
    let lowered = item_node(db, item).and_then(|node| cx.item(&node));
    cx.finish(lowered)
}

/// An expression on its own, as in the brackets of an event with this payload and any metadata, with further names of
/// type `any`.
pub fn expression(
    db: &dyn salsa::Database,
    file: SourceFile,
    text: &str,
    payload: Type,
    locals: &[&str],
) -> (ir::Expr, Vec<Diagnostic>) {
    let item = ItemText::new(db, file, format!("param expression: any = {text}").into_boxed_str());
    let mut cx = Cx::new(db, file, item);
    cx.syntax_errors(item);
    let node = item_node(db, item);
    let default = node.and_then(|n| if let ast::Item::Param(param) = n { param.default() } else { None });
    let own = expr::Own { event: "expression".to_owned(), payload, meta: Type::Any };
    let local =
        |name: &&str| expr::Local { name: (*name).to_owned(), ty: Type::Any, range: TextRange::default() };
    let locals = locals.iter().map(local).collect();
    let env = expr::Env { own: Some(own), locals, place: "an expression", ..expr::Env::default() };
    let (lowered, _) = cx.expr(default.as_ref(), &env);
    (lowered, cx.finish(None).diagnostics)
}

/// The context of elaborating one item.
pub(crate) struct Cx<'db> {
    pub(crate) db: &'db dyn salsa::Database,
    pub(crate) file: SourceFile,
    /// The text of the item.
    pub(crate) text: &'db str,
    pub(crate) scope: &'db FileScope,
    /// The orchestrator around, with its own declarations.
    pub(crate) orc: Option<OrchestratorScope>,
    /// Whether the expression at hand reads a param without a value, so that checks of values are moot.
    pub(crate) incomplete: bool,
    /// Whether any expression did.
    pub(crate) reads_unknown: bool,
    /// The functions and workflows called that are declared outside.
    pub(crate) callees: Vec<Binding>,
    /// The places of `let`s, loop variables and parameters that are read.
    pub(crate) used_locals: BTreeSet<(u32, u32)>,
    /// The patches of the declarations seen.
    pub(crate) patched: Vec<spec::Patch>,
    diagnostics: Vec<Diagnostic>,
    used: BTreeSet<String>,
    /// The item's syntax errors: what is missing there may only be misread.
    syntax: SyntaxErrors<'db>,
    /// What names mean, when an editor asks.
    recorder: Option<Box<record::Recorder>>,
}

impl<'db> Cx<'db> {
    fn new(db: &'db dyn salsa::Database, file: SourceFile, item: ItemText<'db>) -> Self {
        let scope = names::file_scope(db, file);
        Self {
            db,
            file,
            text: item.text(db),
            scope,
            orc: None,
            incomplete: false,
            reads_unknown: false,
            callees: Vec::new(),
            used_locals: BTreeSet::new(),
            patched: Vec::new(),
            diagnostics: Vec::new(),
            used: BTreeSet::new(),
            syntax: SyntaxErrors::of(db, item),
            recorder: None,
        }
    }

    /// Reports what the parser found wrong with the item.
    fn syntax_errors(&mut self, item: ItemText<'db>) {
        self.report_all(parse_item(self.db, item).errors.iter().map(rules::syntax));
    }

    /// Reports what is declared behind the item's own declaration: it does not begin its line, and so no item of its own.
    fn indented_declarations(&mut self, item: ItemText<'db>) {
        let root = SyntaxNode::new_root(parse_item(self.db, item).green.clone());
        for extra in root.children().filter_map(ast::Item::cast).skip(1) {
            let keyword = extra.syntax().children_with_tokens().find(|e| e.kind() == SyntaxKind::KEYWORD);
            let range = keyword.map_or(extra.syntax().text_range(), |keyword| keyword.text_range());
            if self.syntax.is_empty() {
                self.error(
                    &rules::misplaced_declaration::RULE,
                    range,
                    "a declaration of the file begins at the beginning of its line",
                );
            }
        }
    }

    /// Whether a syntax error stands in a place: a check of the whole of it would be a guess.
    pub(crate) fn is_broken(&self, range: TextRange) -> bool {
        self.syntax.are_about(range)
    }

    /// Whether a syntax error stands in a declaration itself, and not in a member of it: what seems to be missing may
    /// be what could not be read.
    pub(crate) fn is_mangled(&self, node: &SyntaxNode) -> bool {
        if !self.is_broken(node.text_range()) {
            return false;
        }
        // The members of a member are in it.
        let mut members: Vec<TextRange> = Vec::new();
        for member in node.descendants().skip(1).filter_map(ast::Member::cast) {
            if members.last().is_none_or(|last| last.end() <= member.range().start()) {
                members.push(member.range());
            }
        }
        let in_member = |error: TextRange| {
            let at = members.partition_point(|member| member.start() <= error.start());
            members[..at].last().is_some_and(|member| member.contains_range(error))
        };
        self.syntax.within(node.text_range()).any(|error| !in_member(error))
    }

    fn finish(mut self, lowered: Option<Lowered>) -> Analysis {
        if !self.syntax.is_empty() {
            let elaborated = self.diagnostics.split_off(self.syntax.len());
            self.diagnostics.extend(elaborated.into_iter().filter(|d| !self.syntax.explain(d)));
        }
        self.diagnostics.sort_by_key(|d| (d.range.start(), d.range.end(), d.rule.code));
        self.diagnostics.dedup();
        Analysis { diagnostics: self.diagnostics, used: self.used, lowered, incomplete: self.reads_unknown }
    }

    fn item(&mut self, node: &ast::Item) -> Option<Lowered> {
        match node {
            ast::Item::Import(import) => {
                self.import(import);
                None
            }
            ast::Item::Param(param) => Some(self.param(param)),
            ast::Item::Type(decl) => {
                self.type_decl(decl);
                None
            }
            ast::Item::Bus(bus) => self.bus(bus).map(|b| Lowered::Bus(Box::new(b))),
            ast::Item::Fleet(fleet) => Some(Lowered::Fleet(Arc::new(self.fleet(fleet)))),
            ast::Item::Function(decl) => self.function(decl).map(|f| Lowered::Function(Box::new(f))),
            ast::Item::Workflow(decl) => self.workflow(decl).map(|w| Lowered::Workflow(Box::new(w))),
            ast::Item::Orchestrator(decl) => {
                self.orchestrator(decl).map(|o| Lowered::Orchestrator(Arc::new(o)))
            }
            ast::Item::Test(test) => {
                self.test(test);
                None
            }
        }
    }

    /// Records a diagnostic.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Records what a rule found.
    pub(crate) fn report_all(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Records a diagnostic that is only a message.
    pub(crate) fn error(&mut self, rule: &'static rules::Rule, range: TextRange, message: impl Into<String>) {
        self.report(Diagnostic::new(rule, range, message));
    }

    /// How many diagnostics there are: to see whether a part brought one.
    pub(crate) fn mark(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether an error was reported since a mark.
    pub(crate) fn failed_since(&self, mark: usize) -> bool {
        self.diagnostics[mark..].iter().any(|d| d.level == Level::Error)
    }

    /// Whether an error was reported within a place.
    pub(crate) fn failed_in(&self, range: TextRange) -> bool {
        self.diagnostics.iter().any(|d| d.level == Level::Error && range.contains_range(d.range))
    }

    /// Takes back what a rule said of a place: something that was seen later explains it.
    pub(crate) fn retract(&mut self, rule: &'static rules::Rule, range: TextRange) {
        self.diagnostics.retain(|d| !(d.rule == rule && d.range == range));
    }

    /// Takes back all that a rule said: what it asked about is not known.
    pub(crate) fn forget(&mut self, rule: &'static rules::Rule) {
        self.diagnostics.retain(|d| d.rule != rule);
    }

    /// Takes back the diagnostics reported since a mark.
    pub(crate) fn take_since(&mut self, mark: usize) -> Vec<Diagnostic> {
        self.diagnostics.split_off(mark)
    }

    /// Whether so much is wrong that nobody reads it all.
    pub(crate) fn says_enough(&self) -> bool {
        self.diagnostics.len() >= 500
    }

    /// Names to suggest one of; none when enough is said: to compare thousands of names with thousands takes long.
    pub(crate) fn candidates(&self, names: impl FnOnce() -> Vec<String>) -> Vec<String> {
        if self.says_enough() { Vec::new() } else { names() }
    }

    /// Records that a name was looked up and is nowhere, with the nearest name that is.
    pub(crate) fn unknown(
        &mut self,
        rule: &'static rules::Rule,
        what: &str,
        name: &str,
        range: TextRange,
        candidates: &[String],
    ) {
        self.report(unknown(rule, what, name, range, candidates));
    }

    /// A meaning of a name in the file, recorded as used.
    pub(crate) fn find(&mut self, name: &str, accept: impl Fn(&Decl) -> bool) -> Option<&'db Binding> {
        let binding = self.scope.find(name, accept)?;
        self.used.insert(name.to_owned());
        Some(binding)
    }

    /// What the item that declares a binding was lowered to.
    pub(crate) fn lowered(&self, binding: &Binding) -> Option<&'db Analysis> {
        let name = NameKey::new(self.db, binding.name.clone());
        let item = names::declaring_item(self.db, binding.file, name)?;
        Some(check_item(self.db, item))
    }

    /// The workspace.
    pub(crate) fn workspace(&self) -> Workspace {
        Workspace::get(self.db)
    }

    fn import(&mut self, import: &ast::Import) {
        if self.is_broken(import.range()) && !self.is_recording() {
            return;
        }
        let (Some(node), Some(path)) = (import.path(), import.path().and_then(|p| p.plain())) else { return };
        let Some(target) = names::imported_file(self.db, self.file, &path) else {
            return self.report(rules::import_not_found::diagnostic(
                &self.file.path(self.db),
                &path,
                node.range(),
            ));
        };
        self.note(&node, || Meaning::File(target));
        let exports = names::exports(self.db, target);
        let mut seen = BTreeSet::new();
        for name in import.names() {
            let Some(imported) = name.imported() else { continue };
            let text = imported.text();
            if !exports.bindings.contains_key(&text) {
                let known: Vec<String> = exports.bindings.keys().cloned().collect();
                let what = format!("name in `{path}`:");
                self.unknown(&rules::import_name_not_found::RULE, &what, &text, imported.range(), &known);
            }
            for binding in exports.bindings.get(&text).into_iter().flatten() {
                self.note_import(imported.range(), name.alias().map(|a| a.range()), binding);
            }
            let local = name.alias().map_or(text, |a| a.text());
            if !seen.insert(local.clone()) {
                self.error(
                    &rules::duplicate_name::RULE,
                    name.range(),
                    format!("`{local}` is imported twice"),
                );
            }
        }
    }
}

/// A diagnostic for a name that is nowhere.
pub(crate) fn unknown(
    rule: &'static rules::Rule,
    what: &str,
    name: &str,
    range: TextRange,
    candidates: &[String],
) -> Diagnostic {
    let diagnostic = Diagnostic::new(rule, range, format!("unknown {what} `{name}`"));
    match suggest(name, candidates) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
            Applicability::Unsafe,
            format!("Change to `{near}`"),
            range,
            near,
        ),
        None if candidates.is_empty() => diagnostic,
        None => diagnostic.help(known_names(candidates)),
    }
}

/// "known: `a`, `b`, …": at most eight.
pub(crate) fn known_names(candidates: &[String]) -> String {
    let mut names: Vec<String> = candidates.iter().take(8).map(|c| format!("`{c}`")).collect();
    if candidates.len() > 8 {
        names.push(format!("and {} more", candidates.len() - 8));
    }
    format!("known: {}", names.join(", "))
}

/// The name of a declaration and its place.
pub(crate) fn named(decl: &impl HasName) -> Option<(String, TextRange)> {
    let name = decl.name()?;
    Some((name.text(), name.range()))
}
