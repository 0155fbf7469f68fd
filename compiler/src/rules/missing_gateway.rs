//! E0705 missing-gateway.

super::rule! {
    code: "E0705",
    name: "missing-gateway",
    level: Error,
    summary: "Stages are split over clusters and a candidate has no `gateway`.",
    page: "",
}
