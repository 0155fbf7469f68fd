//! What several integration tests share.

#![allow(dead_code)] // no test uses all of it

pub(crate) mod files;
pub(crate) mod json;
pub(crate) mod level;
pub(crate) mod predicates;
pub(crate) mod program;
