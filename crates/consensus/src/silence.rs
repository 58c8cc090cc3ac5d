//! The silence of a validator at its start: it follows the others, and signs nothing, until it is level with them and
//! past what it may have signed and forgotten.

mod log;
mod watch;

use std::time::Duration;

use lojal_network::PeerId;
use lojal_store::{Forgotten, Store, StoreError};
use lojal_types::{Validator, ValidatorSet};

use self::watch::{Heard, Verdict, Watch};
use crate::limits::{HEARTBEATS, SILENCE_STALLED_MAX};
use crate::progress::Progress;
use crate::workers::Workers;

pub(crate) use log::no_log;

/// The time after which it is judged anew whether the silence is over.
const INTERVAL: Duration = Duration::from_millis(100);

/// The voting power of the validator that a peer is.
fn own_power(own: PeerId, validators: &ValidatorSet) -> u64 {
    let is_own = |one: &&Validator| lojal_network::peer_id_of(one.network_key.as_bytes()).is_ok_and(|id| id == own);
    validators.validators().iter().find(is_own).map_or(0, |one| one.power)
}

/// Every start of a validator begins with an engine that signs nothing. It listens to the others and takes what they
/// have: a certified block proves itself, whoever has it, so nobody votes at a height that is decided already. Without
/// this, validators whose directories were restored from older copies could decide other blocks at the same heights.
///
/// *A validator that may have forgotten what it signed*, since a repair took blocks from its log or its directory was
/// emptied, could contradict itself at heights that nobody has decided yet, and more than f of such validators could
/// decide two blocks at one height. So it stays silent until it is past all heights at which it can have signed. Votes
/// that are signed and only kept back wouldn't do: the node itself would count them.
///
/// *Up to where.* Say that it signed at the height H at most. Then it had decided H - 1, with precommits of a quorum.
/// Any other quorum that it belongs to has a validator in common with that one, not counting itself, that is honest
/// as long as those that lie and this one are f together; and that one worked on H - 1 at least. So it listens until
/// validators with a quorum, itself included, have said what they work on, and a little longer for those that are
/// late; the highest of these heights is H - 1 or more. It is silent at the height after it, too.
///
/// *If that height doesn't come*, the silence is given up: when for [`SILENCE_STALLED_MAX`] and a few heartbeats nobody
/// has delivered a certified block, and none above the last one was on offer anywhere. Then either the others can't
/// decide without it, as when more than f had to be repaired at once and would be silent for ever, or one of them
/// claims a height that nobody has: a claim that isn't delivered is no offer (`crate::progress`). A validator that
/// gives up may contradict what it said before, and the log says so. As long as no quorum is heard at all it stays
/// silent: nothing can be decided then.
///
/// A validator that is a quorum by itself need not be silent: nobody else decides by its votes.
pub(crate) struct Silence {
    /// The mark that this validator may have forgotten what it signed.
    pub(crate) forgotten: Option<Forgotten>,
    pub(crate) own: PeerId,
    pub(crate) store: Store,
    pub(crate) progress: Progress,
    pub(crate) workers: Workers,
}

impl Silence {
    /// True if there is anybody to listen to.
    pub(crate) fn is_needed(&self) -> bool {
        let validators = self.store.view().validators();
        let is_needed = !validators.is_quorum(own_power(self.own, &validators));
        if !is_needed {
            self.progress.listened();
        }
        is_needed
    }

    /// Waits until this validator may sign.
    pub(crate) async fn until_over(&self) {
        if self.forgotten.is_some() {
            tracing::warn!(
                "this validator may have forgotten what it signed: it signs nothing until it is past the heights at \
                 which it can have signed"
            );
        }
        let stalled_max =
            SILENCE_STALLED_MAX + HEARTBEATS * Duration::from_millis(self.store.view().parameters().heartbeat_ms);
        let mut watch = Watch::new(self.forgotten.is_some(), stalled_max);
        let mut interval = tokio::time::interval(INTERVAL);
        loop {
            let now = interval.tick().await;
            let validators = self.store.view().validators();
            let heard = Heard {
                tip: self.store.tip().height,
                own_power: own_power(self.own, &validators),
                claims: self.progress.claims(self.own, &validators),
                delivered: self.progress.blocks_delivered(),
                others_work_on: self.progress.others_work_on(&validators),
                validators,
            };
            let verdict = watch.judge(&heard, now);
            if watch.has_listened() {
                self.progress.listened();
            }
            match verdict {
                Verdict::Silent => {}
                Verdict::Level => return,
                Verdict::Past => {
                    let height = heard.tip;
                    tracing::info!(
                        %height,
                        "past every height at which it can have signed: this validator signs again"
                    );
                    return;
                }
                Verdict::GivenUp(floor) => {
                    tracing::warn!(
                        height = %heard.tip, silent_up_to = %floor,
                        "too few others vote: this validator signs again before it is past every height at which it \
                         can have signed, and may contradict what it signed before"
                    );
                    return;
                }
            }
        }
    }

    /// From now on, this validator signs.
    pub(crate) async fn end(self) -> Result<(), StoreError> {
        match self.forgotten {
            Some(forgotten) => self.workers.blocking(move || forgotten.remembered()).await,
            None => Ok(()),
        }
    }
}
