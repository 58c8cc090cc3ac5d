//! Random histories against the naive model: the same answers and everything that can be asked, after every block; the
//! same roots every time.

mod shown;

use std::collections::BTreeSet;

use lojal_ledger::conservation::balance_sheet;
use lojal_ledger::{BlockExecutor, State, Tip};
use lojal_model::{BEFORE_THE_LEDGER, Random, Workload, network};
use lojal_types::{BlockId, Code, Hash, Outcome, Rules, TimeMs, VerifiedTransaction};

use self::shown::facts;

/// Number of histories followed.
const HISTORIES: u64 = 340;
/// Number of those under rules that no version has yet, in which validators come and go.
const HISTORIES_OF_NODES: u64 = 80;
const BLOCKS_MAX: u64 = 40;
const TRANSACTIONS_MAX: u64 = 16;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

type Answer = Result<Outcome, Code>;

/// The distances between blocks in time: mostly a little, and now and then over the ends of months and years.
const STEPS_MS: [u64; 16] = [
    1,
    SECOND_MS,
    SECOND_MS,
    5 * SECOND_MS,
    MINUTE_MS,
    MINUTE_MS,
    MINUTE_MS,
    MINUTE_MS,
    40 * MINUTE_MS,
    40 * MINUTE_MS,
    DAY_MS,
    DAY_MS,
    3 * DAY_MS,
    20 * DAY_MS,
    45 * DAY_MS,
    400 * DAY_MS,
];

fn answers(executor: &mut BlockExecutor<'_>, transactions: &[VerifiedTransaction]) -> Vec<Answer> {
    transactions.iter().map(|one| executor.push(one).map(|receipt| receipt.outcome)).collect()
}

/// The rules that no version has yet: motions can do everything.
static ALL_RULES: Rules = Rules { set_changes: true, followers: true, version_changes: true };

/// Makes a block the last one of a state.
fn block(rules: &'static Rules, state: &mut State, time: TimeMs, transactions: &[VerifiedTransaction]) -> Vec<Answer> {
    let mut executor = BlockExecutor::under(rules, state, time);
    let answers = answers(&mut executor, transactions);
    let execution = executor.finish().expect("points are conserved");
    let height = state.view().tip().height.next();
    let mut id = [0; 32];
    id[..8].copy_from_slice(&height.get().to_be_bytes());
    state.apply(execution, Tip { height, block: BlockId::new(id), time_ms: time });
    answers
}

/// Everything that was answered, so that the histories are known to reach what they are meant to reach.
#[derive(Default)]
struct Reached {
    codes: BTreeSet<Code>,
    applied: BTreeSet<&'static str>,
}

impl Reached {
    fn note(&mut self, transactions: &[VerifiedTransaction], answers: &[Answer]) {
        for (transaction, answer) in transactions.iter().zip(answers) {
            match answer {
                Ok(Outcome::Applied) => {
                    self.applied.extend(transaction.transaction().operations.iter().map(|one| one.name()));
                }
                Ok(Outcome::Failed { code, .. }) | Err(code) => {
                    self.codes.insert(*code);
                }
            }
        }
    }
}

fn follow(seed: u64, rules: &'static Rules, reached: &mut Reached) {
    let genesis = network(seed);
    let (mut random, mut workload, mut state) =
        (Random::new(!seed), Workload::new(seed, &genesis), State::genesis(&genesis));
    if rules == &ALL_RULES {
        workload = workload.under_all_rules();
    }
    let mut blocks: Vec<(TimeMs, Vec<VerifiedTransaction>, Hash)> = Vec::new();
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
        let root = state.view().state_root();
        let dropped = answers(&mut BlockExecutor::under(rules, &state, time), &transactions);
        assert_eq!(state.view().state_root(), root, "an executor that is dropped changes nothing");
        for (transaction, (answer, expected)) in transactions.iter().zip(dropped.iter().zip(&expected)) {
            assert_eq!(answer, expected, "seed {seed}, block {number} at {time:?}: {:#?}", transaction.signed());
        }
        assert_eq!(block(rules, &mut state, time, &transactions), expected, "seed {seed}, block {number}");
        let differences = facts(state.view()).differences(&workload.model().facts());
        assert!(differences.is_empty(), "seed {seed}, block {number} at {time:?}: {differences:#?}");
        balance_sheet(state.view()).expect("every account adds up to the totals");
        reached.note(&transactions, &expected);
        blocks.push((time, transactions, state.view().state_root()));
    }
    let mut second = State::genesis(&genesis);
    for (time, transactions, root) in blocks {
        block(rules, &mut second, time, &transactions);
        assert_eq!(second.view().state_root(), root, "seed {seed}: the same blocks give the same roots");
    }
    assert_eq!(second.recent(), state.recent());
}

/// The codes that take more of one thing than short histories make; provoked elsewhere.
const OUT_OF_REACH: [Code; 8] = [
    Code::ConversionDailyMaxReached,
    Code::TooManyMembers,
    Code::AccountStopped,
    Code::RecoveryStands,
    Code::ReversalExceedsIssue,
    Code::TooManyMotions,
    Code::TooManyFollowers,
    Code::TooManyBrands,
];

#[test]
fn any_history_gives_what_the_rules_say_and_conserves_every_point() {
    let mut reached = Reached::default();
    for seed in 0..HISTORIES {
        follow(seed, Rules::latest(), &mut reached);
    }
    assert!(!reached.applied.contains("activate"), "version 1 has nothing to activate");
    for seed in HISTORIES..HISTORIES + HISTORIES_OF_NODES {
        follow(seed, &ALL_RULES, &mut reached);
    }
    assert_eq!(reached.applied.len(), 34, "every kind of operation has succeeded: {:?}", reached.applied);
    let missing: Vec<Code> = Code::all().filter(|code| !reached.codes.contains(code)).collect();
    let expected = |code: &Code| BEFORE_THE_LEDGER.contains(code) || OUT_OF_REACH.contains(code);
    assert!(missing.iter().all(expected), "every other code of the ledger has been provoked: {missing:?}");
}
