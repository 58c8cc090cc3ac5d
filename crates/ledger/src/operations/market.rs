//! `Offer`, `Take` and `WithdrawOffer`: members' points for members' points of other brands.

use lojal_types::limits::{OFFER_MS_MAX, POINTS_MAX};
use lojal_types::{
    Address, Bounded, Code, Expiry, Lot, Offer, OfferId, Points, Policy, Take, TimeMs, WithdrawOffer, offer_id, pay_for,
};

use super::authority::Purpose;
use super::balances::{add_outstanding, amount, change_totals};
use super::counters::within_daily_cap;
use super::expired_holds::{kept, let_go, put_aside, return_expired, write_holds};
use super::ledger::{credit, debit_from, debit_of};
use super::{Context, authority};
use crate::hold_ends;
use crate::key::HoldsKey;
use crate::record::{Brand, Holds, OpenOffer};
use crate::stop::Stop;
use crate::tree::Missing;

/// `Offer`: "by the owner of the points, or by an adult or admin of the household that owns them. The points are set
/// aside." "A suspended brand's points aren't offered, nor wanted by a new offer" (protocol, Market).
pub(super) fn offer(context: &mut Context<'_, '_>, offer: &Offer) -> Result<(), Stop> {
    amount(offer.amount)?;
    let brand = authority::brand_in_force(context, offer.brand)?;
    let wanted = authority::brand_in_force(context, offer.wants)?;
    tradeable([&brand, &wanted])?;
    let counted = authority::spend(context, offer.from, offer.brand, Purpose::Trade, offer.amount)?;
    into_pool(offer.from, &wanted.policy)?;
    offer_in_bounds(context, offer, &brand.policy)?;
    let ends_ms = end_of(offer, [&brand, &wanted])?;
    within_daily_cap(context, &brand.policy, offer.brand, offer.amount)?;
    let lot = debit_of(context, offer.from, offer.brand, offer.expiry, (offer.amount, offer.amount))?;
    put_aside(context, offer.brand, ends_ms, &[lot])?;
    let open = OpenOffer {
        id: offer_id(&context.chain, &context.transaction, context.index),
        by: context.sender,
        lot,
        wants: offer.wants,
        price_num: offer.price_num,
        price_den: offer.price_den,
        wants_until: offer.wants_until,
        min_take: offer.min_take,
        ends_ms,
        counted,
    };
    few(context, &HoldsKey { account: offer.from, brand: offer.brand }, open)
}

/// `Take`: "pays for a part of an offer, or for all that is left" (protocol, Market).
pub(super) fn take(context: &mut Context<'_, '_>, take: &Take) -> Result<(), Stop> {
    amount(take.amount)?;
    let brand = authority::open_brand(context, take.brand)?;
    let wanted = authority::open_brand(context, take.wants)?;
    tradeable([&brand, &wanted])?;
    let key = HoldsKey { account: take.owner, brand: take.brand };
    let (set_aside, offer) = known(context, &key, &take.offer)?;
    is_as_signed(&offer, take)?;
    live(context, &offer)?;
    not_oneself(take)?;
    owner_active(context, take, &offer)?;
    rest(&offer, take)?;
    min_take(&offer, take)?;
    let pay = pay(&offer, take)?;
    // Of what is set aside here nothing else ends by this take, so it is looked at once.
    let has_ended = set_aside.ended(context.time).next().is_some();
    less(context, &key, set_aside, (&offer, take.amount))?;
    authority::spend(context, take.from, take.wants, Purpose::Trade, pay)?;
    into_pool(take.from, &brand.policy)?;
    into_pool(take.owner, &wanted.policy)?;
    within_daily_cap(context, &wanted.policy, take.wants, pay)?;
    // "Payments take the earliest lots among those with `wants_until` or a later end." (protocol, Market)
    let paid = debit_from(context, take.from, take.wants, (offer.wants_until, pay))?;
    credit(context, take.owner, take.wants, &paid)?;
    let lot = Lot { amount: take.amount, ..offer.lot };
    bring_back(context, take, &offer, lot)?;
    credit(context, take.from, take.brand, &[lot])?;
    if has_ended {
        return_expired(context, take.owner, take.brand)?;
    }
    Ok(())
}

