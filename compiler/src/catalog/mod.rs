//! Every block's fields as data: one table that the checker, completion, hover, the generated reference and the emitter
//! read. Adding a source kind is adding one file under `sources/`.

pub mod blocks;
pub mod cron;
mod describe;
pub mod promql;
pub mod reference;
pub mod sources;
pub mod timezones;

/// Milliseconds in a second, for [`FieldType::Duration`].
pub const SECOND: u64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE: u64 = 60 * SECOND;
/// Milliseconds in an hour.
pub const HOUR: u64 = 60 * MINUTE;

/// A block: what may stand between its braces.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// How messages call it: `function`, `placement`, `webhook source`.
    pub name: &'static str,
    /// What it is for, in Markdown.
    pub doc: &'static str,
    /// Its fields; in the order of the reference and of completion (required ones first).
    pub fields: &'static [Field],
    /// Its nested blocks.
    pub blocks: &'static [Nested],
    /// Whether any other key is taken, as [`FieldType`]: `env { ANY: "text" }`.
    pub open: Option<FieldType>,
    /// Which of its fields belong together.
    pub groups: &'static [Group],
    /// What is written upstream whenever the block is given (a source kind's own block: always).
    pub always: &'static [Constant],
}

/// A nested block.
#[derive(Debug)]
pub struct Nested {
    /// Its keyword.
    pub name: &'static str,
    /// Whether a name follows the keyword (`metric queue-depth { … }`); then it may stand several times.
    pub labelled: bool,
    /// What stands in it.
    pub block: &'static Block,
}

/// A field of a block.
#[derive(Debug)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// What it takes.
    pub ty: FieldType,
    /// Whether it must be given.
    pub presence: Presence,
    /// What it is for, in Markdown, with the upstream source of a limit.
    pub doc: &'static str,
    /// Where its value goes upstream; `None` when the emitter has its own code for it.
    pub upstream: Option<Upstream>,
}

/// Whether a field must be given.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Presence {
    /// It must.
    Required,
    /// It may be left out; then it is this, as EFL text.
    Default(&'static str),
    /// It may be left out.
    Optional,
    /// It belongs to this group of its block ([`Block::groups`]), which says whether it must be given.
    Group(&'static str),
}

/// Where a value goes upstream.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Upstream {
    /// The path of keys in the upstream event object: `["consumerGroup", "groupName"]`; in a [`FieldType::Record`],
    /// in the upstream object that the record becomes.
    pub path: &'static [&'static str],
    /// How it is written there.
    pub encode: Encode,
}

/// How a value is written upstream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encode {
    /// As it is (text, flag, number, list, map).
    Plain,
    /// A number as text: Argo's webhook port.
    Text,
    /// A duration as Go's `time.ParseDuration` reads it.
    GoDuration,
    /// A duration as whole seconds.
    Seconds,
    /// A `secret(…)` as a `SecretKeySelector` `{name, key}`.
    SecretKey,
    /// A `config(…)` as a `ConfigMapKeySelector` `{name, key}`.
    ConfigKey,
    /// A `secret(…)` or `config(…)` as `{secretKeyRef}` or `{configMapKeyRef}`.
    ValueFrom,
    /// A list of texts joined by commas.
    Joined,
    /// A quantity of bytes as a whole number.
    Bytes,
    /// A word, or each word of a list, in upper case: `add` is `ADD`.
    Upper,
    /// A list of words in upper case, joined by `|`: `[create, write]` is `CREATE|WRITE`.
    UpperPiped,
    /// A list of dates as RFC 5545 exceptions: `2026-12-25` is `EXDATE:20261225T000000Z`.
    ExDates,
}

