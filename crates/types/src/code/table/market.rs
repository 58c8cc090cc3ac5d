//! The codes of the market.

use super::super::Code;

/// The codes from 801 to 899 with their names and what they tell a person.
pub(in crate::code) const MARKET: [(Code, &str, &str); 9] = [
    (
        Code::PolicyForbidsTrade,
        "policy_forbids_trade",
        "one of the two brands doesn't let its points be traded on the market; GET /v1/brands/{brand} shows its policy",
    ),
    (
        Code::OfferOutOfBounds,
        "offer_out_of_bounds",
        "an offer is of 1 point or more within the policy's transfer_min and transfer_max, for points of another \
         brand, asks for at least one of them, can be taken as a whole, and ends within 30 days; and both its points \
         and those that it wants can still be used",
    ),
    (
        Code::TooManyOffers,
        "too_many_offers",
        "this account has 16 offers of this brand's points; withdraw one, or wait until one is taken or ends",
    ),
    (
        Code::UnknownOffer,
        "unknown_offer",
        "there is no such offer, or no more: it was taken, was withdrawn, has ended, or wants points of another brand; \
         look at the market again",
    ),
    (
        Code::OfferOver,
        "offer_over",
        "the offer has ended, and its points are their owner's again; look at the market again",
    ),
    (
        Code::OfferSuspended,
        "offer_suspended",
        "the account that made this offer is frozen or being recovered, so the offer can't be taken for now",
    ),
    (
        Code::TakeTooSmall,
        "take_too_small",
        "fewer points than are taken of this offer at once: take its min_take or more, or all that is left",
    ),
    (
        Code::TakeExceedsOffer,
        "take_exceeds_offer",
        "more than is left of this offer; others may have taken some: look at it again",
    ),
    (
        Code::AboveMaxPay,
        "above_max_pay",
        "at this offer's price that costs more than max_pay: look at it again, and say what you would pay",
    ),
];
