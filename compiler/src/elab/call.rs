//! Calls: what a name calls, and how arguments bind to parameters.

use super::{Cx, expr::Env, orchestrator::Use};
use crate::{
    diag::{Diagnostic, a},
    index::{Kind, Symbol},
    ir::{self, Builtin, CallArgs, Callee, Expr, Input, Param, Signature},
    names::{Binding, Decl},
    rules,
    types::{Literal, Problem, Type, TypeTable},
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode},
};

/// Something that can be called, found by its name.
#[derive(Clone)]
pub(crate) struct Callable {
    pub(crate) callee: Callee,
    pub(crate) signature: Signature,
    /// Where it is declared, when that is outside the orchestrator.
    pub(crate) binding: Option<Binding>,
    /// What it is, when an editor asks.
    pub(crate) symbol: Option<Symbol>,
}

/// A call with its arguments bound.
pub(crate) struct Bound {
    pub(crate) callee: Callee,
    pub(crate) args: CallArgs,
    pub(crate) output: Option<Type>,
}

/// What a built-in takes and gives.
pub(crate) fn builtin_signature(builtin: Builtin) -> (&'static [Type], Type) {
    const TEXT: &[Type] = &[Type::String];
    const TWO_TEXTS: &[Type] = &[Type::String, Type::String];
    match builtin {
        Builtin::Len => (&[Type::Any], Type::Int),
        Builtin::Lower | Builtin::Upper => (TEXT, Type::String),
        Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains => (TWO_TEXTS, Type::Bool),
        Builtin::Abs => (&[Type::Number], Type::Number),
        Builtin::Number => (&[Type::Any], Type::Number),
        Builtin::String => (&[Type::Any], Type::String),
    }
}

/// What a built-in that takes several types takes, if a value of this type is never among it.
pub(crate) fn refused(builtin: Builtin, ty: &Type) -> Option<&'static str> {
    let (what, takes): (_, fn(&Type) -> bool) = match builtin {
        Builtin::Len => ("text, a list or a record", |t| {
            matches!(
                t,
                Type::String
                    | Type::Timestamp
                    | Type::List(_)
                    | Type::Map(_)
                    | Type::Record(_)
                    | Type::Literal(Literal::String(_))
            )
        }),
        Builtin::Number => ("text or a number", |t| {
            matches!(
                t,
                Type::String
                    | Type::Number
                    | Type::Int
                    | Type::Literal(Literal::String(_) | Literal::Number(_))
            )
        }),
        Builtin::String => ("text, a number, true or false", |t| {
            !matches!(t, Type::List(_) | Type::Map(_) | Type::Record(_))
        }),
        _ => return None,
    };
    let open = |t: &Type| matches!(t, Type::Any | Type::Error | Type::Null | Type::Named(_));
    let ty = ty.without_null();
    (!ty.alternatives().iter().any(|t| open(t) || takes(t))).then_some(what)
}

