//! The text of strings: escapes resolved, indentation stripped.

use crate::ast::{AstNode as _, Expr, Interpolation, Str, StrPart};
use crate::kind::{SyntaxElement, SyntaxKind};

/// A piece of a string as written.
enum Piece {
    /// Text of the source: its line breaks and indentation count.
    Raw(String),
    /// An escape, resolved.
    Escape(String),
    /// `${ … }`.
    Expr(Option<Expr>),
}

/// The parts of a string: escapes resolved, adjacent text joined, CR LF read as LF; in `"""` text without the line
/// break behind the opening and before the closing quotes, and without the indentation of the closing quotes.
pub(crate) fn parts(string: &Str) -> Vec<StrPart> {
    let mut pieces = pieces(string);
    if string.is_multiline() {
        strip_indentation(&mut pieces);
    }
    join(pieces)
}

fn pieces(string: &Str) -> Vec<Piece> {
    let piece = |element: SyntaxElement| match element {
        SyntaxElement::Token(token) => match token.kind() {
            SyntaxKind::STR_TEXT => Some(Piece::Raw(token.text().replace("\r\n", "\n"))),
            SyntaxKind::STR_ESCAPE => Some(Piece::Escape(unescape(token.text()).unwrap_or_default())),
            _ => None,
        },
        SyntaxElement::Node(node) => Interpolation::cast(node).map(|it| Piece::Expr(it.expr())),
    };
    string.syntax().children_with_tokens().filter_map(piece).collect()
}

/// What an escape stands for; `None` if it is none.
pub(crate) fn unescape(escape: &str) -> Option<String> {
    let body = escape.strip_prefix('\\')?;
    let text = match body {
        "n" => "\n",
        "r" => "\r",
        "t" => "\t",
        "\"" | "\\" | "$" => body,
        _ => {
            let hex = body.strip_prefix("u{")?.strip_suffix('}')?;
            let scalar = u32::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'));
            return scalar.and_then(char::from_u32).map(String::from);
        }
    };
    Some(text.to_owned())
}

fn strip_indentation(pieces: &mut [Piece]) {
    if let Some(Piece::Raw(first)) = pieces.first_mut() {
        let unbroken = first.trim_start_matches([' ', '\t']);
        if let Some(rest) = unbroken.strip_prefix('\n') {
            // The break stays for a moment: it says that a line begins here.
            *first = format!("\n{rest}");
        }
    }
    let Some(indentation) = closing_indentation(pieces) else { return drop_first_break(pieces) };
    let needle = format!("\n{indentation}");
    for piece in pieces.iter_mut() {
        if let Piece::Raw(text) = piece {
            *text = text.replace(&needle, "\n");
        }
    }
    if let Some(Piece::Raw(last)) = pieces.last_mut() {
        last.pop();
    }
    drop_first_break(pieces);
}

/// The blanks before the closing quotes, if they stand alone on their line.
fn closing_indentation(pieces: &[Piece]) -> Option<String> {
    let Some(Piece::Raw(last)) = pieces.last() else { return None };
    let (_, line) = last.rsplit_once('\n')?;
    line.chars().all(|c| matches!(c, ' ' | '\t')).then(|| line.to_owned())
}

fn drop_first_break(pieces: &mut [Piece]) {
    if let Some(Piece::Raw(first)) = pieces.first_mut()
        && first.starts_with('\n')
    {
        first.remove(0);
    }
}

fn join(pieces: Vec<Piece>) -> Vec<StrPart> {
    let mut parts: Vec<StrPart> = Vec::new();
    for piece in pieces {
        let text = match piece {
            Piece::Raw(text) | Piece::Escape(text) => text,
            Piece::Expr(expr) => {
                parts.push(StrPart::Expr(expr));
                continue;
            }
        };
        match parts.last_mut() {
            Some(StrPart::Text(last)) => last.push_str(&text),
            _ if text.is_empty() => {}
            _ => parts.push(StrPart::Text(text)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Item;

    /// Checks the text of a string; interpolations are shown as `<…>`.
    fn check(source: &str, expected: &str) {
        let file = crate::parse(&format!("param p: string = {source}")).file();
        let Some(Item::Param(param)) = file.items().next() else { panic!("no param") };
        let Some(Expr::Str(string)) = param.default() else { panic!("no string: {source}") };
        let show = |part: &StrPart| match part {
            StrPart::Text(text) => text.clone(),
            StrPart::Expr(expr) => format!("<{}>", expr.as_ref().unwrap().syntax().text()),
        };
        assert_eq!(string.parts().iter().map(show).collect::<String>(), expected, "{source}");
    }

    #[test]
    fn escapes_stand_for_characters() {
        check(r#""a\n\t\r\"\\\$\u{1F600}b""#, "a\n\t\r\"\\$\u{1F600}b");
        check(r#""cost: 5$ $x \${y}""#, "cost: 5$ $x ${y}");
        check(r#""""#, "");
    }

    #[test]
    fn interpolations_stand_between_texts() {
        check(r#""${a.b} and ${f("x")}""#, "<a.b> and <f(\"x\")>");
        check(r#""$${a}$""#, "$<a>$");
    }

    #[test]
    fn the_indentation_of_the_closing_quotes_is_stripped() {
        check("\"\"\"\n  first \"quoted\"\n    second\n  \"\"\"", "first \"quoted\"\n  second");
        check("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb");
        check("\"\"\"one line\"\"\"", "one line");
        check("\"\"\"\n  a\\n\n  ${x}\n  \"\"\"", "a\n\n<x>");
        check("\"\"\"\n  a\n\n  b\n  \"\"\"", "a\n\nb");
        check("\"\"\"\n  \"\"\"", "");
        check("\"\"\"\"\"\"", "");
        check("\"\"\"\na\n  b\n\"\"\"", "a\n  b");
        check("\"\"\"\n    ${x}\n    \"\"\"", "<x>");
    }
}
