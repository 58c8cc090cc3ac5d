//! A till and a member.

use lojal_types::limits::HOLD_MS_MAX;
use lojal_types::{
    Address, ChainTag, Code, NetworkKind, Operation, Outcome, Points, Reference, Request, RequestKind, Salt, TimeMs,
};
use lojal_wallet::clock::local_time;
use lojal_wallet::time::utc;
use lojal_wallet::uri::{HoldTicket, PaymentRequest};

use crate::support::gateway::{Ledger, account, network_status, only_operation, payment, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, other, pool, receipt};

fn ledger() -> Server {
    Ledger::with(vec![account(key().address().to_text(NetworkKind::Test))]).start()
}

fn now() -> TimeMs {
    network_status().time_ms
}

/// Tells whether a wallet that ran since the ledger stood still, until now, can mean this time by "in `ms`".
fn is_after_now(time: TimeMs, ms: u64) -> bool {
    let latest = local_time().expect("a clock").plus_ms(ms);
    (now().plus_ms(ms)..=latest).contains(&time)
}

fn request() -> PaymentRequest {
    let request = Request {
        brand: "kaffet".parse().expect("valid"),
        amount: Points::new(1250),
        kind: RequestKind::Redeem,
        dated: now().day(),
        until_ms: now().plus_ms(10_000),
        household: None,
        salt: Salt::new([7; 16]),
    };
    PaymentRequest { chain: genesis().chain_id().tag(), request }
}

/// The request with something else in it.
fn asking(change: impl FnOnce(&mut Request)) -> PaymentRequest {
    let mut changed = request();
    change(&mut changed.request);
    changed
}

fn held_request() -> PaymentRequest {
    asking(|request| request.kind = RequestKind::Hold { expires_ms: now().plus_ms(7_200_000) })
}

fn reference_of(request: &PaymentRequest) -> Reference {
    request.request.reference(&genesis().chain_id())
}

fn ticket() -> HoldTicket {
    HoldTicket {
        chain: genesis().chain_id().tag(),
        brand: "kaffet".parse().expect("valid"),
        from: key().address(),
        hold_reference: reference_of(&held_request()),
        hold_dated: held_request().request.dated,
        amount: Points::new(1250),
        expires_ms: now().plus_ms(7_200_000),
    }
}

#[test]
fn a_request_is_a_qr_code_and_a_text_and_needs_no_passphrase() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run_with(&["request", "12.50", "kaffet"], None);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let shown = PaymentRequest::from_uri(ran.stdout.lines().last().expect("a line")).expect("a request");
    let request = &shown.request;
    assert_eq!((request.amount, request.kind), (Points::new(1250), RequestKind::Redeem));
    let words = format!("ask for 12.50 kaffet, until {} UTC", utc(request.until_ms));
    assert!(ran.stdout.starts_with('\u{2588}') && ran.stdout.contains(&words), "{}", ran.stdout);
    assert!(ran.stdout.contains(&format!("reference {}", reference_of(&shown))), "{}", ran.stdout);
    assert!(is_after_now(request.until_ms, 600_000));
    let json = wallet
        .run(&["request", "12.50", "kaffet", "--hold", "--hold-for", "2h", "--pay-within", "90s", "--json"])
        .json();
    let shown = PaymentRequest::from_uri(json["request"].as_str().expect("a text")).expect("a request");
    let request = &shown.request;
    assert!(is_after_now(request.until_ms, 90_000));
    let expires_ms = request.until_ms.plus_ms(7_200_000 - 90_000);
    assert_eq!(request.kind, RequestKind::Hold { expires_ms });
    assert_eq!(json["reference"], reference_of(&shown).to_string());
    let again = wallet.run(&["request", "12.50", "kaffet", "--json"]).json();
    assert_ne!(again["reference"], json["reference"], "random");
    let too_short = wallet.run(&["request", "1", "kaffet", "--hold", "--hold-for", "1m", "--json"]);
    assert_eq!((too_short.exit_code, too_short.error_code().as_str()), (2, "usage"));
    assert!(submitted(&server).is_empty());
}

#[test]
fn nothing_is_paid_before_somebody_said_yes() {
    let server = ledger();
    let ran = Wallet::at(server.url()).run(&["pay", &request().to_uri()]);
    assert_eq!((ran.exit_code, ran.stdout.as_str()), (1, ""));
    assert!(ran.stderr.contains("pay 12.50 kaffet to kaffet; there are 0.05 kaffet now"), "{}", ran.stderr);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty());
}

