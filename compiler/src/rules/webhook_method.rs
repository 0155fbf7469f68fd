//! E0505 webhook-method.

super::rule! {
    code: "E0505",
    name: "webhook-method",
    level: Error,
    summary: "A method that a webhook cannot serve (only GET and POST).",
    page: "",
}
