//! E0308 bad-interpolation.

super::rule! {
    code: "E0308",
    name: "bad-interpolation",
    level: Error,
    summary: "A record, list or map inside `${ }`.",
    page: include_str!("pages/E0308.md"),
}
