//! `efl explain`: the documentation of diagnostics, sources, blocks, fields and constructs.

use super::{Exit, Failure};
use crate::{
    markdown, pages,
    terminal::{Stream, Terminal},
};

/// Explain a diagnostic, a source kind, a block, a field or a construct
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl explain E0404                what a diagnostic means, with a wrong and a right example
  efl explain kafka                a kind of source, its fields and its payload
  efl explain kafka.topic          one of its fields
  efl explain placement.margin     a field of a block
  efl explain within               which engines have a construct
  efl explain                      everything that can be explained")]
pub(crate) struct Explain {
    /// A code or name of a diagnostic, KIND[.FIELD], BLOCK[.FIELD] or a construct; everything when left out
    #[arg(value_name = "TOPIC")]
    topic: Option<String>,
}

impl Explain {
    pub(crate) fn run(self, terminal: Terminal) -> Result<Exit, Failure> {
        let page = match &self.topic {
            None => pages::index(),
            Some(topic) => pages::page(topic).map_err(|near| unknown(topic, &near))?,
        };
        let look = terminal.look(Stream::Out);
        // Elsewhere than on a terminal it stays Markdown, which is readable as it is.
        let styled = look.color || Terminal::is_terminal(Stream::Out);
        Terminal::print(&if styled { markdown::render(&page, look) } else { page })?;
        Ok(Exit::Ok)
    }
}

fn unknown(topic: &str, near: &[String]) -> Failure {
    let hint = match near {
        [] => "`efl explain` lists everything".to_owned(),
        near => format!("did you mean `{}`?", near.join("`, `")),
    };
    Failure::usage(format!("there is nothing to explain about `{topic}`: {hint}"))
}
