use lojal_ledger::State;
use lojal_types::block::{receipts_root, transactions_root};
use lojal_types::{ChainId, Height, KeyPair, Outcome, TransactionId, Validator, ValidatorSet};

use super::*;
use crate::fixture::{
    START_MS, certificate_of, certify_in_order, genesis, issues, next_block, parameters, time, validator_key,
    validators,
};

const POWERS: [u64; 4] = [1, 1, 1, 1];

/// The validators with these numbers.
fn set(numbers: &[usize]) -> ValidatorSet {
    let one = |number: &usize| Validator { power: 1, ..validators(&vec![1; number + 1])[*number].clone() };
    ValidatorSet::new(numbers.iter().map(one).collect()).expect("keys and names of their own")
}

fn certificate(header: &Header, signers: &[usize]) -> Certificate {
    let mut keys: Vec<KeyPair> = signers.iter().map(|number| validator_key(*number)).collect();
    keys.sort_by_key(KeyPair::address);
    certify_in_order(&header.chain_id, header.height, header.id(), keys)
}

/// A block of three transactions at a height that some validators decide before others do, with its receipts.
fn block(genesis: &Genesis, height: u64, old: &[usize], next: &[usize]) -> (Block, Vec<Receipt>) {
    let (chain, state) = (genesis.chain_id(), State::genesis(genesis));
    let signed = (0..3).map(|number| issues(&state, 10 * height + number, 1).signed().clone()).collect();
    let transactions = Bounded::new(signed).expect("three");
    let receipt =
        |one: &SignedTransaction| Receipt { transaction: one.transaction.id(&chain), outcome: Outcome::Applied };
    let receipts: Vec<Receipt> = transactions.iter().map(receipt).collect();
    let encoded: Vec<Vec<u8>> = transactions.iter().map(SignedTransaction::encode).collect();
    let header = Header {
        version: 1,
        chain_id: chain,
        height: Height::new(height),
        time_ms: time(START_MS + 1000 * height),
        parent: lojal_types::BlockId::new([7; 32]),
        transactions_root: transactions_root(encoded.iter().map(Vec::as_slice)),
        receipts_root: receipts_root(&receipts),
        state_root: lojal_types::Hash::new([3; 32]),
        validators_hash: set(old).hash(&chain),
        next_validators_hash: set(next).hash(&chain),
        proposer: validator_key(old[0]).address(),
    };
    (Block { header, transactions }, receipts)
}

const FIRST: [usize; 4] = [0, 1, 2, 3];
const SECOND: [usize; 4] = [1, 2, 3, 4];
const THIRD: [usize; 3] = [5, 6, 7];

/// A receipt of a block that comes after two changes of the validators.
fn after_changes(genesis: &Genesis) -> SavedReceipt {
    let change = |height: u64, old: &[usize], next: &[usize]| {
        let (Block { header, .. }, _) = block(genesis, height, old, next);
        SetChange { certificate: certificate(&header, old), header, next: set(next) }
    };
    let (block, receipts) = block(genesis, 25, &THIRD, &THIRD);
    let proof = TransactionProof::new(&block, certificate(&block.header, &THIRD), &receipts, 2).expect("it is there");
    SavedReceipt { changes: Bounded::from([change(10, &FIRST, &SECOND), change(20, &SECOND, &THIRD)]), proof }
}

