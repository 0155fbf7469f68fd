//! Conditions in the languages of Argo's filters, as expressions of EFL: govaluate (`filters.exprs`) and the part of Lua
//! (`filters.script`) that only compares.

use super::{
    path::Data,
    regex::{binary, found_in},
};
use crate::ir::{Builtin, Expr, Op};

/// The condition of an entry of `filters.exprs`. Argo discards an event without one of the fields, whatever the condition
/// would say; where that is not so by itself, it is asked for.
pub(super) fn govaluate(text: &str, fields: &[(String, Expr)]) -> Result<Expr, String> {
    let mut parser = Parser::new(text, Language::Govaluate { fields })?;
    let condition = parser.whole()?;
    let missing = fields.iter().filter(|(_, field)| !is_false_without(&condition, field));
    let guards = missing.map(|(_, field)| binary(Op::Ne, field.clone(), Expr::Null));
    Ok(all(guards.chain([condition.clone()])).unwrap_or(condition))
}

/// The condition of a `filters.script`: `return CONDITION`, or `if CONDITION then return true else return false end`.
pub(super) fn lua(text: &str, data: &Data) -> Result<Expr, String> {
    let mut parser = Parser::new(text, Language::Lua { data })?;
    let condition = parser.script()?;
    if orders_under_not(&condition, false) {
        return Err("Lua stops at an order of what is missing, also under `not`".to_owned());
    }
    Ok(condition)
}

/// Several conditions, all of which must hold.
pub(super) fn all(conditions: impl Iterator<Item = Expr>) -> Option<Expr> {
    conditions.reduce(|left, right| binary(Op::And, left, right))
}

/// Several conditions, one of which must hold.
pub(super) fn any(conditions: impl Iterator<Item = Expr>) -> Option<Expr> {
    conditions.reduce(|left, right| binary(Op::Or, left, right))
}

/// Whether a condition never holds where a field is null.
fn is_false_without(condition: &Expr, field: &Expr) -> bool {
    match condition {
        Expr::Binary(Op::And, a, b) => is_false_without(a, field) || is_false_without(b, field),
        Expr::Binary(Op::Or, a, b) => is_false_without(a, field) && is_false_without(b, field),
        Expr::Binary(Op::Eq, a, b) if **a == Expr::Null || **b == Expr::Null => false,
        Expr::Binary(Op::Coalesce, ..) | Expr::Not(_) => false,
        Expr::Binary(_, a, b) => reads(a, field) || reads(b, field),
        Expr::Call(_, args) => args.iter().any(|arg| reads(arg, field)),
        condition => condition == field,
    }
}

/// Whether a value is null where a field is: the field itself, or arithmetic over it.
fn reads(value: &Expr, field: &Expr) -> bool {
    match value {
        Expr::Binary(Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem, a, b) => {
            reads(a, field) || reads(b, field)
        }
        Expr::Negate(a) => reads(a, field),
        value => value == field,
    }
}

