//! The ways in which a state can be wrong.

use lojal_types::{Address, BrandId, CampaignId, Day, Expiry, Month, TrackId, VoucherId};
use thiserror::Error;

use crate::tree::Missing;

/// Points appeared or vanished. Never the fault of a transaction: the program is wrong, or its memory.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConservationError {
    /// Nobody knows: the state is not wholly in memory.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The equation of a brand's totals doesn't hold.
    #[error("brand {0}: issued is not outstanding + pending + held + redeemed + converted out + expired + reversed")]
    Totals(BrandId),
    /// A brand's totals are gone.
    #[error("brand {0}: its totals are gone")]
    TotalsGone(BrandId),
    /// A total that can only grow has fallen.
    #[error("brand {brand}: the points {total} have become fewer")]
    Fallen {
        /// The brand.
        brand: BrandId,
        /// The name of the total.
        total: &'static str,
    },
    /// The points held by the ends of holds don't add up to a brand's total.
    #[error("brand {brand}: {by_end} points are held by the ends of holds, but {held} in total")]
    Held {
        /// The brand.
        brand: BrandId,
        /// The sum over the ends; for a block, the change.
        by_end: i128,
        /// The total; for a block, the change.
        held: i128,
    },
    /// Open holds set aside more or less than what is held until their end.
    #[error(
        "brand {brand}, minute {minute}, expiry {expiry}: open holds set aside {in_holds} points, but {held} are held"
    )]
    Holds {
        /// The brand.
        brand: BrandId,
        /// The minute of the end, counted from 1970.
        minute: u64,
        /// The expiry of the lots.
        expiry: Expiry,
        /// In open holds; for a block, the change.
        in_holds: i128,
        /// Until that minute; for a block, the change.
        held: i128,
    },
    /// Points are still held although the minute has come.
    #[error("brand {brand}: points are held until minute {minute}, which is over")]
    HeldTooLong {
        /// The brand.
        brand: BrandId,
        /// The minute, counted from 1970.
        minute: u64,
    },
    /// The points pending by day don't add up to a brand's total.
    #[error("brand {brand}: {by_day} points are pending by day, but {pending} in total")]
    Pending {
        /// The brand.
        brand: BrandId,
        /// The sum over the days; for a block, the change.
        by_day: i128,
        /// The total; for a block, the change.
        pending: i128,
    },
    /// Accounts have more or less waiting than what is pending until that day.
    #[error(
        "brand {brand}, day {matures}, expiry {expiry}: {in_accounts} points wait in accounts, but {pending} are \
         pending"
    )]
    Waits {
        /// The brand.
        brand: BrandId,
        /// The day on which they mature.
        matures: Day,
        /// The expiry of the lots.
        expiry: Expiry,
        /// In accounts; for a block, the change.
        in_accounts: i128,
        /// In the totals; for a block, the change.
        pending: i128,
    },
    /// Points are still pending although the day has come.
    #[error("brand {brand}: points are pending until {matures}, which has come")]
    PendingTooLong {
        /// The brand.
        brand: BrandId,
        /// The day.
        matures: Day,
    },
    /// An hour's list of brands isn't that of the brands of which something is held until then.
    #[error("brand {brand}: hour {hour} is listed among the ends of holds, or isn't, against what is held")]
    HourListed {
        /// The brand.
        brand: BrandId,
        /// The hour, counted from 1970.
        hour: u64,
    },
    /// Accounts hold more or less than what is outstanding.
    #[error("brand {brand}, expiry {expiry}: accounts hold {held} points, but {outstanding} are outstanding")]
    Lots {
        /// The brand.
        brand: BrandId,
        /// The expiry of the lots.
        expiry: Expiry,
        /// In accounts; for a block, the change.
        held: i128,
        /// In the totals; for a block, the change.
        outstanding: i128,
    },
    /// A shelf isn't as its references have left it.
    #[error("shelf of {month}: {fault}")]
    Shelf {
        /// The month.
        month: Month,
        /// The fault.
        fault: ShelfFault,
    },
    /// An account is an operator of more or fewer brands than it says.
    #[error("account {account:?}: it counts {counted} brands that it is an operator of, but {listed} list it")]
    Operates {
        /// The account.
        account: Address,
        /// The number that the account counts.
        counted: u16,
        /// The number of brands that list it.
        listed: u16,
    },
    /// The seats, their governors and the validators don't fit each other.
    #[error("the seats aren't those of the validators, or a governor isn't that of its seat")]
    Seats,
    /// The motions aren't those of the register, or somebody approves who is no validator.
    #[error("the motions aren't those that the register lists, or one is approved by who is no validator")]
    Motions,
    /// A brand has too few admins, or its motions aren't those of its register, or somebody votes who is no admin.
    #[error("brand {0}: it has too few admins, a motion that it doesn't list, or ballots of others")]
    BrandMotions(BrandId),
    /// The list of the brands that leave doesn't say of a brand what its own record says.
    #[error("brand {0}: the list of the brands that leave says something else of it than its record")]
    Closing(BrandId),
    /// Something is kept of an account that nothing has concerned.
    #[error("account {0:?}: something is kept of it, but no transaction has concerned it")]
    Activity(Address),
    /// The units counted of an account on a track aren't those that its stamps have left.
    #[error("brand {brand}, track {track}: {counted} are counted of {account:?}, but its stamps have left {stamped}")]
    Stamps {
        /// The account.
        account: Address,
        /// The brand.
        brand: BrandId,
        /// The track.
        track: TrackId,
        /// In the standing; for a block, the change.
        counted: i64,
        /// By the stamps; for a block, the change.
        stamped: i64,
    },
    /// A brand lists a track that it doesn't have, or has one that it doesn't list.
    #[error("brand {0}: the tracks that it lists aren't those that it has")]
    Tracks(BrandId),
    /// The points that a campaign counts aren't those of the issues that name it.
    #[error("brand {brand}, campaign {campaign}: it counts {counted} points, but its issues have given {issued}")]
    Campaign {
        /// The brand.
        brand: BrandId,
        /// The campaign.
        campaign: CampaignId,
        /// By the campaign; for a block, the change.
        counted: i128,
        /// By its issues; for a block, the change.
        issued: i128,
    },
    /// A brand's debt to another hasn't grown by what it pays for, or what was donated to it.
    #[error("{debtor} owes {creditor} {excess_micro} millionths more than what campaigns have given comes to")]
    Sponsored {
        /// The brand that owes.
        debtor: BrandId,
        /// The brand that it owes.
        creditor: BrandId,
        /// The growth of the debt in a block, less the price of the points that were given or donated in it.
        excess_micro: i128,
    },
    /// A campaign has given more than its budget or its stock.
    #[error("brand {brand}, campaign {campaign}: more was given than its budget or its stock")]
    CampaignBounds {
        /// The brand.
        brand: BrandId,
        /// The campaign.
        campaign: CampaignId,
    },
    /// A brand lists a campaign that it doesn't have, or has one that it doesn't list, or names one for no issue.
    #[error("brand {0}: the campaigns that it lists, or the issues that name them, aren't those that it has")]
    Campaigns(BrandId),
    /// The points that a brand has refunded, or that were donated, aren't those of its payments and campaigns.
    #[error("brand {brand}: {counted} points were refunded or donated, but its payments and campaigns say {said}")]
    Refunds {
        /// The brand.
        brand: BrandId,
        /// In the totals; for a block, the change.
        counted: i128,
        /// By payments and campaigns; for a block, the change.
        said: i128,
    },
    /// More was refunded of a payment than was paid.
    #[error("brand {0}: more was refunded of a payment than was paid")]
    RefundExceeds(BrandId),
    /// The uses that are left of a voucher aren't those that were given and not used.
    #[error("brand {brand}, voucher {voucher}: {left} uses are left, but {given} were given and not used")]
    Voucher {
        /// The brand.
        brand: BrandId,
        /// The voucher.
        voucher: VoucherId,
        /// In the account's record; for a block, the change.
        left: i64,
        /// By the gifts, less uses and what was taken back; for a block, the change.
        given: i64,
    },
    /// A standing is out of order, or holds a level that its track doesn't have.
    #[error("account {account:?}, brand {brand}: what is counted is out of order, or a level is held that there isn't")]
    Standing {
        /// The account.
        account: Address,
        /// The brand.
        brand: BrandId,
    },
    /// A record that is about an account has no blind, or its old one.
    #[error("account {0:?}: a record has no blind, or an old one")]
    Blind(Address),
    /// The points outstanding by expiry don't add up to a brand's total.
    #[error("brand {brand}: {by_expiry} points are outstanding by expiry, but {total} in total")]
    Outstanding {
        /// The brand.
        brand: BrandId,
        /// The sum over the expiries; for a block, the change.
        by_expiry: i128,
        /// The total; for a block, the change.
        total: i128,
    },
}

/// A fault of a shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ShelfFault {
    /// A record went, and the shelf didn't.
    #[error("a reference was forgotten")]
    Forgotten,
    /// The shelf's count isn't the number of its records.
    #[error("its number of references isn't that of its records")]
    Count,
    /// The shelf went before its time, or its time moved.
    #[error("it was dropped before its time, or its time has moved")]
    Drop,
    /// The shelf is still there after its time.
    #[error("it is there after its time")]
    Overdue,
    /// The state doesn't commit to the records that are there.
    #[error("the state commits to something else than its records")]
    Root,
}
