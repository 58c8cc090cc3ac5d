//! Customers who come with a brand, on a real network: balances from a file, and accounts for their own wallets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use lojal_types::{AddressText, Expiry, KeyPair, Lot, Operation, Points, RotateKey, Transaction};
use serde_json::{Value, json};

use crate::connector::{Connector, lojal_connect};
use crate::lossy::Lossy;
use crate::network::Network;
use crate::programs::{Output, Running, eventually, program, run};
use crate::wallet::{Signer, code_of, nordmat, now};

/// Customers who are brought along; each has a lot that ends soon and one that lives as long as the policy gives.
const CUSTOMERS: u32 = 150;
/// The passphrase of a customer's own wallet.
const PASSPHRASE: &str = "four words that nobody guesses";

fn import(connector: &Connector, file: &Path, more: &[&str]) -> Output {
    run(lojal_connect(&["members", "import", "--dir"]).arg(&connector.dir).arg(file).args(more))
}
fn months() -> [String; 2] {
    [2, 5].map(|months| now().month().plus(months).to_string())
}
fn file(network: &Network, name: &str, rows: &str) -> PathBuf {
    let path = network.scratch().join(name);
    fs::write(&path, format!("customer,amount,expiry\n{rows}")).expect("a directory of the test's own");
    path
}
/// The balances of all customers: two rows for each.
fn balances(network: &Network) -> PathBuf {
    let [early, late] = months();
    let rows = (1..=CUSTOMERS).fold(String::new(), |mut rows, number| {
        writeln!(rows, "C-{number},{number},{early}\nC-{number},1000,{late}").expect("in memory");
        rows
    });
    file(network, "balances.csv", &rows)
}
/// The accounts that the connector keeps, by customer, with their states.
fn listed(connector: &Connector) -> BTreeMap<String, (AddressText, String)> {
    let list = run(lojal_connect(&["members", "list", "--dir"]).arg(&connector.dir)).success();
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields[0].to_owned(), (fields[1].parse().expect("an address"), fields[2].to_owned()))
    };
    list.lines().skip(1).map(row).collect()
}
fn lots(network: &Network, account: AddressText) -> Vec<Lot> {
    let account = network.client(0).account(&account).expect("a running gateway");
    let of_brand = account.balances.into_iter().find(|balance| balance.brand == nordmat());
    of_brand.map(|balance| balance.lots.to_vec()).unwrap_or_default()
}
fn lot(expiry: &str, amount: u64) -> Lot {
    Lot { expiry: expiry.parse::<Expiry>().expect("a month"), amount: Points::new(amount) }
}
/// A customer's own wallet, made by themselves.
struct OwnWallet(PathBuf);

impl OwnWallet {
    fn new(network: &Network, name: &str) -> Self {
        let wallet = Self(network.scratch().join(name));
        let genesis = network.genesis().display().to_string();
        wallet.run(&["--gateway", &network.url(0), "init", "--genesis", &genesis, "--words-out", "-"]).success();
        wallet
    }
    fn run(&self, arguments: &[&str]) -> Output {
        run(program("lojal").env("LOJAL_PASSPHRASE", PASSPHRASE).arg("--home").arg(&self.0).args(arguments))
    }
}
/// The secret of an account that the connector keeps, as its file has it.
fn secret(connector: &Connector, customer: &str) -> Option<KeyPair> {
    let files = fs::read_dir(connector.dir.join("customers")).expect("there");
    let texts = files.map(|entry| fs::read_to_string(entry.expect("a file").path()).expect("readable"));
    let found =
        texts.map(|text| serde_json::from_str::<Value>(&text).expect("JSON")).find(|one| one["customer"] == customer);
    let seed = hex::decode(found.expect("kept")["secret"].as_str()?).expect("hex");
    Some(KeyPair::from_seed(&seed.try_into().expect("32 bytes")))
}

