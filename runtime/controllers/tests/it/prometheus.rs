//! Measurements by a real Prometheus of real exporters (level 2 of the test bed): what is so is said, and what is not known is not
//! taken for nothing.

use crate::{
    fleet, observe,
    web::{Server, response, send},
};
use efl_compiler::spec::fleet::FleetSpec;
use efl_runtime::observe::{Observed, Prometheus};
use efl_testbed::{Bed, Level, Load};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Over how long the bed's load is averaged here; the default, a minute, is for larger installations.
const CPU: &str = "1 - avg(rate(node_cpu_seconds_total{mode=\"idle\", cluster=\"$cluster\"}[10s]))";
const TOKEN: &str = "t0ken-of-prometheus";

/// One test, because there is one bed. A bed that was up before stays up after it.
#[test]
fn level_two() {
    if !Level::Two.asked("measurements by a real Prometheus") {
        return;
    }
    let bed = Bed::new(Level::Two).expect("a cache");
    let was_up = bed.is_up();
    bed.up().expect("it comes up");
    what_is_so_is_said(&bed);
    an_exporter_dies(&bed);
    a_prometheus_dies_and_another_hangs(&bed);
    let folder = tempfile::tempdir().expect("a folder");
    samples_are_odd(folder.path());
    only_who_may_is_answered(&bed, folder.path());
    if !was_up {
        bed.down().expect("it goes down");
    }
}

/// The clusters of the bed, each with its own Prometheus.
fn own(bed: &Bed) -> FleetSpec {
    let url = |member: &str| bed.place(member).expect("a place").prometheus.expect("it has one");
    let clusters: Vec<(&str, Value)> =
        Level::Two.members().iter().map(|member| (*member, json!({ "prometheus": url(member) }))).collect();
    fleet(&clusters, json!({ "query": { "cpu": { "promql": CPU } } }))
}

/// Asks again until something is so of a cluster.
#[track_caller]
fn until(
    what: &str,
    fleet: &FleetSpec,
    cluster: &str,
    is_so: impl Fn(&Observed) -> bool,
) -> (Observed, Duration) {
    let (source, began) = (Prometheus::default(), Instant::now());
    loop {
        let observed = observe(&source, fleet).remove(cluster).expect("it is a cluster");
        if is_so(&observed) {
            return (observed, began.elapsed());
        }
        assert!(began.elapsed() < Duration::from_secs(40), "{what}: {cluster} is {observed:?}");
        thread::sleep(Duration::from_millis(250));
    }
}

fn is(observed: &Observed, load: Load) -> bool {
    let near = |reading: Option<efl_runtime::observe::Reading>, expected: f64| {
        reading.is_some_and(|reading| (reading.value - expected).abs() < 0.04)
    };
    near(observed.cpu, load.cpu) && near(observed.memory, load.memory) && observed.problems.is_empty()
}

fn age(at: SystemTime) -> Duration {
    SystemTime::now().duration_since(at).unwrap_or_default()
}

/// Says what became of one fault, for who compares runs.
fn report(fault: &str, observed: &Observed, took: Duration) {
    let show = |reading: Option<efl_runtime::observe::Reading>| {
        reading.map_or("unknown".to_owned(), |r| format!("{:.2}({:.1}s)", r.value, age(r.at).as_secs_f64()))
    };
    println!(
        "{fault} cpu={} memory={} seconds={:.1} problems={:?}",
        show(observed.cpu),
        show(observed.memory),
        took.as_secs_f64(),
        observed.problems
    );
}

