//! Offers, takes and withdrawals, and what is kept of them: their own generated values.

use lojal_ledger::record::{Counted, Holds, OpenOffer};
use lojal_types::{Bounded, Offer, OfferId, Operation, Take, WithdrawOffer};
use proptest::option;
use proptest::prelude::*;

use super::survives;
use super::values::*;

fn offer_id() -> BoxedStrategy<OfferId> {
    any::<[u8; 16]>().prop_map(OfferId::new).boxed()
}

fn price() -> BoxedStrategy<(u32, u32)> {
    (any::<u32>(), any::<u32>()).boxed()
}

pub(super) fn market_operation() -> BoxedStrategy<Operation> {
    let offered = (brand_id(), address(), points(), expiry());
    let wanted = (brand_id(), price(), expiry(), points(), time());
    let offer = (offered, wanted).prop_map(|((brand, from, amount, expiry), wanted)| {
        let (wants, (price_num, price_den), wants_until, min_take, expires_ms) = wanted;
        let offer =
            Offer { brand, from, amount, expiry, wants, price_num, price_den, wants_until, min_take, expires_ms };
        Operation::Offer(offer)
    });
    let take = (brand_id(), address(), offer_id(), address(), points(), brand_id(), points(), expiry());
    let take = take.prop_map(|(brand, owner, offer, from, amount, wants, max_pay, expiry)| {
        Operation::Take(Take { brand, owner, offer, from, amount, wants, max_pay, expiry })
    });
    let withdraw = (brand_id(), address(), offer_id())
        .prop_map(|(brand, from, offer)| Operation::WithdrawOffer(WithdrawOffer { brand, from, offer }));
    prop_oneof![offer, take, withdraw].boxed()
}

#[test]
fn offers_survive() {
    let counted = (address(), month()).prop_map(|(member, month)| Counted { member, month });
    let offered = (offer_id(), address(), lot());
    let wanted = (brand_id(), price(), expiry(), points(), time(), option::of(counted));
    let offer = (offered, wanted).prop_map(|((id, by, lot), wanted)| {
        let (wants, (price_num, price_den), wants_until, min_take, ends_ms, counted) = wanted;
        OpenOffer { id, by, lot, wants, price_num, price_den, wants_until, min_take, ends_ms, counted }
    });
    let holds = list(offer.boxed()).prop_map(|offers| Holds { holds: Bounded::default(), offers });
    survives(holds.boxed());
}
