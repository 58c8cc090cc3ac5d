use lojal_chain::Pin;
use lojal_store::Options;
use lojal_types::{Block, Bounded, ExactMoney, GrossPoints};
use tempfile::TempDir;

use super::*;
use crate::fixture::economy::{ECONOMY_BLOCKS, economy};
use crate::fixture::{self, Decided, certificate, chain, forged, genesis, other_genesis};

const BLOCKS: u64 = 8;

/// The result of an audit of these blocks, read from an archive file.
fn audit(blocks: &[Decided], to: Option<u64>) -> Result<Report, VerifyError> {
    audit_of(blocks, &Scope { to: to.map(Height::new), pins: vec![] })
}

/// The same of another scope.
fn audit_of(blocks: &[Decided], scope: &Scope) -> Result<Report, VerifyError> {
    let dir = TempDir::new().expect("the system has room for temporary files");
    let path = dir.path().join("chain");
    fixture::write_archive(&path, blocks);
    let mut source = Source::file(&path).expect("just written");
    verify(&genesis(), &mut source, scope, &mut Progress::new(false))
}

/// The discrepancy in these blocks: height, transaction, reason.
fn wrong(blocks: &[Decided]) -> (u64, Option<usize>, String) {
    match audit(blocks, None) {
        Err(VerifyError::Discrepancy(found)) => (found.height.get(), found.transaction, found.reason),
        Err(error) => panic!("expected a discrepancy, not: {error}"),
        Ok(report) => panic!("nothing found up to height {}", report.height),
    }
}

fn with_forged(index: usize, change: impl FnOnce(&mut Block)) -> Vec<Decided> {
    let mut blocks = chain(BLOCKS);
    blocks[index] = forged(&blocks[index], change);
    blocks
}

#[test]
fn a_chain_that_holds_ends_in_its_balance_sheet() {
    let report = audit(&chain(BLOCKS), None).expect("everything holds");
    assert_eq!((report.height, report.chain_id), (Height::new(BLOCKS), genesis().chain_id()));
    assert_eq!(report.transactions, Transactions { applied: 3 * BLOCKS, failed: BLOCKS });
    let [nordmat, skidort] = report.brands.as_slice() else { panic!("two brands") };
    let totals = &nordmat.totals;
    assert_eq!((nordmat.decimals, totals.issued.get(), totals.redeemed.get()), (2, 8000, 8 * 150));
    assert!(totals.expired.get() > 0, "the chain is longer than the life of its points");
    let owed: u64 = nordmat.liability.iter().map(|lot| lot.amount.get()).sum();
    assert_eq!(owed, totals.outstanding.get());
    let totals = &skidort.totals;
    assert_eq!((totals.issued.get(), totals.outstanding.get(), skidort.holders), (40, 40, 3));
}

/// Small totals by their names.
fn gross(points: u64) -> GrossPoints {
    Points::new(points).into()
}

fn lot(month: &str, amount: u64) -> Lot {
    Lot { expiry: month.parse().expect("a month"), amount: Points::new(amount) }
}

fn sek(micro: u128) -> ExactMoney {
    ExactMoney::from_micro(micro).expect("a small sum")
}

#[test]
fn holds_households_and_conversions_stand_in_the_balance_sheets() {
    let report = audit(&economy(), None).expect("everything holds");
    assert_eq!(report.transactions, Transactions { applied: 12, failed: 0 });
    let [nordmat, skidort] = report.brands.as_slice() else { panic!("two brands") };
    let expected = Totals {
        issued: gross(1200),
        outstanding: Points::new(200),
        held: Points::new(80),
        redeemed: gross(180),
        converted_out: gross(500),
        expired: gross(240),
        ..Totals::default()
    };
    assert_eq!(nordmat.totals, expected);
    assert_eq!((nordmat.holders, &nordmat.liability), (1, &vec![lot("2024-01", 200)]));
    assert_eq!(nordmat.held_by_month, [lot("2023-12", 80)], "held beyond its month, until the hold expires");
    let expected = Totals {
        issued: gross(250),
        outstanding: Points::new(180),
        converted_out: gross(20),
        expired: gross(50),
        ..Totals::default()
    };
    assert_eq!(skidort.totals, expected, "what was converted kept its earlier expiry");
    assert_eq!((&skidort.liability, &skidort.held_by_month), (&vec![lot("never", 180)], &vec![]));
}

