//! Semantic tokens: what each word is, for colours.

use crate::syntax::{gaps, root};
use efl_compiler::{
    db::{Database, SourceFile},
    index::{self, Entry, IndexedItem, Kind, Meaning, Role},
};
use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxToken, TextRange, TextSize};
use std::collections::HashMap;

/// A coloured place; never over several lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SemanticToken {
    /// The place.
    pub range: TextRange,
    /// What stands there.
    pub kind: TokenKind,
    /// What more is to be said of it.
    pub modifiers: Modifiers,
}

/// What a token is: the standard types of the protocol.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)] // the protocol's words
pub enum TokenKind {
    Namespace,
    Type,
    Class,
    EnumMember,
    Event,
    Function,
    Method,
    Variable,
    Parameter,
    Property,
    Keyword,
    Comment,
    String,
    Number,
    Operator,
}

impl TokenKind {
    /// Every kind, in the order of its number in the legend.
    pub const ALL: [TokenKind; 15] = [
        TokenKind::Namespace,
        TokenKind::Type,
        TokenKind::Class,
        TokenKind::EnumMember,
        TokenKind::Event,
        TokenKind::Function,
        TokenKind::Method,
        TokenKind::Variable,
        TokenKind::Parameter,
        TokenKind::Property,
        TokenKind::Keyword,
        TokenKind::Comment,
        TokenKind::String,
        TokenKind::Number,
        TokenKind::Operator,
    ];

    /// The protocol's word.
    pub const fn name(self) -> &'static str {
        match self {
            TokenKind::Namespace => "namespace",
            TokenKind::Type => "type",
            TokenKind::Class => "class",
            TokenKind::EnumMember => "enumMember",
            TokenKind::Event => "event",
            TokenKind::Function => "function",
            TokenKind::Method => "method",
            TokenKind::Variable => "variable",
            TokenKind::Parameter => "parameter",
            TokenKind::Property => "property",
            TokenKind::Keyword => "keyword",
            TokenKind::Comment => "comment",
            TokenKind::String => "string",
            TokenKind::Number => "number",
            TokenKind::Operator => "operator",
        }
    }
}

/// What is to be said of a token beside its kind: bits, in the order of [`Modifiers::NAMES`].
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Modifiers(pub u32);

impl Modifiers {
    /// The protocol's words.
    pub const NAMES: [&str; 4] = ["declaration", "readonly", "defaultLibrary", "documentation"];
    const NONE: Modifiers = Modifiers(0);
    const DECLARATION: u32 = 1;
    const READONLY: u32 = 2;
    const DEFAULT_LIBRARY: u32 = 4;
    const DOCUMENTATION: u32 = 8;
}

/// The tokens of a file, in order, without overlap.
pub fn semantic_tokens(db: &Database, file: SourceFile) -> Vec<SemanticToken> {
    let mut tokens = Vec::new();
    let text = file.text(db).unwrap_or_default();
    for gap in gaps(db, file) {
        for range in comments(&text[gap]) {
            let range = range + gap.start();
            push_lines(&mut tokens, &text, range, TokenKind::Comment, Modifiers::NONE);
        }
    }
    for item in index::indexed(db, file) {
        of_item(db, &item, &text, &mut tokens);
    }
    tokens.sort_by_key(|t| t.range.start());
    tokens
}

fn of_item(db: &Database, item: &IndexedItem<'_>, text: &str, tokens: &mut Vec<SemanticToken>) {
    let mut names: HashMap<TextRange, &Entry> = HashMap::new();
    for entry in &item.index.entries {
        names.entry(entry.range).or_insert(entry);
    }
    let root = root(db, item.item);
    for token in root.descendants_with_tokens().filter_map(SyntaxElement::into_token) {
        let range = token.text_range();
        let (kind, modifiers) = match names.get(&range).and_then(|entry| of_entry(entry)) {
            Some(found) => found,
            None => match of_token(&token) {
                Some(found) => found,
                None => continue,
            },
        };
        push_lines(tokens, text, item.absolute(range), kind, modifiers);
    }
}

fn of_entry(entry: &Entry) -> Option<(TokenKind, Modifiers)> {
    let library = Modifiers(Modifiers::DEFAULT_LIBRARY);
    Some(match &entry.meaning {
        Meaning::Declared(symbol) => {
            let (kind, readonly) = of_kind(symbol.kind());
            let declares = if entry.role == Role::Use { 0 } else { Modifiers::DECLARATION };
            (kind, Modifiers(declares | if readonly { Modifiers::READONLY } else { 0 }))
        }
        Meaning::Field(..) | Meaning::OpenKey | Meaning::ForeignField(_) | Meaning::PatchField(_) => {
            (TokenKind::Property, Modifiers::NONE)
        }
        Meaning::Nested(_) => (TokenKind::Property, Modifiers::NONE),
        Meaning::SourceKind(_) => (TokenKind::Class, library),
        Meaning::Word => (TokenKind::EnumMember, Modifiers::NONE),
        Meaning::BuiltInType | Meaning::PatchKind => (TokenKind::Type, library),
        Meaning::Builtin(_) | Meaning::Form => (TokenKind::Function, library),
        Meaning::Meta => (TokenKind::Variable, library),
        Meaning::File(_) => return None,
    })
}