#[test]
fn balances_are_imported_once_with_their_expiries_whenever_the_import_is_killed() {
    let network = Network::start();
    let connector = Connector::start(&network, &network.gateways);
    let file = balances(&network);
    let check = import(&connector, &file, &["--check"]).success();
    assert!(
        check.contains("300 rows of 150 customers, 161325 nordmat in all") && check.contains("nothing was sent"),
        "{check}"
    );
    assert!(listed(&connector).is_empty());
    // Killed as soon as something is on the ledger, and after some more, and again.
    let issued = || network.client(0).brand(&nordmat()).expect("a brand").totals.issued.get();
    let before = issued();
    for points in [1, 30_000, 80_000] {
        let mut running = Running::start(lojal_connect(&["members", "import", "--dir"]).arg(&connector.dir).arg(&file));
        eventually("points of customers on the ledger", || (issued() >= before + points).then_some(()));
        running.kill();
    }
    let told = import(&connector, &file, &[]);
    assert!(told.status.success(), "{told:?}");
    let counts: Vec<u32> = told
        .stdout
        .lines()
        .last()
        .expect("a line")
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect();
    assert_eq!((counts[0], counts[1] + counts[2]), (300, 300), "{told:?}");
    assert!(counts[2] > 0, "what the first runs did was found: {told:?}");
    let [early, late] = months();
    let accounts = listed(&connector);
    assert_eq!(accounts.len(), CUSTOMERS as usize);
    for number in 1..=CUSTOMERS {
        let (account, state) = &accounts[&format!("C-{number}")];
        assert_eq!(state, "kept");
        assert_eq!(lots(&network, *account), [lot(&early, u64::from(number)), lot(&late, 1000)], "C-{number}");
    }
    assert_eq!(issued() - before, 161_325, "nothing twice");
    let again = import(&connector, &file, &[]).success();
    assert!(again.contains("imported 300 rows: 0 now, 300 before"), "{again}");
    let kept = fs::read_dir(connector.dir.join("customers")).expect("there");
    for entry in kept {
        let mode = entry.expect("a file").metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }
}

