//! Accounts on their way to customers' wallets: the brand's site asks for a code for a customer who has logged in
//! there, the customer's wallet answers it with its key, and the account that was kept for them gets that key.
//!
//! What a wallet has answered is in the customer's file before anything is signed for it, and what is signed before it
//! is sent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use lojal_client::{Client, ClientError};
use lojal_types::api::TransactionState;
use lojal_types::{
    Address, Code, KeyPair, Operation, Outcome, PublicKey, RotateKey, SignedTransaction, TimeMs, TransactionId,
};
use lojal_wallet::uri::ClaimOffer;
use lojal_wallet::{clock, qr};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::claims::CustomerDocument;
use crate::customers::{Claim, Customer, CustomersError, Place, number};
use crate::desk::{Desk, invalid, is_over};
use crate::ledger::LedgerError;
use crate::limits::{CLAIM_FOR_S, CLAIM_FOR_S_MAX, CLAIM_PAUSE, TRIED_MAX, VALID_FOR_MS};
use crate::problem::{Failure, Kind as Problem};

/// The key that a wallet wants an account to have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) public_key: PublicKey,
}

/// A customer who has logged in at the brand's site.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offer {
    pub(crate) customer: String,
    #[serde(default)]
    pub(crate) valid_for_s: Option<u64>,
}

