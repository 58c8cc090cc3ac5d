//! The silence of a validator that may have forgotten what it signed.

mod log;

use std::time::Duration;

use lojal_network::PeerId;
use lojal_store::{Forgotten, Store, StoreError};
use lojal_types::Height;
use tokio::time::Instant;

use crate::limits::{SILENCE_LISTEN, SILENCE_STALLED_MAX};
use crate::progress::Progress;
use crate::workers::Workers;

pub(crate) use log::no_log;

/// How often it is judged whether the silence is over.
const INTERVAL: Duration = Duration::from_millis(200);
/// Blocks by which this node may lag behind the others while it waits for them, and not they for it.
const LAG_MAX: u64 = 2;
/// Blocks that may be due before a silence that the network doesn't need ends; see [`SILENCE_STALLED_MAX`].
const HEARTBEATS: u32 = 3;

/// A validator whose repair took blocks from its log starts at a height at which it has signed before, and no longer
/// knows what. If it signed again, it could contradict itself, and more than f of such validators could decide two
/// blocks at one height. So until it is past all heights at which it can have signed, it follows the others with an
/// engine that signs nothing. Votes that are signed and only kept back wouldn't do: the node itself would count them.
///
/// *Up to where.* Say that it signed at the height H at most. Then it had decided H - 1, with precommits of a quorum.
/// Any other quorum that it belongs to has a validator in common with that one, not counting itself, that is honest
/// as long as those that lie and this one are f together; and that one worked on H - 1 at least. So it listens until
/// validators with a quorum, itself included, have said what they work on, and [`SILENCE_LISTEN`] longer for those
/// that are late; the highest of these heights is H - 1 or more. It is silent at the height after it, too.
///
/// *If that height doesn't come*, the silence is given up: when for [`SILENCE_STALLED_MAX`] and a few heartbeats this
/// node has not been behind what more than a third of the power works on. Either the others can't decide without it,
/// as when more than f had to be repaired at once and would be silent for ever, or one of them claims a height that
/// nobody has. A validator that is given up on may contradict what it said before, and the log says so. As long as no
/// quorum is heard at all it stays silent: nothing can be decided then.
///
/// A validator that is a quorum by itself need not be silent: nobody else decides by its votes.
pub(crate) struct Silence {
    pub(crate) forgotten: Forgotten,
    pub(crate) own: PeerId,
    pub(crate) store: Store,
    pub(crate) progress: Progress,
    pub(crate) workers: Workers,
}

impl Silence {
    /// Waits until this validator may sign again.
    pub(crate) async fn until_over(&self) {
        let mut watch = Watch::default();
        tracing::warn!(
            "a repair took blocks from the log: this validator signs nothing until it is past the heights at which \
             it can have signed"
        );
        let stalled_max =
            SILENCE_STALLED_MAX + HEARTBEATS * Duration::from_millis(self.store.view().parameters().heartbeat_ms);
        let mut interval = tokio::time::interval(INTERVAL);
        loop {
            let now = interval.tick().await;
            let validators = self.store.view().validators();
            let heard = Heard {
                tip: self.store.tip().height,
                highest: self.progress.highest_of_quorum(self.own, &validators),
                others_work_on: self.progress.others_work_on(&validators),
            };
            match watch.judge(&heard, now, stalled_max) {
                Verdict::Silent => {}
                Verdict::Past(height) => {
                    tracing::info!(%height, "past every height at which it can have signed: this validator signs again");
                    return;
                }
                Verdict::GivenUp(floor) => {
                    tracing::warn!(
                        height = %heard.tip, silent_up_to = %floor,
                        "too few others vote: this validator signs again before it is past every height at which it \
                         can have signed, and may contradict what it signed before the repair"
                    );
                    return;
                }
            }
        }
    }

    /// From now on, this validator signs.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        self.workers.blocking(move || self.forgotten.remembered()).await
    }
}

/// What is known at one moment.
struct Heard {
    /// The last block of this node.
    tip: Height,
    /// See [`Progress::highest_of_quorum`].
    highest: Option<Height>,
    /// See [`Progress::others_work_on`].
    others_work_on: Height,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Silent,
    /// The floor has been passed.
    Past(Height),
    /// The floor doesn't come.
    GivenUp(Height),
}

/// What has been heard so far.
#[derive(Default)]
struct Watch {
    /// The last height of the silence, and since when one is known.
    floor: Option<(Height, Instant)>,
    /// Since when this node has not been behind the others.
    level_since: Option<Instant>,
}

impl Watch {
    fn judge(&mut self, heard: &Heard, now: Instant, stalled_max: Duration) -> Verdict {
        let Some(highest) = heard.highest else { return Verdict::Silent };
        if highest == Height::GENESIS {
            // A quorum that has said nothing is this validator alone.
            return Verdict::Past(heard.tip);
        }
        let (floor, since) = self.floor.get_or_insert((highest.next(), now));
        if now.duration_since(*since) < SILENCE_LISTEN {
            *floor = highest.next().max(*floor);
            return Verdict::Silent;
        }
        if heard.tip >= *floor {
            return Verdict::Past(heard.tip);
        }
        if heard.others_work_on.get().saturating_sub(heard.tip.next().get()) > LAG_MAX {
            self.level_since = None;
            return Verdict::Silent;
        }
        let level_since = *self.level_since.get_or_insert(now);
        if now.duration_since(level_since) < stalled_max { Verdict::Silent } else { Verdict::GivenUp(*floor) }
    }
}

#[cfg(test)]
mod tests;
