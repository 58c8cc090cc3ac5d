use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::StateTree;
use super::super::update::{Change, update};
use super::*;

fn key(i: u32) -> Vec<u8> {
    format!("key {i}").into_bytes()
}

fn value(i: u32) -> Vec<u8> {
    format!("value {i}").into_bytes()
}

fn tree(numbers: impl IntoIterator<Item = u32>) -> StateTree {
    StateTree::from_entries(numbers.into_iter().map(|i| (key(i), value(i))))
}

/// The proof of a present key, with the tree's root, from a page of several entries under branches.
fn example() -> (Proof, Hash, u32) {
    let tree = tree(0..200);
    let rich = (0..200).find(|i| tree.prove(&key(*i)).expect("in memory").page.len() >= 3);
    let i = rich.expect("200 entries can't all be in pages of at most two");
    (tree.prove(&key(i)).expect("in memory"), tree.root(), i)
}

/// The error of the example's proof after `tamper`; as a proof of absence it must fail too.
fn verify_tampered(tamper: impl FnOnce(&mut Proof)) -> ProofError {
    let (mut proof, root, i) = example();
    assert_eq!(proof.verify(&root, &key(i), Some(&value(i))), Ok(()));
    tamper(&mut proof);
    assert!(proof.verify(&root, &key(i), None).is_err());
    let result = proof.verify(&root, &key(i), Some(&value(i)));
    result.expect_err("the tampered proof must not verify")
}

fn decode(bytes: &[u8]) -> IoResult<Proof> {
    borsh::from_slice(bytes)
}

fn reproducible() -> ProptestConfig {
    ProptestConfig { cases: 100, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(reproducible())]

    #[test]
    fn every_present_and_absent_key_is_proven_and_nothing_else(
        numbers in btree_set(0..400_u32, 0..300), other in 0..400_u32
    ) {
        let tree = tree(numbers.iter().copied());
        let root = tree.root();
        for i in (0..400).step_by(7) {
            let proof = tree.prove(&key(i)).expect("in memory");
            let (right, absent, wrong) = (
                proof.verify(&root, &key(i), Some(&value(i))),
                proof.verify(&root, &key(i), None),
                proof.verify(&root, &key(i), Some(b"wrong")),
            );
            if numbers.contains(&i) {
                prop_assert_eq!(right, Ok(()));
                prop_assert_eq!(absent, Err(ProofError::Present));
                prop_assert_eq!(wrong, Err(ProofError::OtherValue));
            } else {
                prop_assert_eq!(right, Err(ProofError::Absent));
                prop_assert_eq!(absent, Ok(()));
                prop_assert_eq!(wrong, Err(ProofError::Absent));
            }
            // Another key's proof shows the truth about this key, or nothing.
            let foreign = tree.prove(&key(other)).expect("in memory");
            let claim = numbers.contains(&i).then(|| value(i));
            let lie = if claim.is_some() { None } else { Some(value(i)) };
            prop_assert!(foreign.verify(&root, &key(i), lie.as_deref()).is_err());
            if foreign != proof && claim.is_some() {
                prop_assert!(foreign.verify(&root, &key(i), claim.as_deref()).is_err());
            }
            let bytes = borsh::to_vec(&proof)?;
            prop_assert_eq!(decode(&bytes)?, proof);
        }
    }

    #[test]
    fn decoding_and_verifying_any_bytes_never_panics(
        siblings in 0..300_u32, entries in 0..20_u32, body in vec(any::<u8>(), 0..12_000)
    ) {
        let _ = decode(&body);
        // With plausible lengths in front, decoding gets further.
        let split = (siblings as usize * 32).min(body.len());
        let (before, after) = body.split_at(split);
        let after = &after[..after.len().min(entries as usize * 64)];
        let bytes = [&siblings.to_le_bytes(), before, &entries.to_le_bytes(), after].concat();
        if let Ok(proof) = decode(&bytes) {
            prop_assert!(proof.verify(&[0; 32], b"key", None).is_err());
        }
    }
}

#[test]
fn a_proof_against_another_root_fails() {
    let (proof, root, i) = example();
    let mut other = root;
    other[31] ^= 1;
    let result = proof.verify(&other, &key(i), Some(&value(i)));
    assert_eq!(result, Err(ProofError::WrongRoot));
}

