//! The market: what is offered, in its order, and an account's own offers.

use lojal_types::api::{Market, Offers};
use lojal_types::{Expiry, Freeze, NetworkKind, Offer, OfferId, Operation, Points, Take, WithdrawOffer, offer_id};

use super::node::{ANNA, BO, HOUR_MS, Node, TILL, address};
use super::operations::{brand, issue};
use crate::access::{Access, Auditors};

const MARKET: &str = "/v1/market/nordmat/kaffet";

/// An offer of so many of nordmat's points for kaffet's, at so many for so many.
pub(crate) fn offer(node: &Node, from: u8, amount: u64, (price_num, price_den): (u32, u32)) -> Operation {
    let month = node.now().month();
    Operation::Offer(Offer {
        brand: brand("nordmat"),
        from: address(from),
        amount: Points::new(amount),
        expiry: Expiry::Month(month.plus(12)),
        wants: brand("kaffet"),
        price_num,
        price_den,
        wants_until: Expiry::Month(month),
        min_take: Points::new(1),
        expires_ms: node.now().plus_ms(HOUR_MS),
    })
}

/// The market once something holds of it, since it follows the blocks within moments.
pub(crate) async fn listed(node: &Node, holds: impl Fn(&Market) -> bool) -> Market {
    loop {
        let market: Market = node.get(MARKET).await.json();
        if holds(&market) {
            return market;
        }
        tokio::task::yield_now().await;
    }
}

/// A node where Anna and Bo have 500 of nordmat's points, and Bo some of kaffet's.
async fn start() -> Node {
    let node = Node::start().await;
    let given = [("nordmat", ANNA, 500), ("nordmat", BO, 500), ("kaffet", BO, 900)];
    let issues = given.map(|(id, to, amount)| issue(id, to, amount, &format!("{id} {to}")));
    node.apply(TILL, issues.to_vec());
    node
}

/// Has somebody make an offer; answers with its name.
fn make(node: &Node, from: u8, amount: u64, price: (u32, u32)) -> OfferId {
    let id = node.apply(from, vec![offer(node, from, amount, price)]);
    offer_id(&node.chain(), &id, 0)
}

fn amounts(market: &Market) -> Vec<u64> {
    market.offers.iter().map(|one| one.amount.get()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_lists_what_can_be_taken_the_cheapest_first_and_follows_every_block() {
    let node = start().await;
    let none = listed(&node, |market| !market.more).await;
    assert_eq!((none.brand, none.wants, none.offers), (brand("nordmat"), brand("kaffet"), Vec::new()));
    let dear = make(&node, ANNA, 40, (3, 4));
    make(&node, BO, 30, (1, 2));
    make(&node, ANNA, 20, (2, 3));
    let market = listed(&node, |market| market.offers.len() == 3).await;
    assert_eq!((amounts(&market), market.height), (vec![30, 20, 40], node.store().tip().height));
    let (owner, from, amount) = (address(ANNA), address(BO), Points::new(15));
    let take = Take {
        brand: brand("nordmat"),
        owner,
        offer: dear,
        from,
        amount,
        wants: brand("kaffet"),
        max_pay: Points::new(12),
        expiry: Expiry::Month(node.now().month().plus(12)),
    };
    node.apply(BO, vec![Operation::Take(take)]);
    listed(&node, |market| amounts(market) == [30, 20, 25]).await;
    let withdraw = WithdrawOffer { brand: brand("nordmat"), from: owner, offer: dear };
    node.apply(ANNA, vec![Operation::WithdrawOffer(withdraw)]);
    listed(&node, |market| amounts(market) == [30, 20]).await;
    node.apply(ANNA, vec![Operation::Freeze(Freeze {})]);
    assert_eq!(amounts(&listed(&node, |market| market.offers.len() == 1).await), [30], "a frozen owner's is left out");
    node.commit_at(node.now().plus_ms(2 * HOUR_MS), Vec::new());
    listed(&node, |market| market.offers.is_empty()).await;
    for path in ["/v1/market/nobody/kaffet", "/v1/market/kaffet/nobody"] {
        assert_eq!(node.get(path).await.refusal(), (404, "unknown_brand".into()));
    }
    assert_eq!(node.get("/v1/market/Kaffet/nordmat").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_market_is_everybodys_and_an_accounts_offers_are_its_own() {
    let node = Node::start_guarded(Access { auditors: Auditors::default(), hosts: vec![] }).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 500, "one")]);
    make(&node, ANNA, 40, (3, 4));
    assert_eq!(amounts(&listed(&node, |market| !market.offers.is_empty()).await), [40]);
    let path = format!("/v1/accounts/{}/offers", address(ANNA).to_text(NetworkKind::Test));
    assert_eq!(node.get(&path).await.status, 401);
    let own: Offers = node.get_as(&node.token(ANNA), &path).await.json();
    assert_eq!((own.offers.len(), own.only_of), (1, None));
    let seen: Offers = node.get_as(&node.token(TILL), &path).await.json();
    assert_eq!((seen.offers.len(), seen.only_of), (1, Some(vec![brand("kaffet"), brand("nordmat")])));
    assert_eq!(node.get_as(&node.token(BO), &path).await.status, 403);
}
