//! The market: a trade between two members at two gateways, and an offer that its owner's freeze stops.

use lojal_types::{Bounded, BrandId, Code, OfferId, Operation, Points, Take, api};

use crate::network::Network;
use crate::programs::{eventually, program, run};
use crate::wallet::{Signer, balance, code_of, done, nordmat, wallet};

fn kaffet() -> BrandId {
    "kaffet".parse().expect("a brand of the development network")
}

/// A network whose brands all let their points be traded.
fn start() -> Network {
    Network::start_with(|document| {
        let mut brands = document.brands.to_vec();
        for brand in &mut brands {
            brand.policy.tradeable = true;
        }
        document.brands = Bounded::new(brands).expect("as many as before");
    })
}

/// The offers of nordmat for kaffet, as a gateway sees them once something holds of them.
fn market(network: &Network, node: usize, holds: impl Fn(&api::Market) -> bool) -> api::Market {
    network.catch_up(&[0, 1, 2, 3]);
    // The list follows the blocks within moments.
    let seen = || network.client(node).market(&nordmat(), &kaffet()).ok().filter(|market| holds(market));
    eventually("a market", seen)
}

#[test]
fn two_members_trade_at_two_gateways_and_a_frozen_owners_offer_is_not_taken() {
    let network = start();
    let (seller, buyer) = (Signer::of(&network, "member-1"), Signer::of(&network, "member-2"));
    let [selling, buying] = ["member-1", "member-2"].map(|name| done(&network, name, &["address"]).trim().to_owned());
    done(&network, "nordmat", &["issue", &selling, "100", "nordmat", "--receipt", "one"]);
    done(&network, "kaffet", &["issue", &buying, "50", "kaffet", "--receipt", "two"]);
    let asked = wallet(&network, "member-1", &["offer", "60", "nordmat", "12", "kaffet"]);
    assert!(asked.stderr.contains("offer 60 nordmat (good until the end of"), "{asked:#?}");
    let told = done(&network, "member-1", &["offer", "60", "nordmat", "12", "kaffet", "--yes"]);
    assert!(told.contains("offered 60 nordmat for 12.00 kaffet"), "{told}");
    assert!(done(&network, "member-1", &["offers"]).contains("proven"), "its own offers are");

    let seen = market(&network, 2, |market| !market.offers.is_empty());
    let (offer, amount): (OfferId, Points) = (seen.offers[0].offer, seen.offers[0].amount);
    assert_eq!((amount, seen.more), (Points::new(60), false));
    assert!(told.contains(&offer.to_string()), "{told}");
    let there = ["--gateway", &network.url(2)];
    let listed = done(&network, "member-2", &[&["offers", "nordmat", "kaffet"][..], &there].concat());
    assert!(listed.contains(&offer.to_string()) && listed.contains("12.00 kaffet"), "{listed}");
    let took = done(&network, "member-2", &[&["take", "20", "nordmat", "kaffet", "--yes"][..], &there].concat());
    assert!(took.contains("got 20 nordmat (good until the end of") && took.contains("for 4.00 kaffet"), "{took}");
    network.catch_up(&[0, 1, 2, 3]);
    assert_eq!((balance(&network, 0, &seller), balance(&network, 0, &buyer)), (40, 20));
    assert!(done(&network, "member-1", &["balance"]).contains("4.00"), "it was paid");

    done(&network, "member-1", &["freeze", "--yes"]);
    network.catch_up(&[0, 1, 2, 3]);
    let take = Take {
        brand: nordmat(),
        owner: seller.address(),
        offer,
        from: buyer.address(),
        amount: Points::new(20),
        wants: kaffet(),
        max_pay: Points::new(400),
        expiry: seen.offers[0].expiry,
    };
    let refused = network.client(3).submit(&buyer.sign(7, Operation::Take(take)), true);
    assert_eq!(code_of(refused), Code::OfferSuspended);
    assert!(market(&network, 1, |market| market.offers.is_empty()).offers.is_empty(), "nobody is shown it");
    assert_eq!(balance(&network, 3, &buyer), 20);
    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis()).args(["--url", &network.url(1)]);
    run(audit.arg("--key").arg(network.auditor_key())).success();
}
