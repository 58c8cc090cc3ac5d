//! The nodes that may be on the network, by what the ledger says: the swarm follows it, block by block.

mod removal;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lojal_ledger::{Missing, View};
use lojal_network::limits::GUESTS_MAX;
use lojal_network::{Network, PeerId, peer_id_of};
use lojal_store::{Store, StoreError};
use lojal_types::{Height, PublicKey};
use tokio::sync::mpsc;

use crate::mempool::{Mempool, Onward};
use crate::outlook::{Outlooks, has, ids};
use crate::progress::Progress;
use crate::roster::{Addresses, Member, Role, Roster};
use crate::workers::Workers;
use removal::{Disallowed, disallowed, removed_by};

/// The words about a node that is removed, or whose validator has another node's keys.
const REMOVED: &str = "this node was removed from the network by its governors: its peers don't talk to it any more";
/// The time for which a node that is removed stays connected, so that it gets the block which removed it.
const GRACE: Duration = Duration::from_secs(10);

/// The last that is known of who has a part.
#[derive(Default)]
struct Known {
    roster: Roster,
    /// The block after which this node had no part any more, by its own blocks.
    removed: Option<Height>,
}

/// Has the network follow the ledger; clones share what they know.
#[derive(Clone)]
pub(crate) struct Membership {
    network: Network,
    store: Store,
    progress: Progress,
    workers: Workers,
    addresses: Addresses,
    outlooks: Outlooks,
    mempool: Mempool,
    /// The way of transactions to validators while this node is none.
    onward: mpsc::Sender<Onward>,
    known: Arc<Mutex<Known>>,
    /// Held by whoever takes note.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Membership {
    /// Knows nobody yet.
    pub(crate) fn new(
        network: Network,
        store: Store,
        (progress, workers): (Progress, Workers),
        addresses: Addresses,
        outlooks: Outlooks,
        (mempool, onward): (Mempool, mpsc::Sender<Onward>),
    ) -> Self {
        let (known, turn) = (Arc::default(), Arc::default());
        Self { network, store, progress, workers, addresses, outlooks, mempool, onward, known, turn }
    }

    /// Takes note of what the last block has changed, or an outlook. A network that is gone is noticed elsewhere.
    ///
    /// # Errors
    /// When the state can't be read.
    pub(crate) async fn follow(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let outlook = self.outlooks.beyond(self.store.tip().height);
        let roster = self.roster().await?.with(outlook);
        let before = self.known().roster.clone();
        if roster == before {
            return Ok(());
        }
        let own = self.network.local_peer_id();
        let is_first = before == Roster::default();
        let mut removed = self.removed(&before, &roster, own);
        if is_first && removed.is_none() && roster.get(&own).is_none() {
            removed = self.disallowed(own).await?.map(|end| end.at);
        }
        *self.known() = Known { roster: roster.clone(), removed };
        for peer in roster.peers(&own, &self.addresses) {
            if is_first || roster.get(&peer.id) != before.get(&peer.id) {
                let _ = self.network.allow(peer).await;
            }
        }
        let _ = self.network.voters(roster.with_role(Role::Validator)).await;
        let _ = self.network.followers(roster.with_role(Role::Follower)).await;
        let votes = roster.get(&own).is_some_and(|member| member.role == Role::Validator);
        self.mempool.set_onward((!votes).then(|| self.onward.clone()));
        let connected = self.network.reached();
        for peer in before.gone_in(&roster) {
            if peer == own || self.addresses.given.contains_key(&peer) {
                continue;
            }
            let name = before.get(&peer).map(|member| member.name.to_string()).unwrap_or_default();
            tracing::info!(%peer, %name, "a node is removed, its connection ends soon");
            if connected.contains(&peer) {
                tokio::spawn(self.clone().remove_later(peer));
            } else {
                self.remove(peer).await;
            }
        }
        let _ = self.network.guests(self.guests(&roster)).await;
        self.tell_of_own(before.get(&own), roster.get(&own)).await
    }

