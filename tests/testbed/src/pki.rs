//! The keys of one cluster: its own authority, so that what one cluster trusts is nothing to another.

use crate::{
    command::{fed, folder, output, read, write},
    error::Result,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The folder with `ca`, `server`, `admin`, `controllers`, `front-proxy` (each `.crt` and `.key`) and `accounts` (`.key`, `.pub`).
pub(crate) struct Keys(pub(crate) PathBuf);

impl Keys {
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Makes them, the server's for an address and these names.
    pub(crate) fn make(&self, address: &str, names: &[&str]) -> Result<()> {
        folder(&self.0)?;
        self.certificate("ca", "/CN=efl-testbed", &["keyUsage=critical,keyCertSign"])?;
        let names = [&["localhost"], names].concat().join(",DNS:");
        let names = format!("subjectAltName=IP:127.0.0.1,IP:{address},IP:10.96.0.1,DNS:{names}");
        self.certificate("server", "/CN=kube-apiserver", &[USAGE, &names])?;
        self.client("admin", "/O=system:masters/CN=admin")?;
        self.client("controllers", "/CN=system:kube-controller-manager")?;
        self.client("front-proxy", "/CN=front-proxy-client")?;
        let mut key = openssl("ecparam -name prime256v1 -genkey -noout -out");
        output(key.arg(self.file("accounts.key")))?;
        let mut public = openssl("ec -pubout -in");
        output(public.args([self.file("accounts.key"), "-out".into(), self.file("accounts.pub")])).map(drop)
    }

    /// A certificate for a client.
    pub(crate) fn client(&self, name: &str, subject: &str) -> Result<()> {
        self.certificate(name, subject, &[USAGE])
    }

    /// A certificate of this cluster's authority, or of itself the authority's.
    fn certificate(&self, name: &str, subject: &str, extensions: &[&str]) -> Result<()> {
        let mut command =
            openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30");
        let file = |ending: &str| self.file(&format!("{name}.{ending}"));
        command.args(["-subj", subject, "-keyout", &file("key"), "-out", &file("crt")]);
        if name != "ca" {
            command.args(["-CA", &self.file("ca.crt"), "-CAkey", &self.file("ca.key")]);
            command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        }
        for extension in extensions {
            command.args(["-addext", extension]);
        }
        output(&mut command).map(drop)
    }

    /// Base64 of a file, on one line.
    pub(crate) fn encoded(&self, name: &str) -> Result<String> {
        fed(&mut openssl("base64 -A"), &read(&self.0.join(name))?)
    }

    /// A kubeconfig with one of the certificates for the server at an address. It holds everything: it can be copied away.
    pub(crate) fn kubeconfig(&self, file: &Path, cluster: &str, server: &str, user: &str) -> Result<()> {
        let authority = self.encoded("ca.crt")?;
        let certificate = self.encoded(&format!("{user}.crt"))?;
        let key = self.encoded(&format!("{user}.key"))?;
        let text = serde_json::json!({
            "apiVersion": "v1", "kind": "Config", "current-context": cluster,
            "clusters": [{ "name": cluster, "cluster": { "server": format!("https://{server}"), "certificate-authority-data": authority } }],
            "users": [{ "name": format!("{cluster}-{user}"), "user": { "client-certificate-data": certificate, "client-key-data": key } }],
            "contexts": [{ "name": cluster, "context": { "cluster": cluster, "user": format!("{cluster}-{user}") } }],
        });
        write(file, &format!("{text:#}\n"))
    }
}

const USAGE: &str = "extendedKeyUsage=serverAuth,clientAuth";

fn openssl(words: &str) -> Command {
    let mut command = Command::new("openssl");
    command.args(words.split(' '));
    command
}
