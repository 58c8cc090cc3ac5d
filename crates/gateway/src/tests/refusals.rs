use lojal_random::Random;
use lojal_types::api::{Batch, BatchAnswer, TransactionState};
use lojal_types::{Code, KeyPair, NetworkKind, SignedTransaction};

use super::http::{BYTES, JSON};
use super::node::{ANNA, BO, Node, TILL, address, transfer};
use super::operations::redeem;
use crate::limits::{BATCH_BYTES_MAX, SUBMISSION_BYTES_MAX};

async fn refused(node: &Node, signed: &SignedTransaction, code: Code, status: u16) {
    let answer = node.submit("", signed).await;
    assert_eq!(answer.refusal(), (status, code.name().to_owned()));
    let problem = answer.problem();
    assert_eq!((problem.number, problem.detail.as_str()), (Some(code.number()), code.explanation()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reason_of_the_ledger_comes_with_its_status_and_number() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let good = node.transfer(ANNA, BO, 1);
    let forged = SignedTransaction { signature: node.transfer(ANNA, BO, 1).signature, ..good.clone() };
    refused(&node, &forged, Code::BadSignature, 403).await;
    let mut elsewhere = good.clone();
    elsewhere.transaction.chain = lojal_types::ChainTag::new([0; 4]);
    refused(&node, &elsewhere, Code::WrongChain, 422).await;
    let stranger = good.transaction.clone().sign(&node.chain(), &KeyPair::from_seed(&[99; 32]));
    refused(&node, &stranger, Code::WrongKey, 403).await;
    refused(&node, &node.transfer(77, BO, 1), Code::UnknownAccount, 422).await;
    refused(&node, &node.transfer(ANNA, BO, 101), Code::InsufficientPoints, 422).await;
    refused(&node, &node.transfer(ANNA, ANNA, 1), Code::SameAccount, 422).await;
    refused(&node, &node.sign(TILL, vec![transfer(ANNA, BO, 1)]), Code::NotOwner, 403).await;
    let oversized = node.post("/v1/transactions", BYTES, vec![0; 16 * 1024 + 1]).await;
    assert_eq!(oversized.refusal(), (413, "transaction_too_large".into()));
    let nonsense = node.post("/v1/transactions", BYTES, vec![1, 2, 3]).await;
    assert_eq!(nonsense.refusal(), (400, "malformed".into()));
    assert_eq!(nonsense.problem().number, Some(101));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_sent_as_much_as_it_may_is_told_when_the_day_ends() {
    let node = Node::start().await;
    node.issue(ANNA, 1_000);
    for _ in 0..4 {
        node.apply(ANNA, vec![redeem("nordmat", address(ANNA), 1); 100]);
    }
    let now = node.now();
    let answer = node.submit("", &node.transfer(ANNA, BO, 1)).await;
    assert_eq!(answer.refusal(), (429, "allowance_spent".into()));
    let (problem, ends) = (answer.problem(), now.day().plus(1));
    assert_eq!(problem.retry_at_ms, Some(ends.start()));
    assert!(problem.detail.ends_with(&format!("at {ends}T00:00:00Z")), "{}", problem.detail);
    assert_eq!(answer.header("retry-after"), ends.start().since_ms(now).div_ceil(1000).to_string());
    let batch = node.submit_batch("", &[node.transfer(ANNA, BO, 1)]).await.json::<BatchAnswer>();
    let TransactionState::Refused { problem: again } = &batch.transactions[0].state else { panic!("{batch:?}") };
    assert_eq!(again.retry_at_ms, problem.retry_at_ms);
    // Others have days of their own.
    node.issue(BO, 10);
    assert_eq!(node.submit("", &node.transfer(BO, ANNA, 1)).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_is_no_transaction_is_refused_with_the_place() {
    let node = Node::start().await;
    let cases: [(&str, &str); 5] = [
        ("", "line 1 column 0"),
        ("{\n\"transaction\": 5}", "line 2 column 16"),
        ("{\"transaction\":{}}", "missing field"),
        ("[]", "invalid"),
        ("{\"x\": 1}", "unknown field `x`"),
    ];
    for (text, place) in cases {
        let answer = node.post("/v1/transactions", JSON, text.into()).await;
        assert_eq!(answer.refusal(), (400, "malformed_json".into()), "{text}");
        assert!(answer.problem().detail.contains(place), "{text}: {}", answer.text());
    }
    let deep = node.post("/v1/transactions", JSON, vec![b'['; 100_000]).await;
    assert_eq!(deep.refusal(), (400, "malformed_json".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn json_addresses_of_the_main_network_are_refused_on_a_test_network() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1).to_text(NetworkKind::Main);
    let body = serde_json::to_vec(&signed).expect("plain data");
    assert_eq!(node.post("/v1/transactions", JSON, body).await.refusal(), (400, "invalid_address".into()));
    let good = node.transfer(ANNA, BO, 1).to_text(NetworkKind::Test);
    let body = serde_json::to_vec(&Batch { transactions: vec![good, signed] }).expect("plain data");
    let answer = node.post("/v1/transactions/batch", JSON, body).await;
    assert_eq!(answer.refusal(), (400, "invalid_address".into()));
    assert!(answer.problem().detail.starts_with("transaction 1: "), "{}", answer.text());
    assert_eq!(node.mempool().len(), 0, "none of a batch is submitted that can't be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_routes_and_methods_are_problems_too() {
    let node = Node::start().await;
    for path in ["/wallets", "/v2/status", "/v1/status/", "/v1/accounts/", "/v1/transactions/a/b", "/%00"] {
        assert_eq!(node.get(path).await.refusal(), (404, "unknown_route".into()), "{path}");
    }
    for (path, allow) in [("/v1/status", "GET,HEAD"), ("/v1/transactions", "POST"), ("/v1/transactions/batch", "POST")]
    {
        let answer = node.delete(path).await;
        assert_eq!(answer.refusal(), (405, "method_not_allowed".into()), "{path}");
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
    assert_eq!(node.get("/v1/transactions").await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_the_wrong_type_or_beyond_the_limit_is_refused() {
    let node = Node::start().await;
    for (path, bytes_max) in [("/v1/transactions", SUBMISSION_BYTES_MAX), ("/v1/transactions/batch", BATCH_BYTES_MAX)] {
        for content_type in ["text/plain", "application/jsonp", "", "application/x-www-form-urlencoded"] {
            let answer = node.post(path, content_type, vec![b'x']).await;
            assert_eq!(answer.refusal(), (415, "unsupported_media_type".into()), "{path} {content_type}");
        }
        let at_the_limit = node.post(path, JSON, vec![b' '; bytes_max]).await;
        assert_eq!(at_the_limit.refusal(), (400, "malformed_json".into()), "{path}");
        let beyond = node.post(path, JSON, vec![b' '; bytes_max + 1]).await;
        assert_eq!(beyond.refusal(), (413, "body_too_large".into()), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_refused_as_such_and_one_that_is_as_it_is_taken() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    for (path, body) in [
        ("/v1/transactions", signed.encode()),
        ("/v1/transactions/batch", borsh::to_vec(&[signed]).expect("in memory")),
    ] {
        for encoding in ["gzip", "br", "GZIP", "identity, gzip", "x", ""] {
            let answer = node.post_encoded(path, encoding, vec![0x1f, 0x8b, 8]).await;
            assert_eq!(answer.refusal(), (415, "unsupported_media_type".into()), "{path} {encoding}");
            assert_eq!(answer.header("accept-encoding"), "identity");
        }
        assert_ne!(node.post_encoded(path, "identity", body).await.status, 415, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_nobody_understands_is_refused_before_anything_is_submitted() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    for query in ["?wait=comitted", "?wait", "?wait=committed&wait=committed", "?await=committed"] {
        assert_eq!(node.submit(query, &signed).await.refusal(), (400, "invalid_parameter".into()), "{query}");
        let batch = node.submit_batch(query, std::slice::from_ref(&signed)).await;
        assert_eq!(batch.refusal(), (400, "invalid_parameter".into()), "{query}");
    }
    assert_eq!(node.mempool().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_in_a_path_or_a_query_has_one_text() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let id = node.issue(ANNA, 1).transactions[0].id().to_string();
    let account = address(ANNA).to_text(NetworkKind::Test).to_string();
    let history = format!("/v1/accounts/{account}/transactions");
    let escaped = format!("%{:02X}{}", account.as_bytes()[0], &account[1..]);
    let of_account = |text: &str| format!("/v1/accounts/{text}");
    let of_history = |query: &str| format!("{history}?{query}");
    for (good, wrong, code) in [
        (
            "/v1/blocks/1".to_owned(),
            vec!["/v1/blocks/007", "/v1/blocks/01", "/v1/blocks/+1", "/v1/blocks/%31"],
            "parameter",
        ),
        ("/v1/blocks/latest".to_owned(), vec!["/v1/blocks/LATEST", "/v1/blocks/lates%74"], "parameter"),
        (
            "/v1/brands/nordmat".to_owned(),
            vec!["/v1/brands/Nordmat", "/v1/brands/%6Eordmat", "/v1/brands/nordmat%20"],
            "parameter",
        ),
        (format!("/v1/transactions/{id}"), vec![&format!("/v1/transactions/{}", id.to_uppercase())], "parameter"),
        (of_account(&account), vec![&of_account(&account.to_uppercase()), &of_account(&escaped)], "address"),
        (
            of_history("limit=5"),
            vec![
                &of_history("limit=%2B5"),
                &of_history("limit=05"),
                &of_history("limit=+5"),
                &of_history("limit=5.0"),
                &of_history("limit=5&limit=5"),
                &of_history("limit=5&"),
                &of_history("&limit=5"),
                &of_history("limit"),
                &of_history("l%69mit=5"),
                &of_history("limit=%35"),
                &of_history("LIMIT=5"),
            ],
            "parameter",
        ),
        (
            "/v1/export?from=1&limit=2".to_owned(),
            vec!["/v1/export?from=01&limit=2", "/v1/export?from=1&limit=2&from=1"],
            "parameter",
        ),
        ("/v1/export?limit=2&from=1".to_owned(), vec!["/v1/export?limit=2;from=1"], "parameter"),
        ("/v1/netting?height=2".to_owned(), vec!["/v1/netting?height=%32", "/v1/netting?height=02"], "parameter"),
        ("/v1/brands".to_owned(), vec!["/v1/brands?", "/v1/brands?limit=5", "/v1/brands?%20"], "parameter"),
        ("/v1/status".to_owned(), vec!["/v1/status?height=1", "/v1/status?"], "parameter"),
        (history.clone(), vec![&of_history(""), &of_history("&")], "parameter"),
        ("/v1/netting".to_owned(), vec!["/v1/netting?", "/v1/netting?&"], "parameter"),
        ("/readyz".to_owned(), vec!["/readyz?", "/readyz?x=1"], "parameter"),
    ] {
        assert_eq!(node.get(&good).await.status, 200, "{good}");
        for other in wrong {
            assert_eq!(node.get(other).await.refusal(), (400, format!("invalid_{code}")), "{other}");
        }
    }
    assert_eq!(node.get("/v1/%62rands").await.refusal(), (404, "unknown_route".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_without_a_field_is_refused_with_the_right_advice() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    let history = format!("/v1/accounts/{}/transactions", address(ANNA).to_text(NetworkKind::Test));
    for path in
        ["/v1/brands?", "/readyz?", "/readyz?x", "/v1/netting?", &format!("{history}?"), &format!("{history}?&")]
    {
        let problem = node.get(path).await.problem();
        assert_eq!((problem.status, problem.code.as_str()), (400, "invalid_parameter"), "{path}");
        assert!(problem.detail.ends_with("leave out the ? and what follows it"), "{path}: {}", problem.detail);
    }
    let without = node.get("/v1/export?").await.problem();
    assert!(without.status == 400 && without.detail.contains("from"), "a field is missing: {}", without.detail);
    assert_eq!(node.submit("?", &signed).await.refusal(), (400, "invalid_parameter".into()));
    assert_eq!(
        node.submit_batch("?", std::slice::from_ref(&signed)).await.refusal(),
        (400, "invalid_parameter".into())
    );
    assert_eq!(node.mempool().len(), 0);
    assert_eq!(node.get("/v2/status?x=1").await.refusal(), (404, "unknown_route".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn json_in_another_charset_is_refused_and_utf_8_is_taken_however_it_is_said() {
    let node = Node::start().await;
    for path in ["/v1/transactions", "/v1/transactions/batch"] {
        for parameters in
            ["charset=utf-16", " charset=\"UTF-16\"", "charset=iso-8859-1", "charset", "charset=utf-8; Charset=x"]
        {
            let content_type: &'static str = format!("application/json;{parameters}").leak();
            let answer = node.post(path, content_type, b"{}".to_vec()).await;
            assert_eq!(answer.refusal(), (415, "unsupported_media_type".into()), "{path} {parameters}");
        }
        for parameters in ["", "charset=utf-8", " Charset=\"UTF-8\"", "q=1", "q=1;charset=utf-8"] {
            let content_type: &'static str = format!("application/json;{parameters}").leak();
            let answer = node.post(path, content_type, b"{}".to_vec()).await;
            assert_eq!(answer.refusal(), (400, "malformed_json".into()), "{path} {parameters}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_spelling_of_a_transaction_is_refused_and_not_submitted() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let text = serde_json::to_string(&node.transfer(ANNA, BO, 1).to_text(NetworkKind::Test)).expect("plain data");
    let other = text.replace("\"nonce\":\"", "\"nonce\":\"+00");
    assert_eq!(
        node.post("/v1/transactions", JSON, other.clone().into()).await.refusal(),
        (400, "malformed_json".into())
    );
    let batch = format!("{{\"transactions\":[{text},{other}]}}");
    assert_eq!(node.post("/v1/transactions/batch", JSON, batch.into()).await.refusal(), (400, "malformed_json".into()));
    assert_eq!(node.mempool().len(), 0);
    assert_eq!(node.post("/v1/transactions", JSON, text.into()).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_is_a_client_error_and_never_a_fault_of_the_node() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let mut random = Random::new(1);
    let signed = node.transfer(ANNA, BO, 1);
    let text = signed.clone().to_text(NetworkKind::Test);
    let seeds = [
        ("/v1/transactions", BYTES, signed.encode()),
        ("/v1/transactions", JSON, serde_json::to_vec(&text).expect("plain data")),
        ("/v1/transactions/batch", BYTES, borsh::to_vec(&[signed]).expect("in memory")),
        ("/v1/transactions/batch", JSON, serde_json::to_vec(&Batch { transactions: vec![text] }).expect("plain data")),
    ];
    for round in 0..40 {
        for (path, content_type, seed) in &seeds {
            let mut body = seed.clone();
            for _ in 0..=random.index(4) {
                let at = random.index(body.len());
                body[at] = random.byte();
            }
            if round % 4 == 0 {
                body.truncate(random.index(body.len()));
            }
            let answer = node.post(path, content_type, body.clone()).await;
            assert!(answer.status < 500, "{path} {content_type} {body:?}: {}", answer.text());
        }
    }
    for path in ["/v1/brands/", "/v1/accounts/", "/v1/transactions/", "/v1/blocks/"] {
        for _ in 0..20 {
            let garbage: String = (0..=random.index(40)).map(|_| format!("%{:02X}", random.byte())).collect();
            let answer = node.get(&format!("{path}{garbage}")).await;
            assert!((400..500).contains(&answer.status), "{path}{garbage}: {}", answer.text());
        }
    }
    assert_eq!(node.get(&format!("/v1/accounts/{}", address(ANNA).to_text(NetworkKind::Test))).await.status, 200);
}
