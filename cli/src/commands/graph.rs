//! `efl graph`: a picture of pipelines.

use super::{Exit, Failure};
use crate::{
    inputs::Inputs,
    params::ParamOptions,
    project::Project,
    report::Format as ReportFormat,
    terminal::{Stream, Terminal},
};
use clap::ValueEnum;
use efl_compiler::{diag::Level, graph, ir, project};

/// Draw pipelines: sources, events, rules, workflows, functions and clusters
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl graph crossing.efl > crossing.svg               one picture, light or dark as the reader wants it
  efl graph crossing.efl --format mermaid             for Markdown
  efl graph pipelines --format dot | dot -Tpdf        for Graphviz
  efl graph crossing.efl --format json                for programs, with the line of each declaration")]
pub(crate) struct Graph {
    #[command(flatten)]
    inputs: Inputs,
    /// How the picture is written
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    format: Format,
    #[command(flatten)]
    params: ParamOptions,
}

/// How a picture is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    /// A picture that needs nothing else
    Svg,
    /// A Mermaid flowchart
    Mermaid,
    /// A Graphviz digraph
    Dot,
    /// Nodes and edges
    Json,
}

impl Graph {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        let project = Project::load(&self.inputs, &self.params)?;
        let mut report = project.report();
        report.at_least(Level::Error);
        let look = terminal.look(Stream::Err);
        if report.counts().errors > 0 {
            Terminal::write(Stream::Err, &report.render(ReportFormat::Human, look))?;
            Terminal::message(&report.counts().summary(look));
            return Ok(Exit::Errors);
        }
        let orchestrators: Vec<ir::Orchestrator> =
            project.root_files().flat_map(|(_, file)| project::orchestrators(&project.db, file)).collect();
        let graph = graph::Graph::of(&orchestrators);
        Terminal::print(&match self.format {
            Format::Svg => graph.svg(),
            Format::Mermaid => graph.mermaid(),
            Format::Dot => graph.dot(),
            Format::Json => graph.json(),
        })?;
        Ok(Exit::Ok)
    }
}
