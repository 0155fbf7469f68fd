//! Which value may stand where, and why not.

use super::{Literal, Record, RecordField, Type, TypeTable};
use crate::eval::timestamp;
use std::fmt::{self, Display, Formatter};

/// Why a value cannot stand somewhere.
#[derive(Clone, PartialEq, Debug)]
pub struct Mismatch {
    /// Where in the value; empty is the value itself.
    pub path: Vec<Step>,
    /// What is wrong there.
    pub problem: Problem,
}

/// One step into a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A field.
    Field(String),
    /// Any item of a list or value of a map.
    Item,
}

/// What is wrong.
#[derive(Clone, PartialEq, Debug)]
pub enum Problem {
    /// A required field is not there.
    Missing,
    /// A required field is there only sometimes.
    MayBeMissing,
    /// A field that the target does not know ([`TypeTable::unknown_field`] alone).
    Unknown,
    /// The value has another type.
    Wrong {
        /// The type it has.
        found: Type,
        /// The type it should have.
        expected: Type,
    },
}

impl Mismatch {
    fn wrong(found: &Type, expected: &Type) -> Self {
        let problem = Problem::Wrong { found: found.clone(), expected: expected.clone() };
        Self { path: Vec::new(), problem }
    }

    fn field(name: &str, problem: Problem) -> Self {
        Self { path: vec![Step::Field(name.to_owned())], problem }
    }

    fn within(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }
}

impl Display for Mismatch {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if place.is_empty() => place.push_str(name),
                Step::Field(name) => {
                    place.push('.');
                    place.push_str(name);
                }
                Step::Item => place.push_str("[]"),
            }
        }
        if !place.is_empty() {
            write!(f, "field `{place}` is ")?;
        }
        match &self.problem {
            Problem::Missing => f.write_str("missing"),
            Problem::MayBeMissing => f.write_str("optional here and required there"),
            Problem::Unknown => f.write_str("unknown"),
            Problem::Wrong { found, expected } if place.is_empty() => {
                write!(f, "expected `{expected}`, found `{found}`")
            }
            Problem::Wrong { found, expected } => write!(f, "`{found}`, expected `{expected}`"),
        }
    }
}

/// What a value is at run time, as far as comparisons care.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Unknown,
    Null,
    Bool,
    Number,
    Text,
    Duration,
    List,
    Record,
}

fn shape(ty: &Type) -> Shape {
    match ty {
        Type::Any | Type::Error | Type::Named(_) | Type::Union(_) => Shape::Unknown,
        Type::Null => Shape::Null,
        Type::Bool | Type::Literal(Literal::Bool(_)) => Shape::Bool,
        Type::Int | Type::Number | Type::Literal(Literal::Number(_)) => Shape::Number,
        Type::String | Type::Timestamp | Type::Literal(Literal::String(_)) => Shape::Text,
        Type::Duration => Shape::Duration,
        Type::List(_) => Shape::List,
        Type::Map(_) | Type::Record(_) => Shape::Record,
    }
}

impl Type {
    /// [`TypeTable::assignable`] where no type is recursive.
    pub fn assignable_to(&self, target: &Type) -> bool {
        TypeTable::default().assignable(self, target)
    }
}

impl TypeTable {
    /// Whether a value of type `from` may stand where a `to` is expected.
    ///
    /// Structural and gradual: `any` fits everywhere and takes everything. An `int` is a `number`, a literal its base
    /// type, a `timestamp` a `string`, text in RFC 3339 a `timestamp`. A record may have more fields than are asked
    /// for. As a missing field is `null`, an optional field takes `null` and gives one to a nullable field.
    pub fn assignable(&self, from: &Type, to: &Type) -> bool {
        self.missing_or_wrong(from, to).is_none()
    }

