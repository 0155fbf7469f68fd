//! Statements as templates of Argo Workflows: a body is a list of steps, each nested block a template of its own.
//!
//! Text of events never stands in a template or an expression: it travels in parameters, as JSON.

use super::{
    names::budget,
    workflow_expr as code,
    workflow_template::{
        Arguments, ContinueOn, Header, Hook, Hooks, Http, Outputs, Parameter, RetryStrategy, Sequence, Step,
        Suspend, Template, TemplateBody, TemplateRef, ValueFrom,
    },
};
use crate::{
    ir::{Body, Call, CallArgs, CallResult, Callee, Expr, Input, Orchestrator, Param, Stmt},
    spec::Retry,
    types::Type,
    units::Duration,
};

/// The parameter of a Workflow that says where functions are called; the first one, so that an OverridePolicy finds it.
/// Two hyphens, because no name of EFL has them.
pub(super) const CALL_ADDRESS: &str = "efl--call-address";
/// The parameter of a template that says which run it belongs to: what `Idempotency-Key`s are made of.
const RUN: &str = "efl--run";
/// The parameter of the handlers that says how the body ended.
const STATUS: &str = "efl--status";
/// The entry of every WorkflowTemplate.
pub(super) const MAIN: &str = "main";
/// The template of the handlers, with what they read as parameters.
const HANDLERS: &str = "handlers";
/// The template that runs them at the end of a run.
pub(super) const EXIT: &str = "exit";
/// How long a call may take when nobody says: Knative's own limit for an answer.
/// Upstream: `revision-timeout-seconds` of `config-defaults`.
const CALL_TIMEOUT: Duration = Duration::from_secs(300);

/// How long the text of an expression may be: expr-lang takes 10,000 nodes
/// (`github.com/expr-lang/expr/conf`, `DefaultMaxNodes`), of which each has two letters or more.
const LONGEST: usize = 20_000;

/// Something an expression reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Var {
    /// A `let`, a loop variable or a parameter.
    Local(String),
    /// An event's payload.
    Payload(String),
    /// An event's metadata.
    Meta(String),
}

impl Var {
    /// Its name in the program.
    pub(super) fn name(&self) -> &str {
        let (Var::Local(name) | Var::Payload(name) | Var::Meta(name)) = self;
        name
    }

    /// The parameter that carries it.
    pub(super) fn parameter(&self) -> String {
        match self {
            Var::Local(name) | Var::Payload(name) => name.clone(),
            Var::Meta(name) => format!("{name}--meta"),
        }
    }
}

/// How a variable is read in a template.
#[derive(Clone, Debug)]
enum Binding {
    /// From the parameter of its name.
    Input,
    /// From a step before, by this code, which gives JSON text; `empty` when it may give none.
    Result { code: String, empty: bool },
    /// By computing it again: it is pure.
    Let(Expr),
}

impl Binding {
    /// The code of the JSON text of a step's result.
    fn text(&self) -> Option<String> {
        let Binding::Result { code, empty } = self else { return None };
        let safe = format!(r"replace({code}, '\u007b{{', '{{\\u007b')");
        Some(if *empty { format!("{code} == '' ? 'null' : {safe}") } else { safe })
    }
}

/// What can be read at a place.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope(Vec<Bound>);

/// A variable that can be read.
#[derive(Clone, Debug)]
struct Bound {
    var: Var,
    binding: Binding,
    ty: Type,
}

impl Scope {
    fn find(&self, var: &Var) -> Option<&Bound> {
        self.0.iter().rev().find(|bound| bound.var == *var)
    }

    fn bind(&mut self, var: Var, binding: Binding, ty: Type) {
        self.0.push(Bound { var, binding, ty });
    }

    /// The type of a variable.
    pub(super) fn ty(&self, var: &Var) -> Type {
        self.find(var).map_or(Type::Any, |bound| bound.ty.clone())
    }

    /// The code of a variable's JSON text; `None` when there is no such text yet.
    pub(super) fn text(&self, var: &Var) -> Option<String> {
        match &self.find(var)?.binding {
            Binding::Input => Some(input(&var.parameter())),
            other => other.text(),
        }
    }

