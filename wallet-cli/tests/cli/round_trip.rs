//! The wallet reads everything that it prints.

use lojal_types::api::{Account, NettingPair, Operator, Partnership};
use lojal_types::{
    Bounded, BrandId, ExactMoney, Guardian, Guardians, Money, NetworkKind, Operation, PartnershipTerms, Points, Role,
    TimeMs,
};
use lojal_wallet::home::Home;

use crate::support::gateway::{Ledger, account, submitted};
use crate::support::server::{NOBODY, Server};
use crate::support::{Wallet, key, other, policy};

fn brand(id: &str) -> BrandId {
    id.parse().expect("valid")
}

fn terms() -> PartnershipTerms {
    PartnershipTerms {
        rate_num: 1,
        rate_den: 200,
        price_micro: 12_505_000,
        daily_max: Points::new(1_000_000),
        owed_max: Money::new(500_000),
        ends_ms: TimeMs::new(1_830_297_661_000).expect("in range"),
    }
}

fn ledger() -> Server {
    let guardians = vec![Guardian::Account(other()), Guardian::Brand(brand("kaffet"))];
    let guardians = Guardians { guardians: Bounded::new(guardians).expect("two"), threshold: 2 };
    let own = Account { guardians, ..account(key().address().to_text(NetworkKind::Test)) };
    let operator = Operator {
        address: other(),
        roles: Bounded::new(vec![Role::Issue, Role::Capture]).expect("two"),
        issue_daily_max: Some(Points::new(100_000)),
        issued_today: Points::new(250),
    };
    let partnership = Partnership {
        from: brand("kaffet"),
        to: brand("fjallet"),
        terms: Some(terms()),
        proposal: None,
        converted_today: Points::ZERO,
    };
    let sum = |minor| ExactMoney { minor: Money::new(minor), micro: 0 };
    let pair = NettingPair {
        first: brand("fjallet"),
        second: brand("kaffet"),
        first_owes: sum(0),
        second_owes: sum(1_234_567),
        net: sum(1_234_567),
        net_debtor: Some(brand("kaffet")),
    };
    Ledger {
        operators: vec![operator],
        partnerships: vec![partnership],
        netting: vec![pair],
        ..Ledger::with(vec![own])
    }
    .start()
}

/// The part of a printed text between two others.
#[track_caller]
fn between<'a>(printed: &'a str, before: &str, after: &str) -> &'a str {
    let rest = printed.split_once(before).unwrap_or_else(|| panic!("{before:?} is missing in {printed}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("{after:?} is missing in {rest}")).0
}

/// The only operation of the last transaction.
fn last(server: &Server) -> Operation {
    submitted(server).pop().expect("a transaction").transaction.operations[0].clone()
}

#[track_caller]
fn done(wallet: &Wallet, arguments: &[&str]) -> String {
    let ran = wallet.run(arguments);
    assert_eq!(ran.exit_code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran.stdout
}

#[test]
fn the_words_are_read_as_init_shows_them() {
    let (first, second, server) = (Wallet::nowhere(), Wallet::nowhere(), ledger());
    let genesis = first.genesis_file();
    let ran = first.run(&["init", "--genesis", &genesis, "--gateway", NOBODY]);
    let words: Vec<&str> = ran.stderr.lines().filter(|line| line.trim_start().starts_with(char::is_numeric)).collect();
    let file = second.file("words", &words.join("\n"));
    done(&second, &["restore", "--genesis", &genesis, "--gateway", server.url(), "--words-file", &file]);
    let public_key = |wallet: &Wallet| Home::open(&wallet.home()).expect("there").public_key();
    assert_eq!(public_key(&first), public_key(&second));
}

#[test]
fn amounts_names_addresses_and_times_are_read_as_they_are_shown() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let issued = done(&wallet, &["brands"]);
    let shown = issued.lines().find(|line| line.starts_with("kaffet")).expect("a brand");
    let amount = shown.split_whitespace().find(|word| *word == "1,250.00").expect("thousands are grouped");
    let to = format!("\u{200b}{}\r\n", other());
    let sent = done(&wallet, &["send", &to, amount, "Kaffet"]);
    let Operation::Transfer(transfer) = last(&server) else { panic!("another operation") };
    assert_eq!((transfer.amount, transfer.to.to_text(NetworkKind::Test)), (Points::new(125_000), other()));
    let id = between(&sent, "transaction ", "\n");
    done(&wallet, &["tx", &format!(" {}\n", id.to_uppercase())]);
    let held = done(&wallet, &["hold", "12,50", "KAFFET", "--for", "2h"]);
    let Operation::Hold(first) = last(&server) else { panic!("another operation") };
    let until = between(&held, "until ", "\n").split(" ·").next().expect("a time");
    done(&wallet, &["hold", "12.50", "kaffet", "--until", until]);
    let Operation::Hold(again) = last(&server) else { panic!("another operation") };
    assert_eq!(
        again.expires_ms.get(),
        first.expires_ms.get().div_ceil(60_000) * 60_000,
        "a hold ends on a whole minute"
    );
    assert_eq!(again.amount, first.amount);
}

#[test]
fn what_brands_decide_is_read_as_it_is_shown() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let list = done(&wallet, &["operator", "list", "kaffet"]);
    let row = list.lines().nth(1).expect("an operator");
    let (roles, max) = (between(row, &format!("{}  ", other()), "  "), row.rsplit_once(" of ").expect("a cap").1);
    let public_key = key().public_key().to_string().to_uppercase();
    done(&wallet, &["operator", "set", "kaffet", &public_key, "--roles", roles, "--issue-daily-max", max]);
    let Operation::SetOperator(set) = last(&server) else { panic!("another operation") };
    assert_eq!((&set.roles[..], set.issue_daily_max), (&[Role::Issue, Role::Capture][..], Some(Points::new(100_000))));

    let shown = done(&wallet, &["policy", "show", "kaffet"]);
    let value = |name: &str| between(&shown, name, "\n").trim();
    let (least, most) = value("one transfer").split_once(" to ").expect("two amounts");
    let set =
        ["policy", "set", "kaffet", "--yes", "--expiry-months", value("new points live"), "--transfer-min", least];
    let more = ["--transfer-max", most, "--transfer-daily-max", value("transfers a day")];
    let rest = ["--transferable", value("transferable"), "--reversal-window", value("reversible")];
    done(&wallet, &[&set[..], &more, &rest].concat());
    let Operation::SetPolicy(set) = last(&server) else { panic!("another operation") };
    assert_eq!(set.policy, policy());
}

