//! The webhooks of a gateway: a file for each, and who sends their events.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lojal_types::BrandId;
use lojal_types::api::Attempt;

use super::record::Record;
use crate::kept::{KeptId, KeptRecord};
use crate::limits::{ATTEMPTS_SHOWN, BRAND_WEBHOOKS_MAX, WEBHOOKS_MAX};
use crate::metrics::text::Kind::{Counter, Gauge};
use crate::metrics::text::Text;
use crate::problem::{Failure, Kind};

/// The decisions of a gateway's operator about webhooks.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// The directory where they are kept; made when there is one.
    pub directory: PathBuf,
    /// True if events may go to addresses that not everybody reaches, and without encryption.
    pub allow_private: bool,
}

/// The webhooks of a gateway.
pub(crate) struct Registry {
    pub(crate) settings: WebhookSettings,
    kept: Mutex<BTreeMap<KeptId, Arc<Kept>>>,
    taken: AtomicU64,
    refused: AtomicU64,
}

/// One webhook, and the bell of whoever sends its events.
pub(crate) struct Kept {
    kept: KeptRecord<Record>,
    attempts: Mutex<VecDeque<Attempt>>,
    bell: Mutex<Bell>,
    rung: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Bell {
    is_rung: bool,
    is_over: bool,
}

impl Registry {
    /// Reads those that are kept.
    pub(crate) fn open(settings: WebhookSettings) -> Self {
        let kept = KeptRecord::all_in(&settings.directory, "a webhook");
        let kept = kept.into_iter().map(|kept| (kept.id, Arc::new(Kept::new(kept))));
        Self { settings, kept: Mutex::new(kept.collect()), taken: AtomicU64::new(0), refused: AtomicU64::new(0) }
    }
    /// All of them, in the order of their ids.
    pub(crate) fn all(&self) -> Vec<Arc<Kept>> {
        self.lock().values().cloned().collect()
    }
    /// Those of a brand.
    pub(crate) fn of(&self, brand: BrandId) -> Vec<Arc<Kept>> {
        self.all().into_iter().filter(|kept| kept.record().brand == brand).collect()
    }
    /// One of a brand.
    ///
    /// # Errors
    /// If it has none with this id.
    pub(crate) fn one(&self, brand: BrandId, id: KeptId) -> Result<Arc<Kept>, Failure> {
        let kept = self.lock().get(&id).cloned().filter(|kept| kept.record().brand == brand);
        kept.ok_or_else(|| Failure::new(Kind::UnknownWebhook, "the brand has no webhook with this id at this gateway"))
    }
    /// Keeps a new one, on the disk before this returns.
    ///
    /// # Errors
    /// When there are too many, or it can't be written.
    pub(crate) fn add(&self, record: Record) -> Result<Arc<Kept>, Failure> {
        let mut all = self.lock();
        let own = all.values().filter(|kept| kept.record().brand == record.brand).count();
        if own >= BRAND_WEBHOOKS_MAX || all.len() >= WEBHOOKS_MAX {
            let detail = format!(
                "a brand has at most {BRAND_WEBHOOKS_MAX} webhooks at a gateway, and a gateway {WEBHOOKS_MAX}: remove \
                 one, or use another gateway"
            );
            return Err(Failure::new(Kind::TooManyWebhooks, detail));
        }
        let directory = &self.settings.directory;
        let kept = fs::create_dir_all(directory).and_then(|()| KeptRecord::create(directory, record));
        let kept = Arc::new(Kept::new(kept.map_err(|error| unwritable(&error))?));
        all.insert(kept.id(), kept.clone());
        Ok(kept)
    }
    /// Forgets one; nothing is sent to it any more.
    ///
    /// # Errors
    /// When its file can't be removed.
    pub(crate) fn remove(&self, kept: &Kept) -> Result<(), Failure> {
        let mut all = self.lock();
        kept.kept.delete().map_err(|error| unwritable(&error))?;
        all.remove(&kept.id());
        kept.end();
        Ok(())
    }
    /// Ends all sending.
    pub(crate) fn close(&self) {
        self.all().iter().for_each(|kept| kept.end());
    }
    /// Counts an attempt.
    pub(crate) fn count(&self, is_taken: bool) {
        let count = if is_taken { &self.taken } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
    }
    /// Writes what is counted.
    pub(crate) fn write(&self, text: &mut Text) {
        let records: Vec<Record> = self.all().iter().map(|kept| kept.record().clone()).collect();
        let number = |is_one: fn(&Record) -> bool| records.iter().filter(|record| is_one(record)).count();
        let name = "lojal_webhooks";
        text.family(Gauge, name, "Webhooks, by whether their receivers take events.");
        text.sample(name, &[("state", "taking")], number(|one| one.is_active && one.failures == 0));
        text.sample(name, &[("state", "failing")], number(|one| one.is_active && one.failures > 0));
        text.sample(name, &[("state", "stopped")], number(|one| !one.is_active));
        let name = "lojal_webhook_attempts_total";
        text.family(Counter, name, "Attempts to send an event to a webhook, by whether it was taken.");
        text.sample(name, &[("result", "taken")], self.taken.load(Ordering::Relaxed));
        text.sample(name, &[("result", "refused")], self.refused.load(Ordering::Relaxed));
        let dead: u64 = records.iter().map(|record| u64::from(record.dead_count)).sum();
        text.single(Gauge, "lojal_webhook_dead_events", "Events that webhooks were not sent in the end.", dead);
        let oldest = records.iter().filter(|one| one.is_active).map(|one| one.reached.height).min();
        if let Some(height) = oldest {
            text.single(
                Gauge,
                "lojal_webhook_height",
                "The block up to which every webhook has been sent all.",
                height,
            );
        }
    }
    fn lock(&self) -> MutexGuard<'_, BTreeMap<KeptId, Arc<Kept>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn new(kept: KeptRecord<Record>) -> Self {
        let (attempts, bell) = (Mutex::default(), Mutex::default());
        Self { kept, attempts, bell, rung: Condvar::new() }
    }
    /// Its id.
    pub(crate) fn id(&self) -> KeptId {
        self.kept.id
    }
    /// The webhook as it is now.
    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.kept.get()
    }
    /// Changes it, on the disk first; nothing is changed if that fails, or if it has been removed.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Record)) -> Result<(), Failure> {
        self.kept.change(|| self.is_over(), change).map_err(|error| unwritable(&error))
    }
    /// The last attempts, the newest first.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
    /// Remembers an attempt.
    pub(crate) fn remember(&self, attempt: Attempt) {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.push_front(attempt);
        attempts.truncate(ATTEMPTS_SHOWN);
    }
    /// Wakes whoever sends: there may be something new.
    pub(crate) fn ring(&self) {
        self.bell().is_rung = true;
        self.rung.notify_all();
    }
    /// Ends the sending.
    fn end(&self) {
        self.bell().is_over = true;
        self.rung.notify_all();
    }
    /// True once the sending is to end.
    pub(crate) fn is_over(&self) -> bool {
        self.bell().is_over
    }
    /// Waits until the bell rings, the sending is to end, or a time is over.
    pub(crate) fn wait(&self, time_max: Duration) {
        let quiet = |bell: &mut Bell| !bell.is_rung && !bell.is_over;
        let waited = self.rung.wait_timeout_while(self.bell(), time_max, quiet);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_rung = false;
    }
    fn bell(&self) -> MutexGuard<'_, Bell> {
        self.bell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unwritable(error: &io::Error) -> Failure {
    tracing::error!(%error, "a webhook can't be written");
    Failure::internal()
}
