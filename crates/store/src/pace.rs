//! The pace of a checkpoint: it takes most of the time until the next one is due for its work, a little at a time,
//! instead of a processor and the disk at once.
//!
//! The log tells the time: as much as it has grown of what makes the next checkpoint due, so much of the work may have
//! been done. Where it hardly grows, the clock tells. What turns out to be more work than was known is done faster and
//! faster, and at once when somebody waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::StoreError;
use crate::limits::{CHECKPOINT_NICE, PACE_BESIDE_BYTES, PACE_LATE_MAX, PACE_PAUSE, PACE_PER_CENT, PACE_STATE_BYTES};
use crate::log::writer::LogCounters;

/// The pace of one checkpoint.
pub(crate) struct Pace {
    clock: Option<PaceClock>,
    is_stopped: AtomicBool,
    /// Bytes to write, as far as that is known.
    planned: AtomicU64,
    done: AtomicU64,
    /// Those of the done ones that say nothing about the next checkpoint.
    aside: AtomicU64,
}

/// The time until the next checkpoint is due.
struct PaceClock {
    log: Arc<LogCounters>,
    /// The bytes of the log at the beginning, and by how many more the next one is due.
    log_bytes: u64,
    due_bytes: u64,
    begun: Instant,
    due_after: Duration,
    waiting: Arc<AtomicU32>,
}

impl Pace {
    /// As fast as it goes.
    pub(crate) fn at_once() -> Self {
        let none = || AtomicU64::new(0);
        Self { clock: None, is_stopped: AtomicBool::new(false), planned: none(), done: none(), aside: none() }
    }

    /// Steady until the next checkpoint is due, by bytes of log or by time; as fast as it goes while some wait for it.
    pub(crate) fn steady(
        log: &Arc<LogCounters>,
        (due_bytes, due_after): (u64, Duration),
        waiting: &Arc<AtomicU32>,
    ) -> Self {
        let clock = PaceClock {
            log: Arc::clone(log),
            log_bytes: log.bytes.load(Ordering::Relaxed),
            due_bytes: due_bytes.max(1),
            begun: Instant::now(),
            due_after,
            waiting: Arc::clone(waiting),
        };
        Self { clock: Some(clock), ..Self::at_once() }
    }

    /// The pace of so many bytes of work beside this and later checkpoints; none if everything has to be done at once.
    pub(crate) fn beside(&self, bytes: u64) -> Option<Self> {
        let clock = self.clock.as_ref()?;
        let due_bytes = (bytes / PACE_BESIDE_BYTES).max(1);
        let checkpoints = u32::try_from(due_bytes / clock.due_bytes).unwrap_or(u32::MAX).saturating_add(1);
        // Whoever waits for a checkpoint doesn't wait for this.
        let pace = Self::steady(&clock.log, (due_bytes, clock.due_after.saturating_mul(checkpoints)), &Arc::default());
        pace.plan(bytes);
        Some(pace)
    }

    /// Notes that so many more bytes will have to be written.
    pub(crate) fn plan(&self, bytes: u64) {
        self.planned.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes that so many bytes at least have still to be written.
    pub(crate) fn plan_at_least(&self, bytes: u64) {
        self.planned.fetch_max(self.done().saturating_add(bytes), Ordering::Relaxed);
    }

    /// True unless everything is done at once.
    pub(crate) fn is_paced(&self) -> bool {
        self.clock.is_some()
    }

    /// Does work whose bytes say nothing about the next checkpoint.
    pub(crate) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.done();
        let worked = work();
        self.aside.fetch_add(self.done().saturating_sub(before), Ordering::Relaxed);
        worked
    }

    /// Notes that so many bytes have been written, and pauses if that is early.
    ///
    /// # Errors
    /// When the work has been given up.
    pub(crate) fn did(&self, bytes: u64) -> Result<(), StoreError> {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        while !self.is_stopped.load(Ordering::Relaxed) {
            if !self.is_early(done) {
                return Ok(());
            }
            thread::sleep(PACE_PAUSE);
        }
        Err(StoreError::Closed)
    }

