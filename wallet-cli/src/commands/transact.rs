//! Signing, sending, and reporting what became of it.

use std::rc::Rc;
use std::time::Duration;

use lojal_text::outside;
use lojal_types::api::{self, Problem, TransactionState, TransactionStatus};
use lojal_types::limits::{HOLD_MS_MAX, VALIDITY_WINDOW_MS_MAX};
use lojal_types::{
    Address, AddressText, BrandId, ChainTag, Code, Day, KeyPair, Operation, Operations, Outcome, Points,
    SignedTransaction, TimeMs, Transaction, TransactionId,
};
use lojal_wallet::gateways::{Gateways, GatewaysError, is_not_permitted};
use lojal_wallet::home::Home;
use lojal_wallet::passphrase::Passphrase;
use lojal_wallet::reference::ReceiptText;
use lojal_wallet::submission::{Fate, GRACE, Submission};
use lojal_wallet::time::utc;
use lojal_wallet::{amount, clock, dates, random, receipts};

use super::context::Context;
use super::decimals::decimals_of;
use super::proofs::{BELIEVED, Proofs, Sealed};
use super::repeat::Repeat;
use crate::cli::{Pool, Sending, SourceArgs, Validity};
use crate::error::CommandError;
use crate::output::Report;

/// The news that a rotation has happened whose outcome was open.
pub(super) const EARLIER_ROTATION: &str = "an earlier rotation of the key is final; the new key signs from now on";

/// A wallet that is about to sign, in touch with its own network.
pub(super) struct Session<'a> {
    pub(super) context: &'a Context,
    pub(super) home: Home,
    pub(super) gateways: Gateways,
    status: api::Status,
    /// The gateway that gave the status.
    gateway_url: String,
}

/// An amount as the ledger and as people write it.
pub(super) struct Amount {
    pub(super) points: Points,
    pub(super) text: String,
}

/// The account that points come from.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) address: Address,
    pub(super) text: AddressText,
    is_pool: bool,
}

impl Source {
    /// True if it is the pool of a household.
    pub(super) fn is_pool(&self) -> bool {
        self.is_pool
    }
    /// The pool that the points come from, to be added to a sentence; nothing for the wallet's own account.
    pub(super) fn words(&self) -> String {
        if self.is_pool { format!(" from the pool of {}", self.text) } else { String::new() }
    }
    /// An error of asking for what the account has: of a household that isn't the own one the reason.
    pub(super) fn refused(&self, error: CommandError) -> CommandError {
        match &error {
            CommandError::Gateways(reason) if self.is_pool && is_not_permitted(reason) => {
                let text = format!(
                    "this wallet is no member of the household {}: --from takes one of its own, which lojal balance \
                     shows",
                    self.text
                );
                CommandError::refused("not_permitted", text)
            }
            _ => error,
        }
    }
}

/// The time in which a transaction can happen.
#[derive(Clone, Copy)]
pub(super) struct Window {
    pub(super) valid_until_ms: TimeMs,
    /// From this machine's time on.
    valid_for_ms: u64,
}

/// Operations that somebody wishes for, all of which happen or none.
pub(super) struct Wish<'a> {
    operations: Operations,
    /// Their effect, in the past tense.
    done: &'a str,
    /// The time from which on it must not happen any more, if there is one.
    latest: Option<TimeMs>,
    repeat: Repeat,
    words: &'a InWords<'a>,
}

/// A refusal in the words of a command that knows more of it than the ledger.
pub(super) struct Words {
    pub(super) text: String,
    /// True if what was signed can't happen any more.
    pub(super) is_final: bool,
}

/// The words for a refusal by its code, where a command has some of its own.
pub(super) type InWords<'a> = dyn Fn(&str) -> Option<Words> + 'a;

impl<'a> Wish<'a> {
    /// A wish for an operation that can happen at any time.
    pub(super) fn new(operation: Operation, done: &'a str) -> Self {
        Self::of_several(Operations::from([operation]), done)
    }
    /// The same for operations of one kind.
    pub(super) fn of_several(operations: Operations, done: &'a str) -> Self {
        let repeat = operations.first().map_or(Repeat::Nothing, Repeat::of);
        Self { operations, done, latest: None, repeat, words: &|_| None }
    }
    /// The wish, to happen before `latest` or not at all.
    pub(super) fn before(self, latest: Option<TimeMs>) -> Self {
        Self { latest, ..self }
    }
    /// The wish of a command with words of its own for refusals.
    pub(super) fn in_words(self, words: &'a InWords<'a>) -> Self {
        Self { words, ..self }
    }
    /// The wish of somebody who gave no reference: the next try has another one.
    pub(super) fn with_random_reference(self) -> Self {
        Self { repeat: Repeat::Twice, ..self }
    }
}

