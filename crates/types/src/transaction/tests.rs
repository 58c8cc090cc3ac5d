use proptest::prelude::*;

use super::*;
use crate::operation::{RotateKey, Transfer};
use crate::points::Points;

const CHAIN: ChainId = ChainId::new([9; 32]);

fn transfer(amount: u64) -> Transaction {
    let key = KeyPair::from_seed(&[1; 32]);
    let operation = Operation::Transfer(Transfer {
        brand: "nordmat".parse().expect("valid"),
        from: key.address(),
        to: Address::new([2; 20]),
        amount: Points::new(amount),
    });
    Transaction {
        chain: CHAIN.tag(),
        sender: key.address(),
        valid_until_ms: TimeMs::new(1_800_000_000_000).expect("in range"),
        nonce: 7,
        operations: Bounded::new(vec![operation]).expect("one"),
    }
}

fn signed(amount: u64) -> SignedTransaction {
    transfer(amount).sign(&CHAIN, &KeyPair::from_seed(&[1; 32]))
}

#[test]
fn a_signed_transaction_verifies_and_keeps_its_bytes_and_id() {
    let verified = signed(5).verify(&CHAIN).expect("signed by the right key");
    assert_eq!(verified.id(), transfer(5).id(&CHAIN));
    assert_eq!(SignedTransaction::decode(verified.bytes()), Ok(signed(5)));
}

#[test]
fn an_identified_transaction_has_the_id_and_the_leaf_of_its_bytes() {
    let identified = signed(5).identify(&CHAIN);
    assert_eq!(identified.id(), transfer(5).id(&CHAIN));
    assert_eq!(identified.bytes(), signed(5).encode());
    assert_eq!(crate::merkle::root([identified.bytes()].into_iter()), *identified.leaf());
    assert_eq!(verify_identified(vec![Ok(identified)]), [signed(5).verify(&CHAIN)]);
    let elsewhere = signed(5).identify(&ChainId::new([8; 32]));
    let refused =
        verify_identified(vec![Ok(elsewhere), Err(Code::DuplicateTransaction), Ok(signed(5).identify(&CHAIN))]);
    let expected = [Err(Code::WrongChain), Err(Code::DuplicateTransaction), signed(5).verify(&CHAIN)];
    assert_eq!(refused, expected);
}

#[test]
fn the_id_does_not_depend_on_the_signature() {
    let mut other = signed(5);
    other.signature = Signature::new([3; 64]);
    other.public_key = PublicKey::new([4; 32]);
    assert_eq!(other.transaction.id(&CHAIN), signed(5).transaction.id(&CHAIN));
}

#[test]
fn any_change_another_key_and_another_chain_are_refused_by_their_codes() {
    let mut changed = signed(5);
    changed.transaction.nonce = 8;
    assert_eq!(changed.verify(&CHAIN).expect_err("changed"), Code::BadSignature);
    let mut other_key = signed(5);
    other_key.public_key = KeyPair::from_seed(&[2; 32]).public_key();
    assert_eq!(other_key.verify(&CHAIN).expect_err("another key"), Code::BadSignature);
    assert_eq!(signed(5).verify(&ChainId::new([8; 32])).expect_err("another chain"), Code::WrongChain);
    // Even a chain whose id starts alike is another chain.
    let mut alike = [9; 32];
    alike[31] = 1;
    assert_eq!(signed(5).verify(&ChainId::new(alike)).expect_err("another chain"), Code::BadSignature);
}

#[test]
fn a_batch_answers_each_transaction_in_order() {
    let mut bad = signed(2);
    bad.signature = Signature::new([0; 64]);
    let answers = verify_all(vec![signed(1), bad, signed(3)], &CHAIN);
    let codes: Vec<Option<Code>> = answers.iter().map(|answer| answer.as_ref().err().copied()).collect();
    assert_eq!(codes, [None, Some(Code::BadSignature), None]);
}

#[test]
fn operations_and_bytes_are_bounded() {
    let operation: Operation = Operation::RotateKey(RotateKey { new_key: PublicKey::new([1; 32]) });
    assert!(Operations::<Address>::new(vec![]).is_err());
    assert!(Operations::new(vec![operation.clone(); 100]).is_ok());
    assert!(Operations::new(vec![operation; 101]).is_err());
    assert_eq!(SignedTransaction::decode(&[0; TRANSACTION_BYTES_MAX + 1]), Err(Code::TransactionTooLarge));
    assert_eq!(SignedTransaction::decode(&[0; TRANSACTION_BYTES_MAX]), Err(Code::Malformed));
    let mut trailing = signed(1).encode();
    trailing.push(0);
    assert_eq!(SignedTransaction::decode(&trailing), Err(Code::Malformed));
}

#[test]
fn the_largest_transaction_by_operations_fits_the_limit_in_bytes() {
    let longest = Operation::Reverse(crate::operation::Reverse {
        brand: "abcdefghijklmno".parse().expect("valid"),
        from: Address::new([1; 20]),
        amount: Points::new(1),
        at_least: Points::new(1),
        issue_reference: crate::reference::Reference::new(vec![1; 32]).expect("valid"),
        issue_dated: crate::day::Day::default(),
        reference: crate::reference::Reference::new(vec![2; 32]).expect("valid"),
        dated: crate::day::Day::default(),
    });
    let mut transaction = transfer(1);
    transaction.operations = Bounded::new(vec![longest; 100]).expect("one hundred");
    assert!(transaction.sign(&CHAIN, &KeyPair::from_seed(&[1; 32])).verify(&CHAIN).is_ok());
}

#[test]
fn json_and_bytes_are_two_forms_of_one_transaction() {
    let json = serde_json::to_string(&signed(5).to_text(NetworkKind::Test)).expect("serializable");
    assert!(json.contains(r#""type":"transfer""#) && json.contains("tloj1"), "{json}");
    let parsed: SignedTransaction<AddressText> = serde_json::from_str(&json).expect("what was written");
    assert_eq!(parsed.clone().to_canonical(NetworkKind::Test), Ok(signed(5)));
    assert!(parsed.to_canonical(NetworkKind::Main).is_err(), "addresses of another network");
}

proptest! {
    #[test]
    fn no_bytes_make_decoding_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = SignedTransaction::decode(&bytes);
        let _ = crate::block::Block::decode(&bytes);
        let _ = borsh::from_slice::<crate::certificate::Certificate>(&bytes);
        let _ = borsh::from_slice::<crate::receipt::Receipt>(&bytes);
        let _ = borsh::from_slice::<crate::validator::ValidatorSet>(&bytes);
        let _ = borsh::from_slice::<crate::genesis::GenesisDocument>(&bytes);
    }

    #[test]
    fn one_flipped_bit_never_decodes_to_the_same_transaction(position in 0_usize..200, bit in 0_u8..8) {
        let mut bytes = signed(5).encode();
        let position = position % bytes.len();
        bytes[position] ^= 1 << bit;
        prop_assert_ne!(SignedTransaction::decode(&bytes), Ok(signed(5)));
    }
}
