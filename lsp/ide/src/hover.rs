//! Hover: what a name is, what its author says of it, and what it becomes.

use crate::syntax::{declaration, entries_at, header, root, token_at};
use efl_compiler::{
    catalog::{Block, Encode, Field, Presence, SourceKind, blocks},
    db::{Database, SourceFile, Workspace, items},
    elab::{Lowered, check_item},
    index::{self, Entry, IndexedItem, Kind, Meaning, Symbol},
    ir::{self, Builtin},
    project::{self, Made},
    types::Type,
};
use efl_grammar::{
    SyntaxKind, SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode},
};

/// What is known about a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// The name it is about.
    pub range: TextRange,
    /// What to say, in Markdown.
    pub markdown: String,
}

/// What is known about the name in a place, or about what the keyword there declares.
pub fn hover(db: &Database, file: SourceFile, offset: TextSize) -> Option<Hover> {
    let Some((item, entries)) = entries_at(db, file, offset) else { return of_keyword(db, file, offset) };
    let range = entries.first()?.range;
    let about = About { db, item, offset: item.relative(offset) };
    let mut parts: Vec<String> = Vec::new();
    for entry in entries {
        let part = about.entry(entry);
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.extend(about.weights());
    let markdown = parts.join("\n\n---\n\n");
    (!markdown.is_empty()).then(|| Hover { range: item.absolute(range), markdown })
}

/// What is known about what a keyword declares.
fn of_keyword(db: &Database, file: SourceFile, offset: TextSize) -> Option<Hover> {
    let item = index::item_at(db, file, offset)?;
    let token = token_at(&root(db, item.item), item.relative(offset))?;
    let declares =
        |n: &SyntaxNode| ast::Item::cast(n.clone()).is_some() || ast::Member::cast(n.clone()).is_some();
    if token.kind() != SyntaxKind::KEYWORD || !token.parent().is_some_and(|n| declares(&n)) {
        return None;
    }
    let block = blocks::all().iter().find(|block| block.name.split(' ').next() == Some(token.text()))?;
    let mut parts = vec![block_page(token.text(), block)];
    if token.text() == "placement" {
        let of_placement = |m: &&Made| m.declaration.ends_with("/placement");
        let made = project::made(db, item.item.text).iter().filter(of_placement).cloned();
        parts.extend(becomes(&made.collect::<Vec<_>>()));
    }
    let markdown = join(&parts);
    Some(Hover { range: item.absolute(token.text_range()), markdown })
}

/// A place, and whom to ask about it.
struct About<'db> {
    db: &'db Database,
    item: IndexedItem<'db>,
    offset: TextSize,
}

