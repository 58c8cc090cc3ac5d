//! Processes that stop without ending, as under a debugger or on a machine that swaps: SIGSTOP and SIGCONT.

use lojal_types::api::TransactionState;

use crate::network::Network;
use crate::programs::{eventually, signal};
use crate::stream::{FUNDS, Stream, assert_kept_everywhere, two_members};
use crate::wallet::{balance, is_applied, transfer};

/// A network that has made no block for two heartbeats has stopped.
const SILENCE_S: f64 = 7.0;

#[test]
fn a_stopped_validator_is_left_behind_and_catches_up_when_it_goes_on() {
    let network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    signal("STOP", network.process(3));
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(100);
        signal("CONT", network.process(3));
        network.wait_for_height(3, network.height(0));
        stream.wait_for(20);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn with_two_of_four_stopped_nothing_is_decided_and_no_answer_is_wrong_until_one_goes_on() {
    let network = Network::start();
    let (from, to) = two_members(&network);
    [2, 3].into_iter().for_each(|node| signal("STOP", network.process(node)));
    let waiting = from.sign(1, transfer(from.address(), to.address(), 7));
    let told = network.client(0).submit(&waiting, false).expect("a running gateway");
    for node in [0, 1] {
        eventually("the silence of a network without a quorum", || {
            network.metric(node, "lojal_block_age_seconds").filter(|age| *age > SILENCE_S)
        });
    }
    let told = network.client(0).transaction(&told.id).expect("it waits");
    assert_eq!(told.state, TransactionState::Pending);
    for node in [0, 1] {
        assert_eq!((balance(&network, node, &from), balance(&network, node, &to)), (FUNDS, 0));
        eventually("a node without a quorum to say so", || network.client(node).ready().is_err().then_some(()));
    }
    network.assert_same_state(&[0, 1]);

    signal("CONT", network.process(2));
    let applied = |node| network.client(node).transaction(&told.id).ok().filter(is_applied);
    let on_first = eventually("the transfer to be final", || applied(0));
    signal("CONT", network.process(3));
    for node in 1..4 {
        assert_eq!(eventually("the transfer to be final", || applied(node)), on_first);
        assert_eq!(balance(&network, node, &to), 7);
    }
    network.catch_up(&[0, 1, 2, 3]);
}
