//! A brand's statistics, against a recount of the blocks.

use std::collections::BTreeMap;

use lojal_types::api::{BrandMonth, BrandStatistics, PointsByExpiry};
use lojal_types::{
    Address, Block, Expiry, GrossPoints, Height, Issue, Month, Operation, Points, Redeem, TimeMs, Transfer,
};

use super::node::{ANNA, BO, HOUR_MS, Node, TILL, address};
use super::operations::{brand, reference};

const DAY_MS: u64 = 24 * HOUR_MS;
/// The months for which points live.
const LIFE: u8 = 12;

/// A naive ledger of one brand.
#[derive(Default)]
struct Recount {
    accounts: BTreeMap<Address, BTreeMap<Month, u64>>,
    months: Vec<BrandMonth>,
}

impl Recount {
    fn block(&mut self, block: &Block) {
        let (month, height) = (block.header.time_ms.month(), block.header.height);
        if self.months.last().is_none_or(|last| last.month < month) {
            let none = GrossPoints::default();
            let (outstanding, held, by_expiry) = (Points::ZERO, Points::ZERO, Vec::new());
            self.months.push(BrandMonth {
                month,
                issued: none,
                redeemed: none,
                converted_out: none,
                expired: none,
                reversed: none,
                donated: none,
                refunded: none,
                outstanding,
                held,
                pending: Points::ZERO,
                by_expiry,
                height,
            });
        }
        let mut expired = 0;
        for lots in self.accounts.values_mut() {
            expired += lots.iter().filter(|(end, _)| **end < month).map(|(_, points)| points).sum::<u64>();
            lots.retain(|end, _| *end >= month);
        }
        let (mut issued, mut redeemed) = (0, 0);
        for operation in block.transactions.iter().flat_map(|one| one.transaction.operations.iter()) {
            match operation {
                Operation::Issue(Issue { to, amount, expiry, .. }) => {
                    issued += amount.get();
                    self.give(*to, expiry.unwrap_or(month.plus(LIFE)), amount.get());
                }
                Operation::Redeem(Redeem { from, amount, .. }) => {
                    redeemed += amount.get();
                    self.take(*from, amount.get());
                }
                Operation::Transfer(Transfer { from, to, amount, .. }) => {
                    for (end, points) in self.take(*from, amount.get()) {
                        self.give(*to, end, points);
                    }
                }
                other => panic!("not in this test: {other:?}"),
            }
        }
        let mut all = BTreeMap::<Month, u64>::new();
        for (end, points) in self.accounts.values().flatten() {
            *all.entry(*end).or_default() += points;
        }
        let last = self.months.last_mut().expect("just made");
        let more = |sum: GrossPoints, points: u64| sum.checked_add(Points::new(points)).expect("small");
        (last.issued, last.redeemed) = (more(last.issued, issued), more(last.redeemed, redeemed));
        (last.expired, last.height) = (more(last.expired, expired), height);
        last.outstanding = Points::new(all.values().sum());
        let by_expiry = |(end, points)| PointsByExpiry { expiry: Expiry::Month(end), points: Points::new(points) };
        last.by_expiry = all.into_iter().filter(|(_, points)| *points > 0).map(by_expiry).collect();
    }

    fn give(&mut self, to: Address, end: Month, points: u64) {
        *self.accounts.entry(to).or_default().entry(end).or_default() += points;
    }

    /// The earliest first.
    fn take(&mut self, from: Address, mut points: u64) -> Vec<(Month, u64)> {
        let mut taken = Vec::new();
        for (end, there) in self.accounts.entry(from).or_default() {
            let part = points.min(*there);
            (*there, points) = (*there - part, points - part);
            taken.push((*end, part));
        }
        assert_eq!(points, 0, "there were enough");
        taken
    }
}

fn at(node: &Node, time: TimeMs, sender: u8, operations: Vec<Operation>) {
    let signed = node.sign_until(sender, time.plus_ms(HOUR_MS / 2), operations);
    let block = node.commit_at(time, vec![signed]);
    assert!(block.receipts.iter().all(|receipt| receipt.outcome == lojal_types::Outcome::Applied));
}

/// Every third one ends early.
fn issue(to: u8, amount: u64, name: &str, time: TimeMs) -> Operation {
    let (brand, to, amount) = (brand("nordmat"), address(to), Points::new(amount));
    let expiry = amount.get().is_multiple_of(3).then(|| time.month().plus(2));
    Operation::Issue(Issue { brand, to, amount, reference: reference(name), dated: time.day(), expiry })
}

fn redeem(from: u8, amount: u64) -> Operation {
    let (brand, from, amount) = (brand("nordmat"), address(from), Points::new(amount));
    Operation::Redeem(Redeem { brand, from, amount, request: None })
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_a_recount_of_the_blocks_while_months_pass_and_points_expire() {
    let node = Node::start().await;
    let mut time = node.now().plus_ms(HOUR_MS);
    at(&node, time, TILL, vec![issue(ANNA, 100, "a", time), issue(BO, 40, "b", time)]);
    for number in 0..16 {
        // Some months have several blocks, and one has none.
        time = time.plus_ms(if number == 5 { 70 } else { 21 } * DAY_MS);
        let send = Transfer { brand: brand("nordmat"), from: address(ANNA), to: address(BO), amount: Points::new(3) };
        at(&node, time, ANNA, vec![redeem(ANNA, 1), Operation::Transfer(send)]);
        time = time.plus_ms(HOUR_MS);
        at(&node, time, TILL, vec![issue(ANNA, 5 + number, &format!("r{number}"), time)]);
        if number == 9 {
            node.store().checkpoint().expect("the disk works");
        }
    }
    time = time.plus_ms(31 * DAY_MS);
    node.commit_at(time, Vec::new());
    let mut recount = Recount::default();
    for height in 1..=node.store().tip().height.get() {
        let stored = node.store().block(Height::new(height)).expect("readable").found().expect("there");
        recount.block(&Block::decode(&stored.bytes).expect("a block"));
    }
    let told: BrandStatistics = node.get("/v1/brands/nordmat/statistics").await.json();
    assert!(recount.months.len() > 10 && recount.months.iter().any(|month| month.expired > GrossPoints::default()));
    assert_eq!(told.months, recount.months);
    assert_eq!((told.complete_from, told.height, told.time_ms), (None, node.store().tip().height, time));
    let other: BrandStatistics = node.get("/v1/brands/kaffet/statistics").await.json();
    assert!(other.months.iter().all(|month| month.issued == GrossPoints::default() && month.by_expiry.is_empty()));
}
