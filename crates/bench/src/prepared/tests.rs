use lojal_auditor::progress::Progress;
use lojal_auditor::source::Source;
use lojal_auditor::verify::{Scope, verify};
use lojal_store::Options;
use lojal_types::Points;

use super::making::grow;
use super::*;

const EXTENT: Extent = Extent { accounts: 200, receipts: 1_000 };

fn network(dir: &Path) -> (Genesis, Receipts) {
    let genesis = genesis_in(dir, "2026-11-29".parse().expect("a day")).expect("writable");
    let receipts = Receipts::new(EXTENT, genesis.document().time_ms);
    (genesis, receipts)
}

#[test]
fn a_network_that_was_interrupted_goes_on_as_it_would_have() {
    let [whole, parts] = [(); 2].map(|()| tempfile::tempdir().expect("a temporary directory"));
    let (genesis, receipts) = network(whole.path());
    let made = complete(whole.path(), &genesis, &receipts).expect("made");
    assert_eq!((made.receipts_in_last_go, made.height), (1_000, receipts.blocks() as u64));
    assert_eq!(Record::read(whole.path()).expect("readable"), Some(made));

    let (same, _) = network(parts.path());
    assert_eq!(same.chain_id(), genesis.chain_id());
    let first = make(&data(parts.path()), &same, &receipts, 100).expect("made");
    assert_eq!(first.receipts, 300);
    assert_eq!(Record::read(parts.path()).expect("readable"), None);
    // A power cut leaves blocks in the log that no checkpoint has.
    let mut cut = lojal_store::open(&data(parts.path()), &same, Options::default()).expect("a whole store");
    assert_eq!(grow(&mut cut, &receipts, 150).expect("made"), 150);
    drop(cut);
    let rest = complete(parts.path(), &same, &receipts).expect("made");
    assert_eq!(rest.receipts_in_last_go, 550);

    let opened = |dir: &Path| lojal_store::open(&data(dir), &genesis, Options::default()).expect("a whole store");
    let (whole, parts) = (opened(whole.path()), opened(parts.path()));
    assert_eq!(whole.store.tip(), parts.store.tip());
    assert_eq!(whole.store.tip().time_ms, "2026-11-29".parse::<Day>().expect("a day").start());
    assert_eq!(whole.state.view().state_root(), parts.state.view().state_root());
    assert_eq!((whole.report.replayed, whole.report.index_rebuilt), (0, None));
    assert_eq!(whole.state.view().shelves().len(), 1_000);
}

#[test]
fn an_audit_accepts_a_prepared_network_in_which_everybody_has_points() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (genesis, receipts) = network(dir.path());
    complete(dir.path(), &genesis, &receipts).expect("made");
    let mut source = Source::dir(&data(dir.path())).expect("a data directory");
    let report = verify(&genesis, &mut source, &Scope::default(), &mut Progress::new(false)).expect("everything holds");
    assert_eq!(report.height.get(), receipts.blocks() as u64);
    assert_eq!(report.transactions.failed, 0);
    let given = |brand: usize| (0..1_000).map(|number| receipts.get(number)).filter(move |one| one.brand == brand);
    for sheet in &report.brands {
        let brand = BRANDS.iter().position(|id| *id == sheet.id.as_str()).expect("one of the two");
        let issued = given(brand).map(|one| one.points).sum();
        assert_eq!((sheet.holders, sheet.totals.issued), (200, Points::new(issued).into()), "{brand}");
    }
}

#[test]
fn a_network_is_as_large_as_its_accounts_and_not_kept_for_ever() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let few = Prepared::get(dir.path(), Extent { accounts: 10, receipts: 19 });
    assert!(matches!(few, Err(BenchError::Preparation(_))));
    let extent = Extent { accounts: 10, receipts: 20 };
    let path = dir.path().join("10-accounts-20-receipts");
    let old = genesis_at("2020-05-03".parse::<Day>().expect("a day").start());
    write_whole(&path.join("genesis.toml"), &old.document().to_toml()).expect("writable");
    assert!(matches!(Prepared::get(dir.path(), extent), Err(BenchError::Outdated(outdated)) if outdated == path));
    fs::remove_file(path.join("genesis.toml")).expect("it was there");
    let made = Prepared::get(dir.path(), extent).expect("made").made;
    assert_eq!(Prepared::get(dir.path(), extent).expect("kept").made, made);
}

#[test]
fn ten_million_accounts_want_more_than_a_very_small_machine_has_and_no_more_than_a_small_one() {
    let memory = memory_of(Extent { accounts: 10_000_000, receipts: 50_000_000 });
    assert!((6..12).contains(&(memory >> 30)), "{memory}");
}
