//! Every example compiles to resources: twice the same bytes, YAML that reads back as the JSON, no name twice.

mod common;

use common::{
    files::{Disk, examples},
    json::same,
};
use efl_compiler::{
    compile::{self, Options},
    db::Database,
    expand::output,
    ir::Orchestrator,
    project,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

/// The orchestrators of every example, by `example/name`.
fn orchestrators() -> BTreeMap<String, Orchestrator> {
    let mut found = BTreeMap::new();
    for path in examples() {
        let example = path.split('/').nth(1).expect("a folder of its own").to_owned();
        let db = Database::load(&Disk, std::slice::from_ref(&path));
        for orc in project::orchestrators(&db, db.file(&path).expect("it was loaded")) {
            found.insert(format!("{example}/{}", orc.name), orc);
        }
    }
    found
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
            assert!(same(written, read), "{name}: {written:#} is read as {read:#}");
        }

        let mut names = BTreeSet::new();
        for resource in &resources {
            // Karmada names what it makes of an object by its kind and name, without the group.
            assert!(names.insert((resource.kind, resource.name.clone())), "{name}: {}", resource.name);
        }
    }
}