    /// The expression of a variable that is computed, or the code of the value of any other.
    pub(super) fn value(&self, var: &Var) -> Option<Result<&Expr, String>> {
        Some(match &self.find(var)?.binding {
            Binding::Input => Err(format!("fromJSON({})", input(&var.parameter()))),
            Binding::Result { code, empty: false } => Err(format!("fromJSON({code})")),
            Binding::Result { code, empty: true } => Err(format!("({code} == '' ? nil : fromJSON({code}))")),
            Binding::Let(expr) => Ok(expr),
        })
    }

    /// Adds the variables that must be passed so that a variable can be read.
    fn needs(&self, var: Var, found: &mut Vec<Var>) {
        match self.find(&var).map(|bound| &bound.binding) {
            Some(Binding::Let(expr)) => code::variables(expr, &mut |inner| self.needs(inner, found)),
            Some(_) if !found.contains(&var) => found.push(var),
            _ => {}
        }
    }
}

/// The code of an input parameter.
fn input(name: &str) -> String {
    format!("inputs.parameters{}", key(name))
}

/// The code of a key of a map.
fn key(name: &str) -> String {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain && !name.starts_with(|c: char| c.is_ascii_digit()) {
        format!(".{name}")
    } else {
        format!("['{name}']")
    }
}

/// What the bodies of an orchestrator share.
pub(super) struct Target<'a> {
    /// The orchestrator.
    pub(super) orc: &'a Orchestrator,
    /// Where its resources go.
    pub(super) namespace: &'a str,
    /// The hosts of its functions, parallel to `orc.functions`.
    pub(super) hosts: Vec<String>,
}

/// The templates of one WorkflowTemplate under construction.
pub(super) struct Lowering<'t, 'a> {
    target: &'t Target<'a>,
    templates: Vec<Template>,
    /// Names of templates and steps, which are unique together: a step's name is part of its key.
    names: Vec<String>,
    /// Templates of calls, by what makes them differ.
    calls: Vec<(Callable, String)>,
    /// What could not be lowered, with a way out.
    pub(super) errors: Vec<(String, String)>,
}

/// What is called over HTTP, and how.
#[derive(Clone, PartialEq, Debug)]
struct Callable {
    what: What,
    timeout: Duration,
    retry: Option<Retry>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum What {
    Function(String),
    Emit(String),
    Wait(Duration),
}

/// Steps, and the code of what they return.
#[derive(Default)]
struct Steps {
    groups: Vec<Vec<Step>>,
    result: Option<String>,
}

impl<'t, 'a> Lowering<'t, 'a> {
    pub(super) fn new(target: &'t Target<'a>) -> Self {
        let names = [MAIN, HANDLERS, EXIT].map(str::to_owned).to_vec();
        Self { target, templates: Vec::new(), names, calls: Vec::new(), errors: Vec::new() }
    }

    /// The templates of a body; the first is [`MAIN`], and [`HANDLERS`] is among them when it has handlers.
    pub(super) fn body(
        mut self,
        vars: &[(Var, Type)],
        body: &Body,
    ) -> (Vec<Template>, Vec<(String, String)>) {
        let bound =
            |(var, ty): &(Var, Type)| Bound { var: var.clone(), binding: Binding::Input, ty: ty.clone() };
        let scope = Scope(vars.iter().map(bound).collect());
        let vars: Vec<Var> = vars.iter().map(|(var, _)| var.clone()).collect();
        let steps = self.block(&body.stmts, &mut scope.clone());
        let main = self.steps_template(MAIN.to_owned(), inputs(&vars, true), steps);
        self.templates.insert(0, main);
        if has_handlers(body) {
            self.handlers(&vars, body, &scope);
        }
        if self.templates.iter().any(|template| template.longest_text() > LONGEST) {
            let message = "an expression of this body is too long for Argo Workflows".to_owned();
            self.errors
                .push((message, "compute a part of it in a function, or use `engine: efl`".to_owned()));
        }
        (self.templates, self.errors)
    }

