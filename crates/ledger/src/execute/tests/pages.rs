//! A state of many accounts of which no page is in memory.

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{Address, KeyPair, MemberRole, Outcome, TimeMs, VerifiedTransaction};

use crate::execute::BlockExecutor;
use crate::execution::Execution;
use crate::fixture::*;
use crate::state::View;
use crate::stop::Stop;
use crate::tree::{LoadedPage, Missing, StateTree};
use crate::unfinished::Unfinished;

/// Number of accounts, each with points of the grocer: enough for pages of their own.
const ACCOUNTS: u16 = 1_200;

/// The stored pages of a state, by their hashes.
struct Pages(BTreeMap<[u8; 32], Vec<u8>>);

impl Pages {
    /// Gives up every page of a ledger's state.
    fn of(ledger: &mut Ledger) -> Self {
        let mut stored = BTreeMap::new();
        ledger.state.map_trees(|_, tree| {
            let mut places = Vec::new();
            tree.pages(|at, page| {
                let mut bytes = Vec::new();
                page.expect("in memory").encode(&mut bytes);
                stored.insert(at.hash, bytes);
                places.push(at);
            });
            StateTree::of_pages(places).expect("the pages of a tree")
        });
        Self(stored)
    }

    fn load(&self, missing: &Missing) -> Vec<LoadedPage> {
        let distinct: BTreeSet<&[u8; 32]> = missing.pages().iter().collect();
        assert_eq!(distinct.len(), missing.pages().len(), "each is named once");
        let load = |hash| LoadedPage::decode(hash, &self.0[hash]).expect("as it was stored");
        distinct.into_iter().map(load).collect()
    }

    fn all(&self) -> Vec<LoadedPage> {
        self.0.iter().map(|(hash, bytes)| LoadedPage::decode(hash, bytes).expect("as it was stored")).collect()
    }

    /// The answer of a version without pages, and how often a page was brought for it, one each time.
    fn tell<T>(&self, view: &View, question: impl Fn(&View) -> Result<T, Missing>) -> (T, usize) {
        let (mut view, mut asked) = (view.clone(), 0);
        loop {
            match question(&view) {
                Ok(answer) => return (answer, asked),
                Err(missing) => view = view.with_pages(&self.load(&missing)[..1]),
            }
            asked += 1;
        }
    }

