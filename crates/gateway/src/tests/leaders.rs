//! Ranks on a track of those who let its brand list them.

use lojal_types::api::{Leaders, leader_words};
use lojal_types::{
    Address, Award, Bounded, Campaign, NetworkKind, Operation, Points, Requirement, SetConsent, Stamp, TakenBy, Track,
    TrackId,
};

use super::node::{ANNA, BO, Node, TILL, address};
use super::operations::{brand, claim, gifts, levels, reference, set_campaign, set_track, stamp, take_back};
use crate::access::{Access, Auditors};
use crate::boards::Boards;
use crate::books::Books;
use crate::keeping::Lists;

const PATH: &str = "/v1/brands/nordmat/tracks/1/leaders";
const CLEO: u8 = 3;
const DAVE: u8 = 4;

fn consent(consents: u8) -> Operation {
    Operation::SetConsent(SetConsent { brand: brand("nordmat"), consents })
}

/// The words under which somebody is listed.
fn name(node: &Node, seed: u8) -> String {
    lojal_text::words(leader_words(&node.chain(), address(seed), brand("nordmat"), TrackId::new(1)))
}

/// The ranks, once the gateway has looked everywhere.
async fn complete(node: &Node, path: &str) -> Leaders {
    loop {
        let leaders: Leaders = node.get(path).await.json();
        if leaders.complete {
            return leaders;
        }
        tokio::task::yield_now().await;
    }
}

fn ranks(leaders: &Leaders) -> Vec<(u64, u64, String)> {
    leaders.leaders.iter().map(|one| (one.rank, one.units, one.name.clone())).collect()
}

/// Has the till stamp so many for each of some members.
fn stamped(node: &Node, units: &[(u8, u64)]) {
    let (now, brand, track) = (node.now(), brand("nordmat"), TrackId::new(1));
    let one = |(to, amount): &(u8, u64)| {
        let reference = reference(&format!("{} {to}", now.get()));
        let (to, amount, dated) = (address(*to), *amount, now.day());
        Operation::Stamp(Stamp { brand, track, to, amount, place: None, reference, dated })
    };
    node.apply(TILL, units.iter().map(one).collect());
}

/// A track that counts for a year, and has no levels.
fn track() -> Operation {
    set_track("nordmat", 1, Track { levels: Bounded::default(), ..levels() })
}

