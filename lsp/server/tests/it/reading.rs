//! Each question that reads: asked once over the protocol, for the conversion. What the answers should be is tested in
//! `efl-ide`.

use crate::client::{Client, Setup, range_json};
use serde_json::{Value, json};

const TYPES: &str = "/// What comes.\r\ntype Car = { plate: string, speed: int }\r\n";
const MAIN: &str = r#"import { Car } from "types.efl"
orchestrator o {
  namespace: "n"
  source s: webhook {
    port: 12000
    auth: secret("s", "t")
    event car: Car { path: "/ä/car" }
  }
  function report(plate: string, speed?: int) -> int { image: "ghcr.io/city/report@sha256:00" }
  workflow tell(car: Car) {
    let id = report(plate: car.plate)
    report(plate: "${id}", )
  }
  rule fast on car[speed > 5 or speed < 0 and plate == "x"] { tell(car) }
  placement { weights { cpu: 1, memory: 3 } }
}
"#;

fn start() -> Client {
    let mut client = Setup::new().file("types.efl", TYPES).start();
    client.open("main.efl", MAIN);
    client.diagnostics("main.efl");
    client
}

/// The place of the last character of a piece of [`MAIN`].
fn at(piece: &str) -> Value {
    assert_eq!(MAIN.matches(piece).count(), 1, "`{piece}` stands once");
    let before = &MAIN[..MAIN.find(piece).unwrap() + piece.len() - 1];
    let line = before.matches('\n').count();
    let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
    json!({ "line": line, "character": character })
}

fn ask(client: &mut Client, method: &str, piece: &str, more: &Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": client.uri("main.efl") }, "position": at(piece) });
    let (params, more_fields) = (params.as_object_mut().unwrap(), more.as_object().unwrap());
    params.extend(more_fields.clone());
    client.result(&format!("textDocument/{method}"), json!(params))
}

fn ask_file(client: &mut Client, method: &str) -> Value {
    let document = json!({ "uri": client.uri("main.efl") });
    client.result(&format!("textDocument/{method}"), json!({ "textDocument": document }))
}

#[test]
fn hover_definition_and_references() {
    let mut client = start();
    let hover = ask(&mut client, "hover", "event car: Car", &json!({}));
    assert_eq!(hover["range"], range_json([6, 15, 6, 18]));
    assert!(hover["contents"]["value"].as_str().unwrap().contains("What comes."));
    let definition = ask(&mut client, "definition", "car.plate", &json!({}));
    assert_eq!(definition[0]["uri"], client.uri("types.efl"));
    assert_eq!(definition[0]["range"], range_json([1, 13, 1, 18]));
    let of_type = ask(&mut client, "typeDefinition", "(plate: car", &json!({}));
    assert_eq!(of_type[0]["range"], range_json([1, 5, 1, 8]));
    let context = json!({ "context": { "includeDeclaration": false } });
    let references = ask(&mut client, "references", "function report", &context);
    assert_eq!(references.as_array().unwrap().len(), 2);
    let highlights = ask(&mut client, "documentHighlight", "function report", &json!({}));
    let kinds: Vec<i64> =
        highlights.as_array().unwrap().iter().map(|h| h["kind"].as_i64().unwrap()).collect();
    assert_eq!(kinds, [3, 2, 2]);
    client.stop();
}

#[test]
fn completion_and_its_documentation() {
    let mut client = start();
    let found = ask(&mut client, "completion", "car.p", &json!({}));
    let items = found["items"].as_array().unwrap();
    let labels: Vec<&str> = items.iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert_eq!(labels[..2], ["plate", "speed"]);
    assert_eq!(items[0]["textEdit"], json!({ "range": range_json([10, 31, 10, 31]), "newText": "plate" }));
    let kinds = ask(&mut client, "completion", "source s: w", &json!({}));
    let mqtt =
        kinds["items"].as_array().unwrap().iter().find(|item| item["label"] == "mqtt").unwrap().clone();
    assert_eq!(mqtt["documentation"], Value::Null);
    let resolved = client.result("completionItem/resolve", mqtt);
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("MQTT"), "{resolved}");
    client.stop();
}

#[test]
fn rename_across_files() {
    let mut client = start();
    let prepared = ask(&mut client, "prepareRename", "car.plate", &json!({}));
    assert_eq!(prepared["placeholder"], "plate");
    let edit = ask(&mut client, "rename", "car.plate", &json!({ "newName": "sign" }));
    let changes = &edit["changes"];
    assert_eq!(
        changes[client.uri("types.efl")],
        json!([{ "range": range_json([1, 13, 1, 18]), "newText": "sign" }])
    );
    assert_eq!(changes[client.uri("main.efl")].as_array().unwrap().len(), 2);
    let document = json!({ "uri": client.uri("main.efl") });
    let params = json!({ "textDocument": document, "position": at("car.plate"), "newName": "speed" });
    let refused = client.ask("textDocument/rename", params);
    assert_eq!(refused["error"]["code"], -32803, "{refused}");
    assert_eq!(refused["error"]["message"], "`speed` is already a field in types.efl");
    client.stop();
}

#[test]
fn a_file_that_moves_takes_its_imports_along() {
    let mut client = start();
    let files = json!([{ "oldUri": client.uri("types.efl"), "newUri": client.uri("shared/car.efl") }]);
    let edit = client.result("workspace/willRenameFiles", json!({ "files": files }));
    let edits = &edit["changes"][client.uri("main.efl")];
    assert_eq!(*edits, json!([{ "range": range_json([0, 21, 0, 30]), "newText": "shared/car.efl" }]));
    client.stop();
}