impl About<'_> {
    fn entry(&self, entry: &Entry) -> String {
        let name = &self.item.item.text.text(self.db)[entry.range];
        let typed = |what: &str| match &entry.ty {
            Some(ty) => code(&format!("{what}{name}: {}", written(ty))),
            None => code(&format!("{what}{name}")),
        };
        match &entry.meaning {
            Meaning::Declared(symbol) => self.declared(symbol, entry),
            Meaning::File(file) => format!("`{}`", file.path(self.db)),
            Meaning::Field(block, field) => field_page(block, field),
            Meaning::OpenKey => self.field_around(entry.range),
            Meaning::Nested(nested) => block_page(nested.name, nested.block),
            Meaning::SourceKind(kind) => source_page(kind),
            Meaning::Word => self.field_around(entry.range),
            Meaning::BuiltInType => built_in_page(name),
            Meaning::Builtin(builtin) => builtin_page(*builtin),
            Meaning::Form => form_page(name),
            Meaning::Meta => join(&[typed(""), "The metadata of the event.".to_owned()]),
            Meaning::ForeignField(doc) => join(&[typed(""), doc.as_deref().unwrap_or_default().to_owned()]),
            Meaning::PatchKind => {
                format!(
                    "Fields merged into the {name} that the declaration becomes, checked against its schema."
                )
            }
            Meaning::PatchField(takes) => {
                let takes = takes.as_deref().unwrap_or("a value");
                join(&[code(name), format!("Upstream field; takes {takes}.")])
            }
        }
    }

    fn declared(&self, symbol: &Symbol, entry: &Entry) -> String {
        let found = declaration(self.db, symbol);
        let node = found.as_ref().map(|(_, node)| node);
        let mut parts = vec![code(&signature(symbol, node, entry.ty.as_ref()))];
        if matches!(symbol.kind(), Kind::Event | Kind::Alias | Kind::Let | Kind::Loop | Kind::Parameter)
            && let Some(Type::Record(record)) = &entry.ty
            && record.name.is_some()
            && let Some(ty) = &entry.ty
        {
            parts.push(code(&format!("type {ty} = {}", ty.definition())));
        }
        parts.extend(node.and_then(ast::doc));
        if symbol.is_of_schema(self.db) {
            parts.extend(index::schema_doc(self.db, symbol).map(|doc| doc.to_string()));
        }
        parts.extend(self.value(symbol));
        parts.extend(self.becomes(symbol));
        join(&parts)
    }

    /// The value of a param that is given from outside.
    fn value(&self, symbol: &Symbol) -> Option<String> {
        let given = Workspace::get(self.db).params(self.db);
        if symbol.kind() != Kind::Param || !given.contains_key(symbol.name()) {
            return None;
        }
        let item = index::declaring_item(self.db, symbol)?;
        match &check_item(self.db, item.item.text).lowered {
            Some(Lowered::Param(Some(value), _)) => Some(format!("Here it is `{value}`.")),
            _ => None,
        }
    }

    /// What a declaration becomes, in each orchestrator that has it.
    fn becomes(&self, symbol: &Symbol) -> Option<String> {
        becomes(&made_of(self.db, symbol))
    }

    /// The field that a word or key is a value of.
    fn field_around(&self, range: TextRange) -> String {
        let Some(token) = token_at(&root(self.db, self.item.item), range.start()) else {
            return String::new();
        };
        let keys = token.parent_ancestors().filter_map(|node| key_of(&node));
        let entry = keys
            .filter(|key| !key.contains_range(range))
            .find_map(|key| self.item.index.entries.iter().find(|e| e.range == key));
        entry.map(|entry| self.entry(entry)).unwrap_or_default()
    }

    /// What the weights of a placement come to, where they are written.
    fn weights(&self) -> Option<String> {
        let token = token_at(&root(self.db, self.item.item), self.offset)?;
        let of_weights = |node: SyntaxNode| {
            let keyword = ast::Nested::cast(node)?.keyword()?.text();
            matches!(keyword.as_str(), "weights" | "metric").then_some(())
        };
        token.parent_ancestors().find_map(of_weights)?;
        token.parent_ancestors().find_map(ast::Placement::cast)?;
        let Some(Lowered::Orchestrator(orc)) = &check_item(self.db, self.item.item.text).lowered else {
            return None;
        };
        let share = |(name, share): (&str, f64)| format!("{name} {}", percent(share));
        let shares: Vec<String> = orc.spec.placement.shares().into_iter().map(share).collect();
        (!shares.is_empty()).then(|| format!("Weights in effect: {}.", shares.join(", ")))
    }
}

/// A part of one, as people say it.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", (share * 1000.0).round() / 10.0)
}

/// Resources by kind and name, in a sentence.
fn becomes(made: &[Made]) -> Option<String> {
    const MOST: usize = 6;
    let one = |m: &Made| format!("{} `{}`", kind_name(m), m.name);
    let all: Vec<String> = made.iter().take(MOST).map(one).collect();
    let more = if made.len() > MOST { format!(" and {} more", made.len() - MOST) } else { String::new() };
    (!made.is_empty()).then(|| format!("Becomes {}{more}.", all.join(", ")))
}

