//! E0418 same-event-twice.

super::rule! {
    code: "E0418",
    name: "same-event-twice",
    level: Warning,
    summary: "Two rules with the same head and body, or one term twice under `or`.",
    page: "",
}
