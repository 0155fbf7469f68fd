//! E0903 unreachable-expectation.

super::rule! {
    code: "E0903",
    name: "unreachable-expectation",
    level: Warning,
    summary: "`expect call F` (or `emit`, `run`) of something that no rule of the orchestrator can reach.",
    page: "",
}
