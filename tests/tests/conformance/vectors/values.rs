//! The small values that everything else is made of.

use lojal_types::limits::{POINTS_MAX, TIME_MS_MAX};
use lojal_types::{BrandId, Expiry, Height, Lot, Month, Name, Network, Parameters, Points, Policy, Reference, Role};
use lojal_types::{TimeMs, genesis::GenesisOperator};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check, variant_numbers};
use super::samples::{START_MS, key, named, parse, seed, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
enum Input {
    Points(Points),
    Lot(Lot),
    Expiry(Expiry),
    /// `YYYY-MM`.
    Month(String),
    Time(TimeMs),
    Height(Height),
    Reference(Reference),
    BrandId(BrandId),
    Name(Name),
    Network(Network),
    Role(Role),
    Policy(Policy),
    Parameters(Parameters),
    Operator(GenesisOperator),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    borsh: String,
    /// The calendar month (UTC) of a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    month: Option<String>,
}

fn build(input: &Input) -> Output {
    let borsh = match input {
        Input::Points(value) => canonical_hex(value),
        Input::Lot(value) => canonical_hex(value),
        Input::Expiry(value) => canonical_hex(value),
        Input::Month(text) => canonical_hex(&month(text)),
        Input::Time(value) => canonical_hex(value),
        Input::Height(value) => canonical_hex(value),
        Input::Reference(value) => canonical_hex(value),
        Input::BrandId(value) => canonical_hex(value),
        Input::Name(value) => canonical_hex(value),
        Input::Network(value) => canonical_hex(value),
        Input::Role(value) => canonical_hex(value),
        Input::Policy(value) => canonical_hex(value),
        Input::Parameters(value) => canonical_hex(value),
        Input::Operator(value) => canonical_hex(value),
    };
    let month = if let Input::Time(time) = input { Some(time.month().to_string()) } else { None };
    Output { borsh, month }
}

fn month(text: &str) -> Month {
    let month: Month = parse(text);
    assert_eq!(month.to_string(), text, "the text of a month is its only one");
    month
}

fn policy(expiry_months: Option<u8>, transferable: bool) -> Policy {
    Policy {
        expiry_months,
        transferable,
        transfer_min: Points::new(1),
        transfer_max: Points::new(100_000),
        reversal_window_ms: 2_592_000_000,
    }
}

fn samples() -> Vec<(String, Input)> {
    let reference = |bytes: Vec<u8>| Input::Reference(Reference::new(bytes).expect("1 to 32 bytes"));
    let lot = |expiry: &str, amount| Input::Lot(Lot { expiry: parse(expiry), amount: Points::new(amount) });
    let operator = |roles| GenesisOperator {
        public_key: key(&seed(1)).public_key(),
        roles: lojal_types::Bounded::new(roles).expect("one or two roles"),
    };
    let parameters = Parameters { heartbeat_ms: 3000, block_bytes_max: 4_194_304, block_transactions_max: 10_000 };
    let mut samples = vec![
        named("no points", Input::Points(Points::ZERO)),
        named("one point", Input::Points(Points::new(1))),
        named("most points", Input::Points(Points::new(POINTS_MAX))),
        named("lot that expires", lot("2027-03", 500)),
        named("lot that never expires", lot("never", 1)),
        named("expiry in a month", Input::Expiry(parse("2026-11"))),
        named("expiry never", Input::Expiry(Expiry::Never)),
        named("first month", Input::Month("1970-01".to_owned())),
        named("december", Input::Month("2026-12".to_owned())),
        named("last month of a time", Input::Month("6999-12".to_owned())),
        named("first time", Input::Time(time(0))),
        named("last time", Input::Time(time(TIME_MS_MAX))),
        named("time in november", Input::Time(time(START_MS))),
        named("last millisecond of november", Input::Time(time(START_MS + 14_999))),
        named("first millisecond of december", Input::Time(time(START_MS + 15_000))),
        named("leap day", Input::Time(time(1_835_395_200_000))),
        named("genesis height", Input::Height(Height::GENESIS)),
        named("a height", Input::Height(Height::new(1_000_000))),
        named("shortest reference", reference(vec![0])),
        named("longest reference", reference((1..=32).collect())),
        named("shortest brand id", Input::BrandId(parse("ab"))),
        named("longest brand id", Input::BrandId(parse("abcdefghijk-123"))),
        named("plain name", Input::Name(parse("Nordmat"))),
        named("name beyond ascii", Input::Name(parse("Fj\u{e4}llen \u{2744}"))),
        named("policy with expiry", Input::Policy(policy(Some(24), true))),
        named("policy without expiry", Input::Policy(policy(None, false))),
        named("parameters", Input::Parameters(parameters)),
        named("operator with one role", Input::Operator(operator(vec![Role::Reverse]))),
        named("operator with both roles", Input::Operator(operator(vec![Role::Issue, Role::Reverse]))),
    ];
    samples.extend(networks().map(|network| named(&format!("network {}", network.prefix()), Input::Network(network))));
    samples.extend(roles().map(|role| named(&format!("role {role:?}"), Input::Role(role))));
    samples
}

fn networks() -> impl Iterator<Item = Network> {
    variant_numbers::<Network>().into_iter().map(|number| borsh::from_slice(&[number]).expect("a known number"))
}

fn roles() -> impl Iterator<Item = Role> {
    variant_numbers::<Role>().into_iter().map(|number| borsh::from_slice(&[number]).expect("a known number"))
}

#[test]
fn small_values_have_their_bytes() {
    let about =
        "The values that messages are made of, in JSON and in canonical bytes (borsh); a time also with its month";
    check("values.json", about, samples(), build);
}