/// The resources that a declaration becomes, in each orchestrator of the workspace that has it.
fn made_of(db: &Database, symbol: &Symbol) -> Vec<Made> {
    let mut found = Vec::new();
    let path = symbol.file.path(db);
    let inside = symbol.path();
    for file in Workspace::get(db).files(db).values() {
        for item in items(db, *file) {
            let Some(Lowered::Orchestrator(orc)) = &check_item(db, item.text).lowered else {
                continue;
            };
            let is_own =
                *file == symbol.file && inside[0].kind == Kind::Orchestrator && *inside[0].name == *orc.name;
            let declaration = match inside {
                [_] if is_own => orc.name.clone(),
                [_, of] if is_own => format!("{}/{}/{}", orc.name, of.kind.what(), of.name),
                [of] if matches!(of.kind, Kind::Function | Kind::Workflow) => {
                    let declaration = format!("{}/{}/{}", orc.name, of.kind.what(), of.name);
                    let brought =
                        |o: &ir::Origin| o.declaration == declaration && o.file == path && o.item == *of.name;
                    if !orc.origins.iter().any(brought) {
                        continue;
                    }
                    declaration
                }
                _ => continue,
            };
            let made = project::made(db, item.text);
            found.extend(made.iter().filter(|m| m.declaration == declaration).cloned());
        }
    }
    found
}

fn kind_name(made: &Made) -> String {
    match made.kind {
        ("serving.knative.dev/v1", "Service") => "the Knative Service".to_owned(),
        (_, kind) => format!("the {kind}"),
    }
}

/// A declaration as its author would write it, without its body.
fn signature(symbol: &Symbol, node: Option<&SyntaxNode>, ty: Option<&Type>) -> String {
    let name = symbol.name();
    let typed = |what: &str| match ty {
        Some(ty) => format!("{what}{name}: {}", written(ty)),
        None => format!("{what}{name}"),
    };
    match symbol.kind() {
        Kind::Let => typed("let "),
        Kind::Loop => typed("for "),
        Kind::Alias => typed("event "),
        Kind::Event if node.is_none_or(|n| ast::Event::cast(n.clone()).is_none_or(|e| e.ty().is_none())) => {
            typed("event ")
        }
        Kind::Type => node.map_or_else(|| typed("type "), undented),
        Kind::Field => match node {
            Some(node) => header(node),
            None => typed(""),
        },
        Kind::Input | Kind::Result => ty.map(written).unwrap_or_default(),
        kind => {
            node.map(header).filter(|h| !h.is_empty()).unwrap_or_else(|| typed(&format!("{} ", kind.what())))
        }
    }
}

/// A type as EFL text; a record without a name over several lines where it is long.
fn written(ty: &Type) -> String {
    ty.to_string()
}

/// The text of a declaration without its doc.
fn undented(node: &SyntaxNode) -> String {
    let range = ast::trimmed_range(node);
    let from = range.start() - node.text_range().start();
    let text = node.text().to_string();
    text.get(usize::from(from)..usize::from(from + range.len())).unwrap_or_default().to_owned()
}

/// The key of a field, pin or record field.
fn key_of(node: &SyntaxNode) -> Option<TextRange> {
    match node.kind() {
        SyntaxKind::FIELD => Some(ast::Field::cast(node.clone())?.key()?.range()),
        SyntaxKind::RECORD_FIELD => Some(ast::RecordField::cast(node.clone())?.key()?.range()),
        SyntaxKind::NESTED => Some(ast::Nested::cast(node.clone())?.keyword()?.range()),
        _ => None,
    }
}

/// The documentation of a field of a block.
pub(crate) fn field_page(block: &str, field: &Field) -> String {
    let presence = match field.presence {
        Presence::Required => "Required.".to_owned(),
        Presence::Default(value) => format!("Default: `{value}`."),
        Presence::Optional | Presence::Group(_) => String::new(),
    };
    let upstream = field.upstream.map(|upstream| {
        let note = Encode::note(upstream.encode).map(|note| format!(", {note}")).unwrap_or_default();
        format!("Upstream: `{}`{note}.", upstream.path.join("."))
    });
    let takes = format!("{} of the {block}: {}.", code_word(field.name), field.ty);
    join(&[takes, field.doc.to_owned(), presence, upstream.unwrap_or_default()])
}

fn code_word(word: &str) -> String {
    format!("`{word}`")
}

