//! A graph as text that other tools draw: Mermaid and DOT.

use super::{Edge, EdgeKind, Graph, Node, NodeKind, Pipeline};
use std::{collections::HashMap, fmt::Write as _};

/// What is written beside an edge; the conditions stand on the rule.
fn label(edge: &Edge) -> Option<&str> {
    match edge.kind {
        EdgeKind::AwaitsAbsence | EdgeKind::Places => edge.label.as_deref(),
        EdgeKind::Emits => Some("emit"),
        EdgeKind::DeadLetter => Some("dead letter"),
        EdgeKind::Produces | EdgeKind::Awaits | EdgeKind::Calls => None,
    }
}

fn dashed(edge: &Edge) -> bool {
    matches!(edge.kind, EdgeKind::AwaitsAbsence | EdgeKind::DeadLetter | EdgeKind::Emits)
}

pub(super) fn mermaid(graph: &Graph) -> String {
    // Nodes are numbered: names are not unique across kinds, and words like `end` break Mermaid.
    let nodes = graph.orchestrators.iter().flat_map(|pipeline| &pipeline.nodes);
    let numbers: HashMap<&str, usize> =
        nodes.enumerate().map(|(number, node)| (node.id.as_str(), number)).collect();
    let mut out = String::from("flowchart LR\n");
    for (at, pipeline) in graph.orchestrators.iter().enumerate() {
        let _ = writeln!(out, "  subgraph o{at}[\"{}\"]", html(&title(pipeline)));
        for node in &pipeline.nodes {
            let number = numbers[node.id.as_str()];
            let (open, close) = shape(node.kind);
            let _ =
                writeln!(out, "    n{number}{open}\"{}\"{close}:::{}", mermaid_text(node), node.kind.name());
        }
        out.push_str("  end\n");
        for edge in &pipeline.edges {
            let ends = (numbers.get(edge.from.as_str()), numbers.get(edge.to.as_str()));
            let (Some(from), Some(to)) = ends else { continue };
            let arrow = if dashed(edge) { "-.->" } else { "-->" };
            let label = label(edge).map(|label| format!("|\"{}\"|", html(label))).unwrap_or_default();
            let _ = writeln!(out, "  n{from} {arrow}{label} n{to}");
        }
    }
    for (kind, fill, stroke) in COLOURS {
        let _ = writeln!(out, "  classDef {} fill:{fill},stroke:{stroke},color:#1f2328", kind.name());
    }
    out
}

/// The colours of the text formats: (kind, fill, stroke).
const COLOURS: [(NodeKind, &str, &str); 7] = [
    (NodeKind::Source, "#ddf4ff", "#0969da"),
    (NodeKind::Event, "#e6f6ee", "#1a7f37"),
    (NodeKind::Rule, "#fff3cd", "#9a6700"),
    (NodeKind::Workflow, "#f3e8ff", "#8250df"),
    (NodeKind::Function, "#ffe9e3", "#bc4c00"),
    (NodeKind::Placement, "#f6f8fa", "#59636e"),
    (NodeKind::Cluster, "#eaeef2", "#424a53"),
];

fn shape(kind: NodeKind) -> (&'static str, &'static str) {
    match kind {
        NodeKind::Source => ("[/", "/]"),
        NodeKind::Event => ("([", "])"),
        NodeKind::Rule => ("{{", "}}"),
        NodeKind::Workflow => ("[[", "]]"),
        NodeKind::Function => ("[", "]"),
        NodeKind::Placement => ("(", ")"),
        NodeKind::Cluster => ("[(", ")]"),
    }
}

fn mermaid_text(node: &Node) -> String {
    let mut text = format!("<b>{}</b>", html(&node.name));
    for line in &node.details {
        let _ = write!(text, "<br/>{}", html(line));
    }
    text
}

fn title(pipeline: &Pipeline) -> String {
    format!("{} · namespace {} · engine {}", pipeline.name, pipeline.namespace, pipeline.engine)
}

/// Mermaid reads `#quot;` and numbers; backticks and brackets inside quotes are text.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '#' => out.push_str("#35;"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

pub(super) fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph efl {\n  rankdir=LR;\n  compound=true;\n  node [shape=box, style=\"rounded,filled\", \
         fontname=\"Helvetica\", fontsize=11];\n  edge [fontname=\"Helvetica\", fontsize=9, color=\"#59636e\"];\n",
    );
    for (at, pipeline) in graph.orchestrators.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{at} {{\n    label={};", quoted(&title(pipeline)));
        for node in &pipeline.nodes {
            let (_, fill, stroke) = COLOURS[node.kind as usize];
            let mut text = format!("{}\n{}", node.kind.name(), node.name);
            for line in &node.details {
                let _ = write!(text, "\n{line}");
            }
            let _ = writeln!(
                out,
                "    {} [label={}, fillcolor=\"{fill}\", color=\"{stroke}\"];",
                quoted(&node.id),
                quoted(&text)
            );
        }
        out.push_str("  }\n");
        for edge in &pipeline.edges {
            let style = if dashed(edge) { ", style=dashed" } else { "" };
            let label = label(edge).unwrap_or_default();
            let _ = writeln!(
                out,
                "  {} -> {} [label={}{style}];",
                quoted(&edge.from),
                quoted(&edge.to),
                quoted(label)
            );
        }
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
