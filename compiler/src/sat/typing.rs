//! The values that a term can have, by its type.

use super::{
    Context,
    domain::{About, Domain, Numbers, Texts},
};
use crate::{
    ir::{Builtin, Expr, Op},
    types::{Literal, Lookup, Type},
};

impl Context<'_> {
    /// Every value of a term, and whether it can fail.
    pub(super) fn domain(&self, term: &Expr) -> Domain {
        let ty = self.type_of(term);
        let mut domain = self.values_of(&ty);
        domain.error = self.may_fail(term);
        if let Expr::Call(Builtin::Len, _) = term {
            domain.numbers = domain.intersect(&Domain::numbers(Numbers::that(Op::Ge, 0.0))).numbers;
        }
        domain
    }

    fn values_of(&self, ty: &Type) -> Domain {
        let one = |ty: &Type| match self.table.resolve(ty) {
            // A union here is a name inside a union that stands for one: anything is never wrong.
            Type::Any | Type::Error | Type::Named(_) | Type::Union(_) => Domain::values(),
            Type::Null => Domain::null(),
            Type::Bool => Domain::flag(true).union(Domain::flag(false)),
            Type::Int => Domain::numbers(Numbers::whole()),
            Type::Number => Domain::numbers(Numbers::all()),
            Type::String | Type::Duration => Domain::texts(Texts::all()),
            Type::Timestamp => Domain::texts(Texts::that(About::Time(None), true)),
            Type::Literal(Literal::String(text)) => Domain::texts(Texts::one(text)),
            Type::Literal(Literal::Number(number)) => Domain::numbers(Numbers::one(*number)),
            Type::Literal(Literal::Bool(flag)) => Domain::flag(*flag),
            Type::List(_) | Type::Map(_) | Type::Record(_) => Domain::structures(),
        };
        let alternatives = self.table.resolve(ty).alternatives();
        // Of several alternatives with text, one may be a timestamp: then any text.
        let texts =
            |ty: &&Type| matches!(ty, Type::String | Type::Timestamp | Type::Literal(Literal::String(_)));
        let loose = alternatives.iter().filter(texts).count() > 1 && alternatives.contains(&Type::Timestamp);
        alternatives.iter().fold(Domain::none(), |found, ty| {
            found.union(one(if loose && *ty == Type::Timestamp { &Type::String } else { ty }))
        })
    }

    pub(super) fn type_of(&self, term: &Expr) -> Type {
        match term {
            Expr::Null => Type::Null,
            Expr::Bool(flag) => Type::Literal(Literal::Bool(*flag)),
            Expr::Number(number) => Type::Literal(Literal::Number(*number)),
            Expr::String(text) => Type::Literal(Literal::String(text.as_str().into())),
            Expr::Template(_) => Type::String,
            Expr::Duration(_) => Type::Duration,
            Expr::Payload(scope) => (self.event)(scope).0,
            Expr::Meta(scope) => (self.event)(scope).1,
            Expr::Member(base, name) => self.field(&self.type_of(base), name),
            Expr::Index(base, key) => self.item(&self.type_of(base), &self.type_of(key)),
            Expr::Call(builtin, args) => self.result(*builtin, args),
            Expr::Negate(operand) => self.if_present(Type::Number, [&**operand]),
            Expr::Binary(op, left, right) => self.operator(*op, left, right),
            Expr::Not(_) => Type::Bool,
            Expr::List(_) => Type::List(Type::Any.into()),
            Expr::Record(_) => Type::Map(Type::Any.into()),
            Expr::Local(_) => Type::Any,
        }
    }

    /// A field that the type does not have may be there all the same: a record may have more fields than declared.
    fn field(&self, base: &Type, name: &str) -> Type {
        match self.table.member(base, name) {
            Lookup::Missing => Type::Any,
            found => found.read().unwrap_or(Type::Any),
        }
    }

    /// What `base[key]` is; of anything but a list or a record it is `null`.
    fn item(&self, base: &Type, key: &Type) -> Type {
        self.table.index(base, key).map_or(Type::Any, Type::or_null)
    }

    fn result(&self, builtin: Builtin, args: &[Expr]) -> Type {
        match builtin {
            Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains => Type::Bool,
            Builtin::Len => self.if_present(Type::Int, args),
            Builtin::Abs | Builtin::Number => self.if_present(Type::Number, args),
            Builtin::Lower | Builtin::Upper | Builtin::String => self.if_present(Type::String, args),
        }
    }

    fn operator(&self, op: Op, left: &Expr, right: &Expr) -> Type {
        match op {
            Op::Coalesce => self.table.join(&self.type_of(left).without_null(), &self.type_of(right)),
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => self.if_present(Type::Number, [left, right]),
            _ => Type::Bool,
        }
    }

    /// A result that is `null` where an operand is.
    fn if_present<'e>(&self, ty: Type, operands: impl IntoIterator<Item = &'e Expr>) -> Type {
        let nullable = |operand| self.values_of(&self.type_of(operand)).null;
        if operands.into_iter().any(nullable) { ty.or_null() } else { ty }
    }

    /// Whether evaluating can be a type error.
    fn may_fail(&self, term: &Expr) -> bool {
        match term {
            Expr::Member(base, _) => self.may_fail(base),
            Expr::Index(base, key) => self.may_fail(base) || self.may_fail(key),
            Expr::Null
            | Expr::Bool(_)
            | Expr::Number(_)
            | Expr::String(_)
            | Expr::Duration(_)
            | Expr::Payload(_)
            | Expr::Meta(_) => false,
            Expr::Binary(Op::Coalesce, left, right) => self.may_fail(left) || self.may_fail(right),
            Expr::Call(Builtin::Len | Builtin::Lower | Builtin::Upper, args) => args.iter().any(|arg| {
                let text = Type::union([Type::String, Type::Null]);
                self.may_fail(arg)
                    || self.type_of(arg).is_unknown()
                    || !self.table.assignable(&self.type_of(arg), &text)
            }),
            _ => true,
        }
    }
}
