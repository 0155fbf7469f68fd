//! The types of payloads, parameters and results. Structural; `any` is gradual.
//!
//! [`relation`] says which value may stand where, [`lookup`] what a field or element is, [`print`] how a type is written.

mod lookup;
mod print;
mod relation;

pub use lookup::Lookup;
pub use relation::{Mismatch, Problem, Step};

use rustc_hash::FxHashSet;
use std::{
    collections::BTreeMap,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// So many alternatives are compared one by one.
const FEW: usize = 8;

/// A type. Names of declared types are resolved before one is made; a recursive type refers to itself by
/// [`Type::Named`].
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// Accepted everywhere, checked at run time only.
    Any,
    /// The type of an expression with an error that was reported; accepted everywhere, never reported again.
    Error,
    /// `null`.
    Null,
    /// `bool`.
    Bool,
    /// `int`: a number without a fraction.
    Int,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `duration`; not in payloads.
    Duration,
    /// `timestamp`: RFC 3339 text.
    Timestamp,
    /// A literal: `"low"`, `3`, `true`.
    Literal(Literal),
    /// `A | B`: at least two, none a union.
    Union(Arc<[Type]>),
    /// `list<T>`.
    List(Arc<Type>),
    /// `map<T>`.
    Map(Arc<Type>),
    /// `{ a: T, b?: U }`.
    Record(Arc<Record>),
    /// A declared type by name, with what it stands for looked up in [`TypeTable`]: only inside recursive types.
    Named(Arc<str>),
}

/// What the names of recursive types stand for. A question about types that may be recursive is asked here; without
/// any, [`TypeTable::default`] answers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TypeTable(BTreeMap<Arc<str>, Type>);

impl TypeTable {
    /// Says what a name stands for.
    pub fn insert(&mut self, name: Arc<str>, ty: Type) {
        self.0.insert(name, ty);
    }

    /// The type itself, with a name replaced by what it stands for. A name that is unknown, or stands for nothing
    /// but itself, is [`Type::Error`]: that was reported where it was declared.
    pub fn resolve<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut ty = ty;
        for _ in 0..=self.0.len() {
            match ty {
                Type::Named(name) => match self.0.get(name) {
                    Some(definition) => ty = definition,
                    None => return &Type::Error,
                },
                other => return other,
            }
        }
        &Type::Error
    }

    /// The alternatives of a type, names resolved. (A name inside a union may itself stand for a union.)
    fn alternatives<'a>(&'a self, ty: &'a Type) -> impl Iterator<Item = &'a Type> {
        let parts = self.resolve(ty).alternatives().iter().map(|part| self.resolve(part));
        parts.flat_map(|part| part.alternatives().iter().map(|inner| self.resolve(inner)))
    }
}

/// A literal type's value. (No number of a program is NaN.)
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// Text.
    String(Arc<str>),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
}

impl Eq for Literal {}

impl Hash for Literal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Literal::String(text) => text.hash(state),
            // `0` and `-0` are equal.
            Literal::Number(number) => (number + 0.0).to_bits().hash(state),
            Literal::Bool(flag) => flag.hash(state),
        }
    }
}

/// The fields of a record type, in the order declared.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Record {
    /// The declared name, for messages.
    pub name: Option<Arc<str>>,
    /// The fields.
    pub fields: Vec<RecordField>,
    /// Whether other fields may be present (a JSON Schema without `additionalProperties: false`); they are `any`.
    pub open: bool,
    /// Where it is written, when an editor asked.
    pub origin: crate::index::Origin,
}

/// One field of a record type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RecordField {
    /// The key.
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// Whether it may be missing (then reading it gives `T | null`).
    pub optional: bool,
    /// The doc comment.
    pub doc: Option<Arc<str>>,
}

impl Record {
    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&RecordField> {
        self.fields.iter().find(|f| &*f.name == name)
    }
}

impl Type {
    /// A union without nested unions and doubles; the only alternative itself when there is one.
    pub fn union(alternatives: impl IntoIterator<Item = Type>) -> Type {
        let mut flat: Vec<Type> = Vec::new();
        // Of more than a few, a set knows those that are there.
        let mut known: FxHashSet<Type> = FxHashSet::default();
        for ty in alternatives {
            for part in ty.alternatives() {
                let is_new = if flat.len() < FEW {
                    !flat.contains(part)
                } else {
                    if known.is_empty() {
                        known.extend(flat.iter().cloned());
                    }
                    known.insert(part.clone())
                };
                if is_new {
                    flat.push(part.clone());
                }
            }
        }
        if flat.iter().any(|t| matches!(t, Type::Error)) {
            return Type::Error;
        }
        if flat.iter().any(|t| matches!(t, Type::Any)) {
            return Type::Any;
        }
        if flat.len() == 1 { flat.remove(0) } else { Type::Union(flat.into()) }
    }

    /// `T | null`.
    #[must_use]
    pub fn or_null(self) -> Type {
        Type::union([self, Type::Null])
    }

    /// The type without `null`.
    #[must_use]
    pub fn without_null(&self) -> Type {
        match self {
            Type::Union(parts) => Type::union(parts.iter().filter(|t| **t != Type::Null).cloned()),
            other => other.clone(),
        }
    }

    /// The alternatives: of a union its parts, else the type itself.
    pub fn alternatives(&self) -> &[Type] {
        if let Type::Union(parts) = self { parts } else { std::slice::from_ref(self) }
    }

    /// Whether nothing is known (`any`, or an error already reported).
    pub fn is_unknown(&self) -> bool {
        matches!(self, Type::Any | Type::Error)
    }

    /// The type without its literals: `"low" | "high"` is a `string`.
    #[must_use]
    pub fn widened(&self) -> Type {
        Type::union(self.alternatives().iter().map(|part| match part {
            Type::Literal(Literal::String(_)) => Type::String,
            Type::Literal(Literal::Number(n)) if n.fract() == 0.0 => Type::Int,
            Type::Literal(Literal::Number(_)) => Type::Number,
            Type::Literal(Literal::Bool(_)) => Type::Bool,
            other => other.clone(),
        }))
    }

    /// Whether `null` is among the alternatives.
    pub fn is_nullable(&self) -> bool {
        self.alternatives().contains(&Type::Null)
    }
}

#[cfg(test)]
mod tests;
