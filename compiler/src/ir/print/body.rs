//! Statements, bodies and signatures as text.

use super::{Key, expr::head};
use crate::{
    ir::{Body, Call, CallArgs, CallResult, Callee, Expr, Input, Orchestrator, Param, Signature, Stmt},
    spec::Retry,
};
use std::fmt::{self, Display, Formatter};

/// Whether a function or workflow has exactly one parameter: then its only argument is written without a name.
type OneParameter<'a> = &'a dyn Fn(&Callee) -> bool;

/// What stands between the braces of a workflow or rule, without indentation and without a newline at its end.
pub fn body<'a>(body: &'a Body, one_parameter: OneParameter<'a>) -> impl Display + 'a {
    let handlers = [("failure", body.on_failure.as_slice()), ("exit", &body.on_exit)];
    Lines { stmts: &body.stmts, handlers, one_parameter, depth: 0 }
}

/// Statements alone, like [`body`].
pub fn statements<'a>(stmts: &'a [Stmt], one_parameter: OneParameter<'a>) -> impl Display + 'a {
    Lines { stmts, handlers: [("failure", &[]), ("exit", &[])], one_parameter, depth: 0 }
}

impl Orchestrator {
    /// Whether a function or workflow of it has exactly one parameter (for [`body`]).
    pub fn takes_one_parameter(&self, callee: &Callee) -> bool {
        let signature = match callee {
            Callee::Function(name) => {
                let at = self.spec.functions.iter().position(|function| function.name == *name);
                at.and_then(|at| self.functions.get(at))
            }
            Callee::Workflow(name) => {
                let at = self.spec.workflows.iter().position(|workflow| workflow.name == *name);
                at.and_then(|at| self.workflows.get(at)).map(|workflow| &workflow.signature)
            }
        };
        matches!(signature.map(|s| &s.input), Some(Input::Named(params)) if params.len() == 1)
    }
}

/// Statements and handlers, one below the other.
struct Lines<'a> {
    stmts: &'a [Stmt],
    handlers: [(&'static str, &'a [Stmt]); 2],
    one_parameter: OneParameter<'a>,
    depth: usize,
}

impl Display for Lines<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut first = true;
        let mut indent = |f: &mut Formatter<'_>| {
            let newline = if std::mem::take(&mut first) { "" } else { "\n" };
            write!(f, "{newline}{:1$}", "", 2 * self.depth)
        };
        for stmt in self.stmts {
            indent(f)?;
            self.stmt(stmt, f)?;
        }
        for (name, stmts) in self.handlers.iter().filter(|(_, stmts)| !stmts.is_empty()) {
            indent(f)?;
            write!(f, "on {name} ")?;
            self.block(stmts, f)?;
        }
        Ok(())
    }
}

impl<'a> Lines<'a> {
    fn stmt(&self, stmt: &'a Stmt, f: &mut Formatter<'_>) -> fmt::Result {
        match stmt {
            Stmt::Let(name, value) => write!(f, "let {name} = {value}"),
            Stmt::Call(call) => self.call(call, f),
            Stmt::Parallel(stmts) => {
                f.write_str("parallel ")?;
                self.block(stmts, f)
            }
            Stmt::If(branches, otherwise) => self.branches(branches, otherwise, f),
            Stmt::For { var, list, max, body } => {
                write!(f, "for {var} in {} ", head(list))?;
                if let Some(max) = max {
                    write!(f, "max {max} ")?;
                }
                self.block(body, f)
            }
            Stmt::Retry(policy, stmts) => {
                retry(policy, f)?;
                f.write_str(" ")?;
                self.block(stmts, f)
            }
            Stmt::Wait(duration) => write!(f, "wait {duration}"),
            Stmt::Emit(event, payload) => emit(event, payload, f),
            Stmt::Return(value) => write!(f, "return {value}"),
        }
    }

    fn block(&self, stmts: &'a [Stmt], f: &mut Formatter<'_>) -> fmt::Result {
        if stmts.is_empty() {
            return f.write_str("{}");
        }
        let inner = Lines { stmts, handlers: [("", &[]), ("", &[])], depth: self.depth + 1, ..*self };
        write!(f, "{{\n{inner}\n{:1$}}}", "", 2 * self.depth)
    }

    fn branches(
        &self,
        branches: &'a [(Expr, Vec<Stmt>)],
        otherwise: &'a [Stmt],
        f: &mut Formatter<'_>,
    ) -> fmt::Result {
        for (i, (condition, stmts)) in branches.iter().enumerate() {
            write!(f, "{}if {} ", if i == 0 { "" } else { " else " }, head(condition))?;
            self.block(stmts, f)?;
        }
        if otherwise.is_empty() {
            return Ok(());
        }
        f.write_str(" else ")?;
        self.block(otherwise, f)
    }

    fn call(&self, call: &Call, f: &mut Formatter<'_>) -> fmt::Result {
        match &call.result {
            CallResult::Unused => {}
            CallResult::Let(name) => write!(f, "let {name} = ")?,
            CallResult::Return => f.write_str("return ")?,
        }
        let (Callee::Function(name) | Callee::Workflow(name)) = &call.callee;
        write!(f, "{name}(")?;
        match &call.args {
            CallArgs::Whole(value) => write!(f, "{value}")?,
            CallArgs::Named(args) => match args.as_slice() {
                [(_, value)] if (self.one_parameter)(&call.callee) => write!(f, "{value}")?,
                args => args.iter().enumerate().try_for_each(|(i, (name, value))| {
                    write!(f, "{}{name}: {value}", if i == 0 { "" } else { ", " })
                })?,
            },
        }
        f.write_str(")")?;
        if let Some(policy) = &call.retry {
            f.write_str(" ")?;
            retry(policy, f)?;
        }
        call.timeout.map_or(Ok(()), |timeout| write!(f, " timeout {timeout}"))
    }
}

fn retry(policy: &Retry, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "retry {}", policy.times)?;
    policy.backoff.map_or(Ok(()), |backoff| write!(f, " backoff {}..{}", backoff.from, backoff.to))
}

/// A payload that is no record is written as its `value`.
fn emit(event: &str, payload: &Expr, f: &mut Formatter<'_>) -> fmt::Result {
    match payload {
        Expr::Null => write!(f, "emit {event}"),
        Expr::Record(_) => write!(f, "emit {event} {payload}"),
        other => write!(f, "emit {event} {{ value: {other} }}"),
    }
}

impl Display for Body {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        body(self, &|_| false).fmt(f)
    }
}

/// A parameter list, `(vehicle: Vehicle)`; `None` without one.
pub fn parameters(input: &Input) -> Option<String> {
    let signature = Signature { input: input.clone(), output: None };
    (*input != Input::Any).then(|| signature.to_string())
}

impl Display for Signature {
    /// What follows the name: `(vehicle: Vehicle) -> { level: string }`, or nothing.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.input {
            Input::Any => {}
            Input::Whole(ty) => write!(f, "({ty})")?,
            Input::Named(params) => {
                f.write_str("(")?;
                for (i, param) in params.iter().enumerate() {
                    write!(f, "{}{param}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str(")")?;
            }
        }
        self.output.as_ref().map_or(Ok(()), |output| write!(f, " -> {output}"))
    }
}

impl Display for Param {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // A default makes a parameter optional by itself.
        let mark = if self.optional && self.default.is_none() { "?" } else { "" };
        write!(f, "{}{mark}: {}", Key(&self.name), self.ty)?;
        self.default.as_ref().map_or(Ok(()), |default| write!(f, " = {default}"))
    }
}
