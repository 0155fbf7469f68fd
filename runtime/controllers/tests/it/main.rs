//! The runtime against what is outside of it: services that are hostile (level 0), and real ones (the test bed).

mod api;
mod hostile;
mod prometheus;
mod rights;
mod web;

use efl_compiler::spec::fleet::FleetSpec;
use efl_runtime::observe::{MetricsSource as _, Observed, Prometheus};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A fleet whose clusters have these fields, with some fields of its own.
fn fleet(clusters: &[(&str, Value)], fields: Value) -> FleetSpec {
    let mut fleet = json!({ "name": "tested", "every": "4s", "stale-after": "10s" });
    let clusters = clusters.iter().map(|(name, fields)| {
        let mut cluster = fields.clone();
        cluster["name"] = (*name).into();
        cluster
    });
    fleet["clusters"] = clusters.collect();
    if let (Some(fleet), Value::Object(fields)) = (fleet.as_object_mut(), fields) {
        fleet.extend(fields);
    }
    serde_json::from_value(fleet).expect("a fleet")
}

/// What is known of its clusters.
fn observe(source: &Prometheus, fleet: &FleetSpec) -> BTreeMap<String, Observed> {
    let _ = rustls::crypto::ring::default_provider().install_default(); // once per process
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(source.observe(fleet))
}
