//! Answers of gateways that are proven: by what the wallet knows of the network, whatever the gateway says.

use std::cell::RefCell;

use lojal_client::{ClientError, Seal, TransactionProof, Verified, Verifier};
use lojal_types::api::{
    Account, Offers, Payment, Standings, TransactionState, TransactionStatus, VoucherUse, Vouchers,
};
use lojal_types::{Activity, AddressText, Day, Operation, Outcome, Reference, TransactionId};

use crate::gateways::{Gateway, Gateways, GatewaysError};
use crate::home::Home;
use crate::time::hold_end;
use crate::witness::{compare, see, with_evidence};

/// The knowledge of a wallet that gateways' answers are checked with.
#[derive(Debug)]
pub struct Prover<'a> {
    home: &'a Home,
    verifier: RefCell<Verifier>,
    witnesses: Option<Gateways>,
}

impl<'a> Prover<'a> {
    /// A prover for a wallet, which begins with a verifier.
    pub fn new(home: &'a Home, verifier: Verifier) -> Self {
        Self { home, verifier: RefCell::new(verifier), witnesses: None }
    }
    /// The prover that compares the blocks that it sees first with those of witnesses.
    pub fn watched_by(self, witnesses: Gateways) -> Self {
        Self { witnesses: Some(witnesses), ..self }
    }
    /// Compares a proven block with what the wallet has seen, keeps the later one, and asks the witnesses.
    fn see(&self, gateway: &Gateway, seal: &Seal) -> Result<(), GatewaysError> {
        see(self.home, gateway, seal)?;
        match &self.witnesses {
            Some(witnesses) => compare(self.home, &self.verifier.borrow(), witnesses, seal),
            None => Ok(()),
        }
    }
    /// The wallet.
    pub fn home(&self) -> &Home {
        self.home
    }
    /// An account, with the activity in its record, as a gateway proves it, after no older block than the wallet has
    /// seen.
    ///
    /// # Errors
    /// When the gateway doesn't answer, is behind, or proves nothing.
    pub fn account(
        &self,
        gateway: &Gateway,
        address: &AddressText,
    ) -> Result<Verified<(Account, Option<Activity>)>, GatewaysError> {
        let verified = gateway.client()?.proven_account_and_activity(address, &mut self.verifier.borrow_mut());
        let verified = verified.map_err(|error| with_evidence(self.home, gateway, error))?;
        self.see(gateway, verified.seal())?;
        Ok(verified)
    }
    /// The standings of an account as a gateway proves them, after no older block than the wallet has seen.
    ///
    /// # Errors
    /// As for [`Prover::account`].
    pub fn standing(&self, gateway: &Gateway, address: &AddressText) -> Result<Verified<Standings>, GatewaysError> {
        let verified = gateway.client()?.proven_standing(address, &mut self.verifier.borrow_mut());
        let verified = verified.map_err(|error| with_evidence(self.home, gateway, error))?;
        self.see(gateway, verified.seal())?;
        Ok(verified)
    }
    /// The offers of an account as a gateway proves them, after no older block than the wallet has seen.
    ///
    /// # Errors
    /// As for [`Prover::account`].
    pub fn offers(&self, gateway: &Gateway, address: &AddressText) -> Result<Verified<Offers>, GatewaysError> {
        let verified = gateway.client()?.proven_offers(address, &mut self.verifier.borrow_mut());
        let verified = verified.map_err(|error| with_evidence(self.home, gateway, error))?;
        self.see(gateway, verified.seal())?;
        Ok(verified)
    }
    /// The vouchers of an account as a gateway proves them, after no older block than the wallet has seen.
    ///
    /// # Errors
    /// As for [`Prover::account`].
    pub fn vouchers(&self, gateway: &Gateway, address: &AddressText) -> Result<Verified<Vouchers>, GatewaysError> {
        let verified = gateway.client()?.proven_vouchers(address, &mut self.verifier.borrow_mut());
        let verified = verified.map_err(|error| with_evidence(self.home, gateway, error))?;
        self.see(gateway, verified.seal())?;
        Ok(verified)
    }
    /// A final transaction as a gateway proves it, in whichever block.
    ///
    /// # Errors
    /// [`ClientError::Behind`] if the gateway has no proof of it; others as for [`Prover::account`].
    pub fn transaction(
        &self,
        gateway: &Gateway,
        id: &TransactionId,
    ) -> Result<Verified<TransactionProof>, GatewaysError> {
        let (genesis, verifier) = (self.home.genesis(), &mut *self.verifier.borrow_mut());
        let proven = gateway.client()?.proven_transaction(id, genesis, verifier).map_err(|error| {
            if error.is_problem("unknown_transaction") {
                let reason = format!("it doesn't prove that transaction {id} is final");
                return ClientError::Behind { url: gateway.url().to_owned(), reason }.into();
            }
            with_evidence(self.home, gateway, error)
        })?;
        match self.see(gateway, proven.seal()) {
            // A transaction stays in its block, however old that is.
            Ok(()) | Err(GatewaysError::Client(ClientError::Behind { .. })) => Ok(proven),
            Err(error) => Err(error),
        }
    }
    /// A transaction as a gateway shows it, and if that is final as it is proven: but for its places in the block and
    /// in the histories, which no proof says.
    ///
    /// # Errors
    /// As for [`Prover::transaction`].
    pub fn status(
        &self,
        gateway: &Gateway,
        said: TransactionStatus,
    ) -> Result<(TransactionStatus, Option<Seal>), GatewaysError> {
        if !matches!(said.state, TransactionState::Committed { .. }) {
            return Ok((said, None));
        }
        let proven = self.transaction(gateway, &said.id)?;
        let (status, seal) = self.status_of(said, &proven);
        Ok((status, Some(seal)))
    }
    /// The answer to a request as a gateway proves it.
    ///
    /// # Errors
    /// [`ClientError::Untrue`] if the transaction that it shows doesn't answer the request; others as for
    /// [`Prover::transaction`].
    pub fn payment(
        &self,
        gateway: &Gateway,
        reference: &Reference,
        dated: Option<Day>,
    ) -> Result<(Payment, Option<Seal>), GatewaysError> {
        let said = gateway.client()?.payment(reference, dated)?;
        let proven = self.transaction(gateway, &said.transaction.id)?;
        let TransactionProof { transaction, receipt, .. } = proven.value();
        let answers = |operation: &&Operation| self.answers(operation, reference);
        let answer = transaction.transaction.operations.iter().find(answers);
        let answer = answer.filter(|_| receipt.outcome == Outcome::Applied);
        let (brand, from, amount, held_until_ms) = match answer {
            Some(Operation::Redeem(redeem)) => (redeem.brand, redeem.from, redeem.amount, None),
            Some(Operation::Hold(hold)) => (hold.brand, hold.from, hold.amount, Some(hold_end(hold.expires_ms))),
            _ => return Err(self.no_answer(gateway, &said.transaction.id, reference)),
        };
        let from = from.to_text(self.home.network());
        let (transaction, seal) = self.status_of(said.transaction, &proven);
        Ok((Payment { brand, from, amount, held_until_ms, transaction }, Some(seal)))
    }

