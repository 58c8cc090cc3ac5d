//! A webhook as its file has it.

use lojal_types::api::{self, Attempt, EventPlace};
use lojal_types::{BrandId, Hash, KeyPair, TimeMs};
use serde::{Deserialize, Serialize};

use super::signing::public_key_text;
use crate::kept::KeptId;
use crate::limits::{DEAD_MAX, SECRET_OVERLAP_MS};

/// A secret that signs, and the time from which on it doesn't any more.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    bytes: Hash,
    until_ms: Option<TimeMs>,
}

/// A webhook: where events go, how they are signed, and how far that has come.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) brand: BrandId,
    pub(crate) url: String,
    pub(crate) types: Vec<String>,
    pub(crate) registered: EventPlace,
    pub(crate) registered_ms: TimeMs,
    /// The newest first.
    secrets: Vec<Secret>,
    key: Hash,
    pub(crate) is_active: bool,
    pub(crate) reached: EventPlace,
    /// The attempts in a row that have failed, of whatever event.
    pub(crate) failures: u32,
    /// Those of the event that comes next.
    pub(crate) attempts: u32,
    pub(crate) next_ms: Option<TimeMs>,
    /// The events that were given up, the newest first.
    pub(crate) dead: Vec<Attempt>,
    pub(crate) dead_count: u32,
    /// Events in a row that were given up.
    pub(crate) dead_in_a_row: u32,
}

impl Record {
    /// A new one, which begins after a place.
    pub(crate) fn new(brand: BrandId, new: api::NewWebhook, after: EventPlace, now: TimeMs) -> Self {
        Self {
            brand,
            url: new.url,
            types: new.types,
            registered: after,
            registered_ms: now,
            secrets: vec![Secret { bytes: random(), until_ms: None }],
            key: random(),
            is_active: true,
            reached: after,
            failures: 0,
            attempts: 0,
            next_ms: None,
            dead: Vec::new(),
            dead_count: 0,
            dead_in_a_row: 0,
        }
    }
    /// The key that signs.
    pub(crate) fn key(&self) -> KeyPair {
        KeyPair::from_seed(self.key.as_bytes())
    }
    /// The newest secret.
    pub(crate) fn secret(&self) -> [u8; 32] {
        self.secrets.first().map_or([0; 32], |secret| *secret.bytes.as_bytes())
    }
    /// The secrets that sign at a time.
    pub(crate) fn secrets(&self, now: TimeMs) -> Vec<[u8; 32]> {
        let is_good = |secret: &&Secret| secret.until_ms.is_none_or(|until| now < until);
        self.secrets.iter().filter(is_good).map(|secret| *secret.bytes.as_bytes()).collect()
    }
    /// Puts another secret in the place of the newest, which signs beside it for a day.
    pub(crate) fn roll_secret(&mut self, now: TimeMs) {
        self.secrets.truncate(1);
        self.secrets.iter_mut().for_each(|old| old.until_ms = Some(now.plus_ms(SECRET_OVERLAP_MS)));
        self.secrets.insert(0, Secret { bytes: random(), until_ms: None });
    }
    /// Takes note that an event was taken.
    pub(crate) fn taken(&mut self, event: EventPlace) {
        (self.failures, self.attempts, self.dead_in_a_row, self.next_ms) = (0, 0, 0, None);
        self.reached = event;
    }
    /// Takes note that an event is given up.
    pub(crate) fn give_up(&mut self, attempt: Attempt) {
        self.reached = attempt.event;
        (self.attempts, self.next_ms) = (0, None);
        self.dead_count = self.dead_count.saturating_add(1);
        self.dead_in_a_row = self.dead_in_a_row.saturating_add(1);
        self.dead.insert(0, attempt);
        self.dead.truncate(DEAD_MAX);
    }
    /// Begins anew after a place.
    pub(crate) fn replay(&mut self, after: EventPlace) {
        (self.is_active, self.reached) = (true, after);
        (self.failures, self.attempts, self.dead_in_a_row, self.next_ms) = (0, 0, 0, None);
    }
    /// The webhook as its brand's admins see it.
    pub(crate) fn shown(&self, id: KeptId) -> api::Webhook {
        api::Webhook {
            id: id.to_string(),
            brand: self.brand,
            url: self.url.clone(),
            types: self.types.clone(),
            public_key: public_key_text(&self.key()),
            active: self.is_active,
            registered: self.registered,
            registered_ms: self.registered_ms,
            reached: self.reached,
            failures: self.failures,
            next_ms: self.next_ms.filter(|_| self.is_active),
            dead: self.dead_count,
        }
    }
}

/// Bytes that nobody guesses.
fn random() -> Hash {
    Hash::new(rand::random())
}

#[cfg(test)]
mod tests {
    use lojal_types::Height;

    use super::*;

    fn time(ms: u64) -> TimeMs {
        TimeMs::default().plus_ms(ms)
    }

    #[test]
    fn an_old_secret_signs_for_a_day_beside_the_new_one() {
        let new = api::NewWebhook { url: "https://example.org".to_owned(), types: vec![] };
        let place = EventPlace::end_of(Height::new(7));
        let mut record = Record::new("kaffet".parse().expect("valid"), new, place, time(1));
        let first = record.secret();
        record.roll_secret(time(10));
        let second = record.secret();
        assert_eq!(record.secrets(time(10)), [second, first]);
        assert_eq!(record.secrets(time(10 + SECRET_OVERLAP_MS)), [second]);
        record.roll_secret(time(20));
        assert_eq!(record.secrets(time(20)), [record.secret(), second], "never more than two");
    }
}
