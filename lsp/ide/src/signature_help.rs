//! Signature help: what a call takes, while it is written.

use crate::syntax::{declaration, root};
use efl_compiler::{
    db::{Database, SourceFile},
    index::{self, IndexedItem, Meaning},
    ir::Builtin,
};
use efl_grammar::{
    SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextRange, TextSize,
    ast::{self, AstNode, HasName, HasSig},
};

/// What a call takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignatureHelp {
    /// The whole signature: `report(plate: string, speed?: number) -> Verdict`.
    pub label: String,
    /// The parameters, as places in the label.
    pub parameters: Vec<TextRange>,
    /// The parameter that is written, if the call has it.
    pub active: Option<usize>,
    /// The doc comment.
    pub doc: Option<String>,
}

/// What the call around a place takes; the innermost one.
pub fn signature_help(db: &Database, file: SourceFile, offset: TextSize) -> Option<SignatureHelp> {
    let item = index::item_at(db, file, offset)?;
    let root = root(db, item.item);
    let at = item.relative(offset);
    let before = last_word_before(&root, at)?;
    let args = before.parent_ancestors().filter_map(ast::Args::cast).find(|args| is_inside(args, at))?;
    let call = args.syntax().parent()?;
    let callee = call.children().find_map(ast::NameExpr::cast);
    let name = match &callee {
        Some(name) => name.range(),
        // `mock report(…)`.
        None => call.children().find_map(ast::NameRef::cast)?.range(),
    };
    let called = Called { db, item };
    let (mut help, names) = called.signature(name)?;
    help.active = active(&args, at, &names);
    Some(help)
}

struct Called<'db> {
    db: &'db Database,
    item: IndexedItem<'db>,
}

impl Called<'_> {
    /// The signature of what is called by a name, and the names of its parameters.
    fn signature(&self, name: TextRange) -> Option<(SignatureHelp, Vec<String>)> {
        let entry = self.item.index.entries.iter().find(|e| e.range == name)?;
        match &entry.meaning {
            Meaning::Builtin(builtin) => Some(of_builtin(*builtin)),
            Meaning::Declared(symbol) => {
                let (_, node) = declaration(self.db, symbol)?;
                let doc = ast::doc(&node);
                let function = ast::Function::cast(node.clone()).map(|d| of_declaration(&d));
                let workflow = || ast::Workflow::cast(node.clone()).map(|d| of_declaration(&d));
                let (help, names) = function.or_else(workflow)?;
                Some((SignatureHelp { doc, ..help }, names))
            }
            _ => None,
        }
    }
}

fn of_builtin(builtin: Builtin) -> (SignatureHelp, Vec<String>) {
    let (params, result) = index::builtin_signature(builtin);
    let mut label = Label::new(builtin.name());
    for param in params {
        label.parameter(&param.to_string());
    }
    (label.end(Some(&result.to_string())), Vec::new())
}

fn of_declaration(decl: &(impl HasSig + HasName)) -> (SignatureHelp, Vec<String>) {
    let mut label = Label::new(&decl.name().map(|n| n.text()).unwrap_or_default());
    let mut names = Vec::new();
    if let Some(sig) = decl.sig() {
        for formal in sig.formals() {
            label.parameter(&one_line(formal.syntax()));
            names.push(formal.name().map(|n| n.text()).unwrap_or_default());
        }
        if let Some(ty) = sig.unnamed() {
            label.parameter(&one_line(ty.syntax()));
        }
    }
    let result = decl.result().map(|ty| one_line(ty.syntax()));
    (label.end(result.as_deref()), names)
}

/// A signature that is written.
struct Label {
    text: String,
    parameters: Vec<TextRange>,
}

impl Label {
    fn new(name: &str) -> Self {
        Self { text: format!("{name}("), parameters: Vec::new() }
    }

    fn parameter(&mut self, text: &str) {
        if !self.parameters.is_empty() {
            self.text.push_str(", ");
        }
        let start = TextSize::of(&*self.text);
        self.text.push_str(text);
        self.parameters.push(TextRange::new(start, TextSize::of(&*self.text)));
    }

    fn end(mut self, result: Option<&str>) -> SignatureHelp {
        self.text.push(')');
        if let Some(result) = result {
            self.text.push_str(" -> ");
            self.text.push_str(result);
        }
        SignatureHelp { label: self.text, parameters: self.parameters, active: None, doc: None }
    }
}

