//! Transactions of which somebody asks what they would do.

use lojal_types::api::{Account, Effect, Foretold, Simulation};
use lojal_types::{
    AddressText, Code, CreateHousehold, MemberRole, NetworkKind, Operation, Points, Role, Roles, SetOperator,
    SignedTransaction, Transfer, UnsignedTransaction, api,
};

use super::http::{Answer, BYTES, JSON};
use super::node::{ANNA, BO, HOUR_MS, Node, TILL, address, key, transfer};
use super::operations::{brand, deposit, invite, issue, join};
use crate::access::{Access, Auditors};

const PATH: &str = "/v1/simulate";
/// An operator of nordmat alone, in one role.
const CASHIER: u8 = 12;

fn unsigned(signed: &SignedTransaction) -> UnsignedTransaction {
    UnsignedTransaction { transaction: signed.transaction.clone(), public_key: signed.public_key }
}

fn text(seed: u8) -> AddressText {
    address(seed).to_text(NetworkKind::Test)
}

/// The points of a brand in a reading of an account.
fn points(account: &Account, id: &str) -> u64 {
    account.balances.iter().find(|one| one.brand == brand(id)).map_or(0, |one| one.total.get())
}

fn effect_on(simulation: &Simulation, address: AddressText) -> Option<&Effect> {
    simulation.effects.iter().find(|effect| effect.after.address == address)
}

/// Asks what a transaction would do, as it is signed.
async fn ask(node: &Node, signed: &SignedTransaction) -> Answer {
    node.post(PATH, BYTES, signed.encode()).await
}

