//! The engine's messages as bytes: borsh for the network, its write-ahead log and sync alike. Where the engine's own
//! borsh support has a gap, a type of ours stands in.

use std::io;

use arc_malachitebft_app_channel::app::types::codec::{Codec, HasEncodedLen};
use arc_malachitebft_core_consensus::{LivenessMsg, ProposedValue, SignedConsensusMsg};
use arc_malachitebft_core_types::{CommitCertificate, PolkaCertificate, ValidatorProof};
use arc_malachitebft_engine::util::streaming::StreamMessage;
use arc_malachitebft_sync::{RawDecidedValue, Request, Response, Status, ValueResponse};
use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use lojal_store::StoredBlock;
use lojal_types::limits::BLOCK_BYTES_MAX;
use lojal_types::{Bounded, Certificate, Signature};

use crate::certificates::{from_engine, to_engine};
use crate::context::{Context, Height, Part};
use crate::limits::SYNC_BLOCKS_MAX;

/// The one codec.
#[derive(Clone, Copy, Debug)]
pub struct BorshCodec;

/// Implements the engine's codec for types that have borsh encodings of their own.
macro_rules! borsh_codec {
    ($($message:ty),* $(,)?) => { $(
        impl Codec<$message> for BorshCodec {
            type Error = io::Error;
            fn decode(&self, bytes: Bytes) -> io::Result<$message> {
                borsh::from_slice(&bytes)
            }
            fn encode(&self, message: &$message) -> io::Result<Bytes> {
                borsh::to_vec(message).map(Bytes::from)
            }
        }
    )* };
}
borsh_codec!(
    Part,
    StreamMessage<Part>,
    SignedConsensusMsg<Context>,
    LivenessMsg<Context>,
    ProposedValue<Context>,
    PolkaCertificate<Context>,
    Status<Context>,
    Request<Context>,
);

/// The engine asks for this codec; our network never sends the message, since genesis names every peer.
#[derive(BorshSerialize, BorshDeserialize)]
struct WireProof {
    public_key: Vec<u8>,
    peer_id: Vec<u8>,
    signature: Signature,
}
impl Codec<ValidatorProof<Context>> for BorshCodec {
    type Error = io::Error;
    fn decode(&self, bytes: Bytes) -> io::Result<ValidatorProof<Context>> {
        let wire: WireProof = borsh::from_slice(&bytes)?;
        Ok(ValidatorProof::new(wire.public_key, wire.peer_id, wire.signature))
    }
    fn encode(&self, proof: &ValidatorProof<Context>) -> io::Result<Bytes> {
        let (public_key, peer_id) = (proof.public_key.clone(), proof.peer_id.clone());
        borsh::to_vec(&WireProof { public_key, peer_id, signature: proof.signature }).map(Bytes::from)
    }
}

/// The room that a certificate takes, more or less.
const CERTIFICATE_BYTES: usize = 512;

/// Decided blocks for a node that catches up.
#[derive(BorshSerialize, BorshDeserialize)]
struct WireResponse {
    start: Height,
    blocks: Bounded<WireBlock, 0, SYNC_BLOCKS_MAX>,
}
#[derive(BorshSerialize, BorshDeserialize)]
struct WireBlock {
    bytes: Bounded<u8, 0, BLOCK_BYTES_MAX>,
    certificate: Certificate,
}
impl Codec<Response<Context>> for BorshCodec {
    type Error = io::Error;
    fn decode(&self, bytes: Bytes) -> io::Result<Response<Context>> {
        let WireResponse { start, blocks } = borsh::from_slice(&bytes)?;
        let values = blocks
            .into_inner()
            .into_iter()
            .map(|block| RawDecidedValue::new(block.bytes.into_inner().into(), to_engine(&block.certificate)))
            .collect();
        Ok(Response::ValueResponse(ValueResponse::new(start, values)))
    }
    fn encode(&self, response: &Response<Context>) -> io::Result<Bytes> {
        let Response::ValueResponse(ValueResponse { start_height, values }) = response;
        let invalid = |e: &'static str| io::Error::new(io::ErrorKind::InvalidData, e);
        let blocks = values
            .iter()
            .map(|value| {
                let certificate: CommitCertificate<Context> = value.certificate.clone().trim_vote_extensions();
                let certificate = from_engine(&certificate).map_err(|_| invalid("a certificate without signatures"))?;
                let bytes =
                    Bounded::new(value.value_bytes.to_vec()).map_err(|_| invalid("a block beyond the limit"))?;
                Ok(WireBlock { bytes, certificate })
            })
            .collect::<io::Result<Vec<_>>>()?;
        let blocks = Bounded::new(blocks).map_err(|_| invalid("more blocks than one answer holds"))?;
        borsh::to_vec(&WireResponse { start: *start_height, blocks }).map(Bytes::from)
    }
}
/// An answer with stored blocks, the first of this height: what the codec makes of them, without the engine's forms in
/// between.
pub(crate) fn encode_blocks(start: lojal_types::Height, blocks: &[StoredBlock]) -> Vec<u8> {
    let room: usize = blocks.iter().map(|block| block.bytes.len() + CERTIFICATE_BYTES).sum();
    let mut answer = Vec::with_capacity(room + CERTIFICATE_BYTES);
    let count = u32::try_from(blocks.len()).expect("an answer holds few blocks");
    write(&(start, count), &mut answer);
    for block in blocks {
        // Byte by byte would be slow.
        write(&u32::try_from(block.bytes.len()).expect("a block is small"), &mut answer);
        answer.extend_from_slice(&block.bytes);
        write(&block.certificate, &mut answer);
    }
    answer
}

fn write(value: &impl BorshSerialize, to: &mut Vec<u8>) {
    value.serialize(to).expect("writing to memory can't fail");
}

/// The blocks of an answer, as they are stored.
pub(crate) fn decode_blocks(answer: &[u8]) -> io::Result<Vec<StoredBlock>> {
    let WireResponse { blocks, .. } = borsh::from_slice(answer)?;
    let stored =
        |block: WireBlock| StoredBlock { bytes: block.bytes.into_inner().into(), certificate: block.certificate };
    Ok(blocks.into_inner().into_iter().map(stored).collect())
}

impl HasEncodedLen<Response<Context>> for BorshCodec {
    fn encoded_len(&self, response: &Response<Context>) -> io::Result<usize> {
        let Response::ValueResponse(ValueResponse { values, .. }) = response;
        let block = |value: &RawDecidedValue<Context>| {
            let signatures = value.certificate.commit_signatures.len();
            4 + value.value_bytes.len() + (8 + 4 + 32 + 4) + signatures * (20 + 64)
        };
        Ok(8 + 4 + values.iter().map(block).sum::<usize>())
    }
}

#[cfg(test)]
mod tests;
