//! The words that bring a wallet back.

use lojal_types::api::Account;
use lojal_types::{NetworkKind, PublicKey};
use lojal_wallet::backup::Backup;
use lojal_wallet::home::Home;

use crate::support::gateway::{Ledger, account, only_operation};
use crate::support::server::{NOBODY, Server};
use crate::support::{PASSPHRASE, Wallet, genesis, other, passphrase};

fn backup() -> Backup {
    Backup::from_entropy([3; 32])
}

/// A ledger on which the first key's account has `key`.
fn ledger_with(key: Option<PublicKey>) -> Server {
    let own = account(backup().key(0).address().to_text(NetworkKind::Test));
    Ledger::with(vec![Account { rotated_key: key, ..own }]).start()
}

fn restore(wallet: &Wallet, server: &Server, words: &str, more: &[&str]) -> crate::support::Ran {
    let (genesis_file, words_file) = (wallet.genesis_file(), wallet.file("words", words));
    let arguments =
        ["restore", "--genesis", &genesis_file, "--gateway", server.url(), "--words-file", &words_file, "--json"];
    wallet.run(&[&arguments[..], more].concat())
}

#[test]
fn init_shows_the_words_and_restore_makes_the_same_wallet_of_them() {
    let server = Ledger::with(vec![]).start();
    let (first, second) = (Wallet::nowhere(), Wallet::nowhere());
    let init =
        first.run(&["init", "--genesis", &first.genesis_file(), "--gateway", NOBODY, "--words-out", "-", "--json"]);
    let init = init.json();
    let words = init["words"].as_str().expect("a text");
    assert_eq!(words.split(' ').count(), 24);
    let restored = restore(&second, &server, words, &[]).json();
    assert_eq!((&restored["address"], &restored["public_key"]), (&init["address"], &init["public_key"]));
    assert_eq!((&restored["rotation"], &restored["exists"]), (&0.into(), &false.into()));
    let open = |wallet: &Wallet| Home::open(&wallet.home()).expect("there").unlock(&passphrase()).expect("right");
    assert_eq!(open(&first).seed(), open(&second).seed());
}

#[test]
fn words_go_to_a_new_file_and_never_to_stdout_unasked() {
    let wallet = Wallet::nowhere();
    let genesis = wallet.genesis_file();
    let init = ["init", "--genesis", &genesis, "--gateway", NOBODY, "--json"];
    let ran = wallet.run(&init);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "usage"));
    let taken = wallet.file("taken", "a letter");
    let ran = wallet.run(&[&init[..], &["--words-out", &taken]].concat());
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "file_error"));
    assert!(!Home::is_in(&wallet.home()), "no wallet without its words");
    assert_eq!(std::fs::read_to_string(&taken).expect("there"), "a letter");
    let path = format!("{taken}.words");
    let ran = wallet.run(&[&init[..], &["--words-out", &path]].concat());
    assert_eq!((ran.exit_code, &ran.json()["words_file"]), (0, &path.clone().into()));
    let words = std::fs::read_to_string(&path).expect("written");
    let backup = Backup::from_words(&words).expect("24 words");
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!(backup.key(0).public_key(), home.public_key());
    assert!(!ran.stdout.contains(words.trim()), "{}", ran.stdout);
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
}

#[test]
fn words_from_before_the_network_make_the_wallet_of_the_key_that_they_were_told_with() {
    let (wallet, server) = (Wallet::nowhere(), Ledger::with(vec![]).start());
    let path = wallet.file("governor", "").replace("governor", "governor.words");
    let told = wallet.run(&["key", "new", &path, "--json"]).json();
    assert_eq!(told["words_file"], path);
    let words = std::fs::read_to_string(&path).expect("written");
    let restored = restore(&wallet, &server, &words, &[]).json();
    assert_eq!((&restored["public_key"], &restored["exists"]), (&told["public_key"], &false.into()));
    // What is there is somebody's wallet.
    let again = wallet.run(&["key", "new", &path]);
    assert!(again.exit_code == 1 && again.stderr.contains("no words were made"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&path).expect("left alone"), words);
    let other = wallet.run(&["key", "new", &format!("{path}.other")]).stdout;
    assert!(other.trim_end().len() == 64 && other.trim_end() != told["public_key"], "{other}");
}

