//! The previews and the commands.

use crate::client::{Client, Setup};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};

const FILE: &str = "crossing.efl";

fn city() -> Client {
    let mut client = Setup::new().copy_of("examples/smart-city").start();
    client.forget_diagnostics();
    client
}

fn document(client: &Client, name: &str) -> Value {
    json!({ "textDocument": { "uri": client.uri(name) } })
}

/// The first line of the source that a place covers.
fn first_line(client: &Client, location: &Value) -> String {
    let name = location["uri"].as_str().unwrap().rsplit('/').next().unwrap();
    let text = fs::read_to_string(client.path(name)).unwrap();
    let line = usize::try_from(location["range"]["start"]["line"].as_u64().unwrap()).unwrap();
    text.lines().skip(line).find(|line| !line.trim_start().starts_with("///")).unwrap().trim().to_owned()
}

#[test]
fn every_line_of_the_yaml_has_its_declaration() {
    let mut client = city();
    let params = document(&client, FILE);
    let yaml = client.result("efl/yaml", params);
    let text = yaml["text"].as_str().unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mut behind = 0;
    let mut sources = BTreeSet::new();
    for piece in yaml["map"].as_array().unwrap() {
        let line = |key: &str| usize::try_from(piece[key].as_u64().unwrap()).unwrap();
        for between in &lines[behind..line("startLine")] {
            assert_eq!(*between, "---", "every other line comes from somewhere");
        }
        behind = line("endLine");
        assert!(line("startLine") < behind);
        let source = first_line(&client, &piece["location"]);
        let first = lines[line("startLine")].trim_start_matches("  - ");
        if let Some(trigger) = first.strip_prefix("template:").map(|_| lines[line("startLine") + 1].trim()) {
            let rule = trigger.strip_prefix("name: ").unwrap();
            assert!(source.starts_with(&format!("rule {rule}")), "{trigger}: {source}");
        } else if let Some(name) = first.strip_prefix("name: ") {
            assert!(source.contains(name), "{name}: {source}");
        }
        sources.insert(source);
    }
    assert_eq!(behind, lines.len());
    let starts: Vec<&str> = sources.iter().map(|line| line.split(" {").next().unwrap()).collect();
    for start in
        ["orchestrator smart-city", "function report", "rule speeding", "workflow protect", "placement"]
    {
        assert!(starts.iter().any(|line| line.starts_with(start)), "{start}: {starts:#?}");
    }
    client.stop();
}

#[test]
fn every_node_of_the_graph_is_an_element_with_a_place() {
    let mut client = city();
    let params = document(&client, FILE);
    let graph = client.result("efl/graph", params);
    let svg = graph["svg"].as_str().unwrap();
    let nodes = graph["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), svg.matches("<g class=\"node ").count());
    for node in nodes {
        let id = node["id"].as_str().unwrap();
        assert!(svg.contains(&format!("id=\"{id}\"")), "{id}");
        let [.., kind, name] = id.split('.').collect::<Vec<_>>()[..] else { panic!("{id}") };
        let source = first_line(&client, &node["location"]);
        let expected = match kind {
            "event" => "source".to_owned(),
            "cluster" | "placement" => "placement".to_owned(),
            kind => format!("{kind} {name}"),
        };
        assert!(source.starts_with(&expected) || id.ends_with(".placement"), "{id}: {source}");
    }
    client.stop();
}

#[test]
fn a_preview_of_what_is_wrong_is_an_error_with_the_reason() {
    let mut client = city();
    let text = fs::read_to_string(client.path(FILE)).unwrap();
    client.open(FILE, &text.replacen("rule speeding", "rulex speeding", 1));
    for method in ["efl/yaml", "efl/graph"] {
        let params = document(&client, FILE);
        let error = client.ask(method, params)["error"].clone();
        assert_eq!(error["code"], -32803, "{error}");
        assert!(error["message"].as_str().unwrap().starts_with("`crossing.efl` has "), "{error}");
    }
    let params = document(&client, "types.efl");
    let error = client.ask("efl/yaml", params)["error"].clone();
    assert_eq!(error["message"], "the file declares no orchestrator: there is nothing to compile");
    client.forget_diagnostics();
    client.stop();
}

#[test]
fn compiling_is_a_command_and_previews_are_for_clients_without_a_view() {
    let show = ("window.showDocument", json!({ "support": true }));
    let mut client = Setup::new().copy_of("examples/smart-city").capability(show.0, show.1).connect();
    let commands = client.greet()["executeCommandProvider"]["commands"].clone();
    assert_eq!(commands, json!(["efl.compile", "efl.showYaml", "efl.showGraph"]));
    client.forget_diagnostics();
    let params = document(&client, FILE);
    let yaml = client.result("efl/yaml", params)["text"].clone();
    let command =
        |client: &Client, name: &str| json!({ "command": name, "arguments": [client.uri(FILE), null] });
    let params = command(&client, "efl.compile");
    assert_eq!(client.result("workspace/executeCommand", params), yaml);
    let params = command(&client, "efl.showYaml");
    let uri = client.result("workspace/executeCommand", params);
    let shown = client.asked("window/showDocument", json!({ "success": true }));
    assert_eq!(shown["uri"], uri);
    let file = uri.as_str().unwrap().strip_prefix("file://").unwrap();
    assert_eq!(fs::read_to_string(file).unwrap(), yaml.as_str().unwrap());
    let params = command(&client, "efl.nothing");
    assert_eq!(client.ask("workspace/executeCommand", params)["error"]["code"], -32602);
    client.stop();

    let options = json!({ "clientCommands": ["efl.showYaml", "efl.showGraph"] });
    let mut client = Setup::new().options(options).connect();
    assert_eq!(client.greet()["executeCommandProvider"]["commands"], json!(["efl.compile"]));
    client.stop();
}
