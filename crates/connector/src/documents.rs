//! The answers to tills about their wishes, as JSON.

use lojal_client::{TransactionProof, Verified};
use lojal_types::api::Problem;
use lojal_types::{AddressText, BrandId, ChainId, Day, Height, Operation, Points, Reference, TimeMs, TransactionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::entry::{Done, Entry, Kind, State};
use crate::ledger::Ledger;

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

/// A wish, and what became of it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "Entry")]
pub(crate) struct EntryDocument {
    #[schemars(extend("enum" = ["issue", "reverse", "capture", "release"]))]
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
                Some((one.to, one.amount, one.dated))
            }
            (Kind::Return, Operation::Reverse(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.from, one.amount, one.dated))
            }
            (Kind::Capture, Operation::Capture(one)) if (one.brand, &one.reference) == (brand, reference) => {
                Some((one.from, one.amount, one.dated))
            }
            _ => None,
        });
        let (member, amount, dated) = found?;
        Some(Self {
            kind: kind.name(),
            reference: name,
            state: "done",
            member: ledger.text(member),
            amount: Some(amount),
            taken: None,
            dated,
            ledger_reference: reference.clone(),
            transaction: Some(receipt.transaction),
            height: Some(header.height),
            time_ms: Some(header.time_ms),
            problem: None,
        })
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