    /// The template that runs when the body has ended. A failure of `on failure` does not keep `on exit` from running.
    fn handlers(&mut self, vars: &[Var], body: &Body, scope: &Scope) {
        let mut steps = Steps::default();
        if let Some((mut step, _)) = self.single("on-failure", &body.on_failure, scope) {
            step.when = Some(format!("{{{{={} != 'Succeeded'}}}}", input(STATUS)));
            step.continue_on = (!body.on_exit.is_empty()).then_some(ContinueOn::ANYTHING);
            steps.groups.push(vec![step]);
        }
        let exit = self.block(&body.on_exit, &mut scope.clone());
        steps.groups.extend(exit.groups);
        let needed = needs([&body.on_failure[..], &body.on_exit[..]].concat().as_slice(), scope);
        let vars: Vec<Var> = vars.iter().filter(|var| needed.contains(var)).cloned().collect();
        let mut inputs = inputs(&vars, false);
        inputs.push(Parameter::named(STATUS));
        let template = self.steps_template(HANDLERS.to_owned(), inputs, steps);

        // At the end of a run of its own the handlers get the arguments of the run.
        let own = |var: &Var| format!("{{{{=workflow.parameters{}}}}}", key(&var.parameter()));
        let mut arguments = vec![Parameter::value(RUN, "{{workflow.name}}")];
        arguments.extend(vars.iter().map(|var| Parameter::value(&var.parameter(), own(var))));
        arguments.push(Parameter::value(STATUS, "{{workflow.status}}"));
        let step = Step::new(HANDLERS.to_owned(), HANDLERS.to_owned(), arguments);
        let exit = Template::new(EXIT.to_owned(), Vec::new(), TemplateBody::Steps(vec![vec![step]]));
        self.templates.splice(1..1, [exit, template]);
    }

    /// The template of steps. Argo takes no template without any; a pause of no time does nothing.
    fn steps_template(&mut self, name: String, inputs: Vec<Parameter>, mut steps: Steps) -> Template {
        if steps.groups.is_empty() {
            let wait = self.call(What::Wait(Duration(0)), Duration(0), None);
            steps.groups.push(vec![Step::new(self.unique("nothing"), wait, Vec::new())]);
        }
        let outputs = steps.result.map(|expression| Outputs {
            parameters: vec![Parameter::from("result", ValueFrom { expression })],
        });
        Template { outputs, ..Template::new(name, inputs, TemplateBody::Steps(steps.groups)) }
    }

    /// Statements one after the other.
    fn block(&mut self, stmts: &[Stmt], scope: &mut Scope) -> Steps {
        let mut steps = Steps::default();
        for (at, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[at + 1..];
            let (group, result) = match stmt {
                Stmt::Let(name, expr) => {
                    bind_let(scope, name, expr);
                    continue;
                }
                Stmt::Return(expr) => {
                    steps.result = Some(code::json_code(expr, scope));
                    return steps;
                }
                // What follows an early return is part of the branches that do not return.
                Stmt::If(branches, otherwise) if !rest.is_empty() && may_return(stmt) => {
                    let (group, result) =
                        self.branches(&continued(branches, rest), &follow(otherwise, rest), scope);
                    steps.groups.push(group);
                    steps.result = result;
                    return steps;
                }
                Stmt::If(branches, otherwise) => self.branches(branches, otherwise, scope),
                Stmt::Parallel(children) => (self.parallel(children, scope), None),
                other => match self.single(hint(other), std::slice::from_ref(other), scope) {
                    Some((step, result)) => {
                        self.bind_result(other, &step, scope);
                        (vec![step], result)
                    }
                    None => continue,
                },
            };
            if !group.is_empty() {
                steps.groups.push(group);
            }
            if result.is_some() {
                steps.result = result;
                return steps;
            }
        }
        steps
    }

    /// Makes a call's result readable for what follows.
    fn bind_result(&self, stmt: &Stmt, step: &Step, scope: &mut Scope) {
        if let Stmt::Call(call @ Call { result: CallResult::Let(name), .. }) = stmt {
            scope.bind(Var::Local(name.clone()), self.result_of(call, step), self.type_of_result(call));
        }
    }