#[test]
fn the_netting_statement_is_that_of_the_last_height_or_of_the_one_that_was_asked_for() {
    let at = |height: Option<u64>| audit(&economy(), height).expect("everything holds").netting;
    let last = at(None);
    assert_eq!((last.height, last.time_ms.get()), (Height::new(ECONOMY_BLOCKS), 1_704_320_000_000));
    assert_eq!(last.currency.map(|currency| currency.to_string()), Some("SEK".to_owned()));
    let [pair] = last.pairs.as_slice() else { panic!("one pair: {:?}", last.pairs) };
    assert_eq!((pair.first.as_str(), pair.second.as_str()), ("nordmat", "skidort"));
    assert_eq!((pair.first_owes, pair.second_owes), (sek(5_172_839_000), sek(2_000_000_000)));
    assert_eq!((pair.net, pair.net_debtor), (sek(3_172_839_000), Some(pair.first)));
    let before = at(Some(4));
    assert_eq!(before.height, Height::new(4));
    assert_eq!(before.pairs[0].first_owes, sek(6_172_839_000), "before the payment");
    assert_eq!(at(Some(3)).pairs, [], "before the first conversion");
}

#[test]
fn a_nodes_data_directory_gives_the_report_of_its_export() {
    let dir = TempDir::new().expect("the system has room for temporary files");
    let sizes = fixture::write_log(dir.path(), &chain(BLOCKS), Options::default());
    assert_eq!(sizes.len() as u64, BLOCKS + 1);
    let mut source = Source::dir(dir.path()).expect("just written");
    let found =
        verify(&genesis(), &mut source, &Scope::default(), &mut Progress::new(false)).expect("everything holds");
    let exported = audit(&chain(BLOCKS), None).expect("everything holds");
    assert_eq!(Report { duration_ms: 0, ..found }, Report { duration_ms: 0, ..exported });
}

#[test]
fn an_archive_of_another_chain_is_refused_even_without_a_block() {
    let dir = TempDir::new().expect("the system has room for temporary files");
    let path = dir.path().join("chain");
    fixture::write_archive(&path, &[]);
    let mut source = Source::file(&path).expect("just written");
    let found = verify(&other_genesis(), &mut source, &Scope::default(), &mut Progress::new(false));
    assert!(matches!(found, Err(VerifyError::Discrepancy(found)) if found.height == Height::GENESIS));
}

#[test]
fn the_report_of_a_prefix_is_that_of_the_prefix_however_it_is_cut() {
    let cut = audit(&chain(3), None).expect("everything holds");
    let asked = audit(&chain(BLOCKS), Some(3)).expect("everything holds");
    assert_eq!(Report { duration_ms: 0, ..cut }, Report { duration_ms: 0, ..asked });
    let nothing = audit(&[], None).expect("genesis alone holds");
    assert_eq!((nothing.height, nothing.block), (Height::GENESIS, genesis().chain_id().genesis_block_id()));
}

#[test]
fn a_chain_that_ends_before_the_height_that_was_asked_for_is_not_wrong_but_not_verified_either() {
    let found = audit(&chain(3), Some(4));
    assert!(matches!(found, Err(VerifyError::Unreadable { height, .. }) if height == Height::new(4)));
}

#[test]
fn a_state_root_that_all_validators_forged_is_found_at_its_height() {
    let blocks = with_forged(4, |block| block.header.state_root = Hash::new([7; 32]));
    assert_eq!(wrong(&blocks), (5, None, "the header's state_root is not what the block gives".to_owned()));
}

#[test]
fn a_transaction_whose_signature_was_replaced_is_named() {
    let blocks = with_forged(2, |block| {
        let mut transactions = block.transactions.to_vec();
        transactions[1].signature = transactions[2].signature;
        block.transactions = Bounded::new(transactions).expect("as many as before");
    });
    let (height, transaction, reason) = wrong(&blocks);
    assert_eq!((height, transaction), (3, Some(1)));
    assert_eq!(reason, "transaction 1 of the block can't be in it: bad_signature");
}

