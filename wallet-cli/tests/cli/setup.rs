//! The wallet beside the ledger: its key file, its manual, its completions.

use std::fs;
use std::process::Command;

use lojal_types::api::Account;
use lojal_types::{NetworkKind, Outcome, PublicKey};
use lojal_wallet::backup::Backup;
use lojal_wallet::home::Home;
use lojal_wallet::keystore::Secret;

use crate::support::gateway::{Ledger, account, ledger};
use crate::support::server::{NOBODY, Server};
use crate::support::{Wallet, genesis, key, other, passphrase};

#[test]
fn every_shell_gets_its_completions_and_bash_completes_with_them() {
    let wallet = Wallet::nowhere();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = wallet.run(&["completions", shell]);
        let json = wallet.run(&["completions", shell, "--json"]).json();
        let script = json["script"].as_str().expect("a text");
        assert_eq!((ran.exit_code, ran.stdout.trim_end()), (0, script.trim_end()), "{shell}");
        assert!(script.contains("rotate-key") && script.contains("dry-run"), "{shell}");
    }
    let script = wallet.file("lojal.bash", &wallet.run(&["completions", "bash"]).stdout);
    let ask = "source \"$1\"; COMP_WORDS=(lojal key ex); COMP_CWORD=2; _lojal lojal ex key; echo \"${COMPREPLY[@]}\"";
    let output = Command::new("bash").args(["-c", ask, "bash", &script]).output().expect("bash is there");
    assert_eq!((output.stdout.trim_ascii(), &output.stderr[..]), (&b"export"[..], &b""[..]));
    assert_eq!(wallet.run(&["completions", "tcsh"]).exit_code, 2);
}

/// All that a program says, which not every machine has.
fn said_by(program: &str, arguments: &[&str]) -> Option<(String, String)> {
    let Ok(output) = Command::new(program).args(arguments).output() else {
        lojal_print::note(format!("skipped: {program} is not there"));
        return None;
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Some((text(output.stdout), text(output.stderr)))
}

#[test]
fn zsh_and_fish_complete_with_their_scripts() {
    let wallet = Wallet::nowhere();
    let script = |shell: &str| wallet.file(shell, &wallet.run(&["completions", shell]).stdout);
    let load = "autoload -Uz compinit && compinit -u -D; source \"$1\"; print -r -- $_comps[lojal]";
    if let Some(said) = said_by("zsh", &["-fc", load, "zsh", &script("zsh")]) {
        assert_eq!(said, ("_lojal\n".to_owned(), String::new()));
    }
    let ask = "source $argv[1]; complete -C 'lojal key ex'";
    if let Some((found, errors)) = said_by("fish", &["--no-config", "-c", ask, &script("fish")]) {
        assert!(found.starts_with("export") && errors.is_empty(), "{found}{errors}");
    }
}

#[test]
fn no_page_of_the_manual_makes_a_formatter_complain() {
    let wallet = Wallet::nowhere();
    let dir = wallet.home().join("man1");
    assert_eq!(wallet.run(&["man", &dir.display().to_string()]).exit_code, 0);
    let pages = fs::read_dir(&dir).expect("written").map(|page| page.expect("readable").path().display().to_string());
    let pages: Vec<String> = pages.collect();
    let all_warnings = ["-man", "-ww", "-z", "-Tutf8"].into_iter().chain(pages.iter().map(String::as_str));
    if let Some(said) = said_by("groff", &all_warnings.collect::<Vec<_>>()) {
        assert_eq!(said, (String::new(), String::new()));
    }
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let wallet = Wallet::nowhere();
    let dir = wallet.home().join("man1");
    let shown = dir.display().to_string();
    let json = wallet.run(&["man", &shown, "--json"]).json();
    let pages = json["pages"].as_array().expect("a list");
    for name in ["lojal.1", "lojal-send.1", "lojal-household-invite.1", "lojal-key-export.1"] {
        assert!(pages.contains(&name.into()), "{name}");
        let page = fs::read_to_string(dir.join(name)).expect("written");
        assert!(page.contains(".TH") && page.contains("SYNOPSIS") && page.is_ascii(), "{page}");
    }
    let again = wallet.run(&["man", &shown]);
    assert!(again.stdout.starts_with(&format!("wrote {} pages", pages.len())), "{}", again.stdout);
    let file = wallet.file("file", "");
    let ran = wallet.run(&["man", &file]);
    assert_eq!(ran.exit_code, 1);
    assert!(ran.stderr.contains(&file), "{}", ran.stderr);
}

#[test]
fn an_address_as_a_code_is_the_address_in_capitals() {
    let wallet = Wallet::at(NOBODY);
    let ran = wallet.run(&["address", "--qr"]);
    let address = key().address().to_text(NetworkKind::Test).to_string();
    let (code, last) = ran.stdout.trim_end().rsplit_once('\n').expect("a code above the address");
    assert_eq!(last, address);
    assert!(code.contains('\u{2588}') && !code.contains('\u{1b}'), "{code}");
    assert_eq!(wallet.run(&["address", "--qr", "--json"]).json()["address"], address);
}

#[test]
fn tables_are_tabs_and_plain_numbers_for_programs_and_aligned_where_somebody_says_how_wide() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let output = wallet.command(&["brands"], None).env_remove("COLUMNS").output().expect("it was built");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    let rows: Vec<Vec<&str>> = stdout.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!((rows[0][0], rows[0][4]), ("BRAND", "ISSUED"));
    assert!(rows.len() > 1 && rows.iter().all(|row| row.len() == rows[0].len()), "{stdout}");
    assert!(rows[1][4..].iter().all(|number| number.parse::<f64>().is_ok()), "{stdout}");
    let output = wallet.command(&["brands"], None).env("COLUMNS", "200").output().expect("it was built");
    assert!(!String::from_utf8_lossy(&output.stdout).contains('\t'));
}

