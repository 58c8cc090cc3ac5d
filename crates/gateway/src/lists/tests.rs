//! A brand's lists: what is on them, by pages, and who reads them.

use lojal_types::{Code, Outcome, Points};

use super::*;
use crate::tests::node::{ANNA, BO, HOUR_MS, Node, TILL, address, transfer};
use crate::tests::operations::{accept, brand, convert, hold, issue, propose, redeem, terms};

const LISTS: [&str; 4] = ["transactions", "accounts", "expiring", "statistics"];

async fn list<T: serde::de::DeserializeOwned>(node: &Node, rest: &str) -> T {
    node.get(&format!("/v1/brands/{rest}")).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_lists_the_transactions_with_its_points_by_kind_time_and_account() {
    let node = Node::start().await;
    let first = node.apply(TILL, vec![issue("nordmat", ANNA, 1_000, "one"), issue("nordmat", BO, 10, "two")]);
    let there = terms(1, 10, 12_345_000);
    node.apply(TILL, vec![propose("nordmat", "kaffet", &there), accept("nordmat", "kaffet", &there)]);
    let coffee = node.apply(TILL, vec![issue("kaffet", BO, 5, "three")]);
    let late = node.now();
    let sent = node.apply(ANNA, vec![transfer(ANNA, BO, 25)]);
    let converted = node.apply(ANNA, vec![convert(ANNA, "nordmat", "kaffet", (100, 10))]);
    let time = node.now().plus_ms(1_000);
    let failed = node.sign_until(ANNA, time.plus_ms(HOUR_MS / 2), vec![redeem("nordmat", address(ANNA), 9_999)]);
    let receipt = node.commit_at(time, vec![failed]).receipts[0].outcome;
    assert_eq!(receipt, Outcome::Failed { operation: 0, code: Code::InsufficientPoints });
    let of = async |rest: &str| -> Vec<lojal_types::TransactionId> {
        let page: api::BrandTransactions = list(&node, rest).await;
        assert_eq!((page.next_cursor, page.complete_from), (None, None), "{rest}");
        page.transactions.iter().map(|one| one.id).collect()
    };
    assert_eq!(of("nordmat/transactions").await, [converted, sent, first], "applied, and in its points");
    assert_eq!(of("kaffet/transactions").await, [converted, coffee]);
    assert_eq!(of("nordmat/transactions?kind=issue").await, [first]);
    assert_eq!(of("nordmat/transactions?kind=set_policy").await, []);
    assert_eq!(of(&format!("nordmat/transactions?since_ms={}", late.get() + 1)).await, [converted, sent]);
    let bo = address(BO).to_text(node.app.network());
    assert_eq!(of(&format!("nordmat/transactions?account={bo}")).await, [sent, first]);
    assert_eq!(of(&format!("kaffet/transactions?account={bo}")).await, [coffee]);
    let anna = address(ANNA).to_text(node.app.network());
    assert_eq!(of(&format!("nordmat/transactions?account={anna}&kind=redeem")).await, [], "what failed");
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page: api::BrandTransactions = list(&node, &format!("nordmat/transactions?limit=1{cursor}")).await;
        assert!(page.transactions.len() <= 1);
        ids.extend(page.transactions.iter().map(|one| one.id));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(ids, [converted, sent, first]);
    for wrong in ["kind=gift", "limit=0", "limit=101", "since_ms=soon", "account=tloj1", "brand=kaffet"] {
        let status = node.get(&format!("/v1/brands/nordmat/transactions?{wrong}")).await.status;
        assert_eq!(status, 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_lists_who_has_its_points_and_when_they_expire() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 1_000, "one"), issue("nordmat", BO, 10, "two")]);
    node.apply(TILL, vec![issue("kaffet", BO, 5, "three")]);
    let end = node.now().plus_ms(HOUR_MS);
    node.apply(BO, vec![hold(&node.chain(), "nordmat", BO, 4, "till 8", end)]);
    let page: api::BrandAccounts = list(&node, "nordmat/accounts").await;
    let mut seen: Vec<_> = page.accounts.iter().map(|one| (one.total.get(), one.held.get())).collect();
    seen.sort_unstable();
    assert_eq!((seen, page.next_cursor, page.height), (vec![(6, 4), (1_000, 0)], None, node.store().tip().height));
    let lots: u64 = page.accounts.iter().flat_map(|one| &one.lots).map(|lot| lot.amount.get()).sum();
    assert_eq!(lots, 1_006);
    let month = node.now().month();
    // Points of this brand live for twelve months.
    let soon: api::BrandExpiring = list(&node, "nordmat/expiring").await;
    assert_eq!((soon.until, soon.points.len(), soon.accounts.len()), (month, 0, 0));
    let year = node.now().plus_ms(340 * 24 * HOUR_MS);
    node.commit_at(year, Vec::new());
    let all: api::BrandExpiring = list(&node, "nordmat/expiring?months=12").await;
    let expiry = Expiry::Month(month.plus(12));
    assert_eq!(all.points, [api::PointsByExpiry { expiry, points: Points::new(1_010) }], "the hold is over");
    assert_eq!(all.accounts.iter().map(|one| one.total.get()).sum::<u64>(), 1_010);
    assert_eq!(all.until, year.month().plus(11));
    for wrong in ["months=0", "months=13", "months=x", "cursor=Z", "cursor=00"] {
        assert_eq!(node.get(&format!("/v1/brands/nordmat/expiring?{wrong}")).await.status, 400, "{wrong}");
    }
    for path in LISTS {
        let refusal = node.get(&format!("/v1/brands/nobody/{path}")).await.refusal();
        assert_eq!(refusal, (404, "unknown_brand".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_accounts_are_all_of_them_each_once() {
    let node = Node::start().await;
    let issues = (50..110_u8).map(|seed| issue("nordmat", seed, 10, &format!("r{seed}"))).collect();
    node.apply(TILL, issues);
    let view = node.store().view();
    let bounds = Bounds { pages: 3, accounts: 16 };
    let (mut found, mut cursor) = (Vec::new(), Some("0".to_owned()));
    while let Some(text) = cursor {
        let place = place_of(Some(&text)).expect("a cursor");
        let page = accounts_in(&view, brand("nordmat"), place, bounds).expect("in memory");
        let soon = expiring_in(&view, brand("nordmat"), 12, place, bounds).expect("in memory");
        assert_eq!(soon.accounts.len(), 0, "they live until the end of the month a year from now");
        found.extend(page.accounts.iter().map(|one| one.account.to_string()));
        cursor = page.next_cursor;
    }
    assert_eq!(found.len(), 60);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), 60);
}

#[test]
fn a_cursor_has_one_text() {
    assert_eq!(place_of(Some(&cursor_of(u128::MAX))).ok(), Some(u128::MAX));
    for wrong in ["", "-1", "00", "A", "0x1", &"f".repeat(33)] {
        assert!(place_of(Some(wrong)).is_err(), "{wrong}");
    }
}