    fn type_of_result(&self, call: &Call) -> Type {
        let orc = self.target.orc;
        let signature = match &call.callee {
            Callee::Function(name) => self.target.function(name).map(|at| &orc.functions[at]),
            Callee::Workflow(name) => self.target.workflow(name).map(|at| &orc.workflows[at].signature),
        };
        signature.and_then(|signature| signature.output.clone()).unwrap_or(Type::Any)
    }

    fn result_of(&self, call: &Call, step: &Step) -> Binding {
        let step = format!("steps{}.outputs", key(&step.name));
        match &call.callee {
            Callee::Workflow(_) => {
                Binding::Result { code: format!("{step}.parameters.result"), empty: false }
            }
            Callee::Function(name) => {
                let signature = self.target.function(name).map(|at| &self.target.orc.functions[at]);
                let declared = signature.is_some_and(|signature| signature.output.is_some());
                Binding::Result { code: format!("{step}.result"), empty: !declared }
            }
        }
    }

    fn parallel(&mut self, children: &[Stmt], scope: &mut Scope) -> Vec<Step> {
        let mut group = Vec::new();
        let outer = scope.clone();
        for child in children {
            if may_return(child) {
                self.unsupported("`return` inside `parallel`", "return after it");
            }
            if let Stmt::Let(name, expr) = child {
                bind_let(scope, name, expr);
            } else if let Some((step, _)) = self.single(hint(child), std::slice::from_ref(child), &outer) {
                self.bind_result(child, &step, scope);
                group.push(step);
            }
        }
        group
    }

    /// The branches of an `if`, of which one runs, and the code of what they return.
    fn branches(
        &mut self,
        branches: &[(Expr, Vec<Stmt>)],
        otherwise: &[Stmt],
        scope: &Scope,
    ) -> (Vec<Step>, Option<String>) {
        let mut group = Vec::new();
        let mut results = Vec::new();
        let conditions: Vec<Expr> = branches.iter().map(|(condition, _)| condition.clone()).collect();
        let all = branches.iter().map(|(condition, body)| (Some(condition), body.as_slice()));
        for (at, (condition, body)) in all.chain([(None, otherwise)]).enumerate() {
            let name = if condition.is_some() { "if" } else { "else" };
            // The output of a template can be asked for when it did not run; the answer of a call cannot.
            let returns = body.iter().any(may_return);
            let step =
                if returns { Some(self.nested(name, body, scope)) } else { self.single(name, body, scope) };
            if let Some((mut step, result)) = step {
                step.when = Some(code::branch(&conditions[..at], condition, scope));
                results.extend(result);
                group.push(step);
            }
        }
        (group, (!results.is_empty()).then(|| results.join(" ?? ")))
    }

    /// One step for statements: itself where they are one call, else a template of its own.
    fn single(&mut self, name: &str, stmts: &[Stmt], scope: &Scope) -> Option<(Step, Option<String>)> {
        match stmts {
            [] => None,
            [Stmt::Call(call)] if is_direct(call) => {
                let step = self.call_step(call, scope);
                let result = (call.result == CallResult::Return).then(|| self.result_of(call, &step).text());
                Some((step, result.flatten()))
            }
            [Stmt::Wait(duration)] => {
                let template = self.call(What::Wait(*duration), Duration(0), None);
                Some((Step::new(self.unique(&template), template, Vec::new()), None))
            }
            [Stmt::Emit(event, payload)] => {
                let template = self.call(What::Emit(event.clone()), Duration::from_secs(10), None);
                let name = self.unique(&format!("emit-{event}"));
                let arguments = self.http_arguments(&name, code::json(payload, scope));
                Some((Step::new(name, template, arguments), None))
            }
            [Stmt::For { var, list, max, body }] => Some((self.each(var, list, *max, body, scope), None)),
            [Stmt::Retry(retry, body)] => Some(self.retried(retry, body, scope)),
            [Stmt::Call(call @ Call { retry: Some(retry), .. })] => {
                let unused = call.result == CallResult::Unused;
                let result = if unused { CallResult::Unused } else { CallResult::Return };
                let bare = Call { retry: None, result, ..call.clone() };
                let (step, result) = self.retried(retry, &[Stmt::Call(bare)], scope);
                Some((step, result.filter(|_| call.result == CallResult::Return)))
            }
            _ => Some(self.nested(name, stmts, scope)),
        }
    }