fn backup() -> Backup {
    Backup::from_entropy([3; 32])
}

/// A gateway on which an account has a key.
fn gateway_with(address: lojal_types::AddressText, rotated_key: Option<PublicKey>) -> Server {
    Ledger::with(vec![Account { rotated_key, ..account(address) }]).start()
}

/// Makes the wallet of the words at a place, exports its key there, and gives the file.
fn exported(wallet: &Wallet, secret: &Secret) -> String {
    let toml = genesis().document().to_toml();
    let account = backup().key(0).address();
    Home::create_for(account, &wallet.home(), secret, &passphrase(), &[NOBODY.to_owned()], &toml).expect("made");
    let file = wallet.file("place", "");
    let path = format!("{file}.key");
    let ran = wallet.run(&["key", "export", &path]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    path
}

fn import(wallet: &Wallet, server: &Server, file: &str) -> crate::support::Ran {
    wallet.run(&["key", "import", file, "--genesis", &wallet.genesis_file(), "--gateway", server.url(), "--json"])
}

#[test]
fn an_exported_key_is_encrypted_and_makes_the_same_wallet_elsewhere() {
    let (first, second) = (Wallet::nowhere(), Wallet::nowhere());
    let file = exported(&first, &Secret::Backup { backup: backup(), rotation: 0 });
    let text = fs::read_to_string(&file).expect("written");
    assert_eq!(text, fs::read_to_string(first.home().join("key.json")).expect("there"));
    assert!(!text.contains(&"03".repeat(32)), "{text}");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(first.run(&["key", "export", &file, "--json"]).error_code(), "file_error", "no file is replaced");
    assert_eq!(first.run(&["key", "export", "-"]).stdout, text);
    // Since the export the key was replaced twice, which the words in the file find.
    let address = backup().key(0).address().to_text(NetworkKind::Test);
    let server = gateway_with(address, Some(backup().key(2).public_key()));
    let ran = import(&second, &server, &file);
    assert_eq!(ran.json()["public_key"], backup().key(2).public_key().to_string());
    let home = Home::open(&second.home()).expect("made");
    assert_eq!(home.unlock(&passphrase()).expect("the same").seed(), backup().key(2).seed());
    assert_eq!(import(&second, &server, &file).error_code(), "wallet_exists");
}

#[test]
fn a_key_that_does_not_sign_any_more_or_that_nobody_can_open_makes_no_wallet() {
    let (first, second) = (Wallet::nowhere(), Wallet::nowhere());
    let file = exported(&first, &Secret::Key(backup().key(0)));
    let address = backup().key(0).address().to_text(NetworkKind::Test);
    let replaced = gateway_with(address, Some(key().public_key()));
    let ran = import(&second, &replaced, &file);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "old_key_file"));
    let arguments = ["key", "import", &file, "--genesis", &second.genesis_file(), "--gateway", replaced.url()];
    let ran = second.run_with(&arguments, Some("another passphrase"));
    assert!(ran.stderr.contains("wrong passphrase"), "{}", ran.stderr);
    let no_key = second.file("no key", &other().to_string());
    assert_eq!(import(&second, &replaced, &no_key).error_code(), "bad_key_file");
    assert!(!Home::is_in(&second.home()));
    assert_eq!(import(&second, &gateway_with(address, None), &file).exit_code, 0);
    let ran = first.run_with(&["key", "export", "-"], Some("another passphrase"));
    assert_eq!((ran.exit_code, ran.stdout.as_str()), (1, ""), "what nobody can open is not exported");
}
