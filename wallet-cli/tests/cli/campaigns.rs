//! Campaigns from both sides: the brand's and the member's.

use lojal_types::{Approvals, CampaignId, Code, Hash, NetworkKind, Operation, Outcome, Points, TakenBackOf};

use crate::support::gateway::{Ledger, account, only_operation, submitted};
use crate::support::programme::{CLUB, Known, gifts};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, other, pool, receipt};

fn ledger() -> Server {
    Ledger::with(vec![account(other())]).start()
}

/// The same where campaigns have lists of invitations with these roots.
fn invited(invited: Vec<Hash>) -> Server {
    let programme = Known { invited, ..Known::default() };
    Ledger { programme, ..Ledger::with(vec![account(other())]) }.start()
}

#[test]
fn campaigns_are_listed_and_shown_with_what_is_left() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let list = wallet.run(&["campaign", "list", "kaffet"]).stdout;
    assert!(list.contains("gives mark 7 for 30 days") && list.contains("37 units"), "{list}");
    let shown = wallet.run(&["campaign", "show", "kaffet", "1"]).stdout;
    assert!(shown.contains("asks that the brand has known the member for at most 30 days"), "{shown}");
    let none = wallet.run(&["campaign", "show", "kaffet", "3", "--json"]);
    assert_eq!((none.exit_code, none.error_code().as_str()), (1, "unknown_campaign"));
}

#[test]
fn what_changes_in_a_campaign_is_shown_before_it_is_signed() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let set = ["campaign", "set", "kaffet", "2", &wallet.file("club.toml", CLUB)];
    let asked = wallet.run(&set).stderr;
    for line in ["- costs 2.50 points each", "+ costs 2.00 points each", "  gives mark 7 for 30 days"] {
        assert!(asked.contains(line), "{line}: {asked}");
    }
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&[&set[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::SetCampaign(set) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((set.campaign, set.terms.price), (CampaignId::new(2), Points::new(200)));
}

#[test]
fn a_campaign_is_paused_on_the_terms_that_it_has() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["campaign", "pause", "kaffet", "1"]);
    assert!(ran.stdout.contains("paused campaign 1 of kaffet"), "{}", ran.stderr);
    let Operation::SetCampaign(set) = only_operation(&server) else { panic!("another operation") };
    assert!(set.terms.paused);
    assert_eq!(lojal_types::Campaign { paused: false, ..set.terms }, gifts());
}

#[test]
fn where_a_brand_asks_for_two_admins_one_pauses_and_two_resume() {
    for (command, is_direct) in [("pause", true), ("resume", false)] {
        let together = (Approvals { needed: 2, delay_ms: 0 }, vec![]);
        let server = Ledger { together, ..Ledger::with(vec![]) }.start();
        let ran = Wallet::at(server.url()).run(&["campaign", command, "kaffet", "1"]);
        let operation = only_operation(&server);
        assert_eq!(matches!(operation, Operation::SetCampaign(_)), is_direct, "{}", ran.stderr);
        assert_eq!(matches!(operation, Operation::ProposeForBrand(_)), !is_direct, "{}", ran.stderr);
    }
}

#[test]
fn a_sponsor_accepts_the_terms_that_it_was_shown_whatever_digest_a_gateway_tells() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let asked = wallet.run(&["campaign", "accept", "kaffet", "1"]).stderr;
    assert!(asked.contains("at most 200000 minor units in all") || asked.contains("200,000"), "{asked}");
    assert_eq!(wallet.run(&["campaign", "accept", "kaffet", "1", "--yes"]).exit_code, 0);
    let Operation::AcceptSponsorship(accept) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(accept.terms, gifts().digest(&genesis().chain_id(), accept.brand, accept.campaign));
    let none = wallet.run(&["campaign", "accept", "kaffet", "2", "--yes"]);
    assert!(none.stderr.contains("has no sponsor"), "{}", none.stderr);
}

#[test]
fn a_grant_has_its_receipt_and_the_points_of_a_claim_where_none_are_named() {
    for (amount, points) in [(&[][..], 500), (&["12.50"], 1_250)] {
        let server = ledger();
        let wallet = Wallet::at(server.url());
        let to = other().to_string();
        let grant = [&["grant", "kaffet", "1", &to], amount, &["--receipt", "R-1"]].concat();
        assert_eq!(wallet.run(&grant).exit_code, 0);
        let Operation::Grant(grant) = only_operation(&server) else { panic!("another operation") };
        assert_eq!((grant.amount, grant.reference), (points, receipt("R-1")));
    }
}

