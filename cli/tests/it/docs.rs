//! The documentation of the repository: its generated pages are fresh, and what its pages point to is there.

use super::Folder;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

#[test]
fn the_reference_is_fresh() {
    let reference = root().join("docs/reference");
    let run = Folder::new().efl(&["docs", "--check", reference.to_str().expect("UTF-8")]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "`cargo run -- docs docs/reference` writes it");
}

#[test]
fn stale_pages_are_found() {
    let folder = Folder::new();
    assert_eq!(folder.efl(&["docs", "--check", "ref"]).code, 3);
    assert_eq!(folder.efl(&["docs", "ref"]).code, 0);
    assert_eq!(folder.efl(&["docs", "--check", "ref"]).code, 0);
    folder.write("ref/diagnostics/E9999.md", "gone");
    assert_eq!(folder.efl(&["docs", "--check", "ref"]).code, 3);
    assert_eq!(folder.efl(&["docs", "ref"]).code, 0);
    assert!(!folder.files().contains(&"ref/diagnostics/E9999.md".to_owned()));
}

/// The files and folders of the repository that git would keep, by their path in it.
fn repository() -> BTreeSet<String> {
    let root = root();
    let (mut found, mut folders) = (BTreeSet::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if entry.file_name() != ".git" && entry.file_name() != "target" {
                found.insert(path.strip_prefix(&root).expect("it is below").display().to_string());
                folders.extend(path.is_dir().then_some(path));
            }
        }
    }
    found
}

/// The lines of a page outside of its fenced blocks.
fn prose(page: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = 0;
    page.lines().enumerate().filter_map(move |(index, line)| {
        let ticks = line.len() - line.trim_start_matches('`').len();
        let edge = ticks >= 3 && (fence == 0 || ticks >= fence);
        let open = fence == 0 && !edge;
        if edge {
            fence = if fence == 0 { ticks } else { 0 };
        }
        open.then_some((index + 1, line))
    })
}

/// What the links of a line lead to.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// The anchor of each heading of a page, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut seen = BTreeMap::<String, usize>::new();
    let headings = prose(page).filter(|(_, line)| line.starts_with('#'));
    headings
        .map(|(_, line)| {
            let text = line.trim_start_matches('#').trim().to_lowercase();
            let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
            let before = seen.entry(anchor.clone()).and_modify(|n| *n += 1).or_default();
            if *before == 0 { anchor } else { format!("{anchor}-{before}") }
        })
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let (root, mut broken, mut count) = (root(), Vec::new(), 0);
    let files = repository();
    for page in files.iter().filter(|file| Path::new(file).extension().is_some_and(|e| e == "md")) {
        // The template is a page of another project.
        if page.starts_with("cli/templates") {
            continue;
        }
        let text = fs::read_to_string(root.join(page)).expect("a page");
        for (number, line) in prose(&text) {
            for link in links(line).filter(|link| !link.contains("://")) {
                count += 1;
                let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() {
                    root.join(page)
                } else {
                    root.join(page).parent().expect("a folder").join(path)
                };
                let heading = |target: &Path| {
                    fs::read_to_string(target).is_ok_and(|text| anchors(&text).contains(anchor))
                };
                if !target.exists() || !anchor.is_empty() && !heading(&target) {
                    broken.push(format!("{page}:{number}: {link}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
    assert!(count > 200, "only {count} links were found");
}

#[test]
fn the_index_has_every_page() {
    let index = fs::read_to_string(root().join("docs/README.md")).expect("the index");
    let linked: BTreeSet<&str> = prose(&index).flat_map(|(_, line)| links(line)).collect();
    let files = repository();
    let pages = files.iter().filter_map(|file| file.strip_prefix("docs/")?.strip_suffix(".md"));
    let pages = pages.filter(|page| *page != "README" && !page.starts_with("reference/diagnostics/"));
    let missing: Vec<&str> = pages.filter(|page| !linked.contains(format!("{page}.md").as_str())).collect();
    assert_eq!(missing, [""; 0], "not in docs/README.md");
}