impl Cx<'_> {
    /// Every name that can be called here.
    pub(crate) fn callables(&self) -> Vec<String> {
        let mut names = self.scope.names(|d| matches!(d, Decl::Function(_) | Decl::Workflow(_)));
        if let Some(orc) = &self.orc {
            names.extend(orc.functions.keys().chain(orc.workflows.keys()).cloned());
        }
        names
    }

    /// Whether a name is a function's or workflow's.
    pub(crate) fn is_callable(&self, name: &str) -> bool {
        let local = self
            .orc
            .as_ref()
            .is_some_and(|o| o.functions.contains_key(name) || o.workflows.contains_key(name));
        local || self.scope.find(name, |d| matches!(d, Decl::Function(_) | Decl::Workflow(_))).is_some()
    }

    /// What a name calls.
    pub(crate) fn callable(&mut self, name: &str) -> Option<Callable> {
        if let Some(orc) = &mut self.orc {
            let symbol = |kind| orc.symbol.as_ref().map(|orc| orc.child(kind, name));
            if let Some(signature) = orc.functions.get(name).cloned() {
                let symbol = symbol(Kind::Function);
                orc.used.insert(Use::Function(name.to_owned()));
                let callee = Callee::Function(name.to_owned());
                return Some(Callable { callee, signature, binding: None, symbol });
            }
            if let Some(signature) = orc.workflows.get(name).cloned() {
                let symbol = symbol(Kind::Workflow);
                orc.used.insert(Use::Workflow(name.to_owned()));
                let callee = Callee::Workflow(name.to_owned());
                return Some(Callable { callee, signature, binding: None, symbol });
            }
        }
        let binding = self.find(name, |d| matches!(d, Decl::Function(_) | Decl::Workflow(_)))?.clone();
        let scope = super::TypeScope::of_file(self.db, binding.file, self.is_recording());
        let symbol = self.is_recording().then(|| Symbol::of(&binding));
        let (callee, signature) = match &*binding.decl {
            Decl::Function(sig) => {
                let mut signature = Self::signature(scope, sig, symbol.as_ref());
                if let Some(super::Lowered::Function(function)) =
                    self.lowered(&binding).and_then(|a| a.lowered.as_ref())
                {
                    take_defaults(&mut signature, &function.signature);
                }
                (Callee::Function(binding.name.clone()), signature)
            }
            Decl::Workflow(sig) => {
                let mut signature = Self::signature(scope, sig, symbol.as_ref());
                signature.close();
                (Callee::Workflow(binding.name.clone()), signature)
            }
            _ => return None,
        };
        if let Some(orc) = &mut self.orc {
            orc.imported.push(binding.clone());
        }
        Some(Callable { callee, signature, binding: Some(binding), symbol })
    }

    /// A call with its arguments, checked. `None` when what is called is unknown; that is reported.
    pub(crate) fn bind_call(&mut self, node: &ast::CallExpr, env: &Env) -> Option<Bound> {
        let callee = node.callee();
        let Some(ast::Expr::Name(name)) = &callee else {
            if let Some(callee) = &callee {
                self.error(&rules::unknown_function::RULE, callee.range(), "only a name can be called");
            }
            return None;
        };
        let text = name.name();
        self.note_arguments(node, env);
        let Some(callable) = self.callable(&text) else {
            self.not_callable(&text, name.range());
            for arg in node.args().iter().flat_map(ast::Args::positional) {
                self.expr(Some(&arg), env);
            }
            return None;
        };
        self.callees.extend(callable.binding.clone());
        self.note_symbol(name, callable.symbol.clone(), None);
        self.note_args(node, callable.symbol.as_ref(), &callable.signature.input);
        let args = self.bind_args(&text, &callable.signature.input, node, env);
        let args = if matches!(callable.callee, Callee::Function(_)) {
            with_defaults(args, &callable.signature.input)
        } else {
            args
        };
        Some(Bound { callee: callable.callee, args, output: callable.signature.output })
    }

    fn not_callable(&mut self, name: &str, range: TextRange) {
        if self.is_broken_import(name) {
            return;
        }
        if Builtin::ALL.iter().any(|b| b.name() == name) {
            let message = format!("`{name}` gives a value; a statement calls a function or workflow");
            let diagnostic = Diagnostic::new(&rules::wrong_kind_of_name::RULE, range, message);
            return self.report(diagnostic.help(format!("use the value: `let x = {name}(…)`")));
        }
        if let Some(binding) = self.scope.bindings.get(name).and_then(|b| b.first()) {
            let message = format!("`{name}` is {}, and cannot be called", a(binding.decl.what()));
            return self.error(&rules::wrong_kind_of_name::RULE, range, message);
        }
        if self.orc.as_ref().is_some_and(|o| o.has_event(name)) {
            let message = format!("`{name}` is an event, and cannot be called");
            return self.error(&rules::wrong_kind_of_name::RULE, range, message);
        }
        self.report(self.unknown_callable(name, range));
    }

    fn bind_args(&mut self, callee: &str, input: &Input, node: &ast::CallExpr, env: &Env) -> CallArgs {
        let args = node.args();
        let positional: Vec<ast::Expr> = args.iter().flat_map(ast::Args::positional).collect();
        let named: Vec<ast::NamedArg> = args.iter().flat_map(ast::Args::named).collect();
        let place = args.as_ref().map_or_else(|| node.range(), |a| a.range());
        if !positional.is_empty() && !named.is_empty() {
            let message = "positional and named arguments do not mix";
            self.error(&rules::bad_argument_form::RULE, place, message);
            return CallArgs::Named(Vec::new());
        }
        match input {
            Input::Any | Input::Whole(_) => self.bind_whole(callee, input, &positional, &named, place, env),
            Input::Named(params) => match positional.as_slice() {
                [] => self.bind_named(callee, params, &named, place, env),
                [one] => self.bind_positional(callee, params, one, env),
                many => {
                    self.report(if params.len() < many.len() {
                        let message = format!("`{callee}` takes fewer arguments than {}", many.len());
                        Diagnostic::new(&rules::extra_argument::RULE, place, message)
                    } else {
                        by_name(callee, params, place)
                    });
                    CallArgs::Named(Vec::new())
                }
            },
        }
    }

    /// The body itself: one value, or named arguments as a record.
    fn bind_whole(
        &mut self,
        callee: &str,
        input: &Input,
        positional: &[ast::Expr],
        named: &[ast::NamedArg],
        place: TextRange,
        env: &Env,
    ) -> CallArgs {
        let expected = if let Input::Whole(ty) = input { ty.clone() } else { Type::Any };
        if let [one] = positional {
            return CallArgs::Whole(self.argument(
                &format!("`{callee}` takes `{expected}`"),
                &expected,
                one,
                env,
            ));
        }
        if positional.len() > 1 {
            let message = format!("`{callee}` takes one value; {} are given", positional.len());
            self.error(&rules::extra_argument::RULE, place, message);
            return CallArgs::Whole(Expr::Null);
        }
        if named.is_empty() {
            if !Type::Null.assignable_to(&expected) {
                self.error(
                    &rules::missing_argument::RULE,
                    place,
                    format!("`{callee}` takes a `{expected}`; nothing is given"),
                );
            }
            return CallArgs::Whole(Expr::Null);
        }
        let mut fields = Vec::new();
        for arg in named {
            let Some(name) = arg.name() else { continue };
            let text = name.text();
            let found = TypeTable::default().member(&expected, &text).read();
            let Some(ty) = found else {
                let known: Vec<String> =
                    TypeTable::default().fields(&expected).iter().map(|f| f.name.to_string()).collect();
                self.unknown(
                    &rules::unknown_parameter::RULE,
                    &format!("parameter of `{callee}`:"),
                    &text,
                    name.range(),
                    &known,
                );
                continue;
            };
            if let Some(value) = arg.value() {
                let value = self.argument(&format!("`{text}` is `{ty}`"), &ty, &value, env);
                fields.push((text, value));
            }
        }
        CallArgs::Whole(Expr::Record(fields))
    }

    fn bind_positional(&mut self, callee: &str, params: &[Param], arg: &ast::Expr, env: &Env) -> CallArgs {
        match params {
            [] => {
                self.error(
                    &rules::extra_argument::RULE,
                    arg.range(),
                    format!("`{callee}` takes no arguments"),
                );
                CallArgs::Named(Vec::new())
            }
            [only] => {
                let why = format!("parameter `{}` of `{callee}` is `{}`", only.name, only.ty);
                let value = self.argument(&why, &param_type(only), arg, env);
                CallArgs::Named(vec![(only.name.clone(), value)])
            }
            several => self.bind_record(callee, several, arg, env),
        }
    }

    /// One record argument for several parameters.
    fn bind_record(&mut self, callee: &str, params: &[Param], arg: &ast::Expr, env: &Env) -> CallArgs {
        let (value, ty) = self.expr(Some(arg), env);
        let is_record = |t: &Type| matches!(t, Type::Record(_) | Type::Map(_) | Type::Any | Type::Error);
        if !ty.alternatives().iter().any(is_record) {
            self.report(by_name(callee, params, arg.range()));
            return CallArgs::Named(Vec::new());
        }
        let record = crate::types::Record {
            fields: params
                .iter()
                .map(|p| crate::types::RecordField {
                    name: p.name.as_str().into(),
                    ty: p.ty.clone(),
                    optional: p.optional,
                    doc: None,
                })
                .collect(),
            ..crate::types::Record::default()
        };
        let expected = Type::Record(record.into());
        let why = format!("`{callee}` takes {} parameters; one record with them would do", params.len());
        if ty != Type::Error
            && self.expect(&ty, &expected, arg.range(), &why)
            && matches!(arg, ast::Expr::Record(_))
        {
            self.reject_unknown_fields(&ty, &expected, arg.range());
        }
        match value {
            Expr::Record(fields) => CallArgs::Named(fields),
            value => CallArgs::Named(
                params
                    .iter()
                    .map(|p| (p.name.clone(), Expr::Member(Box::new(value.clone()), p.name.clone())))
                    .collect(),
            ),
        }
    }

    fn bind_named(
        &mut self,
        callee: &str,
        params: &[Param],
        named: &[ast::NamedArg],
        place: TextRange,
        env: &Env,
    ) -> CallArgs {
        let mut given: Vec<(String, Expr)> = Vec::new();
        let mut unknown = false;
        for arg in named {
            let Some(name) = arg.name() else { continue };
            let text = name.text();
            let Some(param) = params.iter().find(|p| p.name == text) else {
                unknown = true;
                let known: Vec<String> = params.iter().map(|p| p.name.clone()).collect();
                self.unknown(
                    &rules::unknown_parameter::RULE,
                    &format!("parameter of `{callee}`:"),
                    &text,
                    name.range(),
                    &known,
                );
                continue;
            };
            if given.iter().any(|(n, _)| *n == text) {
                self.error(&rules::duplicate_field::RULE, name.range(), format!("`{text}` is given twice"));
                continue;
            }
            let why = format!("parameter `{}` of `{callee}` is `{}`", param.name, param.ty);
            let value = match arg.value() {
                Some(value) => self.argument(&why, &param_type(param), &value, env),
                None => Expr::Null,
            };
            given.push((text, value));
        }
        let missing: Vec<&Param> =
            params.iter().filter(|p| !p.optional && !given.iter().any(|(n, _)| *n == p.name)).collect();
        if !missing.is_empty() && !unknown {
            self.report(rules::missing_argument::diagnostic(callee, &missing, named.is_empty(), place));
        }
        given.sort_by_key(|(name, _)| params.iter().position(|p| p.name == *name));
        CallArgs::Named(given)
    }

    /// A value for a place of a type.
    pub(crate) fn argument(&mut self, why: &str, expected: &Type, node: &ast::Expr, env: &Env) -> Expr {
        if *expected == Type::Duration
            && let Some(text) = super::block::number_text(node).filter(|t| t.parse::<f64>().is_ok())
        {
            self.report(rules::wrong_unit::duration(&text, node.range()));
            return Expr::Null;
        }
        self.note_keys(node, expected);
        let (value, ty) = self.expr(Some(node), env);
        if ty == Type::Error {
            return value;
        }
        let table = TypeTable::default();
        if let Some(mismatch) = table.missing_or_wrong(&ty, expected) {
            let nullable =
                ty.is_nullable() && ty != Type::Null && table.assignable(&ty.without_null(), expected);
            let may_be_missing = matches!(mismatch.problem, Problem::MayBeMissing);
            self.report(if nullable || may_be_missing {
                rules::maybe_null::diagnostic(why, &ty, &mismatch, node.range())
            } else {
                rules::type_mismatch::diagnostic(why, &mismatch, &ty, expected, node.range())
            });
        } else if matches!(node, ast::Expr::Record(_)) {
            self.reject_unknown_fields(&ty, expected, node.range());
        }
        value
    }

    /// A record written for a place has a field the place does not know: a typing mistake.
    pub(crate) fn reject_unknown_fields(&mut self, ty: &Type, expected: &Type, range: TextRange) {
        let table = TypeTable::default();
        let Some(mismatch) = table.unknown_field(ty, expected) else { return };
        let known: Vec<String> = table.fields(expected).iter().map(|f| f.name.to_string()).collect();
        let field = mismatch
            .path
            .iter()
            .rev()
            .find_map(|s| if let crate::types::Step::Field(f) = s { Some(f.clone()) } else { None });
        let mut diagnostic = Diagnostic::new(
            &rules::type_mismatch::RULE,
            range,
            format!("{mismatch}: `{expected}` has no such field"),
        );
        if let Some(near) = field.and_then(|f| super::suggest(&f, &known)) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }
}

