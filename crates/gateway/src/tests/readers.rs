//! The right to read, and its end.

use lojal_types::api::{self, Account, AccountRecovery, History, Household, Issue, Operators, Reversal};
use lojal_types::{
    Address, CreateHousehold, Freeze, Guardian, MemberRole, NetworkKind, Operation, Points, RemoveMember,
    RemoveOperator, Reverse, Role, Roles, RotateKey, SetOperator, TransactionId,
};

use super::http::Answer;
use super::node::{ANNA, BO, GOVERNOR, HOUR_MS, Node, SECOND_MS, TILL, address, key};
use super::operations::{brand, deposit, invite, issue, join, reference, set_guardians, start_recovery, today};
use crate::access::{Access, Auditor, Auditors};

/// An operator of nordmat alone, in one role.
pub(super) const CASHIER: u8 = 12;
/// Somebody without an account.
pub(super) const STRANGER: u8 = 13;
/// A key that somebody gets.
pub(super) const NEW: u8 = 14;
const AUDITOR: u8 = 15;
const WEEK_MS: u64 = 7 * 24 * HOUR_MS;

pub(super) fn account_path(address: Address) -> String {
    format!("/v1/accounts/{}", address.to_text(NetworkKind::Test))
}

/// ANNA with points of both brands, BO with some of kaffet, a cashier of nordmat, and a household of ANNA and BO.
pub(super) struct Place {
    pub(super) node: Node,
    pub(super) household: Address,
    /// The transaction that gave ANNA points of nordmat.
    issued: TransactionId,
}

impl Place {
    pub(super) async fn make() -> Self {
        let auditor = Auditor {
            name: "audit office".parse().expect("a name"),
            key: key(AUDITOR).public_key(),
            until_ms: lojal_consensus::clock::now().plus_ms(HOUR_MS),
        };
        let node = Node::start_guarded(Access { auditors: Auditors::Listed(vec![auditor]), hosts: vec![] }).await;
        let issued = node.apply(TILL, vec![issue("nordmat", ANNA, 1_000, "nord-1")]);
        node.apply(TILL, vec![issue("kaffet", ANNA, 77, "kaff-1"), issue("kaffet", BO, 55, "kaff-2")]);
        let roles = Roles::new(vec![Role::Capture]).expect("one role");
        let (public_key, issue_daily_max) = (key(CASHIER).public_key(), None);
        let set = SetOperator { brand: brand("nordmat"), public_key, roles, issue_daily_max };
        node.apply(TILL, vec![Operation::SetOperator(set)]);
        let id = node.apply(ANNA, vec![Operation::CreateHousehold(CreateHousehold {})]);
        let household = Address::of_household(&node.chain(), &id, 0);
        node.apply(ANNA, vec![invite(household, BO, MemberRole::Adult, &[])]);
        node.apply(BO, vec![join(household)]);
        node.apply(ANNA, vec![deposit("nordmat", ANNA, household, 300)]);
        node.apply(ANNA, vec![deposit("kaffet", ANNA, household, 7)]);
        Self { node, household, issued }
    }
    /// The answer to somebody with their first key.
    async fn ask(&self, seed: u8, path: &str) -> Answer {
        self.node.get_as(&self.node.token(seed), path).await
    }
    async fn is_refused(&self, seed: u8, path: &str) {
        assert_eq!(self.ask(seed, path).await.refusal(), (403, "not_permitted".into()), "{seed} {path}");
    }
    /// Everything that not everybody may read of ANNA, of the household and of the brands.
    fn guarded(&self) -> Vec<String> {
        let (anna, household) = (account_path(address(ANNA)), self.household.to_text(NetworkKind::Test));
        let issue = format!("/v1/brands/nordmat/issues/{}", reference("nord-1"));
        let mut paths = vec![anna.clone(), format!("{anna}/transactions"), format!("{anna}/recovery")];
        paths.extend([account_path(self.household), format!("/v1/households/{household}"), issue]);
        let others = [
            "/v1/brands/nordmat/operators",
            "/v1/brands/nordmat/motions",
            "/v1/brands/nordmat/transactions",
            "/v1/brands/nordmat/accounts",
            "/v1/brands/nordmat/expiring",
            "/v1/brands/nordmat/statistics",
            "/v1/brands/nordmat/reversals/00",
            "/v1/blocks/1",
        ];
        paths.extend(others.map(str::to_owned));
        paths.extend(["/v1/blocks/latest", "/v1/export?from=1"].map(str::to_owned));
        paths
    }
}

