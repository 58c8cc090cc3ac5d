//! Names for wallets and for those that points go to, and the wallet's settings.

use std::path::Path;

use lojal_types::{KeyPair, NetworkKind, Operation, Outcome};
use lojal_wallet::home::Home;

use crate::support::gateway::{ledger, only_operation, submitted};
use crate::support::server::NOBODY;
use crate::support::{PASSPHRASE, Ran, Wallet, genesis, key, other, passphrase};

/// Runs with the user's directory at a place, and without LOJAL_HOME.
fn run_at(wallet: &Wallet, user: &Path, arguments: &[&str]) -> Ran {
    let mut command = wallet.command(arguments, Some(PASSPHRASE));
    command.env_remove("LOJAL_HOME").env_remove("LOJAL_PROFILE").env_remove("XDG_CONFIG_HOME").env("HOME", user);
    Ran::of(command.output().expect("it was built"))
}

#[test]
fn a_contacts_name_stands_for_its_address_which_is_shown_before_anything_is_signed() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    assert_eq!(wallet.run(&["send", "bo", "1", "kaffet"]).exit_code, 2, "nobody is called so yet");
    assert_eq!(wallet.run(&["contact", "add", "Bo", &to]).exit_code, 0);
    for name in ["bo", "BO", "@bo"] {
        let ran = wallet.run(&["send", name, "12.50", "kaffet"]);
        assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
        assert!(ran.stderr.starts_with(&format!("bo is {to}\n")), "{}", ran.stderr);
        assert!(ran.stdout.contains(&format!("sent 12.50 kaffet to {to}")), "{}", ran.stdout);
    }
    assert_eq!(wallet.run(&["send", "bo", "1", "kaffet", "--json"]).exit_code, 0);
    let sent = submitted(&server);
    let to = other().to_canonical(NetworkKind::Test).expect("a test address");
    for signed in &sent {
        assert!(matches!(&signed.transaction.operations[0], Operation::Transfer(one) if one.to == to));
    }
    assert_eq!(sent.len(), 4);
    let ran = wallet.run(&["balance", "bo", "--json"]);
    assert_eq!(ran.json()["address"], other().to_string());
}

#[test]
fn a_contact_that_looks_like_another_one_in_another_alphabet_is_refused() {
    let wallet = Wallet::at(NOBODY);
    let to = other().to_string();
    assert_eq!(wallet.run(&["contact", "add", "bo", &to]).exit_code, 0);
    for arguments in [&["--json"][..], &["--json", "--replace"]] {
        let ran = wallet.run(&[&["contact", "add", "b\u{43e}", &to], arguments].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "similar_contact"));
    }
    for name in ["b\u{f8}", "b\u{43e}\u{440}\u{438}\u{441}", "boo"] {
        assert_eq!(wallet.run(&["contact", "add", name, &to]).exit_code, 0, "{name}");
    }
}

#[test]
fn a_name_that_nobody_has_or_that_could_be_a_brand_is_refused_and_nothing_is_signed() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let ran = wallet.run(&["send", "nobody", "1", "kaffet"]);
    assert_eq!((ran.exit_code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("no contact is called nobody"), "{}", ran.stderr);
    for taken in ["household", "tloj1qqq", "7", "a b"] {
        assert_eq!(wallet.run(&["contact", "add", taken, &to]).exit_code, 2, "{taken}");
    }
    assert_eq!(wallet.run(&["contact", "add", "kaffet", &to]).exit_code, 0);
    let ran = wallet.run(&["guardians", "set", "kaffet"]);
    assert!(ran.stderr.contains("@kaffet or \"brand kaffet\", in quotes"), "{}", ran.stderr);
    let ran = wallet.run(&["guardians", "set", "brand", "kaffet"]);
    assert!(ran.exit_code == 2 && ran.stderr.contains("both words in quotes"), "{}", ran.stderr);
    assert_eq!(wallet.run(&["guardians", "set", "brand kaffet", "--dry-run"]).exit_code, 0);
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&["guardians", "set", "@kaffet"]).exit_code, 0);
    let Operation::SetGuardians(set) = only_operation(&server) else { panic!("other") };
    let address = other().to_canonical(NetworkKind::Test).expect("a test address");
    assert_eq!(set.guardians.guardians[..], [lojal_types::Guardian::Account(address)]);
}

