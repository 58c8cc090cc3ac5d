//! Notices that this node needs blocks which the others keep no more (docs/adr/0075).
//!
//! A single peer can claim anything, so its claim of where its blocks begin counts once more than a third of the voting
//! power begins as late. Somebody else may have the blocks still; then they come, and the last block of this node moves
//! on. Only if it doesn't for [`FAR_BEHIND_AFTER`] there is nothing to wait for.

use lojal_store::Store;
use lojal_types::{Height, ValidatorSet};
use thiserror::Error;
use tokio::time::Instant;

use crate::limits::{FAR_BEHIND_AFTER, FAR_BEHIND_INTERVAL};
use crate::outlook::Outlooks;
use crate::progress::Progress;

/// A node that needs blocks which nobody gives it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "this node needs block {next}, which validators with more than a third of the power keep no more: their blocks \
     begin with {first} or later"
)]
pub struct FarBehind {
    /// The block that it needs.
    pub next: Height,
    /// The block with which those of more than a third of the power begin, or a later one.
    pub first: Height,
    /// The validators of now, as far as they are known.
    pub validators: ValidatorSet,
}

/// The parts of a node by which this is noticed.
pub(crate) struct Lookout {
    pub(crate) store: Store,
    pub(crate) progress: Progress,
    pub(crate) outlooks: Outlooks,
}

/// The facts known at one moment.
struct Heard {
    /// The last block of this node.
    tip: Height,
    /// The height that more than a third of the power works on, or a peer has proven to be worked on.
    others_work_on: Height,
    /// The height that the blocks of more than a third of the power begin with, or a later one.
    others_begin_with: Height,
    /// True if the others have removed this node: they give it nothing.
    is_removed: bool,
}

/// The last block, and since when it has been out of reach of what the others keep.
#[derive(Default)]
struct Watch(Option<(Height, Instant)>);

impl Lookout {
    /// Waits until this node is too far behind to catch up by blocks.
    pub(crate) async fn far_behind(&self) -> FarBehind {
        let (mut watch, mut interval) = (Watch::default(), tokio::time::interval(FAR_BEHIND_INTERVAL));
        loop {
            let now = interval.tick().await;
            let (heard, validators) = self.hear();
            if watch.judge(&heard, now) {
                return FarBehind { next: heard.tip.next(), first: heard.others_begin_with, validators };
            }
        }
    }

    /// The facts, and the validators of now: those of the outlook, if there is one.
    fn hear(&self) -> (Heard, ValidatorSet) {
        let view = self.store.view();
        let tip = view.tip().height;
        let outlook = self.outlooks.beyond(tip);
        let is_removed = outlook.as_ref().is_some_and(|outlook| outlook.removed.is_some());
        let proven = outlook.as_ref().map_or(Height::GENESIS, |outlook| outlook.height.next());
        let validators = outlook.map_or_else(|| view.validators().clone(), |outlook| outlook.validators);
        let heard = Heard {
            tip,
            others_work_on: self.progress.others_work_on(&validators).max(proven),
            others_begin_with: self.progress.others_begin_with(&validators),
            is_removed,
        };
        (heard, validators)
    }
}

impl Watch {
    /// True if nothing is left to wait for.
    fn judge(&mut self, heard: &Heard, now: Instant) -> bool {
        let next = heard.tip.next();
        if heard.is_removed || heard.others_work_on <= next || heard.others_begin_with <= next {
            self.0 = None;
            return false;
        }
        match self.0 {
            Some((tip, since)) if tip == heard.tip => now.duration_since(since) >= FAR_BEHIND_AFTER,
            _ => {
                self.0 = Some((heard.tip, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fixture::{peer, validators};

    const TIP: u64 = 100;

    /// The facts that a node hears of the other three of four, each with the first and the last of its blocks.
    fn heard(tip: u64, others: &[(u64, u64)]) -> Heard {
        let (progress, four) = (Progress::default(), validators(4));
        for (number, (first, last)) in (0..).zip(others) {
            progress.has_blocks(peer(number), Height::new(*first), Height::new(*last));
        }
        Heard {
            tip: Height::new(tip),
            others_work_on: progress.others_work_on(&four),
            others_begin_with: progress.others_begin_with(&four),
            is_removed: false,
        }
    }

    /// True if a node is far behind that hears the same for so long.
    fn is_far_behind(heard: &Heard, time: Duration) -> bool {
        let (mut watch, start) = (Watch::default(), Instant::now());
        assert!(!watch.judge(heard, start), "never at once");
        watch.judge(heard, start + time)
    }

    #[test]
    fn a_node_is_far_behind_once_nothing_has_come_for_the_whole_time_and_others_begin_later() {
        let pruned = heard(TIP, &[(500, 900), (500, 900), (500, 900)]);
        assert!(!is_far_behind(&pruned, FAR_BEHIND_AFTER - Duration::from_millis(1)));
        assert!(is_far_behind(&pruned, FAR_BEHIND_AFTER));
    }

    #[test]
    fn a_node_whose_peers_have_the_next_block_is_never_far_behind() {
        let exactly = heard(TIP, &[(TIP + 1, 900), (TIP + 1, 900), (TIP + 1, 900)]);
        assert!(!is_far_behind(&exactly, 10 * FAR_BEHIND_AFTER));
        assert!(is_far_behind(&heard(TIP - 1, &[(TIP + 1, 900), (TIP + 1, 900)]), FAR_BEHIND_AFTER));
    }

    #[test]
    fn one_of_four_that_lies_about_its_first_block_neither_causes_it_nor_holds_it_up() {
        assert!(!is_far_behind(&heard(TIP, &[(u64::MAX, 900), (1, 900), (1, 900)]), 10 * FAR_BEHIND_AFTER));
        assert!(is_far_behind(&heard(TIP, &[(1, 900), (500, 900), (500, 900)]), FAR_BEHIND_AFTER));
    }

    #[test]
    fn one_of_four_that_lies_about_its_last_block_does_not_cause_it() {
        let one_ahead = heard(TIP, &[(500, u64::MAX - 1), (500, TIP), (500, TIP)]);
        assert!(!is_far_behind(&one_ahead, 10 * FAR_BEHIND_AFTER));
    }

    #[test]
    fn as_long_as_blocks_come_a_node_waits_for_the_rest() {
        let (mut watch, start) = (Watch::default(), Instant::now());
        for step in 0..10_u32 {
            let heard = heard(TIP + u64::from(step), &[(500, 900), (500, 900), (1, 900)]);
            assert!(!watch.judge(&heard, start + step * (FAR_BEHIND_AFTER - Duration::from_secs(1))));
        }
    }

    #[test]
    fn a_node_that_was_removed_is_given_nothing_and_waits_for_nothing() {
        let removed = Heard { is_removed: true, ..heard(TIP, &[(500, 900), (500, 900), (500, 900)]) };
        assert!(!is_far_behind(&removed, 10 * FAR_BEHIND_AFTER));
    }

    #[test]
    fn those_who_say_no_more_that_they_gave_up_the_block_are_believed() {
        let progress = Progress::default();
        for first in [500, 1] {
            (0..3).for_each(|number| progress.has_blocks(peer(number), Height::new(first), Height::new(900)));
        }
        assert_eq!(progress.others_begin_with(&validators(4)), Height::new(1));
    }
}
