//! The blocks of the language itself: function, orchestrator, bus, fleet, cluster, placement, options.
//!
//! One table per block, one to one with the fields of [`crate::spec`]. Upstream sources in the docs: Knative Serving
//! (`knative.dev/serving`), Argo Events (`argoproj/argo-events`), `runtime.md` for what the fleet's runtime does.

use super::{Block, CLIENT_CERT, Field, FieldType, HOUR, MINUTE, Nested, SECOND};

/// Ports that Knative's queue proxy takes. Upstream: `knative.dev/serving/pkg/apis/serving/k8s_validation.go`.
pub const RESERVED_FUNCTION_PORTS: &[u16] = &[8008, 8012, 8013, 8022, 9090, 9091];
/// Variables that Knative sets. Upstream: `knative.dev/serving/pkg/apis/serving/k8s_validation.go`.
pub const RESERVED_FUNCTION_ENV: &[&str] = &["PORT", "K_SERVICE", "K_CONFIGURATION", "K_REVISION"];

/// Every block that a declaration has, in the order of the reference.
pub fn all() -> &'static [&'static Block] {
    &[
        &ORCHESTRATOR,
        &FUNCTION,
        &WORKFLOW_OPTIONS,
        &RULE_OPTIONS,
        &PLACEMENT,
        &BUS_JETSTREAM,
        &FLEET,
        &CLUSTER,
        &INTERNAL_EVENT,
    ]
}

/// `function NAME(…) -> T { … }`.
pub const FUNCTION: Block = Block {
    name: "function",
    doc: "What is called: a container that answers HTTP. It becomes a Knative service \
          `<orchestrator>-<function>`, which has no copies while nobody calls it and more when many do.",
    fields: &[
        Field::required(
            "image",
            FieldType::TEXT,
            "The container image, best with its digest (`registry/name@sha256:…`): a tag may mean different \
             code on different clusters.",
        ),
        Field::optional(
            "command",
            FieldType::TEXTS,
            "The program to start, instead of the image's entry point.",
        ),
        Field::optional("args", FieldType::TEXTS, "Arguments of the program."),
        Field::default(
            "port",
            FieldType::PORT,
            "8080",
            "The port the container listens on. Knative keeps 8008, 8012, 8013, 8022, 9090 and 9091 for \
             itself.",
        ),
        Field::default("http2", FieldType::Bool, "false", "Speak HTTP/2 without TLS (h2c) to the container."),
        Field::optional(
            "scale",
            FieldType::Range { of: &FieldType::COUNT, single: true },
            "How many copies at least and at most, `0..20`; one number is both. `0` as the lower end lets \
             the function sleep; `0` as the upper end is no limit. Left out: from none to no limit \
             (Knative's default).",
        ),
        Field::default(
            "concurrency",
            FieldType::Int { min: 0, max: 1_000 },
            "0",
            "How many requests one copy gets at a time; `0` is no limit. At most 1000 (Knative's \
             `container-concurrency-max-limit`).",
        ),
        Field::default(
            "timeout",
            FieldType::Duration { min: SECOND, max: 10 * MINUTE },
            "5m",
            "How long one request may take, in whole seconds, 1s to 10m (Knative's \
             `max-revision-timeout-seconds`). The time to wake a sleeping function counts.",
        ),
        Field::optional(
            "service-account",
            FieldType::DnsLabel,
            "The ServiceAccount the container runs as; the namespace's `default` when left out.",
        ),
        Field::optional(
            "pull-secrets",
            FieldType::List(&FieldType::DnsLabel),
            "Secrets of type `kubernetes.io/dockerconfigjson` to pull the image with.",
        ),
        Field::optional(
            "local",
            FieldType::TEXT,
            "The command that `efl dev` starts instead of the container, in the directory of the file. It \
             gets its port in `PORT`. Not part of what is compiled.",
        ),
        Field::optional(
            "example",
            FieldType::Any,
            "A body this function takes, for its documentation and for trying it out (`efl dev`). Not part \
             of what is compiled.",
        ),
    ],
    blocks: &[
        Nested::one("env", &ENV),
        Nested::one("resources", &RESOURCES),
        Nested::one("autoscaling", &AUTOSCALING),
        Nested::one("ready", &READY),
    ],
    ..Block::EMPTY
};

