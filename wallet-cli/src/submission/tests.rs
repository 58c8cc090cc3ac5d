use std::sync::atomic::{AtomicUsize, Ordering};

use lojal_types::{Address, ChainId, Hash, KeyPair, Operation, Operations, Points, Transaction, Transfer, api};

use super::*;
use crate::home::tests::{create, temporary};
use crate::trust;
use server::{Answer, NOBODY, Request, Server};

// The client's test server: both crates talk to the same kind of gateway.
#[path = "../../../crates/client/src/tests/server.rs"]
mod server;

const VALID_UNTIL_MS: u64 = 1_000_000;
const LONG: Duration = Duration::from_secs(60);

fn chain() -> ChainId {
    ChainId::new([9; 32])
}

fn signed() -> SignedTransaction {
    signed_until(TimeMs::new(VALID_UNTIL_MS).expect("in range"))
}

fn signed_until(valid_until_ms: TimeMs) -> SignedTransaction {
    let key = KeyPair::from_seed(&[7; 32]);
    let transfer = Transfer {
        brand: "kaffet".parse().expect("valid"),
        from: key.address(),
        to: Address::new([1; 20]),
        amount: Points::new(5),
    };
    let transaction = Transaction {
        chain: chain().tag(),
        sender: key.address(),
        valid_until_ms,
        nonce: 1,
        operations: Operations::new(vec![Operation::Transfer(transfer)]).expect("one"),
    };
    transaction.sign(&chain(), &key)
}

fn status(chain_id: ChainId, time_ms: u64) -> Answer {
    let status = api::Status {
        chain_id,
        height: Height::new(1),
        state_root: Hash::new([0; 32]),
        time_ms: TimeMs::new(time_ms).expect("in range"),
        role: api::NodeRole::None,
        validator: None,
        peers: 3,
        mempool: 0,
        version: "0".into(),
    };
    Answer::json(200, &status)
}

fn with_state(state: TransactionState) -> Answer {
    let id = signed().transaction.id(&chain());
    Answer::json(200, &TransactionStatus { id, state, transaction: None, activity: None })
}

fn pending() -> Answer {
    with_state(TransactionState::Pending)
}

fn committed() -> Answer {
    let (height, time_ms) = (Height::new(4), TimeMs::new(5).expect("in range"));
    with_state(TransactionState::Committed { height, index: 0, time_ms, receipt: Outcome::Applied })
}

fn unknown() -> Answer {
    Answer::problem(404, "unknown_transaction")
}

/// A gateway of the right network whose ledger stands still; `post` and `get` answer for the transaction.
fn gateway(
    mut post: impl FnMut() -> Answer + Send + 'static,
    mut get: impl FnMut() -> Answer + Send + 'static,
) -> Server {
    Server::start(move |request| match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/status") => status(chain(), 1),
        ("POST", _) => post(),
        _ => get(),
    })
}

/// Answers differently the first time.
fn first_then(first: fn() -> Answer, then: fn() -> Answer) -> impl FnMut() -> Answer + Send {
    let count = AtomicUsize::new(0);
    move || if count.fetch_add(1, Ordering::Relaxed) == 0 { first() } else { then() }
}

fn settle(urls: &[&str], patience: Duration) -> Fate {
    settle_one(&signed(), urls, patience)
}

fn settle_one(signed: &SignedTransaction, urls: &[&str], patience: Duration) -> Fate {
    let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
    let gateways = Gateways::new(&urls, Some(chain())).expect("valid");
    let id = signed.transaction.id(&chain());
    Submission::new(&gateways, signed, id, patience).settle(&mut |_| ())
}

fn is_final(fate: &Fate) -> bool {
    matches!(fate, Fate::Final { height, receipt: Outcome::Applied, .. } if height.get() == 4)
}

fn posts(server: &Server) -> Vec<Request> {
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.authorization.is_none()), "a submission says itself whose it is");
    requests.into_iter().filter(|request| request.method == "POST").collect()
}

#[test]
fn the_first_gateway_that_can_be_reached_takes_it() {
    let second = gateway(committed, unknown);
    let third = gateway(committed, unknown);
    assert!(is_final(&settle(&[NOBODY, second.url(), third.url()], LONG)));
    assert_eq!(posts(&second).len(), 1);
    assert_eq!(posts(&second)[0].path, "/v1/transactions?wait=committed");
    assert!(third.requests().is_empty());
}