    /// True if a node has a part, or is one that the operator names.
    pub(crate) fn has_part(&self, peer: PeerId) -> bool {
        self.addresses.given.contains_key(&peer) || self.known().roster.get(&peer).is_some()
    }

    /// The part of this node by its own blocks, and the block after which it had none any more.
    pub(crate) fn own(&self) -> (Option<Role>, Option<Height>) {
        let known = self.known();
        let role = known.roster.get(&self.network.local_peer_id()).map(|member| member.role);
        (role, known.removed)
    }

    /// True if this node decides the next block.
    pub(crate) fn votes(&self) -> bool {
        self.own().0 == Some(Role::Validator)
    }

    /// True if this node only follows.
    pub(crate) fn follows(&self) -> bool {
        self.own().0 == Some(Role::Follower)
    }

    /// True if a peer decides the next block, or one that this node doesn't have yet.
    pub(crate) fn is_validator(&self, peer: &PeerId) -> bool {
        matches!(self.role_of(peer), Some(Role::Validator | Role::Ahead))
    }

    /// True if a peer only follows.
    pub(crate) fn is_follower(&self, peer: &PeerId) -> bool {
        self.role_of(peer) == Some(Role::Follower)
    }

    /// The last block of this node.
    pub(crate) fn tip(&self) -> Height {
        self.store.tip().height
    }

    /// The followers that this node is connected to and that stand before it, in their order, if it follows itself.
    pub(crate) fn followers_before(&self) -> Vec<PeerId> {
        let own = self.network.local_peer_id();
        if !self.follows() {
            return Vec::new();
        }
        let is_before = |peer: &PeerId| *peer < own && self.is_follower(peer);
        let mut before: Vec<PeerId> = self.network.reached().into_iter().filter(is_before).collect();
        before.sort_unstable();
        before
    }

    /// The last block that more than a third of the power says it has.
    pub(crate) fn others_have(&self) -> Height {
        let others = self.progress.others_work_on(self.store.view().validators());
        Height::new(others.get().saturating_sub(1))
    }

    /// True if this node tells followers of blocks after one up to another: a follower does of all of them, and
    /// validators take turns.
    pub(crate) fn announces(&self, after: Height, last: Height) -> bool {
        let known = self.known();
        if !known.roster.members().any(|(_, member)| member.role == Role::Follower) {
            return false;
        }
        let own = self.network.local_peer_id();
        match known.roster.get(&own).map(|member| member.role) {
            Some(Role::Follower) => true,
            Some(Role::Validator) => {
                let validators = known.roster.with_role(Role::Validator);
                let place = validators.iter().position(|peer| *peer == own);
                place.is_some_and(|place| has_turn((place, validators.len()), after, last))
            }
            Some(Role::Candidate | Role::Ahead) | None => false,
        }
    }

    fn role_of(&self, peer: &PeerId) -> Option<Role> {
        self.known().roster.get(peer).map(|member| member.role)
    }

    /// The block after which this node had no part any more: the last one of a follower that is none now.
    fn removed(&self, before: &Roster, now: &Roster, own: PeerId) -> Option<Height> {
        let is_none = now.get(&own).is_none();
        let followed = before.get(&own).is_some_and(|member| member.role == Role::Follower);
        if is_none && followed {
            return Some(self.store.tip().height);
        }
        let before = self.known().removed.filter(|_| is_none);
        removed_after(&self.store, own).max(before)
    }

    /// Those that validated before and have no part any more, the last ones first if they are many: they may ask what
    /// has become of them.
    fn guests(&self, roster: &Roster) -> BTreeSet<PeerId> {
        let changes = self.store.set_changes(Height::GENESIS, usize::MAX);
        let sets = changes.iter().rev().map(|change| &change.next).chain([self.store.genesis().validators()]);
        let ids = sets.flat_map(ids);
        let mut guests = BTreeSet::new();
        for id in ids.filter(|id| roster.get(id).is_none() && !self.addresses.given.contains_key(id)) {
            if guests.len() == GUESTS_MAX {
                break;
            }
            guests.insert(id);
        }
        guests
    }

