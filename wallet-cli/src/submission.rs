//! Submitting a transaction so that its outcome becomes certain.
//!
//! A signed transaction can be sent any number of times: its id makes it happen at most once, and `valid_until_ms`
//! bounds when. So whatever the network does, the wallet sends the same bytes and asks for the same id, never a
//! second transaction for the same wish, until either a final block has it, or both the ledger's time and this
//! machine's clock have passed `valid_until_ms` without it: a gateway's word on the time is not enough. Nor is it
//! enough for a final block, where the wallet can have that proven.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use lojal_client::{ClientError, Seal};
use lojal_types::api::{Problem, TransactionState, TransactionStatus};
use lojal_types::{Code, Height, Outcome, SignedTransaction, TimeMs, TransactionId};

use crate::clock;
use crate::gateways::{Gateway, Gateways, GatewaysError, is_lie, none_answered};
use crate::prover::Prover;

/// The time after `valid_until_ms` in which the wallet keeps asking before it gives up for now.
pub const GRACE: Duration = Duration::from_secs(30);

/// Most different troubles that are told while asking.
const NOTES_MAX: usize = 32;
/// The code of a gateway whose node passes nothing on.
const NOT_VALIDATOR: &str = "not_validator";
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The end of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in a final block.
    Final {
        /// The block.
        height: Height,
        /// The place in the block.
        index: u32,
        /// The block's time.
        time_ms: TimeMs,
        /// The outcome in the block.
        receipt: Outcome,
        /// The block as it was proven; none if a gateway is believed.
        seal: Option<Seal>,
    },
    /// A gateway was caught lying about it, and none proves that it is final: nobody knows whether it happened.
    Untrue(GatewaysError),
    /// It was refused by the first gateway that saw it, and didn't happen.
    Refused {
        /// The reason.
        problem: Problem,
        /// The time until which the same bytes could still happen, should the gateway pass them on; none if they can't.
        possible_until_ms: Option<TimeMs>,
    },
    /// It never left this machine.
    NotSent(GatewaysError),
    /// Its time is over on the ledger and on this machine's clock, and it is not there: it didn't happen and can't any
    /// more.
    Expired {
        /// The last thing that a gateway said against it, if one did.
        refusal: Option<Problem>,
    },
    /// It is accepted or perhaps accepted, and not final yet.
    Open {
        /// The last thing that a gateway said against it, if one did.
        refusal: Option<Problem>,
    },
}

/// A signed transaction on its way.
#[derive(Debug)]
pub struct Submission<'a> {
    gateways: &'a Gateways,
    signed: &'a SignedTransaction,
    id: TransactionId,
    give_up: Instant,
    refusal: Option<Problem>,
    prover: Option<&'a Prover<'a>>,
    /// The last lie of a gateway.
    lie: Option<GatewaysError>,
}

/// The result of one attempt to send.
enum Attempt {
    Status(TransactionState),
    /// Some gateway has it already.
    Known,
    Refused(Problem),
    /// The gateway certainly doesn't have it.
    NotSent(ClientError),
    /// Nobody knows whether the gateway has it.
    Uncertain(String),
}

impl<'a> Submission<'a> {
    /// A submission that asks for at most `patience` before it leaves the outcome open.
    pub fn new(gateways: &'a Gateways, signed: &'a SignedTransaction, id: TransactionId, patience: Duration) -> Self {
        Self { gateways, signed, id, give_up: Instant::now() + patience, refusal: None, prover: None, lie: None }
    }
    /// The submission whose outcome is final once it is proven.
    pub fn proven_by(self, prover: &'a Prover<'a>) -> Self {
        Self { prover: Some(prover), ..self }
    }
    /// Sends, and waits until the outcome is certain or the patience is over. `note` is told what takes long, and why.
    pub fn settle(mut self, note: &mut dyn FnMut(&str)) -> Fate {
        match self.send(true, note) {
            Some(fate) => fate,
            None => self.follow(note),
        }
    }
    /// Sends without waiting for a block.
    pub fn hand_over(mut self, note: &mut dyn FnMut(&str)) -> Fate {
        self.send(false, note).unwrap_or(Fate::Open { refusal: self.refusal })
    }