fn what_is_so_is_said(bed: &Bed) {
    let loads = [("m1", Load { cpu: 0.7, memory: 0.4 }), ("m2", Load { cpu: 0.15, memory: 0.8 })];
    for (member, load) in loads {
        bed.set_load(member, load).expect("it is set");
    }
    // One Prometheus per cluster, and one with the metrics of all; its queries by default are for one label only.
    let shared = bed.place("karmada").expect("a place").prometheus.expect("it has one");
    let shared = fleet(
        &[("m1", json!({})), ("m2", json!({})), ("nobody", json!({}))],
        json!({ "prometheus": shared, "query": { "cpu": { "promql": CPU } } }),
    );
    for (of, fleet) in [("own", own(bed)), ("shared", shared.clone())] {
        for (member, load) in loads {
            let (observed, took) = until("its load is known", &fleet, member, |o| is(o, load));
            report(&format!("value of={of} cluster={member}"), &observed, took);
            for reading in [observed.cpu, observed.memory].into_iter().flatten() {
                assert!(age(reading.at) < Duration::from_secs(5), "it is scraped every 2 s: {observed:?}");
            }
        }
    }
    // A cluster that no series is of is not that of all together.
    let nobody = observe(&Prometheus::default(), &shared).remove("nobody").expect("it is a cluster");
    assert_eq!((nobody.cpu, nobody.memory), (None, None));
    assert_eq!(nobody.problems, ["cpu, memory: the query has no result"]);
}

fn an_exporter_dies(bed: &Bed) {
    let fleet = own(bed);
    let (before, _) = until("it is measured", &fleet, "m1", |o| o.cpu.is_some());
    bed.kill("m1/node-exporter").expect("it is killed");
    // `rate` has numbers for some seconds more.
    let (mut known, took) = (before, Instant::now());
    let (gone, _) = until("it is not measured", &fleet, "m1", |o| o.cpu.is_none() && o.memory.is_none());
    report("exporter-killed", &gone, took.elapsed());
    assert_eq!(gone.problems, ["cpu, memory: the query has no result"]);
    known.update(gone);
    let kept = known.cpu.expect("the last sample is kept");
    assert!(kept.value > 0.5, "it is not taken for idle: {kept:?}");
    let others = observe(&Prometheus::default(), &fleet);
    assert!(others["m2"].problems.is_empty() && others["m2"].cpu.is_some());
    bed.start("m1/node-exporter").expect("it starts");
    let (back, took) = until("it is measured again", &fleet, "m1", |o| o.cpu.is_some() && o.memory.is_some());
    report("exporter-back", &back, took);
}

fn a_prometheus_dies_and_another_hangs(bed: &Bed) {
    let fleet = own(bed);
    bed.kill("m1/prometheus").expect("it is killed");
    let status = bed.status().expect("it is up");
    let hanging = status.iter().find(|p| p.program == "m2/prometheus").and_then(|p| p.pid).expect("it runs");
    signal("STOP", hanging);
    let began = Instant::now();
    let observed = observe(&Prometheus::default(), &fleet);
    let took = began.elapsed();
    signal("CONT", hanging);
    report("prometheus-killed", &observed["m1"], took);
    report("prometheus-hangs", &observed["m2"], took);
    assert_eq!((observed["m1"].cpu, observed["m1"].memory), (None, None));
    let [line] = observed["m1"].problems.as_slice() else { panic!("{:?}", observed["m1"]) };
    assert!(line.contains("Connection refused"), "{line}");
    assert_eq!(observed["m2"].problems, ["no answer within 2s"]);
    assert!(took < Duration::from_secs(3), "half a period: {took:?}");
    assert!(observed["m3"].cpu.is_some(), "the others are known: {:?}", observed["m3"]);
    bed.start("m1/prometheus").expect("it starts");
    let (back, took) = until("it is measured again", &fleet, "m1", |o| o.cpu.is_some());
    report("prometheus-back", &back, took);
}

fn signal(signal: &str, pid: u32) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "kill -{signal} {pid}");
}

/// A Prometheus of this test, ended when it is dropped.
struct Own {
    process: Child,
    url: String,
    config: PathBuf,
}

impl Drop for Own {
    fn drop(&mut self) {
        let _ = self.process.kill(); // it may have died
        let _ = self.process.wait();
    }
}

