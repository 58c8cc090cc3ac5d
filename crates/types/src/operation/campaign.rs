//! The operations of campaigns: brands give their members something, on terms that everybody sees (protocol,
//! Campaigns).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::campaign::{Campaign, CampaignId, Invitation};
use crate::day::Day;
use crate::ids::Hash;
use crate::points::Points;
use crate::reference::Reference;

/// An admin of a brand begins a campaign, makes one kinder, or pauses one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetCampaign {
    /// The brand.
    pub brand: BrandId,
    /// The campaign: one that there is, or a higher number than any before.
    pub campaign: CampaignId,
    /// Its terms.
    pub terms: Campaign,
}

/// An admin of a sponsor agrees to pay for a campaign's points.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptSponsorship {
    /// The brand whose campaign it is.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The digest of its terms, so that nobody accepts others than those that were shown.
    pub terms: Hash,
}

/// An operator of a brand, or of its sponsor, gives an account what a campaign gives.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant<A = Address> {
    /// The brand.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The account.
    pub to: A,
    /// The number of points, or of units of anything else.
    pub amount: u64,
    /// The receipt, or what else it is for; a brand issues and grants once per reference.
    pub reference: Reference,
    /// The day on the receipt.
    pub dated: Day,
}

impl<A> Grant<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Grant<B>, E> {
        let Self { brand, campaign, to, amount, reference, dated } = self;
        Ok(Grant { brand, campaign, to: f(to)?, amount, reference, dated })
    }
}

/// A member takes what a campaign gives, for itself or for its household.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim<A = Address> {
    /// The brand.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The account that takes part: the member, or its household.
    pub account: A,
    /// The number of units.
    pub quantity: u16,
    /// Most points that all of them cost; 0 if they are free.
    #[serde(default)]
    pub price_max: Points,
    /// The member who has brought this one along.
    #[serde(default = "nobody::<A>")]
    pub referrer: Option<A>,
    /// The invitation that is shown, if there is one.
    #[serde(default)]
    pub invitation: Option<Invitation>,
}

fn nobody<A>() -> Option<A> {
    None
}

impl<A> Claim<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Claim<B>, E> {
        let Self { brand, campaign, account, quantity, price_max, referrer, invitation } = self;
        let (account, referrer) = (f(account)?, referrer.map(f).transpose()?);
        Ok(Claim { brand, campaign, account, quantity, price_max, referrer, invitation })
    }
}
