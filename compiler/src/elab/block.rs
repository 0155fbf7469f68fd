//! Blocks of fields, checked against the catalog: one table says what may stand where.

use super::{Cx, record::Unquoted};
use crate::{
    catalog::{Block, Field, FieldType, Group, Nested, Presence},
    diag::{Applicability, Diagnostic, a},
    index::Meaning,
    names::Decl,
    rules,
    types::Type,
    units::{Duration, Quantity, Rate},
    value::{KeyRef, Value},
};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasMembers, LiteralKind},
};
use regex::bytes::{Regex, RegexBuilder};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// The fields and blocks that were given, with where.
#[derive(Default)]
pub(crate) struct Given {
    entries: Vec<(String, Value)>,
    places: Vec<(String, TextRange)>,
    /// What misspelt keys were probably meant to be: those are not missing.
    meant: Vec<String>,
}

impl Given {
    fn first(&self, key: &str) -> Option<TextRange> {
        self.places.iter().find(|(name, _)| name == key).map(|(_, range)| *range)
    }

    /// Whether a field was given, even with a broken value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.first(key).is_some()
    }

    /// Where a field was given.
    pub(crate) fn place(&self, key: &str) -> Option<TextRange> {
        self.first(key)
    }

    /// Whether a field is there, if perhaps under a misspelt name.
    pub(crate) fn is_meant(&self, key: &str) -> bool {
        self.has(key) || self.meant.iter().any(|name| name == key)
    }

    /// Takes over what misspelt keys of another were meant to be.
    pub(crate) fn mean(&mut self, other: &Given) {
        self.meant.extend(other.meant.iter().cloned());
    }

    /// The names given, with the keywords of blocks.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|(name, _)| name.as_str())
    }

    /// The values given.
    pub(crate) fn entries(&self) -> &[(String, Value)] {
        &self.entries
    }

    /// Notes that a field is given elsewhere.
    pub(crate) fn note(&mut self, name: &str, range: TextRange) {
        self.places.push((name.to_owned(), range));
    }

    /// What was given.
    pub(crate) fn value(self) -> Value {
        Value::Map(self.entries)
    }

    /// The value of a field.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

