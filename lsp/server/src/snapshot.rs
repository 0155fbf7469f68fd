//! What a request sees: the state of all projects at one moment, on a thread of its own.

use crate::{
    document::{self, Document},
    features::Features,
    files,
    outbox::Outbox,
    project::{self, Place},
    settings::Settings,
};
use efl_compiler::{
    db::{Database, SourceFile},
    system,
};
use efl_grammar::{Encoding, LineIndex, TextRange, TextSize};
use std::{
    cell::RefCell,
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tower_lsp::ls_types::{
    DocumentChanges, Location, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range,
    SemanticToken, TextDocumentEdit, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};

/// The state of all projects.
pub(crate) struct Snapshot {
    /// The way to the client.
    pub(crate) outbox: Outbox,
    /// What the client can do.
    pub(crate) features: Arc<Features>,
    /// What the client wants.
    pub(crate) settings: Arc<Settings>,
    /// The projects, by number.
    pub(crate) projects: Vec<View>,
    /// The open documents.
    pub(crate) documents: Arc<HashMap<Place, Document>>,
    /// The places of the open documents, by the client's names.
    pub(crate) places: Arc<HashMap<Uri, Place>>,
    /// How often the state had been written.
    pub(crate) revision: u64,
    /// The semantic tokens that the client was told.
    pub(crate) told_tokens: Arc<ToldTokens>,
    /// The lines of files that are not open, once asked for.
    pub(crate) lines: RefCell<HashMap<Place, Arc<LineIndex>>>,
}

/// The semantic tokens of each document as the client was told them last, so that it can be told what has changed.
#[derive(Default)]
pub(crate) struct ToldTokens {
    documents: Mutex<HashMap<Uri, (String, Vec<SemanticToken>)>>,
    told: AtomicU64,
}

impl ToldTokens {
    /// Notes the tokens of a document; returns the name that the client knows them by.
    pub(crate) fn tell(&self, uri: &Uri, tokens: &[SemanticToken]) -> Option<String> {
        let name = self.told.fetch_add(1, Ordering::Relaxed).to_string();
        self.documents.lock().ok()?.insert(uri.clone(), (name.clone(), tokens.to_vec()));
        Some(name)
    }

    /// The tokens that a client knows by a name, if they are the last that it was told.
    pub(crate) fn tokens(&self, uri: &Uri, name: &str) -> Option<Vec<SemanticToken>> {
        let documents = self.documents.lock().ok()?;
        documents.get(uri).filter(|(last, _)| last == name).map(|(_, tokens)| tokens.clone())
    }

    /// Forgets a document.
    pub(crate) fn forget(&self, uri: &Uri) {
        if let Ok(mut documents) = self.documents.lock() {
            documents.remove(uri);
        }
    }
}

/// A project.
pub(crate) struct View {
    /// What paths are relative to.
    pub(crate) root: Arc<PathBuf>,
    /// What the compiler knows.
    pub(crate) db: Database,
    /// The `efl.toml` of the root, if there is one.
    pub(crate) settings: Option<Arc<LineIndex>>,
}

impl Snapshot {
    /// The file of a URI.
    pub(crate) fn file(&self, uri: &Uri) -> Option<File<'_>> {
        match self.places.get(uri) {
            Some(place) => self.at_place(place),
            None => self.closed_file(uri),
        }
    }

    fn closed_file(&self, uri: &Uri) -> Option<File<'_>> {
        let path = files::path(uri)?;
        let project = project::owner(self.roots(), &path)?;
        let path = project::relative(&self.projects[project].root, &path)?;
        self.at_place(&Place { project, path })
    }

    /// The file of a place.
    pub(crate) fn at_place(&self, place: &Place) -> Option<File<'_>> {
        let source = self.projects.get(place.project)?.db.file(&place.path)?;
        Some(File { snapshot: self, project: place.project, source })
    }

    /// The file and offset of a position.
    pub(crate) fn at(&self, at: &TextDocumentPositionParams) -> Option<(File<'_>, TextSize)> {
        let file = self.file(&at.text_document.uri)?;
        let offset = file.offset(at.position);
        Some((file, offset))
    }

    /// Every program, in the project that it belongs to.
    pub(crate) fn programs(&self) -> impl Iterator<Item = File<'_>> {
        self.projects.iter().enumerate().flat_map(move |(project, view)| {
            let files = view.db.workspace().files(&view.db);
            let own = move |path: &Arc<str>| {
                let place = Place { project, path: path.clone() };
                place.is_program() && self.is_own(&place)
            };
            let programs = files.iter().filter(move |(path, _)| own(path));
            programs.map(move |(_, source)| File { snapshot: self, project, source: *source })
        })
    }

    /// Whether a file is checked here: in the project that it belongs to.
    pub(crate) fn is_own(&self, place: &Place) -> bool {
        let file = self.projects[place.project].root.join(&*place.path);
        project::owner(self.roots(), &file).is_none_or(|owner| owner == place.project)
    }

    fn roots(&self) -> impl Iterator<Item = &Path> {
        self.projects.iter().map(|project| project.root.as_path())
    }

    /// Edits of files as one edit of the workspace.
    pub(crate) fn workspace_edit<'s>(
        &self,
        edits: impl IntoIterator<Item = (File<'s>, Vec<TextEdit>)>,
    ) -> WorkspaceEdit {
        self.edit_of_documents(edits.into_iter().filter_map(|(file, edits)| Some((file.versioned()?, edits))))
    }

    /// Edits of documents, programs or not, as one edit of the workspace.
    pub(crate) fn edit_of_documents(
        &self,
        known: impl Iterator<Item = (OptionalVersionedTextDocumentIdentifier, Vec<TextEdit>)>,
    ) -> WorkspaceEdit {
        if self.features.document_changes {
            let edit = |(text_document, edits): (_, Vec<TextEdit>)| TextDocumentEdit {
                text_document,
                edits: edits.into_iter().map(OneOf::Left).collect(),
            };
            let document_changes = Some(DocumentChanges::Edits(known.map(edit).collect()));
            return WorkspaceEdit { document_changes, ..WorkspaceEdit::default() };
        }
        let changes = Some(known.map(|(document, edits)| (document.uri, edits)).collect());
        WorkspaceEdit { changes, ..WorkspaceEdit::default() }
    }
}

