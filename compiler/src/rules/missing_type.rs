//! E0105 missing-type.

super::rule! {
    code: "E0105",
    name: "missing-type",
    level: Error,
    summary: "`:`, `->`, `list<` or `|` without a type.",
    page: include_str!("pages/E0105.md"),
}
