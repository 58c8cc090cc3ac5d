//! The answers to tills about their wishes, as JSON.

use lojal_client::{TransactionProof, Verified};
use lojal_types::api::{Problem, ReferenceKind};
use lojal_types::{
    AddressText, BrandId, CampaignId, ChainId, Day, Height, Operation, Points, Reference, TakenBackOf, TimeMs, TrackId,
    TransactionId,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::entry::{Done, Entry, State};
use crate::ledger::{Claimed, Ledger};
use crate::wish::{Count, Gift, Kind, Wish};

/// The connector as its tills see it.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Status")]
pub(crate) struct StatusDocument {
    /// The brand whose points it deals with.
    pub(crate) brand: BrandId,
    /// The account that signs.
    pub(crate) operator: AddressText,
    /// The network.
    pub(crate) chain_id: ChainId,
    /// The wishes whose outcome isn't certain.
    pub(crate) queued: usize,
    /// The last block of the ledger, or null while no gateway answers.
    pub(crate) height: Option<Height>,
}

/// A wish, and what became of it; or what a member has claimed.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "Entry")]
pub(crate) struct EntryDocument {
    #[schemars(extend("enum" = [
        "issue", "reverse", "capture", "release", "stamp", "take_back", "grant", "claim", "refund"
    ]))]
    kind: &'static str,
    reference: String,
    /// `queued` until the outcome is certain, then `done` or `failed`.
    #[schemars(extend("enum" = ["queued", "done", "failed"]))]
    state: &'static str,
    member: AddressText,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Points>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken: Option<Points>,
    /// The units that are counted for a member, or counted no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    stamp: Option<StampDocument>,
    /// The thing that a campaign gives, or the days of a mark that go back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<RewardDocument>,
    dated: Day,
    ledger_reference: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<TransactionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<Height>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_ms: Option<TimeMs>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// The units that are counted for a member, or counted no more.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[schemars(rename = "Counted")]
pub(crate) struct StampDocument {
    /// The track; not there of what goes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    track: Option<TrackId>,
    /// The number of units; 1 for a place.
    amount: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<u8>,
}

/// The thing that a campaign gives, or the days of a mark that go back.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[schemars(rename = "Rewarded")]
pub(crate) struct RewardDocument {
    /// The campaign; not there of what goes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<CampaignId>,
    /// The points, or the number of units, that it gives; the number of days that go back.
    amount: u64,
}

