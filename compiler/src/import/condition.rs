//! Conditions of triggers as event logic. Upstream: `argo-events/pkg/sensors/listener.go`, `getDependencyExpression`.

/// A condition over dependencies, by their places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Condition {
    Event(usize),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// Reads `a && (b || c)`; without a text every dependency is needed.
pub(super) fn read(text: &str, dependencies: &[String]) -> Result<Condition, String> {
    if text.trim().is_empty() {
        return Ok(simplified(Condition::All((0..dependencies.len()).map(Condition::Event).collect())));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, dependencies };
    let condition = parser.any()?;
    match parser.tokens.get(parser.at) {
        None => Ok(simplified(condition)),
        Some(token) => Err(format!("`{token}` is not understood in `{text}`")),
    }
}

impl Condition {
    /// The dependencies, in the order of the text, each once for each use.
    pub(super) fn uses(&self) -> Vec<usize> {
        match self {
            Condition::Event(at) => vec![*at],
            Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(Condition::uses).collect(),
        }
    }

    /// Whether every firing has a dependency.
    pub(super) fn always_has(&self, dependency: usize) -> bool {
        match self {
            Condition::Event(at) => *at == dependency,
            Condition::All(parts) => parts.iter().any(|part| part.always_has(dependency)),
            Condition::Any(parts) => parts.iter().all(|part| part.always_has(dependency)),
        }
    }

    /// The dependencies of a condition that any one of them fulfils.
    pub(super) fn alternatives(&self) -> Option<Vec<usize>> {
        let Condition::Any(parts) = self else { return None };
        parts.iter().map(|part| if let Condition::Event(at) = part { Some(*at) } else { None }).collect()
    }
}

/// With what is common to all alternatives said once: `(a && b) || (a && c)` is `a && (b || c)`. Argo keeps one `a` for
/// both; two uses of an event are two events in EFL.
fn simplified(condition: Condition) -> Condition {
    let (parts, all) = match condition {
        Condition::Event(_) => return condition,
        Condition::All(parts) => (parts, true),
        Condition::Any(parts) => (parts, false),
    };
    let mut flat: Vec<Condition> = Vec::new();
    for part in parts.into_iter().map(simplified) {
        match part {
            Condition::All(inner) if all => flat.extend(inner),
            Condition::Any(inner) if !all => flat.extend(inner),
            part => flat.push(part),
        }
    }
    let mut once: Vec<Condition> = Vec::new();
    for part in flat {
        if !once.contains(&part) {
            once.push(part);
        }
    }
    let join = |parts: Vec<Condition>, all: bool| match (<[Condition; 1]>::try_from(parts), all) {
        (Ok([only]), _) => only,
        (Err(parts), true) => Condition::All(parts),
        (Err(parts), false) => Condition::Any(parts),
    };
    let inner = |part: &Condition| match part {
        Condition::All(inner) if !all => inner.clone(),
        Condition::Any(inner) if all => inner.clone(),
        part => vec![part.clone()],
    };
    let sides: Vec<Vec<Condition>> = once.iter().map(inner).collect();
    let first = sides.first().cloned().unwrap_or_default();
    let common: Vec<Condition> =
        first.into_iter().filter(|part| sides.iter().all(|side| side.contains(part))).collect();
    if once.len() < 2 || common.is_empty() {
        return join(once, all);
    }
    let rests: Vec<Vec<Condition>> = sides
        .into_iter()
        .map(|side| side.into_iter().filter(|part| !common.contains(part)).collect())
        .collect();
    if rests.iter().any(Vec::is_empty) {
        return simplified(join(common, !all)); // `a || (a && b)` is `a`
    }
    let rest = join(rests.into_iter().map(|rest| join(rest, !all)).collect(), all);
    simplified(join(common.into_iter().chain([rest]).collect(), !all))
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("&&") || rest.starts_with("||") {
            2
        } else if c == '(' || c == ')' {
            1
        } else {
            rest.find(|c: char| c.is_whitespace() || "()&|".contains(c)).unwrap_or(rest.len())
        };
        if length == 0 {
            return Err(format!("`{c}` alone is not understood in `{text}`"));
        }
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    depth: u32,
    dependencies: &'a [String],
}

impl Parser<'_> {
    fn eat(&mut self, token: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|t| t == token);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.all()?];
        while self.eat("||") {
            parts.push(self.all()?);
        }
        Ok(Condition::Any(parts))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.one()?];
        while self.eat("&&") {
            parts.push(self.one()?);
        }
        Ok(Condition::All(parts))
    }

    fn one(&mut self) -> Result<Condition, String> {
        if self.eat("(") {
            self.depth += 1;
            if self.depth > 50 {
                return Err("its brackets are nested too deep".to_owned());
            }
            let inner = self.any()?;
            self.depth -= 1;
            return if self.eat(")") { Ok(inner) } else { Err("a bracket is not closed".to_owned()) };
        }
        let name = self.tokens.get(self.at).ok_or("it ends too early")?;
        // Argo tells `-` and `_` not apart here.
        let same = |known: &String| known == name || known.replace('-', "_") == name.replace('-', "_");
        let exact = self.dependencies.iter().position(|known| known == name);
        let found = exact.or_else(|| self.dependencies.iter().position(same));
        let at =
            found.ok_or_else(|| format!("no dependency is called `{name}`, so that Argo never runs it"))?;
        self.at += 1;
        Ok(Condition::Event(at))
    }
}

#[cfg(test)]
mod tests {
    use super::{Condition, read};

    fn text(condition: &Condition) -> String {
        let joined = |parts: &[Condition], op: &str| {
            format!("({})", parts.iter().map(text).collect::<Vec<_>>().join(op))
        };
        match condition {
            Condition::Event(at) => ["a", "b", "c-d"][*at].to_owned(),
            Condition::All(parts) => joined(parts, " and "),
            Condition::Any(parts) => joined(parts, " or "),
        }
    }

    fn of(condition: &str) -> Result<String, String> {
        let names = ["a", "b", "c-d"].map(str::to_owned);
        read(condition, &names).map(|condition| text(&condition))
    }

    #[test]
    fn conditions_are_logic() {
        for (condition, expected) in [
            ("", "(a and b and c-d)"),
            ("a", "a"),
            ("a && b || c-d", "((a and b) or c-d)"),
            ("a&&(b||c_d)", "(a and (b or c-d))"),
            ("(a && b) || (a && c-d)", "(a and (b or c-d))"),
            ("(a || b) && (a || c-d)", "(a or (b and c-d))"),
            ("a || (a && b)", "a"),
            ("a || a", "a"),
            ("((a))", "a"),
        ] {
            assert_eq!(of(condition).as_deref(), Ok(expected), "{condition}");
        }
        for condition in ["x", "a & b", "a &&", "(a", "!a", "a b", "a)", &"(".repeat(100)] {
            assert!(of(condition).is_err(), "{condition}");
        }
    }
}