    /// A template of its own for statements, with what they read as parameters.
    fn nested(&mut self, name: &str, stmts: &[Stmt], scope: &Scope) -> (Step, Option<String>) {
        let name = self.unique(name);
        let vars = needs(stmts, scope);
        let steps = self.block(stmts, &mut inner(&vars, scope));
        let returns = steps.result.is_some();
        let template = self.steps_template(name.clone(), inputs(&vars, false), steps);
        self.templates.push(template);
        let mut arguments = vec![pass_run(None)];
        arguments.extend(vars.iter().map(|var| pass(var, scope)));
        let step = Step::new(name.clone(), name, arguments);
        let result = returns.then(|| step_result(&step));
        (step, result)
    }

    fn retried(&mut self, retry: &Retry, body: &[Stmt], scope: &Scope) -> (Step, Option<String>) {
        let (step, result) = self.nested("retry", body, scope);
        if let Some(template) = self.templates.iter_mut().find(|template| template.name == step.name) {
            template.retry_strategy = Some(RetryStrategy::new(retry));
        }
        (step, result)
    }

    /// A loop: Argo counts, and each turn takes its item by its number, so that no item becomes part of a node's name.
    fn each(&mut self, var: &str, list: &Expr, max: Option<u32>, body: &[Stmt], scope: &Scope) -> Step {
        if body.iter().any(may_return) {
            self.unsupported("`return` inside `for`", "return after it");
        }
        let outer = max.map(|_| self.unique("for"));
        let vars = needs_with(body, scope, var);
        let mut inside = inner(&vars, scope);
        let ty = code::type_of_items(list, scope);
        inside.bind(Var::Local(var.to_owned()), Binding::Input, ty);
        let name = self.unique("each");
        let steps = self.block(body, &mut inside);
        let mut parameters = inputs(&vars, false);
        parameters.push(Parameter::named(var));
        let template = self.steps_template(name.clone(), parameters, steps);
        self.templates.push(template);

        let Some(outer) = outer else { return each_step(name, var, list, &vars, scope) };
        // The limit is of the template in which the turns run.
        let mut vars_of_list = vars.clone();
        code::variables(list, &mut |read| scope.needs(read, &mut vars_of_list));
        let step = each_step(name, var, list, &vars, &inner(&vars_of_list, scope));
        let steps = Steps { groups: vec![vec![step]], result: None };
        let mut template = self.steps_template(outer.clone(), inputs(&vars_of_list, false), steps);
        template.parallelism = max;
        self.templates.push(template);
        let mut arguments = vec![pass_run(None)];
        arguments.extend(vars_of_list.iter().map(|var| pass(var, scope)));
        Step::new(outer.clone(), outer, arguments)
    }

    fn call_step(&mut self, call: &Call, scope: &Scope) -> Step {
        match &call.callee {
            Callee::Function(function) => {
                let own =
                    self.target.function(function).and_then(|at| self.target.orc.spec.functions[at].timeout);
                let timeout = call.timeout.or(own).unwrap_or(CALL_TIMEOUT);
                let template = self.call(What::Function(function.clone()), timeout, call.retry.clone());
                let name = self.unique(step_name(call, function));
                let arguments = self.http_arguments(&name, body_of(&call.args, scope));
                Step::new(name, template, arguments)
            }
            Callee::Workflow(workflow) => self.workflow_step(call, workflow, scope),
        }
    }

