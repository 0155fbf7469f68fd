//! Expressions of workflow bodies in the language of Argo's `{{=…}}` templates (expr-lang), with the meaning of
//! [`crate::eval`]: missing is null, a comparison with null is false, an ill-typed condition is false.
//!
//! Upstream: `argo-workflows/util/template/expression_template.go`, `argo-workflows/util/expr/env/env.go`,
//! `github.com/expr-lang/expr` 1.17. Values travel between steps as JSON text in parameters.

use super::workflow_body::{Scope, Var, free_name};
use crate::{
    ir::{self, Builtin, Expr, Op},
    types::{Literal, Type, TypeTable},
};
use std::{cell::RefCell, fmt::Write as _};

/// JSON text in which Argo finds nothing to replace: its template passes read every parameter again, and text of an
/// event with two braces in it would be taken for a template, or for an expression and run.
const SAFE: &str = r"replace(toJson(@), '\u007b{', '{\\u007b')";

/// The expression's value as JSON text: a constant as it is, else a template.
pub(super) fn json(expr: &Expr, scope: &Scope) -> String {
    if let Some(constant) = constant(expr) {
        return constant;
    }
    let mut code = Code::new(scope);
    if let Some(text) = code.passed(expr) {
        return template(&text);
    }
    let value = code.value(expr);
    template(&code.finish(&SAFE.replace('@', &value)))
}

/// The code of the expression's value as JSON text, for where upstream takes an expression without braces.
pub(super) fn json_code(expr: &Expr, scope: &Scope) -> String {
    let mut code = Code::new(scope);
    if let Some(text) = code.passed(expr) {
        return text;
    }
    let value = code.value(expr);
    code.finish(&SAFE.replace('@', &value))
}

/// That none of the conditions holds and then another does, as a template of `true` or `false`: a branch of an `if`.
pub(super) fn branch(before: &[Expr], condition: Option<&Expr>, scope: &Scope) -> String {
    let code = Code::new(scope);
    let mut parts: Vec<String> = before.iter().map(|expr| format!("!({})", code.holds(expr))).collect();
    parts.extend(condition.map(|expr| {
        let text = code.holds(expr);
        if before.is_empty() { text } else { paren(&text) }
    }));
    template(&code.finish(&parts.join(" && ")))
}

/// How many items a list has, as a template; none when it is no list.
pub(super) fn count(list: &Expr, scope: &Scope) -> String {
    let code = Code::new(scope);
    let list = code.value(list);
    template(&code.finish(&format!("len({list} ?? [])")))
}

/// The item of a list at the index of Argo's loop, as JSON text.
pub(super) fn item(list: &Expr, scope: &Scope) -> String {
    let code = Code::new(scope);
    let value = format!("{}[int(item)]", code.atom(list));
    // Without `let`: where a loop is expanded Argo takes the names it binds for variables that are missing
    // (`argo-workflows/util/template/expression_template.go`, `expressionReplaceStrict`).
    let reads = code.reads.into_inner();
    template(&resolve(&SAFE.replace('@', &value), &reads))
}

/// `{{=code}}`. Two braces in the code would end it.
fn template(code: &str) -> String {
    format!("{{{{={}}}}}", code.replace("}}", "} }").replace("{{", "{ {"))
}

