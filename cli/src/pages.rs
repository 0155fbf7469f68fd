//! The documentation that is made from the compiler's own tables, in Markdown: one page per diagnostic, source kind,
//! block, field and construct.

use efl_compiler::{
    catalog::{
        Block, COMMON_META, Field, FieldType, Handover, Presence, SourceKind, blocks, reference, sources,
    },
    diag::Level,
    elab::suggest,
    engine::{self, SUPPORT, Support},
    rules::{self, Rule},
    spec::Engine,
};
use std::fmt::Write as _;

/// The page of a topic, or the names that are near it.
pub(crate) fn page(topic: &str) -> Result<String, Vec<String>> {
    let topic = topic.trim().trim_matches('`');
    if let Some(rule) = rules::find(topic) {
        return Ok(self::rule(rule));
    }
    if topic == "engine" || topic == "engines" {
        return Ok(engines());
    }
    if let Some(support) = SUPPORT.iter().find(|support| names(support).any(|name| name == topic)) {
        return Ok(construct(support));
    }
    let mut steps = topic.split('.');
    let first = steps.next().unwrap_or_default();
    let rest: Vec<&str> = steps.collect();
    let found = match (sources::find(first), block(first)) {
        (Some(kind), _) if rest.is_empty() => return Ok(source(kind)),
        (Some(kind), _) => inside(topic, &[kind.block, kind.own()], &rest),
        (None, Some(block)) if rest.is_empty() => return Ok(block_page(first, block)),
        (None, Some(block)) => inside(topic, &[block], &rest),
        (None, None) => None,
    };
    found.ok_or_else(|| near(topic, first))
}

/// The block of a keyword: `bus` for `jetstream bus`.
fn block(name: &str) -> Option<&'static Block> {
    let known = blocks::all().iter().copied();
    let mut known =
        known.filter(|block| block.name == name || block.name.split(' ').any(|word| word == name));
    known.next()
}

/// What stands at a path below some blocks.
fn inside(topic: &str, blocks: &[&'static Block], path: &[&str]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    for block in blocks {
        if let Some(nested) = block.nested(first) {
            return if rest.is_empty() {
                Some(block_page(topic, nested.block))
            } else {
                inside(topic, &[nested.block], rest)
            };
        }
        let Some(field) = block.field(first) else { continue };
        return match (record(&field.ty), rest) {
            (_, []) => Some(field_page(topic, field, block)),
            (Some(record), rest) => inside(topic, &[record], rest),
            (None, _) => None,
        };
    }
    None
}

/// The fields of what a field takes, where it takes a record.
fn record(ty: &FieldType) -> Option<&'static Block> {
    match ty {
        FieldType::Record(block) => Some(block),
        FieldType::List(of) | FieldType::Map(of) | FieldType::Range { of, .. } => record(of),
        FieldType::OneOf(types) => types.iter().find_map(record),
        _ => None,
    }
}

/// The page of a diagnostic.
pub(crate) fn rule(rule: &Rule) -> String {
    let mut page = format!("# {} {}\n\n", rule.code, rule.name);
    let _ = writeln!(page, "**{}.** {}\n", capital(level(rule.level)), rule.summary);
    if !rule.page.trim().is_empty() {
        let _ = writeln!(page, "{}\n", rule.page.trim());
    }
    page.push_str(match rule.level {
        Level::Error => "An error stops everything; it cannot be switched off.\n",
        Level::Warning | Level::Hint => {
            "Its level can be set in `[rules]` of `efl.toml`; `// efl-ignore CODE: reason` excuses one place.\n"
        }
    });
    page
}

pub(crate) const fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Hint => "hint",
    }
}

