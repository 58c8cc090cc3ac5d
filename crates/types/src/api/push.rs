//! `/v1/accounts/{address}/push`: the browsers to which a gateway pushes what happens to an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::event::EventPlace;
use crate::time::TimeMs;

/// The types of events that every subscription is told of, whatever it asks for: somebody may be taking the account.
pub const PUSHED_ALWAYS: [&str; 7] = [
    "key.rotated",
    "guardians.set",
    "recovery.started",
    "recovery.cancelled",
    "recovery.finished",
    "account.frozen",
    "account.unfreezing",
];

/// `GET /v1/push`: the way in which a gateway pushes.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PushService {
    /// The key by which push services know the gateway, `applicationServerKey` in browsers: 65 bytes in base64url; null
    /// if it pushes nothing.
    pub public_key: Option<String>,
}

/// `POST /v1/accounts/{address}/push`: a browser's subscription.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPush {
    /// The address at the browser's push service, `https://`.
    pub endpoint: String,
    /// The browser's key for this subscription, 65 bytes in base64url.
    pub p256dh: String,
    /// Its secret, 16 bytes in base64url.
    pub auth: String,
    /// Types of events and groups of them, such as `points.issued` and `hold`; all if there is none. Those about keys,
    /// guardians, recovery and freezing always come too.
    pub types: Vec<String>,
}

/// A subscription as its owner sees it. Its address is a secret between the browser and the gateway.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Push {
    /// Its id at this gateway.
    pub id: String,
    /// The push service.
    pub service: String,
    /// Types of events and groups of them; all if there is none.
    pub types: Vec<String>,
    /// The time at which it was made or last renewed.
    pub renewed_ms: TimeMs,
    /// The time at which it ends unless it is renewed.
    pub until_ms: TimeMs,
    /// The place up to which everything has been pushed, or given up.
    pub reached: EventPlace,
    /// The attempts in a row that have failed.
    pub failures: u32,
}

/// `GET /v1/accounts/{address}/push`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Pushes {
    /// All subscriptions of the account at this gateway.
    pub pushes: Vec<Push>,
}
