//! Clocks that jump. A process gets a clock of its own by `libfaketime`, where that is installed; elsewhere these tests
//! are skipped, and the simulator is what covers clocks.

use std::fs;
use std::path::PathBuf;

use crate::network::Network;
use crate::programs::{eventually, tell};
use crate::stream::{Stream, assert_kept_everywhere, two_members};

/// The variable with the place of the library, if it isn't where Debian, Fedora and Arch put it.
const LIBRARY_VARIABLE: &str = "LOJAL_TEST_FAKETIME";
const LIBRARIES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib64/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];
const HOUR: &str = "3600";

/// The library, where it is installed.
pub fn library(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os(LIBRARY_VARIABLE).map(PathBuf::from);
    let library = named.into_iter().chain(LIBRARIES.map(PathBuf::from)).find(|path| path.exists());
    if library.is_none() {
        tell(&format!("skipped {test}: libfaketime isn't installed (or set {LIBRARY_VARIABLE} to its path)"));
    }
    library
}

/// A validator whose clock a file sets.
struct Clock(PathBuf);

impl Clock {
    /// Restarts a validator under a clock of its own, which is right at first.
    fn take_over(network: &mut Network, node: usize, library: &PathBuf) -> Self {
        let clock = Self(network.scratch().join(format!("clock-{node}")));
        clock.jump("+0");
        network.stop(node);
        let mut command = network.command(node);
        command
            .env("LD_PRELOAD", library)
            .env("FAKETIME_TIMESTAMP_FILE", &clock.0)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        network.revive_with(node, &mut command);
        network.wait_until_ready(node);
        clock
    }
    /// Sets how far it is off, in seconds.
    fn jump(&self, offset: &str) {
        // Renamed into its place, so that it is never read half written.
        let new = self.0.with_extension("new");
        fs::write(&new, format!("{offset}\n")).expect("a directory of ours");
        fs::rename(new, &self.0).expect("a file of ours");
    }
}

#[test]
fn a_validator_whose_clock_jumps_by_an_hour_stops_nobody_and_is_right_again_with_its_clock() {
    let name = "a_validator_whose_clock_jumps_by_an_hour_stops_nobody_and_is_right_again_with_its_clock";
    let Some(library) = library(name) else { return };
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clock = Clock::take_over(&mut network, 3, &library);
    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        for sign in ["+", "-"] {
            let height = network.height(0);
            clock.jump(&format!("{sign}{HOUR}"));
            stream.wait_for(60);
            // The ledger's time is the others': nobody follows the one that is off.
            let status = network.client(0).status().expect("a running gateway");
            let now = crate::wallet::now();
            assert!(status.time_ms < now.plus_ms(10_000) && status.time_ms.plus_ms(60_000) > now, "{status:?}");
            assert!(status.height > height);
            clock.jump("+0");
            network.wait_for_height(3, network.height(0));
        }
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn two_clocks_that_are_an_hour_behind_cost_rounds_but_nothing_goes_wrong() {
    let name = "two_clocks_that_are_an_hour_behind_cost_rounds_but_nothing_goes_wrong";
    let Some(library) = library(name) else { return };
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let clocks = [2, 3].map(|node| Clock::take_over(&mut network, node, &library));
    let clients: Vec<_> = (0..2).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(20);
        let before = network.client(0).status().expect("a running gateway").time_ms;
        clocks.iter().for_each(|clock| clock.jump(&format!("-{HOUR}")));
        let failed = || network.metric(0, "lojal_rounds_failed_total");
        let failed_before = failed().expect("a running gateway");
        // These two have no vote for blocks of an hour ahead of them.
        eventually("rounds that fail", || failed().filter(|count| *count > failed_before + 2.0));
        clocks.iter().for_each(|clock| clock.jump("+0"));
        stream.wait_for(20);
        let after = network.client(0).status().expect("a running gateway").time_ms;
        assert!(after > before, "the ledger's time never goes back");
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn a_network_whose_clocks_are_all_set_back_says_that_it_stands_still() {
    let name = "a_network_whose_clocks_are_all_set_back_says_that_it_stands_still";
    let Some(library) = library(name) else { return };
    let mut network = Network::start();
    let clocks = [0, 1, 2, 3].map(|node| Clock::take_over(&mut network, node, &library));
    clocks.iter().for_each(|clock| clock.jump(&format!("-{HOUR}")));
    for node in 0..4 {
        let is_alarming = || {
            let (age, ready) = (network.metric(node, "lojal_block_age_seconds")?, network.metric(node, "lojal_ready")?);
            (age > 9.0 && ready == 0.0).then_some(())
        };
        eventually("metrics that tell of the halt", is_alarming);
        assert!(network.client(node).ready().is_err());
    }
    clocks.iter().for_each(|clock| clock.jump("+0"));
    (0..4).for_each(|node| network.wait_until_ready(node));
}