impl Cx<'_> {
    /// The members of a block: every field checked, required ones there. `place` is where a missing one is reported.
    pub(crate) fn members(&mut self, node: &impl HasMembers, block: &Block, place: TextRange) -> Value {
        let given = self.given(&node.members(), block);
        self.note_block(node.syntax(), &[block], &given);
        self.check_presence(&given, block, place, node);
        given.value()
    }

    /// The members of a block without the check that required ones are there. Declarations among them are the
    /// caller's.
    pub(crate) fn given(&mut self, members: &[ast::Member], block: &Block) -> Given {
        self.given_of(members, &[block])
    }

    /// The members of a block whose fields stand in several tables; the first gives its name.
    pub(crate) fn given_of(&mut self, members: &[ast::Member], blocks: &[&Block]) -> Given {
        let mut given = Given::default();
        for member in members {
            match member {
                ast::Member::Field(field) => self.field(field, blocks, &mut given),
                ast::Member::Nested(nested) => self.nested(nested, blocks, &mut given),
                _ => {}
            }
        }
        given
    }

    fn field(&mut self, node: &ast::Field, blocks: &[&Block], given: &mut Given) {
        let Some(key) = node.key() else { return };
        let (name, range) = (key.text(), key.range());
        if name.is_empty() {
            return;
        }
        if let Some(first) = given.first(&name) {
            let message = format!("`{name}` is given twice");
            let diagnostic = Diagnostic::new(&rules::duplicate_field::RULE, range, message);
            return self.report(diagnostic.label(first, "the first one"));
        }
        given.places.push((name.clone(), range));
        let ty = match (find_field(blocks, &name), find_nested(blocks, &name), blocks[0].open) {
            (Some(field), _, _) => {
                self.note(Unquoted(&key), || Meaning::Field(owner(blocks, field), field));
                field.ty
            }
            (None, Some(nested), _) if !nested.labelled => {
                self.note(Unquoted(&key), || Meaning::Nested(nested));
                FieldType::Record(nested.block)
            }
            (None, None, Some(ty)) => {
                self.note(Unquoted(&key), || Meaning::OpenKey);
                ty
            }
            // It may be no field: `roadside: webhook { … }`.
            _ if self.is_broken(node.range()) => return,
            _ => return self.unknown_field(&name, range, blocks, given),
        };
        if let Some(value) = node.value()
            && let Some(value) = self.field_value(&value, &ty, &name)
        {
            given.entries.push((name, value));
        }
    }

    fn unknown_field(&mut self, name: &str, range: TextRange, blocks: &[&Block], given: &mut Given) {
        let block = blocks[0];
        let mut known: Vec<String> =
            blocks.iter().flat_map(|b| b.fields).map(|f| f.name.to_owned()).collect();
        known.extend(blocks.iter().flat_map(|b| b.blocks).map(|n| n.name.to_owned()));
        given.meant.extend(super::suggest(name, &known));
        self.unknown(
            &rules::unknown_field::RULE,
            &format!("field of {}:", a(block.name)),
            name,
            range,
            &known,
        );
    }

    fn nested(&mut self, node: &ast::Nested, blocks: &[&Block], given: &mut Given) {
        let Some(keyword) = node.keyword() else { return };
        let (name, range) = (keyword.text(), keyword.range());
        let Some(nested) = find_nested(blocks, &name) else {
            return self.unknown_nested(node, &name, range, blocks, given);
        };
        self.note(range, || Meaning::Nested(nested));
        let label = node.label().map(|l| (l.text(), l.range()));
        match (nested.labelled, label) {
            (true, Some((label, label_range))) => {
                self.note(label_range, || Meaning::Nested(nested));
                let value = self.members(node, nested.block, label_range);
                let key = format!("{name} {label}");
                if let Some(first) = given.first(&key) {
                    let message = format!("`{name} {label}` is given twice");
                    let diagnostic = Diagnostic::new(&rules::duplicate_field::RULE, label_range, message);
                    return self.report(diagnostic.label(first, "the first one"));
                }
                given.places.push((key, label_range));
                given.places.push((name.clone(), range));
                match given.entries.iter_mut().find(|(n, _)| *n == name) {
                    Some((_, Value::Map(entries))) => entries.push((label, value)),
                    _ => given.entries.push((name, Value::Map(vec![(label, value)]))),
                }
            }
            (true, None) => {
                let message = format!("`{name}` needs a name: `{name} NAME {{ … }}`");
                self.error(&rules::missing_name::RULE, range, message);
            }
            (false, label) => {
                if let Some((_, label)) = label {
                    let message = format!("`{name}` takes no name");
                    self.error(&rules::unexpected_text::RULE, label, message);
                }
                if let Some(first) = given.first(&name) {
                    let message = format!("`{name}` is given twice");
                    let diagnostic = Diagnostic::new(&rules::duplicate_field::RULE, range, message);
                    return self.report(diagnostic.label(first, "the first one"));
                }
                given.places.push((name.clone(), range));
                let value = self.members(node, nested.block, range);
                given.entries.push((name, value));
            }
        }
    }

    fn unknown_nested(
        &mut self,
        node: &ast::Nested,
        name: &str,
        range: TextRange,
        blocks: &[&Block],
        given: &mut Given,
    ) {
        // `labels { a: "b" }` of a map or record field is a block too.
        if let Some(
            field @ Field { ty: ty @ (FieldType::Map(_) | FieldType::Record(_) | FieldType::Any), .. },
        ) = find_field(blocks, name)
        {
            self.note(range, || Meaning::Field(owner(blocks, field), field));
            if given.first(name).is_some() {
                return self.error(&rules::duplicate_field::RULE, range, format!("`{name}` is given twice"));
            }
            given.places.push((name.to_owned(), range));
            if let Some(value) = self.block_value(node, ty, name, range) {
                given.entries.push((name.to_owned(), value));
            }
            return;
        }
        if find_field(blocks, name).is_some() {
            let message = format!("`{name}` is a field: write `{name}: …`");
            return self.error(&rules::unknown_block::RULE, range, message);
        }
        let mut known: Vec<String> =
            blocks.iter().flat_map(|b| b.blocks).map(|n| n.name.to_owned()).collect();
        if known.is_empty() {
            known = blocks.iter().flat_map(|b| b.fields).map(|f| f.name.to_owned()).collect();
        }
        given.meant.extend(super::suggest(name, &known));
        self.unknown(
            &rules::unknown_block::RULE,
            &format!("block in {}:", a(blocks[0].name)),
            name,
            range,
            &known,
        );
    }

    /// A map, record or any-typed field written as a block.
    fn block_value(
        &mut self,
        node: &ast::Nested,
        ty: &FieldType,
        name: &str,
        range: TextRange,
    ) -> Option<Value> {
        let open = |of: FieldType| Block {
            name: "",
            doc: "",
            fields: &[],
            blocks: &[],
            open: Some(of),
            groups: &[],
            always: &[],
        };
        match ty {
            FieldType::Record(block) => Some(self.members(node, block, range)),
            FieldType::Map(of) => Some(self.members(node, &open(**of), range)),
            FieldType::Any => Some(self.data_block(&node.members())),
            _ => {
                self.error(&rules::unknown_block::RULE, range, format!("`{name}` takes no block"));
                None
            }
        }
    }

    /// A block as plain data: of a patch, or of a field that takes anything.
    pub(crate) fn data_block(&mut self, members: &[ast::Member]) -> Value {
        let mut entries = Vec::new();
        for member in members {
            match member {
                ast::Member::Field(field) => {
                    let (Some(key), Some(value)) = (field.key(), field.value()) else { continue };
                    if let Some(value) = self.data(&value) {
                        entries.push((key.text(), value));
                    }
                }
                ast::Member::Nested(nested) => {
                    let Some(keyword) = nested.keyword() else { continue };
                    let inner = self.data_block(&nested.members());
                    let inner = match nested.label() {
                        Some(label) => Value::Map(vec![(label.text(), inner)]),
                        None => inner,
                    };
                    entries.push((keyword.text(), inner));
                }
                _ => {}
            }
        }
        Value::Map(entries)
    }

    fn data(&mut self, node: &ast::Value) -> Option<Value> {
        if node.is_range() {
            self.error(&rules::type_mismatch::RULE, node.range(), "a range has no meaning in plain data");
            return None;
        }
        let expr = node.expr()?;
        self.constant(&expr)
    }

    /// Reports what is required and not there, unless something in `node` could not be read at all.
    pub(crate) fn check_presence(
        &mut self,
        given: &Given,
        block: &Block,
        place: TextRange,
        node: &impl AstNode,
    ) {
        if self.is_mangled(node.syntax()) {
            return;
        }
        let required = |f: &&Field| f.presence == Presence::Required && !given.is_meant(f.name);
        let missing: Vec<&Field> = block.fields.iter().filter(required).collect();
        if !missing.is_empty() {
            self.report(rules::missing_field::diagnostic(block, &missing, place));
        }
        for group in block.groups {
            self.check_group(given, block, group, place);
        }
    }

    /// Reports what every event of a source lacks, once, at the source; what is reported counts as given.
    pub(crate) fn check_shared_presence(
        &mut self,
        given: &mut Given,
        events: &[Given],
        block: &Block,
        per_event: &[&str],
        place: TextRange,
    ) {
        let nowhere = |given: &Given, name: &str| {
            !per_event.contains(&name) && !given.is_meant(name) && !events.iter().any(|e| e.is_meant(name))
        };
        let missing: Vec<&Field> = block
            .fields
            .iter()
            .filter(|f| f.presence == Presence::Required && nowhere(given, f.name))
            .collect();
        if !missing.is_empty() {
            self.report(rules::missing_field::diagnostic(block, &missing, place));
            given.meant.extend(missing.iter().map(|f| f.name.to_owned()));
        }
        for group in block.groups.iter().filter(|g| g.required) {
            let fields = || group.alternatives.iter().flat_map(|fields| fields.iter());
            if fields().all(|f| nowhere(given, f)) {
                self.report(rules::missing_group_field::diagnostic(block, group, place));
                given.meant.extend(fields().map(|&f| f.to_owned()));
            }
        }
    }

    fn check_group(&mut self, given: &Given, block: &Block, group: &Group, place: TextRange) {
        if group
            .alternatives
            .iter()
            .flat_map(|fields| fields.iter())
            .any(|f| given.meant.iter().any(|m| m == f))
        {
            return;
        }
        let some = |fields: &&&[&str]| fields.iter().any(|f| given.has(f));
        let chosen: Vec<&&[&str]> = group.alternatives.iter().filter(some).collect();
        match chosen.as_slice() {
            [] if group.required => self.report(rules::missing_group_field::diagnostic(block, group, place)),
            [first, second, ..] if group.exclusive => {
                let field = |fields: &[&'static str]| *fields.iter().find(|f| given.has(f)).unwrap_or(&"");
                let (one, other) = (field(first), field(second));
                let range = given.place(other).unwrap_or(place);
                let message = format!("{} takes `{one}` or `{other}`, not both", a(block.name));
                let mut diagnostic = Diagnostic::new(&rules::exclusive_fields::RULE, range, message);
                if let Some(first) = given.place(one) {
                    diagnostic = diagnostic.label(first, format!("`{one}` is given here"));
                }
                self.report(diagnostic);
            }
            chosen => {
                for fields in chosen {
                    if let Some(missing) = fields.iter().find(|f| !given.has(f)) {
                        let present = fields.iter().find(|f| given.has(f)).unwrap_or(&"");
                        let range = given.place(present).unwrap_or(place);
                        let message = format!("`{present}` needs `{missing}` beside it");
                        self.error(&rules::missing_group_field::RULE, range, message);
                    }
                }
            }
        }
    }

    /// The value of a field of a type; `None` when it is broken (reported) or not known yet (a param without a value).
    pub(crate) fn field_value(&mut self, node: &ast::Value, ty: &FieldType, name: &str) -> Option<Value> {
        match ty {
            FieldType::Range { of, single } => return self.range_value(node, of, *single, name),
            FieldType::Retry => return self.retry_value(node),
            FieldType::OncePer => return self.once_per_value(node, name),
            _ => {}
        }
        if let Some(tail) = node.tail() {
            self.error(&rules::unexpected_text::RULE, tail.range(), format!("`{name}` takes one value"));
        }
        if node.is_range() {
            let message = format!("`{name}` takes one value, not a range");
            self.error(&rules::type_mismatch::RULE, node.range(), message);
            return None;
        }
        self.expr_value(&node.expr()?, ty, name)
    }

    fn range_value(&mut self, node: &ast::Value, of: &FieldType, single: bool, name: &str) -> Option<Value> {
        let from = self.expr_value(&node.expr()?, of, name);
        if !node.is_range() {
            if !single {
                self.error(
                    &rules::type_mismatch::RULE,
                    node.range(),
                    format!("`{name}` takes a range: `a..b`"),
                );
                return None;
            }
            let value = from?;
            return Some(Value::Range(Box::new(value.clone()), Box::new(value)));
        }
        let to = self.expr_value(&node.upper()?, of, name);
        let (from, to) = (from?, to?);
        // `scale: 2..0` is at least two and no limit: 0 as the upper end of a count is none.
        let unlimited = matches!(of, FieldType::Int { min: 0, .. }) && to == Value::Number(0.0);
        if let (Some(a), Some(b)) = (magnitude(&from, of), magnitude(&to, of))
            && a > b
            && !unlimited
        {
            let text = |e: Option<ast::Expr>| {
                e.map(|e| e.syntax().text().to_string().trim().to_owned()).unwrap_or_default()
            };
            self.report(rules::reversed_range::diagnostic(
                &text(node.expr()),
                &text(node.upper()),
                node.range(),
            ));
            return None;
        }
        Some(Value::Range(Box::new(from), Box::new(to)))
    }

    fn retry_value(&mut self, node: &ast::Value) -> Option<Value> {
        let times = self.count_of(node.expr().as_ref(), 1, 1_000, "`retry`");
        let mut entries = vec![("times".to_owned(), Value::Number(f64::from(times?)))];
        if let Some(tail) = node.tail() {
            if tail.keyword().is_none_or(|k| k.text() != "backoff") {
                self.error(
                    &rules::unexpected_text::RULE,
                    tail.range(),
                    "`retry` takes `backoff a..b` behind its number",
                );
                return None;
            }
            let any = FieldType::Duration { min: 0, max: u64::MAX };
            let range = self.range_value(&tail.value()?, &any, false, "backoff")?;
            entries.push(("backoff".to_owned(), range));
        }
        Some(Value::Map(entries))
    }

    fn once_per_value(&mut self, node: &ast::Value, name: &str) -> Option<Value> {
        let field = node.expr()?.syntax().text().to_string().trim().to_owned();
        let every = node.tail().filter(|t| t.keyword().is_some_and(|k| k.text() == "every"));
        let Some(every) = every.and_then(|t| t.value()) else {
            let message = format!("`{name}` takes a field and a period: `{name}: {field} every 30s`");
            self.error(&rules::type_mismatch::RULE, node.range(), message);
            return None;
        };
        let any = FieldType::Duration { min: 1, max: u64::MAX };
        let every = self.field_value(&every, &any, "every")?;
        Some(Value::Map(vec![("field".to_owned(), Value::String(field)), ("every".to_owned(), every)]))
    }

    fn expr_value(&mut self, node: &ast::Expr, ty: &FieldType, name: &str) -> Option<Value> {
        match ty {
            FieldType::Duration { min, max } => self.duration_value(node, *min, *max, name),
            FieldType::Cpu => {
                self.quantity_value(node, name, "cores (`100m`, `2`)", |unit| matches!(unit, "" | "m"))
            }
            FieldType::Bytes => self.quantity_value(node, name, "bytes (`64Mi`, `1Gi`)", |unit| unit != "m"),
            FieldType::Percent => self.percent_value(node, name),
            FieldType::Rate => self.rate_value(node, name),
            FieldType::Word(words) => self.word_value(node, words, name),
            FieldType::Secret => self.reference_value(node, &["secret"], name),
            FieldType::Config => self.reference_value(node, &["config"], name),
            FieldType::EnvValue => self.env_value(node, name),
            FieldType::List(of) => self.list_value(node, of, name),
            FieldType::Map(of) => self.map_value(node, of, name),
            FieldType::Record(block) => self.record_value(node, block, name),
            FieldType::Cluster => self.cluster_value(node),
            FieldType::Function => self.function_value(node),
            FieldType::Bus => self.bus_value(node),
            FieldType::Any => self.constant(node),
            FieldType::OneOf(types) => self.one_of_value(node, types, name),
            FieldType::Reset => self.reset_value(node, name),
            FieldType::Bool | FieldType::Int { .. } | FieldType::Number { .. } => {
                self.scalar_value(node, ty, name)
            }
            _ => self.text_value(node, ty, name),
        }
    }

    /// A constant as plain data.
    fn constant(&mut self, node: &ast::Expr) -> Option<Value> {
        if let ast::Expr::Literal(literal) = node
            && let Some(LiteralKind::Number(text)) = literal.kind()
            && text.parse::<f64>().is_err()
        {
            return Some(Value::String(text));
        }
        match node {
            ast::Expr::Call(call) if is_reference(call) => {
                self.report(rules::secret_not_allowed::diagnostic("secret", "plain data", node.range()));
                None
            }
            ast::Expr::Record(record) => {
                let mut entries = Vec::new();
                for field in record.fields() {
                    let (Some(key), Some(value)) = (field.key(), field.value()) else { continue };
                    entries.push((key.text(), self.constant(&value)?));
                }
                Some(Value::Map(entries))
            }
            ast::Expr::List(list) => {
                let items: Vec<Option<Value>> = list.elements().map(|e| self.constant(&e)).collect();
                Some(Value::List(items.into_iter().collect::<Option<_>>()?))
            }
            node => self.constant_of(node).map(|(value, _)| value),
        }
    }

    /// What an expression over params is, with its type; `None` when it is broken (reported) or not known yet.
    fn constant_of(&mut self, node: &ast::Expr) -> Option<(Value, Type)> {
        let (expr, ty) = self.known(node)?;
        match crate::eval::eval(&expr, &crate::eval::Env::default()) {
            Ok(json) => Some((crate::value::as_json::from_json(&json), ty)),
            Err(error) => {
                self.error(&rules::type_mismatch::RULE, node.range(), format!("this has no value: {error}"));
                None
            }
        }
    }

    fn wrong(&mut self, name: &str, what: &str, found: &Type, range: TextRange) {
        if *found == Type::Error {
            return;
        }
        let message = format!("`{name}` takes {what}; this is `{found}`");
        self.error(&rules::type_mismatch::RULE, range, message);
    }

    fn scalar_value(&mut self, node: &ast::Expr, ty: &FieldType, name: &str) -> Option<Value> {
        if let Some(text) = number_text(node)
            && text.parse::<f64>().is_err()
        {
            self.report(rules::wrong_unit::plain(&format!("`{name}`"), &text, node.range()));
            return None;
        }
        let (value, found) = self.constant_of(node)?;
        match (ty, &value) {
            (FieldType::Bool, Value::Bool(_)) => Some(value),
            (FieldType::Bool, _) => {
                self.wrong(name, "`true` or `false`", &found, node.range());
                None
            }
            (FieldType::Int { min, max }, Value::Number(n)) => {
                if n.fract() != 0.0 {
                    self.error(
                        &rules::out_of_range::RULE,
                        node.range(),
                        format!("`{name}` takes a whole number; this is {n}"),
                    );
                    return None;
                }
                #[allow(clippy::cast_precision_loss)]
                // bounds of fields are far below 2^53, or the largest i64
                self.in_range(*n, *min as f64, *max as f64, name, node.range()).then_some(value)
            }
            (FieldType::Number { min, max }, Value::Number(n)) => {
                self.in_range(*n, *min, *max, name, node.range()).then_some(value)
            }
            _ => {
                self.wrong(name, "a number", &found, node.range());
                None
            }
        }
    }

    fn in_range(&mut self, n: f64, min: f64, max: f64, name: &str, range: TextRange) -> bool {
        if n >= min && n <= max {
            return true;
        }
        self.report(rules::out_of_range::diagnostic(name, &n.to_string(), &bounds(min, max), range));
        false
    }

    fn text_value(&mut self, node: &ast::Expr, ty: &FieldType, name: &str) -> Option<Value> {
        if let ast::Expr::Call(call) = node
            && is_reference(call)
        {
            let word = if let Some(ast::Expr::Name(n)) = call.callee() { n.name() } else { String::new() };
            self.report(rules::secret_not_allowed::diagnostic(&word, &format!("`{name}`"), node.range()));
            return None;
        }
        let mark = self.mark();
        let Some((value, found)) = self.constant_of(node) else {
            self.offer_quotes(mark, node);
            return None;
        };
        let Value::String(text) = &value else {
            self.wrong(name, "text", &found, node.range());
            return None;
        };
        match check_text(text, ty) {
            Ok(()) => Some(value),
            Err(wrong) => {
                self.report(wrong.diagnostic(name, text, node.range()));
                None
            }
        }
    }

    /// A name that is nowhere, where text is taken, is text without its quotes unless a name is near.
    fn offer_quotes(&mut self, mark: usize, node: &ast::Expr) {
        let ast::Expr::Name(word) = node else { return };
        let quoted = format!("\"{}\"", word.name());
        let offered = self.take_since(mark).into_iter().map(|diagnostic| {
            if *diagnostic.rule != rules::unknown_name::RULE || !diagnostic.fixes.is_empty() {
                return diagnostic;
            }
            let help = format!("text needs quotes: {quoted}");
            diagnostic.help(help).fix(Applicability::Unsafe, "Put it in quotes", node.range(), quoted.clone())
        });
        let offered: Vec<Diagnostic> = offered.collect();
        self.report_all(offered);
    }

    fn duration_value(&mut self, node: &ast::Expr, min: u64, max: u64, name: &str) -> Option<Value> {
        let duration = self.duration_of(Some(node))?;
        if duration.0 < min || duration.0 > max {
            let limits = match (min, max) {
                (min, u64::MAX) => format!("at least {}", Duration(min)),
                (min, max) => format!("{} to {}", Duration(min), Duration(max)),
            };
            self.report(rules::out_of_range::diagnostic(name, &duration.to_string(), &limits, node.range()));
            return None;
        }
        Some(Value::String(duration.to_string()))
    }

    fn quantity_value(
        &mut self,
        node: &ast::Expr,
        name: &str,
        what: &str,
        is_unit: fn(&str) -> bool,
    ) -> Option<Value> {
        let text = match number_text(node) {
            Some(text) => text,
            None => match self.constant_of(node)? {
                (Value::String(text), _) => text,
                (Value::Number(number), _) => number.to_string(),
                (_, found) => {
                    self.wrong(name, what, &found, node.range());
                    return None;
                }
            },
        };
        let quantity = Quantity(text.clone());
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        if quantity.value().is_none() || !is_unit(unit) {
            self.report(rules::wrong_unit::quantity(name, &text, what, node.range()));
            return None;
        }
        if quantity.value() == Some(0.0) {
            self.report(rules::zero_limit::diagnostic(name, node.range()));
            return None;
        }
        Some(Value::String(text))
    }

    fn percent_value(&mut self, node: &ast::Expr, name: &str) -> Option<Value> {
        let percent = number_text(node).and_then(|t| t.strip_suffix('%').and_then(|n| n.parse::<f64>().ok()));
        let Some(percent) = percent else {
            let text = number_text(node).unwrap_or_default();
            self.report(rules::wrong_unit::percent(name, &text, node.range()));
            return None;
        };
        self.in_range(percent, 0.0, 100.0, name, node.range()).then(|| Value::Number(percent / 100.0))
    }

    fn rate_value(&mut self, node: &ast::Expr, name: &str) -> Option<Value> {
        match number_text(node).map(|t| (t.parse::<Rate>(), t)) {
            Some((Ok(rate), _)) => Some(Value::String(rate.to_string())),
            Some((_, text)) if text.starts_with("0/") => {
                self.report(rules::out_of_range::diagnostic(name, &text, "more than 0", node.range()));
                None
            }
            other => {
                let text = other.map(|(_, t)| t).unwrap_or_default();
                self.report(rules::wrong_unit::rate(name, &text, node.range()));
                None
            }
        }
    }

    fn word_value(&mut self, node: &ast::Expr, words: &[&str], name: &str) -> Option<Value> {
        let text = match node {
            ast::Expr::Name(word) => word.name(),
            node => match self.constant_of(node)? {
                (Value::String(text), _) => text,
                (_, found) => {
                    let list: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
                    self.wrong(name, &format!("one of {}", list.join(", ")), &found, node.range());
                    return None;
                }
            },
        };
        if words.contains(&text.as_str()) {
            self.note(node, || Meaning::Word);
            return Some(Value::String(text));
        }
        let known: Vec<String> = words.iter().map(|&w| w.to_owned()).collect();
        self.unknown(&rules::unknown_word::RULE, &format!("word for `{name}`:"), &text, node.range(), &known);
        None
    }

    fn reference_value(&mut self, node: &ast::Expr, words: &[&str], name: &str) -> Option<Value> {
        let ast::Expr::Call(call) = node else {
            self.report(rules::literal_credential::needs_reference(name, words[0], node.range()));
            return None;
        };
        let Some(ast::Expr::Name(callee)) = call.callee() else { return None };
        let word = callee.name();
        if !words.contains(&word.as_str()) {
            let message = format!("`{name}` takes `{}(\"name\", \"key\")`", words[0]);
            self.error(&rules::type_mismatch::RULE, node.range(), message);
            return None;
        }
        self.note(&callee, || Meaning::Form);
        let args: Vec<ast::Expr> = call.args().iter().flat_map(ast::Args::positional).collect();
        let [object, key] = args.as_slice() else {
            let message =
                format!("`{word}` takes the name of the object and a key of it: `{word}(\"name\", \"key\")`");
            self.error(&rules::bad_argument_form::RULE, node.range(), message);
            return None;
        };
        let text = FieldType::Text { max: 253 };
        let object_text = self.expr_value(object, &text, "the name")?;
        let key = self.expr_value(key, &text, "the key")?;
        let (Value::String(object_name), Value::String(key)) = (object_text, key) else { return None };
        if let Err(reason) = rules::bad_format::volume_name(&object_name) {
            self.error(&rules::bad_format::RULE, object.range(), reason);
            return None;
        }
        let reference = KeyRef { name: object_name, key };
        Some(if word == "secret" { Value::Secret(reference) } else { Value::Config(reference) })
    }

    fn env_value(&mut self, node: &ast::Expr, name: &str) -> Option<Value> {
        if let ast::Expr::Call(call) = node
            && is_reference(call)
        {
            return self.reference_value(node, &["secret", "config"], name);
        }
        if let Some(text) = number_text(node).or_else(|| flag_text(node)) {
            let message = format!("an environment variable is text; `{text}` is not");
            let diagnostic = Diagnostic::new(&rules::type_mismatch::RULE, node.range(), message);
            let quoted = format!("\"{text}\"");
            self.report(diagnostic.fix(Applicability::Safe, format!("Write {quoted}"), node.range(), quoted));
            return None;
        }
        let (value, found) = self.constant_of(node)?;
        match value {
            value @ Value::String(_) => {
                if let Value::String(text) = &value {
                    self.report_all(rules::literal_credential::check(name, text, node.range()));
                }
                Some(value)
            }
            _ => {
                self.wrong(name, "text, `secret(…)` or `config(…)`", &found, node.range());
                None
            }
        }
    }

    fn list_value(&mut self, node: &ast::Expr, of: &FieldType, name: &str) -> Option<Value> {
        let ast::Expr::List(list) = node else {
            let text = node.syntax().text().to_string();
            let message = format!("`{name}` takes a list");
            let diagnostic = Diagnostic::new(&rules::type_mismatch::RULE, node.range(), message);
            let text = format!("[{}]", text.trim());
            self.report(diagnostic.fix(Applicability::Safe, format!("Write `{text}`"), node.range(), text));
            return None;
        };
        let items: Vec<Option<Value>> = list.elements().map(|e| self.expr_value(&e, of, name)).collect();
        Some(Value::List(items.into_iter().flatten().collect()))
    }

    fn map_value(&mut self, node: &ast::Expr, of: &FieldType, name: &str) -> Option<Value> {
        let ast::Expr::Record(record) = node else {
            self.error(
                &rules::type_mismatch::RULE,
                node.range(),
                format!("`{name}` takes `{{ key: value }}`"),
            );
            return None;
        };
        let mut entries = Vec::new();
        for field in record.fields() {
            let (Some(key), Some(value)) = (field.key(), field.value()) else { continue };
            if let Some(value) = self.expr_value(&value, of, &key.text()) {
                entries.push((key.text(), value));
            }
        }
        Some(Value::Map(entries))
    }

    fn record_value(&mut self, node: &ast::Expr, block: &Block, name: &str) -> Option<Value> {
        let ast::Expr::Record(record) = node else {
            self.error(&rules::type_mismatch::RULE, node.range(), format!("`{name}` takes `{{ … }}`"));
            return None;
        };
        let mut given = Given::default();
        for field in record.fields() {
            let Some(key) = field.key() else { continue };
            let (text, range) = (key.text(), key.range());
            if given.has(&text) {
                self.error(&rules::duplicate_field::RULE, range, format!("`{text}` is given twice"));
                continue;
            }
            given.places.push((text.clone(), range));
            let ty = match (block.field(&text), block.nested(&text), block.open) {
                (Some(field), _, _) => {
                    self.note(Unquoted(&key), || Meaning::Field(block.name, field));
                    field.ty
                }
                (None, Some(nested), _) => {
                    self.note(Unquoted(&key), || Meaning::Nested(nested));
                    FieldType::Record(nested.block)
                }
                (None, None, Some(open)) => {
                    self.note(Unquoted(&key), || Meaning::OpenKey);
                    open
                }
                _ => {
                    self.unknown_field(&text, range, &[block], &mut given);
                    continue;
                }
            };
            if let Some(value) = field.value()
                && let Some(value) = self.expr_value(&value, &ty, &text)
            {
                given.entries.push((text, value));
            }
        }
        self.note_block(node.syntax(), &[block], &given);
        self.check_presence(&given, block, node.range(), node);
        Some(given.value())
    }

    fn cluster_value(&mut self, node: &ast::Expr) -> Option<Value> {
        let ast::Expr::Name(name) = node else {
            self.error(
                &rules::type_mismatch::RULE,
                node.range(),
                "a cluster is named by a bare word: `edge-a`",
            );
            return None;
        };
        self.cluster(&name.name(), name.range()).map(Value::String)
    }

    fn function_value(&mut self, node: &ast::Expr) -> Option<Value> {
        let ast::Expr::Name(name) = node else {
            self.error(&rules::type_mismatch::RULE, node.range(), "a function is named by a bare word");
            return None;
        };
        let text = name.name();
        let callable = self.callable(&text);
        let symbol = callable.as_ref().and_then(|c| c.symbol.clone());
        self.note_symbol(name, symbol, None);
        match callable.map(|c| c.callee) {
            Some(crate::ir::Callee::Function(function)) => Some(Value::String(function)),
            Some(_) => {
                self.error(
                    &rules::wrong_kind_of_name::RULE,
                    name.range(),
                    format!("`{text}` is a workflow, not a function"),
                );
                None
            }
            None if self.is_broken_import(&text) => None,
            None => {
                let diagnostic = self.unknown_callable(&text, name.range());
                self.report(diagnostic);
                None
            }
        }
    }

    fn bus_value(&mut self, node: &ast::Expr) -> Option<Value> {
        let ast::Expr::Name(name) = node else {
            self.error(&rules::type_mismatch::RULE, node.range(), "a bus is named by a bare word");
            return None;
        };
        let text = name.name();
        if let Some(binding) = self.find(&text, |d| matches!(d, Decl::Bus)) {
            self.note_binding(name, binding, None);
            return Some(Value::String(text));
        }
        if !self.is_broken_import(&text) {
            let known = self.scope.names(|d| matches!(d, Decl::Bus));
            self.unknown(&rules::unknown_bus::RULE, "bus", &text, name.range(), &known);
        }
        None
    }

    fn one_of_value(&mut self, node: &ast::Expr, types: &[FieldType], name: &str) -> Option<Value> {
        let mark = self.mark();
        let mut first = None;
        for ty in types {
            let value = self.expr_value(node, ty, name);
            if !self.failed_since(mark) {
                return value;
            }
            let reported = self.take_since(mark);
            first.get_or_insert(reported);
        }
        first.into_iter().flatten().for_each(|d| self.report(d));
        None
    }

    fn reset_value(&mut self, node: &ast::Expr, name: &str) -> Option<Value> {
        let call = if let ast::Expr::Call(call) = node { Some(call) } else { None };
        let is_cron =
            |c: &&ast::CallExpr| matches!(c.callee(), Some(ast::Expr::Name(n)) if n.name() == "cron");
        if let Some(word) = call.filter(is_cron).and_then(ast::CallExpr::callee) {
            self.note(&word, || Meaning::Form);
        }
        let args: Vec<ast::Expr> = match call.filter(is_cron) {
            Some(call) => call.args().iter().flat_map(ast::Args::positional).collect(),
            None => Vec::new(),
        };
        let (cron, timezone) = match args.as_slice() {
            [cron] => (cron, None),
            [cron, timezone] => (cron, Some(timezone)),
            _ => {
                let message = format!(
                    "`{name}` takes `cron(\"0 * * * *\")`, with a time zone as its second argument if need be"
                );
                self.error(&rules::type_mismatch::RULE, node.range(), message);
                return None;
            }
        };
        let mut entries = vec![("cron".to_owned(), self.expr_value(cron, &FieldType::Cron, name)?)];
        if let Some(timezone) = timezone {
            entries.push((
                "timezone".to_owned(),
                self.expr_value(timezone, &FieldType::Timezone, "the time zone")?,
            ));
        }
        Some(Value::Map(entries))
    }
}

