//! E0217 import-cycle.

super::rule! {
    code: "E0217",
    name: "import-cycle",
    level: Error,
    summary: "Values of two files depend on each other.",
    page: "",
}
