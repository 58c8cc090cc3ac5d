//! Brands and what is between them as clients read it.

use lojal_types::api::{Brand, Netting, NettingPair, Operators, Partnership, Partnerships};
use lojal_types::{ExactMoney, NetworkKind, PartnershipProposal, Points, Role};

use super::node::{ANNA, Node, SECOND_MS, TILL, address};
use super::operations::{accept, brand, convert, hold, issue, propose, settle, terms};

fn sek(micro: u128) -> ExactMoney {
    ExactMoney::from_micro(micro).expect("a small sum")
}

/// Partnerships in both directions, a conversion in each: nordmat owes 1234.5 minor units, kaffet 30.
fn trade(node: &Node) {
    let (there, back) = (terms(1, 10, 12_345_000), terms(10, 1, 10_000_000));
    node.apply(TILL, vec![issue("nordmat", ANNA, 1000, "one")]);
    node.apply(TILL, vec![propose("nordmat", "kaffet", &there), accept("nordmat", "kaffet", &there)]);
    node.apply(TILL, vec![propose("kaffet", "nordmat", &back), accept("kaffet", "nordmat", &back)]);
    node.apply(ANNA, vec![convert(ANNA, "nordmat", "kaffet", (100, 10))]);
    node.apply(ANNA, vec![convert(ANNA, "kaffet", "nordmat", (3, 30))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_shows_what_is_held_and_what_was_converted_and_all_of_its_policy() {
    let node = Node::start().await;
    trade(&node);
    let expires_ms = node.now().plus_ms(SECOND_MS * 60);
    node.apply(ANNA, vec![hold(&node.chain(), "nordmat", ANNA, 40, "till", expires_ms)]);
    let nordmat: Brand = node.get("/v1/brands/nordmat").await.json();
    let totals = nordmat.totals;
    assert_eq!((totals.issued.get(), totals.converted_out.get()), (1030, 100));
    assert_eq!((totals.outstanding.get(), totals.held.get()), (890, 40));
    assert_eq!(nordmat.policy.transfer_daily_max, Some(Points::new(5_000)));
    assert_eq!((nordmat.policy.convertible, nordmat.policy.poolable, nordmat.policy.tradeable), (true, true, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_of_a_brand_are_listed_with_what_they_issued_today() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 30, "one")]);
    node.apply(TILL, vec![issue("nordmat", ANNA, 12, "two")]);
    let operators: Operators = node.get("/v1/brands/nordmat/operators").await.json();
    let [till] = operators.operators.as_slice() else { panic!("one operator: {operators:?}") };
    assert_eq!(till.address, address(TILL).to_text(NetworkKind::Test));
    assert_eq!(till.roles[..], [Role::Issue, Role::Capture, Role::Reverse, Role::Admin]);
    assert_eq!((till.issue_daily_max, till.issued_today), (Some(Points::new(100_000)), Points::new(42)));
    let kaffet: Operators = node.get("/v1/brands/kaffet/operators").await.json();
    assert_eq!(kaffet.operators[0].issued_today, Points::ZERO, "limits are per brand");
    assert_eq!(node.get("/v1/brands/nobody/operators").await.refusal(), (404, "unknown_brand".into()));
    assert_eq!(node.get("/v1/brands/N/operators").await.refusal(), (400, "invalid_parameter".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partnership_is_listed_from_its_proposal_on_with_what_was_converted_today() {
    let node = Node::start().await;
    let none: Partnerships = node.get("/v1/partnerships").await.json();
    assert_eq!(none.partnerships, []);
    let (first, better) = (terms(1, 10, 5), terms(1, 5, 5));
    node.apply(TILL, vec![issue("nordmat", ANNA, 1000, "one"), propose("nordmat", "kaffet", &first)]);
    let listed =
        async || -> Vec<Partnership> { node.get("/v1/partnerships").await.json::<Partnerships>().partnerships };
    let proposal = |terms| Some(PartnershipProposal { by: brand("nordmat"), terms });
    let mut expected = Partnership {
        from: brand("nordmat"),
        to: brand("kaffet"),
        terms: None,
        proposal: proposal(first.clone()),
        converted_today: Points::ZERO,
    };
    assert_eq!(listed().await, [expected.clone()]);
    node.apply(TILL, vec![accept("nordmat", "kaffet", &first)]);
    node.apply(ANNA, vec![convert(ANNA, "nordmat", "kaffet", (100, 10))]);
    node.apply(TILL, vec![propose("nordmat", "kaffet", &better)]);
    (expected.terms, expected.proposal, expected.converted_today) = (Some(first), proposal(better), Points::new(100));
    assert_eq!(listed().await, [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_netting_statement_shows_what_each_pair_owes_gross_and_net_and_when() {
    let node = Node::start().await;
    let empty: Netting = node.get("/v1/netting").await.json();
    assert_eq!((empty.pairs, empty.height.get()), (Vec::new(), 0));
    trade(&node);
    let statement: Netting = node.get("/v1/netting").await.json();
    assert_eq!(statement.currency.map(|currency| currency.to_string()).as_deref(), Some("SEK"));
    assert_eq!((statement.height, statement.time_ms), (node.store().tip().height, node.now()));
    let pair = NettingPair {
        first: brand("kaffet"),
        second: brand("nordmat"),
        first_owes: sek(30_000_000),
        second_owes: sek(1_234_500_000),
        net: sek(1_204_500_000),
        net_debtor: Some(brand("nordmat")),
    };
    assert_eq!(statement.pairs, [pair]);
    node.apply(TILL, vec![settle("kaffet", "nordmat", 1234)]);
    let settled: Netting = node.get("/v1/netting").await.json();
    let [pair] = settled.pairs.as_slice() else { panic!("one pair: {settled:?}") };
    assert_eq!((pair.second_owes, pair.net, pair.net_debtor), (sek(500_000), sek(29_500_000), Some(pair.first)));
    assert_eq!(settled.height, statement.height.next());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_of_another_height_is_refused_with_the_way_to_get_it() {
    let node = Node::start().await;
    trade(&node);
    let tip = node.store().tip().height.get();
    let now: Netting = node.get("/v1/netting").await.json();
    assert_eq!(node.get(&format!("/v1/netting?height={tip}")).await.json::<Netting>(), now);
    for height in [0, tip - 1, tip + 1] {
        let answer = node.get(&format!("/v1/netting?height={height}")).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()));
        let detail = answer.problem().detail;
        assert!(detail.contains(&format!("lojal-audit verify --to {height}")), "{detail}");
    }
    for wrong in ["height=x", "height=-1", "to=3", "height=1&height=1"] {
        assert_eq!(node.get(&format!("/v1/netting?{wrong}")).await.refusal(), (400, "invalid_parameter".into()));
    }
}
