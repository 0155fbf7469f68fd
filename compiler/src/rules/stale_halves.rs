//! E0410 stale-halves.

super::rule! {
    code: "E0410",
    name: "stale-halves",
    level: Hint,
    summary: "`and` without `within` or `reset` on `engine: argo`: a half waits forever.",
    page: "",
}
