//! Diagnostics: what the compiler tells a person, with the places, the reasons and the fixes.

use crate::rules::Rule;
use efl_grammar::TextRange;

/// How serious a diagnostic is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Nothing is wrong; something could be better.
    Hint,
    /// Probably wrong; an error under `--strict`.
    Warning,
    /// Wrong: nothing is compiled.
    Error,
}

/// Something to tell a person about a file. Offsets are relative to the item (the segment of the file) it was found
/// in, so that moving an item re-checks nothing; they become absolute at the edge ([`crate::project::diagnostics`]).
#[derive(Clone, PartialEq, Debug)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How serious it is here.
    pub level: Level,
    /// One line that names the thing.
    pub message: String,
    /// Where.
    pub range: TextRange,
    /// Other places that matter, with what they are.
    pub labels: Vec<Label>,
    /// The way out, in words.
    pub help: Option<String>,
    /// The ways out, as edits.
    pub fixes: Vec<Fix>,
    /// Whether editors should grey the place out.
    pub unnecessary: bool,
}

/// A secondary place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub range: TextRange,
    /// What is there.
    pub message: String,
}

/// How far a fix can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applicability {
    /// Keeps or restores what was meant: `--fix` applies it.
    Safe,
    /// Probably what was meant; only on request.
    Unsafe,
    /// Has a hole for the person to fill.
    Manual,
}

/// An edit that would mend the mistake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does: "Change to `vehicle`".
    pub title: String,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// Replacements in the diagnostic's item, not overlapping.
    pub edits: Vec<Edit>,
}

/// One replacement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced.
    pub range: TextRange,
    /// By what.
    pub text: String,
}

impl Diagnostic {
    /// A diagnostic of a rule at its default level.
    pub fn new(rule: &'static Rule, range: TextRange, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: rule.level,
            message: message.into(),
            range,
            labels: Vec::new(),
            help: None,
            fixes: Vec::new(),
            unnecessary: false,
        }
    }

    /// With a help line.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a secondary place in the same item.
    #[must_use]
    pub fn label(mut self, range: TextRange, message: impl Into<String>) -> Self {
        self.labels.push(Label { range, message: message.into() });
        self
    }

    /// With a fix of one replacement.
    #[must_use]
    pub fn fix(
        mut self,
        applicability: Applicability,
        title: impl Into<String>,
        range: TextRange,
        text: impl Into<String>,
    ) -> Self {
        let edits = vec![Edit { range, text: text.into() }];
        self.fixes.push(Fix { title: title.into(), applicability, edits });
        self
    }

    /// Greyed out by editors.
    #[must_use]
    pub fn unnecessary(mut self) -> Self {
        self.unnecessary = true;
        self
    }
}

/// A noun with its indefinite article: "a rule", "an event", "an mqtt source".
pub(crate) fn a(noun: &str) -> String {
    const SPELT: [&str; 4] = ["hdfs", "mqtt", "nsq", "sftp"];
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("uni");
    let article = if vowel || SPELT.iter().any(|name| noun.starts_with(name)) { "an" } else { "a" };
    format!("{article} {noun}")
}
