//! The sending of a webhook's events, on a thread of its own: one after the other in the order of the ledger, each
//! until it is taken or given up.

use std::sync::Arc;
use std::time::Duration;

use lojal_consensus::clock;
use lojal_store::{Store, Subject};
use lojal_types::TimeMs;
use lojal_types::api::{Attempt, Event, EventPlace};
use ureq::Agent;
use ureq::http::StatusCode;

use super::record::Record;
use super::registry::{Kept, Registry};
use super::signing::signatures;
use crate::decoded::Decoded;
use crate::events::reading::{Reached, read};
use crate::events::subscription::{Subscription, Types};
use crate::limits::{DEAD_IN_A_ROW_MAX, WEBHOOK_IDLE};
use crate::problem::Failure;
use crate::readers::Caller;
use crate::sending::{Pauses, agent};

/// The time that a webhook's sender waits before it looks again at what it couldn't read.
const FAULT_PAUSE: Duration = Duration::from_secs(10);

/// Whoever sends the events of one webhook.
pub(crate) struct Courier {
    pub(crate) store: Store,
    pub(crate) decoded: Decoded,
    pub(crate) registry: Arc<Registry>,
    pub(crate) kept: Arc<Kept>,
    pub(crate) pauses: Pauses,
    /// The longest wait for the receiver.
    pub(crate) patience: Duration,
}

impl Courier {
    /// Sends until the webhook is removed or the gateway stops.
    pub(crate) fn run(self) {
        let agent = agent(self.registry.settings.allow_private, self.patience);
        while !self.kept.is_over() {
            let pause = match self.pause() {
                Some(pause) => pause,
                None => self.go_on(&agent).unwrap_or(FAULT_PAUSE),
            };
            if !pause.is_zero() {
                self.kept.wait(pause);
            }
        }
    }
    /// The time until there may be something to do; none if that is now.
    fn pause(&self) -> Option<Duration> {
        let record = self.kept.record();
        if !record.is_active {
            return Some(WEBHOOK_IDLE);
        }
        let left = record.next_ms?.since_ms(clock::now());
        // A clock that is set back must not stop it for long.
        (left > 0).then(|| Duration::from_millis(left).min(WEBHOOK_IDLE))
    }
    /// Sends the next events; answers with the time until there may be others.
    fn go_on(&self, agent: &Agent) -> Result<Duration, Failure> {
        let (asked, after) = {
            let record = self.kept.record();
            let types: Types = record.types.join("-").parse().unwrap_or_default();
            let genesis = self.store.genesis();
            let (of, network) = (Subject::Brand(record.brand), genesis.network());
            let asked = Subscription { of, types, genesis: genesis.chain_id().tag(), network };
            (asked, record.reached)
        };
        // Whatever the brand's operators may read is the brand's.
        let slice = match read((&self.store, &self.decoded), &Caller::Auditor, &asked, Reached::at(after)) {
            Err(failure) if failure.first_height().is_some() => return self.stop(&failure),
            slice => slice?,
        };
        let Some(slice) = slice else { return Ok(WEBHOOK_IDLE) };
        let mut before = after;
        for event in &slice.events {
            if self.kept.is_over() || !self.send(agent, event, before)? {
                return Ok(Duration::ZERO);
            }
            before = event.id;
        }
        let is_far = slice.to.place.height > after.height;
        if slice.events.is_empty() && is_far && self.kept.record().reached == after {
            // Not for every block: what is looked through again after a crash costs little.
            let step = slice.to.place.height.get() - after.height.get();
            if !slice.is_all || step >= 1_000 {
                self.kept.change(|record| record.reached = slice.to.place)?;
            }
        }
        Ok(if slice.is_all { WEBHOOK_IDLE } else { Duration::ZERO })
    }
    /// Stops at a place from which on this node hasn't all blocks: somebody has to decide where to go on.
    fn stop(&self, failure: &Failure) -> Result<Duration, Failure> {
        let reason = failure.detail();
        tracing::error!(webhook = %self.kept.id(), reason, "a webhook stops: it can't be sent what comes next");
        self.kept.change(|record| record.is_active = false)?;
        Ok(WEBHOOK_IDLE)
    }
    /// Sends an event once, which comes next after a place; false if it was not taken, or another one comes next.
    fn send(&self, agent: &Agent, event: &Event, before: EventPlace) -> Result<bool, Failure> {
        // It may have been told to begin elsewhere meanwhile.
        if self.kept.record().reached != before {
            return Ok(false);
        }
        let now = clock::now();
        let fault = self.post(agent, event, now);
        let attempt =
            Attempt { event: event.id, kind: event.kind.clone(), time_ms: now, fault: fault.clone().map(|one| one.0) };
        self.kept.remember(attempt.clone());
        self.registry.count(fault.is_none());
        let Some((_, is_gone)) = fault else {
            let is_next = |record: &Record| record.reached == before;
            self.kept.change(|record| {
                if is_next(record) {
                    record.taken(event.id)
                }
            })?;
            return Ok(self.kept.record().reached == event.id);
        };
        self.kept.change(|record| {
            if record.reached != before {
                return;
            }
            record.failures = record.failures.saturating_add(1);
            record.attempts = record.attempts.saturating_add(1);
            let pause = usize::try_from(record.attempts - 1).ok().and_then(|at| self.pauses.get(at));
            match pause {
                _ if is_gone => record.is_active = false,
                Some(pause) => {
                    let ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                    record.next_ms = Some(clock::now().plus_ms(ms));
                }
                None => {
                    record.give_up(attempt);
                    record.is_active = record.dead_in_a_row < DEAD_IN_A_ROW_MAX;
                }
            }
        })?;
        Ok(false)
    }
    /// The reason for which a receiver hasn't taken an event, and whether it wants no more; nothing if it has.
    fn post(&self, agent: &Agent, event: &Event, now: TimeMs) -> Option<(String, bool)> {
        let body = serde_json::to_string(event).expect("an event has a JSON form");
        let (url, header, seconds) = {
            let record = self.kept.record();
            let seconds = now.get() / 1_000;
            let header = signatures(&record.secrets(now), &record.key(), &event.id.to_string(), seconds, &body);
            (record.url.clone(), header, seconds)
        };
        let request = agent
            .post(&url)
            .header("content-type", "application/cloudevents+json")
            .header("webhook-id", event.id.to_string())
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", header);
        match request.send(&body) {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) if answer.status() == StatusCode::GONE => {
                Some(("it answered 410: it wants no more".into(), true))
            }
            Ok(answer) if answer.status().is_redirection() => {
                Some((format!("it answered {}, which leads elsewhere: register that", answer.status().as_u16()), false))
            }
            Ok(answer) => Some((format!("it answered {}", answer.status().as_u16()), false)),
            Err(error) => Some((error.to_string(), false)),
        }
    }
}
