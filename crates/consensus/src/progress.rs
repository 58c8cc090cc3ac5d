//! The progress of the other validators, by what they say and by what they deliver: whether this node has fallen
//! behind, whether it is ready to serve, and whether others have begun the next height.
//!
//! A single peer can claim anything. So a claim counts once more than a third of the voting power makes it; or, whoever
//! makes it, while the peer delivers what it claims to have: a certified block proves itself. A peer that delivers
//! nothing is believed for [`CLAIM_TIME`], and then no more.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_network::PeerId;
use lojal_types::{Height, ValidatorSet};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::limits::{ANSWERS_REMEMBERED_MAX, CLAIM_TIME};

/// The knowledge of the peers; clones share it.
#[derive(Clone, Default)]
pub struct Progress(Arc<SharedProgress>);

#[derive(Default)]
struct SharedProgress {
    peers: Mutex<HashMap<PeerId, Peer>>,
    changed: Notify,
    /// Certified blocks that others delivered.
    delivered: AtomicU64,
    /// Set once this node has listened to the others after its start.
    has_listened: AtomicBool,
}

#[derive(Clone, Default)]
struct Peer {
    connected: bool,
    /// The height that the peer works on, if only by waiting for something to put into its block: one more than its
    /// last block.
    working_on: u64,
    /// The height that the peer has voted or proposed on.
    voting_on: u64,
    /// The first block that the peer has, as it said last.
    first: u64,
    /// The time until which the peer is believed to have what it claims: [`CLAIM_TIME`] from its first claim, and from
    /// every block that it delivered.
    believed_until: Option<Instant>,
    /// The blocks of its last answers to this node when it caught up, and when each came: a node asks for several at
    /// once, and verifies what has come one after the other.
    sent: VecDeque<(RangeInclusive<u64>, Instant)>,
}

/// A validator's claim to work on a height, and so to have the certified block before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The peer that makes it.
    pub peer: PeerId,
    /// Its voting power.
    pub power: u64,
    /// The height.
    pub working_on: Height,
    /// True if the peer is believed to have what it claims, though this node has not seen it.
    pub is_believed: bool,
}

impl Claim {
    /// True if a certified block above `tip` is on offer.
    pub fn offers_above(&self, tip: Height) -> bool {
        self.is_believed && self.working_on > tip.next()
    }
}

impl Progress {
    /// A peer came or went.
    pub fn connected(&self, peer: PeerId, connected: bool) {
        self.peers().entry(peer).or_default().connected = connected;
        self.0.changed.notify_waiters();
    }

    /// A peer has no part on the network any more: what it said counts no longer, even if it comes back.
    pub fn forget(&self, peer: &PeerId) {
        self.peers().remove(peer);
        self.0.changed.notify_waiters();
    }

    /// A peer said that it works on a height.
    pub fn works_on(&self, peer: PeerId, height: Height) {
        self.peers().entry(peer).or_default().believed_until.get_or_insert_with(|| Instant::now() + CLAIM_TIME);
        self.raise(peer, |known| &mut known.working_on, height);
    }

    /// A peer said which blocks it has, from the first one on.
    pub fn has_blocks(&self, peer: PeerId, first: Height, last: Height) {
        self.works_on(peer, last.next());
        self.peers().entry(peer).or_default().first = first.get();
    }

    /// A peer has answered with blocks of these heights, which nobody has verified yet.
    pub fn sent(&self, peer: PeerId, heights: RangeInclusive<u64>) {
        let mut peers = self.peers();
        let sent = &mut peers.entry(peer).or_default().sent;
        if sent.len() >= ANSWERS_REMEMBERED_MAX {
            sent.pop_front();
        }
        sent.push_back((heights, Instant::now()));
    }

    /// A block that a peer sent is certified and valid: the peer who sent it last is believed for a while.
    pub fn delivered(&self, height: Height) {
        self.0.delivered.fetch_add(1, Ordering::Relaxed);
        let mut peers = self.peers();
        let senders = peers.values_mut().filter_map(|peer| {
            let of_it = peer.sent.iter().filter(|(heights, _)| heights.contains(&height.get()));
            Some((of_it.map(|(_, at)| *at).max()?, peer))
        });
        if let Some((_, sender)) = senders.max_by_key(|(at, _)| *at) {
            sender.believed_until = Some(Instant::now() + CLAIM_TIME);
        }
    }

