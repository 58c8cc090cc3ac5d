//! Data directories that are deleted: what one validator still has stays final.

use std::fs;

use lojal_types::{BlockId, Height};

use crate::network::Network;
use crate::programs::eventually;
use crate::stream::{Stream, assert_kept_everywhere, two_members};

fn blocks(network: &Network, node: usize, up_to: Height) -> Vec<BlockId> {
    let client = network.client(node);
    let block = |height| client.block(Height::new(height)).expect("a block that it has").id;
    (1..=up_to.get()).map(block).collect()
}

#[test]
fn what_is_final_stays_so_when_all_validators_but_one_start_with_empty_directories() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let mut acknowledged = Stream::during(&clients, (&from, &to), |stream| stream.wait_for(200));
    let height = network.catch_up(&[0, 1, 2, 3]);
    let before = blocks(&network, 0, height);

    network.kill_all();
    for node in 1..4 {
        let data = network.node_dir(node).join("data");
        fs::remove_dir_all(&data).expect("a directory of ours");
    }
    for node in 0..4 {
        let mut command = network.command(node);
        network.revive_with(node, &mut command);
    }
    for node in 0..4 {
        network.wait_until_ready(node);
        network.wait_for_height(node, height);
        assert_eq!(blocks(&network, node, height), before, "validator {node} has another history");
    }

    // Their guards know where they were, and the network goes on from there.
    for node in 1..4 {
        let is_signing = || network.metric(node, "lojal_signing").filter(|it| *it > 0.0);
        eventually("the end of a silence", is_signing);
    }
    acknowledged.extend(Stream::during(&clients, (&from, &to), |stream| stream.wait_for(20)));
    network.catch_up(&[0, 1, 2, 3]);
    assert_eq!(blocks(&network, 3, height), before);
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}
