//! E0102 misspelt-keyword.

super::rule! {
    code: "E0102",
    name: "misspelt-keyword",
    level: Error,
    summary: "A word that is nearly a keyword of this place (`orchestratr`, `functon`, `advnce`).",
    page: include_str!("pages/E0102.md"),
}
