use std::collections::BTreeMap;

use lojal_types::{Address, MemberRole, Points, api};

use super::*;
use crate::answers;
use crate::fixture::*;

/// All that a gateway has to prove for what is asked: it asks itself, and proves what was lacking.
fn prove<T>(
    ledger: &Ledger,
    ask: impl Fn(&ProvenRecords) -> Result<T, NotProven>,
) -> (T, BTreeMap<Box<[u8]>, Proof>, ProvenRecords) {
    let view = ledger.view();
    let mut proven = ProvenRecords::new(view.network(), view.tip(), view.state_root());
    let mut proofs = BTreeMap::new();
    loop {
        match ask(&proven) {
            Ok(answer) => return (answer, proofs, proven),
            Err(NotProven::Lacking(key)) => {
                let proof = view.tree().prove(&key).expect("in memory");
                proven.add(&key, &proof).expect("a proof of this version");
                assert!(proofs.insert(key, proof).is_none(), "nothing is lacking twice");
            }
            Err(error) => panic!("{error}"),
        }
    }
}

fn account_of(member: Address) -> impl Fn(&ProvenRecords) -> Result<api::Account, NotProven> {
    move |records| answers::account(records, member)
}

/// A ledger in which accounts have points, holds and a household.
fn busy() -> (Ledger, Vec<Address>) {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 700, "first"));
    ledger.apply(TILL, issue(CAFE, BO, 50, "second"));
    let pool = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[(GROCER, 50)])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, pool, 100));
    ledger.apply(ANNA, hold(GROCER, ANNA, 40, "till 7", ledger.now().plus_ms(HOUR_MS)));
    let accounts = vec![address(ANNA), address(BO), address(CLEO), address(TILL), pool];
    (ledger, accounts)
}

#[test]
fn what_is_answered_from_proofs_is_what_the_whole_state_answers() {
    let (ledger, accounts) = busy();
    for one in accounts {
        let (answer, proofs, _) = prove(&ledger, account_of(one));
        let whole = answers::account(ledger.view(), one).expect("in memory");
        assert_eq!(answer, whole);
        assert!((1..12).contains(&proofs.len()), "{} proofs", proofs.len());
    }
}

#[test]
fn without_one_of_the_proofs_there_is_no_answer() {
    let (ledger, accounts) = busy();
    let view = ledger.view();
    let (_, proofs, _) = prove(&ledger, account_of(accounts[0]));
    for left_out in proofs.keys() {
        let mut proven = ProvenRecords::new(view.network(), view.tip(), view.state_root());
        for (key, proof) in proofs.iter().filter(|(key, _)| *key != left_out) {
            proven.add(key, proof).expect("a proof of this version");
        }
        assert!(matches!(account_of(accounts[0])(&proven), Err(NotProven::Lacking(_))));
    }
}

#[test]
fn proofs_of_another_version_are_refused() {
    let (mut ledger, accounts) = busy();
    let (_, proofs, proven) = prove(&ledger, account_of(accounts[0]));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 10));
    let (after, _, _) = prove(&ledger, account_of(accounts[0]));
    assert_eq!(after.balances[0].total, Points::new(550));
    assert_eq!(account_of(accounts[0])(&proven).expect("proven").balances[0].total, Points::new(560), "as it was");
    let view = ledger.view();
    let mut later = ProvenRecords::new(view.network(), view.tip(), view.state_root());
    for (key, proof) in &proofs {
        assert_eq!(later.add(key, proof), Err(ProofError::WrongRoot));
    }
}

#[test]
fn a_standing_that_is_proven_is_what_the_whole_state_answers() {
    let mut ledger = Ledger::with_programme();
    ledger.apply(TILL, set_track(GROCER, 1, rolling(12, &[(100, 12)])));
    ledger.apply(TILL, set_track(GROCER, 2, rolling(6, &[])));
    for (track, amount, receipt) in [(1, 120, "first"), (2, 3, "second")] {
        ledger.apply(TILL, stamp(GROCER, track, ANNA, amount, receipt));
    }
    for member in [ANNA, BO] {
        let (answer, _, _) = prove(&ledger, |records| answers::standings(records, address(member)));
        assert_eq!(answer, answers::standings(ledger.view(), address(member)).expect("in memory"));
        assert_eq!(answer.standings.len(), usize::from(member == ANNA));
    }
}