impl Own {
    /// One that scrapes these targets each second; `web` is its web configuration.
    fn start(folder: &Path, targets: &[String], web: Option<&Path>) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
        let config = folder.join(format!("prometheus-{}.yaml", address.port()));
        fs::write(&config, scraping(targets)).expect("it is written");
        let mut command = Command::new(efl_testbed::prometheus().expect("the program"));
        command.arg(format!("--config.file={}", config.display()));
        command.arg(format!("--storage.tsdb.path={}", folder.join(address.port().to_string()).display()));
        command.args([&format!("--web.listen-address={address}"), "--log.level=error"]);
        if let Some(web) = web {
            command.arg(format!("--web.config.file={}", web.display()));
        }
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = process.spawn().expect("it runs");
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "it does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        let scheme = if web.is_some() { "https" } else { "http" };
        Self { process, url: format!("{scheme}://localhost:{}", address.port()), config }
    }

    /// Scrapes others from now on.
    fn scrape(&self, targets: &[String]) {
        fs::write(&self.config, scraping(targets)).expect("it is written");
        signal("HUP", self.process.id());
    }
}

fn scraping(targets: &[String]) -> String {
    json!({
        "global": { "scrape_interval": "1s", "scrape_timeout": "1s" },
        "scrape_configs": [{ "job_name": "node", "static_configs": [{ "targets": targets }] }],
    })
    .to_string()
}

/// Samples that are no numbers, late, half of what is needed, or no more.
fn samples_are_odd(folder: &Path) {
    const MEMORY: &str = "node_memory_MemTotal_bytes 8000\nnode_memory_MemAvailable_bytes 6000";
    let page = Arc::new(Mutex::new(format!("{MEMORY}\n")));
    let shown = page.clone();
    let exporter = Server::new(move |_, stream| {
        let page = shown.lock().expect("no panic").clone();
        send(stream, response("200 OK", "Content-Type: text/plain\r\n", &page).as_bytes());
    });
    let target = exporter.url().replace("http://", "");
    let prometheus = Own::start(folder, std::slice::from_ref(&target), None);
    let fleet = fleet(
        &[("a", json!({ "prometheus": prometheus.url }))],
        json!({ "metric": { "queue": { "query": "sum(queue_length)", "max": 200 } } }),
    );

    // One of two has no series.
    let (half, took) = until("memory is known", &fleet, "a", |o| o.memory.is_some());
    report("half-an-answer", &half, took);
    assert!(half.cpu.is_none() && half.memory.is_some_and(|m| (m.value - 0.25).abs() < 1e-9));
    assert_eq!(half.problems, ["cpu, queue: the query has no result"]);

    // No number, too much, below nothing.
    for (sample, why) in [
        ("NaN", "its result is NaN, which is no number"),
        ("+Inf", "its result is -inf, which is no number"),
        ("16000", "its result is -1, which is not from 0 to 1"),
    ] {
        *page.lock().expect("no panic") = format!(
            "node_memory_MemTotal_bytes 8000\nnode_memory_MemAvailable_bytes {sample}\nqueue_length 50\n"
        );
        let (odd, took) = until(sample, &fleet, "a", |o| o.problems.iter().any(|line| line.contains(why)));
        report(&format!("sample={sample}"), &odd, took);
        assert_eq!(odd.memory, None);
        assert!(odd.metrics["queue"].value > 0.24 && odd.metrics["queue"].value < 0.26, "{odd:?}");
    }

    // The target is scraped no more.
    *page.lock().expect("no panic") = format!("{MEMORY}\n");
    until("memory is known", &fleet, "a", |o| o.memory.is_some());
    prometheus.scrape(&[]);
    let (gone, took) = until("memory is not known", &fleet, "a", |o| o.memory.is_none());
    report("scrape-stopped", &gone, took);
    assert_eq!(gone.problems, ["cpu, memory, queue: the query has no result"]);
    prometheus.scrape(&[target]);
    until("memory is known again", &fleet, "a", |o| o.memory.is_some());

    // An exporter that repeats old samples with their time: the number is answered, as old as it is.
    let written = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    // Other series: those before end here.
    let repeated = MEMORY.replace("_bytes ", "_bytes{repeated=\"yes\"} ");
    let repeated: Vec<String> = repeated.lines().map(|line| format!("{line} {written}\n")).collect();
    *page.lock().expect("no panic") = repeated.concat();
    let late = |o: &Observed| o.memory.is_some_and(|m| age(m.at) > Duration::from_secs(6));
    let (stale, took) = until("it is late", &fleet, "a", late);
    report("late-samples", &stale, took);
    assert!(stale.memory.is_some_and(|m| (m.value - 0.25).abs() < 1e-9), "{stale:?}");
}

