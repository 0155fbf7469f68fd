//! From an Orchestrator to the program it stands for: what a person or `efl deploy` applied goes through the same compiler
//! as a file, and is refused with the same diagnostics.

use efl_compiler::{db::Database, diag::Level, import, ir, project, spec::OrchestratorSpec};

/// What is wrong with an Orchestrator, one line each.
pub type Refusal = Vec<String>;

/// The program of an Orchestrator, or what is wrong with it.
pub fn compile(
    name: &str,
    namespace: &str,
    description: Option<&str>,
    spec: &OrchestratorSpec,
) -> Result<ir::Orchestrator, Refusal> {
    let unsayable = import::unsayable(spec);
    if !unsayable.is_empty() {
        return Err(unsayable.into_iter().map(|(path, why)| format!("spec.{path}: {why}")).collect());
    }
    let system = import::orchestrator_project(name, namespace, description, spec);
    let db = Database::load(&system, &["main.efl".to_owned()]);
    let Some(file) = db.file("main.efl") else { return Err(vec!["it cannot be read".to_owned()]) };
    let found = project::diagnostics(&db, file);
    let errors: Refusal = found
        .iter()
        .filter(|diagnostic| diagnostic.level == Level::Error)
        .map(|diagnostic| format!("{}: {}", diagnostic.rule.code, diagnostic.message))
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut made = project::orchestrators(&db, file);
    match made.pop() {
        // Its places are lines of a text that nobody has seen.
        Some(orc) if made.is_empty() => Ok(ir::Orchestrator { origins: Vec::new(), fleet: None, ..orc }),
        _ => Err(vec!["it is not one orchestrator".to_owned()]),
    }
}

#[cfg(test)]
mod tests {
    use super::compile;
    use efl_compiler::spec::{Function, OrchestratorSpec, Rule};

    #[test]
    fn what_is_wrong_is_said_as_of_a_file() {
        let spec = OrchestratorSpec {
            functions: vec![Function {
                name: "f".to_owned(),
                image: "registry.example/f:1".to_owned(),
                ..Function::default()
            }],
            rules: vec![Rule {
                name: "r".to_owned(),
                on: "nothing".to_owned(),
                run: "f(nothing)".to_owned(),
                ..Rule::default()
            }],
            ..OrchestratorSpec::default()
        };
        let errors = compile("o", "n", None, &spec).expect_err("there is no event");
        assert!(errors.iter().any(|e| e.contains("`nothing`")), "{errors:?}");
    }
}
