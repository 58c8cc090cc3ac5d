//! Vouchers, their uses, and refunds.

use lojal_types::api::{
    Campaigns, ReferenceKind, TransactionStatus, UsedReference, UsedState, UsedUnits, VoucherUse, Vouchers,
};
use lojal_types::{
    AddressText, Campaign, CampaignId, Capture, NetworkKind, Operation, Payment, Points, Reference, RequestKind,
    TakeBack, TakenBackOf, TakenBy, TransactionId, claim_reference, voucher_id,
};

use super::node::{ANNA, BO, HOUR_MS, MINUTE_MS, Node, TILL, address};
use super::operations::{
    brand, claim, coffees, grant, grants_too, issue, reference, refund, request, set_campaign, take_back, today,
    use_voucher,
};
use super::programme::proven_by;
use crate::access::{Access, Auditors};

fn text(seed: u8) -> AddressText {
    address(seed).to_text(NetworkKind::Test)
}

fn path_of(seed: u8) -> String {
    format!("/v1/accounts/{}/vouchers", text(seed))
}

fn points(number: u64) -> Option<Points> {
    Some(Points::new(number))
}

fn id_of(status: &Option<TransactionStatus>) -> Option<TransactionId> {
    status.as_ref().map(|status| status.id)
}

/// A node with coffees of which Anna has claimed some, the claim's id and its reference.
async fn with_coffees(access: Access, quantity: u16) -> (Node, TransactionId, Reference) {
    let node = Node::start_guarded(access).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 1_000, "receipt")]);
    node.apply(TILL, vec![set_campaign("nordmat", 1, coffees(node.now(), 5))]);
    let id = node.apply(ANNA, vec![claim("nordmat", 1, ANNA, (quantity, 1_000))]);
    let reference = claim_reference(&node.chain(), &id, 0);
    (node, id, reference)
}

fn open() -> Access {
    Access { auditors: Auditors::Everybody, hosts: vec![] }
}

