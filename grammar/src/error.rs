//! Syntax errors: what they are, where, and how to mend them.

use rowan::{TextRange, TextSize};

/// The mistake. Each has a diagnostic code of its own (E0101 to E0131).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SyntaxErrorKind {
    /// Text that fits nothing here.
    UnexpectedText,
    /// A word that is nearly a keyword of this place.
    MisspeltKeyword,
    /// A declaration, parameter, alias or `let` without its name.
    MissingName,
    /// `key:` without a value.
    MissingValue,
    /// `:`, `->`, `list<` or `|` without a type.
    MissingType,
    /// A declaration or statement without its `{ … }`.
    MissingBlock,
    /// `:`, `=`, `(`, `)`, `<`, `>` is missing where nothing else may stand.
    MissingPunctuation,
    /// `{` without `}`.
    UnclosedBrace,
    /// `[` or `(` without its partner.
    UnclosedBracket,
    /// `"` or `"""` without its partner.
    UnclosedString,
    /// `/*` without `*/`.
    UnclosedComment,
    /// A number token that is none: `5m2`, `1h30m`, `1e5`, `12.`.
    BadNumber,
    /// An unknown escape in a string.
    BadEscape,
    /// Two items on one line without a comma, or two statements on one line.
    MissingSeparator,
    /// `///` where nothing can carry it.
    MisplacedDoc,
    /// `1 < x < 5`, `a == b == c`.
    ChainedComparison,
    /// `event v: { path: "/v" }`, which reads as a type.
    EventTypeBlock,
    /// More levels of nesting than anything needs.
    NestedTooDeep,
    /// An operator without a left operand, or a line that begins with one.
    StrayOperator,
    /// `${ }` in a key, test name, type or import path.
    InterpolationNotAllowed,
    /// An option behind the first statement of a body.
    MisplacedOption,
    /// `within`, `by`, `where`, `placement`, `on failure`, `else`, … twice.
    DuplicateClause,
    /// An expression, operand or event logic is missing.
    MissingExpression,
    /// `on`, `from`, `in`, `for`, … is missing where nothing else may stand.
    MissingKeyword,
    /// `&&`, `||`, `!x`, `===`, `<>`, `=` in an expression.
    ForeignOperator,
    /// Binary `-`, `/` or `%` without spaces on both sides.
    OperatorSpacing,
    /// A reserved word as a name.
    ReservedWord,
    /// A declaration where its kind may not stand.
    MisplacedDeclaration,
    /// `on failure` or `on exit` before a statement, or not in the outermost body.
    MisplacedHandler,
    /// `'text'`, `“text”` or `` `text` ``.
    ForeignQuotes,
    /// `# comment` or `-- comment`.
    ForeignComment,
}

/// A syntax error. Ranges count from the beginning of the text that was parsed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SyntaxError {
    /// The mistake.
    pub kind: SyntaxErrorKind,
    /// Where; empty where something is missing.
    pub range: TextRange,
    /// One line that names the thing.
    pub message: String,
    /// The way out, in words.
    pub help: Option<String>,
    /// Other places that matter, with what they are.
    pub related: Vec<(TextRange, String)>,
    /// The way out, as edits.
    pub fix: Option<SyntaxFix>,
}

/// Edits that mend an error.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SyntaxFix {
    /// What it does: "Change to `orchestrator`".
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<(TextRange, String)>,
}

impl SyntaxError {
    pub(crate) fn new(kind: SyntaxErrorKind, range: TextRange, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, range, message, help: None, related: Vec::new(), fix: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn fix(mut self, title: impl Into<String>, range: TextRange, text: impl Into<String>) -> Self {
        self.fix = Some(SyntaxFix { title: title.into(), edits: vec![(range, text.into())] });
        self
    }

    /// The same error, for a text with `by` more bytes before it.
    pub(crate) fn shifted(&self, by: TextSize) -> Self {
        let mut error = self.clone();
        error.range += by;
        error.related.iter_mut().for_each(|(range, _)| *range += by);
        if let Some(fix) = &mut error.fix {
            fix.edits.iter_mut().for_each(|(range, _)| *range += by);
        }
        error
    }
}
