//! The subscriptions of a gateway: a file for each.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lojal_types::AddressText;
use tokio::sync::{Notify, Semaphore};
use ureq::Agent;

use super::record::Record;
use super::vapid::VapidKey;
use crate::kept::{KeptId, KeptRecord};
use crate::limits::{ACCOUNT_PUSHES_MAX, PUSH_AGAIN_MAX, PUSH_SLOW_PART, PUSH_WORK_MAX, PUSHES_MAX};
use crate::metrics::text::Kind::{Counter, Gauge};
use crate::metrics::text::Text;
use crate::problem::{Failure, Kind};
use crate::sending::agent;

/// The decisions of a gateway's operator about pushes.
#[derive(Clone, Debug)]
pub struct PushSettings {
    /// The directory where subscriptions are kept, and the key.
    pub directory: PathBuf,
    /// The address at which whoever runs a push service reaches the operator: `mailto:` or `https:`.
    pub contact: String,
    /// The key by which push services know the gateway.
    pub key: VapidKey,
    /// True if pushes may go to addresses that not everybody reaches, and without encryption.
    pub allow_private: bool,
}

/// The end of an attempt to push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempted {
    /// The service has taken it.
    Taken,
    /// It hasn't.
    Refused,
    /// The browser isn't there any more.
    Gone,
}

/// The subscriptions of a gateway.
pub(crate) struct Pushes {
    pub(crate) settings: PushSettings,
    pub(crate) agent: Agent,
    kept: Mutex<BTreeMap<KeptId, Arc<Kept>>>,
    /// The time from which on a service takes long to answer.
    slow: Duration,
    /// Places for sending to services that have taken the push before at once, and to those that haven't.
    work: Arc<Semaphore>,
    again: Arc<Semaphore>,
    taken: AtomicU64,
    refused: AtomicU64,
    gone: AtomicU64,
}

/// One subscription, and whether it is over.
pub(crate) struct Kept {
    kept: KeptRecord<Record>,
    is_over: AtomicBool,
    /// True if its service took long the last time.
    is_slow: AtomicBool,
    changed: Notify,
}

impl Pushes {
    /// Reads those that are kept.
    pub(crate) fn open(settings: PushSettings, patience: Duration) -> Self {
        let kept = KeptRecord::all_in(&settings.directory, "a subscription of pushes");
        let kept = kept.into_iter().map(|kept| (kept.id, Arc::new(Kept::new(kept))));
        Self {
            agent: agent(settings.allow_private, patience),
            slow: patience / PUSH_SLOW_PART,
            settings,
            kept: Mutex::new(kept.collect()),
            work: Arc::new(Semaphore::new(PUSH_WORK_MAX)),
            again: Arc::new(Semaphore::new(PUSH_AGAIN_MAX)),
            taken: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            gone: AtomicU64::new(0),
        }
    }
    /// All of them, in the order of their ids.
    pub(crate) fn all(&self) -> Vec<Arc<Kept>> {
        self.lock().values().cloned().collect()
    }
    /// Those of an account.
    pub(crate) fn of(&self, account: AddressText) -> Vec<Arc<Kept>> {
        self.all().into_iter().filter(|kept| kept.record().account == account).collect()
    }
    /// One of an account.
    ///
    /// # Errors
    /// If it has none with this id.
    pub(crate) fn one(&self, account: AddressText, id: KeptId) -> Result<Arc<Kept>, Failure> {
        let kept = self.lock().get(&id).cloned().filter(|kept| kept.record().account == account);
        kept.ok_or_else(|| {
            Failure::new(Kind::UnknownPush, "the account has no subscription with this id at this gateway")
        })
    }
    /// Keeps a new one, or renews that of the same browser, on the disk before this returns. Tells whether it is new.
    ///
    /// # Errors
    /// When there are too many, or it can't be written.
    pub(crate) fn add(&self, record: Record) -> Result<(Arc<Kept>, bool), Failure> {
        let mut all = self.lock();
        let own: Vec<&Arc<Kept>> = all.values().filter(|kept| kept.record().account == record.account).collect();
        if let Some(kept) = own.iter().find(|kept| kept.record().endpoint == record.endpoint) {
            kept.change(|earlier| *earlier = record.renewing(earlier))?;
            kept.changed.notify_one();
            return Ok(((*kept).clone(), false));
        }
        if own.len() >= ACCOUNT_PUSHES_MAX || all.len() >= PUSHES_MAX {
            let detail = format!(
                "an account has at most {ACCOUNT_PUSHES_MAX} subscriptions at a gateway, and a gateway {PUSHES_MAX}: \
                 remove that of a browser that you no longer use, or use another gateway"
            );
            return Err(Failure::new(Kind::TooManyPushes, detail));
        }
        let directory = &self.settings.directory;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        let kept = made.and_then(|()| KeptRecord::create(directory, record)).map_err(|error| unwritable(&error))?;
        let kept = Arc::new(Kept::new(kept));
        all.insert(kept.id(), kept.clone());
        Ok((kept, true))
    }
    /// Forgets one; nothing is pushed to it any more.
    ///
    /// # Errors
    /// When its file can't be removed.
    pub(crate) fn remove(&self, kept: &Kept) -> Result<(), Failure> {
        self.remove_if(kept, |_| true)
    }
    /// Forgets one of which something is true.
    ///
    /// # Errors
    /// When its file can't be removed.
    pub(crate) fn remove_if(&self, kept: &Kept, is_meant: impl FnOnce(&Record) -> bool) -> Result<(), Failure> {
        let mut all = self.lock();
        // Whoever changes it holds its record, and finds it over afterwards.
        let record = kept.record();
        if !is_meant(&record) {
            return Ok(());
        }
        match kept.kept.delete() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&error)),
            _ => {}
        }
        all.remove(&kept.id());
        kept.end();
        Ok(())
    }
    /// Ends all sending.
    pub(crate) fn close(&self) {
        self.all().iter().for_each(|kept| kept.end());
    }
    /// The places for whoever pushes to one.
    pub(crate) fn places(&self, kept: &Kept) -> Arc<Semaphore> {
        let holds_up = kept.is_slow() || kept.record().failures > 0;
        if holds_up { self.again.clone() } else { self.work.clone() }
    }
    /// Notes how long the service of one took for an answer.
    pub(crate) fn took(&self, kept: &Kept, time: Duration) {
        kept.is_slow.store(time >= self.slow, Ordering::SeqCst);
    }
    /// Counts an attempt.
    pub(crate) fn count(&self, attempted: Attempted) {
        let count = match attempted {
            Attempted::Taken => &self.taken,
            Attempted::Refused => &self.refused,
            Attempted::Gone => &self.gone,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
    /// Writes what is counted.
    pub(crate) fn write(&self, text: &mut Text) {
        let failing = self.all().iter().filter(|kept| kept.record().failures > 0).count();
        let name = "lojal_pushes";
        text.family(Gauge, name, "Subscriptions of pushes, by whether their services take them.");
        text.sample(name, &[("state", "taking")], self.lock().len().saturating_sub(failing));
        text.sample(name, &[("state", "failing")], failing);
        let name = "lojal_push_attempts_total";
        text.family(Counter, name, "Attempts to push an event, by what the push service said.");
        for (result, count) in [("taken", &self.taken), ("refused", &self.refused), ("gone", &self.gone)] {
            text.sample(name, &[("result", result)], count.load(Ordering::Relaxed));
        }
    }
    fn lock(&self) -> MutexGuard<'_, BTreeMap<KeptId, Arc<Kept>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn new(kept: KeptRecord<Record>) -> Self {
        Self { kept, is_over: AtomicBool::new(false), is_slow: AtomicBool::new(false), changed: Notify::new() }
    }
    /// Its id.
    pub(crate) fn id(&self) -> KeptId {
        self.kept.id
    }
    /// The subscription as it is now.
    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.kept.get()
    }
    /// Changes it, on the disk first; nothing is changed if that fails, or if it is over.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Record)) -> Result<(), Failure> {
        self.kept.change(|| self.is_over(), change).map_err(|error| unwritable(&error))
    }
    /// Waits until somebody else has changed or ended it.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }
    /// True once nothing is to be pushed any more.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
    /// True if its service took long the last time: whoever pushes to it has a place among those that hold nobody up.
    pub(crate) fn is_slow(&self) -> bool {
        self.is_slow.load(Ordering::SeqCst)
    }
    fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.changed.notify_one();
    }
}

