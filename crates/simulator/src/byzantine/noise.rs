//! Messages that nobody asked for.

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_sync::Status;
use lojal_consensus::codec::BorshCodec;
use lojal_consensus::context::{Context, Height};
use lojal_network::Topic;
use lojal_types::{SignedTransaction, TimeMs};

use super::Liar;
use crate::network::Hub;
use crate::schedule::Malice;

/// The distance by which a false claim of height is ahead.
const FALSE_HEIGHTS: u64 = 1_000_000;
/// Transactions in one message of a flood.
const FLOOD: usize = 200;

impl Liar {
    /// Sends what a liar of its kind sends from time to time.
    pub fn make_noise(&mut self, hub: &Hub, now: TimeMs, tip: lojal_types::Height) {
        if self.malice == Malice::Lingers {
            self.plot.reached(tip);
            return self.linger(hub);
        }
        if self.malice == Malice::FollowsTooMuch {
            return self.follow_too_much(hub, now, tip);
        }
        let topic = Topic::ALL[self.random.index(Topic::ALL.len())];
        let noise = match self.malice {
            Malice::RepeatsOldMessages if !self.memory.is_empty() => {
                let old = self.random.index(self.memory.len());
                self.memory[old].clone()
            }
            Malice::SendsGarbage => match self.random.index(self.memory.len() + 1) {
                0 => {
                    let length = self.random.index(2_000);
                    (topic, self.random.bytes(length))
                }
                old => {
                    let (topic, data) = self.memory[old - 1].clone();
                    (topic, self.garbled(data))
                }
            },
            Malice::SendsTooMuch => {
                let length = topic.message_bytes_max() - 1 + self.random.index(3);
                let mut data = vec![0xff; length];
                if self.random.permille(500) {
                    data = self.random.bytes(length.min(4_096));
                    data.resize(length, 0);
                }
                (topic, data)
            }
            Malice::FloodsTransactions => (Topic::Transactions, self.flood(now)),
            _ => return,
        };
        let (topic, data) = noise;
        hub.publish_to(self.number, topic, data, &self.everybody());
    }

    /// Bytes with something wrong in them.
    pub(super) fn garbled(&mut self, mut data: Vec<u8>) -> Vec<u8> {
        match self.random.below(4) {
            0 => {
                let length = self.random.index(data.len() + 1);
                data.truncate(length);
            }
            1 => {
                let length = self.random.index(500);
                data = self.random.bytes(length);
            }
            2 => {
                let more = self.random.bytes(7);
                data.extend(more);
            }
            _ => {
                let at = self.random.index(data.len());
                if let Some(byte) = data.get_mut(at) {
                    *byte ^= 1 << self.random.below(8);
                }
            }
        }
        data
    }

    pub(super) fn false_status(&self, data: Vec<u8>) -> Vec<u8> {
        let Ok(mut status): Result<Status<Context>, _> = BorshCodec.decode(data.clone().into()) else { return data };
        let false_height = Height(lojal_types::Height::new(status.tip_height.0.get() + FALSE_HEIGHTS));
        match self.malice {
            Malice::ClaimsFalseBeginning if self.number.is_multiple_of(2) => status.history_min_height = false_height,
            Malice::ClaimsFalseBeginning => status.history_min_height = Height(lojal_types::Height::GENESIS.next()),
            _ => status.tip_height = false_height,
        }
        BorshCodec.encode(&status).expect("writing to memory can't fail").to_vec()
    }

    /// Many transactions, each with its length before it, as validators gossip them.
    pub(super) fn flood(&mut self, now: TimeMs) -> Vec<u8> {
        let mut message = Vec::new();
        for _ in 0..FLOOD {
            let forged: SignedTransaction = self.forged(now);
            let bytes = forged.encode();
            message.extend((bytes.len() as u32).to_le_bytes());
            message.extend(bytes);
        }
        message
    }
}
