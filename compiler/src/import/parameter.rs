//! Parameters of triggers: where a value of an event goes, as expressions and records of EFL.
//! Upstream: `argo-events/pkg/sensors/triggers/params.go`.

use super::{
    input::{self, text},
    path::Data,
};
use crate::ir::{Builtin, Expr, Op};
use serde_json::Value as Json;

/// An event that a rule can read.
#[derive(Clone, Debug)]
pub(super) struct Readable {
    /// The dependency.
    pub(super) dependency: String,
    /// The name of the event in the rule, and its data.
    pub(super) name: String,
    pub(super) data: Data,
}

/// A parameter, read.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// Where it goes (sjson).
    pub(super) dest: String,
    /// What goes there.
    pub(super) value: Expr,
    /// The event it reads.
    pub(super) event: Option<String>,
    /// `append`, `prepend` or nothing.
    pub(super) operation: String,
}

/// Reads a parameter; `None` for one whose dependency is not among the events of the rule, which Argo leaves out.
pub(super) fn read(json: &Json, events: &[Readable]) -> Result<Option<Parameter>, String> {
    let mut json = json.clone();
    let dest = text(&mut json, &["dest"]).unwrap_or_default();
    let operation = text(&mut json, &["operation"]).unwrap_or_default();
    let mut word = |key: &str| input::word(&mut json, &["src", key]);
    let (dependency, context_key, context_template) =
        (word("dependencyName").unwrap_or_default(), word("contextKey"), word("contextTemplate"));
    let (data_key, data_template) = (word("dataKey"), word("dataTemplate"));
    let constant = text(&mut json, &["src", "value"]).map(Expr::String);
    input::flag(&mut json, &["src", "useRawData"]);
    if !input::is_empty(&json) {
        return Err("it has a field that Argo Events 1.9.11 does not know".to_owned());
    }
    let Some(event) = events.iter().find(|event| event.dependency == dependency) else {
        let parameter = |value| Parameter { dest, value, event: None, operation };
        return Ok(constant.map(parameter));
    };
    // Data wins over context, and a template over a key.
    let value = match (data_template, data_key, context_template, context_key) {
        (Some(template), ..) => go_template(&template, |path| event.data.at(path))?,
        (None, Some(key), ..) => event.data.at(&key)?,
        (None, None, Some(template), _) => go_template(&template, |key| event.data.context(key))?,
        (None, None, None, Some(key)) => event.data.context(&key)?,
        (None, None, None, None) => match constant {
            Some(value) => {
                return Ok(Some(Parameter { dest, value, event: None, operation }));
            }
            None => event.data.whole()?,
        },
    };
    let value = match constant {
        Some(constant) => Expr::Binary(Op::Coalesce, Box::new(value), Box::new(constant)),
        None => value,
    };
    Ok(Some(Parameter { dest, value, event: Some(event.name.clone()), operation }))
}

/// A template of Go that only puts fields into text; `lower` and `upper` may follow a field.
fn go_template(template: &str, field: impl Fn(&str) -> Result<Expr, String>) -> Result<Expr, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            parts.push(Expr::String(rest[..open].to_owned()));
        }
        let close = rest[open..].find("}}").ok_or("a template without an end")? + open;
        let mut pipeline = rest[open + 2..close].trim().split('|').map(str::trim);
        let first = pipeline.next().unwrap_or_default();
        let path = first.strip_prefix(".Input.").ok_or_else(|| format!("`{first}` in a template"))?;
        let plain = path.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if !plain {
            return Err(format!("`{first}` in a template"));
        }
        let mut value = field(path)?;
        for function in pipeline {
            let builtin = match function {
                "lower" => Builtin::Lower,
                "upper" => Builtin::Upper,
                other => return Err(format!("the function `{other}` of a template has no form in EFL")),
            };
            value = Expr::Call(builtin, vec![value]);
        }
        parts.push(value);
        rest = &rest[close + 2..];
    }
    if !rest.is_empty() {
        parts.push(Expr::String(rest.to_owned()));
    }
    Ok(match parts.as_slice() {
        [Expr::String(text)] => Expr::String(text.clone()),
        _ => Expr::Template(parts),
    })
}

/// The body that parameters make together: one without a place is all of it, the others are its fields.
pub(super) fn body(parameters: &[(String, Expr)]) -> Result<Option<Expr>, String> {
    if let Some((_, whole)) = parameters.iter().find(|(dest, _)| dest.is_empty()) {
        return if parameters.len() == 1 {
            Ok(Some(whole.clone()))
        } else {
            Err("one of its parameters is the whole body, the others parts of it".to_owned())
        };
    }
    let mut body = None;
    for (dest, value) in parameters {
        let steps: Vec<String> = dest.split('.').map(str::to_owned).collect();
        if dest.contains('\\') || steps.iter().any(|step| step.is_empty() || step.starts_with(':')) {
            return Err(format!("the place `{dest}` in the body"));
        }
        put(body.get_or_insert_with(|| Expr::Record(Vec::new())), &steps, value)
            .ok_or_else(|| format!("the place `{dest}` in the body"))?;
    }
    Ok(body)
}

