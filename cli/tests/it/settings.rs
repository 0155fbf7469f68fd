//! `efl.toml` and the options that set params.

use super::{Folder, GOOD, unused};

fn check(folder: &Folder, args: &[&str]) -> String {
    folder.efl(&[&["check", "--format", "short"], args].concat()).out
}

#[test]
fn settings_are_found_above_the_first_input() {
    let folder = Folder::with(&[
        ("efl.toml", "[rules]\nunused = \"error\"\nno-digest = \"off\"\n"),
        ("a/b/x.efl", &unused()),
    ]);
    let out = check(&folder, &["a/b/x.efl"]);
    assert!(out.contains("error[E0214]") && !out.contains("E0602"), "{out}");
}

#[test]
fn mistakes_in_settings_have_a_place() {
    let folder = Folder::with(&[("good.efl", GOOD)]);
    for (text, expected) in [
        ("[ruels]\n", "efl.toml:1:2: error[E0003]: there is no setting `ruels`"),
        ("[rules]\nno-digset = \"off\"\n", "efl.toml:2:1: error[E0003]: there is no rule `no-digset`"),
        (
            "[rules]\nE0201 = \"off\"\n",
            "efl.toml:2:1: error[E0003]: `E0201` is always an error: only warnings and hints have levels",
        ),
        (
            "edition = \"2027\"\n",
            "efl.toml:1:11: error[E0003]: there is no edition `2027`: the only one is `2026`",
        ),
        ("edition = \n", "efl.toml:1:11: error[E0003]: "),
    ] {
        folder.write("efl.toml", text);
        let out = check(&folder, &[]);
        assert!(out.starts_with(expected), "{text}: {out}");
        assert_eq!(out.matches("E0003").count(), 1, "{text}: {out}");
    }
}

#[test]
fn params_come_from_the_environment_the_file_and_the_command_line() {
    let folder = Folder::with(&[
        ("good.efl", GOOD),
        ("efl.toml", "[env.prod.params]\ntag = \"2.0\"\n"),
        ("params.yaml", "tag: \"3.0\"\n"),
        ("params.json", "{\"tag\": \"4.0\"}\n"),
    ]);
    let image = |args: &[&str]| {
        let out = folder.efl(&[&["compile", "--emit", "resources", "good.efl"], args].concat()).out;
        let line =
            out.lines().find(|line| line.contains("registry.example/warn")).expect("an image").to_owned();
        line.rsplit(':').next().expect("a tag").to_owned()
    };
    assert_eq!(image(&[]), "1.0");
    assert_eq!(image(&["--env", "prod"]), "2.0");
    assert_eq!(image(&["--env", "prod", "--params", "params.yaml"]), "3.0");
    assert_eq!(image(&["--params", "params.json"]), "4.0");
    assert_eq!(image(&["--params", "params.json", "--param", "tag=5.0"]), "5.0");
}

#[test]
fn unknown_params_and_environments_are_errors() {
    let folder = Folder::with(&[
        ("good.efl", GOOD),
        ("efl.toml", "[env.prod.params]\ntga = \"2.0\"\n"),
        ("p.json", "{\"tagg\": 1}"),
    ]);
    for (args, expected) in [
        (&["--param", "tga=1"][..], "--param:1:1: error[E0005]: no file declares a param `tga`"),
        (&["--params", "p.json"], "p.json:1:3: error[E0005]: no file declares a param `tagg`"),
        (&["--env", "prod"], "efl.toml:2:1: error[E0005]: no file declares a param `tga`"),
        (&["--env", "prd"], "--env:1:1: error[E0004]: `efl.toml` has no environment `prd`"),
    ] {
        let out = check(&folder, args);
        assert!(out.starts_with(expected), "{args:?}: {out}");
    }
    assert!(folder.efl(&["check", "--param", "tga=1"]).out.contains("did you mean `tag`?"));
    for args in [&["check", "--param", "tag"][..], &["check", "--params", "nowhere.json"]] {
        assert_eq!(folder.efl(args).code, 2, "{args:?}");
    }
}

/// An environment is for the whole project; a command may be about one file of it.
#[test]
fn an_environment_may_set_what_other_files_declare() {
    let other =
        GOOD.replace("param tag", "param release").replace("${tag}", "${release}").replace("good", "other");
    let folder = Folder::with(&[
        ("good.efl", GOOD),
        ("other.efl", &other),
        ("efl.toml", "[env.prod.params]\ntag = \"2.0\"\nrelease = \"3.0\"\n"),
    ]);
    assert_eq!(folder.efl(&["compile", "--env", "prod", "good.efl"]).code, 0);
    assert_eq!(folder.efl(&["compile", "--param", "release=1", "good.efl"]).code, 1);
}
