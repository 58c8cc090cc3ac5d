//! Random histories of a ledger that has no page of its state in memory, and is brought those that it asks for one by
//! one, against one that has them all: the same answers and the same roots.

mod asked;
mod blocks;
mod histories;
mod questions;

use std::collections::BTreeMap;

use lojal_ledger::recent::{RecentError, RecentIds, RecentMinute, minute_of};
use lojal_ledger::shelves::ShelvesError;
use lojal_ledger::{
    Beside, BlockExecutor, Claim, DryRun, Execution, Missing, Shelves, Simulation, State, Stop, Unfinished, Usage,
    View, answers,
};
use lojal_model::{Random, Workload, network};
use lojal_types::{Activity, Address, Code, Genesis, Points, Receipt, TimeMs, TransactionId, VerifiedTransaction, api};

use self::asked::{Asked, Pages, give_up};
use self::blocks::{answer, tip_after};
use self::histories::{BLOCKS_MAX, STEPS_MS, TRANSACTIONS_MAX};
use self::questions::{changes, compare};

/// Number of histories followed.
const HISTORIES: u64 = 12;
/// Number of those in which validators come and go.
const HISTORIES_OF_NODES: u64 = 6;

/// Most pages that one step takes in states as small as these: a trial, a transaction or a question.
const STEP_MAX: usize = 64;

const MINUTE_MS: u64 = 60_000;

/// A ledger twice.
struct Twice {
    genesis: Genesis,
    random: Random,
    /// With all pages in memory.
    whole: State,
    /// With none before a block.
    bare: State,
    pages: Pages,
    /// The ids in blocks, with the minutes under which they are remembered.
    included: Vec<(u64, TransactionId)>,
    reached: Reached,
}

/// The most pages that steps have taken, and how often it mattered.
#[derive(Debug, Default)]
struct Reached {
    trial: usize,
    transaction: usize,
    /// The end of a block; and its beginning, if it has no transactions.
    end: usize,
    question: usize,
    simulation: usize,
    /// The number of accounts that simulations have told of.
    simulated: usize,
    /// The number of transactions that lacked a page and were left out.
    left_out: usize,
}

/// Ends a block.
fn finish(executor: &mut BlockExecutor<'_>) -> Result<Execution, Stop> {
    executor.finish().map_err(|unfinished| match unfinished {
        Unfinished::Missing(missing) => missing.into(),
        Unfinished::Conservation(error) => panic!("{error}"),
    })
}

/// Simulates a transaction.
fn simulate(view: &View, time: TimeMs, one: &VerifiedTransaction) -> Result<Simulation, Missing> {
    Simulation::of(view, time, one.identified()).map_err(|unfinished| match unfinished {
        Unfinished::Missing(missing) => missing,
        Unfinished::Conservation(error) => panic!("{error}"),
    })
}

/// An account as a version shows it, whatever its height.
fn shown(view: &View, account: Address) -> api::Account {
    api::Account { height: Default::default(), ..answers::account(view, account).expect("in memory") }
}

/// The accounts that the transactions of a block concern.
type Lists = Vec<Vec<(Address, Activity)>>;

/// Makes a block the last one of a state.
fn apply(state: &mut State, time: TimeMs, execution: Execution) -> (Vec<Receipt>, Lists) {
    let validators = execution.validators().clone();
    let tip = tip_after(state.view(), time);
    let (receipts, concerned) = state.apply(execution, tip);
    assert_eq!(*state.view().validators(), validators);
    (receipts, concerned.iter().map(<[_]>::to_vec).collect())
}

impl Twice {
    fn new(seed: u64, reached: Reached) -> Self {
        let genesis = network(seed);
        let (whole, bare) = (State::genesis(&genesis), State::genesis(&genesis));
        let mut pages = Pages::default();
        pages.store(whole.view());
        let (random, included) = (Random::new(seed ^ 0x7061_6765), Vec::new());
        Self { genesis, random, whole, bare, pages, included, reached }
    }

    /// The points and the allowance that others of a sender may take before a transaction.
    fn beside(&mut self, transaction: &VerifiedTransaction) -> Beside {
        let mut usage = Usage::default();
        if self.random.coin() {
            usage.add(&Usage::of(transaction));
        }
        let brands = transaction.transaction().operations.iter().flat_map(|operation| operation.brands());
        let claim = |brand| Claim { account: transaction.transaction().sender, brand, amount: Points::new(20) };
        Beside { usage, claims: brands.map(claim).collect() }
    }

