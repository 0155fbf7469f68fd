//! Applying the fixes that are safe, until there are none left.

use crate::{project::Project, report::bytes};
use efl_compiler::{
    diag::{Applicability, Diagnostic, Edit, Fix},
    project,
};

/// A fix may bring another one to light, but hardly a chain of them.
const ROUNDS: usize = 10;

/// An input after its fixes.
pub(crate) struct Mended {
    /// Its workspace path.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
    /// How many fixes were applied.
    pub(crate) fixes: usize,
}

/// Mends every input of a project, in the database; files on disk stay as they are.
pub(crate) fn fix(project: &mut Project) -> Vec<Mended> {
    let roots = project.roots.clone();
    let untouched = |path: String| Mended { text: project.text(&path), path, fixes: 0 };
    let mut mended: Vec<Mended> = roots.into_iter().map(untouched).collect();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for file in &mut mended {
            let Some(source) = project.db.file(&file.path) else { continue };
            let diagnostics = project::diagnostics(&project.db, source);
            let (text, fixes) = apply(&file.text, &diagnostics);
            if fixes == 0 || text == file.text {
                continue;
            }
            file.text = text;
            file.fixes += fixes;
            project.disk.hold(&file.path, file.text.clone());
            project.db.edit(&project.disk, &file.path, Some(file.text.as_str().into()));
            changed = true;
        }
        if !changed {
            break;
        }
    }
    mended
}

/// A text with the safe fixes of its diagnostics, and how many there were. Of two that touch one another only the first
/// is applied: the other one may look different afterwards.
fn apply(text: &str, diagnostics: &[Diagnostic]) -> (String, usize) {
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
    let mut mended = String::with_capacity(text.len());
    let mut at = 0;
    for edit in &accepted {
        let range = bytes(edit.range);
        mended.push_str(&text[at..range.start]);
        mended.push_str(&edit.text);
        at = range.end;
    }
    mended.push_str(&text[at..]);
    (mended, count)
}

/// Whether the edits of a fix lie in a text.
fn fits(text: &str, fix: &Fix) -> bool {
    !fix.edits.is_empty() && fix.edits.iter().all(|edit| text.get(bytes(edit.range)).is_some())
}

/// Whether two edits do not touch.
fn apart(a: &Edit, b: &Edit) -> bool {
    a.range.end() < b.range.start() || b.range.end() < a.range.start()
}

#[cfg(test)]
mod tests {
    use super::apply;
    use efl_compiler::{
        diag::{Applicability, Diagnostic},
        rules::unreadable_file,
    };
    use efl_grammar::TextRange;

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
        assert_eq!(apply("one two x", &fixes), ("1 four x".to_owned(), 2));
    }

    #[test]
    fn what_lies_outside_of_the_text_is_left() {
        assert_eq!(apply("é", &[fix(Applicability::Safe, 1, 9, "x")]), ("é".to_owned(), 0));
    }
}
