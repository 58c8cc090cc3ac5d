//! Hostile clients of a gateway: slow ones, many at once, floods, bodies without an end, answers that nobody reads.
//!
//! One validator is stopped meanwhile, so that nothing becomes final without the vote of the attacked one.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use lojal_client::Client;
use lojal_types::Signature;
use lojal_types::api::{TransactionState, TransactionStatus};

use super::{endure, garbage, hold, pour, sockets};
use crate::network::Network;
use crate::programs::{eventually, program, run, signal};
use crate::stream::{Stream, assert_kept_everywhere, two_members};
use crate::wallet::{Signer, transfer};

/// More connections than a gateway serves at once.
const CONNECTIONS: usize = 2_000;
const HEAD: &[u8] = b"GET /v1/status HTTP/1.1\r\nHost: gateway\r\nX-Patience: yes, yes, yes, yes, yes";

fn gateway_address(network: &Network) -> SocketAddr {
    network.url(0).trim_start_matches("http://").parse().expect("an address of this machine")
}

/// A validator under a limit of open files, which `ulimit` sets.
fn with_open_files(network: &Network, node: usize, limit: &str) -> Command {
    let mut command = Command::new("sh");
    let node_program = program("lojal-node");
    command.args(["-c", &format!("ulimit {limit}; exec \"$0\" run --dir \"$1\"")]);
    command.arg(node_program.get_program()).arg(network.node_dir(node));
    command
}

#[test]
fn a_gateway_full_of_slow_clients_serves_again_when_they_are_gone_and_consensus_never_notices() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    // The usual limit of a login shell, which these clients alone would use up.
    network.stop(0);
    let command = &mut with_open_files(&network, 0, "-Sn 1024");
    network.revive_with(0, command);
    network.wait_until_ready(0);
    let (address, connections) = (gateway_address(&network), sockets(CONNECTIONS));
    let clients: Vec<_> = [1, 2].map(|node| network.client(node)).into();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        signal("STOP", network.process(3));
        let slow = |is_over: &AtomicBool| hold(address, connections, HEAD, is_over);
        endure(&format!("{connections} slow clients of a gateway"), &network, 0, stream, &[&slow]);
        eventually("the gateway to serve again", || network.client(0).status().ok());
        signal("CONT", network.process(3));
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn a_system_that_allows_too_few_open_files_is_told_before_anything_can_go_wrong() {
    let mut network = Network::start();
    network.stop(3);
    let output = run(&mut with_open_files(&network, 3, "-n 512"));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.contains("this system lets the node open 512 files"), "{output:?}");
}

/// Submits what is refused, as fast as the gateway answers.
fn submit_hopeless(client: &Client, (from, to): (&Signer, &Signer), is_over: &AtomicBool) {
    let forge = |nonce| {
        let mut forged = from.sign(nonce, transfer(from.address(), to.address(), 1));
        forged.signature = Signature::new([7; 64]);
        forged
    };
    // One half isn't signed by anybody, the other half by somebody without points.
    let penniless = |nonce| to.sign(nonce, transfer(to.address(), from.address(), 90_000));
    let batch: Vec<_> = (0..500).flat_map(|nonce| [forge(nonce), penniless(nonce)]).collect();
    while !is_over.load(Ordering::Relaxed) {
        // A gateway that is busy refuses as well.
        if let Ok(answer) = client.submit_batch(&batch, true) {
            let refused = |status: &TransactionStatus| matches!(status.state, TransactionState::Refused { .. });
            assert!(answer.transactions.iter().all(refused), "nothing of it is accepted");
        }
    }
}

#[test]
fn floods_of_hopeless_submissions_endless_bodies_and_unread_answers_leave_memory_and_consensus_alone() {
    let network = Network::start();
    let (from, to) = two_members(&network);
    let address = gateway_address(&network);
    let clients: Vec<_> = [1, 2].map(|node| network.client(node)).into();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        signal("STOP", network.process(3));
        let attacked = network.client(0);
        let hopeless = |is_over: &AtomicBool| submit_hopeless(&attacked, (&from, &to), is_over);
        let endless = |is_over: &AtomicBool| {
            let head = b"POST /v1/transactions/batch HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\
                         Content-Type: application/octet-stream\r\n\r\n";
            let chunk = |piece| [b"10000\r\n".as_slice(), &garbage(piece, 0x10000), b"\r\n"].concat();
            let first = |piece: u64| piece % 64 == 1;
            let next = |piece| if first(piece) { [head.as_slice(), &chunk(piece)].concat() } else { chunk(piece) };
            pour(address, next, is_over);
        };
        let huge = |is_over: &AtomicBool| {
            let head = b"POST /v1/transactions HTTP/1.1\r\nHost: g\r\nContent-Length: 1000000000\r\n\r\n";
            pour(address, |piece| [head.as_slice(), &garbage(piece, 1 << 16)].concat(), is_over);
        };
        let pipelining = |is_over: &AtomicBool| {
            let questions = b"GET /v1/blocks/latest HTTP/1.1\r\nHost: g\r\n\r\n".repeat(1_000);
            pour(address, |_| questions.clone(), is_over);
        };
        let babbling = |is_over: &AtomicBool| pour(address, |piece| garbage(piece, 1 << 16), is_over);
        let attackers: [super::Attacker<'_>; 6] = [&hopeless, &hopeless, &endless, &huge, &pipelining, &babbling];
        endure("floods at a gateway", &network, 0, stream, &attackers);
        eventually("the gateway to serve again", || network.client(0).status().ok());
        signal("CONT", network.process(3));
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}
