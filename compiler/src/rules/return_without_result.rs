//! E0810 return-without-result.

super::rule! {
    code: "E0810",
    name: "return-without-result",
    level: Error,
    summary: "`return EXPR` in a workflow that declares no result.",
    page: include_str!("pages/E0810.md"),
}
