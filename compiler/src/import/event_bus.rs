//! EventBuses as buses.

use super::{
    input::{self, Resource, int, take, take_as, text, word},
    text::Remark,
    upstream::{duration, key_ref},
};
use crate::spec::{EventBus, JetstreamExotic, JetstreamNative, StreamConfig, Tls};
use serde_json::Value as Json;

/// The bus of an EventBus, if it is one of JetStream; what is left of it, for a place.
pub(super) fn read(mut resource: Resource, place: &str) -> (Option<EventBus>, Vec<Remark>) {
    let at = resource.at();
    let mut spec = take(&mut resource.rest, &["spec"]).unwrap_or_default();
    let bus = match (take(&mut spec, &["jetstreamExotic"]), take(&mut spec, &["jetstream"])) {
        (Some(mut exotic), _) => {
            let bus = EventBus { jetstream_exotic: Some(read_exotic(&mut exotic)), jetstream: None };
            spec["jetstreamExotic"] = exotic;
            Some(bus)
        }
        (None, Some(mut native)) => {
            let bus = EventBus { jetstream_exotic: None, jetstream: Some(read_native(&mut native)) };
            spec["jetstream"] = native;
            Some(bus)
        }
        (None, None) => None,
    };
    let why = if bus.is_some() {
        "a bus of EFL has no such field, or takes another value there"
    } else {
        "EFL speaks JetStream only: NATS streaming is at its end, and Kafka is no bus of EFL"
    };
    let mut remarks = Vec::new();
    let mut left = |path: &str, json: &Json, why: &str| {
        let remark =
            |what| Remark { place: place.to_owned(), at: format!("{at} {path}"), why: why.to_owned(), what };
        remarks.extend(input::yaml(json).map(remark));
    };
    left("spec", &spec, why);
    left("metadata", &resource.rest, "EFL sets the labels and annotations of what it makes");
    (bus, remarks)
}

fn read_exotic(json: &mut Json) -> JetstreamExotic {
    let stream = take(json, &["streamConfig"]).and_then(|config| stream(config, json));
    JetstreamExotic {
        url: word(json, &["url"]).unwrap_or_default(),
        access_secret: take_as(json, &["accessSecret"], key_ref),
        tls: read_tls(json),
        stream: stream.unwrap_or_default(),
    }
}

fn read_native(json: &mut Json) -> JetstreamNative {
    let stream = take(json, &["streamConfig"]).and_then(|config| stream(config, json));
    JetstreamNative {
        version: text(json, &["version"]).unwrap_or_else(|| "latest".to_owned()),
        replicas: int(json, &["replicas"]).and_then(|n| u32::try_from(n).ok()).unwrap_or(3),
        // What the controller of Argo Events takes: `manifests/base/controller-manager/controller-config.yaml`.
        stream: stream.unwrap_or(StreamConfig { max_msgs: 50_000, ..StreamConfig::default() }),
    }
}

fn read_tls(json: &mut Json) -> Option<Tls> {
    json.get("tls")?;
    let mut key = |key: &str| take_as(json, &["tls", key], key_ref);
    let (ca, cert, client_key) = (key("caCertSecret"), key("clientCertSecret"), key("clientKeySecret"));
    let insecure = input::flag(json, &["tls", "insecureSkipVerify"]).unwrap_or(false);
    take_as(json, &["tls"], |tls| input::is_empty(tls).then_some(()));
    Some(Tls { ca, cert, key: client_key, insecure })
}

/// The configuration of a stream, YAML in a text; what is left of it goes back. What it does not say is no limit, and is
/// written out as EFL's default, unless it is zero.
fn stream(config: Json, json: &mut Json) -> Option<StreamConfig> {
    let text = config.as_str()?;
    let Ok(mut config) = serde_saphyr::from_str::<Json>(text) else {
        json["streamConfig"] = config;
        return None;
    };
    let mut stream = StreamConfig::default();
    let count = |n: i64| if n == 0 { -1 } else { n };
    if let Some(replicas) = int(&mut config, &["replicas"]).and_then(|n| u32::try_from(n).ok()) {
        stream.replicas = replicas.max(1);
    }
    let mut period = |key: &str| take_as(&mut config, &[key], duration);
    if let Some(age) = period("maxAge") {
        stream.max_age = age;
    }
    if let Some(window) = period("duplicates") {
        stream.duplicates = window;
    }
    if let Some(messages) = int(&mut config, &["maxMsgs"]) {
        stream.max_msgs = count(messages);
    }
    if let Some(bytes) = int(&mut config, &["maxBytes"]) {
        stream.max_bytes = count(bytes);
    }
    // What EFL writes.
    for key in ["retention", "discard"] {
        take_as(&mut config, &[key], |n| (n.as_i64() == Some(0)).then_some(()));
    }
    if !input::is_empty(&config) {
        json["streamConfig"] = config;
    }
    Some(stream)
}
