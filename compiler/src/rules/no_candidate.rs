//! E0702 no-candidate.

super::rule! {
    code: "E0702",
    name: "no-candidate",
    level: Error,
    summary: "No cluster is left: an empty list, or a condition that none satisfies.",
    page: include_str!("pages/E0702.md"),
}
