//! What makes one name likelier than another where both could stand. Each signal is a number; those of an item are added,
//! and order what is of one rank.

use super::{
    facts::{Fact, kind_of_block, what_stands},
    probe::Probe,
};
use efl_compiler::types::{Type, TypeTable};
use efl_grammar::{
    SyntaxKind::*,
    SyntaxNode,
    ast::{self, AstNode},
};

/// What a value is for: the name and type of the parameter, field or operand that it meets.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) name: Option<String>,
    pub(super) ty: Option<Type>,
    /// Whether it is part of a condition.
    pub(super) is_condition: bool,
}

impl Slot {
    /// What the value at the cursor is for.
    pub(super) fn new(probe: &Probe<'_>) -> Self {
        let mut slot = Self::default();
        for node in probe.ancestors() {
            match node.kind() {
                NAMED_ARG => {
                    let name = ast::NamedArg::cast(node).and_then(|arg| arg.name());
                    return slot.of_key(name.map(|name| (name.text(), probe.type_at(name.range()))));
                }
                RECORD_FIELD | PATTERN_FIELD => {
                    let key = node.children().find_map(ast::Key::cast);
                    return slot.of_key(key.map(|key| (key.text(), probe.type_at(key.range()))));
                }
                BINARY_EXPR if slot.ty.is_none() => slot.compared(probe, &node),
                PREDICATE | WHERE | CLUSTERS_WHERE | IF_STMT => {
                    slot.is_condition = true;
                    return slot;
                }
                FOR_STMT => {
                    slot.ty = Some(Type::List(Type::Any.into()));
                    return slot;
                }
                ARGS | INTERPOLATION | BODY | STMTS | BLOCK => return slot,
                _ => {}
            }
        }
        slot
    }

    fn of_key(mut self, key: Option<(String, Option<&Type>)>) -> Self {
        if let Some((name, ty)) = key {
            self.name = Some(name);
            self.ty = ty.cloned();
        }
        self
    }

    /// Takes the type and name of the other operand of a comparison or calculation.
    fn compared(&mut self, probe: &Probe<'_>, node: &SyntaxNode) {
        let Some(binary) = ast::BinaryExpr::cast(node.clone()) else { return };
        let Some(operator) = binary.operator() else { return };
        self.is_condition |= matches!(operator.text(), "==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or");
        let Some(left) = binary.left().filter(|left| left.range().end() <= probe.at) else { return };
        if operator.kind() != OPERATOR {
            return;
        }
        self.ty = probe.index.type_of(left.syntax().text_range()).cloned();
        let last = left.syntax().text().to_string();
        self.name = last.trim().rsplit('.').next().map(str::to_owned);
    }

    /// Whether it is compared with something of a name.
    pub(super) fn is_compared_with(&self, name: &str) -> bool {
        self.is_condition && self.name.as_deref() == Some(name)
    }

    /// A value fits by its name, by its type, or because a field in it does.
    pub(super) fn weight(&self, name: &str, ty: &Type) -> i32 {
        self.by_name(name) + self.by_type(ty) + self.through(ty, 3)
    }

    /// A value that is called like what it is for is meant; one that shares a word with it may be.
    pub(super) fn by_name(&self, name: &str) -> i32 {
        match &self.name {
            Some(wanted) if wanted == name => 16,
            Some(wanted) if shares_word(wanted, name) => 4,
            _ => 0,
        }
    }

    /// A value of the wanted type can stand there. In a condition of which nothing is written yet, what is measured or
    /// chosen from a few is asked for more often than text.
    fn by_type(&self, ty: &Type) -> i32 {
        let ty = ty.without_null();
        match &self.ty {
            Some(Type::Any | Type::Error) => 0,
            Some(wanted) if matches!(ty, Type::Any | Type::Error) || wanted == &ty => 4,
            Some(wanted) if TypeTable::default().assignable(&ty, &wanted.without_null().widened()) => 3,
            Some(_) => 0,
            None if self.is_condition => match ty {
                Type::Number | Type::Int | Type::Bool | Type::Literal(_) | Type::Union(_) => 2,
                _ => 0,
            },
            None => 0,
        }
    }

    /// A record leads to what is wanted if a field in it is called so, or is of the type.
    fn through(&self, ty: &Type, depth: i32) -> i32 {
        let table = TypeTable::default();
        let of_field = |field: &&efl_compiler::types::RecordField| {
            let named = self.name.as_deref() == Some(&*field.name);
            let typed = self.ty.as_ref().is_some_and(|_| self.by_type(&field.ty) > 0);
            let here = if named { 6 + depth } else { i32::from(typed) };
            if depth > 0 { here.max(self.through(&field.ty, depth - 1)) } else { here }
        };
        table.fields(ty).iter().map(of_field).max().unwrap_or_default()
    }
}

/// Whether two names have a word in common: `pm25-limit` and `pm25`.
pub(super) fn shares_word(a: &str, b: &str) -> bool {
    a.split(['-', '_']).any(|word| word.len() > 2 && b.split(['-', '_']).any(|other| alike(word, other)))
}

/// Whether two words are forms of one: `reading` and `Readings`, `settle` and `settled`.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let common = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    common >= 3 && common + 1 >= a.len().min(b.len()) && common * 2 >= a.len().max(b.len())
}

/// What a text says is likely meant below it: a name of which it has a word.
pub(super) fn mentioned(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.len() > 2 && shares_word(word, name))
}

/// What followed here in other blocks of the kind in this file, and what they have at all.
pub(super) struct Habit {
    block: Box<str>,
    before: Box<str>,
}

impl Habit {
    /// Of the block, body or statements around the cursor.
    pub(super) fn new(probe: &Probe<'_>, braces: &SyntaxNode) -> Self {
        let before = braces.children().take_while(|child| child.text_range().end() <= probe.at);
        let before = before.filter_map(|child| what_stands(&child)).last().unwrap_or_default();
        Self { block: kind_of_block(braces).into(), before }
    }

    /// What often followed what stands before the cursor follows again.
    pub(super) fn weight(&self, probe: &Probe<'_>, what: &str) -> i32 {
        let followed = probe.count(&Fact::Follows(self.block.clone(), self.before.clone(), what.into()));
        let has = probe.count(&Fact::Has(self.block.clone(), what.into()));
        i32::try_from(followed.min(20) * 4 + has.min(20)).unwrap_or_default()
    }

    /// Whether blocks of the kind have it in this file.
    pub(super) fn knows(&self, probe: &Probe<'_>, what: &str) -> bool {
        probe.count(&Fact::Has(self.block.clone(), what.into())) > 0
    }
}
