//! A graph as one SVG file that needs nothing else: it follows the light or dark setting of whoever looks at it, and
//! every declaration carries its id, file and line for those who want to click.

use super::{
    EdgeKind, Graph, Node, NodeKind, Pipeline,
    layout::{Input, Layout, layout},
};
use std::{collections::HashMap, fmt::Write as _};

const STYLE: &str = include_str!("style.css");
/// Around the whole and between pipelines.
const MARGIN: f64 = 16.0;
/// Inside a pipeline's frame.
const PADDING: f64 = 24.0;
/// For a pipeline's title.
const TITLE: f64 = 40.0;
/// How many characters of logic stand on one line, and how many lines of one text.
const LINE: usize = 40;
const LINES: usize = 6;

pub(super) fn svg(graph: &Graph) -> String {
    let mut body = String::new();
    let drawings: Vec<Drawing<'_>> = graph.orchestrators.iter().map(Drawing::new).collect();
    let width = drawings.iter().map(Drawing::width).fold(0.0, f64::max);
    let mut y = MARGIN;
    for drawing in &drawings {
        drawing.write(&mut body, y, width);
        y += drawing.height() + MARGIN;
    }
    let width = width + 2.0 * MARGIN;
    let names: Vec<&str> = graph.orchestrators.iter().map(|p| p.name.as_str()).collect();
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"efl\" role=\"img\" width=\"{width:.0}\" height=\"{y:.0}\" \
         viewBox=\"0 0 {width:.0} {y:.0}\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n<defs>\
         <marker id=\"efl-head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0.5 L8 4 L0 7.5 Z\"/></marker></defs>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\"/>\n",
        xml(&names.join(", "))
    );
    out.push_str(&body);
    out.push_str("</svg>\n");
    out
}

/// One pipeline, laid out.
struct Drawing<'a> {
    pipeline: &'a Pipeline,
    /// The lines of text below each node's name.
    lines: Vec<Vec<String>>,
    layout: Layout,
    sizes: Vec<(f64, f64)>,
    /// The edges whose ends are there: (edge, from, to).
    edges: Vec<(usize, usize, usize)>,
}

impl<'a> Drawing<'a> {
    fn new(pipeline: &'a Pipeline) -> Self {
        let lines: Vec<Vec<String>> = pipeline.nodes.iter().map(lines).collect();
        let sizes: Vec<(f64, f64)> = pipeline.nodes.iter().zip(&lines).map(|(n, l)| size(n, l)).collect();
        let numbers: HashMap<&str, usize> =
            pipeline.nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect();
        let ends = |id: &str| numbers.get(id).copied();
        let edges = pipeline.edges.iter().enumerate();
        let edges: Vec<_> = edges.filter_map(|(at, e)| Some((at, ends(&e.from)?, ends(&e.to)?))).collect();
        let input = Input {
            sizes: sizes.clone(),
            least_layers: pipeline.nodes.iter().map(|node| node.kind as usize).collect(),
            aligned: pipeline.nodes.iter().map(|node| node.kind == NodeKind::Function).collect(),
            edges: edges.iter().map(|(_, from, to)| (*from, *to)).collect(),
        };
        Self { pipeline, lines, layout: layout(&input), sizes, edges }
    }

    fn width(&self) -> f64 {
        let title = text_width(&subtitle(self.pipeline), 6.4).max(text_width(&self.pipeline.name, 8.6));
        self.layout.size.0.max(title) + 2.0 * PADDING
    }

    fn height(&self) -> f64 {
        self.layout.size.1 + 2.0 * PADDING + TITLE
    }

