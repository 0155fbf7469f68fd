//! E0007 bad-ignore.

super::rule! {
    code: "E0007",
    name: "bad-ignore",
    level: Warning,
    summary: "An `efl-ignore` comment without a code, with an unknown code, or without a reason.",
    page: "",
}
