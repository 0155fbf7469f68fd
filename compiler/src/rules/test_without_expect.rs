//! E0902 test-without-expect.

super::rule! {
    code: "E0902",
    name: "test-without-expect",
    level: Warning,
    summary: "A test that expects nothing.",
    page: include_str!("pages/E0902.md"),
}