/// Positional arguments where names are needed.
fn by_name(callee: &str, params: &[Param], range: TextRange) -> Diagnostic {
    let names: Vec<String> = params.iter().map(|p| format!("{}: …", p.name)).collect();
    let message = format!("`{callee}` has {} parameters: its arguments are named", params.len());
    Diagnostic::new(&rules::bad_argument_form::RULE, range, message)
        .help(format!("write `{callee}({})`", names.join(", ")))
}

/// Takes over the defaults of a signature that was checked where it is declared.
fn take_defaults(signature: &mut Signature, checked: &Signature) {
    if let (Input::Named(params), Input::Named(checked)) = (&mut signature.input, &checked.input) {
        for (param, checked) in params.iter_mut().zip(checked) {
            param.default.clone_from(&checked.default);
        }
    }
}

/// An optional parameter takes `null` too.
fn param_type(param: &Param) -> Type {
    if param.optional { param.ty.clone().or_null() } else { param.ty.clone() }
}

/// A function gets its defaults from its caller: it is only a container.
fn with_defaults(args: CallArgs, input: &Input) -> CallArgs {
    let (CallArgs::Named(mut given), Input::Named(params)) = (args.clone(), input) else { return args };
    for param in params {
        if let Some(default) = &param.default
            && !given.iter().any(|(name, _)| *name == param.name)
        {
            given.push((param.name.clone(), default.clone()));
        }
    }
    given.sort_by_key(|(name, _)| params.iter().position(|p| p.name == *name));
    CallArgs::Named(given)
}

/// A call as a statement, without options.
pub(crate) fn statement(bound: Bound, result: ir::CallResult) -> ir::Call {
    ir::Call { callee: bound.callee, args: bound.args, result, retry: None, timeout: None }
}