    fn workflow_step(&mut self, call: &Call, workflow: &str, scope: &Scope) -> Step {
        if call.timeout.is_some() {
            self.unsupported(
                "a `timeout` on a call of a workflow",
                "give it to the calls inside, or use `engine: efl`",
            );
        }
        let name = self.unique(step_name(call, workflow));
        let resource = format!("{}-{workflow}", self.target.orc.name);
        let callee = self.target.workflow(workflow).map(|at| &self.target.orc.workflows[at]);
        let reference =
            |template: &str| TemplateRef { name: resource.clone(), template: template.to_owned() };
        let mut arguments = vec![pass_run(Some(&name))];
        arguments.extend(callee.iter().flat_map(|w| arguments_of(&w.signature.input, &call.args, scope)));
        let hooks = callee.filter(|w| has_handlers(&w.body)).map(|w| {
            let vars = parameters(&w.signature.input);
            let whole = [&w.body.on_failure[..], &w.body.on_exit[..]].concat();
            let bound = |(var, ty)| Bound { var, binding: Binding::Input, ty };
            let needed = needs(&whole, &Scope(vars.into_iter().map(bound).collect()));
            let needed: Vec<String> = needed.iter().map(Var::parameter).collect();
            let mut arguments: Vec<Parameter> =
                arguments.iter().filter(|a| a.name == RUN || needed.contains(&a.name)).cloned().collect();
            arguments.push(Parameter::value(STATUS, format!("{{{{steps.{name}.status}}}}")));
            Hooks {
                exit: Hook {
                    template_ref: reference(HANDLERS),
                    arguments: Arguments { parameters: arguments },
                },
            }
        });
        Step { hooks, ..Step::of(name, reference(MAIN), arguments) }
    }

    /// The arguments of an HTTP step: its body and the key that is the same whenever it is tried again.
    #[allow(clippy::unused_self)] // reads like its siblings
    fn http_arguments(&self, step: &str, body: String) -> Vec<Parameter> {
        vec![
            Parameter::value("body", body),
            Parameter::value("key", format!("{{{{inputs.parameters.{RUN}}}}}.{step}")),
        ]
    }

    /// The template of a call, made when it is first needed.
    fn call(&mut self, what: What, timeout: Duration, retry: Option<Retry>) -> String {
        let callable = Callable { what, timeout, retry };
        if let Some((_, name)) = self.calls.iter().find(|(known, _)| *known == callable) {
            return name.clone();
        }
        let name = self.unique(&match &callable.what {
            What::Function(function) => format!("call-{function}"),
            What::Emit(event) => format!("post-{event}"),
            What::Wait(duration) => format!("wait-{duration}"),
        });
        let template = self.callable(name.clone(), &callable);
        self.templates.push(template);
        self.calls.push((callable, name.clone()));
        name
    }

    fn callable(&self, name: String, callable: &Callable) -> Template {
        let (url, host) = match &callable.what {
            What::Wait(duration) => {
                let suspend = Suspend { duration: duration.to_go() };
                return Template::new(name, Vec::new(), TemplateBody::Suspend(suspend));
            }
            What::Function(function) => {
                let host = self.target.function(function).map(|at| self.target.hosts[at].clone());
                (format!("{{{{workflow.parameters.{CALL_ADDRESS}}}}}"), host)
            }
            What::Emit(event) => (emit_url(self.target.orc, self.target.namespace, event), None),
        };
        let header = |name: &'static str, value: String| Header { name, value };
        let mut headers: Vec<Header> = host.into_iter().map(|host| header("Host", host)).collect();
        headers.push(header("Content-Type", "application/json".to_owned()));
        headers.push(header("Idempotency-Key", "{{inputs.parameters.key}}".to_owned()));
        let http = Http {
            method: "POST",
            url,
            headers,
            body: "{{=inputs.parameters.body}}",
            timeout_seconds: callable.timeout.as_secs_ceil(),
            success_condition: "response.statusCode >= 200 && response.statusCode < 300",
        };
        let inputs = vec![Parameter::named("body"), Parameter::named("key")];
        Template {
            retry_strategy: callable.retry.as_ref().map(RetryStrategy::new),
            ..Template::new(name, inputs, TemplateBody::Http(http))
        }
    }

    fn unsupported(&mut self, what: &str, help: &str) {
        self.errors.push((format!("{what} has no form in Argo Workflows"), help.to_owned()));
    }

