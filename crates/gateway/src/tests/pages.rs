//! The pages for browsers.

use lojal_web::{Build, CONTENT_SECURITY_POLICY, Pages};

use super::node::{Node, Settings};
use crate::app::Timeouts;

async fn node(web: &'static [Pages]) -> Node {
    Node::start_as(Settings { web, ..Settings::open() }, &[], Timeouts::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_gateway_leads_to_the_wallet_and_each_page_may_do_little() {
    let node = node(&Pages::ALL).await;
    for path in ["/", "/wallet", "/wallet/"] {
        let page = node.get(path).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert!(page.text().contains("<title>Lojal</title>"), "{path}");
        assert_eq!(page.header("content-security-policy"), CONTENT_SECURITY_POLICY);
        assert_eq!((page.header("x-content-type-options"), page.header("referrer-policy")), ("nosniff", "no-referrer"));
        assert_eq!((page.header("cache-control"), page.header("vary")), ("no-cache", "accept-encoding"));
    }
    assert!(node.get("/explorer").await.text().contains("<title>Lojal Explorer</title>"));
    assert!(node.get("/console").await.text().contains("<title>Lojal Console</title>"));
    for missing in ["/wallet/index.html", "/wallet/none.js", "/assets/none.js", "/assets/", "/shop/"] {
        assert_eq!(node.get(missing).await.refusal(), (404, "unknown_route".to_owned()), "{missing}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_its_hash_in_its_name_is_kept_for_ever_and_a_page_is_sent_once() {
    let node = node(&Pages::ALL).await;
    let page = node.get("/wallet/").await;
    let (tag, text) = (page.header("etag").to_owned(), page.text());
    let same = node.get_with("/wallet/", "if-none-match", &tag).await;
    assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, tag.as_str()));
    assert_eq!(same.header("content-security-policy"), CONTENT_SECURITY_POLICY);
    let (_, rest) = text.split_once("src=\"/assets/").expect("it has a script");
    let script = format!("/assets/{}", rest.split('"').next().expect("it ends"));
    let plain = node.get_with(&script, "accept-encoding", "identity").await;
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(
        (plain.header("content-type"), plain.header("content-encoding")),
        ("text/javascript; charset=utf-8", "")
    );
    let other = node.get_with(&script, "if-none-match", "W/\"0\"").await;
    assert_eq!(other.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_an_operator_does_not_serve_are_not_there() {
    let explorer = node(&[Pages::Explorer]).await;
    assert!(explorer.get("/").await.text().contains("Explorer"));
    assert_eq!(explorer.get("/wallet/").await.refusal(), (404, "unknown_route".to_owned()));
    let build = explorer.get("/build.json").await;
    assert_eq!(
        (build.status, build.header("content-type"), build.header("cache-control")),
        (200, "application/json", "no-cache")
    );
    assert_eq!(Build::read(&build.body), Some(Build::own()));
    let none = node(&[]).await;
    for path in ["/", "/wallet", "/wallet/", "/explorer/", "/console/", "/build.json"] {
        assert_eq!(none.get(path).await.refusal(), (404, "unknown_route".to_owned()), "{path}");
    }
    assert_eq!(none.get("/v1/status").await.status, 200);
}
