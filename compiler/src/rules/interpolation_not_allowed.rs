//! E0120 interpolation-not-allowed.

super::rule! {
    code: "E0120",
    name: "interpolation-not-allowed",
    level: Error,
    summary: "`${ }` in a key, test name, type or import path.",
    page: include_str!("pages/E0120.md"),
}
