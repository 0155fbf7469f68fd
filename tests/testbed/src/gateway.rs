//! The names of a node's services, and its way in.
//!
//! Knative asks of an ingress only that it serves each `Ingress` and says so in its status. [`run`] reads them and the
//! Services, writes what Envoy and dnsmasq read from files, and sets that status. So no `CoreDNS` and no Kourier are needed,
//! whose images are not to be had where nothing is pulled.

use crate::{
    argo::apply,
    cluster::{Cluster, options, port},
    command::write,
    error::{Context as _, Error, Result},
    programs,
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::Path,
    thread,
    time::Duration,
};

/// The class of the Ingresses that are ours.
pub(crate) const CLASS: &str = "file.ingress.networking.knative.dev";
/// What Knative makes the name of every function stand for.
const NAME: &str = "gateway.knative-net.svc.cluster.local";
const INGRESSES: &str = "/apis/networking.internal.knative.dev/v1alpha1";
/// How long a function waits at most for its name and route.
const TICK: Duration = Duration::from_millis(250);

/// Starts dnsmasq, Envoy and what tells them, in a node.
pub(crate) fn start(cluster: &mut Cluster) -> Result<()> {
    let metadata = json!({ "name": "kube-dns", "namespace": "kube-system", "labels": { "kubernetes.io/service-name": "kube-dns" } });
    let ports = json!([{ "name": "dns", "port": 53, "protocol": "UDP" }, { "name": "dns-tcp", "port": 53, "protocol": "TCP" }]);
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": { "clusterIP": "10.96.0.10", "ports": ports },
    });
    let endpoints = json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata, "addressType": "IPv4", "ports": ports,
        "endpoints": [{ "addresses": [cluster.address], "conditions": { "ready": true } }],
    });
    apply(
        cluster,
        &json!({ "apiVersion": "v1", "kind": "List", "items": [service, endpoints] }).to_string(),
    )?;

    write(&cluster.folder.join("hosts"), "")?;
    let mut dns = options(&[
        ("addn-hosts", &cluster.file("hosts")),
        ("listen-address", &cluster.address),
        ("pid-file", ""),
        ("user", "root"),
    ]);
    dns.extend(["--keep-in-foreground", "--no-resolv", "--no-hosts", "--bind-interfaces"].map(str::to_owned));
    cluster.start("dnsmasq", Path::new("/usr/sbin/dnsmasq"), dns, Vec::new())?;

    let proxy =
        options(&[("kubeconfig", &cluster.file("kubeconfig")), ("unix-socket", &cluster.file("proxy.sock"))]);
    let proxy = [vec!["proxy".to_owned()], proxy].concat();
    let ready = vec!["test".into(), "-S".into(), cluster.file("proxy.sock")];
    cluster.start("kubectl-proxy", &programs::kubectl()?, proxy, ready)?;
    cluster.wait("kubectl-proxy")?;

    write_envoy(&cluster.folder, &[], &[])?;
    write(&cluster.folder.join("envoy.json"), &bootstrap(cluster).to_string())?;
    let arguments = vec!["gateway".into(), cluster.folder.display().to_string(), cluster.address.clone()];
    cluster.start("gateway", &programs::own()?, arguments, Vec::new())?;
    // Envoy takes no `--name=value`.
    let mut envoy = vec!["--config-path".to_owned(), cluster.file("envoy.json")];
    envoy.extend(["--log-level", "warn", "--concurrency", "1", "--disable-hot-restart"].map(str::to_owned));
    let ready = cluster.answered(&format!("http://{}/ready", cluster.at(port::ENVOY_ADMIN)));
    cluster.start("envoy", &programs::envoy()?, envoy, ready)?;
    cluster.wait("envoy")
}

/// Does for ever what this file is for: `efl-testbed gateway FOLDER ADDRESS`.
pub fn run(folder: &Path, address: &str) -> ! {
    let mut known = HashMap::new();
    loop {
        if let Err(error) = step(folder, address, &mut known) {
            eprintln!("{error}"); // the API server may be down: tried again
        }
        thread::sleep(TICK);
    }
}

