//! The answers about records of references, with the transactions that a node has of them.

use lojal_ledger::Tip;
use lojal_ledger::record::{GivenVoucher, Held, Issued, Marked, Paid, Stamped};
use lojal_store::{Placed, Store, Use};
use lojal_types::api::{TransactionStatus, UsedReference, UsedState, UsedUnits};
use lojal_types::{Address, AddressText, Day, Points, TransactionId, claim_reference};

use super::part::part;
use super::{Asked, Record};
use crate::outcome;
use crate::problem::Failure;

/// A transaction of the ledger, and the part of it that has used a reference.
struct Used {
    status: TransactionStatus,
    state: UsedState,
    account: Address,
    /// The points; none of what moves none.
    amount: Option<Points>,
    dated: Day,
}

/// A node that was asked about a reference.
pub(super) struct Teller<'a> {
    pub(super) store: &'a Store,
    pub(super) asked: &'a Asked,
    pub(super) tip: Tip,
}

impl Teller<'_> {
    /// The answer about a record.
    pub(super) fn told(&self, record: Record) -> Result<UsedReference, Failure> {
        use UsedState::{Captured, Claimed, Redeemed, Refunded, Reversed, TakenBack};
        Ok(match record {
            Record::Issued(issued, left) => self.issued(&issued, left)?,
            Record::Held(held) => self.held(&held)?,
            Record::Stamped(stamped, left) => self.stamped(&stamped, left)?,
            Record::Marked(marked, left) => self.marked(&marked, left)?,
            Record::Given(given, left) => self.given(&given, left)?,
            Record::Redeemed(record) => {
                let told = self.answer(Redeemed, self.by_id(&record.transaction)?);
                self.paid(record.paid.as_ref(), told, Use::RefundOfRedemption)?
            }
            Record::Captured(paid) => {
                let told = self.answer(Captured, self.by_use(Use::Capture)?);
                self.paid(paid.as_ref(), told, Use::RefundOfCapture)?
            }
            Record::Claimed(units, paid, left) => {
                let told = self.answer(Claimed, self.by_use(Use::Claim)?);
                let told = self.paid(Some(&paid), told, Use::RefundOfClaim)?;
                UsedReference { left: Some(left), units: plain(units.into()), ..told }
            }
            Record::Reversed(amount) => {
                let told = self.answer(Reversed, self.by_use(Use::Reversal)?);
                UsedReference { amount: Some(amount), ..told }
            }
            Record::TakenBack(amount) => {
                let told = self.answer(TakenBack, self.by_use(Use::TakeBack)?);
                UsedReference { units: plain(amount), ..told }
            }
            Record::Used(used) => {
                let told = self.answer(UsedState::Used, self.by_id(&used.transaction)?);
                UsedReference { units: plain(used.quantity.into()), ..told }
            }
            Record::Refunded(amount) => {
                let told = self.answer(Refunded, self.by_use(Use::Refund)?);
                UsedReference { amount: Some(amount), ..told }
            }
        })
    }

    fn issued(&self, issued: &Issued, left: Points) -> Result<UsedReference, Failure> {
        // Of two issues under one reference, which only a false date makes, the index has the last one.
        let by = |kind| Ok::<_, Failure>(self.by_use(kind)?.filter(|used| used.dated == issued.dated));
        let used = by(Use::Issue)?.map_or_else(|| by(Use::Grant), |used| Ok(Some(used)))?;
        let ended_by = if issued.reversed == Points::ZERO { None } else { self.by_use(Use::ReversalOfIssue)? };
        let state = if issued.reversed == issued.amount { UsedState::Reversed } else { UsedState::Issued };
        Ok(UsedReference {
            dated: Some(issued.dated),
            account: self.text(issued.to),
            amount: Some(issued.amount),
            taken: Some(issued.reversed),
            left: Some(left),
            until_ms: Some(issued.reversible_until_ms),
            ended_by: ended_by.map(|used| used.status),
            ..self.answer(state, used)
        })
    }
    fn held(&self, held: &Held) -> Result<UsedReference, Failure> {
        let end = if held.closed { self.by_use(Use::EndOfHold)? } else { None };
        let state = match &end {
            Some(end) => end.state,
            None if held.closed => UsedState::Closed,
            None if self.tip.time_ms < held.expires_ms => UsedState::Held,
            None => UsedState::Expired,
        };
        let taken = end.as_ref().filter(|end| end.state == UsedState::Captured).and_then(|end| end.amount);
        Ok(UsedReference {
            dated: Some(held.dated),
            account: self.text(held.from),
            taken,
            until_ms: Some(held.expires_ms),
            ended_by: end.map(|end| end.status),
            ..self.answer(state, self.by_id(&held.transaction)?)
        })
    }
    fn stamped(&self, stamped: &Stamped, left: u64) -> Result<UsedReference, Failure> {
        let used = self.by_use(Use::Stamp)?.filter(|used| used.dated == stamped.dated);
        let ended_by = if stamped.taken_back == 0 { None } else { self.by_use(Use::TakeBackOfStamp)? };
        let state = if stamped.left() == 0 { UsedState::TakenBack } else { UsedState::Stamped };
        Ok(UsedReference {
            dated: Some(stamped.dated),
            account: self.text(stamped.to),
            units: Some(units_of(stamped, left)),
            until_ms: Some(stamped.take_back_until_ms),
            ended_by: ended_by.map(|used| used.status),
            ..self.answer(state, used)
        })
    }
    fn marked(&self, marked: &Marked, left: u32) -> Result<UsedReference, Failure> {
        let used = self.by_use(Use::Grant)?.filter(|used| used.dated == marked.dated);
        let ended_by = if marked.taken_back == 0 { None } else { self.by_use(Use::TakeBackOfMark)? };
        let state = if marked.left() == 0 { UsedState::TakenBack } else { UsedState::Granted };
        // 1 of one without end.
        let units = given_units(marked.days.unwrap_or(1).into(), marked.taken_back.into(), left.into());
        Ok(UsedReference {
            dated: Some(marked.dated),
            account: self.text(marked.to),
            units,
            until_ms: Some(marked.take_back_until_ms),
            ended_by: ended_by.map(|used| used.status),
            ..self.answer(state, used)
        })
    }
    /// A voucher that was granted, or claimed.
    fn given(&self, given: &GivenVoucher, left: u16) -> Result<UsedReference, Failure> {
        let by_grant = self.by_use(Use::Grant)?.filter(|used| used.dated == given.dated);
        let used = by_grant.map_or_else(|| self.by_use(Use::Claim), |used| Ok(Some(used)))?;
        let ended_by = if given.taken_back == 0 { None } else { self.by_use(Use::TakeBackOfVoucher)? };
        let state = if given.taken_back == given.quantity { UsedState::TakenBack } else { UsedState::Granted };
        Ok(UsedReference {
            dated: Some(given.dated),
            account: self.text(given.to),
            units: given_units(given.quantity.into(), given.taken_back.into(), left.into()),
            until_ms: Some(given.take_back_until_ms),
            ended_by: ended_by.map(|used| used.status),
            ..self.answer(state, used)
        })
    }
    /// An answer about a payment with what the state remembers of it, and the refund that was the last.
    fn paid(&self, paid: Option<&Paid>, told: UsedReference, refund: Use) -> Result<UsedReference, Failure> {
        let Some(paid) = paid else { return Ok(told) };
        let ended_by = if paid.refunded == Points::ZERO { None } else { self.by_use(refund)? };
        Ok(UsedReference {
            state: if paid.refunded == paid.amount() { UsedState::Refunded } else { told.state },
            dated: Some(paid.dated),
            account: self.text(paid.from),
            amount: Some(paid.amount()),
            taken: Some(paid.refunded),
            left: Some(paid.refundable(self.tip.time_ms)),
            until_ms: Some(paid.refundable_until_ms),
            ended_by: ended_by.map(|used| used.status),
            ..told
        })
    }

    /// The part of an answer that the transaction tells which has used the reference.
    fn answer(&self, state: UsedState, used: Option<Used>) -> UsedReference {
        let of = used.as_ref();
        UsedReference {
            state,
            dated: of.map(|used| used.dated),
            account: of.and_then(|used| self.text(used.account)),
            amount: of.and_then(|used| used.amount),
            taken: None,
            left: None,
            units: None,
            until_ms: None,
            transaction: used.map(|used| used.status),
            ended_by: None,
            height: self.tip.height,
            time_ms: self.tip.time_ms,
        }
    }
    fn text(&self, account: Address) -> Option<AddressText> {
        Some(account.to_text(self.store.genesis().network()))
    }
    fn by_use(&self, kind: Use) -> Result<Option<Used>, Failure> {
        self.used_by(self.store.used(kind, self.asked.brand, &self.asked.reference)?)
    }
    fn by_id(&self, id: &TransactionId) -> Result<Option<Used>, Failure> {
        self.used_by(self.store.transaction(id)?)
    }
    /// The part of a transaction that has used the reference, if this node has the transaction.
    fn used_by(&self, placed: Option<Placed>) -> Result<Option<Used>, Failure> {
        let Some(placed) = placed else { return Ok(None) };
        let (store, asked) = (self.store, self.asked);
        let block = outcome::decode(&outcome::stored(store, placed.height)?)?;
        let mut status = outcome::status_in(&block, &placed, store.genesis().network())?;
        // Whoever wants its content has its id.
        status.transaction = None;
        let (chain, id, day) = (block.header.chain_id, status.id, block.header.time_ms.day());
        let claimed = |index: u8| (claim_reference(&chain, &id, index), day);
        let index = usize::try_from(placed.index).unwrap_or(usize::MAX);
        let operations = block.transactions.get(index).map(|signed| signed.transaction.operations.iter());
        let mut parts = (0_u8..).zip(operations.into_iter().flatten());
        let used = parts.find_map(|(index, operation)| part(operation, asked, || claimed(index)));
        Ok(used.map(|(state, account, amount, dated)| Used { status, state, account, amount, dated }))
    }
}

/// Units of something other than a stamp.
fn plain(amount: u64) -> Option<UsedUnits> {
    Some(UsedUnits { amount, track: None, place: None, taken_back: None, left: None })
}

/// The units of something that was given, without a track.
fn given_units(amount: u64, taken_back: u64, left: u64) -> Option<UsedUnits> {
    Some(UsedUnits { amount, track: None, place: None, taken_back: Some(taken_back), left: Some(left) })
}

fn units_of(stamped: &Stamped, left: u64) -> UsedUnits {
    UsedUnits {
        amount: stamped.amount(),
        track: Some(stamped.track),
        place: stamped.place(),
        taken_back: Some(stamped.taken_back),
        left: Some(left),
    }
}