    /// A name for a template or step that nothing else has.
    /// Upstream: `argo-workflows/workflow/validate/validate.go`, `workflowFieldNameFmt`.
    fn unique(&mut self, name: &str) -> String {
        let word = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = name.chars().map(word).take(budget::LABEL).collect();
        let name = name.trim_matches('-');
        let name = if name.is_empty() { "step" } else { name };
        let free = free_name(name, '-', |name| self.names.iter().any(|known| known == name));
        self.names.push(free.clone());
        free
    }
}

/// A name, with the first number behind it that makes it free.
pub(super) fn free_name(name: &str, separator: char, taken: impl Fn(&str) -> bool) -> String {
    let mut free = name.to_owned();
    let mut number = 2_u32;
    while taken(&free) {
        free = format!("{name}{separator}{number}");
        number += 1;
    }
    free
}

impl Target<'_> {
    /// The position of a function.
    fn function(&self, name: &str) -> Option<usize> {
        self.orc.spec.functions.iter().position(|function| function.name == name)
    }

    /// The position of a workflow.
    fn workflow(&self, name: &str) -> Option<usize> {
        self.orc.spec.workflows.iter().position(|workflow| workflow.name == name)
    }
}

/// Where an internal event is posted: the service of the webhook source for it.
fn emit_url(orc: &Orchestrator, namespace: &str, event: &str) -> String {
    format!(
        "http://{}-emit-eventsource-svc.{namespace}.svc:{}/{event}",
        orc.name,
        super::event_source::EMIT_PORT
    )
}

/// Whether there is something to do when the body has ended.
pub(super) fn has_handlers(body: &Body) -> bool {
    !body.on_failure.is_empty() || !body.on_exit.is_empty()
}

/// The variables that a workflow's parameters are.
pub(super) fn parameters(input: &Input) -> Vec<(Var, Type)> {
    match input {
        Input::Any | Input::Whole(_) => vec![(Var::Local("input".to_owned()), Type::Any)],
        Input::Named(params) => {
            params.iter().map(|param| (Var::Local(param.name.clone()), param.ty.clone())).collect()
        }
    }
}

/// What a parameter is when a call leaves it out.
pub(super) fn default_of(param: &Param) -> Option<String> {
    match &param.default {
        Some(expr) => code::constant(expr),
        None => param.optional.then(|| "null".to_owned()),
    }
}

/// The arguments of a call of a workflow.
fn arguments_of(input: &Input, args: &CallArgs, scope: &Scope) -> Vec<Parameter> {
    match (input, args) {
        (Input::Named(params), CallArgs::Named(given)) => {
            let value = |param: &Param| {
                let given = given.iter().find(|(name, _)| *name == param.name);
                given.map(|(_, expr)| code::json(expr, scope)).or_else(|| default_of(param))
            };
            let value =
                |param: &Param| Parameter::value(&param.name, value(param).unwrap_or("null".to_owned()));
            params.iter().map(value).collect()
        }
        (_, args) => vec![Parameter::value("input", body_of(args, scope))],
    }
}

/// The JSON body of a call.
fn body_of(args: &CallArgs, scope: &Scope) -> String {
    match args {
        CallArgs::Whole(expr) => code::json(expr, scope),
        CallArgs::Named(fields) => code::json(&Expr::Record(fields.clone()), scope),
    }
}

fn each_step(name: String, var: &str, list: &Expr, vars: &[Var], scope: &Scope) -> Step {
    let run = Parameter::value(RUN, format!("{{{{inputs.parameters.{RUN}}}}}.{name}.{{{{item}}}}"));
    let mut arguments = vec![run];
    arguments.extend(vars.iter().map(|var| pass(var, scope)));
    arguments.push(Parameter::value(var, code::item(list, scope)));
    let count = code::count(list, scope);
    Step { with_sequence: Some(Sequence { count }), ..Step::new(name.clone(), name, arguments) }
}

/// The code of what a step of a nested template returns; null when it did not run.
fn step_result(step: &Step) -> String {
    format!("steps{}?.outputs?.parameters?.result", key(&step.name))
}

/// Whether a call is one step: one of a workflow with retries needs a template for them.
fn is_direct(call: &Call) -> bool {
    matches!(call.callee, Callee::Function(_)) || call.retry.is_none()
}

