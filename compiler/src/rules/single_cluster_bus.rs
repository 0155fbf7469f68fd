//! E0708 single-cluster-bus.

super::rule! {
    code: "E0708",
    name: "single-cluster-bus",
    level: Error,
    summary: "A bus without `url` (or the EventBus `default`) with several candidates.",
    page: "",
}
