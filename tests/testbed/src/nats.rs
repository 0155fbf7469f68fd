//! A NATS server with JetStream beside Karmada: what every EventBus of the members points to.

use crate::{
    cluster::{Cluster, port},
    command::write,
    error::Result,
    programs::NATS,
};

/// Who may speak with it.
pub(crate) const USER: &str = "efl";
/// Their password.
pub(crate) const PASSWORD: &str = "efl-pass";

/// Starts it in a cluster, with TLS: Argo Events does not speak without.
pub(crate) fn start(cluster: &mut Cluster) -> Result<()> {
    let keys = cluster.keys();
    let config = format!(
        r#"listen: "{}"
http: "{}"
jetstream {{ store_dir: "{}", max_mem: 256M, max_file: 2G }}
tls {{ cert_file: "{}", key_file: "{}" }}
authorization {{ users: [ {{ user: "{USER}", password: "{PASSWORD}" }} ] }}
"#,
        cluster.at(port::NATS),
        cluster.at(port::NATS_MONITOR),
        cluster.file("jetstream"),
        keys.file("server.crt"),
        keys.file("server.key"),
    );
    write(&cluster.folder.join("nats.conf"), &config)?;
    let ready = cluster.answered(&format!("http://{}/healthz", cluster.at(port::NATS_MONITOR)));
    cluster.start("nats", &NATS.built()?, vec!["--config".into(), cluster.file("nats.conf")], ready)?;
    cluster.wait("nats")
}
