//! Guardians, freezes, and a lost phone.

use lojal_types::api::Account;
use lojal_types::{
    Address, AddressText, AgreedKey, Bounded, Change, Guardian, Guardians, NetworkKind, Operation, PublicKey, Recovery,
    RecoveryVote, Safeguards, TimeMs, Waiting,
};
use lojal_wallet::home::Home;
use lojal_wallet::time::utc;

use crate::support::gateway::{Ledger, account, network_status, only_operation, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, key, other};

/// The lost account is another one than that of the wallet, which is the new phone or a guardian's.
fn lost(key: Option<PublicKey>, recovery: Option<Recovery<AddressText>>) -> Server {
    let list = vec![
        Guardian::Account(Address::new([6; 20]).to_text(NetworkKind::Test)),
        Guardian::Brand("kaffet".parse().expect("valid")),
    ];
    let guardians = Guardians { guardians: Bounded::new(list).expect("two"), threshold: 2 };
    Ledger::with(vec![Account { rotated_key: key, guardians, recovery, ..account(other()) }]).start()
}

fn recovery(new_key: PublicKey, from_ms: Option<TimeMs>) -> Recovery<AddressText> {
    let vote = RecoveryVote { guardian: Guardian::Brand("kaffet".parse().expect("valid")), new_key };
    let agreed = from_ms.map(|from_ms| AgreedKey { new_key, from_ms });
    Recovery { votes: Bounded::new(vec![vote]).expect("one"), agreed }
}