/// Whether an order (`<` and its kin) stands under a `not`.
fn orders_under_not(condition: &Expr, under: bool) -> bool {
    match condition {
        // `a ~= b` is `not a == b`, which never stops.
        Expr::Not(inner) => orders_under_not(inner, true),
        Expr::Binary(Op::And | Op::Or, a, b) => orders_under_not(a, under) || orders_under_not(b, under),
        Expr::Binary(Op::Lt | Op::Le | Op::Gt | Op::Ge, ..) => under,
        _ => false,
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Symbol(&'static str),
}

/// Longest first.
const SYMBOLS: [&str; 31] = [
    "&&", "||", "==", "!=", "~=", ">=", "<=", "=~", "!~", "**", "??", "..", "(", ")", "[", "]", ",", "<",
    ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", "#", ";", "^",
];

/// The words of Lua that are no names.
const LUA: [&str; 12] =
    ["and", "or", "not", "if", "then", "else", "elseif", "end", "return", "true", "false", "nil"];

#[derive(Clone, Copy)]
enum Language<'a> {
    Govaluate { fields: &'a [(String, Expr)] },
    Lua { data: &'a Data },
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
    language: Language<'a>,
}

/// How deep brackets and signs may nest.
const DEEPEST: u32 = 50;

impl<'a> Parser<'a> {
    fn new(text: &str, language: Language<'a>) -> Result<Self, String> {
        let tokens = tokens(text, matches!(language, Language::Lua { .. }))?;
        Ok(Self { tokens, at: 0, depth: 0, language })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(s)) if *s == symbol);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name)) if name == word);
        self.at += usize::from(found);
        found
    }

    fn expect(ok: bool, what: &str) -> Result<(), String> {
        if ok { Ok(()) } else { Err(format!("`{what}` was expected")) }
    }

    fn is_lua(&self) -> bool {
        matches!(self.language, Language::Lua { .. })
    }

    /// A condition and nothing behind it.
    fn whole(&mut self) -> Result<Expr, String> {
        let condition = self.or()?;
        let _ = self.eat(";");
        match self.peek() {
            None => Ok(condition),
            Some(_) => Err("it is more than a condition".to_owned()),
        }
    }

    /// A script of Lua that returns a condition.
    fn script(&mut self) -> Result<Expr, String> {
        if self.word("return") {
            return self.whole();
        }
        let is_if = self.word("if");
        Self::expect(is_if, "if")?;
        let condition = self.or()?;
        let then = self.word("then");
        Self::expect(then, "then")?;
        let first = self.returned()?;
        let mut second = None;
        if self.word("else") {
            second = Some(self.returned()?);
        }
        let end = self.word("end");
        Self::expect(end, "end")?;
        if second.is_none() && self.peek().is_some() {
            second = Some(self.returned()?);
        }
        Self::expect(self.peek().is_none(), "nothing more")?;
        match (first, second.unwrap_or(false)) {
            (true, false) => Ok(condition),
            (false, true) => Ok(Expr::Not(Box::new(condition))),
            _ => Err("it gives the same answer in both cases".to_owned()),
        }
    }

    /// `return true`.
    fn returned(&mut self) -> Result<bool, String> {
        let found = self.word("return");
        Self::expect(found, "return")?;
        let flag = if self.word("true") {
            true
        } else {
            let found = self.word("false");
            Self::expect(found, "true or false")?;
            false
        };
        let _ = self.eat(";");
        Ok(flag)
    }

    fn or(&mut self) -> Result<Expr, String> {
        let mut left = self.and()?;
        while self.eat("||") || self.is_lua() && self.word("or") {
            left = binary(Op::Or, condition(left)?, condition(self.and()?)?);
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, String> {
        let mut left = self.comparison()?;
        while self.eat("&&") || self.is_lua() && self.word("and") {
            left = binary(Op::And, condition(left)?, condition(self.comparison()?)?);
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expr, String> {
        let left = self.sum()?;
        let ops =
            [("==", Op::Eq), ("!=", Op::Ne), (">=", Op::Ge), ("<=", Op::Le), (">", Op::Gt), ("<", Op::Lt)];
        for (symbol, op) in ops {
            if self.eat(symbol) {
                return Ok(binary(op, left, self.sum()?));
            }
        }
        if self.eat("~=") {
            let right = self.sum()?;
            return Ok(if right == Expr::Null {
                binary(Op::Ne, left, right)
            } else {
                Expr::Not(Box::new(binary(Op::Eq, left, right)))
            });
        }
        for (symbol, positive) in [("=~", true), ("!~", false)] {
            if self.eat(symbol) {
                let Expr::String(regex) = self.sum()? else {
                    return Err("a pattern that is no text".to_owned());
                };
                let found = found_in(left.clone(), &regex)?;
                let present = binary(Op::Ne, left, Expr::Null);
                return Ok(if positive {
                    found
                } else {
                    binary(Op::And, present, Expr::Not(Box::new(found)))
                });
            }
        }
        if !self.is_lua() && (self.word("in") || self.word("IN")) {
            let open = self.eat("(");
            Self::expect(open, "(")?;
            return Ok(binary(Op::In, left, self.list()?));
        }
        Ok(left)
    }

    /// `a, b)`.
    fn list(&mut self) -> Result<Expr, String> {
        let mut items = Vec::new();
        loop {
            items.push(self.sum()?);
            if self.eat(")") {
                return Ok(Expr::List(items));
            }
            let comma = self.eat(",");
            Self::expect(comma, ",")?;
        }
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        loop {
            let op = if self.eat("+") {
                Op::Add
            } else if self.eat("-") {
                Op::Sub
            } else {
                return Ok(left);
            };
            left = binary(op, left, self.product()?);
        }
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.prefix()?;
        loop {
            let op = if self.eat("*") {
                Op::Mul
            } else if self.eat("/") {
                Op::Div
            } else if !self.is_lua() && self.eat("%") {
                Op::Rem // that of Lua has the sign of the right side
            } else {
                return Ok(left);
            };
            left = binary(op, left, self.prefix()?);
        }
    }

    fn prefix(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("it is nested too deep".to_owned());
        }
        let expr = if self.eat("!") || self.is_lua() && self.word("not") {
            Expr::Not(Box::new(condition(self.prefix()?)?))
        } else if self.eat("-") {
            match self.prefix()? {
                Expr::Number(number) => Expr::Number(-number),
                other => Expr::Negate(Box::new(other)),
            }
        } else if self.is_lua() && self.eat("#") {
            Expr::Call(Builtin::Len, vec![self.prefix()?])
        } else {
            self.operand()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn operand(&mut self) -> Result<Expr, String> {
        let token = self.peek().cloned();
        self.at += 1;
        match (token, self.language) {
            (Some(Token::Number(number)), _) => Ok(Expr::Number(number)),
            (Some(Token::Text(text)), Language::Govaluate { .. }) if reads_as_time(&text) => {
                Err(format!("govaluate reads `{text}` as a time, so that it equals no text"))
            }
            (Some(Token::Text(text)), _) => Ok(Expr::String(text)),
            (Some(Token::Symbol("(")), _) => {
                let inner = self.or()?;
                let close = self.eat(")");
                Self::expect(close, ")")?;
                Ok(inner)
            }
            (Some(Token::Symbol("[")), Language::Govaluate { .. }) => {
                let Some(Token::Name(name)) = self.peek().cloned() else {
                    return Err("a name in `[ ]`".to_owned());
                };
                self.at += 1;
                let close = self.eat("]");
                Self::expect(close, "]")?;
                self.named(&name)
            }
            (Some(Token::Name(name)), _) => match name.as_str() {
                "true" => Ok(Expr::Bool(true)),
                "false" => Ok(Expr::Bool(false)),
                "nil" if self.is_lua() => Ok(Expr::Null),
                _ => self.named(&name),
            },
            (Some(Token::Symbol(symbol)), _) => Err(format!("`{symbol}` is not understood")),
            (None, _) => Err("it ends too early".to_owned()),
        }
    }

    /// A field by its name, or in Lua a path from `event` on.
    fn named(&mut self, name: &str) -> Result<Expr, String> {
        if matches!(self.peek(), Some(Token::Symbol("("))) {
            return Err(format!("the function `{name}` has no form in EFL"));
        }
        match self.language {
            Language::Govaluate { fields } => {
                let found = fields.iter().find(|(known, _)| known == name).map(|(_, field)| field.clone());
                found.ok_or_else(|| format!("`{name}` is none of its fields"))
            }
            Language::Lua { data } => {
                if name != "event" || LUA.contains(&name) {
                    return Err(format!("`{name}` is not understood"));
                }
                let path = self.lua_path()?;
                data.at(&path)
            }
        }
    }

    /// `.body.x["y"][1]` as a path of gjson.
    fn lua_path(&mut self) -> Result<String, String> {
        let mut steps: Vec<String> = Vec::new();
        loop {
            if self.eat(".") {
                let Some(Token::Name(name)) = self.peek().cloned() else {
                    return Err("a key behind `.`".to_owned());
                };
                self.at += 1;
                steps.push(name);
            } else if self.eat("[") {
                match self.peek().cloned() {
                    Some(Token::Text(key)) => steps.push(key.replace('\\', "\\\\").replace('.', "\\.")),
                    // Lists of Lua begin at 1.
                    Some(Token::Number(n)) if n >= 1.0 && n.fract() == 0.0 => {
                        steps.push((n - 1.0).to_string());
                    }
                    _ => return Err("an index that is no literal".to_owned()),
                }
                self.at += 1;
                let close = self.eat("]");
                Self::expect(close, "]")?;
            } else {
                return Ok(steps.join("."));
            }
        }
    }
}

/// What stands where a condition is needed: a comparison, or something else that is true or false.
fn condition(expr: Expr) -> Result<Expr, String> {
    match expr {
        Expr::Number(_) | Expr::String(_) | Expr::List(_) => {
            Err("a value where a condition is needed".to_owned())
        }
        expr => Ok(expr),
    }
}

fn tokens(text: &str, lua: bool) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let skip = if lua && rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if c.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let number = rest[..end].parse().map_err(|_| format!("`{}` is no number", &rest[..end]))?;
            tokens.push(Token::Number(number));
            end
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..end].to_owned()));
            end
        } else if c == '"' || c == '\'' {
            let (text, end) = quoted(rest, c)?;
            tokens.push(Token::Text(text));
            end
        } else {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            let symbol = symbol.ok_or_else(|| format!("`{c}` is not understood"))?;
            tokens.push(Token::Symbol(symbol));
            symbol.len()
        };
        rest = rest[skip..].trim_start();
    }
    Ok(tokens)
}

