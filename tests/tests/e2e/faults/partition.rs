//! Links that are cut, slow or lossy, between validators on hosts of their own: network namespaces on a bridge.
//!
//! A link is cut in one direction by telling a host a wrong hardware address for its neighbour: what it sends there
//! vanishes without a word, as in a broken switch, and what comes from there still arrives.

use std::fs;
use std::process::{Command, Stdio};

use lojal_client::Client;
use lojal_types::TransactionId;
use lojal_types::api::TransactionState;

use crate::network::Network;
use crate::private::{is_inside, system};
use crate::programs::{eventually, program_dir, tell};
use crate::stream::{FUNDS, Stream, assert_kept_everywhere, two_members};
use crate::wallet::{Signer, balance, is_applied, transfer};

const HOSTS: usize = 4;
/// A network that has made no block for two heartbeats has stopped.
const SILENCE_S: f64 = 7.0;

fn address(host: usize) -> String {
    format!("10.77.0.{}", host + 1)
}

/// Tells whether this test can and should go on here, in namespaces of its own.
fn is_inside_hosts(test: &str) -> bool {
    let has_ip = Command::new("ip").arg("-V").stdout(Stdio::null()).status();
    if !has_ip.is_ok_and(|status| status.success()) {
        tell(&format!("skipped {test}: the program ip (iproute2) isn't installed"));
        return false;
    }
    is_inside(test, &["--net"])
}

/// A network whose validators run on hosts of their own. Everything vanishes with the namespace of the test.
fn network_of_hosts() -> Network {
    system("mount -t tmpfs tmpfs /run");
    system("ip link set lo up");
    system("ip link add br0 type bridge");
    system("ip addr add 10.77.0.254/24 dev br0");
    system("ip link set br0 up");
    let mut network = Network::start();
    assert!(network.devnet.take().expect("running").interrupt().success());
    for host in 0..HOSTS {
        system(&format!("ip netns add host{host}"));
        system(&format!("ip link add port{host} type veth peer name eth0 netns host{host}"));
        system(&format!("ip link set port{host} master br0 up"));
        system(&format!("ip -n host{host} addr add {}/24 dev eth0", address(host)));
        system(&format!("ip -n host{host} link set lo up"));
        system(&format!("ip -n host{host} link set eth0 up"));
        network.gateways[host] = format!("http://{}:7800", address(host));
        network.admins[host] = format!("http://{}:7801", address(host));
    }
    for host in 0..HOSTS {
        let path = network.node_dir(host).join("node.toml");
        let mut config = fs::read_to_string(&path).expect("the devnet made it");
        for (name, port) in [("gateway", 7800), ("admin", 7801)] {
            let line = config.lines().find(|line| line.starts_with(name)).expect("it has one").to_owned();
            config = config.replace(&line, &format!("{name} = \"{}:{port}\"", address(host)));
        }
        for peer in 0..HOSTS {
            let port = network.peer_port(u16::try_from(peer).expect("small"));
            let (old, new) = (format!("/ip4/127.0.0.1/tcp/{port}"), format!("/ip4/{}/tcp/7900", address(peer)));
            config = config.replace(&old, &new);
        }
        fs::write(&path, config).expect("a file of ours");
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &format!("host{host}")]).arg(program_dir().join("lojal-node"));
        network.revive_with(host, command.args(["run", "--dir"]).arg(network.node_dir(host)));
    }
    (0..HOSTS).for_each(|host| network.wait_until_ready(host));
    network
}

/// Lets vanish what one host sends to another.
fn cut(from: usize, to: usize) {
    let nobody = "lladdr 02:00:00:00:00:ff nud permanent";
    system(&format!("ip -n host{from} neigh replace {} {nobody} dev eth0", address(to)));
}

fn cut_between(some: &[usize], others: &[usize]) {
    for (one, other) in some.iter().flat_map(|one| others.iter().map(move |other| (*one, *other))) {
        cut(one, other);
        cut(other, one);
    }
}

fn heal() {
    (0..HOSTS).for_each(|host| system(&format!("ip -n host{host} neigh flush dev eth0 nud permanent")));
}

fn wait_for_silence(network: &Network, hosts: &[usize]) {
    for host in hosts {
        eventually("the silence of a part without a quorum", || {
            network.metric(*host, "lojal_block_age_seconds").filter(|age| *age > SILENCE_S)
        });
    }
}

