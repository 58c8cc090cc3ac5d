//! Vouchers, their uses and refunds as the samples write them.

use lojal_types::{
    AddressText, AnsweredRequest, Award, Campaign, CampaignId, ChainId, Day, Operation, Payment, Points, Recipient,
    Refund, Salt, TakeBack, TakenBackOf, UseVoucher, VoucherId, VoucherRequest,
};

use super::{Written, club, reference, set_campaign, today};
use crate::vectors::samples::{START_MS, account, address, chain_id, household, named, parse, time};

/// Coffees that members buy with points, and can return.
pub(in crate::vectors) fn coffees() -> Campaign {
    Campaign { award: Award::Voucher { valid_days: 30 }, returnable: true, ..club() }
}

/// Meals for others, whose value goes to another brand.
pub(in crate::vectors) fn meals() -> Campaign {
    let to = Some(Recipient { brand: parse("kaffet"), price_micro: 250_000 });
    Campaign { award: Award::Cause { to }, stock: None, ..club() }
}

/// The use of a voucher of a campaign, by a request that it answers.
pub(in crate::vectors) fn use_voucher(
    chain: &ChainId,
    (account, is_pool): (AddressText, bool),
    (campaign, voucher, quantity): (u32, VoucherId, u16),
) -> Written {
    let (brand, campaign, salt) = (parse("nordmat"), CampaignId::new(campaign), Salt::new([0x99; 16]));
    let (dated, until_ms) = (today(), time(START_MS + 600_000));
    let household = is_pool.then(|| address(account));
    let asked = VoucherRequest { brand, campaign, quantity, dated, until_ms, household, salt };
    let request = AnsweredRequest { reference: asked.reference(chain), dated, until_ms, for_household: is_pool, salt };
    Operation::UseVoucher(UseVoucher { brand, account, voucher, quantity, request })
}

/// A refund of what was paid, to whoever paid it.
pub(in crate::vectors) fn refund(
    (of, to): (Payment, AddressText),
    (receipt, of_dated): (lojal_types::Reference, Day),
    amount: u64,
    own: &str,
) -> Written {
    let (brand, amount, own) = (parse("nordmat"), Points::new(amount), reference(own));
    let (of_reference, dated) = (receipt, today());
    Operation::Refund(Refund { brand, to, of, of_reference, of_dated, amount, reference: own, dated })
}

/// The operations on vouchers, and refunds.
pub(in crate::vectors) fn of_vouchers() -> Vec<(String, Written)> {
    let voucher = VoucherId::new([0x7a; 16]);
    let (anna, family) = (account(4), household());
    let take = TakeBack {
        brand: parse("nordmat"),
        from: anna,
        of: TakenBackOf::Voucher,
        of_reference: reference("gift 4"),
        of_dated: today(),
        amount: 1,
        reference: reference("return 3"),
        dated: today(),
    };
    let to_nobody = Campaign { award: Award::Cause { to: None }, ..meals() };
    let of = |word| (reference(word), today());
    vec![
        named("set_campaign of vouchers", set_campaign(4, coffees())),
        named("set_campaign of a cause", set_campaign(5, meals())),
        named("set_campaign of a cause without a recipient", set_campaign(6, to_nobody)),
        named("take_back of a voucher", Operation::TakeBack(take)),
        named("use_voucher", use_voucher(&chain_id(), (anna, false), (4, voucher, 2))),
        named("use_voucher of a household", use_voucher(&chain_id(), (family, true), (4, voucher, u16::MAX))),
        named("refund of a redemption", refund((Payment::Redeem, anna), of("request 1"), 20, "refund 1")),
        named("refund of a capture", refund((Payment::Capture, family), of("take 1"), 1, "refund 2")),
        named("refund of a claim", refund((Payment::Claim, anna), of("claim 1"), 40, "refund 3")),
    ]
}
