//! `efl import`: programs from Kubernetes resources.

use super::{Exit, Failure};
use crate::{
    report::counted,
    terminal::{Stream, Terminal},
};
use efl_compiler::import;
use owo_colors::{OwoColorize, Style};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Write a pipeline from Kubernetes resources
///
/// Takes an Orchestrator, or EventSources, Sensors, WorkflowTemplates and Knative Services that belong together, and
/// writes the program that says the same to standard output. What EFL cannot say is kept in it as a comment, with the
/// reason; nothing is dropped.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl import orchestrator.yaml > crossing.efl
  efl import eventsource.yaml sensor.yaml workflow-template.yaml ksvc.yaml > crossing.efl
  kubectl get eventsource,sensor,workflowtemplate,ksvc -n smart-city -o yaml | efl import - > crossing.efl")]
pub(crate) struct Import {
    /// Files of Kubernetes resources in YAML or JSON, or `-` for standard input
    #[arg(value_name = "FILE", required = true, value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

impl Import {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        let texts: Result<Vec<String>, Failure> = self.files.iter().map(|file| read(file)).collect();
        // What belongs together is one program: documents of one stream.
        let imported = import::import(&texts?.join("\n---\n")).map_err(|e| Failure::failed(e.to_string()))?;
        Terminal::print(&imported.efl)?;
        let look = terminal.look(Stream::Err);
        for note in &imported.notes {
            let word = "note:".style(look.style(Style::new().cyan()));
            Terminal::message(&format!("{word} line {}: {}: {}", note.line, note.at, note.why));
        }
        if !imported.notes.is_empty() {
            let what = counted(imported.notes.len(), "comment");
            Terminal::message(&format!("{what} in the program about what it does not say"));
        }
        Ok(Exit::Ok)
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(file)
    };
    text.map_err(|e| Failure::new(format!("cannot read `{}`: {e}", file.display())))
}
