//! Programmes from both sides: the brand's and the member's.

use lojal_types::{Approvals, BrandAction, NetworkKind, Operation, TrackId};

use crate::support::gateway::{Ledger, account, only_operation, submitted};
use crate::support::programme::{name_of, terms};
use crate::support::server::Server;
use crate::support::{Wallet, key, other, receipt};

fn ledger() -> Server {
    Ledger::with(vec![account(other())]).start()
}

/// A file with terms of a track that counts a year, with a level from so many units on.
fn file(wallet: &Wallet, at_least: u64) -> String {
    let about = "07".repeat(32);
    let text = format!(
        "stamp_max = 50\nsoft = true\ntake_back_days = 30\nabout = \"{about}\"\n[kind]\ntype = \"rolling\"\n\
         months = 12\n[[levels]]\nat_least = {at_least}\nmonths = 12\n[[levels]]\nat_least = 300\nmonths = 12\n"
    );
    wallet.file("terms.toml", &text)
}

#[test]
fn a_standing_is_told_in_words_and_as_data() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["standing"]);
    let expected = "track 1: 120 count; level 1 through April 2027; 100 more by then keeps it, else no level follows; \
                    180 more reach level 2";
    assert!(ran.stdout.contains(expected), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("it may do with this: to be listed by rank"), "{}", ran.stdout);
    let json = wallet.run(&["standing", "kaffet", "--of", &other().to_string(), "--json"]).json();
    assert_eq!((&json["address"], &json["standings"][0]["brand"]), (&other().to_string().into(), &"kaffet".into()));
    let none = wallet.run(&["standing", "nordmat"]).stdout;
    assert!(none.contains("nordmat has never stamped anything for"), "{none}");
}

#[test]
fn what_a_member_allows_is_what_it_names_and_nothing_else() {
    for (named, sum) in [(&["--none"][..], 0), (&["--ranks", "--sharing"], 5), (&["--reminders", "--profiling"], 10)] {
        let server = ledger();
        let wallet = Wallet::at(server.url());
        assert_eq!(wallet.run(&[&["consent", "kaffet"], named].concat()).exit_code, 0);
        let Operation::SetConsent(set) = only_operation(&server) else { panic!("another operation") };
        assert_eq!(set.consents, sum);
    }
    for wrong in [&[][..], &["--none", "--ranks"]] {
        assert_eq!(Wallet::nowhere().run(&[&["consent", "kaffet"], wrong].concat()).exit_code, 2);
    }
}

#[test]
fn leaders_are_listed_with_the_own_rank_and_the_contacts_among_them() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    assert_eq!(wallet.run(&["contact", "add", "bo", &other().to_string()]).exit_code, 0);
    let ran = wallet.run(&["leaders", "kaffet", "1"]);
    let lines: Vec<String> =
        ran.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let (own, second) = (name_of(key().address()), other().to_canonical(NetworkKind::Test).expect("a test address"));
    let own = format!("2 120 {own} you");
    let second = format!("2 120 {} bo", name_of(second));
    assert_eq!(lines[..4], ["RANK UNITS NAME WHO".to_owned(), "1 300 abandon zoo".to_owned(), own, second]);
    assert!(ran.stdout.contains("40 accounts have a rank after block 41"), "{}", ran.stdout);
    assert!(ran.stdout.contains("has rank 2 of 40, and 120 count of it"), "{}", ran.stdout);
    let json = wallet.run(&["leaders", "kaffet", "1", "--limit", "3", "--json"]).json();
    assert_eq!((&json["own"]["rank"], &json["height"], &json["proven"]), (&2.into(), &41.into(), &().into()));
    let none = wallet.run(&["leaders", "kaffet", "2", "--json"]);
    assert_eq!((none.exit_code, none.error_code().as_str()), (1, "unknown_track"));
    assert_eq!(wallet.run(&["leaders", "kaffet", "1", "--limit", "101"]).exit_code, 2);
}

#[test]
fn tracks_are_listed_and_shown() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let list = wallet.run(&["track", "list", "kaffet"]).stdout;
    assert!(list.contains("open") && list.contains("from 100, 300"), "{list}");
    let shown = wallet.run(&["track", "show", "kaffet", "1"]).stdout;
    assert!(shown.contains("level 2 from 300, held for 12 months"), "{shown}");
    let none = wallet.run(&["track", "show", "kaffet", "2", "--json"]);
    assert_eq!((none.exit_code, none.error_code().as_str()), (1, "unknown_track"));
}

