//! E0510 exclusive-fields.

super::rule! {
    code: "E0510",
    name: "exclusive-fields",
    level: Error,
    summary: "Two fields of which the kind takes one.",
    page: include_str!("pages/E0510.md"),
}
