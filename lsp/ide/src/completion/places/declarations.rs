//! What begins a declaration, and what stands in its first line.

use super::{expressions, types, words};
use crate::{
    completion::{Completion, FIRST, Kind, probe::Probe, snippet, snippet::Snippet},
    hover,
};
use efl_compiler::catalog::{SourceKind, sources};
use efl_grammar::{SyntaxKind::*, SyntaxNode};
use std::cmp::Reverse;

/// A keyword with what it begins.
pub(super) struct Template {
    pub(super) label: &'static str,
    pub(super) detail: &'static str,
    /// See [`Snippet::template`].
    pub(super) text: &'static str,
}

impl Template {
    pub(super) fn completion(&self) -> Completion {
        Completion::new(Kind::Keyword, self.label)
            .detail(self.detail)
            .snippet(Snippet::new().template(self.text).done())
    }
}

const fn template(label: &'static str, detail: &'static str, text: &'static str) -> Template {
    Template { label, detail, text }
}

const FUNCTION: Template = template(
    "function",
    "A container image that is called",
    "function ‹name›(‹input›: ‹any›) {\n  image: \"‹registry.example/name:1.0›\"\n}",
);
const WORKFLOW: Template = template(
    "workflow",
    "Calls one after the other, beside each other, or not at all",
    "workflow ‹name›(‹input›: ‹any›) {\n  $0\n}",
);
const TYPE: Template = template("type", "A name for a type", "type ‹Name› = {\n  ‹field›: ‹string›\n}");

/// The declarations of a file, in the order in which files have them.
const OF_FILE: &[Template] = &[
    template("import", "Names of another file", "import { ‹Name› } from \"‹other.efl›\""),
    template("param", "A value that is given from outside", "param ‹name›: ‹string› = \"‹›\""),
    TYPE,
    template(
        "bus",
        "What carries events between sources and rules",
        "bus ‹name›: jetstream {\n  url: \"‹tls://nats.example:4222›\"\n}",
    ),
    template(
        "fleet",
        "Clusters that belong together",
        "fleet ‹name› {\n  domain: \"‹fn.example›\"\n  prometheus: \"‹https://prometheus.example›\"\n  cluster ‹edge-a› { region: \"‹edge›\" }\n}",
    ),
    template(
        "orchestrator",
        "A pipeline: sources, rules, workflows, functions, a placement",
        "orchestrator ‹name› {\n  namespace: \"‹pipelines›\"\n\n  $0\n}",
    ),
    FUNCTION,
    WORKFLOW,
    TEST,
];
const TEST: Template =
    template("test", "What must happen when events come", "test \"‹what happens›\" {\n  send $0\n}");

/// The declarations of an orchestrator, in the order in which they are usually written.
pub(super) const OF_ORCHESTRATOR: &[Template] = &[
    template("source", "Where events come from", "source ‹name›: ‹webhook› {\n  $0\n}"),
    template("rule", "What runs when which events come", "rule ‹name› on ‹event› {\n  $0\n}"),
    FUNCTION,
    WORKFLOW,
    template("placement", "Where it may run", "placement {\n  $0\n}"),
    template("event", "An event that rules and workflows emit", "event ‹name›: ‹any›"),
    TYPE,
    template("patch", "Fields merged into what is compiled", "patch ‹Sensor› {\n  $0\n}"),
];
/// Of a source.
pub(super) const EVENT: Template = template("event", "What comes", "event ‹name›: ‹any› { $0 }");
/// Of a fleet.
pub(super) const CLUSTER: Template =
    template("cluster", "A cluster, as Karmada calls it", "cluster ‹name› { region: \"‹edge›\" }");
/// Of a placement.
pub(super) const OF_PLACEMENT: &[Template] = &[
    template("clusters where", "The clusters that fulfil a condition", "clusters where $0"),
    template("pin", "Where a stage runs, always", "pin ‹events›: [‹cluster›]"),
];

/// What begins a declaration of a file. Behind an orchestrator tests are written, before it everything else.
pub(in crate::completion) fn of_file(is_behind_orchestrator: bool) -> Vec<Completion> {
    let mut found: Vec<Completion> = OF_FILE.iter().map(|t| t.completion().rank(FIRST)).collect();
    if is_behind_orchestrator {
        found.sort_by_key(|item| Reverse(item.label == TEST.label));
    }
    found
}

/// What follows a declaration's first words that are not read as one yet.
pub(super) fn behind_first_words(probe: &Probe<'_>) -> Vec<Completion> {
    match probe.line.split_whitespace().next() {
        Some("param" | "type") if matches!(probe.last(), ":" | "=") => types::all(probe),
        Some("import") if probe.last() == "}" => words(&["from"]),
        Some("bus") if probe.last() == ":" => words(&["jetstream"]),
        _ => Vec::new(),
    }
}

/// What follows the name of a param, type or event.
pub(super) fn in_head(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    match (around.kind(), probe.last()) {
        (_, ":") | (TYPE_DECL, "=") => types::all(probe),
        (PARAM, _) if probe.line.contains('=') => expressions::all(probe),
        _ => Vec::new(),
    }
}

/// The kinds of sources. If the block is there already, first those that know most of its fields.
pub(super) fn source_kinds(probe: &Probe<'_>, around: &SyntaxNode) -> Vec<Completion> {
    if probe.last() != ":" {
        return Vec::new();
    }
    let block = around.children().find(|child| child.kind() == BLOCK && !child.text().is_empty());
    let fields: Vec<SyntaxNode> = block
        .iter()
        .flat_map(SyntaxNode::descendants)
        .filter(|node| matches!(node.kind(), FIELD | NESTED))
        .collect();
    let keys: Vec<String> = fields
        .iter()
        .filter(|field| !field.ancestors().skip(1).any(|outer| matches!(outer.kind(), FIELD | NESTED)))
        .filter_map(|field| Some(field.children().next()?.text().to_string().trim().to_owned()))
        .collect();
    let count = |n: usize| i32::try_from(n).unwrap_or_default();
    let knows = |kind: &SourceKind| {
        let block = kind.block;
        let has =
            |key: &&String| block.field(key).is_some() || block.blocks.iter().any(|n| n.name == key.as_str());
        count(keys.iter().filter(has).count())
    };
    let lacks = |kind: &SourceKind| {
        count(snippet::required(kind.block).filter(|field| !keys.iter().any(|key| key == field.name)).count())
    };
    let kind = |kind: &&'static SourceKind| {
        let item = Completion::new(Kind::Source, kind.name).doc(Some(hover::source_page(kind))).rank(FIRST);
        let item = item.detail(kind.doc.split(['.', ',']).next().unwrap_or_default());
        if keys.is_empty() {
            item.snippet(snippet::source_body(kind))
        } else {
            item.weight(4 * knows(kind) - lacks(kind))
        }
    };
    sources::all().iter().map(kind).collect()
}
