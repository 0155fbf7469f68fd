//! E0411 emit-cycle.

super::rule! {
    code: "E0411",
    name: "emit-cycle",
    level: Warning,
    summary: "`emit` → rule → `emit` comes back to its beginning.",
    page: "",
}
