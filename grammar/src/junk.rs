//! Text that does not fit: what it is called, and what it was probably meant to be.

use crate::build::{Builder, Pair};
use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::keyword::{self, nearest};
use crate::kind::{SyntaxKind, SyntaxKind::*};
use crate::missing::keywords_of;
use crate::parser::Rule;
use crate::repair::{Edit, Why};
use crate::string::unescape;
use rowan::{Checkpoint, TextRange};

/// Words that cannot be names: they mean something in every expression.
const RESERVED: [&str; 10] = ["and", "or", "not", "in", "matches", "true", "false", "null", "if", "return"];

impl Builder<'_> {
    /// Builds an error around text.
    pub(crate) fn junk(&mut self, index: usize, at: Option<Checkpoint>) {
        let pair = self.pairs[index];
        if self.goes_on(index) {
            return self.leaf(JUNK, pair.start, pair.end);
        }
        self.propose_mend(pair);
        let mut error = self.junk_error(pair);
        if let Some((kind, message)) = self.expected.take()
            && error.kind == Kind::UnexpectedText
        {
            let found = short(&self.source.text()[error.range]);
            error = SyntaxError::new(kind, error.range, format!("{message}, found `{found}`"));
        }
        self.open(ERROR, pair.start, at);
        self.token(junk_kind(pair.rule), pair.end);
        self.close_here();
        self.errors.push(error);
    }

    /// Whether the text before this one, up to a comma on the same line, does not fit either: that is one mistake.
    fn goes_on(&self, index: usize) -> bool {
        let pair = self.pairs[index];
        let Some(before) = self.pairs[..index].last().copied() else { return false };
        let between = self.source.parsed().get(before.end..pair.start).unwrap_or("\n");
        let head =
            pair.rule == Rule::junk_clause && matches!(before.rule, Rule::junk_clause | Rule::junk_after);
        let joins = |byte| matches!(byte, b' ' | b'\t' | b',') || head && matches!(byte, b'\n' | b'\r');
        is_junk(pair.rule) && is_junk(before.rule) && between.bytes().all(joins)
    }

    /// Whether a name is a reserved word.
    pub(crate) fn is_reserved(&self, index: usize) -> bool {
        RESERVED.contains(&self.text(self.pairs[index]))
    }

    /// Builds an escape, which may name a character that does not exist.
    pub(crate) fn escape(&mut self, index: usize) {
        let pair = self.pairs[index];
        if unescape(self.text(pair)).is_some() {
            return self.leaf(STR_ESCAPE, pair.start, pair.end);
        }
        let error = bad_escape(self.place(pair), self.text(pair));
        self.error_around(pair, STR_ESCAPE, error);
    }

    /// Whether the string that is being built may not have `${ }`.
    pub(crate) fn forbids_interpolation(&self) -> bool {
        let owner = self.parents.iter().rev().nth(1).map(|index| self.pairs[*index].rule);
        matches!(owner, Some(Rule::key | Rule::ty_literal | Rule::ty_schema | Rule::import | Rule::test))
    }

    fn junk_error(&self, pair: Pair) -> SyntaxError {
        let place = self.place(pair);
        let parsed = self.text(pair);
        let text = &self.source.text()[place];
        match pair.rule {
            Rule::bad_number => return SyntaxError::bad_number(place, text),
            Rule::bad_escape => return bad_escape(place, text),
            Rule::name => return SyntaxError::reserved_word(place, text),
            Rule::interp => return SyntaxError::interpolation(place),
            Rule::event_colon => return SyntaxError::event_type_block(place),
            Rule::bad_path => {
                return SyntaxError::new(
                    Kind::MissingValue,
                    place,
                    format!("expected a path in quotes, not `{}`", short(text)),
                );
            }
            Rule::bare_text => {
                return SyntaxError::new(
                    Kind::UnexpectedText,
                    place,
                    format!("`{}` is text and needs quotes", short(text)),
                )
                .fix("Insert quotes", place, format!("\"{text}\""));
            }
            Rule::bad_name => return bad_name(place, text),
            Rule::wrong_eq => {
                return SyntaxError::new(Kind::MissingPunctuation, place, "expected `:`, not `=`").fix(
                    "Change to `:`",
                    place,
                    ":",
                );
            }
            _ if parsed.contains('\u{2}') => return SyntaxError::nested_too_deep(place),
            _ => {}
        }
        let said = |why: &Why| {
            matches!(
                why,
                Why::Unclosed(Some(_))
                    | Why::UnclosedString(_)
                    | Why::UnopenedString(_)
                    | Why::MissingBrace
                    | Why::MissingParenthesis
                    | Why::Mended(_)
            )
        };
        if let Some(patch) =
            self.source.patches_in(pair.start, pair.end).iter().find(|patch| said(&patch.why))
        {
            return self.patch_error(&patch.why, patch.written.start);
        }
        self.unexpected(pair, place, text)
    }

    fn unexpected(&self, pair: Pair, place: TextRange, text: &str) -> SyntaxError {
        let parent = self.parent().map_or(Rule::item, |parent| parent.rule);
        let error = |message: String| SyntaxError::new(Kind::UnexpectedText, place, message);
        let first = text.chars().next().unwrap_or(' ');
        let word = first_word(text);
        let starts_line = matches!(pair.rule, Rule::junk_line | Rule::junk_stmt | Rule::junk_item);
        match first {
            ';' if text == ";" => error("`;` has no meaning in EFL".to_owned()).fix("Remove `;`", place, ""),
            '}' | ')' | ']' => error(format!("`{first}` closes nothing")).fix(
                format!("Remove `{first}`"),
                crate::source::range(usize::from(place.start())..usize::from(place.start()) + 1),
                "",
            ),
            ',' if matches!(parent, Rule::body | Rule::inner) => {
                error("statements are not separated by commas".to_owned()).fix("Remove `,`", place, "")
            }
            '+' | '*' | '/' | '%' | '<' | '>' | '=' | '!' | '-' | '&' | '|' | '?'
                if starts_line && self.begins_line(pair) && is_operator(text) =>
            {
                let operator: String =
                    text.chars().take_while(|c| !c.is_whitespace() && !c.is_alphanumeric()).collect();
                SyntaxError::stray_operator(place, &operator)
            }
            _ if matches!(parent, Rule::body | Rule::inner) && !word.is_empty() && word == text => {
                SyntaxError::new(Kind::MissingPunctuation, place, format!("expected `(` after `{word}`"))
                    .help(format!("a statement that calls `{word}` is `{word}(…)`"))
            }
            _ => error(format!("unexpected `{}`", short(text))).help_opt(expected_in(parent)),
        }
    }

    /// Whether only blanks stand before a pair on its line.
    fn begins_line(&self, pair: Pair) -> bool {
        let before = &self.source.parsed()[..pair.start];
        before.trim_end_matches([' ', '\t']).ends_with(['\n', '{']) || before.trim().is_empty()
    }

    /// Text that begins with a misspelt keyword is read again with the keyword in its place.
    fn propose_mend(&mut self, pair: Pair) {
        let Some(parent) = self.parent().map(|parent| parent.rule) else { return };
        let head = matches!(pair.rule, Rule::junk_head | Rule::junk_after | Rule::junk_clause);
        if !head && !matches!(pair.rule, Rule::junk_line | Rule::junk_stmt | Rule::junk_item) {
            return;
        }
        let text = self.text(pair);
        let (offset, word) = match text.strip_prefix("on ") {
            Some(rest) if matches!(parent, Rule::body | Rule::inner) => {
                (text.len() - rest.len(), first_word(rest))
            }
            _ => (0, first_word(text)),
        };
        let rest = &self.source.parsed()[pair.start + offset + word.len()..];
        let words = if offset > 0 {
            keyword::HANDLERS
        } else if head {
            keyword::in_head(parent)
        } else {
            keyword::in_block(parent)
        };
        let fits = |candidate: &&str| keyword::fits(candidate, rest);
        if let Some(right) = nearest(word, words).filter(fits) {
            self.mend(pair.start + offset, word.len(), right);
        }
    }

    /// A nested block whose first word is nearly a keyword.
    pub(crate) fn propose_for_nested(&mut self, index: usize) {
        let (pair, Some(parent)) = (self.pairs[index], self.parent().map(|parent| parent.rule)) else {
            return;
        };
        let word = first_word(self.text(pair));
        let rest = &self.source.parsed()[pair.start + word.len()..];
        if let Some(right) =
            nearest(word, keyword::beside_nested(parent)).filter(|right| keyword::fits(right, rest))
        {
            self.mend(pair.start, word.len(), right);
        }
    }

    /// Where a keyword is missing, the next word may be one that is misspelt.
    pub(crate) fn propose_keyword(&mut self, pair: Pair) {
        let Some(parent) = self.parent().map(|parent| parent.rule) else { return };
        if pair.rule != Rule::missing_word || parent == Rule::unnamed_let {
            return;
        }
        let rest = &self.source.parsed()[pair.start..];
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let word = first_word(&rest[blanks..]);
        let behind = rest[blanks + word.len()..].trim_start_matches([' ', '\t']);
        let goes_on = behind.starts_with(|c: char| !matches!(c, '\n' | '\r' | '{' | ','));
        let right =
            nearest(word, keywords_of(parent)).or_else(|| keyword::foreign(word, keywords_of(parent)));
        if let Some(right) = right.filter(|_| goes_on) {
            self.mend(pair.start + blanks, word.len(), right);
        }
    }

    fn mend(&mut self, start: usize, len: usize, right: &'static str) {
        let place = self.source.range(start, start + len);
        let error = SyntaxError::misspelt(place, &self.source.text()[place], right);
        let (at, len) = (place.start().into(), place.len().into());
        self.mends.push(Edit { at, len, text: right.into(), why: Why::Mended(Box::new(error)) });
    }
}

