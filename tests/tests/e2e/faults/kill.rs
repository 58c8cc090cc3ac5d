//! `kill -9` at moments that nobody chose.

use std::time::Duration;

use lojal_model::Random;

use crate::network::Network;
use crate::stream::{Stream, assert_kept_everywhere, two_members};

const SEED: u64 = 0x10ca1;
const ROUNDS: u64 = 6;

/// Moments that look random and are the same in every run.
struct Moments(Random);

impl Moments {
    /// Lets some milliseconds pass: a moment that no condition names is what these tests are about.
    fn pass(&mut self, ms_max: u64) {
        std::thread::park_timeout(Duration::from_millis(self.0.below(ms_max)));
    }
    fn validator(&mut self) -> usize {
        usize::try_from(self.0.below(4)).expect("less than four")
    }
}

#[test]
fn validators_killed_at_random_moments_of_work_and_of_starting_lose_nothing_acknowledged() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let mut moments = Moments(Random::new(SEED));
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        for round in 0..ROUNDS {
            stream.wait_for(moments.0.below(20));
            moments.pass(100);
            let victim = moments.validator();
            network.kill(victim);
            // Every other round it is killed again while it opens its store, or catches up.
            if round % 2 == 0 {
                let again = &mut network.command(victim);
                network.revive_with(victim, again);
                moments.pass(1_500);
                network.kill(victim);
            }
            // And in some a second one, so that nobody is answered until one of them is back.
            let second = (victim + 1) % 4;
            if round % 3 == 2 {
                network.kill(second);
                network.revive(second);
            }
            network.revive(victim);
        }
        stream.wait_for(20);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn all_validators_killed_twice_in_a_row_within_a_start_go_on_from_the_same_block() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clients: Vec<_> = (0..4).map(|node| network.client(node)).collect();
    let mut moments = Moments(Random::new(SEED + 1));
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(30);
        network.kill_all();
        for node in 0..4 {
            let again = &mut network.command(node);
            network.revive_with(node, again);
        }
        moments.pass(2_000);
        network.kill_all();
        network.start_again();
        stream.wait_for(30);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}