/// A text in quotes, and where it ends.
fn quoted(rest: &str, quote: char) -> Result<(String, usize), String> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((text, at + 1)),
            '\\' => match chars.next() {
                Some((_, c)) if !c.is_ascii_alphanumeric() => text.push(c),
                Some((_, c)) => return Err(format!("the escape `\\{c}`")),
                None => break,
            },
            c => text.push(c),
        }
    }
    Err("a text without an end".to_owned())
}

/// Whether govaluate takes a text for a time: it begins like a date, or is a time of day.
/// Upstream: `github.com/Knetic/govaluate/parsing.go`, `tryParseTime`.
fn reads_as_time(text: &str) -> bool {
    let digits = |n: usize| text.len() >= n && text.bytes().take(n).all(|b| b.is_ascii_digit());
    let date = digits(4) && text[4..].starts_with('-');
    let clock = text.split_once(':').is_some_and(|(hour, _)| {
        !hour.is_empty() && hour.len() <= 2 && hour.bytes().all(|b| b.is_ascii_digit())
    });
    let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    date || clock || names.iter().any(|day| text.starts_with(day)) && text.contains(':')
}

#[cfg(test)]
mod tests {
    use super::{Data, govaluate, lua};
    use crate::{
        catalog::sources,
        ir::{Scope, build::own},
    };