/// `env { … }` of a function.
pub const ENV: Block = Block {
    name: "env",
    doc: "Environment variables of the container: text, `secret(\"name\", \"key\")` or `config(\"name\", \
          \"key\")`. Knative sets `PORT`, `K_SERVICE`, `K_CONFIGURATION` and `K_REVISION` itself.",
    open: Some(FieldType::EnvValue),
    ..Block::EMPTY
};

/// `resources { … }` of a function.
pub const RESOURCES: Block = Block {
    name: "resources",
    doc: "What one copy reserves and may not exceed: `cpu: 100m..500m`. One value alone is both.",
    fields: &[
        Field::optional(
            "cpu",
            FieldType::Range { of: &FieldType::Cpu, single: true },
            "Processor cores: `1` is one core, `100m` a tenth. Above its limit the copy is slowed down.",
        ),
        Field::optional(
            "memory",
            FieldType::Range { of: &FieldType::Bytes, single: true },
            "Bytes: `64Mi`, `1Gi`. Above its limit the copy is killed.",
        ),
    ],
    ..Block::EMPTY
};

/// `autoscaling { … }` of a function.
pub const AUTOSCALING: Block = Block {
    name: "autoscaling",
    doc: "How Knative's autoscaler (KPA) adds and removes copies. Limits are those of \
          `knative.dev/serving/pkg/apis/autoscaling`.",
    fields: &[
        Field::default(
            "metric",
            FieldType::Word(&["concurrency", "rps"]),
            "concurrency",
            "What is measured: requests at a time (`concurrency`) or requests per second (`rps`).",
        ),
        Field::optional(
            "target",
            FieldType::Number { min: 0.01, max: f64::MAX },
            "How much of the metric one copy should have, at least 0.01. Left out: 100 requests at a time, \
             or 200 per second.",
        ),
        Field::default(
            "utilization",
            FieldType::Percent,
            "70%",
            "At which part of the target a copy is added, 1% to 100%.",
        ),
        Field::default(
            "window",
            FieldType::Duration { min: 6 * SECOND, max: HOUR },
            "60s",
            "Over how long the metric is averaged, in whole seconds, 6s to 1h.",
        ),
        Field::default(
            "scale-down-delay",
            FieldType::Duration { min: 0, max: HOUR },
            "0s",
            "How long the load must stay low before copies go, in whole seconds, up to 1h.",
        ),
        Field::optional(
            "activation-scale",
            FieldType::Int { min: 2, max: i32::MAX as i64 },
            "How many copies start when the function wakes, at least 2 and within `scale`.",
        ),
        Field::default(
            "retention",
            FieldType::Duration { min: 0, max: HOUR },
            "0s",
            "How long the last copy stays after the last request, in whole seconds, up to 1h.",
        ),
    ],
    ..Block::EMPTY
};

/// `ready { … }` of a function.
pub const READY: Block = Block {
    name: "ready",
    doc: "How the container says that it can answer: an HTTP probe. Without it Knative waits until the port \
          takes a TCP connection.",
    fields: &[
        Field::required(
            "path",
            FieldType::HttpPath,
            "The path that is got; a status of 200 to 399 means ready.",
        ),
        Field::optional(
            "every",
            FieldType::Duration { min: SECOND, max: u64::MAX },
            "How often, in whole seconds. Left out, Knative probes several times a second until the first \
             answer.",
        ),
        Field::default(
            "timeout",
            FieldType::Duration { min: SECOND, max: u64::MAX },
            "1s",
            "How long an answer may take, in whole seconds.",
        ),
    ],
    ..Block::EMPTY
};

