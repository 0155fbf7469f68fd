//! The definitions of everything that EFL emits, and of EFL itself.

use crate::{
    cluster::Cluster,
    command::{fed, retried},
    error::{Context as _, Result},
    programs::module,
};
use std::{fs, path::PathBuf, time::Duration};

/// Which files of upstream.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// With every field those of Argo Workflows that EFL emits, and Karmada's policies: what is admitted is what upstream knows. They
    /// cost an API server 0.7 GB and 12 s of CPU.
    Full,
    /// All of Argo Workflows' as most install them, without fields; Karmada installs its own.
    Minimal,
}

/// Argo Events', Argo Workflows' and Knative's files.
pub(crate) fn files(detail: Detail) -> Result<Vec<PathBuf>> {
    let mut folders = vec![
        module("ARGO_EVENTS")?.1.join("manifests/base/crds"), // these three accept everything: see compiler/schemas
        module("KNATIVE_SERVING")?.1.join("config/core/300-resources"),
    ];
    if detail == Detail::Full {
        let bases = module("KARMADA")?.1.join("charts/karmada/_crds/bases");
        folders.extend([bases.join("policy"), bases.join("config")]);
    }
    let workflows = module("ARGO_WORKFLOWS")?.1.join("manifests/base/crds");
    if detail == Detail::Minimal {
        folders.push(workflows.join("minimal"));
    }
    let mut files = Vec::new();
    for folder in folders {
        let entries = fs::read_dir(&folder).context(|| format!("reading {}", folder.display()))?;
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        files.extend(paths.filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.ends_with(".yaml") && name != "kustomization.yaml"
        }));
    }
    if detail == Detail::Full {
        let emitted = ["argoproj.io_workflows.yaml", "argoproj.io_workflowtemplates.yaml"];
        files.extend(emitted.map(|name| workflows.join("full").join(name)));
    }
    Ok(files)
}

/// Installs the files' definitions and our own in a new cluster.
pub(crate) fn install(cluster: &Cluster, files: &[PathBuf]) -> Result<()> {
    let mut create = cluster.kubectl()?;
    create.args(["create", "--validate=false"]);
    for file in files {
        create.arg("--filename").arg(file);
    }
    fed(&mut create, "")?;
    install_own(cluster)?;
    // Tried again because it fails on a definition that has no conditions yet.
    let patience = Duration::from_mins(1);
    retried(patience, || cluster.kube("wait --for=condition=Established crd --all --timeout=60s")).map(drop)
}

/// Installs our own definitions as this checkout has them.
pub(crate) fn install_own(cluster: &Cluster) -> Result<()> {
    let definitions = efl_compiler::expand::crds::crds();
    let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": definitions }).to_string();
    let mut apply = cluster.kubectl()?;
    apply.args(["apply", "--server-side", "--force-conflicts", "--filename", "-"]);
    fed(&mut apply, &list).map(drop)
}
