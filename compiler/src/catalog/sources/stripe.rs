//! `stripe`: events of a Stripe account.

use super::common::{
    HOOK_AUTH, HOOK_CERT, HOOK_KEY, HOOK_LIMIT, HOOK_METHOD, HOOK_NO_URL, HOOK_PATH, HOOK_PORT, HOOK_URL,
    SERVER_CERT, everywhere,
};
use crate::catalog::{
    Block, Constant, Field, FieldType, Handover, Nested, Payload, RawBody, Rollout, SourceKind,
};

/// Events of a Stripe account.
pub(super) static STRIPE: SourceKind = SourceKind {
    name: "stripe",
    key: "stripe",
    doc: concat!(
        "Events of a Stripe account: payments, invoices, disputes. The payload is `{ event }`, Stripe's \
         event object. Argo verifies no signature: put a proxy in front that does, or fetch the object \
         again before acting on it.\n\n\
         **Delivery:** Stripe sends again for days what was refused. An event that `events` leaves out is \
         refused too.\n\n",
        everywhere!()
    ),
    example: r#"source payments: stripe {
  port: 12700
  event failed { path: "/stripe", events: ["invoice.payment_failed"] }
}"#,
    block: &Block {
        name: "stripe source",
        fields: &[
            HOOK_PATH,
            HOOK_PORT,
            Field::optional(
                "events",
                FieldType::TEXTS,
                "Types of events: `[\"invoice.payment_failed\"]`; all when left out.",
            )
            .to(&["eventFilter"]),
            HOOK_URL,
            HOOK_AUTH,
            HOOK_CERT,
            HOOK_KEY,
            HOOK_LIMIT,
        ],
        blocks: &[Nested::one("create", &CREATE)],
        groups: &[SERVER_CERT],
        always: &[HOOK_METHOD, HOOK_NO_URL],
        ..Block::EMPTY
    },
    per_event: &["path"],
    rollout: Rollout::Rolling,
    handover: Handover::Everywhere,
    listens: true,
    authenticates: &["auth"],
    payload: Payload { body: None, ty: "{ event: any }", meta: &[], json_body: false, raw: RawBody::None },
};

/// `create { … }`, at `createWebhook` upstream.
static CREATE: Block = Block {
    name: "create",
    doc: "The source makes the webhook at Stripe, at `url`. Argo makes another one each time a pod of the \
          source starts, on each cluster, and removes none: better make it once by hand.",
    fields: &[Field::required("api-key", FieldType::Secret, "A key of Stripe's API that may make webhooks.")
        .to(&["apiKey"])],
    always: &[Constant::new(&["createWebhook"], "true")],
    ..Block::EMPTY
};