#[test]
fn every_transaction_of_a_block_is_proven_with_its_own_receipt_and_no_other() {
    let genesis = genesis(&POWERS, parameters());
    let (state, light) = (State::genesis(&genesis), LightState::genesis(&genesis));
    for count in 1..=9 {
        let executed = next_block(&state, (0..count).map(|number| issues(&state, number, 1)).collect());
        let block = Block::decode(executed.bytes()).expect("a block");
        let outcome = |one: &SignedTransaction| Receipt {
            transaction: one.transaction.id(&genesis.chain_id()),
            outcome: Outcome::Applied,
        };
        let receipts: Vec<Receipt> = block.transactions.iter().map(outcome).collect();
        let certificate = certificate_of(&state, &executed, &[0, 1, 2]);
        let prove = |index| TransactionProof::new(&block, certificate.clone(), &receipts, index);
        let proofs: Vec<TransactionProof> =
            (0..block.transactions.len()).map(|index| prove(index).expect("it is there")).collect();
        assert_eq!(prove(proofs.len()), None);
        assert_eq!(TransactionProof::new(&block, certificate.clone(), &receipts[1..], 0), None);
        for proof in &proofs {
            assert_eq!(proof.check(&light).expect("it holds").pin().block, executed.id());
            for other in proofs.iter().filter(|other| *other != proof) {
                let (receipt, receipts_path) = (other.receipt, other.receipts_path.clone());
                let swapped = TransactionProof { receipt, receipts_path, ..proof.clone() };
                assert_eq!(swapped.check(&light), Err(InclusionError::OtherTransaction));
                let elsewhere =
                    TransactionProof { transactions_path: other.transactions_path.clone(), ..proof.clone() };
                assert_eq!(elsewhere.check(&light), Err(InclusionError::Transaction));
            }
            let failed = Outcome::Failed { operation: 0, code: lojal_types::Code::WrongKey };
            let receipt = Receipt { outcome: failed, ..proof.receipt };
            assert_eq!(TransactionProof { receipt, ..proof.clone() }.check(&light), Err(InclusionError::Receipt));
            let receipt = Receipt { transaction: TransactionId::new([9; 32]), ..proof.receipt };
            assert_eq!(TransactionProof { receipt, ..proof.clone() }.check(&light), Err(InclusionError::Receipt));
        }
    }
}

#[test]
fn a_saved_receipt_holds_after_changes_of_the_validators_by_genesis_alone() {
    let genesis = genesis(&POWERS, parameters());
    let saved = after_changes(&genesis);
    assert_eq!(saved.check(&genesis).expect("it holds").header().height, Height::new(25));
    let without = |index: usize| {
        let mut changes = saved.changes.to_vec();
        changes.remove(index);
        SavedReceipt { changes: Bounded::new(changes).expect("one"), ..saved.clone() }
    };
    for index in [0, 1] {
        let refused = without(index).check(&genesis);
        assert_eq!(refused, Err(InclusionError::Header(LightError::OtherValidators)));
    }
    let other = crate::fixture::genesis(&POWERS[..3], parameters());
    assert_eq!(saved.check(&other), Err(InclusionError::Header(LightError::Chain)));
}

#[test]
fn a_byte_that_is_changed_anywhere_is_noticed() {
    let genesis = genesis(&POWERS, parameters());
    let whole = after_changes(&genesis);
    let alone = SavedReceipt { changes: Bounded::default(), proof: first_proof(&genesis) };
    for (saved, step) in [(alone, 1), (whole, 11)] {
        let bytes = borsh::to_vec(&saved).expect("in memory");
        let holds =
            |bytes: &[u8]| borsh::from_slice::<SavedReceipt>(bytes).is_ok_and(|one| one.check(&genesis).is_ok());
        assert!(holds(&bytes));
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(!holds(&changed), "byte {at} of {}", bytes.len());
        }
        assert!(!holds(&bytes[1..]) && !holds(&[&bytes[..], &[0]].concat()));
    }
}

/// The proof of a transaction of a block that the first validators decide.
fn first_proof(genesis: &Genesis) -> TransactionProof {
    let (block, receipts) = block(genesis, 5, &FIRST, &FIRST);
    TransactionProof::new(&block, certificate(&block.header, &FIRST), &receipts, 1).expect("it is there")
}

#[test]
fn a_receipt_of_another_chain_is_none_of_this_one() {
    let genesis = genesis(&POWERS, parameters());
    let mut proof = first_proof(&genesis);
    proof.header.chain_id = ChainId::new([9; 32]);
    assert_eq!(proof.check(&LightState::genesis(&genesis)), Err(InclusionError::Header(LightError::Chain)));
}

#[test]
fn a_saved_receipt_has_one_text_and_every_other_is_refused() {
    let genesis = genesis(&POWERS, parameters());
    let saved = SavedReceipt { changes: Bounded::default(), proof: first_proof(&genesis) };
    let text = saved.to_string();
    assert_eq!(text.parse(), Ok(saved));
    let holds = |text: &str| text.parse::<SavedReceipt>().is_ok_and(|one| one.check(&genesis).is_ok());
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= [0x01, 0x20][at % 2];
        assert!(!holds(&String::from_utf8(changed).expect("ASCII")), "byte {at}");
    }
    for other in ["", "{}", &format!("{text}\n"), &format!(" {text}"), &text.replace(['\n', ' '], "")] {
        assert_eq!(other.parse::<SavedReceipt>(), Err(ReceiptTextError::Form));
    }
}
