//! The filters of a Sensor's dependency as one predicate. Upstream: `argo-events/pkg/sensors/dependencies/filter.go`.

use super::{
    expression::{self, all, any},
    input::{self, take},
    path::Data,
    regex::{binary, found_in},
};
use crate::ir::{Expr, Op};
use serde_json::Value as Json;

/// A predicate, with holes where a filter has no form in EFL.
#[derive(Clone, Default, Debug)]
pub(super) struct Predicate {
    pub(super) expr: Option<Expr>,
    pub(super) holes: Vec<Hole>,
    dependency: usize,
}

/// A condition that could not be said. The program does not compile before somebody says it: a rule with one condition
/// less would fire more often.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Hole {
    /// The path below the dependency: `filters.script`.
    pub(super) path: String,
    /// Why.
    pub(super) why: String,
    /// What it was, as YAML.
    pub(super) what: String,
}

impl Hole {
    /// The name by which a hole stands in an expression until it is written: of the `n`th of a dependency.
    pub(super) fn name(dependency: usize, n: usize) -> String {
        format!("efl-import-hole-{dependency}-{n}-")
    }
}

/// What the filters of a dependency are about.
pub(super) struct Subject<'a> {
    pub(super) data: &'a Data,
    pub(super) source_there: &'a str,
    pub(super) event_there: &'a str,
    /// The place of the dependency among all.
    pub(super) dependency: usize,
}

impl Predicate {
    /// Takes the filters, and what acts like one.
    pub(super) fn take(dependency: &mut Json, subject: &Subject<'_>) -> Self {
        let mut predicate = Self { dependency: subject.dependency, ..Self::default() };
        let either = input::text(dependency, &["filtersLogicalOperator"]).is_some_and(|op| op == "or");
        let mut filters = take(dependency, &["filters"]).unwrap_or_default();
        let mut parts: Vec<Expr> = Vec::new();
        parts.extend(predicate.exprs(&mut filters, subject.data));
        parts.extend(predicate.data(&mut filters, subject.data));
        parts.extend(predicate.context(&mut filters, subject));
        if let Some(time) = take(&mut filters, &["time"]) {
            let why = "a time of day is no part of an event: send it as a field, or use a `calendar` source";
            parts.push(predicate.hole("filters.time", why, &time));
        }
        if let Some(script) = take(&mut filters, &["script"]).filter(|script| script != "") {
            parts.push(predicate.script(&script, subject.data));
        }
        if !input::is_empty(&filters) {
            parts.push(predicate.hole("filters", "Argo Events 1.9.11 knows no such filter", &filters));
        }
        predicate.expr = if either { any(parts.into_iter()) } else { all(parts.into_iter()) };
        if let Some(transform) = take(dependency, &["transform"]).filter(|t| !input::is_empty(t)) {
            let why = "EFL does not change events before it looks at them: say in the calls what they get, and here \
                       the condition over the event as it is";
            let hole = predicate.hole("transform", why, &transform);
            predicate.expr = all(predicate.expr.take().into_iter().chain([hole]));
        }
        predicate
    }

    fn hole(&mut self, path: &str, why: &str, what: &Json) -> Expr {
        let what = input::yaml(what).unwrap_or_default();
        self.holes.push(Hole { path: path.to_owned(), why: why.to_owned(), what });
        Expr::Local(Hole::name(self.dependency, self.holes.len() - 1))
    }

    fn script(&mut self, script: &Json, data: &Data) -> Expr {
        let read = script.as_str().ok_or_else(|| "it is no text".to_owned());
        match read.and_then(|text| expression::lua(text, data)) {
            Ok(condition) => condition,
            Err(why) => {
                self.hole("filters.script", &format!("of this script EFL has no form: {why}"), script)
            }
        }
    }

    fn exprs(&mut self, filters: &mut Json, data: &Data) -> Option<Expr> {
        let either = is_or(filters, "exprLogicalOperator");
        let entries = input::list(filters, &["exprs"]);
        let conditions = entries.iter().enumerate().map(|(at, entry)| {
            expr_of(entry, data).unwrap_or_else(|why| {
                let path = format!("filters.exprs[{at}]");
                Some(self.hole(&path, &format!("of this expression EFL has no form: {why}"), entry))
            })
        });
        let conditions: Vec<Expr> = conditions.flatten().collect();
        if either { any(conditions.into_iter()) } else { all(conditions.into_iter()) }
    }

    fn data(&mut self, filters: &mut Json, data: &Data) -> Option<Expr> {
        let either = is_or(filters, "dataLogicalOperator");
        let entries = input::list(filters, &["data"]);
        let conditions = entries.iter().enumerate().map(|(at, entry)| {
            data_of(entry, data).unwrap_or_else(|why| {
                let path = format!("filters.data[{at}]");
                self.hole(&path, &format!("of this filter EFL has no form: {why}"), entry)
            })
        });
        let conditions: Vec<Expr> = conditions.collect();
        if either { any(conditions.into_iter()) } else { all(conditions.into_iter()) }
    }

