//! The answers about leaders: the ranks on a track of those who let themselves be listed.

use std::cmp::Reverse;

use lojal_types::Address;

/// An account with its rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// One more than the number of accounts that have more.
    pub rank: u64,
    /// The units or places that count.
    pub units: u64,
    /// The account.
    pub account: Address,
    /// The numbers of the words that it is listed under.
    pub words: [u16; 2],
}

/// Accounts with units that count, those with the most first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranking(Vec<(Address, u64)>);

impl Ranking {
    /// Ranks accounts by their units; one of which nothing counts has no rank.
    pub fn of(units: impl IntoIterator<Item = (Address, u64)>) -> Self {
        let mut units: Vec<_> = units.into_iter().filter(|(_, units)| *units > 0).collect();
        units.sort_unstable_by_key(|(account, units)| (Reverse(*units), *account));
        Self(units)
    }
    /// The number of accounts that have a rank.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// True if none has.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The first so many, in an order that doesn't tell their addresses: equal ones by their words.
    pub fn first(&self, most: usize, words: impl Fn(Address) -> [u16; 2]) -> Vec<Ranked> {
        let least = most.checked_sub(1).and_then(|last| self.0.get(last)).map_or(0, |(_, units)| *units);
        let candidates = self.0.iter().take_while(|(_, units)| *units >= least);
        let mut first: Vec<Ranked> =
            candidates.map(|(account, units)| self.ranked(*account, *units, words(*account))).collect();
        first.sort_by_key(|one| (one.rank, one.words, one.account));
        first.truncate(most);
        first
    }
    /// The rank of an account, if it has one.
    pub fn rank_of(&self, account: Address, words: impl Fn(Address) -> [u16; 2]) -> Option<Ranked> {
        let units = self.0.iter().find(|(one, _)| *one == account).map(|(_, units)| *units)?;
        Some(self.ranked(account, units, words(account)))
    }
    fn ranked(&self, account: Address, units: u64, words: [u16; 2]) -> Ranked {
        let better = self.0.partition_point(|(_, others)| *others > units);
        Ranked { rank: u64::try_from(better).unwrap_or(u64::MAX).saturating_add(1), units, account, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u8) -> Address {
        Address::new([number; 20])
    }

    /// Words that run against the order of the addresses.
    fn words(account: Address) -> [u16; 2] {
        [100 - u16::from(account.as_bytes()[0]), 0]
    }

    fn ranks(ranked: &[Ranked]) -> Vec<(u64, u64, u8)> {
        ranked.iter().map(|one| (one.rank, one.units, one.account.as_bytes()[0])).collect()
    }

    #[test]
    fn equal_ones_share_a_rank_and_the_next_is_as_many_lower() {
        let ranking =
            Ranking::of([(account(1), 5), (account(2), 9), (account(3), 5), (account(4), 0), (account(5), 2)]);
        assert_eq!((ranking.len(), ranking.is_empty()), (4, false));
        assert_eq!(ranks(&ranking.first(9, words)), [(1, 9, 2), (2, 5, 3), (2, 5, 1), (4, 2, 5)]);
        assert_eq!(ranks(&ranking.first(2, words)), [(1, 9, 2), (2, 5, 3)], "cut between equal ones, by their words");
        assert_eq!(ranking.first(0, words), []);
        assert_eq!(ranking.rank_of(account(1), words).map(|one| (one.rank, one.words)), Some((2, [99, 0])));
        assert_eq!(ranking.rank_of(account(4), words), None, "nothing counts");
        assert!(Ranking::default().is_empty() && Ranking::default().first(5, words).is_empty());
    }
}