#[test]
fn what_changes_in_a_track_is_shown_before_it_is_signed() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let set = ["track", "set", "kaffet", "1", "--terms", &file(&wallet, 80)];
    let asked = wallet.run(&set).stderr;
    for line in ["- level 1 from 100, held for 12 months", "+ level 1 from 80", "  level 2 from 300"] {
        assert!(asked.contains(line), "{line}: {asked}");
    }
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&[&set[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::SetTrack(set) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((set.track, set.terms.levels[0].at_least, set.terms.kind), (TrackId::new(1), 80, terms().kind));
    let same = wallet.run(&["track", "set", "kaffet", "1", "--terms", &file(&wallet, 100)]).stderr;
    assert!(same.contains("track 1 of kaffet stays as it is"), "{same}");
}

#[test]
fn a_track_without_a_number_is_a_new_one_and_terms_that_are_none_are_told_with_their_line() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let new = wallet.run(&["track", "set", "kaffet", "--terms", &file(&wallet, 100), "--yes"]);
    assert!(new.stdout.contains("began track 2 of kaffet"), "{}{}", new.stdout, new.stderr);
    let Operation::SetTrack(set) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((set.track, set.terms), (TrackId::new(2), terms()));
    let wrong = wallet.file("wrong.toml", "stamp_max = \"ten\"\n");
    let ran = wallet.run(&["track", "set", "kaffet", "--terms", &wrong, "--yes"]);
    assert!(ran.exit_code == 2 && ran.stderr.contains("line 1"), "{}", ran.stderr);
    for (number, at_least, said) in [("2", 400, "levels rise"), ("0", 100, "a new one has a number above 1")] {
        let terms = file(&wallet, at_least);
        let refused = wallet.run(&["track", "set", "kaffet", number, "--terms", &terms, "--yes", "--json"]);
        assert_eq!((refused.exit_code, refused.error_code().as_str()), (1, "track_out_of_bounds"));
        assert!(refused.stdout.contains(said), "{}", refused.stdout);
    }
    assert_eq!(submitted(&server).len(), 1);
}

#[test]
fn a_track_is_put_forward_where_the_brand_asks_for_more_than_one_admin() {
    let together = (Approvals { needed: 2, delay_ms: 0 }, vec![]);
    let server = Ledger { together, ..Ledger::with(vec![]) }.start();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["track", "set", "kaffet", "--terms", &file(&wallet, 100), "--yes"]);
    assert!(ran.stdout.contains("put forward for kaffet, which asks for 2 of its admins"), "{}", ran.stderr);
    let Operation::ProposeForBrand(motion) = only_operation(&server) else { panic!("another operation") };
    assert!(matches!(&motion.actions[..], [BrandAction::SetTrack(_)]), "{motion:?}");
}

#[test]
fn a_stamp_has_its_receipt_and_a_place_where_one_is_named() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let stamp = ["stamp", "kaffet", "1", &to, "40", "--receipt", "R-1"];
    let ran = wallet.run(&stamp);
    assert!(ran.stdout.contains(&format!("stamped 40 on track 1 of kaffet for {to}")), "{}", ran.stderr);
    let Operation::Stamp(stamp) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((stamp.amount, stamp.place, stamp.reference), (40, None, receipt("R-1")));
    let place = wallet.run(&["stamp", "kaffet", "1", &to, "--place", "3", "--receipt", "R-2"]);
    assert!(place.stdout.contains("stamped place 3 on track 1"), "{}", place.stderr);
    // Another till has used it.
    let used = wallet.run(&["stamp", "kaffet", "1", &to, "--receipt", "stamped", "--json"]);
    assert_eq!(used.error_code(), "duplicate_reference");
    assert_eq!(submitted(&server).len(), 2);
}

#[test]
fn what_is_taken_back_without_a_number_is_all_that_is_left() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let from = other().to_string();
    let take = ["takeback", "kaffet", &from, "--receipt", "R-3", "--of-receipt", "stamped"];
    let ran = wallet.run(&take);
    assert!(ran.stdout.contains("took back 40 of what kaffet had stamped for"), "{}{}", ran.stdout, ran.stderr);
    let Operation::TakeBack(take) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((take.amount, take.of_reference, take.reference), (40, receipt("stamped"), receipt("R-3")));
    assert_eq!(take.of_dated, take.dated, "as the ledger knows it");
    let unknown = ["takeback", "kaffet", &from, "--receipt", "R-4", "--of-receipt", "never", "--json"];
    assert_eq!(wallet.run(&unknown).error_code(), "unknown_reference");
    assert_ne!(key().address(), take.from);
}

#[test]
fn a_stamp_of_which_nothing_is_left_is_taken_back_no_second_time() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let from = other().to_string();
    for (own, code) in [("back", "duplicate_reference"), ("another", "take_back_exceeds")] {
        let take = ["takeback", "kaffet", &from, "--receipt", own, "--of-receipt", "gone", "--json"];
        let again = wallet.run(&take);
        assert_eq!((again.exit_code, again.error_code().as_str()), (1, code));
    }
    let nothing = ["--receipt", "R-5", "--of-receipt", "stamped", "--json"];
    for line in [&["takeback", "kaffet", &from, "0"][..], &["stamp", "kaffet", "1", &from, "0", "--receipt", "R-5"]] {
        let more = if line[0] == "stamp" { &["--json"][..] } else { &nothing };
        let ran = wallet.run(&[line, more].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "invalid_amount"), "{line:?}");
    }
    assert!(submitted(&server).is_empty());
}
