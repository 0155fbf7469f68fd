//! What is missing, said in the words of the place.

use crate::build::{Builder, Pair};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::junk::is_junk;
use crate::kind::SyntaxKind::ERROR;
use crate::parser::Rule;
use crate::shape::{Shape, shape};
use rowan::TextRange;

impl Builder<'_> {
    /// Builds the place where something is missing.
    pub(crate) fn missing(&mut self, index: usize) {
        let pair = self.pairs[index];
        self.gap(pair.start);
        if self.is_told(index) {
            return;
        }
        let error = self.missing_error(pair);
        self.propose_keyword(pair);
        if self.junk_follows(index) {
            let kind = if error.kind == Kind::MissingKeyword { error.kind } else { Kind::UnexpectedText };
            self.expected = Some((kind, error.message));
            return;
        }
        self.open(ERROR, pair.start, None);
        self.close_here();
        self.errors.push(error);
    }

    /// Whether what is missing follows from an error right before it: without a name nobody asks for its type.
    fn is_told(&self, index: usize) -> bool {
        let start = self.pairs[index].start;
        if let Some(parent) = self.parents.last().copied()
            && matches!(self.pairs[parent].rule, Rule::ty_list | Rule::ty_map)
            && self.pairs[parent..index].iter().any(|pair| pair.rule == Rule::too_deep)
        {
            return true;
        }
        let Some(before) = index.checked_sub(1).map(|before| self.pairs[before]) else { return false };
        before.end == start
            && match before.rule {
                Rule::bad_name | Rule::junk_head | Rule::junk_clause | Rule::junk_after | Rule::junk_sig => {
                    true
                }
                Rule::name => self.is_reserved(index - 1),
                Rule::bad_number => self.parent().is_some_and(|parent| parent.rule == Rule::backoff),
                missing => matches!(shape(missing), Shape::Missing),
            }
    }

    /// Whether text that does not fit stands where something is missing.
    fn junk_follows(&self, index: usize) -> bool {
        let end = self.pairs[index].end;
        let next = self.pairs[index + 1..].iter().find(|pair| !matches!(shape(pair.rule), Shape::Missing));
        next.is_some_and(|next| {
            let between = self.source.parsed().get(end..next.start).unwrap_or("\n");
            is_junk(next.rule) && between.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
        })
    }

    fn missing_error(&self, pair: Pair) -> SyntaxError {
        let at = self.place(pair);
        let parent = self.parent().map_or(Rule::item, |parent| parent.rule);
        let before = self.before(pair);
        match pair.rule {
            Rule::missing_name => error(Kind::MissingName, at, name_of(parent), &before),
            Rule::missing_value => error(Kind::MissingValue, at, value_of(parent), &before),
            Rule::missing_type => error(Kind::MissingType, at, type_of(parent), &before),
            Rule::missing_expr => error(Kind::MissingExpression, at, expression_of(parent), &before),
            Rule::missing_logic => error(Kind::MissingExpression, at, "an event", &before),
            Rule::missing_block => self.missing_block(at),
            Rule::missing_punct => missing_punct(at, parent, &before),
            Rule::missing_word => self.missing_word(at, parent, &before),
            _ => self.missing_separator(at, parent),
        }
    }

    /// The words before a place: `port:`, `and`, `->`.
    fn before(&self, pair: Pair) -> String {
        let text = self.source.text()[..self.source.offset(pair.start)].trim_end();
        let word = |text: &str| {
            text.len()
                - text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')).len()
        };
        let symbol = text.len()
            - text.trim_end_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '"' | '_')).len();
        let len = match text.chars().next_back() {
            Some(':') => 1 + word(&text[..text.len() - 1]).max(quoted(&text[..text.len() - 1])),
            Some('"') => quoted(text),
            _ if word(text) > 0 => word(text),
            Some('{' | '(' | '[' | ',') => 1,
            _ => symbol.min(2),
        };
        text[text.len() - len..].to_owned()
    }

    fn missing_block(&self, at: TextRange) -> SyntaxError {
        let start = self.parent().map_or(0, |parent| self.source.offset(parent.start));
        let head = self.source.text()[start..at.start().into()].trim();
        let head = head.lines().last().unwrap_or_default().trim();
        let head = if head.chars().count() > 40 { head.split(' ').next().unwrap_or_default() } else { head };
        SyntaxError::new(Kind::MissingBlock, at, format!("expected `{{ … }}` after `{head}`"))
    }

    fn missing_word(&self, at: TextRange, parent: Rule, before: &str) -> SyntaxError {
        let words = keywords_of(parent);
        let ticked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let expected = match parent {
            Rule::unnamed_let => {
                let name = self.parent().map(|parent| self.first_word(parent)).unwrap_or_default();
                return SyntaxError::new(Kind::MissingKeyword, at, format!("expected `let` before `{name}`"))
                    .fix("Insert `let`", at, "let ");
            }
            Rule::headless_rule => {
                let name = self.parent().map(|parent| self.first_word(parent)).unwrap_or_default();
                return SyntaxError::new(Kind::MissingKeyword, at, format!("expected `rule` before `{name}`"))
                    .fix("Insert `rule`", at, "rule ");
            }
            Rule::step_expect if words.len() > 1 && before != "nothing" => "what to expect: `rule`, `call`, `run`, `emit`, `dead-letter`, `placed`, `move` or `nothing else`".to_owned(),
            Rule::step_expect => "`else`".to_owned(),
            _ => ticked.join(" or "),
        };
        let error =
            SyntaxError::new(Kind::MissingKeyword, at, format!("expected {expected} after `{before}`"));
        match words {
            [word] => error.fix(format!("Insert `{word}`"), at, format!(" {word}")),
            _ => error,
        }
    }

    fn first_word(&self, pair: Pair) -> String {
        let text = self.text(pair);
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    fn missing_separator(&self, at: TextRange, parent: Rule) -> SyntaxError {
        let error = |message: &str| SyntaxError::new(Kind::MissingSeparator, at, message);
        match parent {
            Rule::body | Rule::inner | Rule::item => {
                let what = if parent == Rule::item { "declarations" } else { "statements" };
                let text = self.source.text();
                let start: usize = at.start().into();
                let blanks = text[start..].len() - text[start..].trim_start_matches([' ', '\t']).len();
                let range = crate::source::range(start..start + blanks);
                error(&format!("{what} stand on lines of their own")).fix(
                    "Start a new line",
                    range,
                    format!("\n{}", self.indentation(start)),
                )
            }
            Rule::list | Rule::args | Rule::sig | Rule::pattern_list => {
                error("expected `,`").fix("Insert `,`", at, ",")
            }
            Rule::import => error("expected `,` between names").fix("Insert `,`", at, ","),
            _ => error("expected `,` or a new line between items").fix("Insert `,`", at, ","),
        }
    }

    /// The blanks at the beginning of the line of an offset.
    fn indentation(&self, at: usize) -> &str {
        let text = self.source.text();
        let line = &text[text[..at].rfind('\n').map_or(0, |at| at + 1)..at];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }
}

