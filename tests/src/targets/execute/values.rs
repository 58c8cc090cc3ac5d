//! Values that bytes choose.

use lojal_types::limits::{HOLD_MS_MAX, POINTS_MAX, PRICE_MICRO_MAX, TIME_MS_MAX};
use lojal_types::{
    Bounded, BrandId, Day, MemberLimit, MemberLimits, MemberRole, Money, PartnershipTerms, Points, Policy, PublicKey,
    Reference, TimeMs,
};

use super::super::source::Source;
use super::world::{BRANDS, World, brand, key, reference, time};

pub(super) fn any_brand(source: &mut Source<'_>) -> BrandId {
    brand(source.below(BRANDS.len() * 2 - 1) % BRANDS.len())
}

/// One of 32, so that they meet again.
pub(super) fn any_reference(source: &mut Source<'_>) -> Reference {
    reference(source.byte() % 32)
}

/// Mostly today; else within the days that a reference can have, or just beyond.
pub(super) fn any_day(source: &mut Source<'_>, world: &World) -> Day {
    let today = world.now().day();
    match source.byte() {
        0..=199 => today,
        200..=215 => today.plus(1),
        216..=247 => today.minus(1 + u32::from(source.byte() % 36)),
        _ => today.plus(2),
    }
}

pub(super) fn amount(source: &mut Source<'_>) -> Points {
    let edges = [0, 1, 10, 100, 1_000, 5_000, 1 << 32, POINTS_MAX, POINTS_MAX + 1, u64::MAX];
    Points::new(match source.byte() {
        byte @ 0..=199 => u64::from(byte) * 10,
        byte @ 200..=239 => edges[usize::from(byte) % edges.len()],
        _ => source.u64(),
    })
}

pub(super) fn any_time(source: &mut Source<'_>, world: &World) -> TimeMs {
    match source.below(8) {
        0 => time(0),
        1 => time(TIME_MS_MAX),
        2 => world.now().plus_ms(HOLD_MS_MAX),
        3 => world.now().plus_ms(HOLD_MS_MAX + 2_000),
        hours => world.now().plus_ms(hours as u64 * 60 * 60 * 1000),
    }
}

pub(super) fn any_key(source: &mut Source<'_>) -> PublicKey {
    match source.byte() {
        255 => PublicKey::new([255; 32]),
        254 => PublicKey::new([0; 32]),
        seed => key(seed % 32).public_key(),
    }
}

pub(super) fn any_terms(source: &mut Source<'_>, world: &World) -> PartnershipTerms {
    let rates = [1, 2, 3, 7, 100, 0, u32::MAX];
    let prices = [0, 1, 1_500_000, PRICE_MICRO_MAX, PRICE_MICRO_MAX + 1, u64::MAX];
    PartnershipTerms {
        rate_num: rates[source.below(rates.len())],
        rate_den: rates[source.below(rates.len())],
        price_micro: prices[source.below(prices.len())],
        daily_max: amount(source),
        owed_max: Money::new(amount(source).get()),
        ends_ms: any_time(source, world),
    }
}

pub(super) fn policy(source: &mut Source<'_>) -> Policy {
    let flags = source.byte();
    Policy {
        expiry_months: (flags & 1 == 1).then(|| source.byte() % 64),
        issue_max: (flags & 64 == 64).then(|| amount(source)),
        transferable: flags & 2 == 2,
        transfer_min: amount(source),
        transfer_max: amount(source),
        transfer_daily_max: (flags & 4 == 4).then(|| amount(source)),
        opening_min: if flags & 128 == 128 { amount(source) } else { Points::new(1) },
        convertible: flags & 8 == 8,
        poolable: flags & 16 == 16,
        tradeable: flags & 32 == 32,
        // Up to 1,590 days: more than is allowed, seldom.
        reversal_window_ms: u64::from(source.u32()) << 5,
    }
}

pub(super) fn role(source: &mut Source<'_>) -> MemberRole {
    [MemberRole::Admin, MemberRole::Adult, MemberRole::Child][source.below(3)]
}

/// In order or not.
pub(super) fn limits(source: &mut Source<'_>) -> MemberLimits {
    let limit = |source: &mut Source<'_>| MemberLimit { brand: any_brand(source), month_max: amount(source) };
    let mut list: Vec<MemberLimit> = (0..source.below(4)).map(|_| limit(source)).collect();
    if source.byte() < 200 {
        list.sort_by_key(|one| one.brand);
        list.dedup_by_key(|one| one.brand);
    }
    Bounded::new(list).expect("at most three")
}
