//! `efl runtime install` and `uninstall` against real API servers: everything is accepted, a second time changes nothing, the
//! accounts suffice for their controllers, and nothing is left.

use crate::{
    BED,
    desk::{Desk, Ran as _},
};
use efl_testbed::{Bed, Level};
use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const KARMADA: &[&str] = &["runtime", "install", "--print=control-plane"];
const HOST: &[&str] = &["runtime", "install", "--print=host"];

#[test]
fn a_plain_cluster_takes_all_of_it_and_the_second_time_nothing() {
    if !Level::One.asked("what efl runtime install prints") {
        return;
    }
    let bed = Bed::new(Level::One).expect("a cache");
    let was_up = bed.is_up();
    bed.up().expect("it comes up");
    let desk = Desk::on(&bed, "l1", "install", &[]);
    let plain: &[&str] = &["runtime", "install", "--print", "--without-karmada", "--replicas", "3"];
    let printed = desk.efl(plain).text();
    desk.fed("l1", &["apply", "--server-side", "--filename=-"], &printed).expect("it is accepted");
    let first = versions(&desk, "l1", &printed);
    assert!(first.len() >= 10, "{first:?}");
    desk.fed("l1", &["apply", "--server-side", "--filename=-"], &printed).expect("it is accepted again");
    assert_eq!(versions(&desk, "l1", &printed), first);
    drop(desk);
    if !was_up {
        bed.down().expect("it goes down");
    }
}

#[test]
fn karmada_and_its_host_take_it_and_give_it_back() {
    if !Level::Two.asked("efl runtime install and uninstall on Karmada") {
        return;
    }
    let _bed = BED.lock();
    let bed = Bed::new(Level::Two).expect("a cache");
    let was_up = bed.is_up();
    bed.up().expect("it comes up");
    let desk = Desk::new(&bed, "install", &[]);
    let host = bed.place("m1").expect("a place").kubeconfig.display().to_string();
    let beside = ["--host-kubeconfig", &host];
    let (karmada, on_host) = (desk.efl(KARMADA).text(), desk.efl(HOST).text());

    let install = [&["runtime", "install"], &beside[..]].concat();
    desk.efl(&install).expect_code(0);
    let before = (versions(&desk, "karmada", &karmada), versions(&desk, "m1", &on_host));
    assert!(before.0.len() >= 17 && before.1.len() >= 9, "{before:?}");
    desk.efl(&install).expect_code(0);
    assert_eq!((versions(&desk, "karmada", &karmada), versions(&desk, "m1", &on_host)), before);

    // Pods are admitted although their namespace is restricted.
    desk.until("there are pods", || {
        desk.kubectl_on("m1", &["get", "pods", "--namespace=efl-system", "--output=name"]).lines().count()
            == 4
    });
    both_lead_with_what_they_were_given(&desk);
    refuses_while_an_orchestrator_stands(&desk, &beside);

    let uninstall = [&["runtime", "uninstall", "--force-abandon"], &beside[..]].concat();
    let unasked = desk.efl(&uninstall);
    unasked.expect_code(2);
    assert!(unasked.text().contains("--yes"), "{}", unasked.text());
    desk.efl(&[&uninstall[..], &["--yes"]].concat()).expect_code(0);
    for (cluster, printed) in [("karmada", &karmada), ("m1", &on_host)] {
        let left = versions(&desk, cluster, printed);
        assert!(left.is_empty(), "{cluster}: {left:?}");
        let left = desk.kubectl_on(
            cluster,
            &["get", "all,secrets,configmaps,leases", "--namespace=efl-system", "--output=name"],
        );
        assert_eq!(left.trim(), "", "{cluster}");
    }
    desk.until("the members have nothing", || {
        ["m1", "m2", "m3"].iter().all(|member| {
            let all = desk
                .kubectl_on(member, &["get", "clusterroles,clusterrolebindings,namespaces", "--output=name"]);
            !all.contains("efl")
        })
    });
    let again = desk.efl(&[&["runtime", "uninstall"], &beside[..]].concat());
    again.expect_code(0);
    assert!(again.text().contains("there is nothing"), "{}", again.text());
    drop(desk);
    if !was_up {
        bed.down().expect("it goes down");
    }
}

