//! The desk: what tills can ask for, without HTTP. Everything here may wait for a disk or a gateway.

use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard};

use lojal_text::typed;
use lojal_types::api::{Account, Balance, Hold};
use lojal_types::limits::POINTS_MAX;
use lojal_types::{Address, AddressText, Day, Height, Month, Outcome, Points, Reference, TimeMs};
use lojal_wallet::clock;
use lojal_wallet::reference::ReceiptText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::book::{Book, BookError};
use crate::claims::Claims;
use crate::documents::EntryDocument;
use crate::entry::{Entry, Id, State};
use crate::journal::JournalError;
use crate::keys::ApiKey;
use crate::ledger::{Ledger, LedgerError};
use crate::limits::NAME_BYTES_MAX;
use crate::problem::{Failure, Kind as Problem, OPERATOR_REMEDY, is_of_operator};
use crate::wish::{Kind, Wish};
use crate::with_stamp::{WithStamp, WithStampReturn};

/// The beat of the sender.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beat {
    /// Counts the rounds.
    pub(crate) round: u64,
    /// True if nothing could be sent in the last one.
    pub(crate) is_stuck: bool,
}

/// The things that all requests share.
pub(crate) struct Desk {
    pub(crate) ledger: Ledger,
    pub(crate) claims: Claims,
    book: Mutex<Book>,
    wake: SyncSender<()>,
    beat: watch::Sender<Beat>,
    /// The fault after which nothing is taken in any more.
    fault: watch::Sender<Option<String>>,
}

/// A purchase to be rewarded.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Earn {
    pub(crate) member: AddressText,
    pub(crate) amount: Points,
    pub(crate) reference: String,
    #[serde(default)]
    pub(crate) dated: Option<Day>,
    /// The last month of the points, if they expire earlier than the brand's policy says.
    #[serde(default)]
    pub(crate) expiry: Option<Month>,
    /// The thing that is counted for the purchase, under its reference: both happen, or neither.
    #[serde(default)]
    pub(crate) stamp: Option<WithStamp>,
}

/// A purchase that is returned.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Return {
    /// The reference of the purchase.
    pub(crate) of: String,
    pub(crate) amount: Points,
    #[serde(default)]
    pub(crate) at_least: Option<Points>,
    pub(crate) reference: String,
    #[serde(default)]
    pub(crate) dated: Option<Day>,
    /// The stamp under the purchase's reference, if it goes back, too: both happen, or neither.
    #[serde(default)]
    pub(crate) stamp: Option<WithStampReturn>,
}

/// A member's points of the brand, as a gateway says.
#[derive(Debug, JsonSchema, Serialize)]
#[schemars(rename = "Balance")]
pub(crate) struct BalanceDocument {
    member: AddressText,
    total: Points,
    lots: Vec<lojal_types::Lot>,
    holds: Vec<Hold>,
    height: Height,
    /// A brand's operator is shown no proof.
    proven: bool,
}

