//! Types: from what is written to [`Type`], with JSON Schema files.

use super::{
    Cx,
    extent::{self, DEEPEST_TYPE, Extent},
    named,
    record::key_range,
};
use crate::{
    db::SourceFile,
    diag::Diagnostic,
    index::{Kind, Meaning, Origin, Symbol},
    names::{self, Decl, FunctionSig, Params, TypeExpr},
    rules,
    types::{Literal, Record, RecordField, Type},
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasName},
};
use rustc_hash::FxHashMap;
use std::{cell::Cell, collections::BTreeMap, sync::Arc};

/// The names of built-in types.
pub(super) const BUILT_IN: [&str; 9] =
    ["string", "int", "number", "bool", "duration", "timestamp", "any", "null", "list"];

/// The built-in type of a name.
pub(crate) fn built_in(name: &str) -> Option<Type> {
    Some(match name {
        "string" => Type::String,
        "int" => Type::Int,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "duration" => Type::Duration,
        "timestamp" => Type::Timestamp,
        "any" => Type::Any,
        "null" => Type::Null,
        _ => return None,
    })
}

/// Where type names are looked up: in the orchestrator around, then in the file.
#[derive(Clone, Copy)]
pub struct TypeScope<'a> {
    /// The database.
    pub db: &'a dyn salsa::Database,
    /// The file.
    pub file: SourceFile,
    /// The types of the orchestrator around.
    pub local: Option<&'a BTreeMap<String, TypeExpr>>,
    /// What declares the types: the file's or the orchestrator around; `None` unless an editor asks where types are
    /// written.
    within: Within<'a>,
}

/// What the types of a scope are declared in, for [`Origin`].
#[derive(Clone, Copy)]
enum Within<'a> {
    /// Nobody asks.
    Unrecorded,
    File,
    Orchestrator(&'a Symbol),
}

impl<'a> TypeScope<'a> {
    /// The scope of a file.
    pub fn new(db: &'a dyn salsa::Database, file: SourceFile) -> Self {
        Self::of_file(db, file, false)
    }

    /// The scope of a file; `recording` when an editor asks where types are written.
    pub(super) fn of_file(db: &'a dyn salsa::Database, file: SourceFile, recording: bool) -> Self {
        Self { db, file, local: None, within: if recording { Within::File } else { Within::Unrecorded } }
    }

    /// The type that an expression stands for; a name that is unknown, recursive or too large is [`Type::Error`].
    pub fn resolve(&self, ty: &TypeExpr) -> Type {
        self.resolve_in(ty, None)
    }

    /// [`Self::resolve`] of what is written as the type of something: its records know that.
    pub(super) fn resolve_of(&self, ty: &TypeExpr, owner: Option<Symbol>) -> Type {
        self.resolve_in(ty, owner)
    }

    /// The declaration of a name whose type can be written out: the scope it is written in, its name there and what it
    /// stands for.
    fn lookup(&self, name: &str) -> Option<(Self, &'a str, &'a TypeExpr)> {
        if let Some((name, ty)) = self.local.and_then(|types| types.get_key_value(name)) {
            return Some((*self, name, ty));
        }
        let scope = names::file_scope(self.db, self.file);
        let binding = scope.find(name, |d| matches!(d, Decl::Type { .. }))?;
        let Decl::Type { ty, .. } = &*binding.decl else { return None };
        if !matches!(extent::of_file(self.db, binding.file).get(&binding.name), Some(Extent::Fits { .. })) {
            return None;
        }
        let inner = Self::of_file(self.db, binding.file, !matches!(self.within, Within::Unrecorded));
        Some((inner, &binding.name, ty))
    }

    /// The declaration of a type of this scope.
    fn symbol(&self, name: &str) -> Option<Symbol> {
        match self.within {
            Within::Unrecorded => None,
            Within::Orchestrator(orc) if self.local.is_some_and(|types| types.contains_key(name)) => {
                Some(orc.child(Kind::Type, name))
            }
            Within::File | Within::Orchestrator(_) => Some(Symbol::new(self.file, Kind::Type, name)),
        }
    }

