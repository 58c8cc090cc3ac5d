//! Why a transaction was refused or failed: stable numbers and names, the same in receipts, HTTP errors and the
//! wallet (protocol §6).

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::decode::{from_text, invalid_data};

/// A reason. Numbers are never reused: 1xx before a transaction can enter a block, 2xx points, 3xx keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Code {
    /// Not a canonical encoding of a signed transaction.
    Malformed = 101,
    /// Larger than the limit of a transaction.
    TransactionTooLarge = 102,
    /// Made for another network.
    WrongChain = 103,
    /// The signature doesn't hold for the key and this network.
    BadSignature = 104,
    /// `valid_until_ms` has passed.
    TransactionExpired = 105,
    /// `valid_until_ms` lies too far ahead.
    WindowTooLong = 106,
    /// A transaction with this id is already on the ledger or waiting.
    DuplicateTransaction = 107,
    /// The sender has no account: it never received points.
    UnknownAccount = 108,
    /// The key is not the one that signs for the sender.
    WrongKey = 109,
    /// Too many transactions of one sender are waiting.
    QuotaExceeded = 110,
    /// The node holds as many waiting transactions as it can.
    MempoolFull = 111,
    /// An amount of zero.
    AmountZero = 201,
    /// An amount beyond the largest one that the ledger handles.
    AmountTooLarge = 202,
    /// No brand has this id.
    UnknownBrand = 203,
    /// The account holds too few points.
    InsufficientPoints = 204,
    /// The account would hold enough, had some of its points not expired.
    PointsExpired = 205,
    /// The sender doesn't own the account that the points come from.
    NotOwner = 206,
    /// A transfer from an account to itself.
    SameAccount = 207,
    /// The brand doesn't let members transfer its points.
    PolicyForbidsTransfer = 208,
    /// Less than the brand's smallest transfer.
    TransferTooSmall = 209,
    /// More than the brand's largest transfer.
    TransferTooLarge = 210,
    /// The sender is no operator of the brand.
    NotOperator = 211,
    /// The sender is an operator of the brand without the role that this takes.
    RoleMissing = 212,
    /// The brand has used this reference for this kind of operation.
    DuplicateReference = 213,
    /// The brand has issued nothing under this reference.
    UnknownReference = 214,
    /// The issue was to another account.
    IssueToOther = 215,
    /// The brand's window for reversing this issue has closed.
    ReversalWindowClosed = 216,
    /// More than what is left of the issue.
    ReversalExceedsIssue = 217,
    /// The new key is not a valid Ed25519 public key.
    InvalidKey = 301,
    /// The new key is the one that already signs for the account.
    KeyUnchanged = 302,
}

