//! Vouchers and refunds.

use lojal_types::{Action, Bounded, Campaign, Code, Height, Outcome, Payment, Reference, ScheduleVersion, VoucherId};

use super::Failing;
use crate::fixture::*;

/// Makes the ledger one of version 2 in which Anna, who has 500 points, can buy coffees by the first campaign.
fn prepare(ledger: &mut Ledger) {
    *ledger = Ledger::with_campaigns();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    let terms = coffees(ledger.now(), 20);
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
}

/// The same, in which she has bought two coffees. Answers with the claim's reference and the voucher.
fn bought(ledger: &mut Ledger) -> (Reference, VoucherId) {
    prepare(ledger);
    ledger.claimed(ANNA, claim_for(GROCER, 1, address(ANNA), (2, 40), None))
}

/// The same, in which she has used one of them.
fn used(ledger: &mut Ledger) -> (Reference, VoucherId) {
    let (claim, voucher) = bought(ledger);
    let answer = ledger.use_voucher(&ledger.voucher_request(1, 1, 7), address(ANNA), voucher);
    ledger.apply(ANNA, answer);
    (claim, voucher)
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::RefundExceedsPayment, |ledger| {
        prepare(ledger);
        ledger.apply(ANNA, redeem_for(GROCER, ANNA, 10, "till"));
        (TILL, refund(Payment::Redeem, ANNA, "till", 11, "return"))
    }),
    (Code::AwardToOther, |ledger| {
        prepare(ledger);
        ledger.apply(ANNA, redeem_for(GROCER, ANNA, 10, "till"));
        (TILL, refund(Payment::Redeem, BO, "till", 10, "return"))
    }),
    (Code::UnknownReference, |ledger| {
        prepare(ledger);
        (TILL, refund(Payment::Capture, ANNA, "never", 10, "return"))
    }),
    (Code::NotRefundable, |ledger| {
        ledger.apply(ANNA, redeem_for(GROCER, ANNA, 10, "till"));
        let height = Height::new(ledger.view().tip().height.get() + 110);
        ledger.enact(vec![Action::ScheduleVersion(ScheduleVersion { version: 2, height })]);
        while ledger.view().next_version() < 2 {
            ledger.pass_to(ledger.next_time());
        }
        ledger.pass_to(ledger.next_time());
        (TILL, refund(Payment::Redeem, ANNA, "till", 10, "return"))
    }),
    (Code::RefundWindowClosed, |ledger| {
        prepare(ledger);
        ledger.apply(ANNA, redeem_for(GROCER, ANNA, 10, "till"));
        ledger.pass_to(ledger.now().plus_ms(GROCER_REVERSAL_MS));
        (TILL, refund(Payment::Redeem, ANNA, "till", 10, "return"))
    }),
    (Code::RefundNotWhole, |ledger| {
        let (claim, _) = bought(ledger);
        (TILL, refund_of(Payment::Claim, address(ANNA), (claim, ledger.now().day()), 10, "return"))
    }),
    (Code::NotOperator, |ledger| {
        prepare(ledger);
        ledger.apply(ANNA, redeem_for(GROCER, ANNA, 10, "till"));
        (ANNA, refund(Payment::Redeem, ANNA, "till", 10, "return"))
    }),
    (Code::TooManyVouchers, |ledger| {
        prepare(ledger);
        ledger.apply(TILL, set_campaign(GROCER, 2, gift_of_coffee(ledger.now())));
        let gifts = (0..32).map(|number| grant(GROCER, 2, ANNA, 1, &format!("gift {number}"))).collect();
        assert_eq!(ledger.run(TILL, gifts), Outcome::Applied);
        (TILL, grant(GROCER, 2, ANNA, 1, "one more"))
    }),
    (Code::UnknownVoucher, |ledger| {
        bought(ledger);
        let asked = ledger.voucher_request(1, 1, 7);
        (ANNA, ledger.use_voucher(&asked, address(ANNA), VoucherId::new([1; 16])))
    }),
    (Code::NotOwner, |ledger| {
        let (_, voucher) = bought(ledger);
        ledger.apply(TILL, issue(GROCER, BO, 1, "of bo"));
        (BO, ledger.use_voucher(&ledger.voucher_request(1, 1, 7), address(ANNA), voucher))
    }),
    (Code::VoucherOver, |ledger| {
        let (_, voucher) = bought(ledger);
        ledger.pass_to(ledger.now().plus_ms(31 * DAY_MS));
        (ANNA, ledger.use_voucher(&ledger.voucher_request(1, 1, 7), address(ANNA), voucher))
    }),
    (Code::VoucherExceeded, |ledger| {
        let (_, voucher) = bought(ledger);
        (ANNA, ledger.use_voucher(&ledger.voucher_request(1, 3, 7), address(ANNA), voucher))
    }),
    (Code::QuantityOutOfRange, |ledger| {
        let (_, voucher) = bought(ledger);
        (ANNA, ledger.use_voucher(&ledger.voucher_request(1, 0, 7), address(ANNA), voucher))
    }),
    (Code::RequestMismatch, |ledger| {
        let (_, voucher) = bought(ledger);
        (ANNA, ledger.use_voucher(&ledger.voucher_request(2, 1, 7), address(ANNA), voucher))
    }),
    (Code::RequestExpired, |ledger| {
        let (_, voucher) = bought(ledger);
        let asked = ledger.voucher_request(1, 1, 7);
        ledger.pass_to(asked.until_ms);
        (ANNA, ledger.use_voucher(&asked, address(ANNA), voucher))
    }),
    (Code::VoucherUsed, |ledger| {
        let (claim, _) = used(ledger);
        (TILL, refund_of(Payment::Claim, address(ANNA), (claim, ledger.now().day()), 40, "return"))
    }),
    (Code::TakeBackExceeds, |ledger| {
        prepare(ledger);
        ledger.apply(TILL, set_campaign(GROCER, 2, gift_of_coffee(ledger.now())));
        ledger.apply(TILL, grant(GROCER, 2, ANNA, 1, "gift"));
        (TILL, take_back_voucher(ANNA, 2, "gift", "return"))
    }),
    (Code::NotReturnable, |ledger| {
        prepare(ledger);
        let terms = Campaign { returnable: false, ..coffees(ledger.now(), 20) };
        ledger.apply(TILL, set_campaign(GROCER, 2, terms));
        let (claim, _) = ledger.claimed(ANNA, claim_for(GROCER, 2, address(ANNA), (1, 20), None));
        (ANNA, refund_of(Payment::Claim, address(ANNA), (claim, ledger.now().day()), 20, "return"))
    }),
    (Code::CampaignOutOfBounds, |ledger| {
        prepare(ledger);
        let returnable = Campaign { returnable: true, ..club(ledger.now(), 20, None) };
        (TILL, set_campaign(GROCER, 2, returnable))
    }),
    (Code::CampaignOutOfBounds, |ledger| {
        prepare(ledger);
        let free = Campaign { requires: Bounded::from([known()]), ..meals(ledger.now(), 0, None) };
        (TILL, set_campaign(GROCER, 2, free))
    }),
    (Code::SameBrand, |ledger| {
        prepare(ledger);
        (TILL, set_campaign(GROCER, 2, meals(ledger.now(), 5, Some(GROCER))))
    }),
    (Code::BrandSuspended, |ledger| {
        prepare(ledger);
        ledger.apply(TILL, set_campaign(GROCER, 2, meals(ledger.now(), 5, Some(CAFE))));
        ledger.enact(vec![suspend(CAFE)]);
        (ANNA, claim_for(GROCER, 2, address(ANNA), (1, 5), None))
    }),
];
