//! Ways round through partnerships that give more than they take.

use std::collections::BTreeMap;

use lojal_types::BrandId;

/// A rate at which one brand's points become another's: `num` for `den`, in smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The brand whose points go.
    pub from: BrandId,
    /// The brand whose points come.
    pub to: BrandId,
    /// The number that come …
    pub num: u32,
    /// … for this number that go.
    pub den: u32,
}

/// The least product of rates that counts as more than 1: far beyond what floating point loses on a way through all
/// brands, and far below what anybody could gain by.
const GAIN_MIN: f64 = 1.0 + 1e-9;

impl Exchange {
    fn rate(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }
}

/// The brands on a way that begins with `new`, goes on by `rates`, and ends where it began with more points than it
/// began with; none if there is no such way. "`lojal` looks for such a way round among the partnerships in force before
/// it signs a proposal or an acceptance, and warns of it" (protocol, Between brands). Where there was no gain before
/// `new`, none is missed.
pub fn gaining_round(rates: &[Exchange], new: Exchange) -> Option<Vec<BrandId>> {
    // The best product of rates with which each brand can be reached, and the way there: Bellman and Ford's rounds. A
    // way needs no more steps than there are rates.
    let mut best = BTreeMap::from([(new.to, (new.rate(), vec![new.from, new.to]))]);
    for _ in 0..=rates.len() {
        if let Some((product, way)) = best.get(&new.from)
            && *product > GAIN_MIN
        {
            return Some(way.clone());
        }
        let mut better = best.clone();
        for one in rates {
            let Some((product, way)) = best.get(&one.from) else { continue };
            // Back at the start, or where the way has been already: it goes no further.
            if one.from == new.from || way[1..].contains(&one.to) {
                continue;
            }
            let product = product * one.rate();
            if better.get(&one.to).is_none_or(|(known, _)| product > *known) {
                better.insert(one.to, (product, way.iter().copied().chain([one.to]).collect()));
            }
        }
        if better == best {
            return None;
        }
        best = better;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand(id: &str) -> BrandId {
        id.parse().expect("valid")
    }

    fn exchange(from: &str, to: &str, num: u32, den: u32) -> Exchange {
        Exchange { from: brand(from), to: brand(to), num, den }
    }

    #[test]
    fn there_and_back_at_two_and_one_is_a_gain_and_at_two_and_a_half_is_none() {
        let new = exchange("aa", "bb", 2, 1);
        let round = gaining_round(&[exchange("bb", "aa", 1, 1)], new);
        assert_eq!(round, Some(["aa", "bb", "aa"].map(brand).to_vec()));
        assert_eq!(gaining_round(&[exchange("bb", "aa", 1, 2)], new), None);
        assert_eq!(gaining_round(&[], new), None);
        assert_eq!(gaining_round(&[exchange("aa", "bb", 9, 1)], new), None, "the same direction");
    }

    #[test]
    fn a_gain_is_found_over_many_brands_and_the_best_way_is_taken() {
        let rates = [
            exchange("bb", "cc", 1, 3),
            exchange("bb", "dd", 1, 10),
            exchange("dd", "cc", 5, 1),
            exchange("cc", "aa", 7, 3),
        ];
        let round = gaining_round(&rates, exchange("aa", "bb", 1, 1));
        assert_eq!(round, Some(["aa", "bb", "dd", "cc", "aa"].map(brand).to_vec()));
        assert_eq!(gaining_round(&rates[..1], exchange("aa", "bb", 1, 1)), None);
        assert_eq!(gaining_round(&rates, exchange("aa", "bb", 1, 2)), None);
    }

    #[test]
    fn a_round_that_gives_exactly_what_it_takes_is_no_gain() {
        let rates = [exchange("bb", "cc", 7, 3), exchange("cc", "aa", 11, 7)];
        assert_eq!(gaining_round(&rates, exchange("aa", "bb", 3, 11)), None);
        let largest = exchange("bb", "aa", 1, u32::MAX);
        assert_eq!(gaining_round(&[largest], exchange("aa", "bb", u32::MAX, 1)), None);
    }

    #[test]
    fn a_gain_that_was_there_before_and_leads_elsewhere_does_not_hold_the_search_up() {
        let rates = [exchange("bb", "cc", 2, 1), exchange("cc", "bb", 2, 1)];
        assert_eq!(gaining_round(&rates, exchange("aa", "bb", 1, 1)), None);
    }
}