#[test]
fn the_alert_rules_fire_when_they_should_and_only_then() {
    if !Level::Two.asked("promtool and the alert rules") {
        return;
    }
    let manifests = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/controllers/manifests");
    for arguments in [["check", "rules", "alerts.yaml"], ["test", "rules", "alerts.test.yaml"]] {
        let prometheus = efl_testbed::prometheus().expect("Prometheus");
        let mut promtool = Command::new(prometheus.with_file_name("promtool"));
        promtool.args(arguments).current_dir(manifests).output().expect("it runs").expect_code(0);
    }
}

/// The objects that stand of those in a text, with their versions.
fn versions(desk: &Desk<'_>, cluster: &str, printed: &str) -> BTreeMap<String, String> {
    let form = "--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.resourceVersion}{\"\\n\"}{end}";
    let text = desk.fed(cluster, &["get", "--filename=-", "--ignore-not-found", form], printed);
    let text = text.unwrap_or_else(|why| {
        assert!(why.contains("no matches for kind"), "{why}"); // their definitions are gone
        String::new()
    });
    let line = |line: &str| {
        let (name, version) = line.rsplit_once(' ').expect("a version");
        (name.to_owned(), version.to_owned())
    };
    text.lines().map(line).collect()
}

/// Runs both controllers as the pods would, with the kubeconfigs that were made for them: they lead, and may do what they try.
fn both_lead_with_what_they_were_given(desk: &Desk<'_>) {
    let mut running = Vec::new();
    for which in ["orchestrator", "placement"] {
        let secret = format!("efl-{which}-karmada");
        let part = |key: &str| {
            let form = format!("--output=go-template={{{{index .data \"{key}\" | base64decode}}}}");
            desk.kubectl_on("m1", &["get", "secret", &secret, "--namespace=efl-system", &form])
        };
        let token = desk.folder.join(format!("{which}.token"));
        fs::write(&token, part("token")).expect("it is written");
        let kubeconfig = part("kubeconfig").replace("/etc/efl/karmada/token", &token.display().to_string());
        desk.write(&format!("{which}.kubeconfig"), &kubeconfig);
        let log = fs::File::create(desk.folder.join(format!("{which}.log"))).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_efl"));
        command.args(["runtime", "run", "--listen=127.0.0.1:0", "--controllers", which, "--kubeconfig"]);
        command.arg(desk.folder.join(format!("{which}.kubeconfig"))).stdin(Stdio::null()).stderr(log);
        running.push(crate::desk::Runtime(command.spawn().expect("it runs")));
    }
    for which in ["orchestrator", "placement"] {
        let lease = format!("efl-{which}");
        desk.until("it leads", || {
            let form = "--output=jsonpath={.spec.holderIdentity}";
            !desk.kubectl(&["get", "lease", &lease, "--namespace=efl-system", form]).is_empty()
        });
    }
    thread::sleep(Duration::from_secs(2));
    drop(running);
    for which in ["orchestrator", "placement"] {
        let log = fs::read_to_string(desk.folder.join(format!("{which}.log"))).expect("a log");
        assert!(log.contains("leading") && !log.contains("orbidden"), "{which}: {log}");
    }
}

fn refuses_while_an_orchestrator_stands(desk: &Desk<'_>, beside: &[&str]) {
    let orchestrator = r#"{
        "apiVersion": "efl.dev/v1alpha1", "kind": "Orchestrator",
        "metadata": { "name": "left", "namespace": "default", "finalizers": ["efl.dev/resources"] },
        "spec": {}
    }"#;
    desk.fed("karmada", &["create", "--filename=-"], orchestrator).expect("it is created");
    let refused = desk.efl(&[&["runtime", "uninstall", "--yes"], beside].concat());
    refused.expect_code(1);
    assert!(
        refused.text().contains("default/left") && refused.text().contains("--force-abandon"),
        "{}",
        refused.text()
    );
}

impl Desk<'_> {
    /// What `kubectl` says of what it is given, or why it does not like it.
    fn fed(&self, cluster: &str, arguments: &[&str], input: &str) -> Result<String, String> {
        let mut command = self.bed.kubectl(cluster).expect("kubectl");
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Waits until something is so.
    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < Duration::from_secs(40), "{what}: not in {}", self.folder.display());
            thread::sleep(Duration::from_millis(300));
        }
    }
}
