//! The state that the actor owns: projects, open documents, settings, and what is still to be checked.

use crate::{
    diagnostics::{self, Check},
    document::Document,
    features::Features,
    files,
    outbox::Outbox,
    project::{self, Documents, Place, Project, uri_of},
    settings::Settings,
    snapshot::{Snapshot, ToldTokens},
    worker::Cancellation,
};
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tower_lsp::ls_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, Uri, WorkspaceFolder,
};

/// Files that nobody types in are checked when nobody has typed for so long.
const REST: Duration = Duration::from_millis(50);

/// The state.
pub(crate) struct Session {
    outbox: Outbox,
    features: Arc<Features>,
    settings: Arc<Settings>,
    /// The folders of the workspace.
    folders: Vec<PathBuf>,
    projects: Vec<Project>,
    documents: Arc<Documents>,
    places: Arc<HashMap<Uri, Place>>,
    told_tokens: Arc<ToldTokens>,
    /// Documents whose text the compiler does not have yet.
    dirty: BTreeSet<Place>,
    /// How often the state was written.
    revision: u64,
    /// Documents to be checked at once.
    urgent: BTreeSet<Place>,
    /// Files to be checked when there is time.
    rest: BTreeSet<Place>,
    rest_at: Option<Instant>,
    /// Whether a check of each kind runs.
    checking: [bool; 2],
}

impl Session {
    pub(crate) fn new(outbox: Outbox, features: Features, settings: Settings) -> Self {
        Self {
            outbox,
            features: Arc::new(features),
            settings: Arc::new(settings),
            folders: Vec::new(),
            projects: Vec::new(),
            documents: Arc::default(),
            places: Arc::default(),
            told_tokens: Arc::default(),
            dirty: BTreeSet::new(),
            revision: 0,
            urgent: BTreeSet::new(),
            rest: BTreeSet::new(),
            rest_at: None,
            checking: [false; 2],
        }
    }

