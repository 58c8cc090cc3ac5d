//! Texts and files that a wallet reads: from a till, from people, and from its home.

use std::fs;
use std::sync::LazyLock;

use lojal_client::Client;
use lojal_types::limits::{DECIMALS_MAX, POINTS_MAX};
use lojal_types::{ExactMoney, PartnershipTerms, Points};
use lojal_wallet::amount;
use lojal_wallet::backup::{Backup, ENTROPY_BYTES, WORDS, count_words};
use lojal_wallet::home::{GATEWAYS_MAX, Home};
use lojal_wallet::keystore::KeyFile;
use lojal_wallet::qr::{self, Style};
use lojal_wallet::reference::ReceiptText;
use lojal_wallet::terms::{format_money, format_price, parse_price, rate_in_points, rate_in_units};
use lojal_wallet::time::{format_duration, parse_duration_ms, parse_time, utc};
use lojal_wallet::uri::{HoldTicket, PaymentRequest, URI_BYTES_MAX, UriError};

use super::chain::chain;
use super::source::Source;

/// The text of a payment request or a hold's ticket, as scanned or pasted; the same bytes taken as the canonical form
/// of one: one text for every content, whatever its case and white space, that fits into a QR code.
pub fn payment_text(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
        for uri in
            [PaymentRequest::from_uri(text).map(|one| one.to_uri()), HoldTicket::from_uri(text).map(|one| one.to_uri())]
        {
            match uri {
                Ok(uri) => assert_eq!(plain.to_uppercase(), uri, "two texts for one content"),
                Err(error) => drop(error.to_string()),
            }
        }
    }
    let request = borsh::from_slice::<PaymentRequest>(data)
        .map(|one| (one.to_uri(), PaymentRequest::from_uri(&one.to_uri()) == Ok(one)));
    let ticket =
        borsh::from_slice::<HoldTicket>(data).map(|one| (one.to_uri(), HoldTicket::from_uri(&one.to_uri()) == Ok(one)));
    for (uri, is_same) in [request, ticket].into_iter().flatten() {
        assert!(is_same && uri.len() <= URI_BYTES_MAX, "{uri} is not read back");
        assert!(qr::draw(&uri, Style::Plain).is_ok(), "{uri} fits into no QR code");
        let kinds = [PaymentRequest::from_uri(&uri).is_ok(), HoldTicket::from_uri(&uri).is_ok()];
        assert_eq!(kinds.iter().filter(|is_read| **is_read).count(), 1, "{uri} is both a request and a ticket");
        assert_ne!(PaymentRequest::from_uri(&uri.to_lowercase()).err(), Some(UriError::Scheme));
    }
}

/// The words of a backup as typed from paper, and any 32 bytes as such a secret: the words and the secret are the same
/// thing in two forms.
pub fn backup_words(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        match Backup::from_words(text) {
            Ok(backup) => {
                assert_eq!(count_words(text), WORDS, "the backup has other words than were typed");
                let again = Backup::from_words(&backup.words()).expect("the words of a backup");
                assert_eq!(*again.words(), *backup.words(), "the words mean another secret");
            }
            Err(error) => drop(error.to_string()),
        }
    }
    let Some(entropy) = data.first_chunk::<ENTROPY_BYTES>() else { return };
    let words = Backup::from_entropy(*entropy).words();
    assert_eq!(words.split(' ').count(), WORDS);
    let again = Backup::from_words(&words.to_uppercase()).expect("the words of a backup");
    assert_eq!(*again.words(), *words, "the words mean another secret");
}

/// A key file: what is read is written, and read again as the same. (Unlocking one takes 19 MiB and is left to the
/// wallet's own tests.)
pub fn key_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match KeyFile::from_json(text) {
        Ok(file) => {
            assert_eq!(KeyFile::from_json(&file.to_json()).as_ref(), Ok(&file), "writing changes the key file");
            assert_eq!(file.address().to_string().parse(), Ok(file.address()));
        }
        Err(error) => drop(error.to_string()),
    }
}

/// A key file of the account whose seed is all ones; nobody knows its passphrase.
const KEY_FILE: &str = r#"{"version": 1, "address": "tloj1gl77lfjcrqzqxsldkfxk0t2l45rvjz2z7d7nlg",
"public_key": "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", "derivation": "argon2id",
"memory_kib": 19456, "iterations": 2, "parallelism": 1, "salt": "00112233445566778899aabbccddeeff",
"cipher": "chacha20-poly1305", "nonce": "000102030405060708090a0b",
"ciphertext": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"}"#;
const SETTINGS: &str = "gateways = [\"http://127.0.0.1:7800\"]\n";

/// A key file as the wallet writes it.
pub fn good_key_file() -> String {
    KeyFile::from_json(KEY_FILE).expect("a key file").to_json()
}