/// `orchestrator NAME { … }`: its own fields; sources, functions, workflows, rules and the placement are declarations.
pub const ORCHESTRATOR: Block = Block {
    name: "orchestrator",
    doc: "One pipeline: where events come from, which of them matter together, what runs, and where. It \
          becomes one `Orchestrator` resource.",
    fields: &[
        Field::required(
            "namespace",
            FieldType::DnsLabel,
            "The namespace of the `Orchestrator`, and of everything it becomes unless `target-namespace` \
             says otherwise. `default`, `kube-*` and `karmada-*` are refused.",
        ),
        Field::default(
            "engine",
            FieldType::Word(&["argo", "efl"]),
            "argo",
            "What matches events and runs workflows: `argo` (Sensors and Workflows, the components fleets \
             already run) or `efl` (the native engine, which also knows windows, order, counting, absence \
             and correlation).",
        ),
        Field::optional(
            "bus",
            FieldType::Bus,
            "The event bus. Left out: the EventBus `default` of the namespace, which EFL does not make.",
        ),
        Field::optional(
            "target-namespace",
            FieldType::DnsLabel,
            "Where the resources go, when not to `namespace`. That namespace must carry the opt-in label.",
        ),
        Field::default(
            "management",
            FieldType::Word(&["controller", "external"]),
            "controller",
            "Who applies the resources: EFL's runtime (`controller`), or GitOps or a person (`external`: \
             the runtime only reports).",
        ),
    ],
    ..Block::EMPTY
};

/// `event NAME: T` of an orchestrator, for `emit`: it has no fields.
pub const INTERNAL_EVENT: Block = Block {
    name: "event",
    doc: "An event that workflows and rules emit themselves: `emit NAME { … }`. Rules listen to it as to \
          any other.",
    ..Block::EMPTY
};

/// `bus NAME: jetstream { … }`.
pub const BUS_JETSTREAM: Block = Block {
    name: "jetstream bus",
    doc: "The event bus. With `url`, a NATS JetStream that runs elsewhere and that every cluster shares \
          (Argo's *exotic* bus): events cross clusters over it. Without `url`, Argo's own JetStream in the \
          cluster, for one cluster only. Upstream: \
          `argo-events/pkg/apis/events/v1alpha1/jetstream_eventbus.go`.",
    fields: &[
        Field::optional(
            "url",
            FieldType::Pattern {
                regex: r"(tls|nats|wss)://[^\s,/]+(,(tls|nats|wss)://[^\s,/]+)*/?",
                what: "a NATS address such as `tls://nats.example:4222` (several separated by commas)",
            },
            "Where JetStream listens; several servers separated by commas. Argo Events 1.9.11 always speaks \
             TLS to it, also for `nats://`.",
        ),
        Field::optional(
            "auth",
            FieldType::Secret,
            "A Secret whose key holds YAML with `username:` and `password:`. Argo knows no other way to log \
             in here; its documentation, which says a plain token, is wrong.",
        ),
        Field::optional(
            "version",
            FieldType::TEXT,
            "Only without `url`: a version that the Argo Events controller lists; `latest` when left out.",
        ),
        Field::optional(
            "replicas",
            FieldType::POSITIVE,
            "Only without `url`: how many servers, 1 or at least 3; 3 when left out.",
        ),
    ],
    blocks: &[Nested::one("tls", &BUS_TLS), Nested::one("stream", &STREAM)],
    ..Block::EMPTY
};

/// `tls { … }` of a bus.
pub const BUS_TLS: Block = Block {
    name: "tls",
    doc: "Certificates of the connection to the bus. Without this block the connection is encrypted, and \
          the server's certificate is not verified.",
    fields: &[
        Field::optional("ca", FieldType::Secret, "The authority that signed the server's certificate (PEM)."),
        Field::grouped(
            "cert",
            CLIENT_CERT.name,
            FieldType::Secret,
            "The client's certificate (PEM); needs `key`.",
        ),
        Field::grouped("key", CLIENT_CERT.name, FieldType::Secret, "The client's key (PEM); needs `cert`."),
        Field::default("insecure", FieldType::Bool, "false", "Do not verify the server's certificate."),
    ],
    groups: &[CLIENT_CERT],
    ..Block::EMPTY
};

