//! The intermediate representation: an orchestrator with every name resolved, every param replaced, every expression
//! typed. [`crate::expand`] turns it into resources; [`crate::eval`] evaluates its expressions.

#[cfg(test)]
pub(crate) mod build;
pub mod print;
mod reach;

pub use print::{body, head, parameters, statements};
pub use reach::Reached;

use crate::{
    spec::{OrchestratorSpec, Retry},
    types::Type,
    units::Duration,
};
use std::sync::Arc;

/// An orchestrator. `spec` holds all that is plain fields (and the logic as text, printed from the trees here);
/// `rules` and `workflows` are parallel to `spec.rules` and `spec.workflows`.
#[derive(Clone, PartialEq, Debug)]
pub struct Orchestrator {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: String,
    /// The doc comment.
    pub description: Option<String>,
    /// What a user applies.
    pub spec: OrchestratorSpec,
    /// Every event a rule may name, sources' and internal ones.
    pub events: Vec<Event>,
    /// Signatures of the functions, parallel to `spec.functions`.
    pub functions: Vec<Signature>,
    /// The workflows' trees.
    pub workflows: Vec<Workflow>,
    /// The rules' trees.
    pub rules: Vec<Rule>,
    /// Where each declaration stands: (`crossing-safety/function/classify`, file, 1-based line).
    pub origins: Vec<Origin>,
    /// `clusters where …`, over the fields of a cluster.
    pub selector: Option<Expr>,
    /// The fleet its clusters come from, where a file says.
    pub fleet: Option<Arc<Fleet>>,
}

/// Where a declaration stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// `ORC`, `ORC/source/NAME`, `ORC/function/NAME`, `ORC/workflow/NAME`, `ORC/rule/NAME`, `ORC/event/NAME`,
    /// `ORC/placement`, `ORC/bus/NAME`.
    pub declaration: String,
    /// The path as the user gave it.
    pub file: Arc<str>,
    /// The name of the item of the file it stands in.
    pub item: String,
    /// From 1; within its item from 0 until [`crate::project::orchestrators`] makes it absolute.
    pub line: u32,
}

/// A fleet: the installation that clusters belong to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Fleet {
    /// Its name.
    pub name: String,
    /// The wildcard domain of functions.
    pub domain: Option<String>,
    /// Where workflows call functions of their own cluster, instead of Kourier's internal service.
    pub call_address: Option<String>,
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// Every other field and block, as written, for `efl fleet apply`.
    pub fields: crate::value::Value,
    /// The names of its metrics.
    pub metrics: Vec<String>,
}

/// A cluster of a fleet.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cluster {
    /// Its name, as Karmada knows it.
    pub name: String,
    /// `host:port` of its ingress, for calls from other clusters.
    pub gateway: Option<String>,
    /// Every field, for selectors.
    pub fields: crate::value::Value,
}

/// An event that rules may name.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// The source; `None` for an internal event.
    pub source: Option<String>,
    /// Its name.
    pub name: String,
    /// The payload's type.
    pub payload: Type,
    /// The metadata's type.
    pub meta: Type,
}

/// A parameter list and a result.
#[derive(Clone, PartialEq, Debug)]
pub struct Signature {
    /// What is taken.
    pub input: Input,
    /// What is given back; `None` when nothing is declared.
    pub output: Option<Type>,
}

/// What a function or workflow takes.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    /// No parameter list: `any`, as the body itself.
    Any,
    /// One unnamed parameter: the body itself.
    Whole(Type),
    /// Named parameters: the body is `{ "param": value, … }`.
    Named(Vec<Param>),
}

/// A parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it is then.
    pub default: Option<Expr>,
}

/// A workflow.
#[derive(Clone, PartialEq, Debug)]
pub struct Workflow {
    /// What it takes and gives.
    pub signature: Signature,
    /// What it does.
    pub body: Body,
}

/// A rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// The event logic.
    pub logic: Logic,
    /// `where`.
    pub condition: Option<Expr>,
    /// What runs.
    pub body: Body,
}

/// Statements and handlers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Body {
    /// The statements.
    pub stmts: Vec<Stmt>,
    /// Run when one of them fails.
    pub on_failure: Vec<Stmt>,
    /// Run at the end in any case.
    pub on_exit: Vec<Stmt>,
}

/// Event logic.
#[derive(Clone, PartialEq, Debug)]
pub enum Logic {
    /// One event.
    Event(Term),
    /// All, in any order.
    And(Vec<Logic>),
    /// Any.
    Or(Vec<Logic>),
    /// All, in this order.
    Then(Vec<Logic>),
    /// So many.
    Count {
        /// What is counted.
        of: Box<Logic>,
        /// How many.
        times: u32,
    },
    /// None for so long.
    Absent {
        /// What must not come.
        of: Box<Logic>,
        /// For how long.
        duration: Duration,
    },
}

/// A use of an event in a rule.
#[derive(Clone, PartialEq, Debug)]
pub struct Term {
    /// The source; `None` for an internal event.
    pub source: Option<String>,
    /// The event.
    pub event: String,
    /// Whether the author wrote `source.event`.
    pub qualified: bool,
    /// The name in scope: the alias, else the event's.
    pub name: String,
    /// The condition on it; [`Scope::Own`] is its payload.
    pub predicate: Option<Expr>,
}

