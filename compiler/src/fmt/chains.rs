//! What breaks at its words and operators: expressions, event logic, unions, the heads of a rule, outcomes of a mock.

use super::layout::{Bind, Group};
use super::printer::{Printer, children};
use super::spacing::Place;
use super::trivia::{Comment, Gap, is_trivia};
use efl_grammar::{SyntaxElement, SyntaxKind::*, SyntaxNode, SyntaxToken};

/// A head of a rule.
struct Head {
    gap: Gap,
    node: SyntaxNode,
    trailing: Vec<Comment>,
}

impl Printer<'_> {
    /// Operands joined by operators of one strength: on one line, or one operand to a line.
    pub(super) fn chain(&mut self, node: &SyntaxNode) {
        let strength = strength(node);
        let spine = spine(node, |inner| inner.kind() == node.kind() && self::strength(inner) == strength);
        let levels = chain_levels(node);
        let group = self.begin(node, levels);
        if let Some(first) = spine.last().and_then(SyntaxNode::first_child) {
            self.node(&first);
        }
        for link in spine.iter().rev() {
            self.link(group, link);
        }
        self.finish(group, levels);
    }

    /// An operator and its right operand. `and`, `or`, `then` and `??` may begin a line, others end it: the grammar
    /// reads no line that begins with them.
    fn link(&mut self, group: Group, node: &SyntaxNode) {
        let mut line_is_due = false;
        for element in behind_first_child(node) {
            match &element {
                SyntaxElement::Token(token) if matches!(token.kind(), KEYWORD | OPERATOR) => {
                    line_is_due = !begins_line(token);
                    if !line_is_due {
                        self.line(group, " ", false);
                    }
                }
                SyntaxElement::Node(_) if line_is_due && !is_trivia(&element) => self.line(group, " ", false),
                _ => {}
            }
            self.element(&element);
        }
    }

    /// `a.b`, `a[b]`, `a(b)`: without blanks.
    pub(super) fn postfix(&mut self, node: &SyntaxNode) {
        let spine = spine(node, |inner| matches!(inner.kind(), MEMBER_EXPR | INDEX_EXPR | CALL_EXPR));
        if let Some(first) = spine.last().and_then(SyntaxNode::first_child) {
            self.node(&first);
        }
        for link in spine.iter().rev() {
            self.elements(link, &behind_first_child(link).collect::<Vec<_>>());
        }
    }

    /// `A | B`. One that begins with `|` has each alternative on a line of its own.
    pub(super) fn union(&mut self, node: &SyntaxNode) {
        let levels = isize::from(node.parent().is_none_or(|parent| parent.kind() != TY_PAREN));
        let leading_pipe = node.first_token().is_some_and(|token| token.kind() == PIPE);
        let group = if leading_pipe { self.begin_here(levels) } else { self.begin(node, levels) };
        if leading_pipe {
            self.layout.force(group);
        }
        for element in children(node) {
            if element.kind() == PIPE && !self.separated {
                self.line(group, " ", false);
            }
            self.element(&element);
        }
        self.finish(group, levels);
    }

    /// `mock f returns A then returns B`: on one line, or one outcome to a line.
    pub(super) fn mock(&mut self, node: &SyntaxNode) {
        let elements = children(node);
        if !elements.iter().any(|element| is_word(element, "then")) {
            return self.elements(node, &elements);
        }
        let group = self.begin(node, 1);
        for element in elements {
            if is_word(&element, "then") {
                self.line(group, " ", false);
            }
            self.element(&element);
        }
        self.finish(group, 1);
    }

    /// A rule: its heads follow the logic on one line, or have a line each, and then `{` has one too.
    pub(super) fn rule(&mut self, node: &SyntaxNode) {
        let mut group = None;
        let (mut heads, mut on_own_line, mut behind_logic) = (Vec::<Head>::new(), false, Vec::new());
        for element in children(node) {
            let (kind, begun) = (element.kind(), group);
            match (element, begun) {
                (SyntaxElement::Node(head), Some(_)) if matches!(kind, WITHIN | BY | WHERE) => {
                    let mut gap = std::mem::take(&mut self.gap);
                    on_own_line |= heads.is_empty() && gap.has_line_break();
                    heads
                        .last_mut()
                        .map_or(&mut behind_logic, |head| &mut head.trailing)
                        .extend(gap.take_trailing());
                    heads.push(Head { gap, node: head, trailing: Vec::new() });
                }
                (SyntaxElement::Node(body), Some(group)) if kind == BODY => {
                    if let Some(last) = heads.last_mut() {
                        last.trailing = self.gap.take_trailing();
                    }
                    if on_own_line {
                        self.layout.force(group);
                    }
                    self.heads(group, &behind_logic, std::mem::take(&mut heads));
                    self.node(&body);
                }
                (SyntaxElement::Token(token), None) if kind == KEYWORD => {
                    self.approach(Place::of(&token));
                    group = Some(self.layout.open(Bind::Loose));
                    self.token(&token);
                }
                (element, _) => self.element(&element),
            }
        }
    }

    fn heads(&mut self, group: Group, behind_logic: &[Comment], mut heads: Vec<Head>) {
        let before_body = std::mem::take(&mut self.gap);
        heads.sort_by_key(|head| head.node.kind());
        self.layout.indent(group, 1);
        self.trailing_of(group, behind_logic);
        for head in heads {
            self.gap = head.gap;
            self.line(group, " ", false);
            self.node(&head.node);
            self.trailing_of(group, &head.trailing);
        }
        self.layout.indent(group, -1);
        self.gap = before_body;
        self.line(group, " ", false);
        self.layout.close(group);
    }

    fn trailing_of(&mut self, group: Group, comments: &[Comment]) {
        self.trailing(comments);
        if !comments.is_empty() {
            self.layout.force(group);
        }
    }

    /// Begins a group at a node, behind what stands before it.
    fn begin(&mut self, node: &SyntaxNode, levels: isize) -> Group {
        if let Some(token) = node.first_token() {
            self.approach(Place::of(&token));
        }
        self.begin_here(levels)
    }

    fn begin_here(&mut self, levels: isize) -> Group {
        let group = self.layout.open(Bind::Loose);
        self.layout.indent(group, levels);
        group
    }

    fn finish(&mut self, group: Group, levels: isize) {
        self.layout.indent(group, -levels);
        self.layout.close(group);
    }
}

