//! Recording what names mean, for [`crate::index`]: off unless somebody asks, and then only taking notes.

use super::{Cx, TypeScope, expr::Env};
use crate::{
    catalog::{Block, blocks},
    db::{ItemText, SourceFile, item_node},
    index::{self, BlockPlace, Entry, Index, Kind, Meaning, Names, Role, Symbol, Visible},
    ir::Input,
    names::{Binding, Decl},
    types::{Type, TypeTable},
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode},
};

use rustc_hash::FxHashMap;

/// What was recorded so far.
#[derive(Default)]
pub(super) struct Recorder {
    index: Index,
    /// The declaration that is elaborated.
    inside: Option<Symbol>,
    /// What is declared where, so far.
    defined: FxHashMap<TextRange, Symbol>,
}

/// What stands where in an item.
pub(crate) fn record<'db>(db: &'db dyn salsa::Database, file: SourceFile, item: ItemText<'db>) -> Index {
    let mut cx = Cx::recording(db, file, item);
    if let Some(node) = item_node(db, item) {
        cx.item(&node);
    }
    let Some(recorder) = cx.recorder else { return Index::default() };
    let mut index = recorder.index;
    let text = TextRange::up_to(TextSize::of(item.text(db)));
    index.entries.retain(|e| !e.range.is_empty() && text.contains_range(e.range));
    index.entries.sort_by_key(|e| (e.range.start(), e.range.end(), e.role));
    // An expression may be looked at more than once.
    index.entries.dedup_by(|b, a| (a.range, &a.meaning, a.role) == (b.range, &b.meaning, b.role));
    index.arguments.dedup();
    index.records.dedup();
    index.blocks.sort_by_key(|b| (b.range.start(), std::cmp::Reverse(b.range.end())));
    index.blocks.dedup();
    index
}

impl<'db> Cx<'db> {
    pub(super) fn recording(db: &'db dyn salsa::Database, file: SourceFile, item: ItemText<'db>) -> Self {
        Self { recorder: Some(Box::default()), ..Self::new(db, file, item) }
    }

    /// Whether somebody wants to know.
    pub(super) fn is_recording(&self) -> bool {
        self.recorder.is_some()
    }

    /// Notes what a place means.
    pub(super) fn note(&mut self, place: impl Place, meaning: impl FnOnce() -> Meaning) {
        self.note_typed(place, meaning, || None);
    }

    /// Notes what a place means and which type it has.
    pub(super) fn note_typed(
        &mut self,
        place: impl Place,
        meaning: impl FnOnce() -> Meaning,
        ty: impl FnOnce() -> Option<Type>,
    ) {
        if let Some(recorder) = &mut self.recorder {
            let range = place.place();
            recorder.index.entries.push(Entry { range, meaning: meaning(), role: Role::Use, ty: ty() });
        }
    }

    /// Notes that a place names something declared; nothing where that is not known.
    pub(super) fn note_symbol(&mut self, place: impl Place, symbol: Option<Symbol>, ty: Option<&Type>) {
        if let Some(recorder) = &mut self.recorder
            && let Some(symbol) = symbol
        {
            let (range, meaning) = (place.place(), Meaning::Declared(symbol));
            recorder.index.entries.push(Entry { range, meaning, role: Role::Use, ty: ty.cloned() });
        }
    }

    /// Notes that a place names what a binding is bound to.
    pub(super) fn note_binding(&mut self, place: impl Place, binding: &Binding, ty: Option<&Type>) {
        if self.is_recording() {
            self.note_symbol(place, Some(Symbol::of(binding)), ty);
        }
    }

    /// Notes that an import gives a name another one.
    pub(super) fn note_import(&mut self, imported: TextRange, alias: Option<TextRange>, binding: &Binding) {
        let Some(recorder) = &mut self.recorder else { return };
        let mut note = |range, role| {
            let meaning = Meaning::Declared(Symbol::of(binding));
            recorder.index.entries.push(Entry { range, meaning, role, ty: None });
        };
        note(imported, Role::Use);
        if let Some(alias) = alias {
            note(alias, Role::Alias);
        }
    }

