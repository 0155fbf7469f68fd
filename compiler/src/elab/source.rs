//! Sources and their events, checked against the catalog.

use super::{Cx, block::Given, named, orchestrator::EventDecl};
use crate::{
    catalog::{self, Handover, SourceKind, sources},
    db::NameKey,
    diag::Diagnostic,
    index::{Kind, Meaning},
    names::TypeExpr,
    rules, spec,
    types::{Mismatch, Problem, Record, RecordField, Type, TypeTable},
    value::Value,
};
use efl_grammar::{
    SyntaxNode, TextRange,
    ast::{self, AstNode, HasDoc, HasMembers, HasName},
};
use std::{collections::BTreeSet, sync::Arc};

impl Cx<'_> {
    /// The events a source declares, with the types of their payloads: what rules see, before anything is checked.
    pub(crate) fn source_events(&self, node: &ast::Source) -> Vec<EventDecl> {
        let kind = node.kind().and_then(|k| sources::find(&k.text()));
        let source = node.name().map(|n| n.text());
        let within = self.here(Kind::Source, source.as_deref().unwrap_or_default());
        let event = |member: ast::Member| {
            let ast::Member::Event(event) = member else { return None };
            let (name, range) = named(&event)?;
            let owner = within.as_ref().map(|source| source.child(Kind::Event, &name));
            let payload = match event.ty() {
                Some(ty) => self.type_scope().resolve_of(&crate::names::type_expr(Some(&ty)), owner),
                None => self.kind_payload(kind, &event, node),
            };
            let meta = kind.map_or(Type::Any, |k| meta_type(self.db, k));
            Some(EventDecl { source: source.clone(), name, payload, meta, range })
        };
        node.members().into_iter().filter_map(event).collect()
    }

    fn kind_payload(&self, kind: Option<&SourceKind>, event: &ast::Event, source: &ast::Source) -> Type {
        let raw = [format_of(&event.members()), format_of(&source.members())].into_iter().flatten().next();
        match (kind, raw.as_deref()) {
            (_, Some("text" | "bytes")) => Type::String,
            (Some(kind), _) => catalog_type(self.db, kind.payload.ty),
            (None, _) => Type::Any,
        }
    }

    /// A source's declaration.
    pub(crate) fn source(&mut self, node: &ast::Source) -> Option<spec::Source> {
        let name = named(node);
        let place = name.as_ref().map_or_else(|| node.range(), |(_, r)| *r);
        let Some(kind_name) = node.kind() else {
            self.note_events_of(node);
            return None;
        };
        let Some(kind) = sources::find(&kind_name.text()) else {
            let known: Vec<String> = sources::all().iter().map(|k| k.name.to_owned()).collect();
            self.unknown(
                &rules::unknown_source_kind::RULE,
                "kind of source",
                &kind_name.text(),
                kind_name.range(),
                &known,
            );
            self.note_events_of(node);
            return None;
        };
        self.note(&kind_name, || Meaning::SourceKind(kind));
        let members = node.members();
        let mut given = self.given_of(&members, &[kind.block, kind.own()]);
        self.note_block(node.syntax(), &[kind.block, kind.own()], &given);
        let events: Vec<&ast::Event> = members
            .iter()
            .filter_map(|m| if let ast::Member::Event(e) = m { Some(e) } else { None })
            .collect();
        if events.is_empty() && !self.is_mangled(node.syntax()) {
            self.error(&rules::source_without_events::RULE, place, "the source declares no event");
        }
        self.check_event_only(&given, kind, events.len());
        let of_events: Vec<Given> =
            events.iter().map(|event| self.given(&event.members(), kind.block)).collect();
        let mangled = [node.syntax()].into_iter().chain(events.iter().map(|e| e.syntax()));
        if !events.is_empty() && !mangled.into_iter().any(|n| self.is_mangled(n)) {
            self.check_shared_presence(&mut given, &of_events, kind.block, kind.per_event, place);
        }
        let lowered: Vec<spec::SourceEvent> = events
            .iter()
            .zip(of_events)
            .filter_map(|(event, own)| self.source_event(event, kind, own, &given))
            .collect();
        self.check_source(&given, kind, &events, &lowered, place, kind_name.range());
        self.patches("source", name.as_ref().map(|(n, _)| n.as_str()), &members);
        Some(spec::Source {
            name: name?.0,
            kind: kind.name.to_owned(),
            description: node.doc(),
            fields: given.value(),
            events: lowered,
        })
    }

    fn source_event(
        &mut self,
        node: &ast::Event,
        kind: &SourceKind,
        given: Given,
        defaults: &Given,
    ) -> Option<spec::SourceEvent> {
        let name = named(node);
        let place = name.as_ref().map_or_else(|| node.range(), |(_, r)| *r);
        if let Some((name, range)) = &name {
            self.check_kubernetes_name(name, *range, "event");
        }
        self.note_block(node.syntax(), &[kind.block], &given);
        let ty = self.event_type(node, name.as_ref());
        let source = node.syntax().ancestors().find_map(ast::Source::cast);
        if !source.is_some_and(|source| self.is_mangled(source.syntax())) {
            self.check_presence(&given.with_defaults(defaults), kind.block, place, node);
        }
        self.check_format(&given, defaults, ty.as_ref(), node);
        self.check_documented(kind, ty.as_ref(), node);
        Some(spec::SourceEvent {
            name: name?.0,
            ty: ty.map(|t| t.to_string()),
            description: node.doc(),
            fields: given.value(),
        })
    }

    /// Notes the events of a source of which no more is known.
    fn note_events_of(&mut self, node: &ast::Source) {
        if !self.is_recording() {
            return;
        }
        for member in node.members() {
            if let ast::Member::Event(event) = member {
                self.event_type(&event, named(&event).as_ref());
            }
        }
    }

    /// The declared type of an event's payload.
    fn event_type(&mut self, node: &ast::Event, name: Option<&(String, TextRange)>) -> Option<Type> {
        let symbol = name.and_then(|(name, _)| self.here(Kind::Event, name));
        let outer = self.enter_symbol(symbol);
        let ty = node.ty().map(|ty| self.payload_ty(&ty));
        self.leave(outer);
        if self.is_recording()
            && let Some((_, range)) = name
        {
            let events = self.orc.iter().flat_map(|o| &o.events);
            let payload = events.clone().find(|e| e.range == *range).map(|e| e.payload.clone());
            self.define(Kind::Event, name, payload.as_ref());
        }
        ty
    }

    /// A field that tells events apart cannot be a default of several.
    fn check_event_only(&mut self, given: &Given, kind: &SourceKind, events: usize) {
        for field in kind.per_event {
            if let Some(range) = given.place(field).filter(|_| events > 1) {
                let message =
                    format!("`{field}` tells events apart: with {events} events it stands at each of them");
                self.error(&rules::event_only_field::RULE, range, message);
            }
        }
    }

    /// A declared type that the payload which upstream documents cannot have.
    fn check_documented(&mut self, kind: &SourceKind, ty: Option<&Type>, node: &ast::Event) {
        let (Some(ty), Some(declared)) = (ty, node.ty()) else { return };
        if kind.payload.json_body || self.is_broken(declared.range()) {
            return;
        }
        let documented = catalog_type(self.db, kind.payload.ty);
        let table = TypeTable::default();
        // Text in a certain form is still text: a time, one of some words.
        let other_form = |mismatch: &Mismatch| match &mismatch.problem {
            Problem::Wrong { found, expected } => table.comparable(found, expected),
            _ => false,
        };
        if let Some(mismatch) = table.missing_or_wrong(&documented, ty).filter(|m| !other_form(m)) {
            let diagnostic =
                rules::typed_opaque_payload::diagnostic(kind, &documented, &mismatch, declared.range());
            self.report(diagnostic);
        }
    }

    fn check_format(&mut self, given: &Given, defaults: &Given, ty: Option<&Type>, node: &ast::Event) {
        let format = given.get("format").or_else(|| defaults.get("format")).and_then(Value::as_str);
        if let (Some(format @ ("text" | "bytes")), Some(ty), Some(declared)) = (format, ty, node.ty())
            && !Type::String.assignable_to(ty)
        {
            let message = format!("`format: {format}` gives text; the event is declared as `{ty}`");
            self.error(&rules::format_mismatch::RULE, declared.range(), message);
        }
    }

    fn check_source(
        &mut self,
        given: &Given,
        kind: &SourceKind,
        nodes: &[&ast::Event],
        events: &[spec::SourceEvent],
        place: TextRange,
        kind_range: TextRange,
    ) {
        if kind.handover == Handover::Exclusive {
            self.report(rules::exclusive_handover::diagnostic(kind, kind_range));
        }
        if kind.listens {
            let merged = |event: &spec::SourceEvent| merge(given, &event.fields);
            let listeners: Vec<rules::endpoint_clash::Listener> = nodes
                .iter()
                .zip(events)
                .map(|(node, event)| {
                    rules::endpoint_clash::Listener::new(node, event, &merged(event), given, kind)
                })
                .collect();
            self.report_all(rules::endpoint_clash::check(&listeners));
            self.note_ports(given, &listeners, place);
            self.report_all(
                rules::reserved_port::check(&listeners)
                    .into_iter()
                    .chain(rules::reserved_path::check(&listeners)),
            );
            // A wrong `auth` is no missing one.
            let meant = |field: &&str| given.place(field).is_some();
            if !kind.authenticates.iter().any(|field| meant(field) && given.get(field).is_none()) {
                self.report_all(rules::unauthenticated_webhook::check(kind, &listeners, place));
            }
        }
    }

    /// Notes the ports of a source, which another one cannot have.
    fn note_ports(
        &mut self,
        given: &Given,
        listeners: &[rules::endpoint_clash::Listener],
        source: TextRange,
    ) {
        let Some(orc) = &mut self.orc else { return };
        let port = |number: i64, node: bool, range| rules::port_clash::Port { number, node, source, range };
        let mut seen = BTreeSet::new();
        for listener in listeners {
            orc.ports.extend(
                listener
                    .port
                    .filter(|p| seen.insert(*p))
                    .map(|number| port(number, false, listener.port_range)),
            );
        }
        let node_port = given.get("node-port").and_then(Value::as_i64).zip(given.place("node-port"));
        orc.ports.extend(node_port.map(|(number, range)| port(number, true, range)));
    }

    /// An internal event's declaration.
    pub(crate) fn internal_event_decl(&mut self, node: &ast::Event) -> Option<spec::InternalEvent> {
        let name = named(node);
        if let Some((name, range)) = &name {
            self.check_kubernetes_name(name, *range, "event");
        }
        let ty = self.event_type(node, name.as_ref()).map(|ty| ty.to_string());
        let place = name.as_ref().map_or_else(|| node.range(), |(_, r)| *r);
        self.members(node, &catalog::blocks::INTERNAL_EVENT, place);
        Some(spec::InternalEvent { name: name?.0, ty, description: node.doc() })
    }

    /// The payload type of an internal event, for `emit`.
    pub(crate) fn internal_event(&mut self, name: &str, range: TextRange) -> Option<Type> {
        let Some(orc) = &mut self.orc else {
            let message = "`emit` needs an event of the orchestrator: declare the workflow inside it";
            self.error(&rules::unknown_event::RULE, range, message);
            return None;
        };
        if let Some(event) = orc.events.iter().find(|e| e.source.is_none() && e.name == name) {
            orc.emitted.insert(name.to_owned());
            let (symbol, payload) = (event.symbol(orc), event.payload.clone());
            self.note_symbol(range, symbol, Some(&payload));
            return Some(payload);
        }
        if let Some(event) = orc.events.iter().find(|e| e.name == name) {
            let source = event.source.clone().unwrap_or_default();
            let (declared, message) =
                (event.range, format!("`{name}` comes from the source `{source}`: it is not for `emit`"));
            let diagnostic = Diagnostic::new(&rules::emit_source_event::RULE, range, message);
            let help = "declare an event of the orchestrator: `event NAME: TYPE`";
            self.report(diagnostic.label(declared, "declared here").help(help));
            return None;
        }
        let known: Vec<String> =
            orc.events.iter().filter(|e| e.source.is_none()).map(|e| e.name.clone()).collect();
        orc.emitted.extend(super::suggest(name, &known));
        self.unknown(&rules::unknown_event::RULE, "event for `emit`:", name, range, &known);
        None
    }
}

