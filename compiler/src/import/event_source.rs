//! EventSources: their events by the catalogue, one source for each kind; what EFL has no field for and Argo's schema
//! knows becomes a patch, so that nothing changes.

use super::{
    input::{self, Resource, is_empty, peek, take},
    names::Taken,
    patch,
    text::Remark,
    upstream,
};
use crate::{
    catalog::{SourceKind, sources},
    spec::{Patch, Source, SourceEvent},
    value::Value,
};
use serde_json::{Value as Json, json};

/// The longest name that a source may have beside an orchestrator's.
pub(super) const LONGEST: usize = 28;

/// An EventSource, read.
#[derive(Debug)]
pub(super) struct EventSource {
    pub(super) sources: Vec<Source>,
    pub(super) events: Vec<Event>,
    pub(super) patches: Vec<Patch>,
    pub(super) remarks: Vec<Remark>,
    /// The EventBus it names.
    pub(super) bus: Option<String>,
}

/// An event by its names there and here.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The EventSource.
    pub(super) source_there: String,
    /// The event's name in it.
    pub(super) there: String,
    /// The source.
    pub(super) source: String,
    /// The event.
    pub(super) name: String,
    /// The kind; `None` when the EventSource is not in the input.
    pub(super) kind: Option<&'static SourceKind>,
}

/// Reads an EventSource into an orchestrator of a name, in which these sources' names are taken.
pub(super) fn read(mut resource: Resource, orc: &str, taken: &mut Taken) -> EventSource {
    let at = resource.at();
    let mut spec = take(&mut resource.rest, &["spec"]).unwrap_or_default();
    let mut read = EventSource {
        sources: Vec::new(),
        events: Vec::new(),
        patches: Vec::new(),
        remarks: Vec::new(),
        bus: input::word(&mut spec, &["eventBusName"]),
    };
    let account = input::word(&mut spec, &["template", "serviceAccountName"]);
    let replicas = input::int(&mut spec, &["replicas"]);
    let service = take(&mut spec, &["service"]);
    let kinds: Vec<&SourceKind> = sources::all()
        .iter()
        .copied()
        .filter(|kind| spec.get(kind.key).is_some_and(Json::is_object))
        .collect();
    for (n, kind) in kinds.iter().enumerate() {
        let wanted =
            if n == 0 { own_name(&resource.name, orc) } else { format!("{}-{}", resource.name, kind.name) };
        let name = taken.fresh(&wanted, LONGEST);
        let events = input::map(&mut spec, &[kind.key]);
        read.source(kind, name, &resource.name, events, orc, &at);
    }
    read.own_fields(account.as_deref(), replicas);
    read.rest(&resource, spec, service, orc);
    read
}

/// The name without that of its orchestrator before it: `crossing-roadside` in `crossing` is `roadside`.
pub(super) fn own_name(name: &str, orc: &str) -> String {
    let own = name.strip_prefix(orc).and_then(|rest| rest.strip_prefix('-')).filter(|rest| !rest.is_empty());
    own.unwrap_or(name).to_owned()
}

impl EventSource {
    fn source(
        &mut self,
        kind: &'static SourceKind,
        name: String,
        there: &str,
        events: Vec<(String, Json)>,
        orc: &str,
        at: &str,
    ) {
        let mut taken = Taken::default();
        let mut read = Vec::new();
        for (event_there, mut json) in events {
            let event = taken.fresh(&event_there, 63);
            modernise(kind, &mut json);
            let fields = upstream::event(kind, &mut json);
            let path = format!("{at} spec.{}.{event_there}", kind.key);
            self.left_of_event(kind, (&name, &event), &json, orc, &path);
            if event != event_there {
                self.remarks.push(renamed(
                    &format!("{orc}/event/{name}/{event}"),
                    &path,
                    &event_there,
                    &event,
                ));
            }
            self.events.push(Event {
                source_there: there.to_owned(),
                there: event_there,
                source: name.clone(),
                name: event.clone(),
                kind: Some(kind),
            });
            read.push((event, fields));
        }
        let fields = hoisted(kind, &mut read);
        let events = read.into_iter().map(|(name, fields)| SourceEvent {
            name,
            fields: Value::Map(fields),
            ..SourceEvent::default()
        });
        let events = events.collect();
        let kind = kind.name.to_owned();
        self.sources.push(Source { name, kind, description: None, fields: Value::Map(fields), events });
    }

    /// What EFL has no field for: a patch of what Argo's schema knows.
    fn left_of_event(
        &mut self,
        kind: &SourceKind,
        (source, event): (&str, &str),
        json: &Json,
        orc: &str,
        path: &str,
    ) {
        if is_empty(json) {
            return;
        }
        let patch = json!({ "spec": { kind.key: { event: json } } });
        if patch::fits("EventSource", &patch) {
            self.patches.push(patch::of(&format!("{orc}/source/{source}"), "EventSource", &patch));
            return;
        }
        self.remarks.extend(input::yaml(json).map(|what| Remark {
            place: format!("{orc}/event/{source}/{event}"),
            at: path.to_owned(),
            why: format!(
                "{} source of EFL has no such field, or takes another value there",
                crate::diag::a(kind.name)
            ),
            what,
        }));
    }

