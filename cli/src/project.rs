//! What a command works on: the given files with everything they import, the settings, and the values of params.

use crate::{
    commands::Failure,
    disk::{self, Disk, STDIN_FILE},
    inputs::{self, Input, Inputs},
    params::{ParamOptions, Params},
    report::{Format, Problem, Report},
    settings::{self, Settings},
    source::{Source, SourceKind},
    terminal::{Stream, Terminal},
};
use efl_compiler::{
    db::{self, Database, SourceFile},
    diag::{Diagnostic, Level},
    project,
    rules::{not_utf8, param_required, unreadable_file},
    system::System as _,
};
use efl_grammar::{
    TextRange, TextSize,
    ast::{self, AstNode, HasName},
};
use std::{
    collections::HashSet,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    rc::Rc,
};

/// A loaded project.
pub(crate) struct Project {
    /// The compiler's view of it.
    pub(crate) db: Database,
    /// The files behind it.
    pub(crate) disk: Disk,
    /// The workspace paths of the inputs, in order; each is in the database.
    pub(crate) roots: Vec<String>,
    /// The settings.
    pub(crate) settings: Settings,
    /// The file of `--params`.
    params_file: Option<PathBuf>,
    /// What is wrong outside of the program.
    problems: Vec<Problem>,
}

impl Project {
    /// Reads everything that the inputs lead to.
    pub(crate) fn load(inputs: &Inputs, params: &ParamOptions) -> Result<Self, Failure> {
        let files = inputs.files()?;
        let paths =
            if files.contains(&Input::Stdin) { vec![PathBuf::from(STDIN_FILE)] } else { inputs.paths() };
        let disk =
            Disk::of(&paths).map_err(|e| Failure::new(format!("cannot find the current folder: {e}")))?;
        let disk = disk.with_absolute_names(inputs.absolute());
        let settings =
            match disk::settings(&disk.file(&files.first().map(|f| path(&disk, f)).unwrap_or_default())) {
                Some(file) => settings::read(&disk, &file),
                None => Settings::default(),
            };
        let mut project = Self {
            db: Database::default(),
            disk,
            roots: Vec::new(),
            settings,
            params_file: params.file.clone(),
            problems: Vec::new(),
        };
        project.read(&files);
        project.db = Database::load(&project.disk, &project.roots);
        if project.settings.source.is_some() {
            project.db.set_config(project.settings.config.clone());
        }
        let values = params.read(&project.settings)?;
        project.set_params(&values);
        Ok(project)
    }

    /// Reads the inputs: those that cannot be read are problems, the others roots.
    fn read(&mut self, files: &[Input]) {
        let mut seen = HashSet::new();
        for file in files {
            let path = path(&self.disk, file);
            // One file may be given in several ways.
            if !seen.insert(path.clone()) {
                continue;
            }
            match readable(&self.disk.name(&path), read(&self.disk, file)) {
                Ok(text) => {
                    self.disk.hold(&path, text);
                    self.roots.push(path);
                }
                Err(problem) => self.problems.push(*problem),
            }
        }
    }

    fn set_params(&mut self, params: &Params) {
        self.problems.extend(params.problems.iter().cloned());
        if params.values.is_empty() {
            return;
        }
        self.db.set_params(params.values.clone());
        let mut declared: Vec<String> =
            project::params(&self.db).into_iter().map(|(name, ..)| name).collect();
        if params.shared().any(|name| !declared.iter().any(|known| known == name)) {
            let elsewhere = self.params_of_other_files();
            let meant = params.shared().filter(|name| elsewhere.iter().any(|known| known == name));
            declared.extend(meant.map(str::to_owned));
        }
        self.problems.extend(params.undeclared(&declared));
    }

    /// The params of every file of the project: an environment is for all of them, and a command may be about one.
    fn params_of_other_files(&self) -> Vec<String> {
        if self.settings.source.is_none() {
            return Vec::new();
        }
        let mut files = Vec::new();
        // What cannot be read has no params.
        let _ = inputs::walk(self.disk.root(), &mut files);
        let paths: Vec<String> = files.iter().map(|file| self.disk.path_of(file)).collect();
        let db = Database::load(&self.disk, &paths);
        project::params(&db).into_iter().map(|(name, ..)| name).collect()
    }

    /// The inputs in the database.
    pub(crate) fn root_files(&self) -> impl Iterator<Item = (&str, SourceFile)> {
        self.roots.iter().filter_map(|path| Some((path.as_str(), self.db.file(path)?)))
    }

    /// Everything wrong with the inputs and what they import.
    pub(crate) fn report(&self) -> Report {
        self.report_with(|db, file, _| project::diagnostics(db, file))
    }

    /// [`Project::report`] but for what shows when the resources of the inputs are made.
    pub(crate) fn report_without_resources(&self) -> Report {
        self.report_with(|db, file, is_root| {
            if is_root {
                project::diagnostics_without_resources(db, file)
            } else {
                project::diagnostics(db, file)
            }
        })
    }

