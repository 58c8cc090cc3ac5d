//! The swarm task's share of shutting out peers that misbehave.

use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;
use tracing::{info, warn};

use crate::Peer;
use crate::conduct::Offence;
use crate::limits::SHUT_OUT_TIME;
use crate::swarm::SwarmTask;

impl SwarmTask {
    /// A peer sent what no honest peer sends, says the consumer.
    pub(crate) fn on_report(&mut self, peer: PeerId) {
        // It may have lost its permission, or be shut out, since it sent that.
        if self.dialer.contains(&peer) || self.guests.contains(&peer) {
            self.shared.count_offence(peer, |counters| counters.reported += 1);
            self.on_offence(peer, Offence::Reported);
        }
    }

    /// A permitted peer did something that it may not do too often.
    pub(crate) fn on_offence(&mut self, peer: PeerId, offence: Offence) {
        let now = Instant::now();
        if self.conduct.note(peer, offence, now)
            && let Some(target) = self.dialer.remove(&peer).or_else(|| self.as_guest(peer))
        {
            self.conduct.shut_out(target, now);
            self.swarm.behaviour_mut().allowed.disallow_peer(peer);
            self.shared.count_offence(peer, |counters| counters.shut_outs += 1);
            if let Some(count) = self.warnings.count(peer, "shut out") {
                let (offence, max, for_s) = (offence.name(), offence.per_minute_max(), SHUT_OUT_TIME.as_secs());
                warn!(%peer, offence, max, for_s, count, "peer shut out, it sends more per minute than is put up with");
            }
        }
    }

    pub(crate) fn release(&mut self, peer: Peer) {
        info!(peer = %peer.id, "peer let in again");
        if self.guests.contains(&peer.id) {
            self.swarm.behaviour_mut().allowed.allow_peer(peer.id);
        } else {
            self.allow(peer);
        }
    }

    /// A guest as a peer that is not dialed.
    fn as_guest(&self, id: PeerId) -> Option<Peer> {
        self.guests.contains(&id).then(|| Peer { id, address: Multiaddr::empty() })
    }
}
