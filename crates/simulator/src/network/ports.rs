//! The places of running nodes on the network, and whom they let in: each as its own node tells it, by what the ledger
//! says.

use std::collections::BTreeSet;

use lojal_network::{Event, PeerId, Topic};
use tokio::sync::mpsc;

use super::{Happening, Inner, MessageId};

/// A running node's place on the network.
pub(super) struct Port {
    pub(super) events: mpsc::UnboundedSender<Event>,
    /// Told apart from what ran here before.
    pub(super) incarnation: u64,
    pub(super) seen: BTreeSet<MessageId>,
    /// The nodes that it lets in.
    allowed: BTreeSet<usize>,
    /// The nodes whose votes, parts and transactions it takes; everybody's until it says whose.
    voters: Option<BTreeSet<usize>>,
    /// The nodes that follow, as it knows; itself may be one of them.
    followers: BTreeSet<usize>,
}

impl Port {
    /// The place of a node that lets these others in.
    pub(super) fn new(events: mpsc::UnboundedSender<Event>, incarnation: u64, allowed: BTreeSet<usize>) -> Self {
        Self { events, incarnation, seen: BTreeSet::new(), allowed, voters: None, followers: BTreeSet::new() }
    }

    /// True if the node takes what a source publishes on a topic: everybody whom it lets in may say how far it is.
    pub(super) fn takes(&self, source: usize, topic: Topic) -> bool {
        self.allowed.contains(&source) && self.lets_publish(source, topic)
    }

    fn lets_publish(&self, source: usize, topic: Topic) -> bool {
        topic == Topic::Status || self.voters.as_ref().is_none_or(|voters| voters.contains(&source))
    }
}

/// Something of a node that reached another one.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// The time of it, in virtual milliseconds.
    pub at_ms: u64,
    /// The number of the node that has published, asked or answered it.
    pub source: usize,
    /// The number of the node that it reached.
    pub to: usize,
    /// The topic on which it was published; none of requests and answers.
    pub topic: Option<Topic>,
}

impl Inner {
    /// True if the node itself publishes on a topic: one that isn't a validator only says how far it is.
    pub(super) fn may_publish(&self, node: usize, topic: Topic) -> bool {
        self.ports[node].as_ref().is_some_and(|port| port.lets_publish(node, topic))
    }

    /// True if both run and let each other in.
    pub(super) fn let_each_other_in(&self, one: usize, other: usize) -> bool {
        let lets_in =
            |host: usize, guest: usize| self.ports[host].as_ref().is_some_and(|port| port.allowed.contains(&guest));
        lets_in(one, other) && lets_in(other, one)
    }

    pub(super) fn allow(&mut self, node: usize, peer: PeerId) {
        let Some(other) = self.number(&peer).filter(|other| *other != node) else { return };
        let Some(port) = &mut self.ports[node] else { return };
        if port.allowed.insert(other) {
            self.dial_soon(node, other);
        }
    }

    pub(super) fn disallow(&mut self, node: usize, peer: PeerId) {
        let Some(other) = self.number(&peer) else { return };
        let Some(port) = &mut self.ports[node] else { return };
        port.allowed.remove(&other);
        self.disconnect(node, other);
    }

    pub(super) fn take_from(&mut self, node: usize, voters: &BTreeSet<PeerId>) {
        let voters = voters.iter().filter_map(|peer| self.number(peer)).collect();
        if let Some(port) = &mut self.ports[node] {
            port.voters = Some(voters);
        }
    }

    pub(super) fn let_follow(&mut self, node: usize, followers: &BTreeSet<PeerId>) {
        let followers = followers.iter().filter_map(|peer| self.number(peer)).collect();
        if let Some(port) = &mut self.ports[node] {
            port.followers = followers;
        }
    }

    /// True if a topic is spoken on a link: followers hear heights alone, and nobody else hears of tips.
    pub(super) fn is_spoken(&self, from: usize, to: usize, topic: Topic) -> bool {
        let follows =
            |node: usize, by: usize| self.ports[by].as_ref().is_some_and(|port| port.followers.contains(&node));
        match topic {
            Topic::Status => true,
            Topic::Tips => follows(to, to),
            _ => !follows(from, to) && !follows(to, from),
        }
    }

    pub(super) fn dial_soon(&mut self, one: usize, other: usize) {
        let at_us = self.now_us() + 1_000 * self.random.between(50..=2_000);
        self.schedule(at_us, Happening::Dial(one, other));
    }

    pub(super) fn dial(&mut self, one: usize, other: usize) {
        if !self.let_each_other_in(one, other) || self.links.are_connected(one, other) {
            return;
        }
        if self.links.is_cut(one, other) || self.links.is_cut(other, one) {
            return self.dial_soon(one, other);
        }
        self.links.connect(one, other);
        self.tell(one, Event::Connected(self.peers[other]));
        self.tell(other, Event::Connected(self.peers[one]));
    }

    pub(super) fn disconnect(&mut self, one: usize, other: usize) {
        if !self.links.disconnect(one, other) {
            return;
        }
        self.tell(one, Event::Disconnected(self.peers[other]));
        self.tell(other, Event::Disconnected(self.peers[one]));
        self.fail_requests_between(one, other);
        self.dial_soon(one, other);
    }

    pub(super) fn watch_dead_links(&mut self) {
        for (one, other, since) in self.links.newly_cut() {
            let at_us = self.now_us() + 1_000 * self.random.between(6_000..=20_000);
            self.schedule(at_us, Happening::Dead(one, other, since));
        }
    }

    /// Notes what reached a node, in networks where that is asked.
    pub(super) fn note(&mut self, source: usize, to: usize, topic: Option<Topic>) {
        let at_ms = self.now_us() / 1_000;
        if let Some(deliveries) = &mut self.deliveries {
            deliveries.push(Delivery { at_ms, source, to, topic });
        }
    }
}
