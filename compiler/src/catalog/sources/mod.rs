//! Every source kind of Argo Events, one file per kind or family.
//!
//! Checked against `github.com/argoproj/argo-events` v1.9.11: field names and types against `api/jsonschema/schema.json`
//! (a test walks it), what is required against `pkg/eventsources/sources/*/validate.go`, payloads against
//! `pkg/eventsources/events/event-data.go`.

mod calendar;
mod common;
mod kafka;
mod mqtt;
mod webhook;

use super::{Field, SourceKind};
pub use common::{INGRESS, RESERVED_PATH, RESERVED_PORT, SOURCE};

/// Every kind, in the order of the reference.
static KINDS: &[&SourceKind] = &[&webhook::WEBHOOK, &calendar::CALENDAR, &mqtt::MQTT, &kafka::KAFKA];

/// Every kind, in the order of the reference.
pub fn all() -> &'static [&'static SourceKind] {
    KINDS
}

/// The kind of an EFL name.
pub fn find(name: &str) -> Option<&'static SourceKind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

impl SourceKind {
    /// The fields that may stand in the source itself: those every source has, those of its ingress, and defaults for
    /// its events.
    pub fn source_fields(&self) -> impl Iterator<Item = &'static Field> {
        let ingress: &[Field] = if self.listens { INGRESS } else { &[] };
        let defaults = self.block.fields.iter().filter(|field| !self.per_event.contains(&field.name));
        SOURCE.iter().chain(ingress).chain(defaults)
    }

    /// The fields that may stand in an event of the source.
    pub fn event_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.block.fields.iter()
    }
}
