//! What `efl fmt` promises: one style, nothing lost, and formatting twice is formatting once.

mod common;

mod fmt {
    pub(crate) mod corpus;
    mod mutated;
    pub(crate) mod promises;
    mod range;
    mod speed;
    mod table;
}
