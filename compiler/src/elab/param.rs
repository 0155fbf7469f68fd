//! Params: their types, defaults and the values given from outside.

use super::{
    Cx, Lowered,
    expr::{Env, Typed},
    named,
};
use crate::{
    config::ParamValue,
    diag::Diagnostic,
    index::{Kind, Symbol},
    ir::Expr,
    names::{self, Decl, ParamChain},
    rules,
    types::{Literal, Type},
    units::Duration,
    value::Value,
};
use efl_grammar::ast::{self, AstNode, HasName};

impl Cx<'_> {
    /// A param's declaration: its value is what was given, else its default.
    pub(crate) fn param(&mut self, decl: &ast::Param) -> Lowered {
        let declared = named(decl);
        let symbol = declared.as_ref().and_then(|(name, _)| self.here(Kind::Param, name));
        let outer = self.enter_symbol(symbol);
        let ty = decl.ty().map_or(Type::Error, |t| self.ty(&t));
        self.leave(outer);
        self.define(Kind::Param, declared.as_ref(), Some(&ty));
        let default = self.param_default(decl, &ty);
        let Some(name) = decl.name() else { return Lowered::Param(default, ty) };
        let given = self.workspace().params(self.db).get(&name.text()).cloned();
        let value = match given {
            Some(given) => match read(&given, &ty) {
                Some(value) => Some(value),
                None => {
                    let shown = match &given {
                        ParamValue::Text(text) => format!("{text:?}"),
                        ParamValue::Data(data) => serde_json::to_string(data).unwrap_or_default(),
                    };
                    let message = format!("the param `{}` is `{ty}`, and was given {shown}", name.text());
                    self.report(Diagnostic::new(&rules::type_mismatch::RULE, name.range(), message));
                    default
                }
            },
            None => default,
        };
        if value.is_none() && decl.default().is_none() && !self.is_broken(decl.range()) {
            self.report(rules::param_required::diagnostic(&name.text(), name.range()));
        }
        Lowered::Param(value, ty)
    }

    /// The value of a default; `None` when it has none yet, or there is none.
    fn param_default(&mut self, decl: &ast::Param, ty: &Type) -> Option<Expr> {
        let node = decl.default()?;
        if let Some(name) = decl.name()
            && self.reports_chain(&name)
        {
            return None;
        }
        let (mark, before) = (self.mark(), std::mem::take(&mut self.incomplete));
        let value = self.argument(&format!("the param is `{ty}`"), ty, &node, &Env::constant());
        let known = !std::mem::replace(&mut self.incomplete, before) && !self.failed_since(mark);
        if !known {
            return None;
        }
        if block_literal(&value).is_some() {
            return Some(value);
        }
        match crate::eval::eval(&value, &crate::eval::Env::default()) {
            Ok(json) => Some(from_data(&crate::value::as_json::from_json(&json), ty)),
            Err(error) => {
                self.error(&rules::type_mismatch::RULE, node.range(), format!("this has no value: {error}"));
                None
            }
        }
    }

    /// Whether the value of a param cannot be found, because it depends on itself or on too many others. A circle is
    /// reported at the first param of it.
    fn reports_chain(&mut self, name: &ast::Name) -> bool {
        match names::param_chains(self.db, self.file).get(&name.text()) {
            None | Some(ParamChain::Ends(_)) => return false,
            Some(ParamChain::TooLong) => self.report(rules::param_chain::diagnostic(name.range())),
            Some(ParamChain::Circle(circle)) if circle[0] == (self.file, name.text()) => {
                let names: Vec<String> = circle.iter().map(|(_, name)| name.clone()).collect();
                self.report(rules::import_cycle::diagnostic(&names, name.range()));
            }
            Some(ParamChain::Circle(_)) => {}
        }
        true
    }

    /// Whether a name is a param's.
    pub(crate) fn has_param(&self, name: &str) -> bool {
        self.scope.find(name, |d| matches!(d, Decl::Param { .. })).is_some()
    }

    /// The value of a param: a constant where its name stands.
    pub(crate) fn param_value(&mut self, name: &str) -> Option<Typed> {
        let binding = self.find(name, |d| matches!(d, Decl::Param { .. }))?.clone();
        let scope = super::TypeScope::of_file(self.db, binding.file, self.is_recording());
        let Decl::Param { ty, .. } = &*binding.decl else { return None };
        let owner = self.is_recording().then(|| Symbol::of(&binding));
        let declared = scope.resolve_of(ty, owner);
        let chain = names::param_chains(self.db, binding.file).get(&binding.name);
        if !matches!(chain, None | Some(ParamChain::Ends(_))) {
            (self.incomplete, self.reads_unknown) = (true, true);
            return Some((Expr::Local(name.to_owned()), declared));
        }
        match self.lowered(&binding).and_then(|a| a.lowered.as_ref()) {
            Some(Lowered::Param(Some(value), _)) => {
                let ty = block_literal(value).unwrap_or(declared);
                Some((value.clone(), ty))
            }
            _ => {
                (self.incomplete, self.reads_unknown) = (true, true);
                Some((Expr::Local(name.to_owned()), declared))
            }
        }
    }
}