#[test]
fn contacts_are_listed_replaced_only_when_asked_and_removed() {
    let wallet = Wallet::at(NOBODY);
    let (first, second) = (other().to_string(), key().address().to_text(NetworkKind::Test).to_string());
    assert_eq!(wallet.run(&["contact", "list", "--json"]).json()["contacts"], serde_json::json!([]));
    assert_eq!(wallet.run(&["contact", "add", "bo", &first]).exit_code, 0);
    assert_eq!(wallet.run(&["contact", "add", "bo", &first]).exit_code, 0, "the same again");
    let ran = wallet.run(&["contact", "add", "bo", &second, "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "contact_exists"));
    let replaced = wallet.run(&["contact", "add", "bo", &second, "--replace", "--json"]).json();
    assert_eq!((&replaced["before"], &replaced["address"]), (&first.as_str().into(), &second.as_str().into()));
    let listed = wallet.run(&["contact", "list"]).stdout;
    assert!(listed.contains("bo") && listed.contains(&second), "{listed}");
    assert_eq!(wallet.run(&["contact", "remove", "bo"]).exit_code, 0);
    assert_eq!(wallet.run(&["contact", "remove", "bo", "--json"]).error_code(), "unknown_contact");
    let main = KeyPair::from_seed(&[8; 32]).address().to_text(NetworkKind::Main).to_string();
    let ran = wallet.run(&["contact", "add", "bo", &main, "--json"]);
    assert_eq!(ran.error_code(), "wrong_address", "of another kind of network");
}

#[test]
fn a_profile_is_a_name_for_a_wallet() {
    let (wallet, user) = (Wallet::nowhere(), tempfile::tempdir().expect("a temporary directory"));
    let (till, toml) = (user.path().join("till"), genesis().document().to_toml());
    Home::create(&till, &key(), &passphrase(), &[NOBODY.to_owned()], &toml).expect("made");
    let run = |arguments: &[&str]| run_at(&wallet, user.path(), arguments);
    let shown = till.display().to_string();
    assert_eq!(run(&["profile", "add", "till", "--home", &shown]).exit_code, 0);
    assert_eq!(run(&["address"]).exit_code, 1, "it is not in use");
    let address = key().address().to_text(NetworkKind::Test).to_string();
    assert_eq!(run(&["address", "--profile", "Till"]).stdout.trim(), address);
    assert_eq!(run(&["profile", "use", "till"]).exit_code, 0);
    assert_eq!(run(&["address"]).stdout.trim(), address);
    let elsewhere = run(&["address", "--home", "/nowhere"]);
    assert!(elsewhere.stderr.contains("no wallet in /nowhere"), "{}", elsewhere.stderr);
    let listed = run(&["profile", "list", "--json"]).json();
    let expected = serde_json::json!({ "name": "till", "used": true, "address": address, "home": shown });
    assert_eq!(listed["profiles"][1], expected);
    assert_eq!((&listed["profiles"][0]["name"], &listed["profiles"][0]["used"]), (&"default".into(), &false.into()));
    assert_eq!(run(&["profile", "use", "default"]).exit_code, 0);
    assert_eq!(run(&["address"]).exit_code, 1);
    let unknown = run(&["address", "--profile", "other", "--json"]);
    assert_eq!((unknown.exit_code, unknown.error_code().as_str()), (2, "unknown_profile"));
    let new = run(&["profile", "add", "new"]);
    assert!(new.stdout.contains(".lojal-new") && new.stdout.contains("lojal --profile new init"), "{}", new.stdout);
    assert_eq!(run(&["profile", "use", "new"]).exit_code, 0);
    assert_eq!(run(&["profile", "remove", "new"]).exit_code, 0);
    assert!(till.join("key.json").exists() && run(&["profile", "list"]).exit_code == 0);
    assert_eq!(run(&["address", "--profile", "till", "--home", &shown]).exit_code, 2, "one of the two");
}

#[test]
fn settings_are_shown_and_changed_and_nothing_wrong_is_kept() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(NOBODY);
    assert_eq!(wallet.run(&["config", "get", "gateways"]).stdout.trim(), NOBODY);
    assert_eq!(wallet.run(&["status"]).exit_code, 5);
    let both = format!("{}, https://second.example.org", server.url());
    assert_eq!(wallet.run(&["config", "set", "gateways", &both]).exit_code, 0);
    assert_eq!(wallet.run(&["status"]).exit_code, 0);
    for (setting, value) in [("gateways", ""), ("gateways", "no url"), ("trust", "maybe"), ("colour", "red")] {
        assert_ne!(wallet.run(&["config", "set", setting, value]).exit_code, 0, "{setting} {value}");
    }
    let json = wallet.run(&["config", "get", "--json"]).json();
    assert_eq!(json["gateways"], serde_json::json!([server.url(), "https://second.example.org"]));
    for (value, kept) in [("https://third.example.org", 1), ("none", 0)] {
        assert_eq!(wallet.run(&["config", "set", "witnesses", value]).exit_code, 0);
        assert_eq!(Home::open(&wallet.home()).expect("there").settings().witnesses.len(), kept);
    }
    assert_eq!(wallet.run(&["config", "set", "trust", "yes"]).exit_code, 0);
    assert!(Home::open(&wallet.home()).expect("there").settings().trust);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lojal"));
    let output = command.args(["balance"]).env("LOJAL_HOME", wallet.home()).output().expect("it was built");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.contains("not proven: --trust believes the gateway"), "{stdout}");
}
