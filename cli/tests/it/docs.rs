//! The documentation of the repository: its generated pages are fresh, what its pages point to is there, and what they
//! show is so.

use super::{Folder, copy};
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
            // Not ours: what a build and npm leave in the work tree.
            if ![".git", "target", "node_modules"].iter().any(|other| entry.file_name() == *other) {
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
fn what_the_architecture_names_is_there() {
    let files = repository();
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page");
    let quoted = prose(&text).flat_map(|(_, line)| line.split('`').skip(1).step_by(2));
    let is_path = |name: &&str| {
        let file = Path::new(name)
            .extension()
            .is_some_and(|e| ["rs", "md", "pest", "toml", "env"].iter().any(|k| e == *k));
        !name.contains(' ') && (file || name.contains('/'))
    };
    let named: Vec<&str> = quoted.filter(is_path).collect();
    let there = |name: &str| {
        let name = name.trim_end_matches('/');
        files.iter().any(|file| file == name || file.ends_with(&format!("/{name}")))
    };
    let missing: Vec<&&str> = named.iter().filter(|name| !there(name)).collect();
    assert!(missing.is_empty(), "not in the repository: {missing:?}");
    assert!(named.len() > 25, "only {} names were found", named.len());
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

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let (mut blocks, mut open) = (Vec::new(), false);
    for line in page.lines() {
        match (line.strip_prefix("```"), open) {
            (Some(_), true) => open = false,
            (Some(info), false) => {
                open = true;
                blocks.push((info.to_owned(), String::new()));
            }
            (None, true) => {
                let (_, text) = blocks.last_mut().expect("one is open");
                text.push_str(line);
                text.push('\n');
            }
            (None, false) => {}
        }
    }
    blocks
}

/// The texts of a page's blocks of one language.
fn blocks_of(page: &str, language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join(page)).expect("a page");
    blocks(&page).into_iter().filter(|(info, _)| info == language).map(|(_, text)| text).collect()
}

/// The pages that people read, but for those that are generated or run by the compiler's own tests.
fn pages() -> Vec<String> {
    let written = |file: &String| {
        let folder = ["docs/", "examples/"].iter().any(|folder| file.starts_with(folder));
        (folder || file == "README.md") && file.ends_with(".md") && !file.starts_with("docs/reference/")
    };
    repository().into_iter().filter(written).collect()
}

/// A folder with the examples.
fn with_examples() -> Folder {
    let folder = Folder::new();
    copy(&root().join("examples"), &folder.path().join("examples"));
    folder
}

