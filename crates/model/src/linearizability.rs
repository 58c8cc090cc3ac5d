//! A check that the answers that clients got about balances can have come about in one order.
//!
//! A history is linearizable (Herlihy and Wing, 1990) if every call can be given a moment between its invocation and
//! its return at which it took effect, so that all answers are those of one ledger that does one thing at a time. The
//! property is local: a history is linearizable if the part of it that concerns each object is. The object here is the
//! balance of one account of one brand, and a transfer a debit of one and a credit of another. So accounts are checked
//! one by one, by the search of Wing and Gong (1993) with the memory of Lowe (2017): a set of calls that was tried
//! before needn't be tried again, since it leads to the same balance in whatever order.
//!
//! Whether a transfer takes effect on both sides at the same moment is not asked here; conservation says that.

mod merge;
mod search;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

/// The balances that a search may look at, per account.
pub const STATES_MAX: usize = 1_000_000;

/// The name of the balance of one account of one brand, such as `anna/kaffet`; the checker compares it only.
pub type Account = String;

/// The calls of clients, with their answers.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The balances at the beginning; of an account that isn't here, nothing.
    pub initial: BTreeMap<Account, u64>,
    /// The calls, in any order.
    pub calls: Vec<Call>,
}

/// One call of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The client that asked, for messages only.
    pub client: String,
    /// The time at which the request went out, in any unit, on a clock that all clients share.
    pub invoked: u64,
    /// The time at which the answer came or was given up; not before `invoked`. At equal times calls count as
    /// concurrent.
    pub returned: u64,
    /// The question and its answer.
    pub action: Action,
}

/// The question of a call, with its answer. A read without an answer says nothing: leave it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The balance of an account.
    Read {
        /// The account.
        account: Account,
        /// The answer.
        balance: u64,
    },
    /// A transaction was submitted, or, later, its status was asked for. Every call about one transaction carries the
    /// same effects; it takes effect at most once, however often it is submitted.
    Submit {
        /// Its id, or whatever else tells it from all others.
        transaction: String,
        /// Its effect on each account if it is committed.
        effects: BTreeMap<Account, Effect>,
        /// The answer.
        outcome: Outcome,
    },
}

/// The effect of a transaction on a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Adds points.
    Credit(u64),
    /// Takes points, if there are as many.
    Debit(u64),
}

/// The outcome of a transaction, as far as a client knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All effects happened, before the call returned.
    Committed,
    /// Nothing happened and never will, since an account that it debits held too little.
    Insufficient,
    /// Nothing happened and never will, for reasons that say nothing about balances.
    Refused,
    /// No answer, or none that is final: it may have happened, may happen at any later time, or never.
    Unknown,
}

/// A reason a history can't be that of one ledger.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Counterexample {
    /// A client was told two final outcomes of one transaction.
    #[error("transaction {transaction} changed its outcome\n  {first}\n  {second}")]
    OutcomeChanged {
        /// Its name.
        transaction: String,
        /// The call that returned first.
        first: Box<Call>,
        /// One that was told something else.
        second: Box<Call>,
    },
    /// Calls about one transaction don't agree on what it does: the recording is wrong.
    #[error(
        "the calls about transaction {transaction} give it different effects: record the same effects with each of them"
    )]
    EffectsDiffer {
        /// Its name.
        transaction: String,
    },
    /// A call that returned before it was invoked: the recording is wrong.
    #[error("a call returned before it was invoked: take both times from one clock that never goes back\n  {call}")]
    ReturnedBeforeInvoked {
        /// The call.
        call: Box<Call>,
    },
    /// No order of the calls explains the answers about one account.
    #[error("{0}")]
    NotLinearizable(Box<Contradiction>),
    /// The search was given up: too many calls were concurrent.
    #[error(
        "the calls about {account} overlap too much to decide in {STATES_MAX} steps: record fewer concurrent calls"
    )]
    Undecided {
        /// The account.
        account: Account,
    },
}

