//! The line that says how far something has come: on a terminal, on standard error.

use std::process::{Command, Stdio};

use lojal_types::api::{Account, Partnership};
use lojal_types::{NetworkKind, Outcome, Points};
use lojal_wallet::backup::Backup;

use crate::support::gateway::{Ledger, account, ledger, network_status};
use crate::support::server::{Answer, Server};
use crate::support::{PASSPHRASE, Wallet};

/// The signs that take a line away.
const CLEAR: &str = "\r\u{1b}[K";

/// All that a terminal shows as standard error of a command whose standard output is a file, and what is in the file;
/// nothing where there is no program that makes a terminal.
fn on_terminal(wallet: &Wallet, arguments: &[&str], variables: &[(&str, &str)]) -> Option<(String, String)> {
    let file = wallet.file("output", "");
    let lojal = wallet.command(arguments, Some(PASSPHRASE));
    let words = lojal.get_args().map(|word| format!("'{}'", word.to_str().expect("UTF-8"))).collect::<Vec<_>>();
    let line = format!("'{}' {} > '{file}'", env!("CARGO_BIN_EXE_lojal"), words.join(" "));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).stdin(Stdio::null());
    for (name, value) in lojal.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    script.env("TERM", "xterm").env("SHELL", "/bin/sh").envs(variables.iter().copied());
    let Ok(output) = script.output() else {
        lojal_print::note("skipped: `script` (util-linux), which makes a terminal, is not there");
        return None;
    };
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{shown}");
    Some((shown, std::fs::read_to_string(file).expect("written")))
}

#[test]
fn a_statement_says_how_far_it_has_read_and_takes_the_line_away() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    for colours in [&[][..], &[("NO_COLOR", "1")]] {
        let Some((shown, file)) = on_terminal(&wallet, &["statement", "--format", "csv"], colours) else { return };
        let line = format!("{CLEAR}read 2 of 2 transactions{CLEAR}2 transactions: complete");
        assert!(shown.starts_with(&line), "{shown:?}");
        assert_eq!(shown.matches('\u{1b}').count(), 2, "nothing else steers the terminal: {shown:?}");
        assert!(file.starts_with("row,time,brand"), "{file}");
    }
}

#[test]
fn nobody_is_told_who_reads_a_file_a_document_or_a_terminal_that_can_not_take_a_line_away() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["statement", "--format", "csv"]);
    assert!(ran.exit_code == 0 && !ran.stderr.contains("read") && !ran.stderr.contains('\r'), "{}", ran.stderr);
    let Some((shown, _)) = on_terminal(&wallet, &["statement", "--json"], &[]) else { return };
    assert_eq!(shown, "");
    let dumb = on_terminal(&wallet, &["statement", "--format", "csv"], &[("TERM", "dumb")]);
    assert!(dumb.is_some_and(|(shown, _)| shown.starts_with("2 transactions: complete")));
}

#[test]
fn a_history_and_a_list_of_several_pages_say_how_far_they_have_come() {
    let (kaffet, nordmat) = ("kaffet".parse().expect("valid"), "nordmat".parse().expect("valid"));
    let pair = Partnership { from: kaffet, to: nordmat, terms: None, proposal: None, converted_today: Points::ZERO };
    let server = Ledger { partnerships: vec![pair], ..Ledger::with(vec![]) }.start();
    let wallet = Wallet::at(server.url());
    for (arguments, told) in [
        (&["history", "--limit", "1"][..], "read 1 of 1 earlier transactions"),
        (&["partner", "list"], "read 1 partnerships"),
        (&["netting"], "read 0 pairs of brands"),
    ] {
        let Some((shown, _)) = on_terminal(&wallet, arguments, &[]) else { return };
        assert_eq!(shown, format!("{CLEAR}{told}{CLEAR}"), "{arguments:?}");
    }
}

#[test]
fn a_wallet_that_is_brought_back_says_how_many_keys_it_has_tried() {
    let backup = Backup::from_entropy([3; 32]);
    let (address, wanted) = (backup.key(0).address().to_text(NetworkKind::Test), backup.key(2).public_key());
    let mut asked = 0;
    let server = Server::start(move |request| {
        if request.path == "/v1/status" {
            return Answer::json(200, &network_status());
        }
        asked += 1;
        // Each question comes with the next key, of which the third may read.
        match asked {
            1 | 2 => Answer::problem(403, "not_permitted"),
            _ => Answer::json(200, &Account { rotated_key: Some(wanted), ..account(address) }),
        }
    });
    let wallet = Wallet::nowhere();
    let words = wallet.file("words", &backup.words());
    let restore = ["restore", "--genesis", &wallet.genesis_file(), "--words-file", &words, "--gateway", server.url()];
    let Some((shown, file)) = on_terminal(&wallet, &restore, &[]) else { return };
    let lines = format!("{CLEAR}tried 1 of 1001 keys of the words{CLEAR}tried 2 of 1001 keys of the words{CLEAR}");
    assert!(shown.starts_with(&lines), "{shown:?}");
    assert!(file.contains("after 2 replacements"), "{file}");
}
