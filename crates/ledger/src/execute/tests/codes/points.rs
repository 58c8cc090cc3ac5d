//! Issues, redemptions, transfers and reversals.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Code, MemberRole, Outcome, Points, Policy};

use super::Failing;
use crate::fixture::*;

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::AmountZero, |_| (TILL, issue(GROCER, ANNA, 0, "new"))),
    (Code::AmountZero, |_| (ANNA, redeem(GROCER, ANNA, 0))),
    (Code::AmountZero, |_| (ANNA, transfer(GROCER, ANNA, BO, 0))),
    (Code::AmountZero, |_| (TILL, reverse(GROCER, ANNA, 0, "first", "return"))),
    (Code::AmountTooLarge, |_| (TILL, issue(GROCER, ANNA, POINTS_MAX + 1, "new"))),
    (Code::AmountTooLarge, |_| (TILL, issue(GROCER, ANNA, u64::MAX, "new"))),
    (Code::AmountTooLarge, |_| (ANNA, redeem(GROCER, ANNA, u64::MAX))),
    (Code::AmountTooLarge, |_| (ANNA, transfer(GROCER, ANNA, BO, u64::MAX))),
    (Code::AmountTooLarge, |_| (TILL, reverse(GROCER, ANNA, u64::MAX, "first", "return"))),
    // 500 of the grocer's points are outstanding already, and what is in use is bounded too.
    (Code::AmountTooLarge, |_| (TILL, issue(GROCER, ANNA, POINTS_MAX - 499, "new"))),
    (Code::UnknownBrand, |_| (TILL, issue("nobody", ANNA, 1, "new"))),
    (Code::UnknownBrand, |_| (ANNA, redeem("nobody", ANNA, 1))),
    (Code::UnknownBrand, |_| (ANNA, transfer("nobody", ANNA, BO, 1))),
    (Code::UnknownBrand, |_| (TILL, reverse("nobody", ANNA, 1, "first", "return"))),
    (Code::InsufficientPoints, |_| (ANNA, redeem(GROCER, ANNA, 501))),
    (Code::InsufficientPoints, |_| (ANNA, transfer(GROCER, ANNA, BO, 501))),
    (Code::InsufficientPoints, |ledger| {
        ledger.apply(ANNA, redeem(GROCER, ANNA, 450));
        (TILL, reverse(GROCER, ANNA, 51, "first", "return"))
    }),
    (Code::PointsExpired, |ledger| {
        ledger.pass_to(start_of("2027-12"));
        (ANNA, redeem(GROCER, ANNA, 500))
    }),
    (Code::PointsExpired, |ledger| {
        ledger.pass_to(start_of("2027-12"));
        (ANNA, transfer(GROCER, ANNA, BO, 500))
    }),
    (Code::PointsExpired, |ledger| {
        ledger.pass_to(start_of("2026-12"));
        ledger.apply(TILL, issue(RESORT, ANNA, 5, "pass"));
        ledger.pass_to(start_of("2027-02"));
        (TILL, reverse(RESORT, ANNA, 5, "pass", "return"))
    }),
    // A brand can never take points by itself.
    (Code::NotOwner, |_| (TILL, redeem(GROCER, ANNA, 1))),
    (Code::NotOwner, |_| (BO, transfer(GROCER, ANNA, BO, 10))),
    (Code::SameAccount, |_| (ANNA, transfer(GROCER, ANNA, ANNA, 10))),
    (Code::PolicyForbidsTransfer, |ledger| {
        ledger.apply(TILL, issue(RESORT, ANNA, 5, "pass"));
        (ANNA, transfer(RESORT, ANNA, BO, 5))
    }),
    (Code::OpeningTooSmall, |ledger| {
        ledger.apply(TILL, set_policy(GROCER, Policy { opening_min: Points::new(20), ..policy_of(GROCER) }));
        (ANNA, transfer(GROCER, ANNA, CLEO, 19))
    }),
    (Code::OpeningTooSmall, |ledger| {
        ledger.apply(TILL, set_policy(CAFE, Policy { opening_min: Points::new(2), ..policy_of(CAFE) }));
        (TILL, issue(CAFE, CLEO, 1, "new"))
    }),
    (Code::OpeningsSpent, |ledger| {
        let gifts = (60..68).map(|stranger| transfer(GROCER, ANNA, stranger, 10)).collect();
        assert_eq!(ledger.run(ANNA, gifts), Outcome::Applied);
        (ANNA, transfer(GROCER, ANNA, CLEO, 10))
    }),
    (Code::TransferTooSmall, |_| (ANNA, transfer(GROCER, ANNA, BO, 9))),
    (Code::TransferTooLarge, |_| (ANNA, transfer(GROCER, ANNA, BO, 1001))),
    (Code::NotOperator, |_| (ANNA, issue(GROCER, ANNA, 1, "new"))),
    (Code::NotOperator, |_| (ISSUER, issue(CAFE, ANNA, 1, "new"))),
    (Code::NotOperator, |_| (ANNA, reverse(GROCER, ANNA, 1, "first", "return"))),
    (Code::RoleMissing, |_| (RETURNS, issue(GROCER, ANNA, 1, "new"))),
    (Code::RoleMissing, |_| (ISSUER, reverse(GROCER, ANNA, 1, "first", "return"))),
    (Code::DuplicateReference, |_| (TILL, issue(GROCER, BO, 1, "first"))),
    (Code::UnknownReference, |_| (TILL, reverse(GROCER, ANNA, 1, "nothing", "return"))),
    (Code::IssueToOther, |_| (TILL, reverse(GROCER, BO, 1, "first", "return"))),
    (Code::AtLeastOutOfRange, |_| (TILL, reverse_between(GROCER, ANNA, (0, 1), "first", "return"))),
    (Code::AtLeastOutOfRange, |_| (TILL, reverse_between(GROCER, ANNA, (2, 1), "first", "return"))),
    (Code::IssueTooLarge, |ledger| {
        ledger.apply(TILL, set_policy(GROCER, Policy { issue_max: Some(Points::new(100)), ..policy_of(GROCER) }));
        (TILL, issue(GROCER, ANNA, 101, "new"))
    }),
    (Code::IssueExpiryOutOfRange, |_| (TILL, issue_until("2026-10", GROCER, ANNA, 1, "new"))),
    (Code::IssueExpiryOutOfRange, |_| (TILL, issue_until("2027-12", GROCER, ANNA, 1, "new"))),
    (Code::ReversalExceedsIssue, |_| (TILL, reverse(GROCER, ANNA, 501, "first", "return"))),
    (Code::DuplicateReference, |ledger| {
        ledger.apply(ANNA, redeem_for(GROCER, ANNA, 1, "till 7"));
        (ANNA, redeem_for(GROCER, ANNA, 1, "till 7"))
    }),
    (Code::RequestMismatch, |_| {
        let asked = redeem_for(GROCER, ANNA, 1, "till 7");
        (ANNA, with_request(asked, |request| request.reference = of_nothing()))
    }),
    (Code::RequestExpired, |ledger| {
        let asked = redeem_for(GROCER, ANNA, 1, "till 7");
        (ANNA, with_request(asked, |request| request.until_ms = ledger.next_time()))
    }),
    (Code::ReferenceInFuture, |ledger| (TILL, dated(ledger.now().day().plus(2), issue(GROCER, ANNA, 5, "new")))),
    (Code::ReferenceTooOld, |ledger| (TILL, dated(ledger.now().day().minus(36), issue(GROCER, ANNA, 5, "new")))),
    (Code::ReferenceInFuture, |ledger| {
        (TILL, dated(ledger.now().day().plus(2), reverse(GROCER, ANNA, 1, "first", "return")))
    }),
    (Code::ReferenceTooOld, |ledger| {
        (ANNA, dated(ledger.now().day().minus(36), redeem_for(GROCER, ANNA, 5, "payment")))
    }),
    (Code::DuplicateReference, |ledger| {
        ledger.apply(TILL, reverse(GROCER, ANNA, 1, "first", "return"));
        (TILL, reverse(GROCER, ANNA, 1, "first", "return"))
    }),
    (Code::ReversalWindowClosed, |ledger| {
        ledger.pass_to(ledger.now().plus_ms(GROCER_REVERSAL_MS));
        (TILL, reverse(GROCER, ANNA, 1, "first", "return"))
    }),
    // A window of 0: the café never takes anything back.
    (Code::ReversalWindowClosed, |ledger| {
        ledger.apply(TILL, issue(CAFE, ANNA, 5, "cup"));
        (TILL, reverse(CAFE, ANNA, 1, "cup", "return"))
    }),
    (Code::ReversalExceedsIssue, |ledger| {
        ledger.apply(TILL, reverse(GROCER, ANNA, 300, "first", "return"));
        (TILL, reverse(GROCER, ANNA, 201, "first", "another return"))
    }),
    (Code::TransferDailyMaxReached, |ledger| {
        let policy = Policy { transfer_daily_max: Some(Points::new(100)), ..policy_of(GROCER) };
        ledger.apply(TILL, set_policy(GROCER, policy));
        ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 91));
        (ANNA, transfer(GROCER, ANNA, BO, 10))
    }),
    (Code::PolicyForbidsPooling, |ledger| {
        let household = ledger.household(ANNA, &[]);
        (BO, deposit(CAFE, BO, household, 1))
    }),
    // Out of a pool it takes what it takes between persons.
    (Code::PolicyForbidsTransfer, |ledger| {
        let household = ledger.household(ANNA, &[]);
        ledger.apply(TILL, to(household, issue(RESORT, ANNA, 5, "pass")));
        (ANNA, of(household, transfer(RESORT, ANNA, ANNA, 5)))
    }),
    (Code::UnknownHousehold, |ledger| {
        let household = ledger.household(ANNA, &[]);
        ledger.apply(ANNA, leave(household));
        (TILL, to(household, issue(GROCER, ANNA, 5, "new")))
    }),
    (Code::ChildMayNot, |ledger| {
        let household = ledger.household(ANNA, &[(BO, MemberRole::Child, &[(GROCER, 50)])]);
        ledger.apply(ANNA, deposit(GROCER, ANNA, household, 100));
        (BO, of(household, transfer(GROCER, BO, BO, 10)))
    }),
];