#[test]
fn changing_any_byte_of_a_proof_spoils_it() {
    let (proof, root, i) = example();
    let bytes = borsh::to_vec(&proof).expect("writing to memory can't fail");
    for position in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[position] ^= 1;
        if let Ok(tampered) = decode(&bytes) {
            assert!(tampered.verify(&root, &key(i), Some(&value(i))).is_err());
            assert!(tampered.verify(&root, &key(i), None).is_err());
        }
    }
}

#[test]
fn cutting_or_extending_the_bytes_of_a_proof_spoils_it() {
    let mut bytes = borsh::to_vec(&example().0).expect("writing to memory can't fail");
    for len in 0..bytes.len() {
        assert!(decode(&bytes[..len]).is_err());
    }
    bytes.push(0);
    assert!(decode(&bytes).is_err());
}

#[test]
fn a_page_must_be_whole_and_strictly_sorted() {
    use ProofError::{Unsorted, WrongRoot};
    let drop_last = |proof: &mut Proof| proof.page.truncate(proof.page.len() - 1);
    assert_eq!(verify_tampered(drop_last), WrongRoot);
    assert_eq!(verify_tampered(|proof| proof.page = proof.page[1..].to_vec()), WrongRoot);
    assert_eq!(verify_tampered(|proof| proof.page.clear()), WrongRoot);
    assert_eq!(verify_tampered(|proof| proof.page.swap(0, 1)), WrongRoot);
    let twice = |proof: &mut Proof| {
        let shown = proof.page.iter().position(|slot| matches!(slot, Slot::Shown { .. })).expect("one is shown");
        proof.page.insert(shown, proof.page[shown].clone());
    };
    assert_eq!(verify_tampered(twice), Unsorted);
}

#[test]
fn hiding_the_entry_of_a_key_does_not_prove_its_absence() {
    let (mut proof, root, i) = example();
    proof.page.retain(|slot| !matches!(slot, Slot::Shown { .. }));
    assert_eq!(proof.verify(&root, &key(i), None), Err(ProofError::WrongRoot));
    // Nor does keeping it to oneself.
    let (mut proof, root, i) = example();
    for slot in &mut proof.page {
        let (label, hash) = slot.labelled();
        *slot = Slot::Hidden { label, hash };
    }
    assert_eq!(proof.verify(&root, &key(i), None), Err(ProofError::Hidden));
    assert_eq!(proof.verify(&root, &key(i), Some(&value(i))), Err(ProofError::Hidden));
}

#[test]
fn every_sibling_is_needed_in_its_place() {
    for position in 0..example().0.siblings.len() {
        // Without a sibling the path is another one, and entries may be on it or not.
        verify_tampered(|proof| {
            proof.siblings.remove(position);
        });
        verify_tampered(|proof| proof.siblings.insert(position, [0; 32]));
    }
    assert_eq!(verify_tampered(|proof| proof.siblings.swap(0, 1)), ProofError::WrongRoot);
}

#[test]
fn an_entry_off_the_path_is_refused() {
    let error = verify_tampered(|proof| {
        let is_off_path = |number: &u32| bit(&hash_key(&key(*number)), 0);
        let shown = proof.shown().map(|(key, _)| bit(&hash_key(key), 0)).next().expect("one is shown");
        let other = (0..).find(|number| is_off_path(number) != shown).expect("every second one");
        let off_path = Slot::Shown { key: key(other), value: value(other) };
        proof.page.insert(if shown { 0 } else { proof.page.len() }, off_path);
    });
    assert_eq!(error, ProofError::MisplacedEntry);
}

#[test]
fn a_branch_passed_off_as_a_page_does_not_verify() {
    let tree = tree(0..40);
    let proof = tree.prove(&key(0)).expect("in memory");
    let Some((sibling, rest)) = proof.siblings.split_first() else {
        panic!("40 entries don't fit in a page");
    };
    let child = Proof { siblings: rest.to_vec(), page: proof.page.clone() };
    // A page has fewer bytes of each entry than that, so no page is as long.
    let (label, hash) = (*sibling.first_chunk().expect("a hash is longer"), *sibling);
    for count in 1..=2 {
        let forged = Proof { siblings: Vec::new(), page: vec![Slot::Hidden { label, hash }; count] };
        assert!(forged.verify(&tree.root(), &key(0), None).is_err());
    }
    assert!(child.verify(&tree.root(), &key(0), Some(&value(0))).is_err());
}

#[test]
fn a_page_passed_off_as_a_branch_does_not_verify() {
    let tree = tree([0]);
    let key_hash = hash_key(&key(0));
    for sibling in [key_hash, hash_entry(&key_hash, &value(0))] {
        let forged = Proof { siblings: vec![sibling], page: Vec::new() };
        assert_eq!(forged.verify(&tree.root(), &key(0), None), Err(ProofError::WrongRoot));
    }
}

