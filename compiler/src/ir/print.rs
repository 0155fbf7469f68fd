//! Printing the IR as EFL text: the way `efl fmt` would, with as few parentheses as the tree allows. What is printed
//! parses back to the same tree.

mod body;
mod expr;
mod logic;
#[cfg(test)]
mod tests;

pub use body::{body, parameters, statements};
pub use expr::{RESERVED, head};

use std::fmt::{self, Display, Formatter, Write as _};

/// Text as a quoted EFL string: what is no plain text is escaped, `${` too.
pub struct Quoted<'a>(pub &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        escape(self.0, None, f)?;
        f.write_char('"')
    }
}

/// The inside of a quoted string, up to what follows there.
fn escape(text: &str, next: Option<char>, f: &mut Formatter<'_>) -> fmt::Result {
    let mut chars = text.chars().chain(next).peekable();
    while let Some(c) = chars.next() {
        match c {
            _ if next.is_some() && chars.peek().is_none() => break,
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '$' if chars.peek() == Some(&'{') => f.write_str("\\$")?,
            // Invisible: a reader could not tell it from nothing.
            c if c.is_control()
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{FEFF}') =>
            {
                write!(f, "\\u{{{:X}}}", u32::from(c))?;
            }
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

/// A key of a record, type or field: bare where it is an identifier, else quoted.
pub struct Key<'a>(pub &'a str);

impl Display for Key<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if is_identifier(self.0) { f.write_str(self.0) } else { Quoted(self.0).fmt(f) }
    }
}

/// Whether a text is a name by the grammar: `[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*`.
pub fn is_identifier(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.split('-').all(word)
}