/// Every code with its name and what it tells a person.
const TABLE: [(Code, &str, &str); 30] = [
    (
        Code::Malformed,
        "malformed",
        "the bytes are no signed transaction; build it with the wallet or by the documented encoding",
    ),
    (Code::TransactionTooLarge, "transaction_too_large", "the transaction is larger than 16 KiB; split it"),
    (
        Code::WrongChain,
        "wrong_chain",
        "the transaction was made for another network; check the genesis document of the wallet",
    ),
    (Code::BadSignature, "bad_signature", "the signature doesn't match the transaction; sign it again"),
    (
        Code::TransactionExpired,
        "transaction_expired",
        "valid_until_ms has passed; it can't happen any more, make a new one",
    ),
    (
        Code::WindowTooLong,
        "window_too_long",
        "valid_until_ms is more than an hour ahead; choose an earlier time or check the clock",
    ),
    (
        Code::DuplicateTransaction,
        "duplicate_transaction",
        "this transaction was already submitted; ask for its status by its id",
    ),
    (
        Code::UnknownAccount,
        "unknown_account",
        "the sending account doesn't exist; it starts to exist when it receives points",
    ),
    (Code::WrongKey, "wrong_key", "this key doesn't sign for the account; its key may have been replaced"),
    (
        Code::QuotaExceeded,
        "quota_exceeded",
        "too many transactions of this account are waiting; submit again when some are done",
    ),
    (Code::MempoolFull, "mempool_full", "the node has too many transactions waiting; submit again in a moment"),
    (Code::AmountZero, "amount_zero", "the amount must be more than zero"),
    (
        Code::AmountTooLarge,
        "amount_too_large",
        "the amount, or the brand's total with it, is beyond 9007199254740991 units",
    ),
    (Code::UnknownBrand, "unknown_brand", "no brand has this id; GET /v1/brands lists them"),
    (Code::InsufficientPoints, "insufficient_points", "the account doesn't hold that many points of this brand"),
    (Code::PointsExpired, "points_expired", "the points that would have covered this have expired"),
    (Code::NotOwner, "not_owner", "only the owner of an account can take points from it"),
    (Code::SameAccount, "same_account", "sender and receiver are the same account"),
    (Code::PolicyForbidsTransfer, "policy_forbids_transfer", "this brand doesn't let members transfer its points"),
    (Code::TransferTooSmall, "transfer_too_small", "less than this brand's smallest transfer"),
    (Code::TransferTooLarge, "transfer_too_large", "more than this brand's largest transfer"),
    (Code::NotOperator, "not_operator", "only an operator of this brand can do this"),
    (Code::RoleMissing, "role_missing", "this operator of the brand lacks the role for this"),
    (
        Code::DuplicateReference,
        "duplicate_reference",
        "this brand has already used this reference; nothing was done twice",
    ),
    (Code::UnknownReference, "unknown_reference", "this brand has issued nothing under this reference"),
    (Code::IssueToOther, "issue_to_other", "the points of this reference were issued to another account"),
    (
        Code::ReversalWindowClosed,
        "reversal_window_closed",
        "the time in which this brand can reverse the issue is over",
    ),
    (
        Code::ReversalExceedsIssue,
        "reversal_exceeds_issue",
        "more than what is left of the issue after earlier reversals",
    ),
    (Code::InvalidKey, "invalid_key", "the new key is no valid Ed25519 public key"),
    (Code::KeyUnchanged, "key_unchanged", "the new key already signs for this account"),
];

impl Code {
    /// All codes, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(code, ..)| *code)
    }
    /// The stable number.
    pub const fn number(self) -> u16 {
        self as u16
    }
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.row().1
    }
    /// What happened and what to do next, in one sentence.
    pub fn explanation(self) -> &'static str {
        self.row().2
    }
    fn row(self) -> &'static (Self, &'static str, &'static str) {
        TABLE.iter().find(|(code, ..)| *code == self).expect("a test asserts that every code has a row")
    }
    fn from_number(number: u16) -> Option<Self> {
        Self::all().find(|code| code.number() == number)
    }
}
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
/// A text that names no code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0} is no code; docs/codes.md lists them")]
pub struct CodeError(String);

impl FromStr for Code {
    type Err = CodeError;
    fn from_str(name: &str) -> Result<Self, CodeError> {
        Self::all().find(|code| code.name() == name).ok_or_else(|| CodeError(name.to_owned()))
    }
}
impl BorshSerialize for Code {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        BorshSerialize::serialize(&self.number(), writer)
    }
}
impl BorshDeserialize for Code {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let number = u16::deserialize_reader(reader)?;
        Self::from_number(number).ok_or_else(|| invalid_data(format!("unknown code {number}")))
    }
}
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_and_in_order() {
        let rows: Vec<_> = TABLE.to_vec();
        assert!(rows.windows(2).all(|pair| pair[0].0.number() < pair[1].0.number()));
        let mut names: Vec<_> = rows.iter().map(|row| row.1).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows.len());
        assert!(rows.iter().all(|row| row.1.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
    }

    #[test]
    fn every_code_has_a_row_and_survives_its_bytes() {
        // Every number that the enum's declaration can hold: those without a row must not decode.
        for number in 0..=999_u16 {
            let decoded = borsh::from_slice::<Code>(&number.to_le_bytes()).ok();
            assert_eq!(decoded.map(Code::number), Code::from_number(number).map(Code::number));
        }
        let declared = include_str!("code.rs")
            .lines()
            .filter(|l| l.starts_with("    ") && l.trim_end().ends_with(',') && l.contains(" = ") && !l.contains('('))
            .count();
        assert_eq!(declared, TABLE.len(), "each declared code has one row");
        for code in Code::all() {
            assert!(!code.explanation().is_empty());
            assert_eq!(serde_json::from_str::<Code>(&format!("\"{code}\"")).ok(), Some(code));
        }
    }
}
