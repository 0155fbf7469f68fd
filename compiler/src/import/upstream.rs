//! The catalogue read backwards: the object of an event at Argo as fields of EFL. What [`crate::expand`] writes for a
//! field is where this looks for it, decoded as it is encoded there.

use super::{
    declaration::bytes,
    input::{self, peek, take, take_as},
    value,
};
use crate::{
    catalog::{Block, Encode, Field, FieldType, Presence, SourceKind, Upstream},
    units::Duration,
    value::{KeyRef, Value},
};
use serde_json::Value as Json;

/// Takes the fields of an event of a kind. What stays is what EFL does not know, or not in that form.
pub(super) fn event(kind: &SourceKind, json: &mut Json) -> Vec<(String, Value)> {
    let mut fields = block(kind.block, json);
    if kind.payload.json_body && !input::flag(json, &["jsonBody"]).unwrap_or(false) {
        let raw = if kind.payload.raw == crate::catalog::RawBody::Text { "text" } else { "bytes" };
        fields.push(("format".to_owned(), Value::String(raw.to_owned())));
    }
    fields
}

/// Takes the fields of a block, nested blocks too.
fn block(block: &'static Block, json: &mut Json) -> Vec<(String, Value)> {
    let mut fields = Vec::new();
    for field in block.fields {
        let value = self::field(field, json).filter(|value| !is_default(field, value));
        fields.extend(value.map(|value| (field.name.to_owned(), value)));
    }
    for nested in block.blocks {
        fields.extend(self::nested(nested.block, json).map(|value| (nested.name.to_owned(), value)));
    }
    for constant in block.always {
        let own = serde_json::from_str::<Json>(constant.json).ok();
        take_as(json, constant.path, |json| (Some(json) == own.as_ref()).then_some(()));
    }
    fields
}

/// Whether a value is what the field is anyway.
fn is_default(field: &Field, value: &Value) -> bool {
    matches!(field.presence, Presence::Default(text) if value::text(Some(&field.ty), value) == text)
}

/// Takes a nested block, if it is given. One of whose constants is given otherwise says something that EFL does not:
/// `persistence.catchup.enabled: false`.
fn nested(nested: &'static Block, json: &mut Json) -> Option<Value> {
    let own = |text: &str| serde_json::from_str::<Json>(text).ok();
    let mut constant = false;
    for written in nested.always.iter().filter(|c| !c.json.contains('{')) {
        match peek(json, written.path) {
            Some(found) if Some(found) != own(written.json).as_ref() => return None,
            Some(_) => constant = true,
            None => {}
        }
    }
    let empty = home(nested).is_some_and(|path| {
        take_as(json, path, |json| json.as_object().filter(|map| map.is_empty()).map(|_| ())).is_some()
    });
    let fields = block(nested, json);
    (constant || empty || !fields.is_empty()).then_some(Value::Map(fields))
}

/// The object that a nested block becomes, where all of its fields stand directly in it.
fn home(block: &Block) -> Option<&'static [&'static str]> {
    let mut paths = block.fields.iter().filter_map(|field| field.upstream).map(|u| u.path.split_last());
    let (_, first) = paths.next()??;
    let one = !first.is_empty() && paths.all(|path| path.is_some_and(|(_, parent)| parent == first));
    one.then_some(first)
}

/// Takes the value of a field.
fn field(field: &Field, json: &mut Json) -> Option<Value> {
    let Upstream { path, encode } = field.upstream?;
    let found = peek(json, path)?;
    match (&field.ty, found) {
        // What the schema demands and Argo does not read, or what is empty: no value.
        (ty, Json::String(text)) if text.is_empty() && !matches!(ty, FieldType::Any) => {
            take(json, path);
            None
        }
        (FieldType::Record(record), Json::Object(_)) => records(record, found.clone(), json, path),
        (FieldType::List(FieldType::Record(record)), Json::Array(items)) => {
            let mut rest = items.clone();
            let records = rest.iter_mut().map(|item| Value::Map(block(record, item))).collect();
            if !rest.iter().all(input::is_empty) {
                return None;
            }
            take(json, path);
            Some(Value::List(records))
        }
        (ty, _) => take_as(json, path, |found| decoded(ty, encode, found)),
    }
}

fn records(record: &'static Block, mut object: Json, json: &mut Json, path: &[&str]) -> Option<Value> {
    let fields = block(record, &mut object);
    if !input::is_empty(&object) {
        return None;
    }
    take(json, path);
    Some(Value::Map(fields))
}

