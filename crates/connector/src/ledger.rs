//! The gateways of the wallet, one after the other, and what they prove.

mod answers;
mod gateway;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use lojal_client::{Client, ClientError, Seal, TransactionProof, Verified, Verifier};
use lojal_types::api::{Problem, Status, TransactionStatus};
use lojal_types::{
    Address, AddressText, BrandId, Code, Day, Height, KeyPair, Operation, Operations, Outcome, Reference,
    SignedTransaction, TimeMs, Transaction, TransactionId,
};
use lojal_wallet::clock::{self, ClockError};
use lojal_wallet::home::{Home, HomeError};
use lojal_wallet::random::{RandomError, random_nonce};
use lojal_wallet::trust::{self, Seen};
use thiserror::Error;

pub(crate) use self::answers::Claimed;
use self::gateway::{Gateway, held};
use crate::entry::{Done, Entry};
use crate::limits::{LEDGER_BEHIND_MS_MAX, SEEN_EVERY, TOKEN_MS, TOKEN_RENEWED_MS};
use crate::wish::Kind;

/// A reason that the ledger gives no answer, or not the one that was hoped for.
#[derive(Debug, Error)]
pub(crate) enum LedgerError {
    /// No gateway answers, with what each of them said.
    #[error("no gateway answers: {0}")]
    NoGateway(String),
    /// A gateway understood, and says no.
    #[error("{} ({})", .0.detail, .0.code)]
    No(Box<Problem>),
    #[error(transparent)]
    Clock(#[from] ClockError),
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// A reason for which the ledger would refuse everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The network has no such brand.
    UnknownBrand,
    /// The account is none of its operators.
    NoOperator(AddressText),
}

/// The use of a wish's reference on the ledger.
#[derive(Debug)]
pub(crate) enum Used {
    /// None, as a gateway says.
    No,
    /// The wish's own, under a day; that is proven.
    Same(Done, Day),
    /// Another one.
    Otherwise,
}

/// The ledger, as a brand's operator reaches it.
pub(crate) struct Ledger {
    gateways: Vec<Gateway>,
    /// The gateway that is asked first: the last one that has answered.
    first: AtomicUsize,
    home: Home,
    key: KeyPair,
    brand: BrandId,
    verifier: Mutex<Verifier>,
    /// The last block that was kept as seen.
    seen: Mutex<Height>,
    /// The time until which the tokens for reading are good.
    reads_until: Mutex<TimeMs>,
}

/// Tells whether another gateway would say the same.
fn is_answer(problem: &Problem) -> bool {
    matches!(problem.status, 400..=499) && !matches!(problem.status, 401 | 408 | 429)
}

impl Ledger {
    /// The ledger of a wallet's network, with the wallet's gateways and its key.
    ///
    /// # Errors
    /// When an address of a gateway is none, or what the wallet has seen can't be read.
    pub(crate) fn new(home: Home, key: KeyPair, brand: BrandId) -> Result<Self, HomeError> {
        let gateways = home.gateways().iter().map(|url| Gateway::new(url)).collect::<Result<Vec<_>, ClientError>>()?;
        let verifier = Mutex::new(trust::verifier(&home)?);
        let (seen, reads_until) = (Mutex::new(Height::GENESIS), Mutex::new(TimeMs::default()));
        Ok(Self { gateways, first: AtomicUsize::new(0), home, key, brand, verifier, seen, reads_until })
    }
    /// The wallet.
    pub(crate) fn home(&self) -> &Home {
        &self.home
    }
    /// The brand that it acts for.
    pub(crate) fn brand(&self) -> BrandId {
        self.brand
    }
    /// The gateways that are asked over a network without encryption.
    pub(crate) fn exposed(&self) -> impl Iterator<Item = &str> {
        self.gateways.iter().map(|gateway| &gateway.client).filter(|client| client.is_exposed()).map(Client::url)
    }

    /// A reason for which the ledger would refuse everything, if a gateway answers and there is one.
    pub(crate) fn doubt(&self) -> Option<Doubt> {
        let (brand, account) = (self.brand, self.home.address_text());
        // Everybody may ask for a brand, and for its operators its own people alone.
        let brands = self.ask(Client::brands);
        if brands.is_ok_and(|found| found.brands.iter().all(|one| one.id != brand)) {
            return Some(Doubt::UnknownBrand);
        }
        match self.ask(|client| client.operators(&brand)) {
            Ok(found) if found.operators.iter().any(|one| one.address == account) => None,
            Ok(_) => Some(Doubt::NoOperator(account)),
            Err(_) => None,
        }
    }