/// The documentation of a block.
pub(crate) fn block_page(name: &str, block: &Block) -> String {
    let fields: Vec<String> = block
        .fields
        .iter()
        .map(|f| format!("`{}`", f.name))
        .chain(block.blocks.iter().map(|n| format!("`{} {{ … }}`", n.name)))
        .collect();
    let takes = if fields.is_empty() { String::new() } else { format!("Takes {}.", fields.join(", ")) };
    join(&[code(&format!("{name} {{ … }}")), block.doc.to_owned(), takes])
}

/// The documentation of a kind of source.
pub(crate) fn source_page(kind: &SourceKind) -> String {
    let payload = format!("Payload: `{}`. At Argo: `spec.{}`.", kind.payload.ty, kind.key);
    join(&[kind.doc.to_owned(), payload, code(kind.example)])
}

/// The documentation of a built-in type.
pub(crate) fn built_in_page(name: &str) -> String {
    let doc = match name {
        "string" => "Text.",
        "int" => "A number without a fraction.",
        "number" => "A number.",
        "bool" => "`true` or `false`.",
        "duration" => "A length of time: `500ms`, `10s`, `5m`. Not in payloads.",
        "timestamp" => "A time as RFC 3339 text: `\"2026-03-01T12:00:00Z\"`.",
        "any" => "Any value; checked at run time only.",
        "null" => "No value.",
        _ => return String::new(),
    };
    join(&[code(name), doc.to_owned()])
}

/// The documentation of a word that looks like a call.
pub(crate) fn form_page(name: &str) -> String {
    let (form, doc) = match name {
        "secret" => {
            ("secret(\"name\", \"key\")", "A key of a Secret in the namespace. Its value is never read here.")
        }
        "config" => ("config(\"name\", \"key\")", "A key of a ConfigMap in the namespace."),
        "cron" => (
            "cron(\"0 3 * * *\", \"Europe/Lisbon\")",
            "Times as a cron expression of five fields; UTC without a zone.",
        ),
        _ => return String::new(),
    };
    join(&[code(form), doc.to_owned()])
}

/// The documentation of a built-in function.
pub(crate) fn builtin_page(builtin: Builtin) -> String {
    let (params, result) = index::builtin_signature(builtin);
    let params: Vec<String> = params.iter().map(ToString::to_string).collect();
    let doc = match builtin {
        Builtin::Len => "How many characters a text, elements a list or keys a record has.",
        Builtin::Lower => "The text in lower case.",
        Builtin::Upper => "The text in upper case.",
        Builtin::StartsWith => "Whether the first text begins with the second.",
        Builtin::EndsWith => "Whether the first text ends with the second.",
        Builtin::Contains => "Whether the first text has the second in it.",
        Builtin::Abs => "The number without its sign.",
        Builtin::Number => "The number that a text says.",
        Builtin::String => "The value as text.",
    };
    join(&[code(&format!("{}({}) -> {result}", builtin.name(), params.join(", "))), doc.to_owned()])
}

fn code(text: &str) -> String {
    format!("```efl\n{text}\n```")
}

