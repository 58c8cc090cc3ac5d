//! Wallets and auditors that reach a gateway with TLS, by a certificate of an authority of their own.

use std::fs;
use std::path::Path;
use std::process::Command;

use lojal_types::NetworkKind;

use crate::authority::Authority;
use crate::network::Network;
use crate::programs::{eventually, program, run};
use crate::wallet::{Signer, issue, lojal};

/// Brings a validator back with TLS at its gateway.
fn with_tls(network: &mut Network, index: usize, authority: &Authority) -> String {
    network.stop(index);
    let dir = network.node_dir(index);
    authority.certify("localhost", &dir);
    let config = fs::read_to_string(dir.join("node.toml")).expect("a configuration");
    let tls = "[http]\ntls = { certificate = \"gateway.pem\", key = \"gateway.key\" }";
    assert_eq!(config.matches("# [http]").count(), 1, "{config}");
    fs::write(dir.join("node.toml"), config.replace("# [http]", tls)).expect("writes");
    network.revive_with(index, &mut network.command(index));
    let port = network.port(u16::try_from(index).expect("few"));
    format!("https://localhost:{port}")
}

fn at(network: &Network, url: &str, arguments: &[&str]) -> Command {
    let mut command = lojal(network, "member-1");
    command.args(["--gateway", url]).args(arguments);
    command
}

#[test]
fn a_wallet_and_an_auditor_reach_a_gateway_with_tls_and_believe_no_other_certificate() {
    let mut network = Network::start();
    let (till, member) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1").address());
    network.client(0).submit(&till.sign(1, issue(member, 250, "receipt 1")), true).expect("taken in");

    let authority = Authority::new();
    let url = with_tls(&mut network, 1, &authority);
    let known = authority.write(&network.scratch().join("authority.pem"));
    let balance = |known: &Path| run(at(&network, &url, &["balance"]).env("SSL_CERT_FILE", known));
    eventually("a balance over TLS", || balance(&known).stdout.contains("250").then_some(()));

    // Nobody else's certificate is believed, and no plain HTTP is spoken.
    let other = Authority::new().write(&network.scratch().join("other.pem"));
    let refused = balance(&other);
    assert_eq!(refused.status.code(), Some(1), "{refused:#?}");
    assert!(refused.stderr.contains("certificate"), "{refused:#?}");
    let refused = run(&mut at(&network, &url, &["balance"]));
    assert!(!refused.status.success() && refused.stderr.contains("certificate"), "{refused:#?}");
    let refused = run(&mut at(&network, &url.replace("https", "http"), &["balance"]));
    assert!(!refused.status.success() && refused.stderr.contains("https://"), "{refused:#?}");
    let unusable = balance(&network.scratch().join("nowhere.pem"));
    assert!(!unusable.status.success() && unusable.stderr.contains("SSL_CERT_FILE"), "{unusable:#?}");

    // A payment, and an audit of everything.
    let to = Signer::of(&network, "member-2").address().to_text(NetworkKind::Test).to_string();
    run(at(&network, &url, &["send", &to, "10", "nordmat"]).env("SSL_CERT_FILE", &known)).success();
    let mut audit = program("lojal-audit");
    audit.arg("verify").arg("--genesis").arg(network.genesis()).args(["--url", &url]);
    audit.arg("--key").arg(network.auditor_key()).env("SSL_CERT_FILE", &known);
    run(&mut audit).success();

    // Another certificate of another authority: it is taken without a restart.
    let next = Authority::new();
    next.certify("localhost", &network.node_dir(1));
    let next_known = next.write(&network.scratch().join("next.pem"));
    eventually("the next certificate", || balance(&next_known).status.success().then_some(()));
    assert!(!balance(&known).status.success(), "the one before is gone");
    let checked = run(program("lojal-node").arg("check").arg("--dir").arg(network.node_dir(1)));
    assert!(checked.stdout.contains("ok     certificate: good until "), "{checked:#?}");
    assert!(checked.stdout.contains("FOUND  certificate's key: others may read"), "{checked:#?}");
}
