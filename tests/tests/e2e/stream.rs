//! A stream of transfers that goes on while a test disturbs the network.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use lojal_client::Client;
use lojal_types::{Height, TransactionId};

use crate::network::Network;
use crate::programs::{POLL, eventually};
use crate::wallet::{Signer, balance, is_applied, issue, transfer};

/// The points that the sender of a stream starts with.
pub const FUNDS: u64 = 100_000;

/// A member with points and one without, known to all gateways.
pub fn two_members(network: &Network) -> (Signer, Signer) {
    let (operator, from) = (Signer::of(network, "nordmat"), Signer::of(network, "member-1"));
    let status = network.client(0).submit(&operator.sign(1, issue(from.address(), FUNDS, "salary")), true);
    assert!(is_applied(&status.expect("a running gateway")));
    (1..4).for_each(|node| network.wait_for_height(node, network.height(0)));
    (from, Signer::of(network, "member-2"))
}

/// Transfers of one point each, one sender per gateway, until it is told to stop.
pub struct Stream {
    acknowledged: Mutex<Vec<TransactionId>>,
    answers: AtomicU64,
    is_stopped: AtomicBool,
}

impl Stream {
    /// Sends while `disturb` runs; answers with the transfers that were acknowledged as applied and final.
    pub fn during(
        clients: &[Client],
        (from, to): (&Signer, &Signer),
        disturb: impl FnOnce(&Self),
    ) -> Vec<TransactionId> {
        static NONCES: AtomicU64 = AtomicU64::new(1_000);
        let stream =
            Self { acknowledged: Mutex::default(), answers: AtomicU64::new(0), is_stopped: AtomicBool::new(false) };
        std::thread::scope(|scope| {
            for client in clients {
                let stream = &stream;
                scope.spawn(move || {
                    while !stream.is_stopped.load(Ordering::Relaxed) {
                        let nonce = NONCES.fetch_add(1, Ordering::Relaxed);
                        let signed = from.sign(nonce, transfer(from.address(), to.address(), 1));
                        stream.note(client.submit(&signed, true).ok());
                    }
                });
            }
            let stop = StopOnDrop(&stream);
            disturb(&stream);
            drop(stop);
        });
        stream.acknowledged.into_inner().expect("nobody panics while holding it")
    }

    fn note(&self, answer: Option<lojal_types::api::TransactionStatus>) {
        match answer.filter(is_applied) {
            Some(status) => {
                self.acknowledged.lock().expect("nobody panics while holding it").push(status.id);
                self.answers.fetch_add(1, Ordering::Relaxed);
            }
            // A gateway that is gone has promised nothing; it may come back.
            None => std::thread::park_timeout(POLL),
        }
    }

    /// Waits until so many more transfers have been acknowledged.
    #[track_caller]
    pub fn wait_for(&self, more: u64) {
        let wanted = self.answers.load(Ordering::Relaxed) + more;
        eventually("acknowledged transfers", || (self.answers.load(Ordering::Relaxed) >= wanted).then_some(()));
    }
}

/// Stops the senders also when the test has failed, or nobody would ever hear of it.
struct StopOnDrop<'a>(&'a Stream);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.is_stopped.store(true, Ordering::Relaxed);
    }
}

/// Asserts that transfers are final on a validator: all that somebody was told, and nothing else that moves points.
#[track_caller]
pub fn assert_kept(network: &Network, node: usize, (from, to): (&Signer, &Signer), acknowledged: &[TransactionId]) {
    for id in acknowledged {
        let status = network.client(node).transaction(id).expect("an acknowledged transfer is there");
        assert!(is_applied(&status), "{id} on node {node}: {status:?}");
    }
    let (sent, received) = (balance(network, node, from), balance(network, node, to));
    assert_eq!(sent + received, FUNDS);
    assert!(received >= acknowledged.len() as u64, "{received} of {}", acknowledged.len());
}

/// Waits until all validators have the same, and asserts that nothing acknowledged is lost anywhere.
#[track_caller]
pub fn assert_kept_everywhere(
    network: &Network,
    members: (&Signer, &Signer),
    acknowledged: &[TransactionId],
) -> Height {
    let height = network.catch_up(&[0, 1, 2, 3]);
    (0..4).for_each(|node| assert_kept(network, node, members, acknowledged));
    height
}
