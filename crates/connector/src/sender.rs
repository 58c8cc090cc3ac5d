//! The one thread that sends. It signs what waits, in the order in which it was asked for, keeps that, and sends it,
//! the same bytes again until they are in a final block or both the ledger's time and this machine's clock are past
//! them. Only then, and if the ledger knows no use of the reference, it signs anew.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use lojal_client::{Client, ClientError};
use lojal_types::api::{Problem, TransactionState, TransactionStatus};
use lojal_types::{Code, Day, Outcome, SignedTransaction, TimeMs, TransactionId};
use lojal_wallet::clock;

use crate::desk::Desk;
use crate::entry::{Entry, Failed, Id, State};
use crate::ledger::{LedgerError, Used};
use crate::limits::{BATCH_MAX, PAUSE_MAX, PAUSE_MIN, VALID_FOR_MS};
use crate::problem::{OPERATOR_REMEDY, is_of_operator};
use crate::wish::Kind;

/// An end of a wish, and the day under which it was found on the ledger, if it was.
type End = (Id, State, Option<Day>);

/// Sends what waits, until the desk is gone or its book can't be written any more.
pub(crate) fn run(desk: &Arc<Desk>, woken: &Receiver<()>) {
    let mut pause = PAUSE_MIN;
    let mut told = String::new();
    loop {
        let batch = desk.book().front(BATCH_MAX);
        if batch.is_empty() {
            if woken.recv().is_err() {
                return;
            }
            continue;
        }
        let began = Instant::now();
        let before = batch.len();
        let result = round(desk, &batch);
        let is_moved = matches!(result, Ok(ended) if ended > 0);
        if let Err(error) = &result
            && told != error.to_string()
        {
            told = error.to_string();
            if matches!(error, LedgerError::No(problem) if is_of_operator(&problem.code)) {
                lojal_print::note(OPERATOR_REMEDY);
            }
            lojal_print::note(format!("{before} or more wait to be sent: {told}"));
        }
        desk.beat(result.is_err());
        if desk.has_failed() {
            return;
        }
        if is_moved {
            pause = PAUSE_MIN;
            told.clear();
            continue;
        }
        match woken.recv_timeout(pause) {
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => pause = PAUSE_MAX.min(pause.saturating_mul(2)),
            // What has just come in need not wait for the end of a long pause.
            Ok(()) => std::thread::sleep(PAUSE_MIN.saturating_sub(began.elapsed())),
        }
    }
}

/// Sends a batch once; answers with how many of it have ended.
fn round(desk: &Desk, batch: &[Entry]) -> Result<usize, LedgerError> {
    let (status, now) = desk.ledger.now()?;
    let found = find_used(desk, batch, status.time_ms)?;
    let (mut ends, mut to_sign, mut to_send) = (Vec::new(), Vec::new(), Vec::new());
    let receipt_days = desk.ledger.home().genesis().document().parameters.receipt_days;
    for (entry, next) in batch.iter().zip(found) {
        match next {
            Next::End(state, day) => ends.push((entry.id(), state, day)),
            Next::Send(signed) => to_send.push((entry.clone(), *signed)),
            Next::Skip => {}
            Next::Sign => {
                let dated = day_to_sign(entry.dated, status.time_ms.day(), receipt_days.into()).unwrap_or(now.day());
                let operations = entry.wish.operations(desk.ledger.brand(), &entry.reference, dated);
                let signed = desk.ledger.sign(operations, now.plus_ms(VALID_FOR_MS))?;
                to_sign.push((entry.id(), dated, signed.clone()));
                to_send.push((Entry { dated, ..entry.clone() }, signed));
            }
        }
    }
    let mut ended = ends.len();
    // On the disk before it is sent.
    if desk.keep(|book| book.end(ends)).is_none() || desk.keep(|book| book.sign(to_sign)).is_none() {
        return Ok(0);
    }
    if to_send.is_empty() {
        return Ok(ended);
    }
    let ends = desk.ledger.ask(|client| send(desk, client, &to_send))?;
    ended += ends.len();
    desk.keep(|book| book.end(ends));
    Ok(ended)
}

/// The day of a reference, if it can still be used: a clock that was wrong when it was asked for has given it one that
/// is still to come, or it has waited too long. Nothing that has such a day can happen, so that another one harms
/// nothing: none was signed, or its time is over and the ledger knows no use of the reference.
fn day_to_sign(dated: Day, today: Day, receipt_days: u32) -> Option<Day> {
    (today.minus(receipt_days)..=today.plus(1)).contains(&dated).then_some(dated)
}

/// The next thing to do with a wish.
enum Next {
    End(State, Option<Day>),
    Sign,
    Send(Box<SignedTransaction>),
    /// Nothing now.
    Skip,
}

/// Looks for the references of what was never signed, or can't happen any more as it was: another till may have used
/// them, or this one before it lost its book.
fn find_used(desk: &Desk, batch: &[Entry], ledger_time: TimeMs) -> Result<Vec<Next>, LedgerError> {
    let local = clock::local_time()?;
    let is_over = |signed: &SignedTransaction| {
        let until = signed.transaction.valid_until_ms;
        ledger_time >= until && clock::is_over(until, local)
    };
    let ended = |code| Next::End(State::Failed(of_code(code)), None);
    let next = |entry: &Entry| match &entry.signed {
        Some(signed) if !is_over(signed) => Ok(Next::Send(Box::new(signed.clone()))),
        _ => Ok(match desk.ledger.ask(|client| desk.ledger.used(client, entry)) {
            Ok(Used::No) => Next::Sign,
            Ok(Used::Same(done, day)) => Next::End(State::Done(done), Some(day)),
            // A capture has its hold's reference, so whoever has used it has ended the hold.
            Ok(Used::Otherwise) if matches!(entry.wish.kind(), Kind::Capture | Kind::Release) => {
                ended(Code::HoldClosed)
            }
            Ok(Used::Otherwise) => ended(Code::DuplicateReference),
            Err(error) => {
                lojal_print::note(format!("the reference {:?} can't be looked for: {error}", entry.name));
                // Where a gateway still answers, it is this one alone that waits.
                desk.ledger.now().map(|_| Next::Skip)?
            }
        }),
    };
    batch.iter().map(next).collect()
}

