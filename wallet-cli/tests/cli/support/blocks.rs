//! Blocks that the network's one validator has signed.

use lojal_client::TransactionProof;
use lojal_types::block::{receipts_root, transactions_root};
use lojal_types::{
    BlockId, Bounded, Certificate, CommitSignature, Hash, Header, Height, HexBytes, KeyPair, NetworkKind, Outcome,
    Receipt, Signature, SignedTransaction, TimeMs, api,
};

use super::genesis;

/// The key of the network's one validator.
fn validator() -> KeyPair {
    KeyPair::from_seed(&[1; 32])
}

/// The header of a block at height 7 with a state of its own.
pub fn header(state: u8) -> Header {
    let genesis = genesis();
    let (chain, validators) = (genesis.chain_id(), genesis.validators());
    let hash = validators.hash(&chain);
    Header {
        version: 1,
        chain_id: chain,
        height: Height::new(7),
        time_ms: TimeMs::new(1_800_000_000_000).expect("in range"),
        parent: BlockId::new([7; 32]),
        transactions_root: Hash::new([1; 32]),
        receipts_root: Hash::new([2; 32]),
        state_root: Hash::new([state; 32]),
        validators_hash: hash,
        next_validators_hash: hash,
        proposer: validator().address(),
    }
}

/// The certificate of a block.
pub fn certificate(header: &Header) -> Certificate {
    let key = validator();
    let blank = CommitSignature { validator: key.address(), signature: Signature::new([0; 64]) };
    let one = |signature| Bounded::new(vec![signature]).expect("one");
    let mut certificate = Certificate { height: header.height, round: 0, block: header.id(), signatures: one(blank) };
    let signature = key.sign(&certificate.vote_of(key.address()).signing_bytes(&header.chain_id));
    certificate.signatures = one(CommitSignature { validator: key.address(), signature });
    certificate
}

/// A block as a gateway shows it.
pub fn shown(header: &Header) -> api::LightBlock {
    api::LightBlock {
        id: header.id(),
        header: HexBytes(borsh::to_vec(header).expect("in memory")),
        certificate: HexBytes(borsh::to_vec(&certificate(header)).expect("in memory")),
        fields: header.clone().to_text(NetworkKind::Test),
    }
}

/// The root of a state in which nothing is, and the bytes of a proof of that (tests/vectors/tree.json).
const EMPTY_ROOT: &str = "28f8249ca76c5282be95c73f3d5c93ee3cb0e4931dd4cc1d1013c83d8adc8733";
const EMPTY_PROOF: [u8; 8] = [0; 8];

/// The proof that there is nothing of an account, after a block of a time.
pub fn proof_of_nothing(time_ms: TimeMs) -> api::ProvenState {
    let header = Header { time_ms, state_root: EMPTY_ROOT.parse().expect("a hash"), ..header(3) };
    let bytes = |value: Vec<u8>| HexBytes(value);
    let nothing = api::ProvenKey { key: HexBytes(vec![0]), proof: HexBytes(EMPTY_PROOF.to_vec()) };
    api::ProvenState {
        certificate: bytes(borsh::to_vec(&certificate(&header)).expect("in memory")),
        header: bytes(borsh::to_vec(&header).expect("in memory")),
        proofs: vec![nothing],
    }
}

/// The proof of a transaction that is alone in its block.
pub fn proof(transaction: SignedTransaction) -> api::ProvenTransaction {
    let receipt = Receipt { transaction: transaction.transaction.id(&genesis().chain_id()), outcome: Outcome::Applied };
    let (transactions_root, receipts_root) =
        (transactions_root([transaction.encode().as_slice()].into_iter()), receipts_root(&[receipt]));
    let header = Header { transactions_root, receipts_root, ..header(3) };
    let (certificate, transactions_path, receipts_path) =
        (certificate(&header), Bounded::default(), Bounded::default());
    let proof = TransactionProof { header, certificate, transaction, receipt, transactions_path, receipts_path };
    api::ProvenTransaction { proof: HexBytes(borsh::to_vec(&proof).expect("in memory")) }
}