    /// Sends to the first gateway that takes it; nothing when the outcome is open.
    fn send(&mut self, wait: bool, note: &mut dyn FnMut(&str)) -> Option<Fate> {
        let mut not_sent = Vec::new();
        let mut overloaded = None;
        for gateway in self.gateways.iter() {
            let client = match gateway.client() {
                Ok(client) => client,
                Err(GatewaysError::Client(error)) => {
                    not_sent.push(error);
                    continue;
                }
                Err(error) => return Some(Fate::NotSent(error)),
            };
            match self.attempt(client.submit(self.signed, wait)) {
                Attempt::Status(state) => {
                    return self.end(gateway, &state).unwrap_or_else(|error| {
                        note(&error.to_string());
                        None
                    });
                }
                Attempt::Known => return None,
                Attempt::Refused(problem) if is_overload(&problem) => overloaded = Some(problem),
                // Whether its time is over is for both clocks to say.
                Attempt::Refused(problem) if is_expiry(&problem) && !self.is_over_here() => return None,
                Attempt::Refused(problem) => return Some(self.refused(problem)),
                Attempt::NotSent(error) => not_sent.push(error),
                Attempt::Uncertain(reason) => {
                    note(&reason);
                    return None;
                }
            }
        }
        Some(match overloaded {
            Some(problem) => self.refused(problem),
            None => Fate::NotSent(none_answered(not_sent)),
        })
    }

    /// Asks all gateways in turn.
    fn follow(mut self, note: &mut dyn FnMut(&str)) -> Fate {
        note(&format!("transaction {} is not final yet; asking until its outcome is certain", self.id));
        let mut pause = PAUSE_MIN;
        let mut noted = BTreeSet::new();
        loop {
            let mut is_followed = false;
            for gateway in self.gateways.iter() {
                match self.look(gateway) {
                    Ok(Some(fate)) => return fate,
                    Ok(None) => is_followed = true,
                    Err(error) => {
                        let error = error.to_string();
                        if noted.len() < NOTES_MAX && noted.insert(error.clone()) {
                            note(&error);
                        }
                    }
                }
            }
            let is_late = Instant::now() >= self.give_up;
            // Others may have it, and prove what became of it.
            if let Some(lie) = self.lie.take_if(|_| is_late || !is_followed) {
                return Fate::Untrue(lie);
            }
            if is_late {
                return Fate::Open { refusal: self.refusal };
            }
            std::thread::sleep(pause);
            pause = PAUSE_MAX.min(pause * 2);
        }
    }

    /// Asks one gateway what it knows, and gives it the transaction if it doesn't know it.
    fn look(&mut self, gateway: &Gateway) -> Result<Option<Fate>, GatewaysError> {
        // The time comes first: if it is over before the search, no later block can have the transaction.
        let is_over = gateway.status()?.time_ms >= self.valid_until_ms() && self.is_over_here();
        let client = gateway.client()?;
        match client.transaction(&self.id) {
            Ok(status) => return self.end(gateway, &status.state),
            Err(error) if !error.is_problem("unknown_transaction") => return Err(error.into()),
            Err(_) if is_over => return Ok(Some(Fate::Expired { refusal: self.refusal.take() })),
            Err(_) => {}
        }
        match self.attempt(client.submit(self.signed, false)) {
            Attempt::Status(state) => return self.end(gateway, &state),
            // Another gateway may have taken it before, so this is not the last word.
            Attempt::Refused(problem) if !is_expiry(&problem) => self.refusal = Some(problem),
            Attempt::NotSent(error) => return Err(error.into()),
            Attempt::Refused(_) | Attempt::Known | Attempt::Uncertain(_) => {}
        }
        Ok(None)
    }

