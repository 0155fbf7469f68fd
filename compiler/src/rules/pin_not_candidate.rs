//! E0703 pin-not-candidate.

super::rule! {
    code: "E0703",
    name: "pin-not-candidate",
    level: Error,
    summary: "A pinned cluster is no candidate.",
    page: "",
}
