//! Where the properties of a JSON Schema stand in its text.

use efl_grammar::{TextRange, TextSize};

/// The places of a property, by the names on the way to it. A way that leads through `$ref` is not followed: then every
/// property of its name is meant.
pub(super) fn property(text: &str, way: &[&str]) -> Vec<TextRange> {
    let Some(name) = way.last() else { return Vec::new() };
    let found: Vec<Property<'_>> =
        properties(text).into_iter().filter(|p| p.way.last() == Some(name)).collect();
    let exact: Vec<TextRange> = found.iter().filter(|p| p.way == way).map(|p| p.range).collect();
    if exact.is_empty() { found.into_iter().map(|p| p.range).collect() } else { exact }
}

/// A key of an object `properties`.
struct Property<'t> {
    /// The names of the properties around it, and its own.
    way: Vec<&'t str>,
    /// Its name, without quotes.
    range: TextRange,
}

/// Every property, in order. What is no JSON is passed over.
fn properties(text: &str) -> Vec<Property<'_>> {
    let mut found = Vec::new();
    // The last key of each object that is open; none of a list.
    let mut keys: Vec<Option<&str>> = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(['{', '[', '}', ']', '"']) {
        at += offset;
        match text.as_bytes()[at] {
            b'{' | b'[' => keys.push(None),
            b'}' | b']' => drop(keys.pop()),
            _ => {
                let start = at + 1;
                let end = start + string_length(&text[start..]);
                at = end;
                let is_key = text.get(end + 1..).is_some_and(|rest| rest.trim_start().starts_with(':'));
                if let Some(key) = keys.last_mut().filter(|_| is_key) {
                    *key = Some(&text[start..end]);
                    if let [.., Some("properties"), _] = keys.as_slice() {
                        let size = |n: usize| TextSize::try_from(n).unwrap_or_default();
                        let range = TextRange::new(size(start), size(end));
                        found.push(Property { way: way(&keys), range });
                    }
                }
            }
        }
        at = (at + 1).min(text.len());
    }
    found
}

/// The names of the properties among the keys that lead to a place.
fn way<'t>(keys: &[Option<&'t str>]) -> Vec<&'t str> {
    let named = keys.windows(2).filter(|pair| pair[0] == Some("properties"));
    named.filter_map(|pair| pair[1]).collect()
}

/// The length of a string up to its closing quote, or to the end.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::property;

    const SCHEMA: &str = r#"{
  "title": "properties",
  "properties": {
    "id": { "type": "string", "description": "an \"id\": of it" },
    "place": { "properties": { "id": { "type": "string" }, "properties": { "type": "integer" } } },
    "more": { "items": { "properties": { "n": {} } } }
  },
  "required": ["id"]
}"#;

    fn lines(way: &[&str]) -> Vec<usize> {
        let line = |at: usize| SCHEMA[..at].matches('\n').count() + 1;
        property(SCHEMA, way).into_iter().map(|range| line(range.start().into())).collect()
    }

    #[test]
    fn a_property_is_found_by_the_names_on_the_way() {
        assert_eq!(lines(&["id"]), [4]);
        assert_eq!(lines(&["place", "id"]), [5]);
        assert_eq!(lines(&["place", "properties"]), [5]);
        assert_eq!(lines(&["more", "n"]), [6]);
        assert_eq!(lines(&["elsewhere", "id"]), [4, 5], "behind a reference it may be any");
        assert_eq!(lines(&["required"]), [] as [usize; 0]);
    }

    #[test]
    fn broken_texts_are_read_as_far_as_they_go() {
        for end in 0..SCHEMA.len() {
            property(&SCHEMA[..end], &["id"]);
        }
        assert!(property("}}]]\"", &["id"]).is_empty());
    }
}
