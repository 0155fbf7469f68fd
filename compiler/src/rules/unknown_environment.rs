//! E0004 unknown-environment.

super::rule! {
    code: "E0004",
    name: "unknown-environment",
    level: Error,
    summary: "`--env NAME`, but `efl.toml` has no `[env.NAME]`.",
    page: include_str!("pages/E0004.md"),
}
