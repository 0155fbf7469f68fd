//! E0414 lossy-pairing.

super::rule! {
    code: "E0414",
    name: "lossy-pairing",
    level: Hint,
    summary: "What `pairing: latest` can lose.",
    page: "",
}
