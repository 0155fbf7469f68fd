//! Documents, files, positions, and the diagnostics that are told.

use crate::client::{Client, Setup, range_json};
use serde_json::{Value, json};

const GOOD: &str = "type Car = {\n  speed: number\n}\n";
const BAD: &str = "type Car = {\n  speed: numbex\n}\n";
const MISTAKE: &str = "E0205 1:9-1:15";
const NONE: [&str; 0] = [];

#[test]
fn a_mistake_is_told_and_taken_back() {
    let mut client = Setup::new().start();
    client.open("a.efl", BAD);
    let found = client.diagnostics("a.efl");
    assert_eq!(Client::places(&found), [MISTAKE]);
    let first = &found["diagnostics"][0];
    assert_eq!(first["message"], "unknown type `numbex`\nhelp: did you mean `number`?");
    let page = first["codeDescription"]["href"].as_str().unwrap().strip_prefix("file://").unwrap();
    assert!(std::fs::read_to_string(page).unwrap().starts_with("# E0205: "));
    client.edit("a.efl", 2, [1, 9, 1, 15], "number");
    let found = client.diagnostics_at("a.efl", 2);
    assert_eq!(Client::places(&found), NONE);
    client.stop();
}

#[test]
fn other_places_are_related_and_what_is_unused_is_tagged() {
    let text = "type A = number\ntype A = number\n\nimport { B } from \"./b.efl\"\n";
    let mut client = Setup::new().file("b.efl", "type B = number\n").start();
    client.open("a.efl", text);
    let found = client.diagnostics("a.efl");
    let related: Vec<&Value> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d.get("relatedInformation").is_some())
        .collect();
    assert_eq!(related[0]["relatedInformation"][0]["location"]["uri"], client.uri("a.efl"));
    let tags: Vec<&Value> =
        found["diagnostics"].as_array().unwrap().iter().filter(|d| d.get("tags").is_some()).collect();
    assert_eq!(tags[0]["tags"], json!([1]));
    client.forget_diagnostics();
    client.stop();
}

#[test]
fn columns_are_counted_as_the_client_and_the_server_agree() {
    let wide = "// 😀é\ntype A = \"😀é\" | numbex\n";
    for (offered, agreed, column) in [
        (json!(["utf-16", "utf-8"]), "utf-8", 20),
        (json!(["utf-16"]), "utf-16", 17),
        (json!(["utf-32"]), "utf-32", 16),
        (Value::Null, "utf-16", 17),
    ] {
        let mut client = Setup::new().capability("general.positionEncodings", offered).connect();
        assert_eq!(client.greet()["positionEncoding"], agreed);
        client.open("a.efl", wide);
        let found = client.diagnostics("a.efl");
        let last = found["diagnostics"].as_array().unwrap().last().unwrap();
        assert_eq!(last["range"], range_json([1, column, 1, column + 6]), "{agreed}: {found:#}");
        client.edit("a.efl", 2, [1, column, 1, column + 6], "string");
        assert_eq!(Client::places(&client.diagnostics_at("a.efl", 2)), NONE, "{agreed}");
        client.stop();
    }
}

