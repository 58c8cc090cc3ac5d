//! The small values that everything else is made of.

use borsh::BorshDeserialize;
use lojal_types::limits::{MONEY_MAX, POINTS_MAX, PRICE_MICRO_MAX, TIME_MS_MAX};
use lojal_types::{
    AddressText, BrandId, Currency, Expiry, Guardian, Guardians, Height, Lot, MemberRights, MemberRole, Money, Month,
    Name, NetworkKind, Parameters, PartnershipTerms, Points, Policy, Reference, Role, TimeMs, genesis::GenesisOperator,
};
use serde::{Deserialize, Serialize};

use super::compose::{guardians, limits};
use super::golden::{canonical_hex, check, variant_numbers};
use super::samples::{START_MS, account, address, key, named, parse, seed, time};

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
    Network(NetworkKind),
    Role(Role),
    Policy(Policy),
    Parameters(Parameters),
    Operator(GenesisOperator),
    Currency(Currency),
    Money(Money),
    Guardians(Guardians<AddressText>),
    MemberRole(MemberRole),
    MemberRights(MemberRights),
    Terms(PartnershipTerms),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    borsh: String,
    /// The calendar month (UTC) of a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    /// The day (UTC) of a time, counted from 1970-01-01.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<u64>,
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
        Input::Currency(value) => canonical_hex(value),
        Input::Money(value) => canonical_hex(value),
        Input::Guardians(value) => canonical_hex(&bytes_form(value)),
        Input::MemberRole(value) => canonical_hex(value),
        Input::MemberRights(value) => canonical_hex(value),
        Input::Terms(value) => canonical_hex(value),
    };
    let time = if let Input::Time(time) = input { Some(time) } else { None };
    Output { borsh, month: time.map(|time| time.month().to_string()), day: time.map(|time| time.day().get().into()) }
}

fn month(text: &str) -> Month {
    let month: Month = parse(text);
    assert_eq!(month.to_string(), text, "the text of a month is its only one");
    month
}

/// The form that is hashed and signed.
fn bytes_form(guardians: &Guardians<AddressText>) -> Guardians {
    let Ok(guardians) = guardians.clone().try_map(|text| Ok::<_, std::convert::Infallible>(address(text)));
    assert!(guardians.are_in_order() && guardians.threshold_is_in_range(), "the vectors show guardians as they can be");
    guardians
}

fn policy(expiry_months: Option<u8>, transferable: bool) -> Policy {
    Policy {
        expiry_months,
        transferable,
        transfer_max: Points::new(100_000),
        convertible: false,
        poolable: false,
        reversal_window_ms: 2_592_000_000,
        ..Policy::open()
    }
}

/// The policies in which exactly one thing is allowed, or capped, that isn't in [`policy`].
fn more_policies() -> Vec<(String, Input)> {
    let policy = || policy(None, false);
    let cap = Some(Points::new(200_000));
    vec![
        named("policy with a largest issue", Input::Policy(Policy { issue_max: cap, ..policy() })),
        named("policy with a daily cap", Input::Policy(Policy { transfer_daily_max: cap, ..policy() })),
        named("policy of convertible points", Input::Policy(Policy { convertible: true, ..policy() })),
        named("policy of poolable points", Input::Policy(Policy { poolable: true, ..policy() })),
        named("policy of tradeable points", Input::Policy(Policy { tradeable: true, ..policy() })),
    ]
}

fn between_people_and_brands() -> Vec<(String, Input)> {
    let (one, other) = (Guardian::Account(account(4)), Guardian::Account(account(5)));
    let (cafe, grocer) = (Guardian::Brand(parse("kaffet")), Guardian::Brand(parse("nordmat")));
    let rights = |role, of_month: &[(&str, u64)]| Input::MemberRights(MemberRights { role, limits: limits(of_month) });
    let terms = |rate_num, rate_den, price_micro, daily_max, ends_ms| {
        let (daily_max, ends_ms) = (Points::new(daily_max), time(ends_ms));
        let owed_max = Money::new(MONEY_MAX);
        Input::Terms(PartnershipTerms { rate_num, rate_den, price_micro, daily_max, owed_max, ends_ms })
    };
    let largest = terms(u32::MAX, u32::MAX, PRICE_MICRO_MAX, POINTS_MAX, TIME_MS_MAX);
    vec![
        named("currency", Input::Currency(parse("SEK"))),
        named("no money", Input::Money(Money::new(0))),
        named("most money", Input::Money(Money::new(MONEY_MAX))),
        named("no guardians", Input::Guardians(guardians(vec![], 0))),
        named("three guardians", Input::Guardians(guardians(vec![one, other, cafe], 2))),
        named("two brands as guardians", Input::Guardians(guardians(vec![cafe, grocer], 1))),
        named("rights of an admin", rights(MemberRole::Admin, &[])),
        named("rights of a child", rights(MemberRole::Child, &[("kaffet", 0), ("nordmat", POINTS_MAX)])),
        named("terms", terms(2, 3, 1_500_000, 100, START_MS)),
        named("largest terms", largest),
    ]
}

fn samples() -> Vec<(String, Input)> {
    let reference = |bytes: Vec<u8>| Input::Reference(Reference::new(bytes).expect("1 to 32 bytes"));
    let lot = |expiry: &str, amount| Input::Lot(Lot { expiry: parse(expiry), amount: Points::new(amount) });
    let operator = |roles| GenesisOperator::new(key(&seed(1)).public_key(), roles);
    let all_roles = operator(lojal_types::Bounded::new(roles().collect()).expect("one to four roles"));
    let limited = GenesisOperator { issue_daily_max: Some(Points::new(600)), ..operator([Role::Issue].into()) };
    let parameters = Parameters::standard();
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
        named("name beyond ascii", Input::Name(parse("Fj\u{e4}llen"))),
        named("policy with expiry", Input::Policy(policy(Some(24), true))),
        named("policy without expiry", Input::Policy(policy(None, false))),
        named("parameters", Input::Parameters(parameters)),
        named("operator with one role", Input::Operator(operator([Role::Reverse].into()))),
        named("operator with two roles", Input::Operator(operator([Role::Issue, Role::Reverse].into()))),
        named("operator with every role", Input::Operator(all_roles)),
        named("operator with a daily limit", Input::Operator(limited)),
    ];
    samples.extend(
        all::<NetworkKind>().map(|network| named(&format!("network {}", network.prefix()), Input::Network(network))),
    );
    samples.extend(roles().map(|role| named(&format!("role {role:?}"), Input::Role(role))));
    samples.extend(all::<MemberRole>().map(|role| named(&format!("member role {role:?}"), Input::MemberRole(role))));
    samples.extend(more_policies());
    samples.extend(between_people_and_brands());
    samples
}

/// Every value of an enum whose variants have no fields.
fn all<T: BorshDeserialize>() -> impl Iterator<Item = T> {
    variant_numbers::<T>().into_iter().map(|number| borsh::from_slice(&[number]).expect("a known number"))
}

fn roles() -> impl Iterator<Item = Role> {
    all()
}

#[test]
fn small_values_have_their_bytes() {
    let about = "The values that messages are made of, in JSON and in canonical bytes (borsh); a time also with \
                 its month and day";
    check("values.json", about, samples(), build);
}
