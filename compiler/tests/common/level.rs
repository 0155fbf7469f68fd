//! The levels of the tests. Level 0, the default, needs Rust alone. Level 1 (`EFL_LEVEL=1`) needs Go as well: tests
//! against a real API server and against Argo's own code. They bring up what they need (`tests/testbed`, `tests/conformance`).

use super::files::root;
use efl_testbed::{Bed, Level};
use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Whether tests of level 1 are asked for; else says that one is skipped.
pub(crate) fn level1(what: &str) -> bool {
    Level::One.asked(what)
}

/// A line that is seen although the test passes: the harness keeps what `println!` prints.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}"); // nobody may listen
}

/// A number from the environment: more cases, another seed.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// The path of a program around Argo's own code, built at need.
pub(crate) fn program(name: &str) -> String {
    let mut program = Command::new(root().join("tests/conformance/program"));
    let said = program.arg(name).stderr(Stdio::inherit()).output().expect("it starts");
    assert!(said.status.success(), "no program {name}");
    String::from_utf8(said.stdout).expect("UTF-8").trim_end().to_owned()
}

/// The folder of a Go module at the version that `tests/conformance/tools/versions.env` gives to a name.
pub(crate) fn module(name: &str) -> (String, PathBuf) {
    efl_testbed::module(name).expect("the module")
}

/// `kubectl ARGS < input` against a real API server, which is brought up if it is not; all that it said.
pub(crate) fn kubectl(args: &[&str], input: &str) -> Result<String, String> {
    static BED: OnceLock<Bed> = OnceLock::new();
    let bed = BED.get_or_init(|| {
        let bed = Bed::new(Level::One).expect("a cache");
        bed.up().expect("it comes up");
        bed
    });
    let mut kubectl = bed.kubectl("l1").expect("it is up");
    kubectl.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = kubectl.spawn().expect("kubectl starts");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    let said = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (printed, warned) = (text(&said.stdout), text(&said.stderr));
    if said.status.success() { Ok(printed + &warned) } else { Err(warned) }
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
