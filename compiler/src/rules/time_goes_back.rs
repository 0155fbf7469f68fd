//! E0905 time-goes-back.

super::rule! {
    code: "E0905",
    name: "time-goes-back",
    level: Error,
    summary: "`at` behind a later time, or after a step that has moved the clock.",
    page: include_str!("pages/E0905.md"),
}
