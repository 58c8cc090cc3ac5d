//! The pushing of an account's events to one browser: one after the other in the order of the ledger, each until the
//! push service has taken it or it is given up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lojal_consensus::clock;
use lojal_store::{Store, Subject};
use lojal_types::TimeMs;
use lojal_types::api::{Event, EventPlace};
use ureq::http::StatusCode;

use super::record::{Record, is_urgent};
use super::registry::{Attempted, Kept, Pushes};
use crate::decoded::Decoded;
use crate::events::reading::{Reached, Slice, read};
use crate::events::subscription::Subscription;
use crate::limits::{PUSH_IDLE, PUSH_TTL_S};
use crate::problem::Failure;
use crate::readers::{Caller, Reader};
use crate::rights::is_genuine;
use crate::sending::Pauses;

/// The blocks without any event after which the place is kept: what is looked through again after a crash costs little.
const STEP_BLOCKS: u64 = 1_000;
/// The time that a sender waits before it looks again at what it couldn't read.
const FAULT_PAUSE: Duration = Duration::from_secs(10);

/// Whoever pushes to one browser.
pub(super) struct Courier {
    pub(super) store: Store,
    pub(super) decoded: Decoded,
    pub(super) pushes: Arc<Pushes>,
    pub(super) kept: Arc<Kept>,
    pub(super) pauses: Pauses,
}

impl Courier {
    /// The time until there may be something to do; none if that is now.
    pub(super) fn pause(&self) -> Option<Duration> {
        let left = self.kept.record().next_ms?.since_ms(clock::now());
        // A clock that is set back must not stop it for long.
        (left > 0).then(|| Duration::from_millis(left).min(PUSH_IDLE))
    }
    /// Pushes what comes next, away from the threads that serve connections; answers with the time until there may be
    /// something else.
    pub(super) async fn work(self: &Arc<Self>) -> Duration {
        let place = self.pushes.places(&self.kept).acquire_owned().await;
        let own = self.clone();
        let work = tokio::task::spawn_blocking(move || {
            let _place = place;
            own.go_on().unwrap_or(FAULT_PAUSE)
        });
        work.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a push was cut off");
            FAULT_PAUSE
        })
    }
    fn go_on(&self) -> Result<Duration, Failure> {
        let record = self.kept.record().clone();
        if self.kept.is_over() || record.until_ms <= clock::now() {
            return self.end(&record);
        }
        // Looked up before the events are read: those of a block that comes in between are then for the next time, and
        // the old browser hears of the new key whenever its end is seen.
        let is_genuine = self.is_genuine(&record)?;
        let after = record.reached;
        let Some(slice) = self.next(&record)? else { return Ok(Duration::ZERO) };
        for event in slice.events.iter().filter(|event| record.is_told(event)) {
            if self.kept.is_over() || !self.send(&record, event)? {
                return Ok(Duration::ZERO);
            }
            // One that takes everything, but slowly, gives its place to others after each.
            if self.kept.is_slow() {
                return Ok(Duration::ZERO);
            }
        }
        if slice.is_all && !is_genuine {
            // The old browser has heard of that, and no more is its business.
            return self.end(&record);
        }
        let (reached, to) = (self.kept.record().reached, slice.to.place);
        let step = to.height.get().saturating_sub(after.height.get());
        let is_skipped = slice.events.last().is_some_and(|event| event.id > reached);
        if to > reached && (is_skipped || !slice.is_all || step >= STEP_BLOCKS) {
            self.kept.change(|record| record.reached = record.reached.max(to))?;
        }
        Ok(if slice.is_all { PUSH_IDLE } else { Duration::ZERO })
    }
    /// The events that come next; nothing where the blocks with them are gone, after which it goes on with those that
    /// there are: a member reads the rest in the history.
    fn next(&self, record: &Record) -> Result<Option<Slice>, Failure> {
        let genesis = self.store.genesis();
        let network = genesis.network();
        let Ok(account) = record.account.to_canonical(network) else {
            self.end(record)?;
            return Ok(None);
        };
        let of = Subject::Account(account);
        let asked = Subscription { of, types: record.types(), genesis: genesis.chain_id().tag(), network };
        // Whoever has subscribed may read all of the account's history.
        match read((&self.store, &self.decoded), &Caller::Auditor, &asked, Reached::at(record.reached)) {
            Err(failure) if failure.first_height().is_some() => {
                let tip = EventPlace::end_of(self.store.tip().height);
                self.kept.change(|record| record.reached = tip)?;
                Ok(None)
            }
            slice => slice,
        }
    }
    /// Tells whether the key that has subscribed still signs for the account.
    fn is_genuine(&self, record: &Record) -> Result<bool, Failure> {
        let Ok(account) = record.account.to_canonical(self.store.genesis().network()) else { return Ok(false) };
        let reader = Reader { account, public_key: record.public_key };
        Ok(self.store.read(|view| is_genuine(view, &reader))?)
    }
    /// Ends the subscription, unless it was renewed since it was looked at.
    fn end(&self, looked_at: &Record) -> Result<Duration, Failure> {
        if !self.kept.is_over() {
            self.pushes.remove_if(&self.kept, |now| now.is_of_time_of(looked_at))?;
        }
        Ok(Duration::ZERO)
    }
    /// Pushes an event once; false if it was not taken.
    fn send(&self, record: &Record, event: &Event) -> Result<bool, Failure> {
        let began = Instant::now();
        let attempted = self.post(event, clock::now());
        self.pushes.took(&self.kept, began.elapsed());
        self.pushes.count(attempted);
        match attempted {
            Attempted::Taken => {
                self.kept.change(|record| record.taken(event.id))?;
                return Ok(true);
            }
            Attempted::Gone => {
                self.end(record)?;
                return Ok(false);
            }
            Attempted::Refused => {}
        }
        let mut goes_on = true;
        self.kept.change(|record| {
            record.failures = record.failures.saturating_add(1);
            record.attempts = record.attempts.saturating_add(1);
            let pause = usize::try_from(record.attempts - 1).ok().and_then(|at| self.pauses.get(at));
            match pause {
                Some(pause) => {
                    let ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                    record.next_ms = Some(clock::now().plus_ms(ms));
                }
                None => goes_on = record.give_up(event.id),
            }
        })?;
        if !goes_on {
            self.end(record)?;
        }
        Ok(false)
    }
    /// Sends the message of an event to the push service. Neither the log nor the owner is told the address.
    fn post(&self, event: &Event, now: TimeMs) -> Attempted {
        let record = self.kept.record().clone();
        // What was checked when it came.
        let Some(message) = record.message(event) else { return Attempted::Gone };
        let settings = &self.pushes.settings;
        let request = self
            .pushes
            .agent
            .post(&record.endpoint)
            .header("authorization", settings.key.authorization(&record.service(), &settings.contact, now))
            .header("content-encoding", "aes128gcm")
            .header("content-type", "application/octet-stream")
            .header("ttl", PUSH_TTL_S.to_string())
            .header("urgency", if is_urgent(event) { "high" } else { "normal" });
        match request.send(&message[..]).map(|answer| answer.status()) {
            Ok(status) if status.is_success() => Attempted::Taken,
            Ok(StatusCode::NOT_FOUND | StatusCode::GONE) => Attempted::Gone,
            Ok(status) => {
                tracing::debug!(service = record.service(), %status, "a push service has not taken a push");
                Attempted::Refused
            }
            Err(_) => Attempted::Refused,
        }
    }
}
