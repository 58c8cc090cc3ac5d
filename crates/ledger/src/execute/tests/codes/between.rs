//! Partnerships, conversions and settlements.

use lojal_types::limits::{MONEY_MAX, POINTS_MAX, PRICE_MICRO_MAX};
use lojal_types::{Code, MemberRole, Money, PartnershipTerms, Points, Policy};

use super::Failing;
use crate::fixture::*;

/// The grocer's points become the café's on these terms.
fn agreed(ledger: &mut Ledger, terms: &PartnershipTerms) {
    ledger.apply(TILL, propose(GROCER, CAFE, terms));
    ledger.apply(BARISTA, accept(GROCER, CAFE, terms));
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::UnknownBrand, |_| (TILL, propose(GROCER, "nobody", &terms(1, 1)))),
    (Code::UnknownBrand, |_| (TILL, propose("nobody", GROCER, &terms(1, 1)))),
    (Code::SameBrand, |_| (TILL, propose(GROCER, GROCER, &terms(1, 1)))),
    (Code::NotOperator, |_| (ANNA, propose(GROCER, CAFE, &terms(1, 1)))),
    (Code::NotOperator, |_| (BARISTA, propose(GROCER, RESORT, &terms(1, 1)))),
    (Code::RoleMissing, |_| (ISSUER, propose(CAFE, GROCER, &terms(1, 1)))),
    (Code::TermsOutOfBounds, |_| (TILL, propose(GROCER, CAFE, &terms(0, 1)))),
    (Code::TermsOutOfBounds, |ledger| {
        (TILL, propose(GROCER, CAFE, &PartnershipTerms { ends_ms: ledger.next_time(), ..terms(1, 1) }))
    }),
    (Code::UnknownBrand, |_| (TILL, accept(GROCER, "nobody", &terms(1, 1)))),
    (Code::SameBrand, |_| (TILL, accept(GROCER, GROCER, &terms(1, 1)))),
    (Code::UnknownProposal, |_| (TILL, accept(GROCER, CAFE, &terms(1, 1)))),
    // Nothing is left to accept.
    (Code::UnknownProposal, |ledger| {
        agreed(ledger, &terms(1, 1));
        (BARISTA, accept(GROCER, CAFE, &terms(1, 1)))
    }),
    // Whoever put it forward can't accept it.
    (Code::NotOperator, |ledger| {
        ledger.apply(BARISTA, propose(GROCER, CAFE, &terms(1, 1)));
        (BARISTA, accept(GROCER, CAFE, &terms(1, 1)))
    }),
    (Code::RoleMissing, |ledger| {
        ledger.apply(BARISTA, propose(GROCER, CAFE, &terms(1, 1)));
        (ISSUER, accept(GROCER, CAFE, &terms(1, 1)))
    }),
    (Code::TermsDiffer, |ledger| {
        ledger.apply(TILL, propose(GROCER, CAFE, &terms(1, 1)));
        (BARISTA, accept(GROCER, CAFE, &terms(1, 2)))
    }),
    (Code::TermsOutOfBounds, |ledger| {
        let short = PartnershipTerms { ends_ms: ledger.now().plus_ms(2 * SECOND_MS), ..terms(1, 1) };
        ledger.apply(TILL, propose(GROCER, CAFE, &short));
        (BARISTA, accept(GROCER, CAFE, &short))
    }),
    (Code::UnknownBrand, |_| (TILL, end("nobody", CAFE))),
    (Code::SameBrand, |_| (TILL, end(CAFE, CAFE))),
    (Code::NotOperator, |_| (ANNA, end(GROCER, CAFE))),
    (Code::RoleMissing, |_| (CASHIER, end(GROCER, CAFE))),
    (Code::UnknownPartnership, |_| (TILL, end(GROCER, CAFE))),
    (Code::AmountZero, |_| (ANNA, convert(ANNA, GROCER, CAFE, 0, 1))),
    (Code::AmountZero, |_| (ANNA, convert(ANNA, GROCER, CAFE, 1, 0))),
    (Code::AmountTooLarge, |_| (ANNA, convert(ANNA, GROCER, CAFE, POINTS_MAX + 1, 1))),
    (Code::UnknownBrand, |_| (ANNA, convert(ANNA, GROCER, "nobody", 1, 1))),
    (Code::SameBrand, |_| (ANNA, convert(ANNA, GROCER, GROCER, 1, 1))),
    (Code::UnknownPartnership, |_| (ANNA, convert(ANNA, GROCER, CAFE, 1, 1))),
    // Agreed in the other direction only, and put forward only.
    (Code::UnknownPartnership, |ledger| {
        agreed(ledger, &terms(1, 1));
        ledger.apply(TILL, propose(CAFE, GROCER, &terms(1, 1)));
        (BO, convert(BO, CAFE, GROCER, 1, 1))
    }),
    (Code::PartnershipEnded, |ledger| {
        let short = PartnershipTerms { ends_ms: ledger.now().plus_ms(3 * SECOND_MS), ..terms(1, 1) };
        agreed(ledger, &short);
        (ANNA, convert(ANNA, GROCER, CAFE, 1, 1))
    }),
    (Code::PolicyForbidsConversion, |ledger| {
        ledger.apply(TILL, propose(GROCER, RESORT, &terms(1, 1)));
        ledger.apply(TILL, accept(GROCER, RESORT, &terms(1, 1)));
        (ANNA, convert(ANNA, GROCER, RESORT, 1, 1))
    }),
    (Code::PolicyForbidsConversion, |ledger| {
        agreed(ledger, &terms(1, 1));
        ledger.apply(TILL, set_policy(GROCER, Policy { convertible: false, ..policy_of(GROCER) }));
        (ANNA, convert(ANNA, GROCER, CAFE, 1, 1))
    }),
    (Code::PolicyForbidsPooling, |ledger| {
        agreed(ledger, &terms(1, 1));
        let household = ledger.household(ANNA, &[]);
        (ANNA, of(household, convert(ANNA, GROCER, CAFE, 1, 1)))
    }),
    (Code::AmountTooLarge, |ledger| {
        agreed(ledger, &terms(u32::MAX, 1));
        (ANNA, convert(ANNA, GROCER, CAFE, POINTS_MAX, POINTS_MAX + 1))
    }),
    // Forty of the café's points are outstanding, and what is in use is bounded.
    (Code::AmountTooLarge, |ledger| {
        agreed(ledger, &terms(1, 1));
        ledger.apply(TILL, issue(CAFE, BO, POINTS_MAX - 539, "many"));
        (ANNA, convert(ANNA, GROCER, CAFE, 500, 500))
    }),
    // Too few for one, more than the terms give, and more than it takes.
    (Code::ConversionDiffers, |ledger| {
        agreed(ledger, &terms(1, 10));
        (ANNA, convert(ANNA, GROCER, CAFE, 9, 1))
    }),
    (Code::ConversionDiffers, |ledger| {
        agreed(ledger, &terms(1, 10));
        (ANNA, convert(ANNA, GROCER, CAFE, 100, 11))
    }),
    (Code::ConversionDiffers, |ledger| {
        agreed(ledger, &terms(1, 10));
        (ANNA, convert(ANNA, GROCER, CAFE, 109, 10))
    }),
    (Code::NotOwner, |ledger| {
        agreed(ledger, &terms(1, 1));
        (BO, convert(ANNA, GROCER, CAFE, 1, 1))
    }),
    (Code::ChildMayNot, |ledger| {
        ledger.apply(TILL, set_policy(CAFE, Policy { poolable: true, ..policy_of(CAFE) }));
        agreed(ledger, &terms(1, 1));
        let household = ledger.household(ANNA, &[(BO, MemberRole::Child, &[(GROCER, 5)])]);
        (BO, of(household, convert(BO, GROCER, CAFE, 1, 1)))
    }),
    (Code::ConversionDailyMaxReached, |ledger| {
        agreed(ledger, &PartnershipTerms { daily_max: Points::new(100), ..terms(1, 1) });
        ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 60, 60));
        (ANNA, convert(ANNA, GROCER, CAFE, 41, 41))
    }),
    (Code::InsufficientPoints, |ledger| {
        agreed(ledger, &terms(1, 1));
        (ANNA, convert(ANNA, GROCER, CAFE, 501, 501))
    }),
    (Code::PointsExpired, |ledger| {
        agreed(ledger, &terms(1, 1));
        ledger.pass_to(start_of("2027-12"));
        (ANNA, convert(ANNA, GROCER, CAFE, 500, 500))
    }),
    (Code::ObligationTooLarge, |ledger| {
        agreed(ledger, &PartnershipTerms { price_micro: PRICE_MICRO_MAX, ..terms(1, 1) });
        ledger.apply(TILL, issue(GROCER, ANNA, 10_000_000_000, "many"));
        (ANNA, convert(ANNA, GROCER, CAFE, 9_007_199_255, 9_007_199_255))
    }),
    (Code::ObligationTooLarge, |ledger| {
        agreed(ledger, &PartnershipTerms { owed_max: Money::new(100), ..terms(1, 1) });
        ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 60, 60));
        (ANNA, convert(ANNA, GROCER, CAFE, 41, 41))
    }),
    (Code::TermsOutOfBounds, |_| {
        (TILL, propose(GROCER, CAFE, &PartnershipTerms { owed_max: Money::new(0), ..terms(1, 1) }))
    }),
    (Code::AmountZero, |_| (BARISTA, settle(CAFE, GROCER, 0, "payment"))),
    (Code::AmountTooLarge, |_| (BARISTA, settle(CAFE, GROCER, MONEY_MAX + 1, "payment"))),
    (Code::UnknownBrand, |_| (BARISTA, settle(CAFE, "nobody", 1, "payment"))),
    (Code::SameBrand, |_| (BARISTA, settle(CAFE, CAFE, 1, "payment"))),
    // The debtor can't say that it has paid.
    (Code::NotOperator, |_| (BARISTA, settle(GROCER, CAFE, 1, "payment"))),
    (Code::RoleMissing, |_| (ISSUER, settle(GROCER, CAFE, 1, "payment"))),
    (Code::SettlementExceedsDebt, |_| (BARISTA, settle(CAFE, GROCER, 1, "payment"))),
    (Code::SettlementExceedsDebt, |ledger| {
        agreed(ledger, &terms(1, 1));
        ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 60, 60));
        (BARISTA, settle(CAFE, GROCER, 61, "payment"))
    }),
    (Code::DuplicateReference, |ledger| {
        agreed(ledger, &terms(1, 1));
        ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 60, 60));
        ledger.apply(BARISTA, settle(CAFE, GROCER, 1, "payment"));
        (BARISTA, settle(CAFE, GROCER, 1, "payment"))
    }),
];
