//! `seeds DIR DICTIONARY` writes the seeds of the targets to a folder, and libFuzzer's dictionary of the language.
//!
//! Each project of the examples, the spec, the pages of the rules and the tests becomes one file, named after where it is
//! from; each source kind's example another.

#[path = "../../compiler/tests/support/mod.rs"]
#[allow(dead_code)] // what compares is not needed here
mod support;

use efl_compiler::{
    catalog::{Block, blocks, sources},
    db::Database,
    rules,
    system::System,
};
use efl_grammar::{SyntaxElement, SyntaxKind, parse};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};
use support::{page::sections, project::Project};

/// Files below the root of the repository.
struct Disk;

impl System for Disk {
    fn read(&self, path: &str) -> io::Result<String> {
        fs::read_to_string(root().join(path))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn main() -> io::Result<()> {
    let arguments: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [folder, dictionary] = arguments.as_slice() else {
        return Err(io::Error::other("seeds DIR DICTIONARY"));
    };
    fs::create_dir_all(folder)?;
    let seeds = seeds()?;
    for (name, text) in &seeds {
        fs::write(folder.join(name.replace('/', "-")), text)?;
    }
    fs::write(dictionary, words(seeds.values()).iter().map(|word| entry(word)).collect::<String>())
}

/// A line of a dictionary of libFuzzer.
fn entry(word: &str) -> String {
    let byte = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02X}"),
    };
    format!("\"{}\"\n", word.bytes().map(byte).collect::<String>())
}

/// The seeds by name.
fn seeds() -> io::Result<BTreeMap<String, String>> {
    let mut seeds = BTreeMap::new();
    for folder in ["cli", "compiler", "examples", "grammar", "tests"] {
        for path in programs(folder)? {
            let text = with_imports(&path);
            seeds.insert(path, text);
        }
    }
    let mut pages = Vec::new();
    for name in list("tests/spec")? {
        pages
            .push((format!("tests/spec/{name}"), fs::read_to_string(root().join("tests/spec").join(&name))?));
    }
    pages.extend(rules::ALL.iter().map(|rule| (rule.code.to_owned(), rule.page.to_owned())));
    for (name, page) in pages {
        for (number, text) in projects(&page).into_iter().enumerate() {
            seeds.insert(format!("{name}-{number}"), text);
        }
    }
    for kind in sources::all() {
        let source: String = kind.example.lines().map(|line| format!("  {line}\n")).collect();
        let text = format!("orchestrator o {{\n  namespace: \"n\"\n  engine: argo\n\n{source}}}\n");
        seeds.insert(format!("source-{}", kind.name), text);
    }
    Ok(seeds)
}

/// The keywords, operators and types of texts, and the names of everything that stands in a block.
fn words<'a>(texts: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    use SyntaxKind::{COMMENT, DOC_COMMENT, IDENT, JUNK, NUMBER, STR_TEXT, TY_NAME, WHITESPACE};
    let mut words = BTreeSet::new();
    for text in texts {
        for token in parse(text).syntax().descendants_with_tokens().filter_map(SyntaxElement::into_token) {
            let is_type = token.parent_ancestors().nth(1).is_some_and(|node| node.kind() == TY_NAME);
            let other =
                matches!(token.kind(), WHITESPACE | COMMENT | DOC_COMMENT | JUNK | NUMBER | STR_TEXT | IDENT);
            let is_built_in = is_type && token.text().starts_with(|c: char| c.is_ascii_lowercase());
            if !other || is_built_in {
                words.insert(token.text().to_owned());
            }
        }
    }
    let sources = sources::all().iter();
    words.extend(sources.clone().map(|kind| kind.name.to_owned()));
    blocks::all()
        .iter()
        .copied()
        .chain(sources.map(|kind| kind.block))
        .for_each(|block| names(block, &mut words));
    words
}

fn names(block: &Block, words: &mut BTreeSet<String>) {
    words.extend(block.fields.iter().map(|field| field.name.to_owned()));
    for nested in block.blocks {
        words.insert(nested.name.to_owned());
        names(nested.block, words);
    }
}

/// The names in a folder of the repository.
fn list(folder: &str) -> io::Result<Vec<String>> {
    let names = fs::read_dir(root().join(folder))?.flatten();
    let mut names: Vec<String> = names.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

/// Every `.efl` file below a folder of the repository.
fn programs(folder: &str) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for name in list(folder)? {
        let path = format!("{folder}/{name}");
        if root().join(&path).is_dir() {
            found.extend(programs(&path)?);
        } else if name.ends_with(".efl") {
            found.push(path);
        }
    }
    Ok(found)
}

/// A program with everything it imports, in one folder.
fn with_imports(path: &str) -> String {
    let db = Database::load(&Disk, &[path.to_owned()]);
    let mut files: Vec<_> = db.workspace().files(&db).iter().collect();
    files.sort_by_key(|(other, _)| other.as_ref() != path);
    let flat = |text: &str| text.replace("from \"../shared/", "from \"");
    let text = files.iter().filter_map(|(path, file)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        Some((name.to_owned(), flat(&file.text(&db)?)))
    });
    let text: Vec<_> = text.collect();
    efl_fuzz::join(text.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

/// The projects of a page.
fn projects(page: &str) -> Vec<String> {
    let sections = sections(page);
    let projects = sections.iter().filter_map(|section| Project::of(section).ok()).flatten();
    let text = |project: Project| {
        let main = project.files.iter().position(|file| file.path == "main.efl");
        let first = main.or_else(|| project.files.iter().position(|file| file.path.ends_with(".efl")))?;
        let rest =
            project.files.iter().enumerate().filter(|(index, _)| *index != first).map(|(_, file)| file);
        let files = [&project.files[first]].into_iter().chain(rest);
        Some(efl_fuzz::join(files.map(|file| (file.path.as_str(), file.text.as_str()))))
    };
    projects.filter_map(text).filter(|text| !text.is_empty()).collect()
}