impl Desk {
    pub(crate) fn new(ledger: Ledger, book: Book, wake: SyncSender<()>, claims: Claims) -> Self {
        let (beat, fault) = (watch::Sender::new(Beat::default()), watch::Sender::new(None));
        Self { ledger, claims, book: Mutex::new(book), wake, beat, fault }
    }
    /// The book. Nobody waits for a gateway while holding it.
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("nobody panics while holding the book")
    }
    /// The beat of the sender, to wait for.
    pub(crate) fn beats(&self) -> watch::Receiver<Beat> {
        self.beat.subscribe()
    }
    /// Notes that the sender has made a round.
    pub(crate) fn beat(&self, is_stuck: bool) {
        self.beat.send_modify(|beat| *beat = Beat { round: beat.round.wrapping_add(1), is_stuck });
    }
    /// The fault after which nothing is taken in any more, to wait for.
    pub(crate) fn faults(&self) -> watch::Receiver<Option<String>> {
        self.fault.subscribe()
    }
    /// True after such a fault.
    pub(crate) fn has_failed(&self) -> bool {
        self.fault.borrow().is_some()
    }
    fn fail(&self, error: &JournalError) {
        self.fault.send_modify(|fault| {
            fault.get_or_insert(error.to_string());
        });
    }
    /// Writes into the book; nothing if it can't be written, after which this process ends.
    pub(crate) fn keep<T>(&self, write: impl FnOnce(&mut Book) -> Result<T, JournalError>) -> Option<T> {
        write(&mut self.book()).inspect_err(|error| self.fail(error)).ok()
    }
    /// The refusal of the book.
    pub(crate) fn refused(&self, error: BookError) -> Failure {
        match error {
            BookError::Journal(error) => {
                self.fail(&error);
                Failure::internal()
            }
            BookError::Different => different(),
            BookError::Full => Failure::new(Problem::QueueFull, "too much waits for a gateway: try again in a while"),
            BookError::DailyMax { max, ends_ms } => {
                let detail = format!("this API key may move {max} points in a day, which would be exceeded");
                Failure::new(Problem::DailyMaxReached, detail).until(ends_ms)
            }
        }
    }

    /// Takes a wish in, and has it sent.
    pub(crate) fn accept(
        &self,
        key: &ApiKey,
        (name, reference): (String, Reference),
        wish: Wish,
        dated: Day,
    ) -> Result<Accepted, Failure> {
        let daily_max = key.daily_max.get(&wish.kind().role()).copied();
        let (accepted_ms, key) = (clock::local_time().map_err(LedgerError::from)?, key.id);
        let entry =
            Entry { number: 0, name, reference, wish, dated, key, accepted_ms, signed: None, state: State::Waiting };
        let id = entry.id();
        // Before it is taken in, so that no beat after that is missed.
        let round = self.beat.borrow().round;
        let is_new = self.take_in(entry, daily_max).map_err(|error| self.refused(error))?;
        Ok(Accepted { id, is_new, round })
    }
    /// Writes a wish into the book, and wakes the sender if it is a new one.
    pub(crate) fn take_in(&self, entry: Entry, daily_max: Option<Points>) -> Result<bool, BookError> {
        let is_new = self.book().accept(entry, daily_max)?;
        if is_new {
            // If there is a call already, the sender will see this, too.
            let _ = self.wake.try_send(());
        }
        Ok(is_new)
    }
    /// The wish with an id, which is there.
    pub(crate) fn entry(&self, id: &Id) -> Result<Entry, Failure> {
        self.book().entry(id).cloned().ok_or_else(Failure::internal)
    }

    /// Rewards a purchase: now, or when a gateway answers.
    pub(crate) fn earn(&self, key: &ApiKey, earn: &Earn) -> Result<Accepted, Failure> {
        let named = named(&earn.reference)?;
        let (to, amount) = (self.member(earn.member)?, points("amount", earn.amount)?);
        let expiry = earn.expiry;
        let wish = match &earn.stamp {
            None => Wish::Earn { to, amount, expiry },
            Some(stamp) => Wish::EarnAndStamp { to, amount, expiry, count: stamp.count()? },
        };
        let dated = self.day(Kind::Earn, &named.1, earn.dated)?;
        self.accept(key, named, wish, dated)
    }
    /// Takes back what was given for a purchase, which takes a gateway.
    pub(crate) fn give_back(&self, key: &ApiKey, back: &Return) -> Result<Accepted, Failure> {
        let (named, (_, of)) = (named(&back.reference)?, named(&back.of)?);
        let amount = points("amount", back.amount)?;
        let at_least = points("at_least", back.at_least.unwrap_or(amount))?;
        if at_least > amount {
            return Err(invalid("at_least is at most the amount"));
        }
        let dated = self.day(Kind::Return, &named.1, back.dated)?;
        let first = self.first(Kind::Return, &named.1);
        let (from, of_dated) = match &first {
            // As the first time; if the rest differs, it is another request.
            Some(Wish::Return { from, of_dated, .. } | Wish::ReturnAndTakeBack { from, of_dated, .. }) => {
                (*from, *of_dated)
            }
            _ => self.purchase(&of)?,
        };
        let wish = match &back.stamp {
            None => Wish::Return { from, amount, at_least, of, of_dated },
            Some(stamp) => {
                let first = first.as_ref().and_then(|wish| Some((from, wish.uncount()?)));
                let (_, uncount) = self.uncount(first, of.clone(), stamp.amount)?;
                Wish::ReturnAndTakeBack { from, amount, at_least, of, of_dated, uncount }
            }
        };
        self.accept(key, named, wish, dated)
    }
    /// The wish that a reference has, unless it has failed: then another one may take its place.
    pub(crate) fn first(&self, kind: Kind, reference: &Reference) -> Option<Wish> {
        let book = self.book();
        let entry = book.entry(&(kind, reference.clone()));
        entry.filter(|entry| !matches!(entry.state, State::Failed(_))).map(|entry| entry.wish.clone())
    }
    /// The account that got points for a purchase, and the day of that, as the ledger has it.
    fn purchase(&self, of: &Reference) -> Result<(Address, Day), Failure> {
        let waits = |kind| self.book().entry(&(kind, of.clone())).is_some_and(Entry::is_waiting);
        if waits(Kind::Earn) || waits(Kind::Grant) {
            return Err(still_queued());
        }
        let brand = self.ledger.brand();
        let issue = self
            .ledger
            .ask_reference(|client| client.issue(&brand, of, None))?
            .ok_or_else(Failure::unknown_reference)?;
        Ok((self.member(issue.to)?, issue.dated))
    }
    /// The day of a reference: the one that it has, or the one that is given, or today.
    pub(crate) fn day(&self, kind: Kind, reference: &Reference, given: Option<Day>) -> Result<Day, Failure> {
        let known = self.book().entry(&(kind, reference.clone())).map(|entry| entry.dated);
        match (known, given) {
            (Some(first), Some(given)) if first != given => return Err(different()),
            (Some(first), _) => return Ok(first),
            (None, _) => {}
        }
        let today = clock::local_time().map_err(LedgerError::from)?.day();
        let days = u32::from(self.ledger.home().genesis().document().parameters.receipt_days);
        let (oldest, latest) = (today.minus(days), today.plus(1));
        match given {
            Some(day) if !(oldest..=latest).contains(&day) => {
                Err(invalid(&format!("dated is a day from {oldest} to {latest}")))
            }
            given => Ok(given.unwrap_or(today)),
        }
    }
    /// The account of a member, on this network.
    pub(crate) fn member(&self, text: AddressText) -> Result<Address, Failure> {
        let address = text.to_canonical(self.ledger.home().network());
        address.map_err(|error| Failure::new(Problem::InvalidAddress, error.to_string()))
    }

    /// The points of a member, as a gateway says.
    pub(crate) fn balance(&self, member: AddressText) -> Result<BalanceDocument, Failure> {
        self.member(member)?;
        let account: Account = self.ledger.ask(|client| client.account(&member))?;
        let brand = self.ledger.brand();
        let balance = account.balances.into_iter().find(|balance| balance.brand == brand);
        let (total, lots) = match balance {
            Some(Balance { total, lots, .. }) => (total, lots),
            None => (Points::ZERO, Vec::new()),
        };
        let holds = account.holds.into_iter().filter(|hold| hold.brand == brand).collect();
        Ok(BalanceDocument { member, total, lots, holds, height: account.height, proven: false })
    }
    /// The use of a till's reference: what is known here, or else what the ledger proves, whoever has used it.
    pub(crate) fn look_up(&self, kind: Kind, name: &str) -> Result<EntryDocument, Failure> {
        let (name, reference) = named(name)?;
        self.find(kind, name, &reference)
    }
    /// The same for a reference of the ledger.
    pub(crate) fn find(&self, kind: Kind, name: String, reference: &Reference) -> Result<EntryDocument, Failure> {
        let known = self.known(kind, reference);
        if let Some(entry) = known.as_ref().filter(|entry| !matches!(entry.state, State::Failed(_))) {
            return Ok(EntryDocument::of(entry, &self.ledger));
        }
        let proven = self.ledger.ask_current(|client| self.ledger.user(client, kind, reference))?;
        let found = proven.filter(|proven| proven.value().receipt.outcome == Outcome::Applied);
        let document = found.and_then(|proven| EntryDocument::proven(kind, name, reference, &proven, &self.ledger));
        let failed = known.map(|entry| EntryDocument::of(&entry, &self.ledger));
        document.or(failed).ok_or_else(Failure::unknown_reference)
    }
    /// The wish under a reference, or the one that brings it along: a purchase its stamp, a return what goes back of
    /// that.
    fn known(&self, kind: Kind, reference: &Reference) -> Option<Entry> {
        let book = self.book();
        let entry = |kind| book.entry(&(kind, reference.clone()));
        let with = [Kind::Earn, Kind::Return].into_iter().filter_map(entry);
        entry(kind).or_else(|| with.into_iter().find(|entry| entry.wish.beside() == Some(kind))).cloned()
    }
}