/// By how many levels the lines of a chain are indented: not inside brackets that indent already, and twice where a
/// block follows that indents once.
fn chain_levels(node: &SyntaxNode) -> isize {
    match node.parent().map(|parent| parent.kind()) {
        Some(PAREN_EXPR | LOGIC_PAREN | PREDICATE | INDEX_EXPR) => 0,
        Some(IF_STMT | FOR_STMT | RULE) => 2,
        _ => 1,
    }
}

/// A node and those that begin it, one in the other, from the outermost one.
fn spine(node: &SyntaxNode, same: impl Fn(&SyntaxNode) -> bool) -> Vec<SyntaxNode> {
    std::iter::successors(Some(node.clone()), |outer| outer.first_child().filter(&same)).collect()
}

fn behind_first_child(node: &SyntaxNode) -> impl Iterator<Item = SyntaxElement> {
    let is_token = |element: &SyntaxElement| element.as_token().is_some();
    node.children_with_tokens().skip_while(is_token).skip(1)
}

/// How tightly the operator of a node binds.
fn strength(node: &SyntaxNode) -> u8 {
    let mut tokens = node.children_with_tokens().filter_map(SyntaxElement::into_token);
    let operator = tokens.find(|token| matches!(token.kind(), KEYWORD | OPERATOR));
    match operator.as_ref().map_or("", |token| token.text()) {
        "or" => 1,
        "and" => 2,
        "then" => 3,
        "??" => 5,
        "+" | "-" => 6,
        "*" | "/" | "%" => 7,
        _ => 4,
    }
}

fn begins_line(operator: &SyntaxToken) -> bool {
    matches!(operator.text(), "and" | "or" | "then" | "??")
}

fn is_word(element: &SyntaxElement, word: &str) -> bool {
    element.as_token().is_some_and(|token| token.kind() == KEYWORD && token.text() == word)
}
