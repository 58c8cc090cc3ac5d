use std::fmt::Debug;

use arc_malachitebft_app_channel::app::types::PeerId;
use arc_malachitebft_core_types::{
    NilOrVal, PolkaSignature, Round, RoundCertificate, RoundCertificateType, RoundSignature, SignedMessage, Validity,
    VoteType,
};
use arc_malachitebft_engine::util::streaming::{StreamContent, StreamId};
use arc_malachitebft_sync::ValueRequest;
use lojal_types::limits::VALIDATORS_MAX;
use lojal_types::{BlockId, CommitSignature};

use super::*;
use crate::context::{Address, Proposal, Value, Vote};

const SIGNATURE: Signature = Signature::new([5; 64]);

fn height(height: u64) -> Height {
    Height(lojal_types::Height::new(height))
}

fn address(byte: u8) -> Address {
    Address(lojal_types::Address::new([byte; 20]))
}

fn value() -> Value {
    Value(BlockId::new([9; 32]))
}

fn vote(kind: VoteType, value: NilOrVal<Value>) -> SignedMessage<Context, Vote> {
    let vote = Vote { kind, height: height(7), round: Round::new(2), value, address: address(1) };
    SignedMessage::new(vote, SIGNATURE)
}

fn proposal(pol_round: Round) -> SignedMessage<Context, Proposal> {
    let round = Round::new(3);
    SignedMessage::new(Proposal { height: height(7), round, value: value(), pol_round, address: address(1) }, SIGNATURE)
}

fn part() -> Part {
    Part {
        height: height(7),
        round: 2,
        pol_round: Some(1),
        proposer: address(1),
        block: BlockId::new([9; 32]),
        total: 3,
        index: 1,
        bytes: vec![1, 2, 3],
    }
}

/// A decided block with so many bytes and signatures.
fn decided(bytes: usize, signatures: usize) -> RawDecidedValue<Context> {
    let signature = |n: usize| CommitSignature { validator: address(n as u8).0, signature: SIGNATURE };
    let signatures = Bounded::new((0..signatures).map(signature).collect()).expect("1 to 64");
    let certificate =
        Certificate { height: lojal_types::Height::new(7), round: 2, block: BlockId::new([9; 32]), signatures };
    RawDecidedValue::new(vec![7; bytes].into(), to_engine(&certificate))
}

fn response(values: Vec<RawDecidedValue<Context>>) -> Response<Context> {
    Response::ValueResponse(ValueResponse::new(height(7), values))
}

