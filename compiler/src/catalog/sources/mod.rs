//! Every source kind of Argo Events, one file per kind or family.
//!
//! Checked against `github.com/argoproj/argo-events` v1.9.11: field names and types against `api/jsonschema/schema.json`
//! (a test walks it), what is required against `pkg/eventsources/sources/*/validate.go`, payloads against
//! `pkg/eventsources/events/event-data.go`.

mod amqp;
mod aws;
mod azure;
mod bitbucket;
mod calendar;
mod common;
mod emitter;
mod files;
mod generic;
mod gerrit;
mod github;
mod gitlab;
mod kafka;
mod minio;
mod mns;
mod mqtt;
mod nats;
mod nsq;
mod pubsub;
mod pulsar;
mod redis;
mod resource;
mod slack;
mod storage_grid;
mod stripe;
mod webhook;

use super::{Field, SourceKind};
pub use common::{INGRESS, RESERVED_PATH, RESERVED_PORT, SOURCE};

/// Every kind, in the order of the reference.
static KINDS: &[&SourceKind] = &[
    &webhook::WEBHOOK,
    &calendar::CALENDAR,
    &mqtt::MQTT,
    &kafka::KAFKA,
    &nats::NATS,
    &amqp::AMQP,
    &redis::REDIS,
    &redis::REDIS_STREAM,
    &nsq::NSQ,
    &pulsar::PULSAR,
    &emitter::EMITTER,
    &minio::MINIO,
    &files::FILE,
    &files::SFTP,
    &files::HDFS,
    &resource::RESOURCE,
    &github::GITHUB,
    &gitlab::GITLAB,
    &bitbucket::BITBUCKET,
    &bitbucket::BITBUCKET_SERVER,
    &gerrit::GERRIT,
    &slack::SLACK,
    &stripe::STRIPE,
    &storage_grid::STORAGE_GRID,
    &aws::SNS,
    &aws::SQS,
    &pubsub::PUBSUB,
    &azure::EVENTS_HUB,
    &azure::SERVICE_BUS,
    &azure::QUEUE_STORAGE,
    &mns::MNS,
    &generic::GENERIC,
];

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
