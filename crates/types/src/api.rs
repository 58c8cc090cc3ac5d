//! The JSON that the gateway speaks: what it answers, and clients read. Amounts are whole numbers of a brand's
//! smallest unit; hashes and keys are lower-case hex, addresses bech32m.

mod account;
mod brand;
mod brand_motion;
mod campaign;
mod event;
mod governance;
mod light;
mod lists;
mod market;
mod node;
mod programme;
mod push;
mod reference;
mod simulation;
mod today;
mod transaction_proof;
mod webhook;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::account::{Account, AccountRecovery, Balance, Hold, ProvenKey, ProvenState};
pub use self::brand::{Brand, Brands};
pub use self::campaign::{BrandCampaign, CampaignState, Campaigns, Voucher, VoucherUse, Vouchers};
pub use self::event::{
    DATA_TYPE, EVENT_TYPES, Event, EventData, EventPlace, EventPlaceError, Expiring, ExpiringPoints, REMINDER_INDEX,
    SPEC_VERSION, TYPE_PREFIX,
};
pub use self::market::{Market, Offers, RestingOffer};
pub use self::programme::{
    BrandTrack, Leader, Leaders, LevelEnd, MarkStanding, NextLevel, Stamped, Standing, Standings, TakenStanding,
    TrackStanding, TrackState, Tracks, is_listed, leader_words,
};
pub use self::push::{NewPush, PUSHED_ALWAYS, Push, PushService, Pushes};
pub use self::reference::{ReferenceKind, ReferenceKindError, UsedReference, UsedState, UsedUnits};
pub use self::simulation::{Effect, Foretold, Simulation, StandingEffect};
pub use self::today::{Today, UsedUp};
pub use self::transaction_proof::ProvenTransaction;
pub use self::webhook::{Attempt, Deliveries, NewWebhook, Webhook, WebhookSecret, Webhooks};
use crate::activity::Activity;
use crate::address::AddressText;
use crate::block::Header;
use crate::brand::BrandId;
use crate::certificate::Certificate;
use crate::day::Day;
use crate::household::MemberRights;
use crate::ids::{BlockId, ChainId, Hash, Height, TransactionId};
use crate::money::{Currency, ExactMoney};
use crate::operator::Roles;
use crate::partnership::{PartnershipProposal, PartnershipTerms};
use crate::points::Points;
use crate::receipt::Outcome;
use crate::time::{Expiry, TimeMs};
use crate::transaction::SignedTransaction;

pub use self::brand_motion::{BrandMotion, BrandMotions};
pub use self::governance::{Follower, Governance, Motion, Readiness, ScheduledVersion, Validator, Validators};
pub use self::light::{LightBlock, LightChanges, LightValidators};
pub use self::lists::{
    BrandAccount, BrandAccounts, BrandExpiring, BrandMonth, BrandStatistics, BrandTransactions, ExpiringAccount,
    PointsByExpiry,
};
pub use self::node::{CheckpointState, GuardState, Node, PeerRole, PeerState, Trouble};

/// `GET /v1/status`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Status {
    /// The network.
    pub chain_id: ChainId,
    /// The last final block.
    pub height: Height,
    /// The state after it.
    pub state_root: Hash,
    /// Its time.
    pub time_ms: TimeMs,
    /// The part that this node has on the network after that block.
    pub role: NodeRole,
    /// This node's validator address, or null for a node without a vote.
    pub validator: Option<AddressText>,
    /// Peers connected right now.
    pub peers: usize,
    /// Transactions waiting for a block.
    pub mempool: usize,
    /// The version of the node's program.
    pub version: String,
}

/// The part that a node has on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeRole {
    /// It decides the next block, with others.
    Validator,
    /// It follows, without a vote.
    Follower,
    /// It has none, by the blocks that it has.
    None,
}

/// `GET /v1/brands/{id}/issues/{reference}`: an issue, and what can still be taken back of it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Issue {
    /// The day of its reference, which a reversal names.
    pub dated: Day,
    /// The account that got the points.
    pub to: AddressText,
    /// The number of points.
    pub amount: Points,
    /// Their expiry.
    pub expiry: Expiry,
    /// The day on which they become the account's to spend, if they were issued pending.
    #[serde(default)]
    pub matures: Option<Day>,
    /// The time from which on nothing of it can be reversed.
    pub reversible_until_ms: TimeMs,
    /// The number of them that have been reversed.
    pub reversed: Points,
    /// The number of them that a reversal could take now.
    pub reversible: Points,
}

/// `GET /v1/brands/{id}/reversals/{reference}`: what a reversal took.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Reversal {
    /// The number of points.
    pub amount: Points,
}

/// `GET /v1/payments/{reference}`: what has answered a till's request.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Payment {
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they came from, or that has them until the till takes them.
    pub from: AddressText,
    /// The number of points.
    pub amount: Points,
    /// The time at which the hold ends, a whole minute; null for points that were redeemed at once.
    pub held_until_ms: Option<TimeMs>,
    /// The transaction that answered.
    pub transaction: TransactionStatus,
}

/// A household.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Household {
    /// Its members, by address.
    pub members: Vec<Member>,
    /// The invited accounts, by address, with the rights that they would have.
    pub invited: Vec<Member>,
}

