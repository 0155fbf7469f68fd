//! Regular expressions of Argo, which may match anywhere, as conditions of EFL, whose patterns match the whole text: a
//! literal becomes `contains`, an anchored one `==`.

use crate::{
    eval::pattern,
    ir::{Builtin, Expr, Op},
};

/// Whether a pattern matches somewhere in a text.
pub(super) fn found_in(text: Expr, regex: &str) -> Result<Expr, String> {
    let (inner, start) = regex.strip_prefix('^').map_or((regex, false), |inner| (inner, true));
    let (inner, end) = match inner.strip_suffix('$') {
        Some(rest) if !ends_escaped(rest) => (rest, true),
        _ => (inner, false),
    };
    if let Some(literal) = literal(inner) {
        return Ok(match (start, end) {
            (true, true) => binary(Op::Eq, text, Expr::String(literal)),
            (true, false) => Expr::Call(Builtin::StartsWith, vec![text, Expr::String(literal)]),
            (false, true) => Expr::Call(Builtin::EndsWith, vec![text, Expr::String(literal)]),
            (false, false) if literal.is_empty() => binary(Op::Ne, text, Expr::Null),
            (false, false) => Expr::Call(Builtin::Contains, vec![text, Expr::String(literal)]),
        });
    }
    let whole = match inner.strip_prefix("(?:").and_then(|rest| rest.strip_suffix(')')) {
        Some(group) if start && end && is_one_group(group) => group.to_owned(),
        _ if start && end && !has_alternatives(inner) => inner.to_owned(),
        _ => format!("(?s:.*)(?:{regex})(?s:.*)"),
    };
    if let Err(error) = pattern::check(&whole) {
        return Err(format!("EFL takes no such pattern: {}", error.message));
    }
    Ok(binary(Op::Matches, text, Expr::String(whole)))
}

/// `a OP b`.
pub(super) fn binary(op: Op, left: Expr, right: Expr) -> Expr {
    Expr::Binary(op, Box::new(left), Box::new(right))
}

/// The text that a pattern without any meta-character is; a `\` before punctuation is none.
fn literal(regex: &str) -> Option<String> {
    let mut literal = String::new();
    let mut chars = regex.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => literal.push(chars.next().filter(char::is_ascii_punctuation)?),
            '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => return None,
            c => literal.push(c),
        }
    }
    Some(literal)
}

/// Whether what follows is escaped: an odd number of `\` at the end.
fn ends_escaped(text: &str) -> bool {
    text.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

fn has_alternatives(regex: &str) -> bool {
    regex.contains('|')
}

/// Whether a text between `(?:` and `)` is closed in itself.
fn is_one_group(text: &str) -> bool {
    let (mut depth, mut class) = (0, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '[' => class = true,
            ']' => class = false,
            _ if class => {}
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::found_in;
    use crate::{eval, ir::build::own};

    #[test]
    fn simple_patterns_are_plain_words() {
        for (regex, expected) in [
            ("car", r#"contains(x, "car")"#),
            ("^car$", r#"x == "car""#),
            ("^car", r#"starts-with(x, "car")"#),
            (r"\.png$", r#"ends-with(x, ".png")"#),
            (r"a\$", r#"contains(x, "a$")"#),
            ("", "x != null"),
            ("^(?:NL-[0-9]+)$", r#"x matches "NL-[0-9]+""#),
            ("^[a-z]+$", r#"x matches "[a-z]+""#),
            ("^a$|^b$", r#"x matches "(?s:.*)(?:^a$|^b$)(?s:.*)""#),
            ("[0-9]+", r#"x matches "(?s:.*)(?:[0-9]+)(?s:.*)""#),
        ] {
            assert_eq!(found_in(own("x"), regex).map(|e| e.to_string()).as_deref(), Ok(expected), "{regex}");
        }
        assert!(found_in(own("x"), "(?=a)").is_err());
    }

    #[test]
    fn they_mean_what_go_means() {
        let texts = ["car", "scar\nlet", "a", "b", "ab", "NL-12", "xNL-12", "", "7", "x7\n"];
        for regex in ["car", "^car", "ar$", "^a$|^b$", "[0-9]+", "^(?:NL-[0-9]+)$", "a|b", "^a|b$", "(a)(b)?"]
        {
            let condition = found_in(own("x"), regex).expect("an expression");
            let reference = ::regex::Regex::new(regex).expect("a pattern");
            for text in texts {
                let (payload, meta) = (serde_json::json!({ "x": text }), serde_json::Value::Null);
                let env = eval::Env::of(eval::Event { payload: &payload, meta: &meta });
                let holds = eval::holds(&condition, &env) == eval::Outcome::True;
                assert_eq!(holds, reference.is_match(text), "{regex} on {text:?}: {condition}");
            }
        }
    }
}