/// The colour of a declaration, and whether its value never changes.
fn of_kind(kind: Kind) -> (TokenKind, bool) {
    match kind {
        Kind::Orchestrator | Kind::Fleet => (TokenKind::Namespace, false),
        Kind::Type => (TokenKind::Type, false),
        Kind::Source | Kind::Bus => (TokenKind::Class, false),
        Kind::Cluster => (TokenKind::EnumMember, false),
        Kind::Event | Kind::Alias => (TokenKind::Event, false),
        Kind::Function => (TokenKind::Function, false),
        Kind::Workflow | Kind::Rule => (TokenKind::Method, false),
        Kind::Param => (TokenKind::Variable, true),
        Kind::Let | Kind::Loop => (TokenKind::Variable, false),
        Kind::Parameter => (TokenKind::Parameter, false),
        Kind::Field | Kind::Metric | Kind::Input | Kind::Result => (TokenKind::Property, false),
    }
}

fn of_token(token: &SyntaxToken) -> Option<(TokenKind, Modifiers)> {
    use SyntaxKind::*;
    let kind = match token.kind() {
        KEYWORD => TokenKind::Keyword,
        COMMENT => TokenKind::Comment,
        DOC_COMMENT => return Some((TokenKind::Comment, Modifiers(Modifiers::DOCUMENTATION))),
        NUMBER => TokenKind::Number,
        QUOTE | STR_TEXT | STR_ESCAPE => TokenKind::String,
        OPERATOR => TokenKind::Operator,
        // A key or name that means nothing (yet) still looks like one.
        IDENT if token.parent().is_some_and(|p| p.kind() == KEY) => TokenKind::Property,
        _ => return None,
    };
    Some((kind, Modifiers::NONE))
}

/// A token for each line of a place.
fn push_lines(
    tokens: &mut Vec<SemanticToken>,
    text: &str,
    range: TextRange,
    kind: TokenKind,
    modifiers: Modifiers,
) {
    let mut start = range.start();
    for line in text[range].split_inclusive('\n') {
        let solid = TextSize::of(line.trim_end_matches(['\n', '\r']));
        if solid > TextSize::new(0) {
            tokens.push(SemanticToken { range: TextRange::at(start, solid), kind, modifiers });
        }
        start += TextSize::of(line);
    }
}

/// The comments of a text that is nothing but blanks and comments.
pub(crate) fn comments(text: &str) -> Vec<TextRange> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find('/') {
        let start = at + offset;
        let rest = &text[start..];
        let len = match rest.as_bytes().get(1) {
            Some(b'/') => rest.find('\n').map_or(rest.len(), |n| rest[..n].trim_end_matches('\r').len()),
            Some(b'*') => block_comment(rest),
            _ => 1,
        };
        let size = |n: usize| TextSize::try_from(n).unwrap_or_default();
        found.push(TextRange::at(size(start), size(len)));
        at = start + len;
    }
    found
}

/// The length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while at < text.len() {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;
    use std::fmt::Write;

    fn check(source: &str) -> String {
        let fixture = Fixture::new(source);
        let text = fixture.text(fixture.file);
        let tokens = semantic_tokens(&fixture.db, fixture.file);
        let mut out = String::new();
        for pair in tokens.windows(2) {
            assert!(pair[0].range.end() <= pair[1].range.start(), "no overlap: {pair:?}");
        }
        for token in &tokens {
            let names =
                Modifiers::NAMES.iter().enumerate().filter(|(i, _)| token.modifiers.0 & (1 << i) != 0);
            let words: Vec<&str> =
                [token.kind.name()].into_iter().chain(names.map(|(_, name)| *name)).collect();
            let _ = writeln!(out, "{:<14} {}", &text[token.range], words.join(" "));
        }
        out
    }

    #[test]
    fn the_words_of_a_pipeline() {
        assert_snapshot!(check(
            r#"
// A comment,
/* and /* another
one */ */
param limit: int = 50
orchestrator o {
  /// What comes.
  source s: webhook { event car: Car { path: "/${1}" } }
  rule fast on car[speed > limit] as c { w(c, len("a\n")) }
}
type Car = { speed: int }
"#
        ), @r#"
        // A comment,  comment
        /* and /* another comment
        one */ */      comment
        param          keyword
        limit          variable declaration readonly
        int            type defaultLibrary
        50             number
        orchestrator   keyword
        o              namespace declaration
        /// What comes. comment documentation
        source         keyword
        s              class declaration
        webhook        class defaultLibrary
        event          keyword
        car            event declaration
        Car            type
        path           property
        "              string
        /              string
        1              number
        "              string
        rule           keyword
        fast           method declaration
        on             keyword
        car            event
        speed          property
        >              operator
        limit          variable readonly
        as             keyword
        c              event declaration
        c              event
        len            function defaultLibrary
        "              string
        a              string
        \n             string
        "              string
        type           keyword
        Car            type declaration
        speed          property declaration
        int            type defaultLibrary
        "#);
    }

    #[test]
    fn half_typed_words_have_colours() {
        assert_snapshot!(check("workflow w(x: int) {\n  let y = x +\n  f(x\n"), @"
        workflow       keyword
        w              method declaration
        x              parameter declaration
        int            type defaultLibrary
        let            keyword
        y              variable declaration
        x              parameter
        +              operator
        x              parameter
        ");
    }
}