/// Points as people write them, with their brand.
pub(super) fn points_text(points: Points, brand: &api::Brand) -> String {
    format!("{} {}", amount::format(points, brand.decimals), brand.id)
}

impl<'a> Session<'a> {
    /// Opens the wallet, and makes sure that a gateway serves its network.
    pub(super) fn open(context: &'a Context) -> Result<Self, CommandError> {
        let mut home = context.home()?;
        // Before anything is signed.
        context.tell_names();
        let gateways = context.gateways(Some(&home))?;
        let (status, gateway_url) = gateways.ask(|gateway| Ok((gateway.status()?, gateway.url().to_owned())))?;
        if finish_earlier_rotation(context, &mut home, &gateways)? && !context.options.json {
            lojal_print::note(EARLIER_ROTATION);
        }
        Ok(Self { context, home, gateways, status, gateway_url })
    }
    /// The network, as transactions and texts to be scanned carry it.
    pub(super) fn chain_tag(&self) -> ChainTag {
        self.home.chain_id().tag()
    }
    /// The time of the last final block that the gateway knows.
    pub(super) fn ledger_time(&self) -> TimeMs {
        self.status.time_ms
    }
    /// The latest end of a hold that the ledger takes by the time of its last block, which this machine's clock can be
    /// past.
    pub(super) fn latest_end_of_hold(&self) -> TimeMs {
        self.ledger_time().plus_ms(HOLD_MS_MAX)
    }
    /// This machine's time, or the ledger's if the clock is a little late. An error if one of the two must be wrong: so
    /// it also tells whether something can be signed, before anybody is asked for anything.
    pub(super) fn now(&self) -> Result<TimeMs, CommandError> {
        Ok(clock::signing_time(clock::local_time()?, self.status.time_ms, &self.gateway_url)?)
    }
    /// A brand, whose decimals can be relied on.
    pub(super) fn brand(&self, id: BrandId) -> Result<api::Brand, CommandError> {
        let brand = self.gateways.ask(|gateway| Ok(gateway.client()?.brand(&id)?))?;
        decimals_of(&brand, Some(self.home.genesis()))?;
        Ok(brand)
    }
    /// Reads an amount in the decimals of its brand.
    pub(super) fn amount(&self, text: &str, brand: BrandId) -> Result<Amount, CommandError> {
        let brand = self.brand(brand)?;
        let points = amount::parse(text, brand.decimals)?;
        Ok(Amount { points, text: points_text(points, &brand) })
    }
    /// The account as the ledger has it.
    pub(super) fn account(&self, address: AddressText) -> Result<api::Account, CommandError> {
        Ok(self.gateways.ask(|gateway| Ok(gateway.client()?.account(&address)?))?)
    }
    /// The keys and guardians of an account.
    pub(super) fn recovery(&self, address: AddressText) -> Result<api::AccountRecovery, GatewaysError> {
        self.gateways.ask(|gateway| Ok(gateway.client()?.recovery(&address)?))
    }
    /// The account that points are to come from: the wallet's own unless a pool is named.
    pub(super) fn source(&self, source: &SourceArgs) -> Result<Source, CommandError> {
        match source.household {
            None => Ok(self.source_at(self.home.address_text(), self.home.address())),
            Some(pool) => {
                let text = self.pool(pool)?;
                Ok(self.source_at(text, text.to_canonical(self.home.network())?))
            }
        }
    }
    /// The account at an address as a source of points.
    pub(super) fn source_at(&self, text: AddressText, address: Address) -> Source {
        Source { address, text, is_pool: address != self.home.address() }
    }
    /// The address of a household; the only one is looked up.
    pub(super) fn pool(&self, pool: Pool) -> Result<AddressText, CommandError> {
        match pool {
            Pool::At(address) => Ok(address.to_canonical(self.home.network()).map(|_| address)?),
            Pool::Only => match self.account(self.home.address_text())?.memberships[..] {
                [only] => Ok(only.to_canonical(self.home.network()).map(|_| only)?),
                ref all => Err(CommandError::HouseholdCount(all.len())),
            },
        }
    }
    /// Keeps the text of a receipt for later. Without it nothing fails but that its text is shown again.
    pub(super) fn remember(&self, receipt: &ReceiptText) {
        if let Err(error) = receipts::remember(&self.home, receipt) {
            lojal_print::note(format!("the text of the receipt is not kept: {error}"));
        }
    }
    /// Most days that the date of a reference lies before the block that uses it.
    pub(super) fn receipt_days(&self) -> u32 {
        u32::from(self.home.genesis().document().parameters.receipt_days)
    }
    /// The day by which something made now is dated, by this machine's clock and the ledger's time.
    pub(super) fn today(&self) -> Result<Day, CommandError> {
        Ok(clock::today(clock::local_time()?, self.status.time_ms, &self.gateway_url)?)
    }
    /// The passphrase, asked for once.
    pub(super) fn passphrase(&self) -> Result<Rc<Passphrase>, CommandError> {
        Ok(self.context.unlocker.passphrase()?)
    }
    /// The key that signs for the account. While it is at hand the wallet's tokens are made anew.
    pub(super) fn unlock(&self) -> Result<KeyPair, CommandError> {
        let key = self.home.unlock(&*self.passphrase()?)?;
        if let Err(error) = self.gateways.renew(&self.home, &key) {
            lojal_print::note(format!("the tokens for reading are not kept: {error}"));
        }
        Ok(key)
    }
    /// Signs and sends one operation; `done` says what it does, in the past tense.
    pub(super) fn transact(&self, operation: Operation, done: &str, sending: &Sending) -> Result<Report, CommandError> {
        self.fulfil(Wish::new(operation, done), sending)
    }
    /// Signs and sends what is wished for.
    pub(super) fn fulfil(&self, wish: Wish<'_>, sending: &Sending) -> Result<Report, CommandError> {
        self.rehearse(sending, wish.latest, &wish.operations, (wish.done, wish.words))?;
        let (id, fate) = self.sign_and_send(wish.latest, wish.operations, sending)?;
        report_in_words(id, fate, wish.done, wish.repeat, wish.words)
    }
    /// Signs and sends operations that must not happen from `latest` on, for a caller that reports more than the rest.
    pub(super) fn sign_and_send(
        &self,
        latest: Option<TimeMs>,
        operations: Operations,
        sending: &Sending,
    ) -> Result<(TransactionId, Fate), CommandError> {
        self.now()?;
        let key = self.unlock()?;
        let window = self.validity(&sending.validity, latest)?;
        self.submit(operations, &key, window, sending.no_wait)
    }
    /// Signs and sends operations in one transaction, and finds out what becomes of it.
    pub(super) fn submit(
        &self,
        operations: Operations,
        key: &KeyPair,
        Window { valid_until_ms, valid_for_ms }: Window,
        no_wait: bool,
    ) -> Result<(TransactionId, Fate), CommandError> {
        for operation in operations.iter() {
            if let Some(first) = dates::keep_of(self.home.dir(), operation, self.ledger_time().day())? {
                return Err(CommandError::OtherDay(first));
            }
        }
        let proofs = Proofs::of(self.context, Some(&self.home), &self.gateways)?;
        let chain = self.home.chain_id();
        let transaction = Transaction {
            chain: chain.tag(),
            sender: self.home.address(),
            valid_until_ms,
            nonce: random::random_nonce()?,
            operations,
        };
        let id = transaction.id(&chain);
        let signed: SignedTransaction = transaction.sign(&chain, key);
        let patience = Duration::from_millis(valid_for_ms).saturating_add(GRACE);
        let mut submission = Submission::new(&self.gateways, &signed, id, patience);
        if let Some(prover) = proofs.prover() {
            submission = submission.proven_by(prover);
        }
        let mut tell = |text: &str| {
            if !self.context.options.json {
                lojal_print::note(text);
            }
        };
        let fate = if no_wait { submission.hand_over(&mut tell) } else { submission.settle(&mut tell) };
        Ok((id, fate))
    }
    /// The time until which a transaction made now can happen, at most `latest`, if there is one. A clock that is a
    /// little late doesn't shorten it, and one that is ahead doesn't stretch it beyond what the ledger takes.
    pub(super) fn validity(&self, validity: &Validity, latest: Option<TimeMs>) -> Result<Window, CommandError> {
        let now = self.now()?;
        let window_end = self.status.time_ms.plus_ms(VALIDITY_WINDOW_MS_MAX);
        let latest = latest.unwrap_or(window_end).min(window_end);
        let valid_until_ms = now.plus_ms(validity.valid_for.saturating_mul(1000)).min(latest);
        Ok(Window { valid_until_ms, valid_for_ms: valid_until_ms.since_ms(clock::local_time()?) })
    }
}

