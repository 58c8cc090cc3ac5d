//! Accounts and households as clients read them.

use lojal_types::api::{Account, Household, Member, MemberSpent};
use lojal_types::{
    Address, AddressText, AgreedKey, Code, CreateHousehold, Freeze, Guardian, MemberRights, MemberRole, NetworkKind,
    Operation, Points, Unfreeze,
};

use super::node::{ANNA, BO, MINUTE_MS, Node, SECOND_MS, TILL, address, key};
use super::operations::{brand, deposit, hold, invite, issue, join, limits, redeem, set_guardians};
use super::operations::{convert, start_recovery};

/// The key that ANNA gets back.
const NEW: u8 = 3;

fn text(address: Address) -> AddressText {
    address.to_text(NetworkKind::Test)
}

async fn account(node: &Node, address: Address) -> Account {
    node.get(&format!("/v1/accounts/{}", text(address))).await.json()
}

async fn household(node: &Node, address: Address) -> Household {
    node.get(&format!("/v1/households/{}", text(address))).await.json()
}

/// A household of ANNA with 500 points of nordmat in its pool.
fn found_household(node: &Node) -> Address {
    node.apply(TILL, vec![issue("nordmat", ANNA, 1000, "one"), issue("kaffet", BO, 10, "one")]);
    let transaction = node.apply(ANNA, vec![Operation::CreateHousehold(CreateHousehold {})]);
    let household = Address::of_household(&node.chain(), &transaction, 0);
    node.apply(ANNA, vec![deposit("nordmat", ANNA, household, 500)]);
    household
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_stands_apart_from_the_balance_until_the_hold_expires() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "one"), issue("kaffet", ANNA, 7, "one")]);
    let expires_ms = node.now().plus_ms(MINUTE_MS);
    let operation = hold(&node.chain(), "nordmat", ANNA, 30, "till", expires_ms);
    let Operation::Hold(lojal_types::Hold { request, .. }) = &operation else { panic!("another operation") };
    let reference = request.reference.clone();
    node.apply(ANNA, vec![operation]);
    let held = account(&node, address(ANNA)).await;
    let balances = |account: &Account| -> Vec<(String, u64)> {
        account.balances.iter().map(|one| (one.brand.to_string(), one.total.get())).collect()
    };
    assert_eq!(balances(&held), [("kaffet".to_owned(), 7), ("nordmat".to_owned(), 70)]);
    let [one] = held.holds.as_slice() else { panic!("one hold: {:?}", held.holds) };
    assert_eq!((one.brand, &one.reference, one.expires_ms), (brand("nordmat"), &reference, expires_ms));
    assert_eq!((one.total.get(), one.lots.len(), one.lots[0].amount.get()), (30, 1, 30));
    assert_eq!(one.lots[0].expiry, held.balances[1].lots[0].expiry, "a hold keeps the expiry");
    node.commit_at(expires_ms, Vec::new());
    let expired = account(&node, address(ANNA)).await;
    assert_eq!(balances(&expired), [("kaffet".to_owned(), 7), ("nordmat".to_owned(), 100)]);
    assert_eq!(expired.holds, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_says_what_it_has_used_up_of_its_day() {
    let node = Node::start().await;
    assert_eq!(account(&node, address(ANNA)).await.today, None, "the ledger doesn't know it");
    let household = found_household(&node);
    let today = account(&node, address(ANNA)).await.today.expect("an account");
    assert_eq!((today.operations.used, today.households.used), (2, 1));
    assert!((200..1_000).contains(&today.bytes.used), "{}", today.bytes.used);
    assert_eq!(today.openings.map(|openings| openings.used), Some(0), "the household was there");
    assert_eq!(today.ends_ms, node.now().day().plus(1).start());
    assert_eq!(account(&node, address(TILL)).await.today.expect("an account").openings, None, "an operator");
    assert_eq!(account(&node, household).await.today, None, "it sends nothing");
    node.commit_at(today.ends_ms, Vec::new());
    let tomorrow = account(&node, address(ANNA)).await.today.expect("an account");
    assert_eq!((tomorrow.operations.used, tomorrow.bytes.used, tomorrow.households.used), (0, 0, 0));
    assert_eq!(tomorrow.operations.most, today.operations.most);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_account_says_so_and_is_refused_everything_that_goes_out() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    assert!(!account(&node, address(ANNA)).await.frozen);
    node.commit(vec![node.sign(ANNA, vec![Operation::Freeze(Freeze {})])]);
    assert!(account(&node, address(ANNA)).await.frozen);
    let refused = node.submit("", &node.transfer(ANNA, BO, 1)).await;
    assert_eq!(refused.refusal(), (403, "account_frozen".into()));
    assert_eq!(refused.problem().number, Some(Code::AccountFrozen.number()));
    let again = node.submit("", &node.sign(ANNA, vec![Operation::Freeze(Freeze {})])).await;
    assert_eq!(again.refusal(), (409, "already_frozen".into()));
    assert_eq!(node.submit("", &node.sign(ANNA, vec![Operation::Unfreeze(Unfreeze {})])).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_shows_its_guardians_and_the_recovery_that_is_under_way() {
    let node = Node::start().await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 100, "one"), issue("nordmat", BO, 100, "two")]);
    let alone = account(&node, address(ANNA)).await;
    assert_eq!((alone.guardians.guardians.len(), alone.guardians.threshold, alone.recovery), (0, 0, None));
    let guardians = vec![Guardian::Account(address(BO)), Guardian::Brand(brand("kaffet"))];
    node.apply(ANNA, vec![set_guardians(guardians, 2)]);
    let waiting = account(&node, address(ANNA)).await.safeguards.waiting.expect("it waits for the delay");
    assert_eq!(waiting.from_ms, node.now().plus_ms(SECOND_MS), "by then the next block is there");
    node.apply(BO, vec![start_recovery(ANNA, NEW)]);
    let guarded = account(&node, address(ANNA)).await;
    let expected = [Guardian::Account(text(address(BO))), Guardian::Brand(brand("kaffet"))];
    assert_eq!((guarded.guardians.guardians.to_vec(), guarded.guardians.threshold), (expected.to_vec(), 2));
    let recovery = guarded.recovery.expect("it is under way");
    let [vote] = &recovery.votes[..] else { panic!("one vote: {:?}", recovery.votes) };
    assert_eq!((vote.guardian, vote.new_key), (expected[0], key(NEW).public_key()));
    assert_eq!(recovery.agreed, None);
    node.apply(TILL, vec![start_recovery(ANNA, NEW)]);
    let agreed = account(&node, address(ANNA)).await.recovery.expect("it is under way").agreed;
    let from_ms = node.now().plus_ms(SECOND_MS);
    assert_eq!(agreed, Some(AgreedKey { new_key: key(NEW).public_key(), from_ms }));
    let refused = node.submit("", &node.transfer(ANNA, BO, 1)).await;
    assert_eq!(refused.refusal(), (403, "account_in_recovery".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_shows_who_may_spend_how_much_of_its_pool_and_has() {
    let node = Node::start().await;
    let home = found_household(&node);
    let of_month = [("kaffet", 5), ("nordmat", 200)];
    node.apply(ANNA, vec![invite(home, BO, MemberRole::Child, &of_month), invite(home, NEW, MemberRole::Adult, &[])]);
    let child = |spent: [u64; 2]| Member {
        address: text(address(BO)),
        rights: MemberRights { role: MemberRole::Child, limits: limits(&of_month) },
        spent: of_month
            .iter()
            .zip(spent)
            .map(|((id, _), points)| MemberSpent { brand: brand(id), points: Points::new(points) })
            .collect(),
    };
    let unlimited = |seed: u8, role: MemberRole| Member {
        address: text(address(seed)),
        rights: MemberRights { role, limits: limits(&[]) },
        spent: Vec::new(),
    };
    let by_address = |mut members: Vec<(u8, Member)>| -> Vec<Member> {
        members.sort_by_key(|(seed, _)| address(*seed));
        members.into_iter().map(|(_, member)| member).collect()
    };
    let (anna, adult) = (unlimited(ANNA, MemberRole::Admin), unlimited(NEW, MemberRole::Adult));
    let before = household(&node, home).await;
    assert_eq!(before.members, std::slice::from_ref(&anna));
    assert_eq!(before.invited, by_address(vec![(BO, child([0, 0])), (NEW, adult.clone())]));
    node.apply(BO, vec![join(home)]);
    node.apply(BO, vec![redeem("nordmat", home, 150)]);
    let after = household(&node, home).await;
    assert_eq!(after.members, by_address(vec![(ANNA, anna), (BO, child([0, 150]))]));
    assert_eq!(after.invited, [adult]);
    let beyond = node.submit("", &node.sign(BO, vec![redeem("nordmat", home, 51)])).await;
    assert_eq!(beyond.refusal(), (422, "member_limit_reached".into()));
    let not_for_children = node.sign(BO, vec![deposit_from(home, 1)]);
    assert_eq!(node.submit("", &not_for_children).await.refusal(), (403, "child_may_not".into()));
}

fn deposit_from(household: Address, amount: u64) -> Operation {
    match deposit("nordmat", BO, address(BO), amount) {
        Operation::Transfer(transfer) => Operation::Transfer(lojal_types::Transfer { from: household, ..transfer }),
        other => other,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_household_is_an_account_and_its_members_accounts_name_it() {
    let node = Node::start().await;
    let home = found_household(&node);
    let pool = account(&node, home).await;
    assert!(pool.exists);
    assert_eq!(pool.household, Some(household(&node, home).await));
    assert_eq!(pool.balances.iter().map(|one| one.total.get()).collect::<Vec<_>>(), [500]);
    let anna = account(&node, address(ANNA)).await;
    assert_eq!((anna.memberships, anna.household), (vec![text(home)], None));
    assert_eq!(account(&node, address(BO)).await.memberships, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_household_is_not_found() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    for seed in [ANNA, BO] {
        let answer = node.get(&format!("/v1/households/{}", text(address(seed)))).await;
        assert_eq!(answer.refusal(), (404, "unknown_household".into()));
        assert_eq!(answer.problem().number, Some(Code::UnknownHousehold.number()));
    }
    assert_eq!(node.get("/v1/households/tloj1x").await.refusal(), (400, "invalid_address".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn converting_without_a_partnership_is_refused() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let answer = node.submit("", &node.sign(ANNA, vec![convert(ANNA, "nordmat", "kaffet", (10, 1))])).await;
    assert_eq!(answer.refusal(), (422, "unknown_partnership".into()));
}