#[test]
fn guardians_are_named_in_any_order_and_signed_in_the_ledgers() {
    let (a, b) = (Address::new([2; 20]), Address::new([4; 20]));
    let texts = [b, a].map(|address| address.to_text(NetworkKind::Test).to_string());
    let server = lost(None, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["guardians", "set", "kaffet", &texts[0], &texts[1]]);
    assert!(ran.stdout.starts_with("asked for the guardians: 2 of 3: "), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(wallet.run(&["guardians", "set", "--none"]).exit_code, 0);
    assert_eq!(wallet.run(&["guardians", "set", "kaffet", "--threshold", "1"]).exit_code, 0);
    let sets: Vec<Guardians> = submitted(&server)
        .into_iter()
        .map(|signed| match &signed.transaction.operations[0] {
            Operation::SetGuardians(set) => set.guardians.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    let brand = Guardian::Brand("kaffet".parse().expect("valid"));
    assert_eq!(
        (&sets[0].guardians[..], sets[0].threshold),
        (&[Guardian::Account(a), Guardian::Account(b), brand][..], 2)
    );
    assert_eq!((sets[1].guardians.len(), sets[1].threshold), (0, 0));
    assert_eq!((&sets[2].guardians[..], sets[2].threshold), (&[brand][..], 1));
    for wrong in [&["kaffet", "kaffet"][..], &["kaffet", "--threshold", "2"]] {
        let ran = wallet.run(&[&["guardians", "set", "--json"][..], wrong].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "usage"));
    }
    let shown = wallet.run(&["guardians", "show", &other().to_string()]).stdout;
    assert!(shown.contains("2 of 2: ") && shown.contains("brand kaffet"), "{shown}");
}

#[test]
fn a_new_phone_shows_what_the_guardians_must_type() {
    let server = lost(None, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["recover", "start", &other().to_string()]);
    let command = format!("lojal recover approve {} {}", other(), key().public_key());
    assert!(ran.stdout.contains(&command) && ran.stdout.contains("brand kaffet"), "{}{}", ran.stdout, ran.stderr);
    let json = wallet.run(&["recover", "start", &other().to_string(), "--json"]).json();
    assert_eq!((&json["command"], &json["new_key"]), (&command.into(), &key().public_key().to_string().into()));
    let own = key().address().to_text(NetworkKind::Test).to_string();
    assert_eq!(wallet.run(&["recover", "start", &own, "--json"]).exit_code, 1);
    assert!(submitted(&server).is_empty());
}

#[test]
fn a_guardian_approves_the_key_after_being_asked() {
    let server = lost(None, None);
    let wallet = Wallet::at(server.url());
    let (account, new_key) = (other().to_string(), key().public_key());
    let new_key_text = new_key.to_string();
    let approve = ["recover", "approve", &account, &new_key_text];
    let ran = wallet.run(&approve);
    assert!(ran.exit_code == 1 && ran.stderr.contains("talk to the owner"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&[&approve[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::StartRecovery(start) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((start.account.to_text(NetworkKind::Test), start.new_key), (other(), new_key));
}

#[test]
fn a_status_tells_votes_and_clock() {
    let now = network_status().time_ms;
    let new_key = key().public_key();
    let until = now.plus_ms(60_000);
    let waiting = format!("until {} UTC the owner can end this", utc(until));
    let cases = [
        (None, "must want the same key"),
        (Some(until), waiting.as_str()),
        (Some(now), "the owner's time to cancel is over"),
    ];
    for (from_ms, words) in cases {
        let server = lost(None, Some(recovery(new_key, from_ms)));
        let ran = Wallet::at(server.url()).run(&["recover", "status", &other().to_string()]);
        assert!(ran.stdout.contains(words) && ran.stdout.contains("brand kaffet wants the key"), "{}", ran.stdout);
    }
    let server = lost(Some(new_key), None);
    let ran = Wallet::at(server.url()).run(&["recover", "status", &other().to_string()]);
    assert!(ran.stdout.contains("this wallet has its key"), "{}", ran.stdout);
}

#[test]
fn the_new_phone_waits_then_takes_over_the_account() {
    let new_key = key().public_key();
    let waiting = lost(None, Some(recovery(new_key, Some(network_status().time_ms))));
    let wallet = Wallet::at(waiting.url());
    let account = other().to_string();
    let ran = wallet.run(&["recover", "finish", &account]);
    assert_eq!(ran.exit_code, 3, "{}", ran.stderr);
    assert!(ran.stdout.contains("then run this here again"), "{}", ran.stdout);
    assert!(submitted(&waiting).is_empty());
    let done = lost(Some(new_key), None);
    let ran = wallet.run(&["recover", "finish", &account, "--gateway", done.url()]);
    assert!(ran.stdout.starts_with(&format!("this is the wallet of {account} now")), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(Home::open(&wallet.home()).expect("there").address_text(), other());
    assert_eq!(wallet.run(&["redeem", "1", "kaffet", "--gateway", done.url()]).exit_code, 0);
    let signed = submitted(&done).pop().expect("one transaction");
    assert_eq!((signed.transaction.sender.to_text(NetworkKind::Test), signed.public_key), (other(), new_key));
    let again = wallet.run(&["recover", "finish", &account, "--gateway", done.url()]);
    assert!(again.stdout.contains("already"), "{}", again.stdout);
}

#[test]
fn a_guardian_completes_the_recovery_on_the_ledger() {
    let server = lost(None, Some(recovery(PublicKey::new([9; 32]), Some(network_status().time_ms))));
    let ran = Wallet::at(server.url()).run(&["recover", "finish", &other().to_string()]);
    assert!(ran.stdout.contains("lojal recover finish"), "{}{}", ran.stdout, ran.stderr);
    let Operation::FinishRecovery(finish) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(finish.account.to_text(NetworkKind::Test), other());
}

#[test]
fn an_owner_freezes_unfreezes_and_cancels() {
    let server = lost(None, None);
    let wallet = Wallet::at(server.url());
    for arguments in [&["freeze", "--yes"][..], &["unfreeze"], &["recover", "cancel"]] {
        assert_eq!(wallet.run(arguments).exit_code, 0, "{arguments:?}");
    }
    let names: Vec<&str> = submitted(&server).iter().map(|signed| signed.transaction.operations[0].name()).collect();
    assert_eq!(names, ["freeze", "unfreeze", "cancel_recovery"]);
}

/// The lost account, which is another one than the wallet's, as something waits on it.
fn waiting(change: Change<AddressText>) -> Server {
    let waiting = Some(Waiting { change, from_ms: network_status().time_ms, agreed: Bounded::default() });
    let safeguards = Safeguards { waiting, ..Safeguards::default() };
    Ledger::with(vec![Account { safeguards, ..account(other()) }]).start()
}

#[test]
fn a_guardian_agrees_to_what_was_shown_and_to_nothing_else() {
    let server = waiting(Change::Unfreeze);
    let wallet = Wallet::at(server.url());
    let shown = wallet.run(&["guardians", "show", &other().to_string()]);
    assert!(shown.stdout.contains("its freeze is lifted"), "{}{}", shown.stdout, shown.stderr);
    assert!(shown.stdout.contains(&utc(network_status().time_ms)), "{}", shown.stdout);
    assert!(shown.stdout.contains("withdraw it with lojal freeze"), "{}", shown.stdout);
    let ran = wallet.run(&["guardians", "agree", &other().to_string(), "--yes"]);
    assert_eq!(ran.exit_code, 0, "{}{}", ran.stdout, ran.stderr);
    let Operation::Agree(agree) = only_operation(&server) else { panic!("another operation") };
    let owner = other().to_canonical(NetworkKind::Test).expect("of this network");
    let from_ms = network_status().time_ms;
    let expected = Waiting { change: Change::Unfreeze, from_ms, agreed: Bounded::default() };
    let chain = Home::open(&wallet.home()).expect("there").chain_id();
    assert_eq!((agree.account, agree.digest), (owner, expected.digest(&chain, &owner)));
}

#[test]
fn nobody_agrees_where_nothing_waits() {
    let server = lost(None, None);
    let ran = Wallet::at(server.url()).run(&["guardians", "agree", &other().to_string(), "--yes"]);
    assert!(ran.exit_code != 0 && ran.stderr.contains("nothing waits"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty());
}

#[test]
fn who_has_no_guardians_is_told_how_long_it_takes_before_freezing() {
    let server = lost(None, None);
    let ran = Wallet::at(server.url()).run(&["freeze"]);
    assert!(ran.exit_code != 0 && ran.stderr.contains("It has no guardians"), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("lojal unfreeze"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty());
}