#[test]
fn without_any_gateway_nothing_was_sent() {
    assert!(matches!(settle(&[NOBODY], LONG), Fate::NotSent(GatewaysError::Client(_))));
    assert!(matches!(settle(&[NOBODY, NOBODY], LONG), Fate::NotSent(GatewaysError::All(errors)) if errors.len() == 2));
}

#[test]
fn a_gateway_of_another_network_gets_nothing() {
    let server = Server::start(|_| status(ChainId::new([8; 32]), 1));
    let fate = settle(&[server.url()], LONG);
    assert!(matches!(fate, Fate::NotSent(GatewaysError::WrongNetwork { .. })), "{fate:?}");
    assert!(posts(&server).is_empty());
}

#[test]
fn a_refusal_by_the_first_gateway_is_the_outcome() {
    let first = gateway(|| Answer::problem(422, "insufficient_points"), unknown);
    let second = gateway(committed, unknown);
    let fate = settle(&[first.url(), second.url()], LONG);
    assert!(matches!(fate, Fate::Refused { problem, .. } if problem.code == "insufficient_points"));
    assert!(second.requests().is_empty());
}

#[test]
fn an_overloaded_gateway_is_passed_over_and_if_all_are_that_is_the_outcome() {
    let full = gateway(|| Answer::problem(503, "mempool_full"), unknown);
    let busy = gateway(|| Answer::problem(429, "too_many_requests"), unknown);
    let removed = gateway(|| Answer::problem(503, "not_validator"), unknown);
    let free = gateway(committed, unknown);
    assert!(is_final(&settle(&[full.url(), busy.url(), removed.url(), free.url()], LONG)));
    let fate = settle(&[busy.url(), full.url()], LONG);
    assert!(matches!(fate, Fate::Refused { problem, .. } if problem.code == "mempool_full"));
}

#[test]
fn a_day_that_is_used_up_is_so_at_every_gateway_and_no_other_one_is_asked() {
    let spent = gateway(|| Answer::problem(429, "allowance_spent"), unknown);
    let second = gateway(committed, unknown);
    let fate = settle(&[spent.url(), second.url()], LONG);
    assert!(matches!(fate, Fate::Refused { problem, .. } if problem.code == "allowance_spent"));
    assert!(second.requests().is_empty());
}

#[test]
fn after_a_broken_connection_the_same_bytes_go_to_the_others_until_it_is_final() {
    let breaks = gateway(|| Answer::HangUp, unknown);
    let knows = gateway(|| Answer::problem(409, "duplicate_transaction"), first_then(unknown, committed));
    assert!(is_final(&settle(&[breaks.url(), knows.url()], LONG)));
    let sent = [posts(&breaks), posts(&knows)].concat();
    assert!(sent.len() >= 2);
    assert!(sent.iter().all(|request| request.body == signed().encode()));
}

#[test]
fn a_fault_or_a_page_of_a_proxy_leaves_the_outcome_open_until_the_ledger_has_it() {
    let faults: [fn() -> Answer; 4] = [
        || Answer::With(502, b"<html>".to_vec()),
        || Answer::problem(500, "internal_error"),
        || Answer::problem(408, "request_timeout"),
        || Answer::With(202, b"{}".to_vec()),
    ];
    for fault in faults {
        let server = gateway(fault, first_then(pending, committed));
        assert!(is_final(&settle(&[server.url()], LONG)));
        assert_eq!(posts(&server).len(), 1, "what is waiting is not sent again");
    }
}

#[test]
fn a_refusal_after_a_broken_connection_is_not_the_last_word() {
    let breaks = gateway(|| Answer::HangUp, first_then(unknown, committed));
    let refuses = gateway(|| Answer::problem(422, "insufficient_points"), unknown);
    assert!(is_final(&settle(&[breaks.url(), refuses.url()], LONG)));
}