    /// Tries transactions out.
    fn try_out(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) {
        let besides: Vec<Beside> = transactions.iter().map(|one| self.beside(one)).collect();
        let mut whole = DryRun::new(&self.whole, time);
        for (one, beside) in transactions.iter().zip(&besides) {
            // Each in its own, so that the first question finds nothing in memory.
            let dry_run = || Asked::new(DryRun::new(&self.bare, time), &self.pages);
            let (mut validated, mut beside_others, mut admitted, mut operated) =
                (dry_run(), dry_run(), dry_run(), dry_run());
            assert_eq!(validated.ask(|dry_run| dry_run.validate(one)), answer(whole.validate(one)));
            assert_eq!(
                beside_others.ask(|dry_run| dry_run.validate_beside(one, beside)),
                answer(whole.validate_beside(one, beside))
            );
            assert_eq!(
                admitted.ask(|dry_run| dry_run.admit(one, &beside.usage)),
                answer(whole.admit(one, &beside.usage))
            );
            assert_eq!(Ok(operated.tell(|dry_run| dry_run.operated_brand(one))), whole.operated_brand(one));
            // What a trial has left behind changes no other.
            assert_eq!(beside_others.ask(|dry_run| dry_run.validate(one)), answer(whole.validate(one)));
            self.reached.trial = self.reached.trial.max(beside_others.brought());
        }
    }

    /// Simulates transactions: each is told to do what a block of it alone then does.
    fn simulate(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) {
        for one in transactions {
            let mut alone = self.whole.clone();
            let mut executor = BlockExecutor::new(&self.whole, time);
            let outcome = answer(executor.push(one)).map(|receipt| receipt.outcome);
            let (_, concerned) = apply(&mut alone, time, finish(&mut executor).expect("in memory"));
            if outcome == Err(Code::DuplicateTransaction) {
                continue;
            }
            let accounts: Vec<Address> = concerned.iter().flatten().map(|(account, _)| *account).collect();
            let mut bare = Asked::new(self.bare.view().clone(), &self.pages);
            let of_bare = bare.tell(|view| simulate(view, time, one));
            self.reached.simulation = self.reached.simulation.max(bare.brought());
            let of_whole = simulate(self.whole.view(), time, one).expect("in memory");
            assert_eq!((of_whole.outcome, &of_whole.concerned), (outcome, &accounts));
            assert_eq!((of_bare.outcome, &of_bare.concerned), (outcome, &accounts));
            for account in accounts {
                assert_eq!(shown(&of_whole.after, account), shown(alone.view(), account));
                self.reached.simulated += 1;
            }
            // But for the ids that are remembered.
            assert_eq!(of_bare.after.state_root(), of_whole.after.state_root());
            assert_eq!(of_bare.before.state_root(), self.whole.view().state_root());
        }
    }

    /// Makes a block without some of the transactions that lack a page, on copies of the states: it is as if they
    /// hadn't been there.
    fn leave_some_out(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) {
        let mut whole = BlockExecutor::new(&self.whole, time);
        let mut bare = Asked::new(BlockExecutor::new(&self.bare, time), &self.pages);
        for one in transactions {
            match bare.of.push(one) {
                Err(Stop::Missing(missing)) => {
                    bare.bring(&missing);
                    if self.random.coin() {
                        self.reached.left_out += 1;
                        continue;
                    }
                    assert_eq!(bare.ask(|executor| executor.push(one)), answer(whole.push(one)));
                }
                other => assert_eq!(answer(other), answer(whole.push(one))),
            }
        }
        let (whole, bare) = (finish(&mut whole).expect("in memory"), bare.ask(finish).expect("it ends"));
        assert_eq!(bare.tree().root(), whole.tree().root());
        let after = |state: &State, execution| apply(&mut state.clone(), time, execution);
        assert_eq!(after(&self.bare, bare), after(&self.whole, whole));
    }

    /// Makes a block of all of them.
    fn block(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) {
        let before = [&self.whole, &self.bare].map(|state| state.view().tree().clone());
        let mut whole = BlockExecutor::new(&self.whole, time);
        let mut bare = Asked::new(BlockExecutor::new(&self.bare, time), &self.pages);
        for one in transactions {
            let brought = bare.brought();
            let receipt = answer(whole.push(one));
            assert_eq!(bare.ask(|executor| executor.push(one)), receipt);
            if receipt.is_ok() {
                self.included.push((minute_of(one.transaction()), one.id()));
            }
            self.reached.transaction = self.reached.transaction.max(bare.brought() - brought);
        }
        let brought = bare.brought();
        let (whole, after) = (finish(&mut whole).expect("in memory"), bare.ask(finish).expect("it ends"));
        self.reached.end = self.reached.end.max(bare.brought() - brought);
        let results = (apply(&mut self.bare, time, after), apply(&mut self.whole, time, whole));
        assert_eq!(results.0, results.1);
        assert_eq!(self.bare.view().state_root(), self.whole.view().state_root());
        assert_eq!(self.bare.recent(), self.whole.recent());
        let roots =
            |state: &State| state.view().shelves().iter().map(|(month, one)| (month, one.root())).collect::<Vec<_>>();
        assert_eq!(roots(&self.bare), roots(&self.whole));
        self.pages.store(self.whole.view());
        give_up(&mut self.bare);
        let [whole_before, bare_before] = before;
        let trees = vec![bare_before, self.bare.view().tree().clone()];
        let changed = Asked::new(trees, &self.pages).tell(|trees| changes(trees));
        assert_eq!(Ok(changed), changes(&[whole_before, self.whole.view().tree().clone()]));
    }

