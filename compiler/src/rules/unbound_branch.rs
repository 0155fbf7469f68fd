//! E0405 unbound-branch.

super::rule! {
    code: "E0405",
    name: "unbound-branch",
    level: Error,
    summary: "A value bound on one `or` branch or `if` branch only is used where all meet.",
    page: "",
}