/// `WithdrawOffer`: "takes back what is left of an offer" (protocol, Market), by whoever may offer the points.
pub(super) fn withdraw(context: &mut Context<'_, '_>, withdraw: &WithdrawOffer) -> Result<(), Stop> {
    authority::open_brand(context, withdraw.brand)?;
    authority::trades(context, withdraw.from)?;
    let key = HoldsKey { account: withdraw.from, brand: withdraw.brand };
    let (set_aside, offer) = known(context, &key, &withdraw.offer)?;
    if context.time < offer.ends_ms {
        less(context, &key, set_aside, (&offer, offer.lot.amount))?;
        hold_ends::remove(context.overlay, key.brand, offer.ends_ms, &[offer.lot])?;
        let_go(context, key, offer.counted, &[offer.lot])?;
    }
    Ok(return_expired(context, withdraw.from, withdraw.brand)?)
}

/// "Both brands' policies are `tradeable`, when points are offered and when they are taken (`policy_forbids_trade`)."
/// (protocol, Market)
fn tradeable(brands: [&Brand; 2]) -> Result<(), Code> {
    if brands.iter().all(|brand| brand.policy.tradeable) { Ok(()) } else { Err(Code::PolicyForbidsTrade) }
}

/// "What comes into a household's pool is `poolable`." (protocol, Market)
fn into_pool(to: Address, policy: &Policy) -> Result<(), Code> {
    if to.is_household() && !policy.poolable { Err(Code::PolicyForbidsPooling) } else { Ok(()) }
}

/// "An offer is in bounds if it wants points of another brand; its price is of whole numbers from 1 on, and for all
/// of it at least one point and at most 2^53 − 1; it is within the policy's `transfer_min` and `transfer_max`;
/// `min_take` is 1 to `amount`; the points, and those that it wants, can be used in the month of the block; and it ends
/// after the block and at most 30 days ahead" (protocol, Market).
fn offer_in_bounds(context: &Context<'_, '_>, offer: &Offer, policy: &Policy) -> Result<(), Code> {
    let month = context.time.month();
    let sum = u128::from(offer.amount.get()) * u128::from(offer.price_num);
    let pay = pay_for(offer.amount, offer.price_num, offer.price_den);
    let priced = sum >= u128::from(offer.price_den) && pay.is_some_and(|pay| (1..=POINTS_MAX).contains(&pay.get()));
    let sized = (policy.transfer_min..=policy.transfer_max).contains(&offer.amount);
    let in_parts = (Points::new(1)..=offer.amount).contains(&offer.min_take);
    let lives = [offer.expiry, offer.wants_until].iter().all(|expiry| expiry.is_live_in(month));
    let ends = offer.expires_ms > context.time && offer.expires_ms.since_ms(context.time) <= OFFER_MS_MAX;
    let in_bounds = offer.brand != offer.wants && priced && sized && in_parts && lives && ends;
    if in_bounds { Ok(()) } else { Err(Code::OfferOutOfBounds) }
}

/// "An offer ends on a whole minute: its `expires_ms`, rounded up; or earlier, when the month of its points is over, or
/// when one of the two brands leaves." (protocol, Market)
fn end_of(offer: &Offer, brands: [&Brand; 2]) -> Result<TimeMs, Code> {
    let end = offer.expires_ms.to_whole_minute().ok_or(Code::OfferOutOfBounds)?;
    let over = match offer.expiry {
        Expiry::Month(month) => Some(month.plus(1).start()),
        Expiry::Never => None,
    };
    let leaves = brands.into_iter().filter_map(|brand| brand.closes_ms);
    Ok(leaves.chain(over).fold(end, TimeMs::min))
}

/// "At most 16 of an account and brand (`too_many_offers`)." (protocol, Market)
fn few(context: &mut Context<'_, '_>, key: &HoldsKey, offer: OpenOffer) -> Result<(), Stop> {
    let mut set_aside = context.overlay.get(key)?.unwrap_or_default();
    let offers = set_aside.offers.into_inner().into_iter().chain([offer]).collect();
    set_aside.offers = Bounded::new(offers).map_err(|_| Code::TooManyOffers)?;
    Ok(write_holds(context, key, &set_aside)?)
}