fn step_name<'c>(call: &'c Call, callee: &'c str) -> &'c str {
    if let CallResult::Let(name) = &call.result { name } else { callee }
}

fn bind_let(scope: &mut Scope, name: &str, expr: &Expr) {
    let ty = code::type_of(expr, scope);
    scope.bind(Var::Local(name.to_owned()), Binding::Let(expr.clone()), ty);
}

/// What a statement is called where it needs a name.
fn hint(stmt: &Stmt) -> &'static str {
    match stmt {
        Stmt::If(..) => "choice",
        Stmt::Parallel(_) => "parallel",
        _ => "step",
    }
}

/// The parameters of a template: the run it belongs to and what it reads.
fn inputs(vars: &[Var], entry: bool) -> Vec<Parameter> {
    let run = if entry { Parameter::value(RUN, "{{workflow.name}}") } else { Parameter::named(RUN) };
    std::iter::once(run).chain(vars.iter().map(|var| Parameter::named(&var.parameter()))).collect()
}

/// The run, passed on; to another workflow with the step that calls it.
fn pass_run(step: Option<&str>) -> Parameter {
    let step = step.map(|step| format!(".{step}")).unwrap_or_default();
    Parameter::value(RUN, format!("{{{{inputs.parameters.{RUN}}}}}{step}"))
}

/// A variable, passed on as it is.
fn pass(var: &Var, scope: &Scope) -> Parameter {
    Parameter::value(&var.parameter(), format!("{{{{={}}}}}", scope.text(var).unwrap_or_default()))
}

/// The scope inside a nested template: what is passed is read from its parameters, what is pure is computed again.
fn inner(vars: &[Var], scope: &Scope) -> Scope {
    let pure = scope.0.iter().filter(|bound| matches!(bound.binding, Binding::Let(_))).cloned();
    let passed =
        vars.iter().map(|var| Bound { var: var.clone(), binding: Binding::Input, ty: scope.ty(var) });
    Scope(pure.chain(passed).collect())
}

/// The variables of a scope that statements read and that must be passed to them.
fn needs(stmts: &[Stmt], scope: &Scope) -> Vec<Var> {
    let mut found = Vec::new();
    super::rule::variables(stmts, &mut |var| scope.needs(var, &mut found));
    found
}

/// [`needs`] of the body of a loop, without its variable.
fn needs_with(stmts: &[Stmt], scope: &Scope, own: &str) -> Vec<Var> {
    let mut found = Vec::new();
    super::rule::variables(stmts, &mut |var| {
        if var != Var::Local(own.to_owned()) {
            scope.needs(var, &mut found);
        }
    });
    found
}

/// Whether a statement can end the body.
fn may_return(stmt: &Stmt) -> bool {
    let any = |stmts: &[Stmt]| stmts.iter().any(may_return);
    match stmt {
        Stmt::Return(_) | Stmt::Call(Call { result: CallResult::Return, .. }) => true,
        Stmt::If(branches, otherwise) => branches.iter().any(|(_, body)| any(body)) || any(otherwise),
        Stmt::Parallel(body) | Stmt::Retry(_, body) | Stmt::For { body, .. } => any(body),
        _ => false,
    }
}

/// Whether statements always end the body.
fn always_returns(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Return(_) | Stmt::Call(Call { result: CallResult::Return, .. }) => true,
        Stmt::If(branches, otherwise) => {
            branches.iter().all(|(_, body)| always_returns(body)) && always_returns(otherwise)
        }
        Stmt::Retry(_, body) => always_returns(body),
        _ => false,
    })
}

fn follow(stmts: &[Stmt], rest: &[Stmt]) -> Vec<Stmt> {
    let rest = if always_returns(stmts) { &[] } else { rest };
    [stmts, rest].concat()
}

fn continued(branches: &[(Expr, Vec<Stmt>)], rest: &[Stmt]) -> Vec<(Expr, Vec<Stmt>)> {
    branches.iter().map(|(condition, body)| (condition.clone(), follow(body, rest))).collect()
}
