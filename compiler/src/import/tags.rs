//! Text of Argo Workflows with tags, `{{inputs.parameters.plate}}`, as expressions of EFL.

use super::regex::binary;
use crate::ir::{Expr, Op};
use serde_json::Value as Json;

/// A part of a text.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Part {
    Text(String),
    Value(Expr),
}

/// What tags stand for.
#[derive(Clone, Default, Debug)]
pub(super) struct Tags {
    /// `inputs.parameters`.
    pub(super) inputs: Vec<(String, Vec<Part>)>,
    /// `workflow.parameters`.
    pub(super) workflow: Vec<(String, Expr)>,
    /// The results of steps and tasks, by their names.
    pub(super) results: Vec<(String, Expr)>,
    /// `item`.
    pub(super) item: Option<Expr>,
}

impl Tags {
    /// The parts of a text.
    pub(super) fn parts(&self, text: &str) -> Result<Vec<Part>, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find("{{") {
            if open > 0 {
                parts.push(Part::Text(rest[..open].to_owned()));
            }
            let close = rest[open..].find("}}").ok_or("a tag without an end")? + open;
            parts.extend(self.tag(rest[open + 2..close].trim())?);
            rest = &rest[close + 2..];
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(parts)
    }

    /// A text as a value: a tag alone is what it stands for.
    pub(super) fn value(&self, json: &Json) -> Result<Expr, String> {
        match json {
            Json::String(text) => Ok(joined(self.parts(text)?)),
            other => Ok(constant(other)),
        }
    }

    fn tag(&self, tag: &str) -> Result<Vec<Part>, String> {
        let unknown = || format!("the tag `{{{{{tag}}}}}`");
        if let Some(expression) = tag.strip_prefix('=') {
            return self
                .expression(expression.trim())
                .map(|value| vec![Part::Value(value)])
                .ok_or_else(unknown);
        }
        let named = |prefix: &str| tag.strip_prefix(prefix);
        if let Some(name) = named("inputs.parameters.") {
            let found = self.inputs.iter().find(|(known, _)| known == name);
            return found.map(|(_, parts)| parts.clone()).ok_or_else(unknown);
        }
        self.plain(tag).map(|value| vec![Part::Value(value)]).ok_or_else(unknown)
    }

