//! Tracks, levels and campaigns: from a track's beginning to a level that a returned purchase takes along, and to the
//! last unit of a budget.

use lojal_types::{
    Bounded, BrandId, CampaignId, Claim, KeyPair, Operation, Points, Reference, Reverse, Stamp, TakeBack, TakenBackOf,
    Transaction,
};
use serde_json::Value;

use crate::network::Network;
use crate::programs::{program, run};
use crate::wallet::{Signer, balance, done, is_applied, issue, nordmat, now, wallet};

/// A level of a track, as a file with terms has it.
pub const LEVEL: &str = "[[levels]]\nat_least = 1000\nmonths = 12\n";
const HIGHER_LEVEL: &str = "[[levels]]\nat_least = 3000\nmonths = 12\n";

/// Writes a file with the terms of a track that counts a year.
fn terms(network: &Network, levels: &[&str]) -> String {
    let path = network.scratch().join("terms.toml");
    let about = "07".repeat(32);
    let text = format!("stamp_max = 10000\ntake_back_days = 30\nabout = \"{about}\"\n{}", levels.concat());
    let text = format!("{text}\n[kind]\ntype = \"rolling\"\nmonths = 12\n");
    std::fs::write(&path, text).expect("a directory of the test's own");
    path.display().to_string()
}

/// Has a brand begin its first track, through the wallet.
pub fn begin_track(network: &Network, brand: &str, levels: &[&str]) {
    let file = terms(network, levels);
    let told = done(network, brand, &["track", "set", brand, "--terms", &file, "--yes"]);
    assert!(told.contains(&format!("began track 1 of {brand} · final in block")), "{told}");
}

fn reference(text: &str) -> Reference {
    Reference::new(text.as_bytes().to_vec()).expect("1 to 32 bytes")
}

/// The words of a member's wallet about its standing, proven.
fn standing(network: &Network, more: &[&str]) -> String {
    let told = done(network, "member-1", &[&["standing"], more].concat());
    assert!(told.contains("proven"), "{told}");
    told
}

#[test]
fn a_brand_counts_a_member_reaches_a_level_and_a_returned_purchase_takes_it_along() {
    let network = Network::start();
    begin_track(&network, "nordmat", &[LEVEL]);
    let file = terms(&network, &[LEVEL, HIGHER_LEVEL]);
    let asked = wallet(&network, "nordmat", &["track", "set", "nordmat", "1", "--terms", &file]);
    assert!(asked.stderr.contains("+ level 2 from 3000, held for 12 months"), "{asked:#?}");
    let told = done(&network, "nordmat", &["track", "set", "nordmat", "1", "--terms", &file, "--yes"]);
    assert!(told.contains("changed track 1 of nordmat"), "{told}");
    assert!(done(&network, "member-1", &["track", "show", "nordmat", "1"]).contains("level 2 from 3000"));
    let member = done(&network, "member-1", &["address"]).trim().to_owned();

    let stamp = ["stamp", "nordmat", "1", &member, "400", "--receipt", "first"];
    let rehearsed = done(&network, "nordmat", &[&stamp[..], &["--dry-run"]].concat());
    assert!(rehearsed.contains("track 1: 400 count; no level yet; 600 more reach level 1"), "{rehearsed}");
    done(&network, "nordmat", &stamp);
    assert!(standing(&network, &[]).contains("track 1: 400 count; no level yet; 600 more reach level 1"));
    let (till, owner) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    let submit = |nonce: u64, operations: Vec<Operation>| {
        let operations = Bounded::new(operations).expect("a few");
        let transaction = Transaction { operations, ..till.transaction(nonce, issue(owner.address(), 1, "none")) };
        let status = network.client(0).submit(&till.sign_transaction(transaction), true).expect("a running gateway");
        assert!(is_applied(&status), "{status:?}");
    };
    let purchase = Operation::Stamp(Stamp {
        brand: nordmat(),
        track: "1".parse().expect("a number"),
        to: owner.address(),
        amount: 700,
        place: None,
        reference: reference("second"),
        dated: now().day(),
    });
    submit(1, vec![issue(owner.address(), 70, "second"), purchase]);
    let reached = standing(&network, &["nordmat"]);
    assert!(reached.contains("track 1: 1100 count; level 1 through"), "{reached}");
    assert!(reached.contains("1 more by then keeps it, else no level follows; 1900 more reach level 2"), "{reached}");
    let document: Value = serde_json::from_str(&standing(&network, &["--json"])).expect("JSON");
    assert_eq!(document["standings"][0]["tracks"][0]["level"], 1, "{document}");

    returned(&submit, nordmat(), &owner);
    assert!(standing(&network, &[]).contains("track 1: 400 count; no level yet"));
    let consent = done(&network, "member-1", &["consent", "nordmat", "--ranks", "--reminders"]);
    assert!(consent.contains("to be listed by rank, reminders"), "{consent}");
    let take = ["takeback", "nordmat", &member, "--receipt", "back", "--of-receipt", "first"];
    assert!(done(&network, "nordmat", &take).contains("took back 400"));
    assert!(standing(&network, &[]).contains("it may do with this: to be listed by rank, reminders"));
    assert!(standing(&network, &["fjallen"]).contains("fjallen has never stamped anything"));
    network.catch_up(&[0, 1, 2, 3]);
    let mut audit = program("lojal-audit");
    audit.args(["verify", "--quiet", "--genesis"]).arg(network.genesis()).args(["--url", &network.url(1)]);
    run(audit.arg("--key").arg(network.auditor_key())).success();
}

