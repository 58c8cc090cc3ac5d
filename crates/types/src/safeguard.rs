//! The safeguards that keep an account from a thief who has its key: changes that wait, guardians who are barred, and
//! what follows an agreement that was cancelled (protocol, Accounts and keys).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::bounded::Bounded;
use crate::guardian::{Guardian, Guardians};
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Hash};
use crate::limits::GUARDIANS_MAX;
use crate::time::TimeMs;

/// A change of an account that the key alone can't make at once.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change<A = Address> {
    /// The freeze is lifted.
    Unfreeze,
    /// The account gets other guardians.
    SetGuardians {
        /// The account's next guardians.
        guardians: Guardians<A>,
    },
}

/// A change that the owner has asked for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting<A = Address> {
    /// The change that happens.
    pub change: Change<A>,
    /// The time at which it happens by itself.
    pub from_ms: TimeMs,
    /// The guardians who want it to happen at once.
    pub agreed: Bounded<Guardian<A>, 0, GUARDIANS_MAX>,
}

/// A guardian that can't ask for another key for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Barred<A = Address> {
    /// The guardian that is barred.
    pub guardian: Guardian<A>,
    /// The time from which it can ask again.
    pub until_ms: TimeMs,
}

/// The consequences of an agreement of the guardians that the owner's key has cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancelled {
    /// The time until which nothing goes out.
    pub stopped_until_ms: TimeMs,
    /// The time until which the key alone can't change guardians, nor cancel another agreement of two or more.
    pub until_ms: TimeMs,
}

/// All of this that an account has at a time.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Safeguards<A = Address> {
    /// The change that waits, at most one: a stopped account can wait for nothing but to be unfrozen.
    pub waiting: Option<Waiting<A>>,
    /// The guardians who are barred.
    pub barred: Bounded<Barred<A>, 0, GUARDIANS_MAX>,
    /// The last agreement that was cancelled, as long as it matters.
    pub cancelled: Option<Cancelled>,
}

impl<A> Default for Safeguards<A> {
    fn default() -> Self {
        Self { waiting: None, barred: Bounded::default(), cancelled: None }
    }
}

impl Waiting {
    /// The digest by which guardians name a change: "The digest is `lojal/change/v1` of the account, the time at which
    /// the change happens by itself (u64, little-endian) and the change, so nobody agrees to another change than the
    /// one that was shown." (protocol, Accounts and keys)
    pub fn digest(&self, chain: &ChainId, account: &Address) -> Hash {
        let change = borsh::to_vec(&self.change).expect("writing to memory can't fail");
        let from_ms = self.from_ms.get().to_le_bytes();
        Hash::new(chain_hash(tag::CHANGE, chain, &[account.as_bytes(), &from_ms, &change]))
    }
}

impl<A> Waiting<A> {
    /// The same change with every address in another form.
    ///
    /// # Errors
    /// The first that `f` returns.
    pub fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Waiting<B>, E> {
        let change = match self.change {
            Change::Unfreeze => Change::Unfreeze,
            Change::SetGuardians { guardians } => Change::SetGuardians { guardians: guardians.try_map(&mut f)? },
        };
        let agreed = self.agreed.into_inner().into_iter().map(|one| one.try_map(&mut f));
        let agreed = Bounded::new(agreed.collect::<Result<Vec<_>, E>>()?).expect("as many as before");
        Ok(Waiting { change, from_ms: self.from_ms, agreed })
    }
}

impl<A> Safeguards<A> {
    /// The same with every address in another form.
    ///
    /// # Errors
    /// The first that `f` returns.
    pub fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Safeguards<B>, E> {
        let waiting = self.waiting.map(|one| one.try_map(&mut f)).transpose()?;
        let barred = self
            .barred
            .into_inner()
            .into_iter()
            .map(|one| Ok(Barred { guardian: one.guardian.try_map(&mut f)?, until_ms: one.until_ms }));
        let barred = Bounded::new(barred.collect::<Result<Vec<_>, E>>()?).expect("as many as before");
        Ok(Safeguards { waiting, barred, cancelled: self.cancelled })
    }
}
