//! The order in which followers get blocks, so that validators send each block to one of them and hardly to any other.
//!
//! Followers that are connected stand in the order of their ids. The first one hears everybody, and each of the others
//! only the one that it stands behind: the engine asks whom it has heard, so it asks that one alone. What others say is
//! held back for as long as blocks come, however late they are. Whoever stands behind one that gives nothing, or less
//! than there is, hears everybody after [`RELAY_WAIT`](crate::limits::RELAY_WAIT), and stands behind another one for a
//! while.

mod watch;

use std::collections::BTreeMap;
use std::future::pending;

use arc_malachitebft_engine::network::Status;
use lojal_network::PeerId;
use lojal_types::Height;
use tokio::time::{Instant, sleep_until};

use crate::context::Context;
use crate::limits::{RELAY_BRANCHES, RELAY_PASS_OVER};
use crate::membership::Membership;
use watch::{Outcome, Watch};

/// The heights that a follower has heard of, and doesn't act on.
pub(crate) struct Relay {
    membership: Membership,
    line: Line,
}

impl Relay {
    pub(crate) fn new(membership: Membership) -> Self {
        Self { membership, line: Line::new(Instant::now()) }
    }

    /// True if the height that a peer has reached waits here; [`Self::due`] gives it then, or a later one of that peer.
    pub(crate) fn holds(&mut self, peer: PeerId, status: &Status<Context>) -> bool {
        self.line.holds(&self.standing(), Instant::now(), peer, status)
    }

    /// The next height that this node may act on, when it may.
    pub(crate) async fn due(&mut self) -> (PeerId, Status<Context>) {
        loop {
            match self.line.next(&self.standing(), Instant::now()) {
                Next::Free(peer, status) => return (peer, status),
                Next::Wait(until) => sleep_until(until).await,
                Next::Nothing => return pending().await,
            }
        }
    }

    /// Forgets a peer that is gone.
    pub(crate) fn forget(&mut self, peer: &PeerId) {
        self.line.forget(peer);
    }

    fn standing(&self) -> Standing {
        let before = self.membership.followers_before();
        Standing { before, tip: self.membership.tip(), others: self.membership.others_have() }
    }
}

/// The place of a follower, and how far it is.
struct Standing {
    /// The followers that stand before it, in their order.
    before: Vec<PeerId>,
    /// Its last block.
    tip: Height,
    /// The last block that more than a third of the power says it has.
    others: Height,
}

/// The next thing to do.
#[derive(Debug)]
enum Next {
    /// To act on a height.
    Free(PeerId, Status<Context>),
    /// To look again at this time.
    Wait(Instant),
    /// To wait for news.
    Nothing,
}

/// The heights that wait, one a peer, and what is known of those before this node.
struct Line {
    held: BTreeMap<PeerId, Status<Context>>,
    /// Those that this node may act on now.
    free: BTreeMap<PeerId, Status<Context>>,
    watch: Watch,
    /// The followers that gave too little, and until when this one doesn't stand behind them.
    passed_over: BTreeMap<PeerId, Instant>,
}

impl Line {
    fn new(now: Instant) -> Self {
        let (held, free, passed_over) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { held, free, watch: Watch::new(now), passed_over }
    }

    fn holds(&mut self, standing: &Standing, now: Instant, peer: PeerId, status: &Status<Context>) -> bool {
        let is_new = status.tip_height.0 > standing.tip;
        let source = self.source(standing, now).filter(|_| is_new);
        if source.is_none_or(|source| source == peer) {
            self.forget(&peer);
            return false;
        }
        self.watch.begin(now, standing.tip, standing.others);
        self.held.insert(peer, status.clone());
        true
    }

    fn next(&mut self, standing: &Standing, now: Instant) -> Next {
        self.held.retain(|_, status| status.tip_height.0 > standing.tip);
        if self.held.is_empty() {
            self.watch.end();
        } else if self.source(standing, now).is_none() {
            self.release();
        }
        if self.watch.until().is_some_and(|until| until <= now) {
            self.judge(standing, now);
        }
        if let Some((peer, status)) = self.free.pop_first() {
            return Next::Free(peer, status);
        }
        self.watch.until().map_or(Next::Nothing, Next::Wait)
    }

    fn forget(&mut self, peer: &PeerId) {
        self.held.remove(peer);
        self.free.remove(peer);
    }

    /// The one that this follower gets its blocks of, if it stands behind any.
    fn source(&mut self, standing: &Standing, now: Instant) -> Option<PeerId> {
        self.passed_over.retain(|_, until| *until > now);
        let before = standing.before.iter().filter(|peer| !self.passed_over.contains_key(*peer));
        source(&before.copied().collect::<Vec<_>>())
    }

    /// Looks what has come since the watch began.
    fn judge(&mut self, standing: &Standing, now: Instant) {
        let outcome = self.watch.judge(now, standing.tip, standing.others);
        if outcome == Outcome::TooLittle
            && let Some(source) = self.source(standing, now)
        {
            tracing::debug!(%source, "a follower gives too few blocks, others are asked for a while");
            self.passed_over.insert(source, now + RELAY_PASS_OVER);
        }
        if outcome != Outcome::Enough {
            self.release();
        }
    }

    /// Lets this node act on all that it has heard.
    fn release(&mut self) {
        self.free.append(&mut self.held);
        self.watch.end();
    }
}

/// The follower that the next one stands behind, if these stand before it, in their order.
fn source(before: &[PeerId]) -> Option<PeerId> {
    let place = before.len().checked_sub(1)? / RELAY_BRANCHES;
    before.get(place).copied()
}

#[cfg(test)]
mod tests;
