//! E0514 typed-opaque-payload.

super::rule! {
    code: "E0514",
    name: "typed-opaque-payload",
    level: Warning,
    summary: "A declared type that the kind's documented payload cannot have.",
    page: "",
}
