//! Messages of the consensus engine, to other nodes and to its write-ahead log; and proposals in parts.

use std::fmt::Debug;
use std::io;

use arc_malachitebft_app_channel::app::types::codec::{Codec, HasEncodedLen};
use arc_malachitebft_core_consensus::{LivenessMsg, ProposedValue, SignedConsensusMsg};
use arc_malachitebft_core_types::{PolkaCertificate, ValidatorProof};
use arc_malachitebft_engine::util::streaming::StreamMessage;
use arc_malachitebft_sync::{Request, Response, Status};
use bytes::Bytes;
use lojal_consensus::codec::BorshCodec;
use lojal_consensus::context::{self, Context, Part};
use lojal_consensus::parts::{Assembler, split};
use lojal_network::{PeerId, peer_id_of};
use lojal_store::ProposalRecord;
use lojal_types::limits::BLOCK_BYTES_MAX;
use lojal_types::{BlockId, Height, Validator};

use super::chain::chain;
use super::source::Source;

/// A message of the engine, read as every kind that there is: what can be read is written, and read again as the same.
/// Our own messages have one encoding only.
pub fn engine_message(data: &[u8]) {
    one_encoding::<Part>(data);
    one_encoding::<StreamMessage<Part>>(data);
    survives::<SignedConsensusMsg<Context>>(data);
    survives::<LivenessMsg<Context>>(data);
    survives::<ProposedValue<Context>>(data);
    survives::<PolkaCertificate<Context>>(data);
    survives::<Status<Context>>(data);
    survives::<Request<Context>>(data);
    survives::<ValidatorProof<Context>>(data);
    if let Some(bytes) = survives::<Response<Context>>(data) {
        let response: Response<Context> = BorshCodec.decode(bytes.clone()).expect("read before");
        let announced = BorshCodec.encoded_len(&response).expect("it was encoded");
        assert_eq!(announced, bytes.len(), "the announced length is not the encoded one");
    }
}

/// The bytes that a message is encoded to, if it was read from the bytes.
fn survives<T: PartialEq + Debug>(data: &[u8]) -> Option<Bytes>
where
    BorshCodec: Codec<T, Error = io::Error>,
{
    let message: T = BorshCodec.decode(Bytes::copy_from_slice(data)).ok()?;
    let bytes = BorshCodec.encode(&message).expect("what was read can be written");
    assert!(bytes.len() <= data.len(), "writing makes it longer");
    let again: T = BorshCodec.decode(bytes.clone()).expect("what was written can be read");
    let twice = BorshCodec.encode(&again).expect("what was read can be written");
    assert_eq!(twice, bytes, "another message after writing and reading");
    Some(bytes)
}

fn one_encoding<T: PartialEq + Debug>(data: &[u8])
where
    BorshCodec: Codec<T, Error = io::Error>,
{
    if let Some(bytes) = survives::<T>(data) {
        assert_eq!(bytes, data, "two encodings of one message");
    }
}

/// Of the chain's validators: whose node assembles, and whose publishes as it should.
const OWN: usize = 0;
const HONEST: usize = 1;
/// The height at which the assembling node stands at first.
const TIP: u64 = 10;
const STEPS_MAX: usize = 64;

/// Parts of proposals from hostile publishers, in any order: what is put together was published by one publisher for
/// the next height within the limits, and an honest proposal comes through afterwards all the same.
pub fn parts(data: &[u8]) {
    let mut source = Source::new(data);
    let set = chain().genesis.validators();
    let validators = set.validators();
    let mut assembler = Assembler::new(validators[OWN].address(), Height::new(TIP));
    let (mut tip, mut round) = (TIP, 0_u32);
    for _ in 0..STEPS_MAX {
        if source.is_empty() {
            break;
        }
        match source.below(16) {
            0 => {
                round = round.saturating_add(u32::from(source.byte()));
                assembler.started_round(round);
            }
            1 => {
                (tip, round) = (tip.saturating_add(1 + u64::from(source.byte() & 3)), 0);
                assembler.decided(Height::new(tip), set);
                assembler.due().iter().for_each(|one| check(tip, &one.record, &one.bytes));
            }
            _ => {
                let part = part(&mut source, (tip, round), validators);
                let publisher = publisher(&mut source, validators);
                if let Some(one) = assembler.add(part, publisher, set) {
                    check(tip, &one.record, &one.bytes);
                }
            }
        }
    }
    let height = Height::new(tip.saturating_add(1));
    let honest = &validators[HONEST];
    let turn = (round..=round.saturating_add(4)).find(|round| set.proposer(height, *round) == honest);
    let round = turn.expect("in four rounds everybody has their turn");
    let record =
        ProposalRecord { height, round, valid_round: None, proposer: honest.address(), block: BlockId::new([1; 32]) };
    let bytes = [3; 1000];
    let mut complete = split(&record, &bytes).into_iter().map(|part| assembler.add(part, Some(peer(honest)), set));
    let assembled = complete.next_back().flatten().expect("an honest proposal comes through");
    assert_eq!((assembled.record, &assembled.bytes[..]), (record, &bytes[..]));
}

fn check(tip: u64, record: &ProposalRecord, bytes: &[u8]) {
    assert_eq!(record.height.get(), tip.saturating_add(1), "a proposal for another height");
    assert!(!bytes.is_empty() && bytes.len() <= BLOCK_BYTES_MAX, "a block of {} bytes", bytes.len());
}

fn peer(validator: &Validator) -> PeerId {
    peer_id_of(validator.network_key.as_bytes()).expect("a key of genesis")
}

/// Anybody but the honest one, or nobody.
fn publisher(source: &mut Source<'_>, validators: &[Validator]) -> Option<PeerId> {
    match source.below(validators.len() + 2) {
        HONEST => None,
        index if index < validators.len() => Some(peer(&validators[index])),
        _ => peer_id_of(&[3; 32]).ok(),
    }
}

fn part(source: &mut Source<'_>, (tip, round): (u64, u32), validators: &[Validator]) -> Part {
    let near = |source: &mut Source<'_>, middle: u32| match source.below(8) {
        0 => source.u32(),
        step => middle.saturating_add(step as u32).saturating_sub(2),
    };
    let height = match source.below(8) {
        0 => source.u64(),
        ahead => tip.saturating_add(ahead as u64).saturating_sub(1),
    };
    let round = near(source, round);
    let pol_round = source.flag().then(|| near(source, round));
    let proposer = validators[source.below(validators.len())].address();
    let block = BlockId::new([source.byte(); 32]);
    let (total, index) = (near(source, 3), near(source, 2));
    let length = match source.below(8) {
        0 => 0,
        1 => 200_000,
        2 => 131_072,
        length => length,
    };
    Part {
        height: context::Height(Height::new(height)),
        round,
        pol_round,
        proposer: context::Address(proposer),
        block,
        total,
        index,
        bytes: vec![source.byte(); length],
    }
}
