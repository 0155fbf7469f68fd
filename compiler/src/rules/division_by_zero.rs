//! E0328 division-by-zero.

super::rule! {
    code: "E0328",
    name: "division-by-zero",
    level: Error,
    summary: "A literal zero behind `/` or `%`.",
    page: include_str!("pages/E0328.md"),
}
