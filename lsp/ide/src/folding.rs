//! Folding: what can be closed.

use crate::{
    semantic_tokens::comments,
    syntax::{gaps, roots},
};
use efl_compiler::db::{Database, SourceFile};
use efl_grammar::{SyntaxElement, SyntaxKind, TextRange, TextSize};

/// Something that can be closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fold {
    /// From its first to its last character, over at least two lines.
    pub range: TextRange,
    /// What it is.
    pub kind: FoldKind,
}

/// What can be closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoldKind {
    /// A block, list or text.
    Region,
    /// Comments that follow each other.
    Comment,
    /// Imports that follow each other.
    Imports,
}

/// What can be closed in a file, in order.
pub fn folds(db: &Database, file: SourceFile) -> Vec<Fold> {
    use SyntaxKind::*;
    let text = file.text(db).unwrap_or_default();
    let mut folds = Vec::new();
    let mut notes: Vec<TextRange> = Vec::new();
    for gap in gaps(db, file) {
        notes.extend(comments(&text[gap]).into_iter().map(|range| range + gap.start()));
    }
    let mut imports: Option<TextRange> = None;
    for (start, root) in roots(db, file) {
        if let Some(import) = root.children().find(|n| n.kind() == IMPORT) {
            let range = efl_grammar::ast::trimmed_range(&import) + start;
            imports = Some(imports.map_or(range, |all| all.cover(range)));
        } else if let Some(range) = imports.take() {
            folds.push(Fold { range, kind: FoldKind::Imports });
        }
        for element in root.descendants_with_tokens() {
            let range = element.text_range() + start;
            match &element {
                SyntaxElement::Token(token) if matches!(token.kind(), COMMENT | DOC_COMMENT) => {
                    notes.push(range);
                }
                SyntaxElement::Token(_) => {}
                SyntaxElement::Node(node) => {
                    let whole = matches!(
                        node.kind(),
                        BLOCK
                            | BODY
                            | STMTS
                            | TY_RECORD
                            | RECORD_EXPR
                            | LIST_EXPR
                            | ARGS
                            | SIG
                            | PATTERN
                            | STRING
                    );
                    if whole {
                        let range = efl_grammar::ast::trimmed_range(node) + start;
                        folds.push(Fold { range, kind: FoldKind::Region });
                    }
                }
            }
        }
    }
    folds.extend(imports.map(|range| Fold { range, kind: FoldKind::Imports }));
    folds.extend(runs(&text, notes).into_iter().map(|range| Fold { range, kind: FoldKind::Comment }));
    folds.retain(|fold| text[fold.range].contains('\n'));
    folds.sort_by_key(|fold| (fold.range.start(), std::cmp::Reverse(fold.range.end())));
    folds.dedup_by_key(|fold| fold.range);
    folds
}

/// Comments with one line break and no more than blanks between them, joined.
fn runs(text: &str, mut notes: Vec<TextRange>) -> Vec<TextRange> {
    notes.sort_by_key(|range| range.start());
    let mut runs: Vec<TextRange> = Vec::new();
    for note in notes {
        let joins = |last: &TextRange| {
            let between = text.get(usize::from(last.end())..usize::from(note.start())).unwrap_or("x");
            between.trim().is_empty() && between.matches('\n').count() == 1
        };
        let alone =
            text[..usize::from(note.start())].rsplit('\n').next().is_some_and(|l| l.trim().is_empty());
        match runs.last_mut() {
            Some(last) if alone && joins(last) => *last = last.cover(note),
            _ => runs.push(note),
        }
    }
    let end = |range: TextRange| {
        let solid = TextSize::of(text[range].trim_end());
        TextRange::at(range.start(), solid)
    };
    runs.into_iter().map(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileRange, fixture::Fixture};
    use insta::assert_snapshot;

    #[test]
    fn blocks_comments_and_imports() {
        let fixture = Fixture::new(
            r#"
import { a } from "a.efl"
import { b } from "b.efl"
// One,
// two.

// Another.
orchestrator o {
  /// What it
  /// is.
  source s: webhook {
    event e: {
      a: int
    } { path: "/e" }
  }
  rule r on e { f(e) }
"#,
        );
        let folds = folds(&fixture.db, fixture.file);
        let show = |f: &Fold| (FileRange { file: fixture.file, range: f.range }, format!("{:?}", f.kind));
        assert_snapshot!(fixture.underline_with(folds.iter().map(show)), @r#"
        main.efl:1
          import { a } from "a.efl"
          ^^^^^^^^^^^^^^^^^^^^^^^^^ … to line 2 Imports
        main.efl:3
          // One,
          ^^^^^^^ … to line 4 Comment
        main.efl:7
          orchestrator o {
                         ^ … to line 15 Region
        main.efl:8
            /// What it
            ^^^^^^^^^^^ … to line 9 Comment
        main.efl:10
            source s: webhook {
                              ^ … to line 14 Region
        main.efl:11
              event e: {
                       ^ … to line 13 Region
        "#);
    }
}