/// Puts the new key of an earlier rotation in its place, if the ledger says that the rotation happened.
fn finish_earlier_rotation(context: &Context, home: &mut Home, gateways: &Gateways) -> Result<bool, CommandError> {
    let Some(next_key) = home.next_public_key() else { return Ok(false) };
    let address = home.address_text();
    let account = || gateways.ask(|gateway| Ok(gateway.client()?.account(&address)?));
    let found = match account() {
        // The old key may read nothing any more, once there is another.
        Err(error) if is_not_permitted(&error) => {
            let next = home.begin_rotation(&*context.unlocker.passphrase()?)?;
            gateways.renew(home, &next)?;
            match account() {
                Err(error) if is_not_permitted(&error) => return Ok(false),
                found => found?,
            }
        }
        found => found?,
    };
    if found.rotated_key != Some(next_key) {
        return Ok(false);
    }
    let _lock = home.lock_key()?;
    // Another process may have finished it before the lock was taken.
    let is_unfinished = home.next_public_key() == Some(next_key);
    if is_unfinished {
        home.finish_rotation()?;
    }
    Ok(is_unfinished)
}

/// Says what became of a transaction.
pub(super) fn report(id: TransactionId, fate: Fate, done: &str, repeat: Repeat) -> Result<Report, CommandError> {
    report_in_words(id, fate, done, repeat, &|_| None)
}

