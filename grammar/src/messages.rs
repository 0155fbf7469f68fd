//! The texts of syntax errors that need no more than their place.

use crate::error::{SyntaxError, SyntaxErrorKind as Kind};
use crate::parser::Rule;
use crate::source::range;
use rowan::TextRange;
use std::ops::Range;

impl SyntaxError {
    pub(crate) fn help_opt(mut self, help: Option<&str>) -> Self {
        self.help = help.map(str::to_owned);
        self
    }

    pub(crate) fn unclosed_comment(open: TextRange) -> Self {
        Self::new(Kind::UnclosedComment, open, "this comment has no `*/`")
            .help("comments may nest: each `/*` needs a `*/` of its own")
    }

    pub(crate) fn foreign_comment(place: TextRange, text: &str) -> Self {
        let mark = if text.starts_with('#') { "#" } else { "--" };
        let start = usize::from(place.start());
        let mark_range = range(start..start + mark.len());
        Self::new(Kind::ForeignComment, place, format!("`{mark}` does not begin a comment"))
            .help("comments begin with `//`")
            .fix("Change to `//`", mark_range, "//")
    }

    pub(crate) fn misplaced_doc(place: TextRange) -> Self {
        Self::new(Kind::MisplacedDoc, place, "nothing here can carry a doc comment").help(
            "a doc comment stands above a declaration, a field or a block; write `//` for other comments",
        )
    }

    pub(crate) fn foreign_quotes(place: TextRange, text: &str) -> Self {
        let inside = |text: &str| {
            let mut chars = text.chars();
            chars.next();
            chars.next_back();
            chars.as_str().replace("\\'", "'").replace('"', "\\\"")
        };
        let quote = text.chars().next().unwrap_or('\'');
        Self::new(Kind::ForeignQuotes, place, format!("`{quote}` does not begin text"))
            .help("text stands in double quotes")
            .fix("Change to double quotes", place, format!("\"{}\"", inside(text)))
    }

    pub(crate) fn unclosed_bracket(text: &str, open: Range<usize>, at: usize) -> Self {
        let bracket = &text[open.clone()];
        let (kind, closer) = match bracket {
            "{" | "${" => (Kind::UnclosedBrace, "}"),
            "(" => (Kind::UnclosedBracket, ")"),
            _ => (Kind::UnclosedBracket, "]"),
        };
        let line = &text[text[..open.start].rfind('\n').map_or(0, |at| at + 1)..open.start];
        let (indentation, head) = (line.len() - line.trim_start().len(), line.trim());
        let lines = bracket == "{" && text[open.end..at.max(open.end)].contains('\n');
        let insert = if lines {
            format!("\n{}{closer}", &line[..indentation])
        } else if bracket == "{" {
            format!(" {closer}")
        } else {
            closer.to_owned()
        };
        let message = match (bracket, head) {
            ("{", head) if !head.is_empty() && head.chars().count() <= 50 => {
                format!("`{head} {{` has no `}}`")
            }
            _ => format!("`{bracket}` has no `{closer}`"),
        };
        Self::new(kind, range(open), message).fix(format!("Insert `{closer}`"), range(at..at), insert)
    }

    pub(crate) fn unclosed_string(open: TextRange, at: usize) -> Self {
        let (quote, help) = match u32::from(open.len()) {
            3 => ("\"\"\"", "text between `\"\"\"` ends with `\"\"\"`"),
            _ => ("\"", "text between `\"` ends on its line; text of several lines stands between `\"\"\"`"),
        };
        Self::new(Kind::UnclosedString, open, format!("this text has no closing `{quote}`")).help(help).fix(
            format!("Insert `{quote}`"),
            range(at..at),
            quote,
        )
    }

    pub(crate) fn unopened_string(quote: TextRange, at: usize) -> Self {
        Self::new(Kind::UnclosedString, quote, "this text has no opening `\"`").fix(
            "Insert `\"`",
            range(at..at),
            "\"",
        )
    }

    /// `url: tcp://host`, which would read as a comment.
    pub(crate) fn bare_url(place: TextRange, text: &str) -> Self {
        Self::new(Kind::UnexpectedText, place, format!("`{text}` is text and needs quotes")).fix(
            "Insert quotes",
            place,
            format!("\"{text}\""),
        )
    }

    pub(crate) fn missing_brace(text: &str, at: usize) -> Self {
        let line = text[text[..at].rfind('\n').map_or(0, |at| at + 1)..at].trim();
        Self::new(Kind::MissingBlock, range(at..at), format!("expected `{{` after `{line}`")).fix(
            "Insert `{`",
            range(at..at),
            " {",
        )
    }

    pub(crate) fn missing_parenthesis(text: &str, at: usize) -> Self {
        let word = text[..at]
            .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .next()
            .unwrap_or_default();
        Self::new(Kind::MissingPunctuation, range(at..at), format!("expected `(` after `{word}`")).fix(
            "Insert `(`",
            range(at..at),
            "(",
        )
    }

    pub(crate) fn bad_number(place: TextRange, text: &str) -> Self {
        let letters = text.chars().filter(|c| c.is_ascii_alphabetic()).count();
        let help = match text {
            _ if text.ends_with('.') => "digits stand on both sides of the point",
            _ if text.matches('.').count() > 1 => "addresses and versions are text: put them in quotes",
            _ if text.contains('_') => "digits are not grouped",
            _ if text.contains(['e', 'E']) && letters == 1 => "there is no exponent: write all the digits",
            _ => "a number has at most one unit, behind its digits: `90m`, not `1h30m`",
        };
        Self::new(Kind::BadNumber, place, format!("`{text}` is not a number")).help(help)
    }

