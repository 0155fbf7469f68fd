//! What the tests of the import share: a program compiled again.

use efl_compiler::{
    compile,
    db::{Database, SourceFile},
    diag::Level,
    ir::Orchestrator,
    project,
    system::MemorySystem,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The errors of a file: line, code and message.
pub(crate) fn errors(db: &Database, file: SourceFile) -> Vec<String> {
    let text = file.text(db).unwrap_or_default();
    let error = |d: efl_compiler::diag::Diagnostic| {
        let start = usize::from(d.range.start()).min(text.len());
        let line = text.get(..start).unwrap_or_default().split('\n').count();
        let Level::Error = d.level else { return None };
        Some(format!("{line}: {}: {}", d.rule.code, d.message))
    };
    project::diagnostics(db, file).into_iter().filter_map(error).collect()
}

/// A program with a fleet of the clusters that it imports, compiled: its orchestrators, and every resource as JSON.
pub(crate) fn compiled(efl: &str) -> Result<(Vec<Orchestrator>, Vec<Json>), Vec<String>> {
    let import =
        efl.lines().find_map(|line| line.strip_prefix("import { ")?.strip_suffix(" } from \"fleet.efl\""));
    let names =
        import.into_iter().flat_map(|names| names.split(", ")).filter_map(|name| name.split(' ').next());
    let names: BTreeSet<&str> = names.collect();
    let cluster = |name: &&str| format!("  cluster {name} {{ gateway: \"10.0.0.1:80\" }}\n");
    let fleet = format!(
        "fleet f {{\n  domain: \"fn.city.example\"\n{}}}\n",
        names.iter().map(cluster).collect::<String>()
    );
    let file = |path: &str, text: &str| (path.to_owned(), text.into());
    let system = MemorySystem { files: [file("main.efl", efl), file("fleet.efl", &fleet)].into() };
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl").expect("it was loaded");
    let found = errors(&db, file);
    if !found.is_empty() {
        return Err(found);
    }
    let orchestrators = project::orchestrators(&db, file);
    let mut resources = Vec::new();
    for orc in &orchestrators {
        let made = compile::resources(orc, &compile::Options::default());
        let made = made.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        resources
            .extend(made.iter().map(|resource| serde_json::to_value(resource).expect("a resource is JSON")));
    }
    Ok((orchestrators, resources))
}
