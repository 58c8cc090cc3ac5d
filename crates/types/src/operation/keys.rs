//! Keys, guardians and stolen cards.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::guardian::Guardians;
use crate::ids::{Hash, PublicKey};

/// The owner of an account replaces its key; the address stays.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// The key that signs from the next transaction on.
    pub new_key: PublicKey,
}

/// The owner of an account names who can bring it back; it happens after the delay, or when the guardians agree.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetGuardians<A = Address> {
    /// The guardians from now on.
    pub guardians: Guardians<A>,
}

impl<A> SetGuardians<A> {
    pub(super) fn try_map<B, E>(self, f: impl FnMut(A) -> Result<B, E>) -> Result<SetGuardians<B>, E> {
        Ok(SetGuardians { guardians: self.guardians.try_map(f)? })
    }
}

/// A guardian begins the recovery of a lost account, which freezes it, or joins one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartRecovery<A = Address> {
    /// The lost account.
    pub account: A,
    /// The key that shall sign for it.
    pub new_key: PublicKey,
}

impl<A> StartRecovery<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<StartRecovery<B>, E> {
        let Self { account, new_key } = self;
        Ok(StartRecovery { account: f(account)?, new_key })
    }
}

/// The owner, who has the old key after all, ends a recovery.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelRecovery {}

/// A guardian completes a recovery when the owner's time to cancel it is over.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishRecovery<A = Address> {
    /// The lost account.
    pub account: A,
}

impl<A> FinishRecovery<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<FinishRecovery<B>, E> {
        let Self { account } = self;
        Ok(FinishRecovery { account: f(account)? })
    }
}

/// A guardian agrees that a change that waits on an account happens at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agree<A = Address> {
    /// The account whose change waits.
    pub account: A,
    /// The digest of the change: [`Waiting::digest`](crate::Waiting::digest).
    pub digest: Hash,
}

impl<A> Agree<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Agree<B>, E> {
        let Self { account, digest } = self;
        Ok(Agree { account: f(account)?, digest })
    }
}

/// The owner of an account stops everything that goes out of it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {}

/// The owner of an account asks to lift the freeze; it happens after the delay, or when the guardians agree.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unfreeze {}
