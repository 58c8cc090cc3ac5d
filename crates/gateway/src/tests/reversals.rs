use lojal_types::api::{Issue, Reversal};
use lojal_types::{Code, Operation, Points, Reverse};

use super::node::{ANNA, BO, Node, TILL, address};
use super::operations::{brand, issue, redeem, reference, today};

fn reverse(at_least: u64, amount: u64, receipt: &str, own: &str) -> Operation {
    Operation::Reverse(Reverse {
        brand: brand("nordmat"),
        from: address(ANNA),
        amount: Points::new(amount),
        at_least: Points::new(at_least),
        issue_reference: reference(receipt),
        issue_dated: today(),
        reference: reference(own),
        dated: today(),
    })
}

async fn issued(node: &Node, receipt: &str) -> Issue {
    node.get(&format!("/v1/brands/nordmat/issues/{}", reference(receipt))).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_shows_what_can_be_taken_back_and_a_reversal_what_it_took() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "receipt")]);
    let first = issued(&node, "receipt").await;
    assert_eq!((first.amount, first.reversible, first.reversed), (Points::new(100), Points::new(100), Points::ZERO));
    assert!(first.reversible_until_ms > node.now());
    node.apply(ANNA, vec![redeem("nordmat", address(ANNA), 70)]);
    assert_eq!(issued(&node, "receipt").await.reversible, Points::new(30));
    node.apply(TILL, vec![reverse(1, 100, "receipt", "return")]);
    let path = format!("/v1/brands/nordmat/reversals/{}", reference("return"));
    let reversal: Reversal = node.get(&path).await.json();
    assert_eq!(reversal.amount, Points::new(30));
    let dated: Reversal = node.get(&format!("{path}?dated={}", today())).await.json();
    assert_eq!(dated, reversal);
    let path = format!("/v1/brands/nordmat/issues/{}", reference("receipt"));
    let of_other_month = node.get(&format!("{path}?dated={}", today().plus(40))).await;
    assert_eq!(of_other_month.refusal(), (404, "unknown_reference".into()));
    let last = issued(&node, "receipt").await;
    assert_eq!((last.reversible, last.reversed), (Points::ZERO, Points::new(30)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reversal_says_how_much_is_left() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "receipt"), issue("nordmat", BO, 100, "other")]);
    node.apply(ANNA, vec![redeem("nordmat", address(ANNA), 70)]);
    let spent = node.submit("", &node.sign(TILL, vec![reverse(31, 100, "receipt", "return")])).await;
    assert_eq!(spent.refusal(), (422, Code::InsufficientPoints.name().to_owned()));
    assert!(
        spent.problem().detail.ends_with("; 30 of the brand's smallest units can be taken back now"),
        "{}",
        spent.text()
    );
    node.apply(TILL, vec![reverse(30, 30, "receipt", "return")]);
    node.apply(TILL, vec![issue("nordmat", ANNA, 500, "more")]);
    let beyond = node.submit("", &node.sign(TILL, vec![reverse(71, 71, "receipt", "again")])).await;
    assert_eq!(beyond.refusal(), (422, Code::ReversalExceedsIssue.name().to_owned()));
    assert!(beyond.problem().detail.contains("; 70 of the brand's"), "{}", beyond.text());
    // Another account's issue is no business of this refusal.
    let other = node.submit("", &node.sign(TILL, vec![reverse(1, 1, "other", "again")])).await;
    assert_eq!(other.problem().detail, Code::IssueToOther.explanation());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_issued_or_reversed_is_not_found() {
    let node = Node::start().await;
    for kind in ["issues", "reversals"] {
        let unknown = node.get(&format!("/v1/brands/nordmat/{kind}/00")).await;
        assert_eq!(unknown.refusal(), (404, "unknown_reference".into()));
        let of_no_day = node.get(&format!("/v1/brands/nordmat/{kind}/00?dated=2027-02-30")).await;
        assert_eq!(of_no_day.refusal(), (400, "invalid_parameter".into()));
        for wrong in ["nordmat/KIND/0", "nordmat/KIND/AA", "N/KIND/00"] {
            let path = format!("/v1/brands/{}", wrong.replace("KIND", kind));
            assert_eq!(node.get(&path).await.refusal(), (400, "invalid_parameter".into()), "{path}");
        }
    }
}
