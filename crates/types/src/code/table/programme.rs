//! The codes of the programme.

use super::super::Code;

/// The codes from 701 to 799 with their names and what they tell a person.
pub(in crate::code) const PROGRAMME: [(Code, &str, &str); 49] = [
    (
        Code::TrackOutOfBounds,
        "track_out_of_bounds",
        "the track's terms are outside their limits, its number isn't higher than those of all tracks before, or it \
         would get levels while a campaign uses up its units",
    ),
    (
        Code::TooManyTracks,
        "too_many_tracks",
        "the brand has 4 rolling tracks, or 16 of the other kinds, that aren't over: wait until one is",
    ),
    (
        Code::TrackPromised,
        "track_promised",
        "a track that has begun can only become kinder: what is harder is a new track",
    ),
    (Code::UnknownTrack, "unknown_track", "the brand has no track with this number (any more)"),
    (Code::TrackClosed, "track_closed", "the track isn't open: nothing can be stamped on it yet, or any more"),
    (
        Code::PlaceOutOfRange,
        "place_out_of_range",
        "the track doesn't have this place; places are counted from 0, and only a track of places has any",
    ),
    (
        Code::StampTooLarge,
        "stamp_too_large",
        "more units than a stamp of this track can have, or more than can be counted",
    ),
    (
        Code::AwardToOther,
        "award_to_other",
        "the stamp, mark or voucher was given to, or the payment made by, another account",
    ),
    (Code::TakeBackWindowClosed, "take_back_window_closed", "the time in which this could be taken back is over"),
    (
        Code::TakeBackExceeds,
        "take_back_exceeds",
        "more units than are left of the stamp, more days than of the mark, or more uses than of the voucher",
    ),
    (
        Code::InsufficientProgress,
        "insufficient_progress",
        "a claim has used up units of this stamp, so that fewer are left to take back",
    ),
    (
        Code::NoRelation,
        "no_relation",
        "the brand has never stamped or given this account anything, so there is nothing to consent to",
    ),
    (
        Code::UnknownConsent,
        "unknown_consent",
        "consents are a sum of 1 (ranks), 2 (profiling), 4 (sharing with partners) and 8 (reminders)",
    ),
    (
        Code::CampaignOutOfBounds,
        "campaign_out_of_bounds",
        "the campaign's terms are outside their limits, or its number isn't higher than those of all campaigns before",
    ),
    (Code::TooManyCampaigns, "too_many_campaigns", "the brand has 256 campaigns that aren't over: wait until one is"),
    (
        Code::CampaignPromised,
        "campaign_promised",
        "a campaign that has begun can only become kinder, and one that has closed stays as it is: begin another one",
    ),
    (Code::UnknownCampaign, "unknown_campaign", "the brand has no campaign with this number (any more)"),
    (Code::CampaignNotOpen, "campaign_not_open", "the campaign isn't open for this account yet, or any more"),
    (Code::CampaignPaused, "campaign_paused", "the brand has paused the campaign: try again later"),
    (
        Code::SponsorNotAccepted,
        "sponsor_not_accepted",
        "the sponsor hasn't accepted the terms of the campaign as they are now",
    ),
    (
        Code::SponsorTermsDiffer,
        "sponsor_terms_differ",
        "the campaign has no sponsor, or other terms than those that were accepted: look at them again",
    ),
    (Code::NotGranted, "not_granted", "this campaign is claimed by members, and operators don't grant it"),
    (Code::NotClaimed, "not_claimed", "this campaign is granted by the brand, and members don't claim it"),
    (
        Code::GrantOutOfRange,
        "grant_out_of_range",
        "a grant of points is 1 to what the campaign says, any other 1 to 100 units, and 1 of a mark without end",
    ),
    (Code::ProgressMissing, "progress_missing", "too little counts on a track that the campaign asks for"),
    (Code::LevelMissing, "level_missing", "the account doesn't have the level that the campaign asks for"),
    (Code::MarkMissing, "mark_missing", "the account doesn't have the mark that the campaign asks for"),
    (Code::NotNew, "not_new", "the campaign is for members whom the brand has known for few days only"),
    (Code::TooNew, "too_new", "the campaign is for members whom the brand has known for longer"),
    (
        Code::InvitationMissing,
        "invitation_missing",
        "the campaign is for those whom the brand has invited: show the invitation",
    ),
    (
        Code::MemberMaxReached,
        "member_max_reached",
        "the account has taken as much of the campaign as it may in this day, month or year, or ever",
    ),
    (Code::SoldOut, "sold_out", "fewer units of the campaign are left"),
    (Code::BudgetSpent, "budget_spent", "fewer points are left of the campaign's budget"),
    (Code::PriceAboveMax, "price_above_max", "the campaign costs more than the claim allows: look at it again"),
    (Code::NoReferrerAward, "no_referrer_award", "this campaign gives nothing for bringing somebody along"),
    (
        Code::ReferrerNotOlder,
        "referrer_not_older",
        "whoever brings a member along is known to the brand since an earlier day",
    ),
    (
        Code::ReferrerRelated,
        "referrer_related",
        "nobody brings along itself, a household, or a member of one of its own households",
    ),
    (
        Code::ReferrerMaxReached,
        "referrer_max_reached",
        "this member has brought along as many others this year as the campaign gives points for",
    ),
    (
        Code::InvitationInvalid,
        "invitation_invalid",
        "the invitation isn't one of this campaign to this account: take the file as the brand gave it",
    ),
    (Code::NotForHouseholds, "not_for_households", "households don't take part in this campaign: take a member"),
    (
        Code::QuantityOutOfRange,
        "quantity_out_of_range",
        "a claim is of 1 to 100 units of what has a price, and of 1 of anything else or of a mark without end",
    ),
    (
        Code::TooManyVouchers,
        "too_many_vouchers",
        "the account has 32 vouchers of the brand: use one first, or wait until one is over",
    ),
    (
        Code::UnknownVoucher,
        "unknown_voucher",
        "the account has no such voucher of the brand: it was never given, is used up, or was returned",
    ),
    (Code::VoucherOver, "voucher_over", "the voucher's last day is over"),
    (Code::VoucherExceeded, "voucher_exceeded", "fewer uses are left of the voucher"),
    (
        Code::VoucherUsed,
        "voucher_used",
        "fewer uses are left of what was claimed than are to be returned: they are used, or its last day is over",
    ),
    (
        Code::NotReturnable,
        "not_returnable",
        "members can't return what this campaign gives: ask the brand, whose operators can refund it",
    ),
    (
        Code::StandingFull,
        "standing_full",
        "the account has 32 marks of the brand, or 64 of its campaigns are counted of it: wait until one is over",
    ),
    (
        Code::PendingFull,
        "pending_full",
        "the account has points of the brand pending in 180 parts, by day and expiry: wait until some have matured",
    ),
];