    /// What is declared here under a name.
    pub(super) fn here(&self, kind: Kind, name: &str) -> Option<Symbol> {
        let recorder = self.recorder.as_ref()?;
        Some(match &recorder.inside {
            Some(inside) => inside.child(kind, name),
            None => Symbol::new(self.file, kind, name),
        })
    }

    /// The declaration that is elaborated.
    pub(super) fn inside(&self) -> Option<&Symbol> {
        self.recorder.as_ref()?.inside.as_ref()
    }

    /// Notes a declaration.
    pub(super) fn define(&mut self, kind: Kind, name: Option<&(String, TextRange)>, ty: Option<&Type>) {
        if let Some((name, range)) = name
            && let Some(symbol) = self.here(kind, name)
        {
            self.define_as(symbol, *range, ty.cloned());
        }
    }

    fn define_as(&mut self, symbol: Symbol, range: TextRange, ty: Option<Type>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.defined.insert(range, symbol.clone());
            let meaning = Meaning::Declared(symbol);
            recorder.index.entries.push(Entry { range, meaning, role: Role::Definition, ty });
        }
    }

    /// Notes a declaration and enters it: what follows is declared in it, until [`Cx::leave`].
    pub(super) fn enter(&mut self, kind: Kind, name: Option<&(String, TextRange)>) -> Option<Symbol> {
        self.define(kind, name, None);
        let name = name.map_or("", |(name, _)| name);
        let inner = self.here(kind, name);
        self.enter_symbol(inner)
    }

    /// Enters a declaration.
    pub(super) fn enter_symbol(&mut self, symbol: Option<Symbol>) -> Option<Symbol> {
        let recorder = self.recorder.as_mut()?;
        std::mem::replace(&mut recorder.inside, symbol)
    }

    /// Returns to the declaration around.
    pub(super) fn leave(&mut self, outer: Option<Symbol>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.inside = outer;
        }
    }

    /// Notes a name that is bound in a body, and where it is visible.
    pub(super) fn bind(
        &mut self,
        kind: Kind,
        (name, range): (&str, TextRange),
        ty: &Type,
        visible: impl FnOnce() -> TextRange,
    ) {
        let Some(symbol) = self.inside().map(|inside| inside.local(kind, name, range.start())) else {
            return;
        };
        self.define_as(symbol.clone(), range, Some(ty.clone()));
        self.note_visible(visible(), || Names::Local(symbol, ty.clone()));
    }

    /// Notes names that are visible in a place.
    pub(super) fn note_visible(&mut self, place: impl Place, names: impl FnOnce() -> Names) {
        if let Some(recorder) = &mut self.recorder {
            recorder.index.visible.push(Visible { range: place.place(), names: names() });
        }
    }

    /// What is declared at a place.
    pub(super) fn defined_at(&self, range: TextRange) -> Option<Symbol> {
        self.recorder.as_ref()?.defined.get(&range).cloned()
    }

    /// Notes the type of an expression.
    pub(super) fn note_type(&mut self, place: impl Place, ty: &Type) {
        if let Some(recorder) = &mut self.recorder {
            recorder.index.types.push((place.place(), ty.clone()));
        }
    }

    /// Notes that a place names a field of a value of a type.
    pub(super) fn note_field(&mut self, place: impl Place, of: &Type, name: &str) {
        if !self.is_recording() {
            return;
        }
        let range = place.place();
        let fields = index::fields_of(of, name);
        // A field of a type that is written nowhere: of `meta`, of a cluster, of a literal.
        if fields.is_empty()
            && let Some(ty) = TypeTable::default().member(of, name).read()
        {
            let table = TypeTable::default();
            let doc = table.fields(of).into_iter().find(|f| *f.name == *name).and_then(|f| f.doc.clone());
            return self.note_typed(range, || Meaning::ForeignField(doc), || Some(ty));
        }
        for (symbol, ty) in fields {
            self.note_symbol(range, Some(symbol), Some(&ty));
        }
    }

    /// Notes the keys of a record that is written for a place of a type.
    pub(super) fn note_keys(&mut self, node: &ast::Expr, expected: &Type) {
        if !self.is_recording() {
            return;
        }
        match node {
            ast::Expr::Paren(paren) => {
                if let Some(inner) = paren.inner() {
                    self.note_keys(&inner, expected);
                }
            }
            ast::Expr::Record(record) => self.note_record(record, expected),
            ast::Expr::List(list) => {
                if let Some(element) = TypeTable::default().element(&expected.without_null()) {
                    list.elements().for_each(|e| self.note_keys(&e, &element));
                }
            }
            _ => {}
        }
    }

    /// Notes of which type a record or pattern is.
    pub(super) fn note_expected(&mut self, place: impl Place, expected: &Type) {
        if let Some(recorder) = &mut self.recorder {
            recorder.index.records.push((place.place(), expected.clone()));
        }
    }

    /// [`Cx::note_keys`] of a record.
    pub(super) fn note_record(&mut self, record: &ast::RecordExpr, expected: &Type) {
        if !self.is_recording() {
            return;
        }
        self.note_expected(record, expected);
        for field in record.fields() {
            let Some(key) = field.key() else { continue };
            let name = key.text();
            self.note_field(key_range(&key), expected, &name);
            let inner = TypeTable::default().member(&expected.without_null(), &name).read();
            if let (Some(value), Some(inner)) = (field.value(), inner) {
                self.note_keys(&value, &inner);
            }
        }
    }

    /// Notes what stands in the arguments of a call, of which a wrong one is otherwise left at its first mistake.
    pub(super) fn note_arguments(&mut self, node: &ast::CallExpr, env: &Env) {
        let (true, Some(args)) = (self.is_recording(), node.args()) else { return };
        for value in args.positional().chain(args.named().filter_map(|arg| arg.value())) {
            self.expr(Some(&value), env);
        }
    }

    /// Notes what the arguments of a call stand for.
    pub(super) fn note_args(&mut self, node: &ast::CallExpr, callee: Option<&Symbol>, input: &Input) {
        let (true, Some(args)) = (self.is_recording(), node.args()) else { return };
        let parameter = |name: &str| callee.map(|c| c.child(Kind::Parameter, name));
        for arg in args.named() {
            let Some(name) = arg.name() else { continue };
            match input {
                Input::Named(params) => {
                    let param = params.iter().find(|p| p.name == name.text());
                    if let Some(param) = param {
                        self.note_symbol(name.range(), parameter(&param.name), Some(&param.ty));
                    }
                }
                Input::Whole(ty) => self.note_field(name.range(), ty, &name.text()),
                Input::Any => {}
            }
        }
        let Input::Named(params) = input else { return };
        let mut positional = args.positional();
        match (params.as_slice(), positional.next(), positional.next()) {
            ([only], Some(arg), None) => {
                if let (Some(symbol), Some(recorder)) = (parameter(&only.name), &mut self.recorder) {
                    recorder.index.arguments.push((arg.range(), symbol));
                }
            }
            ([_, _, ..], Some(ast::Expr::Record(record)), None) => {
                for field in record.fields() {
                    let Some(key) = field.key() else { continue };
                    if let Some(param) = params.iter().find(|p| p.name == key.text()) {
                        self.note_symbol(key_range(&key), parameter(&param.name), Some(&param.ty));
                    }
                }
            }
            _ => {}
        }
    }

    /// Notes that a place reads a param.
    pub(super) fn note_param(&mut self, range: TextRange, name: &str) {
        if !self.is_recording() {
            return;
        }
        let Some(binding) = self.scope.find(name, |d| matches!(d, Decl::Param { .. })) else { return };
        let Decl::Param { ty, .. } = &*binding.decl else { return };
        let symbol = Symbol::of(binding);
        let ty = TypeScope::of_file(self.db, binding.file, true).resolve_of(ty, Some(symbol.clone()));
        self.note_symbol(range, Some(symbol), Some(&ty));
    }

    /// Notes that a place names a field of a cluster.
    pub(super) fn note_cluster_field(&mut self, range: TextRange, name: &str, ty: &Type) {
        let block = &blocks::CLUSTER;
        let meaning =
            || block.field(name).map_or(Meaning::ForeignField(None), |f| Meaning::Field(block.name, f));
        self.note_typed(range, meaning, || Some(ty.clone()));
    }

    /// Notes a block of fields. `node` is its braces, or the declaration around them.
    pub(super) fn note_block(&mut self, node: &SyntaxNode, blocks: &[&Block], given: &super::block::Given) {
        let Some(recorder) = &mut self.recorder else { return };
        let braces = |n: &SyntaxNode| {
            matches!(n.kind(), SyntaxKind::BLOCK | SyntaxKind::BODY | SyntaxKind::RECORD_EXPR)
        };
        let Some(block) = [node.clone()].into_iter().chain(node.children()).find(braces) else { return };
        let given = given.names().map(str::to_owned).collect();
        let range = ast::trimmed_range(&block);
        recorder.index.blocks.push(BlockPlace { range, blocks: blocks.iter().map(|&b| *b).collect(), given });
    }

    /// Notes what is visible in the body of a rule: its events.
    pub(super) fn note_events(&mut self, range: TextRange, env: &Env) {
        if !self.is_recording() {
            return;
        }
        for event in &env.events {
            self.note_visible(range, || Names::Event {
                name: event.name.clone(),
                symbol: event.symbol.clone(),
                payload: event.payload.clone(),
                meta: event.meta.clone(),
                absent: event.absent,
            });
        }
    }
}

