use lojal_ledger::Records;
use lojal_ledger::key::{CampaignKey, HoldsKey, VouchersKey};
use lojal_types::{Address, BrandId, CampaignId, TimeMs};

use super::blocks::Blocks;
use super::economy::{BRAND_COUNT, brand};
use super::states::{OFFERED, States};
use super::terms::{BADGE, COFFEE, COFFEE_PRICE, GIFT, INVITED_POINTS_MAX, LEVELS, MEMBERSHIP, REWARD, TO_INVITED};
use super::timing::{apply, execute};
use super::*;

const EXTENT: Extent = Extent { accounts: 150, block: 60, rounds: 2, lines: 1_000 };

fn made() -> (Economy, States) {
    let economy = Economy::new(EXTENT.accounts, EXTENT.lines);
    let states = states::make(&economy).expect("everything happened");
    (economy, states)
}

/// The view after a block of a kind on top of everything.
fn after(economy: &Economy, states: &States, kind: Kind) -> View {
    let transactions = Blocks::new(economy, states, EXTENT.block).draw(kind, 1);
    let executed = execute(&states.market, states.time, kind.name(), &transactions).expect("all of it happened");
    assert_eq!(executed.execution.receipts().len(), EXTENT.block);
    let mut state = states.market.clone();
    apply(&mut state, executed.execution, states.time);
    state.view().clone()
}

/// The sum of something over all accounts and brands.
fn sum(economy: &Economy, of: impl Fn(Address, BrandId) -> u64) -> u64 {
    let members = 0..economy.members.len();
    members
        .flat_map(|member| (0..BRAND_COUNT).map(move |at| (member, at)))
        .map(|(member, at)| of(economy.members.address(member), brand(at)))
        .sum()
}

fn units(economy: &Economy, view: &View) -> u64 {
    let month = view.tip().time_ms.month();
    sum(economy, |account, brand| {
        view.standing(account, brand).expect("in memory").map_or(0, |standing| standing.units(LEVELS, month))
    })
}

fn vouchers(economy: &Economy, view: &View) -> u64 {
    sum(economy, |account, brand| {
        let vouchers = view.get(&VouchersKey { account, brand }).expect("in memory").unwrap_or_default();
        vouchers.vouchers.len() as u64
    })
}

fn offered(economy: &Economy, view: &View) -> u64 {
    sum(economy, |account, brand| {
        let set_aside = view.get(&HoldsKey { account, brand }).expect("in memory").unwrap_or_default();
        set_aside.offers.iter().map(|offer| offer.lot.amount.get()).sum()
    })
}

/// The units and the points that a campaign of all brands has given, and the points that it was paid.
fn given(view: &View, campaign: CampaignId) -> [u128; 3] {
    let records = (0..BRAND_COUNT).map(|at| {
        view.get(&CampaignKey { brand: brand(at), campaign }).expect("in memory").expect("every brand has it")
    });
    records.fold([0; 3], |[times, points, paid], one| {
        [times + u128::from(one.times), points + one.points.get(), paid + one.paid.get()]
    })
}

#[test]
fn everything_that_is_measured_happens_and_has_a_time() {
    let costs = measure_of(EXTENT).expect("everything happened");
    assert_eq!(costs.kinds.iter().map(|timed| timed.kind).collect::<Vec<_>>(), Kind::ALL);
    for timed in costs.kinds.iter().chain([&costs.transfers.without, &costs.transfers.with]) {
        assert!(0.0 < timed.rules_us && timed.rules_us < timed.block_us, "{timed:?}");
        assert!(timed.written > 1.0, "{timed:?}");
    }
    // Both accounts and both balances of every transfer, and what is the block's.
    let (transfer, stamp) = (costs.of(Kind::Transfer).written, costs.of(Kind::Stamp).written);
    assert!((4.0..4.5).contains(&transfer), "{transfer}");
    // The account, its standing and the reference, and what is the block's and the operators'.
    assert!((3.0..4.0).contains(&stamp), "{stamp}");
}

