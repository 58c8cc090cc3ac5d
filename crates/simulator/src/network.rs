//! The network between the validators: it carries the bytes that their bridges publish and request, as the swarm of
//! `lojal-network` does, but on links that a schedule breaks.
//!
//! As there, whoever publishes sends to every connected peer; votes are forwarded by everybody who gets them, and of
//! the bulky topics a peer that lacks a message is told of it at the next heartbeat; a message is delivered once; what
//! is too long is refused; a link that is dead for long enough is reported as disconnected and dialed again. Nodes are
//! connected if both let each other in, and take votes, parts and transactions of those who validate; none of these go
//! to followers or come from them.

mod links;
mod ports;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lojal_network::limits::HEARTBEAT_INTERVAL;
use lojal_network::{Command, Event, InboundRequest, PeerId, Protocol, Topic};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use self::links::Links;
pub use self::links::{LinkFault, LinkFaultKind};
pub use self::ports::Delivery;
use self::ports::Port;
use self::requests::Requests;
use crate::trace::Trace;
use lojal_random::Random;

/// The sender of a message, and the number of it among the sender's.
type MessageId = (usize, u64);

/// The network; clones share it.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Mutex<Inner>>,
    earlier: Arc<Notify>,
}

struct Inner {
    started: Instant,
    random: Random,
    peers: Vec<PeerId>,
    ports: Vec<Option<Port>>,
    links: Links,
    requests: Requests,
    /// The happenings to come, by time in microseconds and order.
    queue: BTreeMap<(u64, u64), Happening>,
    order: u64,
    trace: Trace,
    published: u64,
    counts: MessageCounts,
    /// The deliveries so far, if they are noted.
    deliveries: Option<Vec<Delivery>>,
}

/// The counts of what the network has carried.
#[derive(Clone, Copy, Debug, Default)]
pub struct MessageCounts {
    /// Messages that reached somebody.
    pub delivered: u64,
    /// Messages that a fault of a link took.
    pub lost: u64,
    /// Messages beyond the size of their topic, which nobody takes.
    pub oversized: u64,
    /// Messages that a node did not take, or send, because whoever published them may not.
    pub refused: u64,
}

#[derive(Clone)]
struct Message {
    id: MessageId,
    topic: Topic,
    data: Arc<[u8]>,
}

enum Happening {
    /// A message arrives at `to` from its neighbour.
    Arrival {
        from: usize,
        to: usize,
        message: Message,
    },
    /// At its heartbeat `at` tells its peers of a bulky message that they may lack.
    Announcement {
        at: usize,
        message: Message,
    },
    Request(requests::Step),
    /// Two validators try to connect.
    Dial(usize, usize),
    /// A link has been dead since some change of its state.
    Dead(usize, usize, u64),
}

impl Hub {
    /// A network of validators, none of which runs yet.
    pub fn new(seed: u64, peers: Vec<PeerId>) -> Self {
        let mut random = Random::of(seed, "network");
        let count = peers.len();
        let links = Links::new(count, &mut random);
        let inner = Inner {
            started: Instant::now(),
            random,
            peers,
            ports: (0..count).map(|_| None).collect(),
            links,
            requests: Requests::default(),
            queue: BTreeMap::new(),
            order: 0,
            trace: Trace::default(),
            published: 0,
            counts: MessageCounts::default(),
            deliveries: None,
        };
        Self { inner: Arc::new(Mutex::new(inner)), earlier: Arc::default() }
    }

    /// Delivers what is due, forever.
    pub async fn run(self) {
        loop {
            let earlier = self.earlier.notified();
            let next = {
                let mut inner = self.lock();
                inner.deliver_due();
                inner.queue.keys().next().map(|(at_us, _)| inner.started + Duration::from_micros(*at_us))
            };
            match next {
                Some(next) => tokio::select! {
                    biased;
                    () = earlier => {}
                    () = tokio::time::sleep_until(next) => {}
                },
                None => earlier.await,
            }
        }
    }

    /// Notes from now on what reaches whom.
    pub fn note_deliveries(&self) {
        self.lock().deliveries.get_or_insert_default();
    }

