//! Uses of vouchers that were asked for, over starts and power cuts.

use lojal_store::{Faults, SimulatedDisk};
use lojal_types::{CampaignId, Height, Salt, TransactionId, VoucherId, VoucherRequest};

use super::*;
use crate::testing::{CHAIN, brand, member, open, time};

/// Two uses of a voucher of a campaign, as a till asks for them under a reference.
fn call(name: &str, campaign: u32) -> Call {
    let (campaign, dated, until_ms) = (CampaignId::new(campaign), time(0).day(), time(0).plus_ms(600_000));
    let salt = Salt::new([4; 16]);
    let request = VoucherRequest { brand: brand(), campaign, quantity: 2, dated, until_ms, household: None, salt };
    let id = request.reference(&CHAIN);
    Call { number: 0, name: name.to_owned(), id, request, use_within_s: 600, key: 1, answer: None }
}
fn used(by: u8) -> Use {
    let (voucher, transaction) = (VoucherId::new([by; 16]), TransactionId::new([by; 32]));
    Use { by: member(by), of: member(by), voucher, transaction, height: Height::new(3), time_ms: time(0) }
}

#[test]
fn a_request_for_a_voucher_is_known_by_its_id_and_its_name_with_its_first_answer() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut book = open(&Disk::real(), dir.path(), time(0).day()).expect("in order");
    let asked = call("R", 1);
    book.open_call(asked.clone(), time(0).day()).expect("kept");
    book.answer_call(&asked.id, used(1)).expect("kept");
    book.answer_call(&asked.id, used(2)).expect("the first one stays");
    assert!(book.payment_named("R").is_none(), "payments have references of their own");
    drop(book);
    let book = open(&Disk::real(), dir.path(), time(0).day()).expect("in order");
    let found = book.call_named("R").expect("there");
    assert_eq!(book.call(&asked.id), Some(found));
    assert_eq!((&found.request, &found.answer), (&asked.request, &Some(used(1))));
    assert!(book.call_named("S").is_none());
    drop(book);
    let late = time(0).day().plus(36 + MEMORY_DAYS);
    let book = open(&Disk::real(), dir.path(), late).expect("in order");
    assert!(book.call(&asked.id).is_none() && book.call_named("R").is_none());
}

#[test]
fn the_oldest_requests_make_room() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let bounds = Bounds { requests_max: 3, ..Bounds::of(35) };
    let today = time(0).day();
    let mut book = Book::open(&Disk::real(), dir.path(), crate::testing::owner(), (today, bounds)).expect("in order");
    for number in 1..=4 {
        book.open_call(call(&format!("{number}"), number), today).expect("kept");
    }
    let known: Vec<bool> = (1..=4).map(|number| book.call_named(&format!("{number}")).is_some()).collect();
    assert_eq!(known, [false, true, true, true]);
    assert!(book.call(&call("1", 1).id).is_none());
}

#[test]
fn whatever_was_told_of_a_request_stays_so_after_a_power_cut_at_any_operation_on_the_disk() {
    for changes in 0.. {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (simulated, today, asked) = (SimulatedDisk::new(), time(0).day(), call("R", 1));
        simulated.set_faults(Faults { power_fails_after: Some(changes), ..Faults::default() });
        let (mut is_open, mut is_answered) = (false, false);
        if let Ok(mut book) = open(&simulated.disk(), dir.path(), today) {
            is_open = book.open_call(asked.clone(), today).is_ok();
            is_answered = is_open && book.answer_call(&asked.id, used(1)).is_ok();
        }
        let was_cut = simulated.faults().power_is_off;
        simulated.crash(changes.into()).expect("the real disk works");
        let book = open(&simulated.disk(), dir.path(), today).expect("in order");
        let found = book.call(&asked.id);
        assert!(!is_open || found.is_some_and(|one| one.request == asked.request), "{changes} operations");
        assert!(!is_answered || found.is_some_and(|one| one.answer == Some(used(1))), "{changes} operations");
        if !was_cut {
            assert!(is_answered && changes > 5, "{changes} operations");
            return;
        }
    }
}
