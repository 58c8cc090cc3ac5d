//! One truth in every view: after every block of random histories the gateway's answers and the auditor's balance
//! sheets say what the naive model says, of accounts, of limits, of totals and of who holds points; and what the
//! auditor counts from the operations is what the ledger has written.

use std::collections::BTreeMap;

use lojal_auditor::report::{Kind, Recount};
use lojal_auditor::verify::{BrandReport, brand_reports};
use lojal_gateway::brand_in;
use lojal_ledger::key::{AccountKey, StateKey};
use lojal_ledger::{BlockExecutor, State, Tip, View};
use lojal_model::{Model, Random, Workload, network};
use lojal_types::{Address, BlockId, BrandId, Expiry, Lot, Outcome, TimeMs, Transaction, VerifiedTransaction, api};

const HISTORIES: u64 = 40;
const BLOCKS: u64 = 24;
const TRANSACTIONS_MAX: u64 = 14;
const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// The times between blocks: holds end between them, and months.
const STEPS_MS: [u64; 8] = [1, 900, MINUTE_MS - 1, MINUTE_MS, 70 * MINUTE_MS, DAY_MS, 12 * DAY_MS, 35 * DAY_MS];

/// Answers with the transactions that were applied.
fn commit<'t>(state: &mut State, time_ms: TimeMs, transactions: &'t [VerifiedTransaction]) -> Vec<&'t Transaction> {
    let mut executor = BlockExecutor::new(state, time_ms);
    // What can't be in a block isn't in it.
    let mut is_applied =
        |one: &VerifiedTransaction| executor.push(one).is_ok_and(|receipt| receipt.outcome == Outcome::Applied);
    let applied = transactions.iter().filter(|one| is_applied(one)).map(|one| one.transaction()).collect();
    let execution = executor.finish().expect("points are conserved");
    let height = state.view().tip().height.next();
    let mut id = [0; 32];
    id[..8].copy_from_slice(&height.get().to_be_bytes());
    state.apply(execution, Tip { height, block: BlockId::new(id), time_ms });
    applied
}

fn accounts(view: &View) -> Vec<Address> {
    let keys = view.tree().iter().map(|entry| entry.expect("in memory").0);
    keys.filter_map(|key| Some(AccountKey::decode(key)?.0)).collect()
}

fn plain(lots: &[Lot]) -> Vec<(Expiry, u64)> {
    lots.iter().map(|lot| (lot.expiry, lot.amount.get())).collect()
}

/// The points that accounts can use, have set aside and wait for of a brand, by expiry, and the number of accounts that
/// can use some.
#[derive(Default)]
struct Sum {
    usable: BTreeMap<Expiry, u64>,
    held: BTreeMap<Expiry, u64>,
    pending: BTreeMap<Expiry, u64>,
    holders: u64,
}

impl Sum {
    fn add(&mut self, account: &api::Account, offers: &api::Offers, brand: BrandId) {
        let balance = account.balances.iter().find(|balance| balance.brand == brand);
        self.holders += u64::from(balance.is_some_and(|balance| !balance.lots.is_empty()));
        for (expiry, amount) in balance.map(|balance| plain(&balance.lots)).unwrap_or_default() {
            *self.usable.entry(expiry).or_default() += amount;
        }
        for waits in balance.iter().flat_map(|balance| &balance.pending) {
            *self.pending.entry(waits.expiry).or_default() += waits.amount.get();
        }
        for offer in offers.offers.iter().filter(|offer| offer.brand == brand) {
            *self.held.entry(offer.expiry).or_default() += offer.amount.get();
        }
        for hold in account.holds.iter().filter(|hold| hold.brand == brand) {
            for (expiry, amount) in plain(&hold.lots) {
                *self.held.entry(expiry).or_default() += amount;
            }
        }
    }
}

/// An account as the gateway answers, against the model.
fn check_account(account: &api::Account, address: Address, model: &Model, brands: &[BrandId]) {
    for brand in brands {
        let balance = account.balances.iter().find(|balance| balance.brand == *brand);
        let shown = balance.map(|balance| (balance.total.get(), plain(&balance.lots))).unwrap_or_default();
        assert_eq!(shown, (model.balance(address, *brand), model.lots(address, *brand)), "{address:?}, {brand}");
        let waits = balance.map(|balance| balance.pending.clone()).unwrap_or_default().into_iter();
        let waits: Vec<_> = waits.map(|lot| (lot.matures, lot.expiry, lot.amount.get())).collect();
        assert_eq!(waits, model.pending(address, *brand), "{address:?}, {brand}");
    }
}