/// A value that is written upstream unless a field of the program already writes it, or something below it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Constant {
    /// The path of keys in the upstream event object.
    pub path: &'static [&'static str],
    /// The value as JSON; `{name}` in it stands for `<orchestrator>-<source>-<event>`, `{namespace}` for the namespace
    /// the source runs in.
    pub json: &'static str,
    /// Not written when one of these fields is given.
    pub unless: &'static [&'static str],
}

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub enum FieldType {
    /// Text that is not empty, with at most so many bytes (0: no limit of its own).
    Text {
        /// The longest.
        max: usize,
    },
    /// Text that a regular expression matches whole; `what` names it in messages.
    Pattern {
        /// The regular expression, anchored by the checker.
        regex: &'static str,
        /// "an absolute path", "a DNS name".
        what: &'static str,
    },
    /// Text that is a URL with one of these schemes (empty: any).
    Url {
        /// `http`, `tls`, …
        schemes: &'static [&'static str],
    },
    /// An absolute HTTP path.
    HttpPath,
    /// A cron expression of five fields.
    Cron,
    /// An IANA time zone.
    Timezone,
    /// A Kubernetes name (DNS-1123 label) that EFL does not own.
    DnsLabel,
    /// A `PromQL` query.
    PromQl,
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds.
    Int {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A number within bounds.
    Number {
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
    },
    /// A length of time within bounds, in milliseconds.
    Duration {
        /// The shortest.
        min: u64,
        /// The longest; `u64::MAX` is no bound.
        max: u64,
    },
    /// A Kubernetes quantity of cores (`100m`, `2`).
    Cpu,
    /// A Kubernetes quantity of bytes (`64Mi`).
    Bytes,
    /// A percentage (`80%`), held as 0..1.
    Percent,
    /// `10/s`.
    Rate,
    /// One of these words, bare or quoted.
    Word(&'static [&'static str]),
    /// `secret("name", "key")`.
    Secret,
    /// `config("name", "key")`.
    Config,
    /// Text, `secret(…)` or `config(…)`: an environment variable's value.
    EnvValue,
    /// `a..b` of a type; one value alone stands for both ends where `single`.
    Range {
        /// The type of the ends.
        of: &'static FieldType,
        /// Whether one value alone is taken.
        single: bool,
    },
    /// `[a, b]` of a type.
    List(&'static FieldType),
    /// `{ key: value }` of a type.
    Map(&'static FieldType),
    /// A record with these fields, written as a block or as a value.
    Record(&'static Block),
    /// The name of a cluster in scope.
    Cluster,
    /// The name of a function in scope.
    Function,
    /// The name of a bus in scope.
    Bus,
    /// Plain data: anything but `secret` and `config`.
    Any,
    /// One of several.
    OneOf(&'static [FieldType]),
    /// `retry: 3 backoff 1s..30s`.
    Retry,
    /// `once-per: FIELD every 30s`.
    OncePer,
    /// `cron("0 * * * *")`, optionally with a time zone as its second argument.
    Reset,
}

/// A kind of event source.
#[derive(Debug)]
pub struct SourceKind {
    /// The EFL name: `webhook`, `redis-stream`.
    pub name: &'static str,
    /// The key in Argo's `EventSource` spec: `redisStream`.
    pub key: &'static str,
    /// What it is, in Markdown: what arrives, how it is delivered, what is lost while a pipeline moves.
    pub doc: &'static str,
    /// The fields of the source and of its events: a field on the source is the default of its events.
    pub block: &'static Block,
    /// A source of this kind in EFL, the shortest that is useful.
    pub example: &'static str,
    /// Fields that only an event may have (they tell events apart): `path`, `topic`.
    pub per_event: &'static [&'static str],
    /// What Argo does with several replicas (`argo.md` section 2).
    pub rollout: Rollout,
    /// What happens while a pipeline moves.
    pub handover: Handover,
    /// Whether it listens on a port (webhook-like): it gets an ingress.
    pub listens: bool,
    /// If it listens: the fields any of which keeps strangers out, when it is given (and not `false`). An API's login
    /// or a server's certificate does not.
    pub authenticates: &'static [&'static str],
    /// What arrives.
    pub payload: Payload,
}

/// Fields of which some must be given, or which are given together or not at all.
///
/// An alternative of which only some fields are given is an error, whatever the flags say.
#[derive(Debug)]
pub struct Group {
    /// The name used in [`Presence::Group`].
    pub name: &'static str,
    /// The fields or nested blocks, or sets of them that belong together.
    pub alternatives: &'static [&'static [&'static str]],
    /// Whether one alternative must be given.
    pub required: bool,
    /// Whether giving two alternatives is an error.
    pub exclusive: bool,
}

/// What Argo does with several replicas of an `EventSource`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rollout {
    /// All are active.
    Rolling,
    /// One is active.
    Recreate,
}

/// What happens to events while a pipeline moves (`mapping.md`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handover {
    /// It runs on every candidate, always.
    Everywhere,
    /// Old and new overlap; the broker shares.
    Group,
    /// Never overlaps.
    Exclusive,
}

/// What arrives: `data` of the event as Argo publishes it.
#[derive(Debug)]
pub struct Payload {
    /// The key of `data` that is the payload (`body`); `None`: all of `data` but `metadata` and [`Self::meta`].
    pub body: Option<&'static str>,
    /// The payload's type as EFL text, when the author gives none; `any` where upstream does not say.
    pub ty: &'static str,
    /// The other keys of `data`, with their types as EFL text: `meta.header`, `meta.topic`. Each is (name in EFL, key
    /// upstream, type).
    pub meta: &'static [(&'static str, &'static str, &'static str)],
    /// Whether `body` is text or base64 unless the kind's `jsonBody` is set, which the emitter then does: the kind has
    /// the field `format`, and `jsonBody` is `true` for `format: json`.
    pub json_body: bool,
    /// How Argo writes a body that is not JSON.
    pub raw: RawBody,
}

