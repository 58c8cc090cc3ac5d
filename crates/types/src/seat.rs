//! The seats of a network at its genesis, and the settings of its governance (protocol, Governance).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;
use crate::endpoint::Endpoint;
use crate::ids::PublicKey;
use crate::limits::{MOTION_LAPSE_MS, MOTION_LAPSE_MS_DEFAULT, VALIDATORS_MAX};
use crate::name::Name;
use crate::rules::Rules;
use crate::validator::Validator;

/// A genesis document's table of who governs, and by which version.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Governance {
    /// The version of the protocol with which the network begins.
    pub version: u32,
    /// The time after which a motion that nobody decided lapses, in milliseconds.
    #[serde(default = "motion_lapse_ms_default")]
    pub motion_lapse_ms: u64,
    /// The seats: one of each validator.
    #[serde(default)]
    pub seats: Bounded<GenesisSeat, 0, VALIDATORS_MAX>,
}

fn motion_lapse_ms_default() -> u64 {
    MOTION_LAPSE_MS_DEFAULT
}

impl Governance {
    /// The standard settings, under the first version, without seats.
    pub fn standard() -> Self {
        Self { version: 1, motion_lapse_ms: MOTION_LAPSE_MS_DEFAULT, seats: Bounded::default() }
    }
    /// The rules with which the network begins; none if this program doesn't know the version.
    pub(crate) fn rules(&self) -> Option<&'static Rules> {
        Rules::at(self.version)
    }
    /// The standard settings with a seat for each of these validators, whose governor has the key that `governor`
    /// gives for it.
    ///
    /// # Panics
    /// For more validators than there can be.
    pub fn of<'a>(
        validators: impl IntoIterator<Item = &'a Validator>,
        governor: impl Fn(&Validator) -> PublicKey,
    ) -> Self {
        let seat = |validator: &Validator| GenesisSeat {
            name: validator.name.clone(),
            governor: governor(validator),
            endpoint: None,
        };
        let seats = Bounded::new(validators.into_iter().map(seat).collect()).expect("at most 64 validators");
        Self { seats, ..Self::standard() }
    }
    /// The settings that motions can change.
    pub fn settings(&self) -> Settings {
        Settings { motion_lapse_ms: self.motion_lapse_ms }
    }
}

/// A validator's seat as it starts.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisSeat {
    /// The validator's name.
    pub name: Name,
    /// The first key of the account that speaks for it: "A validator's key never signs transactions" (protocol,
    /// Governance).
    pub governor: PublicKey,
    /// The address at which its node is reached.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
}

/// The settings of governance itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The time after which a motion that nobody decided lapses, in milliseconds; a motion keeps the one that was in
    /// force when it was proposed.
    pub motion_lapse_ms: u64,
}

impl Settings {
    /// True if they keep the limits.
    pub fn are_in_bounds(&self) -> bool {
        MOTION_LAPSE_MS.contains(&self.motion_lapse_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_keep_both_limits() {
        for (motion_lapse_ms, in_bounds) in
            [(3_600_000, true), (3_599_999, false), (90 * 86_400_000, true), (90 * 86_400_000 + 1, false)]
        {
            assert_eq!(Settings { motion_lapse_ms }.are_in_bounds(), in_bounds, "{motion_lapse_ms}");
        }
    }
}
