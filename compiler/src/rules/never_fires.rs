//! E0403 never-fires.

super::rule! {
    code: "E0403",
    name: "never-fires",
    level: Error,
    summary: "The logic of a rule cannot be satisfied (`a then (not a for 5s)`-like contradictions, `count` over an impossible term → E0401).",
    page: "",
}