#[test]
fn paying_redeems_with_the_tills_reference_and_not_after_the_request_expires() {
    let server = ledger();
    let ran = Wallet::at(server.url()).run(&["pay", &request().to_uri(), "--yes"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("paid 12.50 kaffet · final in block 42"), "{}", ran.stdout);
    let Operation::Redeem(redeem) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((redeem.from, redeem.amount), (key().address(), request().request.amount));
    assert_eq!(redeem.request.as_ref().map(|one| one.reference.clone()), Some(reference_of(&request())));
    assert_eq!(redeem.asked(), Some(request().request));
    assert_eq!(submitted(&server)[0].transaction.valid_until_ms, request().request.until_ms);
}

#[test]
fn a_request_is_read_from_stdin_also_broken_over_lines() {
    let server = ledger();
    let uri = request().to_uri().to_lowercase();
    let (first, second) = uri.split_at(50);
    let ran = Wallet::at(server.url()).run_reading(&["pay", "-", "--yes"], &format!("{first}\r\n  {second}\n"));
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    assert!(matches!(only_operation(&server), Operation::Redeem(_)));
}

#[test]
fn paying_a_request_to_hold_gives_a_ticket_that_the_till_captures() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let json = wallet.run(&["pay", &held_request().to_uri(), "--yes", "--json"]).json();
    let Operation::Hold(hold) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(hold.asked(), held_request().request);
    assert_eq!((hold.request.reference, hold.expires_ms), (reference_of(&held_request()), now().plus_ms(7_200_000)));
    let shown = HoldTicket::from_uri(json["ticket"].as_str().expect("a text")).expect("a ticket");
    assert_eq!(shown, ticket());
    let ran = Wallet::at(ledger().url()).run(&["pay", &held_request().to_uri(), "--yes"]);
    let last = ran.stdout.lines().last().expect("a line");
    assert!(ran.stdout.starts_with('\u{2588}') && HoldTicket::from_uri(last) == Ok(ticket()), "{}", ran.stdout);
}

#[test]
fn a_capture_takes_all_or_part_under_the_holds_reference_unless_another_is_given() {
    let uri = ticket().to_uri();
    let cases: [(&[&str], u64, Reference); 3] = [
        (&[], 1250, reference_of(&held_request())),
        (&["5.00"], 500, reference_of(&held_request())),
        (&["5", "--receipt", "R-9"], 500, receipt("R-9")),
    ];
    for (more, amount, reference) in cases {
        let server = ledger();
        let ran = Wallet::at(server.url()).run(&[&["capture", uri.as_str()][..], more].concat());
        assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
        let Operation::Capture(capture) = only_operation(&server) else { panic!("another operation") };
        assert_eq!((capture.amount, capture.reference), (Points::new(amount), reference));
        assert_eq!((capture.from, capture.hold_reference), (key().address(), reference_of(&held_request())));
    }
}

#[test]
fn an_expired_hold_is_not_captured_but_can_be_released() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let a_minute_ago = TimeMs::new(now().get() - 60_000).expect("in range");
    let uri = HoldTicket { expires_ms: a_minute_ago, ..ticket() }.to_uri();
    assert_eq!(wallet.run(&["capture", &uri, "--json"]).error_code(), "expired");
    assert!(submitted(&server).is_empty());
    let ran = wallet.run(&["release", &uri]);
    assert!(ran.stdout.starts_with("released 12.50 kaffet to "), "{}", ran.stderr);
    let Operation::Release(release) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((release.from, release.hold_reference), (key().address(), reference_of(&held_request())));
}

#[test]
fn holding_without_a_till_takes_a_duration_or_a_time() {
    let tomorrow = TimeMs::new((now().get() / 60_000 + 24 * 60) * 60_000).expect("in range");
    for (option, text) in [("--for", "30d"), ("--until", &utc(tomorrow))] {
        let server = ledger();
        let json = Wallet::at(server.url()).run(&["hold", "1", "kaffet", option, text, "--json"]).json();
        let Operation::Hold(hold) = only_operation(&server) else { panic!("another operation") };
        match option {
            // The ledger stands still a little behind this machine's clock.
            "--for" => assert_eq!(hold.expires_ms, now().plus_ms(HOLD_MS_MAX)),
            _ => assert_eq!(hold.expires_ms, tomorrow),
        }
        let ticket = HoldTicket::from_uri(json["ticket"].as_str().expect("a text")).expect("a ticket");
        assert_eq!((ticket.hold_reference, ticket.expires_ms), (hold.request.reference, hold.expires_ms));
    }
}

