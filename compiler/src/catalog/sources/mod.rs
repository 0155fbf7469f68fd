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

use super::{Block, Field, SourceKind};
use common::{LISTENING, SOURCE};
pub use common::{RESERVED_PATH, RESERVED_PORT};

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

/// What a source has besides the defaults of its events: fields about its pod.
static OWN: Block = Block { name: "source", doc: "Fields of every source.", fields: SOURCE, ..Block::EMPTY };

/// The same of a source that listens.
static OWN_LISTENING: Block =
    Block { name: "source", doc: "Fields of every source that listens.", fields: LISTENING, ..Block::EMPTY };

impl SourceKind {
    /// The fields of the source itself, which no event may have: about its pod and, if it listens, its ingress.
    pub fn own(&self) -> &'static Block {
        if self.listens { &OWN_LISTENING } else { &OWN }
    }

    /// The fields that may stand in the source itself: its own and defaults for its events.
    pub fn source_fields(&self) -> impl Iterator<Item = &'static Field> {
        let defaults = self.block.fields.iter().filter(|field| !self.per_event.contains(&field.name));
        self.own().fields.iter().chain(defaults)
    }

    /// The fields that may stand in an event of the source.
    pub fn event_fields(&self) -> impl Iterator<Item = &'static Field> {
        self.block.fields.iter()
    }
}
