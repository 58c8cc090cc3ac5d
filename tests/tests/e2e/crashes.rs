//! Validators that are killed in the middle of work.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lojal_client::Client;
use lojal_types::TransactionId;

use crate::network::Network;
use crate::programs::{eventually, signal};
use crate::wallet::{Signer, balance, is_applied, issue, transfer};

const SENDERS: usize = 4;
const TRANSFERS: usize = 30;
/// The distance between the first nonces of two streams.
const NONCES: u64 = 1_000;

/// Sends transfers of one point each through all gateways at once and answers with those that were acknowledged as
/// final. `disturb` happens in the middle.
fn stream_of_transfers(
    network: &Network,
    nonces: u64,
    from: &Signer,
    to: &Signer,
    disturb: impl FnOnce(),
) -> Vec<TransactionId> {
    let (acknowledged, done) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let clients: Vec<Client> = (0..SENDERS).map(|node| network.client(node)).collect();
    std::thread::scope(|scope| {
        for (sender, client) in clients.iter().enumerate() {
            let (acknowledged, done) = (&acknowledged, &done);
            scope.spawn(move || {
                for number in 0..TRANSFERS {
                    let nonce = nonces + (sender * TRANSFERS + number) as u64;
                    let signed = from.sign(nonce, transfer(from.address(), to.address(), 1));
                    // A gateway that is gone acknowledges nothing; nobody has promised anything then.
                    if let Ok(status) = client.submit(&signed, true)
                        && is_applied(&status)
                    {
                        acknowledged.lock().expect("nobody panics while holding it").push(status.id);
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        eventually("half of the transfers", || (done.load(Ordering::Relaxed) >= SENDERS * TRANSFERS / 2).then_some(()));
        disturb();
    });
    acknowledged.into_inner().expect("nobody panicked")
}

/// A member with points and one without.
fn two_members(network: &Network) -> (Signer, Signer) {
    let (operator, from) = (Signer::of(network, "nordmat"), Signer::of(network, "member-1"));
    let status = network.client(0).submit(&operator.sign(1, issue(from.address(), 1000, "salary")), true);
    assert!(is_applied(&status.expect("a running gateway")));
    // A gateway that is a block behind would refuse an account that it has not heard of.
    (1..4).for_each(|node| network.wait_for_height(node, network.height(0)));
    (from, Signer::of(network, "member-2"))
}

#[test]
fn killing_any_one_validator_loses_no_acknowledged_transfer_and_it_catches_up() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    for victim in 0..4 {
        let before = balance(&network, victim, &to);
        let process = network.process(victim);
        let nonces = NONCES * victim as u64;
        let acknowledged = stream_of_transfers(&network, nonces, &from, &to, || signal("KILL", process));
        assert!(acknowledged.len() >= (SENDERS - 1) * TRANSFERS, "the other three go on: {}", acknowledged.len());
        let others: Vec<usize> = (0..4).filter(|index| *index != victim).collect();
        let height = others.iter().map(|index| network.height(*index)).max().expect("three");
        for index in &others {
            network.wait_for_height(*index, height);
            assert_all_applied(&network, *index, &acknowledged);
        }
        let (sent, received) = (balance(&network, others[0], &from), balance(&network, others[0], &to));
        assert_eq!(sent + received, 1000);
        assert!(received - before >= acknowledged.len() as u64);

        network.revive(victim);
        network.wait_for_height(victim, height);
        network.assert_same_state(&[0, 1, 2, 3]);
        assert_all_applied(&network, victim, &acknowledged);
    }
}

#[test]
fn killing_all_validators_in_the_middle_of_work_loses_nothing_acknowledged() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let processes: Vec<u32> = (0..4).map(|index| network.process(index)).collect();
    let acknowledged = stream_of_transfers(&network, 0, &from, &to, || {
        processes.iter().for_each(|process| signal("KILL", *process));
    });
    assert!(!acknowledged.is_empty() && acknowledged.len() < SENDERS * TRANSFERS, "{}", acknowledged.len());
    network.devnet = None;
    network.start_again();
    let height = (0..4).map(|index| network.height(index)).max().expect("four");
    for index in 0..4 {
        network.wait_for_height(index, height);
        assert_all_applied(&network, index, &acknowledged);
        assert_eq!(balance(&network, index, &from) + balance(&network, index, &to), 1000);
    }
    network.assert_same_state(&[0, 1, 2, 3]);
}

fn assert_all_applied(network: &Network, node: usize, acknowledged: &[TransactionId]) {
    for id in acknowledged {
        let status = network.client(node).transaction(id).expect("an acknowledged transfer is there");
        assert!(is_applied(&status), "{id} on node {node}");
    }
}
