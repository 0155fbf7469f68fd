//! What an editor asks of an EFL program: one file and one pure function per feature.
//!
//! Every function takes the compiler's database, a file and an offset in bytes, and answers in plain types with byte
//! ranges. What a name means, which type an expression has and what is visible where is said by [`efl_compiler::index`];
//! nothing is worked out again here. All of it works in broken files: the file being typed is always broken.

pub mod call_hierarchy;
pub mod code_actions;
pub mod code_lens;
pub mod completion;
pub mod definition;
pub mod folding;
pub mod hover;
pub mod inlay_hints;
pub mod links;
pub mod references;
pub mod rename;
pub mod selection;
pub mod semantic_tokens;
pub mod signature_help;
pub mod symbols;
mod syntax;

#[cfg(test)]
mod fixture;

pub use efl_compiler::index::FileRange;

/// A replacement of a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileEdit {
    /// What is replaced.
    pub place: FileRange,
    /// By what.
    pub text: String,
}