fn find_field(blocks: &[&Block], name: &str) -> Option<&'static Field> {
    blocks.iter().find_map(|b| b.field(name))
}

fn find_nested(blocks: &[&Block], name: &str) -> Option<&'static Nested> {
    blocks.iter().find_map(|b| b.nested(name))
}

/// What the block is called that has a field.
fn owner(blocks: &[&Block], field: &'static Field) -> &'static str {
    blocks.iter().find(|b| b.field(field.name).is_some()).map_or("", |b| b.name)
}

/// What is wrong with a text.
pub(crate) enum WrongText {
    /// A cron expression, with the reason.
    Cron(String),
    /// A `PromQL` query, with the reason.
    PromQl(String),
    /// Anything else, with what it should be.
    Format(String),
}

impl WrongText {
    fn diagnostic(self, name: &str, text: &str, range: TextRange) -> Diagnostic {
        match self {
            WrongText::Cron(reason) => rules::bad_cron::diagnostic(text, &reason, range),
            WrongText::PromQl(reason) => rules::bad_promql::diagnostic(&reason, range),
            WrongText::Format(what) => rules::bad_format::diagnostic(name, text, &what, range),
        }
    }
}

/// Whether a text is what a field takes.
pub(crate) fn check_text(text: &str, ty: &FieldType) -> Result<(), WrongText> {
    let format = |ok: bool, what: &str| if ok { Ok(()) } else { Err(WrongText::Format(what.to_owned())) };
    match ty {
        FieldType::Text { max } if *max != 0 && text.len() > *max => {
            Err(WrongText::Format(format!("at most {max} bytes")))
        }
        FieldType::Text { .. } => format(!text.is_empty(), "text that is not empty"),
        FieldType::Pattern { regex, what } => format(matches(regex, text), what),
        FieldType::Url { schemes } if !rules::bad_format::is_url(text, schemes) => {
            Err(WrongText::Format(url_form(schemes)))
        }
        FieldType::HttpPath => {
            let ok =
                text.starts_with('/') && !text.contains(char::is_whitespace) && !text.contains(['?', '#']);
            format(ok, "a path such as `/vehicle`")
        }
        FieldType::Cron => crate::catalog::cron::check(text).map_err(WrongText::Cron),
        FieldType::Timezone => {
            format(crate::catalog::timezones::is_known(text), "an IANA time zone such as `Europe/Berlin`")
        }
        FieldType::DnsLabel => {
            format(rules::bad_format::is_dns_label(text), "a Kubernetes name: a-z, 0-9 and `-`, at most 63")
        }
        FieldType::PromQl => crate::catalog::promql::check(text).map_err(WrongText::PromQl),
        _ => Ok(()),
    }
}

/// Whether a pattern of the catalogue matches a whole text. Compiling one takes longer than all the rest of a small
/// file's field, most of it for letters that are not ASCII, which none of them names; and the same few come again.
fn matches(pattern: &'static str, text: &str) -> bool {
    static COMPILED: Mutex<BTreeMap<&'static str, Regex>> = Mutex::new(BTreeMap::new());
    // A panic elsewhere leaves the map as it was.
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = compiled.get(pattern) {
        return regex.is_match(text.as_bytes());
    }
    let whole = RegexBuilder::new(&format!("^(?:{pattern})$")).unicode(false).build();
    whole.is_ok_and(|regex| compiled.entry(pattern).or_insert(regex).is_match(text.as_bytes()))
}

fn url_form(schemes: &[&str]) -> String {
    match schemes {
        [] => "a URL".to_owned(),
        schemes => format!(
            "a URL that begins with {}",
            schemes.iter().map(|s| format!("`{s}://`")).collect::<Vec<_>>().join(" or ")
        ),
    }
}

fn bounds(min: f64, max: f64) -> String {
    let huge = |n: f64| n.abs() >= f64::from(i32::MAX);
    match (min, max) {
        (min, max) if huge(max) && min > 0.0 && min <= f64::MIN_POSITIVE => "more than 0".to_owned(),
        (min, max) if huge(max) => format!("at least {min}"),
        (min, max) => format!("{min} to {max}"),
    }
}

/// The size of an end of a range, in the unit of its kind.
fn magnitude(value: &Value, of: &FieldType) -> Option<f64> {
    match (value, of) {
        (Value::Number(number), _) => Some(*number),
        #[allow(clippy::cast_precision_loss)] // durations are far below 2^53 ms
        (Value::String(text), FieldType::Duration { .. }) => {
            text.parse::<Duration>().ok().map(|d| d.0 as f64)
        }
        (Value::String(text), _) => Quantity(text.clone()).value(),
        _ => None,
    }
}

/// The text of a number token, with its unit and sign.
pub(crate) fn number_text(node: &ast::Expr) -> Option<String> {
    match node {
        ast::Expr::Literal(literal) => match literal.kind() {
            Some(LiteralKind::Number(text)) => Some(text),
            _ => None,
        },
        ast::Expr::Unary(unary) if unary.operator().is_some_and(|o| o.text() == "-") => {
            number_text(&unary.operand()?).map(|text| format!("-{text}"))
        }
        _ => None,
    }
}

fn flag_text(node: &ast::Expr) -> Option<String> {
    let ast::Expr::Literal(literal) = node else { return None };
    match literal.kind()? {
        LiteralKind::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Whether a call is `secret(…)` or `config(…)`.
fn is_reference(call: &ast::CallExpr) -> bool {
    matches!(call.callee(), Some(ast::Expr::Name(n)) if matches!(n.name().as_str(), "secret" | "config"))
}

/// Where the value of a field stands.
pub(crate) fn value_range(members: &[ast::Member], key: &str) -> Option<TextRange> {
    members.iter().find_map(|member| match member {
        ast::Member::Field(field) if field.key()?.text() == key => {
            let value = field.value()?;
            Some(value.expr().map_or_else(|| value.range(), |e| e.range()))
        }
        _ => None,
    })
}

/// Where the value of a field of a nested block stands.
pub(crate) fn nested_value_range(members: &[ast::Member], block: &str, key: &str) -> Option<TextRange> {
    members.iter().find_map(|member| match member {
        ast::Member::Nested(nested) if nested.keyword()?.text() == block => {
            value_range(&nested.members(), key)
        }
        _ => None,
    })
}