/// A node where four members have units, and all but Dave let the brand list them.
async fn start() -> Node {
    let node = Node::start().await;
    node.apply(TILL, vec![track()]);
    stamped(&node, &[(ANNA, 40), (BO, 70), (CLEO, 40), (DAVE, 90)]);
    for seed in [ANNA, BO, CLEO] {
        node.apply(seed, vec![consent(1)]);
    }
    node.apply(DAVE, vec![consent(14)]);
    node
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_allow_it_are_ranked_and_equal_ones_share_a_rank() {
    let node = start().await;
    let leaders = complete(&node, PATH).await;
    let mut equal = [name(&node, ANNA), name(&node, CLEO)];
    equal.sort_unstable();
    let [one, other] = equal;
    assert_eq!(ranks(&leaders), [(1, 70, name(&node, BO)), (2, 40, one.clone()), (2, 40, other)]);
    assert_eq!((leaders.brand, leaders.track, leaders.ranked), (brand("nordmat"), TrackId::new(1), 3));
    assert_eq!((leaders.height, leaders.own), (node.store().tip().height, None));
    let first = complete(&node, &format!("{PATH}?limit=2")).await;
    assert_eq!((first.leaders.len(), first.ranked, &first.leaders[1].name), (2, 3, &one));
    stamped(&node, &[(CLEO, 31)]);
    assert_eq!(ranks(&complete(&node, &format!("{PATH}?limit=1")).await), [(1, 71, name(&node, CLEO))]);
    for (path, status, code) in [
        (PATH.replace("nordmat", "nobody"), 404, "unknown_brand"),
        (PATH.replace("/1/", "/9/"), 404, "unknown_track"),
        (PATH.replace("/1/", "/01/"), 400, "invalid_parameter"),
        (format!("{PATH}?limit=101"), 400, "invalid_parameter"),
    ] {
        assert_eq!(node.get(&path).await.refusal(), (status, code.into()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_the_consent_back_is_gone_with_that_block_and_who_gives_it_is_there() {
    let node = start().await;
    assert_eq!(complete(&node, PATH).await.ranked, 3);
    node.apply(BO, vec![consent(0)]);
    node.apply(DAVE, vec![consent(15)]);
    let leaders = complete(&node, PATH).await;
    assert_eq!((leaders.ranked, &leaders.leaders[0].name), (3, &name(&node, DAVE)));
    assert!(leaders.leaders.iter().all(|one| one.name != name(&node, BO)));
    node.apply(BO, vec![consent(1)]);
    assert_eq!(complete(&node, PATH).await.ranked, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_returned_used_up_or_over_counts_no_more() {
    let node = start().await;
    let begun = node.now().month();
    let first = async || complete(&node, &format!("{PATH}?limit=1")).await.leaders.first().map(|one| one.units);
    node.apply(TILL, vec![stamp("nordmat", ANNA, (100, None), 1, "first")]);
    assert_eq!(first().await, Some(140));
    node.apply(TILL, vec![take_back("nordmat", ANNA, 40, "first", "return")]);
    assert_eq!(first().await, Some(100));
    let (track, at_least) = (TrackId::new(1), 95);
    let requires = Bounded::from([Requirement::Progress { track, at_least, this_month: false, consume: true }]);
    let award = Award::Points { amount: Points::new(5), up_to: Points::new(5), months: None };
    let terms = Campaign { by: TakenBy::Member, requires, award, ..gifts(node.now(), 500) };
    node.apply(TILL, vec![set_campaign("nordmat", 1, terms)]);
    node.apply(ANNA, vec![claim("nordmat", 1, ANNA, (1, 0))]);
    let leaders = complete(&node, PATH).await;
    assert_eq!(leaders.leaders.iter().map(|one| one.units).collect::<Vec<_>>(), [70, 40, 5]);
    node.commit_at(begun.plus(6).start(), Vec::new());
    stamped(&node, &[(CLEO, 1)]);
    assert_eq!(first().await, Some(70));
    // Nothing is written when a month ends, and the ranks follow all the same.
    node.commit_at(begun.plus(13).start(), Vec::new());
    assert_eq!(ranks(&complete(&node, PATH).await), [(1, 1, name(&node, CLEO))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_names_and_whose_they_are_the_brand() {
    let open = start().await;
    let seen: Leaders = open.get(PATH).await.json();
    assert!(seen.leaders.iter().all(|one| one.account.is_some()), "whoever asks an open ledger is an auditor");
    let node = Node::start_guarded(Access { auditors: Auditors::default(), hosts: vec![] }).await;
    node.apply(TILL, vec![track()]);
    stamped(&node, &[(ANNA, 40), (BO, 70)]);
    for seed in [ANNA, BO] {
        node.apply(seed, vec![consent(1)]);
    }
    let text = |seed| address(seed).to_text(NetworkKind::Test);
    let of = |seed| format!("{PATH}?account={}", text(seed));
    let accounts = |leaders: &Leaders| leaders.leaders.iter().map(|one| one.account).collect::<Vec<_>>();
    assert_eq!(accounts(&complete(&node, PATH).await), [None, None]);
    let ask = async |seed: u8, path: &str| node.get_as(&node.token(seed), path).await;
    assert_eq!(accounts(&ask(TILL, PATH).await.json()), [Some(text(BO)), Some(text(ANNA))]);
    let own: Leaders = ask(ANNA, &of(ANNA)).await.json();
    assert_eq!(accounts(&own), [None, None]);
    assert_eq!(own.own.map(|one| (one.rank, one.name)), Some((2, name(&node, ANNA))));
    let asked: Leaders = ask(TILL, &of(ANNA)).await.json();
    assert_eq!(asked.own.and_then(|one| one.account), Some(text(ANNA)));
    let none: Leaders = ask(CLEO, &of(CLEO)).await.json();
    assert_eq!(none.own, None);
    assert_eq!(ask(BO, &of(ANNA)).await.refusal(), (403, "not_permitted".into()));
    assert_eq!(node.get(&of(ANNA)).await.refusal(), (401, "token_missing".into()));
    assert_eq!(node.get_as("ljr1_x", PATH).await.refusal(), (401, "token_invalid".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_starts_finds_those_who_have_allowed_it_before() {
    let node = start().await;
    let (lists, store) = (Lists { books: Books::default(), boards: Boards::default() }, node.store().clone());
    let following = tokio::spawn(lists.clone().run(store.clone(), store.subscribe()));
    let (view, of) = (store.view(), (brand("nordmat"), TrackId::new(1)));
    lists.boards.followed(view.tip().height).await;
    let units = loop {
        let units = lists.boards.units(&store, &view, of).expect("the disk works");
        if units.are_all {
            break units.by_account;
        }
        tokio::task::yield_now().await;
    };
    let mut expected: Vec<(Address, u64)> = [(ANNA, 40), (BO, 70), (CLEO, 40)].map(|(of, n)| (address(of), n)).into();
    expected.sort_unstable();
    assert_eq!(units, expected);
    following.abort();
}
