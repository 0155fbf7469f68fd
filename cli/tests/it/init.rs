//! `efl init`: what it makes works as it is, and nothing is lost.

use super::Folder;

#[test]
fn a_new_project_is_without_fault() {
    for (ci, file) in
        [("github", Some(".github/workflows/efl.yml")), ("gitlab", Some(".gitlab-ci.yml")), ("none", None)]
    {
        let folder = Folder::new();
        let run = folder.efl(&["init", "crossing", "--ci", ci]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        assert!(run.err.ends_with("next: cd crossing && efl check\n"), "{}", run.err);
        if let Some(file) = file {
            assert!(folder.files().contains(&format!("crossing/{file}")));
        }
        let check = folder.efl(&["check", "--strict", "crossing"]);
        assert_eq!((check.code, check.out.as_str()), (0, ""), "{}", check.err);
        assert!(check.err.starts_with("no problems in 3 files"), "{}", check.err);
        assert_eq!(folder.efl(&["fmt", "--check", "crossing"]).code, 0);
        let compile = folder.efl(&["compile", "crossing", "--env", "prod"]);
        assert!(compile.code == 0 && compile.out.contains("name: crossing\n"), "{}", compile.err);
    }
}

/// Every command in the files for CI, and in the README, is one that there is; those that deploy get as far as the cluster.
#[test]
fn the_steps_of_ci_work() {
    let folder = Folder::new();
    for ci in ["github", "gitlab"] {
        folder.efl(&["init", ci, "--ci", ci]);
    }
    for (dir, file) in
        [("github", ".github/workflows/efl.yml"), ("gitlab", ".gitlab-ci.yml"), ("github", "README.md")]
    {
        let text = folder.read(&format!("{dir}/{file}"));
        let steps = text.lines().map(|line| line.trim_start_matches(|c: char| !c.is_alphanumeric()));
        let steps = steps
            .map(|line| line.strip_prefix("run: ").unwrap_or(line))
            .filter(|line| line.starts_with("efl "));
        let mut count = 0;
        for step in steps.filter(|step| !step.contains("--watch")) {
            let step = step.split([';', '>', '#']).next().unwrap_or_default().replace("$HOW", "--dry-run");
            let args: Vec<&str> = step.split_whitespace().skip(1).collect();
            let mut command = folder.command(&args);
            command.current_dir(folder.path().join(dir)).env("KUBECONFIG", "nowhere");
            let run = super::run(command, "");
            if step.starts_with("efl deploy ") {
                let stopped = run.code == 1 && run.err.contains("there is no cluster to speak to");
                assert!(stopped, "{step}: {}{}", run.out, run.err);
            } else {
                assert_eq!(run.code, 0, "{step}: {}{}", run.out, run.err);
            }
            count += 1;
        }
        assert!(count >= 3, "{file}: {count}");
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::with(&[("types.efl", "type Mine = string\n"), ("README.md", "mine\n")]);
    let run = folder.efl(&["init"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.err, "efl: these files are there, and stay as they are:\n  types.efl\n  README.md\n");
    assert_eq!(folder.files(), ["README.md", "types.efl"]);
    assert_eq!(folder.read("types.efl"), "type Mine = string\n");
}

#[test]
fn a_folder_whose_name_is_no_name_gets_another() {
    let folder = Folder::new();
    assert_eq!(folder.efl(&["init", "42"]).code, 0);
    assert_eq!(folder.efl(&["check", "--strict", "42"]).code, 0);
    assert!(folder.read("42/pipeline.efl").contains("orchestrator pipeline {"));
}
