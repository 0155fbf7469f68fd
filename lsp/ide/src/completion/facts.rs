//! What the program says elsewhere, counted: which names it uses and how, what its blocks hold in which order, and which
//! types a name has. What is likely in a place is mostly what a program did before.

use efl_compiler::db::{ItemText, parse_item};
use efl_grammar::{
    SyntaxElement,
    SyntaxKind::*,
    SyntaxNode,
    ast::{self, AstNode, HasName},
};
use rustc_hash::FxHashMap;

/// Something that an item says, maybe several times.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Fact {
    /// A name stands there.
    Word(Box<str>),
    /// A function or workflow is called, or is what a field is.
    Called(Box<str>),
    /// A rule listens to an event.
    Heard(Box<str>),
    /// A condition reads a field.
    Compared(Box<str>),
    /// Events are told apart by a field: `by`, `once-per`.
    Key(Box<str>),
    /// A kind of block has a field, block or statement.
    Has(Box<str>, Box<str>),
    /// In a kind of block something follows something; what comes first follows nothing.
    Follows(Box<str>, Box<str>, Box<str>),
}

/// The facts of an item, with how often it says them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Facts(FxHashMap<Fact, usize>);

impl Facts {
    /// How often the item says something.
    pub(super) fn count(&self, fact: &Fact) -> usize {
        self.0.get(fact).copied().unwrap_or_default()
    }

    fn add(&mut self, fact: Fact) {
        *self.0.entry(fact).or_default() += 1;
    }
}

/// What an item says.
#[salsa::tracked(returns(ref))]
pub(super) fn facts<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Facts {
    let mut facts = Facts::default();
    let root = SyntaxNode::new_root(parse_item(db, item).green.clone());
    for element in root.descendants_with_tokens() {
        match element {
            SyntaxElement::Token(token) if token.kind() == IDENT => {
                facts.add(Fact::Word(token.text().into()));
            }
            SyntaxElement::Token(_) => {}
            SyntaxElement::Node(node) => of_node(&mut facts, &node),
        }
    }
    facts
}

fn of_node(facts: &mut Facts, node: &SyntaxNode) {
    match node.kind() {
        CALL_EXPR => {
            if let Some(ast::Expr::Name(name)) =
                ast::CallExpr::cast(node.clone()).and_then(|call| call.callee())
            {
                facts.add(Fact::Called(name.name().into()));
            }
        }
        FIELD => {
            let value = ast::Field::cast(node.clone()).and_then(|field| field.value()?.expr());
            if let Some(ast::Expr::Name(name)) = value {
                let is_key = node.text().to_string().starts_with("once-per");
                let name = name.name().into();
                facts.add(if is_key { Fact::Key(name) } else { Fact::Called(name) });
            }
        }
        EVENT_REF if node.ancestors().any(|n| n.kind() == RULE) => {
            if let Some(event) = ast::EventRef::cast(node.clone()).and_then(|event| event.segments().last()) {
                facts.add(Fact::Heard(event.text().into()));
            }
        }
        BY => ast::By::cast(node.clone())
            .iter()
            .flat_map(ast::By::fields)
            .for_each(|f| facts.add(Fact::Key(f.text().into()))),
        NAME_EXPR if node.ancestors().any(|n| matches!(n.kind(), PREDICATE | WHERE)) => {
            facts.add(Fact::Compared(node.text().to_string().trim().into()));
        }
        BLOCK | BODY | STMTS => {
            let block = kind_of_block(node);
            let mut before: Box<str> = "".into();
            for child in node.children() {
                if let Some(what) = what_stands(&child) {
                    facts.add(Fact::Has(block.as_str().into(), what.clone()));
                    facts.add(Fact::Follows(block.as_str().into(), before, what.clone()));
                    before = what;
                }
            }
        }
        _ => {}
    }
}

/// What people call the block that a pair of braces is: `function`, `mqtt source`, `env`.
pub(super) fn kind_of_block(braces: &SyntaxNode) -> String {
    let Some(owner) = braces.parent() else { return String::new() };
    match owner.kind() {
        NESTED => {
            ast::Nested::cast(owner).and_then(|nested| nested.keyword()).map(|k| k.text()).unwrap_or_default()
        }
        SOURCE => {
            let kind = ast::Source::cast(owner).and_then(|source| source.kind());
            format!("{} source", kind.map(|kind| kind.text()).unwrap_or_default())
        }
        EVENT => {
            let around = owner.parent().map(|block| kind_of_block(&block)).unwrap_or_default();
            format!("event of {around}")
        }
        kind => format!("{kind:?}").to_lowercase(),
    }
}

/// What a member of a block or a statement is: its key, its keyword, or `call`.
pub(super) fn what_stands(member: &SyntaxNode) -> Option<Box<str>> {
    let word = match member.kind() {
        FIELD => ast::Field::cast(member.clone())?.key()?.text(),
        NESTED => ast::Nested::cast(member.clone())?.keyword()?.text(),
        CALL_STMT => "call".to_owned(),
        ERROR | DOC => return None,
        _ => {
            let tokens = member.children_with_tokens().filter_map(SyntaxElement::into_token);
            tokens.into_iter().find(|token| token.kind() == KEYWORD)?.text().to_owned()
        }
    };
    (!word.is_empty()).then(|| word.into())
}

/// The types that an item gives the fields and parameters of a name: where it declares one, and where it writes a value.
#[salsa::tracked(returns(ref))]
pub(super) fn types_of_keys<'db>(db: &'db dyn salsa::Database, item: ItemText<'db>) -> Vec<KeyType> {
    let root = SyntaxNode::new_root(parse_item(db, item).green.clone());
    root.descendants().filter_map(|node| key_type(&node)).collect()
}

/// The type that a field or parameter of a name has somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct KeyType {
    pub(super) key: Box<str>,
    /// The type's name.
    pub(super) ty: Box<str>,
    /// Whether that is declared; else a value says it.
    pub(super) is_declared: bool,
}

fn key_type(node: &SyntaxNode) -> Option<KeyType> {
    let declared = |key: String, ty: Option<ast::Ty>| {
        let ast::Ty::Name(name) = ty? else { return None };
        Some(KeyType { key: key.into(), ty: name.name()?.text().into(), is_declared: true })
    };
    let valued = |key: String, value: Option<ast::Expr>| {
        let ty = match value? {
            ast::Expr::Str(_) => "string",
            ast::Expr::Literal(literal) => match literal.kind()? {
                ast::LiteralKind::Number(number) if number.parse::<f64>().is_ok() => "number",
                ast::LiteralKind::Bool(_) => "bool",
                _ => return None,
            },
            _ => return None,
        };
        Some(KeyType { key: key.into(), ty: ty.into(), is_declared: false })
    };
    match node.kind() {
        TY_FIELD => {
            let field = ast::TyField::cast(node.clone())?;
            declared(field.key()?.text(), field.ty())
        }
        FORMAL => {
            let formal = ast::Formal::cast(node.clone())?;
            declared(formal.name()?.text(), formal.ty())
        }
        RECORD_FIELD => {
            let field = ast::RecordField::cast(node.clone())?;
            valued(field.key()?.text(), field.value())
        }
        NAMED_ARG => {
            let arg = ast::NamedArg::cast(node.clone())?;
            valued(arg.name()?.text(), arg.value())
        }
        PATTERN_FIELD => {
            let field = ast::PatternField::cast(node.clone())?;
            let ast::Pat::Value(value) = field.pattern()? else { return None };
            valued(field.key()?.text(), value.expr())
        }
        _ => None,
    }
}
