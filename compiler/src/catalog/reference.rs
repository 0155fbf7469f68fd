//! The reference of blocks and source kinds as Markdown, written from the catalogue and nothing else.

use super::{
    Block, COMMON_META, Field, Group, Handover, Presence, RawBody, Rollout, SourceKind, blocks, sources,
};
use std::fmt::Write;

/// The first line of a generated page.
const GENERATED: &str = "<!-- Generated from compiler/src/catalog; edit there. -->\n\n";

/// `docs/reference/blocks.md`: the blocks of the language.
pub fn blocks() -> String {
    let mut page = format!(
        "{GENERATED}# Blocks\n\nWhat may stand in each block of EFL, with its default. Those of sources are on [their own \
         page](sources.md).\n"
    );
    for block in blocks::all() {
        section(&mut page, 2, block.name, block);
    }
    page
}

/// `docs/reference/sources.md`: the kinds of event sources.
pub fn sources() -> String {
    let mut page = format!(
        "{GENERATED}# Sources\n\nThe kinds of event sources, which are those of Argo Events 1.9.11. A field of a kind may \
         stand in an event or in the source; in the source it is the default of its events.\n\n\
         `meta` has, for events of every kind, {}. `meta.time` is when the source got the event; `meta.source` is the \
         EventSource, `<orchestrator>-<source>`.\n\n",
        names(COMMON_META.iter().map(|(name, _, ty)| (*name, *ty)))
    );
    page.push_str("| kind | payload | while a pipeline moves |\n|---|---|---|\n");
    for kind in sources::all() {
        let handover = match kind.handover {
            Handover::Everywhere => "runs everywhere: nothing is lost",
            Handover::Group => "overlaps: nothing is lost",
            Handover::Exclusive => "never overlaps: a gap",
        };
        let payload = if kind.payload.ty == "any" { "any" } else { "known" };
        let _ = writeln!(page, "| [{0}](#{0}) | {payload} | {handover} |", kind.name);
    }
    page.push_str("\n## Every source\n\nFields about the source's pod; they stand in the source only.\n");
    let listening = sources::all().iter().find(|kind| kind.listens).map(|kind| kind.own());
    if let Some(own) = listening {
        table(&mut page, own.fields);
        page.push_str("\n`node-port` is for kinds that listen.\n");
    }
    for kind in sources::all() {
        source(&mut page, kind);
    }
    page
}

/// The section of a kind.
fn source(page: &mut String, kind: &SourceKind) {
    let _ = writeln!(page, "\n## {}\n\n{}\n\n```efl\n{}\n```", kind.name, kind.doc, kind.example);
    body(page, 3, kind.block);
    if !kind.per_event.is_empty() {
        let fields: Vec<_> = kind.per_event.iter().map(|name| format!("`{name}`")).collect();
        let verb =
            if fields.len() == 1 { "tells events apart and stands" } else { "tell events apart and stand" };
        let _ = writeln!(page, "\n{} {verb} in events only.", fields.join(", "));
    }
    if kind.listens {
        let fields: Vec<_> = kind.authenticates.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "\nStrangers are kept out by {}.", fields.join(" or "));
    }
    let payload = &kind.payload;
    let _ = writeln!(page, "\n**Payload:** `{}`", payload.ty);
    if !payload.meta.is_empty() {
        let _ =
            writeln!(page, "\n**`meta`:** {}.", names(payload.meta.iter().map(|(name, _, ty)| (*name, *ty))));
    }
    let replicas = match kind.rollout {
        Rollout::Rolling => "all are active",
        Rollout::Recreate => "one is active, the others wait",
    };
    let _ = write!(page, "\n**At Argo:** `spec.{}`; of several `replicas` {replicas}.", kind.key);
    page.push_str(match payload.raw {
        RawBody::Base64 if payload.json_body => {
            " `format: json` is `jsonBody: true`; else the body is in base64.\n"
        }
        RawBody::Text if payload.json_body => " `format: json` is `jsonBody: true`; else the body is text.\n",
        _ => "\n",
    });
}