/// Puts a value at a place in a record; a number is a place in a list, `-1` the one behind its end.
fn put(into: &mut Expr, steps: &[String], value: &Expr) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        *into = value.clone();
        return Some(());
    };
    let list_place = step.parse::<i64>().ok();
    if matches!(into, Expr::Record(fields) if fields.is_empty()) && list_place.is_some() {
        *into = Expr::List(Vec::new());
    }
    match (into, list_place) {
        (Expr::Record(fields), None) => {
            let at = fields.iter().position(|(key, _)| key == step).unwrap_or_else(|| {
                fields.push((step.clone(), Expr::Record(Vec::new())));
                fields.len() - 1
            });
            put(&mut fields[at].1, rest, value)
        }
        (Expr::List(items), Some(place)) => {
            let at = if place == -1 { items.len() } else { usize::try_from(place).ok()? };
            if at == items.len() {
                items.push(Expr::Record(Vec::new()));
            }
            put(items.get_mut(at)?, rest, value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Readable, body, read};
    use crate::{catalog::sources, import::path::Data, ir::Scope};
    use serde_json::{Value as Json, json};

    fn value(src: Json) -> Result<String, String> {
        let scope = Scope::Event("vehicle".to_owned());
        let data = Data { kind: sources::find("webhook"), scope };
        let event = Readable { dependency: "v".to_owned(), name: "vehicle".to_owned(), data };
        let mut src = src;
        if src.get("dependencyName").is_none() {
            src["dependencyName"] = json!("v");
        }
        let read = read(&json!({ "src": src, "dest": "a" }), &[event])?;
        Ok(read.map_or_else(|| "nothing".to_owned(), |parameter| parameter.value.to_string()))
    }

    #[test]
    fn values_of_events_are_expressions() {
        for (src, expected) in [
            (json!({ "dataKey": "body.plate" }), "vehicle.plate"),
            (json!({ "dataKey": "body" }), "vehicle"),
            (json!({ "dataKey": "body.x", "value": "none" }), r#"vehicle.x ?? "none""#),
            (json!({ "value": "high" }), r#""high""#),
            (json!({ "contextKey": "id" }), "vehicle.meta.id"),
            (json!({ "dataTemplate": "Hi {{ .Input.body.name }}!" }), r#""Hi ${vehicle.name}!""#),
            (json!({ "dataTemplate": "{{ .Input.body.name | lower }}" }), r#""${lower(vehicle.name)}""#),
            (json!({ "contextTemplate": "{{ .Input.id }}-x" }), r#""${vehicle.meta.id}-x""#),
            (json!({ "dependencyName": "other", "dataKey": "body" }), "nothing"),
            (json!({ "dependencyName": "other", "value": "x" }), r#""x""#),
        ] {
            assert_eq!(value(src.clone()).as_deref(), Ok(expected), "{src}");
        }
        for src in [
            json!({}),
            json!({ "contextKey": "type" }),
            json!({ "dataTemplate": "{{ .Input.body.sha | substr 0 7 }}" }),
            json!({ "dataTemplate": "{{ if .Input.body.a }}x{{ end }}" }),
            json!({ "dataKey": "body.a", "surprise": 1 }),
        ] {
            assert!(value(src.clone()).is_err(), "{src}");
        }
    }

    #[test]
    fn places_make_a_body() {
        use crate::ir::build::number;
        let made = |parameters: &[(&str, f64)]| {
            let list: Vec<_> = parameters.iter().map(|(dest, n)| ((*dest).to_owned(), number(*n))).collect();
            body(&list).map(|body| body.map(|body| body.to_string()).unwrap_or_default())
        };
        assert_eq!(
            made(&[("a", 1.0), ("b.c", 2.0), ("b.d", 3.0)]).as_deref(),
            Ok("{ a: 1, b: { c: 2, d: 3 } }")
        );
        assert_eq!(made(&[("a.0", 1.0), ("a.-1", 2.0)]).as_deref(), Ok("{ a: [1, 2] }"));
        assert_eq!(made(&[("", 1.0)]).as_deref(), Ok("1"));
        assert_eq!(made(&[]).as_deref(), Ok(""));
        assert!(made(&[("", 1.0), ("a", 2.0)]).is_err());
        assert!(made(&[("a", 1.0), ("a.b", 2.0)]).is_err());
        assert!(made(&[("a.5", 1.0)]).is_err());
    }
}
