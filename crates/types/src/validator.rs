//! Validators and their sets (protocol, Blocks and finality).

use std::io;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::address::Address;
use crate::bounded::Bounded;
use crate::decode::invalid_data;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Hash, Height, PublicKey};
use crate::limits::{VALIDATORS_MAX, VOTING_POWER_MAX};
use crate::name::{Name, confusable};
use crate::proposers::Cycle;

/// A node with a vote.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validator {
    /// The name by which people know it.
    pub name: Name,
    /// The key that signs its votes and proposals; its address is that of this key.
    pub public_key: PublicKey,
    /// The key of its node on the peer-to-peer network.
    pub network_key: PublicKey,
    /// The weight of its vote, 1 or more.
    pub power: u64,
}

impl Validator {
    /// The validator's address.
    pub fn address(&self) -> Address {
        Address::of_key(&self.public_key)
    }
}

/// A list of validators that can't be a set. Names stand between isolates (UAX #9), so that they turn nothing around.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValidatorSetError {
    /// None, or too many.
    #[error("{0} validators; there must be 1 to {VALIDATORS_MAX}")]
    Count(usize),
    /// Voting power outside its limits.
    #[error("validator \u{2068}{0}\u{2069} has voting power {1}; it must be 1 to {VOTING_POWER_MAX}")]
    Power(Name, u64),
    /// A key that can't verify anything.
    #[error("a key of validator \u{2068}{0}\u{2069} is no valid Ed25519 public key")]
    Key(Name),
    /// A key that stands twice.
    #[error("two validators share a key; every validator needs a public_key and a network_key of its own")]
    SharedKey,
    /// Two names that are the same.
    #[error("two validators are called \u{2068}{0}\u{2069}")]
    SharedName(Name),
    /// Two names that look alike.
    #[error(
        "the validators \u{2068}{0}\u{2069} and \u{2068}{1}\u{2069} could be taken for each other: give one of them \
         another name"
    )]
    ConfusableNames(Name, Name),
    /// Encoded in another order than the canonical one.
    #[error("the validators are not in canonical order")]
    Order,
}

/// "No two validators have names that could be taken for each other." (protocol, Names)
fn check_names(validators: &[Validator]) -> Result<(), ValidatorSetError> {
    let names = validators.iter().enumerate().map(|(at, validator)| (at, validator.name.as_str()));
    let Some((one, other)) = confusable(names) else { return Ok(()) };
    let (one, other) = (validators[one].name.clone(), validators[other].name.clone());
    Err(if one == other { ValidatorSetError::SharedName(one) } else { ValidatorSetError::ConfusableNames(one, other) })
}

/// The validators of one height: "The canonical order of validators is by falling power, then by address." (protocol,
/// Blocks and finality)
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct ValidatorSet(Bounded<Validator, 1, VALIDATORS_MAX>);

impl ValidatorSet {
    /// Checks the validators and puts them in order.
    ///
    /// # Errors
    /// The first rule of [`ValidatorSetError`] that they break.
    pub fn new(mut validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        validators.sort_by(|a, b| b.power.cmp(&a.power).then_with(|| a.address().cmp(&b.address())));
        for validator in &validators {
            if !(1..=VOTING_POWER_MAX).contains(&validator.power) {
                return Err(ValidatorSetError::Power(validator.name.clone(), validator.power));
            }
            if !validator.public_key.is_valid() || !validator.network_key.is_valid() {
                return Err(ValidatorSetError::Key(validator.name.clone()));
            }
        }
        let mut keys: Vec<PublicKey> = validators.iter().flat_map(|v| [v.public_key, v.network_key]).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(ValidatorSetError::SharedKey);
        }
        check_names(&validators)?;
        let count = validators.len();
        Bounded::new(validators).map(Self).map_err(|_| ValidatorSetError::Count(count))
    }
    /// The validators in canonical order.
    pub fn validators(&self) -> &[Validator] {
        &self.0
    }
    /// The validator at an address.
    pub fn get(&self, address: &Address) -> Option<&Validator> {
        self.0.iter().find(|validator| validator.address() == *address)
    }
    /// The sum of all voting powers: at most 2^46 by the limits.
    pub fn total_power(&self) -> u64 {
        self.0.iter().map(|validator| validator.power).sum()
    }
    /// True if `power` is "**more than** two thirds of the voting power" (protocol, Blocks and finality).
    pub fn is_quorum(&self, power: u64) -> bool {
        u128::from(power) * 3 > u128::from(self.total_power()) * 2
    }
    /// The proposer of a round of a height: each in turn, as often as its power says.
    pub fn proposer(&self, height: Height, round: u32) -> &Validator {
        &self.0[self.proposer_index(height, round)]
    }
    /// The place of that proposer in the canonical order.
    pub fn proposer_index(&self, height: Height, round: u32) -> usize {
        let powers: Vec<u64> = self.0.iter().map(|validator| validator.power).collect();
        Cycle::new(&powers).proposer(height.get(), round)
    }
    /// The hash that headers commit to.
    pub fn hash(&self, chain: &ChainId) -> Hash {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        Hash::new(chain_hash(tag::VALIDATORS, chain, &[&bytes]))
    }
}

