//! The catalogue against Argo Events: every upstream field can be written from EFL, and nothing is written that Argo does
//! not know.

use efl_compiler::catalog::{
    Block, COMMON_META, Constant, Encode, Field, FieldType, Group, Presence, RawBody, Rollout, SourceKind,
    blocks, sources,
};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// Upstream fields that no EFL field writes: (kinds, path, why). `*` is every kind.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("*", "filter.expression", "conditions stand in rules, where they can be tested and correlated"),
    ("*", "metadata", "constants of an event stand in the body of a rule"),
    ("*", "webhook.metadata", "constants of an event stand in the body of a rule"),
    ("*", "jsonBody", "the emitter writes it from `format`"),
    ("mns", "jsonBody", "the source does not read it (`alibabacloudmns/start.go`)"),
    ("minio", "bucket.key", "the source does not read it (`minio/start.go`)"),
    ("pulsar", "tls.caCertSecret", "the source does not read it (`pulsar/start.go`)"),
    ("pulsar", "tls.enabled", "the source does not read it (`pulsar/start.go`)"),
    ("pulsar", "tls.insecureSkipVerify", "the source does not read it (`pulsar/start.go`)"),
    ("bitbucket", "owner", "deprecated: `repositories`"),
    ("bitbucket", "projectKey", "deprecated: `repositories`"),
    ("bitbucket", "repositorySlug", "deprecated: `repositories`"),
    ("bitbucketserver", "projectKey", "deprecated: `repositories`"),
    ("bitbucketserver", "repositorySlug", "deprecated: `repositories`"),
    ("github", "id", "deprecated and unused"),
    ("github", "owner", "deprecated: `repositories`"),
    ("github", "repository", "deprecated: `repositories`"),
    ("gitlab", "projectID", "deprecated: `projects`"),
];

fn excepted(key: &str, path: &str) -> bool {
    EXCEPTIONS.iter().any(|(kind, what, _)| (*kind == "*" || *kind == key) && *what == path)
}

/// A kind as upstream has it.
struct Upstream {
    recreate: bool,
    data: Vec<String>,
    /// Path to type; the type ends with `!` where the schema demands the field.
    fields: BTreeMap<String, String>,
}

fn upstream() -> BTreeMap<String, Upstream> {
    let text = include_str!("../src/catalog/upstream/eventsource-fields.json");
    let json: serde_json::Value = serde_json::from_str(text).expect("the extract is JSON");
    let kinds = json["kinds"].as_object().expect("kinds");
    let text = |v: &serde_json::Value| v.as_str().expect("a text").to_owned();
    kinds
        .iter()
        .map(|(key, kind)| {
            let fields = kind["fields"].as_object().expect("fields");
            let upstream = Upstream {
                recreate: kind["recreate"].as_bool().expect("recreate"),
                data: kind["data"].as_array().expect("data").iter().map(text).collect(),
                fields: fields.iter().map(|(path, ty)| (path.clone(), text(ty))).collect(),
            };
            (key.clone(), upstream)
        })
        .collect()
}

fn kind_of(key: &str) -> &'static SourceKind {
    sources::all().iter().find(|kind| kind.key == key).unwrap_or_else(|| panic!("no kind for {key}"))
}

