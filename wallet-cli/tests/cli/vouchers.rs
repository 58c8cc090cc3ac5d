//! Vouchers and refunds, from both sides.

use lojal_types::api::{Operator, VoucherUse};
use lojal_types::{
    CampaignId, Code, NetworkKind, Operation, Outcome, Payment, Points, Reference, Role, Roles, Salt, TakenBackOf,
    VoucherRequest,
};
use lojal_wallet::uri::VoucherCall;

use crate::support::gateway::{Ledger, account, network_status, only_operation, payment, submitted};
use crate::support::programme::{Known, voucher};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, other, pool, receipt};

fn ledger() -> Server {
    Ledger::with(vec![account(other())]).start()
}

/// A till's request for uses of a voucher of campaign 5.
fn request(quantity: u16) -> VoucherRequest {
    let now = network_status().time_ms;
    let (brand, campaign, salt) = ("kaffet".parse().expect("valid"), CampaignId::new(5), Salt::new([7; 16]));
    let (dated, until_ms) = (now.day(), now.plus_ms(600_000));
    VoucherRequest { brand, campaign, quantity, dated, until_ms, household: None, salt }
}

fn text_of(request: &VoucherRequest) -> String {
    VoucherCall { chain: genesis().chain_id().tag(), request: request.clone() }.to_uri()
}

#[test]
fn vouchers_are_listed_with_their_uses_and_their_last_day() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let list = wallet.run(&["vouchers"]).stdout;
    let until = network_status().time_ms.day().plus(10);
    for part in [voucher(5).to_string(), until.to_string(), "kaffet".to_owned()] {
        assert!(list.contains(&part), "{part}: {list}");
    }
    let none = wallet.run(&["vouchers", "--brand", "nordmat"]).stdout;
    assert!(none.contains("has no vouchers of nordmat"), "{none}");
    for of in [&["vouchers", "--brand", "nosuch"][..], &["standing", "nosuch"], &["history", "--brand", "nosuch"]] {
        let unknown = wallet.run(&[of, &["--json"]].concat());
        assert_eq!((unknown.exit_code, unknown.error_code().as_str()), (1, "unknown_brand"), "{of:?}");
    }
}

#[test]
fn a_tills_request_takes_the_voucher_that_ends_first_with_enough_uses() {
    for (quantity, byte) in [(1, 5), (3, 5), (4, 6)] {
        let server = ledger();
        let wallet = Wallet::at(server.url());
        let text = text_of(&request(quantity));
        let asked = wallet.run(&["use", &text]).stderr;
        assert!(asked.contains(&voucher(byte).to_string()) && asked.contains("campaign 5"), "{asked}");
        assert!(submitted(&server).is_empty(), "nobody has agreed");
        assert_eq!(wallet.run(&["use", &text, "--yes"]).exit_code, 0);
        let Operation::UseVoucher(used) = only_operation(&server) else { panic!("another operation") };
        assert_eq!((used.voucher, used.quantity), (voucher(byte), quantity));
        assert_eq!(used.asked(CampaignId::new(5)), request(quantity));
        assert_eq!(used.request.reference, request(quantity).reference(&genesis().chain_id()));
    }
    let server = ledger();
    let many = Wallet::at(server.url()).run(&["use", &text_of(&request(9)), "--yes", "--json"]);
    assert_eq!((many.exit_code, many.error_code().as_str()), (1, "unknown_voucher"));
    for (name, code) in [(voucher(7), "unknown_voucher"), (voucher(5), "voucher_exceeded")] {
        let server = ledger();
        let line = ["use", &text_of(&request(4)), &name.to_string(), "--yes", "--json"];
        let wrong = Wallet::at(server.url()).run(&line);
        assert_eq!((wrong.exit_code, wrong.error_code().as_str()), (1, code));
        assert!(wrong.stdout.contains(&format!("voucher {name}")), "{}", wrong.stdout);
    }
}

#[test]
fn a_request_that_was_answered_says_with_which_voucher_and_transaction() {
    let own = key().address().to_text(NetworkKind::Test);
    let (brand, transaction) = (request(1).brand, payment(None).transaction);
    let used = VoucherUse { brand, account: own, voucher: voucher(5), quantity: 1, transaction: transaction.clone() };
    let programme = Known { answer: Some(used), ..Known::default() };
    let receipt = Outcome::Failed { operation: 0, code: Code::DuplicateReference };
    let server = Ledger { receipt, programme, ..Ledger::with(vec![account(other())]) }.start();
    let again = Wallet::at(server.url()).run(&["use", &text_of(&request(1)), "--yes"]);
    let said = format!("your voucher {} was used for it already with transaction {}", voucher(5), transaction.id);
    assert!(again.exit_code == 1 && again.stderr.contains(&said), "{}", again.stderr);
}

#[test]
fn a_voucher_is_used_without_a_till_by_a_request_of_the_wallets_own() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let name = voucher(6).to_string();
    assert_eq!(wallet.run(&["use", "kaffet", &name, "--uses", "2", "--yes"]).exit_code, 0);
    let Operation::UseVoucher(used) = only_operation(&server) else { panic!("another operation") };
    let asked = used.asked(CampaignId::new(5));
    assert_eq!((used.voucher, used.quantity), (voucher(6), 2));
    assert_eq!(used.request.reference, asked.reference(&genesis().chain_id()), "the request is made whole");
    assert_eq!(wallet.run(&["use", "kaffet"]).exit_code, 2, "a voucher is missing");
    let unknown = wallet.run(&["use", "kaffet", &voucher(9).to_string(), "--yes", "--json"]);
    assert_eq!(unknown.error_code(), "unknown_voucher");
}

