//! Answers about leaders: the ranks on a track of those who let themselves be listed, and the words that they are
//! listed under.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, AddressText};
use crate::brand::BrandId;
use crate::hash::chain_hash;
use crate::ids::{ChainId, Height};
use crate::time::TimeMs;
use crate::track::TrackId;

/// The tag of the hash that the words come from.
const TAG: &str = "lojal/leader/v1";
/// The number of words on the list of BIP-39.
const WORDS: u16 = 2048;
/// The consent to be listed by rank.
const RANKS: u8 = 1;

/// True if the sum of what a member allows a brand has the consent to be listed by rank.
pub const fn is_listed(consents: u8) -> bool {
    consents & RANKS == RANKS
}

/// `GET /v1/brands/{id}/tracks/{track}/leaders`: the ranks on a track of those who allow its brand to list them.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Leaders {
    /// The brand.
    pub brand: BrandId,
    /// The track.
    pub track: TrackId,
    /// The first ones, by rank; equal ones by their names.
    pub leaders: Vec<Leader>,
    /// The number of accounts that have a rank.
    pub ranked: u64,
    /// The rank of the account that was asked about; null if it has none, or about none was asked.
    pub own: Option<Leader>,
    /// True if everybody is ranked who allows it; false while the gateway has just started, or if there are more than
    /// it ranks.
    pub complete: bool,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

impl Leaders {
    /// True if each rank is one more than the number of those who have more, as far as these show.
    pub fn ranks_follow(&self) -> bool {
        let falls = self.leaders.windows(2).all(|pair| pair[0].units >= pair[1].units);
        let better = |than: u64| self.leaders.iter().filter(|one| one.units > than).count() as u64;
        let follows = |one: &Leader| one.units > 0 && one.rank == better(one.units).saturating_add(1);
        // All who have more than the last one are shown.
        let is_exact = |own: &Leader| self.leaders.last().is_none_or(|last| own.units >= last.units);
        let own = self.own.as_ref().is_none_or(|own| {
            let least = better(own.units).saturating_add(1);
            own.units > 0 && if is_exact(own) { own.rank == least } else { own.rank >= least }
        });
        let ranked = self.leaders.len().max(usize::from(self.own.is_some())) as u64;
        falls && self.leaders.iter().all(follows) && own && ranked <= self.ranked
    }
}

/// An account that has a rank.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Leader {
    /// Its rank: one more than the number of those who have more.
    pub rank: u64,
    /// The units or places that count now.
    pub units: u64,
    /// The two words that it is listed under.
    pub name: String,
    /// The account, for operators of the brand and auditors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AddressText>,
}

/// The numbers, on the English list of BIP-39 and from 0 on, of the two words that an account is listed under on a
/// track: the first two bytes of the hash of account, brand and track, and the next two, each modulo 2048. So a name is
/// of one track alone, and whoever knows the address knows it.
pub fn leader_words(chain: &ChainId, account: Address, brand: BrandId, track: TrackId) -> [u16; 2] {
    let brand = borsh::to_vec(&brand).expect("in memory");
    let [a, b, c, d, ..] = chain_hash(TAG, chain, &[account.as_bytes(), &brand, &track.get().to_le_bytes()]);
    [u16::from_be_bytes([a, b]) % WORDS, u16::from_be_bytes([c, d]) % WORDS]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leader((rank, units): (u64, u64)) -> Leader {
        Leader { rank, units, name: "abandon zoo".into(), account: None }
    }

    fn follow(ranks: &[(u64, u64)], own: Option<(u64, u64)>, ranked: u64) -> bool {
        let (brand, track) = ("fjallen".parse().expect("a brand"), TrackId::new(1));
        let leaders = ranks.iter().copied().map(leader).collect();
        let (own, height, time_ms) = (own.map(leader), Height::new(7), TimeMs::default());
        Leaders { brand, track, leaders, ranked, own, complete: true, height, time_ms }.ranks_follow()
    }

    #[test]
    fn ranks_follow_from_units_or_are_told_not_to() {
        assert!(follow(&[], None, 0));
        assert!(follow(&[(1, 9), (2, 5), (2, 5), (4, 1)], Some((2, 5)), 9));
        assert!(follow(&[(1, 9), (2, 5)], Some((7, 2)), 9) && follow(&[(1, 9), (2, 5)], Some((2, 5)), 9));
        for (ranks, own, ranked) in [
            (&[(1, 9), (2, 9)][..], None, 9),
            (&[(2, 9)], None, 9),
            (&[(1, 5), (1, 9)], None, 9),
            (&[(1, 9), (2, 0)], None, 9),
            (&[(1, 9), (2, 5)], None, 1),
            (&[(1, 9), (2, 5)], Some((3, 7)), 9),
            (&[(1, 9), (2, 5)], Some((2, 2)), 9),
            (&[], Some((1, 2)), 0),
        ] {
            assert!(!follow(ranks, own, ranked), "{ranks:?} {own:?} {ranked}");
        }
    }

    #[test]
    fn a_name_is_of_one_account_one_track_and_one_network() {
        let (chain, account) = (ChainId::new([1; 32]), Address::new([2; 20]));
        let (brand, track) = ("fjallen".parse().expect("a brand"), TrackId::new(1));
        let words = leader_words(&chain, account, brand, track);
        // The same as in clients/typescript/test/leaders.test.ts.
        assert_eq!(words, [1075, 413]);
        assert_ne!(words, leader_words(&chain, account, brand, TrackId::new(2)));
        assert_ne!(words, leader_words(&chain, account, "kaffet".parse().expect("a brand"), track));
        assert_ne!(words, leader_words(&chain, Address::new([4; 20]), brand, track));
        assert_ne!(words, leader_words(&ChainId::new([3; 32]), account, brand, track));
        assert!(words.iter().all(|word| *word < WORDS));
    }
}
