//! Programs of tests: files with a cursor, and answers as an editor shows them.

use efl_compiler::{
    db::{Database, SourceFile},
    index::FileRange,
    system::MemorySystem,
};
use efl_grammar::{Encoding, LineIndex, TextSize};
use std::{fmt::Write, sync::Arc};

const CURSOR: &str = "<CURSOR>";

/// Files, with a cursor in one of them.
pub(crate) struct Fixture {
    pub(crate) db: Database,
    /// The file with the cursor; the first one where there is none.
    pub(crate) file: SourceFile,
    cursor: Option<TextSize>,
}

impl Fixture {
    /// Reads files: each begins with a line `//- /path.efl`; without any, all is `main.efl`. `<CURSOR>` is taken out.
    pub(crate) fn new(source: &str) -> Self {
        let source = source.strip_prefix('\n').unwrap_or(source);
        let mut files: Vec<(String, String)> = Vec::new();
        for line in source.split_inclusive('\n') {
            if let Some(path) = line.strip_prefix("//- /") {
                files.push((path.trim().to_owned(), String::new()));
                continue;
            }
            if files.is_empty() {
                files.push(("main.efl".to_owned(), String::new()));
            }
            files.last_mut().expect("there is one").1.push_str(line);
        }
        let mut cursor = None;
        let mut at = files.first().map(|(path, _)| path.clone()).unwrap_or_default();
        for (path, text) in &mut files {
            if let Some(found) = text.find(CURSOR) {
                text.replace_range(found..found + CURSOR.len(), "");
                cursor = TextSize::try_from(found).ok();
                at.clone_from(path);
            }
        }
        let roots: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
        let files = files.into_iter().map(|(path, text)| (path, Arc::from(text)));
        let system = MemorySystem { files: files.collect() };
        let db = Database::load(
            &system,
            &roots.iter().filter(|p| p.ends_with(".efl")).cloned().collect::<Vec<_>>(),
        );
        let file = db.file(&at).expect("the file with the cursor is in the workspace");
        Self { db, file, cursor }
    }

    /// Where the cursor is.
    pub(crate) fn offset(&self) -> TextSize {
        self.cursor.expect("there is a cursor")
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: SourceFile) -> Arc<str> {
        file.text(&self.db).unwrap_or_default()
    }

    /// Places as an editor shows them: the line, and what of it is meant.
    pub(crate) fn underline(&self, places: &[FileRange]) -> String {
        self.underline_with(places.iter().map(|place| (*place, String::new())))
    }

    /// The files that edits change, as they are then.
    pub(crate) fn applied(&self, edits: &[crate::FileEdit]) -> String {
        let mut out = String::new();
        for (path, file) in self.db.workspace().files(&self.db) {
            let mut edits: Vec<_> = edits.iter().filter(|e| e.place.file == *file).collect();
            if edits.is_empty() {
                continue;
            }
            edits.sort_by_key(|e| std::cmp::Reverse(e.place.range.start()));
            let mut text = self.text(*file).to_string();
            for edit in edits {
                text.replace_range(std::ops::Range::<usize>::from(edit.place.range), &edit.text);
            }
            let _ = write!(out, "//- /{path}\n{text}");
        }
        if out.is_empty() { "no edits".to_owned() } else { out.trim_end().to_owned() }
    }

    /// [`Self::underline`] with words behind each place.
    pub(crate) fn underline_with(&self, places: impl Iterator<Item = (FileRange, String)>) -> String {
        let mut out = String::new();
        for (place, words) in places {
            let text = self.text(place.file);
            let lines = LineIndex::new(text.clone());
            let from = lines.line_col(place.range.start(), Encoding::Utf32);
            let to = lines.line_col(place.range.end(), Encoding::Utf32);
            let line = text.lines().nth(from.line as usize).unwrap_or_default();
            let width = if to.line == from.line {
                to.col - from.col
            } else {
                u32::try_from(line.chars().count()).unwrap_or(0) - from.col
            };
            let (path, number) = (place.file.path(&self.db), from.line + 1);
            let mark = "^".repeat(width.max(1) as usize);
            let more =
                if to.line == from.line { String::new() } else { format!(" … to line {}", to.line + 1) };
            let _ = writeln!(
                out,
                "{path}:{number}\n  {line}\n  {}{mark}{more} {words}",
                " ".repeat(from.col as usize)
            );
        }
        let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
        lines.join("\n")
    }
}
