//! The kinds of tokens and nodes of the lossless syntax tree.

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident),* $(,)?) => {
        /// The kind of a token or node. Tokens come first, then nodes; see [`SyntaxKind::is_token`].
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, missing_docs)] // the convention of rowan trees
        #[repr(u16)]
        pub enum SyntaxKind { $($(#[doc = $doc])* $name),* }

        /// Every kind, in the order of its number.
        pub const ALL_KINDS: &[SyntaxKind] = &[$(SyntaxKind::$name),*];
    };
}

kinds! {
    // ---- tokens
    /// Blanks and newlines.
    WHITESPACE,
    /// `// line` or `/* block */` (nested); also a `///` that stands where no doc is taken.
    COMMENT,
    /// One `/// line`, without its newline, where a doc is taken.
    DOC_COMMENT,
    /// A name.
    IDENT,
    /// A word used as a keyword here (EFL's keywords are contextual).
    KEYWORD,
    /// A number with its unit: `12`, `0.5`, `10s`, `64Mi`, `80%`, `10/s`. Also a malformed one (`5m2`), inside `ERROR`.
    NUMBER,
    /// `"` or `"""`, opening or closing a string.
    QUOTE,
    /// Plain text of a string.
    STR_TEXT,
    /// `\n`, `\u{1F600}`, … of a string; a malformed one too.
    STR_ESCAPE,
    /// `${`.
    INTERP_OPEN,
    L_BRACE, R_BRACE, L_PAREN, R_PAREN, L_BRACK, R_BRACK,
    COMMA, COLON, DOT, DOT_DOT, EQ, ARROW, PIPE, L_ANGLE, R_ANGLE, QUESTION,
    /// A symbolic operator of an expression: `== != <= >= < > + - * / % ??`. Word operators are `KEYWORD`.
    OPERATOR,
    /// Text the grammar cannot use.
    JUNK,

    // ---- nodes
    /// The whole file: imports, declarations and trivia.
    FILE,
    /// An error: an empty node where something is missing, or one around text that does not fit. Each has exactly
    /// one [`crate::SyntaxError`].
    ERROR,
    /// The doc lines of the declaration that contains it.
    DOC,
    /// `import { A, b as c } from "path"`
    IMPORT,
    /// `A` or `b as c`
    IMPORT_NAME,
    PARAM, TYPE_DECL, BUS, FLEET, CLUSTER, FUNCTION, WORKFLOW, ORCHESTRATOR, TEST,
    SOURCE, EVENT, RULE, PLACEMENT,
    /// `clusters where EXPR` in a placement.
    CLUSTERS_WHERE,
    /// `pin events: [edge-a]` in a placement.
    PIN,
    PATCH,
    /// `ident [ident] { … }` inside a block.
    NESTED,
    /// `key: value`.
    FIELD,
    /// The name a declaration gives: one IDENT.
    NAME,
    /// The name of something declared elsewhere: one IDENT.
    NAME_REF,
    /// The key of a field, record or pattern: an IDENT or a STRING.
    KEY,
    /// `{ … }` of fields, nested blocks and patches, and of declarations with their own children.
    BLOCK,
    /// `( formals )` or `( type )` of a function or workflow.
    SIG,
    FORMAL,
    /// `-> T`.
    RESULT,
    /// `value`: an expression with an optional `.. expr` and an optional `every`/`backoff` value.
    VALUE,
    /// ` every VALUE` or ` backoff VALUE` behind a value.
    VALUE_TAIL,
    // types
    TY_UNION, TY_NAME, TY_LIST, TY_MAP, TY_SCHEMA, TY_LITERAL, TY_PAREN, TY_RECORD, TY_FIELD,
    // event logic
    /// Two or more terms joined by one operator of the same precedence, left to right; nested by precedence.
    LOGIC_BIN,
    LOGIC_PAREN, LOGIC_NOT, LOGIC_COUNT,
    /// `source.event[predicate] as alias`
    LOGIC_EVENT,
    /// `event` or `source.event`
    EVENT_REF,
    PREDICATE,
    ALIAS,
    WITHIN, BY, WHERE,
    // workflow bodies
    BODY,
    /// `{ stmt… }` of a nested statement.
    STMTS,
    LET_STMT, CALL_STMT, PARALLEL_STMT, IF_STMT, FOR_STMT, RETRY_STMT, WAIT_STMT, EMIT_STMT, RETURN_STMT,
    HANDLER,
    /// ` retry 3 backoff 1s..30s` behind a call.
    CALL_RETRY,
    /// ` timeout 10s` behind a call.
    CALL_TIMEOUT,
    BACKOFF,
    // expressions
    LITERAL, STRING, INTERPOLATION, NAME_EXPR, LIST_EXPR, RECORD_EXPR, RECORD_FIELD, PAREN_EXPR,
    BINARY_EXPR, UNARY_EXPR, MEMBER_EXPR, INDEX_EXPR, CALL_EXPR, ARGS, NAMED_ARG,
    // tests
    STEP_AT, STEP_ADVANCE, STEP_SEND, STEP_SET, STEP_MOCK, STEP_EXPECT,
    /// `meta { … }` of a `send`.
    SEND_META,
    OUTCOME,
    /// What an `expect` looks for: `rule R`, `call F { … }`, …
    TARGET,
    PATTERN, PATTERN_FIELD, PATTERN_ANY, PATTERN_MATCHES, PATTERN_LIST, PATTERN_VALUE,
}

impl SyntaxKind {
    /// Whether this is the kind of a token (a leaf with text) and not of a node.
    pub fn is_token(self) -> bool {
        self < SyntaxKind::FILE
    }

    /// Whether this token carries no meaning: blanks and comments (not docs).
    pub fn is_trivia(self) -> bool {
        matches!(self, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT)
    }
}

/// The language of the tree, for rowan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Efl {}

impl rowan::Language for Efl {
    type Kind = SyntaxKind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> SyntaxKind {
        ALL_KINDS[raw.0 as usize]
    }

    fn kind_to_raw(kind: SyntaxKind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

/// A node of the tree with its place.
pub type SyntaxNode = rowan::SyntaxNode<Efl>;
/// A token of the tree with its place.
pub type SyntaxToken = rowan::SyntaxToken<Efl>;
/// A node or a token.
pub type SyntaxElement = rowan::SyntaxElement<Efl>;
