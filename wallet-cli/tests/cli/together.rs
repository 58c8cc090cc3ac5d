//! Commands of a brand's admins who decide together.

use std::fs;

use lojal_types::api::{BrandMotion, Operator};
use lojal_types::operation::{brand_digest, try_map_actions};
use lojal_types::{
    AddressText, Approvals, Bounded, BrandAction, BrandActions, Campaign, CampaignId, Hash, MotionId, NetworkKind,
    Operation, Points, Policy, Role, SetCampaign, SetPolicy, TimeMs,
};

use crate::support::gateway::{Ledger, account, network_status, only_operation, submitted};
use crate::support::programme::gifts;
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, other, policy};

const DAY_MS: u64 = 86_400_000;

fn own() -> AddressText {
    key().address().to_text(NetworkKind::Test)
}

/// The digest of actions, as an admin computes it.
fn digest_of(actions: &BrandActions<AddressText>) -> Hash {
    let actions = try_map_actions(actions.clone(), |address| address.to_canonical(NetworkKind::Test));
    brand_digest(&genesis().chain_id(), "kaffet".parse().expect("valid"), &actions.expect("of this network"))
}

/// A motion by somebody else that lets points live longer.
fn motion(from_ms: Option<TimeMs>) -> BrandMotion {
    let policy = Policy { expiry_months: Some(36), ..policy() };
    let set = SetPolicy { brand: "kaffet".parse().expect("valid"), policy };
    let actions = Bounded::from([BrandAction::SetPolicy(set)]);
    let now = network_status().time_ms;
    BrandMotion {
        motion: MotionId::new(4),
        by: other(),
        digest: digest_of(&actions),
        actions,
        created_ms: now,
        lapses_ms: now.plus_ms(14 * DAY_MS),
        approved_by: vec![other()],
        counting: 1,
        stopped_by: vec![],
        from_ms,
    }
}

/// Kaffet asks for two of its two admins, and waits for three days.
fn ledger(motions: Vec<BrandMotion>) -> Server {
    let operator = |address, roles: Vec<Role>| Operator {
        address,
        roles: Bounded::new(roles).expect("one to four"),
        issue_daily_max: Some(Points::new(100)),
        issued_today: Points::ZERO,
    };
    let till = lojal_types::KeyPair::from_seed(&[9; 32]).address().to_text(NetworkKind::Test);
    let operators = vec![
        operator(own(), vec![Role::Admin]),
        operator(other(), vec![Role::Admin]),
        operator(till, vec![Role::Issue]),
    ];
    let together = (Approvals { needed: 2, delay_ms: 3 * DAY_MS }, motions);
    Ledger { operators, together, ..Ledger::with(vec![]) }.start()
}

#[test]
fn what_one_admin_can_not_do_is_put_forward_and_what_narrows_is_done() {
    let till = lojal_types::KeyPair::from_seed(&[9; 32]);
    let (till_key, till) = (till.public_key().to_string(), till.address().to_text(NetworkKind::Test).to_string());
    let other = other().to_string();
    let commands: [(&[&str], bool); 11] = [
        (&["policy", "set", "kaffet", "--expiry-months", "36", "--yes"], true),
        (&["policy", "set", "kaffet", "--expiry-months", "12", "--yes"], false),
        (&["operator", "remove", "kaffet", &other], true),
        (&["operator", "remove", "kaffet", &till], false),
        (&["operator", "set", "kaffet", &till_key, "--roles", "issue", "--issue-daily-max", "0.5"], false),
        (&["operator", "set", "kaffet", &till_key, "--roles", "issue"], true),
        (&["operator", "set", "kaffet", &till_key, "--roles", "issue,admin", "--issue-daily-max", "0.5"], true),
        (&["brand", "approvals", "kaffet", "--needed", "1", "--delay", "none", "--yes"], true),
        (&["settle", "100", "kaffet", "nordmat", "--receipt", "paid"], true),
        (&["partner", "end", "kaffet", "nordmat"], false),
        (&["brand", "close", "kaffet", "--on", "2099-07-01", "--yes"], true),
    ];
    for (command, is_put_forward) in commands {
        let server = ledger(vec![]);
        let ran = Wallet::at(server.url()).run(command);
        assert_eq!(ran.exit_code, 0, "{command:?}: {}", ran.stderr);
        let operation = only_operation(&server);
        assert_eq!(matches!(operation, Operation::ProposeForBrand(_)), is_put_forward, "{command:?}: {operation:?}");
        assert_eq!(ran.stdout.contains("put forward for kaffet, which asks for 2"), is_put_forward, "{command:?}");
    }
}

#[test]
fn the_number_of_a_motion_is_told_to_who_has_put_it_forward() {
    let server = ledger(vec![BrandMotion { by: own(), ..motion(None) }]);
    let command = ["policy", "set", "kaffet", "--expiry-months", "36", "--yes", "--json"];
    assert_eq!(Wallet::at(server.url()).run(&command).json()["motion"], 4);
}

