//! Parts of histories, and the lists of a brand.

use lojal_types::api::{History, TransactionState, TransactionStatus};
use lojal_types::{Bounded, Day, Height, Issue, NetworkKind, Operation, Outcome, Points, Redeem, TimeMs, Transaction};

use crate::support::gateway::{Ledger, account, network_status};
use crate::support::lists;
use crate::support::server::{Answer, Server};
use crate::support::{Wallet, genesis, key, receipt};

const DAY_MS: u64 = 86_400_000;

/// A transaction of a day, counted from one in November 2023.
fn on(day: u64, operation: Operation) -> TransactionStatus {
    let time_ms = TimeMs::new(1_700_000_000_000 + day * DAY_MS).expect("in range");
    let transaction = Transaction {
        chain: genesis().chain_id().tag(),
        sender: key().address(),
        valid_until_ms: time_ms,
        nonce: day,
        operations: Bounded::from([operation]),
    };
    let id = transaction.id(&genesis().chain_id());
    let signed = transaction.sign(&genesis().chain_id(), &key()).to_text(NetworkKind::Test);
    let state = TransactionState::Committed { height: Height::new(day), index: 0, time_ms, receipt: Outcome::Applied };
    TransactionStatus { id, state, transaction: Some(signed), activity: None }
}

fn issue(brand: &str, amount: u64) -> Operation {
    let (brand, to, amount) = (brand.parse().expect("valid"), key().address(), Points::new(amount));
    Operation::Issue(Issue { brand, to, amount, reference: receipt("bought"), dated: Day::default(), expiry: None })
}

fn redeem(brand: &str, amount: u64) -> Operation {
    let (brand, from, amount) = (brand.parse().expect("valid"), key().address(), Points::new(amount));
    Operation::Redeem(Redeem { brand, from, amount, request: None })
}

/// The first of these is the newest.
fn ledger(lie: Option<fn(&mut History)>) -> Server {
    let history = vec![
        on(9, redeem("nordmat", 3)),
        on(8, issue("kaffet", 500)),
        on(7, redeem("kaffet", 200)),
        on(6, redeem("nordmat", 2)),
        on(5, issue("nordmat", 90)),
        on(4, redeem("nordmat", 1)),
    ];
    let own = account(key().address().to_text(NetworkKind::Test));
    Ledger { history: Some(history), lie, ..Ledger::with(vec![own]) }.start()
}

#[test]
fn a_part_of_a_history_is_left_of_all_of_it_and_goes_on_where_it_was() {
    let server = ledger(None);
    let wallet = Wallet::at(server.url());
    let of = |arguments: &[&str]| -> (Vec<u64>, serde_json::Value) {
        let json = wallet.run(&[&["history", "--json"], arguments].concat()).json();
        let list = json["transactions"].as_array().expect("a list").iter();
        (list.map(|one| one["height"].as_u64().expect("a number")).collect(), json)
    };
    let (heights, json) = of(&["--brand", "nordmat"]);
    assert_eq!((heights, &json["looked_through"], &json["before"]), (vec![9, 6, 5, 4], &6.into(), &().into()));
    assert_eq!(of(&["--kind", "Redeem"]).0, [9, 7, 6, 4]);
    assert_eq!(of(&["--brand", "kaffet", "--kind", "redeem"]).0, [7]);
    let (heights, json) = of(&["--since", "2023-11-21", "--kind", "redeem"]);
    assert_eq!((heights, &json["looked_through"]), (vec![9, 7], &3.into()));
    let (first, json) = of(&["--kind", "redeem", "--limit", "3"]);
    assert_eq!((first, &json["next_cursor"]), (vec![9, 7, 6], &"3".into()));
    let (rest, json) = of(&["--kind", "redeem", "--limit", "3", "--cursor", "3"]);
    assert_eq!((rest, &json["next_cursor"]), (vec![4], &().into()));
    let shown = wallet.run(&["history", "--kind", "redeem", "--limit", "1"]).stdout;
    assert!(shown.contains("more with --cursor 6"), "{shown}");
    assert!(shown.contains("looked through 2 of the 6 transactions that are counted, without a gap"), "{shown}");
    let other = wallet.run(&["history", "--kind", "redeem", "--cursor", "7-0"]);
    assert!(other.exit_code == 2 && other.stderr.contains("another list"), "{}", other.stderr);
    let unknown = wallet.run(&["history", "--kind", "gift"]);
    assert!(unknown.exit_code == 2 && unknown.stderr.contains("write one of issue, redeem"), "{}", unknown.stderr);
}

#[test]
fn a_gateway_that_leaves_out_a_transaction_which_is_wanted_or_another_is_caught() {
    let lies: [fn(&mut History); 2] =
        [|page| drop(page.transactions.remove(0)), |page| drop(page.transactions.remove(2))];
    for lie in lies {
        let server = ledger(Some(lie));
        let caught = Wallet::at(server.url()).run(&["history", "--brand", "nordmat"]);
        assert_eq!(caught.exit_code, 4, "{}", caught.stderr);
    }
}

/// A gateway that has the lists.
fn gateway() -> Server {
    let mut ledger = Ledger::with(vec![]).answering(|| {});
    Server::start(move |request| lists::answer(&request.path).unwrap_or_else(|| ledger(request)))
}

#[test]
fn a_brand_s_lists_are_tables_for_people_and_lines_for_programs() {
    let server = gateway();
    let wallet = Wallet::at(server.url());
    let rows = |arguments: &[&str]| -> Vec<Vec<String>> {
        let mut command = wallet.command(&[&["brand"], arguments].concat(), None);
        let shown = command.env_remove("COLUMNS").output().expect("it was built").stdout;
        let shown = String::from_utf8(shown).expect("text");
        shown.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    };
    let (month, own) = (network_status().time_ms.month().to_string(), key().address().to_text(NetworkKind::Test));
    let accounts = rows(&["accounts", "kaffet"]);
    assert_eq!(accounts[0], ["ACCOUNT", "POINTS", "HELD", "EXPIRES FIRST", "OF THEM"]);
    assert_eq!(accounts[1], [own.to_string().as_str(), "12000.00", "0.50", month.as_str(), "12000.00"]);
    assert_eq!(accounts[2][1..3], ["0.00", "0.07"], "the second page");
    assert!(accounts.last().is_some_and(|line| line[0].contains("a gateway is believed")));
    let expiring = rows(&["expiring", "kaffet", "--months", "3"]);
    assert_eq!(expiring[1], [month.as_str(), own.to_string().as_str(), "12000.00"]);
    assert_eq!(expiring[2][0], format!("in all 12000.00 of kaffet expire with {month}"));
    let months = rows(&["statistics", "kaffet"]);
    let expected = [month.as_str(), "12500.00", "400.00", "3.00", "2.00", "1.00", "12000.00", "0.50"];
    assert_eq!(months[1], expected);
    assert!(months[3][0].contains("counted from block 9 on"), "{months:?}");
    assert_eq!(rows(&["statistics", "kaffet", "--by-expiry"])[1], [month.as_str(), month.as_str(), "12000.00"]);
    let json = wallet.run(&["brand", "accounts", "kaffet", "--json"]).json();
    assert_eq!((json["accounts"].as_array().map(Vec::len), &json["next_cursor"]), (Some(2), &().into()));
    let refused = Server::start(|_| Answer::problem(403, "not_permitted"));
    for list in ["transactions", "accounts", "expiring", "statistics"] {
        let run = Wallet::at(refused.url()).run(&["brand", list, "kaffet"]);
        assert_eq!(run.exit_code, 1, "{list}: {}", run.stderr);
    }
}
