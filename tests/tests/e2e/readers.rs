//! The right to read, with real programs.

use std::fs;

use lojal_client::Client;
use lojal_types::api::TransactionState;

use crate::network::Network;
use crate::programs::{program, run};
use crate::wallet::{Signer, balance, code, is_applied, issue, lojal, reader, transfer};

/// Submissions of one transaction at once.
const SUBMISSIONS: usize = 50;

#[test]
fn each_sees_what_is_theirs_and_one_validator_that_lists_an_auditor_is_enough_for_an_audit() {
    let mut network = Network::start();
    let [operator, anna, bo] = ["nordmat", "member-1", "member-2"].map(|wallet| Signer::of(&network, wallet));
    let paid = operator.sign(1, issue(anna.address(), 100, "receipt"));
    assert!(is_applied(&network.client(0).submit(&paid, true).expect("a running gateway")));
    let address = anna.address().to_text(anna.genesis().network());
    let nobody = Client::new(&network.url(0)).expect("a valid URL");
    assert_eq!(code(nobody.account(&address)), "token_missing");
    assert_eq!(code(nobody.latest_block()), "token_missing");
    assert_eq!(code(reader(&network, 0, &bo).account(&address)), "not_permitted");
    let own = reader(&network, 0, &anna).account(&address).expect("her own");
    let seen = reader(&network, 0, &operator).account(&address).expect("the brand's points");
    assert_eq!((own.only_of, seen.only_of.map(|brands| brands.len())), (None, Some(1)));
    assert_eq!(own.balances, seen.balances);

    // The wallet reads without the passphrase while it has tokens, and not after it was locked.
    run(lojal(&network, "member-1").arg("balance")).success();
    let without = || {
        let mut command = lojal(&network, "member-1");
        command.env_remove("LOJAL_PASSPHRASE");
        command
    };
    assert!(run(without().arg("balance")).success().contains("nordmat"));
    run(without().arg("lock")).success();
    assert_eq!(run(without().arg("balance")).status.code(), Some(1));

    // Three of the four list no auditor.
    for node in 1..4 {
        network.stop(node);
        let path = network.node_dir(node).join("node.toml");
        let text = fs::read_to_string(&path).expect("a node's configuration");
        let (before, after) = text.split_once("\n[[auditors]]").expect("the devnet lists one");
        let rest = after.split_once("\n[[").map_or(String::new(), |(_, rest)| format!("[[{rest}"));
        fs::write(&path, format!("{before}\n{rest}")).expect("writable");
        network.revive(node);
    }
    let audit = |node: usize| {
        let mut command = program("lojal-audit");
        command.args(["verify", "--quiet", "--genesis"]).arg(network.genesis());
        run(command.args(["--url", &network.url(node), "--key"]).arg(network.auditor_key()))
    };
    assert!(audit(0).success().contains("nordmat"));
    let refused = audit(1);
    assert!(refused.status.code() == Some(3) && refused.stderr.contains("not_permitted"), "{refused:?}");
}

#[test]
fn one_transaction_that_many_submit_at_all_gateways_at_once_happens_once_and_all_are_told_the_same() {
    let mut network = Network::start();
    let [operator, anna, bo] = ["nordmat", "member-1", "member-2"].map(|wallet| Signer::of(&network, wallet));
    let paid = operator.sign(1, issue(anna.address(), 100, "receipt"));
    assert!(is_applied(&network.client(0).submit(&paid, true).expect("a running gateway")));
    network.catch_up(&[0, 1, 2, 3]);
    let signed = anna.sign(2, transfer(anna.address(), bo.address(), 7));
    let clients: Vec<Client> = (0..4).map(|node| network.client(node)).collect();
    let answers = std::thread::scope(|scope| {
        let submit = |number: usize| {
            let (client, signed) = (&clients[number % 4], &signed);
            scope.spawn(move || client.submit(signed, true))
        };
        let all: Vec<_> = (0..SUBMISSIONS).map(submit).collect();
        network.kill(3);
        all.into_iter().map(|one| one.join().expect("no panic")).collect::<Vec<_>>()
    });
    // Whoever had asked the one that died asks another.
    let last = answers.into_iter().map(|answer| match answer {
        Ok(status) if is_applied(&status) => status.state,
        _ => clients[0].submit(&signed, true).expect("a running gateway").state,
    });
    let states: Vec<TransactionState> = last.collect();
    assert!(states.iter().all(|state| *state == states[0]), "{states:?}");
    assert_eq!((balance(&network, 0, &anna), balance(&network, 0, &bo)), (93, 7));
}
