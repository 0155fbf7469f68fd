//! Drafts as orchestrators: what they call gets a place and a name, and a signature out of how it is called.

use super::{
    draft::{Draft, DraftRule, DraftWorkflow},
    event_source::own_name,
    names::{Taken, kebab},
    patch,
    program::{Orchestrator, Program},
    services::Services,
    text::{Remark, comment},
    workflow::service_key,
};
use crate::{
    ir::{self, Body, Call, CallArgs, Callee, Expr, Input, Param, Stmt},
    spec::{Function, Workflow},
    types::Type,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that can be called, by its key.
struct Callables<'a> {
    services: &'a Services,
    /// Workflows of the input.
    workflows: &'a [DraftWorkflow],
    /// How each function is called.
    shapes: BTreeMap<String, Shape>,
}

/// What the calls of a function have in common.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Shape {
    /// Named arguments, and whether every call has each.
    Named(Vec<(String, bool)>),
    /// At least one that is no record of names.
    Whole,
}

/// Puts drafts, services and workflows together into a program.
pub(super) fn finish(
    drafts: Vec<Draft>,
    services: &Services,
    workflows: &[DraftWorkflow],
    program: &mut Program,
) {
    let reached: Vec<BTreeSet<String>> = drafts.iter().map(|draft| reached(draft, workflows)).collect();
    let mut shared = shared(&reached, services, workflows);
    // What a workflow of the file calls has to be in the file too.
    for workflow in
        workflows.iter().filter(|workflow| shared.contains(&workflow.key)).cloned().collect::<Vec<_>>()
    {
        shared.extend(closure(&callee_set(&workflow.body), workflows));
    }
    let shapes = shapes(&drafts, workflows);
    let callables = Callables { services, workflows, shapes };
    let mut taken = Taken::default();
    for name in drafts.iter().map(|draft| &draft.name).chain(program.buses.iter().map(|(name, _)| name)) {
        taken.take(name);
    }
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for key in &shared {
        names.insert(key.clone(), taken.fresh(&callables.name(key, ""), 40));
    }
    let mut in_file = Taken::default();
    for key in &shared {
        callables.declare_shared(key, &names, program);
        names.get(key).into_iter().for_each(|name| in_file.take(name));
    }
    for (draft, reached) in drafts.into_iter().zip(reached) {
        let orchestrator = callables.orchestrator(draft, &reached, &names, &shared, &in_file, program);
        program.orchestrators.push(orchestrator);
    }
}

/// The keys that an orchestrator reaches, also through workflows.
fn reached(draft: &Draft, workflows: &[DraftWorkflow]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for rule in &draft.rules {
        keys.extend(callee_set(&rule.body));
        keys.extend(rule.dead_letter.clone());
    }
    closure(&keys, workflows)
}

fn closure(keys: &BTreeSet<String>, workflows: &[DraftWorkflow]) -> BTreeSet<String> {
    let mut all = keys.clone();
    loop {
        let called = workflows.iter().filter(|workflow| all.contains(&workflow.key));
        let more: BTreeSet<String> = called.flat_map(|workflow| callee_set(&workflow.body)).collect();
        if more.is_subset(&all) {
            return all;
        }
        all.extend(more);
    }
}

/// The keys of what stands in the file: what several orchestrators reach, or none.
fn shared(
    reached: &[BTreeSet<String>],
    services: &Services,
    workflows: &[DraftWorkflow],
) -> BTreeSet<String> {
    let keys =
        (0..services.0.len()).map(service_key).chain(workflows.iter().map(|workflow| workflow.key.clone()));
    keys.filter(|key| reached.iter().filter(|reached| reached.contains(key)).count() != 1).collect()
}

fn callee_set(body: &Body) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    calls_of(&mut body.clone(), &mut |call| {
        let (Callee::Function(key) | Callee::Workflow(key)) = &call.callee;
        keys.insert(key.clone());
    });
    keys
}

/// Every call of a body.
fn calls_of(body: &mut Body, each: &mut dyn FnMut(&mut Call)) {
    for stmts in [&mut body.stmts, &mut body.on_failure, &mut body.on_exit] {
        calls_in(stmts, each);
    }
}

fn calls_in(stmts: &mut [Stmt], each: &mut dyn FnMut(&mut Call)) {
    for stmt in stmts {
        match stmt {
            Stmt::Call(call) => each(call),
            Stmt::Parallel(inner) | Stmt::Retry(_, inner) | Stmt::For { body: inner, .. } => {
                calls_in(inner, each);
            }
            Stmt::If(branches, otherwise) => {
                for (_, inner) in branches {
                    calls_in(inner, each);
                }
                calls_in(otherwise, each);
            }
            Stmt::Let(..) | Stmt::Wait(_) | Stmt::Emit(..) | Stmt::Return(_) => {}
        }
    }
}

