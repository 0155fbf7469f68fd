//! `efl.toml`: read once, and what is wrong in it said with its place.

use crate::{
    disk::Disk,
    report::Problem,
    source::{Source, SourceKind},
};
use efl_compiler::{
    config::{self, Config},
    diag::Diagnostic,
    rules::bad_settings,
};
use efl_grammar::TextRange;
use std::{fs, path::Path, rc::Rc};

/// The settings of a workspace.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// What they say.
    pub(crate) config: Config,
    /// The file.
    pub(crate) source: Option<Rc<Source>>,
    /// What is wrong with it.
    pub(crate) problems: Vec<Problem>,
}

/// The settings in a file.
pub(crate) fn read(disk: &Disk, file: &Path) -> Settings {
    let name = disk.name(&disk.path_of(file));
    match fs::read_to_string(file) {
        Ok(text) => {
            let (config, found) = config::parse(&text);
            let source = Rc::new(Source::new(name, text, SourceKind::File));
            let problem = |diagnostic| Problem { source: source.clone(), diagnostic };
            Settings { config, problems: found.into_iter().map(problem).collect(), source: Some(source) }
        }
        Err(error) => {
            let source = Rc::new(Source::new(name, "", SourceKind::Unreadable));
            let message = format!("the settings cannot be read: {error}");
            let diagnostic = Diagnostic::new(&bad_settings::RULE, TextRange::default(), message);
            let problems = vec![Problem { source: source.clone(), diagnostic }];
            Settings { config: Config::default(), source: Some(source), problems }
        }
    }
}
