use lojal_types::limits::{POINTS_MAX, REFERENCE_BYTES_MAX, TIME_MS_MAX};
use lojal_types::{CampaignId, ChainId, RequestKind, Salt};
use proptest::prelude::*;

use super::*;
use crate::qr::{Style, draw};

fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("in range")
}

fn request() -> PaymentRequest {
    PaymentRequest {
        chain: ChainTag::new([1, 2, 3, 4]),
        request: Request {
            brand: "kaffet".parse().expect("valid"),
            amount: Points::new(1250),
            kind: RequestKind::Redeem,
            dated: time(1_800_000_300_000).day(),
            until_ms: time(1_800_000_300_000),
            household: None,
            salt: Salt::new([7; 16]),
        },
    }
}

/// The request with something else in it.
fn asking(change: impl FnOnce(&mut Request)) -> PaymentRequest {
    let mut changed = request();
    change(&mut changed.request);
    changed
}

fn ticket() -> HoldTicket {
    HoldTicket {
        chain: ChainTag::new([1, 2, 3, 4]),
        brand: "kaffet".parse().expect("valid"),
        from: Address::new([9; 20]),
        hold_reference: Reference::new(vec![7; 16]).expect("16 bytes"),
        hold_dated: time(1_800_000_300_000).day(),
        amount: Points::new(1250),
        expires_ms: time(1_800_000_300_000),
    }
}

fn offer() -> ClaimOffer {
    ClaimOffer {
        chain: ChainTag::new([1, 2, 3, 4]),
        brand: "kaffet".parse().expect("valid"),
        account: Address::new([9; 20]),
        code: [7; 16],
        until_ms: time(1_800_000_300_000),
        url: "https://points.kaffet.example/connect".to_owned(),
    }
}

#[test]
fn a_claim_says_the_account_the_code_and_where_it_is_answered_until_its_time_is_over() {
    let text = offer().to_uri();
    assert!(text.starts_with("LOJAL:CLAIM1"), "{text}");
    assert_eq!(ClaimOffer::from_uri(&text.to_lowercase()), Ok(offer()));
    assert!(matches!(ClaimOffer::from_uri(&request().to_uri()), Err(UriError::Kind { .. })));
    assert!(matches!(PaymentRequest::from_uri(&text), Err(UriError::Kind { .. })));
    let (chain, until) = (offer().chain, offer().until_ms);
    let early = time(until.get() - 1);
    assert_eq!(offer().check(chain, early), Ok(()));
    assert!(matches!(offer().check(chain, until), Err(UriError::Expired { what: "claim", .. })));
    assert!(matches!(offer().check(ChainTag::new([0; 4]), early), Err(UriError::Network { .. })));
    assert!(draw(&text, Style::Coloured).is_ok(), "it fits into a QR code");
}

fn call() -> VoucherCall {
    let Request { brand, dated, until_ms, household, salt, .. } = request().request;
    let (campaign, quantity) = (CampaignId::new(3), 2);
    let request = VoucherRequest { brand, campaign, quantity, dated, until_ms, household, salt };
    VoucherCall { chain: ChainTag::new([1, 2, 3, 4]), request }
}

#[test]
fn a_call_for_a_voucher_is_no_payment_request_and_ends_with_its_time() {
    let text = call().to_uri();
    assert!(text.starts_with("LOJAL:USE1"), "{text}");
    assert_eq!(VoucherCall::from_uri(&text.to_lowercase()), Ok(call()));
    assert!(matches!(VoucherCall::from_uri(&request().to_uri()), Err(UriError::Kind { .. })));
    assert!(matches!(PaymentRequest::from_uri(&text), Err(UriError::Kind { .. })));
    let (chain, until) = (call().chain, call().request.until_ms);
    assert_eq!(call().check(chain, time(until.get() - 1)), Ok(()));
    assert!(matches!(call().check(chain, until), Err(UriError::Expired { .. })));
    assert!(draw(&text, Style::Coloured).is_ok(), "it fits into a QR code");
}

fn with_bytes(prefix: &str, bytes: &[u8]) -> String {
    format!("lojal:{}", bech32::encode::<Bech32m>(Hrp::parse_unchecked(prefix), bytes).expect("short"))
}

#[test]
fn texts_round_trip_in_either_case_and_with_line_breaks_anywhere() {
    let uri = request().to_uri();
    assert!(uri.starts_with("LOJAL:PAY1"), "{uri}");
    let broken: String = uri.chars().flat_map(|character| [character, '\n', ' ']).collect();
    for text in [uri.clone(), uri.to_lowercase(), uri.replacen("LOJAL", "lojal", 1), format!(" {uri}\r\n")] {
        assert_eq!(PaymentRequest::from_uri(&text), Ok(request()), "{text}");
    }
    assert_eq!(PaymentRequest::from_uri(&broken), Ok(request()));
    let held = asking(|request| {
        request.kind = RequestKind::Hold { expires_ms: time(1_800_007_200_000) };
        request.household = Some(Address::new([5; 20]));
    });
    assert_eq!(PaymentRequest::from_uri(&held.to_uri()), Ok(held));
    assert!(ticket().to_uri().starts_with("LOJAL:HOLD1"));
    assert_eq!(HoldTicket::from_uri(&ticket().to_uri()), Ok(ticket()));
}

