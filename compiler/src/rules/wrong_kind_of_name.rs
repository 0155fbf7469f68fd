//! E0230 wrong-kind-of-name.

super::rule! {
    code: "E0230",
    name: "wrong-kind-of-name",
    level: Error,
    summary: "A name that exists, but not as what is needed here: a type where a value stands, a function as `bus:`, a cluster in a call.",
    page: include_str!("pages/E0230.md"),
}