/// Decodes what it encodes, and neither less nor more of it.
fn round_trip<T: Debug + PartialEq>(message: &T)
where
    BorshCodec: Codec<T, Error = io::Error>,
{
    let bytes = BorshCodec.encode(message).expect("within the limits");
    assert_eq!(&BorshCodec.decode(bytes.clone()).expect("what was encoded"), message);
    for shorter in 0..bytes.len() {
        assert!(BorshCodec.decode(bytes.slice(..shorter)).is_err(), "{shorter} of {} bytes", bytes.len());
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(BorshCodec.decode(longer.into()).is_err(), "a trailing byte");
}

#[test]
fn every_message_of_the_engine_comes_back_as_it_was() {
    for kind in [VoteType::Prevote, VoteType::Precommit] {
        for value in [NilOrVal::Nil, NilOrVal::Val(value())] {
            round_trip(&SignedConsensusMsg::<Context>::Vote(vote(kind, value)));
            round_trip(&LivenessMsg::<Context>::Vote(vote(kind, value)));
        }
    }
    for pol_round in [Round::Nil, Round::new(0)] {
        round_trip(&SignedConsensusMsg::<Context>::Proposal(proposal(pol_round)));
    }
    let polka = PolkaCertificate::<Context> {
        height: height(7),
        round: Round::new(2),
        value_id: value(),
        polka_signatures: vec![PolkaSignature::new(address(1), SIGNATURE), PolkaSignature::new(address(2), SIGNATURE)],
    };
    round_trip(&polka);
    round_trip(&LivenessMsg::PolkaCertificate(polka));
    for cert_type in [RoundCertificateType::Skip, RoundCertificateType::Precommit] {
        let signature = RoundSignature::new(VoteType::Prevote, NilOrVal::Val(value()), address(1), SIGNATURE);
        let certificate = RoundCertificate::<Context> {
            height: height(7),
            round: Round::new(2),
            cert_type,
            round_signatures: vec![signature],
        };
        round_trip(&LivenessMsg::SkipRoundCertificate(certificate));
    }
}

#[test]
fn everything_in_the_engines_log_and_on_its_network_comes_back_as_it_was() {
    round_trip(&part());
    for content in [StreamContent::Data(part()), StreamContent::Fin] {
        round_trip(&StreamMessage::new(StreamId::new(Bytes::from_static(b"stream")), 4, content));
    }
    for validity in [Validity::Valid, Validity::Invalid] {
        let (round, valid_round, proposer) = (Round::new(2), Round::Nil, address(1));
        round_trip(&ProposedValue::<Context> {
            height: height(7),
            round,
            valid_round,
            proposer,
            value: value(),
            validity,
        });
    }
    let peer_id = PeerId::from_bytes(&crate::fixture::peer(0).to_bytes()).expect("a peer id");
    round_trip(&Status::<Context> { peer_id, tip_height: height(7), history_min_height: height(1) });
    round_trip(&Request::<Context>::ValueRequest(ValueRequest::new(height(7)..=height(9))));
    round_trip(&ValidatorProof::<Context>::new(vec![1; 32], vec![2; 38], SIGNATURE));
}

#[test]
fn answers_with_decided_blocks_come_back_as_they_were_with_the_length_announced() {
    let at_the_edges = [
        vec![],
        vec![decided(0, 1)],
        vec![decided(10, 3), decided(11, 4)],
        vec![decided(1, VALIDATORS_MAX)],
        vec![decided(BLOCK_BYTES_MAX, 3)],
        (0..SYNC_BLOCKS_MAX).map(|_| decided(10, 3)).collect(),
    ];
    for values in at_the_edges {
        let response = response(values);
        let bytes = BorshCodec.encode(&response).expect("within the limits");
        assert_eq!(BorshCodec.encoded_len(&response).ok(), Some(bytes.len()));
        assert_eq!(BorshCodec.decode(bytes).ok(), Some(response));
    }
    round_trip(&response(vec![decided(10, 3), decided(11, 4)]));
}

#[test]
fn answers_beyond_a_limit_are_neither_written_nor_read() {
    let one_too_many = response((0..=SYNC_BLOCKS_MAX).map(|_| decided(1, 1)).collect());
    assert!(BorshCodec.encode(&one_too_many).is_err());
    assert!(BorshCodec.encode(&response(vec![decided(BLOCK_BYTES_MAX + 1, 1)])).is_err());
    let mut no_signature = decided(1, 1);
    no_signature.certificate.commit_signatures.clear();
    assert!(BorshCodec.encode(&response(vec![no_signature])).is_err());

    let start = 8;
    let mut counted = BorshCodec.encode(&response(vec![])).expect("within the limits").to_vec();
    for count in [SYNC_BLOCKS_MAX as u32 + 1, u32::MAX] {
        counted[start..start + 4].copy_from_slice(&count.to_le_bytes());
        assert!(Codec::<Response<Context>>::decode(&BorshCodec, counted.clone().into()).is_err());
    }
    let mut sized = BorshCodec.encode(&response(vec![decided(1, 1)])).expect("within the limits").to_vec();
    for size in [BLOCK_BYTES_MAX as u32 + 1, u32::MAX] {
        sized[start + 4..start + 8].copy_from_slice(&size.to_le_bytes());
        assert!(Codec::<Response<Context>>::decode(&BorshCodec, sized.clone().into()).is_err());
    }
}

fn decode_as_everything(bytes: &[u8]) {
    fn read<T>(bytes: &[u8])
    where
        BorshCodec: Codec<T>,
    {
        // Whatever it is, reading it must not panic.
        drop(Codec::<T>::decode(&BorshCodec, Bytes::copy_from_slice(bytes)));
    }
    read::<Part>(bytes);
    read::<StreamMessage<Part>>(bytes);
    read::<SignedConsensusMsg<Context>>(bytes);
    read::<LivenessMsg<Context>>(bytes);
    read::<ProposedValue<Context>>(bytes);
    read::<PolkaCertificate<Context>>(bytes);
    read::<Status<Context>>(bytes);
    read::<Request<Context>>(bytes);
    read::<Response<Context>>(bytes);
    read::<ValidatorProof<Context>>(bytes);
}

#[test]
fn garbage_never_panics() {
    for filler in [0, 1, 2, 127, 255] {
        for length in 0..200 {
            decode_as_everything(&vec![filler; length]);
        }
    }
    let messages = [
        BorshCodec.encode(&SignedConsensusMsg::<Context>::Vote(vote(VoteType::Prevote, NilOrVal::Nil))),
        BorshCodec.encode(&SignedConsensusMsg::<Context>::Proposal(proposal(Round::Nil))),
        BorshCodec.encode(&part()),
        BorshCodec.encode(&response(vec![decided(10, 3)])),
    ];
    for message in messages {
        let message = message.expect("within the limits");
        for at in 0..message.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = message.to_vec();
                changed[at] ^= flip;
                decode_as_everything(&changed);
            }
        }
    }
}
