//! `/v1/brands/{id}/webhooks`: the addresses to which a gateway sends what happens to a brand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::EventPlace;
use crate::brand::BrandId;
use crate::time::TimeMs;

/// `POST /v1/brands/{id}/webhooks`: an address to be registered.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// The address, `https://`.
    pub url: String,
    /// Types of events and groups of them, such as `points.issued` and `hold`; all if there is none.
    pub types: Vec<String>,
}

/// A registered address.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Webhook {
    /// Its id at this gateway.
    pub id: String,
    /// The brand.
    pub brand: BrandId,
    /// The address.
    pub url: String,
    /// Types of events and groups of them; all if there is none.
    pub types: Vec<String>,
    /// The key that checks its signatures of version `v1a`, after `whpk_`.
    pub public_key: String,
    /// True while events are sent; false once the receiver has said that it is gone, or has taken nothing for too long.
    pub active: bool,
    /// The place after which it was registered: nothing before it is ever sent.
    pub registered: EventPlace,
    /// The time at which it was.
    pub registered_ms: TimeMs,
    /// The place up to which everything has been taken, or given up.
    pub reached: EventPlace,
    /// The attempts in a row that have failed.
    pub failures: u32,
    /// The time of the next attempt; null if nothing has failed, or nothing is tried any more.
    pub next_ms: Option<TimeMs>,
    /// The number of events that were given up.
    pub dead: u32,
}

/// `GET /v1/brands/{id}/webhooks`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Webhooks {
    /// All that are registered at this gateway.
    pub webhooks: Vec<Webhook>,
}

/// The answer to a registration, or to the wish for another secret: the only time that the secret is shown.
#[derive(Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct WebhookSecret {
    /// The address.
    pub webhook: Webhook,
    /// The secret that makes and checks its signatures of version `v1`, after `whsec_`.
    pub secret: String,
}

/// `GET /v1/brands/{id}/webhooks/{webhook}/deliveries`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Deliveries {
    /// The last attempts since the gateway's start, the newest first.
    pub attempts: Vec<Attempt>,
    /// The events that were given up, the newest first.
    pub dead: Vec<Attempt>,
}

/// An attempt to send an event.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Attempt {
    /// The event.
    pub event: EventPlace,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The time at which it was sent.
    pub time_ms: TimeMs,
    /// Null if it was taken, or else the reason that it wasn't.
    pub fault: Option<String>,
}
