//! A follower that doesn't keep to its part: it publishes what only validators may, and asks without end.

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_sync::{Request, ValueRequest};
use lojal_consensus::codec::BorshCodec;
use lojal_consensus::context::{Context, Height};
use lojal_consensus::data::Question;
use lojal_consensus::submissions::Submission;
use lojal_network::{Protocol, Topic};
use lojal_types::TimeMs;

use super::Liar;
use crate::network::Hub;

/// Requests to each node at a time.
const AT_ONCE: u64 = 3;
/// Transactions in one of them.
const TRANSACTIONS: usize = 10;
/// The number of a thousand times that it publishes a flood of transactions, too.
const FLOOD_PERMILLE: u64 = 50;

impl Liar {
    /// Publishes something, and asks everybody for several things at once.
    pub(super) fn follow_too_much(&mut self, hub: &Hub, now: TimeMs, tip: lojal_types::Height) {
        self.plot.reached(tip);
        self.linger(hub);
        if self.random.permille(FLOOD_PERMILLE) {
            hub.publish_to(self.number, Topic::Transactions, self.flood(now), &self.everybody());
        }
        for to in self.everybody() {
            for _ in 0..AT_ONCE {
                let (protocol, data) = self.question(now, tip);
                hub.ask(self.number, to, protocol, data);
            }
        }
    }

    fn question(&mut self, now: TimeMs, tip: lojal_types::Height) -> (Protocol, Vec<u8>) {
        let height = lojal_types::Height::new(self.random.below(tip.get() + 2));
        let number = self.random.below(3) as u32;
        match self.random.below(8) {
            0 => (Protocol::Data, Question::Offers.encode()),
            1 => (Protocol::Data, Question::Manifest { height }.encode()),
            2 => (Protocol::Data, Question::Chunk { height, number }.encode()),
            3 => (Protocol::Data, Question::Recent { height, number }.encode()),
            4 | 5 => {
                let range = Height(height)..=Height(tip);
                let request = Request::<Context>::ValueRequest(ValueRequest::new(range));
                (Protocol::Blocks, BorshCodec.encode(&request).expect("writing to memory can't fail").to_vec())
            }
            6 => {
                let forged: Vec<Vec<u8>> = (0..TRANSACTIONS).map(|_| self.forged(now).encode()).collect();
                (Protocol::Submissions, Submission::encode(forged.iter().map(Vec::as_slice)))
            }
            _ => {
                let protocol = [Protocol::Data, Protocol::Blocks, Protocol::Submissions][self.random.index(3)];
                let length = self.random.index(200);
                (protocol, self.random.bytes(length))
            }
        }
    }
}
