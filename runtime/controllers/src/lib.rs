//! The runtime: turns Orchestrators into running pipelines, and moves them without losing an event.
//!
//! `program` compiles a custom resource, `efl_placement` decides where it runs, `migration` says what stands where while it
//! moves: all three are pure. `orchestrators` and `placement` are the two controllers around them, `observe` what Prometheus
//! says, `children` what stands in the API server, `health` what Karmada says of the members.
//!
//! Against Karmada's API server, or a plain Kubernetes one: then there are no policies, and one cluster.

#![allow(clippy::doc_markdown)] // kinds are written as they are called

mod api;
mod children;
mod client;
mod conditions;
pub mod deploy;
mod health;
pub mod inspect;
pub mod install;
mod installation;
mod lease;
pub mod migration;
pub mod observe;
mod orchestrators;
mod placement;
mod program;
mod run;
mod telemetry;

pub use client::{ApiError, Connection, connect};
pub use jiff::Timestamp;
pub use kube::Client;
pub use run::{Controller, Options, RunError, run};