#[test]
fn words_that_nobody_can_see_make_no_wallet() {
    let wallet = Wallet::nowhere();
    let full = std::fs::File::options().write(true).open("/dev/full").expect("every Linux has it");
    let genesis = wallet.genesis_file();
    let mut command = wallet.command(&["init", "--genesis", &genesis, "--gateway", NOBODY], Some(PASSPHRASE));
    let output = command.stderr(full).output().expect("the program was built for this test");
    assert_eq!(output.status.code(), Some(1));
    assert!(!Home::is_in(&wallet.home()));
}

#[test]
fn people_get_the_words_on_stderr_numbered_and_explained() {
    let wallet = Wallet::nowhere();
    let ran = wallet.run(&["init", "--genesis", &wallet.genesis_file(), "--gateway", NOBODY]);
    let home = Home::open(&wallet.home()).expect("there");
    let secret = home.secret(&passphrase()).expect("right");
    let lojal_wallet::keystore::Secret::Backup { backup, rotation: 0 } = secret else { panic!("{secret:?}") };
    for (word, number) in backup.words().split(' ').zip(1..) {
        assert!(ran.stderr.contains(&format!("{number:>2} {word}")), "{}", ran.stderr);
    }
    assert!(ran.stderr.contains("paper"));
    assert!(!ran.stdout.contains(&*backup.words()));
}

#[test]
fn a_key_that_was_replaced_is_found_and_the_next_rotation_goes_on_from_it() {
    let server = ledger_with(Some(backup().key(2).public_key()));
    let wallet = Wallet::nowhere();
    let restored = restore(&wallet, &server, &backup().words(), &[]).json();
    assert_eq!(restored["rotation"], 2);
    assert_eq!(restored["public_key"], backup().key(2).public_key().to_string());
    assert_eq!(restored["address"], backup().key(0).address().to_text(NetworkKind::Test).to_string());
    assert_eq!(wallet.run(&["rotate-key"]).exit_code, 0);
    let lojal_types::Operation::RotateKey(rotate) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(rotate.new_key, backup().key(3).public_key());
}

#[test]
fn an_account_that_was_recovered_to_the_words_key_is_named() {
    let lost = Account { rotated_key: Some(backup().key(0).public_key()), ..account(other()) };
    let server = Ledger::with(vec![lost]).start();
    let wallet = Wallet::nowhere();
    let restored = restore(&wallet, &server, &backup().words(), &["--account", &other().to_string()]).json();
    assert_eq!((&restored["address"], &restored["rotation"]), (&other().to_string().into(), &0.into()));
    assert_eq!(Home::open(&wallet.home()).expect("there").address_text(), other());
}

#[test]
fn words_that_are_wrong_or_of_another_wallet_make_nothing() {
    let server = ledger_with(Some(PublicKey::new([9; 32])));
    let wallet = Wallet::nowhere();
    let words = backup().words();
    let misspelt = words.replacen(words.split(' ').next().expect("a word"), "kaffe", 1);
    let ran = restore(&wallet, &server, &misspelt, &[]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "wrong_words"));
    assert!(ran.stdout.contains("word 1") && ran.stdout.contains("kaffe"), "{}", ran.stdout);
    let mut swapped: Vec<&str> = words.split(' ').collect();
    let last = swapped.len() - 1;
    swapped[last] = if swapped[last] == "zoo" { "zone" } else { "zoo" };
    let ran = restore(&wallet, &server, &swapped.join(" "), &[]);
    assert!(ran.stdout.contains("checksum"), "{}", ran.stdout);
    assert_eq!(restore(&wallet, &server, &words, &[]).error_code(), "other_words");
    assert_eq!(restore(&wallet, &server, &words, &["--account", &other().to_string()]).error_code(), "other_words");
    let ran = wallet.run(&["restore", "--genesis", &wallet.genesis_file(), "--gateway", server.url(), "--json"]);
    assert_eq!(ran.error_code(), "no_words");
    assert!(!wallet.home().exists());
}

#[test]
fn a_wallet_that_is_there_is_not_overwritten_by_its_backup() {
    let server = ledger_with(None);
    let wallet = Wallet::at(server.url());
    assert_eq!(restore(&wallet, &server, &backup().words(), &[]).error_code(), "wallet_exists");
    assert_eq!(Home::open(&wallet.home()).expect("there").chain_id(), genesis().chain_id());
}
