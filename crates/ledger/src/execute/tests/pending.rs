//! Points that wait: `SetPendingDays`, and campaigns with `pending_days` (protocol, Pending points).

use lojal_types::{Award, Campaign, Code, TimeMs};

use crate::fixture::*;
use crate::key::{BalanceKey, PendingKey};

/// Anna has got 500 of the grocer's points on the 15th of November 2026, which mature on the 29th.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_pending_days(GROCER, 14));
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "receipt"));
    ledger
}

fn matures(ledger: &Ledger) -> TimeMs {
    ledger.now().day().plus(14).start()
}

fn pending(ledger: &Ledger, account: u8) -> Vec<(String, String, u64)> {
    let lots = ledger.view().pending(address(account), brand(GROCER)).expect("in memory").into_iter();
    lots.map(|lot| (lot.matures.to_string(), lot.expiry.to_string(), lot.amount.get())).collect()
}

fn one(matures: &str, expiry: &str, amount: u64) -> Vec<(String, String, u64)> {
    vec![(matures.to_owned(), expiry.to_owned(), amount)]
}

#[test]
fn what_waits_cannot_be_used_until_the_first_block_of_its_day_and_can_from_then_on() {
    let mut ledger = ledger();
    assert_eq!((ledger.lots(ANNA, GROCER), pending(&ledger, ANNA)), (vec![], one("2026-11-29", "2027-11", 500)));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 500, pending: 500, ..Sums::default() });
    let in_vain =
        [redeem(GROCER, ANNA, 1), transfer(GROCER, ANNA, BO, 10), hold(GROCER, ANNA, 20, "till", in_an_hour())];
    for operation in in_vain {
        ledger.fails(ANNA, operation, Code::InsufficientPoints);
    }
    let end = matures(&ledger);
    ledger.pass_to(time(end.get() - 2));
    let early = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 1)]);
    let late = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 40)]);
    assert_eq!(ledger.block(time(end.get() - 1), &[early]), [Ok(failed(0, Code::InsufficientPoints))]);
    assert_eq!(ledger.block(end, &[late]), [Ok(lojal_types::Outcome::Applied)]);
    assert_eq!((ledger.lots(ANNA, GROCER), pending(&ledger, ANNA)), (vec![lot("2027-11", 460)], vec![]));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 500, outstanding: 460, redeemed: 40, ..Sums::default() });
}

fn in_an_hour() -> TimeMs {
    Ledger::new().now().plus_ms(HOUR_MS)
}

#[test]
fn what_has_matured_is_there_for_every_read_though_nothing_has_touched_it() {
    let mut ledger = ledger();
    ledger.pass_to(matures(&ledger));
    assert_eq!((ledger.lots(ANNA, GROCER), pending(&ledger, ANNA)), (vec![lot("2027-11", 500)], vec![]));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 500, outstanding: 500, ..Sums::default() });
    let key = BalanceKey { account: address(ANNA), brand: brand(GROCER) };
    let record = ledger.view().get(&key).expect("in memory").expect("the points");
    assert_eq!((record.lots.len(), record.pending.len()), (0, 1), "the record follows when it is written");
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "second"));
    let record = ledger.view().get(&key).expect("in memory").expect("the points");
    assert_eq!((record.lots.len(), record.pending.len()), (1, 1));
}

#[test]
fn a_reversal_cannot_fail_before_they_mature_and_leaves_what_had_matured_alone() {
    let mut ledger = ledger();
    ledger.apply(TILL, set_pending_days(GROCER, 0));
    ledger.apply(TILL, issue(GROCER, ANNA, 70, "at once"));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 200, "receipt", "return 1"));
    assert_eq!((ledger.balance(ANNA, GROCER), pending(&ledger, ANNA)), (70, one("2026-11-29", "2027-11", 300)));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 300, "receipt", "return 2"));
    assert_eq!((ledger.balance(ANNA, GROCER), pending(&ledger, ANNA)), (70, vec![]));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 570, outstanding: 70, reversed: 500, ..Sums::default() });
    let day = ledger.now().day().plus(14);
    let key = PendingKey { brand: brand(GROCER), matures: day };
    assert_eq!(ledger.view().get(&key).expect("in memory"), None, "nothing is left behind");
    ledger.fails(RETURNS, reverse(GROCER, ANNA, 1, "receipt", "return 3"), Code::ReversalExceedsIssue);
}

#[test]
fn what_matured_is_reversed_like_any_other_points() {
    let mut ledger = ledger();
    ledger.pass_to(matures(&ledger));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 450));
    ledger.fails(RETURNS, reverse(GROCER, ANNA, 100, "receipt", "return 1"), Code::InsufficientPoints);
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 50, "receipt", "return 1"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 500, redeemed: 450, reversed: 50, ..Sums::default() });
}

#[test]
fn points_live_from_the_day_on_which_they_mature() {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_pending_days(GROCER, 16));
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "by the policy"));
    ledger.fails(TILL, issue_until("2026-11", GROCER, ANNA, 1, "too early"), Code::IssueExpiryOutOfRange);
    ledger.fails(TILL, issue_until("2028-01", GROCER, ANNA, 1, "too late"), Code::IssueExpiryOutOfRange);
    ledger.apply(TILL, issue_until("2026-12", GROCER, ANNA, 2, "as early as can be"));
    let both = [one("2026-12-01", "2026-12", 2), one("2026-12-01", "2027-12", 1)].concat();
    assert_eq!(pending(&ledger, ANNA), both);
}