/// The purchase goes back, with its points and what was counted for it, in one transaction.
fn returned(submit: &impl Fn(u64, Vec<Operation>), brand: BrandId, owner: &Signer) {
    let (from, dated) = (owner.address(), now().day());
    let reverse = Operation::Reverse(Reverse {
        brand,
        from,
        amount: Points::new(70),
        at_least: Points::new(70),
        issue_reference: reference("second"),
        issue_dated: dated,
        reference: reference("return"),
        dated,
    });
    let (of_reference, own) = (reference("second"), reference("return"));
    let (of, amount, reference) = (TakenBackOf::Stamp, 700, own);
    let take = TakeBack { brand, from, of, of_reference, of_dated: dated, amount, reference, dated };
    submit(2, vec![reverse, Operation::TakeBack(take)]);
}

/// Writes a file with the terms of a campaign whose budget is two claims by members whom the brand knows.
fn two_claims(network: &Network) -> String {
    let path = network.scratch().join("campaign.toml");
    let (opens, about) = (now().get() - 1_000, "08".repeat(32));
    let closes = opens + 86_400_000;
    let text = format!(
        "opens_ms = {opens}\ncloses_ms = {closes}\nby = \"member\"\nbudget = 1000\nabout = \"{about}\"\n\
         [award]\ntype = \"points\"\namount = 500\nup_to = 500\n[[requires]]\ntype = \"since\"\ndays = 0\n"
    );
    std::fs::write(&path, text).expect("a directory of the test's own");
    path.display().to_string()
}

#[test]
fn the_last_unit_of_a_budget_is_claimed_at_four_gateways_at_once_and_exactly_one_gets_it() {
    let network = Network::start();
    begin_track(&network, "nordmat", &[]);
    let (till, first) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    let keys = (1..=12).map(|seed| KeyPair::from_seed(&[seed; 32]));
    let others: Vec<Signer> = keys.map(|key| Signer::new(key, till.genesis().clone())).collect();
    let stamps = others.iter().chain([&first]).enumerate().map(|(number, one)| {
        let (to, reference) = (one.address(), reference(&number.to_string()));
        let track = "1".parse().expect("a number");
        Operation::Stamp(Stamp { brand: nordmat(), track, to, amount: 1, place: None, reference, dated: now().day() })
    });
    let operations = Bounded::new(stamps.collect()).expect("a few");
    let transaction = Transaction { operations, ..till.transaction(1, issue(first.address(), 1, "none")) };
    let known = network.client(0).submit(&till.sign_transaction(transaction), true).expect("a running gateway");
    assert!(is_applied(&known), "{known:?}");
    let began = done(&network, "nordmat", &["campaign", "set", "nordmat", "1", &two_claims(&network), "--yes"]);
    assert!(began.contains("began campaign 1 of nordmat"), "{began}");
    assert!(done(&network, "member-1", &["claim", "nordmat", "1", "--yes"]).contains("claimed 1 of campaign 1"));
    network.catch_up(&[0, 1, 2, 3]);

    let campaign = CampaignId::new(1);
    std::thread::scope(|scope| {
        for (number, one) in others.iter().enumerate() {
            let (account, client) = (one.address(), network.client(number % 4));
            let claim = Claim {
                brand: nordmat(),
                campaign,
                account,
                quantity: 1,
                price_max: Points::ZERO,
                referrer: None,
                invitation: None,
            };
            let signed = one.sign(1, Operation::Claim(claim));
            // What became of it the ledger tells; a gateway may refuse it before a block has it.
            scope.spawn(move || client.submit(&signed, true).map(drop));
        }
    });
    network.catch_up(&[0, 1, 2, 3]);
    for node in 0..4 {
        let shown = network.client(node).campaigns(&nordmat()).expect("a running gateway").campaigns;
        let of_all = (shown[0].times, shown[0].points.get(), shown[0].budget_left);
        assert_eq!(of_all, (2, 1_000, Some(Points::ZERO)), "at node {node}");
        let got = others.iter().filter(|one| balance(&network, node, one) == 500).count();
        assert_eq!(got, 1, "at node {node}");
    }
    assert!(standing(&network, &["nordmat"]).contains("track 1: 1 count"));
}
