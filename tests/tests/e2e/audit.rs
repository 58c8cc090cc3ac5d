//! The auditor against a running network and against damaged copies.

use std::fs;
use std::path::Path;

use lojal_types::api::TransactionState;

use crate::network::Network;
use crate::programs::{program, run};
use crate::wallet::{Signer, is_applied, issue, transfer};

#[test]
fn the_auditor_confirms_every_source_and_names_the_height_of_a_flipped_byte() {
    let mut network = Network::start();
    let (operator, anna, bo) =
        (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"), Signer::of(&network, "member-2"));
    let client = network.client(0);
    let paid = operator.sign(1, issue(anna.address(), 100, "receipt"));
    assert!(is_applied(&client.submit(&paid, true).expect("a running gateway")));
    for nonce in 2..12 {
        let sent = anna.sign(nonce, transfer(anna.address(), bo.address(), 1));
        assert!(is_applied(&client.submit(&sent, true).expect("a running gateway")));
    }
    let height = network.height(0);
    network.wait_for_height(3, height);
    let genesis = network.genesis();
    let verify = || {
        let mut command = program("lojal-audit");
        command.args(["verify", "--quiet", "--genesis"]).arg(&genesis);
        command
    };
    for node in 0..4 {
        let report = run(verify().args(["--url", &network.url(node), "--key"]).arg(network.auditor_key())).success();
        assert!(report.contains("nordmat") && report.contains("100"), "{report}");
    }
    let refused = run(verify().args(["--url", &network.url(0)]));
    assert!(refused.status.code() == Some(3) && refused.stderr.contains("token_missing"), "{refused:?}");
    run(verify().arg("--dir").arg(network.node_dir(3))).success();

    let file = network.scratch().join("export");
    run(program("lojal-audit").arg("export").arg("--dir").arg(network.node_dir(3)).arg("--file").arg(&file)).success();
    run(verify().arg("--file").arg(&file)).success();
    let issued = client.transaction(&paid.transaction.id(&operator.genesis().chain_id())).expect("it is final");
    let TransactionState::Committed { height, .. } = issued.state else { panic!("it is final: {issued:?}") };
    flip_a_byte_of(&file, paid.signature.as_bytes());
    let output = run(verify().arg("--file").arg(&file));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.contains(&format!("height {height}")), "{height}: {output:?}");

    let status = network.devnet.take().expect("running").interrupt();
    assert!(status.success());
    run(verify().arg("--dir").arg(network.node_dir(0))).success();
}

/// Flips a bit in the middle of the first place where `content` stands in a file.
fn flip_a_byte_of(file: &Path, content: &[u8]) {
    let mut bytes = fs::read(file).expect("a file of ours");
    let at = bytes.windows(content.len()).position(|window| window == content).expect("the content is there");
    bytes[at + content.len() / 2] ^= 1;
    fs::write(file, bytes).expect("a file of ours");
}