fn shapes(drafts: &[Draft], workflows: &[DraftWorkflow]) -> BTreeMap<String, Shape> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    let bodies = drafts.iter().flat_map(|draft| &draft.rules).map(|rule| &rule.body);
    for body in bodies.chain(workflows.iter().map(|workflow| &workflow.body)) {
        calls_of(&mut body.clone(), &mut |call| {
            let Callee::Function(key) = &call.callee else { return };
            let shape = match &call.args {
                CallArgs::Whole(_) => Shape::Whole,
                CallArgs::Named(args) => {
                    Shape::Named(args.iter().map(|(name, _)| (name.clone(), true)).collect())
                }
            };
            let shape = match shapes.remove(key) {
                Some(known) => joined(known, shape),
                None => shape,
            };
            shapes.insert(key.clone(), shape);
        });
    }
    // What gets dead letters takes any body.
    for key in drafts.iter().flat_map(|draft| &draft.rules).filter_map(|rule| rule.dead_letter.clone()) {
        shapes.insert(key, Shape::Whole);
    }
    shapes
}

fn joined(a: Shape, b: Shape) -> Shape {
    let (Shape::Named(a), Shape::Named(b)) = (a, b) else { return Shape::Whole };
    let in_both = |name: &str| a.iter().chain(&b).filter(|(n, always)| n == name && *always).count() == 2;
    let mut names: Vec<(String, bool)> = Vec::new();
    for (name, _) in a.iter().chain(&b) {
        if !names.iter().any(|(known, _)| known == name) {
            names.push((name.clone(), in_both(name)));
        }
    }
    Shape::Named(names)
}

