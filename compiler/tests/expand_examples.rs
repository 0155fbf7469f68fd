//! Every example compiles to resources: twice the same bytes, YAML that reads back as the JSON, no name twice.

use efl_compiler::{
    compile::{self, Options},
    db::Database,
    expand::output,
    ir::Orchestrator,
    system::MemorySystem,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The files of a folder, at any depth.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The orchestrators of every example, by `example/name`.
fn orchestrators() -> BTreeMap<String, Orchestrator> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut found = BTreeMap::new();
    for folder in
        fs::read_dir(&examples).expect("there are examples").map(|entry| entry.expect("an entry").path())
    {
        if !folder.is_dir() {
            continue;
        }
        let example = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let mut system = MemorySystem::default();
        for path in files(&folder) {
            let name = path.strip_prefix(&folder).expect("it is inside").to_string_lossy().into_owned();
            if let Ok(text) = fs::read_to_string(&path) {
                system.files.insert(name, text.into());
            }
        }
        let roots: Vec<String> = system.files.keys().filter(|name| name.ends_with(".efl")).cloned().collect();
        let db = Database::load(&system, &roots);
        for root in &roots {
            let file = db.file(root).expect("it was loaded");
            for orc in compile::orchestrators(&db, file) {
                found.insert(format!("{example}/{}", orc.name), orc);
            }
        }
    }
    found
}

/// Whole numbers as such: JSON and YAML write `2.0` differently.
fn whole(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        #[allow(clippy::cast_possible_truncation)] // the guard bounds it
        Value::Number(n) => match n.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(whole).collect(),
        Value::Object(entries) => entries.iter().map(|(key, value)| (key.clone(), whole(value))).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_example_expands() {
    let orchestrators = orchestrators();
    assert!(orchestrators.len() >= 9, "{:?}", orchestrators.keys());
    let print = std::env::var_os("EFL_PRINT").map(PathBuf::from);
    for (name, orc) in &orchestrators {
        let options = Options::default();
        let resources =
            compile::resources(orc, &options).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let yaml = output::to_yaml(&resources, &orc.origins);
        if let Some(folder) = &print {
            fs::write(folder.join(name.replace('/', "-") + ".yaml"), &yaml).expect("it can be written");
        }
        let again = compile::resources(orc, &options).expect("it expanded before");
        assert_eq!(yaml, output::to_yaml(&again, &orc.origins), "{name}");

        let read: Vec<serde_json::Value> =
            serde_saphyr::from_multiple(&yaml).unwrap_or_else(|e| panic!("{name}: {e}"));
        let json: serde_json::Value = serde_json::from_str(&output::to_json(&resources)).expect("it is JSON");
        for (written, read) in json["items"].as_array().expect("a list").iter().zip(&read) {
            assert_eq!(whole(written), whole(read), "{name}");
        }

        let mut names = BTreeSet::new();
        for resource in &resources {
            // Karmada names what it makes of an object by its kind and name, without the group.
            assert!(names.insert((resource.kind, resource.name.clone())), "{name}: {}", resource.name);
        }
    }
}
