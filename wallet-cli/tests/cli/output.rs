//! Standard output that can't be written, or that nobody reads to its end.

use std::fs::File;
use std::process::{Command, Output, Stdio};

use lojal_types::Outcome;
use lojal_wallet::home::Home;
use lojal_wallet::keystore::Secret;

use crate::support::gateway::{ledger, submitted};
use crate::support::server::NOBODY;
use crate::support::{PASSPHRASE, Wallet, other, passphrase};

#[test]
fn a_result_that_is_lost_is_told_loudly_and_is_no_success() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    for arguments in [&["address"][..], &["brands", "--json"], &["send", &to, "1", "kaffet"], &["tx", "--help"]] {
        let full = File::options().write(true).open("/dev/full").expect("every Linux has it");
        let output = wallet.command(arguments, Some(PASSPHRASE)).stdout(full).output().expect("it was built");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        let code = if arguments.contains(&"--help") { 1 } else { 6 };
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains("standard output can't be written"), "{stderr}");
        assert_eq!(stderr.contains("final in block 42"), arguments[0] == "send", "{stderr}");
    }
    assert_eq!(submitted(&server).len(), 1);
}

#[test]
fn amounts_have_no_commas_where_a_program_reads_them() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    for (arguments, shown) in
        [(&["balance"][..], "nordmat\t1250\t(800"), (&["policy", "show", "kaffet"], "0.01 to 1000.00")]
    {
        let output = wallet.command(arguments, None).env_remove("COLUMNS").output().expect("it was built");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.contains(shown), "{text}");
    }
}

#[test]
fn a_file_that_is_missing_is_told_with_what_to_do() {
    let wallet = Wallet::at(NOBODY);
    for command in [
        &["tx", "decode", "nowhere.tx"][..],
        &["receipt", "verify", "nowhere.json"],
        &["tx", "decode", "nowhere.tx", "--genesis", "nowhere.toml"],
        &["key", "import", "nowhere.key", "--genesis", "nowhere.toml"],
    ] {
        let ran = wallet.run(command);
        assert!(ran.exit_code != 0 && !ran.stderr.contains("os error"), "{command:?}: {}", ran.stderr);
    }
    let ran = wallet.run(&["tx", "decode", "nowhere.tx"]);
    assert!(ran.stderr.contains("nowhere.tx: there is no such file or directory: check"), "{}", ran.stderr);
}

#[test]
fn a_reader_who_has_enough_is_no_failure() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    for arguments in [&["brands"][..], &["history", "--json"], &["send", &to, "1", "kaffet"], &["--help"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = wallet.command(arguments, Some(PASSPHRASE));
        let output = command.stdout(writer).stderr(Stdio::piped()).output().expect("it was built");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
    assert_eq!(submitted(&server).len(), 1);
}

/// The same command with its output redirected as a shell does it.
fn redirected(command: &Command, redirection: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("exec \"$@\" {redirection}")).arg("sh").arg(command.get_program());
    shell.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.output().expect("every system has a shell")
}

#[test]
fn words_that_standard_output_throws_away_are_told_and_no_success() {
    for redirection in [">&-", ">/dev/null", ">/dev/full"] {
        for more in [&["--json"][..], &[]] {
            let wallet = Wallet::nowhere();
            let genesis = wallet.genesis_file();
            let init = ["init", "--genesis", &genesis, "--gateway", NOBODY, "--words-out", "-"];
            let output = redirected(&wallet.command(&[&init[..], more].concat(), Some(PASSPHRASE)), redirection);
            let stderr = String::from_utf8(output.stderr).expect("UTF-8");
            assert_eq!(output.status.code(), Some(6), "{redirection}: {stderr}");
            assert!(stderr.contains("standard output can't be written"), "{redirection}: {stderr}");
            let secret = Home::open(&wallet.home()).expect("made").secret(&passphrase()).expect("right");
            let Secret::Backup { backup, .. } = secret else { panic!("{secret:?}") };
            for (word, number) in backup.words().split(' ').zip(1..) {
                assert!(stderr.contains(&format!("{number:>2} {word}")), "{redirection}: {stderr}");
            }
        }
    }
}

#[test]
fn no_wallet_is_made_whose_words_nobody_could_see() {
    for (words_out, redirection) in [
        (&["--words-out", "-"][..], ">&- 2>&-"),
        (&["--words-out", "-"], ">/dev/null 2>/dev/null"),
        (&[], "2>&-"),
        (&[], "2>/dev/null"),
    ] {
        let wallet = Wallet::nowhere();
        let genesis = wallet.genesis_file();
        let init = ["init", "--genesis", &genesis, "--gateway", NOBODY];
        let output = redirected(&wallet.command(&[&init[..], words_out].concat(), Some(PASSPHRASE)), redirection);
        assert_eq!(output.status.code(), Some(1), "{redirection}");
        assert!(!Home::is_in(&wallet.home()), "{redirection}");
    }
}

#[test]
fn what_can_be_printed_again_may_be_thrown_away() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    for arguments in [&["address"][..], &["brands", "--json"], &["--help"]] {
        for redirection in [">&-", ">/dev/null"] {
            let output = redirected(&wallet.command(arguments, Some(PASSPHRASE)), redirection);
            assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
        }
    }
    // The words are on standard error, where people see them.
    let new = Wallet::nowhere();
    let init = ["init", "--genesis", &new.genesis_file(), "--gateway", NOBODY];
    let output = redirected(&new.command(&init, Some(PASSPHRASE)), ">&-");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("24 words"));
}

#[test]
fn arguments_that_are_wrong_are_told_as_they_can_be_seen() {
    let wallet = Wallet::nowhere();
    let hidden = "nord\u{202e}mat\u{1b}[2J\nerror";
    let to = other().to_string();
    let option = format!("--{hidden}");
    for arguments in
        [&["issue", &to, "10", hidden, "--receipt", "x"][..], &[hidden], &["brands", &option], &["status", hidden]]
    {
        let output = wallet.command(arguments, Some(PASSPHRASE)).output().expect("it was built");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("nord\\u{202e}mat\\u{1b}[2J\\u{a}error"), "{stderr}");
        assert!(!stderr.contains(['\u{202e}', '\u{1b}']), "{stderr}");
    }
}