#[test]
fn a_campaign_makes_its_points_wait_and_the_policys_days_are_only_for_issues() {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_pending_days(GROCER, 14));
    let terms = gifts(ledger.now(), (60, 100));
    let Award::Points { amount, up_to, .. } = terms.award else { unreachable!() };
    let short = Award::Points { amount, up_to, months: Some(1) };
    ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
    ledger.apply(TILL, set_campaign(GROCER, 2, Campaign { award: short, pending_days: 30, ..terms.clone() }));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 5, "gift 1"));
    ledger.apply(TILL, grant(GROCER, 2, ANNA, 60, "gift 2"));
    assert_eq!((ledger.balance(ANNA, GROCER), pending(&ledger, ANNA)), (5, one("2026-12-15", "2027-01", 60)));
    ledger.fails(TILL, set_campaign(GROCER, 2, Campaign { pending_days: 31, ..terms.clone() }), Code::CampaignPromised);
    ledger.apply(TILL, set_campaign(GROCER, 2, Campaign { pending_days: 0, ..terms.clone() }));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 60, "gift 2", "return"));
    assert_eq!(ledger.campaign(GROCER, 2).reversed.get(), 60, "the budget has it back");
    let too_long = Campaign { pending_days: 91, ..terms.clone() };
    ledger.fails(TILL, set_campaign(GROCER, 3, too_long), Code::CampaignOutOfBounds);
    let club = Campaign { pending_days: 1, ..club(ledger.now(), 10, None) };
    ledger.fails(TILL, set_campaign(GROCER, 3, club), Code::CampaignOutOfBounds);
}

#[test]
fn what_matures_after_its_month_in_a_network_that_stood_still_is_breakage() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue_until("2026-11", GROCER, ANNA, 40, "short"));
    ledger.pass_to(start_of("2026-12"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 500)]);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 540, outstanding: 500, expired: 40, ..Sums::default() });
    ledger.fails(ANNA, redeem(GROCER, ANNA, 501), Code::PointsExpired);
    ledger.pass_to(start_of("2033-01"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 540, expired: 540, ..Sums::default() });
}

#[test]
fn nothing_waits_any_more_when_a_brand_leaves() {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_pending_days(GROCER, 90));
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "last"));
    let closes = ledger.leaving_at();
    ledger.apply(TILL, close_brand(GROCER, Some(closes)));
    ledger.fails(TILL, issue(GROCER, ANNA, 1, "later"), Code::BrandClosing);
    ledger.pass_to(time(closes.get() - HOUR_MS));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, outstanding: 100, ..Sums::default() });
    ledger.apply(ANNA, redeem(GROCER, ANNA, 30));
    ledger.pass_to(closes);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, redeemed: 30, expired: 70, ..Sums::default() });
}

#[test]
fn a_household_is_not_dissolved_while_points_wait_in_its_pool() {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    let family = ledger.household(ANNA, &[]);
    ledger.apply(TILL, set_pending_days(GROCER, 1));
    ledger.apply(TILL, to(family, issue(GROCER, ANNA, 9, "second")));
    ledger.fails(ANNA, leave(family), Code::LastHouseholdAdmin);
    ledger.pass_to(ledger.now().day().plus(1).start());
    ledger.fails(ANNA, leave(family), Code::LastHouseholdAdmin);
    ledger.apply(ANNA, of(family, redeem(GROCER, ANNA, 9)));
    ledger.apply(ANNA, leave(family));
}

#[test]
fn an_account_has_so_many_parts_pending_and_what_all_wait_for_is_bounded_with_the_rest() {
    let mut ledger = Ledger::with_campaigns();
    fill_pending(&mut ledger);
    assert_eq!(pending(&ledger, ANNA).len(), 180);
    ledger.fails(TILL, issue_until("2027-06", GROCER, ANNA, 1, "one part more"), Code::PendingFull);
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "more of a part"));
    ledger.pass_to(ledger.now().day().plus(1).start());
    ledger.apply(TILL, issue_until("2027-06", GROCER, ANNA, 1, "the first has matured"));
    let most = lojal_types::limits::POINTS_MAX;
    ledger.fails(TILL, issue(GROCER, BO, most, "too many"), Code::AmountTooLarge);
    ledger.apply(TILL, issue(GROCER, BO, most - 182, "all"));
    ledger.fails(TILL, issue(GROCER, BO, 1, "one more"), Code::AmountTooLarge);
}

#[test]
fn fewer_days_let_more_happen_and_take_the_brands_admins_together() {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_pending_days(GROCER, 14));
    ledger.apply(TILL, set_operator(GROCER, BOSS, &[lojal_types::Role::Admin], None));
    ledger.apply(TILL, set_approvals(GROCER, 2, 0));
    ledger.apply(BOSS, set_pending_days(GROCER, 15));
    ledger.fails(BOSS, set_pending_days(GROCER, 14), Code::MotionNeeded);
    let motion = ledger.propose_for(TILL, GROCER, vec![set_pending_days(GROCER, 0)]);
    ledger.approve_for(BOSS, GROCER, motion);
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "receipt"));
    assert_eq!(ledger.balance(ANNA, GROCER), 500);
    let record = ledger.view().brand(brand(GROCER)).expect("in memory").expect("it is listed");
    assert_eq!(record.pending_days, 0);
}