/// Whether a rule is for text that fits nowhere.
pub(crate) fn is_junk(rule_: Rule) -> bool {
    use Rule::{
        junk_after, junk_clause, junk_closer, junk_comma, junk_elem, junk_from, junk_head, junk_item,
        junk_item_b, junk_line, junk_rest, junk_scalar, junk_sig, junk_stmt, junk_type,
    };
    let junk = [
        junk_after,
        junk_clause,
        junk_closer,
        junk_comma,
        junk_elem,
        junk_from,
        junk_head,
        junk_item,
        junk_item_b,
        junk_line,
        junk_rest,
        junk_scalar,
        junk_sig,
        junk_stmt,
        junk_type,
    ];
    junk.contains(&rule_)
}

fn junk_kind(rule_: Rule) -> SyntaxKind {
    match rule_ {
        Rule::bad_number => NUMBER,
        Rule::bad_escape => STR_ESCAPE,
        Rule::name | Rule::bad_name => IDENT,
        Rule::event_colon => COLON,
        Rule::wrong_eq => EQ,
        Rule::junk_comma => COMMA,
        _ => JUNK,
    }
}

fn first_word(text: &str) -> &str {
    let end =
        text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-')).unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) { &text[..end] } else { "" }
}

fn is_operator(text: &str) -> bool {
    let operator: String = text.chars().take_while(|c| !c.is_whitespace() && !c.is_alphanumeric()).collect();
    let known = ["+", "*", "/", "%", "<", ">", "<=", ">=", "==", "!=", "-", "&&", "||", "??", "="];
    known.contains(&operator.as_str())
}

