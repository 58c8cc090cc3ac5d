//! A till and a member.

use lojal_types::limits::HOLD_MS_MAX;
use lojal_types::{Address, ChainTag, NetworkKind, Operation, Points, Reference, TimeMs};
use lojal_wallet::clock::local_time;
use lojal_wallet::time::utc;
use lojal_wallet::uri::{HoldTicket, PaymentKind, PaymentRequest};

use crate::support::gateway::{Ledger, account, network_status, only_operation, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, pool, receipt};

fn ledger() -> Server {
    Ledger::with(vec![account(key().address().text(NetworkKind::Test))]).start()
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
    PaymentRequest {
        chain: genesis().chain_id().tag(),
        brand: "kaffet".parse().expect("valid"),
        amount: Points::new(1250),
        reference: Reference::new(vec![7; 16]).expect("16 bytes"),
        kind: PaymentKind::Redeem,
        expires_ms: now().plus_ms(10_000),
        household: None,
    }
}

fn held_request() -> PaymentRequest {
    PaymentRequest { kind: PaymentKind::Hold { until_ms: now().plus_ms(7_200_000) }, ..request() }
}

fn ticket() -> HoldTicket {
    HoldTicket {
        chain: genesis().chain_id().tag(),
        brand: "kaffet".parse().expect("valid"),
        from: key().address(),
        hold_reference: request().reference,
        amount: Points::new(1250),
        expires_ms: now().plus_ms(7_200_000),
    }
}

#[test]
fn a_request_is_a_qr_code_and_a_text_and_needs_no_passphrase() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let ran = wallet.run_with(&["request", "12.50", "kaffet", "--receipt", "R-1"], None);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let request = PaymentRequest::from_uri(ran.stdout.lines().last().expect("a line")).expect("a request");
    assert_eq!((request.amount, request.kind), (Points::new(1250), PaymentKind::Redeem));
    let words = format!("ask for 12.50 kaffet, until {} UTC", utc(request.expires_ms));
    assert!(ran.stdout.starts_with('\u{2588}') && ran.stdout.contains(&words), "{}", ran.stdout);
    assert_eq!(request.reference, receipt("R-1"));
    assert!(is_after_now(request.expires_ms, 600_000));
    let json = wallet
        .run(&["request", "12.50", "kaffet", "--hold", "--hold-for", "2h", "--pay-within", "90s", "--json"])
        .json();
    let request = PaymentRequest::from_uri(json["request"].as_str().expect("a text")).expect("a request");
    assert!(is_after_now(request.expires_ms, 90_000));
    let until_ms = request.expires_ms.plus_ms(7_200_000 - 90_000);
    assert_eq!(request.kind, PaymentKind::Hold { until_ms });
    assert_eq!(json["reference"], request.reference.to_string());
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
    assert_eq!((redeem.from, redeem.amount), (key().address(), request().amount));
    assert_eq!(redeem.reference, Some(request().reference));
    assert_eq!(submitted(&server)[0].transaction.valid_until_ms, request().expires_ms);
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
    assert_eq!((hold.reference, hold.expires_ms), (request().reference, now().plus_ms(7_200_000)));
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
        (&[], 1250, request().reference),
        (&["5.00"], 500, request().reference),
        (&["5", "--receipt", "R-9"], 500, receipt("R-9")),
    ];
    for (more, amount, reference) in cases {
        let server = ledger();
        let ran = Wallet::at(server.url()).run(&[&["capture", uri.as_str()][..], more].concat());
        assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
        let Operation::Capture(capture) = only_operation(&server) else { panic!("another operation") };
        assert_eq!((capture.amount, capture.reference), (Points::new(amount), reference));
        assert_eq!((capture.from, capture.hold_reference), (key().address(), request().reference));
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
    assert_eq!((release.from, release.hold_reference), (key().address(), request().reference));
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
        assert_eq!((ticket.hold_reference, ticket.expires_ms), (hold.reference, hold.expires_ms));
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
        (PaymentRequest { expires_ms: now(), ..request() }.to_uri(), "expired"),
        (PaymentRequest { brand: "nobody".parse().expect("valid"), ..request() }.to_uri(), "unknown_brand"),
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
    let household = pool().on(NetworkKind::Test).expect("a test address");
    let uri = PaymentRequest { household: Some(household), ..request() }.to_uri();
    let elsewhere = Address::new([9; 20]).text(NetworkKind::Test).to_string();
    let ran = wallet.run(&["pay", &uri, "--yes", "--from", &elsewhere, "--json"]);
    assert_eq!(ran.error_code(), "other_pool");
    let ran = wallet.run(&["pay", &uri, "--yes"]);
    assert!(ran.stdout.starts_with(&format!("paid 12.50 kaffet from the pool of {}", pool())), "{}", ran.stderr);
    let Operation::Redeem(redeem) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(redeem.from, household);
    let json = wallet.run(&["request", "1", "kaffet", "--household", &pool().to_string(), "--json"]).json();
    let request = PaymentRequest::from_uri(json["request"].as_str().expect("a text")).expect("a request");
    assert_eq!(request.household, Some(household));
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