#[test]
fn rows_that_can_not_be_imported_are_told_by_their_lines_and_the_rest_waits_for_them() {
    let network = Network::start();
    let connector = Connector::start(&network, &network.gateways);
    let over = "2020-01";
    let bad = file(&network, "bad.csv", &format!("C-1,5,\nC-2,0,\nC-3,5,{over}\n"));
    let refused = import(&connector, &bad, &[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    for part in ["line 3: the amount", "line 4: points of 2020-01 have expired: leave the row out", "nothing was sent"]
    {
        assert!(refused.stderr.contains(part), "{refused:?}");
    }
    assert!(listed(&connector).is_empty(), "nobody got an account for that");
    import(&connector, &file(&network, "good.csv", "C-1,5,\n"), &[]).success();
    let other = import(&connector, &file(&network, "other.csv", "C-1,6,\nC-2,7,\n"), &[]);
    assert_eq!(other.status.code(), Some(1), "{other:?}");
    assert!(other.stderr.contains("1 of 2 rows were not imported"), "{other:?}");
    assert!(other.stderr.contains("line 2: customer C-1 was given another amount for this expiry"), "{other:?}");
    let accounts = listed(&connector);
    let sum = |customer: &str| -> u64 { lots(&network, accounts[customer].0).iter().map(|lot| lot.amount.get()).sum() };
    assert_eq!((sum("C-1"), sum("C-2")), (5, 7));
}

#[test]
fn a_customer_who_logs_in_claims_the_account_and_spends_and_the_brands_key_is_worth_nothing() {
    let network = Network::start();
    let mut connector = Connector::start(&network, &network.gateways);
    let [early, _] = months();
    import(&connector, &file(&network, "one.csv", &format!("C-1,70,{early}\nC-1,30,\nC-2,9,\n")), &[]).success();
    let account = listed(&connector)["C-1"].0;
    let old = secret(&connector, "C-1").expect("the connector's");

    assert_eq!(connector.post("/claims", &json!({ "customer": "C-9" })).1["code"], "unknown_customer");
    let (status, offered) = connector.post("/claims", &json!({ "customer": "C-1" }));
    assert_eq!((status, &offered["state"], &offered["account"]), (201, &"kept".into(), &account.to_string().into()));
    assert!(offered["svg"].as_str().is_some_and(|svg| svg.starts_with("<svg ")), "{offered}");
    let first = offered["text"].as_str().expect("a text").to_owned();
    let text = connector.post("/claims", &json!({ "customer": "C-1" })).1["text"].as_str().expect("a text").to_owned();
    let wallet = OwnWallet::new(&network, "anna's own");
    let over = wallet.run(&["claim", &first, "--yes"]);
    assert!(over.stderr.contains("this code is over"), "only the last code counts: {over:?}");
    let told = wallet.run(&["claim", &text, "--yes"]).success();
    assert!(told.contains(&format!("this is the wallet of {account} now")), "{told}");

    let (status, claimed) = connector.get("/customers/C-1?wait=30");
    assert_eq!((status, &claimed["state"]), (200, &"claimed".into()), "{claimed}");
    assert!(claimed["height"].as_u64().is_some_and(|height| height > 1), "proven: {claimed}");
    assert!(secret(&connector, "C-1").is_none(), "the connector has destroyed its key");
    assert!(secret(&connector, "C-2").is_some(), "and no other");
    let client = network.client(0);
    let genesis = Signer::of(&network, "nordmat").genesis().clone();
    let steal = Operation::RotateKey(RotateKey { new_key: KeyPair::from_seed(&[7; 32]).public_key() });
    let transaction = Transaction { sender: old.address(), ..Signer::of(&network, "nordmat").transaction(1, steal) };
    let refused = client.submit(&transaction.sign(&genesis.chain_id(), &old), true);
    assert_eq!(code_of(refused).name(), "wrong_key");
    let spent = wallet.run(&["redeem", "80", "nordmat"]).success();
    assert!(spent.contains("redeemed 80 nordmat"), "{spent}");
    assert_eq!(lots(&network, account).iter().map(|lot| lot.amount.get()).sum::<u64>(), 20);

    // Whoever comes later gets nothing.
    let (status, late) = connector.post("/claims", &json!({ "customer": "C-1" }));
    assert_eq!((status, &late["state"], late.get("text")), (200, &"claimed".into(), None), "{late}");
    let other = OwnWallet::new(&network, "somebody else's");
    let refused = other.run(&["claim", &text, "--yes"]);
    assert!(refused.stderr.contains("claimed_by_other") || refused.stderr.contains("another wallet"), "{refused:?}");
    let again = wallet.run(&["claim", &text, "--yes"]).success();
    assert!(again.contains("already"), "{again}");
    connector.stop();
    connector.start_again();
    assert_eq!(connector.get("/customers/C-1").1["state"], "claimed");
}

#[test]
fn a_claim_goes_on_after_a_crash_and_without_the_wallet() {
    let network = Network::start();
    let way = Lossy::before(&network.url(0));
    let mut connector = Connector::start(&network, std::slice::from_ref(&way.url));
    import(&connector, &file(&network, "one.csv", "C-1,70,\n"), &[]).success();
    let account = listed(&connector)["C-1"].0;
    let text = connector.post("/claims", &json!({ "customer": "C-1" })).1["text"].as_str().expect("a text").to_owned();
    let wallet = OwnWallet::new(&network, "anna's own");
    // The ledger changes the key, and the connector never hears of it and dies.
    way.lose(u32::MAX);
    let waits = Running::start(
        program("lojal")
            .env("LOJAL_PASSPHRASE", PASSPHRASE)
            .arg("--home")
            .arg(&wallet.0)
            .args(["claim", &text, "--yes"]),
    );
    let key = wallet.run(&["address", "--key"]).success().trim().to_owned();
    eventually("the new key on the ledger", || {
        let found = network.client(0).account(&account).expect("a running gateway");
        (found.rotated_key?.to_string() == key).then_some(())
    });
    connector.kill();
    drop(waits);
    assert!(secret(&connector, "C-1").is_some());
    way.lose(0);
    connector.start_again();
    eventually("the end of the claim", || (connector.get("/customers/C-1").1["state"] == "claimed").then_some(()));
    assert!(secret(&connector, "C-1").is_none());
    let told = wallet.run(&["claim", &text, "--yes"]).success();
    assert!(told.contains(&format!("this is the wallet of {account}")), "the ledger says so: {told}");
}
