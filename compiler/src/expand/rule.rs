//! What a rule runs on Argo: a call straight from the Sensor, a workflow of the program, or a workflow of its own.

use super::{
    context::Context,
    workflow_body::{Var, has_handlers},
    workflow_expr as code,
};
use crate::{
    ir::{self, Body, Call, CallArgs, CallResult, Callee, Expr, Input, Logic, Stmt, Term},
    spec::{self, Pairing},
    types::Type,
};

/// A rule with the two halves of its description.
#[derive(Clone, Copy)]
pub(super) struct Rule<'a> {
    /// Its plain fields.
    pub(super) spec: &'a spec::Rule,
    /// Its trees.
    pub(super) ir: &'a ir::Rule,
}

/// What a rule runs.
pub(super) enum Run<'a> {
    /// One call of a function, made by the Sensor itself.
    Call(&'a Call),
    /// A workflow of the program.
    Workflow {
        /// Its name.
        name: &'a str,
        /// What it is called with.
        args: &'a CallArgs,
    },
    /// A workflow of its own, which reads these.
    Own(Vec<Var>),
}

/// Every rule.
pub(super) fn rules<'a>(cx: &Context<'a>) -> Vec<Rule<'a>> {
    let orc = cx.orc;
    orc.spec.rules.iter().zip(&orc.rules).map(|(spec, ir)| Rule { spec, ir }).collect()
}

impl<'a> Rule<'a> {
    /// What it runs.
    pub(super) fn run(self, cx: &Context<'a>) -> Run<'a> {
        match self.only_call() {
            Some(Call { callee: Callee::Workflow(name), args, retry: None, timeout: None, .. })
                if passes_whole_events(args) =>
            {
                Run::Workflow { name, args }
            }
            Some(call) if self.can_be_called(cx, call) => Run::Call(call),
            _ => Run::Own(self.reads()),
        }
    }

    /// The call that is all of its body.
    fn only_call(self) -> Option<&'a Call> {
        match self.ir.body.stmts.as_slice() {
            [Stmt::Call(call)] if self.guard().is_none() && !has_handlers(&self.ir.body) => Some(call),
            _ => None,
        }
    }

    /// The condition behind Argo's own pairing.
    pub(super) fn guard(self) -> Option<&'a Expr> {
        self.ir.condition.as_ref().filter(|_| self.spec.pairing == Some(Pairing::Latest))
    }

    /// Its body, behind the condition where it has one.
    pub(super) fn body(self) -> Body {
        let guarded = |stmts: &Vec<Stmt>| match self.guard() {
            Some(condition) if !stmts.is_empty() => {
                vec![Stmt::If(vec![(condition.clone(), stmts.clone())], Vec::new())]
            }
            _ => stmts.clone(),
        };
        let Body { stmts, on_failure, on_exit } = &self.ir.body;
        Body { stmts: guarded(stmts), on_failure: guarded(on_failure), on_exit: guarded(on_exit) }
    }

    /// Every use of an event, in the order of the text.
    pub(super) fn terms(self) -> Vec<&'a Term> {
        let mut terms = Vec::new();
        collect(&self.ir.logic, &mut terms);
        terms
    }

    /// The use of an event by its name in scope.
    pub(super) fn term(self, name: &str) -> Option<&'a Term> {
        self.terms().into_iter().find(|term| term.name == name)
    }

    /// The type of what the rule reads: null where the event may be absent.
    pub(super) fn type_of(self, cx: &Context<'a>, var: &Var) -> Type {
        let Var::Payload(name) = var else { return Type::Any };
        let payload = self.term(name).and_then(|term| cx.event_of(term)).map(|event| event.payload.clone());
        let payload = payload.unwrap_or(Type::Any);
        if self.always_has(name) { payload } else { payload.or_null() }
    }

    /// Whether a firing always has the event of this name.
    pub(super) fn always_has(self, name: &str) -> bool {
        fn has(logic: &Logic, name: &str) -> bool {
            match logic {
                Logic::Event(term) => term.name == name,
                Logic::And(all) | Logic::Then(all) => all.iter().any(|one| has(one, name)),
                Logic::Or(any) => any.iter().all(|one| has(one, name)),
                Logic::Count { of, .. } => has(of, name),
                Logic::Absent { .. } => false,
            }
        }
        has(&self.ir.logic, name)
    }

    /// Whether its Sensor must remember events: whether a firing can take several.
    pub(super) fn joins(self) -> bool {
        fn joins(logic: &Logic) -> bool {
            match logic {
                Logic::Event(_) => false,
                Logic::Or(any) => any.iter().any(joins),
                _ => true,
            }
        }
        joins(&self.ir.logic)
    }

    /// What its body and its guard read.
    fn reads(self) -> Vec<Var> {
        let mut vars = Vec::new();
        let mut add = |var: Var| {
            if !matches!(var, Var::Local(_)) && !vars.contains(&var) {
                vars.push(var);
            }
        };
        if let Some(guard) = self.guard() {
            code::variables(guard, &mut add);
        }
        let Body { stmts, on_failure, on_exit } = &self.ir.body;
        for stmts in [stmts, on_failure, on_exit] {
            variables(stmts, &mut add);
        }
        vars
    }

    /// Whether the Sensor can make the call itself: it can put whole events, texts and fields that are always there
    /// into a body, and it waits for no result.
    fn can_be_called(self, cx: &Context<'a>, call: &Call) -> bool {
        let Callee::Function(_) = &call.callee else { return false };
        let sent = |expr: &Expr| self.can_be_sent(cx, expr);
        call.result == CallResult::Unused
            && call.retry.is_none()
            && self.terms().iter().any(|term| self.always_has(&term.name))
            && match &call.args {
                CallArgs::Whole(expr) => matches!(expr, Expr::Payload(_)) && sent(expr),
                CallArgs::Named(fields) => !fields.is_empty() && fields.iter().all(|(_, expr)| sent(expr)),
            }
    }

    /// Whether a parameter of a trigger can carry an expression as JSON.
    fn can_be_sent(self, cx: &Context<'a>, expr: &Expr) -> bool {
        match expr {
            Expr::String(_) => true,
            Expr::Payload(ir::Scope::Event(name)) => {
                // A kind without a `body` has no key that stands for its whole payload.
                self.always_has(name) && self.term(name).is_some_and(|term| cx.body_key(term).is_some())
            }
            Expr::Member(base, field) => {
                let Expr::Payload(ir::Scope::Event(name)) = &**base else { return false };
                self.always_has(name)
                    && is_plain_key(field)
                    && self.term(name).is_some_and(|term| cx.is_always_there(term, field))
            }
            _ => false,
        }
    }
}

