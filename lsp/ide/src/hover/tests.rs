use super::{hover, pages::CLAUSES};
use crate::fixture::Fixture;
use efl_compiler::index::FileRange;
use efl_grammar::{SyntaxElement, SyntaxKind, SyntaxNode, parse_item};
use insta::assert_snapshot;
use std::collections::BTreeSet;

fn check(source: &str) -> String {
    let fixture = Fixture::new(source);
    let Some(hover) = hover(&fixture.db, fixture.file, fixture.offset()) else {
        return "nothing".to_owned();
    };
    let place = FileRange { file: fixture.file, range: hover.range };
    format!("{}\n\n{}", fixture.underline(&[place]), hover.markdown)
}

const PIPELINE: &str = r#"
/// What a camera sees.
type Car = {
  plate: string
  /// Kilometres per hour.
  speed: number
}
orchestrator traffic {
  namespace: "n"
  source road: webhook {
    port: 12000
    auth: secret("road", "token")
    /// A car comes near.
    event car: Car { path: "/car" }
  }
  /// Reports it.
  function report(car: Car, note?: string) -> { id: string } { image: "registry.example/report:1" }
  workflow tell(car: Car) {
    let answer = report(car: car)
    report(car: car, note: answer.id)
  }
  rule fast on car[speed > 50] as c { tell(car: c) }
  placement { weights { cpu: 1, memory: 3 } }
}
"#;

/// Hovers over the last character of a piece of [`PIPELINE`].
fn at(piece: &str) -> String {
    assert_eq!(PIPELINE.matches(piece).count(), 1, "`{piece}` stands once");
    let (before, last) = piece.split_at(piece.len() - 1);
    check(&PIPELINE.replacen(piece, &format!("{before}<CURSOR>{last}"), 1))
}

