//! `yaml` blocks: resources that a project compiles to, or does not.

use super::{page::Block, project::Project, run::Run};
use efl_compiler::{
    compile::{self, Options},
    expand,
    spec::Management,
};
use serde_json::Value as Json;

/// Compares a `yaml` block with what its project compiles to.
pub fn check(run: &mut Run<'_>, project: &Project, block: &Block, errors: bool) {
    if errors {
        return run.fail(block.line, "a project with errors compiles to nothing");
    }
    // YAML 1.2: `n` and `on` are texts.
    let options = serde_saphyr::options! { strict_booleans: true };
    let documents: Vec<Json> = match serde_saphyr::from_multiple_with_options(&block.text, options) {
        Ok(documents) => documents,
        Err(error) => return run.fail(block.line, format!("this is no YAML: {error}")),
    };
    let made = match compile(project, block) {
        Ok(made) => made,
        Err(message) => return run.fail(block.line, message),
    };
    for document in &documents {
        run.tally.resources += 1;
        let outcome = compare(document, &made);
        match (block.flag("absent"), outcome) {
            (false, Err(why)) => run.fail(block.line, why),
            (true, Ok(())) => run.fail(block.line, format!("this is made, and should not be: {document}")),
            _ => {}
        }
    }
}

/// Every resource of every orchestrator of a project.
fn compile(project: &Project, block: &Block) -> Result<Vec<Json>, String> {
    let db = project.database(Some(block))?;
    let mut made = Vec::new();
    for file in project.files.iter().filter(|f| f.path.ends_with(".efl")) {
        let Some(source) = db.file(&file.path) else { continue };
        for orc in efl_compiler::project::orchestrators(&db, source) {
            let place = block.values("place").map(str::to_owned).collect();
            let resources = compile::resources(&orc, &Options { place })
                .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
            let own = expand::orchestrator(&orc, Management::External);
            for resource in resources.iter().chain([&own]) {
                made.push(serde_json::to_value(resource).map_err(|e| e.to_string())?);
            }
        }
    }
    Ok(made)
}

/// Whether a document matches a resource: the one of its kind and name, or any of its kind.
fn compare(document: &Json, made: &[Json]) -> Result<(), String> {
    let (kind, name) = (&document["kind"], &document["metadata"]["name"]);
    let of_kind: Vec<&Json> = made.iter().filter(|r| kind.is_null() || r["kind"] == *kind).collect();
    if let Some(name) = name.as_str() {
        let found: Vec<&&Json> =
            of_kind.iter().filter(|r| r["metadata"]["name"] == name && same_api(document, r)).collect();
        let Some(first) = found.first() else {
            let names: Vec<String> = of_kind.iter().map(|r| r["metadata"]["name"].to_string()).collect();
            return Err(format!("no {kind} is called {name}: there are {}", names.join(", ")));
        };
        let mut differences = Vec::new();
        differ(document, Some(first), "", &mut differences);
        if differences.is_empty() {
            Ok(())
        } else {
            Err(format!("{kind} {name}: {}", differences.join("; ")))
        }
    } else {
        let matches = |r: &&&Json| {
            let mut differences = Vec::new();
            differ(document, Some(r), "", &mut differences);
            differences.is_empty()
        };
        of_kind.iter().find(matches).map(|_| ()).ok_or_else(|| format!("no resource matches {document}"))
    }
}

/// Knative's Service and Kubernetes' have one kind: where a document says its `apiVersion`, that one is meant.
fn same_api(document: &Json, resource: &Json) -> bool {
    document["apiVersion"].is_null() || document["apiVersion"] == resource["apiVersion"]
}

fn differ(expected: &Json, actual: Option<&Json>, path: &str, found: &mut Vec<String>) {
    if expected == "(absent)" {
        if let Some(actual) = actual {
            found.push(format!("`{path}` is there: {actual}"));
        }
        return;
    }
    let Some(actual) = actual else { return found.push(format!("`{path}` is not there")) };
    match (expected, actual) {
        (Json::String(any), _) if any == "(any)" => {}
        (Json::Object(expected), Json::Object(actual)) => {
            for (key, value) in expected {
                differ(value, actual.get(key), &format!("{path}.{key}"), found);
            }
        }
        (Json::Array(expected), Json::Array(actual)) if !expected.is_empty() => {
            items(expected, actual, path, found);
        }
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => {}
        _ if expected == actual => {}
        _ => found.push(format!("`{path}` is {actual}, not {expected}")),
    }
}

/// Each item matches an item of the actual list, in the same order.
fn items(expected: &[Json], actual: &[Json], path: &str, found: &mut Vec<String>) {
    let mut rest = actual.iter();
    for (index, item) in expected.iter().enumerate() {
        let mut first = None;
        let matches = |candidate: &Json| {
            let mut differences = Vec::new();
            differ(item, Some(candidate), &format!("{path}[{index}]"), &mut differences);
            let fits = differences.is_empty();
            first.get_or_insert(differences);
            fits
        };
        if !rest.any(matches) {
            found.extend(first.unwrap_or_else(|| vec![format!("`{path}[{index}]` is not there")]));
            return;
        }
    }
}
