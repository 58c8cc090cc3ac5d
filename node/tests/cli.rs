//! The commands of `lojal-node` that need no network.

mod program;

use std::path::Path;
use std::process::{Command, Output};

use program::lojal_node;

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn init_makes_a_directory_and_prints_the_entry_for_genesis() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = lojal_node(&["init", "--dir", "mine", "--name", "nordmat"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(printed.contains("[[validators]]") && printed.contains("public_key"), "{printed}");
    let again = lojal_node(&["init", "--dir", "mine", "--name", "nordmat"], dir.path());
    assert!(!again.status.success());
    assert!(stderr(&again).contains("is not overwritten"), "{}", stderr(&again));
}

#[test]
fn the_entry_is_printed_again_also_when_nobody_read_it_the_first_time() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_lojal-node"));
    command.args(["init", "--dir", "mine", "--name", "nordmat"]).current_dir(dir.path()).stdout(writer);
    let output = command.output().expect("the program was built for this test");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", stderr(&output));
    let entry = |dir: &Path| lojal_node(&["entry", "--dir", "mine"], dir);
    let again = String::from_utf8(entry(dir.path()).stdout).expect("UTF-8");
    assert!(again.starts_with("[[validators]]\nname = \"nordmat\"\npublic_key = "), "{again}");
    let other = lojal_node(&["init", "--dir", "other", "--name", "other"], dir.path()).stdout;
    std::fs::write(dir.path().join("mine/validator.toml"), other).expect("writable");
    assert!(stderr(&entry(dir.path())).contains("no entry for the keys beside it"));
}

#[test]
fn output_that_is_lost_is_told_loudly_and_is_no_success() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for arguments in [&["init", "--dir", "mine", "--name", "nordmat"][..], &["entry", "--dir", "mine"], &["--help"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("every Linux has it");
        let mut command = Command::new(env!("CARGO_BIN_EXE_lojal-node"));
        let output = command.args(arguments).current_dir(dir.path()).stdout(full).output().expect("it was built");
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("standard output can't be written"), "{}", stderr(&output));
    }
}

#[test]
fn an_entry_that_is_thrown_away_is_no_success_and_can_be_printed_again() {
    for redirection in [">&-", ">/dev/null", ">/dev/full"] {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("exec \"$@\" {redirection}")).args(["sh", env!("CARGO_BIN_EXE_lojal-node")]);
        let init = shell.args(["init", "--dir", "mine", "--name", "nordmat"]).current_dir(dir.path());
        let output = init.output().expect("every system has a shell");
        assert_eq!(output.status.code(), Some(1), "{redirection}");
        assert!(stderr(&output).contains("standard output can't be written"), "{}", stderr(&output));
        assert!(stderr(&output).contains("lojal-node entry --dir mine prints the entry"), "{}", stderr(&output));
        let entry = lojal_node(&["entry", "--dir", "mine"], dir.path());
        assert!(entry.status.success() && entry.stdout.starts_with(b"[[validators]]"), "{}", stderr(&entry));
    }
}

#[test]
fn a_name_that_is_wrong_is_told_as_it_can_be_seen() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = lojal_node(&["init", "--dir", "mine", "--name", "nord\u{202e}mat\u{1b}[2J"], dir.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("'nord\\u{202e}mat\\u{1b}[2J'"), "{}", stderr(&output));
    assert!(!stderr(&output).contains(['\u{202e}', '\u{1b}']), "{}", stderr(&output));
}

/// A genesis document with a seat for the validator with a name, but for the validator.
fn head(name: &str) -> String {
    let governor = lojal_types::KeyPair::from_seed(&[7; 32]).public_key();
    format!(
        "name = \"x\"\nnetwork = \"test\"\ntime_ms = 1\n[parameters]\nheartbeat_ms = 3000\n\
         block_bytes_max = 4194304\nblock_transactions_max = 10000\n\
         [governance]\nversion = 1\n[[governance.seats]]\nname = \"{name}\"\ngovernor = \"{governor}\"\n"
    )
}

#[test]
fn genesis_check_tells_the_chain_id_or_what_is_wrong() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let printed = lojal_node(&["init", "--dir", "mine", "--name", "nordmat"], dir.path()).stdout;
    let entry = String::from_utf8(printed).expect("UTF-8");
    let head = head("nordmat");
    std::fs::write(dir.path().join("genesis.toml"), format!("{head}{entry}")).expect("writable");
    let output = lojal_node(&["genesis", "check", "genesis.toml"], dir.path());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("chain id "));
    std::fs::write(dir.path().join("genesis.toml"), &head).expect("writable");
    let output = lojal_node(&["genesis", "check", "genesis.toml"], dir.path());
    assert!(!output.status.success());
    assert!(stderr(&output).contains("0 validators"), "{}", stderr(&output));
    let without_seat = head.replace("nordmat", "kaffet");
    std::fs::write(dir.path().join("genesis.toml"), format!("{without_seat}{entry}")).expect("writable");
    let output = lojal_node(&["genesis", "check", "genesis.toml"], dir.path());
    assert!(stderr(&output).contains("every validator has one seat"), "{}", stderr(&output));
}