impl Desk {
    /// The customer with a number.
    pub(crate) fn customer(&self, text: &str) -> Result<Customer, Failure> {
        let number = number(text).map_err(|error| invalid(&error.to_string()))?;
        self.claims.customers.find(&number)?.ok_or_else(|| {
            let detail = "nothing is kept for this customer: `lojal-connect members import` brings customers";
            Failure::new(Problem::UnknownCustomer, detail)
        })
    }
    /// Makes a code for a customer who has logged in; none for one whose account is a wallet's, or is about to be.
    pub(crate) fn offer(&self, offer: &Offer) -> Result<CustomerDocument, Failure> {
        let customer = self.customer(&offer.customer)?;
        let seconds = offer.valid_for_s.unwrap_or(CLAIM_FOR_S);
        if !(1..=CLAIM_FOR_S_MAX).contains(&seconds) {
            return Err(invalid(&format!("valid_for_s is 1 to {CLAIM_FOR_S_MAX}")));
        }
        // A wallet that has answered may have been lost before anything was certain; its key stays all the same.
        if customer.done().is_some() || customer.claim.as_ref().is_some_and(Claim::is_sent) {
            return Ok(CustomerDocument::of(customer));
        }
        let now = clock::local_time().map_err(LedgerError::from)?;
        let until_ms = now.plus_ms(seconds.saturating_mul(1000));
        let code = self.claims.open(&customer.customer, (now, until_ms))?;
        let home = self.ledger.home();
        let account = self.member(customer.account)?;
        let (chain, brand, url) = (home.chain_id().tag(), self.ledger.brand(), self.claims.url.clone());
        let text = ClaimOffer { chain, brand, account, code, until_ms, url }.to_uri();
        let svg = qr::svg(&text).map_err(|_| Failure::internal())?;
        Ok(CustomerDocument::of(customer).with_code(until_ms, text, svg))
    }
    /// Takes a wallet's answer to a code, which counts from now on: the account gets this key and no other.
    pub(crate) fn answer_claim(&self, code: &str, key: PublicKey) -> Result<String, Failure> {
        if !key.is_valid() {
            return Err(invalid("public_key is no key that can sign"));
        }
        let number = self.claims.customer_of(code)?;
        let turn = self.claims.turn(&number);
        let customer = self.customer(&number)?;
        match &customer.claim {
            Some(claim) if claim.key == key => return Ok(number),
            Some(claim) if claim.is_sent() => {
                let detail = "another wallet has answered for this account before: ask the brand";
                return Err(Failure::new(Problem::ClaimedByOther, detail));
            }
            _ => {}
        }
        let busy = || Failure::new(Problem::Busy, "this account is being handed over: try again in a moment");
        let _turn = turn.ok_or_else(busy)?;
        self.claims.customers.put(&customer.with_claim(Some(Claim::of(key))))?;
        Ok(number)
    }
    /// Goes on with the account of a customer, so far that its key is the wallet's or nothing can be done now.
    pub(crate) fn hand_over(&self, number: &str) -> Result<CustomerDocument, Failure> {
        let turn = self.claims.turn(number);
        let customer = self.customer(number)?;
        if turn.is_none() {
            return Ok(CustomerDocument::of(customer));
        }
        let (Some(claim), Some(key)) = (customer.claim.clone().filter(|claim| claim.done.is_none()), customer.key())
        else {
            return Ok(CustomerDocument::of(customer));
        };
        let account = self.member(customer.account)?;
        let (status, now) = self.ledger.now()?;
        let can_happen = |signed: &SignedTransaction| {
            let until = signed.transaction.valid_until_ms;
            status.time_ms < until || !is_over(until)
        };
        let claim = match claim.signed() {
            Some(signed) if can_happen(&signed) => claim,
            before => {
                let tried = before.map(|signed| signed.transaction.id(&self.ledger.home().chain_id()));
                if let Some(place) = tried.and_then(|id| self.place_of(&id).ok().flatten()) {
                    return self.handed_over(customer, claim.key, place);
                }
                self.sign_again(&customer, claim, tried, (account, &key), now)?
            }
        };
        let signed = claim.signed().ok_or_else(Failure::internal)?;
        match self.ledger.ask(|client| self.send_rotation(client, &signed))? {
            Sent::Done(place) => self.handed_over(customer, claim.key, place),
            Sent::Waits => Ok(CustomerDocument::of(customer.with_claim(Some(claim)))),
            Sent::WrongKey => self.look_back(customer, &claim),
        }
    }
    /// Signs the change of the key, and keeps that.
    fn sign_again(
        &self,
        customer: &Customer,
        mut claim: Claim,
        tried: Option<TransactionId>,
        (account, key): (Address, &KeyPair),
        now: TimeMs,
    ) -> Result<Claim, Failure> {
        claim.tried.extend(tried);
        let surplus = claim.tried.len().saturating_sub(TRIED_MAX);
        claim.tried.drain(..surplus);
        let operation = Operation::RotateKey(RotateKey { new_key: claim.key });
        let signed = self.ledger.sign_by((account, key), vec![operation], now.plus_ms(VALID_FOR_MS))?;
        let claim = claim.with_signed(&signed);
        self.claims.customers.put(&customer.clone().with_claim(Some(claim.clone())))?;
        Ok(claim)
    }
    fn handed_over(&self, customer: Customer, key: PublicKey, place: Place) -> Result<CustomerDocument, Failure> {
        let customer = customer.handed_over(key, place);
        self.claims.customers.forget_secret(&customer)?;
        Ok(CustomerDocument::of(customer))
    }
    /// The account has another key than the connector's: by what was sent before, or it was claimed from a copy.
    fn look_back(&self, customer: Customer, claim: &Claim) -> Result<CustomerDocument, Failure> {
        for id in &claim.tried {
            if let Some(place) = self.place_of(id)? {
                return self.handed_over(customer, claim.key, place);
            }
        }
        if !claim.tried.is_empty() {
            return Ok(CustomerDocument::of(customer));
        }
        self.claims.customers.put(&customer.with_claim(None))?;
        let detail = "the account has another key than this connector has for it: it was claimed before, and this \
                      connector's files are older than that";
        Err(Failure::new(Problem::ClaimedByOther, detail))
    }
    /// The place of a change of the key, proven; nothing if no gateway shows that it happened.
    fn place_of(&self, id: &TransactionId) -> Result<Option<Place>, LedgerError> {
        let found = self.ledger.ask_current(|client| match client.transaction(id) {
            Err(error) if error.is_problem("unknown_transaction") => Ok(None),
            found => found.map(|found| Some(found.state)),
        })?;
        match found {
            Some(TransactionState::Committed { .. }) => self.ledger.ask(|client| self.applied(client, id)),
            _ => Ok(None),
        }
    }
    fn applied(&self, client: &Client, id: &TransactionId) -> Result<Option<Place>, ClientError> {
        let proven = self.ledger.proven(client, id)?;
        let (header, receipt) = (&proven.value().header, &proven.value().receipt);
        let place = Place { transaction: *id, height: header.height, time_ms: header.time_ms };
        Ok((receipt.outcome == Outcome::Applied).then_some(place))
    }
    fn send_rotation(&self, client: &Client, signed: &SignedTransaction) -> Result<Sent, ClientError> {
        let answers = client.submit_batch(std::slice::from_ref(signed), true)?.transactions;
        let id = signed.transaction.id(&self.ledger.home().chain_id());
        let answer = answers.into_iter().next().filter(|answer| answer.id == id).ok_or_else(|| {
            let reason = "it answers about other transactions than it was sent".to_owned();
            ClientError::Untrue { url: client.url().to_owned(), reason }
        })?;
        match answer.state {
            TransactionState::Committed { .. } => Ok(self.applied(client, &id)?.map_or(Sent::WrongKey, Sent::Done)),
            TransactionState::Refused { problem } if problem.code == Code::WrongKey.name() => Ok(Sent::WrongKey),
            // The points may not be there yet, and whoever has much to do may have time later.
            TransactionState::Pending | TransactionState::Refused { .. } => Ok(Sent::Waits),
        }
    }
}

/// The fate of a change of a key that was sent.
enum Sent {
    Done(Place),
    Waits,
    WrongKey,
}

impl From<CustomersError> for Failure {
    fn from(error: CustomersError) -> Self {
        lojal_print::note(error);
        Self::internal()
    }
}

/// Goes on with what wallets have answered until each has its account: what was under way at the last end, and what is
/// told; until nobody tells any more.
pub(crate) fn run(desk: &Arc<Desk>, told: &Receiver<String>) {
    let mut pending: BTreeSet<String> = match desk.claims.customers.all(Customer::is_under_way) {
        Ok(found) => found.into_iter().map(|customer| customer.customer).collect(),
        Err(error) => {
            lojal_print::note(format!("claims that were under way wait until their wallets ask again: {error}"));
            BTreeSet::new()
        }
    };
    loop {
        let wait = if pending.is_empty() { Duration::MAX } else { CLAIM_PAUSE };
        match told.recv_timeout(wait) {
            Ok(number) => drop(pending.insert(number)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        pending.retain(|number| match desk.hand_over(number) {
            Ok(document) => document.is_queued(),
            Err(failure) => failure.problem().retryable,
        });
    }
}
