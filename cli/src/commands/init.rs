//! `efl init`: a new project.

use super::{Exit, Failure};
use crate::{terminal::Terminal, write};
use clap::ValueEnum;
use efl_compiler::{db::Database, diag::Level, project, system::MemorySystem};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Make a new project: a pipeline, its types, a fleet, settings, and checks in CI
///
/// The project checks, formats and compiles as it is. Nothing that is there is overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  efl init crossing                 in the folder `crossing`, which is made
  efl init                          in this folder
  efl init crossing --ci gitlab     with a pipeline for GitLab")]
pub(crate) struct Init {
    /// The folder, which is made
    #[arg(value_name = "DIR", default_value = ".", value_hint = clap::ValueHint::DirPath)]
    dir: PathBuf,
    /// Where the project is checked
    #[arg(long, value_name = "WHERE", default_value = "github")]
    ci: Ci,
}

/// Where a project is checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Ci {
    /// A workflow of GitHub Actions
    Github,
    /// A pipeline of GitLab CI
    Gitlab,
    /// Nowhere
    None,
}

const PIPELINE: &str = include_str!("../../templates/pipeline.efl");
const FLEET: &str = include_str!("../../templates/fleet.efl");
const TYPES: &str = include_str!("../../templates/types.efl");
/// What stands in the templates for the name of the project.
const NAME: &str = "NAME";
/// The name of a project whose folder has none that will do.
const FALLBACK: &str = "pipeline";

impl Init {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let name = project_name(&self.dir);
        let files = files(&name, self.ci);
        let there: Vec<String> = (files.iter())
            .map(|(path, _)| self.dir.join(path))
            .filter(|path| path.symlink_metadata().is_ok())
            .map(|path| format!("\n  {}", shown(&path)))
            .collect();
        if !there.is_empty() {
            return Err(Failure::usage(format!(
                "these files are there, and stay as they are:{}",
                there.concat()
            )));
        }
        for (path, text) in &files {
            let path = self.dir.join(path);
            let failed = |e: std::io::Error| Failure::new(format!("cannot write `{}`: {e}", shown(&path)));
            fs::create_dir_all(path.parent().unwrap_or(&self.dir)).map_err(failed)?;
            write::write(&path, text).map_err(failed)?;
            Terminal::message(&format!("made {}", shown(&path)));
        }
        let there =
            if self.dir == Path::new(".") { String::new() } else { format!("cd {} && ", shown(&self.dir)) };
        Terminal::message(&format!("next: {there}efl check"));
        Ok(Exit::Ok)
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// The files of a project, with their texts.
fn files(name: &str, ci: Ci) -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("pipeline.efl", PIPELINE.replace(NAME, name)),
        ("types.efl", TYPES.to_owned()),
        ("fleet.efl", FLEET.to_owned()),
        ("efl.toml", include_str!("../../templates/efl.toml").to_owned()),
        ("README.md", include_str!("../../templates/README.md").replace(NAME, name)),
        (".gitignore", include_str!("../../templates/gitignore").to_owned()),
        (".vscode/extensions.json", include_str!("../../templates/extensions.json").to_owned()),
    ];
    match ci {
        Ci::Github => {
            files.push((".github/workflows/efl.yml", include_str!("../../templates/github.yml").to_owned()));
        }
        Ci::Gitlab => files.push((".gitlab-ci.yml", include_str!("../../templates/gitlab.yml").to_owned())),
        Ci::None => {}
    }
    files
}

/// The name of a project: its folder's, as far as a pipeline can be called that.
fn project_name(dir: &Path) -> String {
    let whole = env::current_dir().unwrap_or_default().join(dir);
    let whole = whole.canonicalize().unwrap_or(whole);
    let folder = whole.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let kebab: String = folder.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let words: Vec<&str> = kebab.split('-').filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    // A name without its letters would be no name.
    if folder.is_ascii() && will_do(&name) { name } else { FALLBACK.to_owned() }
}

/// Whether a pipeline can have a name: nobody knows better than the compiler.
fn will_do(name: &str) -> bool {
    let texts = [
        ("pipeline.efl", PIPELINE.replace(NAME, name)),
        ("fleet.efl", FLEET.into()),
        ("types.efl", TYPES.into()),
    ];
    let files = texts.into_iter().map(|(path, text)| (path.to_owned(), text.into())).collect();
    let db = Database::load(&MemorySystem { files }, &["pipeline.efl".to_owned()]);
    let diagnostics = db.file("pipeline.efl").map(|file| project::diagnostics(&db, file)).unwrap_or_default();
    !name.is_empty() && diagnostics.iter().all(|d| d.level == Level::Hint)
}

#[cfg(test)]
mod tests {
    use super::{project_name, will_do};
    use std::path::Path;

    #[test]
    fn a_folder_gives_its_name_if_it_can() {
        for (folder, name) in [
            ("crossing", "crossing"),
            ("My Project_2", "my-project-2"),
            ("1st", "pipeline"),
            ("kube-system", "pipeline"),
            ("a-name-that-is-much-too-long-for-anything-that-kubernetes-would-take", "pipeline"),
            ("ünï", "pipeline"),
        ] {
            assert_eq!(project_name(&Path::new("/nowhere").join(folder)), name);
        }
        assert!(will_do("pipeline"));
    }
}
