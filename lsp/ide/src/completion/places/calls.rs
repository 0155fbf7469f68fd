//! Functions and workflows, and what a call of them gives.

use super::{imports, names};
use crate::completion::{
    Completion, ELSEWHERE, FIRST, FITS, Kind, facts::Fact, likely::Slot, probe::Probe, snippet::Snippet,
};
use efl_compiler::{
    elab::TypeScope,
    index::{Index, Names, Role},
    names::{Binding, Decl, FunctionSig, Params},
    types::Type,
};
use efl_grammar::{
    SyntaxKind::*,
    SyntaxNode,
    ast::{self, AstNode, HasDoc, HasMembers, HasName, HasSig},
};

/// Something that can be called.
pub(super) struct Callable {
    item: Completion,
    params: Vec<Parameter>,
    /// Whether it gives something.
    gives: bool,
}

/// A parameter of it.
struct Parameter {
    name: String,
    ty: Option<Type>,
    is_needed: bool,
}

/// Which callables are meant.
#[derive(Clone, Copy)]
pub(super) struct Which {
    pub(super) functions: bool,
    pub(super) workflows: bool,
}

/// Functions.
pub(super) const FUNCTIONS: Which = Which { functions: true, workflows: false };
/// Workflows.
pub(super) const WORKFLOWS: Which = Which { functions: false, workflows: true };
/// Both.
const BOTH: Which = Which { functions: true, workflows: true };

/// What can be called: of the orchestrator around, of the file, of other files.
fn callables(probe: &Probe<'_>, which: Which) -> Vec<Callable> {
    let accept = |decl: &Decl| match decl {
        Decl::Function(_) => which.functions,
        Decl::Workflow(_) => which.workflows,
        _ => false,
    };
    let own = probe.orchestrator().map(|(orchestrator, index)| (orchestrator.members(), index));
    let own = own.iter().flat_map(|(members, index)| {
        members.iter().filter_map(move |member| match member {
            ast::Member::Function(decl) if which.functions => of_declaration(Kind::Function, decl, index),
            ast::Member::Workflow(decl) if which.workflows => of_declaration(Kind::Workflow, decl, index),
            _ => None,
        })
    });
    let known = names::bound(probe, accept).filter_map(|(item, binding)| of_binding(probe, item, binding));
    let elsewhere = imports::unknown(probe, accept);
    let elsewhere = elsewhere.into_iter().filter_map(|(item, binding)| of_binding(probe, item, &binding));
    own.chain(known).chain(elsewhere).collect()
}

/// One of the orchestrator; the types of its parameters stand in the index.
fn of_declaration(kind: Kind, decl: &(impl HasName + HasSig + HasDoc), index: &Index) -> Option<Callable> {
    let one_line =
        |node: &SyntaxNode| node.text().to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let sig = decl.sig().map(|sig| one_line(sig.syntax())).unwrap_or_default();
    let result = decl.result().map(|ty| format!(" -> {}", one_line(ty.syntax()))).unwrap_or_default();
    let item = Completion::new(kind, decl.name()?.text())
        .detail(format!("{sig}{result}"))
        .doc(decl.doc())
        .rank(FIRST);
    let param = |formal: ast::Formal| {
        let name = formal.name()?;
        let defined = index.entries.iter().find(|e| e.role == Role::Definition && e.range == name.range());
        let is_needed = !formal.is_optional() && formal.default().is_none();
        Some(Parameter { name: name.text(), ty: defined.and_then(|e| e.ty.clone()), is_needed })
    };
    let params = decl.sig().iter().flat_map(ast::Sig::formals).filter_map(param).collect();
    Some(Callable { item, params, gives: decl.result().is_some() })
}

/// One of a file.
fn of_binding(probe: &Probe<'_>, item: Completion, binding: &Binding) -> Option<Callable> {
    let (Decl::Function(sig) | Decl::Workflow(sig)) = &*binding.decl else { return None };
    let FunctionSig { params, result, .. } = sig;
    let scope = TypeScope::new(probe.db, binding.file);
    let params = match params {
        Some(Params::Named(params)) => params
            .iter()
            .map(|p| Parameter {
                name: p.name.clone(),
                ty: Some(scope.resolve(&p.ty)),
                is_needed: !p.optional && !p.has_default,
            })
            .collect(),
        _ => Vec::new(),
    };
    let rank = if item.import.is_some() { ELSEWHERE } else { FITS };
    Some(Callable { item: item.rank(rank), params, gives: result.is_some() })
}