/// Submits a transfer of one point without waiting for it.
fn submit(network: &Network, host: usize, (from, to): (&Signer, &Signer), nonce: u64) -> TransactionId {
    let signed = from.sign(nonce, transfer(from.address(), to.address(), 1));
    network.client(host).submit(&signed, false).expect("a running gateway").id
}

fn is_pending(network: &Network, host: usize, id: &TransactionId) -> bool {
    network.client(host).transaction(id).is_ok_and(|status| status.state == TransactionState::Pending)
}

fn wait_until_applied(network: &Network, id: &TransactionId) {
    for host in 0..HOSTS {
        eventually("a transfer to be final", || network.client(host).transaction(id).ok().filter(is_applied));
    }
}

#[test]
fn parts_without_a_quorum_decide_nothing_and_all_agree_once_the_links_are_back() {
    if !is_inside_hosts(
        "faults::partition::parts_without_a_quorum_decide_nothing_and_all_agree_once_the_links_are_back",
    ) {
        return;
    }
    let network = network_of_hosts();
    let (from, to) = two_members(&network);
    cut_between(&[0, 1], &[2, 3]);
    wait_for_silence(&network, &[0, 1, 2, 3]);
    let waiting = [0, 2].map(|host| submit(&network, host, (&from, &to), host as u64));
    let height = network.height(0);
    wait_for_silence(&network, &[0, 1, 2, 3]);
    for (host, id) in [0, 2].into_iter().zip(&waiting) {
        assert!(is_pending(&network, host, id), "two of four acknowledge nothing");
    }
    for host in 0..HOSTS {
        assert!(network.height(host) <= height.next() && height <= network.height(host).next());
        assert_eq!((balance(&network, host, &from), balance(&network, host, &to)), (FUNDS, 0));
    }
    heal();
    waiting.iter().for_each(|id| wait_until_applied(&network, id));
    network.catch_up(&[0, 1, 2, 3]);

    // Three of four go on; what the fourth has accepted meanwhile isn't lost.
    cut_between(&[3], &[0, 1, 2]);
    let alone = submit(&network, 3, (&from, &to), 3);
    let clients: Vec<Client> = (0..3).map(|host| network.client(host)).collect();
    let mut acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        stream.wait_for(60);
        wait_for_silence(&network, &[3]);
        assert!(is_pending(&network, 3, &alone), "one of four acknowledges nothing");
        heal();
        stream.wait_for(20);
    });
    wait_until_applied(&network, &alone);
    acknowledged.extend([waiting[0], waiting[1], alone]);
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn a_link_that_is_cut_in_one_direction_and_a_validator_that_hears_but_is_not_heard_stop_nobody() {
    let name = "a_link_that_is_cut_in_one_direction_and_a_validator_that_hears_but_is_not_heard_stop_nobody";
    if !is_inside_hosts(&format!("faults::partition::{name}")) {
        return;
    }
    let network = network_of_hosts();
    let (from, to) = two_members(&network);
    let clients: Vec<Client> = (0..3).map(|host| network.client(host)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        cut(0, 3);
        stream.wait_for(60);
        // The others pass on what these two don't hear from each other.
        network.wait_for_height(3, network.height(0));
        (0..3).for_each(|host| cut(3, host));
        stream.wait_for(60);
        heal();
        network.wait_for_height(3, network.height(0));
        stream.wait_for(20);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

#[test]
fn slow_and_lossy_links_cost_time_and_nothing_else() {
    let name = "faults::partition::slow_and_lossy_links_cost_time_and_nothing_else";
    if !is_inside_hosts(name) {
        return;
    }
    let network = network_of_hosts();
    let netem = |host: usize| {
        let words = format!("-n host{host} qdisc add dev eth0 root netem delay 50ms 10ms loss 5%");
        Command::new("tc").args(words.split(' ')).stderr(Stdio::null()).status()
    };
    if !(0..HOSTS).all(|host| netem(host).is_ok_and(|status| status.success())) {
        tell(&format!("skipped {name}: this kernel has no netem queue (sch_netem), or tc isn't installed"));
        return;
    }
    let (from, to) = two_members(&network);
    let clients: Vec<Client> = (0..HOSTS).map(|host| network.client(host)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| stream.wait_for(60));
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}