/// Submits transactions to a gateway and waits for a block; gives the ends of those whose outcome is certain.
fn send(desk: &Desk, client: &Client, batch: &[(Entry, SignedTransaction)]) -> Result<Vec<End>, ClientError> {
    let signed: Vec<SignedTransaction> = batch.iter().map(|(_, signed)| signed.clone()).collect();
    let answers = client.submit_batch(&signed, true)?.transactions;
    let chain = desk.ledger.home().chain_id();
    let ids: Vec<TransactionId> = signed.iter().map(|one| one.transaction.id(&chain)).collect();
    if !ids.iter().eq(answers.iter().map(|answer| &answer.id)) {
        let reason = "it answers about other transactions than it was sent".to_owned();
        return Err(ClientError::Untrue { url: client.url().to_owned(), reason });
    }
    let mut ends = Vec::new();
    for ((entry, _), answer) in batch.iter().zip(answers) {
        match end(desk, client, entry, answer) {
            Ok(Some((state, day))) => ends.push((entry.id(), state, day)),
            Ok(None) => {}
            // Those before it have their ends all the same.
            Err(error) if ends.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(ends)
}

/// The end that an answer tells of, if it is certain.
fn end(
    desk: &Desk,
    client: &Client,
    entry: &Entry,
    answer: TransactionStatus,
) -> Result<Option<(State, Option<Day>)>, ClientError> {
    let failed = match answer.state {
        TransactionState::Pending => return Ok(None),
        TransactionState::Committed { .. } => {
            let proven = desk.ledger.proven(client, &answer.id)?;
            match proven.value().receipt.outcome {
                Outcome::Applied => {
                    let done = desk.ledger.done(client, entry, &proven, entry.dated);
                    return Ok(Some((State::Done(done), None)));
                }
                Outcome::Failed { code, .. } => of_code(code),
            }
        }
        TransactionState::Refused { problem } if is_passing(&problem) => return Ok(None),
        // It happens once the wallet has the right key again, and till then the log says so.
        TransactionState::Refused { problem } if is_of_operator(&problem.code) => {
            return Err(ClientError::Problem(Box::new(problem)));
        }
        TransactionState::Refused { problem } => Failed::of(&problem),
    };
    let is_used = [Code::DuplicateReference, Code::HoldClosed].iter().any(|code| code.name() == failed.code);
    if !is_used {
        return Ok(Some((State::Failed(failed), None)));
    }
    // By what was sent before, or by somebody else.
    Ok(match desk.ledger.used(client, entry)? {
        Used::Same(done, day) => Some((State::Done(done), Some(day))),
        Used::Otherwise => Some((State::Failed(failed), None)),
        // By what waits for a block.
        Used::No => None,
    })
}

/// Tells whether the same can be taken a moment later.
fn is_passing(problem: &Problem) -> bool {
    let of_time = [Code::TransactionExpired, Code::WindowTooLong, Code::DuplicateTransaction];
    problem.retryable || of_time.iter().any(|code| code.name() == problem.code)
}

fn of_code(code: Code) -> Failed {
    // As gateways answer where something is possible, but not so.
    let status = if matches!(code, Code::DuplicateReference | Code::HoldClosed) { 409 } else { 422 };
    let (number, detail) = (Some(code.number()), code.explanation().to_owned());
    Failed { status, code: code.name().to_owned(), number, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: Code, status: u16, retryable: bool) -> Problem {
        let failed = Failed { status, ..of_code(code) };
        Problem { retryable, ..failed.problem() }
    }

    #[test]
    fn what_can_be_taken_later_is_sent_again_and_what_breaks_a_rule_is_not() {
        for (code, status, retryable) in [
            (Code::MempoolFull, 503, true),
            (Code::QuotaExceeded, 429, true),
            (Code::AllowanceSpent, 429, true),
            (Code::TransactionExpired, 422, false),
            (Code::WindowTooLong, 422, false),
            (Code::DuplicateTransaction, 409, false),
        ] {
            assert!(is_passing(&refused(code, status, retryable)), "{}", code.name());
        }
        for code in [Code::NotOperator, Code::IssueDailyMaxReached, Code::DuplicateReference, Code::HoldClosed] {
            assert!(!is_passing(&refused(code, 422, false)), "{}", code.name());
        }
    }

    #[test]
    fn a_day_is_kept_as_long_as_the_ledger_takes_it() {
        let today = TimeMs::new(1_800_000_000_000).expect("in range").day();
        for kept in [today.minus(35), today, today.plus(1)] {
            assert_eq!(day_to_sign(kept, today, 35), Some(kept));
        }
        for other in [today.minus(36), today.plus(2)] {
            assert_eq!(day_to_sign(other, today, 35), None);
        }
    }

    #[test]
    fn a_till_gets_the_ledgers_reason_as_a_gateway_gives_it() {
        let problem = of_code(Code::HoldClosed).problem();
        assert_eq!((problem.status, problem.code.as_str()), (409, "hold_closed"));
        assert_eq!((problem.number, problem.retryable), (Some(Code::HoldClosed.number()), false));
        assert_eq!(of_code(Code::IssueDailyMaxReached).status, 422);
    }
}