    /// The deliveries that were noted.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.lock().deliveries.clone().unwrap_or_default()
    }

    /// A node has started, which lets these others in: what it asks comes by [`Hub::command`], what it hears by the
    /// answer.
    pub fn attach(
        &self,
        node: usize,
        incarnation: u64,
        mut allowed: BTreeSet<usize>,
    ) -> mpsc::UnboundedReceiver<Event> {
        let (events, receiver) = mpsc::unbounded_channel();
        let mut inner = self.lock();
        allowed.remove(&node);
        inner.ports[node] = Some(Port::new(events, incarnation, allowed.clone()));
        for other in allowed {
            inner.dial_soon(node, other);
        }
        self.earlier.notify_one();
        receiver
    }

    /// A validator is gone: nothing reaches it any more, and its peers notice.
    pub fn detach(&self, node: usize) {
        let mut inner = self.lock();
        inner.ports[node] = None;
        inner.requests.forget(node);
        for other in 0..inner.peers.len() {
            inner.disconnect(node, other);
        }
        self.earlier.notify_one();
    }

    /// A validator's bridge asks for something. What another incarnation of it asks is not heard.
    pub fn command(&self, node: usize, incarnation: u64, command: Command) {
        let mut inner = self.lock();
        if inner.ports[node].as_ref().is_none_or(|port| port.incarnation != incarnation) {
            return;
        }
        match command {
            Command::Publish(topic, _) if !inner.may_publish(node, topic) => inner.counts.refused += 1,
            Command::Publish(topic, data) => inner.publish(node, (node, topic), data, None),
            Command::Request(id, peer, protocol, data) => inner.request(node, (Some(id), protocol), peer, data),
            Command::Respond(id, data) => inner.respond(node, id, Some(data)),
            Command::Reject(id) => inner.respond(node, id, None),
            Command::Allow(peer) => inner.allow(node, peer.id),
            Command::Disallow(peer) => inner.disallow(node, peer),
            Command::Voters(voters) => inner.take_from(node, &voters),
            Command::Followers(followers) => inner.let_follow(node, &followers),
            // Nobody is shut out here, so that what liars send goes on arriving; and nobody is a guest.
            Command::Report(_) | Command::Guests(_) | Command::Shutdown => {}
        }
        self.earlier.notify_one();
    }

    /// The protocol of a request that has no answer yet.
    pub fn protocol_of(&self, id: InboundRequest) -> Option<Protocol> {
        self.lock().requests.protocol_of(id)
    }

    /// Sends a message to some peers only, as somebody who runs a program of his own can.
    pub fn publish_to(&self, node: usize, topic: Topic, data: Vec<u8>, to: &[usize]) {
        self.lock().publish(node, (node, topic), data, Some(to));
        self.earlier.notify_one();
    }

    /// Asks another node, as somebody who runs a program of his own can: without end, and nobody hears the answers.
    pub fn ask(&self, node: usize, to: usize, protocol: Protocol, data: Vec<u8>) {
        let mut inner = self.lock();
        let peer = inner.peers[to];
        inner.request(node, (None, protocol), peer, data);
        self.earlier.notify_one();
    }

    /// Passes on to everybody what another node has published, and signed, for one that may not send it itself.
    pub fn pass_on(&self, node: usize, source: usize, topic: Topic, data: Vec<u8>) {
        self.lock().publish(node, (source, topic), data, None);
        self.earlier.notify_one();
    }

    /// Breaks links, until the fault is taken back with [`Hub::repair`].
    pub fn break_links(&self, fault: LinkFault) {
        let mut inner = self.lock();
        inner.links.add(fault);
        inner.watch_dead_links();
        self.earlier.notify_one();
    }

    /// Takes the fault with this number back.
    pub fn repair(&self, number: usize) {
        self.lock().links.remove(number);
    }

    /// Something for the trace that the network itself doesn't see.
    pub fn trace(&self, name: &str, numbers: &[u64], bytes: &[u8]) {
        let mut inner = self.lock();
        let now_us = inner.now_us();
        inner.trace.event(now_us, name, numbers, bytes);
    }

    /// The trace so far.
    pub fn traced(&self) -> Trace {
        self.lock().trace.clone()
    }

    /// The counts of what was carried so far.
    pub fn counts(&self) -> MessageCounts {
        self.lock().counts
    }

    /// Virtual milliseconds since the start.
    pub fn now_ms(&self) -> u64 {
        self.lock().now_us() / 1_000
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn schedule(&mut self, at_us: u64, happening: Happening) {
        self.order += 1;
        self.queue.insert((at_us, self.order), happening);
    }

    fn deliver_due(&mut self) {
        let now_us = self.now_us();
        while let Some(entry) = self.queue.first_entry()
            && entry.key().0 <= now_us
        {
            match entry.remove() {
                Happening::Arrival { from, to, message } => self.arrive(from, to, message),
                Happening::Announcement { at, message } => self.announce(at, &message),
                Happening::Request(step) => self.step(step),
                Happening::Dial(one, other) => self.dial(one, other),
                Happening::Dead(one, other, since) => {
                    if self.links.is_dead_since(one, other, since) {
                        self.disconnect(one, other);
                    }
                }
            }
        }
    }

    /// Sends over the links of a node what a source has published.
    fn publish(&mut self, node: usize, (source, topic): (usize, Topic), data: Vec<u8>, to: Option<&[usize]>) {
        self.published += 1;
        let now_us = self.now_us();
        self.trace.event(now_us, "publish", &[node as u64, topic as u64], &data);
        if data.len() > topic.message_bytes_max() {
            self.counts.oversized += 1;
            return;
        }
        let message = Message { id: (source, self.published), topic, data: data.into() };
        let everybody: Vec<usize> = (0..self.peers.len()).collect();
        for to in to.unwrap_or(&everybody) {
            self.send(node, *to, message.clone());
        }
    }

    /// Sends a message over a link, if there is one.
    fn send(&mut self, from: usize, to: usize, message: Message) {
        if !self.links.are_connected(from, to) || !self.is_spoken(from, to, message.topic) {
            return;
        }
        let now_us = self.now_us();
        let arrivals = self.links.carry(from, to, message.topic, now_us, &mut self.random);
        self.counts.lost += u64::from(arrivals.is_empty());
        for at_us in arrivals {
            self.schedule(at_us, Happening::Arrival { from, to, message: message.clone() });
        }
    }

    fn arrive(&mut self, from: usize, to: usize, message: Message) {
        if !self.links.are_connected(from, to) || self.links.is_cut(from, to) {
            self.counts.lost += 1;
            return;
        }
        let (neighbour, source) = (self.peers[from], self.peers[message.id.0]);
        let Some(port) = &mut self.ports[to] else { return };
        if message.id.0 == to || !port.seen.insert(message.id) {
            return;
        }
        if !port.takes(message.id.0, message.topic) {
            self.counts.refused += 1;
            return;
        }
        let data = message.data.to_vec();
        // A node that is stopping hears nothing any more.
        let _ = port.events.send(Event::Message { topic: message.topic, from: neighbour, source, data });
        self.counts.delivered += 1;
        self.note(message.id.0, to, Some(message.topic));
        let now_us = self.now_us();
        self.trace.event(now_us, "arrive", &[from as u64, to as u64, message.id.1], &[]);
        if is_forwarded(message.topic) {
            for other in 0..self.peers.len() {
                if other != from && other != message.id.0 && other != to {
                    self.send(to, other, message.clone());
                }
            }
        } else {
            let heartbeat_us = HEARTBEAT_INTERVAL.as_micros() as u64;
            let at_us = now_us + self.random.below(heartbeat_us);
            self.schedule(at_us, Happening::Announcement { at: to, message });
        }
    }

    fn announce(&mut self, at: usize, message: &Message) {
        for other in 0..self.peers.len() {
            let lacks = self.ports[other].as_ref().is_some_and(|port| !port.seen.contains(&message.id));
            if lacks && other != at && other != message.id.0 {
                self.send(at, other, message.clone());
            }
        }
    }

    fn tell(&mut self, node: usize, event: Event) {
        let now_us = self.now_us();
        let name = match &event {
            Event::Connected(_) => "connected",
            Event::Disconnected(_) => "disconnected",
            Event::Request { .. } => "request",
            Event::Response { .. } => "response",
            _ => "event",
        };
        if let Some(port) = &self.ports[node] {
            self.trace.event(now_us, name, &[node as u64], &[]);
            // A node that is stopping hears nothing any more.
            let _ = port.events.send(event);
        }
    }

    fn number(&self, peer: &PeerId) -> Option<usize> {
        self.peers.iter().position(|one| one == peer)
    }
}

/// True if peers pass a message on at once; of the bulky topics they only tell of it.
fn is_forwarded(topic: Topic) -> bool {
    matches!(topic, Topic::Consensus | Topic::Liveness | Topic::Status | Topic::Tips)
}

#[cfg(test)]
mod tests;
