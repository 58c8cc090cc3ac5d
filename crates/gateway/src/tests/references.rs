//! The question of a till that has lost an answer.

use lojal_types::api::{TransactionStatus, UsedReference, UsedState, UsedUnits};
use lojal_types::{
    AddressText, Capture, NetworkKind, Operation, Points, Reference, Release, RequestKind, Reverse, TrackId,
};

use super::node::{ANNA, BO, MINUTE_MS, Node, TILL, address};
use super::operations::{brand, issue, levels, reference, request, set_track, stamp, take_back, today};
use crate::access::{Access, Auditors};

fn path(kind: &str, reference: &Reference) -> String {
    format!("/v1/brands/nordmat/references/{kind}/{reference}")
}

async fn used(node: &Node, kind: &str, reference: &Reference) -> UsedReference {
    node.get(&path(kind, reference)).await.json()
}

fn reverse(amount: u64, own: &str) -> Operation {
    Operation::Reverse(Reverse {
        brand: brand("nordmat"),
        from: address(ANNA),
        amount: Points::new(amount),
        at_least: Points::new(1),
        issue_reference: reference("receipt"),
        issue_dated: today(),
        reference: reference(own),
        dated: today(),
    })
}

fn text(seed: u8) -> AddressText {
    address(seed).to_text(NetworkKind::Test)
}