/// Which event's payload or metadata an expression reads.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Scope {
    /// The event that a predicate is about.
    Own,
    /// An event of the rule, by its name in scope.
    Event(String),
}

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text without interpolation.
    String(String),
    /// `"a ${b}"`: each part is text ([`Expr::String`]) or turned into text.
    Template(Vec<Expr>),
    /// A duration.
    Duration(Duration),
    /// The payload of an event: `vehicle`; in a predicate the implicit root and `value`.
    Payload(Scope),
    /// The metadata of an event: `meta`, `vehicle.meta`.
    Meta(Scope),
    /// A `let`, a loop variable or a workflow's parameter.
    Local(String),
    /// `a.b`; of `null` it is `null`.
    Member(Box<Expr>, String),
    /// `a[b]`.
    Index(Box<Expr>, Box<Expr>),
    /// A built-in function.
    Call(Builtin, Vec<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// `-a`.
    Negate(Box<Expr>),
    /// `a OP b`.
    Binary(Op, Box<Expr>, Box<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{ a: 1 }`.
    Record(Vec<(String, Expr)>),
}

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // each is the operator of its name
pub enum Op {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Matches,
    Coalesce,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Op {
    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            Op::Or => "or",
            Op::And => "and",
            Op::Eq => "==",
            Op::Ne => "!=",
            Op::Lt => "<",
            Op::Le => "<=",
            Op::Gt => ">",
            Op::Ge => ">=",
            Op::In => "in",
            Op::Matches => "matches",
            Op::Coalesce => "??",
            Op::Add => "+",
            Op::Sub => "-",
            Op::Mul => "*",
            Op::Div => "/",
            Op::Rem => "%",
        }
    }

    /// The comparison with its sides exchanged: `a < b` is `b > a`.
    pub const fn mirrored(self) -> Option<Op> {
        match self {
            Op::Eq | Op::Ne => Some(self),
            Op::Lt => Some(Op::Gt),
            Op::Le => Some(Op::Ge),
            Op::Gt => Some(Op::Lt),
            Op::Ge => Some(Op::Le),
            _ => None,
        }
    }

    /// How tightly it binds; `not` stands between `and` (2) and the comparisons (4).
    pub const fn precedence(self) -> u8 {
        match self {
            Op::Or => 1,
            Op::And => 2,
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::In | Op::Matches => 4,
            Op::Coalesce => 5,
            Op::Add | Op::Sub => 6,
            Op::Mul | Op::Div | Op::Rem => 7,
        }
    }
}

/// A built-in function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // each is the function of its name; see `crate::elab::builtin`
pub enum Builtin {
    Len,
    Lower,
    Upper,
    StartsWith,
    EndsWith,
    Contains,
    Abs,
    Number,
    String,
}

impl Builtin {
    /// Every one.
    pub const ALL: [Builtin; 9] = [
        Builtin::Len,
        Builtin::Lower,
        Builtin::Upper,
        Builtin::StartsWith,
        Builtin::EndsWith,
        Builtin::Contains,
        Builtin::Abs,
        Builtin::Number,
        Builtin::String,
    ];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Builtin::Len => "len",
            Builtin::Lower => "lower",
            Builtin::Upper => "upper",
            Builtin::StartsWith => "starts-with",
            Builtin::EndsWith => "ends-with",
            Builtin::Contains => "contains",
            Builtin::Abs => "abs",
            Builtin::Number => "number",
            Builtin::String => "string",
        }
    }
}

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub enum Stmt {
    /// `let x = EXPR`.
    Let(String, Expr),
    /// `f(…)`, `let x = f(…)`, `return f(…)`.
    Call(Call),
    /// Children at once.
    Parallel(Vec<Stmt>),
    /// `if`: conditions with their branches, and the final `else`.
    If(Vec<(Expr, Vec<Stmt>)>, Vec<Stmt>),
    /// A loop.
    For {
        /// The variable.
        var: String,
        /// The list.
        list: Expr,
        /// How many at once; all when `None`.
        max: Option<u32>,
        /// What is done.
        body: Vec<Stmt>,
    },
    /// Statements tried again as a whole.
    Retry(Retry, Vec<Stmt>),
    /// A pause.
    Wait(Duration),
    /// An internal event.
    Emit(String, Expr),
    /// The result.
    Return(Expr),
}

/// A call of a function or workflow.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// What it gets.
    pub args: CallArgs,
    /// What becomes of the result.
    pub result: CallResult,
    /// How it is tried again.
    pub retry: Option<Retry>,
    /// How long it may take.
    pub timeout: Option<Duration>,
}

/// What is called.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Callee {
    /// A function.
    Function(String),
    /// A workflow.
    Workflow(String),
}

/// What a call passes.
#[derive(Clone, PartialEq, Debug)]
pub enum CallArgs {
    /// The body itself.
    Whole(Expr),
    /// One value per parameter, in the order of the parameters; those left out are absent.
    Named(Vec<(String, Expr)>),
}

/// What becomes of a call's result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CallResult {
    /// Nothing.
    Unused,
    /// It is bound to a name.
    Let(String),
    /// It is the result of the workflow.
    Return,
}