#[test]
fn line_ends_and_byte_order_marks_are_kept_and_count_for_nothing() {
    let mut client = Setup::new().file("b.efl", "\u{FEFF}type B = numbex\r\n").start();
    assert_eq!(Client::places(&client.diagnostics("b.efl")), ["E0205 0:9-0:15"]);
    client.open("a.efl", "\u{FEFF}type  Car = {\r\n  speed:   number\r\n}\r\n");
    assert_eq!(Client::places(&client.diagnostics("a.efl")), NONE);
    let document = json!({ "textDocument": { "uri": client.uri("a.efl") }, "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = client.result("textDocument/formatting", document);
    for edit in edits.as_array().unwrap() {
        assert_eq!(
            edit["range"]["start"]["line"], edit["range"]["end"]["line"],
            "no line end is touched: {edits:#}"
        );
        assert!(!edit["newText"].as_str().unwrap().contains('\n'), "{edits:#}");
    }
    let replaced: Vec<&Value> = edits.as_array().unwrap().iter().map(|edit| &edit["newText"]).collect();
    assert_eq!(replaced, ["", "", ""], "a mark and blanks");
    client.stop();
}

#[test]
fn every_program_of_the_folders_is_checked() {
    let mut client = Setup::new()
        .file("a/one.efl", BAD)
        .file("a/deep/er/two.efl", BAD)
        .file("b/three.efl", BAD)
        .file("c/four.efl", BAD)
        .file("a/target/no.efl", BAD)
        .file("a/node_modules/no.efl", BAD)
        .file("a/.git/no.efl", BAD)
        .folders(&["a", "b"])
        .start();
    for name in ["a/one.efl", "a/deep/er/two.efl", "b/three.efl"] {
        assert_eq!(Client::places(&client.diagnostics(name)), [MISTAKE], "{name}");
    }
    // Folders come and go.
    let folder = |client: &Client, name: &str| json!({ "uri": client.uri(name), "name": name });
    let event = json!({ "added": [folder(&client, "c")], "removed": [folder(&client, "b")] });
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
    assert_eq!(Client::places(&client.diagnostics("b/three.efl")), NONE);
    assert_eq!(Client::places(&client.diagnostics("c/four.efl")), [MISTAKE]);
    client.stop();
}

#[test]
fn an_edit_shows_in_the_files_that_import_it() {
    let importer = "import { Car } from \"./types.efl\"\n\ntype Fleet = { cars: list<Car> }\n";
    let mut client = Setup::new().file("types.efl", GOOD).file("main.efl", importer).start();
    client.open("types.efl", GOOD);
    assert_eq!(Client::places(&client.diagnostics("types.efl")), NONE);
    client.edit("types.efl", 2, [0, 5, 0, 8], "Bus");
    assert_eq!(Client::places(&client.diagnostics("main.efl"))[0], "E0216 0:9-0:12");
    // Closing takes the text of the disk.
    client.close("types.efl");
    assert_eq!(Client::places(&client.diagnostics("main.efl")), NONE);
    client.forget_diagnostics();
    client.stop();
}

#[test]
fn files_change_under_the_server() {
    let mut client = Setup::new().file("a.efl", GOOD).start();
    client.write("new.efl", BAD);
    client.changed_on_disk("new.efl", 1);
    assert_eq!(Client::places(&client.diagnostics("new.efl")), [MISTAKE]);
    client.write("new.efl", GOOD);
    client.changed_on_disk("new.efl", 2);
    assert_eq!(Client::places(&client.diagnostics("new.efl")), NONE);
    client.write("a.efl", BAD);
    client.changed_on_disk("a.efl", 2);
    assert_eq!(Client::places(&client.diagnostics("a.efl")), [MISTAKE]);
    std::fs::remove_file(client.path("a.efl")).unwrap();
    client.changed_on_disk("a.efl", 3);
    assert_eq!(Client::places(&client.diagnostics("a.efl")), NONE);
    client.stop();
}

#[test]
fn a_document_outlives_its_file() {
    let mut client = Setup::new().file("a.efl", GOOD).start();
    client.open("a.efl", GOOD);
    client.diagnostics_at("a.efl", 1);
    std::fs::remove_file(client.path("a.efl")).unwrap();
    client.changed_on_disk("a.efl", 3);
    client.edit("a.efl", 2, [1, 9, 1, 15], "numbex");
    assert_eq!(Client::places(&client.diagnostics_at("a.efl", 2)), [MISTAKE]);
    client.close("a.efl");
    assert_eq!(Client::places(&client.diagnostics("a.efl")), NONE);
    client.stop();
}

#[test]
fn a_renamed_file_takes_its_diagnostics_along() {
    let mut client = Setup::new().file("old.efl", BAD).start();
    client.open("old.efl", BAD);
    client.diagnostics_at("old.efl", 1);
    std::fs::rename(client.path("old.efl"), client.path("new.efl")).unwrap();
    let files = json!([{ "oldUri": client.uri("old.efl"), "newUri": client.uri("new.efl") }]);
    // As editors do it: the document is closed and opened under its new name.
    client.close("old.efl");
    client.open("new.efl", BAD);
    client.tell("workspace/didRenameFiles", json!({ "files": files }));
    assert_eq!(Client::places(&client.diagnostics("old.efl")), NONE);
    assert_eq!(Client::places(&client.diagnostics("new.efl")), [MISTAKE]);
    client.forget_diagnostics();
    client.stop();
}

#[test]
fn a_document_that_is_no_file_is_checked_too() {
    let mut client = Setup::new().start();
    client.open_uri("untitled:Untitled-1", BAD);
    assert_eq!(Client::places(&client.diagnostics_of("untitled:Untitled-1")), [MISTAKE]);
    client.stop();
}

#[test]
fn a_file_outside_of_the_workspace_is_checked_while_it_is_open() {
    let mut client = Setup::new().file("w/a.efl", GOOD).file("other/b.efl", GOOD).folders(&["w"]).start();
    client.open("other/b.efl", BAD);
    assert_eq!(Client::places(&client.diagnostics("other/b.efl")), [MISTAKE]);
    client.close("other/b.efl");
    assert_eq!(Client::places(&client.diagnostics("other/b.efl")), NONE);
    client.stop();
}

#[test]
fn a_document_opened_before_the_server_answered_is_not_forgotten() {
    let mut client = Setup::new().connect();
    let id = client.begin("initialize", client.hello());
    client.open("a.efl", BAD);
    client.tell("initialized", json!({}));
    client.answer(id);
    assert_eq!(Client::places(&client.diagnostics("a.efl")), [MISTAKE]);
    client.stop();
}

#[test]
fn settings_of_the_project_set_levels_and_are_checked_themselves() {
    let text = "type A = number\n";
    let unused = "import { A } from \"./a.efl\"\n";
    let mut client = Setup::new().file("a.efl", text).file("b.efl", unused).start();
    let found = client.diagnostics("b.efl");
    let code = found["diagnostics"][0]["code"].as_str().unwrap().to_owned();
    client.write("efl.toml", &format!("[rules]\n{code} = \"off\"\n"));
    client.changed_on_disk("efl.toml", 1);
    assert_eq!(Client::places(&client.diagnostics("b.efl")), NONE);
    client.write("efl.toml", "[rulles]\n");
    client.changed_on_disk("efl.toml", 2);
    assert_eq!(client.diagnostics("b.efl")["diagnostics"][0]["code"], code.as_str());
    assert_eq!(Client::places(&client.diagnostics("efl.toml")), ["E0003 0:1-0:7"]);
    std::fs::remove_file(client.path("efl.toml")).unwrap();
    client.changed_on_disk("efl.toml", 3);
    assert_eq!(Client::places(&client.diagnostics("efl.toml")), NONE);
    client.stop();
}

#[test]
fn settings_may_come_with_the_greeting() {
    for options in [json!({ "strict": true, "clientCommands": [] }), json!({ "efl": { "strict": true } })] {
        let setup = Setup::new().file("a.efl", "type A = number\n").options(options);
        let mut client = setup.file("b.efl", "import { A } from \"./a.efl\"\n").start();
        assert_eq!(client.diagnostics("b.efl")["diagnostics"][0]["severity"], 1);
        client.stop();
    }
}

#[test]
fn settings_of_the_client_are_asked_for() {
    let unused = "import { A } from \"./a.efl\"\n";
    let mut client = Setup::new()
        .file("a.efl", "type A = number\n")
        .file("b.efl", unused)
        .file("efl.toml", "[env.prod.params]\nx = 1\n")
        .capability("workspace.configuration", json!(true))
        .capability("workspace.didChangeConfiguration.dynamicRegistration", json!(true))
        .start();
    client.asked("client/registerCapability", Value::Null);
    let params = client.asked("workspace/configuration", json!([{ "strict": true, "env": null }]));
    assert_eq!(params["items"], json!([{ "section": "efl" }]));
    let mut severity = Value::Null;
    while severity != 1 {
        severity = client.diagnostics("b.efl")["diagnostics"][0]["severity"].clone();
    }
    client.tell("workspace/didChangeConfiguration", json!({ "settings": null }));
    client.asked("workspace/configuration", json!([{ "env": "pro" }]));
    assert_eq!(client.diagnostics("b.efl")["diagnostics"][0]["severity"], 2);
    assert_eq!(Client::places(&client.diagnostics("efl.toml")), ["E0004 0:0-0:0"]);
    client.stop();
}
