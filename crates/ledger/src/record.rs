//! The records of the state.

mod balance;
mod brand_motion;
mod campaign;
mod closings;
mod governance;
mod issued;
mod market;
mod programme;
mod voucher;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::{
    BRANDS_MAX, HELD_LOTS_MAX, HOLDS_MAX, HOUSEHOLD_INVITATIONS_MAX, HOUSEHOLD_MEMBERS_MAX, LOTS_MAX, MEMBERSHIPS_MAX,
    OFFERS_MAX, OPERATORS_MAX, TIME_MS_MAX,
};
use lojal_types::{
    Activity, Address, Barred, Bounded, BrandId, Change, Code, Day, Expiry, Guardians, Hash, Lot, Month, Name,
    PartnershipProposal, PartnershipTerms, Points, Policy, PublicKey, Recovery, Reference, Roles, Safeguards, TimeMs,
    TransactionId,
};

pub use self::balance::{Balance, Pending};
pub use self::brand_motion::{BrandMotion, BrandRegister};
pub use self::campaign::{CampaignList, CampaignRecord, ListedCampaign};
pub use self::closings::{Closing, Closings};
pub use self::governance::{
    Follower, Followers, Governor, Motion, OpenMotion, Protocol, Ready, Register, ScheduledVersion, Seat,
};
pub use self::issued::{Besides, Issued};
pub use self::market::OpenOffer;
pub use self::programme::{
    Count, HeldLevel, HeldMark, Marked, Progress, Stamped, Standing, Taken, TakenBack, TrackLevels, TrackList,
};
pub use self::voucher::{Captured, Cost, GivenVoucher, Paid, Redeemed, Refunded, UsedVoucher, Voucher, Vouchers};
use crate::half_id::HalfId;

/// An account: "An account exists from the first points or stamp it receives, an operator's from its appointment, a
/// household's from `CreateHousehold`." (protocol, Accounts and keys)
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// The key that signs, once it has replaced the one that the address is the hash of.
    pub rotated_key: Option<PublicKey>,
    /// True if its owner has frozen it.
    pub frozen: bool,
    /// The guardians who can bring it back.
    pub guardians: Guardians,
    /// The recovery that is under way.
    pub recovery: Option<Recovery>,
    /// The safeguards that keep it from a thief who has the key; see [`at`](Account::at) for when it takes effect.
    pub safeguards: Safeguards,
    /// The number of brands that it is an operator of.
    pub operates: u16,
    /// The amounts that it used up on the last day on which it sent something; see [`used_on`](Account::used_on).
    pub used: Option<DayUse>,
    /// The transactions that have concerned it.
    pub activity: Activity,
}

/// The number of kinds of operations for which there is a reserve beyond the allowance.
pub const RESERVES: usize = 5;

/// The amounts that an account has used up on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DayUse {
    /// The day.
    pub day: Day,
    /// Its transactions that were in blocks.
    pub sent: Sent,
    /// The accounts that it has opened by transfers.
    pub opened: u16,
    /// The households that it has created.
    pub households: u8,
}

/// The amounts that transactions in blocks have used up of their sender's allowance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Sent {
    /// Their encoded bytes.
    pub bytes: u64,
    /// The number of their operations.
    pub operations: u32,
    /// The number of those that were sent from the reserves of `Freeze`, `CancelRecovery`, `StartRecovery`,
    /// `FinishRecovery` and `Agree`.
    pub reserved: [u8; RESERVES],
}

impl Account {
    /// The account at a time, without what is over. "What waits takes effect by block time: from the first block at or
    /// after its time on, in every rule and every answer. The record itself follows when it is next written."
    /// (protocol, Accounts and keys)
    pub fn at(mut self, time: TimeMs) -> Self {
        self.bring_to(time);
        self
    }
    /// The code of what stops an account as it is at a time, if anything does.
    pub fn stop(&self, time: TimeMs) -> Option<Code> {
        if self.recovery.is_some() {
            return Some(Code::AccountInRecovery);
        }
        if self.frozen {
            return Some(Code::AccountFrozen);
        }
        let stopped = self.safeguards.cancelled.is_some_and(|cancelled| time < cancelled.stopped_until_ms);
        stopped.then_some(Code::AccountStopped)
    }
    /// Leaves out what is over at a time.
    pub(crate) fn bring_to(&mut self, time: TimeMs) {
        if self.safeguards.waiting.as_ref().is_some_and(|waiting| waiting.from_ms <= time) {
            let waiting = self.safeguards.waiting.take().expect("it was just looked at");
            self.make(waiting.change);
        }
        self.keep_barred(|barred| barred.until_ms > time);
        self.safeguards.cancelled = self.safeguards.cancelled.filter(|cancelled| cancelled.until_ms > time);
    }
    /// Makes a change that waits no longer.
    pub(crate) fn make(&mut self, change: Change) {
        match change {
            Change::Unfreeze => self.frozen = false,
            Change::SetGuardians { guardians } => {
                self.keep_barred(|barred| guardians.guardians.contains(&barred.guardian));
                self.guardians = guardians;
            }
        }
    }
    fn keep_barred(&mut self, keeps: impl Fn(&Barred) -> bool) {
        if self.safeguards.barred.is_empty() {
            return;
        }
        let mut barred = std::mem::take(&mut self.safeguards.barred).into_inner();
        barred.retain(keeps);
        self.safeguards.barred = Bounded::new(barred).expect("no more than before");
    }
}

/// The open holds and offers of an account with one brand, the oldest first. Those whose time has passed may still
/// stand here; their lots are the account's again and go back when its points of that brand are next touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holds {
    /// The holds.
    pub holds: Bounded<OpenHold, 0, HOLDS_MAX>,
    /// The offers.
    pub offers: Bounded<OpenOffer, 0, OFFERS_MAX>,
}