impl<'a> Context<'a> {
    /// The event that a term is a use of.
    pub(super) fn event_of(&self, term: &Term) -> Option<&'a ir::Event> {
        self.orc.events.iter().find(|event| event.source == term.source && event.name == term.event)
    }

    /// Whether a field is in every payload of an event, by its type.
    fn is_always_there(&self, term: &Term, field: &str) -> bool {
        let Some(Type::Record(record)) = self.event_of(term).map(|event| &event.payload) else {
            return false;
        };
        record
            .field(field)
            .is_some_and(|field| !field.optional && !field.ty.is_nullable() && !field.ty.is_unknown())
    }
}

/// Whether a key stands for itself in a path of gjson.
pub(super) fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Whether the arguments of a workflow are whole events and constants, which the Sensor can pass.
fn passes_whole_events(args: &CallArgs) -> bool {
    let whole = |expr: &Expr| {
        matches!(expr, Expr::Payload(ir::Scope::Event(_)) | Expr::Meta(ir::Scope::Event(_)))
            || code::constant(expr).is_some()
    };
    match args {
        CallArgs::Whole(expr) => whole(expr),
        CallArgs::Named(fields) => fields.iter().all(|(_, expr)| whole(expr)),
    }
}

fn collect<'l>(logic: &'l Logic, terms: &mut Vec<&'l Term>) {
    match logic {
        Logic::Event(term) => terms.push(term),
        Logic::And(all) | Logic::Or(all) | Logic::Then(all) => all.iter().for_each(|one| collect(one, terms)),
        Logic::Count { of, .. } | Logic::Absent { of, .. } => collect(of, terms),
    }
}

/// The name of the parameter of a function or workflow that takes a whole value.
pub(super) fn only_parameter(input: &Input) -> Option<&str> {
    match input {
        Input::Named(params) => params.first().map(|param| param.name.as_str()),
        Input::Any | Input::Whole(_) => None,
    }
}

/// Every variable that statements read.
pub(super) fn variables(stmts: &[Stmt], found: &mut impl FnMut(Var)) {
    for stmt in stmts {
        match stmt {
            Stmt::Let(_, expr) | Stmt::Return(expr) | Stmt::Emit(_, expr) => code::variables(expr, found),
            Stmt::Call(call) => match &call.args {
                CallArgs::Whole(expr) => code::variables(expr, found),
                CallArgs::Named(fields) => fields.iter().for_each(|(_, expr)| code::variables(expr, found)),
            },
            Stmt::Parallel(body) | Stmt::Retry(_, body) => variables(body, found),
            Stmt::If(branches, otherwise) => {
                for (condition, body) in branches {
                    code::variables(condition, found);
                    variables(body, found);
                }
                variables(otherwise, found);
            }
            Stmt::For { list, body, .. } => {
                code::variables(list, found);
                variables(body, found);
            }
            Stmt::Wait(_) => {}
        }
    }
}