fn step(folder: &Path, address: &str, known: &mut HashMap<&'static str, String>) -> Result<()> {
    let services = ask(folder, "GET", "/api/v1/services", None)?;
    let (mut hosts, mut addresses) = (format!("{address} {NAME}\n"), BTreeMap::new());
    for service in services["items"].as_array().into_iter().flatten() {
        let text = |pointer: &str| service.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
        let ip = match (text("/spec/type"), text("/spec/clusterIP")) {
            ("ExternalName", _) if text("/spec/externalName") == NAME => address,
            ("ExternalName", _) | (_, "" | "None") => continue,
            (_, ip) => {
                addresses.insert((namespace.to_owned(), name.to_owned()), ip.to_owned());
                ip
            }
        };
        let _ = writeln!(
            hosts,
            "{ip} {name}.{namespace}.svc.cluster.local {name}.{namespace}.svc {name}.{namespace}"
        );
    }
    if changed(known, "hosts", &hosts) {
        write(&folder.join("hosts"), &hosts)?;
        reread(folder);
    }

    let Ok(ingresses) = ask(folder, "GET", &format!("{INGRESSES}/ingresses"), None) else {
        return Ok(()); // no Knative yet
    };
    let ours = |ingress: &&Value| {
        let metadata = &ingress["metadata"];
        metadata["annotations"]["networking.knative.dev/ingress.class"] == CLASS
            && metadata["deletionTimestamp"].is_null()
    };
    let ingresses: Vec<&Value> = ingresses["items"].as_array().into_iter().flatten().filter(ours).collect();
    let Some((clusters, hosts)) = routes(&ingresses, &addresses) else {
        return Ok(()); // a Service is not there yet
    };
    if changed(known, "routes", &json!([clusters, hosts]).to_string()) {
        write_envoy(folder, &clusters, &hosts)?;
    }
    ingresses.into_iter().try_for_each(|ingress| say_ready(folder, ingress))
}

/// Whether something is not what it was the last time.
fn changed(known: &mut HashMap<&'static str, String>, what: &'static str, text: &str) -> bool {
    known.insert(what, text.to_owned()).as_deref() != Some(text)
}

/// Makes dnsmasq read its hosts.
fn reread(folder: &Path) {
    let pid = fs::read_to_string(folder.join("dnsmasq.pid")).ok();
    let pid = pid.and_then(|file| Pid::from_raw(file.lines().next()?.parse().ok()?));
    if let Some(pid) = pid {
        let _ = kill_process(pid, Signal::HUP); // one that starts reads them by itself
    }
}

/// Envoy's clusters and virtual hosts of some Ingresses; none as long as a Service of theirs has no address.
fn routes(
    ingresses: &[&Value],
    addresses: &BTreeMap<(String, String), String>,
) -> Option<(Vec<Value>, Vec<Value>)> {
    let (mut clusters, mut hosts) = (BTreeMap::new(), BTreeMap::<&str, Vec<(usize, usize, Value)>>::new());
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    for rule in ingresses.iter().filter_map(|ingress| ingress["spec"]["rules"].as_array()).flatten() {
        let mut routes = Vec::new();
        for path in list(&rule["http"]["paths"]) {
            let mut weighted = Vec::new();
            for split in list(&path["splits"]) {
                let (namespace, service) =
                    (split["serviceNamespace"].as_str()?, split["serviceName"].as_str()?);
                let address = addresses.get(&(namespace.to_owned(), service.to_owned()))?;
                let name = format!("{namespace}/{service}:{}", split["servicePort"]);
                clusters.insert(name.clone(), upstream(&name, address, &split["servicePort"]));
                weighted.push(json!({
                    "name": name, "weight": split["percent"].as_u64().unwrap_or(100),
                    "request_headers_to_add": headers(&split["appendHeaders"]),
                }));
            }
            let prefix = path["path"].as_str().unwrap_or("/");
            let wanted = path["headers"].as_object().cloned().unwrap_or_default();
            let exact: Vec<Value> = wanted
                .iter()
                .map(|(name, value)| json!({ "name": name, "string_match": { "exact": value["exact"] } }))
                .collect();
            let mut route = json!({ "weighted_clusters": { "clusters": weighted }, "timeout": "0s" });
            if let Some(host) = path["rewriteHost"].as_str() {
                route["host_rewrite_literal"] = host.into();
            }
            let route = json!({
                "match": { "prefix": prefix, "headers": exact }, "route": route,
                "request_headers_to_add": headers(&path["appendHeaders"]),
            });
            routes.push((wanted.len(), prefix.len(), route));
        }
        for host in rule["hosts"].as_array()?.iter().filter_map(Value::as_str) {
            hosts.entry(host).or_default().extend(routes.iter().cloned());
        }
    }
    let hosts = hosts.into_iter().map(|(host, mut routes)| {
        routes.sort_by_key(|(headers, prefix, _)| std::cmp::Reverse((*headers, *prefix))); // the first that fits is taken
        let routes: Vec<Value> = routes.into_iter().map(|(_, _, route)| route).collect();
        json!({ "name": host, "domains": [host], "routes": routes })
    });
    let hosts = hosts.collect();
    Some((clusters.into_values().collect(), hosts))
}

const CONFIG: &str = "type.googleapis.com/envoy.config";
const EXTENSIONS: &str = "type.googleapis.com/envoy.extensions";