#[test]
fn a_transaction_that_happens_twice_is_named() {
    let again = Block::decode(&chain(1)[0].0).expect("a block").transactions[2].clone();
    let blocks = with_forged(0, |block| {
        let mut transactions = block.transactions.to_vec();
        transactions.push(again);
        let encoded: Vec<Vec<u8>> = transactions.iter().map(lojal_types::SignedTransaction::encode).collect();
        block.header.transactions_root = lojal_types::block::transactions_root(encoded.iter().map(Vec::as_slice));
        block.transactions = Bounded::new(transactions).expect("one more than before");
    });
    assert_eq!(wrong(&blocks).1, Some(4));
}

#[test]
fn a_left_out_transaction_a_wrong_receipt_and_a_wrong_link_are_found() {
    let shorter = with_forged(1, |block| {
        let transactions = block.transactions[..3].to_vec();
        block.transactions = Bounded::new(transactions).expect("one less than before");
    });
    assert_eq!(wrong(&shorter).0, 2);
    let receipts = with_forged(5, |block| block.header.receipts_root = Hash::new([1; 32]));
    assert_eq!(wrong(&receipts), (6, None, "the header's receipts_root is not what the block gives".to_owned()));
    let link = with_forged(6, |block| block.header.parent = BlockId::new([1; 32]));
    assert_eq!(wrong(&link).0, 7);
}

#[test]
fn a_left_out_block_is_found_where_it_is_missing() {
    let mut blocks = chain(BLOCKS);
    blocks.remove(3);
    let (height, transaction, reason) = wrong(&blocks);
    assert_eq!((height, transaction), (4, None));
    assert!(reason.ends_with("a record of height 5 where height 4 comes next"), "{reason}");
}

#[test]
fn a_certificate_with_too_few_signatures_makes_nothing_final() {
    let mut blocks = chain(BLOCKS);
    let header = Block::decode(&blocks[6].0).expect("a block").header;
    blocks[6].1 = certificate(&header, 2);
    let (height, transaction, reason) = wrong(&blocks);
    assert_eq!((height, transaction), (7, None));
    assert!(reason.contains("2 of 4 voting power"), "{reason}");
}

#[test]
fn the_certificate_of_another_block_makes_nothing_final() {
    let mut blocks = chain(BLOCKS);
    blocks[2].1 = blocks[1].1.clone();
    assert_eq!(wrong(&blocks).0, 3);
}

#[test]
fn a_block_of_a_protocol_that_this_program_does_not_know_is_not_called_wrong() {
    let blocks = with_forged(3, |block| block.header.version += 2);
    let found = audit(&blocks, None);
    assert!(matches!(found, Err(VerifyError::Unreadable { height, .. }) if height == Height::new(4)));
}

#[test]
fn the_chain_has_the_blocks_of_all_pins_or_is_wrong() {
    let blocks = chain(BLOCKS);
    let pin = |height: u64, block: BlockId| Pin { height: Height::new(height), block };
    let ids: Vec<BlockId> = (1..=BLOCKS).map(|to| audit(&blocks, Some(to)).expect("everything holds").block).collect();
    let of = |height: u64| pin(height, ids[height as usize - 1]);
    let with =
        |pins: &[Pin], to: Option<u64>| audit_of(&blocks, &Scope { to: to.map(Height::new), pins: pins.to_vec() });
    with(&[of(BLOCKS), of(3), of(1)], None).expect("these are its blocks");
    with(&[of(3)], Some(3)).expect("a pin may be the last block");
    let Err(VerifyError::Discrepancy(found)) = with(&[of(2), pin(5, ids[5])], None) else { panic!("another block") };
    assert_eq!((found.height, found.transaction), (Height::new(5), None));
    assert!(found.reason.contains(&ids[4].to_string()) && found.reason.contains(&ids[5].to_string()), "{found}");
    let genesis_of_another = pin(0, ids[0]);
    assert!(matches!(with(&[genesis_of_another], None), Err(VerifyError::Discrepancy(_))));
    for (pins, to) in [(&[of(5)][..], Some(4)), (&[pin(BLOCKS + 1, ids[0])], None)] {
        let Err(VerifyError::Unreadable { reason, .. }) = with(pins, to) else { panic!("the pin was never met") };
        assert!(reason.contains(&pins[0].to_string()), "{reason}");
    }
}
