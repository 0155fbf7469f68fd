//! E0303 extra-argument.

super::rule! {
    code: "E0303",
    name: "extra-argument",
    level: Error,
    summary: "More positional arguments than parameters.",
    page: include_str!("pages/E0303.md"),
}