    fn expr(text: &str) -> Result<String, String> {
        let fields = ["a", "b", "c"].map(|name| (name.to_owned(), own(name)));
        let used: Vec<_> = fields.into_iter().filter(|(name, _)| text.contains(name.as_str())).collect();
        govaluate(text, &used).map(|expr| expr.to_string())
    }

    fn script(text: &str) -> Result<String, String> {
        let data = Data { kind: sources::find("webhook"), scope: Scope::Own };
        lua(text, &data).map(|expr| expr.to_string())
    }

    #[test]
    fn comparisons_of_govaluate() {
        for (text, expected) in [
            ("a > 50", "a > 50"),
            ("a >= -1.5 && b == 'z1'", r#"a >= -1.5 and b == "z1""#),
            ("a == \"z\" || a == 10", r#"a == "z" or a == 10"#),
            ("a == 1 || b == 2", "a != null and b != null and (a == 1 or b == 2)"),
            ("!(a == 1)", "a != null and not a == 1"),
            ("a in ('x', 5)", r#"a in ["x", 5]"#),
            ("a =~ '^(?:NL-[0-9]+)$'", r#"a matches "NL-[0-9]+""#),
            ("a =~ 'x1'", r#"contains(a, "x1")"#),
            ("a !~ 'x1'", r#"a != null and not contains(a, "x1")"#),
            ("a + b * 2 > c", "a + b * 2 > c"),
            ("a == false", "a == false"),
            ("a", "a"),
        ] {
            assert_eq!(expr(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_govaluate_means_otherwise_is_not_said() {
        for (text, why) in [
            ("a == '2024-01-02'", "as a time"),
            ("a == '5:04'", "as a time"),
            ("strlen(a) > 1", "function"),
            ("x > 1", "none of its fields"),
            ("a > 1 ? true : false", "more than a condition"),
            ("a >", "ends too early"),
            ("a && 'x'", "a value where a condition is needed"),
            ("a =~ '(?=x)'", "no such pattern"),
            ("a == 'x", "without an end"),
        ] {
            let found = expr(text).expect_err(text);
            assert!(found.contains(why), "{text}: {found}");
        }
        assert!(expr(&"(".repeat(500)).is_err());
        assert!(expr(&format!("{}a", "!".repeat(500))).is_err());
    }

    #[test]
    fn scripts_that_only_compare() {
        let long =
            r#"if event.body.a == "b" and event.body.d.e == "z" then return true else return false end"#;
        for (text, expected) in [
            (long, r#"a == "b" and d.e == "z""#),
            ("return event.body.speed > 50", "speed > 50"),
            ("-- a comment\nreturn event.body['x y'] ~= nil", r#"value["x y"] != null"#),
            ("return event.body.x ~= 'y'", r#"not x == "y""#),
            ("if event.body.list[1] == 2 then return false end\nreturn true", "not list[0] == 2"),
            ("return #event.body.list >= 2", "len(list) >= 2"),
            ("return event.header['X-A'][1] == 'b'", r#"meta.header.X-A[0] == "b""#),
        ] {
            assert_eq!(script(text).as_deref(), Ok(expected), "{text}");
        }
        for text in [
            "local x = 1 return true",
            "return string.find(event.body.x, 'y')",
            "return not (event.body.x > 5)",
            "event.body.x = 1 return true",
            "return event.body.a .. 'x' == 'ax'",
            "if event.body.a == 1 then return true else return true end",
        ] {
            assert!(script(text).is_err(), "{text}");
        }
    }
}
