//! Whoever can bring a lost account back, and a recovery that is under way (protocol, Accounts and keys).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::bounded::Bounded;
use crate::brand::BrandId;
use crate::ids::PublicKey;
use crate::limits::GUARDIANS_MAX;
use crate::time::TimeMs;

/// Somebody whom an owner trusts to bring the account back.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Guardian<A = Address> {
    /// Another account.
    Account(A),
    /// A brand; one of its admins acts for it.
    Brand(BrandId),
}

/// An account's guardians.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardians<A = Address> {
    /// The guardians: accounts first, by address, then brands, each once.
    pub guardians: Bounded<Guardian<A>, 0, GUARDIANS_MAX>,
    /// The number of them that it takes: 1 to all of them, 0 if there are none.
    pub threshold: u8,
}

impl<A> Default for Guardians<A> {
    fn default() -> Self {
        Self { guardians: Bounded::default(), threshold: 0 }
    }
}

/// A guardian's wish for an account's next key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
pub struct RecoveryVote<A = Address> {
    /// The guardian that wants it.
    pub guardian: Guardian<A>,
    /// The key.
    pub new_key: PublicKey,
}

/// The key that enough guardians want, and when it can take over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
pub struct AgreedKey {
    /// The key.
    pub new_key: PublicKey,
    /// The time from which on the recovery can be finished.
    pub from_ms: TimeMs,
}

/// A recovery that is under way; until it ends nothing goes out of the account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
pub struct Recovery<A = Address> {
    /// The key that each guardian wants.
    pub votes: Bounded<RecoveryVote<A>, 1, GUARDIANS_MAX>,
    /// The key that reached the threshold.
    pub agreed: Option<AgreedKey>,
}

impl<A> Guardian<A> {
    /// The account, if it is one.
    pub fn account(&self) -> Option<&A> {
        match self {
            Self::Account(address) => Some(address),
            Self::Brand(_) => None,
        }
    }
    /// The same guardian with its address in another form.
    ///
    /// # Errors
    /// The one that `f` returns.
    pub fn try_map<B, E>(self, f: impl FnOnce(A) -> Result<B, E>) -> Result<Guardian<B>, E> {
        Ok(match self {
            Self::Account(address) => Guardian::Account(f(address)?),
            Self::Brand(brand) => Guardian::Brand(brand),
        })
    }
}

impl<A> Guardians<A> {
    /// The same guardians with every address in another form.
    ///
    /// # Errors
    /// The first that `f` returns.
    pub fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Guardians<B>, E> {
        let guardians = self.guardians.into_inner().into_iter().map(|one| one.try_map(&mut f));
        let guardians = Bounded::new(guardians.collect::<Result<Vec<_>, E>>()?).expect("as many as before");
        Ok(Guardians { guardians, threshold: self.threshold })
    }
}

impl<A> Recovery<A> {
    /// The same recovery with every address in another form.
    ///
    /// # Errors
    /// The first that `f` returns.
    pub fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Recovery<B>, E> {
        let vote = |vote: RecoveryVote<A>| {
            Ok(RecoveryVote { guardian: vote.guardian.try_map(&mut f)?, new_key: vote.new_key })
        };
        let votes = self.votes.into_inner().into_iter().map(vote).collect::<Result<Vec<_>, E>>()?;
        Ok(Recovery { votes: Bounded::new(votes).expect("as many as before"), agreed: self.agreed })
    }
}

impl Guardians {
    /// True if they stand in order: "accounts first, by address, then brands, each once" (protocol, Accounts and keys).
    pub fn are_in_order(&self) -> bool {
        self.guardians.windows(2).all(|pair| pair[0] < pair[1])
    }
    /// True if there are enough of them: "The threshold is from 1 to all of them, and 0 without guardians." (protocol,
    /// Accounts and keys)
    pub fn threshold_is_in_range(&self) -> bool {
        let threshold = usize::from(self.threshold);
        threshold <= self.guardians.len() && (threshold > 0 || self.guardians.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guardians(list: Vec<Guardian>, threshold: u8) -> Guardians {
        Guardians { guardians: Bounded::new(list).expect("at most three"), threshold }
    }

    #[test]
    fn accounts_stand_before_brands_each_once() {
        let [one, two] = [1, 2].map(|byte| Guardian::Account(Address::new([byte; 20])));
        let brand = Guardian::Brand("kaffet".parse().expect("valid"));
        assert!(guardians(vec![one, two, brand], 1).are_in_order());
        assert!(guardians(vec![], 0).are_in_order());
        for wrong in [vec![two, one], vec![brand, one], vec![one, one]] {
            assert!(!guardians(wrong, 1).are_in_order());
        }
    }

    #[test]
    fn a_threshold_is_one_to_all_or_nought_without_guardians() {
        let one = Guardian::Account(Address::new([1; 20]));
        assert!(guardians(vec![one], 1).threshold_is_in_range());
        assert!(guardians(vec![], 0).threshold_is_in_range());
        assert!(!guardians(vec![one], 0).threshold_is_in_range());
        assert!(!guardians(vec![one], 2).threshold_is_in_range());
        assert!(!guardians(vec![], 1).threshold_is_in_range());
    }
}
