//! Pages of Markdown as tests: reading them, checking their projects, comparing what the compiler says. The conventions
//! are those of `tests/spec/README.md`.

#![allow(dead_code)] // each test binary uses a part of it

pub mod compiled;
pub mod expression;
pub mod page;
pub mod project;
pub mod run;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}