#[test]
fn symbols_and_calls() {
    let mut client = start();
    let outline = ask_file(&mut client, "documentSymbol");
    let names: Vec<&str> =
        outline[0]["children"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["s", "report", "tell", "fast"]);
    let found = client.result("workspace/symbol", json!({ "query": "plate" }));
    assert_eq!(found[0]["containerName"], "Car");
    assert_eq!(found[0]["location"]["uri"], client.uri("types.efl"));
    let prepared = ask(&mut client, "prepareCallHierarchy", "workflow tell", &json!({}));
    let incoming = client.result("callHierarchy/incomingCalls", json!({ "item": prepared[0] }));
    assert_eq!(incoming[0]["from"]["name"], "fast");
    let outgoing = client.result("callHierarchy/outgoingCalls", json!({ "item": prepared[0] }));
    assert_eq!(outgoing[0]["to"]["name"], "report");
    assert_eq!(outgoing[0]["fromRanges"].as_array().unwrap().len(), 2);
    client.stop();
}

#[test]
fn links_lenses_folds_and_selections() {
    let mut client = start();
    let links = ask_file(&mut client, "documentLink");
    assert_eq!(links[0]["target"], client.uri("types.efl"));
    assert_eq!(links[1]["target"], "https://ghcr.io/city/report");
    let lenses = ask_file(&mut client, "codeLens");
    assert_eq!(lenses[0]["command"]["command"], "efl.showYaml");
    assert_eq!(lenses[0]["command"]["arguments"], json!([client.uri("main.efl"), lenses[0]["range"]]));
    assert_eq!(lenses[1]["command"]["command"], "efl.showGraph");
    let folds = ask_file(&mut client, "foldingRange");
    assert_eq!(folds[0], json!({ "startLine": 1, "endLine": 14 }));
    let document = json!({ "uri": client.uri("main.efl") });
    let params = json!({ "textDocument": document, "positions": [at("car.plate")] });
    let selection = client.result("textDocument/selectionRange", params);
    let outer = |range: &Value, depth| (0..depth).fold(range.clone(), |r, _| r["parent"].clone());
    assert_eq!(outer(&selection[0], 1)["range"], range_json([10, 31, 10, 36]));
    assert_eq!(outer(&selection[0], 2)["range"], range_json([10, 27, 10, 36]));
    client.stop();
}

#[test]
fn tokens_hints_and_signatures() {
    let mut client = start();
    let tokens = ask_file(&mut client, "semanticTokens/full");
    let data = tokens["data"].as_array().unwrap();
    assert_eq!(data[..5], [0, 0, 6, 10, 0].map(|n| json!(n)), "`import` is a keyword");
    let document = json!({ "uri": client.uri("main.efl") });
    let params = json!({ "textDocument": document, "range": range_json([0, 0, 1, 0]) });
    let part = client.result("textDocument/semanticTokens/range", params);
    assert!(part["data"].as_array().unwrap().len() < data.len() / 4);
    let params = json!({ "textDocument": document, "range": range_json([0, 0, 99, 0]) });
    let hints = client.result("textDocument/inlayHint", params);
    let labels: Vec<&str> = hints.as_array().unwrap().iter().map(|h| h["label"].as_str().unwrap()).collect();
    assert_eq!(labels, [": int", "(", ")", " = 25%", " = 75%"]);
    let help = ask(&mut client, "signatureHelp", "${id}\", )", &json!({}));
    assert_eq!(help["signatures"][0]["label"], "report(plate: string, speed?: int) -> int");
    assert_eq!(help["signatures"][0]["parameters"][1]["label"], json!([22, 33]));
    assert_eq!(help["activeParameter"], 1);
    client.stop();
}

/// Applies the edits of a delta.
fn with_edits(mut data: Vec<Value>, delta: &Value) -> Vec<Value> {
    for edit in delta["edits"].as_array().unwrap() {
        let number = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
        let (start, count) = (number("start"), number("deleteCount"));
        data.splice(start..start + count, edit["data"].as_array().unwrap().iter().cloned());
    }
    data
}

#[test]
fn tokens_are_told_by_what_has_changed() {
    let mut client = start();
    let first = ask_file(&mut client, "semanticTokens/full");
    let document = json!({ "uri": client.uri("main.efl") });
    let delta = |client: &mut Client, previous: &Value| {
        let params = json!({ "textDocument": document, "previousResultId": previous });
        client.result("textDocument/semanticTokens/full/delta", params)
    };
    let same = delta(&mut client, &first["resultId"]);
    assert_eq!(same["edits"], json!([]));
    // A comment in a line of its own.
    client.edit("main.efl", 2, [2, 0, 2, 0], "  // all\n");
    client.diagnostics_at("main.efl", 2);
    let changed = delta(&mut client, &same["resultId"]);
    let inserted = changed["edits"][0]["data"].as_array().unwrap();
    assert!(inserted.len() <= 10, "a token more, and the one behind it: {changed}");
    let whole = ask_file(&mut client, "semanticTokens/full");
    assert_eq!(json!(with_edits(first["data"].as_array().unwrap().clone(), &changed)), whole["data"]);
    // Of what was told before that nothing is known any more.
    let all = delta(&mut client, &first["resultId"]);
    assert_eq!(all["data"], whole["data"]);
    client.stop();
}
