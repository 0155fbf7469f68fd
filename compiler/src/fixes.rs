//! The fixes of diagnostics that need no person to choose them: for `efl check --fix` and an editor's "fix all".

use crate::diag::{Applicability, Diagnostic, Edit, Fix};
use efl_grammar::TextRange;
use std::ops::Range;

/// The edits of the safe fixes of a text's diagnostics, in order and without overlap, and how many fixes they are. Of
/// two that touch one another only the first is taken: the other one may look different afterwards.
pub fn safe(text: &str, diagnostics: &[Diagnostic]) -> (Vec<Edit>, usize) {
    let safe = |d: &Diagnostic| d.fixes.iter().find(|fix| fix.applicability == Applicability::Safe).cloned();
    let mut fixes: Vec<Fix> = diagnostics.iter().filter_map(safe).filter(|fix| fits(text, fix)).collect();
    fixes.sort_by_key(|fix| fix.edits.iter().map(|edit| edit.range.start()).min());
    let mut accepted: Vec<Edit> = Vec::new();
    let mut count = 0;
    for fix in fixes {
        if fix.edits.iter().all(|edit| accepted.iter().all(|other| apart(edit, other))) {
            accepted.extend(fix.edits);
            count += 1;
        }
    }
    accepted.sort_by_key(|edit| edit.range.start());
    (accepted, count)
}

/// A text after edits that are in order and without overlap.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = bytes(edit.range);
        mended.push_str(&text[at..range.start]);
        mended.push_str(&edit.text);
        at = range.end;
    }
    mended.push_str(&text[at..]);
    mended
}

/// Whether the edits of a fix lie in a text.
fn fits(text: &str, fix: &Fix) -> bool {
    !fix.edits.is_empty() && fix.edits.iter().all(|edit| text.get(bytes(edit.range)).is_some())
}

/// Whether two edits do not touch.
fn apart(a: &Edit, b: &Edit) -> bool {
    a.range.end() < b.range.start() || b.range.end() < a.range.start()
}

fn bytes(range: TextRange) -> Range<usize> {
    range.start().into()..range.end().into()
}

#[cfg(test)]
mod tests {
    use crate::{
        diag::{Applicability, Diagnostic},
        rules::unreadable_file,
    };
    use efl_grammar::TextRange;

    fn mended(text: &str, diagnostics: &[Diagnostic]) -> (String, usize) {
        let (edits, count) = super::safe(text, diagnostics);
        (super::apply(text, &edits), count)
    }

    fn fix(applicability: Applicability, start: u32, end: u32, text: &str) -> Diagnostic {
        let range = TextRange::new(start.into(), end.into());
        Diagnostic::new(&unreadable_file::RULE, range, "").fix(applicability, "", range, text)
    }

    #[test]
    fn safe_fixes_that_are_apart_are_applied() {
        let fixes = [
            fix(Applicability::Safe, 4, 7, "four"),
            fix(Applicability::Safe, 0, 3, "1"),
            fix(Applicability::Unsafe, 8, 9, "x"),
            fix(Applicability::Safe, 3, 4, "-"),
        ];
        assert_eq!(mended("one two x", &fixes), ("1 four x".to_owned(), 2));
    }

    #[test]
    fn what_lies_outside_of_the_text_is_left() {
        assert_eq!(mended("é", &[fix(Applicability::Safe, 1, 9, "x")]), ("é".to_owned(), 0));
    }
}
