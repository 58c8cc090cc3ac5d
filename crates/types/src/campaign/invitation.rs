//! Invitations: sums of their own for some accounts, of which a campaign's terms have only the root of a list
//! (protocol, Campaigns).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Campaign, CampaignId};
use crate::address::Address;
use crate::bounded::Bounded;
use crate::brand::BrandId;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Hash, Salt};
use crate::limits::INVITATION_PATH_MAX;
use crate::merkle::{self, Step};
use crate::points::Points;

/// A line of a brand's list of invitations: who is invited, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub struct Invited {
    /// The brand.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The account.
    pub account: Address,
    /// The points that it gets, or the points that a unit costs it.
    pub amount: u64,
    /// The bytes without which nobody finds out who is on the list.
    pub salt: Salt,
}

impl Invited {
    /// The leaf of the line in the tree of its list: that of the hash under `lojal/invitation/v1` (protocol,
    /// Campaigns).
    pub fn leaf(&self, chain: &ChainId) -> [u8; 32] {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        merkle::leaf(&chain_hash(tag::INVITATION, chain, &[&bytes]))
    }
}

/// A line of a list as its account shows it, with the path from it to one of the roots.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The place of the list's root in the terms, from 0 on.
    pub root: u8,
    /// The points that it gives, or the points that a unit costs.
    pub amount: u64,
    /// The salt of the line.
    pub salt: Salt,
    /// The path from the line to the root, from below.
    pub path: Bounded<Step, 0, INVITATION_PATH_MAX>,
}

impl Invitation {
    /// True if it is of a list with one of these roots, for this account at this campaign.
    pub fn is_for(&self, chain: &ChainId, invited: (BrandId, CampaignId, Address), roots: &[Hash]) -> bool {
        let (brand, campaign, account) = invited;
        let line = Invited { brand, campaign, account, amount: self.amount, salt: self.salt };
        let root = merkle::root_of_path(line.leaf(chain), &self.path);
        roots.get(usize::from(self.root)).is_some_and(|one| *one.as_bytes() == root)
    }
}

impl Campaign {
    /// The points that a unit costs whoever shows an invitation, or nobody's: "a unit of anything else costs what it
    /// says, or `price` if that is less" (protocol, Campaigns).
    pub fn price_for(&self, invitation: Option<&Invitation>) -> Points {
        invitation.map_or(self.price, |one| self.price.min(Points::new(one.amount)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: ChainId = ChainId::new([7; 32]);

    fn line(account: u8, amount: u64) -> Invited {
        let (brand, campaign) = ("nordmat".parse().expect("valid"), CampaignId::new(3));
        Invited { brand, campaign, account: Address::new([account * 2; 20]), amount, salt: Salt::new([account; 16]) }
    }

    #[test]
    fn an_invitation_is_for_one_account_one_campaign_and_one_sum() {
        let lines: Vec<Invited> = (0..9).map(|account| line(account, 100 + u64::from(account))).collect();
        let leaves: Vec<[u8; 32]> = lines.iter().map(|line| line.leaf(&CHAIN)).collect();
        let tree = merkle::Tree::new(leaves);
        let roots = [Hash::new([1; 32]), Hash::new(tree.root())];
        for (at, Invited { brand, campaign, account, amount, salt }) in lines.iter().copied().enumerate() {
            let path = Bounded::new(tree.path(at).expect("it is there")).expect("short");
            let invitation = Invitation { root: 1, amount, salt, path };
            let is_for = |one: &Invitation, brand: BrandId, campaign, account| {
                one.is_for(&CHAIN, (brand, campaign, account), &roots)
            };
            assert!(is_for(&invitation, brand, campaign, account));
            let another = line(u8::try_from(at).expect("few").wrapping_add(1), 0).account;
            assert!(!is_for(&invitation, brand, campaign, another));
            assert!(!is_for(&invitation, brand, CampaignId::new(4), account));
            assert!(!is_for(&invitation, "fjallet".parse().expect("valid"), campaign, account));
            assert!(!invitation.is_for(&ChainId::new([8; 32]), (brand, campaign, account), &roots));
            for wrong in [
                Invitation { amount: amount + 1, ..invitation.clone() },
                Invitation { salt: Salt::new([99; 16]), ..invitation.clone() },
                Invitation { root: 0, ..invitation.clone() },
                Invitation { root: 2, ..invitation.clone() },
                Invitation { path: Bounded::default(), ..invitation.clone() },
            ] {
                assert!(!is_for(&wrong, brand, campaign, account), "{wrong:?}");
            }
        }
    }
}