/// `stream { … }` of a bus.
pub const STREAM: Block = Block {
    name: "stream",
    doc: "Limits of the stream that holds the events. They are used when the stream does not exist yet: the \
          first client makes it, later changes have no effect \
          (`argo-events/pkg/eventbus/jetstream/base/jetstream.go`).",
    fields: &[
        Field::default(
            "replicas",
            FieldType::Int { min: 1, max: 5 },
            "3",
            "Copies of the stream, 1 to 5 (NATS).",
        ),
        Field::default(
            "max-age",
            FieldType::Duration { min: SECOND, max: u64::MAX },
            "7d",
            "How long an event is kept.",
        ),
        Field::default(
            "duplicates",
            FieldType::Duration { min: SECOND, max: u64::MAX },
            "5m",
            "For how long a repeated event id counts as the same event; not longer than `max-age`.",
        ),
        Field::default(
            "max-msgs",
            FieldType::Int { min: -1, max: i64::MAX },
            "1000000",
            "How many events are kept, the oldest go first; `-1` is no limit.",
        ),
        Field::default(
            "max-bytes",
            FieldType::OneOf(&[FieldType::Int { min: -1, max: -1 }, FieldType::Bytes]),
            "-1",
            "How many bytes are kept, the oldest events go first: `10Gi`; `-1` is no limit.",
        ),
    ],
    ..Block::EMPTY
};

/// `fleet NAME { … }`.
pub const FLEET: Block = Block {
    name: "fleet",
    doc: "The installation: its clusters, and how the runtime observes them. Owned by whoever runs the \
          clusters; `efl fleet apply` writes it to the ConfigMap `efl-clusters`, which the runtime reads.",
    fields: &[
        Field::required(
            "domain",
            DOMAIN,
            "The wildcard domain of functions, the same on every cluster: a function answers at \
             `<orchestrator>-<function>.<namespace>.<domain>`.",
        ),
        Field::default(
            "every",
            FieldType::Duration { min: SECOND, max: HOUR },
            "15s",
            "How often placement is evaluated.",
        ),
        Field::default(
            "stale-after",
            FieldType::Duration { min: SECOND, max: 24 * HOUR },
            "60s",
            "How old a metric may be. An older one is unknown, not zero; when all are unknown nothing moves.",
        ),
        Field::optional(
            "prometheus",
            HTTP_URL,
            "A Prometheus that has the metrics of every cluster (a federated one). A cluster's own \
             `prometheus` comes first.",
        ),
        Field::default(
            "label",
            FieldType::Pattern { regex: "[a-zA-Z_][a-zA-Z0-9_]*", what: "a Prometheus label name" },
            "cluster",
            "The label by which the federated Prometheus tells clusters apart.",
        ),
        Field::optional("credentials", MOUNTED, CREDENTIALS_DOC),
        Field::default(
            "call-address",
            HTTP_URL,
            "\"http://kourier-internal.kourier-system.svc\"",
            "Where workflows call the functions of their own cluster. Another ingress than Kourier, or a \
             mesh, has another address.",
        ),
        Field::optional(
            "scorer",
            HTTP_URL,
            "A service that scores clusters instead of the built-in score: observations are posted to it, \
             scores from 0 to 1 come back within 2 seconds. When it fails, the built-in score decides.",
        ),
        Field::default(
            "moves",
            FieldType::Int { min: 1, max: 1_000 },
            "4",
            "How many pipelines may begin to move in a minute, in the whole fleet: a herd that runs to the \
             emptiest cluster would fill it.",
        ),
    ],
    blocks: &[Nested::labelled("query", &QUERY), Nested::labelled("metric", &METRIC)],
    ..Block::EMPTY
};

/// The names that may follow `query` in a fleet.
pub const QUERIES: &[&str] = &["cpu", "memory"];

/// `query cpu { … }`, `query memory { … }` of a fleet.
pub const QUERY: Block = Block {
    name: "query",
    doc: "How the utilisation of a cluster is asked of Prometheus: `query cpu` and `query memory`. Left \
          out: queries over node_exporter, with cAdvisor as fallback.",
    fields: &[Field::required(
        "promql",
        FieldType::PromQl,
        "A query with one number as its result, 0 to 1. `$cluster` in it becomes the cluster's name, \
         escaped.",
    )],
    ..Block::EMPTY
};

