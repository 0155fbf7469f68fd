//! E0607 timeout-nesting.

super::rule! {
    code: "E0607",
    name: "timeout-nesting",
    level: Warning,
    summary: "A call may take longer than the workflow or rule around it, or than the function itself.",
    page: "",
}
