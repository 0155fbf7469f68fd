//! What the fuzz targets share: projects as one text, and mutations that keep programs valid often enough.

mod fixture;
mod mutate;

pub use fixture::{files, join};
pub use mutate::{cross_over, mutate};