/// "`id` (string), `time` (timestamp)".
fn names<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    entries.map(|(name, ty)| format!("`{name}` (`{ty}`)")).collect::<Vec<_>>().join(", ")
}

/// A block under its heading, nested blocks below it.
fn section(page: &mut String, level: usize, heading: &str, block: &Block) {
    let _ = writeln!(page, "\n{} {heading}\n\n{}", "#".repeat(level), block.doc);
    body(page, level + 1, block);
}

/// The fields, groups and nested blocks of a block.
fn body(page: &mut String, level: usize, block: &Block) {
    if !block.fields.is_empty() {
        table(page, block.fields);
    }
    if let Some(ty) = block.open {
        let _ = writeln!(page, "\nEvery key is taken; its value is {ty}.");
    }
    for sentence in block.groups.iter().filter_map(together) {
        let _ = writeln!(page, "\n{sentence}.");
    }
    for nested in block.blocks {
        let heading = format!("`{}{} {{ … }}`", nested.name, if nested.labelled { " NAME" } else { "" });
        section(page, level, &heading, nested.block);
    }
}

/// What is said of fields that belong together: "Exactly one must be given: `schedule`, or `interval`".
pub fn together(group: &Group) -> Option<String> {
    let quoted =
        |set: &&[&str]| set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" with ");
    let sets: Vec<_> = group.alternatives.iter().map(quoted).collect();
    Some(match (group.required, group.exclusive, sets.as_slice()) {
        (false, _, [only]) => format!("{only}: both or neither"),
        (true, _, [only]) => format!("{only} must be given"),
        (true, true, _) => format!("Exactly one must be given: {}", sets.join(", or ")),
        (true, false, _) => format!("At least one must be given: {}", sets.join(", or ")),
        (false, true, _) => format!("At most one may be given: {}", sets.join(", or ")),
        (false, false, _) => return None,
    })
}

/// The table of fields.
fn table(page: &mut String, fields: &[Field]) {
    page.push_str("\n| field | takes | default | |\n|---|---|---|---|\n");
    for field in fields {
        let default = match field.presence {
            Presence::Required => "**required**".to_owned(),
            Presence::Default(text) => format!("`{text}`"),
            Presence::Optional | Presence::Group(_) => String::new(),
        };
        let upstream = field.upstream.map_or_else(String::new, |upstream| {
            let note = upstream.encode.note().map(|note| format!(", {note}")).unwrap_or_default();
            format!(" <small>(`{}`{note})</small>", upstream.path.join("."))
        });
        let text = cell(&format!("{}{upstream}", field.doc));
        let _ = writeln!(page, "| `{}` | {} | {default} | {text} |", field.name, cell(&field.ty.to_string()));
    }
}

/// A text in the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_and_kind_has_its_section() {
        let (blocks, sources) = (blocks(), sources());
        for block in blocks::all() {
            assert!(blocks.contains(&format!("\n## {}\n", block.name)), "{}", block.name);
        }
        for kind in sources::all() {
            assert!(sources.contains(&format!("\n## {}\n", kind.name)), "{}", kind.name);
            assert!(sources.contains(kind.example));
        }
    }

    #[test]
    fn a_row_says_what_is_taken_and_where_it_goes() {
        let page = sources();
        let row = "| `port` | a whole number from 1 to 65535 | **required** | The port the source listens on in its pod, \
                   1 to 65535 but not 7777. Events may share it. <small>(`port`, as text)</small> |";
        assert!(page.contains(row));
        assert!(page.contains("Exactly one must be given: `schedule`, or `interval`."));
        assert!(page.contains("`path` tells events apart and stands in events only."));
    }

    #[test]
    fn the_tables_have_four_columns_everywhere() {
        for page in [blocks(), sources()] {
            for row in page.lines().filter(|line| line.starts_with("| `")) {
                let pipes = row.replace("\\|", "").matches('|').count();
                assert_eq!(pipes, 5, "{row}");
            }
        }
    }
}
