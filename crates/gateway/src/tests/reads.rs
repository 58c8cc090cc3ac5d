use std::collections::BTreeSet;

use lojal_consensus::Condition;
use lojal_types::api::{Account, Brand, Brands, History, Status, TransactionState, TransactionStatus};
use lojal_types::{Activity, Address, Code, Genesis, Height, NetworkKind, Outcome, TransactionId, api};

use super::node::{ANNA, BO, Node, TILL, VALIDATOR, address};

#[tokio::test(flavor = "multi_thread")]
async fn the_status_tells_the_network_the_last_block_and_the_node() {
    let node = Node::start().await;
    let before: Status = node.get("/v1/status").await.json();
    assert_eq!((before.height.get(), before.chain_id), (0, node.chain()));
    let block = node.issue(ANNA, 100);
    let status: Status = node.get("/v1/status").await.json();
    assert_eq!(status.height, block.header.height);
    assert_eq!((status.time_ms, status.state_root), (block.header.time_ms, block.header.state_root));
    assert_eq!(status.validator, Some(address(VALIDATOR).to_text(NetworkKind::Test)));
    assert_eq!((status.peers, status.mempool, status.version.as_str()), (0, 0, "1.2.3"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_genesis_document_gives_the_same_chain_id() {
    let node = Node::start().await;
    let answer = node.get("/v1/genesis").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/toml"));
    assert_eq!(Genesis::from_toml(&answer.text()).expect("a genesis document").chain_id(), node.chain());
}

#[tokio::test(flavor = "multi_thread")]
async fn brands_show_their_policy_and_where_their_points_are() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let all: Brands = node.get("/v1/brands").await.json();
    assert_eq!(all.brands.iter().map(|brand| brand.id.as_str()).collect::<Vec<_>>(), ["kaffet", "nordmat"]);
    let one: Brand = node.get("/v1/brands/nordmat").await.json();
    assert_eq!(Some(&one), all.brands.last());
    assert_eq!((one.totals.issued.get(), one.totals.outstanding.get()), (100, 100));
    assert_eq!(one.policy.expiry_months, Some(12));
    let unknown = node.get("/v1/brands/nobody").await;
    assert_eq!(unknown.refusal(), (404, "unknown_brand".into()));
    assert_eq!(unknown.problem().number, Some(Code::UnknownBrand.number()));
    assert_eq!(node.get("/v1/brands/N").await.refusal(), (400, "invalid_parameter".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_shows_its_lots_and_an_unknown_one_shows_that_it_is_not_there() {
    let node = Node::start().await;
    let unknown: Account = node.get(&account(BO)).await.json();
    assert!(!unknown.exists && unknown.balances.is_empty() && unknown.rotated_key.is_none());
    let block = node.issue(ANNA, 100);
    let known: Account = node.get(&account(ANNA)).await.json();
    assert!(known.exists);
    assert_eq!((known.address, known.height), (address(ANNA).to_text(NetworkKind::Test), block.header.height));
    let [balance] = known.balances.as_slice() else { panic!("one brand: {:?}", known.balances) };
    assert_eq!((balance.brand.as_str(), balance.total.get(), balance.lots.len()), ("nordmat", 100, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_network_or_with_a_typing_error_is_refused() {
    let node = Node::start().await;
    let other = address(ANNA).to_text(NetworkKind::Main).to_string();
    let answer = node.get(&format!("/v1/accounts/{other}")).await;
    assert_eq!(answer.refusal(), (400, "invalid_address".into()));
    assert!(answer.problem().detail.contains("tloj1"), "{}", answer.text());
    for path in ["/v1/accounts/tloj1x", "/v1/accounts/%FF", "/v1/accounts/tloj1x/transactions"] {
        assert_eq!(node.get(path).await.refusal(), (400, "invalid_address".into()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_pages_through_everything_exactly_once_the_newest_first() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    for _ in 0..4 {
        let transfers = (0..3).map(|_| node.transfer(ANNA, BO, 1)).collect();
        node.commit(transfers);
    }
    for limit in [1, 2, 3, 5, 13, 100] {
        let pages = pages(&node, limit).await;
        let places: Vec<(u64, u32)> = pages.iter().flat_map(|page| &page.transactions).map(place).collect();
        let mut sorted = places.clone();
        sorted.sort_by(|a, b| b.cmp(a));
        assert_eq!(places, sorted, "limit {limit}");
        assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), 13, "limit {limit}");
        assert_eq!(pages.len(), 13_usize.div_ceil(limit), "limit {limit}");
        let numbers: Vec<u64> =
            pages.iter().flat_map(|page| &page.transactions).filter_map(|one| one.activity).collect();
        assert_eq!(numbers, (1..=13).rev().collect::<Vec<u64>>(), "limit {limit}");
        let mut expected = pages[0].head.expect("the account is there");
        for page in &pages {
            assert_eq!(page.after(), Ok(expected), "limit {limit}");
            expected = page.start();
        }
        assert_eq!(expected, Activity::default());
    }
    let page: History = node.get(&format!("{}/transactions", account(BO))).await.json();
    assert_eq!((page.transactions.len(), page.next_cursor), (12, None));
    let signed = page.transactions[0].transaction.clone().expect("histories hold the transactions");
    assert_eq!(
        signed.to_canonical(NetworkKind::Test).expect("of this network").transaction.id(&node.chain()),
        page.transactions[0].id
    );
    let nothing: History = node
        .get(&format!("/v1/accounts/{}/transactions", Address::new([9; 20]).to_text(NetworkKind::Test)))
        .await
        .json();
    assert_eq!((nothing.transactions.len(), nothing.next_cursor), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_leaves_out_what_is_not_asked_for() {
    let node = Node::start().await;
    let early = node.issue(ANNA, 100);
    node.commit((0..3).map(|_| node.transfer(ANNA, BO, 1)).collect());
    let late = node.issue(ANNA, 5);
    let of =
        async |query: &str| -> History { node.get(&format!("{}/transactions?{query}", account(ANNA))).await.json() };
    let heights = |page: &History| page.transactions.iter().map(|one| place(one).0).collect::<Vec<u64>>();
    let issues = of("kind=issue").await;
    assert_eq!((heights(&issues), issues.head, issues.only_of), (vec![3, 1], None, None));
    assert_eq!(heights(&of("brand=nordmat&kind=transfer").await), [2, 2, 2]);
    assert_eq!(heights(&of("brand=kaffet").await), [] as [u64; 0]);
    let (since, after) = (late.header.time_ms, late.header.time_ms.plus_ms(1));
    assert_eq!(heights(&of(&format!("since_ms={}", since.get())).await), [3]);
    assert_eq!(heights(&of(&format!("since_ms={}", after.get())).await), [] as [u64; 0]);
    assert!(early.header.time_ms < since);
    let first = of("kind=transfer&limit=2").await;
    let rest = of(&format!("kind=transfer&limit=2&cursor={}", first.next_cursor.clone().expect("there is more"))).await;
    assert_eq!((heights(&first).len(), heights(&rest).len(), rest.next_cursor), (2, 1, None));
    for wrong in ["kind=gift", "kind=Issue", "brand=", "since_ms=-1", "since_ms=soon"] {
        let answer = node.get(&format!("{}/transactions?{wrong}", account(ANNA))).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()), "{wrong}");
    }
}

async fn pages(node: &Node, limit: usize) -> Vec<History> {
    let mut pages: Vec<History> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page: History = node.get(&format!("{}/transactions?limit={limit}{cursor}", account(ANNA))).await.json();
        let next = page.next_cursor.clone();
        pages.push(page);
        match next {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

fn place(status: &TransactionStatus) -> (u64, u32) {
    match status.state {
        TransactionState::Committed { height, index, .. } => (height.get(), index),
        _ => panic!("a history holds what is committed"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_refuses_limits_outside_their_bounds_and_cursors_that_it_did_not_give_out() {
    let node = Node::start().await;
    let path = format!("{}/transactions", account(ANNA));
    for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "limt=5", "limit=5&limit=6"] {
        let answer = node.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()), "{query}");
    }
    for cursor in ["", "x", "01-0", "1-0-0", "%00", "ffffffffffffffffff-0"] {
        let answer = node.get(&format!("{path}?cursor={cursor}")).await;
        assert_eq!(answer.refusal(), (400, "invalid_cursor".into()), "{cursor}");
    }
    assert_eq!(node.get(&format!("{path}?limit=100&cursor=ffffffffffffffff-ffffffff")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_a_route_doesnt_know_is_named_with_those_that_it_knows() {
    let node = Node::start().await;
    for (path, told) in [
        (
            format!("{}/transactions?limt=5", account(ANNA)),
            "no parameter limt; it has limit, cursor, brand, kind and since_ms",
        ),
        ("/v1/export?from=1&to=2".to_owned(), "no parameter to; it has from and limit"),
        ("/v1/node/readiness?dated=1".to_owned(), "no parameter dated; it has motion alone"),
        ("/v1/brands?limit=5".to_owned(), "no parameter limit, nor any other"),
        ("/v1/brands?limit&x=1".to_owned(), "no parameter limit, nor any other"),
        ("/v1/brands?".to_owned(), "there is nothing in this query"),
    ] {
        let answer = node.get(&path).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()), "{path}");
        let detail = answer.problem().detail;
        assert!(detail.contains(told), "{path}: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_unknown_then_pending_then_committed() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 5);
    let id = signed.transaction.id(&node.chain());
    let path = format!("/v1/transactions/{id}");
    let unknown = node.get(&path).await;
    assert_eq!(unknown.refusal(), (404, "unknown_transaction".into()));
    assert!(unknown.problem().detail.contains("valid_until_ms"));
    assert_eq!(node.submit("", &signed).await.status, 202);
    let pending: TransactionStatus = node.get(&path).await.json();
    assert_eq!((pending.id, pending.state), (id, TransactionState::Pending));
    assert_eq!(pending.transaction, Some(signed.clone().to_text(NetworkKind::Test)));
    let block = node.commit(vec![signed.clone()]);
    let committed: TransactionStatus = node.get(&path).await.json();
    let (height, time_ms) = (block.header.height, block.header.time_ms);
    let state = TransactionState::Committed { height, index: 0, time_ms, receipt: Outcome::Applied };
    assert_eq!(
        committed,
        TransactionStatus { id, state, transaction: Some(signed.to_text(NetworkKind::Test)), activity: None }
    );
    assert_eq!(node.get("/v1/transactions/xyz").await.refusal(), (400, "invalid_parameter".into()));
    let stranger = TransactionId::new([0; 32]);
    assert_eq!(node.get(&format!("/v1/transactions/{stranger}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_comes_by_height_or_as_the_latest() {
    let node = Node::start().await;
    assert_eq!(node.get("/v1/blocks/latest").await.refusal(), (404, "unknown_block".into()));
    node.issue(ANNA, 100);
    let second = node.issue(BO, 7);
    let block: api::Block = node.get("/v1/blocks/2").await.json();
    assert_eq!(block, node.get("/v1/blocks/latest").await.json());
    assert_eq!((block.id, block.certificate.block), (second.id, second.id));
    assert_eq!(block.header, second.header.clone().to_text(NetworkKind::Test));
    assert_eq!(block.transactions, vec![second.transactions[0].signed().clone().to_text(NetworkKind::Test)]);
    for missing in ["0", "3", "18446744073709551615"] {
        let answer = node.get(&format!("/v1/blocks/{missing}")).await;
        assert_eq!(answer.refusal(), (404, "unknown_block".into()), "{missing}");
    }
    for wrong in ["newest", "-1", "+1", "1.0", "18446744073709551616"] {
        let answer = node.get(&format!("/v1/blocks/{wrong}")).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_an_archive_of_the_blocks_that_were_asked_for() {
    let node = Node::start().await;
    for _ in 0..5 {
        node.issue(ANNA, 1);
    }
    let heights = async |query: &str| {
        let answer = node.get(&format!("/v1/export?{query}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/octet-stream"), "{query}");
        node.archived_heights(&answer.body)
    };
    assert_eq!(heights("from=1").await, [1, 2, 3, 4, 5]);
    assert_eq!(heights("from=2&limit=2").await, [2, 3]);
    assert_eq!(heights("from=5&limit=100").await, [5]);
    assert_eq!(heights("from=6").await, [0; 0]);
    for wrong in ["", "from=0", "from=x", "from=1&limit=0", "from=1&limit=101", "from=1&to=2"] {
        let answer = node.get(&format!("/v1/export?{wrong}")).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_always_and_readiness_when_the_node_has_caught_up() {
    let node = Node::start().await;
    assert_eq!(node.get_own("/healthz").await.status, 200);
    assert_eq!(node.get("/readyz").await.status, 200);
    node.condition.send_replace(Condition::Behind);
    let answer = node.get("/readyz").await;
    assert_eq!(answer.refusal(), (503, "not_ready".into()));
    assert_eq!(answer.header("retry-after"), "1");
    for (condition, words) in [
        (Condition::Alone, "no other node answers"),
        (Condition::Removed { at: Height::new(7) }, "removed from the network by its governors in block 7"),
        (Condition::NoVote { is_level: false }, "hasn't caught up"),
        (Condition::NoPart, "has no part on the network"),
        (Condition::FarBehind { next: Height::new(7), waits: false }, "needs block 7, which its peers keep no more"),
        (Condition::FarBehind { next: Height::new(7), waits: true }, "waits until it can fetch a snapshot"),
    ] {
        node.condition.send_replace(condition);
        let answer = node.get("/readyz").await;
        assert!(answer.refusal() == (503, "not_ready".into()) && answer.text().contains(words), "{condition:?}");
    }
    node.condition.send_replace(Condition::NoVote { is_level: true });
    assert_eq!(node.get("/readyz").await.status, 200);
    assert_eq!(node.get_own("/healthz").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_count_what_happened_and_no_route_that_a_client_made_up() {
    let node = Node::start().await;
    // The issue has the day before its block, which may be of another month.
    let shelf = format!("lojal_shelf_references{{month=\"{}\"}} 1", node.now().month());
    node.issue(ANNA, 100);
    node.get("/v1/brands/nordmat").await;
    node.get("/v1/brands/nobody").await;
    node.get("/made/up").await;
    assert_eq!(node.submit("", &node.transfer(ANNA, BO, 1)).await.status, 202);
    assert_eq!(node.submit("", &node.transfer(TILL, BO, 1)).await.status, 422);
    assert_eq!(node.get("/metrics").await.refusal(), (404, "unknown_route".into()));
    let answer = node.get_own("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    for line in [
        "lojal_build_info{version=\"1.2.3\"} 1",
        "lojal_height 1",
        "lojal_ready 1",
        "lojal_round 0",
        "lojal_protocol_version 2",
        "lojal_protocol_unknown 0",
        "lojal_peers 0",
        "lojal_mempool_transactions 1",
        "lojal_mempool_lane_transactions{lane=\"members\"} 1",
        "lojal_mempool_evicted_total 0",
        "lojal_mempool_refused_total 1",
        "lojal_http_waiting 0",
        &shelf,
        "lojal_gossip_messages_in_total{topic=\"consensus\"} 0",
        "lojal_http_requests_total{route=\"/v1/brands/{id}\",status=\"2xx\"} 1",
        "lojal_http_requests_total{route=\"/v1/brands/{id}\",status=\"4xx\"} 1",
        "lojal_http_requests_total{route=\"none\",status=\"4xx\"} 2",
        "lojal_http_request_duration_seconds_count{route=\"/v1/transactions\"} 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "every metric stands once");
    assert!(!text.contains("/made"), "{text}");
}

fn account(seed: u8) -> String {
    format!("/v1/accounts/{}", address(seed).to_text(NetworkKind::Test))
}
