//! E0128 misplaced-declaration.

super::rule! {
    code: "E0128",
    name: "misplaced-declaration",
    level: Error,
    summary: "A declaration where its kind may not stand: `rule` in a file, `param` in an orchestrator, `patch` in a rule.",
    page: include_str!("pages/E0128.md"),
}