#[test]
fn what_is_between_brands_and_people_is_read_as_it_is_shown() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let list = done(&wallet, &["partner", "list"]);
    let price = between(&list, "owes fjallet ", " minor");
    let (owed, max) = (between(&list, "at most ", " in all"), between(&list, "in all, at most ", " kaffet a day"));
    let until = between(&list, "until ", "\n");
    let propose = ["partner", "propose", "Kaffet", "Fjallet", "--rate", "1 / 2", "--price", price, "--daily-max", max];
    done(&wallet, &[&propose[..], &["--until", until, "--owed-max", owed, "--yes"]].concat());
    let Operation::ProposePartnership(proposal) = last(&server) else { panic!("another operation") };
    assert_eq!(proposal.terms, terms());

    let netting = done(&wallet, &["netting"]);
    let sum = netting.split_whitespace().find(|word| *word == "1,234,567").expect("thousands are grouped");
    done(&wallet, &["settle", sum, "fjallet", "kaffet", "--receipt", "R-1"]);
    let Operation::Settle(settle) = last(&server) else { panic!("another operation") };
    assert_eq!(settle.amount, Money::new(1_234_567));

    let shown = done(&wallet, &["guardians", "show"]);
    let mut names = shown.trim_end().rsplit_once("2 of 2: ").expect("two guardians").1.split(", ");
    let (first, second) = (names.next().expect("one"), names.next().expect("two"));
    done(&wallet, &["guardians", "set", first, second]);
    let Operation::SetGuardians(set) = last(&server) else { panic!("another operation") };
    assert_eq!((set.guardians.guardians.len(), set.guardians.threshold), (2, 2));
}

#[test]
fn a_request_and_a_ticket_are_read_with_whatever_surrounds_them_when_copied() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let request = done(&wallet, &["request", "1", "kaffet"]);
    let uri = request.lines().find(|line| line.starts_with("LOJAL:")).expect("a text to copy");
    let (first, second) = uri.split_at(40);
    let pasted = format!("\u{feff} {first}\r\n   {second}\u{200b}\n");
    for text in [pasted.as_str(), &uri.to_lowercase()] {
        done(&wallet, &["pay", text, "--yes"]);
        assert!(matches!(last(&server), Operation::Redeem(_)));
    }
}