fn error(kind: Kind, at: TextRange, what: &str, before: &str) -> SyntaxError {
    let message = if before.is_empty() {
        format!("expected {what}")
    } else {
        format!("expected {what} after `{before}`")
    };
    SyntaxError::new(kind, at, message)
}

/// The length of a string at the end of a text, if it is short.
fn quoted(text: &str) -> usize {
    let line = &text[text.rfind('\n').map_or(0, |at| at + 1)..];
    let Some(inside) = line.strip_suffix('"') else { return 0 };
    inside.rfind('"').map(|at| line.len() - at).filter(|len| *len <= 40).unwrap_or(0)
}

fn name_of(parent: Rule) -> &'static str {
    match parent {
        Rule::test => "a name in quotes",
        Rule::by => "a field",
        Rule::pin => "a stage",
        Rule::patch => "a kind of resource",
        Rule::sig => "a parameter",
        Rule::emit_stmt | Rule::step_send => "an event",
        Rule::step_mock => "a function",
        Rule::step_set => "a cluster",
        _ => "a name",
    }
}

fn value_of(parent: Rule) -> &'static str {
    match parent {
        Rule::within
        | Rule::wait_stmt
        | Rule::call_timeout
        | Rule::step_advance
        | Rule::backoff
        | Rule::logic_not => "a duration",
        Rule::retry_stmt | Rule::call_retry | Rule::for_stmt | Rule::logic_count => "a number",
        Rule::import | Rule::ty_schema => "a path in quotes",
        Rule::step_at => "a time in quotes",
        Rule::pattern_matches => "a regular expression in quotes",
        Rule::step_set => "`{ … }`, `down`, `up` or `stale`",
        Rule::target => "a list of clusters",
        _ => "a value",
    }
}

fn type_of(parent: Rule) -> &'static str {
    match parent {
        Rule::bus => "a kind of bus",
        Rule::source => "a kind of source",
        _ => "a type",
    }
}

fn expression_of(parent: Rule) -> &'static str {
    match parent {
        Rule::predicate | Rule::r#where | Rule::clusters_where | Rule::if_stmt => "a condition",
        Rule::for_stmt => "a list",
        _ => "an expression",
    }
}

/// The keywords one of which is missing in a rule.
pub(crate) fn keywords_of(parent: Rule) -> &'static [&'static str] {
    match parent {
        Rule::import => &["from"],
        Rule::rule_decl => &["on"],
        Rule::for_stmt => &["in"],
        Rule::logic_not => &["for"],
        Rule::step_mock => &["returns", "fails"],
        Rule::unnamed_let => &["let"],
        Rule::target => &["on"],
        Rule::step_expect => &["rule", "call", "run", "emit", "dead-letter", "placed", "move", "nothing"],
        _ => &[],
    }
}

fn missing_punct(at: TextRange, parent: Rule, before: &str) -> SyntaxError {
    let (text, what) = match parent {
        Rule::param | Rule::formal => (": ", "`:` and a type"),
        Rule::bus | Rule::source => (": ", "`:` and a kind"),
        Rule::type_decl => (" = ", "`=` and a type"),
        Rule::let_stmt => (" = ", "`=` and a value"),
        Rule::bare_result => (" ->", "`->`"),
        Rule::ty_list | Rule::ty_map => (">", "`>`"),
        Rule::logic_count => (", ", "`,` and a number"),
        Rule::backoff => ("..", "`..` and the longest delay"),
        _ => (":", "`:`"),
    };
    let error = SyntaxError::new(Kind::MissingPunctuation, at, format!("expected {what} after `{before}`"));
    match text {
        ":" | ">" | " ->" => error.fix(format!("Insert `{text}`"), at, text),
        _ => error,
    }
}
