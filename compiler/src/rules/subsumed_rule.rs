//! E0406 subsumed-rule.

super::rule! {
    code: "E0406",
    name: "subsumed-rule",
    level: Warning,
    summary: "Another rule with the same body fires whenever this one does.",
    page: "",
}
