//! The order in which followers get blocks, so that validators send each block to a few of them only.
//!
//! Followers that are connected stand in the order of their ids. The first one hears the validators at once, and each
//! of the others at once only the one that it stands behind. What it hears of others waits a moment: by then it mostly
//! has the block. One that says nothing, or gives nothing, costs those behind it that moment and nothing else.

use std::collections::BTreeMap;
use std::future::pending;

use arc_malachitebft_engine::network::Status;
use lojal_network::PeerId;
use tokio::time::{Instant, sleep_until};

use crate::context::Context;
use crate::limits::{RELAY_BRANCHES, RELAY_WAIT};
use crate::membership::Membership;

/// The heights that a follower has heard of, and doesn't act on yet; one a peer.
pub(crate) struct Relay {
    membership: Membership,
    held: BTreeMap<PeerId, (Instant, Status<Context>)>,
}

impl Relay {
    pub(crate) fn new(membership: Membership) -> Self {
        Self { membership, held: BTreeMap::new() }
    }

    /// True if the height that a peer has reached waits here; [`Self::due`] gives it then, or a later one of that peer.
    pub(crate) fn holds(&mut self, peer: PeerId, status: &Status<Context>) -> bool {
        let is_new = status.tip_height.0 > self.membership.tip();
        let source = is_new.then(|| self.membership.followers_before()).and_then(|before| source(&before));
        if source.is_none_or(|source| source == peer) {
            self.held.remove(&peer);
            return false;
        }
        let due = Instant::now() + RELAY_WAIT;
        self.held.entry(peer).or_insert((due, status.clone())).1 = status.clone();
        true
    }

    /// The next height that has waited long enough, when it has.
    pub(crate) async fn due(&mut self) -> (PeerId, Status<Context>) {
        let first = self.held.iter().min_by_key(|(_, (due, _))| *due).map(|(peer, (due, _))| (*peer, *due));
        let Some((peer, due)) = first else { return pending().await };
        sleep_until(due).await;
        match self.held.remove(&peer) {
            Some((_, status)) => (peer, status),
            None => pending().await,
        }
    }

    /// Forgets a peer that is gone.
    pub(crate) fn forget(&mut self, peer: &PeerId) {
        self.held.remove(peer);
    }
}

/// The follower that the next one stands behind, if these stand before it, in their order.
fn source(before: &[PeerId]) -> Option<PeerId> {
    let place = before.len().checked_sub(1)? / RELAY_BRANCHES;
    before.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::peer;

    #[test]
    fn each_of_64_followers_stands_behind_one_and_none_has_more_than_four_behind_it_nor_more_than_three_before() {
        let mut all: Vec<PeerId> = (0..64).map(peer).collect();
        all.sort_unstable();
        let mut behind: BTreeMap<PeerId, usize> = BTreeMap::new();
        let mut depths: BTreeMap<PeerId, usize> = BTreeMap::new();
        assert_eq!(source(&[]), None, "the first one hears the validators");
        depths.insert(all[0], 0);
        for place in 1..all.len() {
            let source = source(&all[..place]).expect("there is one before it");
            *behind.entry(source).or_default() += 1;
            depths.insert(all[place], depths[&source] + 1);
        }
        assert_eq!(behind.values().max(), Some(&RELAY_BRANCHES));
        assert_eq!(depths.values().max(), Some(&3));
    }
}