#[test]
fn when_the_ledgers_time_is_over_without_it_it_never_happened() {
    for (time_ms, is_over) in [(VALID_UNTIL_MS - 1, false), (VALID_UNTIL_MS, true)] {
        let count = AtomicUsize::new(0);
        let server = Server::start(move |request| match (request.method.as_str(), request.path.as_str()) {
            // The first status is the one before sending; the second leads to the refusal.
            ("GET", "/v1/status") => {
                let is_early = count.fetch_add(1, Ordering::Relaxed) < 2;
                status(chain(), if is_early { 1 } else { time_ms })
            }
            ("POST", _) if count.load(Ordering::Relaxed) < 2 => Answer::HangUp,
            ("POST", _) => Answer::problem(422, "not_owner"),
            _ => unknown(),
        });
        let patience = if is_over { LONG } else { Duration::from_millis(300) };
        let refused = |refusal: Option<Problem>| refusal.is_some_and(|problem| problem.code == "not_owner");
        match settle(&[server.url()], patience) {
            Fate::Expired { refusal } => assert!(is_over && refused(refusal)),
            Fate::Open { refusal } => assert!(!is_over && refused(refusal)),
            fate => panic!("{fate:?}"),
        }
    }
}

/// A transaction that this machine's clock lets happen for another hour.
fn signed_for_an_hour() -> SignedTransaction {
    signed_until(clock::local_time().expect("a clock").plus_ms(3_600_000))
}

#[test]
fn a_false_time_of_a_gateway_does_not_end_the_wait() {
    let signed = signed_for_an_hour();
    let later_ms = signed.transaction.valid_until_ms.get() + 1;
    for answer in [|| Answer::HangUp, || Answer::problem(422, "transaction_expired")] {
        let lies = Server::start(move |request| match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/v1/status") => status(chain(), later_ms),
            ("POST", _) => answer(),
            _ => unknown(),
        });
        let fate = settle_one(&signed, &[lies.url()], Duration::from_millis(300));
        assert_eq!(fate, Fate::Open { refusal: None });
    }
}

#[test]
fn a_refusal_names_the_time_after_which_the_same_bytes_are_worthless() {
    let until = |signed: &SignedTransaction, post: fn() -> Answer| {
        let server = gateway(post, unknown);
        match settle_one(signed, &[server.url()], LONG) {
            Fate::Refused { possible_until_ms, .. } => possible_until_ms,
            fate => panic!("{fate:?}"),
        }
    };
    let (signed, over) = (signed_for_an_hour(), signed());
    let end = signed.transaction.valid_until_ms.plus_ms(clock::CLOCK_MARGIN_MS);
    assert_eq!(until(&signed, || Answer::problem(422, "insufficient_points")), Some(end));
    assert_eq!(until(&signed, || Answer::problem(503, "mempool_full")), Some(end));
    for post in [|| Answer::problem(400, "malformed"), || Answer::problem(422, "amount_zero")] {
        assert_eq!(until(&signed, post), None);
    }
    assert_eq!(until(&over, || Answer::problem(422, "transaction_expired")), None, "both say so");
    let by_a_clock_that_may_be_fast = until(&over, || Answer::problem(422, "insufficient_points"));
    assert_eq!(by_a_clock_that_may_be_fast, Some(over.transaction.valid_until_ms.plus_ms(clock::CLOCK_MARGIN_MS)));
}

#[test]
fn handing_over_does_not_wait() {
    let server = gateway(pending, unknown);
    let gateways = Gateways::new(&[server.url().to_owned()], Some(chain())).expect("valid");
    let signed = signed();
    let submission = Submission::new(&gateways, &signed, signed.transaction.id(&chain()), LONG);
    assert_eq!(submission.hand_over(&mut |_| ()), Fate::Open { refusal: None });
    assert_eq!(posts(&server)[0].path, "/v1/transactions");
}

#[test]
fn what_a_gateway_calls_final_and_does_not_prove_stays_open() {
    let (_parent, dir) = temporary();
    let home = create(&dir).expect("made");
    let server = Server::start(|request| match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/v1/status") => status(chain(), 1),
        (_, path) if path.ends_with("/proof") => unknown(),
        _ => committed(),
    });
    let gateways = Gateways::new(&[server.url().to_owned()], Some(chain())).expect("valid");
    let (signed, id) = (signed(), signed().transaction.id(&chain()));
    let prover = Prover::new(&home, trust::verifier(&home).expect("it has seen nothing"));
    let settle = |patience| Submission::new(&gateways, &signed, id, patience).proven_by(&prover).settle(&mut |_| ());
    assert_eq!(settle(Duration::ZERO), Fate::Open { refusal: None });
}