/// A wish that is taken in.
pub(crate) struct Accepted {
    pub(crate) id: Id,
    /// True if it had not been asked for before.
    pub(crate) is_new: bool,
    /// The sender's round before that.
    pub(crate) round: u64,
}

/// A till's reference in the one form of its spellings, and the ledger's, as `lojal --receipt` makes it.
pub(crate) fn named(text: &str) -> Result<(String, Reference), Failure> {
    if text.len() > NAME_BYTES_MAX {
        return Err(invalid(&format!("a reference has at most {NAME_BYTES_MAX} bytes")));
    }
    let name = typed(text).map_err(|error| invalid(&format!("the reference: {error}")))?;
    let receipt: ReceiptText = name.parse().map_err(|error| invalid(&format!("the reference: {error}")))?;
    Ok((name, receipt.reference()))
}

/// An amount that there can be.
pub(crate) fn points(what: &str, points: Points) -> Result<Points, Failure> {
    if (1..=POINTS_MAX).contains(&points.get()) {
        return Ok(points);
    }
    Err(invalid(&format!("{what} is a whole number of the brand's smallest unit, from 1 to {POINTS_MAX}")))
}

pub(crate) fn invalid(detail: &str) -> Failure {
    Failure::new(Problem::InvalidParameter, detail)
}

