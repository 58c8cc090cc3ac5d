//! Followers: nodes without a vote, which have every block, serve it, and hand in what their clients submit.

use std::fs;
use std::path::PathBuf;

use lojal_client::{Client, ClientError};
use lojal_types::Code;
use lojal_types::api::NodeRole;

use crate::network::{Network, metric_at};
use crate::newcomer::{Newcomer, vote};
use crate::programs::{Running, eventually, program, run};
use crate::wallet::{Signer, code_of, is_applied, issue, redeem, transfer};

const GOVERNORS: [&str; 3] = ["nordmat", "fjallen", "havshotell"];
/// The validators, with their places among the ports.
const VALIDATORS: [(&str, u16); 4] = [("nordmat", 0), ("fjallen", 1), ("havshotell", 2), ("kaffet", 3)];

/// The motion that lets a node follow, as its own program prints it, with or without the address where others reach it.
fn card(network: &Network, follower: &Newcomer, name: &str, is_reachable: bool) -> PathBuf {
    let mut card = program("lojal-node");
    card.arg("card").arg("--dir").arg(&follower.dir).args(["--follower", name, "--sponsor", "nordmat"]);
    if is_reachable {
        card.args(["--endpoint", &follower.endpoint(network)]);
    }
    let path = network.scratch().join(format!("{name}.toml"));
    fs::write(&path, run(&mut card).success()).expect("a directory of the test's own");
    path
}

/// A follower that a vote has let in, and that has caught up.
fn follow(network: &Network, motion: &str) -> (Newcomer, Running) {
    let follower = Newcomer::init_follower(network, 4);
    follower.know(network, &VALIDATORS);
    vote(network, motion, &card(network, &follower, "gateway", false), &GOVERNORS);
    let running = follower.start();
    eventually("the follower has caught up", || follower.client().ready().ok());
    (follower, running)
}

/// Waits until two nodes have the same last block, and asserts that they answer the same about it and about accounts.
fn assert_same_answers(network: &Network, follower: &Newcomer, accounts: &[&Signer]) {
    let height = network.height(0);
    let (here, there) = (follower.client(), network.client(0));
    eventually("the follower's height", || (here.status().ok()?.height >= height).then_some(()));
    let both: [&Client; 2] = [&here, &there];
    // Certificates of one block differ between nodes.
    let [one, other] = both.map(|client| client.light_block(Some(height)).expect("both have it").header);
    assert_eq!(one, other);
    let [one, other] = both.map(|client| client.validators().expect("a running gateway"));
    assert_eq!((one.validators, one.followers), (other.validators, other.followers));
    for signer in accounts {
        let address = signer.address().to_text(signer.genesis().network());
        let [one, other] = both.map(|client| {
            signer.read_with(client);
            client.account(&address).expect("a running gateway").balances
        });
        assert_eq!(one, other);
    }
}

#[test]
fn a_follower_starts_empty_answers_what_validators_answer_hands_in_goes_on_and_says_when_it_is_removed() {
    let mut network = Network::start();
    let [brand, member] = ["nordmat", "member-1"].map(|name| Signer::of(&network, name));
    for number in 0..20 {
        let signed = brand.sign(number, issue(member.address(), 10, &format!("before {number}")));
        assert!(is_applied(&network.client(0).submit(&signed, true).expect("a validator takes it")));
    }
    let (follower, mut running) = follow(&network, "1");
    let client = follower.client();
    assert_eq!(client.status().expect("a running gateway").role, NodeRole::Follower);
    let followers = client.validators().expect("a running gateway").followers;
    assert_eq!(followers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["gateway"]);
    let mut check = program("lojal-node");
    check.arg("check").arg("--dir").arg(&follower.dir).args(["--gateway", &network.url(0)]);
    let checked = run(&mut check).stdout;
    assert!(checked.contains("ok     seat: gateway follows on the ledger after block"), "{checked}");
    assert_same_answers(&network, &follower, &[&brand, &member]);

    // What it takes becomes final, and what would fail is refused at once.
    let signed = member.sign(1, transfer(member.address(), brand.address(), 5));
    assert!(is_applied(&client.submit(&signed, true).expect("it hands it in")));
    let too_much = member.sign(2, redeem(member.address(), 1_000_000));
    assert_eq!(code_of(client.submit(&too_much, true)), Code::InsufficientPoints);
    assert_same_answers(&network, &follower, &[&brand, &member]);

    // It goes on when all validators have been away.
    network.kill_all();
    network.start_again();
    let again = member.sign(3, transfer(member.address(), brand.address(), 5));
    let is_final = || client.submit(&again, true).ok().filter(is_applied);
    eventually("what it takes after that becomes final", is_final);
    assert_same_answers(&network, &follower, &[&brand, &member]);

    let removal = network.scratch().join("removal.toml");
    fs::write(&removal, "[[actions]]\ntype = \"disallow_follower\"\nname = \"gateway\"\n").expect("writable");
    vote(&network, "2", &removal, &GOVERNORS);
    let line = |line: &str| line.contains("this node was removed from the network by its governors").then_some(());
    running.line("what has become of it", line);
    let told = || match client.ready() {
        Err(ClientError::Problem(problem)) => problem.detail.contains("removed from the network").then_some(()),
        _ => None,
    };
    eventually("its gateway says so", told);
    let late = member.sign(4, transfer(member.address(), brand.address(), 5));
    assert!(client.submit(&late, false).is_err_and(|error| error.is_problem("not_validator")));
    assert!(running.interrupt().success(), "SIGINT is no failure");

    // Started again it still knows what has become of it, by its blocks.
    let mut again = follower.start();
    let reason = "this node was removed from the network by its governors";
    let line = |line: &str| line.contains(reason).then(|| line.contains("motion=2"));
    assert!(again.line("what has become of it", line), "the log names the motion");
    eventually("its gateway says so again", told);
    assert!(again.interrupt().success(), "SIGINT is no failure");
}