    /// The first reason why `from` is not [assignable](Self::assignable) to `to`, with its place.
    pub fn missing_or_wrong<'a>(&'a self, from: &'a Type, to: &'a Type) -> Option<Mismatch> {
        Relation { table: self, assumed: Vec::new() }.check(from, to)
    }

    /// The first field that a record written out in the source has and the target does not know. (A record that is
    /// passed on may have more fields than are asked for; one written for the purpose has a typing mistake.)
    pub fn unknown_field(&self, from: &Type, to: &Type) -> Option<Mismatch> {
        let Type::Record(record) = self.resolve(from) else { return None };
        if self.alternatives(to).any(|part| matches!(part, Type::Any | Type::Error | Type::Map(_))) {
            return None;
        }
        let targets: Vec<&Record> = self
            .alternatives(to)
            .filter_map(|part| if let Type::Record(r) = part { Some(&**r) } else { None })
            .collect();
        if targets.is_empty() || targets.iter().any(|target| target.open) {
            return None;
        }
        record.fields.iter().find_map(|field| {
            let known: Vec<&RecordField> =
                targets.iter().filter_map(|target| target.field(&field.name)).collect();
            match known.as_slice() {
                [] => Some(Mismatch::field(&field.name, Problem::Unknown)),
                [one] => self
                    .unknown_field(&field.ty, &one.ty)
                    .map(|m| m.within(Step::Field(field.name.to_string()))),
                _ => None,
            }
        })
    }

    /// Whether `==` between the two can be meant: some value of one may equal some value of the other, or one is
    /// `null`.
    pub fn comparable(&self, a: &Type, b: &Type) -> bool {
        let known_null = |ty| matches!(self.resolve(ty), Type::Null);
        if known_null(a) || known_null(b) {
            return true;
        }
        self.alternatives(a).any(|x| {
            let x = shape(x);
            self.alternatives(b).any(|y| {
                let y = shape(y);
                x == Shape::Unknown || y == Shape::Unknown || (x == y && x != Shape::Null)
            })
        })
    }

    /// Whether `<` and its kin can be meant: two numbers or two timestamps. What may be `null` besides is taken (the
    /// comparison is then `false`).
    pub fn ordered(&self, a: &Type, b: &Type) -> bool {
        let all = |ty, target| {
            let mut parts = self.alternatives(ty).filter(|part| **part != Type::Null).peekable();
            parts.peek().is_some() && parts.all(|part| self.assignable(part, target))
        };
        [Type::Number, Type::Timestamp].iter().any(|target| all(a, target) && all(b, target))
    }

    /// The type of a value that is one or the other: their union, without what another alternative includes.
    pub fn join(&self, a: &Type, b: &Type) -> Type {
        if let (Type::List(x), Type::List(y)) = (a, b) {
            return Type::List(self.join(x, y).into());
        }
        let union = Type::union([a.clone(), b.clone()]);
        let parts = union.alternatives();
        let included = |i: usize, part: &Type| {
            let wider =
                |(j, other): (usize, &Type)| i != j && is_scalar(other) && self.assignable(part, other);
            is_scalar(part) && parts.iter().enumerate().any(wider)
        };
        Type::union(
            parts.iter().enumerate().filter(|(i, part)| !included(*i, part)).map(|(_, part)| part.clone()),
        )
    }
}

fn is_scalar(ty: &Type) -> bool {
    !matches!(shape(ty), Shape::Unknown | Shape::List | Shape::Record)
}

/// One question of [`TypeTable::missing_or_wrong`].
struct Relation<'a> {
    table: &'a TypeTable,
    /// Pairs under question: a recursive type fits if it fits on the assumption that it does.
    assumed: Vec<(&'a Type, &'a Type)>,
}

impl<'a> Relation<'a> {
    fn check(&mut self, from: &'a Type, to: &'a Type) -> Option<Mismatch> {
        if from == to || self.assumed.contains(&(from, to)) {
            return None;
        }
        let named = matches!(from, Type::Named(_)) || matches!(to, Type::Named(_));
        if named {
            self.assumed.push((from, to));
        }
        self.check_resolved(self.table.resolve(from), self.table.resolve(to))
    }

    fn check_resolved(&mut self, from: &'a Type, to: &'a Type) -> Option<Mismatch> {
        match (from, to) {
            (Type::Any | Type::Error, _) | (_, Type::Any | Type::Error) => None,
            (Type::Union(parts), _) => {
                let first = parts.iter().find_map(|part| Some((part, self.check(part, to)?)));
                first.map(|(part, mismatch)| match mismatch {
                    Mismatch { ref path, .. } if path.is_empty() || *part == Type::Null => {
                        Mismatch::wrong(from, to)
                    }
                    deeper => deeper,
                })
            }
            (_, Type::Union(parts)) => self.check_any_of(from, to, parts),
            _ => self.check_one(from, to),
        }
    }

