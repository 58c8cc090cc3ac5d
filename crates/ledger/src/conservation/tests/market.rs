//! Points on the market: those that appear in an offer, or vanish from it, are found.

use super::*;

/// Anna has 50 of the grocer's points and offers 20 of them, for an hour.
fn ledger_with_offer() -> Ledger {
    let mut ledger = Ledger::with_market();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "first"));
    let until = ledger.now().plus_ms(HOUR_MS);
    ledger.make_offer(ANNA, &offer(address(ANNA), (20, "2027-11"), (1, 1), until));
    ledger
}

fn judge_with_offer(change: impl FnOnce(&mut ChangeSet)) -> [Result<(), ConservationError>; 2] {
    judge_on(&ledger_with_offer(), change)
}

/// Makes so many points the rest of the offer.
fn set_offered(changes: &mut ChangeSet, points: u64) {
    let mut record = ledger_with_offer().view().get(&holds_key()).expect("in memory").expect("Anna's offer");
    let [one] = &*record.offers else { panic!("one offer") };
    let lot = lot("2027-11", points);
    record.offers = Bounded::from([crate::record::OpenOffer { lot, ..one.clone() }]);
    put(changes, &holds_key(), &record);
}

fn offers_differ(in_holds: i128, held: i128) -> ConservationError {
    let ends = ledger_with_offer().offers(address(ANNA))[0].ends_ms;
    let (brand, minute, expiry) = (brand(GROCER), ends.get() / MINUTE_MS, expiry_of("2027-11"));
    ConservationError::Holds { brand, minute, expiry, in_holds, held }
}

#[test]
fn points_that_appear_in_an_offer_or_vanish_from_it_are_found() {
    assert_eq!(judge_with_offer(|_| ()), [Ok(()), Ok(())]);
    let more = judge_with_offer(|changes| set_offered(changes, 21));
    assert_eq!(more, [Err(offers_differ(1, 0)), Err(offers_differ(21, 20))]);
    let less = judge_with_offer(|changes| set_offered(changes, 5));
    assert_eq!(less, [Err(offers_differ(-15, 0)), Err(offers_differ(5, 20))]);
}

#[test]
fn points_of_an_offer_that_return_and_stay_set_aside_are_found() {
    let twice = judge_with_offer(|changes| {
        changes.insert(holds_key().encode(), None);
        set_lots(changes, ANNA, GROCER, &[lot("2027-11", 50)]);
        set_outstanding(changes, GROCER, "2027-11", 50);
    });
    assert_eq!(twice, [Err(offers_differ(-20, 0)), Err(offers_differ(0, 20))]);
}