    /// The use of a voucher for a request of a till as a gateway proves it.
    ///
    /// # Errors
    /// As for [`Prover::payment`].
    pub fn voucher_use(
        &self,
        gateway: &Gateway,
        reference: &Reference,
        dated: Option<Day>,
    ) -> Result<(VoucherUse, Option<Seal>), GatewaysError> {
        let said = gateway.client()?.voucher_use(reference, dated)?;
        let proven = self.transaction(gateway, &said.transaction.id)?;
        let TransactionProof { transaction, receipt, .. } = proven.value();
        // The ledger computes the reference of the campaign's request, and takes no other.
        let used = transaction.transaction.operations.iter().find_map(|operation| match operation {
            Operation::UseVoucher(one) if one.request.reference == *reference => Some(one),
            _ => None,
        });
        let Some(used) = used.filter(|_| receipt.outcome == Outcome::Applied) else {
            return Err(self.no_answer(gateway, &said.transaction.id, reference));
        };
        let (brand, voucher, quantity) = (used.brand, used.voucher, used.quantity);
        let account = used.account.to_text(self.home.network());
        let (transaction, seal) = self.status_of(said.transaction, &proven);
        Ok((VoucherUse { brand, account, voucher, quantity, transaction }, Some(seal)))
    }
    fn no_answer(&self, gateway: &Gateway, id: &TransactionId, reference: &Reference) -> GatewaysError {
        let reason = format!("transaction {id} doesn't answer the request with the reference {reference}");
        ClientError::Untrue { url: gateway.url().to_owned(), reason }.into()
    }

    fn status_of(&self, said: TransactionStatus, proven: &Verified<TransactionProof>) -> (TransactionStatus, Seal) {
        let TransactionProof { header, transaction, receipt, .. } = proven.value();
        let index = if let TransactionState::Committed { index, .. } = said.state { index } else { 0 };
        let (height, time_ms, receipt) = (header.height, header.time_ms, receipt.outcome);
        let state = TransactionState::Committed { height, index, time_ms, receipt };
        let transaction = Some(transaction.clone().to_text(self.home.network()));
        (TransactionStatus { state, transaction, ..said }, proven.seal().clone())
    }
    /// "The ledger puts the request together again from the answer and computes its hash." (protocol, Points)
    fn answers(&self, operation: &Operation, reference: &Reference) -> bool {
        let asked = match operation {
            Operation::Redeem(redeem) => redeem.asked(),
            Operation::Hold(hold) => Some(hold.asked()),
            _ => None,
        };
        asked.is_some_and(|request| request.reference(&self.home.chain_id()) == *reference)
    }
}
