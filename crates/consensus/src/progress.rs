//! How far the other validators are, by what they say: whether this node has fallen behind, whether it is ready to
//! serve, and whether others have begun the next height.
//!
//! A single peer can claim anything, so a claim counts only once more than a third of the voting power makes it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_network::PeerId;
use lojal_types::{Height, ValidatorSet};
use tokio::sync::Notify;

/// What is known of the peers; clones share it.
#[derive(Clone, Default)]
pub struct Progress(Arc<SharedProgress>);

#[derive(Default)]
struct SharedProgress {
    peers: Mutex<HashMap<PeerId, Peer>>,
    changed: Notify,
}

#[derive(Clone, Copy, Default)]
struct Peer {
    connected: bool,
    /// The height that the peer works on, if only by waiting for something to put into its block: one more than its
    /// last block.
    working_on: u64,
    /// The height that the peer has voted or proposed on.
    voting_on: u64,
}

impl Progress {
    /// A peer came or went.
    pub fn connected(&self, peer: PeerId, connected: bool) {
        self.peers().entry(peer).or_default().connected = connected;
        self.0.changed.notify_waiters();
    }

    /// A peer said that it works on a height.
    pub fn works_on(&self, peer: PeerId, height: Height) {
        self.raise(peer, |known| &mut known.working_on, height);
    }

    /// A peer has voted or proposed on a height.
    pub fn votes_on(&self, peer: PeerId, height: Height) {
        self.raise(peer, |known| &mut known.voting_on, height);
    }

    /// The highest height that more than a third of the voting power, and so at least one honest validator, works on.
    pub fn others_work_on(&self, validators: &ValidatorSet) -> Height {
        self.agreed(validators, |peer| peer.working_on)
    }

    /// The same for the height that they vote on.
    pub fn others_vote_on(&self, validators: &ValidatorSet) -> Height {
        self.agreed(validators, |peer| peer.voting_on)
    }

    fn raise(&self, peer: PeerId, of: impl Fn(&mut Peer) -> &mut u64, height: Height) {
        let mut peers = self.peers();
        let known = of(peers.entry(peer).or_default());
        if height.get() > *known {
            *known = height.get();
            drop(peers);
            self.0.changed.notify_waiters();
        }
    }

    fn agreed(&self, validators: &ValidatorSet, claim: impl Fn(&Peer) -> u64) -> Height {
        let peers = self.peers();
        let mut claims: Vec<(u64, u64)> = validators
            .validators()
            .iter()
            .filter_map(|validator| {
                let id = lojal_network::peer_id_of(validator.network_key.as_bytes()).ok()?;
                Some((claim(peers.get(&id)?), validator.power))
            })
            .collect();
        claims.sort_unstable_by(|a, b| b.cmp(a));
        let total = u128::from(validators.total_power());
        let mut power = 0_u128;
        let agreed = claims.into_iter().find(|(_, of_peer)| {
            power += u128::from(*of_peer);
            power * 3 > total
        });
        agreed.map_or(Height::GENESIS, |(height, _)| Height::new(height))
    }

    /// The highest height that any other validator works on, once validators with a quorum of the voting power, this one
    /// included, have said theirs; 0 if this one is a quorum by itself.
    pub fn highest_of_quorum(&self, own: PeerId, validators: &ValidatorSet) -> Option<Height> {
        let peers = self.peers();
        let (mut power, mut own_power, mut highest) = (0_u64, 0_u64, 0);
        for one in validators.validators() {
            let Ok(id) = lojal_network::peer_id_of(one.network_key.as_bytes()) else { continue };
            let claim = peers.get(&id).map_or(0, |peer| peer.working_on);
            if id == own {
                own_power = one.power;
            } else if claim > 0 {
                power = power.saturating_add(one.power);
                highest = highest.max(claim);
            }
        }
        if validators.is_quorum(own_power) {
            return Some(Height::GENESIS);
        }
        validators.is_quorum(power.saturating_add(own_power)).then_some(Height::new(highest))
    }

    /// Whether validators with a quorum of the voting power, this one included, are connected.
    pub fn has_quorum(&self, own: PeerId, validators: &ValidatorSet) -> bool {
        let peers = self.peers();
        let is_here = |id: &PeerId| *id == own || peers.get(id).is_some_and(|peer| peer.connected);
        let power = validators
            .validators()
            .iter()
            .filter(|one| lojal_network::peer_id_of(one.network_key.as_bytes()).is_ok_and(|id| is_here(&id)))
            .fold(0_u64, |sum, one| sum.saturating_add(one.power));
        validators.is_quorum(power)
    }

