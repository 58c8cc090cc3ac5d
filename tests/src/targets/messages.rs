//! Canonical bytes that nodes and clients send: transactions, blocks, headers, certificates, proofs; and everything
//! else that has canonical bytes.

use std::sync::LazyLock;

use lojal_chain::replay::execute_bytes;
use lojal_chain::verify_certificate;
use lojal_consensus::certificates::{from_engine, to_engine};
use lojal_ledger::tree::Proof;
use lojal_types::limits::{BLOCK_BYTES_MAX, TRANSACTION_BYTES_MAX};
use lojal_types::read::READ_TOKEN_CHARS_MAX;
use lojal_types::{
    AddressText, Block, Certificate, Header, NetworkKind, ReadToken, SignedReadToken, SignedTransaction,
};

use super::chain::chain;
use super::decoders::{self, Decoder};
use super::documents::survives_json;
use super::source::Source;

const NETWORKS: [NetworkKind; 2] = [NetworkKind::Main, NetworkKind::Test];

/// A transaction as clients submit it and nodes gossip it: one encoding, an id that doesn't depend on the signature, a
/// JSON form that means the same, and a signature check that gives one answer alone and in a batch.
pub fn signed_transaction(data: &[u8]) {
    let Ok(signed) = SignedTransaction::decode(data) else { return };
    assert!(data.len() <= TRANSACTION_BYTES_MAX, "larger than the limit");
    assert_eq!(signed.encode(), data, "two encodings of one transaction");
    let chain = chain().genesis.chain_id();
    let id = signed.transaction.id(&chain);
    for network in NETWORKS {
        let text = signed.clone().to_text(network);
        survives_json(&text);
        assert_eq!(text.to_canonical(network).as_ref(), Ok(&signed), "the JSON form means another transaction");
    }
    let alone = signed.clone().verify(&chain);
    let mut other = signed.clone();
    other.signature = lojal_types::Signature::new([7; 64]);
    assert_eq!(other.transaction.id(&chain), id, "the id depends on the signature");
    let batch = lojal_types::verify_all(vec![other.clone(), signed, other], &chain);
    assert_eq!(batch[1], alone, "in a batch the signature is judged otherwise");
    if let Ok(verified) = alone {
        assert_eq!((verified.id(), verified.bytes()), (id, data), "what was verified is something else");
    }
}

/// A token that says who reads, as a text or in its bytes: one text and one encoding, and only its key's signature for
/// this chain holds.
pub fn read_token(data: &[u8]) {
    let of_text = std::str::from_utf8(data).ok().and_then(|text| text.parse::<SignedReadToken>().ok());
    if let Some(signed) = &of_text {
        assert_eq!(signed.to_string().as_bytes(), data, "two texts of one token");
        assert!(data.len() <= READ_TOKEN_CHARS_MAX, "longer than the limit");
    }
    let of_bytes = borsh::from_slice::<SignedReadToken>(data).ok();
    if let Some(signed) = &of_bytes {
        assert_eq!(borsh::to_vec(signed).expect("in memory"), data, "two encodings of one token");
    }
    for signed in [of_text, of_bytes].into_iter().flatten() {
        assert_eq!(signed.to_string().parse(), Ok(signed.clone()), "the text means another token");
        let chain = chain().genesis.chain_id();
        let holds = signed.holds(&chain);
        let mut bytes = *chain.as_bytes();
        bytes[0] ^= 1;
        assert!(!holds || !signed.holds(&lojal_types::ChainId::new(bytes)), "it is one for two networks");
        let other = ReadToken { until_ms: signed.token.until_ms.plus_ms(1), ..signed.token.clone() };
        let changed = SignedReadToken { token: other, signature: signed.signature };
        let is_same = changed.token == signed.token;
        assert!(!holds || is_same || !changed.holds(&chain), "it lasts longer than was signed");
    }
}