#[test]
fn the_price_of_a_claim_is_shown_and_is_the_most_that_it_costs() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let claim = ["claim", "kaffet", "2", "--quantity", "3"];
    let asked = wallet.run(&claim).stderr;
    assert!(asked.contains("for 7.50 kaffet"), "{asked}");
    assert_eq!(wallet.run(&[&claim[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::Claim(claim) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((claim.quantity, claim.price_max, claim.referrer), (3, Points::new(750), None));
}

#[test]
fn a_mark_is_told_with_its_last_day_and_taken_back_by_its_days() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let standing = wallet.run(&["standing"]).stdout;
    assert!(standing.contains("mark 7 until ") && standing.contains("taken 1 of campaign 2"), "{standing}");
    let from = other().to_string();
    let take = ["takeback", "kaffet", &from, "10", "--mark", "--receipt", "R-2", "--of-receipt", "R-1"];
    assert_eq!(wallet.run(&take).exit_code, 2, "the day of the grant isn't known");
    let ran = wallet.run(&[&take[..], &["--of-dated", "2027-01-15"]].concat());
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let Operation::TakeBack(take) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((take.of, take.amount), (TakenBackOf::Mark, 10));
}

#[test]
fn a_referral_is_made_by_a_member_and_claimed_by_its_link() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let none = wallet.run(&["refer", "kaffet", "2"]);
    assert!(none.exit_code == 1 && none.stderr.contains("gives nothing for bringing"), "{}", none.stderr);
    let link = wallet.run(&["refer", "kaffet", "1"]).stdout;
    assert!(link.starts_with("LOJAL:REFER1"), "{link}");
    let claim = ["claim", link.trim()];
    let asked = wallet.run(&claim).stderr;
    assert!(asked.contains("has brought you along"), "{asked}");
    assert_eq!(wallet.run(&[&claim[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::Claim(claim) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((claim.campaign, claim.referrer), (CampaignId::new(1), Some(key().address())));
}

#[test]
fn a_list_of_the_invited_is_made_of_a_table_and_each_claims_by_its_own_line() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let own = key().address().to_text(NetworkKind::Test);
    let table = wallet.file("people.csv", &format!("address,amount\n{own},12.50\n{},3\n", other()));
    let out = wallet.home().with_file_name("invited.jsonl").display().to_string();
    let invite = ["campaign", "invite", "kaffet", "1", &table, "--out", &out];
    let told = wallet.run(&[&invite[..], &["--json"]].concat());
    assert_eq!(told.exit_code, 0, "{}", told.stderr);
    let made = told.json();
    assert_eq!((&made["place"], &made["invitations"]), (&0.into(), &2.into()));
    let again = wallet.run(&invite);
    assert!(again.exit_code == 1 && again.stderr.contains("give another name"), "{}", again.stderr);
    let lines = std::fs::read_to_string(&out).expect("it is written");
    assert!(lines.lines().all(|line| line.contains("/wallet/#/claim/kaffet/1/invited-")), "{lines}");

    let root = made["root"].as_str().and_then(|root| root.parse().ok()).expect("a root");
    let told = wallet.run(&["campaign", "invite", "kaffet", "1", "--root-of", &out, "--json"]).json();
    assert_eq!(told, made, "the root is found again");

    // It is set behind another one, although the file was made before.
    let server = invited(vec![Hash::new([1; 32]), root]);
    let claims = Wallet::at(server.url());
    let claim = ["claim", "kaffet", "1", "--invitation", &out];
    let asked = claims.run(&claim).stderr;
    assert!(asked.contains("it gives 12.50 points"), "{asked}");
    assert_eq!(claims.run(&[&claim[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::Claim(claim) = only_operation(&server) else { panic!("another operation") };
    let invitation = claim.invitation.expect("it is shown");
    let roots = [Hash::new([1; 32]), root];
    assert!(invitation.is_for(&genesis().chain_id(), (claim.brand, claim.campaign, key().address()), &roots));
    assert_eq!(invitation.amount, 1_250);

    let without = lines.lines().find(|line| !line.contains(&own.to_string())).expect("the other's");
    let (others, people) = (wallet.file("others.jsonl", without), table);
    for (file, expected) in [
        (&others, (1, "invitation_missing", "others.jsonl: there is no invitation for")),
        (&people, (2, "invalid_list", "people.csv: line 1 is no invitation")),
        (&out, (1, "invitation_invalid", "is of no list that the campaign has")),
    ] {
        let none = wallet.run(&["claim", "kaffet", "1", "--invitation", file, "--yes", "--json"]);
        let (exit_code, code, said) = expected;
        assert_eq!((none.exit_code, none.error_code().as_str()), (exit_code, code));
        assert!(none.stdout.contains(said), "{}", none.stdout);
    }
}

#[test]
fn a_list_of_what_the_campaign_cant_have_isnt_made() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let (own, pool) = (key().address().to_text(NetworkKind::Test), pool());
    let out = wallet.home().with_file_name("never.jsonl").display().to_string();
    for (campaign, line, said) in [
        ("1", format!("{own},20.01"), "line 2: the amount is what the account gets"),
        ("1", format!("{pool},1"), "line 2: households don't take part"),
        ("2", format!("{own},2.51"), "line 2: the amount is what a unit costs the account: at most 2.50"),
        ("0", format!("{own},1"), "campaigns are numbered from 1 on"),
        ("3", format!("{own},1"), "campaign 3 of kaffet is over: the next one has a number above 8"),
    ] {
        let table = wallet.file("people.csv", &format!("address,amount\n{line}\n"));
        let refused = wallet.run(&["campaign", "invite", "kaffet", campaign, &table, "--out", &out]);
        assert!(refused.exit_code != 0 && refused.stderr.contains(said), "{}", refused.stderr);
    }
    let table = wallet.file("people.csv", &format!("address,amount\n{own},1\n"));
    let nowhere = wallet.run(&["campaign", "invite", "kaffet", "1", &table, "--out", "-"]);
    assert!(nowhere.exit_code == 2 && nowhere.stderr.contains("names a new file"), "{}", nowhere.stderr);
}

#[test]
fn terms_that_are_out_of_bounds_are_named_before_they_are_signed() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    for (number, terms, said) in [
        ("9", CLUB.replace("days = 30", "days = 0"), "days of the award are 1 to"),
        ("9", CLUB.replace("\"member\"", "\"operator\""), "what costs points is claimed by members"),
        ("3", CLUB.to_owned(), "a new one has a number above 8"),
    ] {
        let set = ["campaign", "set", "kaffet", number, &wallet.file("club.toml", &terms), "--yes", "--json"];
        let refused = wallet.run(&set);
        assert_eq!((refused.exit_code, refused.error_code().as_str()), (1, "campaign_out_of_bounds"));
        assert!(refused.stdout.contains(said), "{}", refused.stdout);
    }
    assert!(submitted(&server).is_empty());
}

#[test]
fn whom_a_brand_doesnt_know_at_all_isnt_told_that_it_knows_them_for_long() {
    let receipt = Outcome::Failed { operation: 0, code: Code::NotNew };
    let server = Ledger { receipt, ..Ledger::with(vec![account(other())]) }.start();
    let wallet = Wallet::at(server.url());
    let known = wallet.run(&["claim", "kaffet", "1", "--yes"]).stderr;
    assert!(known.contains("known for few days only"), "{known}");
    let nothing = wallet.run(&["claim", "kaffet"]);
    assert!(nothing.exit_code == 2 && nothing.stderr.contains("lojal claim kaffet 3"), "{}", nothing.stderr);
}

#[test]
fn who_is_invited_pays_its_own_price() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let own = key().address().to_text(NetworkKind::Test);
    for (price, costs) in [("1.75", "for 1.75 kaffet"), ("2.50", "for 2.50 kaffet"), ("0", "for nothing")] {
        let table = wallet.file("people.csv", &format!("address,amount\n{own},{price}\n"));
        let out = wallet.home().with_file_name(format!("invited-{price}.jsonl")).display().to_string();
        let made = wallet.run(&["campaign", "invite", "kaffet", "2", &table, "--out", &out, "--json"]).json();
        let server = invited(vec![made["root"].as_str().and_then(|root| root.parse().ok()).expect("a root")]);
        let asked = Wallet::at(server.url()).run(&["claim", "kaffet", "2", "--invitation", &out]).stderr;
        assert!(asked.contains(costs), "{price}: {asked}");
    }
}