    /// The fields about the pod, which every source of it gets.
    fn own_fields(&mut self, account: Option<&str>, replicas: Option<i64>) {
        for source in &mut self.sources {
            let Value::Map(fields) = &mut source.fields else { continue };
            #[expect(clippy::cast_precision_loss, reason = "a few replicas")]
            if let Some(replicas) = replicas.filter(|n| *n != 1) {
                fields.insert(0, ("replicas".to_owned(), Value::Number(replicas as f64)));
            }
            if let Some(account) = account {
                fields.insert(0, ("service-account".to_owned(), Value::String(account.to_owned())));
            }
        }
    }

    /// What is left of the whole: about the pod, the Service, and what Argo does not know.
    fn rest(&mut self, resource: &Resource, mut spec: Json, service: Option<Json>, orc: &str) {
        let at = resource.at();
        let place = match self.sources.first() {
            Some(source) => format!("{orc}/source/{}", source.name),
            None => orc.to_owned(),
        };
        let template =
            take(&mut spec, &["template"]).map(|template| json!({ "spec": { "template": template } }));
        if let Some(template) = template {
            if patch::fits("EventSource", &template) {
                for source in &self.sources {
                    let declaration = format!("{orc}/source/{}", source.name);
                    self.patches.push(patch::of(&declaration, "EventSource", &template));
                }
            } else {
                spec["template"] = template["spec"]["template"].clone();
            }
        }
        let mut remark = |path: &str, json: &Json, why: &str| {
            let remark =
                |what| Remark { place: place.clone(), at: format!("{at} {path}"), why: why.to_owned(), what };
            self.remarks.extend(input::yaml(json).map(remark));
        };
        if let Some(service) = service {
            let left = unusual_service(service, &self.sources);
            remark("spec.service", &left, SERVICE);
        }
        remark("spec", &spec, "Argo Events 1.9.11 knows no such field, or EFL no such value");
        remark("metadata", &resource.rest, "EFL sets the labels and annotations of what it makes");
    }
}

const SERVICE: &str =
    "EFL makes one Service for a source that listens: a NodePort of the ports of its events";

/// A remark about a name that is another one here.
pub(super) fn renamed(place: &str, at: &str, there: &str, here: &str) -> Remark {
    Remark {
        place: place.to_owned(),
        at: at.to_owned(),
        why: format!("`{there}` is called `{here}` here"),
        what: String::new(),
    }
}

/// What a Service says beyond what EFL makes of the source anyway: a port of one of its events, under the same number.
fn unusual_service(mut service: Json, sources: &[Source]) -> Json {
    let fields =
        sources.iter().flat_map(|s| std::iter::once(&s.fields).chain(s.events.iter().map(|e| &e.fields)));
    let ports: Vec<i64> = fields.filter_map(|fields| fields.get("port")?.as_i64()).collect();
    let usual = |port: &Json| {
        let number = port.get("port").and_then(Json::as_i64);
        let target = port.get("targetPort").and_then(Json::as_i64).or(number);
        let known = ["name", "port", "targetPort", "protocol"];
        let only = port.as_object().is_some_and(|port| port.keys().all(|key| known.contains(&key.as_str())));
        let tcp = port.get("protocol").is_none_or(|protocol| protocol == "TCP");
        only && tcp && number == target && number.is_some_and(|number| ports.contains(&number))
    };
    let all_usual =
        peek(&service, &["ports"]).and_then(Json::as_array).is_some_and(|list| list.iter().all(usual));
    if all_usual {
        take(&mut service, &["ports"]);
    }
    service
}

/// Fields that all events share, or the only one has, stand in the source.
fn hoisted(kind: &SourceKind, events: &mut [(String, Vec<(String, Value)>)]) -> Vec<(String, Value)> {
    let Some(((_, first), others)) = events.split_first() else { return Vec::new() };
    let shared = |field: &&(String, Value)| {
        !kind.per_event.contains(&field.0.as_str()) && others.iter().all(|(_, fields)| fields.contains(field))
    };
    let hoisted: Vec<(String, Value)> = first.iter().filter(shared).cloned().collect();
    for (_, fields) in events {
        fields.retain(|field| !hoisted.contains(field));
    }
    hoisted
}

/// Fields that Argo has new ones for, as these, and a default that EFL does not share.
/// Upstream: `eventsource_types.go`, "DeprecatedOwner" and its kin; `eventsources/sources/redisstream/start.go`.
fn modernise(kind: &SourceKind, json: &mut Json) {
    let keys: &[&str] = match kind.key {
        "github" => &["owner", "repository"],
        "bitbucket" => &["owner", "projectKey", "repositorySlug"],
        "bitbucketserver" => &["projectKey", "repositorySlug"],
        "redisStream" => {
            // What Argo takes when nothing is said; another group would read the stream from another place.
            if json.get("consumerGroup").is_none() {
                json["consumerGroup"] = json!("argo-events-cg");
            }
            return;
        }
        "gitlab" => {
            if json.get("projects").is_none()
                && let Some(project) = input::word(json, &["projectID"])
            {
                json["projects"] = json!([project]);
            }
            return;
        }
        _ => return,
    };
    if json.get("repositories").is_some() || json.get("organizations").is_some() {
        return;
    }
    let given: Vec<(&str, Json)> = keys.iter().filter_map(|key| Some((*key, take(json, &[key])?))).collect();
    if given.is_empty() {
        return;
    }
    let repository: Json = match kind.key {
        "github" => {
            let of = |key| given.iter().find(|(k, _)| *k == key).map(|(_, v)| v.clone()).unwrap_or_default();
            json!({ "owner": of("owner"), "names": [of("repository")] })
        }
        _ => Json::Object(given.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
    };
    json["repositories"] = json!([repository]);
}
