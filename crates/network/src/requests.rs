//! The swarm task's share of requests and responses.

use std::collections::BTreeMap;
use std::io;

use libp2p::PeerId;
use libp2p::request_response::{self, InboundRequestId, Message, OutboundFailure, OutboundRequestId, ResponseChannel};
use tracing::{debug, error, warn};

use crate::conduct::Offence;
use crate::swarm::SwarmTask;
use crate::{Event, InboundRequest, OutboundRequest, Protocol, RequestFailure};

/// Requests on their way.
#[derive(Default)]
pub(crate) struct Requests {
    outbound: BTreeMap<(Protocol, OutboundRequestId), OutboundRequest>,
    inbound: BTreeMap<InboundRequest, Inbound>,
    next: u64,
}

/// A peer's request, kept until its response is sent or it has failed. libp2p reports one or
/// the other within the request timeout, so none is kept for ever.
struct Inbound {
    peer: PeerId,
    protocol: Protocol,
    wire: InboundRequestId,
    /// `None` once answered.
    channel: Option<ResponseChannel<Vec<u8>>>,
}

impl Requests {
    /// Takes a request in, or refuses it by dropping its channel.
    fn admit(
        &mut self,
        (peer, protocol): (PeerId, Protocol),
        wire: InboundRequestId,
        channel: ResponseChannel<Vec<u8>>,
    ) -> Option<InboundRequest> {
        let open = || self.inbound.values().filter(|open| open.protocol == protocol);
        let of_peer = open().filter(|open| open.peer == peer).count();
        if open().count() >= protocol.inbound_max() || of_peer >= protocol.inbound_per_peer_max() {
            return None;
        }
        let id = InboundRequest(self.next);
        self.next += 1;
        let channel = Some(channel);
        self.inbound.insert(id, Inbound { peer, protocol, wire, channel });
        Some(id)
    }

    fn take_channel(&mut self, id: InboundRequest) -> Option<(Protocol, ResponseChannel<Vec<u8>>)> {
        self.inbound.get_mut(&id).and_then(|open| Some((open.protocol, open.channel.take()?)))
    }

    fn close(&mut self, protocol: Protocol, wire: InboundRequestId) {
        self.inbound.retain(|_, open| open.protocol != protocol || open.wire != wire);
    }

    fn outbound_len(&self, protocol: Protocol) -> usize {
        self.outbound.keys().filter(|(of, _)| *of == protocol).count()
    }
}

impl SwarmTask {
    pub(crate) fn request(&mut self, id: OutboundRequest, peer: PeerId, protocol: Protocol, data: Vec<u8>) {
        let refusal = if data.len() > protocol.request_bytes_max() {
            self.shared.count(|counters| counters.oversized += 1);
            Some(RequestFailure::TooLong)
        } else if self.requests.outbound_len(protocol) >= protocol.outbound_max() {
            Some(RequestFailure::TooMany)
        } else if !self.swarm.behaviour_mut().requests_mut(protocol).is_connected(&peer) {
            Some(RequestFailure::NotConnected)
        } else {
            None
        };
        if let Some(reason) = refusal {
            self.shared.count(|counters| counters.requests_failed += 1);
            let event = Event::RequestFailed { id, peer, reason };
            if self.outbox.push_refusal(event).is_err() {
                error!(%peer, request = %id, "no room for the failure of a request: read events");
                self.shared.count(|counters| counters.events_dropped += 1);
            }
            return;
        }
        self.shared.count(|counters| {
            counters.requests_out += 1;
            counters.request_bytes_out += data.len() as u64;
        });
        let wire = self.swarm.behaviour_mut().requests_mut(protocol).send_request(&peer, data);
        self.requests.outbound.insert((protocol, wire), id);
    }