#[test]
fn every_change_of_one_character_is_detected() {
    let bech32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l1bio:";
    for uri in [request().to_uri().to_lowercase(), ticket().to_uri().to_lowercase()] {
        for index in 0..uri.len() {
            for other in bech32.chars().filter(|other| !uri[index..].starts_with(*other)) {
                let mut changed: Vec<char> = uri.chars().collect();
                changed[index] = other;
                let changed: String = changed.into_iter().collect();
                assert!(PaymentRequest::from_uri(&changed).is_err(), "{changed}");
                assert!(HoldTicket::from_uri(&changed).is_err(), "{changed}");
            }
        }
    }
}

#[test]
fn a_missing_or_doubled_character_and_two_that_changed_places_are_detected() {
    let uri = request().to_uri();
    for index in 0..uri.len() {
        let (start, end) = uri.split_at(index);
        let missing = format!("{start}{}", &end[1..]);
        assert!(PaymentRequest::from_uri(&missing).is_err(), "{missing}");
        let doubled = format!("{start}{}{end}", &end[..1]);
        assert!(PaymentRequest::from_uri(&doubled).is_err(), "{doubled}");
        let is_swap = end.len() > 1 && end[..1] != end[1..2];
        if is_swap {
            let swapped = format!("{start}{}{}{}", &end[1..2], &end[..1], &end[2..]);
            assert!(PaymentRequest::from_uri(&swapped).is_err(), "{swapped}");
        }
    }
}

#[test]
fn what_is_wrong_is_told_apart() {
    let read = |text: &str| PaymentRequest::from_uri(text).expect_err("refused");
    assert_eq!(read(""), UriError::Scheme);
    assert_eq!(read("https://example.org"), UriError::Scheme);
    assert_eq!(read("öööööö"), UriError::Scheme);
    assert!(matches!(read("lojal:"), UriError::Damaged(_)));
    assert!(matches!(read(&request().to_uri()[..60]), UriError::Damaged(_)));
    let other = read(&ticket().to_uri());
    assert!(matches!(other, UriError::Kind { .. }));
    assert_eq!(
        other.to_string(),
        "this is the ticket that the member shows, and what is needed here is the payment request that the till shows"
    );
    assert!(matches!(read(&with_bytes("card", &[1])), UriError::Kind { .. }));
    assert!(matches!(HoldTicket::from_uri(&request().to_uri()), Err(UriError::Kind { .. })));
    assert_eq!(read(&with_bytes("pay", &[2, 9, 9])), UriError::Version(2));
    assert!(matches!(read(&with_bytes("pay", &[])), UriError::Damaged(_)));
    let mut longer = borsh::to_vec(&(URI_VERSION, request())).expect("in memory");
    longer.push(0);
    assert!(matches!(read(&with_bytes("pay", &longer)), UriError::Damaged(_)), "trailing bytes");
    let padded = format!("{}{}", request().to_uri(), " ".repeat(URI_BYTES_MAX));
    assert!(matches!(read(&padded), UriError::Damaged(_)));
}

#[test]
fn another_network_and_a_time_that_is_over_are_refused() {
    let own = ChainTag::new([1, 2, 3, 4]);
    let end = request().request.until_ms.get();
    assert_eq!(request().check(own, time(end - 1)), Ok(()));
    assert!(matches!(request().check(own, time(end)), Err(UriError::Expired { .. })));
    let foreign = request().check(ChainTag::new([5; 4]), time(0)).expect_err("foreign").to_string();
    assert!(foreign.contains("01020304") && foreign.contains("05050505"), "{foreign}");
    assert_eq!(ticket().check(own, time(end - 1)), Ok(()));
    assert!(matches!(ticket().check(own, time(end)), Err(UriError::Expired { .. })));
    assert!(matches!(ticket().check(ChainTag::new([5; 4]), time(0)), Err(UriError::Network { .. })));
}

