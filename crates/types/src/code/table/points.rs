//! The codes of points and holds.

use super::super::Code;

/// The codes from 201 to 299 with their names and what they tell a person.
pub(in crate::code) const POINTS: [(Code, &str, &str); 40] = [
    (Code::AmountZero, "amount_zero", "the amount must be more than zero"),
    (
        Code::AmountTooLarge,
        "amount_too_large",
        "the amount, or what is outstanding and held of the brand with it, is beyond 9007199254740991 units",
    ),
    (Code::UnknownBrand, "unknown_brand", "no brand has this id; GET /v1/brands lists them"),
    (Code::InsufficientPoints, "insufficient_points", "the account doesn't hold that many points of this brand"),
    (Code::PointsExpired, "points_expired", "the points that would have covered this have expired"),
    (
        Code::NotOwner,
        "not_owner",
        "only the owner of an account, or a member of the household that it is, can take points from it",
    ),
    (Code::SameAccount, "same_account", "sender and receiver are the same account"),
    (Code::PolicyForbidsTransfer, "policy_forbids_transfer", "this brand doesn't let members transfer its points"),
    (Code::TransferTooSmall, "transfer_too_small", "less than this brand's smallest transfer"),
    (Code::TransferTooLarge, "transfer_too_large", "more than this brand's largest transfer"),
    (Code::NotOperator, "not_operator", "only an operator of this brand can do this"),
    (Code::RoleMissing, "role_missing", "this operator of the brand lacks the role for this"),
    (
        Code::DuplicateReference,
        "duplicate_reference",
        "this brand has already used this reference; nothing was done twice. To put right an amount that was reversed, \
         use a new reference",
    ),
    (Code::UnknownReference, "unknown_reference", "this brand has issued nothing under this reference"),
    (Code::IssueToOther, "issue_to_other", "the points of this reference were issued to another account"),
    (
        Code::ReversalWindowClosed,
        "reversal_window_closed",
        "the time in which this brand can reverse the issue is over",
    ),
    (
        Code::ReversalExceedsIssue,
        "reversal_exceeds_issue",
        "less is left of the issue after earlier reversals than must be taken back; ask for less, or set at_least \
         lower",
    ),
    (
        Code::TransferDailyMaxReached,
        "transfer_daily_max_reached",
        "with this the member would transfer more than the brand allows in a day; send less, or wait for the next day \
         (UTC)",
    ),
    (
        Code::PolicyForbidsPooling,
        "policy_forbids_pooling",
        "this brand doesn't let its points be put into a household's pool",
    ),
    (
        Code::HoldExpiryOutOfRange,
        "hold_expiry_out_of_range",
        "expires_ms must lie after the block's time and at most 30 days ahead of it",
    ),
    (
        Code::TooManyHolds,
        "too_many_holds",
        "the account has 16 open holds on this brand's points; one must be captured, released or expire first",
    ),
    (Code::UnknownHold, "unknown_hold", "this account has never held points of this brand under this reference"),
    (Code::HoldClosed, "hold_closed", "this hold was captured or released before; it can't be used again"),
    (
        Code::HoldExpired,
        "hold_expired",
        "this hold has expired and its points are their owner's again; ask for a new one",
    ),
    (Code::HoldNotExpired, "hold_not_expired", "until this hold expires only the brand can release it"),
    (Code::CaptureExceedsHold, "capture_exceeds_hold", "more than what is held; capture at most the hold's amount"),
    (
        Code::AtLeastOutOfRange,
        "at_least_out_of_range",
        "at_least must be 1 to amount; make them equal to take back all or nothing",
    ),
    (
        Code::IssueTooLarge,
        "issue_too_large",
        "more than this brand issues at once; look at the amount again, or issue it in parts",
    ),
    (
        Code::RequestMismatch,
        "request_mismatch",
        "this isn't what its reference asks for (brand, amount, kind, time, household); read the request again",
    ),
    (Code::RequestExpired, "request_expired", "the time of this request is over; ask the till for a new one"),
    (
        Code::ReferenceInFuture,
        "reference_in_future",
        "the day of this reference is later than tomorrow (UTC); check the clock that dated it, or wait for the day",
    ),
    (
        Code::ReferenceTooOld,
        "reference_too_old",
        "the day of this reference lies too long ago for this network; look whether it was used, and only if not, take \
         a new one",
    ),
    (
        Code::OpeningsSpent,
        "openings_spent",
        "this member has opened as many accounts today as it may; send to an address that has an account, or wait for \
         the next day (UTC)",
    ),
    (
        Code::OpeningTooSmall,
        "opening_too_small",
        "the address has no account yet, and fewer points than this brand's opening_min open none; send more",
    ),
    (Code::HoldTooSmall, "hold_too_small", "less than this brand's smallest transfer, which is its smallest hold too"),
    (
        Code::IssueExpiryOutOfRange,
        "issue_expiry_out_of_range",
        "expiry, the points' last month, must not be over, later than this brand's policy gives, or more than 60 \
         months ahead; leave it out for what the policy gives",
    ),
    (
        Code::RefundExceedsPayment,
        "refund_exceeds_payment",
        "more points than are left of the payment: a part of it was refunded before",
    ),
    (
        Code::NotRefundable,
        "not_refundable",
        "nothing is remembered of this payment, since it is from before version 2 of the protocol: issue points",
    ),
    (
        Code::RefundWindowClosed,
        "refund_window_closed",
        "the time in which this payment could be refunded is over: issue points",
    ),
    (
        Code::RefundNotWhole,
        "refund_not_whole",
        "of a claim whole units are refunded: the amount must be a multiple of what one unit cost",
    ),
];