#[test]
fn commands_of_the_pages_are_there() {
    let commands = Folder::new().efl(&["--help"]).out;
    let mut unknown = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| !line.contains("to come") && !line.starts_with("```"))
        {
            let called = ["`efl ", "$ efl "].into_iter().flat_map(|mark| line.split(mark).skip(1));
            for called in called.filter_map(|rest| rest.split([' ', '`']).next()) {
                let word = called.chars().all(|c| c.is_ascii_lowercase()) && !called.is_empty();
                let hidden = ["docs", "help", "man"].contains(&called);
                if word && !hidden && !commands.contains(&format!("\n  {called} ")) {
                    unknown.push(format!("{page}:{}: efl {called}", number + 1));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "there are no such commands:\n{}", unknown.join("\n"));
}

#[test]
fn the_readme_is_so() {
    let folder = with_examples();
    let readme = fs::read_to_string(root().join("README.md")).expect("the page");
    for block in blocks_of("README.md", "efl") {
        folder.write("examples/smart-city/readme.efl", block);
        for args in [["check", "--strict"], ["fmt", "--check"]] {
            let run = folder.efl(&[args[0], args[1], "examples/smart-city/readme.efl"]);
            assert_eq!(run.code, 0, "efl {}: {}{}", args[0], run.out, run.err);
        }
    }
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| [")).map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let lines = |cell: &str| cell.split(' ').next().and_then(|n| n.parse::<usize>().ok()).expect("lines");
        let name = row.split(']').next().expect("a name");
        (format!("examples/{name}.efl"), lines(cells[1]), lines(cells[2]))
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() >= 3, "the sizes of examples");
    for (path, source, compiled) in rows {
        let actual =
            (folder.read(&path).lines().count(), folder.efl(&["compile", &path]).out.lines().count());
        assert_eq!((source, compiled), actual, "{path}");
    }
}

#[test]
fn examples_do_what_their_pages_say() {
    let folder = with_examples();
    let mut count = 0;
    for page in pages().into_iter().filter(|page| page.starts_with("examples/")) {
        for line in blocks_of(&page, "console").iter().flat_map(|block| block.lines()) {
            let Some(command) = line.strip_prefix("$ efl ") else { continue };
            let command = command.split(" > ").next().unwrap_or_default();
            let run = folder.efl(&command.split_whitespace().collect::<Vec<_>>());
            assert_eq!(run.code, 0, "{page}: {line}: {}{}", run.out, run.err);
            count += 1;
        }
        let text = fs::read_to_string(root().join(&page)).expect("a page");
        if let Some((_, said)) = text.split_once("`check` says ``") {
            let said = said.split(" ``").next().unwrap_or_default();
            let run = folder.efl(&["check", "--strict", page.trim_end_matches("/README.md")]);
            assert_eq!(run.err.trim_end(), said, "{page}");
        }
    }
    assert!(count > 20, "only {count} commands were found");
}

#[test]
fn examples_are_formatted() {
    let run = with_examples().efl(&["fmt", "--check", "examples"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}

#[test]
fn the_guides_show_what_is_so() {
    let folder = Folder::new();
    for block in blocks_of("docs/guide/fleets.md", "efl") {
        folder.write("fleet.efl", block);
        let run = folder.efl(&["check", "--strict", "fleet.efl"]);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
        let run = folder.efl(&["fmt", "--check", "fleet.efl"]);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    }
    let argo = &blocks_of("docs/guide/migrating.md", "yaml")[0];
    let run = folder.pipe(&["import", "-"], argo);
    assert_eq!(run.out, blocks_of("docs/guide/migrating.md", "efl")[0], "{}", run.err);
}

/// The tutorial, step by step, as its text says.
#[test]
fn the_tutorial_can_be_followed() {
    let blocks = blocks_of("docs/tutorial.md", "efl");
    let [first, tests, event, rule, engine, late, steps, more, fleet, bus, placement, placed] =
        blocks.as_slice()
    else {
        panic!("{} blocks: the steps of this test are those of the tutorial", blocks.len());
    };
    let folder = Folder::new();
    let efl = |text: &str| {
        folder.write("pipeline.efl", text);
        folder.efl(&["check", "--format", "short", "pipeline.efl"])
    };
    let good = |text: &str| {
        let run = efl(text);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{text}");
        let run = folder.efl(&["fmt", "--check", "pipeline.efl"]);
        assert_eq!(run.code, 0, "{text}");
    };
    let codes = |text: &str| -> Vec<String> {
        let lines = efl(text).out;
        lines.lines().filter_map(|line| Some(line.split_once("error[")?.1[..5].to_owned())).collect()
    };
    let behind = |text: &str, line: &str, more: &str| {
        assert!(text.contains(line), "{line}");
        text.replacen(line, &format!("{line}{more}"), 1)
    };

    good(first);
    for (right, wrong, code) in [
        ("[speed > 50]", "[sped > 50]", "E0304"),
        ("vehicle.zone,", "vehicle.zon,", "E0304"),
        (", plate: vehicle.plate", "", "E0302"),
    ] {
        assert_eq!(codes(&first.replace(right, wrong)), [code], "{wrong}");
    }
    let text = format!("{first}\n{tests}");
    good(&text);

    let text = behind(&text, "event vehicle: Vehicle { path: \"/vehicle\" }\n", event);
    let text = behind(&text, "plate: vehicle.plate)\n  }\n", &format!("\n{rule}"));
    assert_eq!(codes(&text), ["E0408", "E0408"]);
    let text = behind(&text, "namespace: \"smart-city\"\n", engine);
    let text = format!("{text}\n{late}");
    good(&text);

    let text = behind(&text, "registry.city.example/warn:1.0\"\n  }\n", &format!("\n{steps}"));
    let (before, near) = text.split_once("rule near").expect("the rule");
    let near = near.replacen("warn(zone: vehicle.zone, plate: vehicle.plate)", "respond(vehicle)", 1);
    let text = format!("{before}rule near{near}\n{more}");
    good(&text);
    assert_eq!(codes(&text.replace("level == \"high\"", "level == \"hihg\"")).len(), 1);

    folder.write("fleet.efl", fleet);
    let run = folder.efl(&["fmt", "--check", "fleet.efl"]);
    assert_eq!(run.code, 0, "{fleet}");
    let text = format!("{bus}\n{text}");
    let text = behind(&text, engine, "");
    let (bus_field, placement) = placement.split_once("\n\n").expect("a field and a block");
    let text = behind(&text, engine, &format!("{bus_field}\n"));
    let text = text.replacen("\n}\n\ntest", &format!("\n\n{placement}}}\n\ntest"), 1);
    good(&format!("{text}\n{placed}"));
    let run = folder.efl(&["compile", "pipeline.efl", "--place", "edge-a", "-o", "out"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
}