/// The beginning of a text, for a message.
fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_end();
    let cut: String = line.chars().take(30).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

fn bad_escape(place: TextRange, text: &str) -> SyntaxError {
    let help = "escapes are `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t`, `\\$` and `\\u{…}`";
    let message = if text.starts_with("\\u") {
        format!("`{text}` is no character")
    } else {
        format!("unknown escape `{text}`")
    };
    SyntaxError::new(Kind::BadEscape, place, message).help(help)
}

fn bad_name(place: TextRange, text: &str) -> SyntaxError {
    let error = SyntaxError::new(Kind::UnexpectedText, place, format!("`{}` is not a name", short(text)));
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(name) if first_word(name) == name => error.fix("Remove the quotes", place, name),
        _ => error.help("names are made of the letters a to z, digits, `-` and `_`, and begin with a letter"),
    }
}

fn expected_in(parent: Rule) -> Option<&'static str> {
    Some(match parent {
        Rule::item => {
            "a file holds imports, params, types, buses, fleets, functions, workflows, orchestrators and tests"
        }
        Rule::orch_block => {
            "an orchestrator holds fields (`key: value`), sources, events, functions, workflows, rules, types and a placement"
        }
        Rule::source_block => "a source holds fields (`key: value`) and events",
        Rule::block | Rule::placement_block | Rule::fleet_block => {
            "a block holds fields (`key: value`) and blocks (`name { … }`)"
        }
        Rule::record | Rule::pattern => "a record holds fields: `key: value`",
        Rule::body | Rule::inner => {
            "a statement is a call `f(…)`, or begins with `let`, `if`, `for`, `parallel`, `retry`, `wait`, `emit` or `return`"
        }
        Rule::test_block => "a step begins with `at`, `send`, `advance`, `mock`, `set` or `expect`",
        _ => return None,
    })
}