/// The refusal to take back what isn't there yet.
pub(crate) fn still_queued() -> Failure {
    let detail = "what was given for this purchase isn't on the ledger yet: try again in a moment";
    Failure::new(Problem::StillQueued, detail)
}

/// The refusal of another request under a reference.
pub(crate) fn different() -> Failure {
    let detail = "this reference was used before, with a request that asks for something else: for another purchase \
                  use another reference";
    Failure::new(Problem::DifferentRequest, detail)
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::NoGateway(reasons) => {
                let detail = format!("no gateway of the network answers, try again in a moment: {reasons}");
                Self::new(Problem::NoGateway, detail)
            }
            LedgerError::No(problem) if is_of_operator(&problem.code) => {
                let detail = format!("{} ({}): {OPERATOR_REMEDY}", problem.detail, problem.code);
                lojal_print::note(&detail);
                Self::new(Problem::OperatorRefused, detail)
            }
            LedgerError::No(problem) => Self::of(*problem),
            LedgerError::Clock(error) => Self::new(Problem::ClockWrong, error.to_string()),
            LedgerError::Random(error) => {
                lojal_print::note(error);
                Self::internal()
            }
        }
    }
}

/// True if a time is over from which on nobody can answer, or take what is held.
pub(crate) fn is_over(ends_ms: TimeMs) -> bool {
    clock::local_time().is_ok_and(|local| clock::is_over(ends_ms, local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_receipt_has_one_reference_which_is_that_of_the_wallet() {
        let (name, reference) = named("till 7, receipt 4711").expect("a text");
        for spelling in ["till 7,  receipt 4711", " till 7, receipt 4711\r\n", "till\u{a0}7, receipt 4711"] {
            assert_eq!(named(spelling).expect("a text"), (name.clone(), reference.clone()), "{spelling:?}");
        }
        assert_eq!(reference, crate::testing::reference("till 7, receipt 4711"));
        assert!(named(&"x".repeat(NAME_BYTES_MAX)).is_ok());
        for wrong in ["", " ", "a\u{202e}b", &"x".repeat(NAME_BYTES_MAX + 1)] {
            let refused = named(wrong).expect_err("no reference");
            assert_eq!(refused.problem().code, "invalid_parameter", "{wrong:?}");
        }
    }

    #[test]
    fn amounts_are_those_that_there_can_be() {
        for right in [1, POINTS_MAX] {
            assert_eq!(points("amount", Points::new(right)).expect("an amount"), Points::new(right));
        }
        for wrong in [0, POINTS_MAX + 1] {
            assert_eq!(points("amount", Points::new(wrong)).expect_err("none").problem().code, "invalid_parameter");
        }
    }
}