impl Given {
    /// These fields, and those of the source where the event has none.
    fn with_defaults(&self, defaults: &Given) -> Given {
        let mut merged = Given::default();
        merged.mean(self);
        merged.mean(defaults);
        for given in [self, defaults] {
            for name in given.names() {
                if !merged.has(name) {
                    merged.note(name, given.place(name).unwrap_or_default());
                }
            }
        }
        merged
    }
}

/// The fields of an event with those of its source behind them.
fn merge(source: &Given, event: &Value) -> Value {
    let mut fields: Vec<(String, Value)> = event.as_map().unwrap_or_default().to_vec();
    for (name, value) in source.entries() {
        if !fields.iter().any(|(n, _)| n == name) {
            fields.push((name.clone(), value.clone()));
        }
    }
    Value::Map(fields)
}

fn format_of(members: &[ast::Member]) -> Option<String> {
    members.iter().find_map(|m| match m {
        ast::Member::Field(field) if field.key()?.text() == "format" => match field.value()?.expr()? {
            ast::Expr::Name(word) => Some(word.name()),
            ast::Expr::Str(text) => text.plain(),
            _ => None,
        },
        _ => None,
    })
}

/// A type of the catalog, written as EFL text.
pub(crate) fn catalog_type(db: &dyn salsa::Database, text: &str) -> Type {
    match text {
        "any" => Type::Any,
        "string" => Type::String,
        "timestamp" => Type::Timestamp,
        text => parsed_type(db, NameKey::new(db, text.to_owned())).clone(),
    }
}