#[test]
fn a_time_that_no_hold_or_request_can_have_is_refused_before_anything_is_signed() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let past = utc(now());
    let late = utc(now().plus_ms(HOLD_MS_MAX + 120_000));
    for wrong in [
        &["hold", "1", "kaffet", "--until", "2020-01-01"][..],
        &["hold", "1", "kaffet", "--until", &past],
        &["hold", "1", "kaffet", "--until", &late],
        &["hold", "1", "kaffet", "--for", "0s"],
        &["hold", "1", "kaffet", "--for", "31d"],
        &["request", "1", "kaffet", "--pay-within", "0m"],
        &["request", "1", "kaffet", "--hold", "--hold-for", "0d"],
    ] {
        let ran = wallet.run(&[wrong, &["--json"]].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "usage"), "{wrong:?}");
    }
    assert!(submitted(&server).is_empty());
}

#[test]
fn what_cannot_be_paid_here_and_now_is_refused_by_its_reason() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let good = request().to_uri();
    let damaged = format!("{}{}", &good[..20], &good[21..]);
    let cases = [
        ("https://example.org".to_owned(), "not_lojal"),
        (damaged, "damaged"),
        (ticket().to_uri(), "wrong_kind"),
        (PaymentRequest { chain: ChainTag::new([9; 4]), ..request() }.to_uri(), "wrong_network"),
        (asking(|request| request.until_ms = now()).to_uri(), "expired"),
        (asking(|request| request.brand = "nobody".parse().expect("valid")).to_uri(), "unknown_brand"),
    ];
    for (text, code) in cases {
        let ran = wallet.run(&["pay", &text, "--yes", "--json"]);
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, code), "{text}");
    }
    assert_eq!(wallet.run(&["capture", &good, "--json"]).error_code(), "wrong_kind");
    assert!(submitted(&server).is_empty());
}

#[test]
fn a_request_for_a_pool_is_paid_from_it_and_from_no_pool() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let household = pool().to_canonical(NetworkKind::Test).expect("a test address");
    let uri = asking(|request| request.household = Some(household)).to_uri();
    let elsewhere = Address::new([9; 20]).to_text(NetworkKind::Test).to_string();
    let ran = wallet.run(&["pay", &uri, "--yes", "--from", &elsewhere, "--json"]);
    assert_eq!(ran.error_code(), "other_pool");
    let ran = wallet.run(&["pay", &uri, "--yes"]);
    assert!(ran.stdout.starts_with(&format!("paid 12.50 kaffet from the pool of {}", pool())), "{}", ran.stderr);
    let Operation::Redeem(redeem) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(redeem.from, household);
    let json = wallet.run(&["request", "1", "kaffet", "--household", &pool().to_string(), "--json"]).json();
    let request = PaymentRequest::from_uri(json["request"].as_str().expect("a text")).expect("a request");
    assert_eq!(request.request.household, Some(household));
}

#[test]
fn not_waiting_for_a_hold_leaves_it_open_with_its_ticket_for_later() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["pay", &held_request().to_uri(), "--yes", "--no-wait", "--json"]);
    assert_eq!(ran.exit_code, 3);
    let json = ran.json();
    assert_eq!(json["status"], "pending");
    assert_eq!(HoldTicket::from_uri(json["ticket"].as_str().expect("a text")), Ok(ticket()));
}

#[test]
fn a_till_that_waits_is_told_who_paid_how_much_and_by_which_transaction() {
    let server = Ledger { payment: Some(payment(None)), ..Ledger::with(vec![]) }.start();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run_with(&["request", "12.50", "kaffet", "--wait"], None);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let told = format!("{} paid 12.50 kaffet · final in block 42", other());
    assert!(ran.stdout.contains("ask for 12.50 kaffet") && ran.stdout.contains(&told), "{}", ran.stdout);
    let ending = format!("{}\nnot proven: --trust believes the gateway\n", payment(None).transaction.id);
    assert!(ran.stdout.ends_with(&ending), "{}", ran.stdout);
    let ran = wallet.run_with(&["request", "12.50", "kaffet", "--wait", "--json"], None);
    let asked = PaymentRequest::from_uri(&ran.stderr).expect("the text to show");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one document");
    assert_eq!(json["reference"], reference_of(&asked).to_string());
    assert_eq!(json["payment"]["from"], other().to_string());
}