    /// The peers that are connected, in order.
    pub fn connected_peers(&self) -> Vec<PeerId> {
        let peers = self.peers();
        let mut connected: Vec<PeerId> = peers.iter().filter(|(_, peer)| peer.connected).map(|(id, _)| *id).collect();
        connected.sort_unstable();
        connected
    }

    /// Waits until `condition` holds, asking again whenever a peer's progress changes.
    pub async fn wait_until(&self, condition: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.0.changed.notified();
            if condition(self) {
                return;
            }
            changed.await;
        }
    }

    fn peers(&self) -> MutexGuard<'_, HashMap<PeerId, Peer>> {
        self.0.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{peer, validators};

    fn four() -> ValidatorSet {
        validators(4)
    }

    #[test]
    fn one_liar_of_four_neither_hurries_nor_holds_up_anybody() {
        let progress = Progress::default();
        progress.works_on(peer(0), Height::new(1_000_000));
        assert_eq!(progress.others_work_on(&four()), Height::GENESIS);
        progress.works_on(peer(1), Height::new(7));
        assert_eq!(progress.others_work_on(&four()), Height::new(7));
        progress.works_on(peer(2), Height::new(9));
        assert_eq!(progress.others_work_on(&four()), Height::new(9));
    }

    #[test]
    fn three_of_four_with_this_node_are_a_quorum() {
        let progress = Progress::default();
        let own = peer(3);
        assert!(!progress.has_quorum(own, &four()));
        progress.connected(peer(0), true);
        assert!(!progress.has_quorum(own, &four()));
        progress.connected(peer(1), true);
        assert!(progress.has_quorum(own, &four()));
        progress.connected(peer(0), false);
        assert!(!progress.has_quorum(own, &four()));
    }
    #[test]
    fn the_highest_claim_is_known_once_a_quorum_with_this_node_has_made_its() {
        let (progress, own) = (Progress::default(), peer(3));
        progress.works_on(peer(0), Height::new(9));
        for stranger in 4..8 {
            progress.works_on(peer(stranger), Height::new(50));
        }
        assert_eq!(progress.highest_of_quorum(own, &four()), None);
        progress.works_on(peer(1), Height::new(7));
        assert_eq!(progress.highest_of_quorum(own, &four()), Some(Height::new(9)));
        progress.works_on(peer(2), Height::new(11));
        assert_eq!(progress.highest_of_quorum(own, &four()), Some(Height::new(11)));
        assert_eq!(progress.highest_of_quorum(peer(0), &validators(1)), Some(Height::GENESIS));
    }

    #[test]
    fn claims_only_rise_and_those_of_strangers_dont_count() {
        let progress = Progress::default();
        for stranger in 4..8 {
            progress.votes_on(peer(stranger), Height::new(9));
        }
        assert_eq!(progress.others_vote_on(&four()), Height::GENESIS);
        for validator in [0, 1] {
            progress.votes_on(peer(validator), Height::new(9));
            progress.votes_on(peer(validator), Height::new(3));
        }
        assert_eq!(progress.others_vote_on(&four()), Height::new(9));
        assert_eq!(progress.others_work_on(&four()), Height::GENESIS, "working and voting are two claims");
    }

    #[test]
    fn a_third_of_the_voting_power_is_not_more_than_a_third() {
        let three = validators(3);
        let progress = Progress::default();
        progress.works_on(peer(0), Height::new(5));
        assert_eq!(progress.others_work_on(&three), Height::GENESIS);
        progress.works_on(peer(1), Height::new(5));
        assert_eq!(progress.others_work_on(&three), Height::new(5));
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_by_every_kind_of_change() {
        let progress = Progress::default();
        let votes = progress.wait_until(|progress| progress.others_vote_on(&four()) >= Height::new(5));
        let works = progress.wait_until(|progress| progress.others_work_on(&four()) >= Height::new(5));
        let quorum = progress.wait_until(|progress| progress.has_quorum(peer(3), &four()));
        let changes = async {
            for number in [0, 1] {
                tokio::task::yield_now().await;
                progress.votes_on(peer(number), Height::new(5));
                tokio::task::yield_now().await;
                progress.works_on(peer(number), Height::new(5));
                tokio::task::yield_now().await;
                progress.connected(peer(number), true);
            }
        };
        tokio::join!(votes, works, quorum, changes);
    }
}