/// Checks what members of a household have left to spend against the model.
fn check_limits(account: &api::Account, household: Address, view: &View, model: &Model) {
    let members = account.household.iter().flat_map(|household| &household.members);
    for member in members {
        let address = member.address.to_canonical(view.network()).expect("the gateway writes addresses of its network");
        for spent in &member.spent {
            let expected = model.spent_this_month(household, address, spent.brand);
            assert_eq!(spent.points.get(), expected, "{address:?} in {household:?}, {}", spent.brand);
        }
    }
}

/// A brand as the gateway answers and as the auditor reports, against the model and the sum of all accounts.
fn check_brand(view: &View, report: &BrandReport, model: &Model, sum: &Sum) {
    let totals = brand_in(view, report.id).expect("in memory").expect("the auditor names brands that there are").totals;
    assert_eq!(report.totals, totals, "{}", report.id);
    assert_eq!(totals, model.totals(report.id), "{}", report.id);
    let by_expiry = |sums: &BTreeMap<Expiry, u64>| sums.iter().map(|(at, sum)| (*at, *sum)).collect::<Vec<_>>();
    assert_eq!(plain(&report.liability), by_expiry(&sum.usable), "{}", report.id);
    assert_eq!(plain(&report.held_by_month), by_expiry(&sum.held), "{}", report.id);
    assert_eq!(report.holders, sum.holders, "{}", report.id);
    assert_eq!(totals.outstanding.get(), sum.usable.values().sum::<u64>(), "{}", report.id);
    assert_eq!(totals.held.get(), sum.held.values().sum::<u64>(), "{}", report.id);
    assert_eq!(plain(&report.pending_by_month), by_expiry(&sum.pending), "{}", report.id);
    assert_eq!(totals.pending.get(), sum.pending.values().sum::<u64>(), "{}", report.id);
}

fn check_views(view: &View, model: &Model) {
    let brands = view.brand_ids();
    let mut sums: BTreeMap<BrandId, Sum> = brands.iter().map(|brand| (*brand, Sum::default())).collect();
    for address in accounts(view) {
        let account = lojal_ledger::answers::account(view, address).expect("in memory");
        let offers = lojal_ledger::answers::offers(view, address).expect("in memory");
        check_account(&account, address, model, brands);
        check_limits(&account, address, view, model);
        for (brand, sum) in &mut sums {
            sum.add(&account, &offers, *brand);
        }
    }
    for report in brand_reports(view).expect("every account adds up to the totals") {
        check_brand(view, &report, model, &sums[&report.id]);
    }
}

#[test]
fn every_view_says_what_the_model_says_after_every_block() {
    let mut blocks_with_holds = 0;
    for seed in 0..HISTORIES {
        let genesis = network(seed);
        let (mut random, mut workload, mut state) =
            (Random::new(!seed), Workload::new(seed, &genesis), State::genesis(&genesis));
        let mut recount = Recount::default();
        for _ in 0..BLOCKS {
            let step_ms = random.pick(&STEPS_MS).expect("not empty");
            let time = state.view().tip().time_ms.plus_ms(step_ms);
            workload.begin(time);
            let mut transactions = Vec::new();
            for _ in 0..random.within(0..TRANSACTIONS_MAX) {
                let verified = workload.next(time).verify(&genesis.chain_id()).expect("signed for this chain");
                let _ = workload.push(&verified);
                transactions.push(verified);
            }
            let before = state.view().clone();
            let applied = commit(&mut state, time, &transactions);
            check_views(state.view(), workload.model());
            recount.block(&before, &applied, state.view());
            recount.listing(Kind::Levels, state.view()).expect("one ledger");
            let holds = |brand: &BrandId| {
                state.view().totals(*brand).expect("in memory").is_some_and(|totals| !totals.held.is_zero())
            };
            blocks_with_holds += u64::from(state.view().brand_ids().iter().any(holds));
        }
    }
    assert!(blocks_with_holds > 100, "the histories have open holds: {blocks_with_holds}");
}
