//! References commit to what they ask for (protocol, Points).

use lojal_types::{Code, Operation, Points, Reference, Request, RequestKind, Salt, TimeMs};

use crate::fixture::*;

/// Anna and Bo have 100 of the grocer's points each, Bo's household 50.
fn ledger() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "anna"));
    ledger.apply(TILL, issue(GROCER, BO, 150, "bo"));
    ledger
}

/// The till's request for 60 points, for ten minutes.
fn request(ledger: &Ledger) -> Request {
    Request {
        brand: brand(GROCER),
        amount: Points::new(60),
        kind: RequestKind::Redeem,
        dated: ledger.now().day(),
        until_ms: ledger.now().plus_ms(10 * MINUTE_MS),
        household: None,
        salt: Salt::new([7; 16]),
    }
}

fn answer(ledger: &Ledger, request: &Request, from: u8) -> Operation {
    request.answer(&ledger.genesis.chain_id(), address(from))
}

fn paid(ledger: &Ledger, reference: &Reference) -> bool {
    ledger.view().payment(reference, Some(ledger.now().day())).expect("in memory").is_some()
}

/// An answer to a request that is changed after its reference was made; signed as it is.
fn changed(operation: Operation, change: impl FnOnce(&mut lojal_types::Redeem)) -> Operation {
    let Operation::Redeem(mut redeem) = operation else { panic!("another operation") };
    change(&mut redeem);
    Operation::Redeem(redeem)
}

#[test]
fn one_point_for_a_request_of_sixty_is_refused_and_the_real_payer_pays() {
    let mut ledger = ledger();
    let asked = request(&ledger);
    let reference = asked.reference(&ledger.genesis.chain_id());
    let squatted = changed(answer(&ledger, &asked, BO), |redeem| redeem.amount = Points::new(1));
    ledger.fails(BO, squatted, Code::RequestMismatch);
    assert!(!paid(&ledger, &reference));
    let payment = answer(&ledger, &asked, ANNA);
    ledger.apply(ANNA, payment.clone());
    assert!(paid(&ledger, &reference));
    assert_eq!(ledger.balance(ANNA, GROCER), 40);
    ledger.fails(BO, answer(&ledger, &asked, BO), Code::DuplicateReference);
}

#[test]
fn nothing_but_what_was_asked_for_can_use_a_reference() {
    let mut ledger = ledger();
    let (asked, hour) = (request(&ledger), ledger.now().plus_ms(HOUR_MS));
    let wrong: [fn(&mut lojal_types::Redeem, TimeMs); 4] = [
        |redeem, _| redeem.brand = brand(CAFE),
        |redeem, hour| redeem.request.as_mut().expect("an answer").until_ms = hour,
        |redeem, _| redeem.request.as_mut().expect("an answer").for_household = true,
        |redeem, _| redeem.request.as_mut().expect("an answer").salt = Salt::new([8; 16]),
    ];
    for change in wrong {
        let operation = changed(answer(&ledger, &asked, ANNA), |redeem| change(redeem, hour));
        ledger.fails(ANNA, operation, Code::RequestMismatch);
    }
    // A request to pay isn't answered by a hold, nor one for a hold by a longer one.
    let to_hold = Request { kind: RequestKind::Hold { expires_ms: hour }, ..asked.clone() };
    for (kind, of) in [(to_hold.kind, &asked), (RequestKind::Hold { expires_ms: hour.plus_ms(1) }, &to_hold)] {
        let Operation::Hold(mut hold) = answer(&ledger, &Request { kind, ..asked.clone() }, ANNA) else {
            panic!("another operation")
        };
        hold.request.reference = of.reference(&ledger.genesis.chain_id());
        ledger.fails(ANNA, Operation::Hold(hold), Code::RequestMismatch);
    }
}

#[test]
fn a_request_can_be_answered_until_its_time_and_not_at_it() {
    for (early_ms, outcome) in [(1, None), (0, Some(Code::RequestExpired))] {
        let mut ledger = ledger();
        let asked = request(&ledger);
        ledger.pass_to(time(asked.until_ms.get() - MINUTE_MS));
        let operation = answer(&ledger, &asked, ANNA);
        let payment = ledger.sign(ANNA, vec![operation]);
        let expected = outcome.map_or(lojal_types::Outcome::Applied, |code| failed(0, code));
        assert_eq!(ledger.block(time(asked.until_ms.get() - early_ms), &[payment]), [Ok(expected)]);
    }
}

#[test]
fn a_request_for_a_household_is_paid_from_its_pool_and_from_no_other_account() {
    let mut ledger = ledger();
    let household = ledger.household(BO, &[]);
    ledger.apply(BO, deposit(GROCER, BO, household, 70));
    let asked = Request { household: Some(household), ..request(&ledger) };
    let from_anna = answer(&ledger, &asked, ANNA);
    ledger.fails(ANNA, from_anna, Code::RequestMismatch);
    let chain = ledger.genesis.chain_id();
    ledger.apply(BO, asked.answer(&chain, household));
    assert_eq!(ledger.pool(household, GROCER), 10);
}

#[test]
fn the_ledger_finds_who_answered_a_request() {
    let mut ledger = ledger();
    let chain = ledger.genesis.chain_id();
    let expires_ms = ledger.now().plus_ms(HOUR_MS);
    let (pay, held) = (request(&ledger), Request { kind: RequestKind::Hold { expires_ms }, ..request(&ledger) });
    for (asked, is_held) in [(pay, false), (held, true)] {
        let operation = answer(&ledger, &asked, if is_held { BO } else { ANNA });
        let transaction = ledger.sign(if is_held { BO } else { ANNA }, vec![operation]);
        let id = transaction.id();
        ledger.block(ledger.next_time(), &[transaction]);
        let (of, found, hold) = ledger
            .view()
            .payment(&asked.reference(&chain), Some(asked.dated))
            .expect("in memory")
            .expect("it was answered");
        assert_eq!((of, found, hold.is_some()), (brand(GROCER), id, is_held));
    }
    assert!(ledger.view().payment(&reference("nothing"), None).expect("in memory").is_none());
}
