//! A random history, followed by the ledger and by the naive model.

use lojal_ledger::conservation::balance_sheet;
use lojal_ledger::{BlockExecutor, State};
use lojal_model::{Random, Workload, network};
use lojal_types::{Code, Genesis, Hash, Outcome, TimeMs, VerifiedTransaction};

use super::blocks::{answer, tip_after};
use super::histories::{BLOCKS_MAX, STEPS_MS, TRANSACTIONS_MAX};
use super::shown::facts;

/// The answer to a transaction.
pub(super) type Answer = Result<Outcome, Code>;

/// A block of a history: what it has, and what comes of it.
pub(super) struct Followed {
    time: TimeMs,
    pub(super) transactions: Vec<VerifiedTransaction>,
    pub(super) answers: Vec<Answer>,
    root: Hash,
}

fn answers(executor: &mut BlockExecutor<'_>, transactions: &[VerifiedTransaction]) -> Vec<Answer> {
    transactions.iter().map(|one| answer(executor.push(one)).map(|receipt| receipt.outcome)).collect()
}

/// Makes a block the last one of a state; answers with what came of its transactions, or with what isn't conserved.
fn block(state: &mut State, time: TimeMs, transactions: &[VerifiedTransaction]) -> Result<Vec<Answer>, String> {
    let mut executor = BlockExecutor::new(state, time);
    let answers = answers(&mut executor, transactions);
    let execution = executor.finish().map_err(|error| format!("the block can't end: {error}"))?;
    state.apply(execution, tip_after(state.view(), time));
    Ok(answers)
}

/// Follows the history of a seed, of which validators come and go if it is one of nodes. After every block both say the
/// same of everything that can be asked, and every point is somewhere; and a second time the blocks come to the same.
///
/// # Errors
/// The first difference, in words.
pub(super) fn follow(seed: u64, nodes: bool) -> Result<Vec<Followed>, String> {
    let genesis = network(seed);
    let (mut random, mut workload, mut state) =
        (Random::new(!seed), Workload::new(seed, &genesis), State::genesis(&genesis));
    if nodes {
        workload = workload.of_nodes();
    }
    let mut followed: Vec<Followed> = Vec::new();
    for number in 0..random.within(1..BLOCKS_MAX) {
        let step_ms = random.pick(&STEPS_MS).expect("not empty");
        let time = state.view().tip().time_ms.plus_ms(step_ms);
        workload.begin(time);
        let (mut transactions, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..random.within(0..TRANSACTIONS_MAX) {
            let verified = workload.next(time).verify(&genesis.chain_id()).expect("signed for this chain");
            expected.push(workload.push(&verified));
            transactions.push(verified);
        }
        let at = |what: String| format!("block {number} at {time:?}: {what}");
        let root = state.view().state_root();
        let dropped = answers(&mut BlockExecutor::new(&state, time), &transactions);
        if state.view().state_root() != root {
            return Err(at("an executor that was dropped has changed something".to_owned()));
        }
        let mut pairs = transactions.iter().zip(dropped.iter().zip(&expected));
        if let Some((transaction, (found, expected))) = pairs.find(|(_, (found, expected))| found != expected) {
            return Err(at(format!("{found:?}, by the model {expected:?}: {:#?}", transaction.signed())));
        }
        let answers = block(&mut state, time, &transactions).map_err(at)?;
        if answers != expected {
            return Err(at(format!("{answers:?}, by the model {expected:?}")));
        }
        let differences = facts(state.view()).differences(&workload.model().facts());
        if !differences.is_empty() {
            return Err(at(format!("{differences:#?}")));
        }
        balance_sheet(state.view()).map_err(|error| at(format!("accounts and totals differ: {error}")))?;
        followed.push(Followed { time, transactions, answers, root: state.view().state_root() });
    }
    again(&genesis, &followed, &state)?;
    Ok(followed)
}

/// Follows the blocks from genesis on once more.
fn again(genesis: &Genesis, followed: &[Followed], first: &State) -> Result<(), String> {
    let mut second = State::genesis(genesis);
    for (number, one) in followed.iter().enumerate() {
        let answers = block(&mut second, one.time, &one.transactions)?;
        if answers != one.answers || second.view().state_root() != one.root {
            return Err(format!("block {number} comes to something else a second time"));
        }
    }
    let is_same = second.recent() == first.recent();
    if is_same { Ok(()) } else { Err("other transactions are remembered a second time".to_owned()) }
}
