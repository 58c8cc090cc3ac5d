//! One process at a time changes a wallet's key.

use std::fs::File;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use lojal_types::api::Account;
use lojal_types::{NetworkKind, Operation, Outcome, PublicKey};
use lojal_wallet::home::Home;

use crate::support::gateway::{Ledger, account, ledger, network_status, submitted};
use crate::support::server::{Answer, NOBODY, Server};
use crate::support::{PASSPHRASE, Wallet, key, passphrase};

/// A gateway that says when it has got a transaction, and keeps it to itself until it is told to go on.
fn slow_ledger() -> (Server, Receiver<()>, Sender<()>) {
    let ((has_come, came), (go, may_go)) = (channel(), channel());
    let server = Server::start(Ledger::with(vec![]).answering(move || {
        let _ = has_come.send(());
        // Whoever is killed never tells.
        let _ = may_go.recv();
    }));
    (server, came, go)
}

/// A process that has sent a rotation and waits for its outcome.
fn rotating(wallet: &Wallet, came: &Receiver<()>) -> Child {
    let mut command = wallet.command(&["rotate-key"], Some(PASSPHRASE));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let process = command.spawn().expect("it was built");
    came.recv_timeout(Duration::from_secs(60)).expect("it sends its rotation");
    process
}

/// The signer of the only rotation that a gateway got, and the key that it is to.
fn rotation(server: &Server) -> (PublicKey, PublicKey) {
    let [signed] = &submitted(server)[..] else { panic!("not one transaction") };
    let [Operation::RotateKey(rotate)] = &signed.transaction.operations[..] else { panic!("not one rotation") };
    (signed.public_key, rotate.new_key)
}

#[test]
fn of_two_processes_that_change_the_key_at_once_one_does_and_the_other_is_told_and_no_key_is_lost() {
    let (slow, came, go) = slow_ledger();
    let other = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(slow.url());
    let first = rotating(&wallet, &came);
    let second = ["rotate-key", "--gateway", other.url()];
    let refused = wallet.run(&[&second[..], &["--json"]].concat());
    assert_eq!((refused.exit_code, refused.error_code().as_str()), (1, "wallet_busy"));
    assert!(submitted(&other).is_empty(), "nothing was sent");
    go.send(()).expect("it waits");
    assert!(first.wait_with_output().expect("it ends").status.success());
    let (signer, new_key) = rotation(&slow);
    assert_eq!(signer, key().public_key());
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!((home.public_key(), home.next_public_key()), (new_key, None));
    assert_eq!(wallet.run(&second).exit_code, 0, "as it was told to, it tries again");
    let (signer, newer_key) = rotation(&other);
    assert_eq!(signer, new_key, "the key that the first process got signs");
    assert_eq!(Home::open(&wallet.home()).expect("there").public_key(), newer_key);
}

#[test]
fn a_process_that_is_killed_while_it_changes_the_key_leaves_it_to_the_next_one() {
    let (slow, came, go) = slow_ledger();
    let other = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(slow.url());
    let mut first = rotating(&wallet, &came);
    first.kill().and_then(|()| first.wait()).expect("it was there");
    drop(go);
    assert_eq!(wallet.run(&["rotate-key", "--gateway", other.url()]).exit_code, 0);
    assert_eq!(rotation(&other), rotation(&slow), "whichever of the two happens, the wallet has the key");
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!((home.public_key(), home.next_public_key()), (rotation(&other).1, None));
}

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

#[test]
fn a_rotation_that_loses_to_another_copy_of_the_wallet_is_final_if_both_made_the_same_key() {
    let wallet = Wallet::at(NOBODY);
    let mut home = Home::open(&wallet.home()).expect("there");
    let next = home.begin_rotation(&passphrase()).expect("begun").public_key();
    let refuses = |rotated_key| {
        let mut is_rotated = false;
        Server::start(move |request| match (request.method.as_str(), request.path.as_str()) {
            ("POST", _) => {
                is_rotated = true;
                Answer::problem(403, "wrong_key")
            }
            (_, "/v1/status") => Answer::json(200, &network_status()),
            _ => {
                let own = account(key().address().to_text(NetworkKind::Test));
                Answer::json(200, &Account { rotated_key: Some(rotated_key).filter(|_| is_rotated), ..own })
            }
        })
    };
    let other = refuses(key().public_key());
    let elsewhere = refuses(PublicKey::new([9; 32]));
    let ran = wallet.run(&["rotate-key", "--gateway", elsewhere.url()]);
    assert_eq!(ran.exit_code, 1);
    assert!(ran.stderr.contains("another copy of this wallet, or a recovery, has changed the key"), "{}", ran.stderr);
    let ran = wallet.run(&["rotate-key", "--gateway", other.url()]);
    assert!(ran.exit_code == 1 && !ran.stderr.contains("another copy"), "{}", ran.stderr);
    assert_eq!(Home::open(&wallet.home()).expect("there").next_public_key(), Some(next), "it is kept");
    let same = refuses(next);
    let ran = wallet.run(&["rotate-key", "--gateway", same.url()]);
    assert!(ran.stdout.starts_with("an earlier rotation of the key is final"), "{}{}", ran.stdout, ran.stderr);
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!((home.public_key(), home.next_public_key()), (next, None));
}