    /// Does what may lack pages, and brings all that it names each time; answers with the number of times too.
    fn bring<T>(
        &self,
        executor: &mut BlockExecutor<'_>,
        mut step: impl FnMut(&mut BlockExecutor<'_>) -> Result<T, Stop>,
    ) -> (T, usize) {
        let mut asked = 0;
        loop {
            match step(executor) {
                Ok(done) => return (done, asked),
                Err(Stop::Missing(missing)) => executor.supply(self.load(&missing)),
                Err(Stop::Failed(code)) => panic!("{code}"),
            }
            asked += 1;
        }
    }
}

/// A ledger in which each of a crowd has 500 points, and their keys.
fn crowd() -> (Ledger, Vec<KeyPair>) {
    let mut ledger = Ledger::new();
    let crowd: Vec<KeyPair> = (0..ACCOUNTS).map(crowd_key).collect();
    for (part, keys) in crowd.chunks(100).enumerate() {
        let points =
            |(number, key): (usize, &KeyPair)| to(key.address(), issue(GROCER, ANNA, 500, &format!("{part} {number}")));
        assert_eq!(ledger.run(TILL, keys.iter().enumerate().map(points).collect()), Outcome::Applied);
    }
    (ledger, crowd)
}

/// An issue to one account, a transfer of another to a third, and redemptions of a fourth, with a request and without.
fn of_four(ledger: &mut Ledger, name: &str, keys: &[KeyPair]) -> Vec<VerifiedTransaction> {
    let [taker, giver, given, spender] = keys else { panic!("four") };
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let gift = of(giver.address(), to(given.address(), transfer(GROCER, ANNA, BO, 20)));
    let redeemed = [redeem_for(GROCER, ANNA, 10, name), redeem(GROCER, ANNA, 10)];
    let redeemed = redeemed.map(|one| of(spender.address(), one)).to_vec();
    vec![
        ledger.sign(TILL, vec![to(taker.address(), issue(GROCER, ANNA, 5, name))]),
        ledger.sign_with(giver, giver.address(), until, vec![gift]),
        ledger.sign_with(spender, spender.address(), until, redeemed),
    ]
}

#[test]
fn what_is_read_ahead_is_all_that_issues_transfers_and_redemptions_lack_once_their_brand_is_in_memory() {
    let (mut ledger, crowd) = crowd();
    let first = of_four(&mut ledger, "first", &crowd[..4]);
    let others = crowd[4..].chunks_exact(4).take(20).enumerate();
    let next: Vec<_> = others.flat_map(|(n, keys)| of_four(&mut ledger, &n.to_string(), keys)).collect();
    let mut whole = ledger.clone();
    let pages = Pages::of(&mut ledger);
    let time = ledger.next_time();
    let mut executor = BlockExecutor::new(&ledger.state, time);
    // The brand, its totals, its operator and the like.
    let mut asked = 0;
    for one in &first {
        asked += pages.bring(&mut executor, |executor| executor.push(one)).1;
    }
    assert!((10..30).contains(&asked), "{asked}");
    let (count, missing) = executor.read_ahead(next.iter());
    assert!(count >= 40, "{count}");
    let loaded = pages.load(&missing.expect_err("accounts that nobody has asked for"));
    assert!(loaded.len() > 60, "{}", loaded.len());
    executor.supply(loaded);
    assert_eq!(executor.read_ahead(next[..count].iter()), (count, Ok(())));
    for one in &next[..count] {
        assert_eq!(executor.push(one).map(|receipt| receipt.outcome), Ok(Outcome::Applied));
    }
    let execution = executor.finish().expect("nothing is missing at the end of the block");
    whole.block(time, &[&first[..], &next[..count]].concat());
    assert_eq!(execution.tree().root(), whole.view().tree().root());
}

fn finish(executor: &mut BlockExecutor<'_>) -> Result<Execution, Stop> {
    executor.finish().map_err(|unfinished| match unfinished {
        Unfinished::Missing(missing) => missing.into(),
        Unfinished::Conservation(error) => panic!("{error}"),
    })
}

/// The number of times that a block asks for pages that it lacks, when it is brought all that it names each time.
fn asked_by_a_block_at(ledger: &Ledger, pages: &Pages, time: TimeMs) -> usize {
    let mut executor = BlockExecutor::new(&ledger.state, time);
    let (execution, asked) = pages.bring(&mut executor, finish);
    let mut whole = ledger.clone();
    whole.state.map_trees(|_, tree| tree.with_pages(&pages.all()));
    whole.pass_to(time);
    assert_eq!(execution.tree().root(), whole.view().tree().root());
    asked
}

#[test]
fn a_block_after_a_standstill_asks_for_all_that_is_over_a_few_times_at_most() {
    let (mut ledger, crowd) = crowd();
    let start = ledger.now();
    for (hours, keys) in crowd[..600].chunks(6).enumerate() {
        let until = ledger.now().plus_ms(HOUR_MS / 2);
        let end = start.plus_ms((hours as u64 + 1) * 5 * HOUR_MS);
        let holds = keys.iter().enumerate().map(|(number, key)| {
            let held = of(key.address(), hold(GROCER, ANNA, 20, &format!("{hours} {number}"), end));
            ledger.sign_with(key, key.address(), until, vec![held])
        });
        let holds: Vec<_> = holds.collect();
        assert_eq!(ledger.block(ledger.next_time(), &holds), [Ok(Outcome::Applied); 6]);
    }
    let pages = Pages::of(&mut ledger);
    let [soon, later] =
        [MINUTE_MS, 24 * DAY_MS].map(|ms| asked_by_a_block_at(&ledger, &pages, start.plus_ms(ms + HOUR_MS)));
    assert!(soon <= 6 && later <= 8, "{soon}, {later}");
}

/// Other members of Anna's household.
const MEMBERS: std::ops::Range<u8> = 30..45;

/// A household with so many members that what is about it lies in several pages, and holds of each of them, a half of
/// which have ended.
fn crowded_household() -> (Ledger, Address) {
    let mut ledger = Ledger::new();
    for member in MEMBERS.chain([ANNA]) {
        ledger.apply(TILL, issue(GROCER, member, 200, &format!("first of {member}")));
    }
    let members: Vec<NewMember<'_>> = MEMBERS.map(|member| (member, MemberRole::Adult, &[(GROCER, 100)][..])).collect();
    let household = ledger.household(ANNA, &members);
    let start = ledger.now();
    for member in MEMBERS {
        ledger.apply(member, deposit(GROCER, member, household, 150));
        let end = start.plus_ms(if member % 2 == 0 { HOUR_MS / 2 } else { DAY_MS });
        ledger.apply(member, of(household, hold(GROCER, member, 20, &format!("of {member}"), end)));
    }
    ledger.pass_to(start.plus_ms(HOUR_MS));
    (ledger, household)
}

#[test]
fn what_is_about_one_account_is_found_in_all_of_its_pages() {
    let (whole, household) = crowded_household();
    let mut bare = whole.clone();
    let pages = Pages::of(&mut bare);
    let mut most = 0;
    let mut same = |question: &dyn Fn(&View) -> Result<String, Missing>| {
        let (answer, asked) = pages.tell(bare.view(), question);
        assert_eq!(Ok(answer), question(whole.view()));
        most = most.max(asked);
    };
    for id in BRANDS.map(brand) {
        same(&|view| Ok(format!("{:?}", view.lots(household, id)?)));
        same(&|view| Ok(format!("{:?}", view.holds(household, id)?)));
        for member in MEMBERS.map(address) {
            same(&|view| Ok(format!("{:?}", view.spent_this_month(household, member, id)?)));
        }
    }
    same(&|view| Ok(format!("{:?}", view.household(household)?)));
    assert!(most > 2, "{most} pages");
    // Members redeem, take back, leave and go, one after the other.
    let operations = |member: u8| match member % 4 {
        0 => (member, vec![of(household, redeem(GROCER, member, 90)), leave(household)]),
        1 => (member, vec![of(household, redeem(GROCER, member, 90)), of(household, redeem(GROCER, member, 5))]),
        2 => (member, vec![of(household, release(GROCER, member, &format!("of {member}")))]),
        _ => (ANNA, vec![remove_member(household, member)]),
    };
    let mut signer = whole.clone();
    let sign = |member| {
        let (sender, operations) = operations(member);
        signer.sign(sender, operations)
    };
    let transactions: Vec<VerifiedTransaction> = MEMBERS.map(sign).collect();
    let time = whole.next_time();
    let [mut of_whole, mut of_bare] = [&whole, &bare].map(|ledger| BlockExecutor::new(&ledger.state, time));
    let mut applied = 0;
    for one in &transactions {
        let (receipt, _) = pages.bring(&mut of_bare, |executor| executor.push(one));
        assert_eq!(of_whole.push(one), Ok(receipt));
        applied += usize::from(receipt.outcome == Outcome::Applied);
    }
    assert!(applied > 8 && applied < transactions.len(), "{applied}");
    let (after, _) = pages.bring(&mut of_bare, finish);
    assert_eq!(after.tree().root(), finish(&mut of_whole).expect("in memory").tree().root());
}
