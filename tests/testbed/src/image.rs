//! Container images of one static program each, as OCI archives in the cache: nothing is pulled, and no builder is needed.

use crate::{
    command::{folder, output},
    error::{Context as _, Result},
    programs,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
};

/// The registry that every image claims to be from. There is none: kubelet never asks it.
pub(crate) const REGISTRY: &str = "local.test";

/// The image of a program: made from it if it is not in the cache.
pub(crate) fn made(name: &str, program: &Path) -> Result<PathBuf> {
    let version = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let images = programs::cache()?.join("images");
    let archive = images.join(format!("{version}.tar"));
    if !archive.exists() {
        folder(&images)?;
        let partial = archive.with_extension(format!("{}.partial", process::id()));
        let bytes = fs::read(program).and_then(|bytes| image(&reference(name), name, &bytes));
        let written = bytes.and_then(|bytes| fs::write(&partial, bytes));
        written.context(|| format!("making the image of {}", program.display()))?;
        fs::rename(&partial, &archive).context(|| format!("writing {}", archive.display()))?;
    }
    Ok(archive)
}

/// Imports the image of a program into the containerd at a socket.
pub(crate) fn import(socket: &str, name: &str, program: &Path) -> Result<()> {
    let mut ctr = Command::new("ctr");
    ctr.args(["--address", socket, "--namespace", "k8s.io", "images", "import"]);
    output(ctr.arg(made(name, program)?)).map(drop)
}

/// What a pod calls an image.
pub(crate) fn reference(name: &str) -> String {
    format!("{REGISTRY}/{name}:v1")
}

/// A program of `tests/testbed/images`, built at need.
pub(crate) fn own(name: &str) -> Result<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("images");
    let file = sources.join(name).join("main.go");
    let source = fs::read(&file).context(|| format!("reading {}", file.display()))?;
    let key = hex(&source);
    let program = programs::cache()?.join("bin").join(format!("testbed-{name}-{}", &key[..12]));
    if !program.exists() {
        programs::go_build(&sources, "-s -w", &program, &format!("./{name}"))?;
    }
    Ok(program)
}

/// An OCI image layout, uncompressed: one layer with the program at `/bin/NAME`, run as nobody.
fn image(reference: &str, name: &str, program: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut layer = tar::Builder::new(Vec::new());
    for (path, mode) in [("bin/", 0o755), ("etc/", 0o755), ("tmp/", 0o1777)] {
        let mut header = header(0, mode);
        header.set_entry_type(tar::EntryType::Directory);
        layer.append_data(&mut header, path, std::io::empty())?;
    }
    layer.append_data(&mut header(program.len(), 0o755), format!("bin/{name}"), program)?;
    let layer = layer.into_inner()?;

    let config = bytes(&json!({
        "architecture": architecture(), "os": "linux",
        "config": {
            "User": "65532:65532", "WorkingDir": "/", "Env": ["PATH=/bin"],
            "Entrypoint": [format!("/bin/{name}")],
        },
        "rootfs": { "type": "layers", "diff_ids": [digest(&layer)] },
    }));
    let described = |kind: &str, content: &[u8]| json!({ "mediaType": kind, "digest": digest(content), "size": content.len() });
    let manifest = bytes(&json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": described("application/vnd.oci.image.config.v1+json", &config),
        "layers": [described("application/vnd.oci.image.layer.v1.tar", &layer)],
    }));
    let mut entry = described(MANIFEST, &manifest);
    entry["annotations"] = json!({ "io.containerd.image.name": reference });
    let index = bytes(&json!({ "schemaVersion": 2, "manifests": [entry] }));

    let mut archive = tar::Builder::new(Vec::new());
    let layout = bytes(&json!({ "imageLayoutVersion": "1.0.0" }));
    let blob = |content: &[u8]| format!("blobs/sha256/{}", hex(content));
    for (path, content) in [
        ("oci-layout".to_owned(), &layout),
        ("index.json".to_owned(), &index),
        (blob(&layer), &layer),
        (blob(&config), &config),
        (blob(&manifest), &manifest),
    ] {
        archive.append_data(&mut header(content.len(), 0o644), path, content.as_slice())?;
    }
    archive.into_inner()
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// As Go names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn header(size: usize, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_ustar();
    header.set_size(size as u64);
    header.set_mode(mode);
    header
}

fn bytes(json: &Value) -> Vec<u8> {
    json.to_string().into_bytes()
}

fn digest(content: &[u8]) -> String {
    format!("sha256:{}", hex(content))
}

fn hex(content: &[u8]) -> String {
    format!("{:x}", Sha256::digest(content))
}
