//! The judgement whether a follower gets as many blocks as there are.
//!
//! Whoever gives nothing is found out, and whoever gives less than others make: then the distance grows. And whoever
//! keeps it, when it could be caught up with, for [`RELAY_PATIENCE`].

use lojal_types::Height;
use tokio::time::Instant;

use crate::limits::{RELAY_PATIENCE, RELAY_WAIT};

/// A moment, and how far this node and the others were then.
struct Mark {
    at: Instant,
    tip: Height,
    others: Height,
}

/// A watch over what comes while what others say is held back.
pub(super) struct Watch {
    mark: Option<Mark>,
    /// The last time that nothing was lacking.
    level: Instant,
}

/// The judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Blocks come.
    Enough,
    /// No block has come, but only few say that there is one.
    Nothing,
    /// Others have more, and it doesn't come.
    TooLittle,
}

impl Watch {
    pub(super) fn new(now: Instant) -> Self {
        Self { mark: None, level: now }
    }

    /// Begins to watch, unless it does already.
    pub(super) fn begin(&mut self, now: Instant, tip: Height, others: Height) {
        if self.mark.is_none() {
            self.mark = Some(Mark { at: now, tip, others });
            self.level = now;
        }
    }

    /// Watches no more: nothing is lacking.
    pub(super) fn end(&mut self) {
        self.mark = None;
    }

    /// The time of the next judgement, if it watches.
    pub(super) fn until(&self) -> Option<Instant> {
        self.mark.as_ref().map(|mark| mark.at + RELAY_WAIT)
    }

    /// Judges what has come since the mark, and sets another one.
    pub(super) fn judge(&mut self, now: Instant, tip: Height, others: Height) -> Outcome {
        let Some(before) = self.mark.replace(Mark { at: now, tip, others }) else { return Outcome::Enough };
        let (has_come, is_level) = (tip > before.tip, tip >= before.others);
        if is_level {
            self.level = now;
            return if has_come { Outcome::Enough } else { Outcome::Nothing };
        }
        let keeps_up = distance(tip, others) <= distance(before.tip, before.others);
        if has_come && keeps_up && now.duration_since(self.level) < RELAY_PATIENCE {
            return Outcome::Enough;
        }
        self.level = now;
        Outcome::TooLittle
    }
}

fn distance(tip: Height, others: Height) -> u64 {
    others.get().saturating_sub(tip.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The judgements of a node that is so far, with the others so far, one pair after the other.
    fn judged(heights: impl IntoIterator<Item = (u64, u64)>) -> Vec<Outcome> {
        let start = Instant::now();
        let mut watch = Watch::new(start);
        let judge = |(number, (tip, others)): (u32, (u64, u64))| {
            let (now, tip, others) = (start + number * RELAY_WAIT, Height::new(tip), Height::new(others));
            if number == 0 {
                watch.begin(now, tip, others);
                return None;
            }
            assert_eq!(watch.until(), Some(now));
            Some(watch.judge(now, tip, others))
        };
        (0..).zip(heights).filter_map(judge).collect()
    }

    #[test]
    fn whoever_has_what_others_had_a_moment_before_has_enough_however_many_they_make_meanwhile() {
        assert_eq!(judged([(10, 12), (12, 30), (30, 31), (31, 500)]), [Outcome::Enough; 3]);
    }

    #[test]
    fn whoever_gets_nothing_while_others_have_more_gets_too_little() {
        assert_eq!(judged([(10, 12), (10, 12)]), [Outcome::TooLittle]);
    }

    #[test]
    fn whoever_gets_less_than_others_make_gets_too_little() {
        assert_eq!(judged([(10, 20), (11, 22)]), [Outcome::TooLittle]);
        assert_eq!(judged([(10, 20), (12, 22)]), [Outcome::Enough], "the distance is the same");
    }

    #[test]
    fn nobody_is_blamed_for_blocks_that_only_few_claim() {
        assert_eq!(judged([(10, 10), (10, 10)]), [Outcome::Nothing]);
    }

    #[test]
    fn whoever_stays_behind_at_the_same_distance_gets_too_little_in_the_end() {
        let moments = RELAY_PATIENCE.as_millis() / RELAY_WAIT.as_millis();
        let judged = judged((0..=moments as u64).map(|moment| (10 + moment, 20 + moment)));
        let (last, before) = judged.split_last().expect("there are some");
        assert!(before.iter().all(|outcome| *outcome == Outcome::Enough), "{before:?}");
        assert_eq!(*last, Outcome::TooLittle);
    }
}