    fn write(&self, out: &mut String, y: f64, width: f64) {
        let pipeline = self.pipeline;
        let _ = write!(
            out,
            "<g class=\"pipeline\" data-id=\"{}\" transform=\"translate({MARGIN:.0} {y:.1})\">\n\
             <rect class=\"frame\" width=\"{width:.1}\" height=\"{:.1}\" rx=\"10\"/>\n\
             <text class=\"title\" x=\"{PADDING}\" y=\"30\">{}</text>\n\
             <text class=\"subtitle\" x=\"{PADDING}\" y=\"48\">{}</text>\n\
             <g transform=\"translate({PADDING} {:.0})\">\n",
            xml(&pipeline.name),
            self.height(),
            xml(&pipeline.name),
            xml(&subtitle(pipeline)),
            PADDING + TITLE
        );
        // Edges first: nodes lie above them.
        for (course, (edge, ..)) in self.layout.edges.iter().zip(&self.edges) {
            self.edge(out, *edge, course);
        }
        for at in 0..pipeline.nodes.len() {
            self.node(out, at);
        }
        out.push_str("</g>\n</g>\n");
    }

    fn edge(&self, out: &mut String, edge: usize, course: &[(f64, f64)]) {
        let edge = &self.pipeline.edges[edge];
        let _ = write!(
            out,
            "<path class=\"edge {}\" data-from=\"{}\" data-to=\"{}\" marker-end=\"url(#efl-head)\" d=\"{}\">",
            class(edge.kind),
            xml(&edge.from),
            xml(&edge.to),
            path(course)
        );
        let what = what(edge.kind);
        let label = edge.label.as_ref().map(|label| format!(": {label}")).unwrap_or_default();
        let _ = writeln!(out, "<title>{}</title></path>", xml(&format!("{what}{label}")));
        // What a dashed line means is written at its end.
        let word = match edge.kind {
            EdgeKind::AwaitsAbsence => "not",
            EdgeKind::DeadLetter => "dead letter",
            EdgeKind::Emits => "emit",
            EdgeKind::Places if edge.label.is_some() => edge.label.as_deref().unwrap_or_default(),
            _ => return,
        };
        if let [.., (_, from), (x, y)] = course {
            // On the side from which the edge does not come.
            let y = if from > y { y - 5.0 } else { y + 12.0 };
            let x = x - 12.0;
            let _ = writeln!(
                out,
                "<text class=\"label\" text-anchor=\"end\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
                xml(word)
            );
        }
    }

    fn node(&self, out: &mut String, at: usize) {
        let node = &self.pipeline.nodes[at];
        let (x, y, width) = self.layout.nodes[at];
        let height = self.sizes[at].1;
        let file = node.file.as_ref().map(|file| format!(" data-file=\"{}\"", xml(file))).unwrap_or_default();
        let line = node.line.map(|line| format!(" data-line=\"{line}\"")).unwrap_or_default();
        let _ = write!(
            out,
            "<g class=\"node {}\" id=\"{}\" data-id=\"{}\"{file}{line} transform=\"translate({x:.1} {y:.1})\">\
             <title>{}</title>\n\
             <rect class=\"box\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\"/>\
             <rect class=\"bar\" width=\"4\" height=\"{height:.1}\" rx=\"2\"/>\n\
             <text class=\"kind\" x=\"14\" y=\"16\">{}</text><text class=\"name\" x=\"14\" y=\"32\">{}</text>\n",
            node.kind.name(),
            xml(&node.element()),
            xml(&node.id),
            xml(&tooltip(node)),
            kind(node).to_uppercase(),
            xml(&node.name)
        );
        let mut y = 48.0;
        for line in &self.lines[at] {
            let _ = writeln!(out, "<text class=\"detail\" x=\"14\" y=\"{y:.0}\">{}</text>", xml(line));
            y += 15.0;
        }
        out.push_str("</g>\n");
    }
}

/// Smooth from point to point, horizontal at each.
fn path(course: &[(f64, f64)]) -> String {
    let mut path = String::new();
    let mut before: Option<(f64, f64)> = None;
    for (x, y) in course {
        let _ = match before {
            None => write!(path, "M{x:.1} {y:.1}"),
            Some((_, y0)) if (y0 - y).abs() < 0.05 => write!(path, " H{x:.1}"),
            Some((x0, y0)) => {
                let bend = (x - x0) / 2.0;
                write!(path, " C{:.1} {y0:.1} {:.1} {y:.1} {x:.1} {y:.1}", x0 + bend, x - bend)
            }
        };
        before = Some((*x, *y));
    }
    path
}

