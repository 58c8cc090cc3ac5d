//! The keys of the state: one byte for the kind, then the canonical bytes of what the record is about.

mod blind;
mod brand_motion;
mod governance;
mod household;
mod packed;
mod partnership;
mod programme;
mod shelf;
mod voucher;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Address, BrandId, Day, Expiry, Hash, Month, Parameters, Totals, ValidatorSet};

pub use self::blind::{BLIND_BYTES, blind};
pub(crate) use self::blind::{blinded_account, is_blinded, split_blind};
pub use self::brand_motion::{BrandMotionKey, BrandRegisterKey};
pub use self::governance::{FollowersKey, GovernorKey, MotionKey, ProtocolKey, RegisterKey, SeatKey, SettingsKey};
pub use self::household::{HouseholdKey, InvitationKey, MemberKey, MembershipsKey, SpentKey};
pub(crate) use self::packed::{PackedKey, TableHash};
pub use self::partnership::{ConvertedTodayKey, CreditorsKey, ObligationKey, PartnersKey, PartnershipKey, SettledKey};
pub use self::programme::{
    CampaignKey, CampaignListKey, MarkedKey, StampedKey, StandingKey, TakenBackKey, TrackKey, TrackListKey,
};
pub use self::shelf::{CapturedKey, HeldKey, IssuedKey, RedeemedKey, ReversedKey, ShelfKey};
pub use self::voucher::{GivenVoucherKey, RefundedKey, UsedVoucherKey, VouchersKey};
use crate::record::{
    Account, Balance, Brand, BrandList, Closings, DayCount, HeldUntil, Holds, Operator, OperatorList, Pending,
    RecentDigest,
};

const IN_MEMORY: &str = "writing to memory can't fail";

/// A key with the type of the record that it leads to.
pub trait StateKey: BorshSerialize + BorshDeserialize {
    /// The first byte of every key of this kind.
    const KIND: u8;
    /// The record that the state keeps under it.
    type Record: BorshSerialize + BorshDeserialize + Clone + Send + Sync + 'static;

    /// The month on whose shelf the record lies; none if it lies in the main tree.
    fn shelf(&self) -> Option<Month> {
        None
    }
    /// The canonical bytes.
    fn encode(&self) -> Box<[u8]> {
        let length = borsh::object_length(self).expect(IN_MEMORY);
        let mut bytes = Vec::with_capacity(1 + length);
        bytes.push(Self::KIND);
        self.serialize(&mut bytes).expect(IN_MEMORY);
        bytes.into_boxed_slice()
    }
    /// The bytes that the state keeps under the key when a block has left the account that it is about with this digest
    /// of its activity: the record, and the blind if records of this kind have one.
    fn value(&self, record: &Self::Record, digest: &Hash) -> Box<[u8]> {
        let mut bytes = borsh::to_vec(record).expect(IN_MEMORY);
        if is_blinded(Self::KIND) {
            bytes.extend(blind(digest, &self.encode()));
        }
        bytes.into_boxed_slice()
    }
    /// The record of a value of the state, without its blind.
    fn record(value: &[u8]) -> Option<Self::Record> {
        let (record, _) = split_blind(Self::KIND, value)?;
        borsh::from_slice(record).ok()
    }
    /// The key that the bytes are, if they are of this kind.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        if *kind == Self::KIND { borsh::from_slice(rest).ok() } else { None }
    }
}

/// The account that a key is about, for the kinds of key that begin with one: an account's own and a household's.
pub(crate) fn account_of(key: &[u8]) -> Option<&[u8; 20]> {
    match key.split_first()? {
        (32..=47 | 64..=79, rest) => rest.first_chunk(),
        _ => None,
    }
}

/// The accounts "whose points, holds, rights, keys, guardians or recovery" (protocol, Activity) a change of what lies
/// under a key changes. An invitation is the household's, and so is what is counted of a member.
pub(crate) fn concerned_by(key: &[u8]) -> impl Iterator<Item = Address> {
    let other = match key.first() {
        Some(&OperatorKey::KIND) => key.last_chunk(),
        Some(&MemberKey::KIND) => key.last_chunk(),
        _ => None,
    };
    account_of(key).into_iter().chain(other).map(|address| Address::new(*address))
}

