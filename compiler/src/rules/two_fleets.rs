//! E0707 two-fleets.

super::rule! {
    code: "E0707",
    name: "two-fleets",
    level: Error,
    summary: "Clusters of two fleets in one orchestrator.",
    page: include_str!("pages/E0707.md"),
}