    fn resolve_in(&self, ty: &TypeExpr, owner: Option<Symbol>) -> Type {
        match ty {
            TypeExpr::Name(name) => built_in(name).unwrap_or_else(|| self.resolve_name(name)),
            TypeExpr::List(inner) => Type::List(Arc::new(self.resolve_in(inner, owner))),
            TypeExpr::Map(inner) => Type::Map(Arc::new(self.resolve_in(inner, owner))),
            TypeExpr::Schema(path) => match names::imported_file(self.db, self.file, path) {
                Some(file) => self.schema(file),
                None => Type::Error,
            },
            TypeExpr::String(text) => Type::Literal(Literal::String(text.as_str().into())),
            TypeExpr::Number(text) => text.parse().map_or(Type::Error, |n| Type::Literal(Literal::Number(n))),
            TypeExpr::Bool(flag) => Type::Literal(Literal::Bool(*flag)),
            TypeExpr::Null => Type::Null,
            TypeExpr::Union(parts) => {
                let part = |p| self.resolve_in(p, owner.clone());
                Type::union(parts.iter().map(part).collect::<Vec<_>>())
            }
            TypeExpr::Record(fields) => {
                let field = |f: &names::TypeField| RecordField {
                    name: f.name.as_str().into(),
                    ty: self.resolve_in(&f.ty, owner.as_ref().map(|o| o.child(Kind::Field, &f.name))),
                    optional: f.optional,
                    doc: f.doc.as_deref().map(Into::into),
                };
                let fields = fields.iter().map(field).collect();
                Type::Record(Arc::new(Record { fields, origin: Origin::of(owner), ..Record::default() }))
            }
            TypeExpr::Error => Type::Error,
        }
    }

    fn schema(&self, file: SourceFile) -> Type {
        let ty = schema_type(self.db, file).clone().unwrap_or(Type::Error);
        match self.within {
            Within::Unrecorded => ty,
            Within::File | Within::Orchestrator(_) => written_in(&ty, &Symbol::schema(file)),
        }
    }

    fn resolve_name(&self, name: &str) -> Type {
        let Some((scope, declared, ty)) = self.lookup(name) else { return Type::Error };
        match scope.resolve_in(ty, scope.symbol(declared)) {
            Type::Record(record) if record.name.is_none() => {
                Type::Record(Arc::new(Record { name: Some(name.into()), ..(*record).clone() }))
            }
            other => other,
        }
    }
}