/// How Argo writes a body that is not JSON into the event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RawBody {
    /// It cannot: the body is JSON by its nature.
    None,
    /// As text.
    Text,
    /// In base64, as Go marshals `[]byte`.
    Base64,
}

/// What `meta` holds for an event of any kind, from the context of its `CloudEvent`: (name, key there, type).
/// `source` there is the `EventSource`, `<orchestrator>-<source>`.
pub const COMMON_META: &[(&str, &str, &str)] =
    &[("id", "id", "string"), ("time", "time", "timestamp"), ("source", "source", "string")];

impl Block {
    /// The base of a block's table: nothing.
    const EMPTY: Block =
        Block { name: "", doc: "", fields: &[], blocks: &[], open: None, groups: &[], always: &[] };

    /// The field of a key; of a key it does not list, `None` even where [`Self::open`] takes it.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The nested block of a keyword.
    pub fn nested(&self, name: &str) -> Option<&'static Nested> {
        self.blocks.iter().find(|nested| nested.name == name)
    }
}

impl Nested {
    /// `NAME { … }`, once.
    const fn one(name: &'static str, block: &'static Block) -> Nested {
        Nested { name, labelled: false, block }
    }

    /// `NAME LABEL { … }`, several times.
    const fn labelled(name: &'static str, block: &'static Block) -> Nested {
        Nested { name, labelled: true, block }
    }
}

impl Field {
    const fn new(name: &'static str, ty: FieldType, presence: Presence, doc: &'static str) -> Field {
        Field { name, ty, presence, doc, upstream: None }
    }

    /// A field that must be given.
    const fn required(name: &'static str, ty: FieldType, doc: &'static str) -> Field {
        Field::new(name, ty, Presence::Required, doc)
    }

    /// A field that may be left out.
    const fn optional(name: &'static str, ty: FieldType, doc: &'static str) -> Field {
        Field::new(name, ty, Presence::Optional, doc)
    }

    /// A field that is something when left out.
    const fn default(name: &'static str, ty: FieldType, default: &'static str, doc: &'static str) -> Field {
        Field::new(name, ty, Presence::Default(default), doc)
    }

    /// A field of a group.
    const fn grouped(name: &'static str, group: &'static str, ty: FieldType, doc: &'static str) -> Field {
        Field::new(name, ty, Presence::Group(group), doc)
    }

    /// Where its value goes upstream, encoded as its type suggests.
    const fn to(self, path: &'static [&'static str]) -> Field {
        let encode = match self.ty {
            FieldType::Secret => Encode::SecretKey,
            FieldType::Config => Encode::ConfigKey,
            FieldType::EnvValue => Encode::ValueFrom,
            FieldType::Duration { .. } => Encode::GoDuration,
            FieldType::Bytes => Encode::Bytes,
            _ => Encode::Plain,
        };
        self.encoded(path, encode)
    }

    /// Where its value goes upstream, in this encoding.
    const fn encoded(self, path: &'static [&'static str], encode: Encode) -> Field {
        Field { upstream: Some(Upstream { path, encode }), ..self }
    }
}

/// A client's certificate and its key: both or none.
const CLIENT_CERT: Group = Group {
    name: "client certificate",
    alternatives: &[&["cert", "key"]],
    required: false,
    exclusive: false,
};

impl Constant {
    const fn new(path: &'static [&'static str], json: &'static str) -> Constant {
        Constant { path, json, unless: &[] }
    }
}

impl FieldType {
    /// Text without a limit of its own.
    const TEXT: FieldType = FieldType::Text { max: 0 };
    /// Any length of time.
    const TIME: FieldType = FieldType::Duration { min: 0, max: u64::MAX };
    /// A whole number that may be zero.
    const COUNT: FieldType = FieldType::Int { min: 0, max: i32::MAX as i64 };
    /// A whole number of at least one.
    const POSITIVE: FieldType = FieldType::Int { min: 1, max: i32::MAX as i64 };
    /// A TCP port.
    const PORT: FieldType = FieldType::Int { min: 1, max: 65_535 };
    /// `host:port`.
    const HOST_PORT: FieldType = FieldType::Pattern {
        regex: r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}",
        what: "a host and a port such as `10.0.0.11:31080`",
    };
    /// A list of texts.
    const TEXTS: FieldType = FieldType::List(&FieldType::TEXT);
}
