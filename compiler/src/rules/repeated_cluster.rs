//! E0710 repeated-cluster.

super::rule! {
    code: "E0710",
    name: "repeated-cluster",
    level: Warning,
    summary: "A cluster twice in one list.",
    page: "",
}
