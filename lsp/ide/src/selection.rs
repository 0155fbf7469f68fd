//! Selection ranges: what is around a place, from the inside out.

use crate::syntax::{root, token_at};
use efl_compiler::{
    db::{Database, SourceFile},
    index,
};
use efl_grammar::{SyntaxKind, SyntaxNode, TextRange, TextSize, ast};

/// What to select around a place: each range contains the one before it; the last is the whole file.
pub fn selection_ranges(db: &Database, file: SourceFile, offset: TextSize) -> Vec<TextRange> {
    let text = file.text(db).unwrap_or_default();
    let mut ranges: Vec<TextRange> = vec![TextRange::empty(offset.min(TextSize::of(&*text)))];
    let mut add = |range: TextRange| {
        let last = ranges.last().copied().unwrap_or_default();
        if range.contains_range(last) && range != last {
            ranges.push(range);
        }
    };
    if let Some(item) = index::item_at(db, file, offset)
        && let Some(token) = token_at(&root(db, item.item), item.relative(offset))
    {
        if !matches!(token.kind(), SyntaxKind::WHITESPACE) {
            add(item.absolute(token.text_range()));
        }
        for node in token.parent_ancestors() {
            if let Some(inner) = inside(&node) {
                add(item.absolute(inner));
            }
            add(item.absolute(ast::trimmed_range(&node)));
            if let Some(doc) = node.children().find(|n| n.kind() == SyntaxKind::DOC) {
                let start = doc.text_range().start();
                add(item.absolute(TextRange::new(start, ast::trimmed_range(&node).end())));
            }
        }
    }
    add(TextRange::up_to(TextSize::of(&*text)));
    ranges
}

/// What stands between the braces, brackets or quotes of a node.
fn inside(node: &SyntaxNode) -> Option<TextRange> {
    use SyntaxKind::*;
    let (first, last) = (node.first_token()?, node.last_token()?);
    let pair = matches!(
        (first.kind(), last.kind()),
        (L_BRACE, R_BRACE) | (L_PAREN, R_PAREN) | (L_BRACK, R_BRACK) | (QUOTE, QUOTE)
    );
    if !pair || first == last {
        return None;
    }
    let range = TextRange::new(first.text_range().end(), last.text_range().start());
    let text = node.text().slice(range - node.text_range().start()).to_string();
    let blank = text.len() - text.trim_start().len();
    let solid = TextSize::of(text.trim());
    let start = range.start() + TextSize::try_from(blank).unwrap_or_default();
    Some(TextRange::at(start, solid)).filter(|r| !r.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    fn check(source: &str) -> String {
        let fixture = Fixture::new(source);
        let text = fixture.text(fixture.file);
        let ranges = selection_ranges(&fixture.db, fixture.file, fixture.offset());
        let show = |r: &TextRange| text[*r].split_whitespace().collect::<Vec<_>>().join(" ");
        ranges.iter().skip(1).map(show).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn from_a_word_to_the_file() {
        assert_snapshot!(check(
            r"
/// What it does.
workflow w(x: int) {
  if x > 3 and x < li<CURSOR>mit { f(x) }
}
param limit: int = 3
"
        ), @"
        limit
        x < limit
        x > 3 and x < limit
        if x > 3 and x < limit { f(x) }
        { if x > 3 and x < limit { f(x) } }
        workflow w(x: int) { if x > 3 and x < limit { f(x) } }
        /// What it does. workflow w(x: int) { if x > 3 and x < limit { f(x) } }
        /// What it does. workflow w(x: int) { if x > 3 and x < limit { f(x) } } param limit: int = 3
        ");
    }

    #[test]
    fn within_a_text() {
        assert_snapshot!(check("param x: string = \"one tw<CURSOR>o ${3}\""), @r#"
        one two
        one two ${3}
        "one two ${3}"
        param x: string = "one two ${3}"
        "#);
    }
}
