//! E0222 unknown-metric.

super::rule! {
    code: "E0222",
    name: "unknown-metric",
    level: Error,
    summary: "`metric NAME` in a placement that the fleet does not declare.",
    page: include_str!("pages/E0222.md"),
}
