//! E0408 engine-unsupported.

use crate::{
    diag::Diagnostic,
    engine::{self, Support},
    expand::ExpandError,
    spec::Engine,
};
use efl_grammar::TextRange;

super::rule! {
    code: "E0408",
    name: "engine-unsupported",
    level: Error,
    summary: "A construct that the chosen engine does not have.",
    page: include_str!("pages/E0408.md"),
}

/// What only shows when the resources are made: a rule of more events than fit a name, a Sensor that is too large.
pub(crate) fn unmakeable(error: &ExpandError, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, error.message.clone()).help(error.help.clone())
}

/// A construct that the engine lacks.
pub(crate) fn diagnostic(support: &Support, engine: Engine, range: TextRange) -> Diagnostic {
    let reason = if engine == Engine::Argo { support.argo } else { support.efl }.unwrap_or_default();
    let message = format!("{} does not work with `engine: {}`: {reason}", support.text, engine::name(engine));
    Diagnostic::new(&RULE, range, message).help(support.instead)
}