fn points(account: &Account) -> Vec<(String, u64)> {
    account.balances.iter().map(|one| (one.brand.to_string(), one.total.get())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_that_counts_nobody_reads_what_is_somebodys() {
    let place = Place::make().await;
    let node = &place.node;
    let of = |host: &str, ms: u64| node.token_for((address(ANNA), ANNA), host, ms);
    let other_chain = {
        let token = lojal_types::ReadToken {
            account: address(ANNA),
            public_key: key(ANNA).public_key(),
            audience: "localhost".parse().expect("a host"),
            until_ms: lojal_consensus::clock::now().plus_ms(HOUR_MS),
        };
        token.sign(&lojal_types::ChainId::new([9; 32]), &key(ANNA)).to_string()
    };
    let good = of("localhost", HOUR_MS);
    let other_letter = if good.as_bytes()[20] == b'A' { "B" } else { "A" };
    let damaged = [&good[..20], other_letter, &good[21..]].concat();
    for path in place.guarded() {
        let answer = node.get(&path).await;
        assert_eq!(answer.refusal(), (401, "token_missing".into()), "{path}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        for (token, code) in [
            (of("gateway.example.org", HOUR_MS), "token_invalid"),
            (other_chain.clone(), "token_invalid"),
            (damaged.clone(), "token_invalid"),
            ("nonsense".to_owned(), "token_invalid"),
            (of("localhost", WEEK_MS + 60 * SECOND_MS), "token_expired"),
            (of("localhost", 0), "token_expired"),
        ] {
            assert_eq!(node.get_as(&token, &path).await.refusal(), (401, code.to_owned()), "{path}");
        }
        let separator = if path.contains('?') { '&' } else { '?' };
        let in_query = format!("{path}{separator}token={}", of("localhost", HOUR_MS));
        assert_eq!(node.get(&in_query).await.refusal(), (400, "invalid_parameter".into()));
    }
    for path in
        ["/v1/status", "/v1/genesis", "/v1/brands", "/v1/partnerships", "/v1/netting", "/v1/governance", "/readyz"]
    {
        assert_eq!(node.get(path).await.status, 200, "{path} names nobody");
    }
    let by_id = format!("/v1/transactions/{}", place.issued);
    assert_eq!(node.get(&by_id).await.status, 200, "whoever knows the id may read it");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_those_who_were_something_once_are_refused_alike_whatever_there_is() {
    let place = Place::make().await;
    let node = &place.node;
    let unknown = account_path(address(99));
    for path in place.guarded() {
        place.is_refused(STRANGER, &path).await;
        place.is_refused(GOVERNOR, &path).await;
    }
    let [known, unknown] =
        [place.ask(STRANGER, &account_path(address(ANNA))).await, place.ask(STRANGER, &unknown).await];
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    // A member reads the household until it is removed.
    let pool = account_path(place.household);
    assert_eq!(place.ask(BO, &pool).await.status, 200);
    let (household, member) = (place.household, address(BO));
    node.apply(ANNA, vec![Operation::RemoveMember(RemoveMember { household, member })]);
    place.is_refused(BO, &pool).await;
    // An operator until it isn't one, …
    let anna = account_path(address(ANNA));
    assert_eq!(place.ask(CASHIER, &anna).await.status, 200);
    let remove = RemoveOperator { brand: brand("nordmat"), operator: address(CASHIER) };
    node.apply(TILL, vec![Operation::RemoveOperator(remove)]);
    place.is_refused(CASHIER, &anna).await;
    // … or is frozen.
    assert_eq!(place.ask(TILL, &anna).await.status, 200);
    node.apply(TILL, vec![Operation::Freeze(Freeze {})]);
    place.is_refused(TILL, &anna).await;
    assert_eq!(place.ask(TILL, &account_path(address(TILL))).await.status, 200, "itself it may read");
    // A key until there is another.
    let new_key = key(NEW).public_key();
    node.apply(ANNA, vec![Operation::RotateKey(RotateKey { new_key })]);
    place.is_refused(ANNA, &anna).await;
    place.is_refused(ANNA, &pool).await;
    let token = node.token_for((address(ANNA), NEW), "127.0.0.1", HOUR_MS);
    assert_eq!(node.get_as(&token, &anna).await.status, 200);
    assert_eq!(node.get_as(&token, &pool).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_read_by_its_owner_and_a_household_by_its_members() {
    let place = Place::make().await;
    let anna = account_path(address(ANNA));
    let own: Account = place.ask(ANNA, &anna).await.json();
    assert_eq!(points(&own), [("kaffet".to_owned(), 70), ("nordmat".to_owned(), 700)]);
    assert_eq!((own.only_of, own.memberships.len()), (None, 1));
    let history: History = place.ask(ANNA, &format!("{anna}/transactions")).await.json();
    assert_eq!((history.transactions.len(), history.only_of), (6, None));
    place.is_refused(BO, &anna).await;
    place.is_refused(BO, &format!("{anna}/transactions")).await;
    let household = place.household.to_text(NetworkKind::Test);
    for member in [ANNA, BO] {
        let pool: Account = place.ask(member, &account_path(place.household)).await.json();
        assert_eq!(points(&pool), [("kaffet".to_owned(), 7), ("nordmat".to_owned(), 300)]);
        let shown: Household = place.ask(member, &format!("/v1/households/{household}")).await.json();
        assert_eq!(shown.members.len(), 2);
    }
    let nobody: Account = place.ask(STRANGER, &account_path(address(STRANGER))).await.json();
    assert!(!nobody.exists, "whoever has a key may ask about its account before there is one");
    let issued: Issue = place.ask(ANNA, &format!("/v1/brands/nordmat/issues/{}", reference("nord-1"))).await.json();
    assert_eq!(issued.amount.get(), 1_000);
    for receipt in ["nord-1", "never-was"] {
        place.is_refused(BO, &format!("/v1/brands/nordmat/issues/{}", reference(receipt))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_brand_reads_as_far_as_its_own_points_go() {
    let place = Place::make().await;
    let (node, anna) = (&place.node, account_path(address(ANNA)));
    let answer = place.ask(CASHIER, &anna).await;
    assert!(!answer.text().contains("kaffet") && !answer.text().contains("70,"), "{}", answer.text());
    let seen: Account = answer.json();
    assert_eq!((points(&seen), seen.only_of), (vec![("nordmat".to_owned(), 700)], Some(vec![brand("nordmat")])));
    assert_eq!((seen.memberships.len(), seen.today), (0, None));
    // BO has points of another brand only, and looks like somebody who has none.
    let expected = Account {
        only_of: Some(vec![brand("nordmat")]),
        ..Account::unknown(address(BO).to_text(NetworkKind::Test), seen.height)
    };
    assert_eq!(place.ask(CASHIER, &account_path(address(BO))).await.json::<Account>(), expected);
    let mixed = node.apply(TILL, vec![issue("nordmat", ANNA, 1, "mix"), issue("kaffet", ANNA, 2, "mix")]);
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let answer = place.ask(CASHIER, &format!("{anna}/transactions?limit=1{cursor}")).await;
        let page: History = answer.json();
        assert_eq!((page.before, page.head, &page.only_of), (None, None, &Some(vec![brand("nordmat")])));
        assert!(page.transactions.iter().all(|one| one.activity.is_none()));
        ids.extend(page.transactions.iter().map(|one| one.id));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(ids.len(), 3, "the first points, those for the pool, and the transaction of both brands");
    assert_eq!((ids[0], ids[2]), (mixed, place.issued));
    let both: Account = place.ask(TILL, &anna).await.json();
    assert_eq!((points(&both).len(), both.only_of.map(|brands| brands.len())), (2, Some(2)));
    let operators: Operators = place.ask(CASHIER, "/v1/brands/nordmat/operators").await.json();
    assert_eq!(operators.operators.len(), 2);
    for list in ["operators", "motions", "transactions", "accounts", "expiring", "statistics"] {
        place.is_refused(CASHIER, &format!("/v1/brands/kaffet/{list}")).await;
        assert_eq!(place.ask(CASHIER, &format!("/v1/brands/nordmat/{list}")).await.status, 200, "{list}");
    }
    for path in ["/v1/blocks/1", "/v1/export?from=1"] {
        place.is_refused(CASHIER, path).await;
    }
    place.is_refused(CASHIER, &format!("{anna}/recovery")).await;
    place.is_refused(CASHIER, &format!("/v1/brands/kaffet/issues/{}", reference("kaff-1"))).await;
    let none = place.ask(CASHIER, &format!("/v1/brands/nordmat/issues/{}", reference("never-was"))).await;
    assert_eq!(none.refusal(), (404, "unknown_reference".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_reversal_took_is_told_to_its_brand_and_to_who_knows_its_transaction() {
    let place = Place::make().await;
    let reverse = Reverse {
        brand: brand("nordmat"),
        from: address(ANNA),
        amount: Points::new(100),
        at_least: Points::new(1),
        issue_reference: reference("nord-1"),
        issue_dated: today(),
        reference: reference("return"),
        dated: today(),
    };
    let id = place.node.apply(TILL, vec![Operation::Reverse(reverse)]);
    let path = format!("/v1/brands/nordmat/reversals/{}", reference("return"));
    assert_eq!(place.ask(CASHIER, &path).await.json::<Reversal>().amount.get(), 100);
    place.is_refused(ANNA, &path).await;
    let known: Reversal = place.node.get(&format!("{path}?transaction={id}")).await.json();
    assert_eq!(known.amount.get(), 100);
    let other = format!("{path}?transaction={}", place.issued);
    assert_eq!(place.node.get(&other).await.refusal(), (401, "token_missing".into()));
    place.is_refused(ANNA, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_seen_by_guardians_and_by_the_key_that_they_want() {
    let place = Place::make().await;
    let node = &place.node;
    node.apply(ANNA, vec![set_guardians(vec![Guardian::Account(address(BO)), Guardian::Brand(brand("kaffet"))], 2)]);
    node.commit_at(node.now().plus_ms(2 * SECOND_MS), Vec::new());
    let path = format!("{}/recovery", account_path(address(ANNA)));
    for seed in [ANNA, BO, TILL] {
        let shown: AccountRecovery = place.ask(seed, &path).await.json();
        assert_eq!((shown.guardians.threshold, shown.recovery), (2, None));
    }
    for seed in [CASHIER, STRANGER, NEW] {
        place.is_refused(seed, &path).await;
    }
    node.apply(BO, vec![start_recovery(ANNA, NEW)]);
    let shown: AccountRecovery = place.ask(NEW, &path).await.json();
    assert_eq!(shown.recovery.expect("it is under way").votes.len(), 1);
    place.is_refused(NEW, &account_path(address(ANNA))).await;
    place.is_refused(BO, &account_path(address(ANNA))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_reads_everything_and_an_open_ledger_is_everybodys() {
    let place = Place::make().await;
    for path in place.guarded() {
        let status = place.ask(AUDITOR, &path).await.status;
        assert!(status == 200 || path.contains("reversals") && status == 404, "{path}: {status}");
    }
    let block: api::Block = place.ask(AUDITOR, "/v1/blocks/1").await.json();
    assert_eq!(block.header.height.get(), 1);
    // Its key signs for no other account.
    let token = place.node.token_for((address(ANNA), AUDITOR), "localhost", HOUR_MS);
    assert_eq!(place.node.get_as(&token, "/v1/blocks/1").await.refusal(), (403, "not_permitted".into()));
    let open = Node::start().await;
    open.issue(ANNA, 5);
    for path in [account_path(address(ANNA)), "/v1/blocks/1".to_owned(), "/v1/export?from=1".to_owned()] {
        assert_eq!(open.get(&path).await.status, 200, "{path}");
    }
}