/// "An account that doesn't have it, or has it no more, has no such offer (`unknown_offer`)" (protocol, Market).
/// Answers with all that the account has set aside, too.
fn known(context: &mut Context<'_, '_>, key: &HoldsKey, id: &OfferId) -> Result<(Holds, OpenOffer), Stop> {
    let set_aside = context.overlay.get(key)?.unwrap_or_default();
    let offer = set_aside.offers.iter().find(|offer| offer.id == *id).cloned();
    Ok((set_aside, offer.ok_or(Code::UnknownOffer)?))
}

/// "nor is there one that wants points of another brand, or whose points have another expiry, than the take says"
/// (protocol, Market): a taker signs in which points it pays, and how long what it buys lives.
fn is_as_signed(offer: &OpenOffer, take: &Take) -> Result<(), Code> {
    let is_same = offer.wants == take.wants && offer.lot.expiry == take.expiry;
    if is_same { Ok(()) } else { Err(Code::UnknownOffer) }
}

/// "One that has ended isn't taken (`offer_over`)." (protocol, Market)
fn live(context: &Context<'_, '_>, offer: &OpenOffer) -> Result<(), Code> {
    if context.time < offer.ends_ms { Ok(()) } else { Err(Code::OfferOver) }
}

/// Whoever takes its own offer moves nothing, and withdraws it instead.
fn not_oneself(take: &Take) -> Result<(), Code> {
    if take.owner == take.from { Err(Code::SameAccount) } else { Ok(()) }
}

/// "While the account that has made it is stopped, an offer isn't taken (`offer_suspended`): a stolen phone's offers
/// stop too." (protocol, Market)
///
/// "Nor is one of a household's points while whoever has made it couldn't offer them" (protocol, Market).
fn owner_active(context: &mut Context<'_, '_>, take: &Take, offer: &OpenOffer) -> Result<(), Stop> {
    let may = take.owner == offer.by || authority::may_trade(context, take.owner, offer.by)?;
    if may && authority::is_active(context, offer.by)? { Ok(()) } else { Err(Code::OfferSuspended.into()) }
}

/// "No more is taken than is left (`take_exceeds_offer`)" (protocol, Market).
fn rest(offer: &OpenOffer, take: &Take) -> Result<(), Code> {
    if take.amount <= offer.lot.amount { Ok(()) } else { Err(Code::TakeExceedsOffer) }
}

/// "at least `min_take`, or all that is left (`take_too_small`)" (protocol, Market)
fn min_take(offer: &OpenOffer, take: &Take) -> Result<(), Code> {
    let enough = take.amount >= offer.min_take || take.amount == offer.lot.amount;
    if enough { Ok(()) } else { Err(Code::TakeTooSmall) }
}

/// "The payment is ⌈amount · `price_num` / `price_den`⌉, rounded up for the offer that rests, and at most `max_pay`
/// (`above_max_pay`)." (protocol, Market)
fn pay(offer: &OpenOffer, take: &Take) -> Result<Points, Code> {
    let pay = pay_for(take.amount, offer.price_num, offer.price_den).expect("no more than for the whole offer");
    if pay <= take.max_pay { Ok(pay) } else { Err(Code::AboveMaxPay) }
}

/// Takes points off an offer; nothing is left of it without points.
fn less(
    context: &mut Context<'_, '_>,
    key: &HoldsKey,
    mut set_aside: Holds,
    (offer, amount): (&OpenOffer, Points),
) -> Result<(), Missing> {
    let left = offer.lot.amount.checked_sub(amount).expect("no more than is left");
    let mut offers = set_aside.offers.into_inner();
    for one in offers.iter_mut().filter(|one| one.id == offer.id) {
        one.lot.amount = left;
    }
    let offers = Bounded::new(offers).expect("as many as before");
    set_aside.offers = kept(offers, |one| !one.lot.amount.is_zero());
    write_holds(context, key, &set_aside)
}

/// Lets points that were set aside be outstanding again.
fn bring_back(context: &mut Context<'_, '_>, take: &Take, offer: &OpenOffer, lot: Lot) -> Result<(), Stop> {
    hold_ends::remove(context.overlay, take.brand, offer.ends_ms, &[lot])?;
    change_totals(context, take.brand, |mut totals| {
        totals.held = totals.held.checked_sub(lot.amount)?;
        totals.outstanding = totals.outstanding.checked_add(lot.amount)?;
        Some(totals)
    })?;
    Ok(add_outstanding(context, take.brand, &[lot])?)
}
