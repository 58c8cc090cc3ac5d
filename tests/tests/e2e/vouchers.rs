//! Vouchers and refunds: the last one of a stock, a till that asks for one, and a return that undoes a purchase whole.

use lojal_types::{
    Bounded, CampaignId, Claim, KeyPair, NetworkKind, Operation, Payment, Points, Reference, Refund, Reverse, Stamp,
    TakeBack, TakenBackOf, Transaction, claim_reference,
};
use serde_json::Value;

use crate::network::Network;
use crate::programme::{LEVEL, begin_track};
use crate::wallet::{Signer, balance, done, is_applied, issue, nordmat, now};

const CAMPAIGN: CampaignId = CampaignId::new(1);

/// Has nordmat sell coffees for 40 points, so many in all, which members may return.
fn sell_coffees(network: &Network, stock: u64) {
    let path = network.scratch().join("coffees.toml");
    let (opens, about) = (now().get() - 1_000, "08".repeat(32));
    let closes = opens + 86_400_000;
    let text = format!(
        "opens_ms = {opens}\ncloses_ms = {closes}\nby = \"member\"\nprice = 40\nstock = {stock}\nreturnable = true\n\
         about = \"{about}\"\n[award]\ntype = \"voucher\"\nvalid_days = 30\n"
    );
    std::fs::write(&path, text).expect("a directory of the test's own");
    let file = path.display().to_string();
    let began = done(network, "nordmat", &["campaign", "set", "nordmat", "1", &file, "--yes"]);
    assert!(began.contains("began campaign 1 of nordmat"), "{began}");
}

fn reference(text: &str) -> Reference {
    Reference::new(text.as_bytes().to_vec()).expect("1 to 32 bytes")
}

