//! E0603 literal-credential.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0603",
    name: "literal-credential",
    level: Warning,
    summary: "A literal that looks like a password, token or key.",
    page: include_str!("pages/E0603.md"),
}

/// A literal where a field takes a reference.
pub(crate) fn needs_reference(name: &str, word: &str, range: TextRange) -> Diagnostic {
    let message = format!("`{name}` takes `{word}(\"name\", \"key\")`, never a value");
    Diagnostic::new(&super::type_mismatch::RULE, range, message)
        .help("secrets are references: the value stays in a Secret of the cluster")
}

/// A literal that looks like a password, token or key: by the name of its variable, or by its own form.
pub(crate) fn check(name: &str, text: &str, range: TextRange) -> Option<Diagnostic> {
    (!text.is_empty() && (secret_name(name) && !is_reference_like(text) || secret_form(text))).then(|| {
        Diagnostic::new(&RULE, range, format!("`{name}` looks like a credential written out"))
            .help(format!("keep it in a Secret: {name}: secret(\"NAME\", \"KEY\")"))
    })
}

fn secret_name(name: &str) -> bool {
    const WORDS: [&str; 8] =
        ["password", "passwd", "secret", "token", "api_key", "apikey", "private_key", "access_key"];
    let name = name.to_ascii_lowercase().replace('-', "_");
    let tail = ["_file", "_path", "_name", "_url", "_ttl", "_header"];
    WORDS.iter().any(|w| name == *w || name.ends_with(&format!("_{w}"))) && !tail.iter().any(|t| name.ends_with(t))
}

/// Whether a text only says where a credential is.
fn is_reference_like(text: &str) -> bool {
    text.starts_with('/') || matches!(text, "true" | "false" | "none" | "")
}

fn secret_form(text: &str) -> bool {
    const PREFIXES: [&str; 8] = ["ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "AKIA", "-----BEGIN "];
    let userinfo = text.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
    PREFIXES.iter().any(|p| text.starts_with(p)) && text.len() >= 16
        || userinfo.is_some_and(|(user, _)| user.contains(':') && !user.ends_with(':'))
}
