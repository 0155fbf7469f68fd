//! Order, cancellation, panics.

use crate::client::{Client, Setup};
use serde_json::{Value, json};
use std::fmt::Write as _;
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

/// A client that never waits: edits with questions between them, all sent before any answer is looked at.
#[test]
fn edits_never_change_places_however_many_wait() {
    let mut client = Setup::new().start();
    let mut text = TEXT.to_owned();
    client.open("a.efl", &text);
    let mut asked = Vec::new();
    // A small generator: the same numbers each time.
    let mut state = 12_345_u32;
    let mut random = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for version in 2..2_000 {
        let start = random(text.len() + 1);
        let end = (start + random(4)).min(text.len());
        let new = ["x", "", "\n", "{ ", "type B = number\n"][random(5)];
        let place = |at: usize| {
            let line = text[..at].matches('\n').count();
            let column = at - text[..at].rfind('\n').map_or(0, |at| at + 1);
            (u32::try_from(line).unwrap(), u32::try_from(column).unwrap())
        };
        let ((line, column), (end_line, end_column)) = (place(start), place(end));
        client.edit("a.efl", version, [line, column, end_line, end_column], new);
        text.replace_range(start..end, new);
        if version % 7 == 0 {
            asked.extend(slow(&mut client, 1).into_iter().map(|id| (id, None)));
        }
        if version % 5 == 0 {
            let id = client.begin("test/text", json!({ "uri": client.uri("a.efl") }));
            asked.push((id, Some(text.clone())));
        }
    }
    let mut told = 0;
    for (id, expected) in asked {
        let answer = match expected {
            Some(_) => client.answer(id),
            None => {
                client.cancel(id);
                client.answer(id)
            }
        };
        match answer.get("result") {
            // An answer is about the text at which it was asked, or there is none.
            Some(result) => {
                assert_eq!(result.as_str(), expected.as_deref());
                told += 1;
            }
            None => {
                assert!([-32800, -32801].contains(&answer["error"]["code"].as_i64().unwrap()), "{answer}");
            }
        }
    }
    assert!(told > 0);
    let last = client.result("test/text", json!({ "uri": client.uri("a.efl") }));
    assert_eq!(last.as_str(), Some(text.as_str()));
    client.diagnostics_at("a.efl", 1_999);
    client.forget_diagnostics();
    client.stop();
}

#[test]
fn a_file_of_a_hundred_thousand_lines_is_edited() {
    let mut text = String::new();
    for item in 0..500 {
        let _ = writeln!(text, "type T{item} = {{");
        for field in 0..198 {
            let _ = writeln!(text, "  f{field}: number");
        }
        text.push_str("}\n");
    }
    assert_eq!(text.lines().count(), 100_000);
    let mut client = Setup::new().start();
    client.open("a.efl", &text);
    client.diagnostics_at("a.efl", 1);
    let began = Instant::now();
    for version in (2..6).step_by(2) {
        client.edit("a.efl", version, [50_001, 6, 50_001, 12], "numbex");
        let found = client.diagnostics_at("a.efl", version);
        assert!(Client::places(&found).contains(&"E0205 50001:6-50001:12".to_owned()));
        client.edit("a.efl", version + 1, [50_001, 6, 50_001, 12], "number");
        let found = client.diagnostics_at("a.efl", version + 1);
        assert!(Client::places(&found).iter().all(|place| !place.starts_with("E0205")));
    }
    // Without optimisation; what it takes is measured in `benches/lsp`.
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    client.stop();
}