async fn used(node: &Node, kind: ReferenceKind, reference: &Reference) -> UsedReference {
    node.get(&format!("/v1/brands/nordmat/references/{kind}/{reference}")).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vouchers_of_an_account_are_shown_to_it_and_to_their_brand_until_they_are_over() {
    let (node, id, _) = with_coffees(Access { auditors: Auditors::default(), hosts: vec![] }, 2).await;
    let ask = async |seed: u8| node.get_as(&node.token(seed), &path_of(ANNA)).await;
    let own: Vouchers = ask(ANNA).await.json();
    let [one] = own.vouchers.as_slice() else { panic!("one voucher: {own:?}") };
    assert_eq!((one.brand, one.campaign, one.left), (brand("nordmat"), CampaignId::new(1), 2));
    assert_eq!((one.voucher, one.until), (voucher_id(&node.chain(), &id, 0), node.now().day().plus(30)));
    assert_eq!((&own.address, &own.only_of, own.height), (&text(ANNA), &None, node.store().tip().height));
    let of_brand: Vouchers = ask(TILL).await.json();
    assert_eq!((&of_brand.vouchers, of_brand.only_of.map(|brands| brands.len())), (&own.vouchers, Some(2)));
    assert_eq!(ask(BO).await.refusal(), (403, "not_permitted".into()));
    assert_eq!(node.get(&path_of(ANNA)).await.refusal(), (401, "token_missing".into()));
    node.commit_at(node.now().plus_ms(31 * 24 * HOUR_MS), Vec::new());
    assert_eq!(ask(ANNA).await.json::<Vouchers>().vouchers, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_of_an_account_proves_its_vouchers() {
    let (node, ..) = with_coffees(open(), 2).await;
    for seed in [ANNA, BO] {
        let records = proven_by(&node, &format!("/v1/accounts/{}/proof", text(seed))).await;
        let proven = lojal_ledger::answers::vouchers(&records, address(seed)).expect("all of it is proven");
        let said: Vouchers = node.get(&path_of(seed)).await.json();
        assert_eq!(proven, said);
        assert_eq!(said.vouchers.is_empty(), seed == BO);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_request_is_told_which_voucher_was_used_for_it() {
    let (node, id, _) = with_coffees(open(), 2).await;
    let voucher = voucher_id(&node.chain(), &id, 0);
    let operation = use_voucher(&node.chain(), ("nordmat", 1), ANNA, voucher);
    let Operation::UseVoucher(asked) = &operation else { panic!("a use") };
    let asked = asked.request.reference.clone();
    let path = format!("/v1/uses/{asked}");
    assert_eq!(node.get(&path).await.refusal(), (404, "unknown_reference".into()));
    let done = node.apply(ANNA, vec![operation]);
    for path in [path.clone(), format!("{path}?dated={}", today())] {
        let used: VoucherUse = node.get(&path).await.json();
        assert_eq!((used.brand, used.account, used.voucher), (brand("nordmat"), text(ANNA), voucher));
        assert_eq!((used.quantity, used.transaction.id), (1, done));
    }
    let told = used(&node, ReferenceKind::UseVoucher, &asked).await;
    let one = UsedUnits { amount: 1, track: None, place: None, taken_back: None, left: None };
    assert_eq!((told.state, told.units, told.amount), (UsedState::Used, Some(one), None));
    assert_eq!((told.account, told.dated, id_of(&told.transaction)), (Some(text(ANNA)), Some(today()), Some(done)));
    let left: Vouchers = node.get(&path_of(ANNA)).await.json();
    assert_eq!(left.vouchers[0].left, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_found_with_what_was_refunded_of_it_and_its_units_come_back_to_the_stock() {
    let (node, id, claimed) = with_coffees(open(), 3).await;
    let first = used(&node, ReferenceKind::Claim, &claimed).await;
    assert_eq!((first.state, first.amount, first.dated), (UsedState::Claimed, points(120), Some(node.now().day())));
    assert_eq!((first.taken, first.left, first.units.map(|units| units.amount)), (points(0), points(120), Some(3)));
    assert_eq!((first.account, id_of(&first.transaction), first.ended_by), (Some(text(ANNA)), Some(id), None));
    let stock = async || {
        let campaigns: Campaigns = node.get("/v1/brands/nordmat/campaigns").await.json();
        let one = campaigns.campaigns.into_iter().next().expect("one campaign");
        (one.times, one.returned, one.stock_left, one.refunded.get())
    };
    assert_eq!(stock().await, (3, 0, Some(2), 0));
    let done = node.apply(TILL, vec![refund("nordmat", ANNA, (Payment::Claim, &claimed), 80, "return")]);
    let second = used(&node, ReferenceKind::Claim, &claimed).await;
    assert_eq!((second.state, second.taken, second.left), (UsedState::Claimed, points(80), points(40)));
    assert_eq!(id_of(&second.ended_by), Some(done));
    assert_eq!(stock().await, (3, 2, Some(4), 80));
    let back = used(&node, ReferenceKind::Refund, &reference("return")).await;
    assert_eq!((back.state, back.amount, back.account), (UsedState::Refunded, points(80), Some(text(ANNA))));
    assert_eq!(id_of(&back.transaction), Some(done));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_claim_no_more_can_be_refunded_than_its_voucher_has_left() {
    let (node, id, claimed) = with_coffees(open(), 3).await;
    let voucher = voucher_id(&node.chain(), &id, 0);
    node.apply(ANNA, vec![use_voucher(&node.chain(), ("nordmat", 1), ANNA, voucher)]);
    let told = used(&node, ReferenceKind::Claim, &claimed).await;
    assert_eq!((told.state, told.taken, told.left), (UsedState::Claimed, points(0), points(80)));
    node.apply(TILL, vec![refund("nordmat", ANNA, (Payment::Claim, &claimed), 80, "return")]);
    let told = used(&node, ReferenceKind::Claim, &claimed).await;
    assert_eq!((told.state, told.taken, told.left), (UsedState::Claimed, points(80), points(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_are_found_with_what_was_refunded_of_them() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "receipt")]);
    let chain = node.chain();
    let coffee = request("nordmat", 7, "coffee", RequestKind::Redeem);
    let room = request("nordmat", 20, "room", RequestKind::Hold { expires_ms: node.now().plus_ms(10 * MINUTE_MS) });
    let answer = |request: &lojal_types::Request| request.answer(&chain, address(ANNA));
    node.apply(ANNA, vec![answer(&coffee), answer(&room)]);
    node.apply(
        TILL,
        vec![Operation::Capture(Capture {
            brand: brand("nordmat"),
            from: address(ANNA),
            hold_reference: room.reference(&chain),
            hold_dated: today(),
            amount: Points::new(15),
            reference: reference("room 12"),
            dated: today(),
        })],
    );
    let [paid, taken] = [coffee.reference(&chain), reference("room 12")];
    for (kind, of, reference, whole, own) in [
        (ReferenceKind::Redeem, Payment::Redeem, &paid, 7, "one"),
        (ReferenceKind::Capture, Payment::Capture, &taken, 15, "two"),
    ] {
        let before = used(&node, kind, reference).await;
        assert_eq!((before.account, before.amount, before.taken), (Some(text(ANNA)), points(whole), points(0)));
        assert_eq!((before.left, before.ended_by), (points(whole), None));
        let until_ms = before.until_ms.expect("a payment can be refunded until some time");
        let done = node.apply(TILL, vec![refund("nordmat", ANNA, (of, reference), whole, own)]);
        let after = used(&node, kind, reference).await;
        assert_eq!((after.state, after.taken, after.left), (UsedState::Refunded, points(whole), points(0)));
        assert_eq!((id_of(&after.ended_by), after.until_ms), (Some(done), Some(until_ms)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_told_to_whoever_paid_and_a_refund_to_the_brand() {
    let (node, _, claimed) = with_coffees(Access { auditors: Auditors::default(), hosts: vec![] }, 1).await;
    node.apply(TILL, vec![refund("nordmat", ANNA, (Payment::Claim, &claimed), 40, "return")]);
    let ask = async |seed: u8, kind: ReferenceKind, reference: &Reference| {
        let path = format!("/v1/brands/nordmat/references/{kind}/{reference}");
        node.get_as(&node.token(seed), &path).await
    };
    for seed in [ANNA, TILL] {
        assert_eq!(ask(seed, ReferenceKind::Claim, &claimed).await.status, 200);
    }
    assert_eq!(ask(TILL, ReferenceKind::Refund, &reference("return")).await.status, 200);
    for (seed, kind, reference) in [
        (BO, ReferenceKind::Claim, claimed.clone()),
        (ANNA, ReferenceKind::Refund, reference("return")),
        (ANNA, ReferenceKind::UseVoucher, reference("never was")),
    ] {
        assert_eq!(ask(seed, kind, &reference).await.refusal(), (403, "not_permitted".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_that_was_granted_is_found_with_the_uses_that_are_left_of_it() {
    let node = Node::start().await;
    let terms = Campaign { by: TakenBy::Operator, price: Points::ZERO, returnable: false, ..coffees(node.now(), 5) };
    node.apply(TILL, vec![issue("nordmat", ANNA, 10, "receipt"), grants_too("nordmat")]);
    node.apply(TILL, vec![set_campaign("nordmat", 1, terms)]);
    let id = node.apply(TILL, vec![grant("nordmat", 1, ANNA, 3, "surprise")]);
    let told = used(&node, ReferenceKind::Grant, &reference("surprise")).await;
    let units = |taken_back, left| {
        Some(UsedUnits { amount: 3, track: None, place: None, taken_back: Some(taken_back), left: Some(left) })
    };
    assert_eq!((told.state, told.units, told.account), (UsedState::Granted, units(0, 3), Some(text(ANNA))));
    assert_eq!((id_of(&told.transaction), told.ended_by), (Some(id), None));
    let Operation::TakeBack(take) = take_back("nordmat", ANNA, 1, "surprise", "return") else { panic!("it is one") };
    let taken = node.apply(TILL, vec![Operation::TakeBack(TakeBack { of: TakenBackOf::Voucher, ..take })]);
    let told = used(&node, ReferenceKind::Grant, &reference("surprise")).await;
    assert_eq!((told.state, told.units, id_of(&told.ended_by)), (UsedState::Granted, units(1, 2), Some(taken)));
}
