//! The swarm task's share of dialing.

use libp2p::swarm::DialError;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;
use tracing::{debug, warn};

use crate::Peer;
use crate::resolve::{Found, has_name};
use crate::swarm::SwarmTask;

impl SwarmTask {
    /// Dials a peer, once the name in its address has been looked up.
    pub(crate) fn dial(&mut self, peer: Peer) {
        if !has_name(&peer.address) {
            self.dial_at(peer.id, vec![peer.address]);
        } else if !self.lookups.begin(peer.clone()) {
            self.dialer.failed(&peer.id, Instant::now());
        }
    }

    /// A name has been looked up, or there is no such name.
    pub(crate) fn on_found(&mut self, Found { peer, addresses }: Found) {
        self.lookups.ended();
        // It may have dialed us meanwhile, or have lost its permission.
        if self.swarm.is_connected(&peer.id) || !self.dialer.contains(&peer.id) {
            return self.dialer.connected(&peer.id);
        }
        if !addresses.is_empty() {
            return self.dial_at(peer.id, addresses);
        }
        if let Some(count) = self.warnings.count(peer.id, "name") {
            warn!(peer = %peer.id, address = %peer.address, count, "the name in a peer's address isn't known here");
        }
        self.shared.count(|counters| counters.dials_failed += 1);
        self.dialer.failed(&peer.id, Instant::now());
    }

    fn dial_at(&mut self, peer: PeerId, addresses: Vec<Multiaddr>) {
        // A new port each time: the old connection may still occupy the listening port's pair.
        let options = DialOpts::peer_id(peer).addresses(addresses).allocate_new_port().build();
        if let Err(error) = self.swarm.dial(options) {
            self.on_dial_failed(peer, &error);
        }
    }

    pub(crate) fn on_dial_failed(&mut self, peer: PeerId, error: &DialError) {
        if let DialError::WrongPeerId { obtained, .. } = error {
            if let Some(count) = self.warnings.count(peer, "address") {
                warn!(%peer, %obtained, count, "another peer answers at this address: correct the address");
            }
        } else {
            debug!(%peer, %error, "dial failed");
        }
        self.shared.count(|counters| counters.dials_failed += 1);
        // The peer may have dialed us in the meantime.
        if !self.swarm.is_connected(&peer) {
            self.dialer.failed(&peer, Instant::now());
        }
    }
}