/// The JSON text of an expression that reads nothing, in which Argo finds nothing to replace.
pub(super) fn constant(expr: &Expr) -> Option<String> {
    fn value(expr: &Expr) -> Option<serde_json::Value> {
        use serde_json::Value;
        Some(match expr {
            Expr::Null => Value::Null,
            Expr::Bool(flag) => Value::Bool(*flag),
            #[allow(clippy::cast_possible_truncation)] // the guard bounds it
            Expr::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
                Value::from(*number as i64)
            }
            Expr::Number(number) => Value::from(*number),
            Expr::String(text) => Value::String(text.clone()),
            Expr::Duration(duration) => Value::String(duration.to_string()),
            Expr::List(items) => Value::Array(items.iter().map(value).collect::<Option<_>>()?),
            Expr::Record(fields) => {
                let fields = fields.iter().map(|(key, field)| Some((key.clone(), value(field)?)));
                Value::Object(fields.collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }
    Some(value(expr)?.to_string().replace("{{", r"{\u007b"))
}

/// Code under construction. What is read from the scope is named once and bound by `let` when it is used again.
struct Code<'s> {
    scope: &'s Scope,
    reads: RefCell<Vec<Read>>,
}

/// Something read from the scope.
struct Read {
    /// How it is read.
    code: String,
    /// What it is called when it is used more than once.
    name: String,
    /// How often it is used.
    uses: usize,
}

/// Stands around the number of a read until it is known how often it is used. Neither can stand in code, where control
/// characters are escaped.
const MARK: (char, char) = ('\u{1}', '\u{2}');

impl<'s> Code<'s> {
    fn new(scope: &'s Scope) -> Self {
        Self { scope, reads: RefCell::default() }
    }

    /// Code that reads the JSON text of what is passed on as it is.
    fn passed(&mut self, expr: &Expr) -> Option<String> {
        self.scope.text(&Var::of(expr)?)
    }

    /// A value that is read: named once, however often it is used.
    fn read(&self, name: &str, code: String) -> String {
        let mut reads = self.reads.borrow_mut();
        let at = reads.iter().position(|read| read.code == code).unwrap_or_else(|| {
            let mut name: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            name.insert(0, '_');
            let name = free_name(&name, '_', |name| reads.iter().any(|read| read.name == name));
            reads.push(Read { code, name, uses: 0 });
            reads.len() - 1
        });
        format!("{}{at}{}", MARK.0, MARK.1)
    }

    /// The code with its reads: in place where there is one use, before it where there are several.
    fn finish(self, code: &str) -> String {
        let mut reads = self.reads.into_inner();
        let used = |code: &str, reads: &mut Vec<Read>| {
            for at in code.split(MARK.0).skip(1).filter_map(|rest| rest.split_once(MARK.1)?.0.parse().ok()) {
                let at: usize = at;
                reads[at].uses += 1;
            }
        };
        used(code, &mut reads);
        // A read is made of earlier ones; it uses each once, whether it is bound or stands in place.
        for at in (0..reads.len()).rev() {
            if reads[at].uses > 0 {
                let code = reads[at].code.clone();
                used(&code, &mut reads);
            }
        }
        let mut out = String::new();
        for read in reads.iter().filter(|read| read.uses > 1) {
            let _ = write!(out, "let {} = {}; ", read.name, resolve(&read.code, &reads));
        }
        out + &resolve(code, &reads)
    }

    /// The code of a value.
    fn value(&self, expr: &Expr) -> String {
        match expr {
            Expr::Null => "nil".to_owned(),
            Expr::Bool(flag) => flag.to_string(),
            Expr::Number(number) if number.abs() < 1e15 => number.to_string(),
            Expr::Number(number) => format!("{number:e}"),
            Expr::String(text) => literal(text),
            Expr::Duration(duration) => literal(&duration.to_string()),
            Expr::Template(parts) => self.text(parts),
            Expr::Payload(_) | Expr::Meta(_) | Expr::Local(_) => self.variable(expr),
            Expr::Member(base, name) => self.member(base, name),
            Expr::Index(base, key) => match &**key {
                Expr::String(name) => self.member(base, name),
                key => self.index(base, key),
            },
            Expr::Call(builtin, args) => self.call(*builtin, args),
            // Minus nothing is nothing, not the number -0.
            Expr::Negate(inner) => self.arithmetic(&[inner], |codes| format!("0 - {}", codes[0])),
            Expr::Binary(op @ (Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem), left, right) => {
                self.arithmetic(&[left, right], |codes| operation(*op, &codes[0], &codes[1]))
            }
            Expr::Binary(Op::Coalesce, left, right) => format!("{} ?? {}", self.atom(left), self.atom(right)),
            Expr::Not(_) | Expr::Binary(..) => self.holds(expr),
            Expr::List(items) => format!("[{}]", self.values(items).join(", ")),
            Expr::Record(fields) => {
                let field =
                    |(key, value): &(String, Expr)| format!("{}: {}", literal(key), self.value(value));
                format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn values(&self, exprs: &[Expr]) -> Vec<String> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    /// The code of a value that may be an operand.
    fn atom(&self, expr: &Expr) -> String {
        let code = self.value(expr);
        match expr {
            Expr::Binary(..) | Expr::Not(_) | Expr::Negate(_) | Expr::Template(_) => paren(&code),
            Expr::Call(..) if code.contains(" ? ") => paren(&code),
            Expr::Number(number) if *number < 0.0 => paren(&code),
            _ => code,
        }
    }

    fn variable(&self, expr: &Expr) -> String {
        let Some(var) = Var::of(expr) else { return "nil".to_owned() };
        match self.scope.value(&var) {
            Some(Ok(expr)) => {
                let code = self.atom(expr);
                self.read(var.name(), code)
            }
            Some(Err(code)) => self.read(var.name(), code),
            None => "nil".to_owned(),
        }
    }

    /// A field; null where there is none. Of what is no record it would be an error, so it is asked unless the types
    /// say that it is one.
    fn member(&self, base: &Expr, name: &str) -> String {
        let record = |ty: &Type| matches!(ty, Type::Record(_) | Type::Map(_) | Type::Null);
        let known = type_of(base, self.scope).alternatives().iter().all(record);
        let base = self.atom(base);
        let field = if is_word(name) { format!(".{name}") } else { format!("[{}]", literal(name)) };
        let code = match (known, field.strip_prefix('.')) {
            (true, Some(name)) => format!("{base}?.{name}"),
            (true, None) => format!("{base}?.{field}"),
            (false, _) => format!("(type({base}) == 'map' ? {base}{field} : nil)"),
        };
        self.read(name, code)
    }

    /// An item by its number or a field by its name; null where there is none.
    fn index(&self, base: &Expr, key: &Expr) -> String {
        let list = |ty: &Type| matches!(ty, Type::List(_) | Type::Null);
        let known = type_of(base, self.scope).alternatives().iter().all(list);
        let (base, at) = (self.atom(base), self.atom(key));
        match key {
            Expr::Number(number) if *number < 0.0 || number.fract() != 0.0 => "nil".to_owned(),
            Expr::Number(_) if known => format!("get({base}, {at})"),
            Expr::Number(_) => format!("(type({base}) == 'array' ? get({base}, {at}) : nil)"),
            _ => format!(
                "(type({base}) == 'map' && type({at}) == 'string' ? {base}[{at}] : type({base}) == 'array' && \
                 type({at}) == 'float' && {at} >= 0 && {at} == float(int({at})) ? get({base}, int({at})) : nil)"
            ),
        }
    }

    /// Interpolated text: null is empty, numbers as JSON writes them.
    fn text(&self, parts: &[Expr]) -> String {
        let part = |part: &Expr| {
            if let Expr::String(text) = part {
                return literal(text);
            }
            let code = self.atom(part);
            if type_of(part, self.scope).alternatives().iter().all(is_text_type) {
                return format!("string({code} ?? '')");
            }
            format!("(type({code}) == 'string' ? {code} : {code} == nil ? '' : toJson({code}))")
        };
        let parts: Vec<String> = parts.iter().map(part).collect();
        if parts.is_empty() { "''".to_owned() } else { parts.join(" + ") }
    }

    fn call(&self, builtin: Builtin, args: &[Expr]) -> String {
        let [of, rest @ ..] = args else { return "nil".to_owned() };
        let code = self.atom(of);
        // Not `? nil :`, whose type would be that of the result, and the comparison with it one that fails on nil.
        let unless_null = |result: String| {
            if maybe_null(of) { format!("{code} == nil ? {code} : {result}") } else { result }
        };
        match (builtin, rest) {
            (Builtin::Len, _) => unless_null(format!("len({code})")),
            // Only ASCII letters change.
            (Builtin::Lower, _) => unless_null(letters(&code, "A-Z", "lower")),
            (Builtin::Upper, _) => unless_null(letters(&code, "a-z", "upper")),
            (Builtin::Abs, _) => unless_null(format!("abs({code})")),
            // JSON's grammar of a number is EFL's.
            (Builtin::Number, _) => format!("type({code}) == 'string' ? fromJSON({code}) : {code}"),
            (Builtin::String, _) => {
                unless_null(format!("type({code}) == 'string' ? {code} : toJson({code})"))
            }
            (Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains, _) => {
                self.leaf(&Expr::Call(builtin, args.to_vec())).holds
            }
        }
    }

    /// Arithmetic on operands of which any may be null: then so is the result.
    fn arithmetic(&self, operands: &[&Expr], result: impl Fn(&[String]) -> String) -> String {
        let codes: Vec<String> = operands.iter().map(|operand| self.atom(operand)).collect();
        let nullable = operands.iter().zip(&codes).filter(|(operand, _)| maybe_null(operand));
        let nulls: String =
            nullable.fold(String::new(), |nulls, (_, code)| nulls + &format!("{code} == nil ? {code} : "));
        nulls + &result(&codes)
    }

    /// Code that is true when the condition holds, and false when it does not or is ill-typed.
    fn holds(&self, expr: &Expr) -> String {
        match expr {
            Expr::Not(inner) => self.fails(inner),
            Expr::Binary(Op::And, left, right) => {
                format!("{} && {}", self.operand_of(Op::And, left), self.operand_of(Op::And, right))
            }
            // The right side counts only when the left one is false, not when it is ill-typed.
            Expr::Binary(Op::Or, left, right) if may_err(left) => {
                format!(
                    "{} || {} && {}",
                    self.holds(left),
                    paren(&self.fails(left)),
                    paren(&self.holds(right))
                )
            }
            Expr::Binary(Op::Or, left, right) => format!("{} || {}", self.holds(left), self.holds(right)),
            _ => self.leaf(expr).holds,
        }
    }

    /// Code that is true when the condition is false, and false when it holds or is ill-typed.
    fn fails(&self, expr: &Expr) -> String {
        match expr {
            Expr::Not(inner) => self.holds(inner),
            _ if !may_err(expr) => format!("!({})", self.holds(expr)),
            Expr::Binary(Op::And, left, right) => {
                format!(
                    "{} || {} && {}",
                    self.fails(left),
                    paren(&self.holds(left)),
                    paren(&self.fails(right))
                )
            }
            Expr::Binary(Op::Or, left, right) => {
                format!("{} && {}", paren(&self.fails(left)), paren(&self.fails(right)))
            }
            _ => self.leaf(expr).fails,
        }
    }

    fn operand_of(&self, op: Op, expr: &Expr) -> String {
        let code = self.holds(expr);
        match expr {
            Expr::Binary(Op::Or, ..) if op == Op::And => paren(&code),
            Expr::Not(_) => paren(&code),
            _ => code,
        }
    }

    /// A condition without `and`, `or` and `not`.
    fn leaf(&self, expr: &Expr) -> Leaf {
        match expr {
            Expr::Bool(flag) => Leaf { holds: flag.to_string(), fails: (!flag).to_string() },
            Expr::Null => Leaf { holds: "false".to_owned(), fails: "true".to_owned() },
            Expr::Binary(Op::Eq, left, right) => self.equality(left, right, true),
            Expr::Binary(Op::Ne, left, right) => self.equality(left, right, false),
            Expr::Binary(op @ (Op::Lt | Op::Le | Op::Gt | Op::Ge), left, right) => {
                self.ordered(*op, left, right)
            }
            Expr::Binary(Op::In, left, right) => self.within(left, right),
            Expr::Binary(Op::Matches, left, right) => {
                let Expr::String(pattern) = &**right else { return Leaf::never() };
                let pattern = literal(&format!("^(?:{pattern})$"));
                self.texts(&[left], |codes| format!("{} matches {pattern}", codes[0]))
            }
            Expr::Call(Builtin::StartsWith, args) => self.affix("startsWith", args),
            Expr::Call(Builtin::EndsWith, args) => self.affix("endsWith", args),
            Expr::Call(Builtin::Contains, args) => self.affix("contains", args),
            _ => {
                let guards = self.guards(&[expr]);
                let code = self.atom(expr);
                Leaf::new(&guards, &format!("{code} == true"), &format!("({code} == false || {code} == nil)"))
            }
        }
    }

    fn affix(&self, operator: &str, args: &[Expr]) -> Leaf {
        let args: Vec<&Expr> = args.iter().collect();
        self.texts(&args, |codes| {
            format!("{} {operator} {}", codes[0], codes.get(1).map_or("''", String::as_str))
        })
    }

    /// A test on texts: false where one of them is null, ill-typed where one is something else.
    fn texts(&self, operands: &[&Expr], test: impl Fn(&[String]) -> String) -> Leaf {
        let codes: Vec<String> = operands.iter().map(|operand| self.atom(operand)).collect();
        let test = test(&codes);
        let mut guards = self.guards(operands);
        let free = operands.iter().zip(&codes).filter(|(operand, _)| !is_text(operand));
        let (mut holds, mut fails) = (Vec::new(), Vec::new());
        for (_, code) in free {
            holds.push(format!("type({code}) == 'string'"));
            guards.push(format!("type({code}) in ['string', 'nil']"));
            fails.push(format!("{code} == nil"));
        }
        holds.push(test.clone());
        fails.push(format!("!({test})"));
        let holds = [self.guards(operands), holds].concat().join(" && ");
        Leaf { holds, fails: all(&guards, &any(&fails)) }
    }

    /// `==` and `!=`: only the word `null` asks whether something is there; any other comparison with null is false.
    fn equality(&self, left: &Expr, right: &Expr, same: bool) -> Leaf {
        let guards = self.guards(&[left, right]);
        let (a, b) = (self.atom(left), self.atom(right));
        let operator = if same { "==" } else { "!=" };
        let test = format!("{a} {operator} {b}");
        if matches!(left, Expr::Null) || matches!(right, Expr::Null) {
            return Leaf::new(&guards, &test, &format!("!({test})"));
        }
        let mut parts: Vec<String> = Vec::new();
        // With `==` it is enough that one side is not null.
        let sides = [(left, &a), (right, &b)];
        let nullable: Vec<_> = sides.into_iter().filter(|(side, _)| maybe_null(side)).collect();
        let needed = if same { usize::from(nullable.len() == 2) } else { nullable.len() };
        parts.extend(nullable.into_iter().take(needed).map(|(_, code)| format!("{code} != nil")));
        parts.push(test);
        let test = parts.join(" && ");
        Leaf::new(&guards, &test, &format!("!({test})"))
    }

    /// `in`: what is looked for is no null, and what it is looked for in is a list. A list of texts becomes a map to
    /// expr-lang, in which it can look for texts only.
    fn within(&self, needle: &Expr, list: &Expr) -> Leaf {
        let guards = self.guards(&[needle, list]);
        let (wanted, code) = (self.atom(needle), self.atom(list));
        let unless_null =
            |test: String| if maybe_null(needle) { format!("{wanted} != nil && {test}") } else { test };
        if let Expr::List(items) = list {
            let items = items.iter().filter(|item| !matches!(item, Expr::Null));
            let tests: Vec<String> = items
                .map(|item| {
                    let code = self.atom(item);
                    if maybe_null(item) {
                        unless_null(format!("{wanted} == {code}"))
                    } else {
                        format!("{wanted} == {code}")
                    }
                })
                .collect();
            let test = any(&tests);
            return Leaf::new(&guards, &test, &format!("!({test})"));
        }
        let test = unless_null(format!("{wanted} in {code}"));
        let fails = format!("({wanted} == nil || {code} == nil || type({code}) == 'array' && !({test}))");
        Leaf::new(&guards, &format!("type({code}) == 'array' && {test}"), &fails)
    }

    /// `<` and its kin on two numbers or two timestamps.
    fn ordered(&self, op: Op, left: &Expr, right: &Expr) -> Leaf {
        let guards = self.guards(&[left, right]);
        let (a, b) = (self.atom(left), self.atom(right));
        let sides = [(left, &a), (right, &b)];
        let symbol = op.symbol();
        let numbers = Kind { ty: "float", test: format!("{a} {symbol} {b}") };
        let times = Kind { ty: "string", test: format!("date({a}) {symbol} date({b})") };
        let number = |expr: &Expr| matches!(expr, Expr::Number(_)) || is_arithmetic(expr);
        let kinds = if number(left) || number(right) {
            vec![numbers]
        } else if is_text(left) || is_text(right) {
            vec![times]
        } else {
            vec![numbers, times]
        };
        let mut nulls = Vec::new();
        let (mut holds, mut fails) = (Vec::new(), Vec::new());
        for (side, code) in sides {
            if maybe_null(side) {
                nulls.push(format!("{code} == nil"));
            }
        }
        for kind in kinds {
            let mut checks: Vec<String> = Vec::new();
            for (side, code) in sides {
                checks.extend(kind.check(side, code));
            }
            holds.push([checks.clone(), vec![kind.test.clone()]].concat().join(" && "));
            checks.push(format!("!({})", kind.test));
            fails.push(checks.join(" && "));
        }
        Leaf::new(&guards, &any(&holds), &any(&[nulls, fails].concat()))
    }

    /// What must hold so that the values can be computed at all.
    fn guards(&self, exprs: &[&Expr]) -> Vec<String> {
        let mut guards = Vec::new();
        for expr in exprs {
            self.guard(expr, &mut guards);
        }
        guards
    }

    fn guard(&self, expr: &Expr, guards: &mut Vec<String>) {
        match expr {
            Expr::Binary(op @ (Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem), left, right) => {
                self.operand(left, NUMBERS, guards);
                self.operand(right, NUMBERS, guards);
                if matches!(op, Op::Div | Op::Rem) {
                    guards.extend(self.divisible(left, right));
                }
            }
            // What stands behind `??` is computed only when it is needed.
            Expr::Binary(Op::Coalesce, left, right) => {
                self.guard(left, guards);
                let behind = self.guards(&[right]);
                if !behind.is_empty() {
                    guards.push(format!("({} != nil || {})", self.atom(left), behind.join(" && ")));
                }
            }
            Expr::Negate(inner) => self.operand(inner, NUMBERS, guards),
            Expr::Call(builtin, args) => {
                let types = match builtin {
                    Builtin::Abs => NUMBERS,
                    Builtin::Len => "'string', 'array', 'map'",
                    Builtin::Number => "'string', 'float', 'int'",
                    Builtin::String => SCALARS,
                    _ => "'string'",
                };
                for arg in args {
                    self.operand(arg, types, guards);
                }
            }
            Expr::Template(parts) => {
                for part in parts {
                    self.operand(part, SCALARS, guards);
                }
            }
            Expr::Member(base, _) => self.guard(base, guards),
            Expr::Index(base, key) => {
                self.guard(base, guards);
                self.guard(key, guards);
            }
            Expr::List(items) => {
                for item in items {
                    self.guard(item, guards);
                }
            }
            Expr::Record(fields) => {
                for (_, field) in fields {
                    self.guard(field, guards);
                }
            }
            _ => {}
        }
    }

    /// A division by zero is an error, one of nothing is nothing.
    fn divisible(&self, left: &Expr, right: &Expr) -> Option<String> {
        let absent = maybe_null(left).then(|| format!("{} == nil", self.atom(left)));
        let right = match right {
            Expr::Number(number) if *number != 0.0 => return None,
            Expr::Number(_) => "false".to_owned(),
            right => format!("{} != 0", self.atom(right)),
        };
        Some(match absent {
            Some(absent) => format!("({absent} || {right})"),
            None => right,
        })
    }

    /// What must hold so that a value can be an operand: it can be computed, and is of one of the types, or null.
    fn operand(&self, operand: &Expr, types: &str, guards: &mut Vec<String>) {
        self.guard(operand, guards);
        let known = match operand {
            Expr::Number(_) | Expr::String(_) | Expr::Template(_) | Expr::Bool(_) => true,
            operand => is_arithmetic(operand) && types.contains("'float'"),
        };
        if !known {
            guards.push(format!("type({}) in [{types}, 'nil']", self.atom(operand)));
        }
    }
}

/// The types of numbers, of data and computed.
const NUMBERS: &str = "'float', 'int'";
/// The types that have a text.
const SCALARS: &str = "'string', 'float', 'int', 'bool'";

/// Whether a condition can be ill-typed.
fn may_err(expr: &Expr) -> bool {
    match expr {
        Expr::Bool(_) | Expr::Null => false,
        Expr::Not(inner) => may_err(inner),
        Expr::Binary(Op::And | Op::Or, left, right) => may_err(left) || may_err(right),
        Expr::Binary(Op::Eq | Op::Ne, left, right) => throws(left) || throws(right),
        Expr::Binary(Op::In, left, right) => {
            !matches!(&**right, Expr::List(_)) || throws(left) || throws(right)
        }
        _ => true,
    }
}

/// Code for a condition and for its opposite; where it is ill-typed both are false.
struct Leaf {
    holds: String,
    fails: String,
}

impl Leaf {
    fn new(guards: &[String], holds: &str, fails: &str) -> Self {
        Self { holds: all(guards, holds), fails: all(guards, fails) }
    }

    fn never() -> Self {
        Self { holds: "false".to_owned(), fails: "false".to_owned() }
    }
}

/// A way to order two values.
struct Kind {
    ty: &'static str,
    test: String,
}

impl Kind {
    /// What a side must be; nothing for one that can be nothing else.
    fn check(&self, side: &Expr, code: &str) -> Option<String> {
        match side {
            Expr::Number(_) | Expr::String(_) | Expr::Template(_) => None,
            side if is_arithmetic(side) => maybe_null(side).then(|| format!("{code} != nil")),
            _ if self.ty == "string" => {
                Some(format!("type({code}) == 'string' && {code} matches {}", literal(RFC3339)))
            }
            Expr::Binary(..) => Some(format!("type({code}) in [{NUMBERS}]")),
            _ => Some(format!("type({code}) == '{}'", self.ty)),
        }
    }
}

/// What a timestamp looks like; anything else would be an error of `date`.
const RFC3339: &str = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$";

/// The code of a text with the letters of a range changed.
fn letters(code: &str, range: &str, change: &str) -> String {
    format!("join(map(split({code}, ''), # matches '[{range}]' ? {change}(#) : #), '')")
}

/// Whether a key can stand behind a dot.
fn is_word(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !KEYWORDS.contains(&name)
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Words of the language. Upstream: `github.com/expr-lang/expr/parser/lexer`.
const KEYWORDS: [&str; 12] =
    ["in", "or", "and", "not", "let", "if", "else", "matches", "contains", "startsWith", "endsWith", "nil"];

fn is_text_type(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Timestamp | Type::Literal(Literal::String(_)) | Type::Null)
}

/// The type of a value, as far as it is known.
pub(super) fn type_of(expr: &Expr, scope: &Scope) -> Type {
    let types = TypeTable::default();
    let of = |expr: &Expr| type_of(expr, scope);
    match expr {
        Expr::Null => Type::Null,
        Expr::String(_) | Expr::Template(_) | Expr::Duration(_) => Type::String,
        Expr::Payload(_) | Expr::Meta(_) | Expr::Local(_) => {
            Var::of(expr).map_or(Type::Any, |var| scope.ty(&var))
        }
        Expr::Member(base, name) => types.member(&of(base), name).read().unwrap_or(Type::Any),
        Expr::Index(base, key) => types.index(&of(base), &of(key)).unwrap_or(Type::Any),
        Expr::Number(_) => Type::Number,
        Expr::Call(Builtin::Lower | Builtin::Upper | Builtin::String, _) => Type::String.or_null(),
        Expr::Binary(Op::Coalesce, left, right) => Type::union([of(left).without_null(), of(right)]),
        _ => Type::Any,
    }
}

/// The type of what a loop over a list takes.
pub(super) fn type_of_items(list: &Expr, scope: &Scope) -> Type {
    TypeTable::default().element(&type_of(list, scope).without_null()).unwrap_or(Type::Any)
}

fn operation(op: Op, a: &str, b: &str) -> String {
    // expr-lang's `%` is for integers only; the quotient is cut towards zero.
    if op == Op::Rem {
        format!("{a} - {b} * ({a} / {b} < 0 ? ceil({a} / {b}) : floor({a} / {b}))")
    } else {
        format!("{a} {} {b}", op.symbol())
    }
}

fn is_arithmetic(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Negate(_)
            | Expr::Binary(Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem, ..)
            | Expr::Call(Builtin::Len | Builtin::Abs | Builtin::Number, _)
    )
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::String(_) | Expr::Template(_) | Expr::Duration(_))
}

/// Whether computing the value can fail on ill-typed data.
fn throws(expr: &Expr) -> bool {
    match expr {
        Expr::Negate(_)
        | Expr::Call(..)
        | Expr::Binary(Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem, ..) => true,
        Expr::Binary(Op::Coalesce, left, right) => throws(left) || throws(right),
        Expr::Member(base, _) => throws(base),
        Expr::Index(base, key) => throws(base) || throws(key),
        Expr::Template(parts) => parts.iter().any(|part| !matches!(part, Expr::String(_))),
        Expr::List(items) => items.iter().any(throws),
        Expr::Record(fields) => fields.iter().any(|(_, field)| throws(field)),
        _ => false,
    }
}

/// Whether the value can be null.
fn maybe_null(expr: &Expr) -> bool {
    match expr {
        Expr::Null
        | Expr::Payload(_)
        | Expr::Meta(_)
        | Expr::Local(_)
        | Expr::Member(..)
        | Expr::Index(..) => true,
        Expr::Binary(Op::Coalesce, _, right) => maybe_null(right),
        Expr::Binary(Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem, left, right) => {
            maybe_null(left) || maybe_null(right)
        }
        Expr::Negate(inner) => maybe_null(inner),
        Expr::Call(Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains, _) => false,
        Expr::Call(_, args) => args.iter().any(maybe_null),
        _ => false,
    }
}

/// Each read's mark replaced: by its name where it has one, else by its code.
fn resolve(code: &str, reads: &[Read]) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, after)) = rest.split_once(MARK.0) {
        let (number, after) = after.split_once(MARK.1).unwrap_or(("", after));
        out.push_str(before);
        if let Some(read) = number.parse().ok().and_then(|at: usize| reads.get(at)) {
            if read.uses > 1 { out.push_str(&read.name) } else { out.push_str(&resolve(&read.code, reads)) }
        }
        rest = after;
    }
    out + rest
}

