//! What stands between two tokens of one line: a blank or nothing.

use efl_grammar::{SyntaxKind, SyntaxKind::*, SyntaxToken};

/// A token as its neighbours see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) kind: SyntaxKind,
    pub(super) parent: SyntaxKind,
}

impl Place {
    pub(super) fn of(token: &SyntaxToken) -> Self {
        Self { kind: token.kind(), parent: token.parent().map_or(FILE, |parent| parent.kind()) }
    }

    /// Whether nothing stands behind it.
    pub(super) fn is_tight_behind(self) -> bool {
        match self.kind {
            L_PAREN | L_BRACK | L_ANGLE | DOT | DOT_DOT => true,
            OPERATOR => matches!(self.parent, UNARY_EXPR | TY_LITERAL),
            _ => false,
        }
    }

    /// Whether nothing stands before it.
    pub(super) fn is_tight_before(self) -> bool {
        match self.kind {
            R_PAREN | R_BRACK | R_ANGLE | DOT | DOT_DOT | COMMA | COLON | QUESTION | L_ANGLE => true,
            L_PAREN => matches!(self.parent, ARGS | SIG | TY_SCHEMA | LOGIC_COUNT),
            L_BRACK => matches!(self.parent, INDEX_EXPR | PREDICATE),
            _ => false,
        }
    }

    /// Whether it stands where its declaration or statement begins, if it begins a line.
    pub(super) fn is_at_margin(self) -> bool {
        matches!(self.kind, L_BRACE | R_BRACE) || self.kind == KEYWORD && self.parent == IF_STMT
    }
}

/// What stands between two tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Joint {
    Nothing,
    Blank,
    Newline,
}

/// What stands between two tokens, if no line may end there.
pub(super) fn joint(before: Option<Place>, next: Place) -> Joint {
    match before {
        None => Joint::Nothing,
        Some(before) if before.kind == DOC_COMMENT => Joint::Newline,
        Some(before) if before.is_tight_behind() || next.is_tight_before() => Joint::Nothing,
        Some(_) => Joint::Blank,
    }
}
