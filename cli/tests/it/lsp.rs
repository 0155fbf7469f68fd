//! `efl lsp`: the binary over its standard streams. What it answers is tested in `lsp/server`.

use crate::client::{Client, Setup};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::{
    io::Write,
    process::{Child, Command, Stdio},
    time::Duration,
};

fn start(setup: Setup) -> (Client, Child) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
    command.args(["lsp", "--stdio"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut client = setup.over(process.stdout.take().unwrap(), process.stdin.take().unwrap());
    client.greet();
    (client, process)
}

#[test]
fn an_editor_gets_diagnostics_and_what_compile_prints() {
    let (mut client, mut process) = start(Setup::new().copy_of("examples/smart-city"));
    client.forget_diagnostics();
    client.open("wrong.efl", "type Car = { speed: numbex }\n");
    assert_eq!(Client::places(&client.diagnostics("wrong.efl")), ["E0205 0:20-0:26"]);
    let params = json!({ "textDocument": { "uri": client.uri("crossing.efl") } });
    let yaml = client.result("efl/yaml", params);
    let folder = client.path("");
    let compiled = Command::new(env!("CARGO_BIN_EXE_efl"))
        .args(["compile", "crossing.efl"])
        .current_dir(folder)
        .output();
    assert_eq!(yaml["text"].as_str().unwrap(), String::from_utf8(compiled.unwrap().stdout).unwrap());
    client.stop();
    assert!(process.wait().unwrap().success());
}

#[test]
fn it_ends_when_its_editor_does() {
    let (client, mut process) = start(Setup::new());
    drop(client);
    assert!(process.wait().unwrap().success());
}

#[test]
fn to_leave_without_shutdown_is_an_error() {
    let (mut client, mut process) = start(Setup::new());
    client.tell("exit", Value::Null);
    assert_eq!(process.wait().unwrap().code(), Some(1));
}

#[test]
fn it_ends_when_it_is_told_to_although_nobody_reads() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
    let mut process = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    let mut tell = |method: &str, mut message: Value| {
        message["jsonrpc"] = json!("2.0");
        message["method"] = json!(method);
        let text = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    };
    tell("initialize", json!({ "id": 1, "params": { "capabilities": {} } }));
    // More diagnostics than a pipe holds.
    let text = "type A = numbex\n".repeat(2_000);
    let document = json!({ "uri": "untitled:a", "languageId": "efl", "version": 1, "text": text });
    tell("textDocument/didOpen", json!({ "params": { "textDocument": document } }));
    std::thread::sleep(Duration::from_millis(500));
    tell("shutdown", json!({ "id": 2 }));
    tell("exit", json!({}));
    assert!(process.wait().unwrap().success());
}

#[test]
fn what_is_no_message_is_answered_and_no_reason_to_stop() {
    let (mut client, mut process) = start(Setup::new());
    for garbage in [
        "Content-Length: 9\r\n\r\nnot json!".as_bytes(),
        b"Content-Length: 20\r\n\r\n{\"jsonrpc\": \"2.0\"   }",
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 4\r\n\r\n\xff\xfe\xfd\xfc",
    ] {
        client.raw(garbage);
    }
    let unknown = client.ask("no/such/method", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    let wrong = client.ask("textDocument/formatting", json!({ "textDocument": 7 }));
    assert_eq!(wrong["error"]["code"], -32602);
    client.tell("no/such/notification", json!({}));
    client.tell("textDocument/didOpen", Value::Null);
    client.open("a.efl", "type A = number\n");
    assert_eq!(client.diagnostics("a.efl")["diagnostics"], json!([]));
    for _ in 0..4 {
        let logged = client.next("window/logMessage");
        assert!(logged["message"].as_str().unwrap().starts_with("a message was dropped: "), "{logged}");
    }
    client.stop();
    assert!(process.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_edits_take_no_memory() {
    let resident = |process: &Child| -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let (mut client, process) = start(Setup::new());
    let mut text = String::new();
    for item in 0..20 {
        let _ = writeln!(text, "/// A type.\ntype T{item} = {{ a: number, b: string }}\n");
    }
    client.open("a.efl", &text);
    client.diagnostics_at("a.efl", 1);
    let mut after = Vec::new();
    for version in 2..10_002_u32 {
        // Never the same text twice.
        let name = format!("f{version:06}");
        let columns = if version == 2 { [11, 12] } else { [11, 18] };
        client.edit("a.efl", i32::try_from(version).unwrap(), [31, columns[0], 31, columns[1]], &name);
        if version % 20 == 0 {
            client.diagnostics_at("a.efl", i32::try_from(version).unwrap());
        }
        if version % 2_500 == 0 {
            after.push(resident(&process));
        }
    }
    assert!(after[3] < after[0] + 3_000, "resident KB after each quarter: {after:?}");
    client.forget_diagnostics();
    client.stop();
}
