//! Seeds of requests to the gateway.

use lojal_tests::targets::chain;
use lojal_types::{NetworkKind, api};

use super::Seeds;

/// Paths and queries that are asked for.
const TARGETS: [&str; 39] = [
    "v1/status",
    "v1/genesis",
    "v1/brands",
    "v1/brands/nordmat",
    "v1/brands/NORDMAT",
    "v1/brands/%FF%FE",
    "v1/brands/nordmat/operators",
    "v1/brands/nordmat/issues/00ff",
    "v1/brands/NORDMAT/issues/0",
    "v1/brands/nordmat/reversals/00FF",
    "v1/accounts/ADDRESS",
    "v1/accounts/loj1q",
    "v1/accounts/%00",
    "v1/accounts/ADDRESS/transactions",
    "v1/accounts/ADDRESS/transactions?limit=2",
    "v1/accounts/ADDRESS/transactions?limit=0",
    "v1/accounts/ADDRESS/transactions?limit=4294967296",
    "v1/accounts/ADDRESS/transactions?limit=-1&cursor=",
    "v1/accounts/ADDRESS/transactions?cursor=3.0",
    "v1/accounts/ADDRESS/transactions?cursor=18446744073709551615.4294967295",
    "v1/accounts/ADDRESS/transactions?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "v1/households/ADDRESS",
    "v1/partnerships",
    "v1/partnerships?brand=nordmat",
    "v1/netting",
    "v1/netting?brand=%F0%9F%98%80",
    "v1/transactions/0000000000000000000000000000000000000000000000000000000000000000",
    "v1/transactions/00",
    "v1/blocks/1",
    "v1/blocks/0",
    "v1/blocks/18446744073709551615",
    "v1/blocks/18446744073709551616",
    "v1/blocks/-1",
    "v1/export?from=1&limit=2",
    "v1/export?from=18446744073709551615&limit=4294967295",
    "v1/export?from=0",
    "readyz",
    "metrics",
    "v1/../../etc/passwd?a=b&a=c&%&&==",
];

fn post(target: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    [format!("POST {target} {content_type}\n").as_bytes(), body].concat()
}

pub(super) fn http_request() -> Seeds {
    let block = &chain().committed[2];
    let address = block.transactions[0].transaction().sender.to_text(NetworkKind::Test).to_string();
    let mut seeds = Seeds::new();
    for (target, number) in TARGETS.iter().zip(0..) {
        seeds.insert(format!("get-{number}"), format!("GET {}", target.replace("ADDRESS", &address)).into_bytes());
    }
    let signed = block.transactions[0].signed().clone();
    let bytes = signed.encode();
    let json = serde_json::to_vec(&signed.clone().to_text(NetworkKind::Test)).expect("has a JSON form");
    let main = serde_json::to_vec(&signed.clone().to_text(NetworkKind::Main)).expect("has a JSON form");
    let batch = api::Batch { transactions: vec![signed.clone().to_text(NetworkKind::Test); 2] };
    let batch = serde_json::to_vec(&batch).expect("has a JSON form");
    let batch_bytes = borsh::to_vec(&vec![signed; 2]).expect("in memory");
    let (one, many) = ("v1/transactions", "v1/transactions/batch");
    let mut add = |name: &str, bytes: Vec<u8>| drop(seeds.insert(name.to_owned(), bytes));
    add("post-bytes", post(one, "application/octet-stream", &bytes));
    add("post-bytes-and-wait", post("v1/transactions?wait=committed", "application/octet-stream", &bytes));
    add("post-and-wait-for-nothing", post("v1/transactions?wait=never", "application/octet-stream", &bytes));
    add("post-json", post(one, "application/json;charset=utf-8", &json));
    add("post-json-of-another-network", post(one, "application/json", &main));
    add("post-json-in-another-type", post(one, "text/plain", &json));
    add("post-nothing", post(one, "application/json", b""));
    add("post-deep-json", post(one, "application/json", "[".repeat(5_000).as_bytes()));
    add("post-a-batch-of-json", post(many, "application/json", &batch));
    add("post-a-batch-of-bytes", post(many, "application/octet-stream", &batch_bytes));
    add("post-an-announced-batch", post(many, "application/octet-stream", &[255; 4]));
    add("post-an-empty-batch", post(many, "application/octet-stream", &[0; 4]));
    add("post-to-a-reading", post("v1/status", "application/json", b"{}"));
    add("delete", b"DELETE v1/blocks/1".to_vec());
    add("nothing", Vec::new());
    add("a-long-path", format!("GET v1/{}", "a/".repeat(1_900)).into_bytes());
    seeds
}
