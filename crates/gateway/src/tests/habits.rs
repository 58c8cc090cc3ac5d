//! Headers of every answer, pages of problems, and the rates of clients.

use lojal_types::Code;
use lojal_types::api::Account;

use super::http;
use super::node::{ANNA, BO, HOUR_MS, Node, Settings, address, key};
use crate::access::{Access, Auditor, Auditors};
use crate::app::Timeouts;
use crate::problem::Kind;
use crate::rates::Rate;

fn account(seed: u8) -> String {
    format!("/v1/accounts/{}", address(seed).to_text(lojal_types::NetworkKind::Test))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_after_which_block_it_is_so_and_that_nothing_has_changed_since() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let first = node.get(&account(ANNA)).await;
    let (tag, shown): (String, Account) = (first.header("etag").to_owned(), first.json());
    assert_eq!((first.header("lojal-height"), shown.height.get()), ("1", 1));
    assert!(tag.starts_with("W/\"") && first.header("cache-control") == "private, no-cache", "{tag}");
    node.issue(BO, 5);
    let same = node.get_with(&account(ANNA), "if-none-match", &tag).await;
    assert_eq!((same.status, same.body.len(), same.header("lojal-height")), (304, 0, "2"));
    assert_eq!(same.header("etag"), tag);
    node.issue(ANNA, 1);
    let other = node.get_with(&account(ANNA), "if-none-match", &tag).await;
    assert_eq!((other.status, other.header("lojal-height")), (200, "3"));
    assert_ne!(other.header("etag"), tag);
    let missing = node.get("/v1/brands/nobody").await;
    assert_eq!((missing.header("cache-control"), missing.header("etag")), ("no-store", ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_changes_says_so() {
    let node = Node::start().await;
    let block = node.issue(ANNA, 100);
    let receipt = format!("/v1/transactions/{}", block.receipts[0].transaction);
    for (path, is_fixed) in [
        ("/v1/genesis", true),
        (receipt.as_str(), true),
        ("/v1/blocks/1", true),
        ("/v1/blocks/latest", false),
        ("/v1/brands", false),
        ("/v1/light/blocks/1", true),
        ("/v1/light/blocks/latest", false),
        ("/v1/light/changes?after=0", false),
    ] {
        let answer = node.get(path).await;
        assert_eq!(answer.header("cache-control").contains("immutable"), is_fixed, "{path}");
        assert_eq!(answer.header("lojal-height"), "1", "{path}");
    }
}

/// The head of an answer, as it comes over the wire, to a client that says which encodings it takes.
async fn head(node: &Node, path: &str, encodings: &str) -> String {
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {0}\r\naccept-encoding: {encodings}\r\nconnection: close\r\n\r\n",
        node.address()
    );
    let mut stream = http::open(node.address(), request.into_bytes()).await;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut bytes).expect("a whole answer");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.split("\r\n\r\n").next().unwrap_or_default().to_lowercase()
}

#[tokio::test(flavor = "multi_thread")]
async fn large_answers_in_json_are_compressed_for_those_who_take_it_and_exports_never() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    for _ in 0..4 {
        node.commit((0..3).map(|_| node.transfer(ANNA, BO, 1)).collect());
    }
    let history = format!("{}/transactions", account(ANNA));
    for (path, encodings, is_compressed) in [
        (history.as_str(), "gzip", true),
        (history.as_str(), "br, gzip;q=0.5", true),
        (history.as_str(), "br", false),
        (history.as_str(), "gzip;q=0", false),
        ("/v1/openapi.json", "gzip", true),
        ("/v1/governance/1", "gzip", false),
        ("/v1/export?from=1", "gzip", false),
    ] {
        let head = head(&node, path, encodings).await;
        assert_eq!(head.contains("content-encoding: gzip"), is_compressed, "{path} {encodings}: {head}");
    }
    let whole = node.get(&history).await;
    assert_eq!(whole.json::<lojal_types::api::History>().transactions.len(), 13, "clients read it all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_has_an_id_and_a_panic_is_a_problem_with_it() {
    let node = Node::start().await;
    let own = node.get("/v1/status").await.header("request-id").to_owned();
    let next = node.get("/v1/status").await.header("request-id").to_owned();
    assert!(!own.is_empty() && own != next, "{own} {next}");
    let given = node.get_with("/v1/status", "request-id", "till-7").await;
    assert_eq!(given.header("request-id"), "till-7");
    let failed = node.get_with("/panic", "request-id", "till-8").await;
    assert_eq!((failed.refusal(), failed.header("request-id")), ((500, "internal_error".into()), "till-8"));
    assert!(failed.problem().retryable);
    assert_eq!(node.get("/v1/status").await.status, 200, "the gateway goes on");
    let refused = node.post("/v1/transactions", http::JSON, b"{}".to_vec()).await;
    assert!(!refused.header("request-id").is_empty() && !refused.problem().retryable);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_go_on_and_others_are_not_touched() {
    let number = |number| std::num::NonZeroU32::new(number).expect("not zero");
    let rate = Some(Rate { per_s: number(1), burst: number(10) });
    let node = Node::start_as(Settings { rate, ..Settings::open() }, &["127.0.0.1"], Timeouts::default()).await;
    node.issue(ANNA, 100);
    let ask = async |client: &str| node.get_with("/v1/brands", "x-forwarded-for", client).await;
    let mut last = ask("203.0.113.7").await;
    assert_eq!((last.status, last.header("ratelimit")), (200, "\"reads\";r=9;t=1"));
    for _ in 0..20 {
        last = ask("203.0.113.7").await;
    }
    assert_eq!(last.refusal(), (429, "rate_limited".into()));
    assert!(last.problem().retryable && ["1", "2"].contains(&last.header("retry-after")), "{:?}", last.headers);
    assert_eq!(ask("203.0.113.8").await.status, 200);
    assert_eq!(node.get("/v1/brands").await.header("ratelimit"), "", "a proxy itself has no rate");
    let open = Node::start_as(Settings { rate, ..Settings::open() }, &[], Timeouts::default()).await;
    let forged = open.get_with("/v1/brands", "x-forwarded-for", "203.0.113.7").await;
    assert_eq!(forged.header("ratelimit"), "", "nobody else is believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_the_ledger_has_a_rate_of_its_own_and_an_auditor_that_is_listed_none() {
    let number = |number| std::num::NonZeroU32::new(number).expect("not zero");
    let rate = Some(Rate { per_s: number(1), burst: number(3) });
    let auditor = Auditor {
        name: "audit office".parse().expect("a name"),
        key: key(9).public_key(),
        until_ms: lojal_consensus::clock::now().plus_ms(HOUR_MS),
    };
    let access = Access { auditors: Auditors::Listed(vec![auditor]), hosts: vec![] };
    let settings = Settings { access, rate, ..Settings::open() };
    let node = Node::start_as(settings, &["127.0.0.1"], Timeouts::default()).await;
    node.issue(ANNA, 100);
    let ask = async |token: Option<&str>| {
        let mut headers = vec![("x-forwarded-for", "203.0.113.7".to_owned())];
        headers.extend(token.map(|token| ("authorization", format!("Bearer {token}"))));
        let url = format!("http://{}/v1/brands", node.address());
        http::get_with_all(url, headers).await
    };
    for _ in 0..4 {
        ask(None).await;
    }
    assert_eq!(ask(None).await.status, 429);
    // Whoever makes up an account pays with its network.
    assert_eq!(ask(Some(&node.token(BO))).await.status, 429);
    let own = ask(Some(&node.token(ANNA))).await;
    assert_eq!((own.status, own.header("ratelimit")), (200, "\"reads\";r=2;t=1"));
    for _ in 0..5 {
        let answer = ask(Some(&node.token(9))).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (200, ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_websites_may_ask_if_the_operator_says_so() {
    const SITE: &str = "https://shop.example.org";
    let allowed = |answer: &http::Answer| answer.header("access-control-allow-origin").to_owned();
    for (origins, expected) in
        [(&[][..], ""), (&[SITE][..], SITE), (&["https://else.example.org"][..], ""), (&["*"][..], "*")]
    {
        let node = Node::start_as(Settings { origins, ..Settings::open() }, &[], Timeouts::default()).await;
        let answer = node.get_with("/v1/brands", "origin", SITE).await;
        assert_eq!((answer.status, allowed(&answer).as_str()), (200, expected), "{origins:?}");
        let missing = node.get_with("/v1/nothing", "origin", SITE).await;
        assert_eq!((missing.status, allowed(&missing).as_str()), (404, expected), "{origins:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_has_a_page() {
    let node = Node::start().await;
    let codes = Code::all().map(|code| code.name().to_owned());
    let kinds = Kind::ALL.into_iter().map(|kind| kind.row().1.to_owned());
    for name in codes.chain(kinds) {
        let page = node.get(&format!("/problems/{name}")).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/plain; charset=utf-8"), "{name}");
        assert!(page.text().starts_with(&name) && page.text().lines().count() == 5, "{}", page.text());
    }
    for unknown in ["nonsense", "%6dalformed", "Malformed"] {
        let answer = node.get(&format!("/problems/{unknown}")).await;
        assert_eq!(answer.refusal(), (404, "unknown_route".into()), "{unknown}");
    }
}