#[test]
fn genesis_check_refuses_names_that_mislead() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let printed = lojal_node(&["init", "--dir", "mine", "--name", "nordmat"], dir.path()).stdout;
    let entry = String::from_utf8(printed).expect("UTF-8");
    let policy = "transferable = true\ntransfer_min = 1\ntransfer_max = 10\nreversal_window_ms = 0\n";
    let check = |names: [&str; 2]| {
        let brand =
            |id, name| format!("[[brands]]\nid = \"{id}\"\nname = \"{name}\"\ndecimals = 0\n[brands.policy]\n{policy}");
        let brands = [brand("b-one", names[0]), brand("b-two", names[1])].concat();
        let head = head("nordmat");
        std::fs::write(dir.path().join("genesis.toml"), format!("{head}{entry}{brands}")).expect("writable");
        lojal_node(&["genesis", "check", "genesis.toml"], dir.path())
    };
    assert!(check(["Kaffet", "Fjällen"]).status.success());
    for name in ["\u{202e}teffaK", "Kaf\u{2067}fet", "Kaf\u{200b}fet", "\u{feff}Kaffet", " ", "Cafe\u{301}"] {
        let output = check(["Fjällen", name]);
        assert!(!output.status.success(), "{name:?}");
        assert!(stderr(&output).contains("name"), "{}", stderr(&output));
    }
    for name in ["Kaffet", "K\u{430}ffet", "KAFFET"] {
        let output = check(["Kaffet", name]);
        assert!(!output.status.success(), "{name}");
        assert!(stderr(&output).contains("b-one and b-two could be taken for each other"), "{}", stderr(&output));
    }
}

#[test]
fn names_that_are_typed_get_their_one_form() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = lojal_node(&["init", "--dir", "mine", "--name", " Fja\u{308}llen\r"], dir.path());
    assert!(String::from_utf8_lossy(&output.stdout).contains("name = \"Fjällen\""), "{}", stderr(&output));
    let output = lojal_node(&["init", "--dir", "yours", "--name", "a\u{202e}b"], dir.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("U+202E"), "{}", stderr(&output));
}

#[test]
fn a_directory_that_is_no_node_and_one_that_is_no_devnet_are_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let output = lojal_node(&["run", "--dir", "nowhere"], dir.path());
    assert!(!output.status.success());
    assert!(stderr(&output).contains("nowhere/node.toml"), "{}", stderr(&output));
    std::fs::write(dir.path().join("holiday.jpg"), "not a ledger").expect("writable");
    let output = lojal_node(&["devnet", "--dir", "."], dir.path());
    assert!(!output.status.success());
    assert!(stderr(&output).contains("choose another --dir"), "{}", stderr(&output));
    assert!(dir.path().join("holiday.jpg").exists());
}

#[test]
fn a_configuration_with_which_no_node_runs_is_neither_made_nor_used() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for listen in ["/ip4/127.0.0.1/udp/7900", "/dns/node.example.org/tcp/7900", "/ip4/127.0.0.1/tcp/7900/ws"] {
        let output = lojal_node(&["init", "--dir", "mine", "--name", "nordmat", "--listen", listen], dir.path());
        assert_eq!(output.status.code(), Some(4), "{listen}: {}", stderr(&output));
        assert!(stderr(&output).contains("write /ip4/ADDRESS/tcp/PORT") || listen.ends_with("/ws"), "{listen}");
        assert!(!dir.path().join("mine").exists(), "nothing is made");
    }
    assert!(lojal_node(&["init", "--dir", "mine", "--name", "nordmat"], dir.path()).status.success());
    for command in ["run", "check", "join"] {
        let output = lojal_node(&[command, "--dir", "mine"], dir.path());
        assert!(stderr(&output).contains("put the network's genesis document there"), "{}", stderr(&output));
    }
    let path = dir.path().join("mine/node.toml");
    let config = std::fs::read_to_string(&path).expect("it was made");
    let gateway = config.lines().find(|line| line.starts_with("gateway = ")).expect("it has one");
    std::fs::write(&path, format!("{}\n{config}", gateway.replace("gateway", "admin"))).expect("writable");
    for command in ["run", "check", "join"] {
        let output = lojal_node(&[command, "--dir", "mine"], dir.path());
        assert_eq!(output.status.code(), Some(4), "{command}: {}", stderr(&output));
        assert!(stderr(&output).contains("admin and gateway are both"), "{}", stderr(&output));
    }
}

#[test]
fn a_tour_starts_from_nothing_and_says_when_it_can_t() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(dir.path().join("holiday.jpg"), "not a ledger").expect("writable");
    let output = lojal_node(&["devnet", "--tour", "--dir", "."], dir.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("a tour starts from nothing"), "{}", stderr(&output));
    let output = lojal_node(&["devnet", "--tour", "--genesis", "other.toml"], dir.path());
    assert!(!output.status.success(), "the tour is about the four brands of the template");
}

#[test]
fn a_node_with_the_network_key_of_a_validator_and_another_key_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let entry = lojal_node(&["init", "--dir", "one", "--name", "one"], dir.path()).stdout;
    let entry = String::from_utf8(entry).expect("UTF-8");
    let head = head("one");
    assert!(lojal_node(&["init", "--dir", "two", "--name", "two"], dir.path()).status.success());
    std::fs::copy(dir.path().join("one/network.key"), dir.path().join("two/network.key")).expect("writable");
    std::fs::write(dir.path().join("two/genesis.toml"), format!("{head}{entry}")).expect("writable");
    let output = lojal_node(&["run", "--dir", "two"], dir.path());
    assert!(!output.status.success());
    assert!(stderr(&output).contains("another public_key"), "{}", stderr(&output));
}
