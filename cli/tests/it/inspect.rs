//! `efl runs`, `logs`, `trace`, `replay` and `doctor` without a cluster: what they say of how they are called. What they say of
//! pipelines is in `cli/tests/e2e`.

use super::Folder;

fn efl(args: &[&str]) -> super::Run {
    let folder = Folder::new();
    let mut command = folder.command(args);
    command.env("KUBECONFIG", "nowhere");
    super::run(command, "")
}

#[test]
fn without_a_cluster_it_is_said_how_to_name_one() {
    for args in [
        &["runs"][..],
        &["runs", "crossing", "--failed", "--since", "1h"],
        &["logs", "city/crossing/alert", "--tail", "5"],
        &["trace"],
        &["trace", "77914c4d362c4e4988e62b05be7e6ab9", "--of", "city/crossing"],
        &["replay", "crossing-meeting-892508dc"],
        &["replay", "--all", "crossing", "--since", "2h", "--yes"],
        &["doctor", "--format", "json"],
    ] {
        let run = efl(args);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{args:?}: {}", run.err);
        assert!(
            run.err.contains("there is no cluster to speak to") && run.err.contains("--context"),
            "{}",
            run.err
        );
    }
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    for (args, said) in [
        (&["runs", "a/b/c"][..], "it is NAME or NAMESPACE/NAME"),
        (&["runs", "--since", "yesterday"], "a time is `30s`, `5m` or `1h`"),
        (&["logs"], "required"),
        (&["logs", "a/b/c/d"], "it is NAME, ORCHESTRATOR/NAME or NAMESPACE/ORCHESTRATOR/NAME"),
        (&["logs", "alert", "--tail", "-1"], "unexpected argument"),
        (&["replay"], "required"),
        (&["replay", "run-1", "--all", "crossing"], "cannot be used with"),
        (&["replay", "run-1", "--since", "1h"], "cannot be used with"),
        (&["doctor", "crossing"], "unexpected argument"),
    ] {
        let run = efl(args);
        assert!(run.code == 2 && run.err.contains(said), "{args:?}: {} {}", run.code, run.err);
    }
}
