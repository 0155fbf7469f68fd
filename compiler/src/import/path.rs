//! Paths into the data of an event, as Argo writes them (gjson), as expressions over its payload and its metadata.
//!
//! Argo's data is one object: the payload stands under a key such as `body`, or is all of it but what a kind adds.

use crate::{
    catalog::SourceKind,
    ir::{Expr, Scope},
};

/// The data of an event.
#[derive(Clone, Debug)]
pub(super) struct Data {
    /// The kind of its source; `None` when that is not known. Then the payload is taken to be under `body`.
    pub(super) kind: Option<&'static SourceKind>,
    /// How the event is called where the path is used.
    pub(super) scope: Scope,
}

/// Keys beside the payload that an event of an unknown kind may have: (upstream, name in EFL).
const COMMON: [(&str, &str); 6] = [
    ("header", "header"),
    ("headers", "header"),
    ("topic", "topic"),
    ("key", "key"),
    ("subject", "subject"),
    ("metadata", "metadata"),
];

impl Data {
    /// What stands at a path; the reason when EFL cannot say it.
    pub(super) fn at(&self, path: &str) -> Result<Expr, String> {
        let steps = steps(path)?;
        let Some((first, rest)) = steps.split_first() else { return self.whole() };
        let body = self.kind.map_or(Some("body"), |kind| kind.payload.body);
        if body == Some(first.as_str()) {
            return Ok(walk(self.payload(), rest));
        }
        if let Some((name, ty)) = self.meta(first) {
            let value = walk(Expr::Member(Box::new(self.metadata()), name.to_owned()), rest);
            // A header is a list of texts. Argo compares the list as its JSON text, which has the only one in it.
            let one = ty == "map<list<string>>" && rest.len() == 1;
            return Ok(if one { Expr::Index(Box::new(value), Box::new(Expr::Number(0.0))) } else { value });
        }
        match (self.kind, body) {
            (Some(kind), Some(body)) => {
                let known = kind.payload.meta.iter().map(|(_, upstream, _)| *upstream);
                let known: Vec<String> =
                    std::iter::once(body).chain(known).map(|k| format!("`{k}`")).collect();
                Err(format!(
                    "the data of {} event has {}, and no `{first}`: nothing is ever there",
                    crate::diag::a(kind.name),
                    known.join(", ")
                ))
            }
            _ if first == "metadata" => {
                Err("constants of an EventSource (`metadata`) are no part of an event".into())
            }
            _ => Ok(walk(self.payload(), &steps)),
        }
    }

    /// All of the data.
    pub(super) fn whole(&self) -> Result<Expr, String> {
        match self.kind {
            Some(kind) if kind.payload.body.is_none() => Ok(self.payload()),
            _ => Err("it is all that Argo knows of the event; EFL passes payloads".to_owned()),
        }
    }

    /// The payload.
    pub(super) fn payload(&self) -> Expr {
        Expr::Payload(self.scope.clone())
    }

    fn metadata(&self) -> Expr {
        Expr::Meta(self.scope.clone())
    }

    /// An attribute of the CloudEvent.
    pub(super) fn context(&self, key: &str) -> Result<Expr, String> {
        match key {
            "id" | "time" | "source" => Ok(Expr::Member(Box::new(self.metadata()), key.to_owned())),
            _ => Err(format!("EFL knows `id`, `time` and `source` of an event, and no `{key}`")),
        }
    }

    /// The name and type in EFL of a key beside the payload.
    fn meta(&self, key: &str) -> Option<(&'static str, &'static str)> {
        match self.kind {
            Some(kind) => {
                let found = kind.payload.meta.iter().find(|(_, upstream, _)| *upstream == key)?;
                Some((found.0, found.2))
            }
            None => COMMON
                .iter()
                .find(|(upstream, _)| *upstream == key)
                .map(|(_, name)| (*name, if *name == "header" { "map<list<string>>" } else { "any" })),
        }
    }
}

/// Members and items, one after the other.
fn walk(base: Expr, steps: &[String]) -> Expr {
    steps.iter().fold(base, |base, step| match step.parse::<u32>() {
        Ok(at) => Expr::Index(Box::new(base), Box::new(Expr::Number(f64::from(at)))),
        Err(_) => Expr::Member(Box::new(base), step.clone()),
    })
}

/// The keys of a path. Upstream: `github.com/tidwall/gjson`, "Path Syntax".
fn steps(path: &str) -> Result<Vec<String>, String> {
    if path.is_empty() || path == "@this" {
        return Ok(Vec::new());
    }
    let mut steps = vec![String::new()];
    let mut chars = path.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => steps.last_mut().into_iter().for_each(|step| step.extend(chars.next())),
            '.' => steps.push(String::new()),
            '*' | '?' | '#' | '@' | '|' | '!' | '{' | '[' => {
                return Err(format!(
                    "`{c}` in the path `{path}` is a query of gjson, which EFL does not have"
                ));
            }
            c => steps.last_mut().into_iter().for_each(|step| step.push(c)),
        }
    }
    if steps.iter().any(String::is_empty) {
        return Err(format!("the path `{path}` has an empty key"));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::Data;
    use crate::{catalog::sources, ir::Scope};

    fn at(kind: &str, path: &str) -> Result<String, String> {
        let data = Data { kind: sources::find(kind), scope: Scope::Event("e".to_owned()) };
        data.at(path).map(|expr| expr.to_string())
    }

    #[test]
    fn paths_are_members() {
        for (kind, path, expected) in [
            ("webhook", "body", "e"),
            ("webhook", "body.plate", "e.plate"),
            ("webhook", "body.list.0.a\\.b", "e.list[0][\"a.b\"]"),
            ("webhook", "header.X-Request-Id.0", "e.meta.header.X-Request-Id[0]"),
            ("github", "headers.X-Github-Event", "e.meta.header.X-Github-Event[0]"),
            ("calendar", "eventTime", "e.eventTime"),
            ("minio", "notification.0.s3.object.key", "e.notification[0].s3.object.key"),
            ("resource", "oldBody.spec", "e.meta.old-body.spec"),
            ("calendar", "", "e"),
            ("no such kind", "body.a", "e.a"),
            ("no such kind", "headers.A", "e.meta.header.A[0]"),
            ("no such kind", "values.a", "e.values.a"),
        ] {
            assert_eq!(at(kind, path).as_deref(), Ok(expected), "{kind} {path}");
        }
    }

    #[test]
    fn what_has_no_expression_says_why() {
        for (kind, path, why) in [
            ("webhook", "speed", "the data of a webhook event has `body`, `header`, and no `speed`"),
            ("webhook", "body.#.x", "`#` in the path"),
            ("webhook", "body..x", "has an empty key"),
            ("webhook", "", "all that Argo knows"),
            ("calendar", "metadata.x", "constants of an EventSource"),
        ] {
            let found = at(kind, path).expect_err("no expression");
            assert!(found.contains(why), "{found}");
        }
    }
}