fn source(kind: &SourceKind) -> String {
    let mut page =
        format!("# source … : {}\n\n{}\n\n```efl\n{}\n```\n", kind.name, kind.doc, kind.example.trim_end());
    contents(&mut page, kind.block);
    let own: Vec<String> = kind.own().fields.iter().map(|field| format!("`{}`", field.name)).collect();
    let _ = writeln!(page, "\nEvery source also takes {}.", own.join(", "));
    if !kind.per_event.is_empty() {
        let fields: Vec<String> = kind.per_event.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "\nOnly in an event, never in the source: {}.", fields.join(", "));
    }
    let _ = writeln!(page, "\n## Payload\n\n`{}`", kind.payload.ty);
    let meta = COMMON_META.iter().chain(kind.payload.meta);
    let meta: Vec<String> = meta.map(|(name, _, ty)| format!("`{name}` (`{ty}`)")).collect();
    let _ = writeln!(page, "\nIts `meta` has {}.", meta.join(", "));
    page.push_str(match kind.handover {
        Handover::Everywhere => "\nWhile a pipeline moves it runs on every candidate: nothing is lost.\n",
        Handover::Group => "\nWhile a pipeline moves the old and the new one overlap: nothing is lost.\n",
        Handover::Exclusive => "\nWhile a pipeline moves it never runs twice: there is a gap.\n",
    });
    let _ = writeln!(page, "\nIt becomes `spec.{}` of an Argo `EventSource`.", kind.key);
    page
}

fn block_page(name: &str, block: &Block) -> String {
    let mut page = format!("# {name}\n\n{}\n", block.doc);
    contents(&mut page, block);
    page
}

/// The fields and nested blocks of a block, as lists: tables are too wide for terminals.
fn contents(page: &mut String, block: &Block) {
    if !block.fields.is_empty() {
        page.push_str("\n## Fields\n\n");
    }
    for field in block.fields {
        let _ = writeln!(page, "- `{}`: {}{}. {}", field.name, field.ty, presence(field), field.doc);
    }
    for sentence in block.groups.iter().filter_map(reference::together) {
        let _ = writeln!(page, "\n{sentence}.");
    }
    if let Some(ty) = block.open {
        let _ = writeln!(page, "\nEvery key is taken; its value is {ty}.");
    }
    if !block.blocks.is_empty() {
        page.push_str("\n## Blocks\n\n");
    }
    for nested in block.blocks {
        let name = if nested.labelled { " NAME" } else { "" };
        let _ = writeln!(page, "- `{}{name} {{ … }}`: {}", nested.name, nested.block.doc);
    }
}

fn presence(field: &Field) -> String {
    match field.presence {
        Presence::Required => ", **required**".to_owned(),
        Presence::Default(text) => format!(", `{text}` when left out"),
        Presence::Optional => String::new(),
        Presence::Group(_) => ", see below".to_owned(),
    }
}

fn field_page(topic: &str, field: &Field, block: &Block) -> String {
    let mut page = format!("# {topic}\n\nTakes {}{}.\n\n{}\n", field.ty, presence(field), field.doc);
    let group = block.groups.iter().find(|group| field.presence == Presence::Group(group.name));
    if let Some(sentence) = group.and_then(reference::together) {
        let _ = writeln!(page, "\n{sentence}.");
    }
    if let Some(record) = record(&field.ty) {
        contents(&mut page, record);
    }
    if let Some(upstream) = field.upstream {
        let _ = writeln!(page, "\nUpstream it is `{}`.", upstream.path.join("."));
    }
    page
}

/// How a construct of the engines' table may be called: by what is quoted in its text, or by its name in words.
fn names(support: &Support) -> impl Iterator<Item = String> {
    let text = support.text.replace('`', "");
    let short = text.split(" over ").next().unwrap_or_default().to_owned();
    let first = text.split([' ', ':']).next().unwrap_or_default().to_owned();
    let mut word = String::new();
    for c in format!("{:?}", support.construct).chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    [text.clone(), short, first, word].into_iter()
}

fn construct(support: &Support) -> String {
    let mut page = format!("# {}\n\n", support.text);
    for (engine, reason) in [(Engine::Argo, support.argo), (Engine::Efl, support.efl)] {
        let name = engine::name(engine);
        let _ = match reason {
            None => writeln!(page, "- `engine: {name}`: yes"),
            Some(reason) => writeln!(page, "- `engine: {name}`: no, because {reason}"),
        };
    }
    if !support.instead.is_empty() {
        let _ = writeln!(page, "\nInstead: {}.", support.instead);
    }
    page
}

