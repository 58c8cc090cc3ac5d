//! Validators that keep no pages of the state in memory, and pages that rot on a disk.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

use crate::network::Network;
use crate::programs::eventually;
use crate::stream::{Stream, assert_kept_everywhere, two_members};
use crate::wallet::balance;

const COLD: usize = 0;

/// Starts a validator again with no room for pages.
fn chill(network: &mut Network, node: usize) {
    network.stop(node);
    let path = network.node_dir(node).join("node.toml");
    let config = fs::read_to_string(&path).expect("the devnet made it");
    fs::write(&path, format!("state_cache_mb = 0\n{config}")).expect("a file of ours");
    network.revive(node);
}

/// Writes over all pages that a validator has on its disk.
fn spoil(network: &Network, node: usize) {
    let runs = network.node_dir(node).join("data/index/runs");
    for entry in fs::read_dir(runs).expect("a directory of ours") {
        let path = entry.expect("a directory of ours").path();
        if path.extension().is_none_or(|extension| extension != "pages") {
            continue;
        }
        let mut file = OpenOptions::new().write(true).open(&path).expect("a file of ours");
        for offset in (8..fs::metadata(&path).expect("a file of ours").len()).step_by(64) {
            file.seek(SeekFrom::Start(offset)).expect("a file of ours");
            file.write_all(&[0xA5]).expect("a file of ours");
        }
    }
}

#[test]
fn a_validator_without_pages_in_memory_agrees_with_the_others_and_one_whose_pages_rot_stops_and_makes_them_again() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let mut acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(20);
        chill(&mut network, COLD);
        stream.wait_for(20);
        // A crash finds pages in the log alone, too.
        network.kill(COLD);
        network.revive(COLD);
        stream.wait_for(20);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
    let metric = |network: &Network, node, name| network.metric(node, name).expect("a running gateway");
    for name in ["lojal_state_pages_loaded_total", "lojal_state_asked_again_total", "lojal_state_stored_pages"] {
        assert!(metric(&network, COLD, name) > 0.0, "{name}");
    }

    // With what the log has beyond the checkpoint gone into one, it has nothing but pages.
    network.stop(COLD);
    let command = &mut network.command(COLD);
    network.revive_with(COLD, command);
    eventually("its gateway", || network.client(COLD).status().ok());
    spoil(&network, COLD);
    acknowledged.extend(Stream::during(&clients[1..], (&from, &to), |stream| stream.wait_for(20)));
    let (status, heard) = network.end_of(COLD);
    assert!(!status.success(), "it went on without its pages");
    assert!(heard.contains("a page of the state is damaged"), "{heard}");
    network.revive(COLD);
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
    assert_eq!(balance(&network, COLD, &from), balance(&network, 1, &from));
}
