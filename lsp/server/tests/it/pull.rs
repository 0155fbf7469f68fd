//! Diagnostics for clients that ask for them.

use crate::client::{Client, Setup};
use serde_json::{Value, json};

const BAD: &str = "type Car = {\n  speed: numbex\n}\n";

fn setup() -> Setup {
    Setup::new()
        .capability("textDocument.diagnostic", json!({ "relatedDocumentSupport": true }))
        .capability("workspace.diagnostics.refreshSupport", json!(true))
        .options(json!({ "diagnostics": "pull" }))
}

fn pull(client: &mut Client, name: &str, previous: &Value) -> Value {
    let document = json!({ "uri": client.uri(name) });
    client
        .result("textDocument/diagnostic", json!({ "textDocument": document, "previousResultId": previous }))
}

#[test]
fn a_document_is_asked_for() {
    let mut client = setup().connect();
    assert_eq!(client.greet()["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.open("a.efl", BAD);
    let first = pull(&mut client, "a.efl", &Value::Null);
    assert_eq!(Client::places(&first), ["E0205 1:9-1:15"]);
    let again = pull(&mut client, "a.efl", &first["resultId"]);
    assert_eq!(again, json!({ "kind": "unchanged", "resultId": first["resultId"] }));
    client.edit("a.efl", 2, [1, 9, 1, 15], "number");
    let after = pull(&mut client, "a.efl", &first["resultId"]);
    assert_eq!((after["kind"].as_str(), after["items"].clone()), (Some("full"), json!([])));
    client.stop();
}

#[test]
fn every_program_is_asked_for_and_changes_on_disk_are_a_reason_to_ask_again() {
    let mut client = setup().file("a.efl", BAD).file("b.efl", "type B = number\n").start();
    let found = client.result("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = found["items"].as_array().unwrap();
    let ids: Vec<Value> =
        items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    assert_eq!(items.len(), 2);
    assert_eq!(Client::places(&items[0]), ["E0205 1:9-1:15"]);
    client.write("b.efl", BAD);
    client.changed_on_disk("b.efl", 2);
    client.asked("workspace/diagnostic/refresh", Value::Null);
    let found = client.result("workspace/diagnostic", json!({ "previousResultIds": ids }));
    let kinds: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|item| &item["kind"]).collect();
    assert_eq!(kinds, ["unchanged", "full"]);
    client.stop();
}

#[test]
fn who_knows_all_waits_until_something_changes() {
    let mut client = setup().file("a.efl", BAD).file("b.efl", "type B = number\n").start();
    let found = client.result("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let ids = |found: &Value| -> Vec<Value> {
        let items = found["items"].as_array().unwrap().iter();
        items.map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect()
    };
    let known = ids(&found);
    let waiting = client.begin("workspace/diagnostic", json!({ "previousResultIds": known }));
    let cancelled = client.begin("workspace/diagnostic", json!({ "previousResultIds": known }));
    client.settle();
    client.cancel(cancelled);
    assert_eq!(client.answer(cancelled)["error"]["code"], -32800);
    // What changes nothing wakes nobody; what does is answered once the typing pauses.
    client.open("b.efl", "type B = number\n");
    client.settle();
    client.edit("b.efl", 2, [0, 9, 0, 15], "numbex");
    let found = client.answer(waiting)["result"].clone();
    let kinds: Vec<&Value> = found["items"].as_array().unwrap().iter().map(|item| &item["kind"]).collect();
    assert_eq!(kinds, ["unchanged", "full"]);
    assert_eq!(Client::places(&found["items"][1]), ["E0205 0:9-0:15"]);
    client.stop();
}

#[test]
fn a_program_that_is_no_more_has_no_mistakes() {
    let mut client = setup().file("a.efl", BAD).file("b.efl", BAD).start();
    let found = client.result("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = found["items"].as_array().unwrap().clone();
    let known: Vec<Value> =
        items.iter().map(|item| json!({ "uri": item["uri"], "value": item["resultId"] })).collect();
    std::fs::remove_file(client.path("b.efl")).unwrap();
    client.changed_on_disk("b.efl", 3);
    client.asked("workspace/diagnostic/refresh", Value::Null);
    let found = client.result("workspace/diagnostic", json!({ "previousResultIds": known }));
    let gone =
        found["items"].as_array().unwrap().iter().find(|item| item["uri"] == client.uri("b.efl")).unwrap();
    assert_eq!((&gone["kind"], &gone["items"]), (&json!("full"), &json!([])));
    client.stop();
}

#[test]
fn who_is_told_need_not_ask() {
    let mut client = Setup::new().capability("textDocument.diagnostic", json!({})).connect();
    assert_eq!(client.greet()["diagnosticProvider"], Value::Null);
    client.stop();
}
