//! Another genesis document than everybody else's, and keys that it doesn't name.

use std::fs;

use crate::network::Network;
use crate::programs::{eventually, program, run};

#[test]
fn another_genesis_document_is_refused_on_old_data_and_gets_no_peer_on_new_data() {
    let mut network = Network::start();
    network.stop(3);
    let (dir, data) = (network.node_dir(3), network.node_dir(3).join("data"));
    let document = fs::read_to_string(network.genesis()).expect("the devnet made it");
    let (ours, other) = (dir.join("genesis.toml"), document.replace("lojal development network", "lojal elsewhere"));
    assert_ne!(document, other);
    fs::write(&ours, other).expect("a directory of ours");
    let config = fs::read_to_string(dir.join("node.toml")).expect("the devnet made it");
    fs::write(dir.join("node.toml"), config.replace("../genesis.toml", "genesis.toml")).expect("a file of ours");

    let output = run(&mut network.command(3));
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(output.stderr.contains("use the right genesis document or another directory"), "{output:?}");

    // Without data the guard still knows for which network its key signs.
    let (guard, [data_aside, guard_aside]) =
        (dir.join("guard"), ["data.aside", "guard.aside"].map(|name| dir.join(name)));
    fs::rename(&data, &data_aside).expect("directories of ours");
    let output = run(&mut network.command(3));
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(output.stderr.contains("use another key here, or the right genesis document"), "{output:?}");

    // Without that, too, it starts on a chain of its own, where nobody talks to it.
    fs::remove_dir_all(&data).expect("a directory of ours");
    fs::rename(&guard, &guard_aside).expect("directories of ours");
    assert_eq!(run(program("lojal-node").args(["guard", "new", "--dir"]).arg(&dir)).status.code(), Some(0));
    let failed = |network: &Network, node| network.metric(node, "lojal_p2p_handshakes_failed_total");
    let before: Vec<f64> = (0..3).map(|node| failed(&network, node).expect("a running gateway")).collect();
    let command = &mut network.command(3);
    network.revive_with(3, command);
    for (node, before) in before.into_iter().enumerate() {
        let more = || failed(&network, node).filter(|count| *count > before);
        eventually("a failed handshake of the stranger", more);
    }
    let status = eventually("the gateway of the stranger", || network.client(3).status().ok());
    assert_eq!((status.peers, status.height.get()), (0, 0));
    assert!(network.client(3).ready().is_err(), "a node without peers isn't ready");
    assert_ne!(status.chain_id, network.client(0).status().expect("a running gateway").chain_id);
    network.kill(3);

    for (place, aside) in [(&data, &data_aside), (&guard, &guard_aside)] {
        fs::remove_dir_all(place).expect("a directory of ours");
        fs::rename(aside, place).expect("directories of ours");
    }
    fs::write(&ours, document).expect("a file of ours");
    network.revive(3);
    network.catch_up(&[0, 1, 2, 3]);
}

#[test]
fn keys_that_are_not_those_of_the_validator_on_the_ledger_are_refused() {
    let mut network = Network::start();
    network.stop(3);
    for (key, told) in [("validator.key", "another public_key"), ("network.key", "another network_key")] {
        let path = network.node_dir(3).join(key);
        let right = fs::read_to_string(&path).expect("the devnet made it");
        fs::write(&path, format!("{}\n", "5a".repeat(32))).expect("a file of ours");
        let output = run(&mut network.command(3));
        assert_eq!(output.status.code(), Some(4), "{output:?}");
        assert!(output.stderr.contains(told), "{output:?}");
        fs::write(&path, right).expect("a file of ours");
    }
    network.revive(3);
    network.catch_up(&[0, 1, 2, 3]);
}
