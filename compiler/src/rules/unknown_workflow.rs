//! E0203 unknown-workflow.

super::rule! {
    code: "E0203",
    name: "unknown-workflow",
    level: Error,
    summary: "`expect run W` or another place that takes only a workflow.",
    page: include_str!("pages/E0203.md"),
}