#[test]
fn a_motion_about_a_campaign_shows_what_goes_and_comes_as_things_are_now() {
    let terms = Campaign { budget: Some(Points::new(200_000)), paused: true, ..gifts() };
    let set = SetCampaign { brand: "kaffet".parse().expect("valid"), campaign: CampaignId::new(1), terms };
    let actions = Bounded::from([BrandAction::SetCampaign(set)]);
    let server = ledger(vec![BrandMotion { digest: digest_of(&actions), actions, ..motion(None) }]);
    let shown = Wallet::at(server.url()).run(&["brand", "motion", "show", "kaffet", "4"]).stdout;
    let changes =
        ["- at most 1,000.00 points in all", "+ at most 2,000.00 points in all", "+ paused: it gives nothing"];
    for expected in changes.into_iter().chain(["granted by the brand's operators and by those of fjallet"]) {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

#[test]
fn a_motion_is_shown_in_words_before_it_is_approved_and_approved_as_it_was_shown() {
    let lie = Hash::new([7; 32]);
    let server = ledger(vec![BrandMotion { digest: lie, ..motion(None) }]);
    let wallet = Wallet::at(server.url());
    let listed = wallet.run(&["brand", "motion", "list", "kaffet"]).stdout;
    for expected in ["takes 2 of its admins", "waits for 3d", "set_policy", "open until", "1 of 2"] {
        assert!(listed.contains(expected), "{expected}: {listed}");
    }
    let shown = wallet.run(&["brand", "motion", "show", "kaffet", "4"]).stdout;
    assert!(shown.contains("24 months") && shown.contains("36 months") && !shown.contains("poolable"), "{shown}");
    let asked = wallet.run(&["brand", "motion", "approve", "kaffet", "4"]);
    assert!(asked.stderr.contains("36 months") && asked.stderr.contains("add --yes"), "{}", asked.stderr);
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&["brand", "motion", "approve", "kaffet", "4", "--yes"]).exit_code, 0);
    let Operation::ApproveForBrand(approve) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((approve.motion, approve.digest), (MotionId::new(4), motion(None).digest));
    for command in [&["brand", "motion", "show", "kaffet", "5"][..], &["brand", "motion", "approve", "kaffet", "5"]] {
        let unknown = wallet.run(command);
        assert!(unknown.stderr.contains("`lojal brand motion list kaffet`"), "{}", unknown.stderr);
        assert!(!unknown.stderr.contains("govern"), "{}", unknown.stderr);
    }
    let unknown = wallet.run(&["brand", "motion", "show", "kaffet", "5"]);
    assert!(unknown.exit_code != 0 && unknown.stderr.contains('5'), "{}", unknown.stderr);
}

#[test]
fn a_motion_that_waits_says_until_when_and_is_stopped_by_several() {
    let now = network_status().time_ms;
    for (from, words) in [(now.plus_ms(DAY_MS), "approved, waits until"), (now, "carries it out")] {
        let server = ledger(vec![motion(Some(from))]);
        let shown = Wallet::at(server.url()).run(&["brand", "motion", "show", "kaffet", "4"]).stdout;
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let server = ledger(vec![motion(Some(now))]);
    let ran = Wallet::at(server.url()).run(&["brand", "motion", "stop", "kaffet", "4", "--yes"]);
    assert!(ran.stdout.contains("2 of its admins stop it together"), "{}{}", ran.stdout, ran.stderr);
    assert!(matches!(only_operation(&server), Operation::StopForBrand(_)));
}

#[test]
fn several_actions_are_put_forward_from_a_file() {
    let server = ledger(vec![]);
    let wallet = Wallet::at(server.url());
    let file = wallet.home().join("motion.toml");
    let text = format!(
        "[[actions]]\ntype = \"remove_operator\"\nbrand = \"kaffet\"\noperator = \"{}\"\n\n\
         [[actions]]\ntype = \"set_approvals\"\nbrand = \"kaffet\"\nneeded = 1\ndelay_ms = 0\n",
        other()
    );
    fs::write(&file, text).expect("a directory of the test's own");
    let file = file.to_str().expect("UTF-8");
    let ran = wallet.run(&["brand", "motion", "propose", "kaffet", "--actions", file, "--yes"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let Operation::ProposeForBrand(propose) = only_operation(&server) else { panic!("another operation") };
    assert!(matches!(propose.actions[..], [BrandAction::RemoveOperator(_), BrandAction::SetApprovals(_)]));
    let wrong = wallet.run(&["brand", "motion", "propose", "kaffet", "--actions", "/nowhere", "--yes"]);
    assert_ne!(wrong.exit_code, 0);
}

#[test]
fn whoever_has_points_of_a_brand_that_leaves_is_warned() {
    let closes = TimeMs::new(1_900_000_020_000).expect("in range");
    let server = Ledger { kaffet_closes_ms: Some(closes), ..Ledger::with(vec![account(own())]) }.start();
    let wallet = Wallet::at(server.url());
    let balance = wallet.run(&["balance"]).stdout;
    assert!(balance.contains("kaffet leaves at 2030-03-17") && !balance.contains("nordmat leaves"), "{balance}");
    assert!(wallet.run(&["brands"]).stdout.contains("kaffet leaves, or has left, at 2030-03-17"));
    let balances = wallet.run(&["balance", "--json"]).json()["balances"].clone();
    for (balance, expected) in [(0, Some(closes.get())), (1, None)] {
        assert_eq!(balances[balance]["closes_ms"].as_u64(), expected, "{balances}");
    }
}

#[test]
fn a_brand_leaves_at_the_beginning_of_a_day_or_stays_after_all() {
    for (when, closes) in [(&["--on", "2027-07-01"][..], TimeMs::new(1_814_400_000_000).ok()), (&["--not"], None)] {
        let server = Ledger::with(vec![]).start();
        let command = [&["brand", "close", "kaffet", "--yes"][..], when].concat();
        let ran = Wallet::at(server.url()).run(&command);
        let Operation::CloseBrand(close) = only_operation(&server) else { panic!("another operation: {}", ran.stderr) };
        assert_eq!(close.closes_ms, closes);
    }
}
