//! The closed upstream schemas of the kinds EFL emits (`compiler/schemas`), for checking patches.

use serde_json::Value as Json;

/// A schema file, parsed.
pub struct SchemaFile(Json);

/// A place in a schema.
#[derive(Clone, Copy)]
pub struct Schema<'a> {
    file: &'a Json,
    node: &'a Json,
}

macro_rules! schemas {
    ($($kind:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($kind, include_str!(concat!("../schemas/", $kind, ".json")))),*];
    };
}
schemas![
    "ConfigMap",
    "EventBus",
    "EventSource",
    "KnativeService",
    "OverridePolicy",
    "PropagationPolicy",
    "Sensor",
    "Service",
    "WorkflowTemplate",
];

/// The schema of a kind.
pub fn of(kind: &str) -> Option<SchemaFile> {
    let (_, text) = FILES.iter().find(|(name, _)| *name == kind)?;
    serde_json::from_str(text).ok().map(SchemaFile)
}

impl SchemaFile {
    /// The resource itself.
    pub fn root(&self) -> Schema<'_> {
        Schema { file: &self.0, node: &self.0 }.resolved()
    }
}

impl<'a> Schema<'a> {
    fn at(self, node: &'a Json) -> Self {
        Self { node, ..self }.resolved()
    }

    fn resolved(mut self) -> Self {
        for _ in 0..16 {
            let reference = self.node.get("$ref").and_then(Json::as_str).and_then(|r| r.strip_prefix('#'));
            let Some(target) = reference.and_then(|r| self.file.pointer(r)) else { break };
            self.node = target;
        }
        self
    }

    /// Whether anything may stand here.
    fn is_open(self) -> bool {
        let Some(object) = self.node.as_object() else { return true };
        object.get("x-kubernetes-preserve-unknown-fields") == Some(&Json::Bool(true))
            || !(object.contains_key("type")
                || object.contains_key("properties")
                || object.contains_key("oneOf")
                || object.contains_key("anyOf"))
    }

    /// The schema of a key; `None` when it has none.
    pub fn property(self, key: &str) -> Option<Schema<'a>> {
        if let Some(found) = self.node.get("properties").and_then(|p| p.get(key)) {
            return Some(self.at(found));
        }
        match self.node.get("additionalProperties") {
            Some(schema @ Json::Object(_)) => Some(self.at(schema)),
            Some(Json::Bool(true)) => Some(self.at(&Json::Bool(true))),
            _ if self.is_open() => Some(self.at(&Json::Bool(true))),
            _ => None,
        }
    }

    /// The keys it knows.
    pub fn properties(self) -> Vec<String> {
        let properties = self.node.get("properties").and_then(Json::as_object);
        properties.map(|p| p.keys().cloned().collect()).unwrap_or_default()
    }

    /// The schema of the elements of a list.
    pub fn items(self) -> Option<Schema<'a>> {
        match self.node.get("items") {
            Some(items) => Some(self.at(items)),
            None => self.is_open().then_some(self),
        }
    }

    /// Whether a JSON type may stand here.
    pub fn takes(self, ty: &str) -> bool {
        let is = |node: &Json| {
            node.get("type").is_none_or(|t| {
                t == ty
                    || t.as_array().is_some_and(|a| a.iter().any(|x| x == ty))
                    || (t == "number" && ty == "integer")
            })
        };
        let alternatives = ["oneOf", "anyOf"].iter().filter_map(|k| self.node.get(*k)?.as_array());
        let mut any = alternatives.flatten().peekable();
        let int_or_string = self.node.get("x-kubernetes-int-or-string") == Some(&Json::Bool(true));
        if int_or_string && matches!(ty, "integer" | "string") {
            return true;
        }
        if any.peek().is_some() && self.node.get("type").is_none() {
            return any.any(|node| is(self.at(node).node));
        }
        is(self.node)
    }

    /// What may stand here, for messages.
    pub fn describe(self) -> String {
        match self.node.get("type").and_then(Json::as_str) {
            Some("string") => "text".to_owned(),
            Some("integer") => "a whole number".to_owned(),
            Some("number") => "a number".to_owned(),
            Some("boolean") => "`true` or `false`".to_owned(),
            Some("array") => "a list".to_owned(),
            Some("object") => "`{ … }`".to_owned(),
            _ => "another value".to_owned(),
        }
    }
}