    /// True if so many bytes are more than may be done by now.
    fn is_early(&self, done: u64) -> bool {
        let allowed = self.clock.as_ref().and_then(|clock| clock.allowed(self.planned.load(Ordering::Relaxed)));
        allowed.is_some_and(|allowed| done > allowed)
    }

    /// Gives the work up.
    pub(crate) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    /// The bytes that have been written.
    fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// The bytes that have been written, and of which the next checkpoint will have to write about as many.
    pub(crate) fn regular(&self) -> u64 {
        self.done().saturating_sub(self.aside.load(Ordering::Relaxed))
    }
}

impl PaceClock {
    /// The bytes that may be done by now; none if any number.
    fn allowed(&self, planned: u64) -> Option<u64> {
        if self.waiting.load(Ordering::Relaxed) > 0 { None } else { allowed(planned, self.per_cent()) }
    }

    /// The time that has passed, in hundredths of per cent of the time that the work should take.
    fn per_cent(&self) -> u64 {
        let grown = self.log.bytes.load(Ordering::Relaxed).saturating_sub(self.log_bytes);
        let by_log = u128::from(grown) * 1_000_000 / u128::from(self.due_bytes);
        let by_time = self.begun.elapsed().as_micros() * 10_000 / self.due_after.as_micros().max(1);
        u64::try_from(by_time.max(by_log / u128::from(PACE_PER_CENT))).unwrap_or(u64::MAX)
    }
}

/// The bytes that may be done when so much of the time has passed, in hundredths of per cent; none if it is late.
fn allowed(planned: u64, passed: u64) -> Option<u64> {
    const WHOLE: u128 = 10_000;
    let passed = u128::from(passed);
    if passed >= WHOLE * u128::from(PACE_LATE_MAX) {
        return None;
    }
    // Faster and faster once everything should be done.
    let passed = passed * passed.max(WHOLE) / WHOLE;
    Some(u64::try_from(u128::from(planned) * passed / WHOLE).unwrap_or(u64::MAX))
}

/// Lowers the priority of the thread that calls it below that of the process's first one, where threads have priorities
/// of their own. Without that it is only less polite.
pub(crate) fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = lower_priority() {
        tracing::debug!(%error, "a thread of the store's keeps its priority");
    }
}

/// A thread begins with the priority of the one that starts it, so it is not lowered by so much but to so much.
#[cfg(target_os = "linux")]
fn lower_priority() -> rustix::io::Result<()> {
    use rustix::process::{getpid, getpriority_process, setpriority_process};
    setpriority_process(None, getpriority_process(Some(getpid()))?.saturating_add(CHECKPOINT_NICE))
}

/// The bytes that the state takes in a checkpoint for so many bytes of blocks: what one took tells about the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StateRate {
    state_bytes: u64,
    block_bytes: u64,
}

impl StateRate {
    /// Nothing is known yet.
    pub(crate) const UNKNOWN: Self = Self { state_bytes: PACE_STATE_BYTES, block_bytes: 1 };

    /// A checkpoint's.
    pub(crate) fn new(state_bytes: u64, block_bytes: u64) -> Self {
        Self { state_bytes, block_bytes: block_bytes.max(1) }
    }

