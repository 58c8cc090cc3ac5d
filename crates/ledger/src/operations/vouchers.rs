//! Vouchers: they are given by campaigns, used at tills, and taken back (protocol, Vouchers and refunds).

use lojal_types::{Bounded, Code, Policy, TakeBack, UseVoucher, VoucherId, voucher_id};

use super::awarding::Awarding;
use super::issue::reversible_until;
use super::ledger::enter_pool;
use super::reference::{Place, answers, goes_back, place, use_once};
use super::{Context, authority};
use crate::half_id::HalfId;
use crate::key::{GivenVoucherKey, UsedVoucherKey, VouchersKey};
use crate::record::{GivenVoucher, UsedVoucher, Voucher, Vouchers};
use crate::stop::Stop;

/// Uses the reference of a voucher: "It can be taken back as long as an issue of the same time could be reversed"
/// (protocol, Campaigns)
pub(super) fn remember(
    context: &mut Context<'_, '_>,
    place: &Place,
    policy: &Policy,
    awarding: &Awarding<'_>,
) -> Result<(), Stop> {
    let record = GivenVoucher {
        to: awarding.to,
        campaign: awarding.campaign,
        voucher: voucher_id(&context.chain, &context.transaction, context.index),
        quantity: awarding.units,
        taken_back: 0,
        dated: awarding.dated,
        take_back_until_ms: reversible_until(context, place, policy),
        transaction: HalfId::of(&context.transaction),
        cost: awarding.cost(),
    };
    let key = |shelf| GivenVoucherKey { shelf, brand: awarding.brand, reference: awarding.reference.clone() };
    use_once(context, place, key, &record)
}

/// Gives a voucher: "It has a use for each unit, through the day that is `valid_days` after the one on which it is
/// given. An account has at most 32 of a brand at a time (`too_many_vouchers`)." (protocol, Vouchers and refunds)
pub(super) fn give(context: &mut Context<'_, '_>, awarding: &Awarding<'_>, valid_days: u16) -> Result<(), Stop> {
    let key = VouchersKey { account: awarding.to, brand: awarding.brand };
    if key.account.is_household() {
        enter_pool(context, key.account, key.brand)?;
    }
    let voucher = voucher_id(&context.chain, &context.transaction, context.index);
    let until = context.time.day().plus(valid_days.into());
    let mut vouchers = live(context, &key)?;
    vouchers.push(Voucher { voucher, campaign: awarding.campaign, left: awarding.units, until });
    vouchers.sort_unstable();
    let vouchers = Bounded::new(vouchers).map_err(|_| Code::TooManyVouchers)?;
    context.overlay.put(&key, &Vouchers { vouchers })?;
    Ok(())
}

/// `UseVoucher`: "by the account that has it, or by a member of the household that does" (protocol, Vouchers and
/// refunds). The owner signs, so that a brand can't mark it used alone.
pub(super) fn apply(context: &mut Context<'_, '_>, one: &UseVoucher) -> Result<(), Stop> {
    let UseVoucher { brand, account, voucher, quantity, ref request } = *one;
    authority::open_brand(context, brand)?;
    authority::for_itself(context, account)?;
    let key = VouchersKey { account, brand };
    let known = known(context, &key, voucher)?.ok_or(Code::UnknownVoucher)?;
    not_over(context, &known)?;
    uses_in_range(&known, quantity)?;
    let asked = one.asked(known.campaign);
    answers(context, (&asked.reference(&context.chain), asked.until_ms), request)?;
    let place = place(context, request.dated)?.alone();
    let used = |shelf| UsedVoucherKey { shelf, brand, reference: request.reference.clone() };
    let record = UsedVoucher { voucher, quantity, transaction: context.transaction };
    use_once(context, &place, used, &record)?;
    take(context, &key, &known, quantity)
}

