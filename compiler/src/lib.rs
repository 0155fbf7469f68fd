//! The EFL compiler: names, types, checks, and the resources a program becomes.
//!
//! ```text
//! text ─ segment ─ pest per item ─ rowan tree ─ typed AST ─ names ─ types ─ rules ─ IR ─ expand ─ YAML
//! ```
//!
//! Everything up to the IR is a salsa query over the files of a workspace ([`db`]); everything behind it is a pure
//! function of the IR. Nothing here does I/O but through [`system::System`].

pub mod catalog;
mod circles;
pub mod compile;
pub mod config;
mod consequences;
pub mod db;
pub mod diag;
pub mod elab;
pub mod engine;
pub mod eval;
pub mod expand;
pub mod fixes;
pub mod fmt;
pub mod graph;
pub mod import;
pub mod index;
pub mod ir;
pub mod names;
pub mod parallel;
pub mod project;
pub mod rules;
pub mod sat;
pub mod schema;
pub mod spec;
pub mod suppress;
pub mod system;
pub mod types;
pub mod units;
pub mod value;
pub mod yaml;