    /// Attributes of the CloudEvent: the dependency says most of them already.
    fn context(&mut self, filters: &mut Json, subject: &Subject<'_>) -> Option<Expr> {
        let mut context = take(filters, &["context"])?;
        let always = [
            ("source", Some(subject.source_there)),
            ("subject", Some(subject.event_there)),
            ("type", subject.data.kind.map(|kind| kind.key)),
            ("datacontenttype", Some("application/json")),
        ];
        for (key, value) in always {
            // An empty one is not compared.
            input::take_as(&mut context, &[key], |json| {
                let text = json.as_str()?;
                (text.is_empty() || value.is_some_and(|value| value.eq_ignore_ascii_case(text))).then_some(())
            });
        }
        if input::is_empty(&context) {
            return None;
        }
        let why = "no event of this dependency has this: Argo compares the EventSource, the event, the kind and the \
                   content type by these names";
        Some(self.hole("filters.context", why, &context))
    }
}

fn is_or(filters: &mut Json, key: &str) -> bool {
    input::text(filters, &[key]).is_some_and(|operator| operator == "or")
}

/// The condition of an entry of `exprs`; none for one without fields, which Argo skips.
fn expr_of(entry: &Json, data: &Data) -> Result<Option<Expr>, String> {
    let text = entry.get("expr").and_then(Json::as_str).ok_or("it has no `expr`")?;
    let mut fields = Vec::new();
    for field in entry.get("fields").and_then(Json::as_array).into_iter().flatten() {
        let text = |key: &str| {
            field.get(key).and_then(Json::as_str).ok_or_else(|| format!("a field without `{key}`"))
        };
        fields.push((text("name")?.to_owned(), data.at(text("path")?)?));
    }
    if fields.is_empty() {
        return Err("it has no fields, so Argo skips it".to_owned());
    }
    expression::govaluate(text, &fields).map(Some)
}

/// The condition of an entry of `data`.
fn data_of(entry: &Json, data: &Data) -> Result<Expr, String> {
    let text = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or_default();
    let known = ["path", "type", "value", "comparator", "template"];
    if let Some(key) = entry.as_object().and_then(|map| map.keys().find(|key| !known.contains(&key.as_str())))
    {
        return Err(format!("Argo knows no `{key}`"));
    }
    if !text("template").is_empty() {
        return Err("it looks at what a template makes of the value".to_owned());
    }
    let field = data.at(text("path"))?;
    let values: Option<Vec<&str>> = entry
        .get("value")
        .and_then(Json::as_array)
        .map(|list| list.iter().map(Json::as_str).collect())
        .unwrap_or_default();
    let values = values.filter(|values| !values.is_empty()).ok_or("it has no values")?;
    match text("type") {
        "string" => strings(&field, text("comparator"), &values),
        "number" => numbers(&field, text("comparator"), &values),
        "bool" => flags(&field, &values),
        other => Err(format!("`{other}` is no type of a filter")),
    }
}

/// Texts are patterns that may match anywhere; one of them must, or with `!=` must not.
fn strings(field: &Expr, comparator: &str, values: &[&str]) -> Result<Expr, String> {
    let found: Vec<Expr> =
        values.iter().map(|value| found_in(field.clone(), value)).collect::<Result<_, _>>()?;
    match comparator {
        "" | "=" => {
            let literal = |expr: &Expr| match expr {
                Expr::Binary(Op::Eq, _, value) => Some((**value).clone()),
                _ => None,
            };
            match found.iter().map(literal).collect::<Option<Vec<_>>>() {
                Some(list) if list.len() > 1 => Ok(binary(Op::In, field.clone(), Expr::List(list))),
                _ => any(found.into_iter()).ok_or_else(String::new),
            }
        }
        "!=" => {
            let other = |expr: Expr| match expr {
                Expr::Binary(Op::Eq, field, value) => Expr::Binary(Op::Ne, field, value),
                expr => Expr::Not(Box::new(expr)),
            };
            let others: Vec<Expr> = found.into_iter().map(other).collect();
            let sure = others.iter().all(|expr| matches!(expr, Expr::Binary(Op::Ne, ..)));
            let condition = any(others.into_iter()).ok_or_else(String::new)?;
            let present = binary(Op::Ne, field.clone(), Expr::Null);
            Ok(if sure { condition } else { binary(Op::And, present, condition) })
        }
        other => {
            Err(format!("Argo compares texts with `=` and `!=` only; with `{other}` nothing ever passes"))
        }
    }
}

fn numbers(field: &Expr, comparator: &str, values: &[&str]) -> Result<Expr, String> {
    let number = |value: &&str| value.trim().parse().ok().filter(|n: &f64| n.is_finite()).map(Expr::Number);
    let numbers: Option<Vec<Expr>> = values.iter().map(number).collect();
    let numbers = numbers.ok_or("a value is no number")?;
    let op = match comparator {
        "" | "=" => Op::Eq,
        "!=" => Op::Ne,
        ">" => Op::Gt,
        ">=" => Op::Ge,
        "<" => Op::Lt,
        "<=" => Op::Le,
        other => return Err(format!("`{other}` is no comparator")),
    };
    if op == Op::Eq && numbers.len() > 1 {
        return Ok(binary(Op::In, field.clone(), Expr::List(numbers)));
    }
    any(numbers.into_iter().map(|number| binary(op, field.clone(), number))).ok_or_else(String::new)
}