/// The literal type of a constant, so that a param's value is checked like the literal it stands for.
fn block_literal(value: &Expr) -> Option<Type> {
    Some(match value {
        Expr::String(text) => Type::Literal(Literal::String(text.as_str().into())),
        Expr::Number(number) => Type::Literal(Literal::Number(*number)),
        Expr::Bool(flag) => Type::Literal(Literal::Bool(*flag)),
        Expr::Duration(_) => Type::Duration,
        _ => return None,
    })
}

/// A value given from outside, read by the param's type.
fn read(given: &ParamValue, ty: &Type) -> Option<Expr> {
    let expr = match given {
        ParamValue::Data(data) => from_data(data, ty),
        ParamValue::Text(text) => ty.alternatives().iter().find_map(|t| from_text(text, t))?,
    };
    constant_type(&expr).assignable_to(ty).then_some(expr)
}

fn from_text(text: &str, ty: &Type) -> Option<Expr> {
    match ty {
        Type::String | Type::Timestamp | Type::Any => Some(Expr::String(text.to_owned())),
        Type::Bool | Type::Literal(Literal::Bool(_)) => text.parse().ok().map(Expr::Bool),
        Type::Int | Type::Number | Type::Literal(Literal::Number(_)) => {
            text.parse::<f64>().ok().filter(|n| n.is_finite()).map(Expr::Number)
        }
        Type::Literal(Literal::String(literal)) => {
            (**literal == *text).then(|| Expr::String(text.to_owned()))
        }
        Type::Duration => text.parse::<Duration>().ok().map(Expr::Duration),
        Type::Null => (text == "null").then_some(Expr::Null),
        _ => serde_json::from_str(text)
            .ok()
            .map(|json| from_data(&crate::value::as_json::from_json(&json), ty)),
    }
}

fn from_data(data: &Value, ty: &Type) -> Expr {
    match data {
        Value::Bool(flag) => Expr::Bool(*flag),
        Value::Number(number) => Expr::Number(*number),
        Value::String(text) => match text.parse::<Duration>() {
            Ok(duration) if ty.alternatives().contains(&Type::Duration) => Expr::Duration(duration),
            _ => Expr::String(text.clone()),
        },
        Value::List(items) => Expr::List(items.iter().map(|i| from_data(i, &Type::Any)).collect()),
        Value::Map(entries) => {
            Expr::Record(entries.iter().map(|(k, v)| (k.clone(), from_data(v, &Type::Any))).collect())
        }
        Value::Null | Value::Range(..) | Value::Secret(_) | Value::Config(_) => Expr::Null,
    }
}

/// The type of a constant.
fn constant_type(expr: &Expr) -> Type {
    use crate::types::{Record, RecordField};
    match expr {
        Expr::List(items) if items.is_empty() => Type::List(Type::Any.into()),
        Expr::List(items) => Type::List(Type::union(items.iter().map(constant_type)).into()),
        Expr::Record(fields) => {
            let field = |(name, value): &(String, Expr)| RecordField {
                name: name.as_str().into(),
                ty: constant_type(value),
                optional: false,
                doc: None,
            };
            let fields = fields.iter().map(field).collect();
            Type::Record(Record { fields, ..Record::default() }.into())
        }
        Expr::Null => Type::Null,
        other => block_literal(other).unwrap_or(Type::Any),
    }
}
