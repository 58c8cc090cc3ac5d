//! Reading where accounts are shown to their owners alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use lojal_types::api::Account;
use lojal_types::{KeyPair, NetworkKind, SignedReadToken, TimeMs};
use lojal_wallet::clock::local_time;
use lojal_wallet::home::Home;

use crate::support::gateway::{Ledger, account, submitted};
use crate::support::programme::voucher;
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, other, passphrase, pool};

/// A gateway that shows accounts to one key.
fn guarded(shown_to: &KeyPair, rotated: bool) -> Server {
    let rotated_key = rotated.then(|| shown_to.public_key());
    let own = Account { rotated_key, ..account(key().address().to_text(NetworkKind::Test)) };
    Ledger { shown_to: Some(shown_to.public_key()), ..Ledger::with(vec![own]) }.start()
}

fn kept(wallet: &Wallet) -> Vec<SignedReadToken> {
    let text = fs::read_to_string(wallet.home().join("read-tokens")).unwrap_or_default();
    text.lines().map(|line| line.parse().expect("a token")).collect()
}

#[test]
fn the_passphrase_is_asked_for_once_and_again_after_the_wallet_was_locked() {
    let server = guarded(&key(), false);
    let wallet = Wallet::at(server.url());
    let locked = wallet.run_with(&["balance", "--json"], None);
    assert_eq!((locked.exit_code, locked.error_code().as_str()), (1, "no_passphrase"));
    let first = wallet.run(&["balance"]);
    assert!(first.stdout.contains("1,250"), "{}{}", first.stdout, first.stderr);
    let path = wallet.home().join("read-tokens");
    assert_eq!(fs::metadata(&path).expect("kept").permissions().mode() & 0o777, 0o600);
    let [token] = &kept(&wallet)[..] else { panic!("one token for one host") };
    let days = token.token.until_ms.since_ms(local_time().expect("a clock")) / 86_400_000;
    assert!(token.holds(&genesis().chain_id()) && days == 6, "{days} days");
    for command in ["balance", "history", "guardians"] {
        let arguments = if command == "guardians" { vec![command, "show"] } else { vec![command] };
        let ran = wallet.run_with(&arguments, None);
        assert_eq!(ran.exit_code, 0, "{command}: {}", ran.stderr);
    }
    assert_eq!(wallet.run_with(&["lock"], None).stdout, "deleted the tokens: reading takes the passphrase again\n");
    assert_eq!(wallet.run_with(&["lock"], None).stdout, "no tokens are kept\n");
    assert_eq!(wallet.run_with(&["balance", "--json"], None).error_code(), "no_passphrase");
}

#[test]
fn what_is_public_takes_no_passphrase_and_what_is_signed_brings_a_token_with_it() {
    let server = guarded(&key(), false);
    let wallet = Wallet::at(server.url());
    assert_eq!(wallet.run_with(&["netting"], None).exit_code, 0);
    assert!(kept(&wallet).is_empty());
    assert_eq!(wallet.run(&["send", &other().to_string(), "1", "kaffet"]).exit_code, 0);
    assert_eq!(kept(&wallet).len(), 1);
    assert!(server.requests().iter().all(|one| one.method == "GET" || one.authorization.is_none()));
    assert_eq!(wallet.run_with(&["balance"], None).exit_code, 0);
}

#[test]
fn a_token_is_printed_for_other_programs() {
    let server = guarded(&key(), false);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["token"]);
    let token: SignedReadToken = ran.stdout.trim_end().parse().expect("a token");
    assert!(token.holds(&genesis().chain_id()) && ran.stderr.contains("for 127.0.0.1, until "), "{}", ran.stderr);
    assert_eq!(token.token.account, key().address());
    let again = wallet.run_with(&["token", "--json"], None).json();
    assert_eq!(again["token"], token.to_string());
    let elsewhere = wallet.run(&["token", "--gateway", "https://Gateway.example.org/", "--json"]).json();
    assert_eq!(elsewhere["audience"], "gateway.example.org");
    assert_eq!(kept(&wallet).len(), 2, "one for each host");
}

#[test]
fn tokens_that_are_over_damaged_or_of_another_key_are_none() {
    let server = guarded(&key(), false);
    let wallet = Wallet::at(server.url());
    let path = wallet.home().join("read-tokens");
    let make = |signer: &KeyPair, until_ms: TimeMs| {
        let (account, public_key) = (key().address(), signer.public_key());
        let audience = "127.0.0.1".parse().expect("a host");
        lojal_types::ReadToken { account, public_key, audience, until_ms }.sign(&genesis().chain_id(), signer)
    };
    let now = local_time().expect("a clock");
    let (over, another) = (make(&key(), now), make(&KeyPair::from_seed(&[9; 32]), now.plus_ms(3_600_000)));
    for content in [format!("{over}\n"), format!("{another}\n"), "nonsense\n".to_owned(), "ljr1_\n".repeat(50)] {
        fs::write(&path, content).expect("writable");
        assert_eq!(wallet.run_with(&["balance", "--json"], None).error_code(), "no_passphrase");
    }
    assert_eq!(wallet.run(&["balance"]).exit_code, 0);
    assert_eq!(kept(&wallet).len(), 1);
}

#[test]
fn whoever_may_not_read_is_told_so_and_a_rotation_takes_the_tokens_along() {
    let wallet = Wallet::at(guarded(&KeyPair::from_seed(&[9; 32]), false).url());
    let foreign = guarded(&KeyPair::from_seed(&[9; 32]), false);
    let refused = wallet.run(&["balance", "--json", "--gateway", foreign.url()]);
    assert_eq!((refused.exit_code, refused.error_code().as_str()), (1, "not_permitted"));
    let (voucher, pool) = (voucher(5).to_string(), pool().to_string());
    let outside = wallet.run(&["use", "kaffet", &voucher, "--from", &pool, "--json", "--gateway", foreign.url()]);
    assert_eq!((outside.exit_code, outside.error_code().as_str()), (1, "not_permitted"));
    assert!(outside.stdout.contains("no member of the household"), "{}", outside.stdout);
    let server = guarded(&key(), false);
    let wallet = Wallet::at(server.url());
    assert_eq!(wallet.run(&["rotate-key"]).exit_code, 0);
    let home = Home::open(&wallet.home()).expect("there");
    let new_key = home.unlock(&passphrase()).expect("the same passphrase");
    assert_ne!(new_key.public_key(), key().public_key());
    let after = guarded(&new_key, true);
    let read = wallet.run_with(&["balance", "--gateway", after.url()], None);
    assert_eq!(read.exit_code, 0, "{}", read.stderr);
    assert_eq!(submitted(&server).len(), 1);
}

#[test]
fn a_rotation_whose_end_was_not_seen_is_finished_though_the_old_key_reads_nothing_any_more() {
    let wallet = Wallet::at("http://127.0.0.1:1");
    let next = {
        let mut home = Home::open(&wallet.home()).expect("there");
        home.begin_rotation(&passphrase()).expect("a next key")
    };
    let server = guarded(&next, true);
    let ran = wallet.run(&["send", &other().to_string(), "1", "kaffet", "--gateway", server.url()]);
    assert_eq!(ran.exit_code, 0, "{}{}", ran.stdout, ran.stderr);
    let [signed] = &submitted(&server)[..] else { panic!("one transaction") };
    assert_eq!(signed.public_key, next.public_key());
}