fn paren(code: &str) -> String {
    format!("({code})")
}

fn all(guards: &[String], test: &str) -> String {
    if guards.is_empty() {
        return test.to_owned();
    }
    let test = if test.contains(" || ") { format!("({test})") } else { test.to_owned() };
    format!("{} && {test}", guards.join(" && "))
}

fn any(tests: &[String]) -> String {
    match tests {
        [] => "false".to_owned(),
        [test] => test.clone(),
        tests => format!("({})", tests.join(" || ")),
    }
}

/// A text as a literal of the language, without two braces in a row, which Argo would take for the edge of a template.
fn literal(text: &str) -> String {
    let mut out = String::from("'");
    let mut last = ' ';
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '{' | '}' if c == last => {
                let _ = write!(out, "\\u{:04x}", u32::from(c)); // a String takes everything
            }
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
        last = c;
    }
    out.push('\'');
    out
}

/// Every variable that an expression reads.
pub(super) fn variables(expr: &Expr, found: &mut impl FnMut(Var)) {
    if let Some(var) = Var::of(expr) {
        found(var);
    }
    match expr {
        Expr::Template(parts) | Expr::List(parts) | Expr::Call(_, parts) => {
            for part in parts {
                variables(part, found);
            }
        }
        Expr::Member(base, _) => variables(base, found),
        Expr::Not(inner) | Expr::Negate(inner) => variables(inner, found),
        Expr::Index(left, right) | Expr::Binary(_, left, right) => {
            variables(left, found);
            variables(right, found);
        }
        Expr::Record(fields) => {
            for (_, field) in fields {
                variables(field, found);
            }
        }
        _ => {}
    }
}

impl Var {
    /// The variable that an expression is.
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Local(name) => Some(Var::Local(name.clone())),
            Expr::Payload(ir::Scope::Event(name)) => Some(Var::Payload(name.clone())),
            Expr::Meta(ir::Scope::Event(name)) => Some(Var::Meta(name.clone())),
            _ => None,
        }
    }
}
