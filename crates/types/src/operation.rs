//! What a transaction can ask for (protocol §6): one struct per operation.
//!
//! Every operation is written once, over the form of an address: [`Address`] in bytes, [`AddressText`] in JSON.
//!
//! [`AddressText`]: crate::address::AddressText

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::ids::PublicKey;
use crate::points::Points;
use crate::reference::Reference;

/// A brand's operator gives new points to an account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue<A = Address> {
    /// Whose points.
    pub brand: BrandId,
    /// Who gets them.
    pub to: A,
    /// How many.
    pub amount: Points,
    /// The receipt that they reward; a brand issues once per reference.
    pub reference: Reference,
}

/// The owner of points gives them back to the brand for what it offers.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redeem<A = Address> {
    /// Whose points.
    pub brand: BrandId,
    /// The account that they come from.
    pub from: A,
    /// How many.
    pub amount: Points,
    /// The till's payment request, if there is one; it can be paid once.
    #[serde(default)]
    pub reference: Option<Reference>,
}

/// The owner of points gives them to another account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer<A = Address> {
    /// Whose points.
    pub brand: BrandId,
    /// The account that they come from.
    pub from: A,
    /// The account that gets them, with their expiry unchanged.
    pub to: A,
    /// How many.
    pub amount: Points,
}

/// A brand's operator takes back all or part of an issue after a returned purchase.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reverse<A = Address> {
    /// Whose points.
    pub brand: BrandId,
    /// The account that the points had been issued to.
    pub from: A,
    /// How many, at most what is left of the issue.
    pub amount: Points,
    /// The reference of the issue.
    pub issue_reference: Reference,
    /// The reference of this reversal; a brand reverses once per reference.
    pub reference: Reference,
}

/// The owner of an account replaces its key; the address stays.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateKey {
    /// The key that signs from the next transaction on.
    pub new_key: PublicKey,
}

/// One step of a transaction. The numbers of the kinds are part of the bytes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[borsh(use_discriminant = true)]
#[serde(tag = "type", rename_all = "snake_case")]
#[repr(u8)]
pub enum Operation<A = Address> {
    /// See [`Issue`].
    Issue(Issue<A>) = 1,
    /// See [`Redeem`].
    Redeem(Redeem<A>) = 2,
    /// See [`Transfer`].
    Transfer(Transfer<A>) = 3,
    /// See [`Reverse`].
    Reverse(Reverse<A>) = 4,
    /// See [`RotateKey`].
    RotateKey(RotateKey) = 32,
}

impl<A> Operation<A> {
    /// The operation's name, as in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Issue(_) => "issue",
            Self::Redeem(_) => "redeem",
            Self::Transfer(_) => "transfer",
            Self::Reverse(_) => "reverse",
            Self::RotateKey(_) => "rotate_key",
        }
    }

    /// The same operation with every address in another form.
    ///
    /// # Errors
    /// The first that `f` returns.
    pub fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Operation<B>, E> {
        Ok(match self {
            Self::Issue(Issue { brand, to, amount, reference }) => {
                Operation::Issue(Issue { brand, to: f(to)?, amount, reference })
            }
            Self::Redeem(Redeem { brand, from, amount, reference }) => {
                Operation::Redeem(Redeem { brand, from: f(from)?, amount, reference })
            }
            Self::Transfer(Transfer { brand, from, to, amount }) => {
                Operation::Transfer(Transfer { brand, from: f(from)?, to: f(to)?, amount })
            }
            Self::Reverse(Reverse { brand, from, amount, issue_reference, reference }) => {
                Operation::Reverse(Reverse { brand, from: f(from)?, amount, issue_reference, reference })
            }
            Self::RotateKey(rotate) => Operation::RotateKey(rotate),
        })
    }

    /// The accounts that the operation names, for their histories.
    pub fn accounts(&self) -> impl Iterator<Item = &A> {
        let (first, second) = match self {
            Self::Issue(issue) => (Some(&issue.to), None),
            Self::Redeem(redeem) => (Some(&redeem.from), None),
            Self::Transfer(transfer) => (Some(&transfer.from), Some(&transfer.to)),
            Self::Reverse(reverse) => (Some(&reverse.from), None),
            Self::RotateKey(_) => (None, None),
        };
        first.into_iter().chain(second)
    }
}
