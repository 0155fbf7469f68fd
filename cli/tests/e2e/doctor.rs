//! `efl doctor` on a real Karmada: it sees what is right, and what is taken away.

use crate::desk::{Desk, Ran as _};
use serde_json::Value;
use std::{
    thread,
    time::{Duration, Instant},
};

/// What is found of a subject: verdict, message and help of each line.
fn found(desk: &Desk<'_>, subject: &str, code: i32) -> Vec<(String, String)> {
    let said = desk.efl(&["doctor", "--format", "json"]);
    said.expect_code(code);
    let all: Value = serde_json::from_slice(&said.stdout).expect("JSON");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = all["findings"].as_array().expect("a list").iter();
    let of_it = findings.filter(|finding| finding["subject"] == subject);
    of_it.map(|f| (text(f, "verdict"), format!("{} {}", text(f, "message"), text(f, "help")))).collect()
}

/// Waits until something is so of m1.
fn until(desk: &Desk<'_>, is_so: impl Fn(&[(String, String)]) -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let lines = found(desk, "cluster m1", 0);
        if is_so(&lines) {
            return;
        }
        assert!(Instant::now() < end, "{lines:?}");
        thread::sleep(Duration::from_millis(500));
    }
}

/// On a desk where a pipeline was deployed.
pub fn sees_what_is_wrong(desk: &Desk<'_>) {
    let human = desk.efl(&["doctor"]);
    println!("{}", human.text());
    human.expect_code(0);

    // Karmada's proxy passes on who asks when a binding names them. One that a run before made may be there.
    desk.kubectl(&[
        "patch",
        "clusterrolebinding",
        "efl-operator",
        "--type=merge",
        "--patch={\"subjects\":null}",
    ]);
    until(desk, |lines| lines.iter().any(|(v, text)| v == "warn" && text.contains("set subject")));
    let named =
        ["set", "subject", "clusterrolebinding", "efl-operator", "--user=admin", "--group=system:masters"];
    desk.kubectl(&named);
    until(desk, |lines| lines.iter().all(|(verdict, _)| verdict == "ok"));
    desk.efl(&["runs"]).expect_code(0);
    desk.efl(&["trace"]).expect_code(0);

    desk.kubectl(&["delete", "resourceinterpretercustomization", "efl-sensor"]);
    desk.kubectl(&["delete", "configmap", "efl-clusters", "--namespace=efl-system"]);
    let missing = found(desk, "interpreters", 1);
    assert!(missing[0].1.contains("ResourceInterpreterCustomization efl-sensor"), "{missing:?}");
    assert_eq!(found(desk, "fleet", 1)[0].0, "fail");

    // Installing again mends it, and forgets nobody.
    desk.efl(&["runtime", "install"]).expect_code(0);
    desk.efl(&["fleet", "apply", "fleet.efl"]).expect_code(0);
    assert_eq!(found(desk, "interpreters", 0)[0].0, "ok");
    assert!(found(desk, "cluster m1", 0).iter().all(|(verdict, _)| verdict == "ok"));
}
