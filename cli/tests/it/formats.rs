//! Every format of `efl check`, on a small broken project.

use super::Folder;

fn broken(format: &str) -> String {
    let run = Folder::copy("tests/broken").efl(&["check", "--format", format]);
    assert_eq!(run.code, 1, "{}", run.err);
    run.out
}

#[test]
fn human() {
    let run = Folder::copy("tests/broken").efl(&["check"]);
    insta::assert_snapshot!(run.out);
    assert_eq!(run.err, "4 errors, 1 warning in 2 files\n");
}

#[test]
fn human_in_colour() {
    let folder = Folder::with(&[("a.efl", &super::bad())]);
    insta::assert_snapshot!(folder.efl(&["check", "--color", "always"]).out.replace('\u{1b}', "␛"));
}

#[test]
fn short() {
    insta::assert_snapshot!(broken("short"));
}

#[test]
fn json() {
    insta::assert_snapshot!(broken("json"));
}

#[test]
fn github() {
    insta::assert_snapshot!(broken("github"));
}

#[test]
fn junit() {
    insta::assert_snapshot!(broken("junit"));
}

#[test]
fn sarif() {
    let mut document: serde_json::Value = serde_json::from_str(&broken("sarif")).expect("JSON");
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules");
    for rule in rules.iter_mut().filter_map(|rule| rule.as_object_mut()) {
        // The pages have tests of their own.
        rule.remove("help");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).expect("JSON"));
}

/// The part of SARIF 2.1.0 that is written, closed: what is required there is required here.
fn sarif_schema() -> serde_json::Value {
    let object = |properties: serde_json::Value, required: &[&str]| {
        serde_json::json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        })
    };
    let list = |of: &serde_json::Value| serde_json::json!({ "type": "array", "items": of });
    let text = serde_json::json!({ "type": "string" });
    let count = serde_json::json!({ "type": "integer", "minimum": 0 });
    let from_one = serde_json::json!({ "type": "integer", "minimum": 1 });
    let level = serde_json::json!({ "enum": ["none", "note", "warning", "error"] });
    let message = object(serde_json::json!({ "text": text }), &["text"]);
    let help = object(serde_json::json!({ "text": text, "markdown": text }), &["text"]);
    let artifact =
        object(serde_json::json!({ "uri": { "type": "string", "format": "uri-reference" } }), &["uri"]);
    let region = object(
        serde_json::json!({
            "startLine": from_one, "startColumn": from_one, "endLine": from_one, "endColumn": from_one,
            "byteOffset": count, "byteLength": count,
        }),
        &["startLine"],
    );
    let physical =
        object(serde_json::json!({ "artifactLocation": artifact, "region": region }), &["artifactLocation"]);
    let location = object(
        serde_json::json!({ "physicalLocation": physical, "id": count, "message": message }),
        &["physicalLocation"],
    );
    let replacement = object(
        serde_json::json!({ "deletedRegion": region, "insertedContent": message }),
        &["deletedRegion"],
    );
    let change = object(
        serde_json::json!({ "artifactLocation": artifact, "replacements": list(&replacement) }),
        &["artifactLocation", "replacements"],
    );
    let fix = object(
        serde_json::json!({ "description": message, "artifactChanges": list(&change) }),
        &["artifactChanges"],
    );
    let rule = object(
        serde_json::json!({
            "id": text, "name": text, "shortDescription": message, "help": help,
            "defaultConfiguration": object(serde_json::json!({ "level": level }), &[]),
        }),
        &["id"],
    );
    let driver = object(
        serde_json::json!({ "name": text, "version": text, "semanticVersion": text, "rules": list(&rule) }),
        &["name"],
    );
    let result = object(
        serde_json::json!({
            "ruleId": text, "ruleIndex": count, "level": level, "message": message, "locations": list(&location),
            "relatedLocations": list(&location), "fixes": list(&fix),
        }),
        &["message"],
    );
    let run = object(
        serde_json::json!({
            "tool": object(serde_json::json!({ "driver": driver }), &["driver"]),
            "columnKind": { "const": "unicodeCodePoints" },
            "results": list(&result),
        }),
        &["tool"],
    );
    object(
        serde_json::json!({ "$schema": text, "version": { "const": "2.1.0" }, "runs": list(&run) }),
        &["version", "runs"],
    )
}

#[test]
fn sarif_keeps_to_its_schema() {
    let schema = jsonschema::validator_for(&sarif_schema()).expect("a schema");
    let folder = Folder::copy("tests/broken");
    folder.write("latin1.efl", b"// gr\xFC\xDFe\n");
    for args in [
        &["."][..],
        &["--strict", "."],
        &["nowhere.efl"],
        &["--param", "limitt=3", "."],
        &["--env", "x", "."],
    ] {
        let run = folder.efl(&[&["check", "--format", "sarif"], args].concat());
        let document: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
        let errors: Vec<String> = schema.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{args:?}: {errors:?}");
        // Every result belongs to a rule that is there.
        let rules = &document["runs"][0]["tool"]["driver"]["rules"];
        for result in document["runs"][0]["results"].as_array().expect("results") {
            let index =
                usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("it is small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
}

#[test]
fn a_clean_project_is_a_whole_document_in_every_format() {
    let folder = Folder::with(&[("good.efl", super::GOOD), ("efl.toml", "[rules]\nno-digest = \"off\"\n")]);
    for (format, text) in
        [("human", ""), ("short", ""), ("github", ""), ("json", "{\n  \"diagnostics\": []\n}\n")]
    {
        let run = folder.efl(&["check", "--format", format]);
        assert_eq!((run.code, run.out.as_str()), (0, text), "{format}: {}", run.err);
    }
    assert!(folder.efl(&["check", "--format", "junit"]).out.contains("tests=\"1\" failures=\"0\""));
    let sarif: serde_json::Value =
        serde_json::from_str(&folder.efl(&["check", "--format", "sarif"]).out).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn a_long_line_is_shown_in_part() {
    let line = format!("param x: string = \"{}${{zz}}{}\"\n", "ä".repeat(3000), "b".repeat(90_000));
    let run = Folder::with(&[("a.efl", &line)]).efl(&["check"]);
    assert_eq!((run.code, run.err.as_str()), (1, "1 error in 1 file\n"));
    assert!(run.out.contains("a.efl:1:3022]"), "the place is that of the whole line:\n{}", run.out);
    assert!(
        run.out.contains("ää${zz}bb") && run.out.len() < 2_000,
        "what is around it is shown:\n{}",
        run.out
    );
}

#[test]
fn the_first_of_very_many_are_shown_and_all_are_counted() {
    let folder = Folder::with(&[("a.efl", &"x y z\n".repeat(2_000))]);
    let run = folder.efl(&["check", "--format", "short"]);
    assert_eq!(run.out.lines().count(), 500);
    assert_eq!(run.err, "2000 errors in 1 file, 1500 of them not shown\n");
    let json: serde_json::Value =
        serde_json::from_str(&folder.efl(&["check", "--format", "json"]).out).expect("JSON");
    assert_eq!(json["omitted"], 1500);
}