/// The names of what can be called.
pub(super) fn names(probe: &Probe<'_>, which: Which) -> Vec<Completion> {
    callables(probe, which).into_iter().map(|callable| callable.item).collect()
}

/// The functions that a field can name: who gets dead letters is called by nothing else.
pub(super) fn as_value(probe: &Probe<'_>) -> Vec<Completion> {
    let weighed = |item: Completion| {
        let is_called = probe.count(&Fact::Called(item.label.as_str().into())) > 0;
        item.weight(-i32::from(is_called))
    };
    names(probe, FUNCTIONS).into_iter().map(weighed).collect()
}

/// The functions of a test that can be mocked: those that give something have to be.
pub(super) fn to_mock(probe: &Probe<'_>) -> Vec<Completion> {
    let weighed = |callable: Callable| callable.item.weight(2 * i32::from(callable.gives));
    callables(probe, FUNCTIONS).into_iter().map(weighed).collect()
}

/// Calls with what they need, as statements or as values.
pub(super) fn calls(probe: &Probe<'_>, for_value: bool) -> Vec<Completion> {
    let itself =
        probe.nearest(&[WORKFLOW]).and_then(ast::Workflow::cast).and_then(|workflow| workflow.name());
    let itself = itself.map(|name| name.text());
    let in_rule = probe.nearest(&[RULE, WORKFLOW]).is_some_and(|node| node.kind() == RULE);
    let mut found = callables(probe, BOTH);
    // A workflow does not run itself.
    found.retain(|callable| Some(&callable.item.label) != itself.as_ref());
    let call = |callable: Callable| {
        let weight = callable.weight(probe, for_value, in_rule);
        callable.call().weight(weight)
    };
    found.into_iter().map(call).collect()
}

impl Callable {
    /// What nothing calls yet is likely next; what is called with values that are there fits; a value comes from what
    /// gives one; a rule rather runs a workflow that takes its event than calls a function.
    fn weight(&self, probe: &Probe<'_>, for_value: bool, in_rule: bool) -> i32 {
        let is_called = probe.count(&Fact::Called(self.item.label.as_str().into())) > 0;
        let mut needed = self.params.iter().filter(|param| param.is_needed).peekable();
        let fits = needed.peek().is_some() && needed.all(|param| param.is_there(probe));
        let is_run = in_rule && self.item.kind == Kind::Workflow;
        3 * i32::from(!is_called)
            + 4 * i32::from(fits)
            + 8 * i32::from(for_value && self.gives)
            + i32::from(fits && is_run)
    }

    /// A call with the parameters that it needs.
    fn call(self) -> Completion {
        let mut text = Snippet::new().text(&self.item.label).text("(");
        for (at, param) in self.params.iter().filter(|param| param.is_needed).enumerate() {
            text = text.text(if at > 0 { ", " } else { "" }).text(&param.name).text(": ").place(&param.name);
        }
        self.item.snippet(text.text(")").end())
    }
}

impl Parameter {
    /// Whether a value that fits by its name or type is visible.
    fn is_there(&self, probe: &Probe<'_>) -> bool {
        let slot = Slot { name: Some(self.name.clone()), ty: self.ty.clone(), is_condition: false };
        let is_record = matches!(self.ty, Some(Type::Record(_) | Type::List(_)));
        let fits = |name: &str, ty: &Type| slot.weight(name, ty) >= if is_record { 3 } else { 6 };
        probe.visible().any(|names| match names {
            Names::Local(symbol, ty) => fits(symbol.name(), ty),
            Names::Event { name, payload, .. } => fits(name, payload),
            Names::Own { .. } | Names::Cluster(_) => false,
        })
    }
}

/// The names of the parameters that a call does not give yet, in their order.
pub(super) fn arguments(probe: &Probe<'_>, args: &SyntaxNode) -> Vec<Completion> {
    let Some(args) = ast::Args::cast(args.clone()) else { return Vec::new() };
    let Some(callee) = args.syntax().prev_sibling() else { return Vec::new() };
    if probe.last() == ":" {
        return Vec::new();
    }
    let given: Vec<String> = args.named().filter_map(|arg| Some(arg.name()?.text())).collect();
    let name = callee.text().to_string();
    let called = callables(probe, BOTH).into_iter().find(|callable| callable.item.label == name.trim());
    let left = called.into_iter().flat_map(|callable| callable.params);
    let argument = |param: Parameter| {
        let ty = param.ty.map(|ty| ty.to_string()).unwrap_or_default();
        Completion::new(Kind::Field, param.name).detail(ty).key().rank(FIRST).weight(32)
    };
    left.filter(|param| !given.contains(&param.name)).map(argument).collect()
}
