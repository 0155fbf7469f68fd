//! The levels of the tests. Level 0, the default, needs Rust alone. Level 1 (`EFL_LEVEL=1`) needs Go as well: tests
//! against a real API server and against Argo's own code. They bring up what they need (`tests/conformance/README.md`).

use super::files::root;
use serde_json::Value;
use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Whether tests of level 1 are asked for; else says that one is skipped.
pub(crate) fn level1(what: &str) -> bool {
    let asked = number("EFL_LEVEL", 0) >= 1;
    if !asked {
        say(&format!("skipped: {what} (EFL_LEVEL=1 and Go run it)"));
    }
    asked
}

/// A line that is seen although the test passes: the harness keeps what `println!` prints.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}"); // nobody may listen
}

/// A number from the environment: more cases, another seed.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// What a command prints.
fn output(command: &mut Command) -> String {
    let said = command.stderr(Stdio::inherit()).output();
    let said = said.unwrap_or_else(|e| panic!("{}: {e}", command.get_program().display()));
    assert!(said.status.success(), "{} fails", command.get_program().display());
    String::from_utf8(said.stdout).expect("UTF-8")
}

fn conformance(file: &str) -> PathBuf {
    root().join("tests/conformance").join(file)
}

/// The path of a program around Argo's own code, built at need.
pub(crate) fn program(name: &str) -> String {
    output(Command::new(conformance("program")).arg(name)).trim_end().to_owned()
}

/// The folder of a Go module at the version that `tests/conformance/tools/versions.env` gives to a name.
pub(crate) fn module(name: &str) -> (String, PathBuf) {
    let versions = std::fs::read_to_string(conformance("tools/versions.env")).expect("the versions");
    let version = versions.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let version = version.expect("the version of the module").to_owned();
    let json = output(Command::new("go").args(["mod", "download", "-json", &version]));
    let json: Value = serde_json::from_str(&json).expect("JSON");
    let folder = PathBuf::from(json["Dir"].as_str().expect("the module has a folder"));
    (version, folder)
}

/// `kubectl ARGS < input` against a real API server, which is brought up if it is not.
pub(crate) fn kubectl(args: &[&str], input: &str) -> Result<String, String> {
    static UP: OnceLock<()> = OnceLock::new();
    UP.get_or_init(|| {
        output(Command::new(conformance("l1")).arg("up"));
    });
    let mut child = Command::new(conformance("l1"))
        .arg("kubectl")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("l1 starts");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    let said = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if said.status.success() { Ok(text(&said.stdout)) } else { Err(text(&said.stderr)) }
}

/// Installs our own definitions in the API server; what it said.
pub(crate) fn install_definitions() -> String {
    let definitions = efl_compiler::expand::crds::crds();
    let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": definitions }).to_string();
    let taken = kubectl(&["apply", "--server-side", "--force-conflicts", "-f", "-"], &list);
    let established = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"];
    kubectl(&established, "").expect("the definitions are established");
    taken.expect("the definitions are taken")
}
