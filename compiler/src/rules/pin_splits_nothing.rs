//! E0712 pin-splits-nothing.

super::rule! {
    code: "E0712",
    name: "pin-splits-nothing",
    level: Hint,
    summary: "A pin that names every candidate.",
    page: "",
}