impl Callables<'_> {
    fn service(&self, key: &str) -> Option<&super::knative::Service> {
        (0..self.services.0.len()).find(|at| service_key(*at) == key).map(|at| &self.services.0[at])
    }

    fn workflow(&self, key: &str) -> Option<&DraftWorkflow> {
        self.workflows.iter().find(|workflow| workflow.key == key)
    }

    /// What a callee is called, in an orchestrator whose name it may carry.
    fn name(&self, key: &str, orc: &str) -> String {
        let there = self.service(key).map(|service| &service.name).or(self.workflow(key).map(|w| &w.name));
        kebab(&own_name(there.map_or("", String::as_str), orc))
    }

    /// The parameter list of a function: none when its calls pass anything but records of names.
    fn input(&self, key: &str) -> Input {
        match self.shapes.get(key) {
            Some(Shape::Named(names)) => {
                let param = |(name, always): &(String, bool)| Param {
                    name: name.clone(),
                    ty: Type::Any,
                    optional: !always,
                    default: None,
                };
                Input::Named(names.iter().map(param).collect())
            }
            Some(Shape::Whole) | None => Input::Any,
        }
    }

    fn workflow_input(workflow: &DraftWorkflow) -> Input {
        let param = |(name, default): &(String, Option<Expr>)| Param {
            name: kebab(name),
            ty: Type::Any,
            optional: default.is_some(),
            default: default.clone(),
        };
        if workflow.parameters.is_empty() {
            Input::Any
        } else {
            Input::Named(workflow.parameters.iter().map(param).collect())
        }
    }

    /// A body as text, with names in the place of keys.
    fn text(&self, body: &Body, names: &BTreeMap<String, String>) -> String {
        let mut body = body.clone();
        calls_of(&mut body, &mut |call| {
            if let (Callee::Function(key), CallArgs::Named(args)) = (&call.callee, &mut call.args)
                && self.input(key) == Input::Any
            {
                call.args = CallArgs::Whole(if args.is_empty() {
                    Expr::Null
                } else {
                    Expr::Record(std::mem::take(args))
                });
            }
            let (Callee::Function(key) | Callee::Workflow(key)) = &mut call.callee;
            if let Some(name) = names.get(key) {
                key.clone_from(name);
            }
        });
        let key_of = |name: &str| names.iter().find(|(_, known)| *known == name).map(|(key, _)| key.clone());
        let one_parameter = |callee: &Callee| {
            let (Callee::Function(name) | Callee::Workflow(name)) = callee;
            let Some(key) = key_of(name) else { return false };
            let input = match self.workflow(&key) {
                Some(workflow) => Self::workflow_input(workflow),
                None => self.input(&key),
            };
            matches!(input, Input::Named(params) if params.len() == 1)
        };
        ir::body(&body, &one_parameter).to_string()
    }

    fn function(&self, key: &str, name: &str) -> Function {
        let base = self.service(key).map(|service| service.function.clone()).unwrap_or_default();
        Function { name: name.to_owned(), input: ir::parameters(&self.input(key)), ..base }
    }

    fn spec_of(&self, workflow: &DraftWorkflow, names: &BTreeMap<String, String>) -> Workflow {
        Workflow {
            name: names.get(&workflow.key).cloned().unwrap_or_default(),
            parameters: ir::parameters(&Self::workflow_input(workflow)),
            timeout: workflow.timeout,
            ttl: workflow.ttl,
            body: self.text(&workflow.body, names),
            ..Workflow::default()
        }
    }

    /// Remarks and patch of a service at its function.
    fn left(
        &self,
        key: &str,
        place: &str,
        declaration: &str,
        program: &mut Program,
    ) -> Vec<crate::spec::Patch> {
        let Some(service) = self.service(key) else { return Vec::new() };
        program.remarks.extend(service.left.iter().map(|(at, why, what)| Remark {
            place: place.to_owned(),
            at: at.clone(),
            why: why.clone(),
            what: what.clone(),
        }));
        service.patch.iter().map(|json| patch::of(declaration, "Service", json)).collect()
    }

    fn declare_shared(&self, key: &str, names: &BTreeMap<String, String>, program: &mut Program) {
        let Some(name) = names.get(key) else { return };
        if let Some(workflow) = self.workflow(key) {
            return program.workflows.push(self.spec_of(workflow, names));
        }
        let place = format!("function/{name}");
        let patches = self.left(key, &place, &place, program);
        program.functions.push((self.function(key, name), patches));
    }

    /// A draft as an orchestrator, with the functions and workflows that only it reaches.
    fn orchestrator(
        &self,
        draft: Draft,
        reached: &BTreeSet<String>,
        shared_names: &BTreeMap<String, String>,
        shared: &BTreeSet<String>,
        in_file: &Taken,
        program: &mut Program,
    ) -> Orchestrator {
        let Draft { name: orc, mut spec, mut taken, mut remarks, .. } = draft;
        let mut names = shared_names.clone();
        let mut callables = in_file.clone();
        let limit = 49_usize.saturating_sub(orc.len());
        for (key, name) in &draft.stand_ins {
            let name = callables.fresh(name, limit);
            spec.functions.push(self.function(key, &name));
            for remark in remarks.iter_mut().filter(|remark| remark.place == format!("{orc}/{key}")) {
                remark.place = format!("{orc}/function/{name}");
            }
            names.insert(key.clone(), name);
        }
        for key in reached
            .iter()
            .filter(|key| !shared.contains(*key) && !names.contains_key(*key))
            .collect::<Vec<_>>()
        {
            // A workflow and a rule of one name would become one WorkflowTemplate.
            let mut name = callables.fresh(&self.name(key, &orc), limit);
            while self.workflow(key).is_some() && taken.has(&name) {
                name = callables.fresh(&name, limit);
            }
            if self.workflow(key).is_some() {
                taken.take(&name);
            } else {
                let (place, declaration) =
                    (format!("{orc}/function/{name}"), format!("{orc}/function/{name}"));
                let patches = self.left(key, &place, &declaration, program);
                spec.patches.extend(patches);
                spec.functions.push(self.function(key, &name));
            }
            names.insert((*key).clone(), name);
        }
        let local = self.workflows.iter().filter(|w| reached.contains(&w.key) && !shared.contains(&w.key));
        spec.workflows.extend(local.map(|workflow| self.spec_of(workflow, &names)));
        spec.rules = draft.rules.iter().map(|rule| self.rule(rule, &names)).collect();
        program.remarks.extend(remarks);
        Orchestrator {
            name: orc,
            namespace: draft.namespace.unwrap_or_default(),
            description: None,
            bus: None,
            spec,
        }
    }

    fn rule(&self, draft: &DraftRule, names: &BTreeMap<String, String>) -> crate::spec::Rule {
        let mut on = draft.logic.to_string();
        for (name, text) in &draft.holes {
            on = on.replace(name.as_str(), &format!("\n  {}\n", comment(text, "")));
        }
        let on = on.replace(" \n", "\n");
        crate::spec::Rule {
            on,
            run: self.text(&draft.body, names),
            dead_letter: draft.dead_letter.as_ref().and_then(|key| names.get(key).cloned()),
            ..draft.spec.clone()
        }
    }
}
