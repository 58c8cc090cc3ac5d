//! Offers, takes and withdrawals.

use lojal_types::{Code, MemberRole, Offer, OfferId, Operation, Points, Policy};

use super::Failing;
use crate::fixture::*;

/// Makes the ledger one of version 2 in which the grocer's and the café's points are traded; Anna has 500 of the
/// grocer's points and Bo 400 of the café's.
fn prepare(ledger: &mut Ledger) {
    *ledger = Ledger::with_market();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger.apply(TILL, issue(CAFE, BO, 400, "first"));
}

fn hundred(ledger: &Ledger) -> Offer {
    offer(address(ANNA), (100, "2027-11"), (1, 3), ledger.now().plus_ms(DAY_MS))
}

/// An offer that is wrong somewhere.
fn wrong(ledger: &mut Ledger, change: impl Fn(Offer) -> Offer) -> (u8, Operation) {
    prepare(ledger);
    (ANNA, Operation::Offer(change(hundred(ledger))))
}

/// The offer that Anna makes of 100 points.
fn made(ledger: &mut Ledger) -> OfferId {
    prepare(ledger);
    let offer = Offer { min_take: Points::new(20), ..hundred(ledger) };
    ledger.make_offer(ANNA, &offer)
}

/// Bo takes so many of it for at most so many.
fn taking(ledger: &mut Ledger, amounts: (u64, u64)) -> (u8, Operation) {
    let id = made(ledger);
    (BO, take(address(ANNA), id, address(BO), amounts))
}