    pub(crate) fn reserved_word(place: TextRange, text: &str) -> Self {
        Self::new(Kind::ReservedWord, place, format!("`{text}` is reserved and cannot be a name"))
    }

    pub(crate) fn interpolation(place: TextRange) -> Self {
        Self::new(Kind::InterpolationNotAllowed, place, "`${ }` cannot stand here")
            .help("keys, types, import paths and the names of tests are fixed; write `\\$` for a dollar sign")
    }

    pub(crate) fn event_type_block(place: TextRange) -> Self {
        Self::new(Kind::EventTypeBlock, place, "behind `:` these braces are a type, not the event's fields")
            .help("the fields follow the name, or the type, without `:`")
            .fix("Remove `:`", place, "")
    }

    pub(crate) fn nested_too_deep(place: TextRange) -> Self {
        let limit = crate::repair::MAX_DEPTH;
        Self::new(Kind::NestedTooDeep, place, format!("this is nested more than {limit} levels deep"))
    }

    pub(crate) fn chain_too_long(place: TextRange, limit: usize) -> Self {
        Self::new(Kind::NestedTooDeep, place, format!("more than {limit} operators in one expression"))
            .help("use `in [ … ]`, or name parts of it with `let`")
    }

    pub(crate) fn foreign_operator(place: TextRange, text: &str, native: &str) -> Self {
        let insert = if text == "!" { "not " } else { native };
        Self::new(Kind::ForeignOperator, place, format!("`{text}` is written `{native}`")).fix(
            format!("Change to `{native}`"),
            place,
            insert,
        )
    }

    pub(crate) fn chained_comparison(place: TextRange, text: &str) -> Self {
        Self::new(
            Kind::ChainedComparison,
            place,
            format!("comparisons do not chain: `{text}` compares a comparison"),
        )
        .help("write both and join them: `1 < x and x < 5`")
    }

    pub(crate) fn operator_spacing(place: TextRange, text: &str, before: bool, behind: bool) -> Self {
        let blank = |there: bool| if there { "" } else { " " };
        let insert = format!("{}{text}{}", blank(before), blank(behind));
        Self::new(Kind::OperatorSpacing, place, format!("`{text}` needs a blank on both sides")).fix(
            "Insert blanks",
            place,
            insert,
        )
    }

    pub(crate) fn not_needs_parentheses(place: TextRange) -> Self {
        Self::new(Kind::StrayOperator, place, "`not` needs parentheses here").help("write `(not …)`")
    }

    pub(crate) fn stray_operator(place: TextRange, text: &str) -> Self {
        let error = Self::new(Kind::StrayOperator, place, format!("`{text}` has nothing on its left"));
        match text {
            "-" => error.help("a sign stands directly before its operand: `-1`"),
            _ => error.help("a line goes on with `and`, `or` or `??`; with other operators end the line before, or use parentheses"),
        }
    }

    pub(crate) fn misspelt(place: TextRange, text: &str, right: &str) -> Self {
        Self::new(Kind::MisspeltKeyword, place, format!("unknown keyword `{text}`: did you mean `{right}`?"))
            .fix(format!("Change to `{right}`"), place, right)
    }

    pub(crate) fn duplicate_clause(place: TextRange, word: &str) -> Self {
        Self::new(Kind::DuplicateClause, place, format!("`{word}` stands here a second time"))
    }

    pub(crate) fn misplaced_option(place: TextRange, word: &str) -> Self {
        Self::new(Kind::MisplacedOption, place, format!("the option `{word}` stands behind a statement"))
            .help("options stand before the first statement")
    }

    pub(crate) fn early_handler(place: TextRange, word: &str) -> Self {
        Self::new(Kind::MisplacedHandler, place, format!("`{word}` stands before a statement"))
            .help("handlers stand at the end of the body")
    }

    pub(crate) fn inner_handler(place: TextRange, word: &str) -> Self {
        Self::new(Kind::MisplacedHandler, place, format!("`{word}` stands inside of a statement"))
            .help("handlers stand at the end of the outermost body")
    }

    pub(crate) fn option_without_call(place: TextRange) -> Self {
        Self::new(Kind::MisplacedOption, place, "`retry` and `timeout` stand behind a call only")
    }

    pub(crate) fn misplaced_declaration(place: TextRange, word: &str, context: Rule) -> Self {
        let here = match context {
            Rule::misplaced => "in a file",
            Rule::misplaced_in_orch => "in an orchestrator",
            Rule::misplaced_in_source => "in a source",
            Rule::misplaced_in_fleet => "in a fleet",
            Rule::misplaced_in_placement => "in a placement",
            Rule::body => "in a rule",
            Rule::misplaced_in_body => "among statements",
            _ => "in this block",
        };
        let home = match word {
            "source" | "event" | "rule" | "placement" => "in an orchestrator",
            "cluster" => "in a fleet",
            "patch" => "in a source, function, workflow or orchestrator",
            _ => "in a file",
        };
        Self::new(Kind::MisplacedDeclaration, place, format!("`{word}` cannot stand {here}"))
            .help(format!("it stands {home}"))
    }
}
