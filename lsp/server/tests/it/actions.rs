//! Code actions, and rename where it leaves the programs.

use crate::client::{Client, Setup, range_json};
use serde_json::{Value, json};

fn setup() -> Setup {
    let kinds = json!({ "codeActionKind": { "valueSet": ["quickfix", "source"] } });
    Setup::new().capability("textDocument.codeAction.codeActionLiteralSupport", kinds)
}

fn actions(client: &mut Client, name: &str, range: [u32; 4], only: Value) -> Vec<Value> {
    let mut context = json!({ "diagnostics": [] });
    if !only.is_null() {
        context["only"] = only;
    }
    let document = json!({ "uri": client.uri(name) });
    let params = json!({ "textDocument": document, "range": range_json(range), "context": context });
    client.result("textDocument/codeAction", params).as_array().unwrap().clone()
}

#[test]
fn the_fixes_of_a_diagnostic_are_quick_fixes() {
    let mut client = setup().start();
    client.open("a.efl", "type Car = {\r\n  speed: numbex\r\n}\r\n");
    client.diagnostics("a.efl");
    let found = actions(&mut client, "a.efl", [1, 10, 1, 10], Value::Null);
    assert_eq!(found[0]["title"], "Change to `number`");
    assert_eq!(found[0]["kind"], "quickfix");
    assert_eq!(found[0]["diagnostics"][0]["code"], "E0205");
    let edits = &found[0]["edit"]["changes"][client.uri("a.efl")];
    assert_eq!(*edits, json!([{ "range": range_json([1, 9, 1, 15]), "newText": "number" }]));
    assert_eq!(actions(&mut client, "a.efl", [0, 0, 0, 1], Value::Null), Vec::<Value>::new());
    client.stop();
}

#[test]
fn all_safe_fixes_of_a_file_are_one_action() {
    let setup = setup().capability("workspace.workspaceEdit.documentChanges", json!(true));
    let mut client = setup.file("b.efl", "type A = number\ntype B = number\n").start();
    client.open("a.efl", "import { A } from \"./b.efl\"\nimport { B } from \"./b.efl\"\n");
    client.diagnostics("a.efl");
    let found = actions(&mut client, "a.efl", [0, 0, 0, 0], json!(["source.fixAll"]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["title"], "Mend the 2 problems that can be mended safely");
    let change = &found[0]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 1);
    assert_eq!(change["edits"].as_array().unwrap().len(), 2);
    let none = actions(&mut client, "a.efl", [0, 0, 0, 0], json!(["refactor"]));
    assert_eq!(none, Vec::<Value>::new());
    client.stop();
}

#[test]
fn a_param_is_renamed_in_the_environments_too() {
    let settings = "[env.prod.params]\nlimit = 5\n[env.test.params]\n\"limit\" = 1\nother = 2\n";
    let mut client = setup().file("efl.toml", settings).file("b.efl", "param other: int\n").start();
    client.forget_diagnostics();
    client.open("a.efl", "param limit: int\nparam twice: int = limit + limit\n");
    client.forget_diagnostics();
    let document = json!({ "uri": client.uri("a.efl") });
    let position = json!({ "line": 0, "character": 7 });
    let params = json!({ "textDocument": document, "position": position, "newName": "most" });
    let edit = client.result("textDocument/rename", params);
    let edit_of = |name: &str| edit["changes"][client.uri(name)].clone();
    assert_eq!(edit_of("a.efl").as_array().unwrap().len(), 3);
    let places: Vec<Value> = [[1, 0, 1, 5], [3, 0, 3, 7]].map(range_json).to_vec();
    let expected: Vec<Value> =
        places.iter().map(|range| json!({ "range": range, "newText": "most" })).collect();
    assert_eq!(edit_of("efl.toml"), json!(expected));
    client.stop();
}
