use lojal_types::{Address, Bounded, CommitSignature, Hash, KeyPair, Validator};

use super::*;
use crate::fixture::{START_MS, certify_in_order, genesis, key, parameters, time, validator_key, validators};

/// The power of each validator that genesis names.
const POWERS: [u64; 4] = [1, 1, 1, 1];

/// The validators with these numbers.
fn set(numbers: &[usize]) -> ValidatorSet {
    let one = |number: &usize| Validator { power: 1, ..validators(&vec![1; number + 1])[*number].clone() };
    ValidatorSet::new(numbers.iter().map(one).collect()).expect("keys and names of their own")
}

fn hash_of(chain: &ChainId, numbers: &[usize]) -> Hash {
    set(numbers).hash(chain)
}

/// A header that `old` decide, before `next` do.
fn header(chain: &ChainId, height: u64, old: &[usize], next: &[usize]) -> Header {
    Header {
        version: 1,
        chain_id: *chain,
        height: Height::new(height),
        time_ms: time(START_MS + 1000 * height),
        parent: BlockId::new([7; 32]),
        transactions_root: Hash::new([1; 32]),
        receipts_root: Hash::new([2; 32]),
        state_root: Hash::new([3; 32]),
        validators_hash: hash_of(chain, old),
        next_validators_hash: hash_of(chain, next),
        proposer: validator_key(old[0]).address(),
    }
}

fn certificate(header: &Header, signers: &[usize]) -> Certificate {
    let mut keys: Vec<KeyPair> = signers.iter().map(|number| validator_key(*number)).collect();
    keys.sort_by_key(KeyPair::address);
    certify_in_order(&header.chain_id, header.height, header.id(), keys)
}

fn change(chain: &ChainId, height: u64, old: &[usize], next: &[usize]) -> SetChange {
    let header = header(chain, height, old, next);
    SetChange { certificate: certificate(&header, old), header, next: set(next) }
}

const FIRST: [usize; 4] = [0, 1, 2, 3];
const SECOND: [usize; 4] = [1, 2, 3, 4];
const THIRD: [usize; 3] = [5, 6, 7];

struct Chain {
    genesis: Genesis,
    changes: Vec<SetChange>,
}

/// The validators of genesis, then one of them replaced, then all, then the first ones again.
fn chain() -> Chain {
    let genesis = genesis(&POWERS, parameters());
    let id = genesis.chain_id();
    let changes =
        vec![change(&id, 10, &FIRST, &SECOND), change(&id, 20, &SECOND, &THIRD), change(&id, 30, &THIRD, &FIRST)];
    Chain { genesis, changes }
}

#[test]
fn changes_lead_from_genesis_to_the_last_validators_and_the_certificate_of_any_height_between_is_enough() {
    let Chain { genesis, changes } = chain();
    let id = genesis.chain_id();
    let mut state = LightState::genesis(&genesis);
    assert_eq!(state.pin(), Pin { height: Height::GENESIS, block: id.genesis_block_id() });
    for (change, (old, next)) in changes.iter().zip([(&FIRST[..], &SECOND[..]), (&SECOND, &THIRD), (&THIRD, &FIRST)]) {
        let between = header(&id, change.header.height.get() - 3, old, old);
        let trusted = state.check(&between, &certificate(&between, old)).expect("the validators of its height");
        assert_eq!((trusted.header(), trusted.pin().block), (&between, between.id()));
        state.advance(change).expect("the next change");
        assert_eq!((state.height(), state.validators()), (change.header.height, &set(next)));
        assert_eq!((state.pin().block, state.time_ms()), (change.header.id(), change.header.time_ms));
    }
}

#[test]
fn a_change_that_is_left_out_is_noticed_at_the_next_one_and_at_the_next_header() {
    let Chain { genesis, changes } = chain();
    let mut state = LightState::genesis(&genesis);
    assert_eq!(state.advance(&changes[1]), Err(LightError::OtherValidators));
    let later = header(&genesis.chain_id(), 25, &THIRD, &THIRD);
    assert_eq!(state.check(&later, &certificate(&later, &THIRD)), Err(LightError::OtherValidators));
    assert_eq!(state, LightState::genesis(&genesis), "nothing is changed");
}

