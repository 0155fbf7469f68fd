//! E0006 unused-ignore.

super::rule! {
    code: "E0006",
    name: "unused-ignore",
    level: Warning,
    summary: "An `efl-ignore` comment that suppresses nothing.",
    page: "",
}