    /// Asks one gateway after the other until one answers. One that says what can't be true has not answered.
    ///
    /// # Errors
    /// [`LedgerError::No`] from the gateway that answered, or [`LedgerError::NoGateway`].
    pub(crate) fn ask<T>(&self, question: impl Fn(&Client) -> Result<T, ClientError>) -> Result<T, LedgerError> {
        let mut reasons = Vec::new();
        let first = self.first.load(Ordering::Relaxed);
        for turn in 0..self.gateways.len() {
            let at = first.wrapping_add(turn) % self.gateways.len();
            let (gateway, began) = (&self.gateways[at], Instant::now());
            if gateway.is_silent() {
                reasons.push(format!("{} didn't answer a moment ago", gateway.client.url()));
                continue;
            }
            match self.ask_one(gateway, &question) {
                Ok(answer) => {
                    self.first.store(at, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(ClientError::Problem(problem)) if is_answer(&problem) => {
                    self.first.store(at, Ordering::Relaxed);
                    return Err(LedgerError::No(problem));
                }
                Err(error) => {
                    gateway.left_waiting(began);
                    reasons.push(error.to_string());
                }
            }
        }
        Err(LedgerError::NoGateway(reasons.join("; ")))
    }
    fn ask_one<T>(
        &self,
        gateway: &Gateway,
        question: &impl Fn(&Client) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        if !gateway.is_checked.load(Ordering::Relaxed) {
            let (found, expected) = (gateway.client.status()?.chain_id, self.home.chain_id());
            if found != expected {
                let reason = format!("it serves network {found}, and the wallet belongs to network {expected}");
                return Err(ClientError::Untrue { url: gateway.client.url().to_owned(), reason });
            }
            gateway.is_checked.store(true, Ordering::Relaxed);
        }
        self.renew_tokens();
        question(&gateway.client)
    }
    /// Makes tokens for reading where those that there are don't last.
    fn renew_tokens(&self) {
        let Ok(now) = clock::local_time() else { return };
        let mut until = held(&self.reads_until);
        if *until > now.plus_ms(TOKEN_RENEWED_MS) {
            return;
        }
        *until = now.plus_ms(TOKEN_MS);
        for Gateway { client, .. } in &self.gateways {
            client.read_as(&self.home.chain_id(), self.home.address(), &self.key, *until);
        }
    }

    /// The same of gateways that have the last blocks: that another one doesn't know of something says nothing.
    ///
    /// # Errors
    /// As of [`Ledger::ask`].
    pub(crate) fn ask_current<T>(
        &self,
        question: impl Fn(&Client) -> Result<T, ClientError>,
    ) -> Result<T, LedgerError> {
        self.ask(|client| {
            self.expect_current(client)?;
            question(client)
        })
    }
    /// The answer of such a gateway about a reference; none if nothing has happened under it.
    ///
    /// # Errors
    /// As of [`Ledger::ask`].
    pub(crate) fn ask_reference<T>(
        &self,
        question: impl Fn(&Client) -> Result<T, ClientError>,
    ) -> Result<Option<T>, LedgerError> {
        match self.ask_current(question) {
            Ok(known) => Ok(Some(known)),
            Err(LedgerError::No(problem)) if problem.code == Code::UnknownReference.name() => Ok(None),
            Err(error) => Err(error),
        }
    }
    fn expect_current(&self, client: &Client) -> Result<(), ClientError> {
        let ledger = client.status()?.time_ms;
        match clock::local_time() {
            Ok(local) if local.since_ms(ledger) > LEDGER_BEHIND_MS_MAX => {
                let reason = format!("its last block is {} s old", local.since_ms(ledger) / 1_000);
                Err(ClientError::Behind { url: client.url().to_owned(), reason })
            }
            _ => Ok(()),
        }
    }
    /// The status of a gateway that answers, and the time from which what is signed now is counted.
    ///
    /// # Errors
    /// Without a gateway, and when its time and this machine's clock differ too much.
    pub(crate) fn now(&self) -> Result<(Status, TimeMs), LedgerError> {
        let (status, url) = self.ask(|client| Ok((client.status()?, client.url().to_owned())))?;
        let local = clock::local_time()?;
        let now = clock::patient_signing_time(local, status.time_ms, &url, LEDGER_BEHIND_MS_MAX)?;
        Ok((status, now))
    }
    /// Signs operations that happen together.
    ///
    /// # Errors
    /// Without random bytes.
    pub(crate) fn sign(&self, operations: Vec<Operation>, until_ms: TimeMs) -> Result<SignedTransaction, LedgerError> {
        self.sign_by((self.home.address(), &self.key), operations, until_ms)
    }
    /// The same of another account, with its key.
    pub(crate) fn sign_by(
        &self,
        (sender, key): (Address, &KeyPair),
        operations: Vec<Operation>,
        valid_until_ms: TimeMs,
    ) -> Result<SignedTransaction, LedgerError> {
        let chain = self.home.chain_id();
        let transaction = Transaction {
            chain: chain.tag(),
            sender,
            valid_until_ms,
            nonce: random_nonce()?,
            operations: Operations::new(operations).expect("one or two operations are allowed"),
        };
        Ok(transaction.sign(&chain, key))
    }

    /// A transaction that a gateway proves to be final.
    ///
    /// # Errors
    /// [`ClientError::Behind`] while it has no proof; [`ClientError::Untrue`] for one that doesn't hold.
    pub(crate) fn proven(
        &self,
        client: &Client,
        id: &TransactionId,
    ) -> Result<Verified<TransactionProof>, ClientError> {
        let mut verifier = held(&self.verifier).clone();
        let proven = client.proven_transaction(id, self.home.genesis(), &mut verifier).map_err(|error| {
            if error.is_problem("unknown_transaction") {
                let reason = format!("it doesn't prove that transaction {id} is final");
                return ClientError::Behind { url: client.url().to_owned(), reason };
            }
            error
        })?;
        self.learn(verifier, client, proven.seal())?;
        Ok(proven)
    }
    /// Remembers who decides, and now and then the last block that was proven, behind which nobody can lead it.
    fn learn(&self, verifier: Verifier, client: &Client, seal: &Seal) -> Result<(), ClientError> {
        let mut known = held(&self.verifier);
        if verifier.pin().height > known.pin().height {
            *known = verifier;
        }
        drop(known);
        let mut seen = held(&self.seen);
        if seal.height.get() < seen.get().saturating_add(SEEN_EVERY) {
            return Ok(());
        }
        match trust::see(self.home.dir(), client.url(), seal) {
            Ok(Seen::Latest) => *seen = seal.height,
            // A transaction stays in its block, however old that is.
            Ok(Seen::Refused(ClientError::Behind { .. })) => {}
            Ok(Seen::Refused(error)) => return Err(error),
            Err(error) => lojal_print::note(format!("block {} is proven, and can't be kept: {error}", seal.height)),
        }
        Ok(())
    }

    /// The transaction that has used a reference, proven; nothing if none has, as the gateway says.
    ///
    /// # Errors
    /// As of [`Ledger::proven`], and when the gateway doesn't show who has used it.
    pub(crate) fn user(
        &self,
        client: &Client,
        kind: Kind,
        reference: &Reference,
    ) -> Result<Option<Verified<TransactionProof>>, ClientError> {
        let used = match client.reference(&self.brand, (kind.on_ledger(), reference), None) {
            Err(error) if error.is_problem(Code::UnknownReference.name()) => return Ok(None),
            used => used?,
        };
        let transaction = match kind {
            // A hold that nobody has ended.
            Kind::Release if used.ended_by.is_none() => return Ok(None),
            Kind::Release => used.ended_by,
            _ => used.transaction,
        };
        self.shown(client, transaction, reference).map(Some)
    }
    /// The transaction that a gateway shows as the one that has used a reference, proven.
    fn shown(
        &self,
        client: &Client,
        transaction: Option<TransactionStatus>,
        reference: &Reference,
    ) -> Result<Verified<TransactionProof>, ClientError> {
        let transaction = transaction.ok_or_else(|| {
            let reason = format!("it doesn't show which transaction has used the reference {reference}");
            ClientError::Behind { url: client.url().to_owned(), reason }
        })?;
        self.proven(client, &transaction.id)
    }
    /// The use of a wish's reference, whoever has used it: this connector, another one, or a till that signs.
    ///
    /// # Errors
    /// As of [`Ledger::user`].
    pub(crate) fn used(&self, client: &Client, entry: &Entry) -> Result<Used, ClientError> {
        let proven = match self.user(client, entry.wish.kind(), &entry.reference) {
            // Whoever doesn't act for the brand is told so when it is sent.
            Err(error) if error.is_problem("not_permitted") => return Ok(Used::No),
            proven => proven?,
        };
        let Some(proven) = proven else {
            let beside = entry.wish.beside().map(|kind| self.user(client, kind, &entry.reference)).transpose()?;
            return Ok(if beside.flatten().is_some() { Used::Otherwise } else { Used::No });
        };
        if proven.value().receipt.outcome != Outcome::Applied {
            let reason = format!("what used the reference {} had no effect", entry.reference);
            return Err(ClientError::Untrue { url: client.url().to_owned(), reason });
        }
        let operations = &proven.value().transaction.transaction.operations;
        match entry.wish.fulfilled_by(self.brand, &entry.reference, operations) {
            Some(day) => Ok(Used::Same(self.done(client, entry, &proven, day), day)),
            None => Ok(Used::Otherwise),
        }
    }
    /// The place of a transaction that has fulfilled a wish under a day.
    pub(crate) fn done(&self, client: &Client, entry: &Entry, proven: &Verified<TransactionProof>, day: Day) -> Done {
        let TransactionProof { header, receipt, .. } = proven.value();
        let is_return = entry.wish.kind() == Kind::Return;
        // Nothing depends on it, so a gateway is believed, and none need answer.
        let reversal = || client.reversal(&self.brand, &entry.reference, Some(day), None).ok();
        let taken = if is_return { reversal().map(|reversal| reversal.amount) } else { None };
        Done { transaction: receipt.transaction, height: header.height, time_ms: header.time_ms, taken }
    }
    /// The text of an address on this network.
    pub(crate) fn text(&self, address: Address) -> AddressText {
        address.to_text(self.home.network())
    }
}