    pub(crate) fn respond(&mut self, id: InboundRequest, data: Vec<u8>) {
        let Some((protocol, channel)) = self.requests.take_channel(id) else {
            debug!(request = %id, "nobody waits for this response any more");
            return;
        };
        let length = data.len();
        if length > protocol.response_bytes_max() {
            // Dropping the channel tells the peer that there is no answer.
            error!(request = %id, length, "response too long, not sent");
            self.shared.count(|counters| counters.oversized += 1);
            return;
        }
        match self.swarm.behaviour_mut().requests_mut(protocol).send_response(channel, data) {
            Ok(()) => self.shared.count(|counters| counters.request_bytes_out += length as u64),
            Err(_) => debug!(request = %id, "nobody waits for this response any more"),
        }
    }

    pub(crate) fn reject(&mut self, id: InboundRequest) {
        drop(self.requests.take_channel(id));
    }

    pub(crate) fn on_request_event(&mut self, protocol: Protocol, event: request_response::Event<Vec<u8>, Vec<u8>>) {
        match event {
            request_response::Event::Message { peer, message, .. } => match message {
                Message::Request { request_id, request, channel } => {
                    self.on_request((peer, protocol), request_id, request, channel)
                }
                Message::Response { request_id, response } => self.on_response(peer, (protocol, request_id), response),
            },
            request_response::Event::OutboundFailure { peer, request_id, error, .. } => {
                if let Some(id) = self.requests.outbound.remove(&(protocol, request_id)) {
                    let reason = failure(error);
                    debug!(%peer, request = %id, %reason, "request failed");
                    self.shared.count(|counters| counters.requests_failed += 1);
                    self.emit(Event::RequestFailed { id, peer, reason });
                }
            }
            request_response::Event::InboundFailure { peer, request_id, error, .. } => {
                debug!(%peer, %error, "a request of a peer got no answer");
                self.requests.close(protocol, request_id);
            }
            request_response::Event::ResponseSent { request_id, .. } => {
                self.requests.close(protocol, request_id);
            }
        }
    }

    fn on_request(
        &mut self,
        (peer, protocol): (PeerId, Protocol),
        wire: InboundRequestId,
        data: Vec<u8>,
        channel: ResponseChannel<Vec<u8>>,
    ) {
        match self.requests.admit((peer, protocol), wire, channel) {
            Some(id) => {
                self.shared.count(|counters| {
                    counters.requests_in += 1;
                    counters.request_bytes_in += data.len() as u64;
                });
                self.emit(Event::Request { id, peer, protocol, data });
            }
            None => {
                if let Some(count) = self.warnings.count(peer, "requests") {
                    warn!(%peer, count, "request refused, too many are open");
                }
                self.shared.count(|counters| counters.requests_refused += 1);
                // Opening and closing streams costs something, too.
                self.shared.count_offence(peer, |counters| counters.over_budget += 1);
                self.on_offence(peer, Offence::OverBudget);
            }
        }
    }

    fn on_response(&mut self, peer: PeerId, wire: (Protocol, OutboundRequestId), data: Vec<u8>) {
        if let Some(id) = self.requests.outbound.remove(&wire) {
            self.shared.count(|counters| counters.request_bytes_in += data.len() as u64);
            self.emit(Event::Response { id, peer, data });
        }
    }
}

fn failure(error: OutboundFailure) -> RequestFailure {
    match error {
        OutboundFailure::DialFailure => RequestFailure::NotConnected,
        OutboundFailure::Timeout => RequestFailure::Timeout,
        OutboundFailure::ConnectionClosed => RequestFailure::ConnectionClosed,
        OutboundFailure::UnsupportedProtocols => RequestFailure::Unsupported,
        // See `codec::read_frame` for the meaning of the two kinds.
        OutboundFailure::Io(error) => match error.kind() {
            io::ErrorKind::UnexpectedEof => RequestFailure::Refused,
            io::ErrorKind::InvalidData => RequestFailure::Malformed(error.to_string()),
            _ => RequestFailure::Stream(error.to_string()),
        },
    }
}