/// A value out of its encoding; `None` when it is none of that type.
fn decoded(ty: &FieldType, encode: Encode, json: &Json) -> Option<Value> {
    let text = json.as_str();
    let words = |separator: char, word: fn(&str) -> String| {
        let words = text?.split(separator).map(|part| Value::String(word(part.trim())));
        Some(Value::List(words.collect()))
    };
    match encode {
        Encode::Plain => plain(ty, json),
        Encode::Text => match ty {
            FieldType::Bool => text.map_or_else(|| json.as_bool(), |t| t.parse().ok()).map(Value::Bool),
            _ => number(json),
        },
        Encode::GoDuration => duration(json).map(|duration| Value::String(duration.to_string())),
        Encode::Seconds => {
            let seconds = json.as_u64().or_else(|| text?.parse().ok())?;
            Some(Value::String(Duration(seconds.checked_mul(1_000)?).to_string()))
        }
        Encode::SecretKey => key_ref(json).map(Value::Secret),
        Encode::ConfigKey => key_ref(json).map(Value::Config),
        Encode::ValueFrom => value_from(json),
        Encode::Joined => words(',', str::to_owned),
        Encode::Bytes => json.as_i64().filter(|n| *n > 0).map(|n| Value::String(bytes(n))),
        Encode::Upper => upper(json),
        Encode::UpperPiped => {
            let lower = words('|', str::to_lowercase)?;
            let upper: Vec<String> =
                lower.as_list()?.iter().filter_map(Value::as_str).map(str::to_uppercase).collect();
            (Some(upper.join("|").as_str()) == text).then_some(lower)
        }
        Encode::ExDates => {
            let dates: Option<Vec<Value>> =
                json.as_array()?.iter().map(|date| exception(date.as_str()?)).collect();
            dates.map(Value::List)
        }
    }
}

/// A value as it is.
fn plain(ty: &FieldType, json: &Json) -> Option<Value> {
    match (ty, json) {
        (FieldType::Bool, _) => json.as_bool().map(Value::Bool),
        (FieldType::Int { .. } | FieldType::Number { .. }, _) => number(json),
        (FieldType::List(of), Json::Array(items)) => {
            items.iter().map(|item| plain(of, item)).collect::<Option<_>>().map(Value::List)
        }
        (FieldType::Map(of), Json::Object(map)) => {
            let entry = |(key, value): (&String, &Json)| Some((key.clone(), plain(of, value)?));
            map.iter().map(entry).collect::<Option<_>>().map(Value::Map)
        }
        (FieldType::Any, _) => Some(crate::value::as_json::from_json(json)),
        (FieldType::OneOf(types), _) => types.iter().find_map(|ty| plain(ty, json)),
        (FieldType::List(_) | FieldType::Map(_) | FieldType::Secret | FieldType::Config, _) => None,
        // Text of any format: whether it is right is for the checker to say, at its place.
        (_, Json::String(text)) => Some(Value::String(text.clone())),
        // YAML reads `version: 2` and `clientId: 2345` as numbers; Kubernetes would refuse them, Argo's files do not.
        (_, Json::Number(number)) => Some(Value::String(number.to_string())),
        _ => None,
    }
}

fn number(json: &Json) -> Option<Value> {
    json.as_f64().or_else(|| json.as_str()?.parse().ok()).filter(|n: &f64| n.is_finite()).map(Value::Number)
}

/// `{name, key}` and nothing else.
pub(super) fn key_ref(json: &Json) -> Option<KeyRef> {
    serde_json::from_value(json.clone()).ok()
}

/// `{secretKeyRef}` or `{configMapKeyRef}`.
pub(super) fn value_from(json: &Json) -> Option<Value> {
    let map = json.as_object().filter(|map| map.len() == 1)?;
    let secret = map.get("secretKeyRef").and_then(key_ref).map(Value::Secret);
    secret.or_else(|| map.get("configMapKeyRef").and_then(key_ref).map(Value::Config))
}

fn upper(json: &Json) -> Option<Value> {
    let word = |json: &Json| {
        let text = json.as_str()?;
        let lower = text.to_lowercase();
        (lower.to_uppercase() == text).then_some(Value::String(lower))
    };
    match json {
        Json::Array(items) => items.iter().map(word).collect::<Option<_>>().map(Value::List),
        json => word(json),
    }
}

/// `EXDATE:20261225T000000Z` as `2026-12-25`: only days, which is all that the calendar compares.
fn exception(text: &str) -> Option<Value> {
    let day = text.strip_prefix("EXDATE:")?.strip_suffix("T000000Z")?;
    let all_digits = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| Value::String(format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..])))
}

