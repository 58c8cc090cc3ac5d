//! A subscription of pushes as its file has it, and what it is sent.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lojal_types::api::{self, Event, EventPlace, NewPush, PUSHED_ALWAYS, TYPE_PREFIX};
use lojal_types::{AddressText, PublicKey, TimeMs};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ureq::http::Uri;
use web_push_native::{Auth, encrypt, p256};

use crate::events::subscription::{Types, UnknownType};
use crate::kept::KeptId;
use crate::limits::{DEAD_IN_A_ROW_MAX, PUSH_TEXT_BYTES, PUSH_TIME_MS};

/// A subscription: whose browser it is, how it is reached, and how far that has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) account: AddressText,
    /// The key that has subscribed. When another one signs for the account, the subscription ends.
    pub(crate) public_key: PublicKey,
    pub(crate) endpoint: String,
    p256dh: String,
    auth: String,
    types: Vec<String>,
    renewed_ms: TimeMs,
    pub(crate) until_ms: TimeMs,
    pub(crate) reached: EventPlace,
    /// The attempts in a row that have failed, of whatever event.
    pub(crate) failures: u32,
    /// Those of the event that comes next.
    pub(crate) attempts: u32,
    pub(crate) next_ms: Option<TimeMs>,
    /// Events in a row that were given up.
    dead_in_a_row: u32,
}

impl Record {
    /// A new one, which begins after a place.
    pub(crate) fn new(
        (account, public_key): (AddressText, PublicKey),
        new: NewPush,
        after: EventPlace,
        now: TimeMs,
    ) -> Self {
        let NewPush { endpoint, p256dh, auth, types } = new;
        Self {
            account,
            public_key,
            endpoint,
            p256dh,
            auth,
            types,
            renewed_ms: now,
            until_ms: now.plus_ms(PUSH_TIME_MS),
            reached: after,
            failures: 0,
            attempts: 0,
            next_ms: None,
            dead_in_a_row: 0,
        }
    }
    /// Takes the place of an earlier one of the same browser, and goes on where that was.
    pub(crate) fn renewing(self, earlier: &Self) -> Self {
        Self { reached: earlier.reached, ..self }
    }
    /// Tells whether it wasn't renewed since an earlier look at it.
    pub(crate) fn is_of_time_of(&self, earlier: &Self) -> bool {
        (self.public_key, self.until_ms) == (earlier.public_key, earlier.until_ms)
    }
    /// The reason for which its keys can't be used, if there is one.
    pub(crate) fn fault(new: &NewPush) -> Option<&'static str> {
        match keys(&new.p256dh, &new.auth) {
            Some(_) => None,
            None => {
                Some("p256dh and auth are the keys of a PushSubscription, 65 and 16 bytes in base64url without padding")
            }
        }
    }
    /// The types that it asks for, with those that nobody can do without.
    pub(crate) fn types(&self) -> Types {
        asked(&self.types).unwrap_or_default()
    }
    /// Tells whether its owner is told of an event: of all that somebody else has done, and whatever it was, of what
    /// touches keys and guardians.
    pub(crate) fn is_told(&self, event: &Event) -> bool {
        let is_own = event.data.sender == Some(self.account);
        !is_own || is_urgent(event)
    }
    /// Takes note that an event was taken.
    pub(crate) fn taken(&mut self, event: EventPlace) {
        (self.failures, self.attempts, self.dead_in_a_row, self.next_ms) = (0, 0, 0, None);
        self.reached = event;
    }
    /// Takes note that an event is given up; false if that is once too often.
    pub(crate) fn give_up(&mut self, event: EventPlace) -> bool {
        (self.attempts, self.next_ms, self.reached) = (0, None, event);
        self.dead_in_a_row = self.dead_in_a_row.saturating_add(1);
        self.dead_in_a_row < DEAD_IN_A_ROW_MAX
    }
    /// The origin of the push service, which it is named by.
    pub(crate) fn service(&self) -> String {
        let uri = self.endpoint.parse::<Uri>().unwrap_or_default();
        let scheme = uri.scheme_str().unwrap_or_default();
        format!("{scheme}://{}", uri.authority().map_or("", |authority| authority.as_str()))
    }
    /// The message of an event: what happened, and the event's id, as only the browser can read it (RFC 8291). Nothing
    /// is lost if keys that were checked can't be used any more: there is no message then.
    pub(crate) fn message(&self, event: &Event) -> Option<Vec<u8>> {
        let kind = event.kind.trim_start_matches(TYPE_PREFIX);
        let mut text = json!({ "type": kind, "id": event.id }).to_string().into_bytes();
        text.resize(text.len().max(PUSH_TEXT_BYTES), b' ');
        let (public, auth) = keys(&self.p256dh, &self.auth)?;
        encrypt(text, &public, &auth).ok()
    }
    /// The subscription as its owner sees it.
    pub(crate) fn shown(&self, id: KeptId) -> api::Push {
        api::Push {
            id: id.to_string(),
            service: self.service(),
            types: self.types.clone(),
            renewed_ms: self.renewed_ms,
            until_ms: self.until_ms,
            reached: self.reached,
            failures: self.failures,
        }
    }
}

/// Tells whether an event is one that nobody can do without.
pub(crate) fn is_urgent(event: &Event) -> bool {
    PUSHED_ALWAYS.contains(&event.kind.trim_start_matches(TYPE_PREFIX))
}

/// The types of some words, with those that nobody can do without.
pub(crate) fn asked(words: &[String]) -> Result<Types, UnknownType> {
    if words.is_empty() {
        return Ok(Types::default());
    }
    let always = PUSHED_ALWAYS.iter().map(|kind| (*kind).to_owned());
    words.iter().cloned().chain(always).collect::<Vec<_>>().join("-").parse()
}

/// The keys of a subscription, if they are such.
fn keys(p256dh: &str, auth: &str) -> Option<(p256::PublicKey, Auth)> {
    let public = URL_SAFE_NO_PAD.decode(p256dh).ok().filter(|bytes| bytes.len() == 65)?;
    let auth: [u8; 16] = URL_SAFE_NO_PAD.decode(auth).ok()?.try_into().ok()?;
    Some((p256::PublicKey::from_sec1_bytes(&public).ok()?, auth.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_8291_is_read() {
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let private = p256::SecretKey::from_slice(&decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"));
        let auth: [u8; 16] = decoded("BTBZMqHH6r4Tts7J_aSIgg").try_into().expect("16 bytes");
        let message = decoded(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK\
             6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        let text = web_push_native::decrypt(message, &private.expect("a key"), &auth.into()).expect("decrypts");
        assert_eq!(text, b"When I grow up, I want to be a watermelon");
    }

    #[test]
    fn nobody_can_do_without_some_types_and_a_wrong_word_is_none() {
        let some = asked(&["points.expiring".to_owned()]).expect("known");
        assert!(some.have("points.expiring") && some.have("recovery.started") && some.have("account.frozen"));
        assert!(!some.have("points.issued"));
        assert!(asked(&[]).expect("all").have("points.issued"));
        assert!(asked(&["nonsense".to_owned()]).is_err());
    }
}
