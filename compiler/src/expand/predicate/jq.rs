//! Any predicate as a `jq` program that adds the answer to the event.

use super::{Arrival, Body, MATCH_KEY};
use crate::{
    eval::{constant, number_text},
    ir::{Builtin, Expr, Op, Scope},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// A function of the program: its name, those it calls, its text.
type Helper = (&'static str, &'static [&'static str], &'static str);

/// In order of dependence. A program carries those it uses.
const HELPERS: &[Helper] = &[
    ("get", &[], r#"def get($k): if type == "object" then .[$k] else null end;"#),
    ("at", &[], r#"def at($i): if type == "array" then .[$i] else null end;"#),
    (
        "item",
        &["get"],
        r#"def item($k): if ($k | type) == "string" then get($k)
  elif type == "array" and ($k | type) == "number" and $k >= 0 and $k < length and $k == ($k | floor) then .[$k]
  else null end;"#,
    ),
    (
        "truth",
        &[],
        r#"def truth: if . == null then false elif type == "boolean" then . else error("not true or false") end;"#,
    ),
    ("both", &[], "def both(a; b; f): a as $a | b as $b | $a != null and $b != null and ([$a, $b] | f);"),
    ("num", &[], r#"def num: if . == null or type == "number" then . else error("not a number") end;"#),
    ("str", &[], r#"def str: if . == null or type == "string" then . else error("not text") end;"#),
    ("finite", &[], r#"def finite: if isinfinite or isnan then error("too large") else . end;"#),
    (
        "instant",
        &[],
        r#"def instant: if type != "string" then error("not a timestamp") else . end
  | (capture("\\A(?<y>[0-9]{4})-(?<m>[0-9]{2})-(?<d>[0-9]{2})T(?<h>[0-9]{2}):(?<i>[0-9]{2}):(?<s>[0-9]{2})([.](?<f>[0-9]{1,9}))?(Z|(?<o>[+-])(?<p>[0-9]{2}):(?<q>[0-9]{2}))\\z")
    // error("not a timestamp"))
  | ((.f // "") + "000000000")[:9] as $fraction | (.o // "+") as $sign
  | map_values(if . == null or . == "+" or . == "-" then 0 else tonumber end)
  | if .m < 1 or .m > 12 or .d < 1 or .h > 23 or .i > 59 or .s > 59 or .p > 23 or .q > 59
      or .d > (if .m == 2 then (if .y % 4 == 0 and (.y % 100 != 0 or .y % 400 == 0) then 29 else 28 end)
        elif [.m] | inside([4, 6, 9, 11]) then 30 else 31 end)
    then error("not a timestamp") else . end
  | (if .m > 2 then [.y, .m - 3] else [.y - 1, .m + 9] end) as [$y, $m]
  | ($y * 365 + ($y / 4 | floor) - ($y / 100 | floor) + ($y / 400 | floor) + ((153 * $m + 2) / 5 | floor) + .d) as $days
  | (.p * 60 + .q) as $offset
  | [$days * 86400 + .h * 3600 + .i * 60 + .s - (if $sign == "-" then -$offset else $offset end) * 60, $fraction];"#,
    ),
    (
        "both_numbers",
        &[],
        r#"def both_numbers: if all(type == "number") then . else error("not numbers") end;"#,
    ),
    ("both_instants", &["instant"], "def both_instants: map(instant);"),
    (
        "ordered",
        &["both_numbers", "both_instants"],
        r#"def ordered: if all(type == "string") then both_instants else both_numbers end;"#,
    ),
    (
        "has_item",
        &[],
        r#"def has_item: .[0] as $x | .[1] | if type == "array" then any(.[]; . == $x) else error("not a list") end;"#,
    ),
    ("matches", &["str"], r#"def matches($re): str | . != null and test("\\A(?:" + $re + ")\\z");"#),
    (
        "calc",
        &["num", "finite"],
        "def calc(a; b; f): [(a | num), (b | num)] | if any(. == null) then null else f | finite end;",
    ),
    ("divisor", &[], r#"def divisor: if .[1] == 0 then error("division by zero") else . end;"#),
    (
        "size",
        &[],
        r#"def size: if type == "number" or type == "boolean" then error("no length") elif . == null then . else length end;"#,
    ),
    ("lower", &["str"], "def lower: str | if . == null then . else ascii_downcase end;"),
    ("upper", &["str"], "def upper: str | if . == null then . else ascii_upcase end;"),
    ("magnitude", &["num"], "def magnitude: num | if . != null and . < 0 then -. else . end;"),
    ("negated", &["num"], "def negated: num | if . == null then . else -. end;"),
    (
        "number",
        &["finite"],
        r#"def number: if . == null or type == "number" then .
  elif type == "string" and test("\\A-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?\\z") then tonumber + 0.0 | finite
  else error("not a number") end;"#,
    ),
    (
        "text",
        &[],
        r#"def text: if . == null or type == "string" then . elif . == 0 then "0"
  elif type == "number" or type == "boolean" then tostring else error("not text") end;"#,
    ),
    ("default", &[], "def default(a; b): a as $a | if $a == null then b else $a end;"),
];

/// The transform that sets [`MATCH_KEY`].
pub(super) fn lower(predicate: &Expr, arrival: Arrival) -> String {
    let mut program = Program { arrival, used: BTreeSet::new(), reads_meta: false };
    let condition = program.condition(predicate);
    let mut text = String::new();
    for (name, _, definition) in HELPERS {
        if program.used.contains(name) {
            text.push_str(definition);
            text.push('\n');
        }
    }
    if program.reads_meta {
        text.push_str(". as $data | ");
    }
    format!("{text}{} as $e | .{MATCH_KEY} = (try {condition} catch false)", payload(arrival))
}

/// The payload in the data of the event.
fn payload(arrival: Arrival) -> String {
    let Some(key) = arrival.kind.payload.body else {
        let beside = arrival.kind.payload.meta.iter().map(|(_, key, _)| field(key));
        let keys: Vec<String> = std::iter::once(field("metadata")).chain(beside).collect();
        return format!("del({})", keys.join(", "));
    };
    let key = field(key);
    match arrival.body {
        Body::AsIs => key,
        Body::FromBase64 => format!("({key} | if type == \"string\" then @base64d else . end)"),
        Body::ToBase64 => format!("({key} | if type == \"string\" then @base64 else . end)"),
    }
}

fn field(key: &str) -> String {
    format!(".[{}]", quoted(key))
}

/// A program in the making. Every piece of text is one term of jq, whatever stands around it, and reads `$e` and `$data`
/// only, never its input.
struct Program {
    arrival: Arrival,
    used: BTreeSet<&'static str>,
    reads_meta: bool,
}

impl Program {
    /// Notes that a helper is needed.
    fn need(&mut self, name: &'static str) -> &'static str {
        if self.used.insert(name) {
            let helper = HELPERS.iter().find(|(own, ..)| *own == name);
            helper.into_iter().flat_map(|(_, calls, _)| *calls).for_each(|called| {
                self.need(called);
            });
        }
        name
    }

    /// `(input | helper)`.
    fn piped(&mut self, input: &str, helper: &'static str) -> String {
        format!("({input} | {})", self.need(helper))
    }

    /// A condition: true or false, never null.
    fn condition(&mut self, expr: &Expr) -> String {
        match expr {
            Expr::Not(operand) => format!("({} | not)", self.condition(operand)),
            Expr::Binary(op @ (Op::And | Op::Or), left, right) => {
                format!("({} {} {})", self.condition(left), op.symbol(), self.condition(right))
            }
            _ if is_condition(expr) => self.value(expr),
            _ => {
                let value = self.value(expr);
                self.piped(&value, "truth")
            }
        }
    }

    fn value(&mut self, expr: &Expr) -> String {
        match constant(expr) {
            Some(Ok(value)) => return literal(&value),
            Some(Err(error)) => return format!("error({})", quoted(&error.to_string())),
            None => {}
        }
        match expr {
            Expr::Payload(Scope::Own) => "$e".to_owned(),
            Expr::Member(base, name) => self.member(base, name),
            Expr::Index(base, key) => self.index(base, key),
            Expr::Not(_) | Expr::Binary(Op::And | Op::Or, ..) => self.condition(expr),
            Expr::Negate(operand) => {
                let operand = self.value(operand);
                self.piped(&operand, "negated")
            }
            Expr::Binary(op, left, right) => self.binary(*op, left, right),
            Expr::Call(builtin, args) => self.call(*builtin, args),
            Expr::Template(parts) => self.template(parts),
            Expr::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Expr::Record(fields) => {
                let field = |(key, value): &(String, Expr)| format!("{}: {}", quoted(key), self.value(value));
                let fields: Vec<String> = fields.iter().map(field).collect();
                format!("{{{}}}", fields.join(", "))
            }
            // Constants went before; the rest is unsupported.
            _ => "null".to_owned(),
        }
    }

    fn member(&mut self, base: &Expr, name: &str) -> String {
        let (base, key) = match (base, self.arrival.meta_key(name)) {
            (Expr::Meta(Scope::Own), None) => return "null".to_owned(),
            (Expr::Meta(Scope::Own), Some(key)) => {
                self.reads_meta = true;
                ("$data".to_owned(), key)
            }
            _ => (self.value(base), name),
        };
        format!("({base} | {}({}))", self.need("get"), quoted(key))
    }

    fn index(&mut self, base: &Expr, key: &Expr) -> String {
        match key {
            Expr::String(name) => self.member(base, name),
            Expr::Number(at) if at.fract() == 0.0 && (0.0..1e6).contains(at) => {
                format!("({} | {}({at}))", self.value(base), self.need("at"))
            }
            key => format!("({} | {}({}))", self.value(base), self.need("item"), self.value(key)),
        }
    }

    fn binary(&mut self, op: Op, left: &Expr, right: &Expr) -> String {
        match (op, left, right) {
            (Op::Eq | Op::Ne, Expr::Null, other) | (Op::Eq | Op::Ne, other, Expr::Null) => {
                return format!("({} {} null)", self.value(other), op.symbol());
            }
            (Op::Matches, _, Expr::String(re)) => {
                return format!("({} | {}({}))", self.value(left), self.need("matches"), quoted(re));
            }
            _ => {}
        }
        let (a, b) = (self.value(left), self.value(right));
        let operation = match op {
            Op::Div => format!("{} | .[0] / .[1]", self.need("divisor")),
            Op::Rem => format!("{} | fmod(.[0]; .[1])", self.need("divisor")),
            Op::In => self.need("has_item").to_owned(),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => {
                let check = self.need(order_of(left, right));
                format!("{check} | .[0] {} .[1]", op.symbol())
            }
            _ => format!(".[0] {} .[1]", op.symbol()),
        };
        match op {
            Op::Coalesce => format!("{}({a}; {b})", self.need("default")),
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => {
                format!("{}({a}; {b}; {operation})", self.need("calc"))
            }
            _ => format!("{}({a}; {b}; {operation})", self.need("both")),
        }
    }

    fn call(&mut self, builtin: Builtin, args: &[Expr]) -> String {
        let args: Vec<String> = args.iter().map(|arg| self.value(arg)).collect();
        let test = match builtin {
            Builtin::StartsWith => "startswith",
            Builtin::EndsWith => "endswith",
            Builtin::Contains => "contains",
            Builtin::Len => return self.piped(&args.join(", "), "size"),
            Builtin::Lower => return self.piped(&args.join(", "), "lower"),
            Builtin::Upper => return self.piped(&args.join(", "), "upper"),
            Builtin::Abs => return self.piped(&args.join(", "), "magnitude"),
            Builtin::Number => return self.piped(&args.join(", "), "number"),
            Builtin::String => return self.piped(&args.join(", "), "text"),
        };
        let texts = args.iter().map(|arg| self.piped(arg, "str")).collect::<Vec<_>>().join("; ");
        format!("{}({texts}; .[1] as $part | .[0] | {test}($part))", self.need("both"))
    }

    fn template(&mut self, parts: &[Expr]) -> String {
        let pieces: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Expr::String(text) => quoted(text),
                part => format!("({} | {} // \"\")", self.value(part), self.need("text")),
            })
            .collect();
        format!("([{}] | join(\"\"))", pieces.join(", "))
    }
}

/// What makes sure that two values can be ordered.
fn order_of(left: &Expr, right: &Expr) -> &'static str {
    match [constant(left), constant(right)] {
        [Some(Ok(Value::Number(_))), _] | [_, Some(Ok(Value::Number(_)))] => "both_numbers",
        [Some(Ok(Value::String(_))), _] | [_, Some(Ok(Value::String(_)))] => "both_instants",
        _ => "ordered",
    }
}

/// Whether an expression is true or false by itself.
fn is_condition(expr: &Expr) -> bool {
    match expr {
        Expr::Bool(_) | Expr::Not(_) => true,
        Expr::Call(builtin, _) => {
            matches!(builtin, Builtin::StartsWith | Builtin::EndsWith | Builtin::Contains)
        }
        Expr::Binary(op, ..) => !matches!(op, Op::Coalesce | Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem),
        _ => false,
    }
}

/// A constant. JSON is jq, but for a negative number, which is an operation there.
fn literal(value: &Value) -> String {
    match value {
        Value::Number(number) => {
            let number = number.as_f64().map(number_text).unwrap_or_default();
            if number.starts_with('-') { format!("({number})") } else { number }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let field = |(key, value): (&String, &Value)| format!("{}: {}", quoted(key), literal(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Text as JSON, which doubles a `\`: jq's interpolation `\(` cannot arise.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
