//! The projects of a section: files made of blocks, every line with its place on the page.

use super::page::{Block, Section, sections};
use efl_compiler::{
    config::{Config, ParamValue},
    db::Database,
    diag::{Diagnostic, Level},
    project,
    system::MemorySystem,
    value::{Value, as_json},
};
use std::{collections::BTreeMap, sync::OnceLock};

/// A file made of blocks.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Its path in the project.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What is put before each line of a fragment: at column 0 a keyword would begin a declaration of the file.
    pub indent: &'static str,
    /// For each line the block and the line of the page it comes from; `None` in the prelude.
    pub lines: Vec<Option<Origin>>,
}

/// Where a line of a file comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The number of the block in its section.
    pub block: usize,
    /// The line of the page, from 1.
    pub line: usize,
}

/// A project, with the blocks that say something of it.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Its files.
    pub files: Vec<File>,
    /// What it compiles to, and what not: numbers of blocks.
    pub compiled: Vec<usize>,
    /// What the fixes of a block make of it: (block, fixed block).
    pub fixed: Vec<(usize, usize)>,
    /// What formatting makes of a block: (block, formatted block).
    pub formatted: Vec<(usize, usize)>,
}

/// A diagnostic, placed on the page.
pub struct Found {
    /// The line of the page; `None` in the prelude.
    pub origin: Option<Origin>,
    /// The path of its file.
    pub path: String,
    /// It, with places in the file.
    pub diagnostic: Diagnostic,
}

/// What the fragments of pages are wrapped in: (before, after).
fn prelude() -> &'static (String, String) {
    static PRELUDE: OnceLock<(String, String)> = OnceLock::new();
    PRELUDE.get_or_init(|| {
        let readme = include_str!("../../../tests/spec/README.md");
        let blocks = sections(readme).into_iter().flat_map(|section| section.blocks);
        let block = blocks.into_iter().find(|b| b.value("name") == Some("prelude.efl")).expect("the prelude");
        let mark = block.text.lines().find(|line| line.contains("an `efl fragment` block stands here"));
        let (before, after) =
            block.text.split_once(&format!("{}\n", mark.expect("its mark"))).expect("it is there");
        (before.to_owned(), after.to_owned())
    })
}

impl File {
    fn push(&mut self, text: &str, origin: Option<Origin>) {
        for (index, _) in text.lines().enumerate() {
            self.lines.push(origin.map(|o| Origin { line: o.line + index, ..o }));
        }
        self.text.push_str(text);
    }

    fn whole(path: &str, number: usize, block: &Block) -> Self {
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        file.push(&block.text, Some(Origin { block: number, line: block.line }));
        file
    }

    /// A fragment or body in the prelude.
    fn wrapped(number: usize, block: &Block) -> Self {
        let (before, after) = prelude();
        let engine = format!("engine: {}", block.value("engine").unwrap_or("efl"));
        let mut file = Self { path: "main.efl".to_owned(), ..Self::default() };
        file.push(&before.replace("engine: efl", &engine), None);
        let origin = Some(Origin { block: number, line: block.line });
        file.indent = if block.flag("body") { "    " } else { "  " };
        let indented = |line: &str| format!("{}\n", format!("{}{line}", file.indent).trim_end());
        let text: String = block.text.lines().map(indented).collect();
        if block.flag("body") {
            file.push("  rule body on vehicle {\n", None);
            file.push(&text, origin);
            file.push("  }\n", None);
        } else {
            file.push(&text, origin);
        }
        file.push(after, None);
        file
    }

    /// The line of a byte, from 0.
    pub fn line_of(&self, offset: usize) -> usize {
        self.text[..offset.min(self.text.len())].matches('\n').count()
    }

    /// Where a byte comes from. The end of the file belongs to its last line.
    pub fn origin(&self, offset: usize) -> Option<Origin> {
        let line = self.line_of(offset).min(self.lines.len().saturating_sub(1));
        self.lines.get(line).copied().flatten()
    }

    /// The bytes that come from a block.
    pub fn range_of(&self, block: usize) -> std::ops::Range<usize> {
        let mut offset = 0;
        let mut range: Option<std::ops::Range<usize>> = None;
        for (line, origin) in self.text.split_inclusive('\n').zip(&self.lines) {
            if origin.is_some_and(|o| o.block == block) {
                range.get_or_insert(offset..offset).end = offset + line.len();
            }
            offset += line.len();
        }
        range.unwrap_or(0..0)
    }
}

