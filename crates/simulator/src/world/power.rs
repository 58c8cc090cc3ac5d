//! Power cuts in the middle of what a machine does with its disk.

use std::time::Duration;

use lojal_store::Faults;

use super::World;
use crate::schedule::IndexLeft;

/// The time from a power cut until the machine starts again.
const DARK_MS: u64 = 400;

impl World {
    /// The power of a machine is going to be cut: after so many changes of its disk from now on, and at each start
    /// after that, after the next number of them.
    pub fn cut_power_after(&self, number: usize, changes: &[u32], index: IndexLeft) {
        let mut place = self.place(number);
        place.cuts = changes.iter().copied().collect();
        place.index_left = index;
        place.arm();
    }

    /// The power is not going to be cut any more.
    pub fn power_stays(&self, number: usize) {
        let mut place = self.place(number);
        place.cuts.clear();
        let faults = place.disk.faults();
        if !faults.power_is_off {
            place.disk.set_faults(Faults { power_fails_after: None, ..faults });
        }
    }

    /// True if what failed on a machine failed for lack of power: it starts again soon, with what the cut has left.
    pub(super) fn power_went(&self, number: usize) -> bool {
        {
            let place = self.place(number);
            if place.is_held_down || !place.disk.faults().power_is_off {
                return false;
            }
        }
        let (world, at_ms) = (self.clone(), self.now_ms());
        self.hub().trace("power cut", &[number as u64], &[]);
        tracing::info!(number, at_ms, "power cut");
        self.history().cuts += 1;
        tokio::spawn(async move {
            world.crash(number).await;
            tokio::time::sleep(Duration::from_millis(DARK_MS)).await;
            let index = world.place(number).index_left;
            world.after_crash(number, index).expect("the directory of the run can be written");
            world.place(number).arm();
            Box::pin(world.start(number)).await;
        });
        true
    }
}

impl super::Place {
    /// The next power cut comes after the next number of changes.
    fn arm(&mut self) {
        if let Some(changes) = self.cuts.pop_front() {
            self.disk.set_faults(Faults { power_fails_after: Some(changes), ..self.disk.faults() });
        }
    }
}
