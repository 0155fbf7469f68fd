//! Regular expressions: the patterns that Go's RE2 and Rust's `regex` read alike, matched against the whole text.
//!
//! Argo's sensors use Go's `regexp`; a pattern means the same here. What only one of the two takes, or both take with
//! another meaning, is refused by [`check`] at compile time. `\d`, `\w`, `\s` and `\b` are ASCII, as in Go.

use regex::Regex;
use regex_syntax::ast::{self, AssertionKind, Ast, ClassPerlKind, ClassSetItem, ClassUnicodeKind, Span};
use std::{cell::RefCell, collections::HashMap, ops::Range};

/// Why a pattern is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// The bytes of the pattern it is about.
    pub range: Range<usize>,
}

/// Go's limit for counted repetition, nested ones multiplied (`regexp/syntax`, `ErrInvalidRepeatSize`).
const MAX_REPEAT: u32 = 1000;

/// What `\p{…}` may name: the general categories and scripts under the names that both engines have.
const CLASSES: &[&str] = &[
    "L",
    "Ll",
    "Lm",
    "Lo",
    "Lt",
    "Lu",
    "M",
    "Mc",
    "Me",
    "Mn",
    "N",
    "Nd",
    "Nl",
    "No",
    "P",
    "Pc",
    "Pd",
    "Pe",
    "Pf",
    "Pi",
    "Po",
    "Ps",
    "S",
    "Sc",
    "Sk",
    "Sm",
    "So",
    "Z",
    "Zl",
    "Zp",
    "Zs",
    "Arabic",
    "Armenian",
    "Bengali",
    "Bopomofo",
    "Cherokee",
    "Cyrillic",
    "Devanagari",
    "Ethiopic",
    "Georgian",
    "Greek",
    "Gujarati",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hebrew",
    "Hiragana",
    "Kannada",
    "Katakana",
    "Khmer",
    "Lao",
    "Latin",
    "Malayalam",
    "Mongolian",
    "Myanmar",
    "Oriya",
    "Sinhala",
    "Syriac",
    "Tamil",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
];

/// Whether a pattern can be used: the reason if not.
pub fn check(pattern: &str) -> Result<(), PatternError> {
    compile(pattern).map(|_| ())
}

/// Whether a pattern matches the whole text.
pub fn matches(pattern: &str, text: &str) -> Result<bool, PatternError> {
    thread_local! {
        /// Compiled patterns: they come from programs, so there are few.
        static COMPILED: RefCell<HashMap<String, Regex>> = RefCell::default();
    }
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(regex) = compiled.get(pattern) {
            return Ok(regex.is_match(text));
        }
        if compiled.len() >= 1000 {
            compiled.clear();
        }
        let regex = compile(pattern)?;
        let found = regex.is_match(text);
        compiled.insert(pattern.to_owned(), regex);
        Ok(found)
    })
}

fn compile(pattern: &str) -> Result<Regex, PatternError> {
    let ast = ast::parse::Parser::new()
        .parse(pattern)
        .map_err(|error| PatternError { message: error.kind().to_string(), range: range(error.span()) })?;
    let mut translation = Translation { pattern, replaced: Vec::new() };
    ast::visit(&ast, Checker { translation: &mut translation, repeat: Vec::new() })?;
    let whole = |error: regex::Error| PatternError {
        message: match error {
            regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
            other => other.to_string(),
        },
        range: 0..pattern.len(),
    };
    Regex::new(&format!(r"\A(?:{})\z", translation.text())).map_err(whole)
}

fn range(span: &Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

/// The pattern with what Rust reads otherwise than Go replaced.
struct Translation<'p> {
    pattern: &'p str,
    replaced: Vec<(Range<usize>, &'static str)>,
}

impl Translation<'_> {
    fn text(&mut self) -> String {
        self.replaced.sort_by_key(|(range, _)| range.start);
        let mut text = String::new();
        let mut from = 0;
        for (range, replacement) in &self.replaced {
            text.push_str(&self.pattern[from..range.start]);
            text.push_str(replacement);
            from = range.end;
        }
        text + &self.pattern[from..]
    }
}

/// Visits every part of a pattern.
struct Checker<'t, 'p> {
    translation: &'t mut Translation<'p>,
    /// The product of the repetitions around, innermost last.
    repeat: Vec<u32>,
}

impl ast::Visitor for Checker<'_, '_> {
    type Output = ();
    type Err = PatternError;