    /// Says what has become of this node: one that is removed is alone soon.
    async fn tell_of_own(&self, before: Option<&Member>, now: Option<&Member>) -> Result<(), StoreError> {
        let height = self.store.tip().height;
        let genesis = self.store.genesis().validators();
        let own = self.network.local_peer_id();
        let of_genesis = || {
            let is_own = |key: &PublicKey| peer_id_of(key.as_bytes()).is_ok_and(|id| id == own);
            genesis.validators().iter().find(|one| is_own(&one.network_key)).map(|one| one.name.clone())
        };
        match (before.map(|member| member.role), now.map(|member| member.role)) {
            (Some(Role::Validator), Some(Role::Validator)) | (_, Some(Role::Ahead)) => {}
            (_, Some(Role::Validator)) => tracing::info!(%height, "this node is a validator from the next block on"),
            (_, Some(role)) => tracing::info!(%height, ?role, "this node follows, without a vote"),
            (was, None) => {
                let Some(name) = before.map(|member| member.name.clone()).or_else(of_genesis) else {
                    if let Some(at) = removed_after(&self.store, own) {
                        tracing::error!(%height, %at, "{REMOVED}");
                    } else if let Some(Disallowed { name, motion, at }) = self.disallowed(own).await? {
                        tracing::error!(%name, %height, %at, %motion, "{REMOVED}");
                    } else if was.is_none() {
                        tracing::warn!(
                            %height,
                            "this node has no part on the network yet, by the blocks that it has: its peers let it in \
                             once governors have approved a motion that makes it a validator or a follower; lojal-node \
                             card prints the motion"
                        );
                    }
                    return Ok(());
                };
                let of = name.clone();
                let motion = self.ask(move |view| removed_by(view, &of)).await?.map(|motion| motion.to_string());
                tracing::error!(%name, %height, motion = motion.unwrap_or_default(), "{REMOVED}");
            }
        }
        Ok(())
    }

    /// The answer to a question about the state, whose pages may have to be read.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl Fn(&View) -> Result<T, Missing> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.store.clone();
        self.workers.blocking(move || store.read(question)).await
    }

    /// The end of this node's part as a follower, if it had one and has none now.
    async fn disallowed(&self, own: PeerId) -> Result<Option<Disallowed>, StoreError> {
        self.ask(move |view| disallowed(view, own)).await
    }

    async fn roster(&self) -> Result<Roster, StoreError> {
        if let Ok(roster) = Roster::of(&self.store.view()) {
            return Ok(roster);
        }
        self.ask(Roster::of).await
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the connection of a node that was removed, unless it has a part again by then.
    async fn remove_later(self, peer: PeerId) {
        tokio::time::sleep(GRACE).await;
        let roster = self.known().roster.clone();
        if roster.get(&peer).is_some() {
            return;
        }
        self.remove(peer).await;
        let _ = self.network.guests(self.guests(&roster)).await;
    }

    /// Ends a node's connection. A network that is gone is noticed elsewhere.
    async fn remove(&self, peer: PeerId) {
        let _ = self.network.disallow(peer).await;
        self.progress.forget(&peer);
    }
}

/// True if one of the blocks after one up to another is that of the node with this place among so many.
fn has_turn((place, count): (usize, usize), after: Height, last: Height) -> bool {
    let blocks = last.get().saturating_sub(after.get()).min(count as u64);
    let mut turns = (0..blocks).map(|back| last.get().saturating_sub(back) % (count as u64).max(1));
    turns.any(|turn| turn == place as u64)
}

/// The block after which a node was a validator no more; none if it is one, or never was.
fn removed_after(store: &Store, peer: PeerId) -> Option<Height> {
    let (mut was, mut removed) = (has(store.genesis().validators(), peer), None);
    for change in store.set_changes(Height::GENESIS, usize::MAX) {
        let is = has(&change.next, peer);
        removed = if is {
            None
        } else if was {
            Some(change.header.height)
        } else {
            removed
        };
        was = is;
    }
    removed
}

#[cfg(test)]
mod tests;
