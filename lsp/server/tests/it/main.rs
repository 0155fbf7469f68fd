//! The protocol against the real server: in process, and once over the standard streams of a process.

mod actions;
mod client;
mod documents;
mod inside;
mod previews;
mod pull;
mod reading;
mod scheduling;
