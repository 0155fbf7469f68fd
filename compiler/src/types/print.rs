//! A type as EFL text. A named record is its name; [`Type::definition`] writes what the name stands for.

use super::{Literal, Record, Type};
use crate::ir::print::{Key, Quoted};
use std::fmt::{self, Display, Formatter};

impl Type {
    /// The type with the fields of a named record written out: the right side of `type NAME = …`.
    pub fn definition(&self) -> impl Display + '_ {
        Definition(self)
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            // An error was reported where it was made; in the message of another it is as good as `any`.
            Type::Any | Type::Error => f.write_str("any"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Number => f.write_str("number"),
            Type::String => f.write_str("string"),
            Type::Duration => f.write_str("duration"),
            Type::Timestamp => f.write_str("timestamp"),
            Type::Literal(literal) => literal.fmt(f),
            Type::Union(parts) => parts.iter().enumerate().try_for_each(|(i, part)| {
                f.write_str(if i == 0 { "" } else { " | " })?;
                part.fmt(f)
            }),
            Type::List(item) => write!(f, "list<{item}>"),
            Type::Map(value) => write!(f, "map<{value}>"),
            Type::Record(record) => match &record.name {
                Some(name) => f.write_str(name),
                None => fields(record, f),
            },
            Type::Named(name) => f.write_str(name),
        }
    }
}

/// See [`Type::definition`].
struct Definition<'a>(&'a Type);

impl Display for Definition<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Type::Record(record) => fields(record, f),
            other => other.fmt(f),
        }
    }
}

fn fields(record: &Record, f: &mut Formatter<'_>) -> fmt::Result {
    if record.fields.is_empty() {
        return f.write_str("{}");
    }
    for (i, field) in record.fields.iter().enumerate() {
        let optional = if field.optional { "?" } else { "" };
        write!(f, "{}{}{optional}: {}", if i == 0 { "{ " } else { ", " }, Key(&field.name), field.ty)?;
    }
    f.write_str(" }")
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::String(text) => Quoted(text).fmt(f),
            Literal::Number(number) => number.fmt(f),
            Literal::Bool(flag) => flag.fmt(f),
        }
    }
}