impl Cx<'_> {
    /// Where type names are looked up here.
    pub(crate) fn type_scope(&self) -> TypeScope<'_> {
        let orc = self.orc.as_ref();
        let within = match orc.and_then(|o| o.symbol.as_ref()) {
            _ if !self.is_recording() => Within::Unrecorded,
            Some(orc) => Within::Orchestrator(orc),
            None => Within::File,
        };
        TypeScope { db: self.db, file: self.file, local: orc.map(|o| &o.types), within }
    }

    /// The type that a node writes, with its mistakes reported.
    pub(crate) fn ty(&mut self, node: &ast::Ty) -> Type {
        self.check_type(node);
        self.resolve_here(node)
    }

    /// The type that a node writes, as part of the declaration that is elaborated.
    pub(super) fn resolve_here(&self, node: &ast::Ty) -> Type {
        self.type_scope().resolve_of(&names::type_expr(Some(node)), self.inside().cloned())
    }

    /// The type of a payload, which holds no durations.
    pub(crate) fn payload_ty(&mut self, node: &ast::Ty) -> Type {
        for name in node.syntax().descendants().filter_map(ast::TyName::cast) {
            if name.name().is_some_and(|n| n.text() == "duration") {
                self.report(rules::duration_in_payload::diagnostic(name.range()));
            }
        }
        self.ty(node)
    }

    /// Checks a `type` declaration.
    pub(crate) fn type_decl(&mut self, decl: &ast::TypeDecl) {
        let outer = self.enter(Kind::Type, named(decl).as_ref());
        if let Some(node) = decl.ty() {
            self.check_type(&node);
        }
        self.leave(outer);
        let Some(name) = decl.name() else { return };
        if built_in(&name.text()).is_some() || matches!(name.text().as_str(), "list" | "map" | "schema") {
            let message = format!("`{}` is the name of a built-in type", name.text());
            self.error(&rules::duplicate_name::RULE, name.range(), message);
            return;
        }
        let extent = match &self.orc {
            Some(orc) => orc.misfits.get(&name.text()),
            None => extent::of_file(self.db, self.file).get(&name.text()),
        };
        match extent.copied() {
            Some(Extent::Recursive) => {
                self.report(rules::recursive_type::diagnostic(&name.text(), name.range()));
            }
            Some(Extent::TooLarge) => {
                self.report(rules::type_too_large::diagnostic(&name.text(), name.range()));
            }
            Some(Extent::Fits { .. }) | None => {}
        }
    }

    fn check_type(&mut self, node: &ast::Ty) {
        match node {
            ast::Ty::Union(union) => union.alternatives().for_each(|t| self.check_type(&t)),
            ast::Ty::Name(name) => self.check_type_name(name),
            ast::Ty::List(list) => list.element().iter().for_each(|t| self.check_type(t)),
            ast::Ty::Map(map) => map.element().iter().for_each(|t| self.check_type(t)),
            ast::Ty::Paren(paren) => paren.inner().iter().for_each(|t| self.check_type(t)),
            ast::Ty::Record(record) => self.check_record_type(record),
            ast::Ty::Schema(schema) => self.check_schema(schema),
            ast::Ty::Literal(literal) => self.check_literal_type(literal),
        }
    }

    fn check_literal_type(&mut self, literal: &ast::TyLiteral) {
        let Some(ast::Expr::Literal(value)) = literal.literal() else { return };
        if let Some(ast::LiteralKind::Number(text)) = value.kind()
            && text.parse::<f64>().is_err()
        {
            let message = format!("a literal type is a plain number; `{text}` has a unit");
            self.error(&rules::wrong_unit::RULE, value.range(), message);
        }
    }

    fn check_type_name(&mut self, node: &ast::TyName) {
        let Some(name) = node.name() else { return };
        let text = name.text();
        let is_built_in = built_in(&text).is_some();
        if is_built_in || self.orc.as_ref().is_some_and(|o| o.types.contains_key(&text)) {
            if is_built_in {
                self.note(&name, || Meaning::BuiltInType);
            } else {
                let symbol = self.type_scope().symbol(&text);
                self.note_symbol(&name, symbol, None);
            }
            if let Some(orc) = &mut self.orc {
                orc.used_types.insert(text);
            }
            return;
        }
        if let Some(binding) = self.find(&text, |d| matches!(d, Decl::Type { .. })) {
            self.note_binding(&name, binding, None);
            return;
        }
        // What an import should have brought is reported there.
        if self.is_broken_import(&text) {
            return;
        }
        let known = self.candidates(|| {
            let mut known = self.scope.names(|d| matches!(d, Decl::Type { .. }));
            known.extend(BUILT_IN.iter().map(|&t| t.to_owned()));
            known.extend(self.orc.iter().flat_map(|o| o.types.keys().cloned()));
            known
        });
        self.unknown(&rules::unknown_type::RULE, "type", &text, name.range(), &known);
    }

    /// Whether a name should come from an import that failed: that is reported at the import.
    pub(crate) fn is_broken_import(&mut self, name: &str) -> bool {
        let items = crate::db::items(self.db, self.file);
        let broken = items.iter().any(|item| {
            let import = names::item_signature(self.db, item.text).import.as_ref();
            import.is_some_and(|import| {
                import.names.iter().any(|(imported, local)| {
                    let target = names::imported_file(self.db, self.file, &import.path);
                    let found =
                        target.is_some_and(|t| names::exports(self.db, t).bindings.contains_key(imported));
                    local == name && !found
                })
            })
        });
        if broken {
            self.used.insert(name.to_owned());
        }
        broken
    }

    fn check_record_type(&mut self, record: &ast::TyRecord) {
        let mut seen: FxHashMap<String, TextRange> = FxHashMap::default();
        for field in record.fields() {
            if let Some(key) = field.key() {
                let text = key.text();
                if let Some(first) = seen.get(&text) {
                    let message = format!("the record has two fields `{text}`");
                    let diagnostic = Diagnostic::new(&rules::duplicate_field::RULE, key.range(), message);
                    self.report(diagnostic.label(*first, "the first one"));
                }
                seen.entry(text).or_insert(key.range());
            }
            let name = field.key().map(|key| (key.text(), key_range(&key)));
            let ty = field.ty().filter(|_| self.is_recording()).map(|ty| {
                let owner = name.as_ref().and_then(|(name, _)| self.here(Kind::Field, name));
                self.type_scope().resolve_of(&names::type_expr(Some(&ty)), owner)
            });
            self.define(Kind::Field, name.as_ref(), ty.as_ref());
            let inner = name.and_then(|(name, _)| self.here(Kind::Field, &name));
            let outer = self.enter_symbol(inner);
            if let Some(ty) = field.ty() {
                self.check_type(&ty);
            }
            self.leave(outer);
        }
    }

    fn check_schema(&mut self, node: &ast::TySchema) {
        let (Some(written), Some(path)) = (node.path(), node.path().and_then(|p| p.plain())) else { return };
        match names::imported_file(self.db, self.file, &path) {
            None => {
                self.report(rules::import_not_found::diagnostic(
                    &self.file.path(self.db),
                    &path,
                    written.range(),
                ));
            }
            Some(file) => {
                self.note(&written, || Meaning::File(file));
                if let Err(reason) = schema_type(self.db, file) {
                    let message = format!("`{path}` is no JSON Schema EFL can read: {reason}");
                    self.error(&rules::bad_schema_file::RULE, written.range(), message);
                }
            }
        }
    }

    /// The signature of a function or workflow, by the types in scope where it is declared.
    /// `owner` is the function or workflow, when somebody wants to know where types are written.
    pub(crate) fn signature(
        scope: TypeScope<'_>,
        sig: &FunctionSig,
        owner: Option<&Symbol>,
    ) -> crate::ir::Signature {
        use crate::ir::{Input, Param, Signature};
        let part = |kind, name: &str| owner.map(|o| o.child(kind, name));
        let input = match &sig.params {
            None => Input::Any,
            Some(Params::Unnamed(ty)) => Input::Whole(scope.resolve_of(ty, part(Kind::Input, ""))),
            Some(Params::Named(params)) => {
                let param = |p: &names::ParamSig| Param {
                    name: p.name.clone(),
                    ty: scope.resolve_of(&p.ty, part(Kind::Parameter, &p.name)),
                    optional: p.optional || p.has_default,
                    default: None,
                };
                Input::Named(params.iter().map(param).collect())
            }
        };
        let output = sig.result.as_ref().map(|ty| scope.resolve_of(ty, part(Kind::Result, "")));
        Signature { input, output }
    }
}

