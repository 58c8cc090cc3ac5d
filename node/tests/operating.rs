//! The commands for those who operate a node: checks, and what guards give to each other.

mod program;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use program::lojal_node;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A directory of the only validator of a network, and the ports that it listens at.
fn node(dir: &Path, name: &str) -> [u16; 2] {
    let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let listeners = [free(), free()];
    let ports = listeners.map(|listener| listener.local_addr().expect("it is bound").port());
    let listen = format!("/ip4/127.0.0.1/tcp/{}", ports[0]);
    let gateway = format!("127.0.0.1:{}", ports[1]);
    let init = ["init", "--dir", name, "--name", "nordmat", "--listen", &listen, "--gateway", &gateway];
    let output = lojal_node(&init, dir);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let governor = lojal_types::KeyPair::from_seed(&[7; 32]).public_key();
    let genesis = format!(
        "name = \"{name}\"\nnetwork = \"test\"\ntime_ms = 1\n[parameters]\nheartbeat_ms = 3000\n\
         block_bytes_max = 4194304\nblock_transactions_max = 10000\n\
         [governance]\nversion = 1\n[[governance.seats]]\nname = \"nordmat\"\ngovernor = \"{governor}\"\n{}",
        text(&output.stdout)
    );
    fs::write(dir.join(name).join("genesis.toml"), genesis).expect("a directory of ours");
    ports
}

/// The lines of a check that say that something was found, and its exit code.
fn check(dir: &Path, name: &str) -> (Vec<String>, Option<i32>) {
    let output = lojal_node(&["check", "--dir", name], dir);
    let printed = text(&output.stdout);
    // A disk of a machine that builds may be full, or slow.
    let is_own = |line: &&str| line.starts_with("FOUND") && !line.contains("free disk:") && !line.contains("sync:");
    (printed.lines().filter(is_own).map(str::to_owned).collect(), output.status.code())
}

#[test]
fn a_new_directory_is_in_order_and_what_is_spoilt_is_found() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let [_, gateway] = node(dir.path(), "mine");
    assert_eq!(check(dir.path(), "mine").0, Vec::<String>::new());
    let key = dir.path().join("mine/validator.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("a file of ours");
    let guard = dir.path().join("mine/guard");
    fs::rename(&guard, dir.path().join("away")).expect("a directory of ours");
    let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, gateway)).expect("it was free");
    let (found, code) = check(dir.path(), "mine");
    assert_eq!((found.len(), code), (3, Some(5)), "{found:?}");
    assert!(found[0].contains("validator.key: others may read or write it (mode 644)"), "{found:?}");
    assert!(found[1].contains("there is no guard"), "{found:?}");
    assert!(found[2].contains(&format!("gateway: 127.0.0.1:{gateway} can't be used")), "{found:?}");
}

#[test]
fn a_node_of_another_network_and_a_peer_too_many_are_found() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    node(dir.path(), "mine");
    node(dir.path(), "yours");
    fs::copy(dir.path().join("yours/genesis.toml"), dir.path().join("mine/genesis.toml")).expect("files of ours");
    let (found, code) = check(dir.path(), "mine");
    assert_eq!(code, Some(5));
    assert!(found[0].contains("seat: no validator in the genesis document has this node's key"), "{found:?}");
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr()).expect("a free port").port();
    let path = dir.path().join("yours/node.toml");
    let config = fs::read_to_string(&path).expect("a file of ours");
    let peer = format!("[[peers]]\nvalidator = \"kaffet\"\naddress = \"/ip4/127.0.0.1/tcp/{port}\"\n");
    fs::write(&path, format!("{config}{peer}")).expect("a file of ours");
    let (found, code) = check(dir.path(), "yours");
    assert_eq!((found.len(), code), (2, Some(5)), "{found:?}");
    assert!(found[0].contains("kaffet is no other validator"), "{found:?}");
    assert!(found[1].contains(&format!("kaffet at /ip4/127.0.0.1/tcp/{port} can't be reached")), "{found:?}");
}

#[test]
fn a_directory_that_must_be_put_right_first_has_an_exit_code_of_its_own() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    node(dir.path(), "mine");
    let code = |arguments: &[&str]| lojal_node(arguments, dir.path()).status.code();
    assert_eq!(code(&["check", "--dir", "nowhere"]), Some(4));
    assert_eq!(code(&["run", "--dir", "nowhere"]), Some(4));
    assert_eq!(code(&["run"]), Some(2));
    fs::rename(dir.path().join("mine/guard"), dir.path().join("away")).expect("a directory of ours");
    assert_eq!(code(&["run", "--dir", "mine"]), Some(4), "without a guard");
}

#[test]
fn the_example_is_a_whole_configuration() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let printed = text(&lojal_node(&["example"], dir.path()).stdout);
    let keys = ["genesis = ", "signer = ", "[http]", "[[auditors]]", "[[peers]]"];
    assert!(keys.iter().all(|key| printed.lines().any(|line| line.starts_with(key))), "{printed}");
}

#[test]
fn what_a_guard_exports_raises_another_one_and_never_lowers_it() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    node(dir.path(), "mine");
    let export = text(&lojal_node(&["guard", "export", "--dir", "mine"], dir.path()).stdout);
    assert!(export.contains("\"signed_height\": 0") && export.contains("\"is_doubtful\": false"), "{export}");
    let import = |text: &str| {
        fs::write(dir.path().join("export.json"), text).expect("a directory of ours");
        lojal_node(&["guard", "import", "--dir", "mine", "export.json"], dir.path())
    };
    let higher = export.replace("\"signed_height\": 0", "\"signed_height\": 41");
    for text_of in [&higher, &export] {
        let output = import(text_of);
        assert!(text(&output.stdout).contains("nothing is signed below height 42"), "{}", text(&output.stderr));
    }
    let shown = lojal_node(&["guard", "export", "--dir", "mine"], dir.path());
    assert!(text(&shown.stdout).contains("\"signed_height\": 41"), "{}", text(&shown.stderr));
    node(dir.path(), "yours");
    let foreign = text(&lojal_node(&["guard", "export", "--dir", "yours"], dir.path()).stdout);
    for (wrong, reason) in [
        (foreign.as_str(), "it is about the key"),
        (&export.replace("\"format\": 1", "\"format\": 2"), "its format is 2"),
        ("{}", "missing field"),
    ] {
        let output = import(wrong);
        assert_eq!(output.status.code(), Some(4), "{wrong}");
        assert!(text(&output.stderr).contains(reason), "{}", text(&output.stderr));
    }
    // The guard is lost: what is made out of an export doubts that this is all.
    fs::rename(dir.path().join("mine/guard"), dir.path().join("away")).expect("a directory of ours");
    let output = import(&higher);
    let printed = text(&output.stdout);
    assert!(printed.contains("below height 42") && printed.contains("more may have been signed"), "{printed}");
}
