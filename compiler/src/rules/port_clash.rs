//! E0502 port-clash.

super::rule! {
    code: "E0502",
    name: "port-clash",
    level: Error,
    summary: "Two sources of one orchestrator listen on one port.",
    page: "",
}