/// A type whose records know that they are written in something.
fn written_in(ty: &Type, owner: &Symbol) -> Type {
    match ty {
        Type::List(inner) => Type::List(Arc::new(written_in(inner, owner))),
        Type::Map(inner) => Type::Map(Arc::new(written_in(inner, owner))),
        Type::Union(parts) => Type::Union(parts.iter().map(|part| written_in(part, owner)).collect()),
        Type::Record(record) => {
            let field = |f: &RecordField| RecordField {
                ty: written_in(&f.ty, &owner.child(Kind::Field, &f.name)),
                ..f.clone()
            };
            let fields = record.fields.iter().map(field).collect();
            Type::Record(Arc::new(Record {
                fields,
                origin: Origin::of(Some(owner.clone())),
                ..(**record).clone()
            }))
        }
        other => other.clone(),
    }
}

/// A type without declared names.
pub(crate) fn closed(ty: &TypeExpr) -> Type {
    match ty {
        TypeExpr::Name(name) => built_in(name).unwrap_or(Type::Error),
        TypeExpr::List(inner) => Type::List(Arc::new(closed(inner))),
        TypeExpr::Map(inner) => Type::Map(Arc::new(closed(inner))),
        TypeExpr::String(text) => Type::Literal(Literal::String(text.as_str().into())),
        TypeExpr::Number(text) => text.parse().map_or(Type::Error, |n| Type::Literal(Literal::Number(n))),
        TypeExpr::Bool(flag) => Type::Literal(Literal::Bool(*flag)),
        TypeExpr::Null => Type::Null,
        TypeExpr::Union(parts) => Type::union(parts.iter().map(closed).collect::<Vec<_>>()),
        TypeExpr::Record(fields) => {
            let field = |f: &names::TypeField| RecordField {
                name: f.name.as_str().into(),
                ty: closed(&f.ty),
                optional: f.optional,
                doc: f.doc.as_deref().map(Into::into),
            };
            Type::Record(Arc::new(Record { fields: fields.iter().map(field).collect(), ..Record::default() }))
        }
        TypeExpr::Schema(_) | TypeExpr::Error => Type::Error,
    }
}