#[salsa::tracked(returns(ref))]
fn parsed_type<'db>(db: &'db dyn salsa::Database, text: NameKey<'db>) -> Type {
    let parsed = efl_grammar::parse_item(&format!("type T = {}", text.text(db)));
    let root = SyntaxNode::new_root(parsed.green);
    let decl = root.children().find_map(ast::TypeDecl::cast);
    let expr = decl.and_then(|d| d.ty()).map_or(TypeExpr::Error, |ty| crate::names::type_expr(Some(&ty)));
    super::ty::closed(&expr)
}

/// What `meta` is for a kind.
pub(crate) fn meta_type(db: &dyn salsa::Database, kind: &SourceKind) -> Type {
    let common = catalog::COMMON_META.iter().chain(kind.payload.meta);
    let field = |(name, _, ty): &(&str, &str, &str)| RecordField {
        name: (*name).into(),
        ty: catalog_type(db, ty),
        optional: false,
        doc: None,
    };
    Type::Record(Arc::new(Record {
        name: None,
        fields: common.map(field).collect(),
        open: false,
        ..Record::default()
    }))
}

/// What `meta` is for an internal event.
pub(crate) fn internal_meta(db: &dyn salsa::Database) -> Type {
    let field = |(name, _, ty): &(&str, &str, &str)| RecordField {
        name: (*name).into(),
        ty: catalog_type(db, ty),
        optional: false,
        doc: None,
    };
    Type::Record(Arc::new(Record {
        name: None,
        fields: catalog::COMMON_META.iter().map(field).collect(),
        open: false,
        ..Record::default()
    }))
}