    fn finish(self) -> Result<(), PatternError> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), PatternError> {
        match ast {
            Ast::Flags(set) => flags(&set.flags),
            Ast::Literal(literal) => Self::literal(literal),
            Ast::Assertion(assertion) => self.assertion(assertion),
            Ast::ClassUnicode(class) => unicode_class(class),
            Ast::ClassPerl(class) => {
                self.perl_class(class);
                Ok(())
            }
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => match &group.kind {
                ast::GroupKind::CaptureName { name, .. } if !is_word(&name.name) => {
                    refuse(&name.span, "a group's name has letters, digits and `_` only")
                }
                ast::GroupKind::NonCapturing(set) => flags(set),
                _ => Ok(()),
            },
            Ast::Empty(_) | Ast::Dot(_) | Ast::ClassBracketed(_) | Ast::Alternation(_) | Ast::Concat(_) => {
                Ok(())
            }
        }
    }

    fn visit_post(&mut self, ast: &Ast) -> Result<(), PatternError> {
        if matches!(ast, Ast::Repetition(_)) {
            self.repeat.pop();
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), PatternError> {
        match item {
            ClassSetItem::Literal(literal) => Self::literal(literal),
            ClassSetItem::Range(range) => {
                Self::literal(&range.start)?;
                Self::literal(&range.end)
            }
            ClassSetItem::Unicode(class) => unicode_class(class),
            ClassSetItem::Perl(class) => {
                self.perl_class(class);
                Ok(())
            }
            ClassSetItem::Bracketed(class) => refuse(&class.span, "`[` inside of `[ ]` is written `\\[`"),
            ClassSetItem::Empty(_) | ClassSetItem::Ascii(_) | ClassSetItem::Union(_) => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, op: &ast::ClassSetBinaryOp) -> Result<(), PatternError> {
        refuse(
            &op.span,
            "`&&`, `--` and `~~` inside of `[ ]` do not mean the same everywhere: escape one with `\\`",
        )
    }
}

impl Checker<'_, '_> {
    fn literal(literal: &ast::Literal) -> Result<(), PatternError> {
        use ast::{HexLiteralKind::X, LiteralKind};
        match &literal.kind {
            LiteralKind::Octal => refuse(&literal.span, "an octal escape: write `\\x{…}`"),
            LiteralKind::HexFixed(kind) | LiteralKind::HexBrace(kind) if *kind != X => {
                refuse(&literal.span, "write `\\x{…}`")
            }
            _ => Ok(()),
        }
    }

    fn assertion(&mut self, assertion: &ast::Assertion) -> Result<(), PatternError> {
        match assertion.kind {
            AssertionKind::StartLine
            | AssertionKind::EndLine
            | AssertionKind::StartText
            | AssertionKind::EndText => Ok(()),
            AssertionKind::WordBoundary => {
                self.replace(&assertion.span, r"(?-u:\b)");
                Ok(())
            }
            _ => refuse(&assertion.span, "of the word boundaries, only `\\b` means the same everywhere"),
        }
    }

    fn perl_class(&mut self, class: &ast::ClassPerl) {
        let ascii = match (&class.kind, class.negated) {
            (ClassPerlKind::Digit, false) => "[0-9]",
            (ClassPerlKind::Digit, true) => "[^0-9]",
            (ClassPerlKind::Word, false) => "[0-9A-Za-z_]",
            (ClassPerlKind::Word, true) => "[^0-9A-Za-z_]",
            (ClassPerlKind::Space, false) => r"[\t\n\f\r ]",
            (ClassPerlKind::Space, true) => r"[^\t\n\f\r ]",
        };
        self.replace(&class.span, ascii);
    }

    fn repetition(&mut self, repetition: &ast::Repetition) -> Result<(), PatternError> {
        if matches!(*repetition.ast, Ast::Repetition(_)) {
            return refuse(&repetition.op.span, "a repetition of a repetition: put the inner one in `(?: )`");
        }
        let around = self.repeat.last().copied().unwrap_or(1);
        let times = match &repetition.op.kind {
            ast::RepetitionKind::Range(range) => self.counted(range, &repetition.op.span)?,
            _ => 1,
        };
        let product = around.saturating_mul(times.max(1));
        if times > 1 && product > MAX_REPEAT {
            return refuse(&repetition.op.span, "more than 1000 repetitions");
        }
        self.repeat.push(product);
        Ok(())
    }

    /// The largest count of `{2,5}`, which has no blanks, leading zeros or missing first number (in Go it would be text).
    fn counted(&self, kind: &ast::RepetitionRange, span: &Span) -> Result<u32, PatternError> {
        let text = self.translation.pattern[range(span)].trim_end_matches('?');
        let inner = text.trim_start_matches('{').trim_end_matches('}');
        let (least, most) = inner.split_once(',').map_or((inner, None), |(a, b)| (a, Some(b)));
        let number = |text: &str| {
            text == "0" || (text.starts_with(|c: char| ('1'..='9').contains(&c)) && is_word(text))
        };
        if !number(least) || !most.is_none_or(|most| most.is_empty() || number(most)) {
            return refuse(span, "a repetition is `{2}`, `{2,}` or `{2,5}`");
        }
        let (ast::RepetitionRange::Exactly(n)
        | ast::RepetitionRange::AtLeast(n)
        | ast::RepetitionRange::Bounded(_, n)) = *kind;
        Ok(n)
    }

    fn replace(&mut self, span: &Span, by: &'static str) {
        self.translation.replaced.push((range(span), by));
    }
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn unicode_class(class: &ast::ClassUnicode) -> Result<(), PatternError> {
    let known = match &class.kind {
        ClassUnicodeKind::OneLetter(letter) => CLASSES.contains(&letter.to_string().as_str()),
        ClassUnicodeKind::Named(name) => CLASSES.contains(&name.as_str()),
        ClassUnicodeKind::NamedValue { .. } => false,
    };
    if known {
        Ok(())
    } else {
        refuse(&class.span, "only general categories (`\\p{Lu}`) and scripts (`\\p{Greek}`) are known")
    }
}

fn flags(flags: &ast::Flags) -> Result<(), PatternError> {
    use ast::{Flag, FlagsItemKind};
    let foreign = flags.items.iter().find(|item| {
        matches!(item.kind, FlagsItemKind::Flag(Flag::Unicode | Flag::CRLF | Flag::IgnoreWhitespace))
    });
    foreign.map_or(Ok(()), |item| refuse(&item.span, "only the flags `i`, `m`, `s` and `U` are known"))
}

fn refuse<T>(span: &Span, message: &str) -> Result<T, PatternError> {
    Err(PatternError { message: message.to_owned(), range: range(span) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_the_whole_text() {
        for (pattern, text, expected) in [
            ("a|ab", "ab", true),
            ("a", "ab", false),
            ("^a$", "a", true),
            ("(?m)^a$", "a\nb", false),
            ("(?i)ä", "Ä", true),
            (r"\d+", "12", true),
            (r"\d", "\u{0663}", false),
            (r"[\d.-]+", "1.5-2", true),
            (r"\w+", "ä", false),
            (r"\W", "ä", true),
            (r"[^\w]", "ä", true),
            (r"\s", "\u{b}", false),
            (r"a\b.b", "aäb", true),
            (".", "\n", false),
            ("(?s).", "\n", true),
            (r"\p{Greek}\pL", "αβ", true),
            (r"\x{1F600}", "\u{1F600}", true),
            ("a{2,3}", "aaa", true),
            ("]}", "]}", true),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, text), Ok(expected), "{pattern} on {text:?}");
        }
    }

    #[test]
    fn what_only_one_engine_reads_is_refused() {
        for (pattern, expected) in [
            ("(", 0..1),
            ("[a&&b]", 1..5),
            ("[a--b]", 1..5),
            ("[a[b]]", 2..5),
            ("[[=a=]]", 1..6),
            ("(?x)a", 2..3),
            ("(?u:a)", 2..3),
            (r"\<a", 0..2),
            (r"\b{start}", 0..9),
            (r"\B", 0..2),
            (r"\u0041", 0..6),
            (r"\141", 0..2),
            (r"\p{Script=Greek}", 0..16),
            (r"\p{greek}", 0..9),
            ("a++", 2..3),
            ("a{2}{3}", 4..7),
            ("a{1001}", 1..7),
            ("(a{100}){11}", 2..7),
            ("a{,3}", 2..2),
            ("a{ 2 }", 1..6),
            ("a{02}", 1..5),
            ("a{", 1..2),
            ("(?=a)", 0..3),
            (r"(a)\1", 3..5),
            (r"\Qa\E", 0..2),
            ("(?P<a.b>c)", 4..7),
        ] {
            assert_eq!(check(pattern).map_err(|error| error.range), Err(expected), "{pattern}");
        }
    }
}