#[test]
fn a_function_with_its_doc_and_what_it_becomes() {
    assert_snapshot!(at("= report"), @"
        main.efl:18
              let answer = report(car: car)
                           ^^^^^^

        ```efl
        function report(car: Car, note?: string) -> { id: string }
        ```

        Reports it.

        Becomes the Knative Service `traffic-report`.
        ");
}

#[test]
fn a_workflow_a_rule_and_a_source() {
    assert_snapshot!(at("{ tell"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                                                ^^^^

        ```efl
        workflow tell(car: Car)
        ```

        Becomes the WorkflowTemplate `traffic-tell`.
        ");
    assert_snapshot!(at("rule fast"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                 ^^^^

        ```efl
        rule fast on car[speed > 50] as c
        ```

        Becomes the Sensor `traffic`.
        ");
    assert_snapshot!(at("source road"), @"
        main.efl:9
            source road: webhook {
                   ^^^^

        ```efl
        source road: webhook
        ```

        Becomes the EventSource `traffic-road`, the Service `traffic-road-ingress`.
        ");
}

#[test]
fn an_event_with_its_payload() {
    assert_snapshot!(at("on car"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                         ^^^

        ```efl
        event car: Car
        ```

        ```efl
        type Car = { plate: string, speed: number }
        ```

        A car comes near.
        ");
}

#[test]
fn a_field_of_a_payload() {
    assert_snapshot!(at("car[speed"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                             ^^^^^

        ```efl
        speed: number
        ```

        Kilometres per hour.
        ");
}

#[test]
fn values_with_their_types() {
    assert_snapshot!(at("let answer"), @"
        main.efl:18
              let answer = report(car: car)
                  ^^^^^^

        ```efl
        let answer: { id: string }
        ```
        ");
    assert_snapshot!(at("tell(car: c"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
                                                          ^

        ```efl
        event c: Car
        ```

        ```efl
        type Car = { plate: string, speed: number }
        ```
        ");
    assert_snapshot!(at("note: answer.id"), @"
        main.efl:19
              report(car: car, note: answer.id)
                                            ^^

        ```efl
        id: string
        ```
        ");
}

#[test]
fn a_type() {
    assert_snapshot!(at("road: webhook"), @r#"
        main.efl:9
            source road: webhook {
                         ^^^^^^^

        HTTP requests to the source itself, at `http://<node>:<node-port><path>`.

        The body of a POST is JSON, or a form (`application/x-www-form-urlencoded`: each field a list of texts); of a GET it is the query (each key a list of texts). Anything else is answered 400. Under `meta.header` are the request's headers, each a list of texts, with what was in `Authorization` masked.

        **Delivery:** the sender gets 200 when the bus has the event, 500 when it has not and should send again. One request at a time is taken per path.

        **While a pipeline moves:** nothing is lost. The source and its ingress run on every candidate, always.

        Payload: `any`. At Argo: `spec.webhook`.

        ```efl
        source roadside: webhook {
          port: 12000
          auth: secret("roadside", "token")
          event vehicle: { plate: string, speed: number } { path: "/vehicle" }
        }
        ```
        "#);
    assert_snapshot!(at("event car: Car"), @r#"
        main.efl:13
              event car: Car { path: "/car" }
                         ^^^

        ```efl
        type Car = {
          plate: string
          /// Kilometres per hour.
          speed: number
        }
        ```

        What a camera sees.
        "#);
}

#[test]
fn fields_of_blocks_with_upstream_documentation() {
    assert_snapshot!(at("    port"), @"
        main.efl:10
              port: 12000
              ^^^^

        `port` of the webhook source: a whole number from 1 to 65535.

        The port the source listens on in its pod, 1 to 65535 but not 7777. Events may share it.

        Required.

        Upstream: `port`, as text.
        ");
    assert_snapshot!(at("{ path"), @r#"
        main.efl:13
              event car: Car { path: "/car" }
                               ^^^^

        `path` of the webhook source: a path that begins with `/`.

        The path of the event, unique among events on its port; `/health` is taken. A `{segment}` in braces stands for any one segment.

        Required.

        Upstream: `endpoint`.
        "#);
    assert_snapshot!(check("fleet f { domain: \"a.b\", query cp<CURSOR>u { promql: \"up\" } }"), @r#"
        main.efl:1
          fleet f { domain: "a.b", query cpu { promql: "up" } }
                                         ^^^

        ```efl
        query { … }
        ```

        How the utilisation of a cluster is asked of Prometheus: `query cpu` and `query memory`. Left out: queries over node_exporter, with cAdvisor as fallback.

        Takes `promql`.
        "#);
}

#[test]
fn the_weights_in_effect() {
    assert_snapshot!(at("{ cpu"), @"
        main.efl:22
            placement { weights { cpu: 1, memory: 3 } }
                                  ^^^

        `cpu` of the weights: a number of at least 0.

        What free processor time counts for.

        Default: `0.5`.

        ---

        Weights in effect: cpu 25%, memory 75%.
        ");
}

#[test]
fn an_imported_function_says_what_it_becomes_where_it_is_used() {
    assert_snapshot!(check(
            r#"
//- /lib.efl
/// Tells people.
function noti<CURSOR>fy(level: int) { image: "registry.example/notify:1" }
//- /main.efl
import { notify } from "lib.efl"
orchestrator a {
  namespace: "n"
  source s: webhook { auth: secret("a", "b"), event e: { level: int } { path: "/e" } }
  rule r on e { notify(level: e.level) }
}
"#
        ), @r#"
        lib.efl:2
          function notify(level: int) { image: "registry.example/notify:1" }
                   ^^^^^^

        ```efl
        function notify(level: int)
        ```

        Tells people.

        Becomes the Knative Service `a-notify`.
        "#);
}

#[test]
fn words_and_built_ins() {
    assert_snapshot!(check("orchestrator o { namespace: \"n\", engine: ef<CURSOR>l }"), @r#"
        main.efl:1
          orchestrator o { namespace: "n", engine: efl }
                                                   ^^^

        `engine` of the orchestrator: `argo` or `efl`.

        What matches events and runs workflows: `argo` (Sensors and Workflows, the components fleets already run) or `efl` (the native engine, which also knows windows, order, counting, absence and correlation).

        Default: `argo`.
        "#);
    assert_snapshot!(check("param x: int = le<CURSOR>n(\"abc\")"), @r#"
        main.efl:1
          param x: int = len("abc")
                         ^^^

        ```efl
        len(any) -> int
        ```

        How many characters a text, elements a list or keys a record has.
        "#);
    assert_snapshot!(check("param x: time<CURSOR>stamp"), @r#"
        main.efl:1
          param x: timestamp
                   ^^^^^^^^^

        ```efl
        timestamp
        ```

        A time as RFC 3339 text: `"2026-03-01T12:00:00Z"`.
        "#);
}

#[test]
fn a_property_of_a_json_schema() {
    assert_snapshot!(check(
            r#"
//- /main.efl
type Reading = schema("reading.json")
workflow w(all: list<Reading>) { for r in all { f(r.place.zo<CURSOR>ne) } }
function f(zone: string) { image: "registry.example/f:1" }
//- /reading.json
{ "type": "object", "properties": { "place": { "type": "object", "properties": {
  "zone": { "type": "string", "description": "Where it stands." } }, "required": ["zone"] } }, "required": ["place"] }
"#
        ), @"
        main.efl:2
          workflow w(all: list<Reading>) { for r in all { f(r.place.zone) } }
                                                                    ^^^^

        ```efl
        zone: string
        ```

        Where it stands.
        ");
}

#[test]
fn keywords_of_declarations() {
    assert_snapshot!(at("  placement"), @"
        main.efl:22
            placement { weights { cpu: 1, memory: 3 } }
            ^^^^^^^^^

        ```efl
        placement { … }
        ```

        Where the pipeline may run and how that is decided. Each cluster gets a score from 0 to 1: what of it is free, weighed. Every field has a default; the block may be left out.

        Takes `clusters`, `replicas`, `strategy`, `margin`, `hold`, `drain-timeout`, `force-after`, `weights { … }`, `limit { … }`, `metric { … }`.
        ");
    assert_snapshot!(check(
            r#"
fleet f { domain: "d.example", cluster edge { gateway: "10.0.0.1:80" } }
bus b: jetstream { url: "tls://nats.example:4222" }
orchestrator o {
  namespace: "n"
  bus: b
  source s: webhook { port: 12000, auth: secret("a", "b"), event e: { level: int } { path: "/e" } }
  function g(level: int) { image: "registry.example/g:1" }
  rule r on e { g(level: e.level) }
  <CURSOR>placement { clusters: [edge] }
}
"#
        ).lines().last().unwrap_or_default(), @"Becomes the PropagationPolicy `o-base`, the PropagationPolicy `o-functions`, the PropagationPolicy `o-logic`, the PropagationPolicy `o-events-everywhere`, the PlacementDecision `o`.");
    assert_snapshot!(at("  rule"), @"
        main.efl:21
            rule fast on car[speed > 50] as c { tell(car: c) }
            ^^^^

        ```efl
        rule { … }
        ```

        Options of a rule; they stand before its first statement.

        Takes `rate`, `once-per`, `delivery`, `retry`, `dead-letter`, `reset`, `pairing`.
        ");
    assert_snapshot!(check("workflow w(x: int) { i<CURSOR>f x > 3 { f() } }"), @"nothing");
}

#[test]
fn what_is_half_typed_still_has_types() {
    let of = |source: &str| {
        let shown = check(&format!("type Car = {{ speed: int }}\norchestrator o {{\n{source}\n}}\n"));
        shown.lines().skip_while(|line| !line.starts_with("```")).nth(1).unwrap_or("nothing").to_owned()
    };
    let source = "source s: webhook { event car: Car { path: \"/c\" } event bus: Car { path: \"/b\" } }";
    assert_snapshot!(of(&format!("{source}\nrule r on car {{ f(starts-with(car.sp<CURSOR>eed)) }}")), @"speed: int");
    assert_snapshot!(of(&format!("{source}\nrule r on car {{ nobody(x: car.sp<CURSOR>eed, ) }}")), @"speed: int");
    assert_snapshot!(of(&format!("{source}\nrule r on car {{ emit nothing {{ x: car.sp<CURSOR>eed }} }}")), @"speed: int");
    assert_snapshot!(of(&format!("{source}\nrule r on car or bus {{ f(car.sp<CURSOR>eed) }}")), @"speed: int");
    assert_snapshot!(of(&format!("{source}\nrule r on car[sp<CURSOR>eed >] {{ }}")), @"speed: int");
    assert_snapshot!(of(&format!("{source}\nrule r on car where car.sp<CURSOR>eed >")), @"speed: int");
    assert_snapshot!(of("source s: webho { event car: Car }\nrule r on car { f(ca<CURSOR>r) }"), @"event car: Car");
    assert_snapshot!(of("source s: { event car: Car }\nrule r on ca<CURSOR>r { }"), @"event car: Car");
}

#[test]
fn a_broken_file_still_answers() {
    assert_snapshot!(check(
            r#"
function f(x: int) { image: "i:1" }
workflow w(amount: int) {
  let y =
  f(am<CURSOR>ount
"#
        ), @"
        main.efl:4
            f(amount
              ^^^^^^

        ```efl
        amount: int
        ```
        ");
}

#[test]
fn clauses_by_their_words() {
    assert_snapshot!(check("orchestrator o {\n  rule r on a and b wit<CURSOR>hin 10s { f() }\n}\n"), @"
    main.efl:2
        rule r on a and b within 10s { f() }
                          ^^^^^^

    ```efl
    within 10s
    ```

    All terms lie within a window of that length, by the time of the events. What is older is forgotten.
    ");
    assert_snapshot!(check("workflow w { f() retry 3 bac<CURSOR>koff 1s..30s }"), @"
    main.efl:1
      workflow w { f() retry 3 backoff 1s..30s }
                               ^^^^^^^

    ```efl
    retry 3 backoff 1s..30s
    ```

    How long to wait before the next try: at first, and at most.
    ");
}

/// Every clause with every word that it can have.
const ALL_CLAUSES: &[&str] = &[
    "orchestrator o {
  rule r on (a as y and b or c then not d for 10s) and count(f, 3) within 1m by zone where x.y == 1 {
    once-per: zone every 10m
    retry: 3 backoff 1s..2s
    f() retry 3 backoff 1s..2s timeout 5s
    retry 2 backoff 1s..2s { g() }
    parallel { g() }
    for x in y max 3 { g() }
    wait 1s
    emit e { }
    return 1
    on failure { g() }
    on exit { g() }
  }
  placement { clusters where region == \"a\", pin logic: [a] }
}",
    "test \"t\" {
  at \"2026-03-01T09:00:00Z\"
  advance 1s
  send 2 e { } meta { id: 1 } every 1s
  set a down
  mock f takes 5s returns 1 then fails 503
  expect call f
  expect run f succeeds
  expect emit e
  expect dead-letter e
  expect placed on [a]
  expect move to a
  expect no rule r
  expect rule r times 1
  expect nothing else
}",
];

#[test]
fn every_clause_of_the_table_is_one_of_the_language() {
    let mut found: BTreeSet<(SyntaxKind, String)> = BTreeSet::new();
    for text in ALL_CLAUSES {
        let root = SyntaxNode::new_root(parse_item(text).green);
        for token in root.descendants_with_tokens().filter_map(SyntaxElement::into_token) {
            if let Some(node) = token.parent().filter(|_| token.kind() == SyntaxKind::KEYWORD) {
                found.insert((node.kind(), token.text().to_owned()));
            }
        }
    }
    for (kind, word, ..) in CLAUSES {
        assert!(found.contains(&(*kind, (*word).to_owned())), "{kind:?} has no `{word}`: {found:?}");
    }
}