/// The files of a wallet's home, with a zero byte between each two: `key.json`, `wallet.toml`, `genesis.toml` and
/// `key.next.json`. An empty one is a good one, but there need be no `key.next.json`. Whatever opens is a home of one
/// account on one network, with gateways.
pub fn wallet_home(data: &[u8]) {
    static DIRECTORY: LazyLock<tempfile::TempDir> =
        LazyLock::new(|| tempfile::tempdir().expect("a temporary directory"));
    // Threads of a test program have each their own.
    let dir = DIRECTORY.path().join(format!("{:?}", std::thread::current().id()));
    fs::create_dir_all(&dir).expect("a writable directory");
    let defaults = [KEY_FILE, SETTINGS, &chain().genesis_toml, ""];
    let mut given = data.splitn(defaults.len(), |byte| *byte == 0);
    for (name, default) in ["key.json", "wallet.toml", "genesis.toml", "key.next.json"].iter().zip(defaults) {
        let content = given.next().filter(|content| !content.is_empty()).unwrap_or(default.as_bytes());
        let path = dir.join(name);
        match content {
            [] if path.exists() => fs::remove_file(&path).expect("a writable directory"),
            [] => (),
            content => fs::write(&path, content).expect("a writable directory"),
        }
    }
    match Home::open(&dir) {
        Ok(home) => {
            assert!((1..=GATEWAYS_MAX).contains(&home.gateways().len()), "a home without gateways");
            assert_eq!(home.address().to_text(home.network()), home.address_text());
            assert_eq!(home.chain_id(), home.genesis().chain_id());
            let _ = home.next_public_key();
        }
        Err(error) => drop(error.to_string()),
    }
}

/// Numbers that people type and gateways answer with: two bytes of decimals, three numbers, and a text. Amounts,
/// prices, durations and times that are read are written as something that is read as the same; nothing overflows.
pub fn amounts(data: &[u8]) {
    let mut source = Source::new(data);
    let decimals = (source.byte(), source.byte());
    let (rate_num, rate_den, number) = (source.u32(), source.u32(), source.u64());
    numbers(decimals, (rate_num, rate_den), number);
    let Ok(text) = std::str::from_utf8(source.rest()) else { return };
    match amount::parse(text, decimals.0) {
        Ok(points) => {
            assert!((1..=POINTS_MAX).contains(&points.get()));
            for written in [amount::format(points, decimals.0), amount::format_grouped(points, decimals.0)] {
                assert_eq!(amount::parse(&written, decimals.0), Ok(points), "{text}");
            }
        }
        Err(error) => drop(error.to_string()),
    }
    match parse_price(text, decimals.0) {
        Ok(price) => {
            assert_eq!(parse_price(&format_price(price, decimals.0), decimals.0), Ok(price), "{text}");
        }
        Err(error) => drop(error.to_string()),
    }
    if let Ok(ms) = parse_duration_ms(text) {
        assert_eq!(parse_duration_ms(&format_duration(ms)), Ok(ms), "{text}");
    }
    if let Ok(time) = parse_time(text) {
        assert_eq!(parse_time(&utc(time)), Ok(time), "{text}");
    }
    if let Ok(receipt) = text.parse::<ReceiptText>() {
        let again = receipt.to_string().parse::<ReceiptText>();
        assert_eq!(again.map(|again| again.reference()), Ok(receipt.reference()), "{text}");
    }
    if let Ok(client) = Client::new(text) {
        assert!(Client::new(client.url()).is_ok(), "{text} is an address, but not {}", client.url());
    }
}

/// Numbers as a gateway can answer with them.
fn numbers(decimals: (u8, u8), (rate_num, rate_den): (u32, u32), number: u64) {
    let points = Points::new(number);
    let written = amount::format(points, decimals.0);
    assert_eq!(amount::format_grouped(points, decimals.0).replace(',', ""), written);
    let _ = (format_price(number, decimals.0), format_duration(number));
    let _ = format_money(ExactMoney { minor: lojal_types::Money::new(number), micro: rate_num });
    let ends_ms = lojal_types::TimeMs::new(number % (lojal_types::limits::TIME_MS_MAX + 1)).expect("in range");
    let owed_max = lojal_types::Money::new(number);
    let terms = PartnershipTerms { rate_num, rate_den, price_micro: number, daily_max: points, owed_max, ends_ms };
    let _ = (rate_in_points(&terms, decimals), utc(ends_ms));
    if terms.check().is_ok() {
        if let Some(burned) = terms.burned_for(points) {
            let is_less = |from: Points| terms.received_for(from).is_some_and(|received| received < points);
            assert!(!is_less(burned), "{burned} points are too few for {points}");
            let fewer = burned.checked_sub(Points::new(1));
            assert!(fewer.is_none_or(is_less), "fewer than {burned} points are enough for {points}");
        }
        if let Some((burned, received)) = terms.conversion_of(points) {
            assert!(burned <= points && terms.give(burned, received), "{burned} of {points} give {received}");
        }
        let in_range = decimals.0 <= DECIMALS_MAX && decimals.1 <= DECIMALS_MAX;
        if let Ok((num, den)) = rate_in_units(rate_num, rate_den, decimals) {
            let shown = rate_in_points(&PartnershipTerms { rate_num: num, rate_den: den, ..terms }, decimals);
            let (come, go) = (u128::from(shown.0), u128::from(shown.1));
            let is_same = come * u128::from(rate_den) == go * u128::from(rate_num);
            assert!(!in_range || is_same, "a rate of {rate_num} for {rate_den} is shown as {come} for {go}");
        }
    }
}
