//! E0310 wrong-unit.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0310",
    name: "wrong-unit",
    level: Error,
    summary: "A unit of another family, an unknown unit, or none where one is needed.",
    page: include_str!("pages/E0310.md"),
}

/// A number where a duration is needed.
pub(crate) fn duration(text: &str, range: TextRange) -> Diagnostic {
    let diagnostic = Diagnostic::new(&RULE, range, format!("`{text}` is no duration"));
    if text.parse::<f64>().is_ok() {
        return diagnostic.help(format!("say the unit: {text}s, {text}m, {text}h …"));
    }
    diagnostic.help("durations are whole numbers of ms, s, m, h or d: 500ms 10s 5m 2h 7d")
}

/// A unit where a plain number is needed; `what` takes it.
pub(crate) fn plain(what: &str, text: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("{what} takes a plain number; `{text}` has a unit"))
}

/// Something else where a quantity is needed.
pub(crate) fn quantity(name: &str, text: &str, what: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{name}` takes {what}; `{text}` is none"))
}

/// Something else where a percentage is needed.
pub(crate) fn percent(name: &str, text: &str, range: TextRange) -> Diagnostic {
    let diagnostic = Diagnostic::new(&RULE, range, format!("`{name}` takes a percentage"));
    match text.parse::<f64>() {
        Ok(number) if number <= 1.0 && number > 0.0 => diagnostic.help(format!("write `{}%`", number * 100.0)),
        Ok(number) => diagnostic.help(format!("write `{number}%`")),
        Err(_) => diagnostic.help("such as `80%`"),
    }
}

/// Something else where a rate is needed.
pub(crate) fn rate(name: &str, text: &str, range: TextRange) -> Diagnostic {
    let found = if text.is_empty() { String::new() } else { format!("; `{text}` is none") };
    Diagnostic::new(&RULE, range, format!("`{name}` takes a rate{found}")).help("such as `10/s`, `5/m`, `100/h`")
}