impl RewardDocument {
    fn of(wish: &Wish) -> Option<Self> {
        match wish {
            Wish::Grant { gift: Gift { campaign, amount }, .. } => {
                Some(Self { campaign: Some(*campaign), amount: *amount })
            }
            Wish::TakeMark { uncount, .. } => Some(Self { campaign: None, amount: uncount.amount }),
            _ => None,
        }
    }
    /// The gift, or what goes back of a mark, that a transaction has under a reference.
    fn under(kind: Kind, (brand, reference): (BrandId, &Reference), operations: &[Operation]) -> Option<Self> {
        operations.iter().find_map(|operation| match (kind, operation) {
            (Kind::Grant, Operation::Grant(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some(Self { campaign: Some(one.campaign), amount: one.amount })
            }
            (Kind::TakeBack, Operation::TakeBack(one))
                if one.of == TakenBackOf::Mark && (one.brand, &one.reference) == (brand, reference) =>
            {
                Some(Self { campaign: None, amount: one.amount })
            }
            _ => None,
        })
    }
}

impl StampDocument {
    fn of(wish: &Wish) -> Option<Self> {
        let stamped = wish.count().map(|Count { track, amount, place }| Self { track: Some(track), amount, place });
        stamped.or_else(|| Some(Self::back(wish.uncount()?.amount)))
    }
    fn back(amount: u64) -> Self {
        Self { track: None, amount, place: None }
    }
    /// The stamp, or what goes back of one, that a transaction has under a reference.
    fn under(kind: Kind, (brand, reference): (BrandId, &Reference), operations: &[Operation]) -> Option<Self> {
        operations.iter().find_map(|operation| match (kind, operation) {
            (Kind::Earn | Kind::Stamp, Operation::Stamp(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some(Self { track: Some(one.track), amount: one.amount, place: one.place })
            }
            (Kind::Return | Kind::TakeBack, Operation::TakeBack(one))
                if one.of == TakenBackOf::Stamp && (one.brand, &one.reference) == (brand, reference) =>
            {
                Some(Self::back(one.amount))
            }
            _ => None,
        })
    }
}

impl EntryDocument {
    /// A wish as the book has it.
    pub(crate) fn of(entry: &Entry, ledger: &Ledger) -> Self {
        let (state, done, problem) = match &entry.state {
            State::Waiting => ("queued", None, None),
            State::Done(done) => ("done", Some(done), None),
            State::Failed(failed) => ("failed", None, Some(failed.problem())),
        };
        Self {
            kind: entry.wish.kind().name(),
            reference: entry.name.clone(),
            state,
            member: ledger.text(entry.wish.member()),
            amount: entry.wish.amount(),
            taken: done.and_then(|done| done.taken),
            stamp: StampDocument::of(&entry.wish),
            reward: RewardDocument::of(&entry.wish),
            dated: entry.dated,
            ledger_reference: entry.reference.clone(),
            transaction: done.map(|Done { transaction, .. }| *transaction),
            height: done.map(|Done { height, .. }| *height),
            time_ms: done.map(|Done { time_ms, .. }| *time_ms),
            problem,
        }
    }
    /// The wish that a proven transaction has fulfilled under a reference; nothing if it has used another one.
    pub(crate) fn proven(
        kind: Kind,
        name: String,
        reference: &Reference,
        proven: &Verified<TransactionProof>,
        ledger: &Ledger,
    ) -> Option<Self> {
        let TransactionProof { header, transaction, receipt, .. } = proven.value();
        let brand = ledger.brand();
        let found = transaction.transaction.operations.iter().find_map(|operation| match (kind, operation) {
            (Kind::Earn, Operation::Issue(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.to, Some(one.amount), one.dated))
            }
            (Kind::Return, Operation::Reverse(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.from, Some(one.amount), one.dated))
            }
            (Kind::Capture, Operation::Capture(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.from, Some(one.amount), one.dated))
            }
            (Kind::Stamp, Operation::Stamp(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.to, None, one.dated))
            }
            (Kind::TakeBack, Operation::TakeBack(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.from, None, one.dated))
            }
            (Kind::Grant, Operation::Grant(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.to, None, one.dated))
            }
            (Kind::Refund, Operation::Refund(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.to, Some(one.amount), one.dated))
            }
            _ => None,
        });
        let (member, amount, dated) = found?;
        let operations = &transaction.transaction.operations;
        let stamp = StampDocument::under(kind, (brand, reference), operations);
        let reward = RewardDocument::under(kind, (brand, reference), operations);
        Some(Self {
            kind: kind.name(),
            reference: name,
            state: "done",
            member: ledger.text(member),
            amount,
            taken: None,
            stamp,
            reward,
            dated,
            ledger_reference: reference.clone(),
            transaction: Some(receipt.transaction),
            height: Some(header.height),
            time_ms: Some(header.time_ms),
            problem: None,
        })
    }
    /// A proven claim, under a reference of the ledger's.
    pub(crate) fn claimed(reference: &Reference, (claim, proven): &Claimed, ledger: &Ledger) -> Self {
        let TransactionProof { header, receipt, .. } = proven.value();
        let reward = RewardDocument { campaign: Some(claim.campaign), amount: claim.quantity.into() };
        Self {
            kind: ReferenceKind::Claim.name(),
            reference: reference.to_string(),
            state: "done",
            member: ledger.text(claim.account),
            amount: None,
            taken: None,
            stamp: None,
            reward: Some(reward),
            dated: header.time_ms.day(),
            ledger_reference: reference.clone(),
            transaction: Some(receipt.transaction),
            height: Some(header.height),
            time_ms: Some(header.time_ms),
            problem: None,
        }
    }
    /// The reason that it has failed.
    pub(crate) fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }
    /// True while its outcome isn't certain.
    pub(crate) fn is_queued(&self) -> bool {
        self.state == "queued"
    }
}
