//! The swarm task's share of who may connect, and as what.

use std::collections::BTreeSet;

use libp2p::PeerId;
use tokio::time::Instant;
use tracing::error;

use crate::swarm::SwarmTask;
use crate::{Peer, Topic, limits};

impl SwarmTask {
    pub(crate) fn allow(&mut self, peer: Peer) {
        if peer.id == *self.swarm.local_peer_id() {
            return;
        }
        if self.guests.remove(&peer.id) {
            self.swarm.behaviour_mut().members.set_outside(self.guests.clone());
            // Its connection is a guest's. An error means that it has none.
            let _ = self.swarm.disconnect_peer_id(peer.id);
        }
        if self.conduct.readdress(&peer) {
            return;
        }
        let permitted = self.dialer.len() + self.conduct.shut_out_len();
        if !self.dialer.contains(&peer.id) && permitted >= limits::PEERS_MAX {
            error!(peer = %peer.id, max = limits::PEERS_MAX, "peer not allowed, there are too many");
            return;
        }
        self.swarm.behaviour_mut().allowed.allow_peer(peer.id);
        let id = peer.id;
        self.dialer.insert(peer, Instant::now());
        if self.swarm.is_connected(&id) {
            self.dialer.connected(&id);
        }
    }

    pub(crate) fn disallow(&mut self, peer: PeerId) {
        self.dialer.remove(&peer);
        self.conduct.forget(&peer);
        self.swarm.behaviour_mut().allowed.disallow_peer(peer);
    }

    /// Tells these how far the others are, and nothing else; whoever becomes a follower, or is one no more, gets a
    /// connection of the other kind.
    pub(crate) fn set_followers(&mut self, mut followers: BTreeSet<PeerId>) {
        let is_own = followers.remove(self.swarm.local_peer_id());
        let tips = self.names.topic(Topic::Tips).clone();
        let gossip = self.swarm.behaviour_mut().gossip_mut(Topic::Tips);
        if !is_own {
            gossip.unsubscribe(&tips);
        } else if let Err(problem) = gossip.subscribe(&tips) {
            error!(%problem, "this node doesn't hear at once how far the others are");
        }
        self.swarm.behaviour_mut().members.inner.voting.set_outside(followers.clone());
        for changed in self.followers.symmetric_difference(&followers) {
            // An error means that it has no connection.
            let _ = self.swarm.disconnect_peer_id(*changed);
        }
        self.followers = followers;
    }

    /// Lets these ask, and no other guests any more.
    pub(crate) fn set_guests(&mut self, mut guests: BTreeSet<PeerId>) {
        guests.remove(self.swarm.local_peer_id());
        guests.retain(|peer| !self.dialer.contains(peer));
        let guests: BTreeSet<PeerId> = guests.into_iter().take(limits::GUESTS_MAX).collect();
        let behaviour = self.swarm.behaviour_mut();
        for gone in self.guests.difference(&guests).filter(|peer| !self.dialer.contains(peer)) {
            behaviour.allowed.disallow_peer(*gone);
        }
        for new in guests.iter().filter(|peer| !self.conduct.is_shut_out(peer)) {
            behaviour.allowed.allow_peer(*new);
        }
        behaviour.members.set_outside(guests.clone());
        self.guests = guests;
    }
}
