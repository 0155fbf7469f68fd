//! Markdown on a terminal: enough of it for the pages of this program.

use crate::terminal::Look;
use owo_colors::{OwoColorize, Style};
use std::fmt::Write as _;

/// A page as a person reads it on a terminal.
pub(crate) fn render(text: &str, look: Look) -> String {
    let mut page = Page { look, out: String::new() };
    let mut paragraph = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("```") {
            page.paragraph(&mut paragraph);
            for code in lines.by_ref().take_while(|code| !code.trim_start().starts_with("```")) {
                page.code(code);
            }
        } else if trimmed.starts_with('#') {
            page.paragraph(&mut paragraph);
            page.heading(trimmed.trim_start_matches('#').trim());
        } else if trimmed.is_empty() {
            page.paragraph(&mut paragraph);
            page.blank();
        } else if trimmed.starts_with('|') {
            page.paragraph(&mut paragraph);
            page.row(trimmed);
        } else {
            if trimmed.starts_with("- ") || trimmed.starts_with("* ") {
                page.paragraph(&mut paragraph);
            }
            paragraph.push_str(trimmed);
            paragraph.push(' ');
        }
    }
    page.paragraph(&mut paragraph);
    page.out
}

struct Page {
    look: Look,
    out: String,
}

/// A word with its style.
struct Word {
    text: String,
    style: Style,
    /// Whether it follows the word before without a blank.
    joined: bool,
}

impl Page {
    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn heading(&mut self, text: &str) {
        self.blank();
        let style = self.look.style(Style::new().bold());
        self.out.push_str(&text.replace('`', "").style(style).to_string());
        self.out.push('\n');
    }

    fn code(&mut self, line: &str) {
        let style = self.look.style(Style::new().cyan());
        // A String takes everything.
        let _ = writeln!(self.out, "    {}", line.style(style));
    }

    /// A row of a table: cells one after the other, below each other if there is no room.
    fn row(&mut self, line: &str) {
        let escaped = line.replace("\\|", "\u{0}");
        let cells: Vec<String> =
            escaped.trim_matches('|').split('|').map(|c| c.trim().replace('\u{0}', "|")).collect();
        if cells.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':'))) {
            return;
        }
        let cells: Vec<String> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
        self.wrapped(&cells.join("  ·  "), 0, 2);
    }

    fn paragraph(&mut self, text: &mut String) {
        let text = std::mem::take(text);
        let text = text.trim();
        match text.strip_prefix("- ").or_else(|| text.strip_prefix("* ")) {
            _ if text.is_empty() => {}
            Some(item) => {
                self.out.push_str("  • ");
                self.wrapped(item, 4, 4);
            }
            None => self.wrapped(text, 0, 0),
        }
    }

    /// Words in lines: the first line has `used` columns already, the others are indented.
    fn wrapped(&mut self, text: &str, used: usize, indent: usize) {
        let mut column = used;
        let words = words(text);
        for (at, word) in words.iter().enumerate() {
            // What is joined to it has to stand on the same line.
            let joined = words[at + 1..].iter().take_while(|next| next.joined);
            let width: usize = [word].into_iter().chain(joined).map(|word| word.text.chars().count()).sum();
            if at > 0 && !word.joined {
                if column + 1 + width > self.look.width {
                    self.out.push('\n');
                    self.out.push_str(&" ".repeat(indent));
                    column = indent;
                } else {
                    self.out.push(' ');
                    column += 1;
                }
            }
            self.out.push_str(&word.text.style(self.look.style(word.style)).to_string());
            column += word.text.chars().count();
        }
        self.out.push('\n');
    }
}

/// The words of a text with code, emphasis and links. What is no markup stays as it is.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text;
    let mut joined = true;
    while !rest.is_empty() {
        let (part, style, behind) = span(rest);
        let starts_blank = part.starts_with(' ');
        for (at, piece) in part.split(' ').filter(|piece| !piece.is_empty()).enumerate() {
            let joined = at == 0 && joined && !starts_blank;
            words.push(Word { text: piece.to_owned(), style, joined });
        }
        joined = !part.ends_with(' ');
        rest = behind;
    }
    words
}

/// The first run of one style, and what is behind it.
fn span(text: &str) -> (String, Style, &str) {
    let plain = Style::new();
    let marked = |mark: &str, style: Style| {
        let (inner, behind) = text.strip_prefix(mark)?.split_once(mark)?;
        (!inner.is_empty() && !inner.starts_with(' ')).then(|| (inner.to_owned(), style, behind))
    };
    let link = || {
        let (shown, behind) = text.strip_prefix('[')?.split_once("](")?;
        let (_, behind) = behind.split_once(')')?;
        (!shown.contains('[')).then(|| (shown.to_owned(), plain, behind))
    };
    let found = marked("`", plain.cyan()).or_else(|| marked("**", plain.bold()));
    let found = found.or_else(|| marked("*", plain.italic())).or_else(link);
    found.unwrap_or_else(|| {
        let first = text.chars().next().map_or(0, char::len_utf8);
        let end = text[first..].find(['`', '*', '[']).map_or(text.len(), |at| at + first);
        (text[..end].to_owned(), plain, &text[end..])
    })
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::terminal::Look;

    #[test]
    fn a_page_is_wrapped_and_its_marks_are_gone() {
        let text = "# E1 `x`\n\n**Why.** A `long call` that is *wrapped* at [the](http://x) end, of (`it`).\n\n- one two\n- three\n\n```efl\nrule r\n```\n";
        let look = Look { color: false, width: 24 };
        let expected = "E1 x\n\nWhy. A long call that is\nwrapped at the end, of\n(it).\n\n  • one two\n  • three\n\n    rule r\n";
        assert_eq!(render(text, look), expected);
    }
}
