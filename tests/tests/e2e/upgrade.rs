//! A network that goes over to the next version of the protocol, with one node whose program is too old for it.

use lojal_types::governance::digest_of;
use lojal_types::{Action, Approve, Bounded, Height, MotionId, Operation, Propose, ScheduleVersion};

use crate::network::Network;
use crate::programme::{LEVEL, begin_track};
use crate::programs::{eventually, program, run};
use crate::wallet::{Signer, balance, done, is_applied, issue, transfer, wallet};

/// The node with the old program.
const OLD: usize = 3;
/// The blocks between the motion and the version: the lead that it needs, and those in which it is voted on.
const BLOCKS: u64 = 100 + 40;
/// The number of points that there are.
const POINTS: u64 = 10_000;

fn submit(network: &Network, signer: &Signer, nonce: u64, operation: Operation) {
    let status = network.client(0).submit(&signer.sign(nonce, operation), true).expect("a running gateway");
    assert!(is_applied(&status), "{status:?}");
}

/// Has three of four validators schedule version 2; its first block.
fn schedule(network: &Network) -> Height {
    let governors = ["nordmat", "fjallen", "havshotell"].map(|name| Signer::of(network, name));
    let height = Height::new(network.height(0).get() + BLOCKS);
    let actions = Bounded::from([Action::ScheduleVersion(ScheduleVersion { version: 2, height })]);
    let digest = digest_of(&governors[0].genesis().chain_id(), &actions);
    submit(network, &governors[0], 100, Operation::Propose(Propose { actions }));
    let approve = || Operation::Approve(Approve { motion: MotionId::new(1), digest });
    submit(network, &governors[1], 100, approve());
    submit(network, &governors[2], 100, approve());
    height
}

fn start_old(network: &mut Network) {
    let mut command = network.command(OLD);
    network.revive_with(OLD, command.args(["--protocol-max", "1"]));
}

/// The old program ends by itself, and says what to do.
fn assert_ends(network: &mut Network, first: Height) {
    let (status, printed) = network.end_of(OLD);
    assert_eq!(status.code(), Some(3), "{printed}");
    let expected =
        format!("block {first} begins version 2 of the protocol, and this program knows none after version 1");
    assert!(printed.contains(&expected) && printed.contains("install a release"), "{printed}");
}

/// The operations of version 2 are refused in words.
fn assert_is_unknown(network: &Network) {
    let member = done(network, "member-1", &["address"]);
    let stamp = ["stamp", "fjallen", "1", member.trim(), "1", "--receipt", "early"];
    let refused = wallet(network, "fjallen", &stamp);
    assert_eq!(refused.status.code(), Some(1), "{refused:#?}");
    assert!(refused.stderr.contains("the version of the protocol that this network runs"), "{refused:#?}");
    let told = wallet(network, "fjallen", &[&stamp[..], &["--json"]].concat());
    assert!(told.stdout.contains("\"unknown_in_version\""), "{told:#?}");
    assert!(done(network, "member-1", &["standing"]).contains("no brand has ever stamped anything"));
    assert!(done(network, "fjallen", &["track", "list", "fjallen"]).contains("fjallen has no tracks"));
}

#[test]
fn a_network_goes_over_to_the_next_version_under_load_and_an_old_program_ends_before_it_and_is_replaced() {
    let mut network = Network::start_with(|document| {
        document.parameters.heartbeat_ms = 250;
        document.governance.version = 1;
    });
    network.stop(OLD);
    start_old(&mut network);
    network.wait_until_ready(OLD);
    assert_is_unknown(&network);
    let (anna, bo) = (Signer::of(&network, "member-1"), Signer::of(&network, "member-2"));
    submit(&network, &Signer::of(&network, "nordmat"), 1, issue(anna.address(), POINTS, "R-1"));
    let first = schedule(&network);
    let unknown = |node| network.metric(node, "lojal_protocol_unknown");
    eventually("the old program's warning", || (unknown(OLD)? > 0.0).then_some(()));
    assert_eq!(unknown(0), Some(0.0));
    assert_eq!(network.client(0).governance().expect("a running gateway").version, 1);

    let mut sent = 0;
    while network.height(0).get() < first.get() + 3 {
        sent += 1;
        submit(&network, &anna, sent, transfer(anna.address(), bo.address(), 1));
    }
    begin_track(&network, "fjallen", &[LEVEL]);
    assert_ends(&mut network, first);
    // Starting it again changes nothing.
    start_old(&mut network);
    assert_ends(&mut network, first);

    network.revive(OLD);
    network.catch_up(&[0, 1, 2, OLD]);
    submit(&network, &anna, sent + 1, transfer(anna.address(), bo.address(), 1));
    network.catch_up(&[0, 1, 2, OLD]);
    let client = network.client(OLD);
    let version = |height| client.block(height).expect("a block that it has").header.version;
    assert_eq!((version(Height::new(first.get() - 1)), version(first)), (1, 2));
    assert_eq!(client.governance().expect("a running gateway").version, 2);
    assert_eq!((balance(&network, OLD, &anna), balance(&network, OLD, &bo)), (POINTS - sent - 1, sent + 1));
    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis()).args(["--url", &network.url(OLD)]);
    run(audit.arg("--key").arg(network.auditor_key())).success();
}
