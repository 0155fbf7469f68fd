//! Snippets: declarations, blocks and fields with what they must have, and places to fill in.

use efl_compiler::catalog::{Block, Field, FieldType, Presence, SourceKind};
use std::fmt::Write;

/// A value that a field of a type could have, for who cannot fill in places: text that only a person knows is left out.
pub(crate) fn example(ty: &FieldType) -> String {
    Snippet { is_plain: true, ..Snippet::new() }.value(ty).done()
}

/// A snippet that is written, with the number of its next place.
pub(super) struct Snippet {
    text: String,
    next: usize,
    /// Whether it is text without places.
    is_plain: bool,
}

impl Snippet {
    pub(super) fn new() -> Self {
        Self { text: String::new(), next: 1, is_plain: false }
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// A place to fill, with what stands there until then.
    pub(super) fn place(mut self, default: &str) -> Self {
        if self.is_plain {
            return self.text(default);
        }
        let default = default.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}");
        let _ = write!(self.text, "${{{}:{default}}}", self.next);
        self.next += 1;
        self
    }

    /// A text to fill in, of which the default says what it is.
    fn blank(self, default: &str) -> Self {
        let plain = self.is_plain;
        let quoted = self.text("\"");
        let quoted = if plain { quoted } else { quoted.place(default) };
        quoted.text("\"")
    }

    /// Where the cursor ends.
    pub(super) fn end(mut self) -> String {
        self.text.push_str("$0");
        self.text
    }

    pub(super) fn done(self) -> String {
        self.text
    }

    /// The fields that a block must have, each on a line.
    pub(super) fn required(mut self, block: &Block, indent: &str) -> Self {
        for field in required(block) {
            let _ = write!(self.text, "\n{indent}{}: ", field.name);
            self = self.value(&field.ty);
        }
        self
    }

    /// A template: what stands in `‹›` is a place, and `$0` where the cursor ends.
    pub(super) fn template(self, text: &str) -> Self {
        let mut snippet = self;
        for (at, part) in text.split('‹').enumerate() {
            let behind = match part.split_once('›') {
                Some((default, behind)) if at > 0 => {
                    snippet = snippet.place(default);
                    behind
                }
                _ => part,
            };
            snippet = snippet.text(behind);
        }
        if text.contains("$0") { snippet } else { snippet.text("$0") }
    }

    /// EFL in which each text is a place.
    pub(super) fn program(self, text: &str) -> Self {
        let (mut snippet, mut is_text) = (self, false);
        for part in text.split('"') {
            if is_text {
                snippet = snippet.text("\"").place(part).text("\"");
            } else {
                let part = part.replace('\\', "\\\\").replace('$', "\\$");
                snippet = snippet.text(&part);
            }
            is_text = !is_text;
        }
        snippet
    }

    /// A value of a type.
    pub(super) fn value(self, ty: &FieldType) -> Self {
        match ty {
            FieldType::Text { .. } | FieldType::Any => self.blank("text"),
            FieldType::Pattern { .. } => self.blank(""),
            FieldType::Url { schemes } => {
                let scheme = schemes.first().copied().unwrap_or("https");
                self.text("\"").place(&format!("{scheme}://host.example")).text("\"")
            }
            FieldType::HttpPath => self.text("\"").place("/path").text("\""),
            FieldType::Cron => self.text("\"").place("0 * * * *").text("\""),
            FieldType::Timezone => self.text("\"").place("Europe/Berlin").text("\""),
            FieldType::DnsLabel => self.blank("name"),
            FieldType::PromQl => self.text("\"").place("up").text("\""),
            FieldType::Bool => self.place("true"),
            FieldType::Int { min, .. } => self.place(&(*min).max(1).to_string()),
            FieldType::Number { min, max } => self.place(&format!("{}", 1.0_f64.clamp(*min, *max))),
            FieldType::Duration { min, .. } => self.place(&format!("{}s", min.div_ceil(1_000).max(10))),
            FieldType::Cpu => self.place("100m"),
            FieldType::Bytes => self.place("64Mi"),
            FieldType::Percent => self.place("80%"),
            FieldType::Rate => self.place("10/s"),
            FieldType::Word(words) => self.place(words.first().copied().unwrap_or_default()),
            FieldType::Secret | FieldType::EnvValue => {
                self.text("secret(\"").place("name").text("\", \"").place("key").text("\")")
            }
            FieldType::Config => self.text("config(\"").place("name").text("\", \"").place("key").text("\")"),
            FieldType::Range { of, .. } => self.value(of).text("..").value(of),
            FieldType::List(of) => self.text("[").value(of).text("]"),
            FieldType::Map(_) if self.is_plain => self.text("{ }"),
            FieldType::Map(of) => self.text("{ ").place("key").text(": ").value(of).text(" }"),
            FieldType::Record(block) => {
                let mut snippet = self.text("{ ");
                let mut fields = required(block).peekable();
                if fields.peek().is_none() {
                    return snippet.place("").text(" }");
                }
                for (at, field) in fields.enumerate() {
                    snippet = snippet.text(if at > 0 { ", " } else { "" }).text(field.name).text(": ");
                    snippet = snippet.value(&field.ty);
                }
                snippet.text(" }")
            }
            FieldType::Cluster | FieldType::Function | FieldType::Bus => self.place("name"),
            FieldType::OneOf(types) => match types.first() {
                Some(first) => self.value(first),
                None => self,
            },
            FieldType::Retry => self.place("3").text(" backoff ").place("1s").text("..").place("30s"),
            FieldType::OncePer => self.place("id").text(" every ").place("30s"),
            FieldType::Reset => self.text("cron(\"").place("0 3 * * *").text("\")"),
        }
    }
}

/// The fields that a block must have, of required groups those of the first alternative.
pub(super) fn required(block: &Block) -> impl Iterator<Item = &'static Field> {
    let groups = block.groups;
    block.fields.iter().filter(move |field| match field.presence {
        Presence::Required => true,
        Presence::Group(group) => groups.iter().any(|g| {
            g.name == group && g.required && g.alternatives.first().is_some_and(|a| a.contains(&field.name))
        }),
        Presence::Default(_) | Presence::Optional => false,
    })
}

/// A source of a kind: the catalogue's shortest that is useful.
pub(super) fn source(kind: &SourceKind) -> String {
    Snippet::new().program(kind.example.trim_end()).end()
}

/// The same from its kind on.
pub(super) fn source_body(kind: &SourceKind) -> String {
    let body = kind.example.trim_end().split_once(": ").map_or(kind.name, |(_, body)| body);
    Snippet::new().program(body).end()
}
