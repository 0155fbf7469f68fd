//! EFL for [tree-sitter](https://tree-sitter.github.io): the parser, and the queries of the editors.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_efl() -> *const ();
}

/// The language: `tree_sitter::Language::new(LANGUAGE)`.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_efl) };

/// What is coloured how.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");
/// Other languages inside of text.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");
/// What can be folded.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");
/// Where a line is indented.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");
/// Which names a scope has.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
/// What a person selects and jumps to.
pub const TEXTOBJECTS_QUERY: &str = include_str!("../../queries/textobjects.scm");
/// The outline of a file.
pub const TAGS_QUERY: &str = include_str!("../../queries/tags.scm");