/// A block as it is proposed and archived: one encoding; and on top of the states of a real chain it is refused, or
/// executed as what it is, whole, without touching the state.
pub fn block(data: &[u8]) {
    let Ok(block) = Block::decode(data) else { return };
    assert!(data.len() <= BLOCK_BYTES_MAX, "larger than the limit");
    assert_eq!(block.encode(), data, "two encodings of one block");
    let is_whole = block.is_whole();
    let chain = chain();
    for state in &chain.states {
        let root = state.view().state_root();
        let Ok(executed) = execute_bytes(state, data) else { continue };
        assert_eq!(block.header.parent, state.view().tip().block, "a valid block on another parent");
        assert!(is_whole, "a valid block whose header names other transactions");
        assert_eq!(executed.id(), block.header.id());
        assert_eq!(executed.bytes()[..], *data, "the block that was executed is another one");
        assert_eq!(state.view().state_root(), root, "executing has changed the state");
    }
}

/// A header: one encoding, one id, and a JSON form that means the same.
pub fn header(data: &[u8]) {
    let Ok(header) = borsh::from_slice::<Header>(data) else { return };
    assert_eq!(borsh::to_vec(&header).expect("in memory"), data, "two encodings of one header");
    for network in NETWORKS {
        let text: Header<AddressText> = header.clone().to_text(network);
        survives_json(&text);
        assert_eq!(text.proposer.to_canonical(network), Ok(header.proposer));
    }
    let mut later = header.clone();
    later.height = later.height.next();
    assert!(later.height == header.height || later.id() != header.id(), "two headers with one id");
}

/// A certificate: one encoding, the same in the engine's form and back, and only a quorum's signatures over a block of
/// a real chain make it hold.
pub fn certificate(data: &[u8]) {
    let Ok(certificate) = borsh::from_slice::<Certificate>(data) else { return };
    assert_eq!(borsh::to_vec(&certificate).expect("in memory"), data, "two encodings of one certificate");
    for network in NETWORKS {
        survives_json(&certificate.to_text(network));
    }
    let engine = to_engine(&certificate).trim_vote_extensions();
    let is_in_order = certificate.signatures.is_sorted_by(|one, other| one.validator < other.validator);
    let again = from_engine(&engine).expect("every certificate has an engine's form and comes back");
    if is_in_order {
        assert_eq!(again, certificate, "the engine's form means another certificate");
    }
    let chain = chain();
    let validators = chain.genesis.validators();
    if verify_certificate(&certificate, validators, &chain.genesis.chain_id()).is_ok() {
        assert!(is_in_order, "a validator may count twice");
        let power = certificate.signatures.iter().filter_map(|one| validators.get(&one.validator)).map(|one| one.power);
        assert!(validators.is_quorum(power.sum()), "a certificate without a quorum");
        let is_of_the_chain = chain.blocks.iter().any(|block| block.certificate.block == certificate.block);
        assert!(is_of_the_chain, "a forged certificate");
    }
}

/// Everything that has canonical bytes, keys and records of the state included: whatever decodes is encoded as it came.
pub fn canonical(data: &[u8]) {
    static DECODERS: LazyLock<Vec<Decoder>> = LazyLock::new(decoders::all);
    for decoder in DECODERS.iter() {
        if let Err(error) = decoder.check(data) {
            panic!("{error}");
        }
    }
}

/// A proof about a real state, given as one byte that chooses a key, the length of a claimed value (0: absent) and the
/// value, then the proof: it proves the truth or nothing.
pub fn proof(data: &[u8]) {
    let mut source = Source::new(data);
    let tree = chain().last().view().tree();
    let entries: Vec<(&[u8], &[u8])> = tree.iter().map(|entry| entry.expect("in memory")).collect();
    let chosen = entries.get(usize::from(source.byte()));
    let key = chosen.map_or(&b"no key of the state"[..], |(key, _)| *key);
    let length = usize::from(source.byte());
    let claimed = (length > 0).then(|| source.bytes(length));
    let bytes = source.rest();
    let Ok(proof) = borsh::from_slice::<Proof>(bytes) else { return };
    assert_eq!(borsh::to_vec(&proof).expect("in memory"), bytes, "two encodings of one proof");
    let truth = tree.get(key).expect("in memory");
    if proof.verify(&tree.root(), key, claimed).is_ok() {
        assert_eq!(claimed, truth, "a lie is proven");
        assert_eq!(proof, tree.prove(key).expect("in memory"), "two proofs of one key");
    }
    let holds = proof == tree.prove(key).expect("in memory");
    assert_eq!(proof.verify(&tree.root(), key, truth).is_ok(), holds, "the truth and its proof don't go together");
}