fn unwritable(error: &io::Error) -> Failure {
    tracing::error!(%error, "a subscription of pushes can't be written");
    Failure::internal()
}

#[cfg(test)]
mod tests {
    use lojal_types::api::{EventPlace, NewPush};
    use lojal_types::{Height, KeyPair, NetworkKind, TimeMs};

    use super::*;

    fn record(signer: u8) -> Record {
        let account = KeyPair::from_seed(&[1; 32]).address().to_text(NetworkKind::Test);
        let new = NewPush {
            endpoint: "https://push.example.org/x".into(),
            p256dh: String::new(),
            auth: String::new(),
            types: Vec::new(),
        };
        let key = KeyPair::from_seed(&[signer; 32]).public_key();
        Record::new((account, key), new, EventPlace::end_of(Height::GENESIS), TimeMs::default())
    }

    fn open() -> (tempfile::TempDir, Pushes) {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let directory = parent.path().join("push");
        let (contact, key) = ("mailto:ops@example.org".into(), VapidKey::open(&directory).expect("the disk works"));
        let settings = PushSettings { directory, contact, key, allow_private: true };
        (parent, Pushes::open(settings, Duration::from_secs(8)))
    }

    #[test]
    fn a_service_that_takes_long_has_no_place_of_those_that_do_not() {
        let (_parent, pushes) = open();
        let (kept, _) = pushes.add(record(1)).expect("written");
        let is_among_quick = || Arc::ptr_eq(&pushes.places(&kept), &pushes.work);
        assert!(is_among_quick());
        pushes.took(&kept, Duration::from_secs(1));
        assert!(kept.is_slow() && !is_among_quick());
        pushes.took(&kept, Duration::from_millis(999));
        assert!(!kept.is_slow() && is_among_quick());
        kept.change(|record| record.failures = 1).expect("written");
        assert!(!is_among_quick());
    }

    #[test]
    fn one_that_was_renewed_with_another_key_does_not_end_with_the_old_key() {
        let (_parent, pushes) = open();
        let (kept, _) = pushes.add(record(1)).expect("written");
        let looked_at = kept.record().clone();
        let (renewed, is_new) = pushes.add(record(77)).expect("written");
        assert!(!is_new && Arc::ptr_eq(&kept, &renewed));
        pushes.remove_if(&kept, |now| now.is_of_time_of(&looked_at)).expect("the disk works");
        assert!(!kept.is_over() && pushes.all().len() == 1);
        let looked_at = kept.record().clone();
        pushes.remove_if(&kept, |now| now.is_of_time_of(&looked_at)).expect("the disk works");
        assert!(kept.is_over() && pushes.all().is_empty());
    }
}