    /// `from` is no union, `to` is one of `parts`.
    fn check_any_of(&mut self, from: &'a Type, to: &'a Type, parts: &'a [Type]) -> Option<Mismatch> {
        let both = |flag| parts.contains(&Type::Literal(Literal::Bool(flag)));
        if (*from == Type::Bool && both(true) && both(false))
            || parts.iter().any(|part| self.fits(from, part))
        {
            return None;
        }
        // Where one alternative alone is meant (`T | null`), the reason is the one that `T` gives.
        let mut meant = parts.iter().filter(|part| shape(self.table.resolve(part)) == shape(from));
        match (meant.next(), meant.next()) {
            (Some(part), None) => {
                let mismatch = self.check(from, part)?;
                Some(if mismatch.path.is_empty() { Mismatch::wrong(from, to) } else { mismatch })
            }
            _ => Some(Mismatch::wrong(from, to)),
        }
    }

    /// [`Self::check`] that takes back what it assumed when the answer is no.
    fn fits(&mut self, from: &'a Type, to: &'a Type) -> bool {
        let assumed = self.assumed.len();
        let fits = self.check(from, to).is_none();
        if !fits {
            self.assumed.truncate(assumed);
        }
        fits
    }

    /// Neither is a union or unknown.
    fn check_one(&mut self, from: &'a Type, to: &'a Type) -> Option<Mismatch> {
        match (from, to) {
            (Type::List(from), Type::List(to)) | (Type::Map(from), Type::Map(to)) => {
                self.check(from, to).map(|mismatch| mismatch.within(Step::Item))
            }
            (Type::Record(from), Type::Record(to)) => {
                to.fields.iter().find_map(|field| self.check_field(from, field))
            }
            (Type::Record(from), Type::Map(to)) => from.fields.iter().find_map(|field| {
                self.check(&field.ty, to).map(|mismatch| mismatch.within(Step::Field(field.name.to_string())))
            }),
            (Type::Map(from), Type::Record(to)) => to.fields.iter().find_map(|field| {
                if !takes_null(field) {
                    return Some(Mismatch::field(&field.name, Problem::MayBeMissing));
                }
                self.check(from, &field.ty)
                    .map(|mismatch| mismatch.within(Step::Field(field.name.to_string())))
            }),
            _ if scalar_fits(from, to) => None,
            _ => Some(Mismatch::wrong(from, to)),
        }
    }

    /// Whether a record has what a field of the target asks for.
    fn check_field(&mut self, from: &'a Record, target: &'a RecordField) -> Option<Mismatch> {
        let Some(field) = from.field(&target.name) else {
            let absent_is_fine = target.optional || from.open;
            return (!absent_is_fine).then(|| Mismatch::field(&target.name, Problem::Missing));
        };
        if field.optional && !takes_null(target) {
            return Some(Mismatch::field(&target.name, Problem::MayBeMissing));
        }
        let found = if target.optional { self.table.resolve(&field.ty) } else { &field.ty };
        let mismatch = match found {
            Type::Null if target.optional => None,
            Type::Union(parts) if target.optional => {
                parts.iter().filter(|part| **part != Type::Null).find_map(|part| self.check(part, &target.ty))
            }
            _ => self.check(&field.ty, &target.ty),
        };
        mismatch.map(|mismatch| mismatch.within(Step::Field(target.name.to_string())))
    }
}

/// Whether a field is as good as there when it is `null` or missing.
fn takes_null(field: &RecordField) -> bool {
    field.optional || field.ty.is_nullable() || field.ty.is_unknown()
}

fn scalar_fits(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Int | Type::Literal(Literal::Number(_)), Type::Number)
        | (Type::Timestamp | Type::Literal(Literal::String(_)), Type::String)
        | (Type::Literal(Literal::Bool(_)), Type::Bool) => true,
        (Type::Literal(Literal::Number(n)), Type::Int) => n.fract() == 0.0,
        (Type::Literal(Literal::String(text)), Type::Timestamp) => timestamp::parse(text).is_some(),
        _ => from == to,
    }
}
