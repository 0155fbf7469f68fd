//! E0207 unknown-parameter.

super::rule! {
    code: "E0207",
    name: "unknown-parameter",
    level: Error,
    summary: "A named argument that the callee does not have.",
    page: include_str!("pages/E0207.md"),
}
