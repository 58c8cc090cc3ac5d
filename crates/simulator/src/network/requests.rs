//! Requests between validators and their answers, within the limits of `lojal-network`.

use std::collections::BTreeMap;

use lojal_network::{Event, InboundRequest, OutboundRequest, PeerId, Protocol, RequestFailure};

use super::{Happening, Inner};

/// The requests that have no answer yet, by the number under which the one who is asked knows them.
#[derive(Default)]
pub(super) struct Requests {
    open: BTreeMap<u64, Open>,
    last: u64,
}

#[derive(Clone, Copy)]
struct Open {
    from: usize,
    to: usize,
    protocol: Protocol,
    /// The id by which the node that asks knows it; none if nobody hears the answer.
    id: Option<OutboundRequest>,
}

pub(super) enum Step {
    Asked { number: u64, data: Vec<u8> },
    Answered { number: u64, data: Option<Vec<u8>> },
    TimedOut { number: u64 },
}

impl Requests {
    /// The protocol of one.
    pub(super) fn protocol_of(&self, id: InboundRequest) -> Option<Protocol> {
        let number = id.to_string().parse().ok()?;
        self.open.get(&number).map(|open: &Open| open.protocol)
    }

    /// A validator is gone, and with it everything that it asked.
    pub(super) fn forget(&mut self, node: usize) {
        self.open.retain(|_, open| open.from != node);
    }
}

impl Inner {
    pub(super) fn request(
        &mut self,
        from: usize,
        (id, protocol): (Option<OutboundRequest>, Protocol),
        peer: PeerId,
        data: Vec<u8>,
    ) {
        let now_us = self.now_us();
        self.trace.event(now_us, "ask", &[from as u64], &data);
        let to = self.number(&peer).filter(|to| self.links.are_connected(from, *to));
        let Some(to) = to else { return self.refuse(from, id, peer, RequestFailure::NotConnected) };
        if data.len() > protocol.request_bytes_max() {
            return self.refuse(from, id, peer, RequestFailure::TooLong);
        }
        let of_node = self.requests.open.values().filter(|open| (open.from, open.protocol) == (from, protocol));
        if id.is_some() && of_node.count() >= protocol.outbound_max() {
            return self.refuse(from, id, peer, RequestFailure::TooMany);
        }
        self.requests.last += 1;
        let number = self.requests.last;
        self.requests.open.insert(number, Open { from, to, protocol, id });
        let timeout_us = protocol.timeout().as_micros() as u64;
        self.schedule(now_us + timeout_us, Happening::Request(Step::TimedOut { number }));
        if let Some(at_us) = self.links.carry_request(from, to, now_us, &mut self.random).first() {
            self.schedule(*at_us, Happening::Request(Step::Asked { number, data }));
        }
    }

    /// The answer to a peer's request, or none.
    pub(super) fn respond(&mut self, node: usize, id: InboundRequest, data: Option<Vec<u8>>) {
        let Ok(number) = id.to_string().parse::<u64>() else { return };
        let Some(open) = self.requests.open.get(&number).copied().filter(|open| open.to == node) else { return };
        let now_us = self.now_us();
        self.trace.event(now_us, "answer", &[node as u64], data.as_deref().unwrap_or_default());
        let data = data.filter(|data| data.len() <= open.protocol.response_bytes_max());
        if let Some(at_us) = self.links.carry_request(open.to, open.from, now_us, &mut self.random).first() {
            self.schedule(*at_us, Happening::Request(Step::Answered { number, data }));
        }
    }

    pub(super) fn step(&mut self, step: Step) {
        match step {
            Step::Asked { number, data } => {
                let Some(open) = self.requests.open.get(&number).copied() else { return };
                let key = |one: &Open| (one.from, one.to, one.protocol);
                let of_pair = self.requests.open.values().filter(|one| key(one) == key(&open));
                if of_pair.count() > open.protocol.inbound_per_peer_max() {
                    return self.schedule(self.now_us(), Happening::Request(Step::Answered { number, data: None }));
                }
                let id: InboundRequest = number.to_string().parse().expect("a number is what an id reads");
                self.note(open.from, open.to, None);
                self.tell(open.to, Event::Request { id, peer: self.peers[open.from], protocol: open.protocol, data });
            }
            Step::Answered { number, data } => {
                let Some(Open { from, to, id, .. }) = self.requests.open.remove(&number) else { return };
                let peer = self.peers[to];
                self.note(to, from, None);
                match (id, data) {
                    (Some(id), Some(data)) => self.tell(from, Event::Response { id, peer, data }),
                    (id, _) => self.refuse(from, id, peer, RequestFailure::Refused),
                }
            }
            Step::TimedOut { number } => self.fail(number, RequestFailure::Timeout),
        }
    }

    pub(super) fn fail_requests_between(&mut self, one: usize, other: usize) {
        let between = |open: &Open| (open.from, open.to) == (one, other) || (open.from, open.to) == (other, one);
        let open = self.requests.open.iter().filter(|(_, open)| between(open));
        let numbers: Vec<u64> = open.map(|(number, _)| *number).collect();
        for number in numbers {
            self.fail(number, RequestFailure::ConnectionClosed);
        }
    }

    fn fail(&mut self, number: u64, reason: RequestFailure) {
        if let Some(Open { from, to, id, .. }) = self.requests.open.remove(&number) {
            self.refuse(from, id, self.peers[to], reason);
        }
    }

    fn refuse(&mut self, from: usize, id: Option<OutboundRequest>, peer: PeerId, reason: RequestFailure) {
        if let Some(id) = id {
            self.tell(from, Event::RequestFailed { id, peer, reason });
        }
    }
}
