//! The syntax of EFL: one pest grammar, a lossless rowan tree and typed views of it.
//!
//! * [`segment`] splits a file before each declaration that starts at column 0.
//! * [`parse_item`] parses one segment; [`parse`] a whole file (its segments, joined).
//!
//! Parsing never fails: it returns a tree *and* errors, one [`SyntaxError`] for each `ERROR` node. **The tree's text
//! is the source, byte for byte.** Nothing here knows what a name means.

mod build;
mod error;
mod expr;
mod hide;
mod junk;
mod keyword;
mod kind;
mod lex;
mod line_index;
mod messages;
mod missing;
mod number;
mod order;
mod parser;
mod repair;
mod segment;
mod shape;
mod source;

pub mod ast;
mod string;

pub use error::{SyntaxError, SyntaxErrorKind, SyntaxFix};
pub use kind::{ALL_KINDS, Efl, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use line_index::{Encoding, LineCol, LineIndex};
pub use number::{Number, UnitFamily};
pub use parser::{Parse, ParsedItem, parse, parse_item};
pub use rowan::{GreenNode, TextRange, TextSize, TokenAtOffset};
pub use segment::{Segment, segment};
