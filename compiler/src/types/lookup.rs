//! What a field or an element of a value is.

use super::{Literal, Record, Type, TypeTable};

/// What is known about a field.
#[derive(Clone, PartialEq, Debug)]
pub enum Lookup {
    /// It is always there.
    Found(Type),
    /// It may be missing, and then reads as `null`: an optional field, a key of a map, a field of only some
    /// alternatives. The type is without that `null`.
    Optional(Type),
    /// No value of the type has it.
    Missing,
    /// Nothing is said: `any`, or a record with undeclared fields.
    Unknown,
}

impl Lookup {
    /// The type of an expression that reads the field; `None` if there is no such field.
    pub fn read(self) -> Option<Type> {
        match self {
            Lookup::Found(ty) => Some(ty),
            Lookup::Optional(ty) => Some(ty.or_null()),
            Lookup::Missing => None,
            Lookup::Unknown => Some(Type::Any),
        }
    }
}

impl TypeTable {
    /// The field `name` of a value, through the alternatives of a union.
    pub fn member(&self, ty: &Type, name: &str) -> Lookup {
        let mut found = Vec::new();
        let mut always = true;
        for part in self.alternatives(ty) {
            match member_of_one(part, name) {
                Lookup::Found(ty) => found.push(ty),
                Lookup::Optional(ty) => {
                    always = false;
                    found.push(ty);
                }
                Lookup::Missing => always = false,
                Lookup::Unknown => return Lookup::Unknown,
            }
        }
        match (found.is_empty(), always) {
            (true, _) => Lookup::Missing,
            (false, true) => Lookup::Found(Type::union(found)),
            (false, false) => Lookup::Optional(Type::union(found)),
        }
    }

    /// The fields a value may have with their types, for completion and did-you-mean; those of every alternative.
    pub fn fields<'a>(&'a self, ty: &'a Type) -> Vec<&'a super::RecordField> {
        let records =
            self.alternatives(ty).filter_map(|part| if let Type::Record(r) = part { Some(r) } else { None });
        records.flat_map(|record| &record.fields).collect()
    }

    /// What `ty[key]` reads: an element of a list (`null` beyond its end), a value of a map, a field by its quoted
    /// name. `None` if no such value can be indexed so.
    pub fn index(&self, ty: &Type, key: &Type) -> Option<Type> {
        let parts: Vec<Type> =
            self.alternatives(ty).filter_map(|part| self.index_of_one(part, key)).collect();
        if parts.is_empty() { None } else { Some(Type::union(parts)) }
    }

    fn index_of_one(&self, ty: &Type, key: &Type) -> Option<Type> {
        let key = self.resolve(key);
        match (ty, key) {
            (Type::Any | Type::Error, _) => Some(Type::Any),
            (Type::List(item), _) if self.assignable(key, &Type::Int) => Some((**item).clone().or_null()),
            (_, Type::Literal(Literal::String(name))) => member_of_one(ty, name).read(),
            (Type::Map(value), _) if self.assignable(key, &Type::String) => Some((**value).clone().or_null()),
            (Type::Record(record), _) if self.assignable(key, &Type::String) => Some(any_field(record)),
            _ => None,
        }
    }

    /// The items of a list: what a loop variable is. `None` if a value that is no list (or `null`) is possible.
    pub fn element(&self, ty: &Type) -> Option<Type> {
        let item = |part: &Type| match part {
            Type::List(item) => Some((**item).clone()),
            Type::Any | Type::Error => Some(Type::Any),
            _ => None,
        };
        let parts: Option<Vec<Type>> = self.alternatives(ty).map(item).collect();
        parts.map(Type::union)
    }
}

/// The type of a field whose name is known at run time only.
fn any_field(record: &Record) -> Type {
    if record.open {
        return Type::Any;
    }
    Type::union(record.fields.iter().map(|field| field.ty.clone()).chain([Type::Null]))
}

fn member_of_one(ty: &Type, name: &str) -> Lookup {
    match ty {
        Type::Any | Type::Error => Lookup::Unknown,
        Type::Map(value) => Lookup::Optional((**value).clone()),
        Type::Record(record) => match record.field(name) {
            Some(field) if field.optional => Lookup::Optional(field.ty.clone()),
            Some(field) => Lookup::Found(field.ty.clone()),
            None if record.open => Lookup::Unknown,
            None => Lookup::Missing,
        },
        _ => Lookup::Missing,
    }
}