/// Where something stands: asked only if somebody wants to know.
pub(super) trait Place {
    /// The place.
    fn place(self) -> TextRange;
}

impl Place for TextRange {
    fn place(self) -> TextRange {
        self
    }
}

impl<N: AstNode> Place for &N {
    fn place(self) -> TextRange {
        AstNode::range(self)
    }
}

/// A key, without its quotes.
pub(super) struct Unquoted<'a>(pub(super) &'a ast::Key);

impl Place for Unquoted<'_> {
    fn place(self) -> TextRange {
        key_range(self.0)
    }
}

/// The place of a key without its quotes.
pub(super) fn key_range(key: &ast::Key) -> TextRange {
    let range = key.range();
    let quoted = key.syntax().children().any(|n| n.kind() == SyntaxKind::STRING);
    if quoted { without_quotes(range) } else { range }
}

/// The place of the text of a string.
pub(super) fn without_quotes(range: TextRange) -> TextRange {
    let quote = TextSize::new(1);
    if range.len() < quote + quote {
        return range;
    }
    TextRange::new(range.start() + quote, range.end() - quote)
}

/// Where a name is visible that a statement binds: behind it, to the end of the block around.
pub(super) fn visible_behind(node: &SyntaxNode) -> TextRange {
    let parallel = |n: &SyntaxNode| n.parent().is_some_and(|p| p.kind() == SyntaxKind::PARALLEL_STMT);
    let block = |n: &SyntaxNode| matches!(n.kind(), SyntaxKind::BODY | SyntaxKind::STMTS) && !parallel(n);
    let around = node.ancestors().skip(1).find(block);
    let end = around.map_or_else(|| node.text_range().end(), |n| n.text_range().end());
    // What `parallel` binds is visible behind its end.
    let start = node.ancestors().skip(1).take_while(|n| !block(n)).last();
    let start = start.map_or_else(|| ast::trimmed_range(node).end(), |n| ast::trimmed_range(&n).end());
    TextRange::new(start.min(end), end)
}
