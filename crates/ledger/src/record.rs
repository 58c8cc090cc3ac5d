//! The records of the state.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::{BRANDS_MAX, LOTS_MAX};
use lojal_types::{Address, Bounded, BrandId, Expiry, Hash, Lot, Name, Points, Policy, PublicKey, Roles, TimeMs};

/// An account: exists from the first points that it receives (protocol §4).
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// The key that signs, once it has replaced the one that the address is the hash of.
    pub rotated_key: Option<PublicKey>,
}

/// What an account holds of one brand: lots by rising expiry, none of them empty. Lots whose month is over may
/// still stand here; they are nobody's points any more and are dropped when the balance is next written.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Balance {
    /// The lots.
    pub lots: Bounded<Lot, 0, LOTS_MAX>,
}

/// A brand.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Brand {
    /// What people call it.
    pub name: Name,
    /// Decimals in which its points are displayed.
    pub decimals: u8,
    /// What it lets happen with its points.
    pub policy: Policy,
}

/// All brands' ids, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BrandList {
    /// The ids.
    pub ids: Bounded<BrandId, 0, BRANDS_MAX>,
}

/// Where all points that a brand ever issued are now: issued = outstanding + redeemed + expired + reversed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Totals {
    /// Ever issued.
    pub issued: Points,
    /// In accounts, not expired.
    pub outstanding: Points,
    /// Given back for what the brand offers.
    pub redeemed: Points,
    /// Gone with their month: breakage.
    pub expired: Points,
    /// Taken back by the brand.
    pub reversed: Points,
}

/// An operator of a brand.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Operator {
    /// What it may do.
    pub roles: Roles,
}

/// An issue as it was made, and how much of it has been taken back.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Issued {
    /// Who got the points.
    pub to: Address,
    /// How many.
    pub amount: Points,
    /// Their expiry.
    pub expiry: Expiry,
    /// The time of the block.
    pub time_ms: TimeMs,
    /// How many of them have been reversed.
    pub reversed: Points,
}

/// The mark that a reference has been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Used;

/// A digest over transaction ids in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecentDigest {
    /// How many ids.
    pub count: u64,
    /// The hash of the digest before the last id and that id.
    pub digest: Hash,
}
