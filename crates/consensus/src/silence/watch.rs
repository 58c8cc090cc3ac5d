//! The judgement when a silence is over, by what has been heard.

use std::time::Duration;

use lojal_signer::Standing;
use lojal_types::{Height, ValidatorSet};
use tokio::time::Instant;

use crate::limits::LISTEN_TIME;
use crate::progress::Claim;

/// Blocks by which this node may lag behind more than a third of the power while it waits for them, and not they for
/// it.
const LAG_MAX: u64 = 2;

/// The facts known at one moment.
pub(super) struct Heard {
    /// The last block of this node.
    pub(super) tip: Height,
    /// The standing of the guard; none while nobody knows it.
    pub(super) standing: Option<Standing>,
    /// The validators that decide the next block.
    pub(super) validators: ValidatorSet,
    /// The voting power of this validator.
    pub(super) own_power: u64,
    /// The claims of others.
    pub(super) claims: Vec<Claim>,
    /// The number of certified blocks that others have delivered so far.
    pub(super) delivered: u64,
    /// The height that more than a third of the power works on.
    pub(super) others_work_on: Height,
}

impl Heard {
    /// True if others have certified blocks that this node hasn't.
    fn is_behind(&self) -> bool {
        let lag = self.others_work_on.get().saturating_sub(self.tip.next().get());
        lag > LAG_MAX || self.claims.iter().any(|claim| claim.offers_above(self.tip))
    }

    /// True if the guard may not know all that this validator signed.
    fn is_doubtful(&self) -> bool {
        self.standing.is_none_or(|standing| standing.is_doubtful)
    }

    /// True if this validator is a quorum by itself.
    fn is_alone(&self) -> bool {
        self.validators.is_quorum(self.own_power)
    }

    /// True if those who claim something have, with this validator, a quorum of the voting power.
    fn is_quorum(&self) -> bool {
        let power = self.claims.iter().fold(self.own_power, |sum, claim| sum.saturating_add(claim.power));
        self.validators.is_quorum(power)
    }

    /// True if all other validators have claimed something.
    fn is_everybody(&self) -> bool {
        self.claims.len() + usize::from(self.own_power > 0) >= self.validators.validators().len()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Silent,
    /// Nobody has a block that this validator hasn't, and its guard knows what it signed.
    Level,
    /// Every height at which it can have signed has been passed.
    Past,
    /// The height to pass, given here, doesn't come.
    GivenUp(Height),
}

/// The facts heard so far.
pub(super) struct Watch {
    stalled_max: Duration,
    /// The time since which a quorum has been heard.
    heard_since: Option<Instant>,
    /// True if everybody has been heard, or time enough has passed for those that are late.
    has_listened: bool,
    /// The highest height that anybody claimed to work on while this validator listened. It is silent at the height
    /// after it, too.
    claimed: Height,
    /// The time since which nobody has delivered a block and none was on offer, and the number delivered by then.
    stalled: Option<(Instant, u64)>,
}

impl Watch {
    pub(super) fn new(stalled_max: Duration) -> Self {
        let claimed = Height::GENESIS;
        Self { stalled_max, heard_since: None, has_listened: false, claimed, stalled: None }
    }

    pub(super) fn has_listened(&self) -> bool {
        self.has_listened
    }

    pub(super) fn judge(&mut self, heard: &Heard, now: Instant) -> Verdict {
        self.listen(heard, now);
        let Some(standing) = heard.standing.filter(|_| self.has_listened) else { return Verdict::Silent };
        if standing.height > heard.tip.next() {
            return Verdict::Silent;
        }
        if !standing.is_doubtful {
            return if heard.is_behind() { Verdict::Silent } else { Verdict::Level };
        }
        let floor = self.claimed.next();
        if heard.is_alone() || heard.tip >= floor { Verdict::Past } else { self.judge_stall(heard, floor, now) }
    }

    fn listen(&mut self, heard: &Heard, now: Instant) {
        if self.has_listened || !heard.is_quorum() {
            return;
        }
        if heard.is_alone() {
            self.has_listened = true;
            return;
        }
        let since = *self.heard_since.get_or_insert(now);
        // Whose guard was lost wants to know the most that anybody knows, and what was said at first may be old.
        let need_not_wait = heard.is_everybody() && !heard.is_doubtful();
        self.has_listened = need_not_wait || now.duration_since(since) >= LISTEN_TIME;
        if self.has_listened {
            return;
        }
        let highest = heard.claims.iter().map(|claim| claim.working_on).max();
        self.claimed = highest.unwrap_or_default().max(self.claimed);
    }

    fn judge_stall(&mut self, heard: &Heard, floor: Height, now: Instant) -> Verdict {
        if heard.is_behind() {
            self.stalled = None;
            return Verdict::Silent;
        }
        match self.stalled {
            Some((since, delivered)) if delivered == heard.delivered => {
                let is_over = now.duration_since(since) >= self.stalled_max;
                if is_over { Verdict::GivenUp(floor) } else { Verdict::Silent }
            }
            _ => {
                self.stalled = Some((now, heard.delivered));
                Verdict::Silent
            }
        }
    }
}

#[cfg(test)]
mod tests;
