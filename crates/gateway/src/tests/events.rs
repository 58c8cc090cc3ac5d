//! Streams of events: who is told what, from where, and until when.

use std::time::Duration;

use lojal_types::api::{EventPlace, REMINDER_INDEX};
use lojal_types::{Guardian, Height, NetworkKind, Operation, Outcome, RemoveOperator, RotateKey};

use super::http::{open_from, read_to_end};
use super::node::{ANNA, BO, HOUR_MS, Node, SECOND_MS, Settings, TILL, address, key, transfer};
use super::operations::{accept, brand, issue, propose, set_guardians, start_recovery, terms};
use super::readers::{CASHIER, NEW, Place, STRANGER};
use super::streams::{Listener, Message};
use crate::access::{Access, Auditors};
use crate::app::Timeouts;
use crate::limits::CLIENT_CONNECTIONS_MAX;

fn of(seed: u8) -> String {
    format!("account={}", address(seed).to_text(NetworkKind::Test))
}

fn path(query: &str) -> String {
    format!("/v1/events?{query}")
}

/// A guarded node, on which ANNA has 1,000 points of nordmat.
async fn guarded(timeouts: Timeouts) -> Node {
    let access = Access { auditors: Auditors::Listed(vec![]), hosts: vec![] };
    let node = Node::start_as(Settings { access, ..Settings::open() }, &[], timeouts).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 1_000, "salary")]);
    node
}

