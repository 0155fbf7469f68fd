//! Order, cancellation, panics.

use crate::client::{Client, Setup};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const TEXT: &str = "type Car = {\n  speed: number\n}\n";
/// Longer than any test takes.
const SLOW: u64 = 60_000;

fn slow(client: &mut Client, count: usize) -> Vec<i64> {
    (0..count).map(|_| client.begin("test/slow", json!({ "milliseconds": SLOW }))).collect()
}

fn format(client: &mut Client, name: &str) -> Value {
    let document = json!({ "uri": client.uri(name) });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    client.ask("textDocument/formatting", json!({ "textDocument": document, "options": options }))
}

#[test]
fn slow_requests_block_neither_an_edit_nor_a_cancellation() {
    let mut client = Setup::new().start();
    client.open("a.efl", TEXT);
    client.diagnostics_at("a.efl", 1);
    let began = Instant::now();
    let asked = slow(&mut client, 16);
    for id in &asked[..8] {
        client.cancel(*id);
        assert_eq!(client.answer(*id)["error"]["code"], -32800, "cancelled");
    }
    client.edit("a.efl", 2, [1, 9, 1, 15], "numbex");
    assert_eq!(Client::places(&client.diagnostics_at("a.efl", 2)), ["E0205 1:9-1:15"]);
    for id in &asked[8..] {
        assert_eq!(client.answer(*id)["error"]["code"], -32801, "the content was modified");
    }
    assert!(began.elapsed() < Duration::from_secs(10));
    client.stop();
}

#[test]
fn a_cancelled_request_gives_its_worker_back() {
    let mut client = Setup::new().start();
    client.open("a.efl", TEXT);
    client.diagnostics_at("a.efl", 1);
    // More than there are workers, again and again.
    for _ in 0..5 {
        for id in slow(&mut client, 8) {
            client.cancel(id);
            client.answer(id);
        }
    }
    assert_eq!(format(&mut client, "a.efl")["result"], json!([]));
    client.stop();
}

#[test]
fn a_panic_is_the_answer_of_one_request() {
    let mut client = Setup::new().start();
    client.open("a.efl", TEXT);
    client.diagnostics_at("a.efl", 1);
    for _ in 0..8 {
        let error = &client.ask("test/panic", Value::Null)["error"];
        assert_eq!(
            (error["code"].as_i64(), error["message"].as_str()),
            (Some(-32603), Some("a panic: as asked"))
        );
    }
    assert_eq!(format(&mut client, "a.efl")["result"], json!([]));
    client.edit("a.efl", 2, [1, 9, 1, 15], "numbex");
    assert_eq!(Client::places(&client.diagnostics_at("a.efl", 2)), ["E0205 1:9-1:15"]);
    client.stop();
}
