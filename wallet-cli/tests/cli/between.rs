//! Between brands.

use lojal_types::api::{NettingPair, Partnership};
use lojal_types::{
    BrandId, ExactMoney, Money, NetworkKind, Operation, PartnershipProposal, PartnershipTerms, Points, TimeMs,
};

use crate::support::gateway::{Ledger, account, network_status, only_operation, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, key, pool, receipt};

fn brand(id: &str) -> BrandId {
    id.parse().expect("valid")
}

/// 1 fjallet, without decimals, for 2.00 kaffet.
fn terms() -> PartnershipTerms {
    PartnershipTerms {
        rate_num: 1,
        rate_den: 200,
        price_micro: 2_500,
        daily_max: Points::new(1_000_000),
        owed_max: Money::new(500_000),
        ends_ms: TimeMs::new(1_830_297_600_000).expect("in range"),
    }
}

fn ledger_with(terms: Option<PartnershipTerms>, proposal: Option<PartnershipTerms>) -> Server {
    let partnership = Partnership {
        from: brand("kaffet"),
        to: brand("fjallet"),
        terms,
        proposal: proposal.map(|terms| PartnershipProposal { by: brand("fjallet"), terms }),
        converted_today: Points::new(500),
    };
    let accounts = vec![account(key().address().to_text(NetworkKind::Test))];
    Ledger { partnerships: vec![partnership], ..Ledger::with(accounts) }.start()
}

const PROPOSE: [&str; 14] = [
    "partner",
    "propose",
    "kaffet",
    "fjallet",
    "--rate",
    "1/2",
    "--price",
    "0.25",
    "--daily-max",
    "10000",
    "--owed-max",
    "500000",
    "--until",
    "2028-01-01",
];

#[test]
fn terms_are_typed_in_points_and_signed_in_smallest_units() {
    let server = ledger_with(None, None);
    let wallet = Wallet::at(server.url());
    let asked = wallet.run(&PROPOSE);
    assert!(asked.stderr.contains("put forward: 1 fjallet for 2 kaffet"), "{}", asked.stderr);
    assert!(submitted(&server).is_empty(), "nothing is signed before somebody has agreed");
    let ran = wallet.run(&[&PROPOSE[..], &["--yes"]].concat());
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let words = "1 fjallet for 2 kaffet, kaffet owes fjallet 0.25 minor units of SEK for each kaffet and at most \
                 500,000 in all, at most 10,000.00 kaffet a day, until 2028-01-01 00:00:00 UTC";
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
    let Operation::ProposePartnership(proposal) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((proposal.from, proposal.to, proposal.terms), (brand("kaffet"), brand("fjallet"), terms()));
}

#[test]
fn terms_that_the_ledger_cannot_express_are_refused() {
    let server = ledger_with(None, None);
    let wallet = Wallet::at(server.url());
    for (position, wrong, code) in
        [(7, "0.00001", "terms_out_of_bounds"), (7, "1,500", "terms_out_of_bounds"), (9, "0", "invalid_amount")]
    {
        let mut arguments = PROPOSE.to_vec();
        arguments[position] = wrong;
        arguments.push("--json");
        let ran = wallet.run(&arguments);
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, code), "{wrong}");
    }
    assert!(submitted(&server).is_empty());
}

#[test]
fn what_is_accepted_are_the_terms_that_were_shown() {
    let server = ledger_with(None, Some(terms()));
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["partner", "accept", "kaffet", "fjallet"]);
    assert!(ran.stderr.contains("accept what fjallet put forward: 1 fjallet for 2 kaffet"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&["partner", "accept", "kaffet", "fjallet", "--yes"]).exit_code, 0);
    let Operation::AcceptPartnership(accept) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((accept.from, accept.to, accept.terms), (brand("kaffet"), brand("fjallet"), terms()));
    let nothing = wallet.run(&["partner", "accept", "fjallet", "kaffet", "--yes", "--json"]);
    assert_eq!(nothing.error_code(), "no_terms");
}

/// A way back from fjallet to kaffet at this rate, in smallest units.
fn with_a_way_back(rate_num: u32, rate_den: u32) -> Server {
    let one = |from, to, terms, proposal: Option<PartnershipTerms>| Partnership {
        from: brand(from),
        to: brand(to),
        terms,
        proposal: proposal.map(|terms| PartnershipProposal { by: brand(to), terms }),
        converted_today: Points::ZERO,
    };
    let back = PartnershipTerms { rate_num, rate_den, ..terms() };
    let partnerships = vec![
        one("kaffet", "fjallet", None, Some(terms())),
        one("fjallet", "nordmat", Some(back), None),
        one("nordmat", "kaffet", Some(PartnershipTerms { rate_num: 1, rate_den: 1, ..terms() }), None),
    ];
    Ledger { partnerships, ..Ledger::with(vec![account(key().address().to_text(NetworkKind::Test))]) }.start()
}

