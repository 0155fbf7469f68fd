//! E0601 floating-image-tag.

use super::{bad_image, no_digest};
use crate::diag::Diagnostic;
use efl_grammar::TextRange;

super::rule! {
    code: "E0601",
    name: "floating-image-tag",
    level: Warning,
    summary: "No tag, or `latest`.",
    page: include_str!("pages/E0601.md"),
}

/// What is wrong with an image: no reference, a tag that moves, no digest.
pub(crate) fn check(image: &str, range: TextRange) -> Option<Diagnostic> {
    if !bad_image::is_reference(image) {
        return Some(Diagnostic::new(&bad_image::RULE, range, format!("`{image}` is no image reference")));
    }
    if image.contains('@') {
        return None;
    }
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split_once(':') {
        None => Some(floating(image, "has no tag, which means `latest`", range)),
        Some((_, "latest")) => Some(floating(image, "has the tag `latest`", range)),
        Some(_) => Some(no_digest::diagnostic(image, range)),
    }
}

fn floating(image: &str, why: &str, range: TextRange) -> Diagnostic {
    Diagnostic::new(&RULE, range, format!("`{image}` {why}: what runs changes when somebody pushes"))
        .help("name a version, best a digest: `name:1.4` or `name@sha256:…`")
}
