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
