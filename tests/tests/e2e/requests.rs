//! Tills that wait for what they have asked for, on a real network.

use lojal_types::{Code, NetworkKind, Operation, Points, Reference, Request};
use lojal_wallet::uri::PaymentRequest;

use crate::network::Network;
use crate::programs::{Running, eventually, run};
use crate::wallet::{Signer, balance, code_of, is_applied, issue, lojal, now};

/// Both members have 100 points.
fn with_points(network: &Network) -> (Signer, Signer) {
    let (brand, anna, bo) =
        (Signer::of(network, "nordmat"), Signer::of(network, "member-1"), Signer::of(network, "member-2"));
    for (nonce, (member, receipt)) in (1..).zip([(&anna, "anna"), (&bo, "bo")]) {
        let given = brand.sign(nonce, issue(member.address(), 100, receipt));
        assert!(is_applied(&network.client(0).submit(&given, true).expect("a running gateway")));
    }
    (anna, bo)
}

/// A till that asks for points and waits, what it shows, and the reference.
fn waiting_till(network: &Network, args: &[&str]) -> (Running, String, Reference, Request) {
    let mut command = lojal(network, "nordmat");
    let mut till = Running::start(command.args(["request", "60", "nordmat", "--wait"]).args(args));
    let shown = till.line("what the till shows", |line| line.starts_with("LOJAL:PAY1").then(|| line.to_owned()));
    let request = PaymentRequest::from_uri(&shown).expect("what lojal request shows").request;
    let reference = request.reference(&Signer::of(network, "nordmat").genesis().chain_id());
    (till, shown, reference, request)
}

#[test]
fn a_till_that_waits_is_told_who_paid_and_nobody_can_use_its_reference_for_one_point() {
    let network = Network::start();
    let (anna, bo) = with_points(&network);
    let (mut till, shown, reference, request) = waiting_till(&network, &[]);

    let chain = bo.genesis().chain_id();
    let Operation::Redeem(mut squat) = request.answer(&chain, bo.address()) else { panic!("it asks for a redemption") };
    squat.amount = Points::new(1);
    network.wait_for_height(1, network.height(0));
    let squatted = network.client(1).submit(&bo.sign(3, Operation::Redeem(squat)), true);
    assert_eq!(code_of(squatted), Code::RequestMismatch);
    assert!(network.client(0).payment(&reference, None).is_err(), "nothing has used the reference");

    run(lojal(&network, "member-1").args(["pay", &shown, "--yes"])).success();
    let payer = anna.address().to_text(NetworkKind::Test).to_string();
    let told = format!("{payer} paid 60 nordmat");
    till.line("who paid how much", |line| line.contains(&told).then_some(()));
    let (status, _) = till.end();
    assert!(status.success(), "the till has what it asked for: {status}");
    let found = run(lojal(&network, "member-2").args(["payment", &reference.to_string()])).success();
    assert!(found.contains(&told), "{found}");
    let again = bo.sign(4, request.answer(&chain, bo.address()));
    assert_eq!(code_of(network.client(0).submit(&again, true)), Code::DuplicateReference);
    network.wait_for_height(0, network.height(1));
    assert_eq!((balance(&network, 0, &anna), balance(&network, 0, &bo)), (40, 100));
}

#[test]
fn a_request_that_is_over_is_not_paid_and_its_till_is_told() {
    let network = Network::start();
    let (anna, _) = with_points(&network);
    let (mut till, shown, reference, request) = waiting_till(&network, &["--pay-within", "3s"]);
    till.line("the end of the waiting", |line| line.contains("nobody paid").then_some(()));
    let (status, _) = till.end();
    assert_eq!(status.code(), Some(1), "the till has nothing");

    assert!(now() >= request.until_ms);
    let late = anna.sign(3, request.answer(&anna.genesis().chain_id(), anna.address()));
    let client = network.client(0);
    eventually("a block after the request's end", || {
        (client.status().expect("a running gateway").time_ms >= request.until_ms).then_some(())
    });
    assert_eq!(code_of(client.submit(&late, true)), Code::RequestExpired);
    assert!(client.payment(&reference, None).is_err());
    let refused = run(lojal(&network, "member-1").args(["--json", "pay", &shown, "--yes"]));
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.contains("\"expired\""), "the wallet doesn't even send it: {refused:?}");
    assert_eq!(balance(&network, 0, &anna), 100);
}
