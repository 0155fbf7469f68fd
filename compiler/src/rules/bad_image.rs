//! E0608 bad-image.

super::rule! {
    code: "E0608",
    name: "bad-image",
    level: Error,
    summary: "Text that is no image reference.",
    page: include_str!("pages/E0608.md"),
}

/// Whether a text is an image reference. Upstream: `github.com/distribution/reference`.
pub(crate) fn is_reference(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, None), |(n, d)| (n, Some(d)));
    let digest_ok = digest.is_none_or(|d| {
        d.split_once(':').is_some_and(|(algorithm, hex)| !algorithm.is_empty() && hex.len() >= 32 && hex.chars().all(|c| c.is_ascii_hexdigit()))
    });
    let (path, tag) = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
        _ => (name, None),
    };
    let tag_ok = tag.is_none_or(|t| {
        !t.is_empty() && t.len() <= 128 && t.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)) && !t.starts_with(['.', '-'])
    });
    let mut parts = path.split('/').peekable();
    let host = path.split('/').next().filter(|h| h.contains(['.', ':']) || *h == "localhost");
    if host.is_some() {
        parts.next();
    }
    let component = |p: &str| {
        !p.is_empty()
            && p.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
            && p.starts_with(|c: char| c.is_ascii_alphanumeric())
            && p.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    digest_ok && tag_ok && parts.peek().is_some() && parts.all(component)
}