#[test]
fn proposing_and_accepting_warn_of_a_way_round_that_multiplies_points() {
    let warning = "WARNING: converting round kaffet → fjallet → nordmat → kaffet gives more points than it takes";
    let gains = with_a_way_back(201, 1);
    let wallet = Wallet::at(gains.url());
    let ran = wallet.run(&["partner", "accept", "kaffet", "fjallet"]);
    assert!(ran.stderr.contains(warning), "{}", ran.stderr);
    let ran = wallet.run(&PROPOSE);
    assert!(ran.stderr.contains(warning), "{}{}", ran.stdout, ran.stderr);
    assert!(submitted(&gains).is_empty(), "the warning comes before the signature");
    let told = wallet.run(&[&PROPOSE[..], &["--yes"]].concat());
    assert!(told.exit_code == 0 && told.stderr.contains(warning), "{}{}", told.stdout, told.stderr);
    let even = with_a_way_back(200, 1);
    let ran = Wallet::at(even.url()).run(&["partner", "accept", "kaffet", "fjallet"]);
    assert!(ran.stderr.contains("accept what") && !ran.stderr.contains("WARNING"), "{}", ran.stderr);
}

#[test]
fn partnerships_are_listed_in_words_and_ended() {
    let server = ledger_with(Some(terms()), Some(PartnershipTerms { rate_num: 1, rate_den: 100, ..terms() }));
    let wallet = Wallet::at(server.url());
    let list = wallet.run(&["partner", "list"]).stdout;
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("FROM    INTO     STATE"), "{list}");
    assert!(lines[1].contains("agreed on") && lines[1].contains(" 5.00  1 fjallet for 2 kaffet, "), "{list}");
    assert!(lines[2].contains("put forward by fjallet") && lines[2].contains("  1 fjallet for 1 kaffet, "), "{list}");
    let narrow = wallet.command(&["partner", "list"], None).env("COLUMNS", "80").output().expect("it was built");
    let narrow = String::from_utf8(narrow.stdout).expect("UTF-8");
    assert!(narrow.starts_with("FROM ") && narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
    assert_eq!(wallet.run(&["partner", "list", "--json"]).json()["partnerships"][0]["terms"]["rate_den"], 200);
    assert_eq!(wallet.run(&["partner", "end", "kaffet", "fjallet"]).exit_code, 0);
    assert!(matches!(only_operation(&server), Operation::EndPartnership(_)));
}

#[test]
fn a_conversion_shows_its_rate_and_demands_what_it_showed() {
    let server = ledger_with(Some(terms()), None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["convert", "5.99", "kaffet", "fjallet"]);
    assert!(ran.stderr.contains("convert 4.00 kaffet into 2 fjallet (1 fjallet for 2 kaffet)"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty());
    let ran = wallet.run(&["convert", "5.99", "kaffet", "fjallet", "--yes"]);
    assert!(ran.stdout.starts_with("converted 4.00 kaffet into 2 fjallet · final"), "{}", ran.stdout);
    let Operation::Convert(convert) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((convert.burned, convert.received), (Points::new(400), Points::new(2)));
    assert_eq!(convert.account, key().address());
    let server = ledger_with(Some(terms()), None);
    let household = pool().to_string();
    let arguments =
        |least| ["convert", "5.99", "kaffet", "fjallet", "--min", least, "--from", &household, "--yes", "--json"];
    let wallet = Wallet::at(server.url());
    assert_eq!(wallet.run(&arguments("3")).error_code(), "conversion_below_min");
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&arguments("2")).exit_code, 0);
    let Operation::Convert(convert) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((convert.received, convert.account.to_text(NetworkKind::Test)), (Points::new(2), pool()));
}

#[test]
fn a_conversion_without_terms_or_result_is_refused() {
    let ended = PartnershipTerms { ends_ms: network_status().time_ms, ..terms() };
    let nonsense = PartnershipTerms { rate_den: 0, ..terms() };
    let cases = [
        (Some(terms()), "1.99", "conversion_too_small"),
        (Some(ended), "4", "no_terms"),
        (Some(nonsense), "4", "terms_out_of_bounds"),
        (None, "4", "no_terms"),
    ];
    for (terms, amount, code) in cases {
        let server = ledger_with(terms, None);
        let ran = Wallet::at(server.url()).run(&["convert", amount, "kaffet", "fjallet", "--yes", "--json"]);
        assert_eq!(ran.error_code(), code);
        assert!(submitted(&server).is_empty());
    }
}

#[test]
fn netting_is_a_table_and_a_settlement_confirms_a_payment() {
    let money = |minor, micro| ExactMoney { minor: Money::new(minor), micro };
    let pair = NettingPair {
        first: brand("fjallet"),
        second: brand("kaffet"),
        first_owes: money(0, 0),
        second_owes: money(1250, 500_000),
        net: money(1250, 500_000),
        net_debtor: Some(brand("kaffet")),
    };
    let server = Ledger { netting: vec![pair], ..Ledger::with(vec![]) }.start();
    let wallet = Wallet::at(server.url());
    let table = wallet.run(&["netting"]).stdout;
    assert!(table.contains("1,250.5  kaffet") && table.contains("in minor units of SEK, after block 41"), "{table}");
    assert_eq!(wallet.run(&["netting", "--json"]).json()["pairs"][0]["net"]["minor"], 1250);
    let ran = wallet.run(&["settle", "1250", "fjallet", "kaffet", "--receipt", "payment 7"]);
    assert!(ran.stdout.starts_with("confirmed that kaffet paid fjallet 1,250 minor units of SEK"), "{}", ran.stderr);
    let Operation::Settle(settle) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((settle.creditor, settle.debtor), (brand("fjallet"), brand("kaffet")));
    assert_eq!((settle.amount, settle.reference), (Money::new(1250), receipt("payment 7")));
}
