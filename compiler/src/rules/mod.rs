//! The rules: one file per diagnostic, each with its code, name, default level, summary and documentation page.
//!
//! A page has *Why*, a wrong example (a fenced `efl` block with the diagnostic asserted in a comment, as in
//! `tests/spec/README.md`) and a right one; both are run as tests. `efl explain`, the reference and the levels in
//! `efl.toml` come from the same registry, which `build.rs` makes from the files of this folder.

use crate::{
    diag::{Applicability, Diagnostic, Edit, Fix, Level},
    ir,
};
use efl_grammar::{
    SyntaxError, SyntaxErrorKind, TextRange,
    ast::{self, AstNode, HasMembers, HasName},
};
use rustc_hash::FxHashMap;
use std::cell::OnceCell;

/// A kind of diagnostic.
#[derive(Debug)]
pub struct Rule {
    /// Stable code: `E0201`.
    pub code: &'static str,
    /// Kebab-case name: `unknown-event`.
    pub name: &'static str,
    /// The level unless configured.
    pub level: Level,
    /// One line.
    pub summary: &'static str,
    /// The page, in Markdown.
    pub page: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

/// Declares the rule of a file as `RULE`.
macro_rules! rule {
    (code: $code:literal, name: $name:literal, level: $level:ident, summary: $summary:literal, page: $page:expr $(,)?) => {
        #[doc = $summary]
        pub static RULE: $crate::rules::Rule = $crate::rules::Rule {
            code: $code,
            name: $name,
            level: $crate::diag::Level::$level,
            summary: $summary,
            page: $page,
        };
    };
}
use rule;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule of a code or name.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|r| r.code.eq_ignore_ascii_case(code_or_name) || r.name == code_or_name)
}

/// Every rule, by code.
pub fn sorted() -> Vec<&'static Rule> {
    let mut rules = ALL.to_vec();
    rules.sort_by_key(|r| r.code);
    rules
}

/// Where the parts of an orchestrator stand: rules over the IR ask it for places.
pub(crate) struct Places<'a> {
    decl: &'a ast::Orchestrator,
    /// The names of its declarations, by kind: of several with one name the first.
    names: OnceCell<FxHashMap<(Part, String), TextRange>>,
}

/// A kind of declaration in an orchestrator.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Rule,
    Function,
    Source,
    Workflow,
}

impl<'a> Places<'a> {
    /// The places in an orchestrator.
    pub(crate) fn of(decl: &'a ast::Orchestrator) -> Self {
        Self { decl, names: OnceCell::new() }
    }

    fn name(&self) -> TextRange {
        self.decl.name().map_or_else(|| self.decl.range(), |n| n.range())
    }

    fn named(&self, part: Part, name: &str) -> TextRange {
        let names = self.names.get_or_init(|| {
            let mut names = FxHashMap::default();
            for member in self.decl.members() {
                let (part, name) = match &member {
                    ast::Member::Rule(rule) => (Part::Rule, rule.name()),
                    ast::Member::Function(function) => (Part::Function, function.name()),
                    ast::Member::Source(source) => (Part::Source, source.name()),
                    ast::Member::Workflow(workflow) => (Part::Workflow, workflow.name()),
                    _ => continue,
                };
                if let Some(name) = name {
                    names.entry((part, name.text())).or_insert(name.range());
                }
            }
            names
        });
        names.get(&(part, name.to_owned())).copied().unwrap_or_else(|| self.name())
    }

    /// The name of a rule.
    pub(crate) fn rule(&self, name: &str) -> TextRange {
        self.named(Part::Rule, name)
    }

    /// The event logic of a rule.
    pub(crate) fn logic(&self, name: &str) -> TextRange {
        let rule = self.decl.members().into_iter().find_map(|m| match m {
            ast::Member::Rule(rule) if rule.name().is_some_and(|n| n.text() == name) => rule.logic(),
            _ => None,
        });
        rule.map_or_else(|| self.rule(name), |l| l.range())
    }

    /// The name of a declaration, by its path: `crossing-safety/rule/crossing`.
    pub(crate) fn declaration(&self, path: &str) -> TextRange {
        match path.split('/').collect::<Vec<_>>().as_slice() {
            [_, "rule", name] => self.rule(name),
            [_, "function", name] => self.function(name),
            [_, "source", name] => self.source(name),
            [_, "workflow", name] => self.workflow(name),
            _ => self.name(),
        }
    }

    /// The name of a function; the orchestrator's for one declared outside.
    pub(crate) fn function(&self, name: &str) -> TextRange {
        self.named(Part::Function, name)
    }

    /// The name of a source.
    pub(crate) fn source(&self, name: &str) -> TextRange {
        self.named(Part::Source, name)
    }

