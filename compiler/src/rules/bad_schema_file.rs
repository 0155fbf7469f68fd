//! E0312 bad-schema-file.

super::rule! {
    code: "E0312",
    name: "bad-schema-file",
    level: Error,
    summary: "The JSON Schema file is missing, no JSON, or holds what has no EFL type.",
    page: include_str!("pages/E0312.md"),
}