/// What each engine can do.
pub(crate) fn engines() -> String {
    let mut page = String::from(
        "# Engines\n\n`engine:` of an orchestrator says what matches its events and runs its workflows: `argo` (the \
         default) is Argo Events and Argo Workflows, `efl` the native engine. A file means the same on both; what an \
         engine cannot do is an error.\n\n| construct | `engine: argo` | `engine: efl` | instead |\n|---|---|---|---|\n",
    );
    for support in SUPPORT {
        let cell = |reason: Option<&str>| reason.map_or("yes".to_owned(), |reason| format!("no: {reason}"));
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} |",
            support.text,
            cell(support.argo),
            cell(support.efl),
            support.instead
        );
    }
    page.push_str("\nEverything else in the language works on both.\n");
    page
}

/// Everything that can be explained.
pub(crate) fn index() -> String {
    let mut page = String::from("# What can be explained\n\n## Diagnostics\n\n");
    for rule in rules::sorted() {
        let _ = writeln!(page, "- `{}` {}: {}", rule.code, rule.name, rule.summary);
    }
    page.push_str("\n## Sources\n\n");
    for kind in sources::all() {
        let _ = writeln!(page, "- `{}`: {}", kind.name, sentence(kind.doc));
    }
    page.push_str("\n## Blocks\n\n");
    for block in blocks::all() {
        let _ = writeln!(
            page,
            "- `{}`: {}",
            block.name.split(' ').next_back().unwrap_or_default(),
            sentence(block.doc)
        );
    }
    page.push_str("\nA field of a source or block: `kafka.topic`, `function.image`, `placement.margin`.\n\n## Engines\n\n");
    for support in SUPPORT {
        let _ = writeln!(page, "- {}", support.text);
    }
    page
}

/// Names like one that is unknown.
fn near(topic: &str, first: &str) -> Vec<String> {
    let mut known: Vec<String> =
        rules::ALL.iter().flat_map(|rule| [rule.code.to_owned(), rule.name.to_owned()]).collect();
    known.extend(sources::all().iter().map(|kind| kind.name.to_owned()));
    known.extend(blocks::all().iter().flat_map(|block| block.name.split(' ')).map(str::to_owned));
    known.extend(SUPPORT.iter().flat_map(names));
    let below = |name: &str, block: &Block| {
        let fields = block.fields.iter().map(|field| field.name);
        let names = fields.chain(block.blocks.iter().map(|nested| nested.name));
        names.map(|field| format!("{name}.{field}")).collect::<Vec<_>>()
    };
    if let Some(kind) = sources::find(first) {
        known.extend(below(first, kind.block));
        known.extend(below(first, kind.own()));
    } else if let Some(block) = block(first) {
        known.extend(below(first, block));
    }
    suggest(topic, &known).into_iter().collect()
}

fn sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn everything_has_its_page() {
        for (topic, part) in [
            ("e0201", "# E0201 unknown-event"),
            ("unknown-event", "# E0201 unknown-event"),
            ("kafka", "EventSource"),
            ("webhook.path", "Takes a path that begins with `/`"),
            ("webhook.replicas", "# webhook.replicas"),
            ("function", "- `image`"),
            ("function.image", "**required**"),
            ("function.resources.cpu", "# function.resources.cpu"),
            ("placement.margin", "# placement.margin"),
            ("bus", "JetStream"),
            ("where", "pairing: latest"),
            ("once-per", "no, because"),
            ("absence", "no, because"),
            ("not", "no, because"),
            ("engines", "| construct |"),
        ] {
            let text = page(topic).unwrap_or_else(|near| panic!("{topic}: {near:?}"));
            assert!(text.contains(part), "{topic}: {text}");
        }
    }

    #[test]
    fn what_is_near_is_suggested() {
        assert_eq!(page("kafak"), Err(vec!["kafka".to_owned()]));
        assert_eq!(page("function.imgae"), Err(vec!["function.image".to_owned()]));
        assert_eq!(page("nothing-like-it-at-all"), Err(vec![]));
    }
}