/// Keys by openssl: an authority with what it signs.
fn keys(folder: &Path, authority: &str, names: &[&str]) {
    fs::create_dir_all(folder).expect("a folder");
    let make = |name: &str, more: &[&str]| {
        let mut openssl = Command::new("openssl");
        openssl.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(' '));
        openssl.args(["-subj", &format!("/CN={name}"), "-keyout", &format!("{name}.key")]);
        openssl.args(["-out", &format!("{name}.crt")]).args(more).current_dir(folder);
        let made = openssl.output().expect("openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    make(authority, &["-addext", "keyUsage=critical,keyCertSign"]);
    for name in names {
        let (crt, key) = (format!("{authority}.crt"), format!("{authority}.key"));
        let signed = ["-CA", &crt, "-CAkey", &key, "-addext", "basicConstraints=critical,CA:FALSE"];
        make(name, &[&signed[..], &["-addext", "subjectAltName=DNS:localhost"]].concat());
    }
}

/// A directory as a Secret is mounted.
fn mounted(folder: &Path, name: &str, files: &[(&str, &Path)]) -> String {
    let directory = folder.join(name);
    fs::create_dir_all(&directory).expect("a folder");
    for (file, from) in files {
        fs::copy(from, directory.join(file)).expect("it is copied");
    }
    directory.display().to_string()
}

fn only_who_may_is_answered(bed: &Bed, folder: &Path) {
    keys(&folder.join("good"), "ca", &["server", "client"]);
    keys(&folder.join("bad"), "ca", &["client"]);
    let file = |name: &str| folder.join(name);
    let web = file("web.yaml");
    let config = json!({ "tls_server_config": {
        "cert_file": file("good/server.crt"), "key_file": file("good/server.key"),
        "client_ca_file": file("good/ca.crt"), "client_auth_type": "RequireAndVerifyClientCert",
    } });
    fs::write(&web, config.to_string()).expect("it is written");
    let exporter = format!("{}:9100", bed.place("m1").expect("a place").address);
    let exporter = if exporter.starts_with("127.") { None } else { Some(exporter) };
    let targets: Vec<String> = exporter.into_iter().collect();
    let prometheus = Own::start(folder, &targets, Some(&web));

    let (ca, crt, key) = (file("good/ca.crt"), file("good/client.crt"), file("good/client.key"));
    let good = mounted(folder, "right", &[("ca.crt", &ca), ("tls.crt", &crt), ("tls.key", &key)]);
    let of = |url: &str, credentials: &str| {
        let cluster = json!({ "prometheus": url, "credentials": credentials });
        fleet(&[("a", cluster)], json!({ "query": { "cpu": { "promql": "vector(0.5)" } } }))
    };
    let known = |o: &Observed| o.cpu.is_some() && (targets.is_empty() || o.memory.is_some());
    let (observed, took) = until("mTLS", &of(&prometheus.url, &good), "a", known);
    report("mtls credentials=right", &observed, took);

    let bad_ca = file("bad/ca.crt");
    let (bad_crt, bad_key) = (file("bad/client.crt"), file("bad/client.key"));
    let refused = |what: &str, url: &str, credentials: &str, why: &str| {
        let began = Instant::now();
        let observed = observe(&Prometheus::default(), &of(url, credentials)).remove("a").expect("a cluster");
        report(what, &observed, began.elapsed());
        assert_eq!((observed.cpu, observed.memory), (None, None), "{what}");
        let [line] = observed.problems.as_slice() else { panic!("{what}: {:?}", observed.problems) };
        assert!(line.contains(why) && !line.contains(TOKEN) && !line.contains("PRIVATE"), "{what}: {line}");
    };
    let url = &prometheus.url;
    let wrong_ca = mounted(folder, "wrong-ca", &[("ca.crt", &bad_ca), ("tls.crt", &crt), ("tls.key", &key)]);
    refused("mtls credentials=wrong-authority", url, &wrong_ca, "certificate");
    let stranger =
        mounted(folder, "bad-crt", &[("ca.crt", &ca), ("tls.crt", &bad_crt), ("tls.key", &bad_key)]);
    refused("mtls credentials=wrong-certificate", url, &stranger, "alert");
    let nobody = mounted(folder, "no-crt", &[("ca.crt", &ca)]);
    refused("mtls credentials=no-certificate", url, &nobody, "alert");
    let mixed = mounted(folder, "mixed", &[("ca.crt", &ca), ("tls.crt", &crt), ("tls.key", &bad_key)]);
    refused("mtls credentials=wrong-key", url, &mixed, "");
    let lost = mounted(folder, "no-key", &[("ca.crt", &ca), ("tls.crt", &crt)]);
    refused("mtls credentials=no-key", url, &lost, "tls.key");
    refused("mtls credentials=none", url, &mounted(folder, "empty", &[]), "neither");
    refused("mtls credentials=not-mounted", url, &file("nowhere").display().to_string(), "neither");
    let plain = url.replace("https://", "http://");
    refused("http to https", &plain, &good, "400");
    bearer(bed, folder, &of, &refused);
}

/// A Prometheus knows no tokens: they are asked for by what stands before it, here a proxy.
fn bearer(
    bed: &Bed,
    folder: &Path,
    of: &dyn Fn(&str, &str) -> FleetSpec,
    refused: &dyn Fn(&str, &str, &str, &str),
) {
    let behind = bed.place("m3").expect("a place").prometheus.expect("it has one").replace("http://", "");
    let proxy = Server::new(move |head, stream| {
        let told = head.lines().any(|l| l.to_lowercase() == format!("authorization: bearer {TOKEN}"));
        if !told {
            return send(stream, response("401 Unauthorized", "", "no").as_bytes());
        }
        let mut prometheus = TcpStream::connect(&behind).expect("it answers");
        let request = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        prometheus.write_all(request.as_bytes()).expect("it is asked");
        let mut answer = Vec::new();
        prometheus.read_to_end(&mut answer).expect("it answers");
        send(stream, &answer);
    });
    let written = |name: &str, token: &str| {
        let directory = folder.join(name);
        fs::create_dir_all(&directory).expect("a folder");
        fs::write(directory.join("token"), token).expect("it is written");
        directory.display().to_string()
    };
    // As a mounted Secret often has it, with a line break.
    let right = written("token", &format!("{TOKEN}\n"));
    let (observed, took) =
        until("a token", &of(&proxy.url(), &right), "a", |o| o.cpu.is_some() && o.memory.is_some());
    report("token=right", &observed, took);
    let wrong = written("wrong-token", "not-it");
    refused("token=wrong", &proxy.url(), &wrong, "401 Unauthorized: its credentials are missing or wrong");
    refused("token=two-lines", &proxy.url(), &written("two", &format!("{TOKEN}\nmore")), "one line");

    // A token that is renewed is used without a restart.
    let source = Prometheus::default();
    let fleet = of(&proxy.url(), &wrong);
    assert!(observe(&source, &fleet)["a"].cpu.is_none());
    fs::write(folder.join("wrong-token/token"), TOKEN).expect("it is written");
    assert!(observe(&source, &fleet)["a"].cpu.is_some());
}
