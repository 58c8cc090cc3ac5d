//! Simulations.

use lojal_types::{Code, Outcome, SignedTransaction, TimeMs, Transaction, UnsignedTransaction};

use super::*;
use crate::fixture::*;

fn told(ledger: &Ledger, time: TimeMs, signed: SignedTransaction) -> Simulation {
    Simulation::of(ledger.view(), time, &signed.identify(&ledger.genesis.chain_id())).expect("in memory")
}

fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger
}

#[test]
fn nobody_has_to_have_signed_what_is_simulated_but_the_key_has_to_be_the_senders() {
    let mut ledger = ledger();
    let time = ledger.next_time();
    let signed = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, BO, 100)]).signed().clone();
    let Transaction { chain, .. } = signed.transaction;
    let unsigned = |public_key| UnsignedTransaction { transaction: signed.transaction.clone(), public_key };
    let [own, foreign] = [ANNA, BO].map(|member| unsigned(key(member).public_key()).with_no_signature());
    let simulation = told(&ledger, time, own);
    let mut expected = [address(ANNA), address(BO)];
    expected.sort_unstable();
    assert_eq!((simulation.outcome, simulation.concerned), (Ok(Outcome::Applied), expected.to_vec()));
    assert_eq!(told(&ledger, time, foreign).outcome, Err(Code::WrongKey));
    let mut elsewhere = signed;
    elsewhere.transaction.chain = lojal_types::ChainTag::new(chain.as_bytes().map(|byte| !byte));
    assert_eq!(told(&ledger, time, elsewhere).outcome, Err(Code::WrongChain));
}

#[test]
fn both_readings_are_of_the_time_of_the_next_block() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 40, "first"));
    ledger.apply(TILL, issue(GROCER, ANNA, 60, "second"));
    let time = start_of("2027-01");
    let signed = ledger.sign_until(ANNA, time.plus_ms(HOUR_MS), vec![redeem(GROCER, ANNA, 10)]).signed().clone();
    let points = |view: &View, id: &str| view.lots(address(ANNA), brand(id)).expect("in memory").len();
    assert_eq!(points(ledger.view(), RESORT), 1);
    let simulation = told(&ledger, time, signed.clone());
    assert_eq!(simulation.outcome, Ok(Outcome::Applied));
    assert_eq!([&simulation.before, &simulation.after].map(|view| points(view, RESORT)), [0, 0]);
    assert_eq!([&simulation.before, &simulation.after].map(|view| view.tip().time_ms), [time, time]);
    // A clock that lags behind the last block doesn't make the next one earlier.
    ledger.pass_to(time);
    assert_eq!(told(&ledger, TimeMs::default(), signed).before.tip().time_ms, time.plus_ms(1));
}

#[test]
fn what_fails_concerns_its_sender_alone() {
    let mut ledger = ledger();
    let signed = ledger.sign(ANNA, vec![transfer(GROCER, ANNA, BO, 600)]).signed().clone();
    let simulation = told(&ledger, ledger.next_time(), signed);
    assert_eq!(simulation.outcome, Ok(Outcome::Failed { operation: 0, code: Code::InsufficientPoints }));
    assert_eq!(simulation.concerned, [address(ANNA)]);
    let sent = |view: &View| view.account(address(ANNA)).expect("in memory").expect("there").activity.count;
    assert_eq!((sent(&simulation.before), sent(&simulation.after)), (1, 2));
}