fn forbid(ledger: &mut Ledger, id: &str) {
    ledger.apply(TILL, set_policy(id, policy_of(id)));
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::AmountZero, |ledger| wrong(ledger, |offer| Offer { amount: Points::ZERO, ..offer })),
    (Code::UnknownBrand, |ledger| wrong(ledger, |offer| Offer { brand: brand("nobody"), ..offer })),
    (Code::UnknownBrand, |ledger| wrong(ledger, |offer| Offer { wants: brand("nobody"), ..offer })),
    (Code::PolicyForbidsTrade, |ledger| wrong(ledger, |offer| Offer { wants: brand(RESORT), ..offer })),
    (Code::PolicyForbidsTrade, |ledger| wrong(ledger, |offer| Offer { brand: brand(RESORT), ..offer })),
    (Code::NotOwner, |ledger| wrong(ledger, |offer| Offer { from: address(BO), ..offer })),
    (Code::ChildMayNot, |ledger| {
        prepare(ledger);
        let pool = ledger.household(ANNA, &[(BO, MemberRole::Child, &[(GROCER, 100)])]);
        (BO, Operation::Offer(Offer { from: pool, ..hundred(ledger) }))
    }),
    (Code::PolicyForbidsPooling, |ledger| {
        prepare(ledger);
        let pool = ledger.household(ANNA, &[]);
        (ANNA, Operation::Offer(Offer { from: pool, ..hundred(ledger) }))
    }),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { wants: offer.brand, ..offer })),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { price_num: 0, ..offer })),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { price_den: 0, ..offer })),
    // A point for 101 of 100 is none, and 2^53 for one are too many.
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { price_den: 101, ..offer })),
    (Code::OfferOutOfBounds, |ledger| {
        prepare(ledger);
        ledger.apply(TILL, set_policy(GROCER, Policy { tradeable: true, ..Policy::open() }));
        let many = Points::new(1 << 30);
        (ANNA, Operation::Offer(Offer { amount: many, price_num: u32::MAX, price_den: 1, ..hundred(ledger) }))
    }),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { amount: Points::new(9), ..offer })),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { amount: Points::new(1_001), ..offer })),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { min_take: Points::ZERO, ..offer })),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { min_take: Points::new(101), ..offer })),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { expiry: expiry_of("2026-10"), ..offer })),
    (Code::OfferOutOfBounds, |ledger| wrong(ledger, |offer| Offer { wants_until: expiry_of("2026-10"), ..offer })),
    (Code::OfferOutOfBounds, |ledger| {
        prepare(ledger);
        (ANNA, Operation::Offer(Offer { expires_ms: ledger.next_time(), ..hundred(ledger) }))
    }),
    (Code::OfferOutOfBounds, |ledger| {
        prepare(ledger);
        let beyond = ledger.next_time().plus_ms(30 * DAY_MS + 1);
        (ANNA, Operation::Offer(Offer { expires_ms: beyond, ..hundred(ledger) }))
    }),
    (Code::InsufficientPoints, |ledger| wrong(ledger, |offer| Offer { amount: Points::new(501), ..offer })),
    (Code::InsufficientPoints, |ledger| wrong(ledger, |offer| Offer { expiry: expiry_of("2027-10"), ..offer })),
    (Code::TooManyOffers, |ledger| {
        prepare(ledger);
        let small = Offer { amount: Points::new(10), ..hundred(ledger) };
        for _ in 0..16 {
            ledger.make_offer(ANNA, &small);
        }
        (ANNA, Operation::Offer(small))
    }),
    (Code::AmountZero, |ledger| taking(ledger, (0, 1))),
    (Code::UnknownOffer, |ledger| {
        prepare(ledger);
        (BO, take(address(ANNA), OfferId::new([7; 16]), address(BO), (20, 20)))
    }),
    // The offer wants the café's points.
    (Code::UnknownOffer, |ledger| {
        let (sender, operation) = taking(ledger, (20, 20));
        ledger.apply(TILL, set_policy(RESORT, Policy { tradeable: true, ..policy_of(RESORT) }));
        let Operation::Take(one) = operation else { unreachable!() };
        (sender, Operation::Take(lojal_types::Take { wants: brand(RESORT), ..one }))
    }),
    // Its points live through November.
    (Code::UnknownOffer, |ledger| {
        let (sender, operation) = taking(ledger, (20, 20));
        let Operation::Take(one) = operation else { unreachable!() };
        (sender, Operation::Take(lojal_types::Take { expiry: expiry_of("2027-12"), ..one }))
    }),
    (Code::OfferOver, |ledger| {
        let taken = taking(ledger, (20, 20));
        ledger.pass_to(ledger.now().plus_ms(2 * DAY_MS));
        taken
    }),
    (Code::SameAccount, |ledger| {
        let id = made(ledger);
        (ANNA, take(address(ANNA), id, address(ANNA), (20, 20)))
    }),
    (Code::OfferSuspended, |ledger| {
        let taken = taking(ledger, (20, 20));
        ledger.apply(ANNA, freeze());
        taken
    }),
    (Code::PolicyForbidsTrade, |ledger| {
        let taken = taking(ledger, (20, 20));
        forbid(ledger, GROCER);
        taken
    }),
    (Code::PolicyForbidsTrade, |ledger| {
        let taken = taking(ledger, (20, 20));
        forbid(ledger, CAFE);
        taken
    }),
    (Code::TakeExceedsOffer, |ledger| taking(ledger, (101, 100))),
    (Code::TakeTooSmall, |ledger| taking(ledger, (19, 100))),
    (Code::AboveMaxPay, |ledger| taking(ledger, (20, 6))),
    (Code::NotOwner, |ledger| {
        let id = made(ledger);
        (TILL, take(address(ANNA), id, address(BO), (20, 20)))
    }),
    // Into a pool, of points that must not be pooled.
    (Code::PolicyForbidsPooling, |ledger| {
        let id = made(ledger);
        let pool = ledger.household(BO, &[]);
        ledger.apply(TILL, set_policy(CAFE, Policy { tradeable: true, poolable: true, ..policy_of(CAFE) }));
        ledger.apply(BO, deposit(CAFE, BO, pool, 50));
        ledger.apply(TILL, set_policy(GROCER, Policy { tradeable: true, poolable: false, ..policy_of(GROCER) }));
        (BO, take(address(ANNA), id, pool, (20, 20)))
    }),
    (Code::InsufficientPoints, |ledger| {
        let taken = taking(ledger, (20, 20));
        ledger.apply(BO, redeem(CAFE, BO, 394));
        taken
    }),
    (Code::UnknownOffer, |ledger| {
        prepare(ledger);
        (ANNA, withdraw_offer(address(ANNA), OfferId::new([7; 16])))
    }),
    (Code::NotOwner, |ledger| {
        let id = made(ledger);
        (BO, withdraw_offer(address(ANNA), id))
    }),
];
