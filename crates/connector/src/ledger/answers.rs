//! The things that members have done, proven: their answers to tills' requests, and what they have claimed.

use lojal_client::{Client, ClientError, TransactionProof, Verified};
use lojal_types::api::ReferenceKind;
use lojal_types::{Claim, Code, Day, Operation, Outcome, Reference, TimeMs, UseVoucher, claim_reference};

use super::{Ledger, LedgerError};
use crate::entry::{Answer, Payment, Use};

/// A claim, and the transaction that it is in.
pub(crate) type Claimed = (Claim, Verified<TransactionProof>);

impl Ledger {
    /// The answer to a request, if there is one; else whether it is too late for one.
    ///
    /// # Errors
    /// As of [`Ledger::ask`].
    pub(crate) fn answer_until<T>(
        &self,
        until_ms: TimeMs,
        answer: impl Fn(&Client) -> Result<T, ClientError>,
    ) -> Result<(Option<T>, bool), LedgerError> {
        // The time comes first: what isn't there then was not answered before the request's end.
        self.ask(|client| {
            let is_late = client.status()?.time_ms >= until_ms;
            match answer(client) {
                Err(error) if error.is_problem(Code::UnknownReference.name()) => Ok((None, is_late)),
                answer => Ok((Some(answer?), false)),
            }
        })
    }
    /// The answer to a payment, proven.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` while there is none; [`ClientError::Untrue`] if the
    /// transaction that is shown doesn't answer it; others as of [`Ledger::proven`].
    pub(crate) fn answer(&self, client: &Client, payment: &Payment) -> Result<Answer, ClientError> {
        let said = client.payment(&payment.id, Some(payment.request.dated))?;
        let proven = self.proven(client, &said.transaction.id)?;
        let answers = |operation: &Operation| match operation {
            Operation::Redeem(redeem) if redeem.asked().as_ref() == Some(&payment.request) => Some(redeem.from),
            Operation::Hold(hold) if hold.asked() == payment.request => Some(hold.from),
            _ => None,
        };
        let from = applied(&proven, answers).ok_or_else(|| no_answer(client, &proven, &payment.id))?;
        let TransactionProof { header, receipt, .. } = proven.value();
        Ok(Answer { from, transaction: receipt.transaction, height: header.height, time_ms: header.time_ms })
    }
    /// The use of a voucher of the brand that has answered a request, proven.
    ///
    /// # Errors
    /// As of [`Ledger::answer`].
    pub(crate) fn voucher_use(
        &self,
        client: &Client,
        id: &Reference,
        dated: Option<Day>,
    ) -> Result<(Use, UseVoucher), ClientError> {
        let said = client.voucher_use(id, dated)?;
        let proven = self.proven(client, &said.transaction.id)?;
        // The ledger computes the reference from the request of the voucher's campaign, and takes no other.
        let answers = |operation: &Operation| match operation {
            Operation::UseVoucher(one) if one.brand == self.brand && one.request.reference == *id => Some(one.clone()),
            _ => None,
        };
        let used = applied(&proven, answers).ok_or_else(|| no_answer(client, &proven, id))?;
        let TransactionProof { header, transaction, receipt, .. } = proven.value();
        let (by, of, voucher) = (transaction.transaction.sender, used.account, used.voucher);
        let (transaction, height, time_ms) = (receipt.transaction, header.height, header.time_ms);
        Ok((Use { by, of, voucher, transaction, height, time_ms }, used))
    }
    /// The claim with a reference, proven; nothing if something else has used that.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` if nothing has; others as of [`Ledger::proven`].
    pub(crate) fn claim(&self, client: &Client, reference: &Reference) -> Result<Option<Claimed>, ClientError> {
        let used = |kind| client.reference(&self.brand, (kind, reference), None);
        let used = match used(ReferenceKind::Claim) {
            // One that cost nothing is remembered as what it gave.
            Err(error) if error.is_problem(Code::UnknownReference.name()) => used(ReferenceKind::Grant)?,
            used => used?,
        };
        let proven = self.shown(client, used.transaction, reference)?;
        let TransactionProof { transaction, receipt, .. } = proven.value();
        let (chain, id) = (self.home.chain_id(), receipt.transaction);
        let mut operations = (0..).zip(transaction.transaction.operations.iter());
        let claim = operations.find_map(|(index, operation)| match operation {
            Operation::Claim(claim) if claim_reference(&chain, &id, index) == *reference => Some(claim.clone()),
            _ => None,
        });
        let claim = claim.filter(|claim| claim.brand == self.brand && receipt.outcome == Outcome::Applied);
        Ok(claim.map(|claim| (claim, proven)))
    }
}

/// The part of a transaction that is looked for, if it is there and had its effect.
fn applied<T>(proven: &Verified<TransactionProof>, find: impl Fn(&Operation) -> Option<T>) -> Option<T> {
    let TransactionProof { transaction, receipt, .. } = proven.value();
    let found = transaction.transaction.operations.iter().find_map(find);
    found.filter(|_| receipt.outcome == Outcome::Applied)
}

fn no_answer(client: &Client, proven: &Verified<TransactionProof>, id: &Reference) -> ClientError {
    let transaction = proven.value().receipt.transaction;
    let reason = format!("transaction {transaction} doesn't answer the request {id}");
    ClientError::Untrue { url: client.url().to_owned(), reason }
}