#[test]
fn validators_that_the_header_doesnt_commit_to_are_refused() {
    let Chain { genesis, changes } = chain();
    let mut state = LightState::genesis(&genesis);
    let forged = SetChange { next: set(&THIRD), ..changes[0].clone() };
    assert_eq!(state.advance(&forged), Err(LightError::OtherNext));
    let more = Validator { power: 9, ..set(&SECOND).validators()[0].clone() };
    let rest = set(&SECOND).validators()[1..].to_vec();
    let heavier = ValidatorSet::new([vec![more], rest].concat()).expect("a set");
    assert_eq!(state.advance(&SetChange { next: heavier, ..changes[0].clone() }), Err(LightError::OtherNext));
    assert_eq!(state, LightState::genesis(&genesis), "nothing is changed");
}

#[test]
fn old_validators_decide_nothing_after_their_last_height() {
    let Chain { genesis, changes } = chain();
    let id = genesis.chain_id();
    let mut state = LightState::genesis(&genesis);
    state.advance(&changes[0]).expect("the first change");
    // They say that they still are the validators.
    let fork = header(&id, 15, &FIRST, &FIRST);
    assert_eq!(state.check(&fork, &certificate(&fork, &FIRST)), Err(LightError::OtherValidators));
    // They sign what the new ones should.
    let usurped = header(&id, 15, &SECOND, &SECOND);
    let stranger = LightError::Certificate(CertificateError::Stranger(validator_key(0).address()));
    assert_eq!(state.check(&usurped, &certificate(&usurped, &FIRST)), Err(stranger));
    // Those that stayed are too few.
    let few = state.check(&usurped, &certificate(&usurped, &[1, 2]));
    assert!(matches!(few, Err(LightError::Certificate(CertificateError::Quorum { power: 2, total: 4 }))), "{few:?}");
}

#[test]
fn a_fork_by_all_old_keys_is_refused_with_a_pin_and_accepted_without() {
    let Chain { genesis, changes } = chain();
    let id = genesis.chain_id();
    // Long after they were replaced at height 10, the first validators decide another block 8, and what follows.
    let fork = change(&id, 8, &FIRST, &[8]);
    let head = header(&id, 100, &[8], &[8]);
    let mut without = LightState::genesis(&genesis);
    without.advance(&fork).expect("nothing shows that it is a fork");
    without.check(&head, &certificate(&head, &[8])).expect("so its head is believed");
    let pin = Pin { height: changes[0].header.height, block: changes[0].header.id() };
    let mut with = LightState::from_pin(id, pin, &changes[0].header, set(&SECOND)).expect("the pinned block");
    let trusted = Height::new(10);
    assert_eq!(with.advance(&fork), Err(LightError::Height { found: Height::new(8), trusted }));
    assert_eq!(with.advance(&change(&id, 12, &FIRST, &[8])), Err(LightError::OtherValidators));
    assert_eq!(with.check(&head, &certificate(&head, &[8])), Err(LightError::OtherValidators));
    with.advance(&changes[1]).expect("the true way goes on");
}

#[test]
fn a_pin_takes_its_own_header_and_validators_only() {
    let Chain { genesis, changes } = chain();
    let id = genesis.chain_id();
    let (first, pin) = (&changes[0], Pin { height: Height::new(10), block: changes[0].header.id() });
    assert_eq!(borsh::to_vec(&pin).expect("in memory").len(), 40);
    assert_eq!(LightState::from_pin(id, pin, &first.header, set(&FIRST)), Err(LightError::OtherNext));
    assert_eq!(LightState::from_pin(id, pin, &changes[1].header, set(&THIRD)), Err(LightError::NotPinned));
    let lower = Pin { height: Height::new(9), ..pin };
    assert_eq!(LightState::from_pin(id, lower, &first.header, set(&SECOND)), Err(LightError::NotPinned));
    let other = ChainId::new([9; 32]);
    assert_eq!(LightState::from_pin(other, pin, &first.header, set(&SECOND)), Err(LightError::Chain));
}

#[test]
fn every_field_of_a_header_is_compared_with_what_is_trusted() {
    let Chain { genesis, changes } = chain();
    let id = genesis.chain_id();
    let mut state = LightState::genesis(&genesis);
    state.advance(&changes[0]).expect("the first change");
    let refused = |change: &dyn Fn(&mut Header)| {
        let mut header = header(&id, 15, &SECOND, &SECOND);
        change(&mut header);
        state.check(&header, &certificate(&header, &SECOND)).err()
    };
    assert_eq!(refused(&|_| ()), None);
    assert_eq!(refused(&|header| header.chain_id = ChainId::new([9; 32])), Some(LightError::Chain));
    assert_eq!(refused(&|header| header.time_ms = time(START_MS + 10_000)), Some(LightError::Time));
    assert_eq!(refused(&|header| header.height = Height::new(11)), Some(LightError::Parent));
    let on_top = |header: &mut Header| {
        header.height = Height::new(11);
        header.parent = changes[0].header.id();
    };
    assert_eq!(refused(&on_top), None);
    for height in [0, 9, 10] {
        let error = LightError::Height { found: Height::new(height), trusted: Height::new(10) };
        assert_eq!(refused(&|header| header.height = Height::new(height)), Some(error));
    }
}

