//! E0325 bad-format.

use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0325",
    name: "bad-format",
    level: Error,
    summary: "Text that is no URL, path, image, DNS name, time zone … as the field needs it.",
    page: include_str!("pages/E0325.md"),
}

/// Text that is not in the form that a field needs.
pub(crate) fn diagnostic(name: &str, text: &str, what: &str, range: TextRange) -> Diagnostic {
    let message = match text {
        "" => format!("`{name}` is empty: it takes {what}"),
        _ => format!("`{name}` is {what}; `{text}` is none"),
    };
    Diagnostic::new(&RULE, range, message)
}

/// Whether a text is a URL with one of the schemes (any when there are none).
pub(crate) fn is_url(text: &str, schemes: &[&str]) -> bool {
    text.split(',').all(|one| {
        let Some((scheme, rest)) = one.trim().split_once("://") else { return false };
        let known = schemes.is_empty() || schemes.contains(&scheme);
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        known && !host.is_empty() && !rest.contains(char::is_whitespace)
    })
}

/// Whether a text is a DNS-1123 label.
pub(crate) fn is_dns_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.len() <= 63 && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// The name of a Secret or ConfigMap that Argo mounts as `secret-<name>`: a DNS label of at most 56 bytes.
/// Upstream: `argo.md` section 9.
pub(crate) fn volume_name(name: &str) -> Result<(), String> {
    if is_dns_label(&name.replace('_', "-")) && name.len() <= 56 {
        return Ok(());
    }
    Err(format!("`{name}` cannot be mounted: the name of a Secret or ConfigMap is a-z, 0-9 and `-` here, at most 56"))
}
