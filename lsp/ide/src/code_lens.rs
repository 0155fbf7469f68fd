//! Code lenses: what can be seen of an orchestrator, above its name.

use crate::syntax::roots;
use efl_compiler::db::{Database, SourceFile};
use efl_grammar::{
    TextRange,
    ast::{self, AstNode, HasName},
};

/// Something to see of a declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeLens {
    /// The declaration's name.
    pub range: TextRange,
    /// What is shown.
    pub view: View,
    /// The orchestrator.
    pub orchestrator: String,
}

/// What a lens shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// What the orchestrator compiles to.
    Yaml,
    /// Its picture.
    Graph,
}

impl View {
    /// What a person reads.
    pub const fn title(self) -> &'static str {
        match self {
            View::Yaml => "show YAML",
            View::Graph => "show graph",
        }
    }
}

/// The lenses of a file, in order.
pub fn code_lenses(db: &Database, file: SourceFile) -> Vec<CodeLens> {
    let mut lenses = Vec::new();
    for (start, root) in roots(db, file) {
        let Some(ast::Item::Orchestrator(decl)) = root.children().find_map(ast::Item::cast) else { continue };
        let Some(name) = decl.name().filter(|n| !n.text().is_empty()) else { continue };
        for view in [View::Yaml, View::Graph] {
            lenses.push(CodeLens { range: name.range() + start, view, orchestrator: name.text() });
        }
    }
    lenses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileRange, fixture::Fixture};
    use insta::assert_snapshot;

    #[test]
    fn each_orchestrator_has_its_lenses() {
        let fixture = Fixture::new(
            "param x: int = 1\norchestrator one { }\n// and\norchestrator two {\norchestrator { }\n",
        );
        let lenses = code_lenses(&fixture.db, fixture.file);
        let show =
            |l: &CodeLens| (FileRange { file: fixture.file, range: l.range }, l.view.title().to_owned());
        assert_snapshot!(fixture.underline_with(lenses.iter().map(show)), @"
        main.efl:2
          orchestrator one { }
                       ^^^ show YAML
        main.efl:2
          orchestrator one { }
                       ^^^ show graph
        main.efl:4
          orchestrator two {
                       ^^^ show YAML
        main.efl:4
          orchestrator two {
                       ^^^ show graph
        ");
    }
}
