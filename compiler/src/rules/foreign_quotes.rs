//! E0130 foreign-quotes.

super::rule! {
    code: "E0130",
    name: "foreign-quotes",
    level: Error,
    summary: "`'text'`, `“text”` or `` `text` ``; the fix writes `\"text\"`.",
    page: include_str!("pages/E0130.md"),
}
