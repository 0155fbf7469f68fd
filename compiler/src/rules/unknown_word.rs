//! E0223 unknown-word.

super::rule! {
    code: "E0223",
    name: "unknown-word",
    level: Error,
    summary: "A bare or quoted word that is none of the field's words (`engine: agro`).",
    page: include_str!("pages/E0223.md"),
}