    /// The way to the client.
    pub(crate) fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// How often the state was written.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The state at this moment, for another thread.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            outbox: self.outbox.clone(),
            features: self.features.clone(),
            settings: self.settings.clone(),
            projects: self.projects.iter().map(Project::view).collect(),
            documents: self.documents.clone(),
            places: self.places.clone(),
            revision: self.revision,
            told_tokens: self.told_tokens.clone(),
            lines: RefCell::default(),
        }
    }

    // Documents.

    /// A document was opened.
    pub(crate) fn open(&mut self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.outbox.outdate(&document.uri);
        self.insert(Document::new(document.uri, document.version, document.text));
    }

    fn insert(&mut self, document: Document) {
        let place = self.place_for(&document.uri);
        Arc::make_mut(&mut self.places).insert(document.uri.clone(), place.clone());
        Arc::make_mut(&mut self.documents).insert(place.clone(), document);
        if place.is_program() {
            self.projects[place.project].open(&self.documents, [place.path.clone()]);
        }
        self.refresh(&place);
    }

    /// A document was edited. The compiler hears of it with the next [`Session::flush`].
    pub(crate) fn edit(&mut self, params: DidChangeTextDocumentParams) {
        let Some(place) = self.places.get(&params.text_document.uri) else { return };
        let Some(document) = Arc::make_mut(&mut self.documents).get_mut(place) else { return };
        document.edit(params.text_document.version, params.content_changes, self.features.encoding);
        self.outbox.outdate(&document.uri);
        self.dirty.insert(place.clone());
    }

    /// A document was closed: the disk has its text.
    pub(crate) fn close(&mut self, params: &DidCloseTextDocumentParams) {
        let uri = &params.text_document.uri;
        let Some(place) = Arc::make_mut(&mut self.places).remove(uri) else { return };
        Arc::make_mut(&mut self.documents).remove(&place);
        self.dirty.remove(&place);
        self.told_tokens.forget(uri);
        self.outbox.publish(uri.clone(), None, Vec::new());
        self.reload(&place);
    }

    /// Gives the compiler the texts that were edited.
    pub(crate) fn flush(&mut self) {
        for place in std::mem::take(&mut self.dirty) {
            self.refresh(&place);
        }
    }

    /// Takes the text of a file from its document, else from the disk. Whatever depends on it is to be checked.
    fn refresh(&mut self, place: &Place) {
        self.revision += 1;
        if place.is_settings() {
            self.read_settings(place.project);
            return;
        }
        // The file may be part of a project around its own, too.
        let file = self.projects[place.project].root.join(&*place.path);
        for project in &mut self.projects {
            let path = if project.number == place.project {
                Some(place.path.clone())
            } else {
                project::relative(&project.root, &file)
            };
            if path.is_some_and(|path| project.refresh(&self.documents, &path)) {
                self.rest.extend(project.programs());
            }
        }
        if self.documents.contains_key(place) {
            self.urgent.insert(place.clone());
        }
        self.rest_at = Some(Instant::now() + REST);
    }

    /// Takes a file that is not open from the disk, or forgets it.
    fn reload(&mut self, place: &Place) {
        if place.is_settings() {
            self.read_settings(place.project);
            return;
        }
        let project = &mut self.projects[place.project];
        let file = project.root.join(&*place.path);
        let in_workspace = self.folders.iter().any(|folder| files::is_below(&file, folder));
        if place.is_program() && in_workspace && file.is_file() {
            project.open(&self.documents, [place.path.clone()]);
        } else {
            project.close(&self.documents, &place.path);
        }
        let known = project.db.file(&place.path).is_some_and(|file| file.text(&project.db).is_some());
        self.refresh(place);
        if !(known && file.is_file())
            && let Some(uri) = uri_of(&file)
        {
            self.outbox.publish(uri, None, Vec::new());
        }
    }

    /// Everything is to be checked, now.
    fn recheck(&mut self) {
        self.revision += 1;
        self.urgent.extend(self.documents.keys().cloned());
        self.rest.extend(self.projects.iter().flat_map(Project::programs));
        self.rest_at = Some(Instant::now());
    }

    // Files and projects.

    /// Reads every program below folders.
    pub(crate) fn add_folders(&mut self, folders: &[WorkspaceFolder]) {
        let folders: Vec<PathBuf> = folders.iter().filter_map(|folder| files::path(&folder.uri)).collect();
        self.walk(folders);
    }

    fn walk(&mut self, folders: Vec<PathBuf>) {
        let mut found = Vec::new();
        for folder in &folders {
            files::walk(folder, &mut found);
        }
        self.folders.extend(folders);
        self.take(&found);
    }

    /// Forgets folders: what is open stays.
    pub(crate) fn remove_folders(&mut self, folders: &[WorkspaceFolder]) {
        let gone: Vec<PathBuf> = folders.iter().filter_map(|folder| files::path(&folder.uri)).collect();
        if gone.is_empty() {
            return;
        }
        self.folders.retain(|folder| !gone.contains(folder));
        self.rebuild();
    }

    /// Makes all projects anew: which there are has changed.
    fn rebuild(&mut self) {
        let before: Vec<PathBuf> = self.files().collect();
        let documents = std::mem::take(&mut self.documents);
        let folders = std::mem::take(&mut self.folders);
        self.places = Arc::default();
        self.projects.clear();
        for waiting in [&mut self.dirty, &mut self.urgent, &mut self.rest] {
            waiting.clear();
        }
        for document in documents.values() {
            self.insert(document.clone());
        }
        self.walk(folders);
        let now: HashSet<PathBuf> = self.files().collect();
        for file in before.iter().filter(|file| !now.contains(*file)) {
            if let Some(uri) = uri_of(file) {
                self.outbox.publish(uri, None, Vec::new());
            }
        }
        self.recheck();
    }

    /// The files that may have diagnostics.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let file = |project: &Project, path: &str| project.root.join(path);
        self.projects.iter().flat_map(move |project| {
            let programs = project.programs().map(move |place| file(project, &place.path));
            programs.chain([file(project, files::SETTINGS)])
        })
    }

    /// Files were created, changed or deleted on disk.
    pub(crate) fn files_changed(&mut self, changed: &[PathBuf]) {
        let mut new = Vec::new();
        for file in changed {
            if files::is_settings(file) {
                self.settings_changed(file);
                continue;
            }
            let known = self
                .place_of(file)
                .filter(|place| self.projects[place.project].db.file(&place.path).is_some());
            match known {
                // An open document is what the client says it is.
                Some(place) if self.documents.contains_key(&place) => {}
                Some(place) => self.reload(&place),
                None if files::is_program(file) && file.is_file() => new.push(file.clone()),
                None => {}
            }
        }
        self.take(&new);
        self.refresh_pulled();
    }

    fn settings_changed(&mut self, file: &Path) {
        let root = file.parent().unwrap_or(file);
        let known =
            self.projects.iter().find(|project| **project.root == *root).map(|project| project.number);
        match known {
            Some(number) if self.projects[number].file_settings.lines.is_some() == file.is_file() => {
                self.read_settings(number);
            }
            // A new root, or one fewer: files belong elsewhere.
            _ if self.folders.iter().any(|folder| files::is_below(file, folder)) || known.is_some() => {
                self.rebuild();
            }
            _ => {}
        }
    }

    /// Makes files that were found part of their projects.
    fn take(&mut self, found: &[PathBuf]) {
        let mut of_projects: HashMap<usize, Vec<Arc<str>>> = HashMap::new();
        for file in found {
            if !self.folders.iter().any(|folder| files::is_below(file, folder)) {
                continue;
            }
            // A settings file makes its project, which tells what is wrong with it.
            let place = self.place_in_project(file);
            if place.is_program() {
                of_projects.entry(place.project).or_default().push(place.path);
            }
        }
        if of_projects.is_empty() {
            return;
        }
        for (project, paths) in of_projects {
            self.projects[project].open(&self.documents, paths);
        }
        // Nobody waits for a pause when there was no edit.
        self.recheck();
    }

    /// Where a document belongs; a project is made if there is none.
    fn place_for(&mut self, uri: &Uri) -> Place {
        match files::path(uri) {
            Some(path) => self.place_in_project(&path),
            None => {
                let project = self.project(Path::new(""));
                let name = uri.as_str();
                let end = if name.ends_with(".efl") { "" } else { ".efl" };
                Place { project, path: format!("{name}{end}").into() }
            }
        }
    }

    /// Where a file belongs: in the project of the nearest `efl.toml`, else of the folder of the workspace, else of the
    /// folder with `.git`, else of its own folder.
    fn place_in_project(&mut self, file: &Path) -> Place {
        let folder = file.parent().unwrap_or(file);
        let workspace =
            || self.folders.iter().filter(|f| file.starts_with(f)).max_by_key(|f| f.as_os_str().len());
        let root = files::above(folder, files::SETTINGS)
            .or_else(|| workspace().cloned())
            .or_else(|| files::above(folder, ".git"))
            .unwrap_or_else(|| folder.to_owned());
        let project = self.project(&root);
        let path = project::relative(&root, file).unwrap_or_else(|| file.to_string_lossy().into());
        Place { project, path }
    }

    /// Where a file would be, without making a project.
    fn place_of(&self, file: &Path) -> Option<Place> {
        let project = project::owner(self.projects.iter().map(|project| project.root.as_path()), file)?;
        Some(Place { project, path: project::relative(&self.projects[project].root, file)? })
    }

    /// The project of a root.
    fn project(&mut self, root: &Path) -> usize {
        if let Some(known) = self.projects.iter().find(|project| **project.root == *root) {
            return known.number;
        }
        let number = self.projects.len();
        self.projects.push(Project::new(number, root.to_owned()));
        self.read_settings(number);
        number
    }

    // Settings.

    /// The client's settings changed.
    pub(crate) fn configure(&mut self, settings: Settings) {
        if *self.settings == settings {
            return;
        }
        self.settings = Arc::new(settings);
        for number in 0..self.projects.len() {
            self.apply_settings(number);
        }
        self.recheck();
        self.refresh_pulled();
    }

    /// Reads a project's `efl.toml`.
    fn read_settings(&mut self, number: usize) {
        self.projects[number].read_settings(&self.documents);
        self.apply_settings(number);
        self.recheck();
    }

    fn apply_settings(&mut self, number: usize) {
        let project = &mut self.projects[number];
        project.configure(&self.settings);
        let place = Place { project: number, path: files::SETTINGS.into() };
        let document = self.documents.get(&place);
        let uri = document.map(|document| document.uri.clone());
        if project.root.as_os_str().is_empty() {
            return;
        }
        if let Some(uri) = uri.or_else(|| uri_of(&project.root.join(files::SETTINGS))) {
            let encoding = self.features.encoding;
            let found = diagnostics::of_settings(&project.file_settings, &self.settings, encoding);
            self.outbox.publish(uri, document.map(|document| document.version), found);
        }
    }

    /// Asks the client to ask again for what depends on more than a document's own text.
    fn refresh_pulled(&self) {
        let features = self.features.clone();
        let client = self.outbox.client().clone();
        self.outbox.spawn(async move {
            // A client that refuses asks when it likes.
            if features.pull_diagnostics && features.refresh_diagnostics {
                let _ = client.workspace_diagnostic_refresh().await;
            }
            if features.refresh.inlay_hints {
                let _ = client.inlay_hint_refresh().await;
            }
            if features.refresh.code_lenses {
                let _ = client.code_lens_refresh().await;
            }
            if features.refresh.semantic_tokens {
                let _ = client.semantic_tokens_refresh().await;
            }
        });
    }

    // Checking.

    /// When there is something to do although nobody sends anything.
    pub(crate) fn wakes_at(&self) -> Option<Instant> {
        if self.checking[0] { None } else { self.rest_at }
    }

    /// Whether nobody has written for a while.
    pub(crate) fn rests(&self) -> bool {
        self.rest_at.is_none()
    }

    /// What is to be checked next, if there is anything for an idle worker.
    pub(crate) fn next_check(&mut self, idle: usize) -> Option<Check> {
        if self.features.pull_diagnostics {
            self.urgent.clear();
            self.rest.clear();
            self.rest_at.take_if(|at| *at <= Instant::now());
            return None;
        }
        if !self.urgent.is_empty() && !self.checking[1] {
            let places = std::mem::take(&mut self.urgent);
            for place in &places {
                self.rest.remove(place);
            }
            return Some(self.check(places, true));
        }
        // One worker stays free for who asks.
        let due = idle > 1 && self.rest_at.is_some_and(|at| at <= Instant::now());
        if !due || self.checking[0] {
            return None;
        }
        self.rest_at = None;
        let places = std::mem::take(&mut self.rest);
        (!places.is_empty()).then(|| self.check(places, false))
    }

    fn check(&mut self, places: BTreeSet<Place>, urgent: bool) -> Check {
        self.checking[usize::from(urgent)] = true;
        Check {
            places: places.into_iter().rev().collect(),
            urgent,
            cancellation: Cancellation::default(),
            outbox: self.outbox.clone(),
        }
    }

    /// A check ended; what it has left is still to be done.
    pub(crate) fn checked(&mut self, check: Check) {
        self.checking[usize::from(check.urgent)] = false;
        if check.places.is_empty() {
            return;
        }
        if check.urgent {
            self.urgent.extend(check.places);
        } else {
            self.rest.extend(check.places);
            self.rest_at.get_or_insert_with(|| Instant::now() + REST);
        }
    }
}
