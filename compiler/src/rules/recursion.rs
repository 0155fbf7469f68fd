//! E0801 recursion.

super::rule! {
    code: "E0801",
    name: "recursion",
    level: Error,
    summary: "A workflow that calls itself, directly or through others.",
    page: "",
}