/// Points that wait for a brand to take them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OpenHold {
    /// The till's request.
    pub reference: Reference,
    /// The request's day.
    pub dated: Day,
    /// The time from which on they are the account's again: a whole minute.
    pub expires_ms: TimeMs,
    /// The lots set aside, by rising expiry.
    pub lots: Bounded<Lot, 1, LOTS_MAX>,
    /// The household's member whose limit it counts against.
    pub counted: Option<Counted>,
}

/// The points set aside by the holds and offers of one brand that end within one hour, by rising minute and expiry. A
/// part is gone from the first block that isn't earlier than its minute; a record without parts is removed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeldUntil {
    /// The parts.
    pub lots: Bounded<HeldLot, 1, HELD_LOTS_MAX>,
}

/// The points with one expiry that are held until one minute, by whomever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeldLot {
    /// The minute of the hour at whose start the holds end, 0 to 59.
    pub minute: u8,
    /// The expiry that the points have in common.
    pub expiry: Expiry,
    /// The number of points.
    pub amount: Points,
}

/// The member and the month whose limit spent points count against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Counted {
    /// The member of the household.
    pub member: Address,
    /// The month.
    pub month: Month,
}

/// The mark that a reference has been used for a hold, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Held {
    /// The account whose points are held.
    pub from: Address,
    /// The day of the request.
    pub dated: Day,
    /// The time from which on the brand can't take them any more.
    pub expires_ms: TimeMs,
    /// True if the brand has captured or released it.
    pub closed: bool,
    /// The transaction that made it.
    pub transaction: TransactionId,
}

/// The households that an account is a member of, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Memberships {
    /// Their addresses.
    pub households: Bounded<Address, 0, MEMBERSHIPS_MAX>,
}

/// A household; it has members as long as it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Household {
    /// Its members, sorted.
    pub members: Bounded<Address, 0, HOUSEHOLD_MEMBERS_MAX>,
    /// The invited accounts, sorted.
    pub invited: Bounded<Address, 0, HOUSEHOLD_INVITATIONS_MAX>,
    /// The brands whose points have ever been in its pool, or that have counted or given it something, sorted.
    pub brands: Bounded<BrandId, 0, BRANDS_MAX>,
}

/// Points counted over one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DayCount {
    /// The day.
    pub day: Day,
    /// The points.
    pub points: Points,
}

/// Points of limited brands that a member of a household has spent in one calendar month.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Spent {
    /// The month.
    pub month: Month,
    /// The points, by brand. A record without any is removed.
    pub counts: Bounded<BrandCount, 1, BRANDS_MAX>,
}

/// Points counted of one brand; at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BrandCount {
    /// The brand.
    pub brand: BrandId,
    /// The points.
    pub points: Points,
}

impl Spent {
    /// The points that are counted of a brand.
    pub fn of(&self, brand: BrandId) -> Points {
        self.counts.iter().find(|count| count.brand == brand).map_or(Points::ZERO, |count| count.points)
    }
}

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Brand {
    /// The name by which people know it.
    pub name: Name,
    /// Decimals in which its points are displayed.
    pub decimals: u8,
    /// The rules of what can be done with its points.
    pub policy: Policy,
    /// True if the validators have suspended it.
    pub suspended: bool,
    /// The time at which it leaves, or has left.
    pub closes_ms: Option<TimeMs>,
    /// The days that what it issues is pending.
    #[borsh(serialize_with = "balance::write_days", deserialize_with = "balance::read_days")]
    pub pending_days: u8,
}

impl Brand {
    /// True once it has left.
    pub fn is_closed(&self, time: TimeMs) -> bool {
        self.closes_ms.is_some_and(|closes_ms| closes_ms <= time)
    }
}

/// All brands' ids, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BrandList {
    /// The ids.
    pub ids: Bounded<BrandId, 0, BRANDS_MAX>,
}

/// An operator of a brand.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Operator {
    /// The roles in which it acts.
    pub roles: Roles,
    /// Most points that it may issue in a day.
    pub issue_daily_max: Option<Points>,
}

/// The accounts of a brand's operators, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OperatorList {
    /// The accounts.
    pub operators: Bounded<Address, 0, OPERATORS_MAX>,
}

/// The terms that two brands have agreed on, or are about to, in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Partnership {
    /// The terms in force.
    pub terms: Option<PartnershipTerms>,
    /// Terms that the other brand hasn't accepted yet.
    pub proposal: Option<PartnershipProposal>,
}

/// The debt of one brand to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Obligation {
    /// In millionths of the settlement currency's minor unit.
    pub owed_micro: u128,
}

/// The shelf of the references of one month: the records of what they were used for lie in a tree of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Shelf {
    /// The root of its tree.
    pub root: Hash,
    /// The number of its records.
    pub count: u64,
    /// The time from which on it is gone: fixed when it was begun.
    pub drop_ms: TimeMs,
}

impl Shelf {
    /// True if its time has come. The last representable time stands for later ones.
    pub(crate) fn is_over(&self, time: TimeMs) -> bool {
        self.drop_ms <= time && self.drop_ms.get() < TIME_MS_MAX
    }
}

/// The mark that a reference has been used for a reversal, and what it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Reversed {
    /// The number of points.
    pub amount: Points,
    /// The transaction that took them: it keeps the number from being guessed.
    pub transaction: HalfId,
}

/// The mark that a reference has been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Used;

/// A digest over transaction ids in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecentDigest {
    /// The number of ids.
    pub count: u64,
    /// The hash of the digest before the last id and that id.
    pub digest: Hash,
}
