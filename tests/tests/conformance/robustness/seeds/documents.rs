//! Seeds of targets that take documents and texts.

use lojal_tests::targets::chain;
use lojal_types::{NetworkKind, api};

use super::{Seeds, named, vectors};

const SMALLEST: &str = "name = \"n\"\nnetwork = \"main\"\ntime_ms = 0\n[parameters]\nheartbeat_ms = 100\n\
                        block_bytes_max = 32768\nblock_transactions_max = 1\n[governance]\nversion = 1\n";

pub(super) fn genesis() -> Seeds {
    let mut seeds = Seeds::new();
    for (name, vector) in vectors("genesis.json") {
        let lines = vector["input"].as_array().expect("lines of TOML").iter().filter_map(|line| line.as_str());
        seeds.insert(name, lines.collect::<Vec<_>>().join("\n").into_bytes());
    }
    let whole = &chain().genesis_toml;
    seeds.insert("of-the-chain".to_owned(), whole.clone().into_bytes());
    let mut add = |name: &str, text: String| drop(seeds.insert(name.to_owned(), text.into_bytes()));
    add("largest-number", SMALLEST.replace("heartbeat_ms = 100", "heartbeat_ms = 18446744073709551615"));
    add("larger-than-any", SMALLEST.replace("heartbeat_ms = 100", "heartbeat_ms = 18446744073709551616"));
    add("negative", SMALLEST.replace("time_ms = 0", "time_ms = -1"));
    add("float", SMALLEST.replace("time_ms = 0", "time_ms = 1e300"));
    add("not-a-number", SMALLEST.replace("time_ms = 0", "time_ms = nan"));
    add("deep-arrays", format!("name = {}", "[".repeat(3_000)));
    add("deep-tables", format!("{}= 1", "a.".repeat(3_000)));
    add("a-key-twice", format!("name = \"n\"\n{SMALLEST}"));
    add("an-unknown-key", format!("{SMALLEST}more = 1\n"));
    add("a-brand-twice", format!("{whole}\n{}", whole.split_once("[[brands]]").map_or("", |(_, one)| one)));
    add("escapes", SMALLEST.replace("\"n\"", "\"\\u0000\\U0010FFFF\\uD800\""));
    add("right-to-left", SMALLEST.replace("\"n\"", "\"\u{202e}\u{feff}\u{1f600}\""));
    add("carriage-returns", SMALLEST.replace('\n', "\r\n"));
    add("no-validators", format!("{SMALLEST}[[brands]]\nid = \"ab\"\n"));
    seeds
}

pub(super) fn text() -> Seeds {
    let address = chain().committed[0].header.proposer.to_text(NetworkKind::Test).to_string();
    let mut seeds = named([
        ("month", b"2027-03"),
        ("month-13", b"2027-13"),
        ("month-of-the-year-99999", b"99999-01"),
        ("never", b"never"),
        ("brand", b"nordmat"),
        ("brand-of-16", b"abcdefghijklmnop"),
        ("hash", &[b'a'; 64]),
        ("hash-in-capitals", &[b'A'; 64]),
        ("signature", &[b'0'; 128]),
        ("odd-hex", b"abc"),
        ("currency", b"SEK"),
        ("code", b"insufficient_points"),
        ("name-with-a-line", b"a\nb"),
        ("letters-of-four-bytes", "\u{1f600}".repeat(16).as_bytes()),
        ("one-letter-too-many", "\u{1f600}".repeat(17).as_bytes()),
        ("nothing", b""),
        ("no-utf-8", &[0xff, 0xfe, 0xc0, 0x80]),
        ("address-in-capitals", address.to_uppercase().as_bytes()),
        ("address-of-21-bytes", b"loj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgp"),
        // Right checksums over five bits more than 20 bytes have: BIP-173 has them refused.
        ("address-with-zero-bits-more", b"tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpq66esds"),
        ("address-with-bits-more", b"tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpr5fvxr0"),
        ("address-of-bitcoin", b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    ]);
    seeds.insert("address".to_owned(), address.into_bytes());
    seeds
}

fn json_of(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("has a JSON form")
}

const STATUS: &str = concat!(
    r#"{"chain_id":"00","height":1,"state_root":"00","time_ms":1,"#,
    r#""role":"none","validator":null,"peers":3,"mempool":0,"version":"1"}"#,
);
const ACCOUNT: &str = concat!(
    r#"{"address":"ADDRESS","exists":true,"rotated_key":null,"frozen":false,
"guardians":{"guardians":[],"threshold":0},"recovery":null,"memberships":[],
"household":{"members":[{"address":"ADDRESS","role":"child","limits":[{"brand":"nordmat","month_max":5}],"#,
    r#""spent":[]}],"invited":[]},
"balances":[{"brand":"nordmat","total":5,"lots":[{"expiry":"2027-03","amount":5}]}],
"holds":[{"brand":"nordmat","reference":"01","total":1,"lots":[],"expires_ms":5}],"height":7}"#,
);
const NETTING: &str = concat!(
    r#"{"currency":"SEK","pairs":[{"first":"aa","second":"bb","first_owes":{"minor":1,"micro":5},
"second_owes":{"minor":18446744073709551615,"micro":4294967295},"net":{"minor":0,"micro":0},"#,
    r#""net_debtor":null}],"height":1,"time_ms":2}"#,
);
const PARTNERSHIPS: &str = concat!(
    r#"{"partnerships":[{"from":"aa","to":"bb","#,
    r#""terms":{"rate_num":1,"rate_den":0,"price_micro":5,
"daily_max":1,"owed_max":2,"ends_ms":1},"proposal":null,"converted_today":0}]}"#,
);
const BRANDS: &str = concat!(
    r#"{"brands":[{"id":"aa","name":"A","decimals":255,"policy":{"transferable":true,"transfer_min":0,
"transfer_max":18446744073709551615,"reversal_window_ms":0},"#,
    r#""totals":{"issued":"340282366920938463463374607431768211455",
