//! Offers, takes and withdrawals as the samples write them.

use lojal_types::limits::{POINTS_MAX, TIME_MS_MAX};
use lojal_types::{AddressText, Offer, OfferId, Operation, Points, Take, TimeMs, WithdrawOffer};

use super::Written;
use crate::vectors::samples::{START_MS, account, household, named, parse, time};

/// An offer of so many of the grocer's points of an expiry for the café's, at so many for so many, until a time.
pub(in crate::vectors) fn offer(
    from: AddressText,
    (amount, expiry): (u64, &str),
    (price_num, price_den): (u32, u32),
    expires_ms: TimeMs,
) -> Offer<AddressText> {
    let (brand, wants, amount, min_take) = (parse("nordmat"), parse("kaffet"), Points::new(amount), Points::new(1));
    let (expiry, wants_until) = (parse(expiry), parse("2027-03"));
    Offer { brand, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms }
}

pub(in crate::vectors) fn take(
    owner: AddressText,
    offer: OfferId,
    from: AddressText,
    (amount, max_pay): (u64, u64),
) -> Written {
    take_of("2027-11", owner, offer, from, (amount, max_pay))
}

/// A take of points that live through a month.
pub(in crate::vectors) fn take_of(
    expiry: &str,
    owner: AddressText,
    offer: OfferId,
    from: AddressText,
    (amount, max_pay): (u64, u64),
) -> Written {
    let (brand, wants) = (parse("nordmat"), parse("kaffet"));
    let (amount, max_pay) = (Points::new(amount), Points::new(max_pay));
    Operation::Take(Take { brand, owner, offer, from, amount, wants, max_pay, expiry: parse(expiry) })
}

pub(in crate::vectors) fn withdraw_offer(from: AddressText, offer: OfferId) -> Written {
    Operation::WithdrawOffer(WithdrawOffer { brand: parse("nordmat"), from, offer })
}

/// The operations of the market.
pub(in crate::vectors) fn of_market() -> Vec<(String, Written)> {
    let (anna, bo, id) = (account(4), account(5), OfferId::new([0x79; 16]));
    let small = offer(anna, (100, "2027-11"), (1, 3), time(START_MS + 60_000));
    let large = Offer {
        min_take: Points::new(POINTS_MAX),
        wants_until: parse("never"),
        ..offer(household(), (POINTS_MAX, "never"), (u32::MAX, u32::MAX), time(TIME_MS_MAX))
    };
    vec![
        named("offer", Operation::Offer(small)),
        named("offer of the most points of a household", Operation::Offer(large)),
        named("take", take(anna, id, bo, (50, 17))),
        named("take for a household", take(anna, id, household(), (POINTS_MAX, POINTS_MAX))),
        named("withdraw_offer", withdraw_offer(anna, id)),
    ]
}
