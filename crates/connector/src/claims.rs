//! Codes by which customers' wallets claim their accounts, and who is working on which.
//!
//! Codes are in memory alone: a site whose code is lost asks for another one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lojal_types::{AddressText, Height, PublicKey, TimeMs, TransactionId};
use lojal_wallet::clock;
use lojal_wallet::random::random_bytes;
use schemars::JsonSchema;
use serde::Serialize;

use crate::customers::{Customer, Customers};
use crate::ledger::LedgerError;
use crate::limits::CLAIMS_MAX;
use crate::problem::{Failure, Kind as Problem};

/// A customer, and whose their account is.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "Customer")]
pub(crate) struct CustomerDocument {
    customer: String,
    account: AddressText,
    /// `kept` while the connector has the key, `queued` from a wallet's answer on, and then `claimed`.
    #[schemars(extend("enum" = ["kept", "queued", "claimed"]))]
    pub(crate) state: &'static str,
    /// The wallet's key, once one has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<PublicKey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<TransactionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<Height>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_ms: Option<TimeMs>,
    /// The end of the code, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_ms: Option<TimeMs>,
    /// The text that the customer's wallet reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The same as a QR code.
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
}

/// The part of it that the wallet is told.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "Claim")]
pub(crate) struct ClaimDocument {
    account: AddressText,
    public_key: PublicKey,
    /// `queued`, or `claimed`.
    #[schemars(extend("enum" = ["queued", "claimed"]))]
    state: &'static str,
}

impl CustomerDocument {
    /// A customer as the file has it.
    pub(crate) fn of(customer: Customer) -> Self {
        let state = match &customer.claim {
            None => "kept",
            Some(claim) if claim.done.is_none() => "queued",
            Some(_) => "claimed",
        };
        let (place, public_key) = (customer.done(), customer.claim.map(|claim| claim.key));
        Self {
            customer: customer.customer,
            account: customer.account,
            state,
            public_key,
            transaction: place.map(|place| place.transaction),
            height: place.map(|place| place.height),
            time_ms: place.map(|place| place.time_ms),
            expires_ms: None,
            text: None,
            svg: None,
        }
    }
    /// The same with a code to be shown: its end, its text, and that as an image.
    pub(crate) fn with_code(self, expires_ms: TimeMs, text: String, svg: String) -> Self {
        Self { expires_ms: Some(expires_ms), text: Some(text), svg: Some(svg), ..self }
    }
    /// The part that the wallet is told.
    pub(crate) fn for_wallet(self) -> Option<ClaimDocument> {
        let (account, state) = (self.account, self.state);
        self.public_key.map(|public_key| ClaimDocument { account, public_key, state })
    }
    /// True until the account is a wallet's.
    pub(crate) fn can_change(&self) -> bool {
        self.state != "claimed"
    }
    /// True while it isn't certain that the account is the wallet's.
    pub(crate) fn is_queued(&self) -> bool {
        self.state == "queued"
    }
    /// True with a code to be shown.
    pub(crate) fn has_code(&self) -> bool {
        self.text.is_some()
    }
}

/// A code that a wallet can answer.
struct Open {
    customer: String,
    until_ms: TimeMs,
}

/// The claims of a connector.
pub(crate) struct Claims {
    pub(crate) customers: Customers,
    /// The address at which wallets reach it.
    pub(crate) url: String,
    codes: Mutex<BTreeMap<String, Open>>,
    /// The customers whose accounts are being handed over at this moment.
    busy: Mutex<BTreeSet<String>>,
    /// Whoever is told to go on with a customer later.
    later: SyncSender<String>,
}

/// The right to work on a customer, until it is dropped.
pub(crate) struct Turn<'a> {
    busy: &'a Mutex<BTreeSet<String>>,
    customer: String,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        held(self.busy).remove(&self.customer);
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing in it is half done where a panic could leave it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Claims {
    pub(crate) fn new(customers: Customers, url: String, later: SyncSender<String>) -> Self {
        Self { customers, url, codes: Mutex::default(), busy: Mutex::default(), later }
    }
    /// The right to work on a customer, unless somebody has it.
    pub(crate) fn turn(&self, customer: &str) -> Option<Turn<'_>> {
        let is_free = held(&self.busy).insert(customer.to_owned());
        is_free.then(|| Turn { busy: &self.busy, customer: customer.to_owned() })
    }
    /// Has a customer's claim gone on with later.
    pub(crate) fn tell_later(&self, customer: String) {
        // If there is no room, the wallet that asks again brings it on, or the next start.
        let _ = self.later.try_send(customer);
    }
    /// Makes a code for a customer, in the place of the one before.
    pub(crate) fn open(&self, customer: &str, (now, until_ms): (TimeMs, TimeMs)) -> Result<[u8; 16], Failure> {
        let code = *random_bytes::<16>().map_err(LedgerError::from)?;
        let mut codes = held(&self.codes);
        codes.retain(|_, open| open.until_ms > now && open.customer != customer);
        if codes.len() >= CLAIMS_MAX {
            return Err(Failure::new(Problem::QueueFull, "too many codes are open: try again in a while"));
        }
        codes.insert(hex::encode(code), Open { customer: customer.to_owned(), until_ms });
        Ok(code)
    }
    /// The customer whom a code is for.
    pub(crate) fn customer_of(&self, code: &str) -> Result<String, Failure> {
        let codes = held(&self.codes);
        let is_over = |until| clock::local_time().is_ok_and(|local| clock::is_over(until, local));
        let open = codes.get(code).filter(|open| !is_over(open.until_ms));
        open.map(|open| open.customer.clone()).ok_or_else(|| {
            let detail = "this code is over, or was never one: log in at the brand's site and ask for another one";
            Failure::new(Problem::UnknownClaim, detail)
        })
    }
}
