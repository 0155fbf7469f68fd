//! E0003 bad-settings.

super::rule! {
    code: "E0003",
    name: "bad-settings",
    level: Error,
    summary: "`efl.toml` cannot be read, or holds an unknown key or a wrong value.",
    page: include_str!("pages/E0003.md"),
}
