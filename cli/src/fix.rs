//! Applying the fixes that are safe, until there are none left.

use crate::project::Project;
use efl_compiler::{diag::Diagnostic, fixes, project};

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

/// A text with the safe fixes of its diagnostics, and how many there were.
fn apply(text: &str, diagnostics: &[Diagnostic]) -> (String, usize) {
    let (edits, count) = fixes::safe(text, diagnostics);
    (fixes::apply(text, &edits), count)
}
