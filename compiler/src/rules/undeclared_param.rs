//! E0005 undeclared-param.

super::rule! {
    code: "E0005",
    name: "undeclared-param",
    level: Error,
    summary: "`--param`, `--params` or an environment sets a param that no file declares.",
    page: include_str!("pages/E0005.md"),
}