#[test]
fn every_member_has_a_relation_with_every_brand_and_none_is_counted_without_a_level() {
    let (economy, states) = made();
    let found = relations(states.programme.view()).expect("all are whole");
    assert_eq!(found.count, EXTENT.accounts * BRAND_COUNT);
    assert!((100..400).contains(&found.max_bytes) && found.mean_bytes <= found.max_bytes as f64, "{found:?}");
    assert_eq!(relations(states.points.view()).expect("there are none").count, 0);
    assert_eq!(relations(states.market.view()).expect("all are whole"), found);
    assert_eq!(given(states.market.view(), BADGE), [(EXTENT.accounts * BRAND_COUNT) as u128, 0, 0]);
    assert_eq!(offered(&economy, states.market.view()), EXTENT.accounts as u64 * OFFERED);
    let times = [&states.points, &states.programme, &states.market].map(|state| state.view().tip().time_ms);
    assert!(times.iter().all(|time| *time == times[0] && *time < states.time) && times[0] > TimeMs::default());
}

#[test]
fn each_kind_does_what_its_name_says() {
    let (economy, states) = made();
    let (before, block) = (states.market.view(), EXTENT.block as u128);
    let after = |kind| after(&economy, &states, kind);
    let balances = |view: &View| {
        sum(&economy, |account, brand| {
            view.lots(account, brand).expect("in memory").iter().map(|lot| lot.amount.get()).sum()
        })
    };
    let moved = after(Kind::Transfer);
    assert_eq!(balances(&moved), balances(before));
    assert_ne!(moved.state_root(), before.state_root());
    assert!(units(&economy, &after(Kind::Stamp)) > units(&economy, before) + EXTENT.block as u64);
    let [times, points, _] = given(&after(Kind::GrantPoints), GIFT);
    assert!(times == block && points > block, "{points}");
    assert_eq!(given(&after(Kind::GrantMark), MEMBERSHIP), [block, 0, 0]);
    assert_eq!(given(&after(Kind::ClaimPoints), REWARD), [block, 50 * block, 0]);
    let claimed = after(Kind::ClaimVoucher);
    assert_eq!(given(&claimed, COFFEE), [block, 0, u128::from(COFFEE_PRICE.get()) * block]);
    assert_eq!((vouchers(&economy, before), vouchers(&economy, &claimed)), (0, EXTENT.block as u64));
    let taken = EXTENT.block as u64 * OFFERED / 10;
    assert_eq!(offered(&economy, &after(Kind::Take)), offered(&economy, before) - taken);
    assert_eq!(given(&after(Kind::ClaimUninvited), TO_INVITED), [block, 50 * block, 0]);
    let [times, points, _] = given(&after(Kind::ClaimInvited), TO_INVITED);
    assert!(times == block && points != 50 * block && points <= block * u128::from(INVITED_POINTS_MAX), "{points}");
}

#[test]
fn nobody_is_in_a_block_twice_and_two_runs_draw_the_same() {
    let (economy, states) = made();
    let blocks = Blocks::new(&economy, &states, EXTENT.block);
    let drawn = blocks.draw(Kind::Transfer, 3);
    let mut senders: Vec<_> = drawn.iter().map(|one| one.transaction().sender).collect();
    senders.sort_unstable();
    senders.dedup();
    assert_eq!(senders.len(), EXTENT.block);
    let (economy, states) = made();
    let again = Blocks::new(&economy, &states, EXTENT.block).draw(Kind::Transfer, 3);
    assert!(drawn.iter().zip(&again).all(|(one, other)| one.id() == other.id()));
}

#[test]
fn a_block_of_which_something_fails_is_no_measurement() {
    let (economy, states) = made();
    // Where there is no programme nothing can be stamped.
    let stamps = Blocks::new(&economy, &states, EXTENT.block).draw(Kind::Stamp, 0);
    let failed = execute(&states.points, states.time, "a stamp", &stamps).err().expect("there is no track");
    assert!(failed.to_string().contains("a stamp had no effect"), "{failed}");
}
