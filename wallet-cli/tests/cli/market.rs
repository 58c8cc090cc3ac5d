//! The market: offers that are made, shown, taken and withdrawn.

use lojal_types::api::{Account, Balance};
use lojal_types::{Expiry, Lot, NetworkKind, OfferId, Operation, Points, Take};

use crate::support::gateway::{Ledger, account, only_operation, submitted};
use crate::support::market::OFFER;
use crate::support::server::Server;
use crate::support::{Ran, Wallet, key, other};

/// A ledger on which this wallet has 100 kaffet, and 60 fjallet of which half end in 2085.
fn ledger() -> Server {
    let lot = |expiry: &str, amount| Lot { expiry: expiry.parse().expect("valid"), amount: Points::new(amount) };
    let balance = |brand: &str, lots: Vec<Lot>| {
        let total = Points::new(lots.iter().map(|lot| lot.amount.get()).sum());
        Balance { brand: brand.parse().expect("valid"), total, lots, pending: Vec::new() }
    };
    let fjallet = balance("fjallet", vec![lot("2085-01", 30), lot("never", 30)]);
    let balances = vec![fjallet, balance("kaffet", vec![lot("never", 10_000)])];
    let own = Account { balances, ..account(key().address().to_text(NetworkKind::Test)) };
    Ledger::with(vec![account(other()), own]).start()
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
    assert!(ran.stdout.contains("offered 10.00 kaffet for 4 fjallet") && ran.stdout.contains("lojal withdraw"));
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
fn a_take_is_of_the_cheapest_offer_and_says_the_most_that_it_costs() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let asked = wallet.run(&["take", "100", "fjallet", "kaffet"]).stderr;
    assert!(asked.contains("get 100 fjallet (good for ever) for 0.34 kaffet"), "{asked}");
    let ran = wallet.run(&["take", "100", "fjallet", "kaffet", "--yes"]);
    assert!(ran.stdout.contains("got 100 fjallet"), "{}", ran.stderr);
    let Operation::Take(take) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((take.amount, take.max_pay), (Points::new(100), Points::new(34)));
    assert_eq!(take.offer.to_string(), OFFER);
    let named = ["take", "2001", "fjallet", "kaffet", "--offer", OFFER, "--yes"];
    assert_eq!(wallet.run(&named).exit_code, 1, "more than is left of the one that is named");
}

/// The takes of the only transaction that was submitted.
fn takes(server: &Server) -> Vec<Take> {
    let [signed] = &submitted(server)[..] else { panic!("not one transaction") };
    let take = |operation: &Operation| match operation {
        Operation::Take(take) => take.clone(),
        other => panic!("{other:?}"),
    };
    signed.transaction.operations.iter().map(take).collect()
}

/// The offers of takes by their numbers, what is taken of each, and what is paid at most.
fn numbers(takes: &[Take]) -> Vec<(OfferId, u64, u64)> {
    takes.iter().map(|one| (one.offer, one.amount.get(), one.max_pay.get())).collect()
}

fn named(number: u8) -> OfferId {
    OfferId::new([number; 16])
}

fn buying(server: &Server, amount: &str, more: &[&str]) -> Ran {
    Wallet::at(server.url()).run(&[&["take", amount, "kaffet", "fjallet"][..], more].concat())
}

#[test]
fn the_cheapest_offers_are_taken_in_one_transaction_and_what_comes_and_goes_is_shown_before() {
    let server = ledger();
    let asked = buying(&server, "25", &[]).stderr;
    for line in [
        "get 25.00 kaffet for 40 fjallet, of 2 offers, at most 2 fjallet for each kaffet",
        "\n  10.00 kaffet (good until the end of 2090-03) for 10 fjallet",
        "\n  15.00 kaffet (good for ever) for 30 fjallet",
    ] {
        assert!(asked.contains(line), "{line} isn't in {asked}");
    }
    assert!(submitted(&server).is_empty());
    let json = buying(&server, "25", &["--yes", "--json"]).json();
    assert_eq!(numbers(&takes(&server)), [(named(1), 1_000, 10), (named(2), 1_500, 30)]);
    assert_eq!((&json["amount"], &json["pay"]), (&2_500.into(), &40.into()));
    let expiries = ["2090-03", "never"].map(serde_json::Value::from);
    assert_eq!([0, 1].map(|place| json["bought"][place]["expiry"].clone()), expiries);
}

#[test]
fn only_offers_whose_points_live_long_enough_are_taken_where_a_month_is_named() {
    let server = ledger();
    let ran = buying(&server, "25", &["--lives-through", "2090-06", "--yes"]);
    assert!(ran.stdout.starts_with("got 25.00 kaffet for 60 fjallet, of 2 offers"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(numbers(&takes(&server)), [(named(2), 2_000, 40), (named(3), 500, 20)]);
    let few = buying(&ledger(), "21", &["--lives-through", "never", "--yes"]);
    assert!(few.stderr.contains("20.00 kaffet are all that can be bought like this"), "{}", few.stderr);
}

#[test]
fn nothing_is_bought_that_isn_t_offered_or_can_t_be_paid_or_costs_more_than_somebody_says() {
    let server = ledger();
    for (amount, more, code, words) in [
        ("36", &[][..], "too_few_offered", "35.00 kaffet are all that can be bought like this"),
        ("35", &[], "insufficient_points", "the points of fjallet here pay for no more than 32.50 kaffet"),
        ("25", &["--max-pay", "39"], "above_max_pay", "that costs 40 fjallet, which is more than 39 fjallet"),
    ] {
        let ran = buying(&server, amount, &[more, &["--yes"]].concat());
        assert!(ran.exit_code == 1 && ran.stderr.contains(words), "{}", ran.stderr);
        let json = buying(&server, amount, &[more, &["--yes", "--json"]].concat()).json();
        assert_eq!(json["error"]["code"], code, "{json}");
    }
    assert!(submitted(&server).is_empty());
    assert_eq!(buying(&server, "25", &["--max-pay", "40", "--yes"]).exit_code, 0);
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