#[test]
fn a_certificate_of_another_block_or_height_and_a_change_of_nothing_lead_nowhere() {
    let Chain { genesis, changes } = chain();
    let id = genesis.chain_id();
    let mut state = LightState::genesis(&genesis);
    let other = SetChange { certificate: changes[1].certificate.clone(), ..changes[0].clone() };
    assert_eq!(state.advance(&other), Err(LightError::OtherBlock));
    let elsewhere = Certificate { height: Height::new(11), ..changes[0].certificate.clone() };
    assert_eq!(state.advance(&SetChange { certificate: elsewhere, ..changes[0].clone() }), Err(LightError::OtherBlock));
    assert_eq!(state.advance(&change(&id, 10, &FIRST, &FIRST)), Err(LightError::NoChange));
    let mut forged = changes[0].clone();
    let blank = CommitSignature { validator: Address::new([0; 20]), signature: key(0).sign(b"") };
    forged.certificate.signatures = Bounded::new(vec![blank]).expect("one");
    assert!(matches!(state.advance(&forged), Err(LightError::Certificate(CertificateError::Stranger(_)))));
    assert_eq!(state, LightState::genesis(&genesis), "nothing is changed");
}

#[test]
fn a_hundred_changes_are_followed_one_by_one() {
    let genesis = genesis(&POWERS, parameters());
    let id = genesis.chain_id();
    let mut state = LightState::genesis(&genesis);
    let mut old = FIRST.to_vec();
    for number in 0..100 {
        let mut next = old.clone();
        // Four of the first nine validators, one replaced each time.
        next.remove(0);
        next.push((number + 4) % 9);
        state.advance(&change(&id, 10 + 10 * number as u64, &old, &next)).expect("the next change");
        old = next;
    }
    assert_eq!(state.validators(), &set(&old));
}

#[test]
fn the_validators_after_a_header_are_known_at_the_last_change_and_before_the_next_one() {
    let Chain { genesis, changes } = chain();
    let id = genesis.chain_id();
    let mut state = LightState::genesis(&genesis);
    state.advance(&changes[0]).expect("the first change");
    let SetChange { header: last, certificate: of_last, .. } = &changes[0];
    assert_eq!(state.deciders_after(last, of_last), Ok(&set(&SECOND)));
    let later = header(&id, 15, &SECOND, &SECOND);
    assert_eq!(state.deciders_after(&later, &certificate(&later, &SECOND)), Ok(&set(&SECOND)));
    let other = Header { state_root: Hash::new([9; 32]), ..last.clone() };
    assert_eq!(state.deciders_after(&other, of_last), Err(LightError::OtherBlock));
    let SetChange { header: next, certificate: of_next, .. } = &changes[1];
    assert_eq!(state.deciders_after(next, of_next), Err(LightError::ChangeMissing));
    let of_others = header(&id, 15, &THIRD, &THIRD);
    let of_third = certificate(&of_others, &THIRD);
    assert_eq!(state.deciders_after(&of_others, &of_third), Err(LightError::OtherValidators));
}

#[test]
fn a_pin_reads_as_it_is_written_and_nothing_else_is_one() {
    let pin = Pin { height: Height::new(812), block: BlockId::new([0x5f; 32]) };
    assert_eq!(pin.to_string(), format!("812:{}", "5f".repeat(32)));
    assert_eq!(pin.to_string().parse(), Ok(pin));
    let id = pin.block.to_string();
    assert_eq!(id.parse::<Pin>(), Err(PinTextError::Form));
    for height in ["", "-1", "x", "18446744073709551616"] {
        assert_eq!(format!("{height}:{id}").parse::<Pin>(), Err(PinTextError::Height(height.to_owned())));
    }
    for block in ["", "5f", &id[1..], &id.to_uppercase(), &format!("{id}:1")] {
        assert_eq!(format!("812:{block}").parse::<Pin>(), Err(PinTextError::Block), "{block}");
    }
}