"outstanding":1,"held":0,"redeemed":"0","converted_out":"0","expired":"0","reversed":"0"}}]}"#,
);
const PROBLEM: &str =
    r#"{"type":"about:blank","title":"t","status":65535,"detail":"\u0000\ud83d\ude00","code":"c","number":101}"#;
const HISTORY: &str = concat!(
    r#"{"transactions":[{"id":"ID","status":"pending"},"#,
    r#"{"id":"ID","status":"committed","height":1,"index":2,
"time_ms":3,"receipt":{"result":"failed","operation":0,"code":"insufficient_points"},
"activity":3}],"before":{"count":1,"digest":"ID"},
"head":{"count":18446744073709551615,"digest":"ID"},"next_cursor":"x"}"#,
);
const OPERATORS: &str =
    r#"{"operators":[{"address":"ADDRESS","roles":["issue","admin"],"issue_daily_max":5,"issued_today":1}]}"#;

pub(super) fn json() -> Seeds {
    let block = &chain().committed[2];
    let transactions: Vec<_> =
        block.transactions.iter().map(|one| one.signed().clone().to_text(NetworkKind::Test)).collect();
    let address = block.header.proposer.to_text(NetworkKind::Test).to_string();
    let whole = api::Block {
        id: block.id,
        header: block.header.clone().to_text(NetworkKind::Test),
        certificate: block.certificate.to_text(NetworkKind::Test),
        transactions: transactions.clone(),
    };
    let one = json_of(&transactions[0]);
    let mut seeds = named([("nothing", b""), ("null", b"null"), ("a-list", b"[]"), ("no-utf-8", &[b'"', 0xff, b'"'])]);
    let mut add = |name: &str, bytes: Vec<u8>| drop(seeds.insert(name.to_owned(), bytes));
    add("block", json_of(&whole));
    add("batch", json_of(&api::Batch { transactions: transactions[..2].to_vec() }));
    let all: Vec<_> = chain().committed.iter().flat_map(|block| block.transactions.iter()).collect();
    for (transaction, number) in all.iter().zip(0..).step_by(4) {
        add(&format!("transaction-{number}"), json_of(&transaction.signed().clone().to_text(NetworkKind::Test)));
    }
    let id = "0".repeat(64);
    for (name, text) in [
        ("status", STATUS.replace("\"00\"", &format!("\"{id}\""))),
        ("account", ACCOUNT.replace("ADDRESS", &address)),
        ("operators", OPERATORS.replace("ADDRESS", &address)),
        ("history", HISTORY.replace("ID", &id)),
        ("netting", NETTING.to_owned()),
        ("partnerships", PARTNERSHIPS.to_owned()),
        ("brands", BRANDS.to_owned()),
        ("problem", PROBLEM.to_owned()),
    ] {
        add(name, text.into_bytes());
    }
    let text = String::from_utf8(one).expect("JSON is UTF-8");
    add("a-field-twice", text.replacen('{', "{\"public_key\":\"00\",", 1).into_bytes());
    add("a-number-as-nonce", text.replace("\"nonce\":\"", "\"nonce\":\"+").into_bytes());
    add("a-nonce-with-zeroes", text.replace("\"nonce\":\"", "\"nonce\":\"000").into_bytes());
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let sender = value["transaction"]["sender"].as_str().expect("an address");
    add("an-address-in-capitals", text.replace(sender, &sender.to_uppercase()).into_bytes());
    let list = ["transaction", "public_key", "signature"].map(|name| value[name].clone());
    add("a-transaction-as-a-list", json_of(&list));
    add("a-batch-as-a-list", format!("[[{text}]]").into_bytes());
    add("a-transaction-with-blanks", format!("{value:#}").into_bytes());
    add("a-large-nonce", text.replace("\"nonce\":\"", "\"nonce\":\"99999999999999999999").into_bytes());
    add("deep-lists", "[".repeat(20_000).into_bytes());
    add("deep-objects", "{\"transaction\":".repeat(1_500).into_bytes());
    add("a-large-exponent", br#"{"status":1e999999,"height":1E400}"#.to_vec());
    seeds
}
