use lojal_types::api::{Payment, TransactionState};
use lojal_types::{Code, Operation, Outcome, Points, RequestKind};

use super::node::{ANNA, BO, Node, TILL, address};
use super::operations::{brand, hold, issue, request};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_shows_who_paid_it_and_no_squatter() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "anna"), issue("nordmat", BO, 100, "bo")]);
    let asked = request("nordmat", 60, "till 7", RequestKind::Redeem);
    let path = format!("/v1/payments/{}", asked.reference(&node.chain()));
    assert_eq!(node.get(&path).await.refusal(), (404, "unknown_reference".into()));
    let Operation::Redeem(mut squatter) = asked.answer(&node.chain(), address(BO)) else { panic!("another operation") };
    squatter.amount = Points::new(1);
    let refused = node.submit("", &node.sign(BO, vec![Operation::Redeem(squatter)])).await;
    assert_eq!(refused.refusal(), (422, Code::RequestMismatch.name().to_owned()));
    assert_eq!(node.get(&path).await.refusal(), (404, "unknown_reference".into()));
    node.apply(ANNA, vec![asked.answer(&node.chain(), address(ANNA))]);
    let other_month = asked.dated.plus(40);
    assert_eq!(node.get(&format!("{path}?dated={other_month}")).await.refusal(), (404, "unknown_reference".into()));
    let dated: Payment = node.get(&format!("{path}?dated={}", asked.dated)).await.json();
    let payment: Payment = node.get(&path).await.json();
    assert_eq!(dated, payment);
    assert_eq!((payment.brand, payment.amount, payment.held_until_ms), (brand("nordmat"), Points::new(60), None));
    let signed = payment.transaction.transaction.expect("the whole transaction");
    assert_eq!((payment.from, signed.transaction.sender), (signed.transaction.sender, payment.from));
    assert!(matches!(payment.transaction.state, TransactionState::Committed { receipt: Outcome::Applied, .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_hold_shows_until_when_it_is_held() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "anna")]);
    let end = node.now().plus_ms(3_600_001);
    let operation = hold(&node.chain(), "nordmat", ANNA, 60, "till 7", end);
    let Operation::Hold(held) = &operation else { panic!("another operation") };
    let path = format!("/v1/payments/{}", held.request.reference);
    node.apply(ANNA, vec![operation]);
    let payment: Payment = node.get(&path).await.json();
    assert_eq!((payment.amount, payment.held_until_ms), (Points::new(60), end.to_whole_minute()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_is_none_is_refused() {
    let node = Node::start().await;
    for wrong in ["0", "AA", "till"] {
        let path = format!("/v1/payments/{wrong}");
        assert_eq!(node.get(&path).await.refusal(), (400, "invalid_parameter".into()), "{path}");
    }
}
