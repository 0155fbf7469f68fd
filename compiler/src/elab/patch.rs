//! Patches: fields merged into what a declaration becomes, checked against the closed upstream schema.

use super::Cx;
use crate::{
    diag::{Diagnostic, a},
    index::Meaning,
    rules,
    schema::{self, Schema},
    spec,
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasMembers},
};

/// What each declaration becomes that can be patched: (declaration, kinds).
const KINDS: &[(&str, &[&str])] = &[
    ("source", &["EventSource", "Service"]),
    ("function", &["Service"]),
    ("workflow", &["WorkflowTemplate"]),
    ("orchestrator", &["EventBus", "Sensor", "ConfigMap", "PropagationPolicy", "OverridePolicy"]),
];

impl Cx<'_> {
    /// The patches of a declaration, checked and kept under its name.
    pub(crate) fn patches(&mut self, what: &'static str, name: Option<&str>, members: &[ast::Member]) {
        for member in members {
            let ast::Member::Patch(patch) = member else { continue };
            let Some(kind) = patch.kind() else { continue };
            let text = kind.text();
            let kinds = KINDS.iter().find(|(w, _)| *w == what).map(|(_, kinds)| *kinds).unwrap_or_default();
            if !kinds.contains(&text.as_str()) {
                let known: Vec<String> = kinds.iter().map(|&k| k.to_owned()).collect();
                self.unknown(
                    &rules::patch_kind::RULE,
                    &format!("kind to patch of {}:", a(what)),
                    &text,
                    kind.range(),
                    &known,
                );
                continue;
            }
            self.note(&kind, || Meaning::PatchKind);
            let schema_name = if what == "function" { "KnativeService" } else { &text };
            if let Some(schema) = schema::of(schema_name) {
                self.check_patch(&patch.members(), &schema.root(), &mut Vec::new());
            }
            self.report(rules::patched::diagnostic(&text, kind.range()));
            let value = self.data_block(&patch.members());
            let declaration = match (&self.orc, name) {
                (Some(orc), Some(name)) if what != "orchestrator" => format!("{}/{what}/{name}", orc.name),
                (Some(orc), _) => orc.name.clone(),
                (None, name) => format!("{what}/{}", name.unwrap_or_default()),
            };
            self.patched.push(spec::Patch { declaration, kind: text, patch: value });
        }
    }

    fn check_patch(&mut self, members: &[ast::Member], schema: &Schema<'_>, path: &mut Vec<String>) {
        for member in members {
            match member {
                ast::Member::Field(field) => {
                    let Some(key) = field.key() else { continue };
                    let Some(inner) = self.patch_key(&key.text(), key.range(), schema, path) else {
                        continue;
                    };
                    path.push(key.text());
                    if let Some(value) = field.value().and_then(|v| v.expr()) {
                        self.check_patch_value(&value, &inner, path);
                    }
                    path.pop();
                }
                ast::Member::Nested(nested) => {
                    let Some(keyword) = nested.keyword() else { continue };
                    let Some(inner) = self.patch_key(&keyword.text(), keyword.range(), schema, path) else {
                        continue;
                    };
                    path.push(keyword.text());
                    match nested.label() {
                        Some(label) => {
                            if let Some(inner) = self.patch_key(&label.text(), label.range(), &inner, path) {
                                path.push(label.text());
                                self.check_patch(&nested.members(), &inner, path);
                                path.pop();
                            }
                        }
                        None => self.check_patch(&nested.members(), &inner, path),
                    }
                    path.pop();
                }
                _ => {}
            }
        }
    }

    fn patch_key<'a>(
        &mut self,
        key: &str,
        range: TextRange,
        schema: &Schema<'a>,
        path: &[String],
    ) -> Option<Schema<'a>> {
        let full = path.iter().map(String::as_str).chain([key]).collect::<Vec<_>>().join(".");
        if rules::patch_owned_field::is_owned(&full) {
            self.report(rules::patch_owned_field::diagnostic(&full, range));
            return None;
        }
        let found = schema.property(key);
        if let Some(found) = found {
            self.note(range, || Meaning::PatchField(Some(found.describe().into())));
        }
        if found.is_none() {
            let place = if path.is_empty() {
                "field of the resource:".to_owned()
            } else {
                format!("field of `{}`:", path.join("."))
            };
            self.unknown(&rules::patch_unknown_field::RULE, &place, key, range, &schema.properties());
        }
        found
    }

    fn check_patch_value(&mut self, node: &ast::Expr, schema: &Schema<'_>, path: &mut Vec<String>) {
        match node {
            ast::Expr::Record(record) => {
                for field in record.fields() {
                    let Some(key) = field.key() else { continue };
                    let Some(inner) = self.patch_key(&key.text(), key.range(), schema, path) else {
                        continue;
                    };
                    path.push(key.text());
                    if let Some(value) = field.value() {
                        self.check_patch_value(&value, &inner, path);
                    }
                    path.pop();
                }
            }
            ast::Expr::List(list) => {
                let Some(items) = schema.items() else {
                    return self.wrong_patch_value(node, schema, path);
                };
                list.elements().for_each(|e| self.check_patch_value(&e, &items, path));
            }
            ast::Expr::Str(_) if !schema.takes("string") => self.wrong_patch_value(node, schema, path),
            ast::Expr::Literal(literal) => {
                let ok = match literal.kind() {
                    Some(ast::LiteralKind::Bool(_)) => schema.takes("boolean"),
                    Some(ast::LiteralKind::Number(text)) if text.parse::<f64>().is_ok() => {
                        schema.takes("integer") || schema.takes("number")
                    }
                    Some(ast::LiteralKind::Number(_)) => schema.takes("string"),
                    _ => true,
                };
                if !ok {
                    self.wrong_patch_value(node, schema, path);
                }
            }
            _ => {}
        }
    }

    fn wrong_patch_value(&mut self, node: &ast::Expr, schema: &Schema<'_>, path: &[String]) {
        let message = format!("`{}` takes {}", path.join("."), schema.describe());
        self.report(Diagnostic::new(&rules::patch_bad_value::RULE, node.range(), message));
    }
}

/// What a patch of a declaration outside an orchestrator is called once it is inside.
pub(crate) fn inside(orc: &str, patch: &spec::Patch) -> spec::Patch {
    spec::Patch { declaration: format!("{orc}/{}", patch.declaration), ..patch.clone() }
}