impl BorshDeserialize for ValidatorSet {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let encoded = Bounded::<Validator, 1, VALIDATORS_MAX>::deserialize_reader(reader)?;
        let set = Self::new(encoded.to_vec()).map_err(invalid_data)?;
        if set.0 == encoded { Ok(set) } else { Err(invalid_data(ValidatorSetError::Order)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyPair;

    fn validator(seed: u8, power: u64) -> Validator {
        Validator {
            name: format!("validator-{seed}").parse().expect("valid"),
            public_key: KeyPair::from_seed(&[seed; 32]).public_key(),
            network_key: KeyPair::from_seed(&[seed + 100; 32]).public_key(),
            power,
        }
    }

    #[test]
    fn order_does_not_depend_on_the_input_and_is_the_only_one_that_decodes() {
        let set = ValidatorSet::new(vec![validator(1, 1), validator(2, 5), validator(3, 1)]).expect("valid");
        assert_eq!(set, ValidatorSet::new(vec![validator(3, 1), validator(1, 1), validator(2, 5)]).expect("valid"));
        assert_eq!(set.validators()[0].power, 5);
        let mut reversed = set.validators().to_vec();
        reversed.reverse();
        let bytes = borsh::to_vec(&reversed).expect("in memory");
        assert!(borsh::from_slice::<ValidatorSet>(&bytes).is_err());
        assert_eq!(borsh::from_slice(&borsh::to_vec(&set).expect("in memory")).ok(), Some(set));
    }

    #[test]
    fn a_name_turns_nothing_around_in_what_is_said_of_its_validator() {
        let name: Name = "קפה".parse().expect("valid");
        let shared = ValidatorSetError::SharedName(name.clone()).to_string();
        assert_eq!(shared, "two validators are called \u{2068}קפה\u{2069}");
        let key = ValidatorSetError::Key(name).to_string();
        assert!(key.starts_with("a key of validator \u{2068}קפה\u{2069} is"), "{key}");
    }

    #[test]
    fn a_quorum_is_more_than_two_thirds_and_not_exactly_two_thirds() {
        let set = ValidatorSet::new((1..=3).map(|seed| validator(seed, 1)).collect()).expect("valid");
        assert!(!set.is_quorum(2));
        assert!(set.is_quorum(3));
        let set = ValidatorSet::new((1..=4).map(|seed| validator(seed, 1)).collect()).expect("valid");
        assert!(!set.is_quorum(2));
        assert!(set.is_quorum(3));
    }

    #[test]
    fn shared_keys_shared_names_and_powers_outside_the_limits_are_refused() {
        let with = |change: &dyn Fn(&mut Validator)| {
            let mut second = validator(2, 1);
            change(&mut second);
            ValidatorSet::new(vec![validator(1, 1), second])
        };
        assert!(with(&|_| ()).is_ok());
        assert!(matches!(with(&|v| v.power = 0), Err(ValidatorSetError::Power(..))));
        assert!(with(&|v| v.power = VOTING_POWER_MAX).is_ok());
        assert!(matches!(with(&|v| v.power = VOTING_POWER_MAX + 1), Err(ValidatorSetError::Power(..))));
        assert_eq!(with(&|v| v.public_key = validator(1, 1).public_key), Err(ValidatorSetError::SharedKey));
        assert_eq!(with(&|v| v.network_key = validator(1, 1).public_key), Err(ValidatorSetError::SharedKey));
        assert!(matches!(with(&|v| v.name = validator(1, 1).name), Err(ValidatorSetError::SharedName(_))));
        assert!(matches!(with(&|v| v.public_key = PublicKey::new([2; 32])), Err(ValidatorSetError::Key(_))));
        assert!(matches!(ValidatorSet::new(vec![]), Err(ValidatorSetError::Count(0))));
    }

    #[test]
    fn every_validator_proposes_in_turn() {
        let set = ValidatorSet::new((1..=4).map(|seed| validator(seed, 1)).collect()).expect("valid");
        let turns: Vec<&Validator> = (0..4).map(|round| set.proposer(Height::new(9), round)).collect();
        assert!(set.validators().iter().all(|validator| turns.contains(&validator)));
        assert_eq!(set.proposer(Height::new(9), 1), set.proposer(Height::new(10), 0));
    }
}