const fn class(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Produces => "produces",
        EdgeKind::Awaits => "awaits",
        EdgeKind::AwaitsAbsence => "awaits-absence",
        EdgeKind::Calls => "calls",
        EdgeKind::Emits => "emits",
        EdgeKind::DeadLetter => "dead-letter",
        EdgeKind::Places => "places",
    }
}

const fn what(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Produces => "has the event",
        EdgeKind::Awaits => "awaited",
        EdgeKind::AwaitsAbsence => "must not come",
        EdgeKind::Calls => "calls",
        EdgeKind::Emits => "emits",
        EdgeKind::DeadLetter => "gets what could not be delivered",
        EdgeKind::Places => "may run on",
    }
}

/// What stands above the name: the kind, for a source the kind of source.
fn kind(node: &Node) -> String {
    match (node.kind, node.details.first()) {
        (NodeKind::Source, Some(kind)) => format!("source · {kind}"),
        _ => node.kind.name().to_owned(),
    }
}

/// What stands below the name.
fn lines(node: &Node) -> Vec<String> {
    let details = if node.kind == NodeKind::Source { &node.details[1..] } else { &node.details };
    details.iter().flat_map(|detail| wrapped(detail)).collect()
}

/// A text in lines: a long one has a line for each term of its logic, and is broken at blanks where that is not
/// enough. Continued lines are indented; what is too much is cut off.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let parts = if text.chars().count() > LINE { terms(text) } else { vec![text] };
    for part in parts {
        let mut line = String::from(if lines.is_empty() { "" } else { "  " });
        for word in part.split_whitespace() {
            let long = line.chars().count() + 1 + word.chars().count() > LINE;
            if long && !line.trim().is_empty() {
                lines.push(std::mem::replace(&mut line, "    ".to_owned()));
            } else if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    let cut = lines.len() > LINES;
    lines.truncate(LINES);
    if let (true, Some(last)) = (cut, lines.last_mut()) {
        last.push_str(" …");
    }
    lines.iter().map(|line| shortened(line)).collect()
}

/// The terms of event logic or of a condition, each with the word that joins it to what is before.
fn terms(text: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    let mut terms = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ' ' if !quoted
                && depth == 0
                && [" and ", " or ", " then "].iter().any(|w| text[at..].starts_with(w)) =>
            {
                terms.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms
}

/// A word that is too long for a line is cut.
fn shortened(line: &str) -> String {
    let most = LINE + 4;
    if line.chars().count() <= most {
        return line.to_owned();
    }
    line.chars().take(most - 1).chain(['…']).collect()
}

fn size(node: &Node, lines: &[String]) -> (f64, f64) {
    let details = lines.iter().map(|line| text_width(line, 6.7)).fold(0.0, f64::max);
    let width = text_width(&node.name, 7.8).max(text_width(&kind(node), 6.9)).max(details) + 28.0;
    let rows = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    (width.max(110.0), 42.0 + 15.0 * f64::from(rows))
}

/// About how wide a text is: there is no font to ask. Letters beyond ASCII may be twice as wide.
fn text_width(text: &str, letter: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() || matches!(c, '·' | '…') { letter } else { 1.7 * letter }).sum()
}

fn subtitle(pipeline: &Pipeline) -> String {
    format!("namespace {} · engine {}", pipeline.namespace, pipeline.engine)
}

fn tooltip(node: &Node) -> String {
    let mut text = format!("{} {}", node.kind.name(), node.name);
    for detail in &node.details {
        let _ = write!(text, "\n{detail}");
    }
    if let Some(description) = &node.description {
        let _ = write!(text, "\n\n{description}");
    }
    text
}

/// Text inside an element or attribute.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            // XML has no way to write other control characters.
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