fn one_line(node: &SyntaxNode) -> String {
    node.text().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The last token before a place that is no blank. (What is missing is a node without tokens, at which rowan's own way
/// back from token to token ends.)
fn last_word_before(root: &SyntaxNode, at: TextSize) -> Option<SyntaxToken> {
    let tokens = root.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    tokens.take_while(|t| t.text_range().start() < at).filter(|t| !t.kind().is_trivia()).last()
}

/// Whether a place is behind the opening parenthesis and not behind the closing one.
fn is_inside(args: &ast::Args, at: TextSize) -> bool {
    let tokens = || args.syntax().children_with_tokens().filter_map(SyntaxElement::into_token);
    let open = tokens().find(|t| t.kind() == SyntaxKind::L_PAREN);
    let close = tokens().filter(|t| t.kind() == SyntaxKind::R_PAREN).last();
    open.is_some_and(|t| t.text_range().end() <= at) && close.is_none_or(|t| at <= t.text_range().start())
}

/// The parameter that is written in a place: the one that is named there, else by its number.
fn active(args: &ast::Args, at: TextSize, names: &[String]) -> Option<usize> {
    let mut count = 0;
    let mut named = None;
    for element in args.syntax().children_with_tokens() {
        if element.text_range().start() >= at {
            break;
        }
        match element.kind() {
            SyntaxKind::COMMA => {
                count += 1;
                named = None;
            }
            SyntaxKind::NAMED_ARG => {
                let arg = element.into_node().and_then(ast::NamedArg::cast);
                named = arg.and_then(|a| a.name()).map(|n| n.text());
            }
            _ => {}
        }
    }
    match named {
        Some(name) => names.iter().position(|n| *n == name),
        None => Some(count),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Fixture;
    use insta::assert_snapshot;

    /// The signature with the parameter that is written in `⟨⟩`.
    fn check(source: &str) -> String {
        let fixture = Fixture::new(source);
        let Some(help) = signature_help(&fixture.db, fixture.file, fixture.offset()) else {
            return "nothing".to_owned();
        };
        let mut label = help.label.clone();
        if let Some(range) = help.active.and_then(|n| help.parameters.get(n)) {
            label.insert(range.end().into(), '⟩');
            label.insert(range.start().into(), '⟨');
        }
        help.doc.map_or(label.clone(), |doc| format!("{label}\n{doc}"))
    }

    /// A workflow with this statement.
    fn of(statement: &str) -> String {
        check(&format!(
            r#"
/// Tells people.
function report(plate: string, speed?: number = 3) -> {{ id: string }} {{ image: "i:1" }}
function one({{ a: int }}) {{ image: "i:1" }}
workflow w(x: int) {{
  {statement}
}}
"#
        ))
    }

    #[test]
    fn the_parameter_that_is_written() {
        assert_snapshot!(of("report(<CURSOR>)"), @"
        report(⟨plate: string⟩, speed?: number = 3) -> { id: string }
        Tells people.
        ");
        assert_snapshot!(of("report(plate: \"x\", <CURSOR>)"), @"
        report(plate: string, ⟨speed?: number = 3⟩) -> { id: string }
        Tells people.
        ");
        assert_snapshot!(of("report(speed: <CURSOR>3, plate: \"x\")"), @"
        report(plate: string, ⟨speed?: number = 3⟩) -> { id: string }
        Tells people.
        ");
        assert_snapshot!(of("one(<CURSOR>{ a: 1 })"), @"one(⟨{ a: int }⟩)");
        assert_snapshot!(of("let y = contains(\"a\", <CURSOR>)"), @"contains(string, ⟨string⟩) -> bool");
    }

    #[test]
    fn the_innermost_call() {
        assert_snapshot!(of("report(plate: lower(<CURSOR>\"X\"), speed: 3)"), @"lower(⟨string⟩) -> string");
        assert_snapshot!(of("report(plate: lower(\"X\")<CURSOR>, speed: 3)"), @"
        report(⟨plate: string⟩, speed?: number = 3) -> { id: string }
        Tells people.
        ");
        assert_snapshot!(of("report(plate: \"x\")<CURSOR>"), @"nothing");
    }

    #[test]
    fn a_call_that_is_not_closed() {
        assert_snapshot!(of("report(<CURSOR>"), @"
        report(⟨plate: string⟩, speed?: number = 3) -> { id: string }
        Tells people.
        ");
        assert_snapshot!(of("report(plate: \"x\", <CURSOR>"), @"
        report(plate: string, ⟨speed?: number = 3⟩) -> { id: string }
        Tells people.
        ");
        assert_snapshot!(of("let y = report(plate: \"x\",<CURSOR>\n  one({ a: 1 })"), @"
        report(plate: string, ⟨speed?: number = 3⟩) -> { id: string }
        Tells people.
        ");
    }
}
