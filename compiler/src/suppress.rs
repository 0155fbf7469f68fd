//! `// efl-ignore E0412: reason`: suppresses a rule on its own line, or on the next one when it stands alone.

use crate::{
    diag::Diagnostic,
    rules::{self, bad_ignore, unused_ignore},
};
use efl_grammar::{TextRange, TextSize};

/// The suppressions of a file.
pub struct Suppressions {
    comments: Vec<Ignore>,
    broken: Vec<Diagnostic>,
}

struct Ignore {
    /// The codes it names.
    codes: Vec<String>,
    /// The line it is about: start and end.
    line: TextRange,
    /// The comment.
    range: TextRange,
    used: bool,
}

const MARK: &str = "efl-ignore";

impl Suppressions {
    /// The suppressions of a text.
    pub fn read(text: &str) -> Self {
        let mut read = Self { comments: Vec::new(), broken: Vec::new() };
        if !text.contains(MARK) {
            return read;
        }
        let mut start = 0;
        let lines: Vec<(usize, &str)> = text
            .split_inclusive('\n')
            .map(|line| {
                let at = start;
                start += line.len();
                (at, line)
            })
            .collect();
        for (i, (at, line)) in lines.iter().enumerate() {
            let Some((before, comment)) = line.split_once("//") else { continue };
            let Some(rest) = comment.trim_start().strip_prefix(MARK) else { continue };
            let alone = before.trim().is_empty();
            let (about, length) = if alone {
                lines.get(i + 1).map_or((*at, 0), |(at, l)| (*at, l.len()))
            } else {
                (*at, line.len())
            };
            let range = range(at + before.len(), comment.trim_end().len() + 2);
            read.comment(rest.trim(), range, self::range(about, length));
        }
        read
    }

    fn comment(&mut self, rest: &str, range: TextRange, line: TextRange) {
        let (codes, reason) =
            rest.split_once(':').map_or((rest, ""), |(codes, reason)| (codes, reason.trim()));
        let codes: Vec<String> =
            codes.split([',', ' ']).filter(|c| !c.is_empty()).map(str::to_owned).collect();
        if codes.is_empty() {
            self.broken
                .push(bad_ignore::diagnostic("which rule? Write `// efl-ignore E0412: reason`", range));
        } else if let Some(unknown) = codes.iter().find(|c| rules::find(c).is_none()) {
            self.broken.push(bad_ignore::diagnostic(&format!("no rule is called `{unknown}`"), range));
        } else if reason.is_empty() {
            self.broken.push(bad_ignore::diagnostic("say why, behind a colon", range));
        } else {
            self.comments.push(Ignore { codes, line, range, used: false });
        }
    }

    /// Removes what is suppressed. Errors stay: they mean that nothing can be compiled. What is wrong with the
    /// comments themselves is returned.
    pub fn apply(mut self, diagnostics: &mut Vec<Diagnostic>) -> Vec<Diagnostic> {
        diagnostics.retain(|d| !self.suppresses(d));
        let unused = self.comments.iter().filter(|c| !c.used);
        self.broken.extend(unused.map(|c| unused_ignore::diagnostic(&c.codes, c.range)));
        self.broken
    }

    fn suppresses(&mut self, diagnostic: &Diagnostic) -> bool {
        if diagnostic.rule.level == crate::diag::Level::Error {
            return false;
        }
        let names = |c: &String| rules::find(c).is_some_and(|r| r == diagnostic.rule);
        let found = self
            .comments
            .iter_mut()
            .find(|c| c.line.contains(diagnostic.range.start()) && c.codes.iter().any(names));
        if let Some(comment) = found {
            comment.used = true;
            return true;
        }
        false
    }
}

fn range(start: usize, length: usize) -> TextRange {
    let size = |n: usize| TextSize::from(u32::try_from(n).unwrap_or(u32::MAX));
    TextRange::at(size(start), size(length))
}
