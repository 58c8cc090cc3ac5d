//! The JSON that the gateway speaks: what it answers, and clients read. Amounts are whole numbers of a brand's
//! smallest unit; hashes and keys are lower-case hex, addresses bech32m.

use serde::{Deserialize, Serialize};

use crate::address::AddressText;
use crate::block::Header;
use crate::brand::{BrandId, Name, Policy};
use crate::certificate::Certificate;
use crate::ids::{BlockId, ChainId, Hash, Height, PublicKey, TransactionId};
use crate::points::{Lot, Points};
use crate::receipt::Outcome;
use crate::time::TimeMs;
use crate::transaction::SignedTransaction;

/// `GET /v1/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The network.
    pub chain_id: ChainId,
    /// The last final block.
    pub height: Height,
    /// The state after it.
    pub state_root: Hash,
    /// Its time.
    pub time_ms: TimeMs,
    /// This node's validator address, or null for a node without a vote.
    pub validator: Option<AddressText>,
    /// Peers connected right now.
    pub peers: usize,
    /// Transactions waiting for a block.
    pub mempool: usize,
    /// The version of the node's program.
    pub version: String,
}

/// `GET /v1/brands`, one entry, and `GET /v1/brands/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// What people call it.
    pub name: Name,
    /// Decimals in which its points are displayed.
    pub decimals: u8,
    /// What it lets happen with its points.
    pub policy: Policy,
    /// Where all the points that it ever issued are now.
    pub totals: Totals,
}

/// A brand's totals; issued = outstanding + redeemed + expired + reversed (protocol §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Ever issued.
    pub issued: Points,
    /// In accounts, not expired.
    pub outstanding: Points,
    /// Given back for what the brand offers.
    pub redeemed: Points,
    /// Gone with their month.
    pub expired: Points,
    /// Taken back by the brand.
    pub reversed: Points,
}

/// `GET /v1/brands`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brands {
    /// All brands, by id.
    pub brands: Vec<Brand>,
}

/// `GET /v1/accounts/{address}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub address: AddressText,
    /// Whether the ledger knows it: it does from the first points that it receives.
    pub exists: bool,
    /// The key that signs for it, once it has replaced its first one.
    pub rotated_key: Option<PublicKey>,
    /// What it holds, by brand; brands of which it holds nothing are left out.
    pub balances: Vec<Balance>,
    /// The block after which this is so.
    pub height: Height,
}

/// What an account holds of one brand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Whose points.
    pub brand: BrandId,
    /// The sum of the lots.
    pub total: Points,
    /// The points by expiry, the earliest first.
    pub lots: Vec<Lot>,
}

/// A transaction and what became of it: `GET /v1/transactions/{id}`, one item of a history, one answer to a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionStatus {
    /// Which transaction.
    pub id: TransactionId,
    /// How far it has come.
    #[serde(flatten)]
    pub state: TransactionState,
    /// The transaction itself; left out of answers to its submitter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<SignedTransaction<AddressText>>,
}

/// How far a transaction has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum TransactionState {
    /// Accepted, signed and waiting for a block; not final.
    Pending,
    /// In a final block.
    Committed {
        /// The block.
        height: Height,
        /// The place in the block, from 0.
        index: u32,
        /// The block's time.
        time_ms: TimeMs,
        /// What became of it.
        receipt: Outcome,
    },
    /// Refused before it could wait for a block; only in answers to a submission of many.
    Refused {
        /// Why.
        problem: Problem,
    },
}

/// `POST /v1/transactions/batch`: many transactions, each accepted or refused on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The transactions.
    pub transactions: Vec<SignedTransaction<AddressText>>,
}

/// The answers to a [`Batch`], in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchAnswer {
    /// One answer per transaction.
    pub transactions: Vec<TransactionStatus>,
}

/// `GET /v1/accounts/{address}/transactions`: an account's transactions, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// One page.
    pub transactions: Vec<TransactionStatus>,
    /// Where the next page starts; null at the end.
    pub next_cursor: Option<String>,
}

/// `GET /v1/blocks/{height}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The hash of the header.
    pub id: BlockId,
    /// The header.
    pub header: Header<AddressText>,
    /// Why the block is final.
    pub certificate: Certificate<AddressText>,
    /// The transactions, in order.
    pub transactions: Vec<SignedTransaction<AddressText>>,
}

/// An error (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URI reference that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// What kind of problem this is.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here, and what to do next.
    pub detail: String,
    /// The stable name: a code of the ledger, or of the gateway.
    pub code: String,
    /// The ledger's number of the code, if it is one of the ledger's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
}
