use std::collections::BTreeMap;

use lojal_network::{Command, Multiaddr};

use super::*;
use crate::clock::Clock;
use crate::fixture::{genesis, peer, state, validators};
use crate::outlook::Outlook;

#[tokio::test(start_paused = true)]
async fn those_that_the_operator_names_are_let_in_at_the_start_and_nobody_is_a_guest_who_has_a_part() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = lojal_store::open(dir.path(), &genesis(3_000), lojal_store::Options::default()).expect("new").store;
    let (network, mut commands) = Network::without_swarm(peer(9));
    let address: Multiaddr = "/ip4/192.0.2.1/tcp/1".parse().expect("an address");
    let addresses = Addresses { given: BTreeMap::from([(peer(7), address.clone())]), ..Addresses::default() };
    let outlooks = Outlooks::default();
    let (mempool, _outbox) = Mempool::start(state(), store.pages(), Clock::System, Workers::Tasks);
    let (onward, _handed_on) = mpsc::channel(1);
    let known = (Progress::default(), Workers::Tasks);
    let membership = Membership::new(network, store, known, addresses, outlooks.clone(), (mempool, onward));
    membership.follow().await.expect("the store can be read");
    let allowed = |commands: &mut tokio::sync::mpsc::Receiver<Command>| {
        let mut allowed = BTreeSet::new();
        while let Ok(command) = commands.try_recv() {
            match command {
                Command::Allow(peer) => {
                    allowed.insert(peer.id);
                }
                Command::Guests(guests) => assert!(guests.is_empty()),
                _ => {}
            }
        }
        allowed
    };
    assert_eq!(allowed(&mut commands), (0..4).chain([7]).map(peer).collect());
    assert_eq!(membership.own(), (None, None));
    outlooks.set(Outlook { height: Height::new(5), validators: validators(6), removed: None });
    membership.follow().await.expect("the store can be read");
    assert_eq!(allowed(&mut commands), [4, 5].map(peer).into());
}