/// The same with the token of somebody with their first key.
async fn ask_as(node: &Node, seed: u8, signed: &SignedTransaction) -> Answer {
    node.post_as(&node.token(seed), PATH, unsigned(signed).encode()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_tells_what_a_block_then_does_and_leaves_nothing_behind() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 30);
    let before = (node.store().tip(), node.store().view().state_root());
    let unsigned = unsigned(&signed);
    let as_text = |value: serde_json::Value| value.to_string().into_bytes();
    let json = serde_json::to_value(signed.clone().to_text(NetworkKind::Test)).expect("plain data");
    let mut json_unsigned = json.clone();
    json_unsigned.as_object_mut().expect("an object").remove("signature");
    let told: Simulation = ask(&node, &signed).await.json();
    for (form, body) in [(BYTES, unsigned.encode()), (JSON, as_text(json)), (JSON, as_text(json_unsigned))] {
        let same: Simulation = node.post(PATH, form, body).await.json();
        assert_eq!((same.outcome, same.effects, same.height), (told.outcome, told.effects.clone(), told.height));
    }
    assert_eq!((told.outcome, told.height), (Foretold::Applied, before.0.height));
    assert!(told.time_ms > before.0.time_ms);
    let [anna, bo] = [ANNA, BO].map(|seed| effect_on(&told, text(seed)).expect("changed"));
    assert_eq!((points(&anna.before, "nordmat"), points(&anna.after, "nordmat")), (100, 70));
    assert_eq!((bo.before.exists, bo.after.exists, points(&bo.after, "nordmat")), (false, true, 30));
    assert_eq!((node.mempool().len(), node.mempool().refused()), (0, 0));
    assert_eq!((node.store().tip(), node.store().view().state_root()), before);
    node.commit(vec![signed.clone()]);
    for (seed, effect) in [(ANNA, anna), (BO, bo)] {
        let now: Account = node.get(&format!("/v1/accounts/{}", text(seed))).await.json();
        assert_eq!((now.balances, now.today), (effect.after.balances.clone(), effect.after.today));
    }
    let again: Simulation = ask(&node, &signed).await.json();
    let code = Code::DuplicateTransaction;
    assert_eq!((again.outcome, again.effects), (Foretold::Refused { code }, Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_not_happen_is_told_with_the_reason() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let too_much = node.sign(ANNA, vec![transfer(ANNA, BO, 60), transfer(ANNA, BO, 60)]);
    let expired = node.sign_until(ANNA, node.now(), vec![transfer(ANNA, BO, 1)]);
    let mut forged = node.transfer(ANNA, BO, 1);
    forged.signature = too_much.signature;
    let mut foreign = node.transfer(ANNA, BO, 1);
    foreign.transaction.chain = lojal_types::ChainTag::new([9; 4]);
    let nobody = node.transfer(BO, ANNA, 1);
    let failed = Foretold::Failed { operation: 1, code: Code::InsufficientPoints };
    let refused = |code| Foretold::Refused { code };
    for (signed, outcome) in [
        (&too_much, failed),
        (&expired, refused(Code::TransactionExpired)),
        (&forged, refused(Code::BadSignature)),
        (&foreign, refused(Code::WrongChain)),
        (&nobody, refused(Code::UnknownAccount)),
    ] {
        let told: Simulation = ask(&node, signed).await.json();
        assert_eq!(told.outcome, outcome);
        assert!(told.effects.iter().all(|effect| effect.after.balances.is_empty()), "{:?}", told.effects);
    }
    let other_key = UnsignedTransaction { public_key: key(BO).public_key(), ..unsigned(&too_much) };
    let told: Simulation = node.post(PATH, BYTES, other_key.encode()).await.json();
    assert_eq!(told.outcome, refused(Code::WrongKey));
    assert_eq!(node.post(PATH, BYTES, vec![1, 2, 3]).await.refusal(), (400, "malformed".into()));
    for wrong in ["{}", "[]", "{\"signature\":1}"] {
        let answer = node.post(PATH, JSON, wrong.as_bytes().to_vec()).await;
        assert_eq!(answer.refusal(), (400, "malformed_json".into()), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_senders_own_token_is_told_what_a_transaction_would_do() {
    let node = Node::start_guarded(Access { auditors: Auditors::default(), hosts: vec![] }).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "one")]);
    let (of_anna, of_nobody) = (node.transfer(ANNA, BO, 30), node.transfer(99, ANNA, 30));
    assert_eq!(ask(&node, &of_anna).await.refusal(), (401, "token_missing".into()));
    let told: Simulation = ask_as(&node, ANNA, &of_anna).await.json();
    assert_eq!(told.outcome, Foretold::Applied);
    let mut bodies = Vec::new();
    for seed in [BO, TILL, 98] {
        for signed in [&of_anna, &of_nobody] {
            let answer = ask_as(&node, seed, signed).await;
            assert_eq!(answer.refusal(), (403, "not_permitted".into()));
            bodies.push(answer.body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the same refusal whatever there is");
    // Another key of the account ends what the first one is told.
    let token = node.token_for((address(ANNA), BO), "127.0.0.1", HOUR_MS);
    let answer = node.post_as(&token, PATH, unsigned(&of_anna).encode()).await;
    assert_eq!(answer.refusal(), (403, "not_permitted".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_shows_of_accounts_what_its_asker_may_read_of_them() {
    let node = Node::start_guarded(Access { auditors: Auditors::default(), hosts: vec![] }).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "one"), issue("kaffet", ANNA, 77, "two")]);
    let (public_key, issue_daily_max) = (key(CASHIER).public_key(), None);
    let roles = Roles::new(vec![Role::Issue]).expect("one role");
    let set = SetOperator { brand: brand("nordmat"), public_key, roles, issue_daily_max };
    node.apply(TILL, vec![Operation::SetOperator(set)]);
    // A member sees nothing of whom it sends to, …
    let told: Simulation = ask_as(&node, ANNA, &node.transfer(ANNA, BO, 30)).await.json();
    assert_eq!((told.outcome, told.effects.len()), (Foretold::Applied, 1));
    let anna = effect_on(&told, text(ANNA)).expect("its own");
    let only = |account: &Account| account.balances.iter().map(|one| one.brand).collect::<Vec<_>>();
    assert_eq!((only(&anna.before), only(&anna.after)), (vec![brand("nordmat")], vec![brand("nordmat")]));
    // … a brand its own points, …
    let reward = node.sign(CASHIER, vec![issue("nordmat", ANNA, 5, "three")]);
    let answer = ask_as(&node, CASHIER, &reward).await;
    assert!(!answer.text().contains("kaffet"), "{}", answer.text());
    let told: Simulation = answer.json();
    let anna = effect_on(&told, text(ANNA)).expect("shown");
    assert_eq!((points(&anna.before, "nordmat"), points(&anna.after, "nordmat")), (100, 105));
    assert_eq!((&anna.after.only_of, &anna.after.today), (&Some(vec![brand("nordmat")]), &None));
    // … and members the pool.
    let id = node.apply(ANNA, vec![Operation::CreateHousehold(CreateHousehold {})]);
    let household = lojal_types::Address::of_household(&node.chain(), &id, 0);
    node.apply(TILL, vec![issue("nordmat", BO, 50, "four")]);
    let into_pool = node.sign(BO, vec![deposit("nordmat", BO, household, 10)]);
    let shown = |told: &Simulation| effect_on(told, household.to_text(NetworkKind::Test)).cloned();
    let told: Simulation = ask_as(&node, BO, &into_pool).await.json();
    assert_eq!((told.outcome, shown(&told)), (Foretold::Applied, None));
    node.apply(ANNA, vec![invite(household, BO, MemberRole::Adult, &[])]);
    // Whoever is invited can join, and finds out nothing before that.
    let joined: Simulation = ask_as(&node, BO, &node.sign(BO, vec![join(household)])).await.json();
    assert_eq!(joined.outcome, Foretold::Applied);
    for amount in [1, 1_000] {
        let take = Transfer { brand: brand("nordmat"), from: household, to: address(BO), amount: Points::new(amount) };
        let guess = node.sign(BO, vec![join(household), Operation::Transfer(take)]);
        assert_eq!(ask_as(&node, BO, &guess).await.refusal(), (403, "not_permitted".into()));
    }
    node.apply(BO, vec![join(household)]);
    let told: Simulation = ask_as(&node, BO, &into_pool).await.json();
    let pool: api::Effect = shown(&told).expect("a member reads the pool");
    assert_eq!((points(&pool.before, "nordmat"), points(&pool.after, "nordmat")), (0, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_neither_form_of_a_transaction_are_told_to_be_none() {
    let node = Node::start().await;
    let answer = node.post(PATH, BYTES, vec![1, 2, 3]).await;
    let problem = answer.problem();
    assert_eq!((problem.status, problem.code.as_str(), problem.number), (400, "malformed", Some(101)));
    assert!(problem.detail.contains("signed or unsigned"), "{}", problem.detail);
}
