//! The session of a newcomer: the README's on a fresh development network, and what follows.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::network::Network;
use crate::programs::{program_dir, repository, run, signal};

/// The fenced block of the README after a line that names it.
fn readme_block(name: &str) -> String {
    let readme = fs::read_to_string(repository().join("README.md")).expect("the repository has a README");
    let after = readme.split_once(&format!("<!-- {name} -->\n")).expect("the README has such a block").1;
    let block = after.split_once("```").expect("a fenced block").1;
    let (_language, block) = block.split_once('\n').expect("a block of lines");
    block.split_once("```").expect("an end of the block").0.to_owned()
}

/// A `cargo` that runs the programs built for these tests instead of building them anew.
fn stand_in_for_cargo(network: &Network) -> PathBuf {
    let dir = network.scratch().join("bin");
    fs::create_dir(&dir).expect("a new directory");
    let script = format!(
        "#!/bin/bash\nwhile [ \"$1\" != --bin ]; do shift; done\nprogram=$2; shift 2\n\
         [ \"$1\" = -- ] && shift\nexec '{}'/\"$program\" \"$@\"\n",
        program_dir().display()
    );
    let path = dir.join("cargo");
    fs::write(&path, script).expect("writable");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a file of ours");
    dir
}

#[test]
fn the_session_of_the_readme_works_and_everything_survives_ctrl_c() {
    let mut network = Network::start();
    let path = format!("{}:{}", stand_in_for_cargo(&network).display(), std::env::var("PATH").expect("a PATH"));
    // The README's devnet has the default ports; this one may not take them.
    let session = readme_block("session").replace("http://127.0.0.1:7800", &network.url(0));
    let mut bash = Command::new("bash");
    bash.args(["-e", "-u", "-o", "pipefail", "-c", &session]).current_dir(network.scratch()).env("PATH", path);
    let printed = run(&mut bash).success();
    for expected in ["1250", "final in block", "nordmat"] {
        assert!(printed.contains(expected), "{expected:?} is missing in\n{printed}");
    }

    let height = network.height(0);
    let status = network.devnet.take().expect("running").interrupt();
    assert!(status.success(), "Ctrl-C is no failure: {status}");
    assert!((0..4).all(|index| network.client(index).status().is_err()), "everything has stopped");

    network.start_again();
    assert!(network.height(0) >= height, "a second start goes on with the same data");
    network.assert_same_state(&[0, 1, 2, 3]);
}

#[test]
fn the_till_of_the_readme_rewards_is_paid_and_takes_back() {
    let network = Network::start();
    let path = format!("{}:{}", stand_in_for_cargo(&network).display(), std::env::var("PATH").expect("a PATH"));
    let session = readme_block("session");
    let begins = ["lojal()", "export", "anna="];
    let before: Vec<&str> = session.lines().filter(|line| begins.iter().any(|begin| line.starts_with(begin))).collect();
    // The port of the README may be somebody's.
    let port = network.port(50).to_string();
    let init = format!("connect init --listen 127.0.0.1:{port} ");
    let till = readme_block("till").replace("connect init ", &init).replace(":7810", &format!(":{port}"));
    let mut bash = Command::new("bash");
    let script = format!("{}\n{till}", before.join("\n"));
    bash.args(["-e", "-u", "-o", "pipefail", "-c", &script]).current_dir(network.scratch()).env("PATH", path);
    let printed = run(&mut bash).success();
    let is_done =
        |kind: &str| printed.contains(&format!("{{\"kind\":\"{kind}\",")) && printed.contains("\"state\":\"done\"");
    assert!(is_done("issue") && is_done("reverse") && printed.contains("\"state\":\"paid\""), "{printed}");
    assert!(printed.contains("\"taken\":25"), "what Anna hadn't paid with: {printed}");
}

#[test]
fn a_validator_that_dies_is_reported_and_can_be_brought_back() {
    let mut network = Network::start();
    network.kill(2);
    let devnet = network.devnet.as_mut().expect("running");
    devnet.line("the report of the death", |line| line.contains("node-2 (havshotell) has ended").then_some(()));
    devnet.line("how to bring it back", |line| line.contains("lojal-node -- run --dir").then_some(()));
    network.revive(2);
    let devnet = network.devnet.as_mut().expect("running");
    devnet.line("the report of the return", |line| line.contains("is back").then_some(()));
    network.catch_up(&[0, 1, 2, 3]);
}

#[test]
fn validators_stop_when_the_devnet_is_killed() {
    let mut network = Network::start();
    let devnet = network.devnet.take().expect("running");
    signal("KILL", devnet.id());
    for index in 0..4 {
        let client = network.client(index);
        crate::programs::eventually("an orphan to stop", || client.status().is_err().then_some(()));
    }
}