/// A duration of Go, `1h30m` or `1.5s`, or a number of nanoseconds; `None` for what is no whole millisecond.
/// Upstream: `time.ParseDuration`, `argo-events/pkg/apis/events/v1alpha1/int64str.go`.
pub(super) fn duration(json: &Json) -> Option<Duration> {
    if let Some(nanoseconds) = json.as_u64() {
        return nanoseconds.is_multiple_of(1_000_000).then_some(Duration(nanoseconds / 1_000_000));
    }
    let mut rest = json.as_str()?;
    if rest == "0" {
        return Some(Duration(0));
    }
    let mut milliseconds = 0_u64;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let unit = rest[number..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| number + at);
        // `d` is no unit of Go, so `1d` is none of its durations.
        let part: Duration = Some(&rest[..unit]).filter(|part| !part.ends_with('d'))?.parse().ok()?;
        milliseconds = milliseconds.checked_add(part.0)?;
        rest = &rest[unit..];
    }
    (milliseconds > 0).then_some(Duration(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::{Duration, duration, event};
    use crate::{catalog::sources, import::value};
    use serde_json::{Value as Json, json};

    /// The fields of an event as EFL, and what is left of it.
    fn read(kind: &str, mut json: Json) -> (String, Json) {
        let kind = sources::find(kind).expect("a kind");
        let fields = event(kind, &mut json);
        let text = |(key, field): &(String, crate::value::Value)| match kind.block.nested(key) {
            Some(_) => format!("{key} {}", value::data(field)),
            None => format!("{key}: {}", value::text(kind.block.field(key).map(|f| f.ty).as_ref(), field)),
        };
        (fields.iter().map(text).collect::<Vec<_>>().join(", "), json)
    }

    #[test]
    fn fields_are_found_where_they_are_written() {
        let webhook = json!({
            "port": "12000", "endpoint": "/x", "method": "POST", "url": "", "maxPayloadSize": 2_097_152,
            "authSecret": { "name": "s", "key": "k" }, "metadata": { "a": "b" }
        });
        let (text, left) = read("webhook", webhook);
        let expected = r#"path: "/x", port: 12000, auth: secret("s", "k"), max-payload: 2Mi"#;
        assert_eq!((text.as_str(), left), (expected, json!({ "metadata": { "a": "b" } })));
        let calendar = json!({ "schedule": "0 2 * * *", "interval": "1h30m", "exclusionDates": ["EXDATE:20261225T000000Z"] });
        let (text, left) = read("calendar", calendar);
        assert_eq!(text, r#"schedule: "0 2 * * *", interval: 90m, except: ["2026-12-25"]"#);
        assert_eq!(left, json!({}));
        let hdfs =
            json!({ "type": "CREATE|WRITE", "addresses": ["a:1"], "directory": "/x/", "hdfsUser": "u" });
        let (text, _) = read("hdfs", hdfs);
        assert_eq!(text, r#"addresses: ["a:1"], on: [create, write], directory: "/x/", user: "u""#);
    }

    #[test]
    fn what_is_not_in_its_form_stays() {
        let (text, left) =
            read("webhook", json!({ "port": [1], "endpoint": "/x", "authSecret": { "name": "s" } }));
        assert_eq!(text, r#"path: "/x""#);
        assert_eq!(left, json!({ "port": [1], "authSecret": { "name": "s" } }));
        let github = json!({ "repositories": [{ "owner": "o", "names": ["n"], "topic": "t" }] });
        assert_eq!(read("github", github.clone()), (String::new(), github));
    }

    #[test]
    fn a_nested_block_is_there_when_anything_of_it_is() {
        let tls = |tls: Json| {
            read("mqtt", json!({ "url": "tcp://a", "topic": "t", "jsonBody": true, "tls": tls })).0
        };
        let start = r#"url: "tcp://a", topic: "t", "#;
        assert_eq!(tls(json!({})), format!("{start}tls {{}}"));
        assert_eq!(tls(json!({ "enabled": true })), format!("{start}tls {{}}"));
        assert_eq!(tls(json!({ "insecureSkipVerify": true })), format!("{start}tls {{ insecure: true }}"));
        let off = json!({ "interval": "10s", "persistence": { "catchup": { "enabled": false, "maxDuration": "5m" } } });
        let (text, left) = read("calendar", off.clone());
        assert_eq!((text.as_str(), &left["persistence"]), ("interval: 10s", &off["persistence"]));
    }

    #[test]
    fn a_message_is_json_only_when_argo_was_told_so() {
        assert!(read("mqtt", json!({ "topic": "t" })).0.ends_with("format: bytes"));
        assert!(read("redis", json!({ "db": 1 })).0.ends_with("format: text"));
        assert!(!read("redis", json!({ "jsonBody": true })).0.contains("format"));
    }

    #[test]
    fn durations_of_go() {
        for (json, expected) in [
            (json!("10s"), Some(10_000)),
            (json!("1h30m"), Some(5_400_000)),
            (json!("1.5s"), Some(1_500)),
            (json!("300ms"), Some(300)),
            (json!(2_000_000_000_u64), Some(2_000)),
            (json!("0"), Some(0)),
            (json!("7d"), None),
            (json!("5us"), None),
            (json!("-1s"), None),
            (json!("s"), None),
            (json!(1), None),
        ] {
            assert_eq!(duration(&json), expected.map(Duration), "{json}");
        }
    }
}