#[test]
fn the_largest_texts_fit_the_limit_and_a_terminal_of_24_lines() {
    let largest = asking(|request| {
        request.brand = "abcdefghijklmno".parse().expect("15 characters");
        request.amount = Points::new(POINTS_MAX);
        request.kind = RequestKind::Hold { expires_ms: time(TIME_MS_MAX) };
        request.until_ms = time(TIME_MS_MAX);
        request.household = Some(Address::new([255; 20]));
    });
    assert!(largest.to_uri().len() <= URI_BYTES_MAX / 4);
    assert_eq!(PaymentRequest::from_uri(&largest.to_uri()), Ok(largest.clone()));
    let largest_ticket = HoldTicket {
        brand: largest.request.brand,
        amount: largest.request.amount,
        hold_reference: Reference::new(vec![255; REFERENCE_BYTES_MAX]).expect("the longest"),
        expires_ms: largest.request.until_ms,
        ..ticket()
    };
    let lines = |uri: &str| draw(uri, Style::Coloured).expect("fits").lines().count();
    for uri in [request().to_uri(), ticket().to_uri(), largest.to_uri(), largest_ticket.to_uri()] {
        assert!(lines(&uri) < 24, "{} lines for {uri}", lines(&uri));
    }
}

proptest! {
    #[test]
    fn any_request_survives_its_text(
        chain in any::<[u8; 4]>(), amount in 0..=POINTS_MAX, salt in any::<[u8; 16]>(),
        expires in prop::option::of(0..=TIME_MS_MAX), until in 0..=TIME_MS_MAX,
        household in prop::option::of(any::<[u8; 20]>()),
    ) {
        let asked = asking(|request| {
            request.amount = Points::new(amount);
            request.kind = expires.map_or(RequestKind::Redeem, |ms| RequestKind::Hold { expires_ms: time(ms) });
            request.until_ms = time(until);
            request.household = household.map(Address::new);
            request.salt = Salt::new(salt);
        });
        let request = PaymentRequest { chain: ChainTag::new(chain), ..asked };
        prop_assert_eq!(PaymentRequest::from_uri(&request.to_uri()), Ok(request));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(lojal:)?.{0,80}") {
        prop_assert!(PaymentRequest::from_uri(&text).is_err());
        prop_assert!(HoldTicket::from_uri(&text).is_err());
    }
}

#[test]
fn a_text_that_is_made_anew_for_less_is_another_request() {
    let chain = ChainId::new([1; 32]);
    let till = request().request.reference(&chain);
    let read = PaymentRequest::from_uri(&request().to_uri()).expect("a request");
    assert_eq!(read.request.reference(&chain), till);
    let changes: [fn(&mut Request); 5] = [
        |request| request.amount = Points::new(1),
        |request| request.until_ms = time(1_900_000_000_000),
        |request| request.kind = RequestKind::Hold { expires_ms: time(1_800_000_300_000) },
        |request| request.household = Some(Address::new([5; 20])),
        |request| request.salt = Salt::new([8; 16]),
    ];
    for change in changes {
        let forged = PaymentRequest::from_uri(&asking(change).to_uri()).expect("a request");
        assert_ne!(forged.request.reference(&chain), till, "{forged:?}");
    }
}

#[test]
fn a_content_has_no_second_text_with_bits_after_its_bytes() {
    // The same bytes under right checksums: with a last bit that stands for nothing, and with a character more.
    let uri = request().to_uri().to_lowercase();
    let data: Vec<_> = CheckedHrpstring::new::<Bech32m>(&uri[SCHEME.len()..]).expect("right").fe32_iter().collect();
    let hrp = Hrp::parse_unchecked(PAY);
    let text = |data: &[bech32::Fe32]| {
        use bech32::primitives::iter::Fe32IterExt;
        format!("lojal:{}", data.iter().copied().with_checksum::<Bech32m>(&hrp).chars().collect::<String>())
    };
    assert_eq!(PaymentRequest::from_uri(&text(&data)), Ok(request()));
    let mut longer = data.clone();
    longer.push(bech32::Fe32::Q);
    let mut padded = data.clone();
    if let Some(last) = padded.last_mut() {
        *last = bech32::Fe32::try_from(last.to_u8() | 1).expect("five bits");
    }
    assert_ne!(padded, data, "the last character has bits that stand for nothing");
    for data in [longer, padded] {
        let refused = PaymentRequest::from_uri(&text(&data));
        assert!(matches!(refused, Err(UriError::Damaged(_))), "{refused:?}");
    }
}

#[test]
fn a_referral_comes_back_from_its_text_and_is_for_its_own_network() {
    let (chain, other) = (ChainTag::new([7; 4]), ChainTag::new([8; 4]));
    let (brand, campaign) = ("kaffet".parse().expect("valid"), CampaignId::new(3));
    let referral = Referral { chain, brand, campaign, referrer: Address::new([5; 20]) };
    let text = referral.to_uri();
    assert!(text.starts_with("LOJAL:REFER1"), "{text}");
    assert_eq!(Referral::from_uri(&text), Ok(referral.clone()));
    assert_eq!(referral.check(chain), Ok(()));
    assert!(matches!(referral.check(other), Err(UriError::Network { what: "referral", .. })));
    assert!(matches!(ClaimOffer::from_uri(&text), Err(UriError::Kind { .. })));
}
