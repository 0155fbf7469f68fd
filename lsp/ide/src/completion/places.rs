//! The kinds of places, and what fits in each.

use super::{
    Completion, ELSEWHERE, FIRST, FITS, Kind, LIKELY, POSSIBLE,
    probe::Probe,
    snippet::{self, Snippet},
};
use crate::{FileEdit, FileRange, hover};
use efl_compiler::{
    catalog::{Field, FieldType, Presence, SourceKind, blocks, sources},
    db::{self, Workspace, items},
    index::{BlockPlace, Names, builtin_signature},
    ir::Builtin,
    names::{self, Binding, Decl},
    types::{Literal, Type, TypeTable},
};
use efl_grammar::{
    SyntaxKind::{self, *},
    SyntaxNode, TextRange, TextSize,
    ast::{self, AstNode, HasDoc, HasMembers, HasName, HasSig},
};
use std::cmp::Reverse;

/// What begins a declaration of a file.
pub(super) fn of_file() -> Vec<Completion> {
    let declaration = |keyword, doc: &str, rest: Snippet| {
        Completion::new(Kind::Keyword, keyword).detail(doc).snippet(rest.end()).rank(FIRST)
    };
    let new = || Snippet::new();
    vec![
        declaration(
            "orchestrator",
            "A pipeline: sources, rules, workflows, functions, a placement",
            new()
                .text("orchestrator ")
                .place("name")
                .text(" {\n  namespace: \"")
                .place("default")
                .text("\"\n\n  "),
        ),
        declaration(
            "function",
            "A container image that is called",
            new()
                .text("function ")
                .place("name")
                .text("(")
                .place("input")
                .text(": ")
                .place("any")
                .text(") {\n  image: \"")
                .place("registry.example/name:1.0")
                .text("\"\n}"),
        ),
        declaration(
            "workflow",
            "Calls one after the other, beside each other, or not at all",
            new()
                .text("workflow ")
                .place("name")
                .text("(")
                .place("input")
                .text(": ")
                .place("any")
                .text(") {\n  "),
        ),
        declaration(
            "test",
            "What must happen when events come",
            new().text("test \"").place("what happens").text("\" {\n  send "),
        ),
        declaration(
            "type",
            "A name for a type",
            new()
                .text("type ")
                .place("Name")
                .text(" = {\n  ")
                .place("field")
                .text(": ")
                .place("string")
                .text("\n}"),
        ),
        declaration(
            "param",
            "A value that is given from outside",
            new().text("param ").place("name").text(": ").place("string").text(" = \"").place("").text("\""),
        ),
        declaration(
            "fleet",
            "Clusters that belong together",
            new()
                .text("fleet ")
                .place("name")
                .text(" {\n  domain: \"")
                .place("fn.example")
                .text("\"\n  prometheus: \"")
                .place("https://prometheus.example")
                .text("\"\n  cluster ")
                .place("edge-a")
                .text(" { region: \"")
                .place("edge")
                .text("\" }\n}"),
        ),
        declaration(
            "bus",
            "What carries events between sources and rules",
            new()
                .text("bus ")
                .place("name")
                .text(": jetstream {\n  url: \"")
                .place("tls://nats.example:4222")
                .text("\"\n}"),
        ),
        declaration(
            "import",
            "Names of another file",
            new().text("import { ").place("Name").text(" } from \"").place("other.efl").text("\""),
        ),
    ]
}

/// What fits in a place.
pub(super) fn at(probe: &Probe<'_>) -> Vec<Completion> {
    let kind = probe.marker.kind();
    if matches!(kind, COMMENT | DOC_COMMENT) {
        return Vec::new();
    }
    if matches!(kind, STR_TEXT | QUOTE | STR_ESCAPE) {
        return in_text(probe);
    }
    let line = probe.line.as_str();
    if line.ends_with('.') && !line.ends_with("..") {
        return behind_dot(probe);
    }
    if line.ends_with(|c: char| c.is_ascii_digit()) && probe.before.ends_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    if let Some(mut found) = in_test(probe) {
        // A test is about few things, several times.
        let uses = |item: &Completion| match item.kind {
            Kind::Event | Kind::Function | Kind::Workflow | Kind::Rule => probe.uses(&item.label),
            _ => 0,
        };
        found.sort_by_key(|item| (item.rank, Reverse(uses(item))));
        return found;
    }
    let Some(around) = probe.ancestors().find(|node| is_place(node.kind())) else {
        return if line.is_empty() { of_file() } else { Vec::new() };
    };
    match around.kind() {
        TY_NAME | TY_UNION | TY_LIST | TY_MAP | TY_PAREN | RESULT => types(probe),
        TY_RECORD | TY_FIELD => {
            if probe.last() == ":" {
                types(probe)
            } else {
                Vec::new()
            }
        }
        SIG | FORMAL => {
            if probe.last() == ":" || probe.last() == "(" {
                types(probe)
            } else {
                Vec::new()
            }
        }
        PARAM | TYPE_DECL | EVENT => in_head(probe, &around),
        SOURCE => source_kinds(probe, &around),
        BUS => vec![Completion::new(Kind::Keyword, "jetstream").rank(FIRST)],
        IMPORT | IMPORT_NAME => of_import(probe),
        RULE | LOGIC_BIN | LOGIC_PAREN | LOGIC_NOT | LOGIC_COUNT | LOGIC_EVENT | EVENT_REF => in_logic(probe),
        WITHIN | BY => by(probe),
        NESTED if matches!(probe.last(), "{" | "}" | ",") || line.is_empty() => {
            let outer = around.parent().unwrap_or_else(|| around.clone());
            if matches!(outer.kind(), BODY | STMTS) {
                in_body(probe, &outer)
            } else {
                in_block(probe, &outer)
            }
        }
        BODY | STMTS => in_body(probe, &around),
        LET_STMT | RETURN_STMT | CALL_RETRY | CALL_TIMEOUT | FOR_STMT | RETRY_STMT | IF_STMT
            if behind_call(probe).is_some() =>
        {
            behind_call(probe).unwrap_or_default()
        }
        EMIT_STMT => events(probe),
        BLOCK | PLACEMENT | PIN | PATCH => in_block(probe, &around),
        LIST_EXPR => match line.split_once(':') {
            Some((key, _)) if around.ancestors().any(|node| node.kind() == BLOCK) => {
                value_of_key(probe, key.trim())
            }
            _ => expression(probe),
        },
        ARGS => [arguments(probe, &around), expression(probe)].concat(),
        RECORD_EXPR | RECORD_FIELD => in_record(probe, &around),
        FIELD => value_of_field(probe, &around),
        ORCHESTRATOR | FUNCTION | WORKFLOW | FLEET | CLUSTER => {
            if probe.last() == "->" {
                types(probe)
            } else {
                Vec::new()
            }
        }
        FILE => {
            if line.is_empty() {
                of_file()
            } else {
                behind_declaration(probe)
            }
        }
        _ => expression(probe),
    }
}