fn shown(names: &[(&str, &str)]) -> Vec<(String, String)> {
    names.iter().map(|(kind, id)| (format!("lojal.{kind}"), (*id).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_side_is_told_what_happens_and_whoever_comes_back_hears_the_rest_once() {
    let node = guarded(Timeouts::default()).await;
    let (anna, bo) = (node.token(ANNA), node.token(BO));
    let mut one = Listener::open(&node, &anna, &of(ANNA)).await;
    let mut other = Listener::open(&node, &bo, &of(BO)).await;
    node.apply(ANNA, vec![transfer(ANNA, BO, 5), transfer(ANNA, BO, 6)]);
    let both = shown(&[("points.transferred", "2-0-0"), ("points.transferred", "2-0-1")]);
    assert_eq!((one.hear(2).await, other.hear(2).await), (both.clone(), both));
    let event = &one.told[1];
    assert_eq!(event.subject, address(ANNA).to_text(NetworkKind::Test).to_string());
    assert_eq!((event.data.height, event.time.as_str()), (Height::new(2), event.data.time_ms.to_rfc3339().as_str()));
    assert!(matches!(&event.data.operation, Some(Operation::Transfer(one)) if one.amount.get() == 6));
    assert_eq!(event.data.sender, Some(address(ANNA).to_text(NetworkKind::Test)));
    // What fails is told to its sender alone.
    let failed = node.commit(vec![node.transfer(ANNA, BO, 900), node.transfer(ANNA, BO, 900)]);
    assert!(matches!(failed.receipts[1].outcome, Outcome::Failed { .. }));
    assert_eq!(one.hear(4).await[3], ("lojal.transaction.failed".to_owned(), "3-1-0".to_owned()));
    node.apply(ANNA, vec![transfer(ANNA, BO, 1)]);
    assert_eq!(other.hear(4).await[2..], shown(&[("points.transferred", "3-0-0"), ("points.transferred", "4-0-0")]));
    // From the beginning, from an event and from a block; here and by the header, which counts.
    let all = [one.hear(5).await, shown(&[("points.issued", "1-0-0")])].concat();
    let mut again = Listener::open(&node, &anna, &format!("{}&after=0", of(ANNA))).await;
    assert_eq!(again.hear(6).await, [&all[5..], &all[..5]].concat());
    let mut rest = Listener::open(&node, &anna, &format!("{}&after=2-0-0", of(ANNA))).await;
    assert_eq!(rest.hear(4).await, all[1..5]);
    let headers = vec![("authorization", format!("Bearer {anna}")), ("last-event-id", "3".to_owned())];
    let mut rest = Listener::open_with(&node, &format!("{}&after=0", of(ANNA)), headers).await;
    assert_eq!(rest.hear(1).await, all[4..5]);
    let query = format!("{}&after=0&types=transaction-points.issued", of(ANNA));
    let mut some = Listener::open(&node, &anna, &query).await;
    assert_eq!(some.hear(2).await, shown(&[("points.issued", "1-0-0"), ("transaction.failed", "3-1-0")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_histories_are_told_whole_and_in_order_also_within_a_transaction() {
    let node = guarded(Timeouts::default()).await;
    node.issue_much(BO, 20);
    let mut listener = Listener::open(&node, &node.token(BO), &format!("{}&after=0", of(BO))).await;
    let names = listener.hear(2_000).await;
    assert_eq!((names[0].1.as_str(), names[1_999].1.as_str()), ("2-0-0", "2-19-99"));
    assert!(listener.told.windows(2).all(|pair| pair[0].id < pair[1].id));
    let mut brand = Listener::open(&node, &node.token(TILL), "brand=nordmat&after=2-7-30").await;
    assert_eq!(brand.hear(1_269).await[0].1, "2-7-31");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_what_they_may_not_read() {
    let place = Place::make().await;
    let node = &place.node;
    for query in [of(ANNA), "brand=nordmat".into(), "brand=kaffet".into(), "brand=unknown".into()] {
        assert_eq!(node.get(&path(&query)).await.refusal(), (401, "token_missing".into()), "{query}");
        let old = node.token_for((address(ANNA), ANNA), "127.0.0.1", 0);
        assert_eq!(node.get_as(&old, &path(&query)).await.refusal(), (401, "token_expired".into()), "{query}");
        let refused = node.get_as(&node.token(STRANGER), &path(&query)).await.refusal();
        assert_eq!(refused, (403, "not_permitted".into()), "{query}");
    }
    let cashier = node.token(CASHIER);
    assert_eq!(node.get_as(&cashier, &path("brand=kaffet")).await.refusal(), (403, "not_permitted".into()));
    // A brand's operator hears of the brand's points, and of no others.
    let mut seen = Listener::open(node, &cashier, &format!("{}&after=0", of(ANNA))).await;
    node.apply(TILL, vec![issue("kaffet", ANNA, 1, "other")]);
    node.apply(TILL, vec![issue("nordmat", ANNA, 1, "own")]);
    let names = seen.hear(3).await;
    let kinds: Vec<&str> = names.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["lojal.points.issued", "lojal.points.transferred", "lojal.points.issued"]);
    assert!(!format!("{:?}", seen.told).contains("kaffet"));
    let mut own = Listener::open(node, &node.token(ANNA), &format!("{}&after=0", of(ANNA))).await;
    assert_eq!(own.hear(8).await.len(), 8, "also two issues and a transfer of kaffet, a household and an invitation");
    let household = format!("account={}&after=0", place.household.to_text(NetworkKind::Test));
    let mut pool = Listener::open(node, &node.token(BO), &household).await;
    let kinds: Vec<String> = pool.hear(4).await.into_iter().map(|(kind, _)| kind).collect();
    let expected = ["household.invited", "household.joined", "points.transferred", "points.transferred"];
    assert_eq!(kinds, expected.map(|kind| format!("lojal.{kind}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_brand_learns_what_was_offered_to_it_and_not_in_which_transaction() {
    let place = Place::make().await;
    let node = &place.node;
    let mut kaffet = Listener::open(node, &node.token(TILL), "brand=kaffet").await;
    let offer = terms(1, 2, 500);
    let id = node.apply(TILL, vec![propose("nordmat", "kaffet", &offer), issue("nordmat", ANNA, 9, "secret")]);
    node.apply(TILL, vec![accept("nordmat", "kaffet", &offer), issue("kaffet", ANNA, 9, "open")]);
    let names: Vec<String> = kaffet.hear(3).await.into_iter().map(|(kind, _)| kind).collect();
    let expected = ["partnership.proposed", "partnership.accepted", "points.issued"];
    assert_eq!(names, expected.map(|kind| format!("lojal.{kind}")));
    let ids: Vec<bool> = kaffet.told.iter().map(|event| event.data.transaction.is_some()).collect();
    assert_eq!(ids, [false, true, true]);
    assert!(kaffet.told[0].data.sender.is_none());
    let told = format!("{:?}", kaffet.told);
    assert!(!told.contains(&id.to_string()) && !told.contains("secret"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn helpers_hear_of_a_recovery_and_of_nothing_else() {
    let place = Place::make().await;
    let node = &place.node;
    node.apply(ANNA, vec![set_guardians(vec![Guardian::Account(address(BO))], 1)]);
    node.commit_at(node.now().plus_ms(2 * SECOND_MS), Vec::new());
    let mut guardian = Listener::open(node, &node.token(BO), &of(ANNA)).await;
    let mut owner = Listener::open(node, &node.token(ANNA), &of(ANNA)).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 1, "own")]);
    node.apply(BO, vec![start_recovery(ANNA, NEW)]);
    assert_eq!(guardian.hear(1).await[0].0, "lojal.recovery.started");
    assert_eq!(guardian.told[0].data.transaction, None);
    let names: Vec<String> = owner.hear(2).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(names, ["lojal.points.issued", "lojal.recovery.started"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_token_or_the_right_of_its_reader() {
    let place = Place::make().await;
    let node = &place.node;
    let mut rotated = Listener::open(node, &node.token(ANNA), &of(ANNA)).await;
    let mut operator = Listener::open(node, &node.token(CASHIER), "brand=nordmat").await;
    let brief = node.token_for((address(ANNA), ANNA), "127.0.0.1", 2 * SECOND_MS);
    let mut expired = Listener::open(node, &brief, &of(ANNA)).await;
    assert_eq!(expired.end().await, Some("token_expired".to_owned()));
    let remove = RemoveOperator { brand: brand("nordmat"), operator: address(CASHIER) };
    node.apply(TILL, vec![Operation::RemoveOperator(remove)]);
    assert_eq!(operator.end().await, Some("not_permitted".to_owned()));
    assert!(operator.told.is_empty(), "the block that ends the right is not told any more");
    let new_key = key(NEW).public_key();
    node.apply(ANNA, vec![Operation::RotateKey(RotateKey { new_key })]);
    assert_eq!(rotated.end().await, Some("not_permitted".to_owned()));
    let token = node.token_for((address(ANNA), NEW), "127.0.0.1", HOUR_MS);
    let mut new =
        Listener::open(node, &token, &format!("{}&after={}", of(ANNA), node.store().tip().height.get() - 1)).await;
    assert_eq!(new.hear(1).await[0].0, "lojal.key.rotated");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_read_is_cut_off_and_others_notice_nothing() {
    let node = guarded(Timeouts { lag: Duration::from_millis(100), ..Timeouts::default() }).await;
    node.issue_much(BO, 100);
    let head = format!(
        "GET {}&after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        path(&of(BO)),
        node.token(BO)
    );
    let slow = open_from("127.0.0.2".to_owned(), node.address(), head.into_bytes()).await;
    let mut fast = Listener::open(&node, &node.token(BO), &format!("{}&after=0", of(BO))).await;
    fast.hear(10_000).await;
    while !node.get_own("/metrics").await.text().contains("lojal_streams_ended_total{reason=\"gone\"} 1") {}
    let read = read_to_end(slow).await;
    let last = read.lines().filter_map(|line| line.strip_prefix("id: ")).nth_back(1).expect("it has read something");
    let last: EventPlace = last.parse().expect("a place");
    let rest = fast.told.iter().filter(|event| event.id > last).count();
    let mut back = Listener::open(&node, &node.token(BO), &format!("{}&after={last}", of(BO))).await;
    assert_eq!(back.hear(rest).await, fast.names()[10_000 - rest..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_have_places_of_their_own_and_take_none_of_connections() {
    let timeouts = Timeouts { place: Duration::from_millis(20), ..Timeouts::default() };
    let streams = CLIENT_CONNECTIONS_MAX / 2;
    let node = Node::start_as(Settings { streams, ..Settings::open() }, &[], timeouts).await;
    node.issue(ANNA, 5);
    let mut listeners = Vec::new();
    for _ in 0..streams {
        listeners.push(Listener::open(&node, "x", &of(ANNA)).await);
    }
    assert_eq!(node.get(&path(&of(ANNA))).await.refusal(), (503, "busy".into()));
    // As many connections as if there were no streams.
    let mut idle = Vec::new();
    for _ in 0..CLIENT_CONNECTIONS_MAX - 2 {
        idle.push(open_from("127.0.0.1".to_owned(), node.address(), Vec::new()).await);
    }
    assert_eq!(node.get("/readyz").await.status, 200);
    let metrics = node.get_own("/metrics").await.text();
    assert!(metrics.contains(&format!("lojal_streams {streams}\n")), "{metrics}");
    node.issue(ANNA, 6);
    for listener in &mut listeners {
        listener.hear(1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_says_that_it_lives_outlives_its_connection_and_ends_with_the_gateway() {
    let timeouts = Timeouts {
        heartbeat: Duration::from_millis(10),
        connection: Duration::from_millis(300),
        request: Duration::from_millis(200),
        ..Timeouts::default()
    };
    let mut node = guarded(timeouts).await;
    let mut listener = Listener::open(&node, &node.token(ANNA), &of(ANNA)).await;
    for _ in 0..50 {
        let message = listener.next().await;
        assert!(matches!(message, Some(Message::Pulse(place)) if place == EventPlace::end_of(Height::new(1))));
    }
    assert!(node.stop().await.is_ok());
    assert_eq!(listener.end().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn points_that_will_expire_are_told_once_on_the_days_before() {
    let node = guarded(Timeouts { heartbeat: Duration::from_millis(50), ..Timeouts::default() }).await;
    let mut listener = Listener::open(&node, &node.token(ANNA), &of(ANNA)).await;
    let end = node.now().month().plus(13).start().day();
    for days in [31, 30, 29, 7, 6, 1] {
        node.commit_at(end.minus(days).start().plus_ms(HOUR_MS), Vec::new());
        node.commit_at(end.minus(days).start().plus_ms(2 * HOUR_MS), Vec::new());
    }
    listener.hear(3).await;
    let told: Vec<_> = listener.told.iter().filter_map(|event| event.data.expiring.clone()).collect();
    assert_eq!(told.iter().map(|one| one.days).collect::<Vec<_>>(), [30, 7, 1]);
    assert!(told.iter().all(|one| one.points.len() == 1 && one.points[0].amount.get() == 1_000));
    let heights: Vec<u64> = listener.told.iter().map(|event| event.id.height.get()).collect();
    assert_eq!(heights, [4, 8, 12]);
    assert!(listener.told.iter().all(|event| event.id.index == REMINDER_INDEX));
    // Whoever was away is told the last one, under the same id.
    let mut late = Listener::open(&node, &node.token(ANNA), &format!("{}&after=1", of(ANNA))).await;
    late.hear(1).await;
    assert_eq!(late.told[0].id, listener.told[2].id);
    let query = format!("{}&after={}", of(ANNA), late.told[0].id);
    let mut after = Listener::open(&node, &node.token(ANNA), &query).await;
    node.commit_at(end.start(), Vec::new());
    node.commit_at(end.start().plus_ms(HOUR_MS), vec![]);
    let till =
        node.sign_until(TILL, end.start().plus_ms(3 * HOUR_MS), vec![propose("nordmat", "kaffet", &terms(1, 1, 1))]);
    node.commit_at(end.start().plus_ms(2 * HOUR_MS), vec![till]);
    let mut brand = Listener::open(&node, &node.token(TILL), "brand=nordmat&after=12").await;
    assert_eq!(brand.hear(1).await[0].0, "lojal.partnership.proposed");
    assert!(after.told.is_empty() && matches!(after.next().await, Some(Message::Pulse(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_for_events_that_means_nothing_is_refused_with_what_to_ask() {
    let node = Node::start().await;
    let both = format!("{}&brand=nordmat", of(ANNA));
    for (query, code) in [
        ("after=0", "invalid_parameter"),
        (both.as_str(), "invalid_parameter"),
        ("brand=nordmat&types=nonsense", "invalid_parameter"),
        ("brand=nordmat&after=1-2", "invalid_parameter"),
        ("account=tloj1x", "invalid_parameter"),
    ] {
        assert_eq!(node.get(&path(query)).await.refusal(), (400, code.to_owned()), "{query}");
    }
    let wrong = node.get_with(&path("brand=nordmat"), "last-event-id", "x").await;
    assert_eq!(wrong.refusal(), (400, "invalid_parameter".into()));
    assert_eq!(node.get(&path("brand=unknown")).await.refusal(), (404, "unknown_brand".into()));
    assert_eq!(node.get(&path("brand=nordmat&after=1000")).await.refusal(), (503, "not_ready".into()));
}
