//! Samples that several files have in common. Everything here is part of the vectors' inputs.

use lojal_types::{Address, AddressText, ChainId, KeyPair, NetworkKind, TimeMs, TransactionId};

/// The network whose address prefix most vectors use.
pub(super) const NETWORK: NetworkKind = NetworkKind::Test;

/// 2026-11-30T23:59:45Z: a month ends 15 seconds later.
pub(super) const START_MS: u64 = 1_796_083_185_000;

/// The chain id of vectors that don't come from a genesis document.
pub(super) fn chain_id() -> ChainId {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(0xa0..).for_each(|(byte, value)| *byte = value);
    ChainId::new(bytes)
}

/// A secret of 32 equal bytes.
pub(super) fn seed(byte: u8) -> String {
    hex::encode([byte; 32])
}

/// The key pair of a secret in hex.
pub(super) fn key(seed: &str) -> KeyPair {
    let mut bytes = [0; 32];
    hex::decode_to_slice(seed, &mut bytes).expect("a seed is 64 hex digits");
    KeyPair::from_seed(&bytes)
}

/// The account of a secret of 32 equal bytes.
pub(super) fn account(byte: u8) -> AddressText {
    key(&seed(byte)).address().to_text(NETWORK)
}

/// A household, by what created it.
pub(super) fn household() -> AddressText {
    Address::of_household(&chain_id(), &TransactionId::new([0x99; 32]), 0).to_text(NETWORK)
}

/// The bytes of an address of the vectors' network.
pub(super) fn address(text: AddressText) -> Address {
    text.to_canonical(NETWORK).expect("the vectors name addresses of their own network")
}

/// A text that is the valid form of a value.
pub(super) fn parse<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().unwrap_or_else(|| panic!("{text} is not valid"))
}

pub(super) fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("before the year 7000")
}

/// A sample with its name.
pub(super) fn named<I>(name: &str, input: I) -> (String, I) {
    (name.to_owned(), input)
}