    /// The bytes that so many bytes of blocks will take.
    pub(crate) fn of(&self, block_bytes: u64) -> u64 {
        let bytes = u128::from(self.state_bytes) * u128::from(block_bytes) / u128::from(self.block_bytes);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_as_time_passes_then_faster_and_at_last_at_once() {
        let allowed = |passed| allowed(1_000, passed);
        assert_eq!([0, 100, 5_000, 10_000].map(allowed), [Some(0), Some(10), Some(500), Some(1_000)]);
        assert_eq!([15_000, 20_000].map(allowed), [Some(2_250), Some(4_000)]);
        assert_eq!(allowed(10_000 * PACE_LATE_MAX), None);
        assert_eq!(super::allowed(u64::MAX, 20_000), Some(u64::MAX));
    }

    fn steady(log: &Arc<LogCounters>, waiting: &Arc<AtomicU32>) -> Pace {
        log.bytes.store(77, Ordering::Relaxed);
        Pace::steady(log, (1_000, Duration::from_secs(3_600)), waiting)
    }

    #[test]
    fn the_growth_of_the_log_tells_the_time() {
        let (log, waiting) = (Arc::default(), Arc::default());
        let pace = steady(&log, &waiting);
        let clock = pace.clock.as_ref().expect("it has one");
        log.bytes.store(77 + 10 * PACE_PER_CENT, Ordering::Relaxed);
        assert_eq!(clock.per_cent(), 10_000);
    }

    #[test]
    fn work_that_is_early_waits_until_the_log_has_grown_or_it_is_given_up() {
        let (log, waiting) = (Arc::default(), Arc::default());
        let half = 77 + 5 * PACE_PER_CENT;
        for is_given_up in [false, true] {
            let pace = steady(&log, &waiting);
            pace.plan(1_000);
            let done = thread::scope(|scope| {
                let worker = scope.spawn(|| {
                    let done = pace.did(500);
                    assert!(done.is_err() || !pace.is_early(500), "it has waited long enough");
                    done
                });
                while pace.done() < 500 {
                    thread::yield_now();
                }
                log.bytes.store(half - 1, Ordering::Relaxed);
                for _ in 0..1_000 {
                    assert!(pace.is_early(500) && !worker.is_finished(), "it waits");
                    thread::yield_now();
                }
                if is_given_up {
                    pace.stop()
                } else {
                    log.bytes.store(half, Ordering::Relaxed)
                }
                worker.join().expect("it ends")
            });
            assert!(matches!((is_given_up, done), (false, Ok(())) | (true, Err(StoreError::Closed))));
        }
    }

    #[test]
    fn what_is_planned_is_never_less_than_is_known_to_be_left_and_work_aside_tells_nothing_of_the_next_checkpoint() {
        let pace = Pace::at_once();
        pace.plan(100);
        pace.did(60).expect("nobody gives it up");
        pace.plan_at_least(30);
        assert_eq!(pace.planned.load(Ordering::Relaxed), 100);
        pace.aside(|| pace.did(25)).expect("nobody gives it up");
        pace.plan_at_least(30);
        assert_eq!(pace.planned.load(Ordering::Relaxed), 115);
        assert_eq!((pace.done(), pace.regular()), (85, 60));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_gives_way_is_no_less_nice_than_one_that_it_starts() {
        let nice = || {
            give_way();
            rustix::process::getpriority_process(None).expect("threads have priorities")
        };
        let (outer, inner) = thread::scope(|scope| {
            let outer = scope.spawn(|| (nice(), thread::scope(|scope| scope.spawn(nice).join().expect("it ends"))));
            outer.join().expect("it ends")
        });
        let first = rustix::process::getpriority_process(Some(rustix::process::getpid())).expect("it has one, too");
        assert_eq!([outer, inner], [(first + CHECKPOINT_NICE).min(19); 2]);
    }

    #[test]
    fn nothing_waits_that_somebody_waits_for_or_that_is_late_or_has_no_pace() {
        let (log, waiting) = (Arc::default(), Arc::new(AtomicU32::new(1)));
        let pace = steady(&log, &waiting);
        pace.plan(10);
        pace.did(1_000_000).expect("nobody gives it up");
        waiting.store(0, Ordering::Relaxed);
        log.bytes.store(1_000 * PACE_LATE_MAX, Ordering::Relaxed);
        pace.did(1_000_000).expect("nobody gives it up");
        assert_eq!(pace.done(), 2_000_000);
        Pace::at_once().did(1).expect("nobody gives it up");
    }

    #[test]
    fn work_beside_checkpoints_has_a_pace_of_its_own_and_ends_when_it_is_given_up() {
        assert!(Pace::at_once().beside(1).is_none());
        let (log, waiting) = (Arc::default(), Arc::new(AtomicU32::new(1)));
        let beside = steady(&log, &waiting).beside(9_000 * PACE_BESIDE_BYTES).expect("it isn't at once");
        let clock = beside.clock.as_ref().expect("it has one");
        assert_eq!((clock.due_bytes, clock.due_after), (9_000, Duration::from_secs(36_000)));
        beside.stop();
        assert!(matches!(beside.did(5_000), Err(StoreError::Closed)));
    }
}
