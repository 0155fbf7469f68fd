//! E0224 unknown-orchestrator.

super::rule! {
    code: "E0224",
    name: "unknown-orchestrator",
    level: Error,
    summary: "`test … for NAME` names no orchestrator in scope.",
    page: include_str!("pages/E0224.md"),
}