    /// The end that a gateway tells of, as it proves it; nothing while there is none.
    fn end(&mut self, gateway: &Gateway, state: &TransactionState) -> Result<Option<Fate>, GatewaysError> {
        let TransactionState::Committed { height, index, time_ms, receipt } = *state else { return Ok(None) };
        let Some(prover) = self.prover else {
            return Ok(Some(Fate::Final { height, index, time_ms, receipt, seal: None }));
        };
        match prover.transaction(gateway, &self.id) {
            Ok(proven) => {
                let (seal, receipt) = (proven.seal().clone(), proven.value().receipt.outcome);
                let (height, time_ms) = (seal.height, seal.time_ms);
                Ok(Some(Fate::Final { height, index, time_ms, receipt, seal: Some(seal) }))
            }
            Err(error) => {
                self.lie = Some(error.clone()).filter(is_lie).or(self.lie.take());
                Err(error)
            }
        }
    }

    fn valid_until_ms(&self) -> TimeMs {
        self.signed.transaction.valid_until_ms
    }
    /// Tells whether its time is over by this machine's clock; never by a clock that can't be used.
    fn is_over_here(&self) -> bool {
        clock::local_time().is_ok_and(|local| clock::is_over(self.valid_until_ms(), local))
    }
    fn refused(&self, problem: Problem) -> Fate {
        // An expiry comes here only once this machine's clock agrees.
        let is_possible = !is_for_ever(&problem) && !is_expiry(&problem);
        let possible_until_ms = is_possible.then(|| self.valid_until_ms().plus_ms(clock::CLOCK_MARGIN_MS));
        Fate::Refused { problem, possible_until_ms }
    }

    fn attempt(&self, answer: Result<TransactionStatus, ClientError>) -> Attempt {
        match answer {
            Ok(status) if status.id != self.id => {
                Attempt::Uncertain(format!("a gateway answered about another transaction, {}", status.id))
            }
            Ok(TransactionStatus { state: TransactionState::Refused { problem }, .. }) => Attempt::Refused(problem),
            Ok(status) => Attempt::Status(status.state),
            Err(error) if error.is_problem(Code::DuplicateTransaction.name()) => Attempt::Known,
            Err(ClientError::Problem(problem)) if is_refusal(&problem) => Attempt::Refused(*problem),
            Err(error @ (ClientError::Unreachable { .. } | ClientError::InvalidUrl { .. })) => Attempt::NotSent(error),
            Err(error) => Attempt::Uncertain(error.to_string()),
        }
    }
}

/// Tells whether the problem says that the gateway didn't take the transaction, and not that something broke on the
/// way.
fn is_refusal(problem: &Problem) -> bool {
    // A timeout (408) can come after the transaction was taken.
    let is_definite = (400..500).contains(&problem.status) && problem.status != 408;
    problem.code.parse::<Code>().is_ok() || is_definite || problem.code == NOT_VALIDATOR
}

/// Tells whether another gateway may well take the transaction now.
fn is_overload(problem: &Problem) -> bool {
    // What an account may send in a day is the same everywhere.
    let is_too_much_here = problem.status == 429 && problem.code != Code::AllowanceSpent.name();
    problem.code == Code::MempoolFull.name() || problem.code == NOT_VALIDATOR || is_too_much_here
}

fn is_expiry(problem: &Problem) -> bool {
    problem.code == Code::TransactionExpired.name()
}

/// Tells whether the reason lies in the bytes alone, so that no gateway at no time can take them.
fn is_for_ever(problem: &Problem) -> bool {
    let in_the_bytes = [
        Code::Malformed,
        Code::TransactionTooLarge,
        Code::WrongChain,
        Code::BadSignature,
        Code::AmountZero,
        Code::SameAccount,
        Code::InvalidKey,
        Code::GuardiansOutOfOrder,
        Code::ThresholdOutOfRange,
        Code::OwnGuardian,
        Code::HouseholdHasNoKey,
        Code::RolesOutOfOrder,
        Code::SameBrand,
    ];
    in_the_bytes.iter().any(|code| code.name() == problem.code)
}

#[cfg(test)]
mod tests;