/// Whether a node says what may stand in it.
fn is_place(kind: SyntaxKind) -> bool {
    !matches!(
        kind,
        NAME | NAME_REF | NAME_EXPR | KEY | ERROR | VALUE | CALL_EXPR | CALL_STMT | DOC | NAMED_ARG | STRING
    )
}

/// What follows a declaration's first words that are not read as one yet.
fn behind_declaration(probe: &Probe<'_>) -> Vec<Completion> {
    match probe.line.split_whitespace().next() {
        Some("param" | "type") if matches!(probe.last(), ":" | "=") => types(probe),
        Some("import") if probe.last() == "}" => vec![Completion::new(Kind::Keyword, "from").rank(FIRST)],
        Some("bus") if probe.last() == ":" => vec![Completion::new(Kind::Keyword, "jetstream").rank(FIRST)],
        _ => Vec::new(),
    }
}

fn in_head(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    match (around.kind(), probe.last()) {
        (_, ":") | (TYPE_DECL, "=") => types(probe),
        (PARAM, _) if probe.line.contains('=') => expression(probe),
        _ => Vec::new(),
    }
}

// ---- paths

fn in_text(probe: &Probe<'_>) -> Vec<Completion> {
    let wanted = match probe.nearest(&[IMPORT, TY_SCHEMA, FIELD]).map(|node| node.kind()) {
        Some(IMPORT) => ".efl",
        Some(TY_SCHEMA) => ".json",
        _ => return Vec::new(),
    };
    let here = probe.file.path(probe.db);
    let files = Workspace::get(probe.db).files(probe.db).keys();
    let others = files.filter(|path| **path != here && path.ends_with(wanted));
    others.map(|path| Completion::new(Kind::Path, relative(&here, path)).rank(FIRST)).collect()
}