    /// The number of certified blocks that others have delivered to this node since its start.
    pub fn blocks_delivered(&self) -> u64 {
        self.0.delivered.load(Ordering::Relaxed)
    }

    /// The last block that each peer has said it has; those that haven't said anything are left out.
    pub fn tips(&self) -> BTreeMap<PeerId, Height> {
        let peers = self.peers();
        let said = peers.iter().filter(|(_, peer)| peer.working_on > 0);
        said.map(|(id, peer)| (*id, Height::new(peer.working_on - 1))).collect()
    }

    /// The claims of the other validators.
    pub fn claims(&self, own: PeerId, validators: &ValidatorSet) -> Vec<Claim> {
        let (peers, now) = (self.peers(), Instant::now());
        let others = validators.validators().iter().filter_map(|one| {
            let id = lojal_network::peer_id_of(one.network_key.as_bytes()).ok()?;
            let peer = peers.get(&id).filter(|peer| id != own && peer.working_on > 0)?;
            let is_believed = peer.believed_until.is_some_and(|until| now < until);
            Some(Claim { peer: id, power: one.power, working_on: Height::new(peer.working_on), is_believed })
        });
        others.collect()
    }

    /// True if any validator has a certified block above `tip` on offer.
    pub fn is_offered_above(&self, tip: Height, own: PeerId, validators: &ValidatorSet) -> bool {
        self.claims(own, validators).iter().any(|claim| claim.offers_above(tip))
    }

    /// This node has listened to the others since its start.
    pub fn listened(&self) {
        self.0.has_listened.store(true, Ordering::Relaxed);
    }

    /// True after [`Progress::listened`].
    pub fn has_listened(&self) -> bool {
        self.0.has_listened.load(Ordering::Relaxed)
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

    /// The highest height that more than a third of the voting power says its blocks begin with, or a later one.
    pub fn others_begin_with(&self, validators: &ValidatorSet) -> Height {
        self.agreed(validators, |peer| peer.first)
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

    /// True if validators with a quorum of the voting power, this one included, are connected.
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
    fn a_peer_has_the_block_before_the_one_that_it_works_on() {
        let progress = Progress::default();
        progress.connected(peer(0), true);
        assert!(progress.tips().is_empty(), "it has said nothing");
        progress.works_on(peer(0), Height::new(7));
        progress.works_on(peer(0), Height::new(5));
        assert_eq!(progress.tips(), BTreeMap::from([(peer(0), Height::new(6))]));
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
    #[tokio::test(start_paused = true)]
    async fn a_claim_is_believed_for_a_while_and_as_long_as_its_peer_delivers() {
        let (progress, own, tip) = (Progress::default(), peer(3), Height::new(5));
        let is_offered = || progress.is_offered_above(tip, own, &four());
        progress.works_on(peer(0), Height::new(6));
        assert!(!is_offered(), "who works on the height after the tip has no block above it");
        progress.works_on(peer(0), Height::new(100));
        assert!(is_offered());
        tokio::time::advance(CLAIM_TIME).await;
        assert!(!is_offered(), "it has delivered nothing");
        progress.works_on(peer(0), Height::new(200));
        assert!(!is_offered(), "another claim of it changes nothing");
        progress.sent(peer(0), 6..=10);
        progress.delivered(Height::new(11));
        assert!(!is_offered(), "somebody else sent that block");
        progress.sent(peer(1), 6..=10);
        tokio::time::advance(std::time::Duration::from_millis(1)).await;
        progress.sent(peer(0), 6..=10);
        progress.delivered(Height::new(6));
        assert!(is_offered(), "a block that it sent is certified");
        tokio::time::advance(CLAIM_TIME).await;
        assert!(!is_offered());
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_is_believed_while_what_it_sent_at_once_is_verified_one_after_the_other() {
        let (progress, own) = (Progress::default(), peer(3));
        progress.works_on(peer(0), Height::new(1_000));
        for answer in 0..ANSWERS_REMEMBERED_MAX as u64 {
            progress.sent(peer(0), answer * 10..=answer * 10 + 9);
        }
        for height in 0..ANSWERS_REMEMBERED_MAX as u64 * 10 {
            tokio::time::advance(CLAIM_TIME / 2).await;
            progress.delivered(Height::new(height));
            assert!(progress.is_offered_above(Height::new(height), own, &four()), "at {height}");
        }
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