/// A member of a household, or somebody who is invited.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Member {
    /// The member's account.
    pub address: AddressText,
    /// Role and limits.
    #[serde(flatten)]
    pub rights: MemberRights,
    /// The points that the member has spent of its limits in the month of the last block, by brand.
    pub spent: Vec<MemberSpent>,
}

/// The used part of a member's limit.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MemberSpent {
    /// The brand.
    pub brand: BrandId,
    /// The points.
    pub points: Points,
}

/// `GET /v1/brands/{id}/operators`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Operators {
    /// All operators of the brand, by address.
    pub operators: Vec<Operator>,
}

/// An operator of a brand.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Operator {
    /// Its account.
    pub address: AddressText,
    /// The roles in which it acts.
    pub roles: Roles,
    /// Most points that it may issue in a day (UTC).
    pub issue_daily_max: Option<Points>,
    /// The points that it has issued on the day of the last block, counted while there is a limit.
    pub issued_today: Points,
}

/// `GET /v1/partnerships`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Partnerships {
    /// Partnerships and proposals, by the brands' ids.
    pub partnerships: Vec<Partnership>,
    /// The cursor of the next page; left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The terms that two brands have agreed on, or are about to.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Partnership {
    /// The brand whose points are burned.
    pub from: BrandId,
    /// The brand that issues points for them.
    pub to: BrandId,
    /// The terms in force.
    pub terms: Option<PartnershipTerms>,
    /// Terms that the other brand hasn't accepted yet.
    pub proposal: Option<PartnershipProposal>,
    /// The points that were converted on the day of the last block.
    pub converted_today: Points,
}

/// `GET /v1/netting`: what all brands owe each other.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Netting {
    /// The settlement currency, if genesis names one.
    pub currency: Option<Currency>,
    /// Every pair of brands of which one has ever owed the other anything, by their ids.
    pub pairs: Vec<NettingPair>,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
    /// The cursor of the next page; left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// The debts of two brands to each other.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct NettingPair {
    /// The brand whose id comes first.
    pub first: BrandId,
    /// The other one.
    pub second: BrandId,
    /// The debt of the first to the second.
    pub first_owes: ExactMoney,
    /// The debt of the second to the first.
    pub second_owes: ExactMoney,
    /// The difference.
    pub net: ExactMoney,
    /// The brand that owes the difference; null if there is none.
    pub net_debtor: Option<BrandId>,
}

/// A transaction and what became of it: `GET /v1/transactions/{id}`, one item of a history, one answer to a submission.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct TransactionStatus {
    /// The transaction's id.
    pub id: TransactionId,
    /// The stage that it has reached.
    #[serde(flatten)]
    pub state: TransactionState,
    /// The transaction itself; left out of answers to its submitter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<SignedTransaction<AddressText>>,
    /// Its number among the transactions that concern an account, from 1; only in that account's history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<u64>,
}

/// The stage that a transaction has reached.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
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
        /// The outcome of the transaction.
        receipt: Outcome,
    },
    /// Refused before it could wait for a block; only in answers to a submission of many.
    Refused {
        /// The reason for the refusal.
        problem: Problem,
    },
}

/// `POST /v1/transactions/batch`: many transactions, each accepted or refused on its own.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The transactions.
    pub transactions: Vec<SignedTransaction<AddressText>>,
}

/// The answers to a [`Batch`], in its order.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BatchAnswer {
    /// One answer per transaction.
    pub transactions: Vec<TransactionStatus>,
}

/// `GET /v1/accounts/{address}/transactions`: an account's transactions, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct History {
    /// One page.
    pub transactions: Vec<TransactionStatus>,
    /// The account's activity before the last of them; null on a page that leaves some out, which nothing shows to be
    /// complete.
    pub before: Option<Activity>,
    /// The activity in the account's record: after the newest of all its transactions. Null if there is no record: of
    /// an account that nothing has concerned, and of a household that is dissolved.
    pub head: Option<Activity>,
    /// The brands whose points these transactions have, for an operator who sees no others: such a page has no numbers,
    /// and nothing shows that it is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_of: Option<Vec<BrandId>>,
    /// The first height of the gateway's blocks, on the last page of a history that goes back further: `before` counts
    /// what another gateway would show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_from: Option<Height>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// `GET /v1/blocks/{height}`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Block {
    /// The hash of the header.
    pub id: BlockId,
    /// The header.
    pub header: Header<AddressText>,
    /// The certificate that makes the block final.
    pub certificate: Certificate<AddressText>,
    /// The transactions, in order.
    pub transactions: Vec<SignedTransaction<AddressText>>,
}

/// An error (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Problem {
    /// A URI reference that names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of the problem, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A sentence on what happened here and what to do next.
    pub detail: String,
    /// The stable name: a code of the ledger, or of the gateway.
    pub code: String,
    /// The ledger's number of the code, if it is one of the ledger's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
    /// True if the same request can be answered otherwise later, or by another gateway.
    #[serde(default)]
    pub retryable: bool,
    /// The time from which on the same can be asked for again, if there is one that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at_ms: Option<TimeMs>,
    /// The first height of the gateway's blocks, if an earlier one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_height: Option<Height>,
}