/// The month on whose shelf the record of a key lies: those of kinds 80 to 95 begin with it.
pub(crate) fn shelf_of(key: &[u8]) -> Option<Month> {
    match key.split_first()? {
        (80..=95, rest) => rest.first_chunk().map(|month| Month::new(u16::from_le_bytes(*month))),
        _ => None,
    }
}

/// Network-wide settings.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct ParametersKey;
impl StateKey for ParametersKey {
    const KIND: u8 = 1;
    type Record = Parameters;
}

/// The validators that decide the next block.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct ValidatorsKey;
impl StateKey for ValidatorsKey {
    const KIND: u8 = 2;
    type Record = ValidatorSet;
}

/// The ids of all brands.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct BrandListKey;
impl StateKey for BrandListKey {
    const KIND: u8 = 3;
    type Record = BrandList;
}

/// The running digest over the ids of transactions that are valid until a minute, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RecentKey(pub u64);
impl StateKey for RecentKey {
    const KIND: u8 = 4;
    type Record = RecentDigest;
}

/// The brands of which holds end within an hour, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HoldEndsKey(pub u64);
impl StateKey for HoldEndsKey {
    const KIND: u8 = 5;
    type Record = BrandList;
}

/// The brands that leave or have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ClosingsKey;
impl StateKey for ClosingsKey {
    const KIND: u8 = 13;
    type Record = Closings;
}

/// A brand.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct BrandKey(pub BrandId);
impl StateKey for BrandKey {
    const KIND: u8 = 16;
    type Record = Brand;
}

/// A brand's totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct TotalsKey(pub BrandId);
impl StateKey for TotalsKey {
    const KIND: u8 = 17;
    type Record = Totals;
}

/// The key of a brand's outstanding points with one expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct OutstandingKey {
    /// The brand.
    pub brand: BrandId,
    /// The expiry that the points have in common.
    pub expiry: Expiry,
}
impl StateKey for OutstandingKey {
    const KIND: u8 = 18;
    type Record = lojal_types::Points;
}

/// The key of a brand's points that mature on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct PendingKey {
    /// The brand.
    pub brand: BrandId,
    /// The day.
    pub matures: Day,
}
impl StateKey for PendingKey {
    const KIND: u8 = 30;
    type Record = Pending;
}

/// An account that acts for a brand.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct OperatorKey {
    /// The brand.
    pub brand: BrandId,
    /// The operator's account.
    pub operator: Address,
}
impl StateKey for OperatorKey {
    const KIND: u8 = 19;
    type Record = Operator;
}

/// The accounts of a brand's operators.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct OperatorListKey(pub BrandId);
impl StateKey for OperatorListKey {
    const KIND: u8 = 23;
    type Record = OperatorList;
}

/// The key of the points that an operator with a daily limit has issued on the last day on which it issued anything.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct IssuedTodayKey {
    /// The brand.
    pub brand: BrandId,
    /// The operator's account.
    pub operator: Address,
}
impl StateKey for IssuedTodayKey {
    const KIND: u8 = 24;
    type Record = DayCount;
}

/// The points of a brand that are set aside by holds which end within an hour, counted from 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeldUntilKey {
    /// The brand.
    pub brand: BrandId,
    /// The hour.
    pub hour: u64,
}
impl StateKey for HeldUntilKey {
    const KIND: u8 = 27;
    type Record = HeldUntil;
}

/// An account.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct AccountKey(pub Address);
impl StateKey for AccountKey {
    const KIND: u8 = 32;
    type Record = Account;
}

/// The key of an account's balance of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct BalanceKey {
    /// The account.
    pub account: Address,
    /// The brand.
    pub brand: BrandId,
}
impl StateKey for BalanceKey {
    const KIND: u8 = 33;
    type Record = Balance;
}