    /// A tag that stands for one value.
    fn plain(&self, tag: &str) -> Option<Expr> {
        let find = |list: &[(String, Expr)], name: &str| {
            list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        if let Some(name) = tag.strip_prefix("workflow.parameters.") {
            return find(&self.workflow, name);
        }
        if let Some(key) = tag.strip_prefix("item.") {
            return Some(Expr::Member(Box::new(self.item.clone()?), key.to_owned()));
        }
        if tag == "item" {
            return self.item.clone();
        }
        let step = tag.strip_prefix("steps.").or_else(|| tag.strip_prefix("tasks."))?;
        find(&self.results, step.strip_suffix(".outputs.result")?)
    }

    /// `jsonpath(tasks.x.outputs.result, '$.level')`, or a plain tag.
    fn expression(&self, text: &str) -> Option<Expr> {
        let Some(inner) = text.strip_prefix("jsonpath(").and_then(|rest| rest.strip_suffix(')')) else {
            return self.plain(&dotted(text));
        };
        let (value, path) = inner.rsplit_once(',')?;
        let path = path.trim().trim_matches(['\'', '"']).strip_prefix('$')?;
        let base = self.plain(&dotted(value.trim()))?;
        path.split('.').filter(|step| !step.is_empty()).try_fold(base, |base, step| {
            let simple = step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            simple.then(|| Expr::Member(Box::new(base), step.to_owned()))
        })
    }

    /// The condition of `when`: comparisons of tags and literals, joined by `&&` and `||`.
    pub(super) fn condition(&self, text: &str) -> Result<Expr, String> {
        let unknown = || format!("the condition `{text}`");
        let mut either = Vec::new();
        for side in text.split("||") {
            let mut both = Vec::new();
            for comparison in side.split("&&") {
                both.push(self.comparison(comparison.trim())?.ok_or_else(unknown)?);
            }
            either.extend(both.into_iter().reduce(|a, b| binary(Op::And, a, b)));
        }
        either.into_iter().reduce(|a, b| binary(Op::Or, a, b)).ok_or_else(unknown)
    }

    fn comparison(&self, text: &str) -> Result<Option<Expr>, String> {
        let ops =
            [("==", Op::Eq), ("!=", Op::Ne), (">=", Op::Ge), ("<=", Op::Le), (">", Op::Gt), ("<", Op::Lt)];
        // A tag may have operators inside.
        let outside = |at: usize| text[..at].matches("{{").count() == text[..at].matches("}}").count();
        let found = ops.iter().find_map(|(symbol, op)| {
            let at = text.match_indices(symbol).map(|(at, _)| at).find(|at| outside(*at))?;
            Some((&text[..at], *op, &text[at + symbol.len()..]))
        });
        let Some((left, op, right)) = found else { return Ok(None) };
        let numeric = [left, right].iter().any(|side| side.trim().parse::<f64>().is_ok());
        let (left, right) = (self.operand(left, numeric)?, self.operand(right, numeric)?);
        Ok(Some(binary(op, left, right)))
    }

    /// A literal or a tag, quoted or not: after its tags are replaced, a bare word of `when` is text.
    fn operand(&self, text: &str, numeric: bool) -> Result<Expr, String> {
        let text = text.trim();
        if let Ok(number) = text.parse::<f64>()
            && number.is_finite()
        {
            return Ok(Expr::Number(number));
        }
        if !numeric && (text == "true" || text == "false") {
            return Ok(Expr::Bool(text == "true"));
        }
        let inner = ['\'', '"'].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q)).unwrap_or(text);
        let plain = inner.contains("{{") || inner.chars().all(|c| !"()=<>!&|'\"".contains(c));
        if inner.is_empty() && text.is_empty() || !plain {
            return Err(format!("`{text}` in a condition"));
        }
        Ok(joined(self.parts(inner)?))
    }

    /// The body of a request: JSON with tags in it.
    pub(super) fn body(&self, text: &str) -> Result<Option<Expr>, String> {
        let parts = self.parts(text)?;
        if let [Part::Value(value)] = parts.as_slice() {
            return Ok(Some(value.clone()));
        }
        let mut values = Vec::new();
        let mut json = String::new();
        for part in parts {
            match part {
                Part::Text(text) => json.push_str(&text),
                Part::Value(value) => {
                    // Outside of quotes it is a value of its own, marked with another character.
                    let mark = format!("{MARK}{}{MARK}", values.len());
                    let marked = if is_in_quotes(&json) { mark } else { ["\"", BARE, &mark, "\""].concat() };
                    json.push_str(&marked);
                    values.push(value);
                }
            }
        }
        if json.trim().is_empty() {
            return Ok(None);
        }
        let parsed: Json =
            serde_json::from_str(&json).map_err(|_| "a body that is no JSON; EFL sends JSON".to_owned())?;
        Ok(Some(filled(&parsed, &values)))
    }
}

const MARK: char = '\u{E000}';
const BARE: &str = "\u{E001}";