#[test]
fn a_till_asks_for_a_voucher_of_a_campaign_or_of_a_household() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ask = ["request", "--voucher", "5", "--uses", "2", "kaffet", "--household", &pool().to_string(), "--json"];
    let asked = wallet.run(&ask).json();
    let call = VoucherCall::from_uri(asked["request"].as_str().expect("a text")).expect("a request");
    assert_eq!((call.request.campaign, call.request.quantity), (CampaignId::new(5), 2));
    assert_eq!(call.request.reference(&genesis().chain_id()).to_string(), asked["reference"]);
    assert_eq!(call.request.household.map(|one| one.to_text(NetworkKind::Test)), Some(pool()));
    let many = ["request", "--voucher", "5", "kaffet", "--uses", "101"];
    for wrong in [&["request", "--voucher", "5", "12.50", "kaffet"][..], &["request", "kaffet"], &many] {
        assert_eq!(wallet.run(wrong).exit_code, 2, "{wrong:?}");
    }
}

#[test]
fn a_request_for_a_voucher_that_nobody_can_answer_isnt_shown() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let pool = pool().to_string();
    for (more, code) in [
        (&["--voucher", "0"][..], "unknown_campaign"),
        (&["--voucher", "99"], "unknown_campaign"),
        (&["--voucher", "1"], "no_vouchers"),
        (&["--voucher", "5", "--uses", "9", "--household", &pool], "unknown_voucher"),
    ] {
        let ran = wallet.run(&[&["request", "kaffet", "--json"], more].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, code), "{more:?}");
    }
}

#[test]
fn a_voucher_that_was_bought_is_returned_for_what_its_uses_cost() {
    for (more, points) in [(&[][..], 750), (&["--uses", "2"], 500)] {
        let server = ledger();
        let wallet = Wallet::at(server.url());
        let name = voucher(5).to_string();
        let line = [&["return", name.as_str()][..], more].concat();
        let asked = wallet.run(&line).stderr;
        assert!(asked.contains(" kaffet that they cost"), "{asked}");
        assert_eq!(wallet.run(&[&line[..], &["--yes"]].concat()).exit_code, 0);
        let Operation::Refund(refund) = only_operation(&server) else { panic!("another operation") };
        assert_eq!((refund.of, refund.amount), (Payment::Claim, Points::new(points)));
        assert_eq!(refund.of_reference, Reference::new(vec![5; 16]).expect("16 bytes"), "the claim's");
    }
    let server = ledger();
    let given = Wallet::at(server.url()).run(&["return", &voucher(6).to_string(), "--yes", "--json"]);
    assert_eq!(given.error_code(), "not_refundable");
    let (name, to) = (voucher(6).to_string(), other().to_string());
    let line = ["refund", "claim", &name, &to, "2.50", "kaffet", "--receipt", "R-1", "--yes", "--json"];
    let refund = Wallet::at(server.url()).run(&line);
    assert_eq!((refund.exit_code, refund.error_code().as_str()), (1, "not_refundable"));
    assert!(refund.stdout.contains("cost nothing"), "{}", refund.stdout);
}

#[test]
fn an_owners_return_takes_no_receipt_which_it_wouldnt_use() {
    let own = key().address().to_text(NetworkKind::Test);
    let (name, to) = (voucher(5).to_string(), own.to_string());
    let line = ["refund", "claim", &name, &to, "2.50", "kaffet", "--receipt", "R-1", "--yes", "--json"];
    let server = ledger();
    let refused = Wallet::at(server.url()).run(&line);
    assert_eq!((refused.exit_code, refused.error_code().as_str()), (1, "not_permitted"));
    assert!(refused.stdout.contains("lojal return gives your own voucher back"), "{}", refused.stdout);
    let (issue_daily_max, issued_today) = (None, Points::ZERO);
    let operator = Operator { address: own, roles: Roles::from([Role::Reverse]), issue_daily_max, issued_today };
    let server = Ledger { operators: vec![operator], ..Ledger::with(vec![account(other())]) }.start();
    assert_eq!(Wallet::at(server.url()).run(&line).exit_code, 0);
}

#[test]
fn a_refund_names_its_payment_with_the_day_that_the_ledger_knows() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let (of, to) = (voucher(5).to_string(), other().to_string());
    let line = ["refund", "claim", &of, &to, "2.50", "kaffet", "--receipt", "R-1"];
    let asked = wallet.run(&line).stderr;
    assert!(asked.contains("give 2.50 kaffet back") && asked.contains("12.50 kaffet can be now"), "{asked}");
    assert_eq!(wallet.run(&[&line[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::Refund(refund) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((refund.of_dated, refund.reference), (network_status().time_ms.day(), receipt("R-1")));
    let unknown = ["refund", "claim", "0a", &to, "1", "kaffet", "--receipt", "R-1", "--yes", "--json"];
    assert_eq!(wallet.run(&unknown).error_code(), "unknown_reference");
}

#[test]
fn uses_of_a_voucher_are_taken_back_by_the_receipt_of_the_grant() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let from = other().to_string();
    let take = ["takeback", "kaffet", &from, "2", "--voucher", "--receipt", "R-2", "--of-receipt", "R-1"];
    assert_eq!(wallet.run(&take).exit_code, 2, "the day of the grant isn't known");
    assert_eq!(wallet.run(&[&take[..], &["--of-dated", "2027-01-15"]].concat()).exit_code, 0);
    let Operation::TakeBack(take) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((take.of, take.amount), (TakenBackOf::Voucher, 2));
}
