//! Validators that were away while others were replaced or they themselves were removed: they find back, or learn what
//! has become of them, and their gateways say so.

use std::fs;

use lojal_client::{Client, ClientError};
use lojal_types::MotionId;
use lojal_types::api::Problem;

use crate::network::Network;
use crate::newcomer::{Newcomer, vote};
use crate::programs::{Running, eventually};
use crate::wallet::{Signer, done, is_applied, issue};

/// The validator that is away, and its place.
const AWAY: (&str, usize) = ("kaffet", 3);
/// The others, in the order in which they are replaced.
const OTHERS: [&str; 3] = ["nordmat", "fjallen", "havshotell"];

/// The reason that a gateway gives for not being ready.
fn reason(client: &Client) -> Option<String> {
    problem(client.ready()).map(|problem| problem.detail)
}

fn problem<T>(answer: Result<T, ClientError>) -> Option<Problem> {
    match answer {
        Err(ClientError::Problem(problem)) => Some(*problem),
        _ => None,
    }
}

#[test]
fn a_validator_that_was_removed_while_it_was_away_learns_it_and_takes_no_transactions_that_nobody_would_get() {
    let mut network = Network::start();
    network.kill(AWAY.1);
    let removal = network.scratch().join("removal.toml");
    fs::write(&removal, format!("[[actions]]\ntype = \"remove_validator\"\nname = \"{}\"\n", AWAY.0))
        .expect("a directory of the test's own");
    vote(&network, "1", &removal, &OTHERS);
    network.catch_up(&[0, 1, 2]);

    let mut removed = Running::start(&mut network.command(AWAY.1));
    let line = |line: &str| line.contains("removed from the network by its governors while it was away").then_some(());
    removed.line("what has become of it", line);
    let client = network.client(AWAY.1);
    let told = |client: &Client| reason(client).filter(|reason| reason.contains("removed from the network"));
    eventually("its gateway says so", || told(&client));
    let signer = Signer::of(&network, "nordmat");
    let signed = signer.sign(1, issue(signer.address(), 1, "R-1"));
    let refusal = problem(client.submit(&signed, false)).expect("nobody would get it");
    assert_eq!(refusal.code, "not_validator");
    assert!(is_applied(&network.client(0).submit(&signed, true).expect("a validator takes it")));
    assert!(removed.interrupt().success(), "SIGINT is no failure");
}

#[test]
fn a_validator_that_was_away_while_all_others_were_replaced_finds_back_by_one_that_is_named_and_is_needed() {
    let mut network = Network::start();
    network.kill(AWAY.1);
    let mut places = [("nordmat", 0), ("fjallen", 1), ("havshotell", 2), ("kaffet", 3)];
    let mut newcomers = Vec::new();
    for (number, name) in (0_u16..).zip(OTHERS) {
        let newcomer = Newcomer::init(&network, name, 4 + number);
        newcomer.know(&network, &places);
        newcomers.push(replace(&mut network, newcomer, usize::from(number)));
        places[usize::from(number)].1 = 4 + number;
    }

    let mut stale = Running::start(&mut network.command(AWAY.1));
    let client = network.client(AWAY.1);
    let alone = |client: &Client| reason(client).filter(|reason| reason.contains("no other node answers"));
    eventually("it says that nobody answers", || alone(&client));
    stale.line("what its operator may do", |line| line.contains("--peer ADDRESS/p2p/ID").then_some(()));
    assert!(stale.interrupt().success(), "SIGINT is no failure");

    let (named, _) = &newcomers[0];
    let validators = named.client().validators().expect("a running gateway").validators;
    let key = validators.iter().find(|one| one.name.as_str() == OTHERS[0]).expect("it validates").network_key;
    let peer = format!("/dns4/localhost/tcp/{}/p2p/{key}", network.peer_port(4));
    let _back = Running::start(network.command(AWAY.1).args(["--peer", &peer]));
    eventually("it is level with the others", || client.ready().ok());

    // Without one of those who came, nothing is final but with its vote.
    newcomers.pop();
    let signer = Signer::of(&network, "nordmat");
    let signed = signer.sign(2, issue(signer.address(), 1, "R-2"));
    eventually("a block with its vote", || is_applied(&client.submit(&signed, true).ok()?).then_some(()));
}

/// Gives the validator of a newcomer's name its keys, and ends the node that had them before.
fn replace(network: &mut Network, newcomer: Newcomer, before: usize) -> (Newcomer, Running) {
    let motion = (before + 1).to_string();
    let card = newcomer.card(network, None);
    let running = newcomer.start();
    let card = card.to_str().expect("UTF-8");
    let gateway = network.url(2);
    done(network, OTHERS[0], &["--gateway", &gateway, "govern", "propose", "--actions", card, "--yes"]);
    for governor in &OTHERS[1..] {
        done(network, governor, &["--gateway", &gateway, "govern", "approve", &motion, "--yes"]);
    }
    let number = MotionId::new(before as u64 + 1);
    eventually("the node's sign of life", || newcomer.client().readiness(number).ok());
    let activate = ["--gateway", &gateway, "govern", "activate", &motion, "--node", &newcomer.gateway, "--yes"];
    done(network, OTHERS[0], &activate);
    network.kill(before);
    (newcomer, running)
}
