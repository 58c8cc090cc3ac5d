//! The guard and the signer: whatever becomes of a data directory or a signer, no validator contradicts itself.

use std::fs;
use std::path::{Path, PathBuf};

use crate::network::Network;
use crate::programs::{Running, eventually, program, run};
use crate::stream::{Stream, assert_kept_everywhere, two_members};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory of ours");
    for entry in fs::read_dir(from).expect("a directory of ours") {
        let entry = entry.expect("a directory of ours");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file of ours");
        }
    }
}

fn votes(network: &Network, node: usize, is_voting: bool) {
    let expected = if is_voting { 1.0 } else { 0.0 };
    let what = if is_voting { "a validator that votes" } else { "a validator that votes no more" };
    eventually(what, || network.metric(node, "lojal_signing").filter(|it| *it == expected));
}

fn nobody_contradicted_themselves(network: &Network) {
    for node in 0..4 {
        assert_eq!(network.metric(node, "lojal_evidence_total"), Some(0.0), "validator {node} has evidence");
    }
}

#[test]
fn validators_with_restored_data_vote_again_where_their_guards_are_and_never_twice() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let backups: Vec<PathBuf> = [2, 3].map(|node| network.scratch().join(format!("backup-{node}"))).into();
    let mut acknowledged = Stream::during(&clients, (&from, &to), |stream| stream.wait_for(30));
    for (node, backup) in [2, 3].into_iter().zip(&backups) {
        network.stop(node);
        copy(&network.node_dir(node).join("data"), backup);
        network.revive(node);
    }
    acknowledged.extend(Stream::during(&clients, (&from, &to), |stream| stream.wait_for(100)));

    // At any moment, two at once: the others can't go on without them.
    [2, 3].into_iter().for_each(|node| network.kill(node));
    for (node, backup) in [2, 3].into_iter().zip(&backups) {
        let data = network.node_dir(node).join("data");
        fs::remove_dir_all(&data).expect("a directory of ours");
        fs::rename(backup, data).expect("directories of ours");
    }
    for node in [2, 3] {
        let mut command = network.command(node);
        network.revive_with(node, &mut command);
    }
    for node in [2, 3] {
        votes(&network, node, true);
        network.wait_until_ready(node);
    }
    acknowledged.extend(Stream::during(&clients, (&from, &to), |stream| stream.wait_for(30)));
    network.catch_up(&[0, 1, 2, 3]);
    nobody_contradicted_themselves(&network);
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

/// The signer of a validator, whose key is in a directory of its own.
struct Signer {
    dir: PathBuf,
    genesis: PathBuf,
}

impl Signer {
    fn start(&self) -> Running {
        let mut command = program("lojal-node");
        command.args(["sign", "--dir"]).arg(&self.dir).arg("--genesis").arg(&self.genesis);
        let mut running = Running::start(&mut command);
        running.line("a signer that is ready", |line| line.contains("ready to sign").then_some(()));
        running
    }
}

#[test]
fn a_key_is_moved_into_a_signer_which_is_killed_and_comes_back() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let mut acknowledged = Stream::during(&clients, (&from, &to), |stream| stream.wait_for(20));
    network.stop(3);
    let (node, signer) =
        (network.node_dir(3), Signer { dir: network.scratch().join("signer"), genesis: network.genesis() });
    let config = node.join("node.toml");
    let socket = signer.dir.join("sign.sock");
    let text = fs::read_to_string(&config).expect("it is there");
    fs::write(&config, format!("signer = {:?}\n{text}", socket.display().to_string())).expect("a file of ours");
    let refused = run(&mut network.command(3));
    assert!(refused.stderr.contains("validator.key is here too"), "{refused:?}");
    fs::create_dir(&signer.dir).expect("a directory of ours");
    for moved in ["validator.key", "guard"] {
        fs::rename(node.join(moved), signer.dir.join(moved)).expect("directories of ours");
    }

    let running = signer.start();
    network.revive(3);
    votes(&network, 3, true);
    let second =
        run(program("lojal-node").args(["sign", "--dir"]).arg(&signer.dir).arg("--genesis").arg(&signer.genesis));
    assert!(second.stderr.contains("never run two with one key"), "{second:?}");
    let mut running = Some(running);
    for _ in 0..2 {
        // Three of four are a quorum only with its votes.
        network.stop(0);
        acknowledged.extend(Stream::during(&clients[1..], (&from, &to), |stream| stream.wait_for(20)));
        network.revive(0);
        votes(&network, 0, true);
        running.take().expect("a signer that runs").kill();
        acknowledged.extend(Stream::during(&clients, (&from, &to), |stream| stream.wait_for(20)));
        votes(&network, 3, false);
        assert_eq!(network.metric(3, "lojal_signer_up"), Some(0.0));
        acknowledged.extend(Stream::during(&clients, (&from, &to), |stream| stream.wait_for(20)));
        running = Some(signer.start());
        votes(&network, 3, true);
    }
    network.catch_up(&[0, 1, 2, 3]);
    nobody_contradicted_themselves(&network);
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
    assert!(running.expect("a signer that runs").interrupt().success(), "SIGINT is no failure");
}

#[test]
fn a_guard_that_is_lost_or_copied_is_told_and_what_to_do_is_what_helps() {
    let mut network = Network::start();
    network.stop(3);
    let dir = network.node_dir(3);
    let guard = |arguments: &[&str]| run(program("lojal-node").arg("guard").args(arguments).arg("--dir").arg(&dir));
    let (place, aside) = (dir.join("guard"), network.scratch().join("guard"));

    // Brought back by a copy, as from a backup.
    fs::rename(&place, &aside).expect("directories of ours");
    copy(&aside, &place);
    let refused = run(&mut network.command(3));
    assert!(refused.stderr.contains("guard adopt --moved"), "{refused:?}");
    assert!(!guard(&["adopt"]).status.success(), "somebody has to say what it is");
    let told = guard(&["adopt", "--copied"]).success();
    assert!(told.contains("more may have been signed"), "{told}");
    network.revive(3);
    votes(&network, 3, true);
    assert!(!guard(&["show"]).success().contains("more may have been signed"));

    // Lost.
    network.stop(3);
    fs::remove_dir_all(&place).expect("a directory of ours");
    let refused = run(&mut network.command(3));
    assert!(refused.stderr.contains("guard new"), "{refused:?}");
    guard(&["new"]).success();
    network.revive(3);
    votes(&network, 3, true);
    let second = guard(&["new"]);
    assert!(second.stderr.contains("in use") || second.stderr.contains("another process"), "{second:?}");
    network.catch_up(&[0, 1, 2, 3]);
    nobody_contradicted_themselves(&network);
}
