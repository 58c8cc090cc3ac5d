//! The terms that two brands agree on (protocol, Between brands).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::brand::BrandId;
use crate::limits::{MONEY_MAX, POINTS_MAX, PRICE_MICRO_MAX};
use crate::money::Money;
use crate::points::Points;
use crate::time::TimeMs;

/// The terms on which brand A's points become brand B's. "A partnership has a direction, A to B, and terms: a rate
/// `num/den` (B points for A points), `price_micro` (what one A point is worth, in millionths of the settlement
/// currency's minor unit), `daily_max` (A points per UTC day, all members together), `owed_max` (what A may owe B at
/// most, in minor units) and an end." (protocol, Between brands)
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnershipTerms {
    /// The number of B's points …
    pub rate_num: u32,
    /// … for this number of A's.
    pub rate_den: u32,
    /// The debt of A to B for one of its points that was converted, in millionths of the settlement currency's minor
    /// unit.
    pub price_micro: u64,
    /// Most of A's points that can be converted in a day (UTC), by everybody together.
    pub daily_max: Points,
    /// Most that A may owe B: conversion stops there until A has paid, in the settlement currency's minor units.
    pub owed_max: Money,
    /// The time from which on nothing can be converted.
    pub ends_ms: TimeMs,
}

/// Terms outside their limits.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TermsError {
    /// A rate of nothing, or over nothing.
    #[error("rate_num and rate_den must be 1 or more")]
    Rate,
    /// A price beyond the limit.
    #[error("price_micro must be at most {PRICE_MICRO_MAX}")]
    Price,
    /// A daily cap of nothing or beyond the limit.
    #[error("daily_max must be 1 to {POINTS_MAX}")]
    DailyMax,
    /// A bound of nothing on what is owed, or one beyond the limit.
    #[error("owed_max must be 1 to {MONEY_MAX}")]
    OwedMax,
}

impl PartnershipTerms {
    /// Checks the terms against the limits.
    ///
    /// # Errors
    /// The first rule that they break.
    pub fn check(&self) -> Result<(), TermsError> {
        if self.rate_num == 0 || self.rate_den == 0 {
            return Err(TermsError::Rate);
        }
        if self.price_micro > PRICE_MICRO_MAX {
            return Err(TermsError::Price);
        }
        if !(1..=POINTS_MAX).contains(&self.daily_max.get()) {
            return Err(TermsError::DailyMax);
        }
        if !(1..=MONEY_MAX).contains(&self.owed_max.get()) {
            return Err(TermsError::OwedMax);
        }
        Ok(())
    }
    /// The points of B's that so many of A's give: "received = ⌊amount · num / den⌋" (protocol, Between brands). `None`
    /// if that is more than 64 bits.
    pub fn received_for(&self, points: Points) -> Option<Points> {
        let received = u128::from(points.get()) * u128::from(self.rate_num) / u128::from(self.rate_den);
        u64::try_from(received).ok().map(Points::new)
    }
    /// The fewest of A's points that give so many of B's: "burned = ⌈received · den / num⌉ go, so that dust stays with
    /// the member" (protocol, Between brands). `None` if that is more than 64 bits.
    pub fn burned_for(&self, received: Points) -> Option<Points> {
        let burned = (u128::from(received.get()) * u128::from(self.rate_den)).div_ceil(u128::from(self.rate_num));
        u64::try_from(burned).ok().map(Points::new)
    }
    /// The conversion of at most so many of A's points: how many of them go, and how many of B's come. `None` if it
    /// gives not a single point, or more than 64 bits.
    pub fn conversion_of(&self, amount: Points) -> Option<(Points, Points)> {
        let received = self.received_for(amount).filter(|received| !received.is_zero())?;
        Some((self.burned_for(received)?, received))
    }
    /// Says whether `burned` of A's points give exactly `received` of B's, and none fewer do.
    pub fn give(&self, burned: Points, received: Points) -> bool {
        self.received_for(burned) == Some(received) && self.burned_for(received) == Some(burned)
    }
}

/// Terms that one of the two brands has put forward and the other hasn't accepted yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
pub struct PartnershipProposal {
    /// The one of the two brands that put them forward.
    pub by: BrandId,
    /// The terms.
    pub terms: PartnershipTerms,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(rate_num: u32, rate_den: u32) -> PartnershipTerms {
        PartnershipTerms {
            rate_num,
            rate_den,
            price_micro: 0,
            daily_max: Points::new(1),
            owed_max: Money::new(1),
            ends_ms: TimeMs::new(1).expect("in range"),
        }
    }

    #[test]
    fn terms_outside_their_limits_are_refused() {
        let edge = PartnershipTerms {
            price_micro: PRICE_MICRO_MAX,
            daily_max: Points::new(POINTS_MAX),
            owed_max: Money::new(MONEY_MAX),
            ..terms(u32::MAX, u32::MAX)
        };
        assert_eq!(edge.check(), Ok(()));
        assert_eq!(terms(0, 1).check(), Err(TermsError::Rate));
        assert_eq!(terms(1, 0).check(), Err(TermsError::Rate));
        let dear = PartnershipTerms { price_micro: PRICE_MICRO_MAX + 1, ..edge.clone() };
        assert_eq!(dear.check(), Err(TermsError::Price));
        for daily_max in [0, POINTS_MAX + 1].map(Points::new) {
            assert_eq!(PartnershipTerms { daily_max, ..edge.clone() }.check(), Err(TermsError::DailyMax));
        }
        for owed_max in [0, MONEY_MAX + 1].map(Money::new) {
            assert_eq!(PartnershipTerms { owed_max, ..edge.clone() }.check(), Err(TermsError::OwedMax));
        }
    }

    #[test]
    fn what_is_burned_is_the_least_that_gives_what_is_received() {
        for (num, den) in [(1, 1), (3, 7), (7, 3), (1, 10), (10, 1), (u32::MAX, 1), (1, u32::MAX)] {
            let terms = terms(num, den);
            for points in (0..200).chain([POINTS_MAX - 1, POINTS_MAX]).map(Points::new) {
                let Some(received) = terms.received_for(points) else { continue };
                let burned = terms.burned_for(received).expect("at most the points");
                assert!(burned <= points, "{num}/{den} of {points}");
                assert_eq!(terms.received_for(burned), Some(received), "{num}/{den} of {points}");
                let conversion = (!received.is_zero()).then_some((burned, received));
                assert_eq!(terms.conversion_of(points), conversion, "{num}/{den} of {points}");
                assert_eq!(terms.give(points, received), points == burned, "{num}/{den} of {points}");
                let more = Points::new(received.get() + 1);
                assert!(!terms.give(burned, more), "{num}/{den} of {points}");
                if let Some(less) = burned.checked_sub(Points::new(1)) {
                    assert!(terms.received_for(less) < Some(received), "{num}/{den} of {points}");
                }
            }
        }
        assert_eq!(terms(u32::MAX, 1).received_for(Points::new(u64::MAX)), None);
        assert_eq!(terms(1, u32::MAX).burned_for(Points::new(u64::MAX)), None);
    }
}