fn join(parts: &[String]) -> String {
    parts.iter().filter(|p| !p.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use efl_compiler::index::FileRange;
    use insta::assert_snapshot;

    fn check(source: &str) -> String {
        let fixture = Fixture::new(source);
        let Some(hover) = hover(&fixture.db, fixture.file, fixture.offset()) else {
            return "nothing".to_owned();
        };
        let place = FileRange { file: fixture.file, range: hover.range };
        format!("{}\n\n{}", fixture.underline(&[place]), hover.markdown)
    }

    const PIPELINE: &str = r#"
/// What a camera sees.
type Car = {
  plate: string
  /// Kilometres per hour.
  speed: number
}
orchestrator traffic {
  namespace: "n"
  source road: webhook {
    port: 12000
    auth: secret("road", "token")
    /// A car comes near.
    event car: Car { path: "/car" }
  }
  /// Reports it.
  function report(car: Car, note?: string) -> { id: string } { image: "registry.example/report:1" }
  workflow tell(car: Car) {
    let answer = report(car: car)
    report(car: car, note: answer.id)
  }
  rule fast on car[speed > 50] as c { tell(car: c) }
  placement { weights { cpu: 1, memory: 3 } }
}
"#;

    /// Hovers over the last character of a piece of [`PIPELINE`].
    fn at(piece: &str) -> String {
        assert_eq!(PIPELINE.matches(piece).count(), 1, "`{piece}` stands once");
        let (before, last) = piece.split_at(piece.len() - 1);
        check(&PIPELINE.replacen(piece, &format!("{before}<CURSOR>{last}"), 1))
    }

    #[test]
    fn a_function_with_its_doc_and_what_it_becomes() {
        assert_snapshot!(at("= report"), @"
        main.efl:18
              let answer = report(car: car)
                           ^^^^^^

        ```efl
        function report(car: Car, note?: string) -> { id: string }
        ```

        Reports it.

        Becomes the Knative Service `traffic-report`.
        ");
    }

    #[test]
    fn a_workflow_a_rule_and_a_source() {
        assert_snapshot!(at("{ tell"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                                                ^^^^

        ```efl
        workflow tell(car: Car)
        ```

        Becomes the WorkflowTemplate `traffic-tell`.
        ");
        assert_snapshot!(at("rule fast"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                 ^^^^

        ```efl
        rule fast on car[speed > 50] as c
        ```

        Becomes the Sensor `traffic`.
        ");
        assert_snapshot!(at("source road"), @"
        main.efl:9
            source road: webhook {
                   ^^^^

        ```efl
        source road: webhook
        ```

        Becomes the EventSource `traffic-road`, the Service `traffic-road-ingress`.
        ");
    }

    #[test]
    fn an_event_with_its_payload() {
        assert_snapshot!(at("on car"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                         ^^^

        ```efl
        event car: Car
        ```

        ```efl
        type Car = { plate: string, speed: number }
        ```

        A car comes near.
        ");
    }

    #[test]
    fn a_field_of_a_payload() {
        assert_snapshot!(at("car[speed"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                             ^^^^^

        ```efl
        speed: number
        ```

        Kilometres per hour.
        ");
    }

    #[test]
    fn values_with_their_types() {
        assert_snapshot!(at("let answer"), @"
        main.efl:18
              let answer = report(car: car)
                  ^^^^^^

        ```efl
        let answer: { id: string }
        ```
        ");
        assert_snapshot!(at("tell(car: c"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                                                          ^

        ```efl
        event c: Car
        ```

        ```efl
        type Car = { plate: string, speed: number }
        ```
        ");
        assert_snapshot!(at("note: answer.id"), @"
        main.efl:19
              report(car: car, note: answer.id)
                                            ^^

        ```efl
        id: string
        ```
        ");
    }

    #[test]
    fn a_type() {
        assert_snapshot!(at("road: webhook"), @r#"
        main.efl:9
            source road: webhook {
                         ^^^^^^^

        HTTP requests to the source itself, at `http://<node>:<node-port><path>`.

        The body of a POST is JSON, or a form (`application/x-www-form-urlencoded`: each field a list of texts); of a GET it is the query (each key a list of texts). Anything else is answered 400. Under `meta.header` are the request's headers, each a list of texts, with what was in `Authorization` masked.

        **Delivery:** the sender gets 200 when the bus has the event, 500 when it has not and should send again. One request at a time is taken per path.

        **While a pipeline moves:** nothing is lost. The source and its ingress run on every candidate, always.

        Payload: `any`. At Argo: `spec.webhook`.

        ```efl
        source roadside: webhook {
          port: 12000
          auth: secret("roadside", "token")
          event vehicle: { plate: string, speed: number } { path: "/vehicle" }
        }
        ```
        "#);
        assert_snapshot!(at("event car: Car"), @r#"
        main.efl:13
              event car: Car { path: "/car" }
                         ^^^

        ```efl
        type Car = {
          plate: string
          /// Kilometres per hour.
          speed: number
        }
        ```

        What a camera sees.
        "#);
    }

    #[test]
    fn fields_of_blocks_with_upstream_documentation() {
        assert_snapshot!(at("    port"), @"
        main.efl:10
              port: 12000
              ^^^^

        `port` of the webhook source: a whole number from 1 to 65535.

        The port the source listens on in its pod, 1 to 65535 but not 7777. Events may share it.

        Required.

        Upstream: `port`, as text.
        ");
        assert_snapshot!(at("{ path"), @r#"
        main.efl:13
              event car: Car { path: "/car" }
                               ^^^^

        `path` of the webhook source: a path that begins with `/`.

        The path of the event, unique among events on its port; `/health` is taken. A `{segment}` in braces stands for any one segment.

        Required.

        Upstream: `endpoint`.
        "#);
        assert_snapshot!(check("fleet f { domain: \"a.b\", query cp<CURSOR>u { promql: \"up\" } }"), @r#"
        main.efl:1
          fleet f { domain: "a.b", query cpu { promql: "up" } }
                                         ^^^

        ```efl
        query { … }
        ```

        How the utilisation of a cluster is asked of Prometheus: `query cpu` and `query memory`. Left out: queries over node_exporter, with cAdvisor as fallback.

        Takes `promql`.
        "#);
    }

    #[test]
    fn the_weights_in_effect() {
        assert_snapshot!(at("{ cpu"), @"
        main.efl:22
            placement { weights { cpu: 1, memory: 3 } }
                                  ^^^

        `cpu` of the weights: a number of at least 0.

        What free processor time counts for.

        Default: `0.5`.

        ---

        Weights in effect: cpu 25%, memory 75%.
        ");
    }

    #[test]
    fn an_imported_function_says_what_it_becomes_where_it_is_used() {
        assert_snapshot!(check(
            r#"
//- /lib.efl
/// Tells people.
function noti<CURSOR>fy(level: int) { image: "registry.example/notify:1" }
//- /main.efl
import { notify } from "lib.efl"
orchestrator a {
  namespace: "n"
  source s: webhook { auth: secret("a", "b"), event e: { level: int } { path: "/e" } }
  rule r on e { notify(level: e.level) }
}
"#
        ), @r#"
        lib.efl:2
          function notify(level: int) { image: "registry.example/notify:1" }
                   ^^^^^^

        ```efl
        function notify(level: int)
        ```

        Tells people.

        Becomes the Knative Service `a-notify`.
        "#);
    }

    #[test]
    fn words_and_built_ins() {
        assert_snapshot!(check("orchestrator o { namespace: \"n\", engine: ef<CURSOR>l }"), @r#"
        main.efl:1
          orchestrator o { namespace: "n", engine: efl }
                                                   ^^^

        `engine` of the orchestrator: `argo` or `efl`.

        What matches events and runs workflows: `argo` (Sensors and Workflows, the components fleets already run) or `efl` (the native engine, which also knows windows, order, counting, absence and correlation).

        Default: `argo`.
        "#);
        assert_snapshot!(check("param x: int = le<CURSOR>n(\"abc\")"), @r#"
        main.efl:1
          param x: int = len("abc")
                         ^^^

        ```efl
        len(any) -> int
        ```

        How many characters a text, elements a list or keys a record has.
        "#);
        assert_snapshot!(check("param x: time<CURSOR>stamp"), @r#"
        main.efl:1
          param x: timestamp
                   ^^^^^^^^^

        ```efl
        timestamp
        ```

        A time as RFC 3339 text: `"2026-03-01T12:00:00Z"`.
        "#);
    }

    #[test]
    fn a_property_of_a_json_schema() {
        assert_snapshot!(check(
            r#"
//- /main.efl
type Reading = schema("reading.json")
workflow w(all: list<Reading>) { for r in all { f(r.place.zo<CURSOR>ne) } }
function f(zone: string) { image: "registry.example/f:1" }
//- /reading.json
{ "type": "object", "properties": { "place": { "type": "object", "properties": {
  "zone": { "type": "string", "description": "Where it stands." } }, "required": ["zone"] } }, "required": ["place"] }
"#
        ), @"
        main.efl:2
          workflow w(all: list<Reading>) { for r in all { f(r.place.zone) } }
                                                                    ^^^^

        ```efl
        zone: string
        ```

        Where it stands.
        ");
    }

    #[test]
    fn keywords_of_declarations() {
        assert_snapshot!(at("  placement"), @"
        main.efl:22
            placement { weights { cpu: 1, memory: 3 } }
            ^^^^^^^^^

        ```efl
        placement { … }
        ```

        Where the pipeline may run and how that is decided. Each cluster gets a score from 0 to 1: what of it is free, weighed. Every field has a default; the block may be left out.

        Takes `clusters`, `replicas`, `strategy`, `margin`, `hold`, `drain-timeout`, `force-after`, `weights { … }`, `limit { … }`, `metric { … }`.
        ");
        assert_snapshot!(check(
            r#"
fleet f { domain: "d.example", cluster edge { gateway: "10.0.0.1:80" } }
bus b: jetstream { url: "tls://nats.example:4222" }
orchestrator o {
  namespace: "n"
  bus: b
  source s: webhook { port: 12000, auth: secret("a", "b"), event e: { level: int } { path: "/e" } }
  function g(level: int) { image: "registry.example/g:1" }
  rule r on e { g(level: e.level) }
  <CURSOR>placement { clusters: [edge] }
}
"#
        ).lines().last().unwrap_or_default(), @"Becomes the PropagationPolicy `o-base`, the PropagationPolicy `o-functions`, the PropagationPolicy `o-logic`, the PropagationPolicy `o-events-everywhere`, the PlacementDecision `o`.");
        assert_snapshot!(at("  rule"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
            ^^^^

        ```efl
        rule { … }
        ```

        Options of a rule; they stand before its first statement.

        Takes `rate`, `once-per`, `delivery`, `retry`, `dead-letter`, `reset`, `pairing`.
        ");
        assert_snapshot!(check("workflow w(x: int) { i<CURSOR>f x > 3 { f() } }"), @"nothing");
    }

    #[test]
    fn what_is_half_typed_still_has_types() {
        let of = |source: &str| {
            let shown = check(&format!("type Car = {{ speed: int }}\norchestrator o {{\n{source}\n}}\n"));
            shown.lines().skip_while(|line| !line.starts_with("```")).nth(1).unwrap_or("nothing").to_owned()
        };
        let source = "source s: webhook { event car: Car { path: \"/c\" } event bus: Car { path: \"/b\" } }";
        assert_snapshot!(of(&format!("{source}\nrule r on car {{ f(starts-with(car.sp<CURSOR>eed)) }}")), @"speed: int");
        assert_snapshot!(of(&format!("{source}\nrule r on car {{ nobody(x: car.sp<CURSOR>eed, ) }}")), @"speed: int");
        assert_snapshot!(of(&format!("{source}\nrule r on car {{ emit nothing {{ x: car.sp<CURSOR>eed }} }}")), @"speed: int");
        assert_snapshot!(of(&format!("{source}\nrule r on car or bus {{ f(car.sp<CURSOR>eed) }}")), @"speed: int");
        assert_snapshot!(of(&format!("{source}\nrule r on car[sp<CURSOR>eed >] {{ }}")), @"speed: int");
        assert_snapshot!(of(&format!("{source}\nrule r on car where car.sp<CURSOR>eed >")), @"speed: int");
        assert_snapshot!(of("source s: webho { event car: Car }\nrule r on car { f(ca<CURSOR>r) }"), @"event car: Car");
        assert_snapshot!(of("source s: { event car: Car }\nrule r on ca<CURSOR>r { }"), @"event car: Car");
    }

    #[test]
    fn a_broken_file_still_answers() {
        assert_snapshot!(check(
            r#"
function f(x: int) { image: "i:1" }
workflow w(amount: int) {
  let y =
  f(am<CURSOR>ount
"#
        ), @"
        main.efl:4
            f(amount
              ^^^^^^

        ```efl
        amount: int
        ```
        ");
    }
}