/// Signs operations in one transaction, and has a gateway put them into a block.
fn submit(network: &Network, by: &Signer, nonce: u64, operations: Vec<Operation>) {
    let operations = Bounded::new(operations).expect("a few");
    let transaction = Transaction { operations, ..by.transaction(nonce, issue(by.address(), 1, "none")) };
    let status = network.client(0).submit(&by.sign_transaction(transaction), true).expect("a running gateway");
    assert!(is_applied(&status), "{status:?}");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The uses that an account's vouchers have left, as its gateway proves them.
fn uses(network: &Network) -> u64 {
    let told = json(&done(network, "member-1", &["vouchers", "--json"]));
    assert!(told["proven"].is_object(), "{told}");
    told["vouchers"].as_array().expect("a list").iter().map(|one| one["left"].as_u64().expect("a number")).sum()
}

#[test]
fn the_last_voucher_of_a_stock_is_bought_at_four_gateways_at_once_and_exactly_one_gets_it() {
    let network = Network::start();
    let (till, first) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    let keys = (1..=12).map(|seed| KeyPair::from_seed(&[seed; 32]));
    let others: Vec<Signer> = keys.map(|key| Signer::new(key, till.genesis().clone())).collect();
    let all = others.iter().chain([&first]).enumerate();
    submit(&network, &till, 1, all.map(|(number, one)| issue(one.address(), 100, &number.to_string())).collect());
    sell_coffees(&network, 2);
    assert!(done(&network, "member-1", &["claim", "nordmat", "1", "--yes"]).contains("claimed 1 of campaign 1"));
    network.catch_up(&[0, 1, 2, 3]);

    std::thread::scope(|scope| {
        for (number, one) in others.iter().enumerate() {
            let (account, client) = (one.address(), network.client(number % 4));
            let (brand, price_max) = (nordmat(), Points::new(40));
            let claim =
                Claim { brand, campaign: CAMPAIGN, account, quantity: 1, price_max, referrer: None, invitation: None };
            let signed = one.sign(1, Operation::Claim(claim));
            // What became of it the ledger tells; a gateway may refuse it before a block has it.
            scope.spawn(move || client.submit(&signed, true).map(drop));
        }
    });
    network.catch_up(&[0, 1, 2, 3]);
    for node in 0..4 {
        let shown = network.client(node).campaigns(&nordmat()).expect("a running gateway").campaigns;
        let of_all = (shown[0].times, shown[0].paid.get(), shown[0].stock_left);
        assert_eq!(of_all, (2, 80, Some(0)), "at node {node}");
        let paid: Vec<bool> = others.iter().map(|one| balance(&network, node, one) == 60).collect();
        assert_eq!(paid.iter().filter(|paid| **paid).count(), 1, "at node {node}");
    }
    assert_eq!(uses(&network), 1);
}

#[test]
fn a_return_is_one_transaction_and_brings_points_stamp_and_voucher_to_what_they_were() {
    let network = Network::start();
    begin_track(&network, "nordmat", &[LEVEL]);
    sell_coffees(&network, 5);
    let (till, anna) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    let (brand, from, dated) = (nordmat(), anna.address(), now().day());
    submit(&network, &till, 1, vec![issue(from, 100, "before")]);
    let before = (balance(&network, 0, &anna), done(&network, "member-1", &["vouchers", "--json", "--trust"]));
    assert_eq!((before.0, uses(&network)), (100, 0));

    // She buys two coffees with points and something else with money, for which she is rewarded and stamped.
    let quantity = 2;
    let claim = Claim {
        brand,
        campaign: CAMPAIGN,
        account: from,
        quantity,
        price_max: Points::new(80),
        referrer: None,
        invitation: None,
    };
    let signed = anna.sign(1, Operation::Claim(claim));
    let chain = anna.genesis().chain_id();
    let claimed = claim_reference(&chain, &signed.transaction.id(&chain), 0);
    let status = network.client(0).submit(&signed, true).expect("a running gateway");
    assert!(is_applied(&status), "{status:?}");
    let stamp = Operation::Stamp(Stamp {
        brand,
        track: "1".parse().expect("a number"),
        to: from,
        amount: 700,
        place: None,
        reference: reference("purchase"),
        dated,
    });
    submit(&network, &till, 2, vec![issue(from, 70, "purchase"), stamp]);
    assert_eq!((balance(&network, 0, &anna), uses(&network)), (90, 2));
    assert!(done(&network, "member-1", &["standing"]).contains("track 1: 700 count"));

    submit(&network, &till, 3, back(&anna, &claimed));
    assert_eq!((balance(&network, 0, &anna), uses(&network)), (100, 0));
    assert!(!done(&network, "member-1", &["standing"]).contains("track 1:"), "nothing counts any more");
    let shown = network.client(0).campaigns(&brand).expect("a running gateway").campaigns;
    assert_eq!((shown[0].times, shown[0].returned, shown[0].stock_left), (2, 2, Some(5)));
    let told = done(&network, "nordmat", &["reference", "claim", "nordmat", "--reference", &claimed.to_string()]);
    assert!(told.contains("and all of it refunded"), "{told}");
}

/// The operations with which all of the purchase goes back.
fn back(anna: &Signer, claimed: &Reference) -> Vec<Operation> {
    let (brand, member, dated) = (nordmat(), anna.address(), now().day());
    let refund = Refund {
        brand,
        to: member,
        of: Payment::Claim,
        of_reference: claimed.clone(),
        of_dated: dated,
        amount: Points::new(80),
        reference: reference("return"),
        dated,
    };
    let reverse = Reverse {
        brand,
        from: member,
        amount: Points::new(70),
        at_least: Points::new(70),
        issue_reference: reference("purchase"),
        issue_dated: dated,
        reference: reference("return"),
        dated,
    };
    let take = TakeBack {
        brand,
        from: member,
        of: TakenBackOf::Stamp,
        of_reference: reference("purchase"),
        of_dated: dated,
        amount: 700,
        reference: reference("return"),
        dated,
    };
    vec![Operation::Refund(refund), Operation::Reverse(reverse), Operation::TakeBack(take)]
}

#[test]
fn a_till_asks_for_a_voucher_which_is_used_once_and_the_rest_is_returned() {
    let network = Network::start();
    let (till, anna) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    submit(&network, &till, 1, vec![issue(anna.address(), 200, "before")]);
    sell_coffees(&network, 5);
    done(&network, "member-1", &["claim", "nordmat", "1", "--quantity", "3", "--yes"]);
    assert_eq!(uses(&network), 3);

    let asked = json(&done(&network, "nordmat", &["request", "--voucher", "1", "nordmat", "--json"]));
    let text = asked["request"].as_str().expect("a text").to_owned();
    let used = done(&network, "member-1", &["use", &text, "--yes"]);
    assert!(used.contains("used 1 use of voucher") && used.contains("final in block"), "{used}");
    assert_eq!(uses(&network), 2);
    let own = asked["reference"].as_str().expect("a reference");
    let told = done(&network, "nordmat", &["reference", "use_voucher", "nordmat", "--reference", own]);
    assert!(told.starts_with("used 1 of a voucher of "), "{told}");
    let again = crate::wallet::wallet(&network, "member-1", &["use", &text, "--yes"]);
    assert!(!again.status.success() && again.stderr.contains("was used for it already with"), "{again:#?}");

    let listed = json(&done(&network, "member-1", &["vouchers", "--json"]));
    let voucher = listed["vouchers"][0]["voucher"].as_str().expect("an id").to_owned();
    let returned = done(&network, "member-1", &["return", &voucher, "--yes"]);
    assert!(returned.contains("returned 2 uses"), "{returned}");
    assert_eq!((balance(&network, 0, &anna), uses(&network)), (160, 0));
    let address = anna.address().to_text(NetworkKind::Test).to_string();
    let more = ["refund", "claim", &voucher, &address, "80", "nordmat", "--receipt", "too much", "--yes"];
    let refused = crate::wallet::wallet(&network, "nordmat", &more);
    assert!(!refused.status.success(), "the coffee that was drunk costs what it cost: {refused:#?}");
}

#[test]
fn whoever_is_on_a_list_that_is_set_behind_one_made_at_the_same_time_claims_and_returns_nothing_that_cost_nothing() {
    let network = Network::start();
    let file = |name: &str| network.scratch().join(name).display().to_string();
    let anna = Signer::of(&network, "member-1").address().to_text(NetworkKind::Test).to_string();
    let bo = Signer::of(&network, "member-2").address().to_text(NetworkKind::Test).to_string();
    let invite = |name: &str, member: &str| {
        std::fs::write(file(&format!("{name}.csv")), format!("Address;Amount\n\n{member};0\n")).expect("a directory");
        let (table, out) = (file(&format!("{name}.csv")), file(&format!("{name}.jsonl")));
        let line = ["campaign", "invite", "nordmat", "1", &table, "--out", &out, "--json"];
        json(&done(&network, "nordmat", &line))["root"].as_str().expect("a root").to_owned()
    };
    let roots = [invite("first", &anna), invite("second", &bo)];
    let (opens, about) = (now().get() - 1_000, "08".repeat(32));
    let closes = opens + 86_400_000;
    let terms = format!(
        "opens_ms = {opens}\ncloses_ms = {closes}\nby = \"member\"\nprice = 40\nreturnable = true\n\
         invited = [\"{}\", \"{}\"]\nabout = \"{about}\"\n[award]\ntype = \"voucher\"\nvalid_days = 30\n",
        roots[0], roots[1]
    );
    std::fs::write(file("terms.toml"), terms).expect("a directory of the test's own");
    done(&network, "nordmat", &["campaign", "set", "nordmat", "1", &file("terms.toml"), "--yes"]);

    for (member, list) in [("member-1", "first"), ("member-2", "second")] {
        let till = Signer::of(&network, "nordmat");
        let account = Signer::of(&network, member).address();
        submit(&network, &till, u64::from(member == "member-1"), vec![issue(account, 5, member)]);
        let claimed = done(
            &network,
            member,
            &["claim", "nordmat", "1", "--invitation", &file(&format!("{list}.jsonl")), "--yes"],
        );
        assert!(claimed.contains("for nothing"), "{claimed}");
        let listed = json(&done(&network, member, &["vouchers", "--json"]));
        let voucher = listed["vouchers"][0]["voucher"].as_str().expect("an id").to_owned();
        let returned = crate::wallet::wallet(&network, member, &["return", &voucher, "--yes"]);
        assert!(!returned.status.success() && returned.stderr.contains("cost nothing"), "{returned:#?}");
        let to = if member == "member-1" { &anna } else { &bo };
        let line = ["refund", "claim", &voucher, to, "40", "nordmat", "--receipt", "back", "--yes"];
        let refunded = crate::wallet::wallet(&network, "nordmat", &line);
        assert!(!refunded.status.success() && refunded.stderr.contains("cost nothing"), "{refunded:#?}");
    }
}