/// The type that a JSON Schema file describes (drafts 4 to 2020-12: `type`, `properties`, `required`, `items`, `enum`,
/// `const`, `oneOf`/`anyOf`, `additionalProperties`, local `$ref`; every other keyword only narrows values and is left
/// to run time).
#[salsa::tracked(returns(ref))]
pub fn schema_type(db: &dyn salsa::Database, file: SourceFile) -> Result<Type, String> {
    let text = file.text(db).ok_or("it cannot be read")?;
    let root: serde_json::Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    if !(root.is_object() || root.is_boolean()) {
        return Err("it is neither an object nor a boolean".to_owned());
    }
    SchemaReader { root: &root, read: 0.into() }.read(&root, &mut Vec::new())
}

/// The most parts of a schema, each counted where a `$ref` leads to it.
const LARGEST_SCHEMA: usize = 200_000;

struct SchemaReader<'a> {
    root: &'a serde_json::Value,
    /// How many parts were read.
    read: Cell<usize>,
}

impl<'a> SchemaReader<'a> {
    fn read(&self, schema: &'a serde_json::Value, stack: &mut Vec<&'a str>) -> Result<Type, String> {
        let Some(object) = schema.as_object() else { return Ok(Type::Any) };
        self.read.set(self.read.get() + 1);
        if self.read.get() > LARGEST_SCHEMA {
            return Err(format!("it stands for more than {LARGEST_SCHEMA} parts"));
        }
        if let Some(reference) = object.get("$ref") {
            return self.reference(reference.as_str().ok_or("`$ref` is no text")?, stack);
        }
        if let Some(value) = object.get("const") {
            return Ok(literal(value));
        }
        if let Some(values) = object.get("enum").and_then(|v| v.as_array()) {
            return Ok(Type::union(values.iter().map(literal)));
        }
        if let Some(parts) = object.get("allOf").and_then(|v| v.as_array()) {
            return self.all_of(object, parts, stack);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(parts) = object.get(key).and_then(|v| v.as_array()) {
                let parts: Result<Vec<Type>, String> = parts.iter().map(|p| self.read(p, stack)).collect();
                return Ok(Type::union(parts?));
            }
        }
        match object.get("type") {
            Some(serde_json::Value::Array(types)) => {
                let one = |t: &serde_json::Value| {
                    self.of_type(object, t.as_str().unwrap_or_default(), &mut stack.clone())
                };
                Ok(Type::union(types.iter().map(one).collect::<Result<Vec<_>, _>>()?))
            }
            Some(ty) => self.of_type(object, ty.as_str().ok_or("`type` is neither text nor a list")?, stack),
            None if object.contains_key("properties") => self.of_type(object, "object", stack),
            None => Ok(Type::Any),
        }
    }

