//! The walk over the tree: tokens in their order, with what stands between them.

use super::layout::{Group, Layout};
use super::spacing::{Joint, Place, joint};
use super::trivia::{Comment, Gap, is_trivia, trimmed};
use efl_grammar::{SyntaxElement, SyntaxKind::*, SyntaxNode, SyntaxToken};

/// The state of the walk.
pub(super) struct Printer<'a> {
    pub(super) layout: Layout<'a>,
    /// What has been read since the last token.
    pub(super) gap: Gap,
    /// The last token.
    before: Option<Place>,
    /// Whether what stands before the next token is written.
    pub(super) separated: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { layout: Layout::new(source), gap: Gap::default(), before: None, separated: true }
    }

    /// Begins a declaration: nothing precedes it.
    pub(super) fn restart(&mut self) {
        self.before = None;
        self.separated = true;
    }

    pub(super) fn node(&mut self, node: &SyntaxNode) {
        match node.kind() {
            STRING => self.string(node),
            BINARY_EXPR | LOGIC_BIN => self.chain(node),
            MEMBER_EXPR | INDEX_EXPR | CALL_EXPR => self.postfix(node),
            TY_UNION => self.union(node),
            STEP_MOCK => self.mock(node),
            RULE => self.rule(node),
            _ => self.elements(node, &children(node)),
        }
    }

    /// Children of a node, brackets with what they hold.
    pub(super) fn elements(&mut self, node: &SyntaxNode, elements: &[SyntaxElement]) {
        let mut at = 0;
        while let Some(element) = elements.get(at) {
            let len = super::brackets::extent(&elements[at..]);
            if len > 1 {
                self.brackets(node, &elements[at..at + len]);
            } else {
                self.element(element);
            }
            at += len;
        }
    }

    pub(super) fn element(&mut self, element: &SyntaxElement) {
        match element {
            _ if is_trivia(element) => {
                self.gap.take_in(element);
            }
            SyntaxElement::Node(node) => self.node(node),
            SyntaxElement::Token(token) => self.token(token),
        }
    }

    pub(super) fn token(&mut self, token: &SyntaxToken) {
        self.approach(Place::of(token));
        self.layout.source(trimmed(token));
        self.pass(Place::of(token));
    }

    /// A string is copied, with its interpolations.
    fn string(&mut self, node: &SyntaxNode) {
        let place = Place { kind: STRING, parent: STRING };
        self.approach(place);
        self.layout.source(node.text_range());
        self.pass(place);
    }

    fn pass(&mut self, place: Place) {
        self.before = Some(place);
        self.separated = false;
    }

    /// Writes what stands before a token, if no line may end there.
    pub(super) fn approach(&mut self, next: Place) {
        if std::mem::replace(&mut self.separated, true) {
            return;
        }
        let gap = std::mem::take(&mut self.gap);
        let joint = joint(self.before, next);
        if !gap.comments.is_empty() {
            let extra = usize::from(joint != Joint::Newline && !next.is_at_margin());
            return self.comments_inside(&gap, extra, next);
        }
        match joint {
            Joint::Nothing => {}
            Joint::Blank => self.layout.text(" "),
            Joint::Newline => self.layout.newline(0, false),
        }
    }

    /// Comments at a place where no line may end, but for them.
    fn comments_inside(&mut self, gap: &Gap, extra: usize, next: Place) {
        let mut line_ends = false;
        for (at, comment) in gap.comments.iter().enumerate() {
            if comment.newlines > 0 || line_ends {
                self.layout.newline(extra, false);
                self.layout.source(comment.range);
            } else if at == 0 {
                self.trailing(std::slice::from_ref(comment));
            } else {
                self.behind(comment);
            }
            line_ends = comment.is_line;
        }
        let count = gap.comments.len();
        let alone = gap.newlines_at(count - 1) > 0 && gap.newlines_at(count) > 0;
        if line_ends || alone {
            self.layout.newline(extra, false);
        } else if !next.is_tight_before() {
            self.layout.text(" ");
        }
    }

    /// A place where a line may end, with the comments around it.
    pub(super) fn line(&mut self, group: Group, flat: &'static str, blank: bool) {
        let mut gap = std::mem::take(&mut self.gap);
        let trailing = gap.take_trailing();
        self.trailing(&trailing);
        let on_own_line = gap.comments.first().is_some_and(|comment| comment.newlines > 0);
        if !trailing.is_empty() || on_own_line {
            self.layout.force(group);
        }
        self.layout.line(group, flat, blank && gap.newlines_at(0) > 1);
        self.leading(&gap, blank, true);
        self.separated = true;
    }

    /// Comments behind a token.
    pub(super) fn trailing(&mut self, comments: &[Comment]) {
        for (at, comment) in comments.iter().enumerate() {
            let tight = self.before.is_some_and(|place| place.kind != L_BRACE && place.is_tight_behind());
            if at == 0 && tight && !comment.is_line {
                self.layout.source(comment.range);
            } else {
                self.behind(comment);
            }
        }
    }

    fn behind(&mut self, comment: &Comment) {
        if comment.is_line {
            self.layout.trailing(comment.range);
        } else {
            self.layout.text(" ");
            self.layout.source(comment.range);
        }
    }

    /// Comments that begin a line, or precede something on it; something follows them, if `more`.
    pub(super) fn leading(&mut self, gap: &Gap, blank: bool, more: bool) {
        let last = gap.comments.len();
        for (at, comment) in gap.comments.iter().enumerate() {
            self.layout.source(comment.range);
            let newlines = gap.newlines_at(at + 1);
            if at + 1 == last && !more {
                return;
            }
            if comment.is_line || newlines > 0 {
                self.layout.newline(0, blank && newlines > 1);
            } else {
                self.layout.text(" ");
            }
        }
    }
}

/// The children of a node.
pub(super) fn children(node: &SyntaxNode) -> Vec<SyntaxElement> {
    node.children_with_tokens().collect()
}