fn is_in_quotes(json: &str) -> bool {
    let (mut inside, mut escaped) = (false, false);
    for c in json.chars() {
        match c {
            '"' if !escaped => inside = !inside,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    inside
}

/// JSON with its marks replaced by values.
fn filled(json: &Json, values: &[Expr]) -> Expr {
    match json {
        Json::String(text) => match text.strip_prefix(BARE) {
            Some(mark) => mark.trim_matches(MARK).parse().ok().and_then(|at: usize| values.get(at)).cloned(),
            None => None,
        }
        .unwrap_or_else(|| in_text(text, values)),
        Json::Array(items) => Expr::List(items.iter().map(|item| filled(item, values)).collect()),
        Json::Object(map) => {
            Expr::Record(map.iter().map(|(key, value)| (key.clone(), filled(value, values))).collect())
        }
        other => constant(other),
    }
}

fn in_text(text: &str, values: &[Expr]) -> Expr {
    let mut parts = Vec::new();
    for (at, piece) in text.split(MARK).enumerate() {
        match (at % 2, piece) {
            (0, "") => {}
            (0, piece) => parts.push(Part::Text(piece.to_owned())),
            (_, piece) => {
                parts.extend(
                    piece.parse().ok().and_then(|at: usize| values.get(at)).cloned().map(Part::Value),
                );
            }
        }
    }
    match parts.as_slice() {
        [Part::Value(value)] => Expr::Template(vec![value.clone()]),
        _ => joined(parts),
    }
}

/// Parts as one expression.
pub(super) fn joined(parts: Vec<Part>) -> Expr {
    let expr = |part: Part| match part {
        Part::Text(text) => Expr::String(text),
        Part::Value(value) => value,
    };
    let mut exprs: Vec<Expr> = parts.into_iter().map(expr).collect();
    match exprs.len() {
        0 => Expr::String(String::new()),
        1 => exprs.remove(0),
        _ => Expr::Template(exprs),
    }
}

/// A JSON value as an expression.
pub(super) fn constant(json: &Json) -> Expr {
    match json {
        Json::Null => Expr::Null,
        Json::Bool(flag) => Expr::Bool(*flag),
        Json::Number(number) => Expr::Number(number.as_f64().unwrap_or_default()),
        Json::String(text) => Expr::String(text.clone()),
        Json::Array(items) => Expr::List(items.iter().map(constant).collect()),
        Json::Object(map) => {
            Expr::Record(map.iter().map(|(key, value)| (key.clone(), constant(value))).collect())
        }
    }
}

/// `tasks['a-b'].outputs.result` with dots.
fn dotted(text: &str) -> String {
    text.replace("['", ".").replace("[\"", ".").replace("']", "").replace("\"]", "")
}

#[cfg(test)]
mod tests {
    use super::{Part, Tags};
    use crate::ir::{Expr, build::local};

    fn tags() -> Tags {
        Tags {
            inputs: vec![("text".to_owned(), vec![Part::Text("hello".to_owned())])],
            workflow: vec![("plate".to_owned(), local("plate"))],
            results: vec![("detect-cars".to_owned(), local("detected"))],
            item: Some(local("item")),
        }
    }

    #[test]
    fn tags_are_values() {
        let value = |text: &str| tags().value(&text.into()).map(|expr| expr.to_string());
        for (text, expected) in [
            ("{{workflow.parameters.plate}}", "plate"),
            ("{{ inputs.parameters.text }}", r#""hello""#),
            ("plate {{workflow.parameters.plate}}!", r#""plate ${plate}!""#),
            ("{{steps.detect-cars.outputs.result}}", "detected"),
            ("{{=jsonpath(tasks['detect-cars'].outputs.result, '$.level.x')}}", "detected.level.x"),
            ("{{item.name}}", "item.name"),
        ] {
            assert_eq!(value(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["{{workflow.name}}", "{{inputs.parameters.other}}", "{{= 1 + 1}}", "{{x"] {
            assert!(value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bodies_are_records() {
        let body = |text: &str| tags().body(text).map(|body| body.map(|body: Expr| body.to_string()));
        for (text, expected) in [
            ("{{workflow.parameters.plate}}", "plate"),
            (
                r#"{"p": "{{workflow.parameters.plate}}", "r": {{tasks.detect-cars.outputs.result}}, "n": [1, true]}"#,
                r#"{ p: "${plate}", r: detected, n: [1, true] }"#,
            ),
            (r#"{"t": "a \"{{item}}\" b"}"#, r#"{ t: "a \"${item}\" b" }"#),
        ] {
            assert_eq!(body(text), Ok(Some(expected.to_owned())));
        }
        assert_eq!(body(""), Ok(None));
        assert!(body("a={{item}}").is_err());
    }

    #[test]
    fn conditions_compare() {
        let condition = |text: &str| tags().condition(text).map(|expr| expr.to_string());
        for (text, expected) in [
            (
                "'{{=jsonpath(tasks.detect-cars.outputs.result, '$.level')}}' == 'high'",
                r#"detected.level == "high""#,
            ),
            ("{{steps.detect-cars.outputs.result}} > 5", "detected > 5"),
            (
                "{{item}} != heads && {{workflow.parameters.plate}} == x",
                r#"item != "heads" and plate == "x""#,
            ),
        ] {
            assert_eq!(condition(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["{{item}}", "{{item}} =~ 'x'", "({{item}} == 1)", "{{workflow.name}} == x"] {
            assert!(condition(text).is_err(), "{text}");
        }
    }
}