/// One Service as Envoy's cluster. A connection serves one request, so that kube-proxy spreads them.
fn upstream(name: &str, address: &str, port: &Value) -> Value {
    let endpoint = json!({ "address": { "socket_address": { "address": address, "port_value": port } } });
    json!({
        "@type": format!("{CONFIG}.cluster.v3.Cluster"), "name": name, "type": "STATIC", "connect_timeout": "5s",
        "load_assignment": { "cluster_name": name, "endpoints": [{ "lb_endpoints": [{ "endpoint": endpoint }] }] },
        "typed_extension_protocol_options": { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": format!("{EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions"),
            "common_http_protocol_options": { "max_requests_per_connection": 1 },
            "explicit_http_config": { "http_protocol_options": {} },
        } },
    })
}

fn headers(added: &Value) -> Vec<Value> {
    let added = added.as_object().into_iter().flatten();
    added
        .map(|(key, value)| json!({ "header": { "key": key, "value": value }, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD" }))
        .collect()
}

/// Writes Envoy's two files; it reads each when it is renamed into place.
fn write_envoy(folder: &Path, clusters: &[Value], hosts: &[Value]) -> Result<()> {
    let routes = json!({
        "@type": format!("{CONFIG}.route.v3.RouteConfiguration"), "name": "functions",
        "ignore_port_in_host_matching": true, "virtual_hosts": hosts,
    });
    for (name, resources) in [("clusters", json!(clusters)), ("routes", json!([routes]))] {
        let mut hasher = DefaultHasher::new();
        resources.to_string().hash(&mut hasher);
        let text = json!({ "version_info": hasher.finish().to_string(), "resources": resources }).to_string();
        write(&folder.join(format!("{name}.json")), &text)?;
    }
    Ok(())
}

/// What Envoy starts with: listeners at the port of the node and at 80, everything else from the files.
fn bootstrap(cluster: &Cluster) -> Value {
    let source = |name: &str| json!({ "path_config_source": { "path": cluster.file(name) }, "resource_api_version": "V3" });
    let at = |port: u16| json!({ "socket_address": { "address": cluster.address, "port_value": port } });
    let listener = |port: u16| {
        let manager = json!({
            "@type": format!("{EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager"),
            "stat_prefix": "functions", "upgrade_configs": [{ "upgrade_type": "websocket" }],
            "rds": { "route_config_name": "functions", "config_source": source("routes.json") },
            "http_filters": [{
                "name": "envoy.filters.http.router",
                "typed_config": { "@type": format!("{EXTENSIONS}.filters.http.router.v3.Router") },
            }],
        });
        json!({
            "name": format!("http-{port}"), "address": at(port),
            "filter_chains": [{ "filters": [{ "name": "manager", "typed_config": manager }] }],
        })
    };
    json!({
        "node": { "id": cluster.name, "cluster": cluster.name }, "admin": { "address": at(port::ENVOY_ADMIN) },
        "dynamic_resources": { "cds_config": source("clusters.json") },
        "static_resources": { "listeners": [listener(port::GATEWAY), listener(port::HTTP)] },
    })
}

/// Tells Knative that an Ingress is served, unless it knows.
fn say_ready(folder: &Path, ingress: &Value) -> Result<()> {
    let (metadata, status) = (&ingress["metadata"], &ingress["status"]);
    let conditions = status["conditions"].as_array();
    let ready = conditions.into_iter().flatten().any(|c| c["type"] == "Ready" && c["status"] == "True");
    if ready && status["observedGeneration"] == metadata["generation"] {
        return Ok(());
    }
    let balancer = json!({ "ingress": [{ "domainInternal": NAME }] });
    // Nobody asks since when, but it must be said.
    let since = &metadata["creationTimestamp"];
    let conditions = ["LoadBalancerReady", "NetworkConfigured", "Ready"]
        .map(|kind| json!({ "type": kind, "status": "True", "lastTransitionTime": since }));
    let patch = json!({ "status": {
        "observedGeneration": metadata["generation"], "conditions": conditions,
        "publicLoadBalancer": balancer, "privateLoadBalancer": balancer,
    } });
    let text = |name: &str| metadata[name].as_str().unwrap_or_default();
    let path = format!("{INGRESSES}/namespaces/{}/ingresses/{}/status", text("namespace"), text("name"));
    ask(folder, "PATCH", &path, Some(&patch)).map(drop)
}

/// One request to the API server by way of `kubectl proxy`. HTTP/1.0: the answer ends with the connection.
fn ask(folder: &Path, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let what = || format!("{method} {path}");
    let body = body.map_or_else(String::new, Value::to_string);
    let mut stream = UnixStream::connect(folder.join("proxy.sock")).context(what)?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).context(what)?;
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/merge-patch+json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).context(what)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).context(what)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    if head.split(' ').nth(1) != Some("200") {
        return Err(Error::Failed {
            command: what(),
            said: head.lines().next().unwrap_or_default().to_owned(),
        });
    }
    serde_json::from_str(body).map_err(|error| Error::Failed { command: what(), said: error.to_string() })
}