#[test]
fn what_a_follower_takes_becomes_final_while_validators_are_killed_one_after_the_other() {
    let mut network = Network::start();
    let [brand, member] = ["nordmat", "member-1"].map(|name| Signer::of(&network, name));
    let (follower, _running) = follow(&network, "1");
    let client = follower.client();
    for (round, victim) in (0_u64..).zip([0, 1, 2, 3]) {
        for number in 0..10 {
            if number == 5 {
                network.kill(victim);
            }
            let signed = brand.sign(number, issue(member.address(), 1, &format!("{round} {number}")));
            // Its client asks again until it has an outcome: it may be pending when its time is up.
            let answer = eventually("a definite answer", || {
                let answer = client.submit(&signed, true);
                answer.ok().filter(is_applied)
            });
            assert!(is_applied(&answer));
        }
        network.revive(victim);
    }
    network.catch_up(&[0, 1, 2, 3]);
    assert_same_answers(&network, &follower, &[&brand, &member]);
    assert_eq!(crate::wallet::balance(&network, 0, &member), 40);
}

#[test]
fn followers_that_others_can_reach_get_blocks_of_each_other() {
    let network = Network::start();
    let followers: Vec<Newcomer> = (4..7).map(|index| Newcomer::init_follower(&network, index)).collect();
    let admins: Vec<String> = followers.iter().map(|follower| follower.serve_own(&network)).collect();
    let mut motion = String::new();
    for (number, follower) in followers.iter().enumerate() {
        follower.know(&network, &VALIDATORS);
        let name = format!("gateway {number}");
        motion += &fs::read_to_string(card(&network, follower, &name, true)).expect("it was written");
    }
    let all = network.scratch().join("all.toml");
    fs::write(&all, motion).expect("a directory of the test's own");
    vote(&network, "1", &all, &GOVERNORS);
    let _running: Vec<Running> = followers.iter().map(Newcomer::start).collect();
    for follower in &followers {
        eventually("the follower has caught up", || follower.client().ready().ok());
    }
    let [brand, member] = ["nordmat", "member-1"].map(|name| Signer::of(&network, name));
    let mut number = 0;
    eventually("a follower that gives others blocks", || {
        number += 1;
        let signed = brand.sign(number, issue(member.address(), 1, &format!("gift {number}")));
        assert!(is_applied(&followers[0].client().submit(&signed, true).expect("it hands it in")));
        let given = admins.iter().map(|admin| metric_at(admin, "lojal_sync_blocks_served_total").unwrap_or(0.0));
        (given.sum::<f64>() >= 20.0).then_some(())
    });
    for follower in &followers {
        assert_same_answers(&network, follower, &[&brand, &member]);
    }
}

#[test]
fn a_node_that_nobody_has_let_in_says_what_its_operator_can_do() {
    let network = Network::start();
    let follower = Newcomer::init_follower(&network, 4);
    follower.know(&network, &VALIDATORS);
    let mut running = follower.start();
    running.line("what is missing", |line| line.contains("lojal-node card prints the motion").then_some(()));
    let told =
        || follower.client().ready().err().filter(|error| error.to_string().contains("has no part on the network"));
    eventually("its gateway says so", told);
    let mut check = program("lojal-node");
    check.arg("check").arg("--dir").arg(&follower.dir).args(["--gateway", &network.url(0)]);
    let checked = run(&mut check).stdout;
    assert!(checked.contains("card --follower NAME --sponsor VALIDATOR"), "{checked}");
    assert!(running.interrupt().success(), "SIGINT is no failure");
}
