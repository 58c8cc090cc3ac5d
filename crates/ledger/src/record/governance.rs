//! The records of governance.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::{FOLLOWERS_MAX, MOTION_ACTIONS_MAX, MOTIONS_CLOSED_MAX, MOTIONS_OPEN_MAX, VALIDATORS_MAX};
use lojal_types::{
    Action, Actions, Address, Bounded, Endpoint, Hash, Height, MotionId, MotionStatus, Name, PublicKey, TimeMs,
    ValidatorSet,
};

/// The version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Protocol {
    /// The version of the last block.
    pub version: u32,
    /// The version that follows it.
    pub scheduled: Option<ScheduledVersion>,
}

/// A version that begins at a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ScheduledVersion {
    /// The version.
    pub version: u32,
    /// Its first block.
    pub height: Height,
}

impl Protocol {
    /// The version of the block at a height, of which this is the state before.
    pub fn version_at(&self, height: Height) -> u32 {
        self.scheduled.filter(|one| one.height <= height).map_or(self.version, |one| one.version)
    }
}

/// The numbers of motions.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Register {
    /// The number of the next motion.
    pub next: MotionId,
    /// The motions that are undecided, by number.
    pub open: Bounded<OpenMotion, 0, MOTIONS_OPEN_MAX>,
    /// The last motions that were decided, in the order in which they were.
    pub closed: Bounded<MotionId, 0, MOTIONS_CLOSED_MAX>,
}

/// A motion that is undecided, as far as the register knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct OpenMotion {
    /// Its number.
    pub motion: MotionId,
    /// The validator that has put it forward.
    pub by: Name,
    /// The time from which on it is lapsed.
    pub lapses_ms: TimeMs,
}

/// A motion.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Motion {
    /// The validator that has put it forward.
    pub by: Name,
    /// The actions.
    pub actions: Actions,
    /// Their digest.
    pub digest: Hash,
    /// The time at which it was put forward.
    pub created_ms: TimeMs,
    /// The time from which on it is lapsed, if it isn't decided before.
    pub lapses_ms: TimeMs,
    /// The validators that approve it, sorted.
    pub approvals: Bounded<Name, 0, VALIDATORS_MAX>,
    /// The latest signs of life that its actions had, by the actions' places.
    pub ready: Bounded<Ready, 0, MOTION_ACTIONS_MAX>,
    /// The stage that it has reached.
    pub status: MotionStatus,
}

impl Motion {
    /// The voting power behind it among these validators: "Power is counted when it is needed, against the validators
    /// of that moment, by name." (protocol, Governance)
    pub fn approving_power(&self, set: &ValidatorSet) -> u64 {
        let approving = set.validators().iter().filter(|validator| self.approvals.contains(&validator.name));
        approving.map(|validator| validator.power).sum()
    }

    /// The places of the actions that need a sign of life, with the keys that give it: "`AddValidator`, `SetKeys`, and
    /// a `SetPower` that raises, need a sign of life of the validator" (protocol, Governance).
    pub fn awaited(&self, set: &ValidatorSet) -> Vec<(u8, PublicKey)> {
        let named = |name: &Name| set.validators().iter().find(|validator| validator.name == *name);
        let keys = self.actions.iter().zip(0_u8..).filter_map(|(action, index)| {
            let key = match action {
                Action::AddValidator(add) => add.validator.public_key,
                Action::SetKeys(keys) => keys.public_key,
                Action::SetPower(raise) => named(&raise.name).filter(|one| raise.power > one.power)?.public_key,
                _ => return None,
            };
            Some((index, key))
        });
        keys.collect()
    }

    /// The validators as the motion would leave them, if they would be a set.
    pub fn set_after(&self, set: &ValidatorSet) -> Option<ValidatorSet> {
        let mut validators = set.validators().to_vec();
        for action in self.actions.iter() {
            match action {
                Action::AddValidator(add) => validators.push(add.validator.clone()),
                Action::RemoveValidator(one) => validators.retain(|validator| validator.name != one.name),
                Action::SetKeys(keys) => {
                    let validator = validators.iter_mut().find(|validator| validator.name == keys.name)?;
                    (validator.public_key, validator.network_key) = (keys.public_key, keys.network_key);
                }
                Action::SetPower(set) => {
                    validators.iter_mut().find(|validator| validator.name == set.name)?.power = set.power;
                }
                _ => {}
            }
        }
        ValidatorSet::new(validators).ok()
    }
}

/// A sign of life that was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Ready {
    /// The place of the action in its motion, counted from 0.
    pub index: u8,
    /// The time at which the node signed.
    pub time_ms: TimeMs,
}

/// The seat of a validator.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Seat {
    /// The account that speaks for it.
    pub governor: Address,
    /// The address at which its node is reached.
    pub endpoint: Option<Endpoint>,
    /// The block that gave it; 0 for genesis.
    pub since: Height,
}

/// The seat of a governor.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Governor {
    /// The name of the validator that it speaks for.
    pub seat: Name,
}

/// The nodes without a vote.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Followers {
    /// They, by name.
    pub followers: Bounded<Follower, 0, FOLLOWERS_MAX>,
}

/// A node without a vote that may follow the network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Follower {
    /// The name by which people know it.
    pub name: Name,
    /// The key of its node on the peer-to-peer network.
    pub network_key: PublicKey,
    /// The name of the validator that answers for it.
    pub sponsor: Name,
    /// The address at which it is reached.
    pub endpoint: Option<Endpoint>,
}
