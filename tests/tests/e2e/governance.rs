//! A network that is governed by its validators: a fifth brand joins by vote and issues points, it is suspended and
//! reinstated, and all of it survives a restart and an audit.

use std::fs;

use lojal_types::MotionStatus;

use crate::network::Network;
use crate::programs::{program, run};
use crate::wallet::{Signer, done, wallet};

/// The brand that joins.
const BRAND: &str = "blomman";

/// A motion that registers a brand whose admin and till is the owner of a key.
fn registration(public_key: &str) -> String {
    format!(
        "[[actions]]
type = \"register_brand\"

[actions.brand]
id = \"{BRAND}\"
name = \"Blomman\"
decimals = 1

[actions.brand.policy]
expiry_months = 12
transferable = true
transfer_min = 1
transfer_max = 10000
reversal_window_ms = 0

[[actions.brand.operators]]
public_key = \"{public_key}\"
roles = [\"issue\", \"capture\", \"reverse\", \"admin\"]
"
    )
}

fn address_of(network: &Network, name: &str) -> String {
    let member = Signer::of(network, name);
    member.address().to_text(member.genesis().network()).to_string()
}

#[test]
fn a_fifth_brand_joins_by_vote_and_issues_points_and_is_suspended_and_reinstated() {
    let mut network = Network::start();
    join(&network);
    suspend(&network);
    let height = network.catch_up(&[0, 1, 2, 3]);
    network.kill_all();
    network.start_again();
    network.wait_for_height(3, height);
    reinstate(&network);
    together(&network);
    network.catch_up(&[0, 1, 2, 3]);
    network.assert_same_state(&[0, 1, 2, 3]);
    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis()).args(["--url", &network.url(2)]);
    audit.arg("--key").arg(network.auditor_key());
    let report = run(&mut audit).success();
    assert!(report.contains(BRAND), "{report}");
}

/// Three of four decide that the brand of a member who becomes a florist joins.
fn join(network: &Network) {
    let address = address_of(network, "member-1");
    let listed = done(network, "member-1", &["govern", "list"]);
    assert!(listed.contains("havshotell") && listed.contains("there are no motions"), "{listed}");

    let public_key = done(network, "member-2", &["address", "--key"]);
    let file = network.scratch().join("motion.toml");
    fs::write(&file, registration(public_key.trim())).expect("a directory of the test's own");
    let file = file.to_str().expect("UTF-8");
    let refused = wallet(network, "member-1", &["govern", "propose", "--actions", file, "--yes"]);
    assert!(refused.status.code() == Some(1) && refused.stderr.contains("unknown_account"), "{refused:?}");
    let proposed = done(network, "nordmat", &["govern", "propose", "--actions", file, "--yes"]);
    assert!(proposed.contains("put the motion forward · final"), "{proposed}");
    let shown = done(network, "fjallen", &["govern", "show", "1"]);
    for expected in ["Blomman", "decimals of its points: 1", "open until", "1 of 4", "issue, capture, reverse, admin"] {
        assert!(shown.contains(expected), "{expected:?} is missing in\n{shown}");
    }
    let unasked = wallet(network, "fjallen", &["govern", "approve", "1"]);
    assert!(unasked.stderr.contains("Blomman") && unasked.stderr.contains("add --yes"), "{unasked:?}");
    done(network, "fjallen", &["govern", "approve", "1", "--yes"]);
    let twice = wallet(network, "fjallen", &["govern", "approve", "1", "--yes"]);
    assert!(twice.stderr.contains("already_approved"), "{twice:?}");
    let early = wallet(network, "member-2", &["issue", &address, "12.5", BRAND, "--receipt", "R-1", "--yes"]);
    assert!(!early.status.success(), "two of four are not enough: {early:?}");
    done(network, "havshotell", &["govern", "approve", "1", "--yes"]);
    assert!(done(network, "kaffet", &["govern", "show", "1"]).contains("enacted in block"));

    done(network, "member-2", &["issue", &address, "12.5", BRAND, "--receipt", "R-1", "--yes"]);
    let balance = done(network, "member-1", &["balance"]);
    assert!(balance.contains("12.5") && balance.contains(BRAND), "{balance}");
}

fn suspend(network: &Network) {
    let address = address_of(network, "member-1");
    done(network, "kaffet", &["govern", "propose", "--suspend", BRAND, "--yes"]);
    for validator in ["nordmat", "fjallen"] {
        done(network, validator, &["govern", "approve", "2", "--yes"]);
    }
    let refused = wallet(network, "member-2", &["issue", &address, "1", BRAND, "--receipt", "R-2", "--yes"]);
    assert!(refused.stderr.contains("brand_suspended"), "{refused:?}");
    // The points of members are theirs to spend all the same.
    done(network, "member-1", &["redeem", "2.5", BRAND]);
    network.catch_up(&[0, 1, 2, 3]);
    let brand = network.client(2).brand(&BRAND.parse().expect("a valid id")).expect("it is there");
    assert!(brand.suspended && brand.totals.redeemed.get() == 25, "{brand:?}");
}

/// The brand gets a second admin, and asks for both.
fn together(network: &Network) {
    let public_key = done(network, "member-1", &["address", "--key"]);
    done(network, "member-2", &["operator", "set", BRAND, public_key.trim(), "--roles", "admin"]);
    done(network, "member-2", &["brand", "approvals", BRAND, "--needed", "2", "--delay", "none", "--yes"]);
    let proposed = done(network, "member-2", &["policy", "set", BRAND, "--expiry-months", "36", "--yes"]);
    assert!(proposed.contains("it is motion 1"), "{proposed}");
    let shown = done(network, "member-1", &["brand", "motion", "show", BRAND, "1"]);
    assert!(shown.contains("12 months") && shown.contains("36 months") && shown.contains("1 of 2"), "{shown}");
    let stranger = wallet(network, "kaffet", &["brand", "motion", "list", BRAND]);
    assert!(stranger.stderr.contains("not_permitted"), "{stranger:?}");
    done(network, "member-1", &["brand", "motion", "approve", BRAND, "1", "--yes"]);
    network.catch_up(&[0, 1, 2, 3]);
    let brand = network.client(1).brand(&BRAND.parse().expect("a valid id")).expect("it is there");
    assert_eq!((brand.policy.expiry_months, brand.approvals.needed), (Some(36), 2));
}

fn reinstate(network: &Network) {
    let address = address_of(network, "member-1");
    done(network, "fjallen", &["govern", "propose", "--reinstate", BRAND, "--yes"]);
    done(network, "fjallen", &["govern", "endpoint", "/dns/node.example.org/tcp/7900", "--yes"]);
    for validator in ["havshotell", "kaffet"] {
        done(network, validator, &["govern", "approve", "3", "--yes"]);
    }
    done(network, "member-2", &["issue", &address, "1", BRAND, "--receipt", "R-2", "--yes"]);

    network.catch_up(&[0, 1, 2, 3]);
    let client = network.client(1);
    let governance = client.governance().expect("a running gateway");
    assert_eq!((governance.version, governance.open.len(), governance.closed.len()), (2, 0, 3));
    assert!(governance.closed.iter().all(|motion| matches!(motion.stage, MotionStatus::Enacted { .. })));
    let validators = client.validators().expect("a running gateway");
    let endpoints = validators.validators.iter().filter_map(|one| one.endpoint.as_ref()).count();
    assert_eq!((validators.validators.len(), validators.total_power, endpoints), (4, 4, 1));
}
