//! What pest does not see: in its copy of the text, comments, tabs and the like are spaces, byte for byte, so that the
//! grammar need not look for them between any two words.

use crate::lex::{Kind, Lexeme};

/// A piece of the text that pest reads as something else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hidden {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// What each byte of it becomes that is no newline.
    with: char,
}

impl Hidden {
    /// What a lexeme becomes, if pest shall not see it.
    pub(crate) fn new(text: &str, lexeme: Lexeme) -> Option<Self> {
        let Lexeme { kind, start, end } = lexeme;
        if matches!(kind, Kind::Word | Kind::Text | Kind::Open | Kind::Close) {
            return None;
        }
        let piece = &text.as_bytes()[start..end];
        match (kind, piece) {
            (Kind::Blank, [b'\r', ..]) => Some(Self { start, end, with: '\n' }),
            (Kind::Blank, _) if piece.contains(&b'\t') => Some(Self { start, end, with: ' ' }),
            (Kind::Newline, [b'\r', _]) => Some(Self { start, end, with: ' ' }),
            (Kind::Other, [0xEF, 0xBB, 0xBF]) => Some(Self { start, end, with: ' ' }),
            // The grammar takes what lies between the newline and the space for blanks.
            (Kind::Other, [b'\n'..=b' ']) => Some(Self { start, end, with: '\u{1}' }),
            (Kind::LineComment | Kind::BlockComment { .. } | Kind::OpenComment | Kind::ForeignComment, _) => {
                Some(Self { start, end, with: ' ' })
            }
            _ => None,
        }
    }
}

/// A text without what is hidden; `None` if nothing is.
pub(crate) fn hide(text: &str, hidden: &[Hidden]) -> Option<String> {
    hidden.first()?;
    let mut plain = String::with_capacity(text.len());
    for piece in hidden {
        plain.push_str(&text[plain.len()..piece.start]);
        let hide = |byte| if byte == b'\n' { '\n' } else { piece.with };
        plain.extend(text[piece.start..piece.end].bytes().map(hide));
    }
    plain.push_str(&text[plain.len()..]);
    Some(plain)
}
