//! `calendar`: events by the clock.

use crate::catalog::{
    Block, Constant, Encode, Field, FieldType, Group, Handover, Nested, Payload, RawBody, Rollout, SECOND,
    SourceKind,
};

/// Events by the clock.
pub(super) static CALENDAR: SourceKind = SourceKind {
    name: "calendar",
    key: "calendar",
    doc: "Events by the clock: at the times of a cron expression, or in even intervals from the start of \
          the source.\n\n\
          The payload is `{ eventTime: string }`, written as Go prints a time, which is no RFC 3339: use \
          `meta.time` in conditions.\n\n\
          **Delivery:** once per tick while the source runs. A tick that falls into a restart is lost, \
          unless `catch-up` remembers the last one.\n\n\
          **While a pipeline moves:** the source leaves the old cluster before it starts on the new one, so \
          a tick in between is lost (with `catch-up` too: what it remembers stays on the old cluster).",
    example: r#"source clock: calendar {
  timezone: "Europe/Berlin"
  event nightly { schedule: "30 2 * * *" }
  event tick { interval: 10s }
}"#,
    block: &Block {
        name: "calendar source",
        fields: &[
            Field::grouped(
                "schedule",
                "schedule",
                FieldType::Cron,
                "When: five fields of cron (minute, hour, day of the month, month, day of the week). \
                 Neither seconds nor `@hourly` and its kin are known to Argo.",
            )
            .to(&["schedule"]),
            Field::grouped(
                "interval",
                "schedule",
                FieldType::Duration { min: SECOND, max: u64::MAX },
                "How often, in whole seconds, from the start of the source.",
            )
            .to(&["interval"]),
            Field::default(
                "timezone",
                FieldType::Timezone,
                "\"UTC\"",
                "The time zone of `schedule`, as in the IANA database.",
            )
            .to(&["timezone"]),
            Field::optional(
                "except",
                FieldType::List(&FieldType::Pattern {
                    regex: "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
                    what: "a date such as `2026-12-25`",
                }),
                "Days without ticks, as dates in `timezone`.",
            )
            .encoded(&["exclusionDates"], Encode::ExDates),
        ],
        blocks: &[Nested::one("catch-up", &CATCH_UP)],
        groups: &[Group {
            name: "schedule",
            alternatives: &[&["schedule"], &["interval"]],
            required: true,
            exclusive: true,
        }],
        ..Block::EMPTY
    },
    per_event: &["schedule", "interval"],
    rollout: Rollout::Recreate,
    handover: Handover::Exclusive,
    listens: false,
    authenticates: &[],
    payload: Payload {
        body: None,
        ty: "{ eventTime: string }",
        meta: &[],
        json_body: false,
        raw: RawBody::None,
    },
};

/// `catch-up { … }`, at `persistence` upstream.
static CATCH_UP: Block = Block {
    name: "catch-up",
    doc: "Send the ticks that were missed while the source was down. The last tick is kept in a ConfigMap, \
          which the `service-account` of the source must be allowed to get, create and update.",
    fields: &[
        Field::optional(
            "within",
            FieldType::Duration { min: SECOND, max: u64::MAX },
            "How far back ticks are sent; older ones are lost. Left out: all since the last one.",
        )
        .to(&["persistence", "catchup", "maxDuration"]),
        Field::optional(
            "config-map",
            FieldType::DnsLabel,
            "The ConfigMap's name; `<orchestrator>-<source>-<event>` when left out.",
        )
        .to(&["persistence", "configMap", "name"]),
    ],
    always: &[
        Constant::new(&["persistence", "catchup", "enabled"], "true"),
        Constant::new(&["persistence", "configMap", "name"], r#""{name}""#),
        Constant::new(&["persistence", "configMap", "createIfNotExist"], "true"),
    ],
    ..Block::EMPTY
};