/// The key of an account's holds of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HoldsKey {
    /// The account.
    pub account: Address,
    /// The brand.
    pub brand: BrandId,
}
impl StateKey for HoldsKey {
    const KIND: u8 = 34;
    type Record = Holds;
}

/// The key of the points that a member has transferred of a brand with a daily cap on the last day on which it
/// transferred any.
#[derive(Clone, Copy, Debug, BorshSerialize, BorshDeserialize)]
pub struct TransferredTodayKey {
    /// The member, who acted.
    pub sender: Address,
    /// The brand.
    pub brand: BrandId,
}
impl StateKey for TransferredTodayKey {
    const KIND: u8 = 35;
    type Record = DayCount;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_number_of_its_own() {
        let mut kinds = vec![
            ParametersKey::KIND,
            ValidatorsKey::KIND,
            BrandListKey::KIND,
            RecentKey::KIND,
            HoldEndsKey::KIND,
            BrandKey::KIND,
            TotalsKey::KIND,
            OutstandingKey::KIND,
            PendingKey::KIND,
            OperatorKey::KIND,
            IssuedKey::KIND,
            RedeemedKey::KIND,
            ReversedKey::KIND,
            AccountKey::KIND,
            BalanceKey::KIND,
            OperatorListKey::KIND,
            IssuedTodayKey::KIND,
            HeldKey::KIND,
            CapturedKey::KIND,
            ShelfKey::KIND,
            HeldUntilKey::KIND,
            HoldsKey::KIND,
            TransferredTodayKey::KIND,
            MembershipsKey::KIND,
            HouseholdKey::KIND,
            MemberKey::KIND,
            InvitationKey::KIND,
            SpentKey::KIND,
            PartnershipKey::KIND,
            PartnersKey::KIND,
            ConvertedTodayKey::KIND,
            ObligationKey::KIND,
            CreditorsKey::KIND,
            SettledKey::KIND,
            ProtocolKey::KIND,
            RegisterKey::KIND,
            MotionKey::KIND,
            SeatKey::KIND,
            FollowersKey::KIND,
            SettingsKey::KIND,
            GovernorKey::KIND,
            BrandRegisterKey::KIND,
            ClosingsKey::KIND,
            BrandMotionKey::KIND,
            TrackListKey::KIND,
            TrackKey::KIND,
            StandingKey::KIND,
            StampedKey::KIND,
            TakenBackKey::KIND,
            CampaignListKey::KIND,
            CampaignKey::KIND,
            MarkedKey::KIND,
            VouchersKey::KIND,
            GivenVoucherKey::KIND,
            UsedVoucherKey::KIND,
            RefundedKey::KIND,
        ];
        let count = kinds.len();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), count);
    }

    #[test]
    fn the_keys_of_shelves_say_their_month_and_no_others_do() {
        let brand: BrandId = "kaffet".parse().expect("valid");
        let (shelf, reference) = (Month::new(683), lojal_types::Reference::new(vec![7]).expect("one byte"));
        let issued = IssuedKey { shelf, brand, reference };
        assert_eq!((issued.shelf(), shelf_of(&issued.encode())), (Some(shelf), Some(shelf)));
        assert_eq!((ShelfKey(shelf).shelf(), shelf_of(&ShelfKey(shelf).encode())), (None, None));
        let on_shelves = [IssuedKey::KIND, RedeemedKey::KIND, ReversedKey::KIND, HeldKey::KIND, CapturedKey::KIND];
        assert!(on_shelves.iter().all(|kind| shelf_of(&[*kind, 0, 0]) == Some(Month::new(0))));
        assert!((0..=u8::MAX).filter(|kind| shelf_of(&[*kind, 0, 0]).is_some()).all(|kind| (80..=95).contains(&kind)));
    }

    #[test]
    fn a_key_decodes_as_its_own_kind_only() {
        let key = BalanceKey { account: Address::new([1; 20]), brand: "kaffet".parse().expect("valid") };
        assert_eq!(BalanceKey::decode(&key.encode()), Some(key));
        assert!(TotalsKey::decode(&key.encode()).is_none());
        assert!(BalanceKey::decode(&[]).is_none());
    }
}