    /// The name of a workflow; the orchestrator's for one declared outside.
    pub(crate) fn workflow(&self, name: &str) -> TextRange {
        self.named(Part::Workflow, name)
    }

    fn placement(&self) -> Option<ast::Placement> {
        self.decl
            .members()
            .into_iter()
            .find_map(|m| if let ast::Member::Placement(p) = m { Some(p) } else { None })
    }

    /// A field of the placement.
    pub(crate) fn placement_field(&self, key: &str) -> TextRange {
        let field = self.placement().and_then(|p| field_range(&p.members(), key));
        field.unwrap_or_else(|| self.name())
    }

    /// A `pin` of the placement.
    pub(crate) fn pin(&self, stage: &str) -> TextRange {
        let members = self.placement().map(|p| p.members()).unwrap_or_default();
        let pin = members.into_iter().find_map(|m| match m {
            ast::Member::Pin(pin) if pin.stage().is_some_and(|s| s.text() == stage) => Some(pin.range()),
            _ => None,
        });
        pin.unwrap_or_else(|| self.name())
    }

    /// The `bus` field, else the orchestrator's name.
    pub(crate) fn bus(&self) -> TextRange {
        field_range(&self.decl.members(), "bus").unwrap_or_else(|| self.name())
    }
}

fn field_range(members: &[ast::Member], key: &str) -> Option<TextRange> {
    members.iter().find_map(|m| match m {
        ast::Member::Field(field) if field.key()?.text() == key => Some(field.range()),
        _ => None,
    })
}

/// The rules over a whole orchestrator.
pub(crate) fn check_orchestrator(orc: &ir::Orchestrator, decl: &ast::Orchestrator) -> Vec<Diagnostic> {
    let places = &Places::of(decl);
    let mut found = recursion::check(orc, places);
    found.extend(emit_cycle::check(orc, places));
    found.extend(subsumed_rule::check(orc, places));
    found.extend(same_event_twice::check(orc, places));
    found.extend(stale_halves::check(orc, places));
    found.extend(clears_halves::check(orc, places));
    found.extend(lossy_pairing::check(orc, places));
    found.extend(timeout_nesting::check(orc, places));
    found.extend(too_many_replicas::check(orc, places));
    found.extend(pin_not_candidate::check(orc, places));
    found.extend(missing_gateway::check(orc, places));
    found.extend(single_cluster_bus::check(orc, places));
    found.extend(repeated_cluster::check(orc, places));
    found.extend(pin_splits_nothing::check(orc, places));
    found
}

/// The diagnostic of a syntax error.
pub(crate) fn syntax(error: &SyntaxError) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(syntax_rule(error.kind), error.range, error.message.clone());
    diagnostic.help.clone_from(&error.help);
    for (range, message) in &error.related {
        diagnostic = diagnostic.label(*range, message.clone());
    }
    if let Some(fix) = &error.fix {
        let edit = |(range, text): &(TextRange, String)| Edit { range: *range, text: text.clone() };
        let edits = fix.edits.iter().map(edit).collect();
        diagnostic.fixes.push(Fix { title: fix.title.clone(), applicability: Applicability::Unsafe, edits });
    }
    diagnostic
}

macro_rules! syntax_rules {
    ($($kind:ident => $module:ident),* $(,)?) => {
        fn syntax_rule(kind: SyntaxErrorKind) -> &'static Rule {
            match kind { $(SyntaxErrorKind::$kind => &$module::RULE),* }
        }
    };
}
syntax_rules! {
    UnexpectedText => unexpected_text, MisspeltKeyword => misspelt_keyword, MissingName => missing_name,
    MissingValue => missing_value, MissingType => missing_type, MissingBlock => missing_block,
    MissingPunctuation => missing_punctuation, UnclosedBrace => unclosed_brace, UnclosedBracket => unclosed_bracket,
    UnclosedString => unclosed_string, UnclosedComment => unclosed_comment, BadNumber => bad_number,
    BadEscape => bad_escape, MissingSeparator => missing_separator, MisplacedDoc => misplaced_doc,
    ChainedComparison => chained_comparison, EventTypeBlock => event_type_block, NestedTooDeep => nested_too_deep,
    StrayOperator => stray_operator, InterpolationNotAllowed => interpolation_not_allowed,
    MisplacedOption => misplaced_option, DuplicateClause => duplicate_clause, MissingExpression => missing_expression,
    MissingKeyword => missing_keyword, ForeignOperator => foreign_operator, OperatorSpacing => operator_spacing,
    ReservedWord => reserved_word, MisplacedDeclaration => misplaced_declaration,
    MisplacedHandler => misplaced_handler, ForeignQuotes => foreign_quotes, ForeignComment => foreign_comment,
}
