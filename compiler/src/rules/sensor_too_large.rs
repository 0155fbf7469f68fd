//! E0416 sensor-too-large.

super::rule! {
    code: "E0416",
    name: "sensor-too-large",
    level: Error,
    summary: "The Sensor of the orchestrator would exceed 96 KB.",
    page: "",
}