    fn reference(&self, reference: &'a str, stack: &mut Vec<&'a str>) -> Result<Type, String> {
        // Another file may be anything.
        let Some(pointer) = reference.strip_prefix('#') else { return Ok(Type::Any) };
        if stack.contains(&reference) {
            return Ok(Type::Any);
        }
        if stack.len() >= DEEPEST_TYPE as usize {
            return Err(format!("more than {DEEPEST_TYPE} `$ref` lead one into the other"));
        }
        let target = self.root.pointer(pointer).ok_or_else(|| format!("`$ref` to nothing: {reference}"))?;
        stack.push(reference);
        let ty = self.read(target, stack);
        stack.pop();
        ty
    }

    /// One record with the fields of all of them, and its own; anything else together is `any`.
    fn all_of(
        &self,
        object: &'a serde_json::Map<String, serde_json::Value>,
        parts: &'a [serde_json::Value],
        stack: &mut Vec<&'a str>,
    ) -> Result<Type, String> {
        let mut types = parts.iter().map(|p| self.read(p, stack)).collect::<Result<Vec<_>, _>>()?;
        if object.contains_key("properties") {
            types.push(self.of_type(object, "object", stack)?);
        }
        let mut merged = Record { open: true, ..Record::default() };
        for ty in types {
            let Type::Record(record) = ty else { return Ok(Type::Any) };
            merged.open &= record.open;
            for field in &record.fields {
                match merged.fields.iter_mut().find(|f| f.name == field.name) {
                    Some(known) => known.optional &= field.optional,
                    None => merged.fields.push(field.clone()),
                }
            }
        }
        Ok(Type::Record(Arc::new(merged)))
    }

    fn of_type(
        &self,
        object: &'a serde_json::Map<String, serde_json::Value>,
        ty: &str,
        stack: &mut Vec<&'a str>,
    ) -> Result<Type, String> {
        Ok(match ty {
            "string" if object.get("format").is_some_and(|f| f == "date-time") => Type::Timestamp,
            "string" => Type::String,
            "integer" => Type::Int,
            "number" => Type::Number,
            "boolean" => Type::Bool,
            "null" => Type::Null,
            "array" => {
                let element = object.get("items").map_or(Ok(Type::Any), |items| self.read(items, stack))?;
                Type::List(Arc::new(element))
            }
            "object" => self.object(object, stack)?,
            other => return Err(format!("unknown type `{other}`")),
        })
    }

    fn object(
        &self,
        object: &'a serde_json::Map<String, serde_json::Value>,
        stack: &mut Vec<&'a str>,
    ) -> Result<Type, String> {
        let additional = object.get("additionalProperties");
        let Some(properties) = object.get("properties").and_then(|p| p.as_object()) else {
            let value =
                additional.filter(|a| a.is_object()).map_or(Ok(Type::Any), |a| self.read(a, stack))?;
            return Ok(Type::Map(Arc::new(value)));
        };
        let required: Vec<&str> = object
            .get("required")
            .and_then(|r| r.as_array())
            .into_iter()
            .flatten()
            .filter_map(|r| r.as_str())
            .collect();
        let mut fields = Vec::new();
        for (name, schema) in properties {
            let doc = schema.get("description").and_then(|d| d.as_str()).map(Into::into);
            let ty = self.read(schema, stack)?;
            fields.push(RecordField {
                name: name.as_str().into(),
                ty,
                optional: !required.contains(&name.as_str()),
                doc,
            });
        }
        let name = object.get("title").and_then(|t| t.as_str()).map(Into::into);
        let open = additional != Some(&serde_json::Value::Bool(false));
        Ok(Type::Record(Arc::new(Record { name, fields, open, ..Record::default() })))
    }
}

fn literal(value: &serde_json::Value) -> Type {
    match value {
        serde_json::Value::Null => Type::Null,
        serde_json::Value::Bool(flag) => Type::Literal(Literal::Bool(*flag)),
        serde_json::Value::Number(number) => {
            Type::Literal(Literal::Number(number.as_f64().unwrap_or(f64::NAN)))
        }
        serde_json::Value::String(text) => Type::Literal(Literal::String(text.as_str().into())),
        _ => Type::Any,
    }
}