#[test]
fn the_absence_of_everything_is_proven_in_the_empty_tree() {
    let tree = StateTree::new();
    let proof = tree.prove(b"any").expect("in memory");
    assert_eq!(proof, Proof { siblings: Vec::new(), page: Vec::new() });
    assert_eq!(proof.verify(&tree.root(), b"any", None), Ok(()));
}

#[test]
fn proofs_work_in_the_deepest_tree() {
    // 17 key hashes that differ in their last five bits only.
    let key_hash = |last: u8| {
        let mut hash = [0xff; 32];
        hash[31] = 0xe0 | last;
        hash
    };
    let changes: Vec<_> = (0..17).map(|last| Change::crafted(key_hash(last), Some([last; 32]))).collect();
    let deep = update(&Node::default(), &changes, 0).expect("in memory");
    for last in 0..32 {
        let proof = Proof::new(&deep, &key_hash(last), [0; 8]).expect("in memory");
        assert_eq!((proof.siblings.len(), proof.page.len()), (252, if last < 16 { 16 } else { 1 }));
        let entries: Vec<(Label, Hash)> = proof.page.iter().map(Slot::labelled).collect();
        assert_eq!(proof.root(&key_hash(last), &entries), *deep.hash());
    }
    let page = update(&deep, &[Change::crafted(key_hash(3), None)], 0).expect("in memory");
    assert_eq!(Proof::new(&page, &key_hash(0), [0; 8]).expect("in memory").siblings.len(), 0);
}

#[test]
fn lists_are_limited_when_decoding_and_when_verifying() {
    let entries = |n: u8| (0..n).map(|i| Slot::Hidden { label: [i; 8], hash: [i; 32] }).collect::<Vec<_>>();
    let check = |siblings: usize, page: Vec<Slot>| {
        let proof = Proof { siblings: vec![[0; 32]; siblings], page };
        let bytes = borsh::to_vec(&proof).expect("writing to memory can't fail");
        (decode(&bytes).is_ok(), proof.verify(&[0; 32], b"key", None))
    };
    assert_eq!(check(DEPTH_MAX, Vec::new()), (true, Err(ProofError::WrongRoot)));
    let too_deep = ProofError::TooManySiblings(DEPTH_MAX + 1);
    assert_eq!(check(DEPTH_MAX + 1, Vec::new()), (false, Err(too_deep)));
    assert_eq!(check(0, entries(16)), (true, Err(ProofError::WrongRoot)));
    assert_eq!(check(0, entries(17)), (false, Err(ProofError::TooManyEntries(17))));
}

#[test]
fn a_list_length_over_the_limit_is_refused_before_anything_is_read() {
    let error = decode(&u32::MAX.to_le_bytes()).expect_err("no proof has so many siblings");
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("at most 256"), "{error}");
}

#[test]
fn a_proof_shows_all_that_its_page_has_of_the_account_and_hides_what_others_have() {
    let [one, other] = [[7; 20], std::array::from_fn(|byte| if byte < 4 { 7 } else { 9 })];
    let of = |kind: u8, account: [u8; 20], brand: u8| [&[kind][..], &account, &[brand]].concat();
    let keys = [of(32, one, 0), of(64, one, 1), of(64, one, 2), of(32, other, 0), of(64, other, 1)];
    let tree = StateTree::from_entries(keys.iter().map(|key| (key.clone(), key.clone())));
    let proof = tree.prove(&of(64, one, 3)).expect("in memory");
    assert_eq!(proof.verify(&tree.root(), &of(64, one, 3), None), Ok(()), "one more brand is absent");
    for key in &keys[..3] {
        assert_eq!(proof.verify(&tree.root(), key, Some(key)), Ok(()), "and the rest is there");
    }
    for key in &keys[3..] {
        assert_eq!(proof.verify(&tree.root(), key, Some(key)), Err(ProofError::Hidden));
        assert_eq!(proof.verify(&tree.root(), key, None), Err(ProofError::Hidden));
    }
    // Which brands the other one has points of can't be tried out: whatever the brand, the proof is the same.
    let bytes = borsh::to_vec(&proof).expect("writing to memory can't fail");
    assert!(!keys[3..].iter().any(|key| bytes.windows(8).any(|part| part == &hash_key(key)[..8])));
}
