//! The silence of a validator at its start: it follows the others, and signs nothing, until it is level with them and
//! past what it may have signed and forgotten.

mod log;
mod watch;

use std::time::Duration;

use lojal_network::PeerId;
use lojal_signer::limits::ASK_INTERVAL;
use lojal_signer::{GuardError, Standing};
use lojal_store::{Forgotten, Store, StoreError};
use lojal_types::{Validator, ValidatorSet};
use tokio::time::Instant;

use self::watch::{Heard, Verdict, Watch};
use crate::limits::{HEARTBEATS, SILENCE_STALLED_MAX};
use crate::progress::Progress;
use crate::voice::{Voice, VoiceError};
use crate::workers::Workers;

pub(crate) use log::no_log;

/// The time after which it is judged anew whether the silence is over.
const INTERVAL: Duration = Duration::from_millis(100);
/// The time after which it is told again why this validator is silent.
const TELL_INTERVAL: Duration = Duration::from_secs(60);

/// The voting power of the validator that a peer is.
fn own_power(own: PeerId, validators: &ValidatorSet) -> u64 {
    let is_own = |one: &&Validator| lojal_network::peer_id_of(one.network_key.as_bytes()).is_ok_and(|id| id == own);
    validators.validators().iter().find(is_own).map_or(0, |one| one.power)
}

/// Every start of a validator begins with an engine that signs nothing. It listens to the others and takes what they
/// have: a certified block proves itself, whoever has it, so nobody votes at a height that is decided already. Without
/// this, validators whose directories were restored from older copies could decide other blocks at the same heights.
///
/// *The guard* knows the highest height at which this validator has signed. It is silent until that is the next one:
/// at the height itself the guard knows every statement, and signs nothing that contradicts one.
///
/// *A validator whose guard was lost* could contradict itself at heights that nobody has decided yet, and more than f
/// of such validators could decide two blocks at one height. So it stays silent until it is past all heights at which
/// it can have signed. Votes that are signed and only kept back wouldn't do: the node itself would count them.
///
/// *Up to where.* Say that it signed at the height H at most. Then it had decided H - 1, with precommits of a quorum.
/// Any other quorum that it belongs to has a validator in common with that one, not counting itself, that is honest
/// as long as those that lie and this one are f together; and that one worked on H - 1 at least. So it listens until
/// validators with a quorum, itself included, have said what they work on, and a little longer for those that are
/// late; the highest of these heights is H - 1 or more. It is silent at the height after it, too.
///
/// *If that height doesn't come*, the silence is given up: when for [`SILENCE_STALLED_MAX`] and a few heartbeats nobody
/// has delivered a certified block, and none above the last one was on offer anywhere. Then either the others can't
/// decide without it, as when more than f lost their guards at once and would be silent for ever, or one of them
/// claims a height that nobody has: a claim that isn't delivered is no offer (`crate::progress`). A validator that
/// gives up may contradict what it said before, and the log says so. As long as no quorum is heard at all it stays
/// silent: nothing can be decided then. What a guard knows is never given up.
///
/// A validator that is a quorum by itself need not listen: nobody else decides by its votes.
pub(crate) struct Silence {
    /// The mark of a repair. The guard knows better; the mark goes when the silence is over.
    pub(crate) forgotten: Option<Forgotten>,
    pub(crate) own: PeerId,
    pub(crate) store: Store,
    pub(crate) progress: Progress,
    pub(crate) workers: Workers,
    pub(crate) voice: Voice,
}

impl Silence {
    /// True if there is anybody to listen to, or no signature to be had now.
    pub(crate) async fn is_needed(&self) -> bool {
        let validators = self.store.view().validators().clone();
        if !validators.is_quorum(own_power(self.own, &validators)) {
            return true;
        }
        self.progress.listened();
        let next = self.store.tip().height.next();
        !matches!(self.voice.ask().await, Ok(standing) if standing.height <= next && !standing.is_doubtful)
    }

