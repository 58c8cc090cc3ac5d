//! The wallet's environment variables.

use lojal_types::api::{Account, Hold};
use lojal_types::{Day, NetworkKind, Outcome, Points, Reference};

use crate::support::gateway::{Ledger, account, ledger, network_status};
use crate::support::server::NOBODY;
use crate::support::{PASSPHRASE, Wallet, key};

#[test]
fn an_empty_variable_counts_as_unset() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let user = wallet.home().parent().expect("a directory above").join("user");
    std::fs::create_dir(&user).expect("a directory of ours");
    std::fs::rename(wallet.home(), user.join(".lojal")).expect("the same disk");
    for variable in ["LOJAL_HOME", "LOJAL_GATEWAY", "LOJAL_PASSPHRASE_FILE", "COLUMNS", "NO_COLOR", "LC_ALL"] {
        let mut command = wallet.command(&["redeem", "1", "kaffet"], Some(PASSPHRASE));
        command.env_remove("LOJAL_HOME").env("HOME", &user).env(variable, "");
        let output = command.output().expect("it was built");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{variable}: {stderr}");
    }
    let mut command = wallet.command(&["address"], None);
    let output = command.env("LOJAL_HOME", "").env("HOME", "").current_dir(&user).output().expect("it was built");
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!found.contains("tloj1"), "the directory where it runs is nobody's home: {found}");
}

#[test]
fn the_command_line_goes_before_the_environment() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(NOBODY);
    let status = |arguments: &[&str], gateway: &str| {
        let mut command = wallet.command(&[&["status"], arguments].concat(), None);
        command.env("LOJAL_GATEWAY", gateway).output().expect("it was built").status.code()
    };
    assert_eq!(status(&[], server.url()), Some(0));
    assert_eq!(status(&[], &format!(" , {}", server.url())), Some(0), "a list with nothing between its commas");
    assert_eq!(status(&["--gateway", server.url()], NOBODY), Some(0));
    assert_eq!(status(&["--gateway", NOBODY], server.url()), Some(5));
    assert_eq!(status(&[], "http://a\u{200b}b"), Some(2), "what nobody sees is not understood");
    assert_eq!(wallet.run(&["address", "--home", ""]).exit_code, 2, "whoever names a directory names one");
    let elsewhere = wallet.run(&["address", "--home", "/nowhere"]);
    assert!(elsewhere.stderr.contains("no wallet in /nowhere"), "{}", elsewhere.stderr);
}

#[test]
fn an_option_with_nothing_in_it_is_a_mistake_and_turns_nothing_off() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    for nothing in ["", " ", "\u{202e}", ",", "\u{200b} "] {
        for option in ["--witness", "--gateway"] {
            // The tests' own --trust and a witness exclude each other, whatever it is.
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lojal"));
            let output = command.args(["balance", option, nothing]).env("LOJAL_HOME", wallet.home()).output();
            let output = output.expect("it was built");
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{option} {nothing:?}: {stderr}");
            assert!(stderr.contains("leave the option out"), "{stderr}");
        }
        let output = wallet.command(&["status"], None).env("LOJAL_GATEWAY", nothing).output().expect("it was built");
        let expected = if nothing.is_empty() { 0 } else { 2 };
        assert_eq!(output.status.code(), Some(expected), "{nothing:?}: an empty variable counts as unset");
        let others: [&[&str]; 6] = [
            &["config", "set", "witnesses", nothing],
            &["watch", "--types", nothing],
            &["listen", "--forward", nothing],
            &["history", "--cursor", nothing],
            &["webhook", "add", "kaffet", nothing],
            &["govern", "activate", "1", "--node", nothing],
        ];
        // A comma is something where no list can stand.
        for command in &others[..if nothing == "," { 2 } else { others.len() }] {
            let ran = wallet.run(command);
            assert_eq!(ran.exit_code, 2, "{command:?}: {}", ran.stderr);
        }
    }
    assert!(server.requests().iter().all(|request| request.path == "/v1/status"), "nobody else was asked for anything");
}

#[test]
fn columns_says_how_wide_a_table_is_also_where_there_is_no_terminal() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let longest_line = |columns: Option<&str>| {
        let mut command = wallet.command(&["brands"], None);
        command.env_remove("COLUMNS");
        if let Some(columns) = columns {
            command.env("COLUMNS", columns);
        }
        let output = command.output().expect("it was built");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.lines().map(|line| line.chars().count()).max().expect("a line")
    };
    let whole = longest_line(None);
    assert!(whole > 80, "every row is one line: {whole}");
    assert_eq!(longest_line(Some("nonsense")), whole);
    assert!(longest_line(Some("500")) > whole, "aligned, and as wide as it takes");
    assert!(longest_line(Some("80")) <= 80 && longest_line(Some("40")) <= 40);
}

#[test]
fn sentences_about_an_account_are_as_wide_as_its_tables() {
    let (brand, reference) = ("kaffet".parse().expect("valid"), Reference::new(vec![7; 32]).expect("32 bytes"));
    let (total, expires_ms) = (Points::new(250), network_status().time_ms);
    let hold = Hold { brand, reference, dated: Day::default(), total, lots: vec![], expires_ms };
    let own = account(key().address().to_text(NetworkKind::Test));
    let server = Ledger::with(vec![Account { holds: vec![hold], frozen: true, ..own }]).start();
    let output = Wallet::at(server.url()).command(&["balance"], None).env("COLUMNS", "80").output().expect("it runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("\nheld: 2.50 kaffet until ") && text.contains(&"07".repeat(32)), "{text}");
    assert!(text.contains("frozen: ") && text.lines().all(|line| line.chars().count() <= 80), "{text}");
}
