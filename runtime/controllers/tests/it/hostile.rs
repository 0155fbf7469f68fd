//! A Prometheus that is slow, broken or an enemy: it costs its own cluster its metrics, a limited time and limited memory.

use crate::{
    fleet, observe,
    web::{Server, response, send},
};
use efl_runtime::observe::{Observed, Prometheus};
use serde_json::json;
use std::{
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

/// What an answer of one number looks like.
fn number(value: &str) -> String {
    format!(
        r#"{{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{}},"value":[1000,{value}]}}]}}}}"#
    )
}

/// A server whose samples have this value, each scraped at a time long ago.
fn saying(value: &str) -> Server {
    let body = number(value);
    Server::new(move |head, stream| {
        let body = if head.contains("timestamp") { number(r#""1000""#) } else { body.clone() };
        send(stream, response("200 OK", "", &body).as_bytes());
    })
}

/// What is known of a cluster with such a Prometheus, and how long that took.
fn ask(server: &Server) -> (Observed, Duration) {
    let began = Instant::now();
    let fleet = fleet(&[("a", json!({ "prometheus": server.url() }))], json!({}));
    let observed = observe(&Prometheus::default(), &fleet).remove("a").expect("it is a cluster");
    (observed, began.elapsed())
}

/// Asserts that nothing is known, why in one line that is always the same, and that it took no longer than half a period.
#[track_caller]
fn nothing(server: &Server, why: &str) {
    let (first, took) = ask(server);
    assert_eq!((first.cpu, first.memory, first.pending), (None, None, None));
    let [line] = first.problems.as_slice() else { panic!("{:?}", first.problems) };
    assert!(line.contains(why) && line.len() < 200 && !line.contains('\n'), "{line}");
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(ask(server).0.problems, first.problems);
}

#[test]
fn one_that_never_answers() {
    nothing(&Server::new(|_, _| thread::sleep(Duration::from_mins(1))), "no answer within 2s");
}

#[test]
fn one_that_trickles() {
    let trickle = Server::new(|_, stream| {
        send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    nothing(&trickle, "no answer within 2s");
}

#[test]
fn one_whose_answer_has_no_end() {
    let endless = Server::new(|_, stream| {
        send(stream, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b' '; 8_192]).is_ok() {}
    });
    nothing(&endless, "longer than 1048576 bytes");
}

#[test]
fn one_whose_headers_have_no_end() {
    let endless = Server::new(|_, stream| {
        send(stream, b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n").is_ok() {}
    });
    nothing(&endless, "head");
}

#[test]
fn one_that_sends_elsewhere() {
    let other = Server::answering("200 OK", "", &number(r#""0.5""#));
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let location = format!("Location: {}/api/v1/query\r\n", other.url());
        nothing(&Server::answering(status, &location, ""), "redirects are not followed");
    }
    assert_eq!(other.asked(), 0, "a redirect was followed");
}

#[test]
fn one_that_says_what_no_prometheus_says() {
    let deep = "[".repeat(200_000);
    let several = r#"{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]},{"value":[1,"2"]}]}}"#;
    for (status, body, why) in [
        ("200 OK", "<html>sign in</html>", "not as a Prometheus"),
        ("200 OK", "", "not as a Prometheus"),
        ("200 OK", "\u{0}\u{1}\u{feff}", "not as a Prometheus"),
        ("200 OK", "null", "not as a Prometheus"),
        ("200 OK", deep.as_str(), "not as a Prometheus"),
        ("200 OK", &number("0.5"), "not as a Prometheus"), // Prometheus writes numbers as texts
        ("200 OK", &number(r#"["0.5"]"#), "not as a Prometheus"),
        ("200 OK", &number(r#""half""#), "`half` is no number"),
        ("200 OK", several, "2 results"),
        ("200 OK", r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "no number"),
        ("200 OK", r#"{"status":"success"}"#, "without a result"),
        ("503 Service Unavailable", "starting", "503"),
        ("401 Unauthorized", "", "credentials are missing or wrong"),
        ("403 Forbidden", "", "credentials are missing or wrong"),
        (
            "422 Unprocessable Entity",
            r#"{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}"#,
            "too many samples",
        ),
    ] {
        nothing(&Server::answering(status, "", body), why);
    }
}

#[test]
fn one_that_talks_too_much() {
    // An error is for people, and goes into a status.
    let error = format!(r#"{{"status":"error","error":"{}\nand more"}}"#, "very wrong, ".repeat(10_000));
    nothing(&Server::answering("400 Bad Request", "", &error), "very wrong");
    let value = number(&format!("\"{}\"", "9x".repeat(10_000)));
    nothing(&Server::answering("200 OK", "", &value), "is no number");
}

#[test]
fn numbers_that_mean_nothing() {
    for value in [r#""NaN""#, r#""+Inf""#, r#""-Inf""#] {
        let (observed, _) = ask(&saying(value));
        assert_eq!((observed.cpu, observed.memory, observed.pending), (None, None, None));
        assert!(observed.problems[0].contains("no number"), "{:?}", observed.problems);
    }
    let (percent, _) = ask(&saying(r#""55""#));
    assert_eq!((percent.cpu, percent.memory), (None, None));
    assert_eq!(percent.problems, ["cpu, memory: its result is 55, which is not from 0 to 1"]);
    assert!(percent.pending.is_some_and(|pods| pods.value > 54.0));
}

#[test]
fn a_time_to_come_is_no_time() {
    let body = r#"{"status":"success","data":{"resultType":"vector","result":[{"value":[99999999999,"99999999999"]}]}}"#;
    nothing(&Server::answering("200 OK", "", body), "from the future");
}

/// What is slow or broken costs the other clusters nothing.
#[test]
fn the_others_are_known() {
    let good = saying(r#""0.5""#);
    let bad = Server::new(|_, _| thread::sleep(Duration::from_mins(1)));
    let clusters: Vec<(String, String)> =
        (0..40).map(|n| (format!("bad{n}"), bad.url())).chain([("good".to_owned(), good.url())]).collect();
    let clusters: Vec<_> =
        clusters.iter().map(|(name, url)| (name.as_str(), json!({ "prometheus": url }))).collect();
    let began = Instant::now();
    let observed = observe(&Prometheus::default(), &fleet(&clusters, json!({})));
    assert_eq!(observed.len(), 41);
    assert!(observed["good"].cpu.is_some_and(|cpu| (cpu.value - 0.5).abs() < 1e-9));
    assert!(observed.iter().all(|(name, seen)| name == "good" || seen.problems == ["no answer within 2s"]));
    assert!(began.elapsed() < Duration::from_secs(3), "half a period: {:?}", began.elapsed());
}

/// One query that hangs takes nothing from those that are answered.
#[test]
fn what_is_answered_counts() {
    let half = Server::new(|head, stream| {
        if head.contains("node_memory") {
            thread::sleep(Duration::from_mins(1));
        }
        send(stream, response("200 OK", "", &number(r#""0.25""#)).as_bytes());
    });
    let (observed, _) = ask(&half);
    assert!(observed.cpu.is_some() && observed.memory.is_none(), "{observed:?}");
    assert_eq!(observed.problems, ["memory: no answer within 2s"]);
}

#[test]
fn addresses_of_no_service() {
    for (url, why) in [
        ("file:///etc/passwd", "`file:`"),
        ("http://169.254.169.254", "link-local"),
        ("http://someone:secret@prometheus", "holds a user"),
    ] {
        let fleet = fleet(&[("a", json!({ "prometheus": url }))], json!({}));
        let observed = observe(&Prometheus::default(), &fleet).remove("a").expect("it is a cluster");
        let [line] = observed.problems.as_slice() else { panic!("{:?}", observed.problems) };
        assert!(line.contains(why) && !line.contains("secret"), "{line}");
    }
}
