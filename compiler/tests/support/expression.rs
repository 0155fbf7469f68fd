//! `efl expr` blocks: one expression and its values.

use super::{page::Section, run::Run};
use efl_compiler::{db::Database, diag::Level, elab, eval, system::MemorySystem, types::Type};
use serde_json::Value as Json;

/// The types of the prelude, for `efl expr type=Vehicle`.
const TYPES: &str = include_str!("../../../tests/spec/README.md");

/// Evaluates every expression of a section.
pub fn check(run: &mut Run<'_>, section: &Section) {
    for (block, cases) in section.blocks.iter().zip(section.blocks.iter().skip(1)) {
        if block.language != "efl" || !block.flag("expr") {
            continue;
        }
        if cases.language != "json" {
            run.fail(block.line, "an `efl expr` block has a `json` block behind it");
            continue;
        }
        let json: Json = match serde_json::from_str(&cases.text) {
            Ok(json) => json,
            Err(error) => {
                run.fail(cases.line, format!("this is no JSON: {error}"));
                continue;
            }
        };
        let list = json.as_array().filter(|l| !l.is_empty() && l.iter().all(|c| c.get("is").is_some()));
        let list = list.cloned().unwrap_or_else(|| vec![serde_json::json!({ "is": json })]);
        for case in &list {
            run.tally.cases += 1;
            if let Err(message) = evaluate(&block.text, block.value("type"), case) {
                run.fail(cases.line, format!("{case}: {message}"));
            }
        }
    }
}

fn evaluate(text: &str, ty: Option<&str>, case: &Json) -> Result<(), String> {
    let empty = Json::Object(serde_json::Map::new());
    let part = |key: &str| case.get(key).unwrap_or(&empty);
    let db = database();
    let file = db.file("main.efl").expect("it was opened");
    let payload = match ty {
        None => Type::Any,
        Some(name) => {
            elab::TypeScope::new(&db, file).resolve(&efl_compiler::names::TypeExpr::Name(name.to_owned()))
        }
    };
    let locals: Vec<(String, Json)> =
        part("locals").as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    let names: Vec<&str> = locals.iter().map(|(name, _)| name.as_str()).collect();
    let (expr, diagnostics) = elab::expression(&db, file, text, payload, &names);
    if let Some(error) = diagnostics.iter().find(|d| d.level == Level::Error) {
        return Err(format!("{}: {}", error.rule.code, error.message));
    }
    let mut env = eval::Env::of(eval::Event { payload: part("payload"), meta: part("meta") });
    for (name, value) in &locals {
        env = env.local(name, value);
    }
    let (value, errors) = match eval::eval(&expr, &env) {
        Ok(value) => (value, 0),
        Err(_) => (Json::Bool(false), 1),
    };
    let expected_errors = case.get("type-errors").and_then(Json::as_i64).unwrap_or(0);
    if !same(&value, &case["is"]) {
        return Err(format!("the value is {value}"));
    }
    if errors != expected_errors {
        return Err(format!("{errors} type errors are counted"));
    }
    Ok(())
}

fn database() -> Database {
    let mut system = MemorySystem::default();
    let types: String = TYPES.split_inclusive('\n').filter(|l| l.starts_with("type ")).collect();
    system.files.insert("main.efl".to_owned(), types.into());
    Database::load(&system, &["main.efl".to_owned()])
}

/// Whether two values are equal, numbers by their value.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a == b,
    }
}