#[test]
fn a_till_that_waits_is_told_when_the_time_of_the_request_is_over() {
    let server = Ledger { is_late: true, ..Ledger::with(vec![]) }.start();
    let ran =
        Wallet::at(server.url()).run_with(&["request", "1", "kaffet", "--wait", "--pay-within", "1s", "--json"], None);
    assert_eq!(ran.exit_code, 1);
    assert!(ran.stdout.contains("\"code\":\"request_expired\""), "{}", ran.stdout);
}

#[test]
fn a_payment_is_found_by_its_reference_and_one_that_nobody_made_is_not() {
    let reference = reference_of(&request()).to_string();
    let server = |payment| Ledger { payment, ..Ledger::with(vec![]) }.start();
    let end = now();
    let held = server(Some(payment(Some(end))));
    let ran = Wallet::at(held.url()).run_with(&["payment", &reference], None);
    let told = format!("{} held 12.50 kaffet until {} UTC · final in block 42", other(), utc(end));
    assert!(ran.stdout.starts_with(&told), "{}{}", ran.stdout, ran.stderr);
    let nothing = server(None);
    let ran = Wallet::at(nothing.url()).run_with(&["payment", &reference, "--json"], None);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "unknown_reference"));
    assert!(ran.stdout.contains("nothing has answered a request with this reference"), "{}", ran.stdout);
}

#[test]
fn a_request_that_somebody_has_answered_is_told_to_be_paid_and_by_whom() {
    let receipt = Outcome::Failed { operation: 0, code: Code::DuplicateReference };
    for (first, how) in [(payment(None), "it is paid already"), (payment(Some(now())), "its points are held already")] {
        let id = first.transaction.id;
        let server = Ledger { receipt, payment: Some(first), ..Ledger::with(vec![]) }.start();
        for request in [request(), held_request()] {
            let ran = Wallet::at(server.url()).run(&["pay", &request.to_uri(), "--yes"]);
            let told = format!("{how}, by {} with transaction {id}; for another payment ask the till", other());
            assert!(ran.exit_code == 1 && ran.stderr.contains(&told), "{}", ran.stderr);
            assert!(!ran.stderr.contains("use a new reference"), "{}", ran.stderr);
        }
    }
}

#[test]
fn every_end_of_a_hold_that_is_shown_is_a_whole_minute() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let expires_ms = TimeMs::new((now().get() / 60_000 + 120) * 60_000 + 1).expect("in range");
    let end = format!("until {} UTC", utc(expires_ms.plus_ms(59_999)));
    let request = asking(|request| request.kind = RequestKind::Hold { expires_ms }).to_uri();
    let asked = wallet.run(&["pay", &request]);
    assert!(asked.stderr.contains(&end), "{}", asked.stderr);
    let paid = wallet.run(&["pay", &request, "--yes"]);
    assert!(paid.stdout.contains(&end), "{}", paid.stdout);
    let id = submitted(&server).last().expect("one").transaction.id(&genesis().chain_id());
    let shown = wallet.run(&["tx", &id.to_string()]).stdout;
    assert!(shown.contains(&end), "{shown}");
    let json = wallet.run(&["request", "1", "kaffet", "--hold", "--json"]).json();
    assert_eq!(json["hold_until_ms"].as_u64().map(|ms| ms % 60_000), Some(0));
}

#[test]
fn a_transaction_shows_the_reference_of_the_request_that_it_answers() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    for request in [request(), held_request()] {
        wallet.run(&["pay", &request.to_uri(), "--yes"]);
        let id = submitted(&server).last().expect("one").transaction.id(&genesis().chain_id());
        let shown = wallet.run(&["tx", &id.to_string()]).stdout;
        let reference = shown.lines().find(|line| line.starts_with("reference ")).unwrap_or_else(|| panic!("{shown}"));
        assert!(reference.ends_with(&format!(" {}", reference_of(&request))), "{shown}");
    }
}

#[test]
fn a_request_can_end_at_a_time_but_not_at_one_that_is_over() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let next_month = utc(now().plus_ms(30 * 86_400_000));
    let json = wallet.run(&["request", "1", "kaffet", "--until", &next_month, "--json"]).json();
    assert_eq!(json["expires_ms"], (now().get() + 30 * 86_400_000) / 1000 * 1000);
    for later in [&["--until", "2099-01-01"], &["--pay-within", "36d"]] {
        let ran = wallet.run(&[&["request", "1", "kaffet", "--json"][..], later].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "request_too_long"));
        assert!(ran.stdout.contains("for at most 35 days"), "{}", ran.stdout);
    }
    let ran = wallet.run(&["request", "1", "kaffet", "--until", "2020-01-01", "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "usage"));
}