impl Project {
    /// The projects of a section; a message if the section is not as the conventions want it.
    pub fn of(section: &Section) -> Result<Vec<Project>, String> {
        let named = section.blocks.iter().any(|b| b.value("name").is_some());
        let mut projects: Vec<Project> = Vec::new();
        if named {
            projects.push(Project::default());
        }
        // The block that `fixed` and `fmt` are about, and the file that `tests` are put into.
        let mut last: Option<(usize, String)> = None;
        for (number, block) in section.blocks.iter().enumerate() {
            let place = format!("line {}", block.line);
            match block.language.as_str() {
                "efl" if block.flag("expr") => {}
                "efl" if block.flag("fixed") || block.flag("fmt") => {
                    let (about, _) =
                        last.clone().ok_or_else(|| format!("{place}: there is no block before"))?;
                    let project =
                        projects.last_mut().ok_or_else(|| format!("{place}: there is no project"))?;
                    let list = if block.flag("fixed") { &mut project.fixed } else { &mut project.formatted };
                    list.push((about, number));
                }
                "efl" if block.flag("tests") => {
                    let (_, path) = last.clone().ok_or_else(|| format!("{place}: tests of nothing"))?;
                    let files = projects.iter_mut().rev().flat_map(|p| &mut p.files);
                    let file = files.into_iter().find(|f| f.path == path).ok_or("no file")?;
                    file.push(&block.text, Some(Origin { block: number, line: block.line }));
                    last = Some((number, path));
                }
                "efl" => {
                    let path = block.value("name").unwrap_or("main.efl").to_owned();
                    let wrap = block.flag("fragment") || block.flag("body");
                    let file =
                        if wrap { File::wrapped(number, block) } else { File::whole(&path, number, block) };
                    if !named {
                        projects.push(Project::default());
                    }
                    let project = projects.last_mut().expect("one was pushed");
                    if project.files.iter().any(|f| f.path == path) {
                        return Err(format!(
                            "{place}: the section has two files `{path}`: separate them with `---`"
                        ));
                    }
                    project.files.push(file);
                    last = Some((number, path));
                }
                "yaml" if block.value("name").is_none() => {
                    let project =
                        projects.last_mut().ok_or_else(|| format!("{place}: there is no project"))?;
                    project.compiled.push(number);
                }
                _ => {
                    if let Some(path) = block.value("name") {
                        projects[0].files.push(File::whole(path, number, block));
                    }
                }
            }
        }
        Ok(projects)
    }

    /// The database of the project, with params from a `yaml` block's attributes.
    pub fn database(&self, attributes: Option<&Block>) -> Result<Database, String> {
        let mut system = MemorySystem::default();
        for file in &self.files {
            system.files.insert(file.path.clone(), file.text.as_str().into());
        }
        let roots: Vec<String> =
            self.files.iter().filter(|f| f.path.ends_with(".efl")).map(|f| f.path.clone()).collect();
        let mut db = Database::load(&system, &roots);
        let config = match self.files.iter().find(|f| f.path == "efl.toml") {
            Some(file) => toml::from_str::<Config>(&file.text).map_err(|e| e.to_string())?,
            None => Config::default(),
        };
        let mut params = BTreeMap::new();
        if let Some(block) = attributes {
            if let Some(name) = block.value("env") {
                let environment = config.env.get(name).ok_or("no such environment")?;
                for (key, value) in &environment.params {
                    let json = serde_json::to_value(value).map_err(|e| e.to_string())?;
                    params.insert(key.clone(), ParamValue::Data(as_json::from_json(&json)));
                }
            }
            for given in block.values("param") {
                let (key, value) = given.split_once('=').ok_or("`param=NAME=VALUE`")?;
                params.insert(key.to_owned(), ParamValue::Text(value.to_owned()));
            }
        }
        db.set_config(config);
        db.set_params(params);
        Ok(db)
    }

    /// Every diagnostic of the project, in order.
    pub fn diagnostics(&self, db: &Database) -> Vec<Found> {
        let mut found = Vec::new();
        for file in self.files.iter().filter(|f| f.path.ends_with(".efl")) {
            let Some(source) = db.file(&file.path) else { continue };
            for d in project::diagnostics(db, source) {
                let origin = file.origin(d.range.start().into());
                found.push(Found { origin, path: file.path.clone(), diagnostic: d });
            }
        }
        found
    }

    /// Whether nothing can be compiled.
    pub fn has_errors(&self, db: &Database) -> bool {
        self.diagnostics(db).iter().any(|f| f.diagnostic.level == Level::Error)
    }
}

/// A value of a param as data.
pub type Data = Value;
