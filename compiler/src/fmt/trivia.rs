//! What stands between two tokens: blanks, line breaks, comments, and at times a comma.

use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize};

/// A comment between two tokens.
#[derive(Clone, Debug)]
pub(super) struct Comment {
    /// Where it is, without blanks at its end.
    pub(super) range: TextRange,
    /// Whether it reaches to the end of its line.
    pub(super) is_line: bool,
    /// Whether it has several lines.
    pub(super) is_tall: bool,
    /// The line breaks before it.
    pub(super) newlines: usize,
}

/// The gap between two tokens.
#[derive(Clone, Default, Debug)]
pub(super) struct Gap {
    pub(super) comments: Vec<Comment>,
    /// The line breaks behind the last comment.
    newlines: usize,
    /// How many comments stand before the comma.
    comma: Option<usize>,
}

impl Gap {
    /// Adds a blank, comment or comma; false if the element is something else.
    pub(super) fn take_in(&mut self, element: &SyntaxElement) -> bool {
        let token = match element {
            SyntaxElement::Token(token) => token,
            SyntaxElement::Node(node) => match misplaced_doc(node) {
                Some(doc) => return self.take_in(&doc.into()),
                None => return false,
            },
        };
        match token.kind() {
            SyntaxKind::WHITESPACE => self.newlines += token.text().matches('\n').count(),
            SyntaxKind::COMMENT => self.comment(token),
            SyntaxKind::COMMA => self.comma = Some(self.comments.len()),
            _ => return false,
        }
        true
    }

    fn comment(&mut self, token: &SyntaxToken) {
        let text = token.text();
        let is_line = text.starts_with("//");
        let newlines = std::mem::take(&mut self.newlines);
        let comment = Comment { range: trimmed(token), is_line, is_tall: text.contains('\n'), newlines };
        self.comments.push(comment);
    }

    /// The line breaks before a comment, or before what follows the gap.
    pub(super) fn newlines_at(&self, comment: usize) -> usize {
        self.comments.get(comment).map_or(self.newlines, |comment| comment.newlines)
    }

    /// Whether a line ends anywhere in the gap.
    pub(super) fn has_line_break(&self) -> bool {
        self.newlines > 0 || self.comments.iter().any(|comment| comment.newlines > 0 || comment.is_tall)
    }

    /// How many comments, on the line of what precedes the gap, belong to that; at the end of a block all of them do,
    /// elsewhere one that precedes something on its line belongs to what it precedes.
    pub(super) fn trailing(&self, at_end: bool) -> usize {
        let same_line = self.comments.iter().take_while(|comment| comment.newlines == 0).count();
        let line_ends =
            self.newlines_at(same_line) > 0 || self.comments[..same_line].iter().any(|c| c.is_line);
        if at_end || line_ends { same_line } else { 0 }
    }

    /// Takes out the comments that belong to what precedes the gap.
    pub(super) fn take_trailing(&mut self) -> Vec<Comment> {
        let count = self.trailing(false);
        self.take(count)
    }

    /// Whether there is a comma.
    pub(super) fn has_comma(&self) -> bool {
        self.comma.is_some()
    }

    /// Takes out the block comments that stand behind an element and before its comma, on one line; where `missing`,
    /// a comma is about to be written behind the last of them.
    pub(super) fn take_before_comma(&mut self, missing: bool) -> Vec<Comment> {
        let until = self.comma.take().unwrap_or(if missing { self.comments.len() } else { 0 });
        let fits = |comment: &&Comment| comment.newlines == 0 && !comment.is_line;
        let count = self.comments[..until].iter().take_while(fits).count();
        self.take(count)
    }

    /// Takes out the comments of one line that stand on the line of what precedes the gap.
    pub(super) fn take_same_line(&mut self) -> Vec<Comment> {
        let fits = |comment: &&Comment| comment.newlines == 0 && !comment.is_tall;
        let count = self.comments.iter().take_while(fits).count();
        self.take(count)
    }

    fn take(&mut self, count: usize) -> Vec<Comment> {
        self.comments.drain(..count).collect()
    }
}

/// Whether an element carries no meaning: a blank or a comment.
pub(super) fn is_trivia(element: &SyntaxElement) -> bool {
    match element {
        SyntaxElement::Token(token) => token.kind().is_trivia(),
        SyntaxElement::Node(node) => misplaced_doc(node).is_some(),
    }
}

/// A `///` that nothing can carry is a comment, though the tree has an error for it.
pub(super) fn misplaced_doc(error: &SyntaxNode) -> Option<SyntaxToken> {
    let comment = error.first_token().filter(|_| error.kind() == SyntaxKind::ERROR)?;
    (comment.text_range() == error.text_range() && comment.text().starts_with("///")).then_some(comment)
}

/// Where a token is, without blanks at its end.
pub(super) fn trimmed(token: &SyntaxToken) -> TextRange {
    let len = TextSize::of(token.text().trim_end());
    TextRange::at(token.text_range().start(), len)
}
