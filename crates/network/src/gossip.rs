//! The swarm task's share of gossip: publishing, checking, counting.

use std::collections::BTreeSet;

use libp2p::PeerId;
use libp2p::gossipsub::{self, MessageAcceptance, MessageId, PublishError};
use tokio::time::Instant;
use tracing::{debug, error, warn};

use crate::conduct::{Arrival, Offence, Verdict};
use crate::limits::BURST_OUT;
use crate::swarm::SwarmTask;
use crate::{Event, Topic};

impl SwarmTask {
    /// True if a node may publish on a topic: everybody may say how far it is.
    fn may_publish(&self, node: &PeerId, topic: Topic) -> bool {
        matches!(topic, Topic::Status | Topic::Tips) || self.is_voter(node)
    }

    /// True if a node takes part in consensus.
    fn is_voter(&self, node: &PeerId) -> bool {
        self.voters.as_ref().is_none_or(|voters| voters.contains(node))
    }

    /// True if a peer and this node take part in consensus.
    pub(crate) fn votes_with(&self, peer: &PeerId) -> bool {
        self.is_voter(peer) && self.is_voter(self.swarm.local_peer_id())
    }

    /// Takes votes, parts and transactions from these only.
    pub(crate) fn set_voters(&mut self, voters: BTreeSet<PeerId>) {
        self.voters = Some(voters);
        let own = *self.swarm.local_peer_id();
        let (voters, now) = (self.voters.as_ref(), Instant::now());
        let votes = |node: &PeerId| voters.is_none_or(|voters| voters.contains(node));
        for peer in self.sessions.judge(|peer| votes(peer) && votes(&own), now) {
            self.on_ready(peer);
        }
    }

    pub(crate) fn publish(&mut self, topic: Topic, data: Vec<u8>) {
        if !self.may_publish(self.swarm.local_peer_id(), topic) {
            self.shared.count(|counters| counters.topic_mut(topic).dropped_out += 1);
            return;
        }
        let length = data.len();
        if length > topic.message_bytes_max() {
            error!(topic = topic.name(), length, "message too long, not published");
            self.shared.count(|counters| {
                counters.oversized += 1;
                counters.topic_mut(topic).dropped_out += 1;
            });
            return;
        }
        if topic == Topic::Transactions
            && !self.own_budget.take(topic.rate().time_of(length), BURST_OUT, Instant::now())
        {
            if let Some(count) = self.warn_of_own("beyond the own budget") {
                warn!(
                    count,
                    "transactions not published: clients send this node more than its peers would take from it"
                );
            }
            self.shared.count(|counters| counters.topic_mut(topic).dropped_out += 1);
            return;
        }
        let published = if self.swarm.connected_peers().next().is_none() {
            // Signing it would be for nobody.
            Err(PublishError::NoPeersSubscribedToTopic)
        } else {
            let name = self.names.topic(topic).hash();
            self.swarm.behaviour_mut().gossip_mut(topic).publish(name, data)
        };
        match published {
            Ok(_) | Err(PublishError::NoPeersSubscribedToTopic) => {
                self.shared.count(|counters| {
                    let counters = counters.topic_mut(topic);
                    counters.messages_out += 1;
                    counters.bytes_out += length as u64;
                });
            }
            Err(problem) => {
                if let Some(count) = self.warn_of_own(topic.name()) {
                    warn!(topic = topic.name(), length, %problem, count, "message not published");
                }
                self.shared.count(|counters| counters.topic_mut(topic).dropped_out += 1);
            }
        }
    }

    pub(crate) fn on_gossip(&mut self, event: gossipsub::Event) {
        match event {
            gossipsub::Event::Message { propagation_source, message_id, message } => {
                self.on_message(propagation_source, &message_id, message)
            }
            gossipsub::Event::Subscribed { peer_id, topic } => {
                if let Some(topic) = self.names.topic_of(&topic)
                    && self.sessions.subscribe(&peer_id, topic, Instant::now())
                {
                    self.on_ready(peer_id);
                }
            }
            gossipsub::Event::Unsubscribed { peer_id, topic } => {
                if let Some(topic) = self.names.topic_of(&topic)
                    && self.sessions.unsubscribe(&peer_id, topic)
                {
                    self.drop_unsubscribed(peer_id);
                }
            }
            // It may answer by the data protocol all the same, until the time to subscribe is up.
            gossipsub::Event::GossipsubNotSupported { .. } => {}
            gossipsub::Event::SlowPeer { peer_id, failed_messages } => {
                let lost = failed_messages.publish + failed_messages.forward;
                if let Some(count) = self.warnings.count(peer_id, "slow") {
                    warn!(peer = %peer_id, lost, count, "slow peer, messages lost");
                }
                self.shared.count(|counters| counters.messages_lost += lost as u64);
            }
        }
    }

    fn on_message(&mut self, from: PeerId, id: &MessageId, message: gossipsub::Message) {
        let topic = self.names.topic_of(&message.topic);
        let (Some(topic), Some(source)) = (topic, message.source) else {
            return; // gossipsub delivers our own topics and, in strict mode, signed messages only
        };
        let behaviour = self.swarm.behaviour_mut();
        let is_member = behaviour.allowed.allowed_peers().contains(&source) && !self.guests.contains(&source);
        let is_permitted = is_member && message.data.len() <= topic.message_bytes_max();
        if !is_permitted {
            behaviour.gossip_mut(topic).report_message_validation_result(id, &from, MessageAcceptance::Reject);
            debug!(%from, %source, topic = topic.name(), "message refused");
            self.shared.count(|counters| counters.messages_refused += 1);
            return;
        }
        let arrival = Arrival {
            topic,
            source,
            is_direct: from == source,
            sequence: message.sequence_number.unwrap_or_default(),
            bytes: message.data.len(),
        };
        let verdict = match self.conduct.judge(&arrival, Instant::now()) {
            Verdict::Fine if !self.may_publish(&source, topic) => Verdict::NoVoter,
            verdict => verdict,
        };
        // Ignored, not rejected: the neighbour is not to blame. And whoever has no vote tells its own peers how far it
        // is, and nobody passes that on.
        let is_passed_on = verdict == Verdict::Fine && self.is_voter(&source);
        let acceptance = if is_passed_on { MessageAcceptance::Accept } else { MessageAcceptance::Ignore };
        let gossip = self.swarm.behaviour_mut().gossip_mut(topic);
        gossip.report_message_validation_result(id, &from, acceptance);
        match verdict {
            Verdict::Fine => {
                self.shared.count(|counters| {
                    let counters = counters.topic_mut(topic);
                    counters.messages_in += 1;
                    counters.bytes_in += message.data.len() as u64;
                });
                self.emit(Event::Message { topic, from, source, data: message.data });
            }
            Verdict::Replayed => {
                debug!(%from, %source, topic = topic.name(), "old message dropped");
                self.shared.count(|counters| counters.messages_replayed += 1);
            }
            Verdict::NoVoter => {
                debug!(%from, %source, topic = topic.name(), "message refused, its source has no vote");
                self.shared.count(|counters| counters.messages_refused += 1);
            }
            Verdict::OverBudget => {
                if let Some(count) = self.warnings.count(source, topic.name()) {
                    warn!(%source, topic = topic.name(), count, "messages dropped, their source sends too many");
                }
                self.shared.count_offence(source, |counters| counters.over_budget += 1);
                self.on_offence(source, Offence::OverBudget);
            }
        }
    }
}