/// What can write a path: a field or a constant.
enum Writer {
    Field(&'static Field),
    Constant(&'static Constant),
}

/// Every path that a kind can write, with what writes it.
fn writers(kind: &SourceKind) -> Vec<(String, Writer)> {
    let mut out = Vec::new();
    collect(kind.block, "", &mut out);
    out
}

fn collect(block: &'static Block, prefix: &str, out: &mut Vec<(String, Writer)>) {
    let join = |path: &[&str]| format!("{prefix}{}", path.join("."));
    for field in block.fields {
        let Some(upstream) = field.upstream else {
            assert!(field.name == "format", "{}.{} goes nowhere", block.name, field.name);
            continue;
        };
        let path = join(upstream.path);
        if let FieldType::List(FieldType::Record(record)) = field.ty {
            collect(record, &format!("{path}[]."), out);
        }
        out.push((path, Writer::Field(field)));
    }
    for constant in block.always {
        out.push((join(constant.path), Writer::Constant(constant)));
    }
    for nested in block.blocks {
        collect(nested.block, prefix, out);
    }
}

/// Every block of the language and of the kinds, nested ones and records too, by a path of names.
fn every_block() -> Vec<(String, &'static Block)> {
    fn add(path: &str, block: &'static Block, out: &mut Vec<(String, &'static Block)>) {
        out.push((path.to_owned(), block));
        for nested in block.blocks {
            add(&format!("{path}/{}", nested.name), nested.block, out);
        }
        for field in block.fields {
            if let FieldType::Record(record) | FieldType::List(&FieldType::Record(record)) = field.ty {
                add(&format!("{path}/{}", field.name), record, out);
            }
        }
    }
    let mut out = Vec::new();
    for block in blocks::all() {
        add(block.name, block, &mut out);
    }
    for kind in sources::all() {
        add(kind.name, kind.block, &mut out);
    }
    out
}

#[test]
fn every_kind_of_argo_events_is_there_and_no_other() {
    let ours: BTreeSet<_> = sources::all().iter().map(|kind| kind.key.to_owned()).collect();
    let theirs: BTreeSet<_> = upstream().into_keys().collect();
    assert_eq!(ours, theirs);
    for kind in sources::all() {
        assert!(std::ptr::eq(sources::find(kind.name).expect("found by name"), *kind));
    }
    assert!(sources::find("carrier-pigeon").is_none());
}

#[test]
fn every_upstream_field_can_be_written() {
    let mut missing = Vec::new();
    for (key, upstream) in upstream() {
        let written: BTreeSet<_> = writers(kind_of(&key)).into_iter().map(|(path, _)| path).collect();
        for (path, ty) in &upstream.fields {
            let container = ty.starts_with("object");
            if !container && !written.contains(path) && !excepted(&key, path) {
                missing.push(format!("{key}: {path} ({ty})"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_exception_is_stale() {
    let upstream = upstream();
    for (key, path, why) in EXCEPTIONS {
        let of: Vec<_> = upstream.iter().filter(|(k, _)| *key == "*" || k == key).collect();
        assert!(
            of.iter().any(|(_, kind)| kind.fields.contains_key(*path)),
            "{key}: {path} is unknown upstream"
        );
        if *key != "*" {
            assert!(
                writers(kind_of(key)).iter().all(|(p, _)| p != path),
                "{key}: {path} is written, but: {why}"
            );
        }
    }
}

#[test]
fn nothing_is_written_that_argo_does_not_know() {
    let upstream = upstream();
    let mut wrong = Vec::new();
    for kind in sources::all() {
        let fields = &upstream[kind.key].fields;
        for (path, writer) in writers(kind) {
            let Some(ty) = fields.get(&path) else {
                wrong.push(format!("{}: {path} is unknown upstream", kind.name));
                continue;
            };
            let ty = ty.trim_end_matches('!');
            let fits = match writer {
                Writer::Field(field) => fits(&field.ty, field.upstream.expect("it has a path").encode, ty),
                Writer::Constant(constant) => constant_fits(constant, ty),
            };
            if !fits {
                wrong.push(format!("{}: {path} is a {ty} upstream", kind.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether what a field writes has the upstream type.
fn fits(ty: &FieldType, encode: Encode, upstream: &str) -> bool {
    match (encode, upstream) {
        (Encode::SecretKey, "secret") => matches!(ty, FieldType::Secret),
        (Encode::ConfigKey, "config") => matches!(ty, FieldType::Config),
        (Encode::Text, "string") => matches!(ty, FieldType::Int { .. }),
        (Encode::GoDuration, "string") | (Encode::Seconds, "integer") => {
            matches!(ty, FieldType::Duration { .. })
        }
        (Encode::Bytes, "integer") => matches!(ty, FieldType::Bytes),
        (Encode::Upper, "string") => matches!(ty, FieldType::Word(_)),
        (Encode::Upper, "list<string>") | (Encode::UpperPiped, "string") => {
            matches!(ty, FieldType::List(FieldType::Word(_)))
        }
        (Encode::ExDates, "list<string>") => matches!(ty, FieldType::List(FieldType::Pattern { .. })),
        (Encode::Plain, "string") => matches!(
            ty,
            FieldType::Text { .. }
                | FieldType::Pattern { .. }
                | FieldType::Url { .. }
                | FieldType::HttpPath
                | FieldType::Cron
                | FieldType::Timezone
                | FieldType::DnsLabel
                | FieldType::Word(_)
        ),
        (Encode::Plain, "boolean") => matches!(ty, FieldType::Bool),
        (Encode::Plain, "integer") => matches!(ty, FieldType::Int { .. }),
        (Encode::Plain, "number") => matches!(ty, FieldType::Number { .. }),
        (Encode::Plain, "map<string>") => matches!(ty, FieldType::Map(FieldType::Text { .. })),
        (Encode::Plain, "list<object>") => matches!(ty, FieldType::List(FieldType::Record(_))),
        (Encode::Plain, "list<string>") => match ty {
            FieldType::List(element) => fits(element, Encode::Plain, "string"),
            _ => false,
        },
        _ => false,
    }
}

fn constant_fits(constant: &Constant, upstream: &str) -> bool {
    use serde_json::Value as Json;
    let value: Json = serde_json::from_str(constant.json).expect("a constant is JSON");
    match upstream {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "list<string>" => value.as_array().is_some_and(|items| items.iter().all(Json::is_string)),
        "object" => value.is_object(),
        _ => false,
    }
}

/// Argo's schema demands more than its sources need. Whatever it demands is written: because the author must give it, or
/// because the catalogue does.
#[test]
fn what_the_schema_demands_is_always_written() {
    let mut missing = Vec::new();
    for (key, upstream) in upstream() {
        let kind = kind_of(&key);
        let writers = writers(kind);
        for (path, _) in upstream.fields.iter().filter(|(_, ty)| ty.ends_with('!')) {
            let below = format!("{path}.");
            let written = writers.iter().any(|(written, writer)| {
                let here = written == path || written.starts_with(&below);
                here && match writer {
                    Writer::Constant(_) => true,
                    // A set of a group is given as a whole or not at all.
                    Writer::Field(field) => matches!(field.presence, Presence::Required | Presence::Group(_)),
                }
            });
            if !written && !excepted(&key, path) {
                missing.push(format!("{key}: {path}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_default_that_a_reader_sees_is_what_the_catalogue_writes() {
    for kind in sources::all() {
        let fields = writers(kind);
        for (path, writer) in &fields {
            let Writer::Constant(constant) = writer else { continue };
            for (_, other) in fields.iter().filter(|(p, w)| p == path && matches!(w, Writer::Field(_))) {
                let Writer::Field(field) = other else { continue };
                let shown = match field.presence {
                    Presence::Default(text) => text.trim_matches('"'),
                    _ => continue,
                };
                let json: serde_json::Value = serde_json::from_str(constant.json).expect("JSON");
                let written = json.as_str().map_or_else(|| constant.json.to_owned(), str::to_owned);
                let seconds = format!("{written}s");
                assert!(
                    shown == written || shown == seconds,
                    "{}.{}: says {shown}, writes {written}",
                    kind.name,
                    field.name
                );
            }
        }
    }
}

#[test]
fn sources_that_elect_a_leader_are_those_argo_lists() {
    for (key, upstream) in upstream() {
        assert_eq!(kind_of(&key).rollout == Rollout::Recreate, upstream.recreate, "{key}");
    }
}

#[test]
fn everything_argo_publishes_can_be_read() {
    for (key, upstream) in upstream() {
        let payload = &kind_of(&key).payload;
        for name in upstream.data.iter().filter(|name| *name != "metadata") {
            let in_meta = payload.meta.iter().any(|(_, key, _)| key == name);
            let in_payload = match payload.body {
                Some(body) => body == name,
                None => payload.ty.contains(&format!("{name}: ")),
            };
            assert!(in_meta != in_payload, "{key}: {name}");
        }
        for (ours, theirs, _) in payload.meta {
            assert!(upstream.data.iter().any(|name| name == theirs), "{key}: {theirs} is not published");
            assert!(COMMON_META.iter().all(|(common, ..)| common != ours), "{key}: meta.{ours} is taken");
        }
    }
}

#[test]
fn a_kind_with_a_format_says_how_its_bytes_arrive() {
    for kind in sources::all() {
        let has_format = kind.block.field("format").is_some();
        assert_eq!(has_format, kind.payload.json_body, "{}", kind.name);
        if has_format {
            assert_ne!(kind.payload.raw, RawBody::None, "{}", kind.name);
        }
    }
}

#[test]
fn names_are_kebab_case_and_unique_in_their_block() {
    let kebab = Regex::new("^[a-z][a-z0-9]*(-[a-z0-9]+)*$").expect("a regex");
    for (path, block) in every_block() {
        let mut seen = BTreeSet::new();
        let nested = block.blocks.iter().filter(|nested| !nested.labelled).map(|nested| nested.name);
        for name in block.fields.iter().map(|field| field.name).chain(nested) {
            assert!(kebab.is_match(name), "{path}: {name}");
            assert!(seen.insert(name), "{path}: {name} stands twice");
        }
    }
    for kind in sources::all() {
        assert!(kebab.is_match(kind.name), "{}", kind.name);
        for field in kind.own().fields {
            assert!(
                kind.block.field(field.name).is_none(),
                "{}: {} is a field of every source",
                kind.name,
                field.name
            );
        }
        assert_eq!(kind.listens, !kind.authenticates.is_empty(), "{}", kind.name);
        for name in kind.authenticates {
            assert!(kind.block.field(name).is_some(), "{}: {name} is no field", kind.name);
        }
        for name in kind.per_event {
            assert!(kind.block.field(name).is_some(), "{}: {name} is no field", kind.name);
            assert!(kind.source_fields().all(|field| field.name != *name), "{}: {name}", kind.name);
            assert!(kind.event_fields().any(|field| field.name == *name), "{}: {name}", kind.name);
        }
    }
}

#[test]
fn groups_name_what_is_there_and_fields_name_their_groups() {
    for (path, block) in every_block() {
        for Group { name, alternatives, .. } in block.groups {
            for member in alternatives.iter().copied().flatten() {
                let field = block.field(member).is_some_and(|field| field.presence == Presence::Group(name));
                assert!(field || block.nested(member).is_some(), "{path}: {member} is not of group {name}");
            }
        }
        for field in block.fields {
            if let Presence::Group(group) = field.presence {
                let named = block
                    .groups
                    .iter()
                    .any(|g| g.name == group && g.alternatives.iter().any(|set| set.contains(&field.name)));
                assert!(named, "{path}: {} says it is of group {group}", field.name);
            }
        }
        for constant in block.always {
            for name in constant.unless {
                assert!(block.field(name).is_some(), "{path}: {name} is no field");
            }
        }
    }
}

#[test]
fn everything_is_documented_in_sentences() {
    for (path, block) in every_block() {
        let kind = sources::find(&path).is_some();
        assert!(kind || block.doc.ends_with('.'), "{path}: {:?}", block.doc);
        for field in block.fields {
            assert!(field.doc.ends_with(['.', '…']), "{path}.{}: {:?}", field.name, field.doc);
            assert!(field.doc.starts_with(|c: char| c.is_uppercase() || c == '`'), "{path}.{}", field.name);
        }
    }
    for kind in sources::all() {
        for part in ["**Delivery:** ", "**While a pipeline moves:** "] {
            assert!(kind.doc.contains(part), "{}: no {part}", kind.name);
        }
        assert!(kind.example.starts_with("source ") && kind.example.contains(&format!(": {} {{", kind.name)));
    }
}

#[test]
fn patterns_compile_and_take_the_defaults() {
    fn check(ty: &FieldType, default: Option<&str>, place: &str) {
        let text = default.map(|text| text.trim_matches('"'));
        match ty {
            FieldType::Pattern { regex, .. } => {
                let regex =
                    Regex::new(&format!("^(?:{regex})$")).unwrap_or_else(|error| panic!("{place}: {error}"));
                assert!(text.is_none_or(|text| regex.is_match(text)), "{place}: {text:?}");
                assert!(!regex.is_match(""), "{place} takes an empty text");
            }
            FieldType::Word(words) => {
                assert!(text.is_none_or(|text| words.contains(&text)), "{place}: {text:?}");
            }
            FieldType::Bool => assert!(text.is_none_or(|text| text == "true" || text == "false"), "{place}"),
            FieldType::Int { min, max } => {
                assert!(min <= max, "{place}");
                let number = text.map(|text| text.parse::<i64>().expect("a whole number"));
                assert!(number.is_none_or(|n| (*min..=*max).contains(&n)), "{place}");
            }
            FieldType::Number { min, max } => {
                let number = text.map(|text| text.parse::<f64>().expect("a number"));
                assert!(number.is_none_or(|n| (*min..=*max).contains(&n)), "{place}");
            }
            FieldType::Duration { min, max } => {
                let length =
                    text.map(|text| text.parse::<efl_compiler::units::Duration>().expect("a duration").0);
                assert!(length.is_none_or(|ms| (*min..=*max).contains(&ms)), "{place}");
            }
            FieldType::Percent => assert!(text.is_none_or(|text| text.ends_with('%')), "{place}"),
            FieldType::List(element) | FieldType::Map(element) => check(element, None, place),
            FieldType::Range { of, .. } => check(of, None, place),
            FieldType::OneOf(types) => types.iter().for_each(|ty| check(ty, None, place)),
            _ => {}
        }
    }
    for (path, block) in every_block() {
        for field in block.fields {
            let default = if let Presence::Default(text) = field.presence { Some(text) } else { None };
            check(&field.ty, default, &format!("{path}.{}", field.name));
        }
    }
}

/// Whether the pattern of a field takes a text.
fn takes(kind: &str, field: &str, text: &str) -> bool {
    let field = sources::find(kind).and_then(|kind| kind.block.field(field)).expect("the field is there");
    let FieldType::Pattern { regex, .. } = field.ty else { panic!("no pattern") };
    Regex::new(&format!("^(?:{regex})$")).expect("a regex").is_match(text)
}

#[test]
fn an_mqtt_topic_has_its_wildcards_in_whole_levels() {
    for good in ["a", "a/b", "radar/+/speed", "+", "#", "/", "/a", "a//b", "a/#", "+/+/#", "$share/g/a", "/#"]
    {
        assert!(takes("mqtt", "topic", good), "{good}");
    }
    for bad in ["", "a+", "a/b#", "#/a", "a/#/b", "a/+b/c", "##"] {
        assert!(!takes("mqtt", "topic", bad), "{bad}");
    }
}

#[test]
fn a_watched_directory_is_absolute_and_ends_with_a_slash() {
    for kind in ["file", "sftp", "hdfs"] {
        assert!(takes(kind, "directory", "/inbox/") && takes(kind, "directory", "/"));
        assert!(!takes(kind, "directory", "/inbox"), "Argo would match no file in it");
        assert!(!takes(kind, "directory", "inbox/"));
        assert!(!takes(kind, "path", "/a"));
    }
}

#[test]
fn addresses_are_hosts_with_ports() {
    assert!(takes("kafka", "url", "a.example:9092,b.example:9092"));
    assert!(!takes("kafka", "url", "kafka://a.example:9092"));
    assert!(!takes("kafka", "url", "a.example"));
    assert!(takes("minio", "endpoint", "minio.example:9000") && takes("minio", "endpoint", "play.min.io"));
    assert!(!takes("minio", "endpoint", "http://minio.example:9000"));
    assert!(takes("nats", "url", "nats://a:4222,nats://b:4222"));
    assert!(!takes("nats", "url", "a:4222"));
}

/// What is wrong with a program, if anything.
fn syntax_errors(text: &str) -> Vec<String> {
    efl_grammar::parse(text).errors().iter().map(|error| format!("{error:?}")).collect()
}

#[test]
fn examples_types_and_defaults_are_efl() {
    for kind in sources::all() {
        let program = format!("orchestrator x {{\n  namespace: \"x\"\n{}\n}}\n", kind.example);
        assert_eq!(syntax_errors(&program), Vec::<String>::new(), "{program}");
        let meta = kind.payload.meta.iter().map(|(_, _, ty)| *ty);
        for ty in meta.chain([kind.payload.ty]).chain(COMMON_META.iter().map(|(_, _, ty)| *ty)) {
            assert_eq!(
                syntax_errors(&format!("type t = {ty}\n")),
                Vec::<String>::new(),
                "{}: {ty}",
                kind.name
            );
        }
    }
    for (path, block) in every_block() {
        for field in block.fields {
            let Presence::Default(text) = field.presence else { continue };
            let program = format!("fleet x {{ {}: {text} }}\n", field.name);
            assert_eq!(syntax_errors(&program), Vec::<String>::new(), "{path}: {program}");
        }
    }
}

#[test]
fn examples_give_what_their_kind_demands() {
    for kind in sources::all() {
        let given = |name: &str| {
            Regex::new(&format!(r"[\s{{,]{name}( \{{|:)")).expect("a regex").is_match(kind.example)
        };
        for field in kind.block.fields.iter().filter(|field| field.presence == Presence::Required) {
            assert!(given(field.name), "{}: the example lacks {}", kind.name, field.name);
        }
        for group in kind.block.groups.iter().filter(|group| group.required) {
            let chosen = group.alternatives.iter().any(|set| set.iter().all(|name| given(name)));
            assert!(chosen, "{}: the example lacks {}", kind.name, group.name);
        }
    }
}
