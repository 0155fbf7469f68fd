//! A project: the folder that paths are relative to, its settings, and the database of its files.

use crate::{
    document::Document,
    files,
    settings::{FileSettings, Settings},
    snapshot::View,
};
use efl_compiler::{db::Database, system::System};
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tower_lsp::ls_types::Uri;

/// The open documents, by where they are.
pub(crate) type Documents = HashMap<Place, Document>;

/// A file of a project.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Place {
    /// The number of the project.
    pub(crate) project: usize,
    /// The compiler's path of the file: relative to the project's root, with `/`.
    pub(crate) path: Arc<str>,
}

impl Place {
    /// Whether it is a program.
    pub(crate) fn is_program(&self) -> bool {
        self.path.ends_with(".efl")
    }

    /// Whether it is the project's settings.
    pub(crate) fn is_settings(&self) -> bool {
        *self.path == *files::SETTINGS
    }
}

/// A project.
pub(crate) struct Project {
    /// Its number.
    pub(crate) number: usize,
    /// What paths are relative to; empty for documents that are no files.
    pub(crate) root: Arc<PathBuf>,
    /// What the compiler knows.
    pub(crate) db: Database,
    /// What `efl.toml` says.
    pub(crate) file_settings: FileSettings,
}

impl Project {
    pub(crate) fn new(number: usize, root: PathBuf) -> Self {
        Self { number, root: Arc::new(root), db: Database::default(), file_settings: FileSettings::default() }
    }

    /// Makes files roots.
    pub(crate) fn open(&mut self, documents: &Documents, paths: impl IntoIterator<Item = Arc<str>>) {
        let overlay = Overlay { project: self.number, root: &self.root, documents };
        self.db.open_all(&overlay, paths.into_iter().map(|path| path.to_string()));
    }

    /// Makes a file no root any more.
    pub(crate) fn close(&mut self, documents: &Documents, path: &str) {
        let overlay = Overlay { project: self.number, root: &self.root, documents };
        self.db.close(&overlay, path);
    }

    /// Takes the text of a file from its document, else from the disk. Says whether the database knows the file.
    pub(crate) fn refresh(&mut self, documents: &Documents, path: &Arc<str>) -> bool {
        if self.db.file(path).is_none() {
            return false;
        }
        let overlay = Overlay { project: self.number, root: &self.root, documents };
        let text = overlay.text(path).ok();
        self.db.edit(&overlay, path, text);
        true
    }

    /// Reads `efl.toml`.
    pub(crate) fn read_settings(&mut self, documents: &Documents) {
        if self.root.as_os_str().is_empty() {
            return;
        }
        let overlay = Overlay { project: self.number, root: &self.root, documents };
        self.file_settings = match overlay.text(files::SETTINGS) {
            Ok(text) => FileSettings::read(text),
            Err(_) => FileSettings::default(),
        };
    }

    /// Gives the compiler the settings: those of `efl.toml`, and the environment that the client chose.
    pub(crate) fn configure(&mut self, settings: &Settings) {
        let db = &self.db;
        if *db.workspace().config(db) != self.file_settings.config {
            self.db.set_config(self.file_settings.config.clone());
        }
        let params = self.file_settings.params(settings.env.as_deref());
        let db = &self.db;
        if *db.workspace().params(db) != params {
            self.db.set_params(params);
        }
    }

    /// Its state at this moment.
    pub(crate) fn view(&self) -> View {
        let settings = self.file_settings.lines.clone();
        View { root: self.root.clone(), db: self.db.clone(), settings }
    }

    /// The programs that are known.
    pub(crate) fn programs(&self) -> impl Iterator<Item = Place> {
        let files = self.db.workspace().files(&self.db).keys().cloned();
        files.map(|path| Place { project: self.number, path }).filter(Place::is_program)
    }
}

/// The number of the project that a file belongs to: the deepest that holds it.
pub(crate) fn owner<'a>(roots: impl Iterator<Item = &'a Path>, file: &Path) -> Option<usize> {
    let holds = |(_, root): &(usize, &Path)| !root.as_os_str().is_empty() && file.starts_with(root);
    let deepest = roots.enumerate().filter(holds).max_by_key(|(_, root)| root.as_os_str().len());
    deepest.map(|(number, _)| number)
}

/// The compiler's path of a file below a root.
pub(crate) fn relative(root: &Path, file: &Path) -> Option<Arc<str>> {
    Some(file.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/").into())
}

/// The client's name of a file that is not open.
pub(crate) fn uri_of(file: &Path) -> Option<Uri> {
    if file.is_absolute() { Uri::from_file_path(file) } else { None }
}

/// Open documents on top of the disk.
struct Overlay<'a> {
    project: usize,
    root: &'a Path,
    documents: &'a Documents,
}

impl Overlay<'_> {
    fn text(&self, path: &str) -> io::Result<Arc<str>> {
        match self.documents.get(&Place { project: self.project, path: path.into() }) {
            Some(document) => Ok(document.lines.text().clone()),
            None if self.root.as_os_str().is_empty() => Err(io::ErrorKind::NotFound.into()),
            None => files::read(&self.root.join(path)).map(Arc::from),
        }
    }
}

impl System for Overlay<'_> {
    fn read(&self, path: &str) -> io::Result<String> {
        self.text(path).map(|text| text.to_string())
    }
}