/// `metric NAME { … }` of a fleet.
pub const METRIC: Block = Block {
    name: "metric",
    doc: "A number that placement may count beside cpu and memory; a pipeline says in its `placement` what \
          it weighs. Less is better.",
    fields: &[
        Field::required(
            "query",
            FieldType::PromQl,
            "A query with one number as its result. `$cluster` in it becomes the cluster's name, escaped.",
        ),
        Field::default(
            "max",
            FieldType::Number { min: f64::MIN_POSITIVE, max: f64::MAX },
            "1",
            "The value that counts as full: the result is divided by it, and what is above is 1.",
        ),
    ],
    ..Block::EMPTY
};

/// `cluster NAME { … }` of a fleet. The name is the one Karmada knows.
pub const CLUSTER: Block = Block {
    name: "cluster",
    doc: "A cluster of the fleet, under the name Karmada knows it by (at most 48 bytes). Its fields can be \
          asked for: `clusters where region == \"riverside\"`.",
    fields: &[
        Field::optional(
            "gateway",
            FieldType::HOST_PORT,
            "Where its ingress answers calls from other clusters: a node's address and the NodePort of \
             Kourier. Needed when functions and logic may run on different clusters.",
        ),
        Field::optional("region", FieldType::TEXT, "Where it is, for selectors and for people."),
        Field::optional("zone", FieldType::TEXT, "Where it is within its region."),
        Field::optional("provider", FieldType::TEXT, "Who runs it."),
        Field::optional("labels", FieldType::Map(&FieldType::TEXT), "Anything else that selectors ask for."),
        Field::optional(
            "prometheus",
            HTTP_URL,
            "Its own Prometheus. Left out: the fleet's; without either its metrics are unknown.",
        ),
        Field::optional("credentials", MOUNTED, CREDENTIALS_DOC),
    ],
    ..Block::EMPTY
};

/// `placement { … }`; `clusters where …` and `pin …` have a syntax of their own.
pub const PLACEMENT: Block = Block {
    name: "placement",
    doc: "Where the pipeline may run and how that is decided. Each cluster gets a score from 0 to 1: what \
          of it is free, weighed. Every field has a default; the block may be left out.",
    fields: &[
        Field::optional(
            "clusters",
            FieldType::List(&FieldType::Cluster),
            "The candidates; or `clusters where CONDITION`. Left out: every registered cluster.",
        ),
        Field::default(
            "replicas",
            FieldType::Int { min: 1, max: 100 },
            "1",
            "On how many clusters at a time. Rules of a single event run on all of them and share the work; \
             joins run on exactly one.",
        ),
        Field::default(
            "strategy",
            FieldType::Word(&["balanced", "least-loaded"]),
            "balanced",
            "`balanced` moves only when it pays (`margin`, `hold`, three periods in a row); `least-loaded` \
             always takes the cluster with the least load, as in the paper, and moves often.",
        ),
        Field::default(
            "margin",
            FieldType::Percent,
            "10%",
            "By how much a challenger must be better, in percent of the whole score: `10%` is 0.10.",
        ),
        Field::default("hold", FieldType::TIME, "2m", "How long ago the last move must be."),
        Field::default(
            "drain-timeout",
            FieldType::TIME,
            "5m",
            "How long runs on the old cluster may take to finish. After it the move waits and says so.",
        ),
        Field::optional(
            "force-after",
            FieldType::TIME,
            "When runs on the old cluster are cut, after `drain-timeout`. Left out: never.",
        ),
    ],
    blocks: &[
        Nested::one("weights", &WEIGHTS),
        Nested::one("limit", &LIMIT),
        Nested::labelled("metric", &METRIC_WEIGHT),
    ],
    ..Block::EMPTY
};

/// The stages that `pin` in a placement names.
pub const PINS: &[&str] = &["events", "logic", "functions"];

/// The metric that every fleet has: unschedulable pods of the pipelines, with its weight.
pub const PENDING: (&str, f64) = ("pending", 0.1);

/// `weights { … }` of a placement.
pub const WEIGHTS: Block = Block {
    name: "weights",
    doc: "What cpu and memory count for in the score: any numbers that are not negative; they are \
          normalised. Equal ones, the default, are the paper's.",
    fields: &[
        Field::default("cpu", WEIGHT, "0.5", "What free processor time counts for."),
        Field::default("memory", WEIGHT, "0.5", "What free memory counts for."),
    ],
    ..Block::EMPTY
};

