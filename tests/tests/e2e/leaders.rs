//! Ranks of those who allow it: at every gateway, after a restart, and as the auditor makes them from the blocks.

use lojal_client::Client;
use lojal_types::api::Leaders;
use lojal_types::{Height, TrackId};
use serde_json::Value;

use crate::network::Network;
use crate::programme::begin_track;
use crate::programs::{eventually, program, run};
use crate::wallet::{done, nordmat};

/// The ranks that a gateway shows, once it has looked through the state.
fn complete(client: &Client) -> Leaders {
    let seen = || client.leaders(&nordmat(), TrackId::new(1), 10, None).ok().filter(|leaders| leaders.complete);
    eventually("all ranks", seen)
}

/// The rows of the auditor's report of a height.
fn audited(network: &Network, height: Height) -> Vec<Value> {
    let mut audit = program("lojal-audit");
    audit.args(["report", "leaders", "--brand", "nordmat", "--track", "1", "--at", &height.to_string()]);
    audit.args(["--format", "json", "--quiet", "--url", &network.url(1), "--genesis"]).arg(network.genesis());
    let printed = run(audit.arg("--key").arg(network.auditor_key())).success();
    let document: Value = serde_json::from_str(&printed).expect("one document");
    document["rows"].as_array().cloned().expect("rows")
}

#[test]
fn members_who_allow_it_are_ranked_at_every_gateway_and_by_the_auditor_alike() {
    let mut network = Network::start();
    begin_track(&network, "nordmat", &[]);
    // The till of another brand is a member as anybody.
    let members = ["member-1", "member-2", "kaffet"];
    for (member, amount) in members.iter().zip(["400", "700", "900"]) {
        let to = done(&network, member, &["address"]).trim().to_owned();
        done(&network, "nordmat", &["stamp", "nordmat", "1", &to, amount, "--receipt", member]);
    }
    for member in &members[..2] {
        done(&network, member, &["consent", "nordmat", "--ranks"]);
    }
    network.catch_up(&[0, 1, 2, 3]);
    let stranger = Client::new(&network.url(2)).expect("an address");
    let seen = complete(&stranger);
    assert_eq!(seen.leaders.iter().map(|one| (one.rank, one.units)).collect::<Vec<_>>(), [(1, 700), (2, 400)]);
    assert!(seen.leaders.iter().all(|one| one.account.is_none()), "a stranger sees no addresses");

    let told = done(&network, "member-1", &["leaders", "nordmat", "1"]);
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("2 400 {} you", seen.leaders[1].name)), "{told}");
    assert!(told.contains("has rank 2 of 2, and 400 count of it") && told.contains("proven after block"), "{told}");
    let third = done(&network, "kaffet", &["leaders", "nordmat", "1"]);
    assert!(third.contains("isn't listed, and 900 count of it: lojal consent nordmat --ranks"), "{third}");

    let json = done(&network, "nordmat", &["leaders", "nordmat", "1", "--json"]);
    let shown: Value = serde_json::from_str(&json).expect("one document");
    let height = Height::new(shown["height"].as_u64().expect("a height"));
    let rows = audited(&network, height);
    let of = |one: &Value| ["rank", "units", "name", "account"].map(|member| one[member].clone());
    let ranks = shown["leaders"].as_array().expect("a list").iter().map(of).collect::<Vec<_>>();
    assert_eq!((rows.len(), rows.iter().map(of).collect::<Vec<_>>()), (2, ranks));

    done(&network, "member-2", &["consent", "nordmat", "--none"]);
    network.catch_up(&[0, 1, 2, 3]);
    network.kill(3);
    network.revive(3);
    network.wait_until_ready(3);
    network.catch_up(&[0, 1, 2, 3]);
    let seen = complete(&network.client(3));
    assert_eq!(seen.leaders.iter().map(|one| (one.rank, one.units)).collect::<Vec<_>>(), [(1, 400)]);
    assert_eq!(audited(&network, height).len(), 2, "what was then stays");
}
