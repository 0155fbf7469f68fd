//! Evaluating expressions: what a predicate, a condition or a value means (`tests/spec/expressions.md`).

pub mod timestamp;