/// The path of a file as another one writes it.
fn relative(from: &str, to: &str) -> String {
    let folder: Vec<&str> = from.split('/').collect();
    let folder = &folder[..folder.len() - 1];
    let target: Vec<&str> = to.split('/').collect();
    let shared = folder.iter().zip(&target).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - shared);
    up.chain(target[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// The names that an import can bring.
fn of_import(probe: &Probe<'_>) -> Vec<Completion> {
    let Some(import) = probe.nearest(&[IMPORT]).and_then(ast::Import::cast) else { return Vec::new() };
    if probe.last() == "}" {
        return vec![Completion::new(Kind::Keyword, "from").rank(FIRST)];
    }
    if !matches!(probe.last(), "{" | ",") {
        return Vec::new();
    }
    let Some(path) = import.path().and_then(|path| path.plain()) else { return of_other_files(probe) };
    let Some(file) = names::imported_file(probe.db, probe.file, &path) else { return Vec::new() };
    let taken: Vec<String> = import.names().filter_map(|name| Some(name.imported()?.text())).collect();
    let all = names::exports(probe.db, file).bindings.values().flatten();
    all.filter(|binding| !taken.contains(&binding.name))
        .map(|binding| of_binding(binding).rank(FIRST))
        .collect()
}

/// Everything that other files declare.
fn of_other_files(probe: &Probe<'_>) -> Vec<Completion> {
    let here = probe.file.path(probe.db);
    let others = Workspace::get(probe.db).files(probe.db).iter();
    let others = others.filter(|(path, _)| **path != here && path.ends_with(".efl"));
    let of_file = |(path, file): (&std::sync::Arc<str>, &efl_compiler::db::SourceFile)| {
        let written = relative(&here, path);
        let all = names::exports(probe.db, *file).bindings.values().flatten();
        let named = |b: &Binding| of_binding(b).detail(format!("{} of {written}", b.decl.what())).rank(FIRST);
        all.filter(|b| probe.uses(&b.name) > 0 || !probe.before.contains(&b.name))
            .map(named)
            .collect::<Vec<_>>()
    };
    others.flat_map(of_file).collect()
}

// ---- names

/// A name that a file declares.
fn of_binding(binding: &Binding) -> Completion {
    let (kind, detail) = match &*binding.decl {
        Decl::Param { .. } => (Kind::Param, "param"),
        Decl::Type { .. } => (Kind::Type, "type"),
        Decl::Bus => (Kind::Bus, "bus"),
        Decl::Fleet { .. } => (Kind::Fleet, "fleet"),
        Decl::Cluster { fleet } => {
            return Completion::new(Kind::Cluster, &binding.name).detail(format!("cluster of {fleet}"));
        }
        Decl::Function(_) => (Kind::Function, "function"),
        Decl::Workflow(_) => (Kind::Workflow, "workflow"),
        Decl::Orchestrator => (Kind::Orchestrator, "orchestrator"),
    };
    let doc = match &*binding.decl {
        Decl::Param { doc, .. } | Decl::Type { doc, .. } => doc.clone(),
        Decl::Function(sig) | Decl::Workflow(sig) => sig.doc.clone(),
        _ => None,
    };
    Completion::new(kind, &binding.name).detail(detail).doc(doc)
}

/// The names of some kind that the file knows, then those of other files with their imports.
fn declared(probe: &Probe<'_>, accept: impl Fn(&Decl) -> bool) -> Vec<Completion> {
    let (db, file) = (probe.db, probe.file);
    let scope = names::file_scope(db, file);
    let mut found = Vec::new();
    for (local, bindings) in &scope.bindings {
        if let Some(binding) = bindings.iter().find(|b| accept(&b.decl)) {
            found.push(Completion { label: local.clone(), insert: local.clone(), ..of_binding(binding) });
        }
    }
    for (path, other) in Workspace::get(db).files(db) {
        if *other == file || !path.ends_with(".efl") {
            continue;
        }
        for binding in names::exports(db, *other).bindings.values().flatten().filter(|b| accept(&b.decl)) {
            if !scope.bindings.contains_key(&binding.name) {
                let written = relative(&file.path(db), path);
                let detail = format!("{} of {written}", binding.decl.what());
                let import = Some(import(probe, &binding.name, &written));
                found.push(Completion { import, ..of_binding(binding).detail(detail).rank(ELSEWHERE) });
            }
        }
    }
    found
}

/// The edit that imports a name: into the import of its file if there is one, else a line at the beginning.
fn import(probe: &Probe<'_>, name: &str, path: &str) -> FileEdit {
    let (db, file) = (probe.db, probe.file);
    for item in items(db, file) {
        let Some(ast::Item::Import(import)) = db::item_node(db, item.text) else { continue };
        if import.path().and_then(|written| written.plain()).as_deref() == Some(path)
            && let Some(last) = import.names().last()
        {
            let at = TextSize::from(item.start) + last.range().end();
            let place = FileRange { file, range: TextRange::empty(at) };
            return FileEdit { place, text: format!(", {name}") };
        }
    }
    let place = FileRange { file, range: TextRange::empty(TextSize::new(0)) };
    FileEdit { place, text: format!("import {{ {name} }} from \"{path}\"\n") }
}

fn types(probe: &Probe<'_>) -> Vec<Completion> {
    const BUILT_IN: [(&str, u8); 8] = [
        ("string", FIRST),
        ("number", FIRST),
        ("bool", FITS),
        ("int", FIRST),
        ("timestamp", LIKELY),
        ("any", LIKELY),
        ("duration", POSSIBLE),
        ("null", POSSIBLE),
    ];
    // What comes is mostly a type with a name, what is in it mostly text.
    let is_payload = probe.line.starts_with("event ") || probe.line.starts_with("workflow ");
    let own = if is_payload { FIRST } else { FITS };
    let mut found: Vec<Completion> = declared(probe, |decl| matches!(decl, Decl::Type { .. }));
    for item in found.iter_mut().filter(|item| item.import.is_none()) {
        item.rank = own;
    }
    // A field of the same name elsewhere has likely the same type.
    let key = probe.line.trim_end_matches(':').rsplit([' ', '(', '{', ',']).next().unwrap_or_default();
    if let Some(ty) = probe.type_of_key(key.trim_end_matches('?')) {
        found.insert(0, Completion::new(Kind::Type, ty).rank(FIRST));
    }
    for decl in orchestrator(probe).iter().flat_map(|orc| orc.members()) {
        if let ast::Member::Type(decl) = decl
            && let Some(name) = decl.name()
        {
            found.push(Completion::new(Kind::Type, name.text()).detail("type").doc(decl.doc()).rank(own));
        }
    }
    found.extend(BUILT_IN.iter().map(|(name, rank)| {
        Completion::new(Kind::Type, *name).doc(Some(hover::built_in_page(name))).rank(*rank)
    }));
    let form = |name: &str, rest: Snippet| Completion::new(Kind::Type, name).snippet(rest.end());
    found.push(form("list", Snippet::new().text("list<").place("any").text(">")));
    found.push(form("map", Snippet::new().text("map<").place("any").text(">")));
    found.push(form("schema", Snippet::new().text("schema(\"").place("file.json").text("\")")));
    found
}

/// The orchestrator around the cursor; for a test the one it is about.
fn orchestrator(probe: &Probe<'_>) -> Option<ast::Orchestrator> {
    if let Some(node) = probe.nearest(&[ORCHESTRATOR]) {
        return ast::Orchestrator::cast(node);
    }
    let test = ast::Test::cast(probe.nearest(&[TEST])?)?;
    let named = test.orchestrator().map(|name| name.text());
    let of_file =
        items(probe.db, probe.file).iter().filter_map(|item| match db::item_node(probe.db, item.text)? {
            ast::Item::Orchestrator(orc) => Some(orc),
            _ => None,
        });
    let mut of_file = of_file.filter(|orc| named.is_none() || orc.name().map(|n| n.text()) == named);
    of_file.next()
}

/// Something with a name in the orchestrator around.
fn members(probe: &Probe<'_>, one: impl Fn(&ast::Member) -> Option<Completion>) -> Vec<Completion> {
    orchestrator(probe).iter().flat_map(|orc| orc.members()).filter_map(|member| one(&member)).collect()
}

/// The events of the orchestrator around: of its sources, and its own.
fn events(probe: &Probe<'_>) -> Vec<Completion> {
    let mut found = Vec::new();
    let mut add = |event: &ast::Event, source: Option<&str>| {
        if let Some(name) = event.name() {
            let detail = source.map_or_else(|| "event".to_owned(), |source| format!("event of {source}"));
            let name = name.text();
            let rank = if probe.uses(&name) > 1 { FITS } else { FIRST };
            found.push(Completion::new(Kind::Event, name).detail(detail).doc(event.doc()).rank(rank));
        }
    };
    for member in orchestrator(probe).iter().flat_map(|orc| orc.members()) {
        match member {
            ast::Member::Event(event) => add(&event, None),
            ast::Member::Source(source) => {
                let name = source.name().map(|name| name.text());
                for event in source.members() {
                    if let ast::Member::Event(event) = event {
                        add(&event, name.as_deref());
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// The events of a source.
fn events_of(probe: &Probe<'_>, source: &str) -> Vec<Completion> {
    let mut found = Vec::new();
    for member in orchestrator(probe).iter().flat_map(|orc| orc.members()) {
        if let ast::Member::Source(decl) = member
            && decl.name().is_some_and(|name| name.text() == source)
        {
            let events = decl
                .members()
                .into_iter()
                .filter_map(|m| if let ast::Member::Event(e) = m { e.name() } else { None });
            found.extend(events.map(|name| Completion::new(Kind::Event, name.text()).rank(FIRST)));
        }
    }
    found
}

fn rules(probe: &Probe<'_>) -> Vec<Completion> {
    members(probe, |member| match member {
        ast::Member::Rule(rule) => {
            Some(Completion::new(Kind::Rule, rule.name()?.text()).doc(rule.doc()).rank(FIRST))
        }
        _ => None,
    })
}

/// What can be called: a call with the names of its parameters, or the name alone.
fn callables(probe: &Probe<'_>, call: bool, functions: bool, workflows: bool) -> Vec<Completion> {
    let mut found = members(probe, |member| match member {
        ast::Member::Function(decl) if functions => {
            Some(callable(probe, Kind::Function, decl, call)?.doc(decl.doc()))
        }
        ast::Member::Workflow(decl) if workflows => {
            Some(callable(probe, Kind::Workflow, decl, call)?.doc(decl.doc()))
        }
        _ => None,
    });
    let accept = |decl: &Decl| match decl {
        Decl::Function(_) => functions,
        Decl::Workflow(_) => workflows,
        _ => false,
    };
    for mut item in declared(probe, accept) {
        if call {
            let sig = sig_of(probe, &item.label);
            item = item.snippet_of_call(&sig);
        }
        found.push(item);
    }
    found
}

/// The parameters of a function or workflow of a file.
fn sig_of(probe: &Probe<'_>, name: &str) -> Vec<String> {
    let scope = names::file_scope(probe.db, probe.file);
    let known = scope.bindings.get(name).into_iter().flatten();
    let elsewhere = Workspace::get(probe.db).files(probe.db).values();
    let elsewhere = elsewhere.filter_map(|file| names::exports(probe.db, *file).bindings.get(name)).flatten();
    let sig = known.chain(elsewhere).find_map(|b| match &*b.decl {
        Decl::Function(sig) | Decl::Workflow(sig) => Some(sig),
        _ => None,
    });
    match sig.and_then(|sig| sig.params.as_ref()) {
        Some(names::Params::Named(params)) => {
            params.iter().filter(|p| !p.optional && !p.has_default).map(|p| p.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}

fn callable(probe: &Probe<'_>, kind: Kind, decl: &(impl HasName + HasSig), call: bool) -> Option<Completion> {
    let sig = decl.sig().map(|sig| sig.syntax().text().to_string()).unwrap_or_default();
    let result = decl.result().map(|ty| format!(" -> {}", ty.syntax().text())).unwrap_or_default();
    let name = decl.name()?.text();
    // What nothing calls yet is likely the next.
    let rank = if call && probe.uses(&name) > 1 { FITS } else { FIRST };
    let item = Completion::new(kind, name).detail(format!("{sig}{result}")).rank(rank);
    if !call {
        return Some(item);
    }
    let needed = decl.sig().into_iter().flat_map(|sig| sig.formals().collect::<Vec<_>>());
    let needed = needed.filter(|formal| !formal.is_optional() && formal.default().is_none());
    let names: Vec<String> = needed.filter_map(|formal| Some(formal.name()?.text())).collect();
    Some(item.snippet_of_call(&names))
}

impl Completion {
    /// Inserts a call with the parameters that it needs.
    fn snippet_of_call(self, params: &[String]) -> Self {
        let mut text = Snippet::new().text(&self.label).text("(");
        for (at, name) in params.iter().enumerate() {
            text = text.text(if at > 0 { ", " } else { "" }).text(name).text(": ").place(name);
        }
        self.snippet(text.text(")").end())
    }
}

// ---- event logic

fn in_logic(probe: &Probe<'_>) -> Vec<Completion> {
    let word = |label: &str| Completion::new(Kind::Keyword, label);
    match probe.last() {
        "on" | "and" | "or" | "then" | "(" | "not" => {
            let mut found: Vec<Completion> = events(probe);
            found.extend(members(probe, |member| match member {
                ast::Member::Source(source) => {
                    Some(Completion::new(Kind::Source, source.name()?.text()).rank(LIKELY))
                }
                _ => None,
            }));
            found.push(
                word("not")
                    .snippet(Snippet::new().text("not ").place("event").text(" for ").place("10m").end())
                    .rank(POSSIBLE),
            );
            found.push(
                word("count")
                    .snippet(
                        Snippet::new().text("count(").place("event").text(", ").place("3").text(")").end(),
                    )
                    .rank(POSSIBLE),
            );
            found
        }
        "rule" | "as" => Vec::new(),
        _ if !probe.line.contains(" on ") && probe.line.starts_with("rule ") => vec![word("on").rank(FIRST)],
        _ => {
            let mut found: Vec<Completion> =
                ["and", "or", "then"].map(|label| word(label).rank(FIRST)).into();
            found.extend(["within", "where", "by", "as", "for", "on"].map(word));
            found
        }
    }
}

/// `by`: what the payloads of all events have; `within`: lengths of time.
fn by(probe: &Probe<'_>) -> Vec<Completion> {
    let mut found: Option<Vec<String>> = None;
    for names in probe.visible() {
        if let Names::Event { payload, .. } = names {
            let table = TypeTable::default();
            let fields: Vec<String> = table.fields(payload).iter().map(|f| f.name.to_string()).collect();
            found = Some(match found {
                Some(shared) => shared.into_iter().filter(|name| fields.contains(name)).collect(),
                None => fields,
            });
        }
    }
    let field = |name| Completion::new(Kind::Field, name).rank(FIRST);
    found.unwrap_or_default().into_iter().map(field).collect()
}

// ---- bodies

fn in_body(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let word = |label: &str| Completion::new(Kind::Keyword, label);
    let first = probe.line.split_whitespace().next().unwrap_or_default();
    if probe.line.is_empty() || matches!(probe.last(), "{" | "}") {
        return statements(probe, around);
    }
    if let Some(found) = behind_call(probe) {
        return found;
    }
    if let Some(key) = first.strip_suffix(':') {
        return value_of_key(probe, key);
    }
    match (first, probe.last()) {
        ("emit", "emit") => events(probe),
        ("on", "on") => ["failure", "exit"].map(|label| word(label).rank(FIRST)).into(),
        ("for", last) if last != "in" && !probe.line.contains(" in ") && last != "for" => {
            vec![word("in").rank(FIRST)]
        }
        ("let" | "wait" | "retry" | "for", last) if first == last => Vec::new(),
        _ => expression(probe),
    }
}

/// What follows a call, or the words that may follow a statement's first.
fn behind_call(probe: &Probe<'_>) -> Option<Vec<Completion>> {
    let all = |labels: &[&str]| {
        labels.iter().map(|label| Completion::new(Kind::Keyword, *label).rank(FIRST)).collect()
    };
    let words: Vec<&str> = probe.line.split_whitespace().collect();
    let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    match words.as_slice() {
        [.., "retry", times] if is_number(times) => Some(all(&["backoff", "timeout"])),
        [.., "backoff", _] => Some(all(&["timeout"])),
        [.., "timeout", time] if is_number(time) => Some(all(&["retry"])),
        ["for", _, "in", .., last] if *last != "in" && !last.ends_with('(') => Some(all(&["max"])),
        ["for", _] => Some(all(&["in"])),
        _ if probe.line.ends_with(')') && !probe.line.starts_with("if ") => Some(all(&["timeout", "retry"])),
        _ => None,
    }
}

/// What begins a statement, and in the body of a declaration its options.
fn statements(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let statement = |label: &str, rest: Snippet| Completion::new(Kind::Keyword, label).snippet(rest.end());
    let new = Snippet::new;
    let mut found: Vec<Completion> = callables(probe, true, true, true)
        .into_iter()
        .map(|c| Completion { rank: c.rank.min(ELSEWHERE), ..c })
        .collect();
    found.push(statement("let", new().text("let ").place("name").text(" = ")));
    found.push(statement("if", new().text("if ").place("condition").text(" {\n  ")));
    found.push(statement("for", new().text("for ").place("item").text(" in ").place("list").text(" {\n  ")));
    found.push(statement("parallel", new().text("parallel {\n  ")));
    found.push(statement(
        "retry",
        new().text("retry ").place("3").text(" backoff ").place("1s").text("..").place("30s").text(" {\n  "),
    ));
    found.push(statement("wait", new().text("wait ").place("10s")));
    found.push(statement("emit", new().text("emit ").place("event").text(" { ")));
    found.push(statement("return", new().text("return ")));
    if probe.line.ends_with('}') {
        found.push(Completion::new(Kind::Keyword, "else").rank(FIRST));
    }
    if around.kind() == BODY {
        found.push(statement("on failure", new().text("on failure {\n  ")).rank(POSSIBLE));
        found.push(statement("on exit", new().text("on exit {\n  ")).rank(POSSIBLE));
        let of_rule = around.parent().is_some_and(|node| node.kind() == RULE);
        let options = if of_rule { &blocks::RULE_OPTIONS } else { &blocks::WORKFLOW_OPTIONS };
        let is_first = probe.before.trim_end().ends_with('{');
        let rank = if is_first { FIRST } else { POSSIBLE };
        let left =
            options.fields.iter().filter(|f| !around.text().to_string().contains(&format!("{}:", f.name)));
        let used = |f: &Field| if probe.has_key(f.name) { rank } else { rank.max(FITS) };
        found.extend(left.map(|f| field(options.name, f, false).rank(used(f))));
    }
    found
}

// ---- blocks

fn field(block: &'static str, field: &'static Field, is_required: bool) -> Completion {
    let presence = match field.presence {
        _ if is_required => ", required".to_owned(),
        Presence::Default(default) => format!(", default {default}"),
        _ => String::new(),
    };
    Completion::new(Kind::Field, field.name)
        .detail(format!("{}{presence}", field.ty))
        .doc(Some(hover::field_page(block, field)))
        .snippet(Snippet::new().text(field.name).text(": ").value(&field.ty).done())
        .rank(if is_required { FIRST } else { LIKELY })
}

fn in_block(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let in_list = probe.line.matches('[').count() > probe.line.matches(']').count();
    let begins = probe.line.is_empty() || matches!(probe.last(), "{" | "," | "}");
    if !begins || in_list {
        return behind_member(probe, around);
    }
    let mut found = probe.block().map(|place| fields(probe, place)).unwrap_or_default();
    let owner = if around.kind() == BLOCK { around.parent() } else { Some(around.clone()) };
    let keyword = |label: &str, rest: Snippet| Completion::new(Kind::Keyword, label).snippet(rest.end());
    let new = Snippet::new;
    match owner.map(|node| node.kind()) {
        Some(ORCHESTRATOR) => {
            let is_begun = probe.before.contains("source ");
            let likely = if is_begun { FITS } else { LIKELY };
            found.extend([
                keyword(
                    "source",
                    new().text("source ").place("name").text(": ").place("webhook").text(" {\n  "),
                )
                .rank(likely),
                keyword("rule", new().text("rule ").place("name").text(" on ").place("event").text(" {\n  "))
                    .rank(likely),
                keyword(
                    "function",
                    new()
                        .text("function ")
                        .place("name")
                        .text("(")
                        .place("input")
                        .text(": ")
                        .place("any")
                        .text(") {\n  image: \"")
                        .place("registry.example/name:1.0")
                        .text("\"\n}"),
                )
                .rank(likely),
                keyword(
                    "workflow",
                    new()
                        .text("workflow ")
                        .place("name")
                        .text("(")
                        .place("input")
                        .text(": ")
                        .place("any")
                        .text(") {\n  "),
                )
                .rank(likely),
                keyword("placement", new().text("placement {\n  ")).rank(likely),
                keyword("event", new().text("event ").place("name").text(": ").place("any")),
                keyword("type", new().text("type ").place("Name").text(" = ")),
                keyword("patch", new().text("patch ").place("Sensor").text(" {\n  ")).rank(POSSIBLE),
            ]);
            let source = |kind: &&SourceKind| {
                Completion::new(Kind::Snippet, format!("{} source", kind.name))
                    .detail("a source, ready to be filled in")
                    .doc(Some(hover::source_page(kind)))
                    .snippet(snippet::source(kind))
                    .rank(POSSIBLE)
            };
            found.extend(sources::all().iter().map(source));
        }
        Some(SOURCE) => found.push(
            keyword("event", new().text("event ").place("name").text(": ").place("any").text(" { "))
                .rank(FITS),
        ),
        Some(FLEET) => found.push(
            keyword(
                "cluster",
                new().text("cluster ").place("name").text(" { region: \"").place("edge").text("\" }"),
            )
            .rank(FITS),
        ),
        Some(PLACEMENT) => found.extend([
            keyword("clusters where", new().text("clusters where ")),
            keyword("pin", new().text("pin ").place("events").text(": [").place("cluster").text("]"))
                .rank(POSSIBLE),
        ]),
        _ => {}
    }
    found
}

/// The fields and nested blocks that a block does not have yet.
fn fields(probe: &Probe<'_>, place: &BlockPlace) -> Vec<Completion> {
    let mut found = Vec::new();
    for block in &place.blocks {
        let required: Vec<&str> = snippet::required(block).map(|field| field.name).collect();
        let left = block.fields.iter().filter(|field| !place.given.iter().any(|given| given == field.name));
        // What other blocks of the file have is likely meant here, too.
        let used = |item: Completion| {
            if item.rank > FITS && probe.has_key(&item.label) { item.rank(FITS) } else { item }
        };
        found.extend(left.map(|f| used(field(block.name, f, required.contains(&f.name)))));
        for nested in block.blocks {
            if !nested.labelled && place.given.iter().any(|given| given == nested.name) {
                continue;
            }
            let open = Snippet::new().text(nested.name);
            let open = if nested.labelled { open.text(" ").place("name") } else { open };
            let text = open.text(" {").required(nested.block, "  ").text("\n  ").end() + "\n}";
            found.push(
                Completion::new(Kind::Block, nested.name)
                    .detail("block")
                    .doc(Some(hover::block_page(nested.name, nested.block)))
                    .snippet(text)
                    .rank(if probe.has_key(nested.name) { FITS } else { LIKELY }),
            );
        }
    }
    found
}

/// What follows the first words of a member that is not read as one yet.
fn behind_member(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let first = probe.line.split_whitespace().next().unwrap_or_default();
    match (first, probe.last()) {
        ("clusters", "clusters") => vec![Completion::new(Kind::Keyword, "where").rank(FIRST)],
        ("pin", "pin") => {
            blocks::PINS.iter().map(|stage| Completion::new(Kind::Word, *stage).rank(FIRST)).collect()
        }
        ("rule", _) => in_logic(probe),
        ("source", ":") => source_kinds(probe, around),
        ("event", ":") => types(probe),
        (key, _) if key.ends_with(':') => value_of_key(probe, key.trim_end_matches(':')),
        _ if around.kind() == PIN => clusters(probe),
        _ => Vec::new(),
    }
}

fn source_kinds(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    if probe.last() != ":" {
        return Vec::new();
    }
    let has_block = around.children().any(|child| child.kind() == BLOCK && !child.text().is_empty());
    let kind = |kind: &&'static SourceKind| {
        let item = Completion::new(Kind::Source, kind.name).doc(Some(hover::source_page(kind))).rank(FIRST);
        let item = item.detail(kind.doc.split(['.', ',']).next().unwrap_or_default());
        if has_block {
            return item;
        }
        item.snippet(snippet::source_body(kind))
    };
    sources::all().iter().map(kind).collect()
}

// ---- values

fn value_of_field(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    let key = ast::Field::cast(around.clone()).and_then(|field| field.key());
    let Some(key) = key else { return expression(probe) };
    if key.range().contains_inclusive(probe.at) {
        return in_block(probe, &around.parent().unwrap_or_else(|| around.clone()));
    }
    value_of_key(probe, &key.text())
}

/// The values of a field of the block around.
fn value_of_key(probe: &Probe<'_>, key: &str) -> Vec<Completion> {
    let rule_or_workflow = probe.nearest(&[BODY]).and_then(|body| body.parent()).map(|node| node.kind());
    let option = match rule_or_workflow {
        Some(RULE) => blocks::RULE_OPTIONS.field(key),
        Some(WORKFLOW) => blocks::WORKFLOW_OPTIONS.field(key),
        _ => None,
    };
    let in_block = probe.block().and_then(|place| {
        let known = place.blocks.iter().find_map(|block| Some(block.field(key)?.ty));
        known.or_else(|| place.blocks.iter().find_map(|block| block.open))
    });
    let ty = option.map(|field| field.ty).or(in_block);
    let has_value = probe.last() != ":" && !probe.last().ends_with(['[', ',']);
    if has_value && matches!(ty, Some(FieldType::OncePer | FieldType::Retry)) {
        return ["every", "backoff"].map(|word| Completion::new(Kind::Keyword, word).rank(FIRST)).into();
    }
    let mut found = ty.map(|ty| of_type(probe, &ty)).unwrap_or_default();
    found.extend(declared(probe, |decl| matches!(decl, Decl::Param { .. })));
    if found.is_empty() { expression(probe) } else { found }
}

/// The values of a field's type.
fn of_type(probe: &Probe<'_>, ty: &FieldType) -> Vec<Completion> {
    let form = |name: &str, ty: &FieldType| {
        Completion::new(Kind::Snippet, name).snippet(Snippet::new().value(ty).done()).rank(FIRST)
    };
    match ty {
        FieldType::Bool => ["true", "false"].map(|word| Completion::new(Kind::Word, word).rank(FIRST)).into(),
        FieldType::Word(words) => {
            words.iter().map(|word| Completion::new(Kind::Word, *word).rank(FIRST)).collect()
        }
        FieldType::Secret => vec![form("secret", ty)],
        FieldType::Config => vec![form("config", ty)],
        FieldType::EnvValue => vec![form("secret", &FieldType::Secret), form("config", &FieldType::Config)],
        FieldType::Reset => vec![form("cron", ty)],
        FieldType::Cluster => clusters(probe),
        FieldType::Function => callables(probe, false, true, false),
        FieldType::Bus => declared(probe, |decl| matches!(decl, Decl::Bus)),
        FieldType::List(of) | FieldType::Map(of) | FieldType::Range { of, .. } => of_type(probe, of),
        FieldType::OneOf(types) => types.iter().flat_map(|ty| of_type(probe, ty)).collect(),
        FieldType::OncePer => by(probe),
        FieldType::Duration { .. } => {
            ["10s", "1m", "1h"].map(|text| Completion::new(Kind::Unit, text)).into()
        }
        FieldType::Cpu => ["100m", "500m", "1"].map(|text| Completion::new(Kind::Unit, text)).into(),
        FieldType::Bytes => ["64Mi", "256Mi", "1Gi"].map(|text| Completion::new(Kind::Unit, text)).into(),
        FieldType::Percent => ["50%", "80%"].map(|text| Completion::new(Kind::Unit, text)).into(),
        FieldType::Rate => ["1/s", "10/s", "60/m"].map(|text| Completion::new(Kind::Unit, text)).into(),
        FieldType::Timezone => Vec::new(),
        _ => Vec::new(),
    }
}

fn clusters(probe: &Probe<'_>) -> Vec<Completion> {
    let found = declared(probe, |decl| matches!(decl, Decl::Cluster { .. }));
    found
        .into_iter()
        .map(|c| Completion { rank: c.rank.min(if c.import.is_some() { ELSEWHERE } else { FIRST }), ..c })
        .collect()
}

// ---- expressions

/// The fields of what stands before a dot.
fn behind_dot(probe: &Probe<'_>) -> Vec<Completion> {
    if let Some(reference) = probe.nearest(&[EVENT_REF]).and_then(ast::EventRef::cast) {
        let source = reference.segments().next().map(|name| name.text()).unwrap_or_default();
        return events_of(probe, &source);
    }
    let member = probe.nearest(&[MEMBER_EXPR]).and_then(ast::MemberExpr::cast);
    let Some(base) = member.and_then(|member| member.base()) else { return Vec::new() };
    let Some(ty) = probe.index.type_of(base.syntax().text_range()) else { return Vec::new() };
    let mut found = fields_of(ty, FIRST);
    let is_event = probe
        .visible()
        .any(|names| matches!(names, Names::Event { name, .. } if *name == base.syntax().text().to_string()));
    if is_event && !found.iter().any(|c| c.label == "meta") {
        found.push(Completion::new(Kind::Field, "meta").detail("the metadata of the event").rank(POSSIBLE));
    }
    found
}

fn fields_of(ty: &Type, rank: u8) -> Vec<Completion> {
    let table = TypeTable::default();
    let field = |field: &&efl_compiler::types::RecordField| {
        let optional = if field.optional { " | null" } else { "" };
        Completion::new(Kind::Field, field.name.to_string())
            .detail(format!("{}{optional}", field.ty))
            .doc(field.doc.as_deref())
            .rank(rank)
    };
    table.fields(ty).iter().map(field).collect()
}

/// The names of the parameters that a call does not give yet.
fn arguments(probe: &Probe<'_>, args: &SyntaxNode) -> Vec<Completion> {
    let Some(args) = ast::Args::cast(args.clone()) else { return Vec::new() };
    let Some(callee) = args.syntax().prev_sibling() else { return Vec::new() };
    if probe.last() == ":" {
        return Vec::new();
    }
    let given: Vec<String> = args.named().filter_map(|arg| Some(arg.name()?.text())).collect();
    let left =
        parameters(probe, &callee.text().to_string()).into_iter().filter(|(name, _)| !given.contains(name));
    let argument = |(name, ty): (String, String)| {
        let text = Snippet::new().text(&name).text(": ").end();
        Completion::new(Kind::Field, name).detail(ty).snippet(text).rank(FIRST)
    };
    left.map(argument).collect()
}

/// The parameters of a function or workflow, with their types as written.
fn parameters(probe: &Probe<'_>, name: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for member in orchestrator(probe).iter().flat_map(|orc| orc.members()) {
        let sig = match &member {
            ast::Member::Function(decl) if decl.name().is_some_and(|n| n.text() == name) => decl.sig(),
            ast::Member::Workflow(decl) if decl.name().is_some_and(|n| n.text() == name) => decl.sig(),
            _ => None,
        };
        for formal in sig.iter().flat_map(ast::Sig::formals) {
            let ty = formal.ty().map(|ty| ty.syntax().text().to_string()).unwrap_or_default();
            found.extend(formal.name().map(|name| (name.text(), ty)));
        }
    }
    if found.is_empty() {
        found = sig_of(probe, name).into_iter().map(|param| (param, String::new())).collect();
    }
    found
}

fn in_record(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    if probe.last() == ":" {
        return expression(probe);
    }
    // `env {`, `resources {` and others are read as records behind a colon.
    let mut found = probe.block().map(|place| fields(probe, place)).unwrap_or_default();
    let record = if around.kind() == RECORD_EXPR { Some(around.clone()) } else { around.parent() };
    let Some(record) = record.and_then(ast::RecordExpr::cast) else { return found };
    let given: Vec<String> = record.fields().filter_map(|field| Some(field.key()?.text())).collect();
    let wanted = match record.syntax().parent() {
        Some(parent) if matches!(parent.kind(), EMIT_STMT | STEP_SEND) => {
            let name = parent
                .children()
                .find(|n| matches!(n.kind(), NAME_REF | EVENT_REF))
                .map(|n| n.text().to_string());
            name.and_then(|name| payload(probe, &name))
        }
        _ => None,
    };
    let fields = wanted.map(|ty| fields_of(&ty, FIRST)).unwrap_or_default();
    found.extend(fields.into_iter().filter(|c| !given.contains(&c.label)).map(|c| {
        let text = Snippet::new().text(&c.label).text(": ").end();
        c.snippet(text)
    }));
    found
}

/// The payload of an event of the orchestrator around.
fn payload(probe: &Probe<'_>, event: &str) -> Option<Type> {
    let orc = orchestrator(probe)?;
    let name = orc.name()?.text();
    let file = probe.file;
    let item = names::declaring_item(probe.db, file, db::NameKey::new(probe.db, name))?;
    let analysis = efl_compiler::elab::check_item(probe.db, item);
    let Some(efl_compiler::elab::Lowered::Orchestrator(lowered)) = &analysis.lowered else { return None };
    let last = event.rsplit('.').next().unwrap_or(event);
    lowered.events.iter().find(|e| e.name == last).map(|e| e.payload.clone())
}

/// What an expression can begin with.
fn expression(probe: &Probe<'_>) -> Vec<Completion> {
    let mut found = Vec::new();
    let expected = other_side(probe);
    for literal in expected.iter().flat_map(|ty| ty.alternatives()) {
        match literal {
            Type::Literal(Literal::String(text)) => {
                found.push(Completion::new(Kind::Value, format!("\"{text}\"")).rank(FIRST));
            }
            Type::Bool => {
                found.extend(["true", "false"].map(|word| Completion::new(Kind::Value, word).rank(FIRST)));
            }
            _ => {}
        }
    }
    // The value of an argument or field has its name, or is something with such a field.
    let wanted =
        probe.line.strip_suffix(':').map(|line| line.rsplit([' ', '(', '{', ',']).next().unwrap_or_default());
    let fits = |name: &str, ty: &Type| {
        let has_field = |field: &str| TypeTable::default().fields(ty).iter().any(|f| &*f.name == field);
        wanted.is_some_and(|wanted| wanted == name || has_field(wanted))
    };
    for names in probe.visible() {
        match names {
            Names::Local(symbol, ty) => {
                let rank = if fits(symbol.name(), ty) { FIRST } else { FITS };
                found.push(Completion::new(Kind::Value, symbol.name()).detail(ty.to_string()).rank(rank));
            }
            Names::Event { name, payload, .. } => {
                let rank = if fits(name, payload) { FIRST } else { FITS };
                found.push(Completion::new(Kind::Event, name).detail(payload.to_string()).rank(rank));
            }
            Names::Own { payload, .. } => {
                found.extend(fields_of(payload, FIRST));
                found.push(
                    Completion::new(Kind::Field, "meta").detail("the metadata of the event").rank(POSSIBLE),
                );
            }
            Names::Cluster(ty) => found.extend(fields_of(ty, FIRST)),
        }
    }
    found.extend(declared(probe, |decl| matches!(decl, Decl::Param { .. })));
    let is_condition = probe.nearest(&[PREDICATE, WHERE, CLUSTERS_WHERE]).is_some();
    let starts_value = matches!(probe.last(), "=" | "return");
    if !is_condition && starts_value && probe.nearest(&[BODY, STMTS]).is_some() {
        found.extend(callables(probe, true, true, true));
    }
    let is_operand_done =
        probe.last().ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, ')' | ']' | '"'))
            && !matches!(probe.last(), "and" | "or" | "not" | "in" | "if" | "where" | "return" | "matches");
    if is_operand_done {
        let operator = |word| Completion::new(Kind::Keyword, word).rank(FIRST);
        return ["and", "or", "in", "matches"].map(operator).into();
    }
    for builtin in Builtin::ALL {
        let (params, result) = builtin_signature(builtin);
        let params: Vec<String> = params.iter().map(ToString::to_string).collect();
        let item = Completion::new(Kind::Function, builtin.name());
        let item = item.detail(format!("({}) -> {result}", params.join(", "))).rank(POSSIBLE);
        found.push(item.snippet(Snippet::new().text(builtin.name()).text("(").end() + ")"));
    }
    found.push(Completion::new(Kind::Keyword, "not").rank(POSSIBLE));
    found.extend(["true", "false", "null"].map(|word| Completion::new(Kind::Keyword, word).rank(POSSIBLE)));
    found
}

/// The type of what the cursor's operand is compared with.
fn other_side(probe: &Probe<'_>) -> Option<Type> {
    let binary = probe.nearest(&[BINARY_EXPR]).and_then(ast::BinaryExpr::cast)?;
    let left = binary.left()?;
    let behind = left.syntax().text_range().end() <= probe.at;
    let compares = binary.operator().is_some_and(|op| matches!(op.text(), "==" | "!="));
    (behind && compares).then(|| probe.index.type_of(left.syntax().text_range()).cloned()).flatten()
}

// ---- tests

/// What fits in a test; `None` where it is no matter of tests.
fn in_test(probe: &Probe<'_>) -> Option<Vec<Completion>> {
    let test = probe.nearest(&[TEST])?;
    let step = probe.step(&test);
    let words: Vec<&str> = step.split_whitespace().collect();
    let words = words.as_slice();
    let word = |label: &str| Completion::new(Kind::Keyword, label).rank(FIRST);
    let all = |labels: &[&str]| labels.iter().map(|label| word(label)).collect::<Vec<_>>();
    if step.matches('{').count() > step.matches('}').count() {
        return in_test_record(probe, &step);
    }
    Some(match words {
        _ if probe.line.starts_with("test ") && words.is_empty() && !probe.line.contains('{') => {
            match probe.last() {
                "for" => declared(probe, |decl| matches!(decl, Decl::Orchestrator)),
                _ => all(&["for"]),
            }
        }
        [] => all(&["expect", "send", "mock", "advance", "at", "set"]),
        ["send"] => events(probe).into_iter().map(|c| c.rank(FIRST)).collect(),
        ["send", times] if times.starts_with(|c: char| c.is_ascii_digit()) => events(probe),
        ["send", ..] => all(&["every", "meta"]),
        ["set"] => clusters(probe),
        ["set", _] => all(&["down", "up", "stale"]),
        ["mock"] => callables(probe, false, true, false),
        ["mock", .., "returns"] => expression(probe),
        ["mock", ..] => all(&["returns", "fails", "takes", "then"]),
        ["expect"] => {
            all(&["call", "rule", "run", "no", "nothing else", "emit", "placed on", "move", "dead-letter"])
        }
        ["expect", "no"] => all(&["call", "rule", "run", "emit", "move", "dead-letter"]),
        ["expect", "nothing"] => all(&["else"]),
        ["expect", "placed"] => all(&["on"]),
        ["expect", "placed", ..] | ["expect", .., "to"] => clusters(probe),
        ["expect", .., "rule"] => rules(probe),
        ["expect", .., "call"] => callables(probe, false, true, false),
        ["expect", .., "run"] => callables(probe, false, false, true),
        ["expect", .., "emit" | "dead-letter"] => events(probe),
        ["expect", .., "move"] => all(&["to", "times"]),
        ["expect", .., "run", _] => all(&["succeeds", "fails", "times"]),
        ["expect", ..] => all(&["times"]),
        _ => return None,
    })
}

/// What fits in the braces of a step.
fn in_test_record(probe: &Probe<'_>, step: &str) -> Option<Vec<Completion>> {
    let (open, path) = path_in(step)?;
    if probe.last() == ":" || !matches!(probe.last(), "{" | ",") && !probe.line.is_empty() {
        return None;
    }
    let words: Vec<&str> = step[..open].split_whitespace().collect();
    let given = &step[step.rfind('{')?..];
    let is_given = |name: &str| given.contains(&format!("{name}:"));
    let fields: Vec<Completion> = match words.as_slice() {
        ["send", .., "meta"] => {
            ["id", "time", "source"].map(|name| Completion::new(Kind::Field, name)).into()
        }
        ["send", .., event] | ["expect", .., "emit", event] => {
            payload(probe, event).map(|ty| fields_of(&within(&ty, &path), FIRST)).unwrap_or_default()
        }
        ["expect", .., "call", function] => parameters(probe, function)
            .into_iter()
            .map(|(name, ty)| Completion::new(Kind::Field, name).detail(ty))
            .collect(),
        ["mock", function, .., "returns"] => result_fields(probe, function)
            .into_iter()
            .map(|name| Completion::new(Kind::Field, name))
            .collect(),
        ["set", _] => ["cpu", "memory"].map(|name| Completion::new(Kind::Field, name)).into(),
        _ => return None,
    };
    let key = |c: Completion| {
        let text = Snippet::new().text(&c.label).text(": ").end();
        c.snippet(text).rank(FIRST)
    };
    Some(fields.into_iter().filter(|c| !is_given(&c.label)).map(key).collect())
}

/// The first brace of a step, and the keys that lead from it to its end.
fn path_in(step: &str) -> Option<(usize, Vec<String>)> {
    let depth = |at: usize| {
        step[at..].chars().fold(0_i32, |depth, sign| depth + i32::from(sign == '{') - i32::from(sign == '}'))
    };
    // The outermost that is not closed.
    let left = step.matches('{').count() - step.matches('}').count();
    let unclosed = |at: &usize| depth(*at) >= i32::try_from(left).unwrap_or(i32::MAX);
    let open = step.match_indices('{').map(|(at, _)| at).rfind(unclosed)?;
    let (mut keys, mut key, mut word): (Vec<String>, String, String) =
        (Vec::new(), String::new(), String::new());
    for sign in step[open + 1..].chars() {
        match sign {
            '{' | '[' => keys.push(std::mem::take(&mut key)),
            '}' | ']' => drop(keys.pop()),
            ':' => key = std::mem::take(&mut word),
            ',' | '\n' => key.clear(),
            _ if sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-') => word.push(sign),
            _ => {}
        }
        if !(sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-')) {
            word.clear();
        }
    }
    keys.retain(|key| !key.is_empty());
    Some((open, keys))
}

/// The type of what keys lead to, through the elements of lists.
fn within(ty: &Type, path: &[String]) -> Type {
    let table = TypeTable::default();
    let element = |ty: Type| table.element(&ty.without_null()).unwrap_or(ty);
    path.iter()
        .fold(ty.clone(), |ty, key| element(table.member(&element(ty), key).read().unwrap_or(Type::Any)))
}

/// The fields of what a function gives.
fn result_fields(probe: &Probe<'_>, function: &str) -> Vec<String> {
    let local = orchestrator(probe).iter().flat_map(|orc| orc.members()).find_map(|member| match member {
        ast::Member::Function(decl) if decl.name()?.text() == function => {
            Some(names::type_expr(decl.result().as_ref()))
        }
        _ => None,
    });
    let scope = names::file_scope(probe.db, probe.file);
    let of_file = || {
        scope.bindings.get(function)?.iter().find_map(|b| match &*b.decl {
            Decl::Function(sig) => sig.result.clone(),
            _ => None,
        })
    };
    let Some(written) = local.or_else(of_file) else { return Vec::new() };
    let ty = efl_compiler::elab::TypeScope::new(probe.db, probe.file).resolve(&written);
    TypeTable::default().fields(&ty).iter().map(|field| field.name.to_string()).collect()
}
