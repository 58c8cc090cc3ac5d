//! The keys of tracks and campaigns, of what is counted and given by them, and of the references by which it was.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Address, BrandId, CampaignId, Month, Reference, Track, TrackId};

use super::StateKey;
use crate::record::{CampaignList, CampaignRecord, Marked, Stamped, Standing, TakenBack, TrackList};

/// The tracks of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TrackListKey(pub BrandId);
impl StateKey for TrackListKey {
    const KIND: u8 = 20;
    type Record = TrackList;
}

/// The key of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TrackKey {
    /// The brand.
    pub brand: BrandId,
    /// The track's number.
    pub track: TrackId,
}
impl StateKey for TrackKey {
    const KIND: u8 = 21;
    type Record = Track;
}

/// The key of an account's standing at a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct StandingKey {
    /// The account.
    pub account: Address,
    /// The brand.
    pub brand: BrandId,
}
impl StateKey for StandingKey {
    const KIND: u8 = 37;
    type Record = Standing;
}

/// A stamp, by the brand's reference.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StampedKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for StampedKey {
    const KIND: u8 = 85;
    type Record = Stamped;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// A reference by which a stamp was taken back.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TakenBackKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for TakenBackKey {
    const KIND: u8 = 86;
    type Record = TakenBack;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}

/// The campaigns of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CampaignListKey(pub BrandId);
impl StateKey for CampaignListKey {
    const KIND: u8 = 22;
    type Record = CampaignList;
}

/// The key of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct CampaignKey {
    /// The brand.
    pub brand: BrandId,
    /// The campaign's number.
    pub campaign: CampaignId,
}
impl StateKey for CampaignKey {
    const KIND: u8 = 25;
    type Record = CampaignRecord;
}

/// A mark that was granted or claimed, by its reference.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MarkedKey {
    /// The month of the reference's day, on whose shelf the record lies.
    pub shelf: Month,
    /// The brand.
    pub brand: BrandId,
    /// The reference.
    pub reference: Reference,
}
impl StateKey for MarkedKey {
    const KIND: u8 = 88;
    type Record = Marked;

    fn shelf(&self) -> Option<Month> {
        Some(self.shelf)
    }
}
