//! E0225 unknown-rule.

super::rule! {
    code: "E0225",
    name: "unknown-rule",
    level: Error,
    summary: "`expect rule R` names no rule.",
    page: include_str!("pages/E0225.md"),
}
