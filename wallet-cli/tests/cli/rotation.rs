//! One process at a time changes a wallet's key.

use std::fs::File;

use lojal_types::Outcome;
use lojal_wallet::home::Home;

use crate::support::Wallet;
use crate::support::gateway::{ledger, submitted};

#[test]
fn a_second_command_that_would_change_the_key_is_told_of_the_first_and_sends_nothing() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let other = Home::open(&wallet.home()).expect("there").lock_key().expect("nobody else has it");
    let ran = wallet.run(&["rotate-key"]);
    assert_ne!(ran.exit_code, 0);
    assert!(ran.stderr.contains("another command is changing the key of the wallet"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty(), "nothing was sent");
    drop(other);
    assert_eq!(wallet.run(&["rotate-key"]).exit_code, 0);
}

#[test]
fn a_lock_that_a_killed_command_left_holds_nobody_up() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    File::create(wallet.home().join("key.lock")).expect("a directory of ours");
    assert_eq!(wallet.run(&["rotate-key"]).exit_code, 0);
}

#[test]
fn whoever_gets_the_lock_later_sees_what_the_other_process_has_done() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let mut early = Home::open(&wallet.home()).expect("there");
    assert_eq!(wallet.run(&["rotate-key"]).exit_code, 0);
    let before = early.public_key();
    let _lock = early.lock_key().expect("nobody else has it");
    assert_ne!(early.public_key(), before, "the home has been read again");
}