/// "after its last day it is over (`voucher_over`)" (protocol, Vouchers and refunds)
fn not_over(context: &Context<'_, '_>, voucher: &Voucher) -> Result<(), Code> {
    if voucher.is_live_on(context.time.day()) { Ok(()) } else { Err(Code::VoucherOver) }
}

/// "It takes 1 or more of its uses (`quantity_out_of_range`), and no more than are left (`voucher_exceeded`)."
/// (protocol, Vouchers and refunds)
fn uses_in_range(voucher: &Voucher, quantity: u16) -> Result<(), Code> {
    match quantity {
        0 => Err(Code::QuantityOutOfRange),
        quantity if quantity <= voucher.left => Ok(()),
        _ => Err(Code::VoucherExceeded),
    }
}

/// Takes back uses of a voucher that was granted or claimed: "Of a voucher those uses can be taken back that are left
/// of it." (protocol, Vouchers and refunds)
pub(super) fn take_back(context: &mut Context<'_, '_>, take: &TakeBack) -> Result<(), Stop> {
    let (shelf, brand) = (take.of_dated.month(), take.brand);
    let key = GivenVoucherKey { shelf, brand, reference: take.of_reference.clone() };
    let given = context.overlay.get(&key)?.filter(|given| given.dated == take.of_dated);
    let given = given.ok_or(Code::UnknownReference)?;
    goes_back(context, take, (given.to, given.take_back_until_ms))?;
    let uses = u16::try_from(take.amount).map_err(|_| Code::TakeBackExceeds)?;
    give_back(context, &key, given, (uses, Code::TakeBackExceeds))
}

/// Takes uses of a voucher from its account, which were taken back or are returned.
///
/// # Errors
/// A code if fewer are left.
pub(super) fn give_back(
    context: &mut Context<'_, '_>,
    key: &GivenVoucherKey,
    given: GivenVoucher,
    (uses, code): (u16, Code),
) -> Result<(), Stop> {
    let of = VouchersKey { account: given.to, brand: key.brand };
    let today = context.time.day();
    let known = known(context, &of, given.voucher)?.filter(|one| one.is_live_on(today));
    let known = known.filter(|one| uses <= one.left).ok_or(code)?;
    let taken_back = given.taken_back.checked_add(uses).expect("at most what was given");
    let transaction = HalfId::of(&context.transaction);
    context.overlay.put(key, &GivenVoucher { taken_back, transaction, ..given })?;
    take(context, &of, &known, uses)
}

fn known(context: &mut Context<'_, '_>, key: &VouchersKey, voucher: VoucherId) -> Result<Option<Voucher>, Stop> {
    let vouchers = context.overlay.get(key)?.unwrap_or_default().vouchers;
    Ok(vouchers.iter().copied().find(|one| one.voucher == voucher))
}

/// "Those that are used up or over leave nothing" (protocol, Vouchers and refunds): the ones that are left.
fn live(context: &mut Context<'_, '_>, key: &VouchersKey) -> Result<Vec<Voucher>, Stop> {
    let today = context.time.day();
    let mut vouchers = context.overlay.get(key)?.unwrap_or_default().vouchers.into_inner();
    vouchers.retain(|one| one.is_live_on(today));
    Ok(vouchers)
}

/// Takes uses off a voucher that has as many.
fn take(context: &mut Context<'_, '_>, key: &VouchersKey, voucher: &Voucher, uses: u16) -> Result<(), Stop> {
    let mut vouchers = live(context, key)?;
    for one in vouchers.iter_mut().filter(|one| one.voucher == voucher.voucher) {
        one.left = one.left.checked_sub(uses).expect("as many are left");
    }
    vouchers.retain(|one| one.left > 0);
    if vouchers.is_empty() {
        context.overlay.remove(key)?;
    } else {
        let vouchers = Bounded::new(vouchers).expect("no more than before");
        context.overlay.put(key, &Vouchers { vouchers })?;
    }
    Ok(())
}
