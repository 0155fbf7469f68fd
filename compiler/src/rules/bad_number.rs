//! E0112 bad-number.

super::rule! {
    code: "E0112",
    name: "bad-number",
    level: Error,
    summary: "A number token that is none: `5m2`, `1h30m`, `1e5`, `12.`.",
    page: include_str!("pages/E0112.md"),
}