/// A file in a snapshot.
#[derive(Clone, Copy)]
pub(crate) struct File<'s> {
    pub(crate) snapshot: &'s Snapshot,
    project: usize,
    /// The compiler's file.
    pub(crate) source: SourceFile,
}

impl<'s> File<'s> {
    /// The database of its project.
    pub(crate) fn db(&self) -> &'s Database {
        &self.snapshot.projects[self.project].db
    }

    /// The folder that its project's paths are relative to.
    pub(crate) fn root(&self) -> &'s Path {
        &self.snapshot.projects[self.project].root
    }

    /// The path under which what is compiled from it names a file, as `efl compile` does: relative to the folder of
    /// `efl.toml`, else to its own.
    pub(crate) fn name_of(&self, path: &str) -> String {
        let own = self.source.path(self.db());
        let folder = own.rsplit_once('/').map_or("", |(folder, _)| folder);
        if self.snapshot.projects[self.project].settings.is_some() || folder.is_empty() {
            return path.to_owned();
        }
        system::relative(&own, path)
    }

    /// Where it is.
    pub(crate) fn place(&self) -> Place {
        Place { project: self.project, path: self.source.path(self.db()) }
    }

    /// Another file of its project.
    pub(crate) fn sibling(&self, source: SourceFile) -> Self {
        Self { source, ..*self }
    }

    /// The document, if the client has it open.
    pub(crate) fn document(&self) -> Option<&'s Document> {
        self.snapshot.documents.get(&self.place())
    }

    /// The client's name of it.
    pub(crate) fn uri(&self) -> Option<Uri> {
        match self.document() {
            Some(document) => Some(document.uri.clone()),
            None => project::uri_of(&self.root().join(&*self.source.path(self.db()))),
        }
    }

    /// The `efl.toml` of its project with replacements of parts of it by a text.
    pub(crate) fn settings_edit(
        &self,
        places: impl Fn(&str) -> Vec<TextRange>,
        new_text: &str,
    ) -> Option<(OptionalVersionedTextDocumentIdentifier, Vec<TextEdit>)> {
        let lines = self.snapshot.projects[self.project].settings.as_ref()?;
        let document =
            self.snapshot.documents.get(&Place { project: self.project, path: files::SETTINGS.into() });
        let uri = match document {
            Some(document) => document.uri.clone(),
            None => project::uri_of(&self.root().join(files::SETTINGS))?,
        };
        let edit = |range| TextEdit {
            range: document::range(lines, range, self.encoding()),
            new_text: new_text.to_owned(),
        };
        let edits: Vec<TextEdit> = places(lines.text()).into_iter().map(edit).collect();
        let version = document.map(|document| document.version);
        (!edits.is_empty()).then_some((OptionalVersionedTextDocumentIdentifier { uri, version }, edits))
    }

    /// How edits name it: with the version, if it is open.
    pub(crate) fn versioned(&self) -> Option<OptionalVersionedTextDocumentIdentifier> {
        let version = self.document().map(|document| document.version);
        Some(OptionalVersionedTextDocumentIdentifier { uri: self.uri()?, version })
    }

    /// Its lines.
    pub(crate) fn lines(&self) -> Arc<LineIndex> {
        if let Some(document) = self.document() {
            return document.lines.clone();
        }
        let read = || Arc::new(LineIndex::new(self.source.text(self.db()).unwrap_or_default()));
        self.snapshot.lines.borrow_mut().entry(self.place()).or_insert_with(read).clone()
    }

    fn encoding(&self) -> Encoding {
        self.snapshot.features.encoding
    }

    /// The offset of a position.
    pub(crate) fn offset(&self, position: Position) -> TextSize {
        document::offset(&self.lines(), position, self.encoding())
    }

    /// The offsets of a range.
    pub(crate) fn offsets(&self, range: Range) -> TextRange {
        document::offsets(&self.lines(), range, self.encoding())
    }

    /// The position of an offset.
    pub(crate) fn position(&self, offset: TextSize) -> Position {
        document::position(&self.lines(), offset, self.encoding())
    }

    /// The positions of a range.
    pub(crate) fn range(&self, range: TextRange) -> Range {
        document::range(&self.lines(), range, self.encoding())
    }

    /// A replacement of a part of it, with line ends as it has them.
    pub(crate) fn text_edit(&self, range: TextRange, new: &str) -> TextEdit {
        let returns = new.contains('\n') && self.lines().text().contains("\r\n");
        let new_text = if returns { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new.to_owned() };
        TextEdit { range: self.range(range), new_text }
    }

    /// A place in it.
    pub(crate) fn location(&self, range: TextRange) -> Option<Location> {
        Some(Location { uri: self.uri()?, range: self.range(range) })
    }
}
