//! Document links: the files that a file names, and the pages of images and addresses.

use crate::syntax::roots;
use efl_compiler::{
    catalog::FieldType,
    db::{Database, SourceFile},
    index::{self, Meaning},
};
use efl_grammar::{
    TextRange, TextSize,
    ast::{self, AstNode},
};

/// A place that leads elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// The place: a text without its quotes.
    pub range: TextRange,
    /// Where it leads.
    pub target: Target,
}

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// To a file of the workspace.
    File(SourceFile),
    /// To a page.
    Url(String),
}

/// The links of a file, in order.
pub fn links(db: &Database, file: SourceFile) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for item in index::indexed(db, file) {
        for entry in &item.index.entries {
            if let Meaning::File(target) = entry.meaning {
                let range = unquoted(item.absolute(entry.range));
                links.push(Link { range, target: Target::File(target) });
            }
        }
    }
    for (start, root) in roots(db, file) {
        for field in root.descendants().filter_map(ast::Field::cast) {
            links.extend(of_field(db, file, &field, start));
        }
    }
    links.sort_by_key(|l| l.range.start());
    links.dedup_by_key(|l| l.range);
    links
}

/// The page of the image or address that a field has.
fn of_field(db: &Database, file: SourceFile, field: &ast::Field, start: TextSize) -> Option<Link> {
    let key = field.key()?;
    let item = index::item_at(db, file, start + key.range().start())?;
    let entry = item.index.entries.iter().find(|e| e.range == key.range())?;
    let Meaning::Field(_, known) = entry.meaning else { return None };
    let Some(ast::Expr::Str(text)) = field.value()?.expr() else { return None };
    let written = text.plain()?;
    let url = match known.ty {
        FieldType::Url { schemes } if schemes.contains(&"https") => Some(written.clone()),
        _ if known.name == "image" => image_page(&written),
        _ => None,
    };
    let url = url.filter(|url| url.starts_with("http://") || url.starts_with("https://"))?;
    Some(Link { range: unquoted(text.range()) + start, target: Target::Url(url) })
}

fn unquoted(range: TextRange) -> TextRange {
    let quote = TextSize::new(1);
    if range.len() < quote + quote {
        return range;
    }
    TextRange::new(range.start() + quote, range.end() - quote)
}

/// The page of an image, at a registry that has pages for people.
fn image_page(image: &str) -> Option<String> {
    let name = image.split('@').next()?;
    let (path, last) = name.rsplit_once('/').unwrap_or(("", name));
    let last = last.split(':').next()?;
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if last.is_empty() || !path.chars().chain(last.chars()).all(known) {
        return None;
    }
    let (registry, folder) = path.split_once('/').unwrap_or((path, ""));
    match registry {
        "ghcr.io" if !folder.is_empty() => Some(format!("https://ghcr.io/{folder}/{last}")),
        "quay.io" if !folder.is_empty() => Some(format!("https://quay.io/repository/{folder}/{last}")),
        "docker.io" if folder == "library" || folder.is_empty() => {
            Some(format!("https://hub.docker.com/_/{last}"))
        }
        "docker.io" => Some(format!("https://hub.docker.com/r/{folder}/{last}")),
        "" => Some(format!("https://hub.docker.com/_/{last}")),
        // Without a dot or port it is no host, but a user of Docker Hub.
        user if !user.contains(['.', ':']) && folder.is_empty() => {
            Some(format!("https://hub.docker.com/r/{user}/{last}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FileRange, fixture::Fixture};
    use insta::assert_snapshot;

    #[test]
    fn files_images_and_addresses() {
        let fixture = Fixture::new(
            r#"
//- /main.efl
import { Car } from "types.efl"
type Reading = schema("reading.json")
function f { image: "ghcr.io/city/assess@sha256:00" }
fleet g { domain: "a.example", prometheus: "http://prometheus.example:9090" }
//- /types.efl
type Car = string
//- /reading.json
{}
"#,
        );
        let links = links(&fixture.db, fixture.file);
        let show = |l: &Link| {
            let words = match &l.target {
                Target::File(file) => file.path(&fixture.db).to_string(),
                Target::Url(url) => url.clone(),
            };
            (FileRange { file: fixture.file, range: l.range }, words)
        };
        assert_snapshot!(fixture.underline_with(links.iter().map(show)), @r#"
        main.efl:1
          import { Car } from "types.efl"
                               ^^^^^^^^^ types.efl
        main.efl:2
          type Reading = schema("reading.json")
                                 ^^^^^^^^^^^^ reading.json
        main.efl:3
          function f { image: "ghcr.io/city/assess@sha256:00" }
                               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ https://ghcr.io/city/assess
        main.efl:4
          fleet g { domain: "a.example", prometheus: "http://prometheus.example:9090" }
                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ http://prometheus.example:9090
        "#);
    }

    #[test]
    fn images_whose_registry_has_pages() {
        let page = |image: &str| image_page(image).unwrap_or_else(|| "none".to_owned());
        assert_eq!(page("redis:7"), "https://hub.docker.com/_/redis");
        assert_eq!(page("nats/nats:2"), "https://hub.docker.com/r/nats/nats");
        assert_eq!(page("docker.io/library/redis"), "https://hub.docker.com/_/redis");
        assert_eq!(page("quay.io/a/b:1"), "https://quay.io/repository/a/b");
        assert_eq!(page("registry.example/assess:1.4"), "none");
        assert_eq!(page("localhost:5000/a"), "none");
        assert_eq!(page(""), "none");
    }
}