fn flags(field: &Expr, values: &[&str]) -> Result<Expr, String> {
    let flag = |value: &&str| match *value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    };
    let flags: Option<Vec<bool>> = values.iter().map(flag).collect();
    let mut flags = flags.ok_or("a value is neither true nor false")?;
    flags.dedup();
    any(flags.into_iter().map(|flag| binary(Op::Eq, field.clone(), Expr::Bool(flag)))).ok_or_else(String::new)
}

#[cfg(test)]
mod tests {
    use super::{Predicate, Subject};
    use crate::{catalog::sources, import::path::Data, ir::Scope};
    use serde_json::{Value as Json, json};

    fn read(mut dependency: Json) -> (String, Vec<String>) {
        let data = Data { kind: sources::find("webhook"), scope: Scope::Own };
        let subject =
            Subject { data: &data, source_there: "roadside", event_there: "vehicle", dependency: 3 };
        let predicate = Predicate::take(&mut dependency, &subject);
        let left: Vec<String> = predicate.holes.into_iter().map(|hole| hole.path).collect();
        (predicate.expr.map(|expr| expr.to_string()).unwrap_or_default(), left)
    }

    fn entry(path: &str, ty: &str, comparator: &str, values: &[&str]) -> Json {
        json!({ "path": path, "type": ty, "comparator": comparator, "value": values })
    }

    #[test]
    fn data_filters_are_predicates() {
        for (entry, expected) in [
            (entry("body.speed", "number", ">", &["50"]), "speed > 50"),
            (entry("body.speed", "number", "", &["50.0", "60"]), "speed in [50, 60]"),
            (entry("body.on", "bool", "", &["true"]), "on == true"),
            (
                entry("body.a", "string", "", &["hello", "hey"]),
                r#"contains(a, "hello") or contains(a, "hey")"#,
            ),
            (entry("body.a", "string", "=", &["^x$", "^y$"]), r#"a in ["x", "y"]"#),
            (entry("body.a", "string", "!=", &["^x$"]), r#"a != "x""#),
            (entry("body.a", "string", "!=", &["x"]), r#"a != null and not contains(a, "x")"#),
            (entry("header.X-A", "string", "", &["x"]), r#"contains(meta.header.X-A[0], "x")"#),
        ] {
            assert_eq!(read(json!({ "filters": { "data": [entry] } })), (expected.to_owned(), vec![]));
        }
    }

    #[test]
    fn filters_are_joined_as_they_say() {
        let (a, b) = (entry("body.a", "number", "", &["1"]), entry("body.b", "number", "", &["2"]));
        let expr = json!({ "expr": "c > 3", "fields": [{ "name": "c", "path": "body.c" }] });
        let both = json!({ "data": [a, b], "exprs": [expr] });
        assert_eq!(read(json!({ "filters": both })).0, "c > 3 and (a == 1 and b == 2)");
        let mut either = both.clone();
        either["dataLogicalOperator"] = json!("or");
        assert_eq!(read(json!({ "filters": either })).0, "c > 3 and (a == 1 or b == 2)");
        let outer = json!({ "filtersLogicalOperator": "or", "filters": both });
        assert_eq!(read(outer).0, "c > 3 or a == 1 and b == 2");
    }

    #[test]
    fn what_always_holds_is_not_said() {
        let context = json!({ "source": "roadside", "type": "webhook", "datacontenttype": "application/json", "subject": "" });
        assert_eq!(read(json!({ "filters": { "context": context } })), (String::new(), vec![]));
    }

    #[test]
    fn what_has_no_form_is_a_hole() {
        for (dependency, path) in [
            (json!({ "filters": { "time": { "start": "02:30:00", "stop": "04:30:00" } } }), "filters.time"),
            (json!({ "filters": { "context": { "source": "other" } } }), "filters.context"),
            (json!({ "filters": { "script": "return os.time() > 5" } }), "filters.script"),
            (json!({ "filters": { "data": [entry("speed", "number", "", &["1"])] } }), "filters.data[0]"),
            (json!({ "filters": { "data": [entry("body.a", "string", ">", &["1"])] } }), "filters.data[0]"),
            (json!({ "filters": { "exprs": [{ "expr": "false" }] } }), "filters.exprs[0]"),
            (json!({ "filters": { "surprise": 1 } }), "filters"),
            (json!({ "transform": { "jq": ".body.x = 1" } }), "transform"),
        ] {
            assert_eq!(read(dependency), ("efl-import-hole-3-0-".to_owned(), vec![path.to_owned()]));
        }
    }
}
