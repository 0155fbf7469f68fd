//! `efl doctor`: whether an installation is as it should be.

use super::{Exit, Failure, deploy::Format};
use crate::{
    cluster::Cluster,
    terminal::{Stream, Terminal},
};
use efl_runtime::inspect::doctor::{self, Verdict};
use owo_colors::{OwoColorize, Style};
use serde_json::json;

/// Look whether everything is there that pipelines need
///
/// The API server and its clock, your rights, the custom resources and interpreters of this version, the accounts of the runtime and
/// whether one leads, the fleet, and each of its clusters: whether Karmada reaches it, what it lacks, whether you may look at it,
/// whether its gateway answers and what is measured. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl doctor --context karmada
  efl doctor --namespace smart-city        your rights in one namespace alone
  efl doctor --format json

Each line is ok, warn or fail; warn is what works all the same, or cannot be told from here.
Exit codes: 0 nothing fails, 1 something does.")]
pub(crate) struct Doctor {
    /// The namespace of the runtime
    #[arg(long, value_name = "NAMESPACE", default_value = super::RUNTIME_NAMESPACE)]
    runtime: String,
    /// The namespace in which you deploy, if you may not in all
    #[arg(short, long)]
    namespace: Option<String>,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    #[command(flatten)]
    cluster: Cluster,
}

impl Doctor {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        self.cluster.with_places(async |places| {
            let findings = doctor::examine(places, &self.runtime, self.namespace.as_deref()).await;
            let failing = findings.iter().any(|finding| finding.verdict == Verdict::Fail);
            if self.format == Format::Json {
                let all = json!({ "ok": !failing, "findings": findings });
                Terminal::print(&(serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"))?;
                return Ok(Exit::errors(failing));
            }
            let look = terminal.look(Stream::Out);
            let width =
                findings.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or_default();
            for finding in &findings {
                let (word, style) = match finding.verdict {
                    Verdict::Ok => ("ok  ", Style::new().green()),
                    Verdict::Warn => ("warn", Style::new().yellow()),
                    Verdict::Fail => ("fail", Style::new().red().bold()),
                };
                let message = finding.message.replace('\n', "; ");
                Terminal::print(&format!(
                    "{}  {:width$}  {message}\n",
                    word.style(look.style(style)),
                    finding.subject
                ))?;
                if let Some(help) = &finding.help {
                    Terminal::print(&format!("      {:width$}  help: {help}\n", ""))?;
                }
            }
            Ok(Exit::errors(failing))
        })
    }
}
