//! Makes the registry of rules from the files under `src/rules`: adding a rule is adding one file.

use std::{env, fmt::Write as _, fs, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=src/rules");
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("src/rules");
    let mut modules: Vec<String> = fs::read_dir(&folder)
        .expect("the folder of rules")
        .filter_map(|entry| {
            entry.ok()?.file_name().into_string().ok()?.strip_suffix(".rs").map(str::to_owned)
        })
        .filter(|name| name != "mod")
        .collect();
    modules.sort();
    let mut code = String::new();
    for module in &modules {
        let path = folder.join(format!("{module}.rs"));
        writeln!(code, "#[path = \"{}\"]\npub mod {module};", path.display()).expect("writing to a string");
    }
    code.push_str("\n/// Every rule, by the name of its file.\npub static ALL: &[&Rule] = &[\n");
    for module in &modules {
        writeln!(code, "    &{module}::RULE,").expect("writing to a string");
    }
    code.push_str("];\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("rules.rs");
    fs::write(out, code).expect("the output folder can be written");
}