    /// Compares all answers.
    fn ask_all(&mut self) {
        let most = compare(self.whole.view(), self.bare.view(), &self.pages, &mut self.random);
        self.reached.question = self.reached.question.max(most);
    }

    /// The remembered ids, as a checkpoint keeps them.
    fn minutes(&self, time: TimeMs) -> Vec<RecentMinute> {
        let mut minutes = BTreeMap::<u64, Vec<TransactionId>>::new();
        self.included.iter().for_each(|(minute, id)| minutes.entry(*minute).or_default().push(*id));
        let remembered = minutes.split_off(&(time.get() / MINUTE_MS));
        remembered.into_iter().map(|(minute, ids)| RecentMinute { minute, ids }).collect()
    }

    /// Makes the state anew out of what a checkpoint keeps, with no page in memory.
    fn restore(&self) {
        let (view, chain) = (self.bare.view(), self.genesis.chain_id());
        let (tip, minutes) = (view.tip(), self.minutes(view.tip().time_ms));
        let main = || Asked::new(vec![view.tree().clone()], &self.pages);
        let recent = main().tell(|main| match RecentIds::restore(&minutes, &main[0], tip.time_ms, &chain) {
            Err(RecentError::Missing(missing)) => Err(missing),
            other => Ok(other.expect("its ids")),
        });
        let trees: BTreeMap<_, _> = view.shelves().iter().map(|(month, tree)| (month, tree.clone())).collect();
        let shelves = main().tell(|main| match Shelves::restore(&main[0], tip.time_ms, trees.clone()) {
            Err(ShelvesError::Missing(missing)) => Err(missing),
            other => Ok(other.expect("its shelves")),
        });
        let state =
            main().tell(|main| State::restore(&self.genesis, tip, (main[0].clone(), shelves.clone()), recent.clone()));
        assert_eq!(state.recent(), self.whole.recent());
        let (restored, whole) = (state.view(), self.whole.view());
        assert_eq!((restored.parameters(), restored.validators()), (whole.parameters(), whole.validators()));
        assert_eq!((restored.brand_ids(), restored.state_root()), (whole.brand_ids(), whole.state_root()));
        assert_eq!(restored.protocol(), whole.protocol());
    }
}

fn follow(seed: u64, nodes: bool, reached: Reached) -> Reached {
    let mut twice = Twice::new(seed, reached);
    let mut workload = Workload::new(seed, &twice.genesis);
    if nodes {
        workload = workload.of_nodes();
    }
    let mut random = Random::new(!seed);
    for _ in 0..random.within(1..BLOCKS_MAX) {
        let time = twice.whole.view().tip().time_ms.plus_ms(random.pick(&STEPS_MS).expect("not empty"));
        workload.begin(time);
        let mut transactions = Vec::new();
        for _ in 0..random.within(0..TRANSACTIONS_MAX) {
            let verified = workload.next(time).verify(&twice.genesis.chain_id()).expect("signed for this chain");
            // The model follows, so that what comes next makes sense.
            let _ = workload.push(&verified);
            transactions.push(verified);
        }
        give_up(&mut twice.bare);
        twice.try_out(time, &transactions);
        twice.simulate(time, &transactions);
        twice.leave_some_out(time, &transactions);
        twice.block(time, &transactions);
        if random.once_in(4) {
            twice.ask_all();
        }
    }
    twice.restore();
    twice.reached
}

#[test]
fn a_ledger_without_pages_gives_the_answers_of_one_with_all_of_them() {
    let mut reached = Reached::default();
    for seed in 0..HISTORIES {
        reached = follow(seed, false, reached);
    }
    for seed in HISTORIES..HISTORIES + HISTORIES_OF_NODES {
        reached = follow(seed, true, reached);
    }
    for most in [reached.trial, reached.transaction, reached.end, reached.question, reached.simulation] {
        assert!((10..=STEP_MAX).contains(&most), "{reached:?}");
    }
    assert!(reached.left_out > 500 && reached.simulated > 500, "{reached:?}");
}
