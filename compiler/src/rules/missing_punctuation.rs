//! E0107 missing-punctuation.

super::rule! {
    code: "E0107",
    name: "missing-punctuation",
    level: Error,
    summary: "`:`, `=`, `(`, `)`, `<`, `>` is missing where nothing else may stand.",
    page: include_str!("pages/E0107.md"),
}