/// The shortest part of a history, from its beginning, that no order explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The account.
    pub account: Account,
    /// Its balance at the beginning.
    pub initial: u64,
    /// The answer that makes it impossible: until it came, all could be explained.
    pub contradicting: Step,
    /// As many calls as can be put in an order, each with the balance after it.
    pub explained: Vec<(Step, u64)>,
    /// The calls that can't follow, or needn't since nothing is known of their outcome.
    pub left: Vec<Step>,
}

/// A call, or all calls about one transaction, as seen by one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The client that asked first.
    pub client: String,
    /// The transaction, unless it is a read.
    pub transaction: Option<String>,
    /// The time at which it was first invoked.
    pub invoked: u64,
    /// The time at which the first final answer came; none while the outcome is unknown.
    pub returned: Option<u64>,
    /// The effect or the observation.
    pub kind: StepKind,
}

/// The effect of a step, or its observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Saw this balance.
    Read(u64),
    /// Changes the balance.
    Effect(Effect),
    /// Found less than this.
    Insufficient(u64),
}

/// Asks whether one ledger can have given all these answers.
///
/// The time it takes grows with the number of calls, and exponentially with how many of one account are concurrent, or
/// unknown. A dozen clients are no matter; of transactions without a known outcome some twenty per account can be
/// too many to reject a history. So ask for their status when they can't happen any more, and record the answer.
///
/// # Errors
///
/// The first reason found why not, account by account in the order of their names.
///
/// # Examples
///
/// ```
/// use lojal_model::linearizability::{Action, Call, Counterexample, History, check};
///
/// let read = |invoked, balance| Call {
///     client: "anna's telephone".to_owned(),
///     invoked,
///     returned: invoked + 5,
///     action: Action::Read { account: "anna/kaffet".to_owned(), balance },
/// };
/// let mut history = History { initial: [("anna/kaffet".to_owned(), 20)].into(), calls: vec![read(10, 20)] };
/// assert_eq!(check(&history), Ok(()));
/// history.calls.push(read(30, 15));
/// assert!(matches!(check(&history), Err(Counterexample::NotLinearizable(_))));
/// ```
pub fn check(history: &History) -> Result<(), Counterexample> {
    for (account, steps) in merge::steps_by_account(history)? {
        let initial = history.initial.get(&account).copied().unwrap_or(0);
        search::check_account(&account, initial, &steps)?;
    }
    Ok(())
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}] {}: ", self.invoked, self.returned, self.client)?;
        match &self.action {
            Action::Read { account, balance } => write!(f, "read {account}: {balance}"),
            Action::Submit { transaction, effects, outcome } => {
                write!(f, "transaction {transaction} (")?;
                for (place, (account, effect)) in effects.iter().enumerate() {
                    let separator = if place == 0 { "" } else { ", " };
                    write!(f, "{separator}{account} {effect}")?;
                }
                write!(f, "): {outcome:?}")
            }
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credit(points) => write!(f, "+{points}"),
            Self::Debit(points) => write!(f, "-{points}"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let returned = self.returned.map_or("unknown".to_owned(), |at| at.to_string());
        write!(f, "[{}, {returned}] {}: ", self.invoked, self.client)?;
        if let Some(transaction) = &self.transaction {
            write!(f, "transaction {transaction}: ")?;
        }
        match self.kind {
            StepKind::Read(balance) => write!(f, "read {balance}"),
            StepKind::Effect(effect) => write!(f, "{effect}"),
            StepKind::Insufficient(points) => write!(f, "held less than {points}"),
        }
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "no order of the calls about {} explains this answer", self.account)?;
        writeln!(f, "  {}", self.contradicting)?;
        writeln!(f, "the best order begins with {}, then", self.initial)?;
        for (step, balance) in &self.explained {
            writeln!(f, "  {step} -> {balance}")?;
        }
        write!(f, "and these can't follow, or needn't have happened")?;
        for step in &self.left {
            write!(f, "\n  {step}")?;
        }
        Ok(())
    }
}
