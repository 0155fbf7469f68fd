//! E0316 param-required.

super::rule! {
    code: "E0316",
    name: "param-required",
    level: Error,
    summary: "A param without a default is not set (compile, test, dev; `check` only notes it as a hint).",
    page: "",
}