/// Says what became of a transaction, and of a refusal what the command has to say.
pub(super) fn report_in_words(
    id: TransactionId,
    fate: Fate,
    done: &str,
    repeat: Repeat,
    words: &InWords<'_>,
) -> Result<Report, CommandError> {
    let said = |code: &str, text: String| words(code).unwrap_or(Words { text, is_final: false });
    let explained = |problem: Problem| said(&problem.code, outside(problem.detail)).text;
    let status = |state| TransactionStatus { id, state, transaction: None, activity: None };
    let not_done =
        |code: &str, message: String, height| Err(CommandError::NotDone { code: code.to_owned(), message, id, height });
    match fate {
        Fate::Final { height, index, time_ms, receipt, seal } => match receipt {
            Outcome::Applied => {
                let status = status(TransactionState::Committed { height, index, time_ms, receipt });
                let text = format!("{done} · final in block {height} · transaction {id}");
                let report = Report::done(&status, text).with(&Sealed::of(seal.as_ref()));
                Ok(if seal.is_some() { report } else { report.with_line(BELIEVED) })
            }
            Outcome::Failed { code, .. } => {
                let message = said(code.name(), code.explanation().to_owned()).text;
                not_done(code.name(), message, Some(height))
            }
        },
        Fate::Refused { problem, possible_until_ms } => {
            let said = said(&problem.code, outside(problem.detail));
            let possible_until_ms = possible_until_ms.filter(|_| !said.is_final);
            let warning = possible_until_ms.map(|until_ms| {
                let (until, warning) = (utc(until_ms), repeat.warning());
                format!(
                    "; refused by this gateway, it has not happened, but what was signed is valid until {until} UTC: \
                     {warning}"
                )
            });
            not_done(&problem.code, said.text + &warning.unwrap_or_default(), None)
        }
        Fate::Untrue(error) => Err(CommandError::Lied(id, Box::new(error))),
        Fate::NotSent(error) => Err(CommandError::NotSent(error)),
        Fate::Expired { refusal } => {
            let reason =
                refusal.map(|problem| format!("; a gateway had said: {}", explained(problem))).unwrap_or_default();
            let message = format!("its time is over, it is not on the ledger and can't happen any more{reason}");
            not_done(Code::TransactionExpired.name(), message, None)
        }
        Fate::Open { refusal } => {
            let reason = refusal.map(|problem| format!("a gateway said: {}\n", explained(problem))).unwrap_or_default();
            let text = format!("{reason}not final yet · transaction {id}\nask for it with: lojal tx {id}");
            let report = Report::done(&status(TransactionState::Pending), text).with(&Sealed::of(None));
            Ok(Report { is_open: true, ..report })
        }
    }
}