fn id_of(status: &Option<TransactionStatus>) -> Option<lojal_types::TransactionId> {
    status.as_ref().map(|status| status.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_is_found_with_what_was_taken_back_of_it() {
    let node = Node::start().await;
    let receipt = reference("receipt");
    assert_eq!(node.get(&path("issue", &receipt)).await.refusal(), (404, "unknown_reference".into()));
    let id = node.apply(TILL, vec![issue("nordmat", ANNA, 100, "receipt"), issue("nordmat", BO, 5, "other")]);
    let first = used(&node, "issue", &receipt).await;
    let points = |number| Some(Points::new(number));
    assert_eq!((first.state, first.amount, first.dated), (UsedState::Issued, points(100), Some(today())));
    assert_eq!((first.taken, first.left, first.ended_by), (points(0), points(100), None));
    assert!(first.until_ms.expect("a time") > node.now());
    let status: TransactionStatus = node.get(&format!("/v1/transactions/{id}")).await.json();
    assert_eq!(first.transaction, Some(TransactionStatus { transaction: None, ..status }));
    let part = node.apply(TILL, vec![reverse(30, "return")]);
    let second = used(&node, "issue", &receipt).await;
    assert_eq!((second.state, second.taken, second.left), (UsedState::Issued, points(30), points(70)));
    assert_eq!((id_of(&second.transaction), id_of(&second.ended_by)), (Some(id), Some(part)));
    let back = used(&node, "reverse", &reference("return")).await;
    assert_eq!((back.state, back.amount, id_of(&back.transaction)), (UsedState::Reversed, points(30), Some(part)));
    let rest = node.apply(TILL, vec![reverse(100, "another return")]);
    let last = used(&node, "issue", &receipt).await;
    assert_eq!((last.state, last.taken, id_of(&last.ended_by)), (UsedState::Reversed, points(100), Some(rest)));
    let dated = node.get(&format!("{}?dated={}", path("issue", &receipt), today().plus(40))).await;
    assert_eq!(dated.refusal(), (404, "unknown_reference".into()));
    for wrong in ["issues", "Issue", "payment"] {
        assert_eq!(node.get(&path(wrong, &receipt)).await.refusal(), (400, "invalid_parameter".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_found_in_whatever_has_become_of_it() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "receipt")]);
    let (chain, brand) = (node.chain(), brand("nordmat"));
    let expires_ms = node.now().plus_ms(10 * MINUTE_MS);
    let held = |name: &str| request("nordmat", 20, name, RequestKind::Hold { expires_ms });
    let [open, taken, released] = ["open", "taken", "released"].map(|name| held(name).reference(&chain));
    let hold = |name: &str| held(name).answer(&chain, address(ANNA));
    let made = node.apply(ANNA, ["open", "taken", "released"].map(hold).to_vec());
    let (from, hold_dated) = (address(ANNA), today());
    let (hold_reference, own) = (taken.clone(), reference("room 12"));
    let (amount, dated) = (Points::new(15), today());
    let capture = Capture { brand, from, hold_reference, hold_dated, amount, reference: own.clone(), dated };
    let captured = node.apply(TILL, vec![Operation::Capture(capture)]);
    let release = Release { brand, from, hold_reference: released.clone(), hold_dated };
    let let_go = node.apply(TILL, vec![Operation::Release(release)]);
    let points = |number| Some(Points::new(number));
    for (reference, state, end, was_taken) in [
        (&open, UsedState::Held, None, None),
        (&taken, UsedState::Captured, Some(captured), points(15)),
        (&released, UsedState::Released, Some(let_go), None),
    ] {
        let found = used(&node, "hold", reference).await;
        assert_eq!((found.state, found.amount, found.taken), (state, points(20), was_taken));
        assert_eq!((id_of(&found.transaction), id_of(&found.ended_by)), (Some(made), end));
    }
    let of_capture = used(&node, "capture", &own).await;
    let expected = (UsedState::Captured, points(15), Some(captured));
    assert_eq!((of_capture.state, of_capture.amount, id_of(&of_capture.transaction)), expected);
    node.commit_at(expires_ms.plus_ms(MINUTE_MS), Vec::new());
    assert_eq!(used(&node, "hold", &open).await.state, UsedState::Expired);
    assert_eq!(node.get(&path("redeem", &open)).await.refusal(), (404, "unknown_reference".into()));
    let payment = request("nordmat", 7, "coffee", RequestKind::Redeem);
    let paid = node.apply(ANNA, vec![payment.answer(&chain, address(ANNA))]);
    let found = used(&node, "redeem", &payment.reference(&chain)).await;
    assert_eq!((found.state, found.amount, id_of(&found.transaction)), (UsedState::Redeemed, points(7), Some(paid)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamp_is_found_with_what_was_taken_back_of_it() {
    let node = Node::start().await;
    let receipt = reference("receipt");
    assert_eq!(node.get(&path("stamp", &receipt)).await.refusal(), (404, "unknown_reference".into()));
    node.apply(TILL, vec![set_track("nordmat", 1, levels())]);
    let both = vec![issue("nordmat", ANNA, 5, "receipt"), stamp("nordmat", ANNA, (40, None), 1, "receipt")];
    let id = node.apply(TILL, both);
    let units = |amount, taken_back, left| {
        let track = Some(TrackId::new(1));
        Some(UsedUnits { amount, track, place: None, taken_back: Some(taken_back), left: Some(left) })
    };
    let first = used(&node, "stamp", &receipt).await;
    assert_eq!((first.state, first.units, first.dated), (UsedState::Stamped, units(40, 0, 40), Some(today())));
    assert_eq!((first.account, first.amount, first.ended_by), (Some(text(ANNA)), None, None));
    assert_eq!(id_of(&first.transaction), Some(id));
    let of_points = used(&node, "issue", &receipt).await;
    assert_eq!((of_points.state, of_points.units, id_of(&of_points.transaction)), (UsedState::Issued, None, Some(id)));
    let part = node.apply(TILL, vec![take_back("nordmat", ANNA, 15, "receipt", "return")]);
    let second = used(&node, "stamp", &receipt).await;
    assert_eq!((second.state, second.units), (UsedState::Stamped, units(40, 15, 25)));
    assert_eq!((id_of(&second.transaction), id_of(&second.ended_by)), (Some(id), Some(part)));
    let back = used(&node, "take_back", &reference("return")).await;
    let of_back = UsedUnits { amount: 15, track: None, place: None, taken_back: None, left: None };
    assert_eq!((back.state, back.units, back.amount), (UsedState::TakenBack, Some(of_back), None));
    assert_eq!((back.account, id_of(&back.transaction)), (Some(text(ANNA)), Some(part)));
    let rest = node.apply(TILL, vec![take_back("nordmat", ANNA, 25, "receipt", "another return")]);
    let last = used(&node, "stamp", &receipt).await;
    assert_eq!((last.state, last.units, id_of(&last.ended_by)), (UsedState::TakenBack, units(40, 40, 0), Some(rest)));
    let dated = node.get(&format!("{}?dated={}", path("stamp", &receipt), today().plus(40))).await;
    assert_eq!(dated.refusal(), (404, "unknown_reference".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_told_to_its_brand_and_to_whose_points_they_are() {
    let node = Node::start_guarded(Access { auditors: Auditors::default(), hosts: vec![] }).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "receipt")]);
    node.apply(TILL, vec![reverse(30, "return")]);
    node.apply(TILL, vec![set_track("nordmat", 1, levels()), stamp("nordmat", ANNA, (40, None), 1, "stamped")]);
    node.apply(TILL, vec![take_back("nordmat", ANNA, 15, "stamped", "taken back")]);
    let ask = async |seed: u8, kind: &str, text: &str| {
        let path = path(kind, &reference(text));
        node.get_as(&node.token(seed), &path).await
    };
    let state = async |seed: u8, kind: &str, text: &str| ask(seed, kind, text).await.json::<UsedReference>().state;
    assert_eq!(state(TILL, "issue", "receipt").await, UsedState::Issued);
    assert_eq!(state(ANNA, "issue", "receipt").await, UsedState::Issued);
    assert_eq!(state(TILL, "reverse", "return").await, UsedState::Reversed);
    assert_eq!(state(TILL, "stamp", "stamped").await, UsedState::Stamped);
    assert_eq!(state(ANNA, "stamp", "stamped").await, UsedState::Stamped);
    assert_eq!(state(TILL, "take_back", "taken back").await, UsedState::TakenBack);
    assert_eq!(ask(TILL, "issue", "never was").await.refusal(), (404, "unknown_reference".into()));
    let mut bodies = Vec::new();
    for (seed, kind, text) in [
        (BO, "issue", "receipt"),
        (BO, "issue", "never was"),
        (ANNA, "issue", "never was"),
        (ANNA, "reverse", "return"),
        (BO, "capture", "receipt"),
        (BO, "stamp", "stamped"),
        (ANNA, "stamp", "never was"),
        (ANNA, "take_back", "taken back"),
    ] {
        let answer = ask(seed, kind, text).await;
        assert_eq!(answer.refusal(), (403, "not_permitted".into()), "{seed} {kind} {text}");
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the same refusal whatever there is");
    let without = node.get(&path("issue", &reference("receipt"))).await;
    assert_eq!(without.refusal(), (401, "token_missing".into()));
}
