//! Any text is checked and, without errors, compiled: no panic; formatting changes nothing of what is compiled.
#![no_main]

use efl_compiler::{
    compile::{self, Options},
    db::Database,
    project,
    system::MemorySystem,
    yaml,
};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

/// What a text compiles to; `None` when it has errors.
fn compiled(text: &str) -> Option<String> {
    let mut system = MemorySystem::default();
    system.files.insert("main.efl".to_owned(), Arc::from(text));
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let file = db.file("main.efl")?;
    if project::has_errors(&db, file) {
        return None;
    }
    let mut out = String::new();
    for orc in compile::orchestrators(&db, file) {
        for resource in compile::resources(&orc, &Options::default()).unwrap_or_default() {
            yaml::write(&mut out, &resource).expect("it has a YAML form");
        }
    }
    Some(out)
}

fuzz_target!(|text: &str| {
    if let Some(out) = compiled(text) {
        let formatted = efl_compiler::fmt::format(text).text;
        assert_eq!(compiled(&formatted), Some(out), "compile of formatted equals compile of original");
    }
});