    /// Waits until this validator may sign.
    ///
    /// # Errors
    /// When the guard fails.
    pub(crate) async fn until_over(&self) -> Result<(), GuardError> {
        let stalled_max =
            SILENCE_STALLED_MAX + HEARTBEATS * Duration::from_millis(self.store.view().parameters().heartbeat_ms);
        let mut watch = Watch::new(stalled_max);
        let mut guard = Asked::default();
        let mut interval = tokio::time::interval(INTERVAL);
        loop {
            let now = interval.tick().await;
            let standing = guard.ask(self, now).await?;
            let heard = self.hear(standing);
            let verdict = watch.judge(&heard, now);
            if watch.has_listened() {
                self.progress.listened();
            }
            match verdict {
                Verdict::Silent => continue,
                Verdict::Level => return Ok(()),
                Verdict::Past => {
                    let height = heard.tip;
                    tracing::info!(
                        %height,
                        "past every height at which it can have signed: this validator signs again"
                    );
                }
                Verdict::GivenUp(floor) => {
                    tracing::warn!(
                        height = %heard.tip, silent_up_to = %floor,
                        "too few others vote: this validator signs again before it is past every height at which it \
                         can have signed, and may contradict what it signed before"
                    );
                }
            }
            match self.voice.settle(heard.tip.next()).await {
                Ok(_) => return Ok(()),
                Err(VoiceError::Guard(fault)) => return Err(fault),
                // It is asked again, and told of then.
                Err(_) => {}
            }
        }
    }

    fn hear(&self, standing: Option<Standing>) -> Heard {
        let validators = self.store.view().validators().clone();
        Heard {
            tip: self.store.tip().height,
            standing,
            own_power: own_power(self.own, &validators),
            claims: self.progress.claims(self.own, &validators),
            delivered: self.progress.blocks_delivered(),
            others_work_on: self.progress.others_work_on(&validators),
            validators,
        }
    }

    /// Asks the signer now and then how things stand, so that it doesn't take this node for gone; never ends.
    pub(crate) async fn keep_in_touch(&self) {
        let mut interval = tokio::time::interval(ASK_INTERVAL);
        loop {
            interval.tick().await;
            // The metrics tell whether it has answered; its loss is told of when a signature is missing.
            let _ = self.voice.ask().await;
        }
    }

    /// From now on, this validator signs.
    pub(crate) async fn end(&self) -> Result<(), StoreError> {
        match self.forgotten.clone() {
            Some(forgotten) => self.workers.blocking(move || forgotten.remembered()).await,
            None => Ok(()),
        }
    }
}

/// The last that was heard of the guard.
#[derive(Default)]
struct Asked {
    standing: Option<Standing>,
    at: Option<Instant>,
    /// The last time that it was told why there is no signature.
    told: Option<Instant>,
}

impl Asked {
    /// The standing, which is asked for again now and then; `None` while the signer is away.
    async fn ask(&mut self, silence: &Silence, now: Instant) -> Result<Option<Standing>, GuardError> {
        if self.at.is_none_or(|at| now.duration_since(at) >= ASK_INTERVAL) {
            self.at = Some(now);
            let answer = silence.voice.ask().await;
            let next = silence.store.tip().height.next();
            let is_due = self.told.is_none_or(|told| now.duration_since(told) >= TELL_INTERVAL);
            match &answer {
                Err(error) if is_due => {
                    tracing::error!(%error, "no signature is to be had: this validator follows without a vote");
                    self.told = Some(now);
                }
                Ok(Standing { is_doubtful: true, .. }) if is_due => {
                    tracing::warn!(
                        "the guard doesn't know all that this validator signed: it signs nothing until it is past the \
                         heights at which it can have signed"
                    );
                    self.told = Some(now);
                }
                Ok(standing) if standing.height > next && is_due => {
                    tracing::warn!(
                        signed_at = %standing.height, next = %next,
                        "this validator has signed at a height that it hasn't reached: it signs nothing until it has \
                         the blocks before that; if no validator has them any more, see docs/operations.md, When the \
                         guard refuses"
                    );
                    self.told = Some(now);
                }
                _ => {}
            }
            self.standing = match answer {
                Ok(standing) => Some(standing),
                Err(VoiceError::Guard(fault)) => return Err(fault),
                Err(_) => None,
            };
        }
        Ok(self.standing)
    }
}
