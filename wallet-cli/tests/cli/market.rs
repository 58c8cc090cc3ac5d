//! The market: offers that are made, shown, taken and withdrawn.

use lojal_types::{Expiry, Operation, Points};

use crate::support::Wallet;
use crate::support::gateway::{Ledger, account, only_operation, submitted};
use crate::support::market::OFFER;
use crate::support::other;
use crate::support::server::Server;

fn ledger() -> Server {
    Ledger::with(vec![account(other())]).start()
}

#[test]
fn an_offer_says_what_is_given_for_what_and_asks_before_it_is_signed() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let offer = ["offer", "10", "kaffet", "4", "fjallet", "--ending", "never", "--at-least", "2.50"];
    let asked = wallet.run(&offer).stderr;
    assert!(asked.contains("offer 10.00 kaffet (good for ever) for 4 fjallet, until"), "{asked}");
    assert!(submitted(&server).is_empty());
    let ran = wallet.run(&[&offer[..], &["--yes"]].concat());
    assert!(ran.stdout.contains("offered 10.00 kaffet for 4 fjallet") && ran.stdout.contains("takes it back"));
    let Operation::Offer(made) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((made.amount, made.min_take), (Points::new(1_000), Points::new(250)));
    assert_eq!((made.price_num, made.price_den, made.expiry), (1, 250, Expiry::Never));
}

#[test]
fn offers_of_two_brands_are_listed_with_the_price_of_all() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let market = wallet.run(&["offers", "fjallet", "kaffet"]).stdout;
    // 2,000 points at a third, rounded up, in hundredths.
    assert!(market.contains("6.67 kaffet") && market.contains(OFFER) && market.contains("OWNER"), "{market}");
    let one = wallet.run(&["offers", "fjallet", "--json"]);
    assert_eq!(one.exit_code, 2, "two brands or none");
}

#[test]
fn a_take_is_of_the_cheapest_offer_that_has_so_many_and_says_the_most_that_it_costs() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let asked = wallet.run(&["take", "100", "fjallet", "kaffet"]).stderr;
    assert!(asked.contains("get 100 fjallet (good for ever) for 0.34 kaffet"), "{asked}");
    let ran = wallet.run(&["take", "100", "fjallet", "kaffet", "--yes"]);
    assert!(ran.stdout.contains("got 100 fjallet"), "{}", ran.stderr);
    let Operation::Take(take) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((take.amount, take.max_pay), (Points::new(100), Points::new(34)));
    assert_eq!(take.offer.to_string(), OFFER);
    let many = wallet.run(&["take", "2001", "fjallet", "kaffet", "--yes"]);
    assert_eq!(many.exit_code, 2, "{}", many.stderr);
}

#[test]
fn what_is_left_of_an_own_offer_is_withdrawn_by_its_name() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["withdraw", OFFER]);
    assert!(ran.stdout.contains("took back 20.00 kaffet of an offer"), "{}", ran.stderr);
    let Operation::WithdrawOffer(one) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(one.offer.to_string(), OFFER);
    let unknown = wallet.run(&["withdraw", "00112233445566778899aabbccddeeff", "--json"]);
    assert_eq!((unknown.exit_code, unknown.error_code().as_str()), (1, "unknown_offer"));
}

#[test]
fn an_offer_that_is_out_of_bounds_says_which_and_isnt_signed() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    for (amount, more, said) in [
        ("2000", &["--ending", "never"][..], "kaffet offers at most 1000.00 kaffet at once"),
        ("10", &["--ending", "2020-01"], "--ending 2020-01: those points have expired"),
        ("10", &["--ending", "never", "--at-least", "11"], "--at-least is at most what is offered"),
    ] {
        let offer = [&["offer", amount, "kaffet", "4", "fjallet", "--yes", "--json"], more].concat();
        let refused = wallet.run(&offer);
        assert_eq!((refused.exit_code, refused.error_code().as_str()), (1, "offer_out_of_bounds"));
        assert!(refused.stdout.contains(said), "{}", refused.stdout);
    }
    let many = wallet.run(&["offer", "999", "kaffet", "4", "fjallet", "--json"]);
    assert_eq!((many.exit_code, many.error_code().as_str()), (1, "insufficient_points"));
    assert!(submitted(&server).is_empty());
}
