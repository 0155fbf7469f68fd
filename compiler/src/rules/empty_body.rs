//! E0808 empty-body.

super::rule! {
    code: "E0808",
    name: "empty-body",
    level: Error,
    summary: "A rule or workflow without a statement.",
    page: include_str!("pages/E0808.md"),
}
