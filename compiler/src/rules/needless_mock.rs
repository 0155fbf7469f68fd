//! E0904 needless-mock.

super::rule! {
    code: "E0904",
    name: "needless-mock",
    level: Warning,
    summary: "A mock of something that no rule of the orchestrator can reach.",
    page: "",
}