/// `limit { … }` of a placement.
pub const LIMIT: Block = Block {
    name: "limit",
    doc: "Utilisation above which, for three periods in a row, the incumbent is left although `margin` and \
          `hold` would keep it.",
    fields: &[
        Field::default("cpu", FieldType::Percent, "90%", "Of the cluster's processor time."),
        Field::default("memory", FieldType::Percent, "90%", "Of the cluster's memory."),
    ],
    ..Block::EMPTY
};

/// `metric NAME { … }` of a placement.
pub const METRIC_WEIGHT: Block = Block {
    name: "metric",
    doc: "A metric of the fleet file that counts beside cpu and memory. `pending`, the unschedulable pods \
          of the pipelines, is built in with weight 0.1.",
    fields: &[Field::required("weight", WEIGHT, "What it counts for, beside the weights of cpu and memory.")],
    ..Block::EMPTY
};

/// The options of a rule, before its first statement.
pub const RULE_OPTIONS: Block = Block {
    name: "rule",
    doc: "Options of a rule; they stand before its first statement.",
    fields: &[
        Field::optional(
            "rate",
            FieldType::Rate,
            "How often it may fire: `10/s`, `5/m`, `100/h`. What is more waits; nothing is dropped.",
        ),
        Field::optional(
            "once-per",
            FieldType::OncePer,
            "Fires once per value of a field in a period, `once-per: plate every 30s`; what is more is \
             dropped. `engine: efl` only.",
        ),
        Field::default(
            "delivery",
            FieldType::Word(&["at-least-once", "at-most-once"]),
            "at-least-once",
            "`at-least-once`: an answer is awaited, a failure is tried again, and a crash repeats rather \
             than loses. `at-most-once`: sent and forgotten.",
        ),
        Field::optional(
            "retry",
            FieldType::Retry,
            "How a failed start of the body is tried again: `retry: 3 backoff 1s..30s`. With \
             `at-least-once` it is `3 backoff 1s..10s` when left out.",
        ),
        Field::optional(
            "dead-letter",
            FieldType::Function,
            "The function that gets the events when every try has failed. Left out: they are gone, with a \
             line in the log.",
        ),
        Field::optional(
            "reset",
            FieldType::Reset,
            "When events kept so far are forgotten: `cron(\"0 * * * *\")`, with a time zone as its second \
             argument; UTC without.",
        ),
        Field::optional(
            "pairing",
            FieldType::Word(&["latest"]),
            "`latest` allows a `where` over several events under `engine: argo`: the latest of each are \
             paired first and compared then, so that a match can be lost.",
        ),
    ],
    ..Block::EMPTY
};

/// The fields of a workflow, before its first statement.
pub const WORKFLOW_OPTIONS: Block = Block {
    name: "workflow",
    doc: "Fields of a workflow; they stand before its first statement.",
    fields: &[
        Field::optional(
            "timeout",
            FieldType::Duration { min: SECOND, max: u64::MAX },
            "How long a run may take, in whole seconds; then it fails. Left out: no limit.",
        ),
        Field::optional(
            "ttl",
            FieldType::Duration { min: SECOND, max: u64::MAX },
            "How long a finished run is kept, in whole seconds. Left out: as the installation of Argo \
             Workflows says.",
        ),
    ],
    ..Block::EMPTY
};

const HTTP_URL: FieldType = FieldType::Url { schemes: &["http", "https"] };
const WEIGHT: FieldType = FieldType::Number { min: 0.0, max: f64::MAX };
const DOMAIN: FieldType = FieldType::Pattern {
    regex: r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+",
    what: "a DNS name such as `fn.city.example`",
};
const MOUNTED: FieldType = FieldType::Pattern { regex: "/[^\\s]*", what: "an absolute path" };
const CREDENTIALS_DOC: &str = "A directory mounted into the runtime's pod with what Prometheus asks for: \
                               `token`, or `tls.crt` and `tls.key`, and `ca.crt` for its own certificate.";
