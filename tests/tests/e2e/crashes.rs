//! Validators that are killed in the middle of work.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lojal_client::Client;
use lojal_types::TransactionId;

use crate::network::Network;
use crate::programs::eventually;
use crate::wallet::{Signer, balance, is_applied, issue, transfer};

const SENDERS: usize = 4;
const TRANSFERS: usize = 30;

/// Sends transfers of one point each through all gateways at once and answers with those that were acknowledged as
/// final. `disturb` happens in the middle.
fn stream_of_transfers(network: &Network, from: &Signer, to: &Signer, disturb: impl FnOnce()) -> Vec<TransactionId> {
    let (acknowledged, done) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let clients: Vec<Client> = (0..SENDERS).map(|node| network.client(node)).collect();
    std::thread::scope(|scope| {
        for (sender, client) in clients.iter().enumerate() {
            let (acknowledged, done) = (&acknowledged, &done);
            scope.spawn(move || {
                for number in 0..TRANSFERS {
                    let nonce = (sender * TRANSFERS + number) as u64;
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
fn killing_one_validator_loses_no_acknowledged_transfer_and_it_catches_up() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let victim = 1;
    let process = network.take_process(victim);
    let acknowledged = stream_of_transfers(&network, &from, &to, || crate::programs::signal("KILL", process));
    assert!(acknowledged.len() >= (SENDERS - 1) * TRANSFERS, "the other three go on: {}", acknowledged.len());

    for client in [0, 2, 3].map(|index| network.client(index)) {
        for id in &acknowledged {
            assert!(is_applied(&client.transaction(id).expect("an acknowledged transfer is there")), "{id}");
        }
    }
    let (sent, received) = (balance(&network, 0, &from), balance(&network, 0, &to));
    assert_eq!(sent + received, 1000);
    assert!(received >= acknowledged.len() as u64);

    network.revive(victim);
    network.wait_for_height(victim, network.height(0));
    network.assert_same_state(&[0, 1, 2, 3]);
    for id in &acknowledged {
        assert!(is_applied(&network.client(victim).transaction(id).expect("caught up")), "{id}");
    }
}

#[test]
fn killing_all_validators_at_once_loses_nothing() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let acknowledged = stream_of_transfers(&network, &from, &to, || ());
    assert_eq!(acknowledged.len(), SENDERS * TRANSFERS);
    let height = network.height(0);
    for index in 0..4 {
        network.kill(index);
    }
    network.devnet = None;
    network.start_again();
    for index in 0..4 {
        network.wait_for_height(index, height);
        for id in &acknowledged {
            assert!(is_applied(&network.client(index).transaction(id).expect("still there")), "{id}");
        }
        assert_eq!(balance(&network, index, &to), (SENDERS * TRANSFERS) as u64);
    }
    network.assert_same_state(&[0, 1, 2, 3]);
}