    /// Says errors and warnings; whether there is no error, and no param without a value.
    pub(crate) fn is_sound(&self, terminal: Terminal) -> Result<bool, Failure> {
        let mut report = self.report();
        self.require_params(&mut report);
        report.at_least(Level::Warning);
        let look = terminal.look(Stream::Err);
        Terminal::write(Stream::Err, &report.render(Format::Human, look))?;
        let is_sound = report.counts().errors == 0;
        if !is_sound {
            Terminal::message(&report.counts().summary(look));
        }
        Ok(is_sound)
    }

    /// A report of what is wrong with each file, which may be an input.
    fn report_with(&self, diagnostics: impl Fn(&Database, SourceFile, bool) -> Vec<Diagnostic>) -> Report {
        let mut report = Report::new();
        for problem in &self.settings.problems {
            report.problem(problem.clone());
        }
        for problem in &self.problems {
            report.problem(problem.clone());
        }
        let name = |path: &str| self.disk.name(path);
        let roots: HashSet<&str> = self.roots.iter().map(String::as_str).collect();
        for (path, file) in self.db.workspace().files(&self.db) {
            let is_root = roots.contains(path.as_ref());
            if file.text(&self.db).is_some() && (is_program(path) || is_root) {
                project::check(&self.db, *file);
                report.file(&self.db, *file, diagnostics(&self.db, *file, is_root), &name);
            }
        }
        report
    }

    /// Adds an error for each param without a value.
    pub(crate) fn require_params(&self, report: &mut Report) {
        let name = |path: &str| self.disk.name(path);
        for (param, file, known) in project::params(&self.db) {
            let given = self.db.workspace().params(&self.db).contains_key(&param);
            // What was given and does not fit is said already.
            let Some(range) = place_of_param(&self.db, file, &param).filter(|_| !known && !given) else {
                continue;
            };
            let message = format!("the param `{param}` has no default and is not set");
            let diagnostic = Diagnostic::new(&param_required::RULE, range, message)
                .help(format!("set it with `--param {param}=VALUE`, `--params FILE` or `--env NAME`"));
            report.require(&self.db, file, diagnostic, &name);
        }
    }

    /// The files that what is printed depends on.
    pub(crate) fn watched(&self) -> Vec<PathBuf> {
        let loaded = self.db.workspace().files(&self.db).keys().map(|path| self.disk.file(path));
        let settings = self.disk.root().join(disk::SETTINGS);
        loaded.chain([settings]).chain(self.params_file.clone()).collect()
    }

    /// The text of an input.
    pub(crate) fn text(&self, path: &str) -> String {
        self.disk.read(path).unwrap_or_default()
    }
}

/// Where a param is declared.
fn place_of_param(db: &Database, file: SourceFile, param: &str) -> Option<TextRange> {
    db::items(db, file).iter().find_map(|item| match db::item_node(db, item.text)? {
        ast::Item::Param(node) => {
            let name = node.name().filter(|name| name.text() == param)?;
            Some(name.range() + TextSize::from(item.start))
        }
        _ => None,
    })
}

/// Whether a loaded file is EFL by its name; an input is, whatever its name.
fn is_program(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "efl")
}

/// The workspace path of an input.
pub(crate) fn path(disk: &Disk, file: &Input) -> String {
    match file {
        Input::Stdin => disk.stdin_path(),
        Input::File(file) => disk.path_of(file),
    }
}

/// The bytes of an input.
pub(crate) fn read(disk: &Disk, file: &Input) -> io::Result<Vec<u8>> {
    match file {
        Input::Stdin => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
        Input::File(_) => fs::read(disk.file(&path(disk, file))),
    }
}

/// The text of a file, or what is wrong with it.
pub(crate) fn readable(name: &str, bytes: io::Result<Vec<u8>>) -> Result<String, Box<Problem>> {
    let bytes = bytes.map_err(|error| unreadable(name, format!("`{name}` cannot be read: {error}")))?;
    // Places are 32 bits wide.
    if u32::try_from(bytes.len()).is_err() {
        return Err(unreadable(name, format!("`{name}` is larger than 4 GiB")).into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let byte = error.as_bytes()[at];
        let place = TextSize::from(u32::try_from(at).unwrap_or(u32::MAX));
        let range = TextRange::at(place, TextSize::of('\u{FFFD}'));
        let message = format!("`{name}` is not UTF-8: the byte 0x{byte:02X} is no part of a character");
        let source = Rc::new(Source::new(name, text, SourceKind::File));
        Box::new(Problem { source, diagnostic: Diagnostic::new(&not_utf8::RULE, range, message) })
    })
}

fn unreadable(name: &str, message: String) -> Problem {
    let source = Rc::new(Source::new(name, "", SourceKind::Unreadable));
    Problem { source, diagnostic: Diagnostic::new(&unreadable_file::RULE, TextRange::default(), message) }
}
