//! Every kind of operation, alone.

use std::collections::BTreeSet;

use lojal_types::limits::{MONEY_MAX, POINTS_MAX, PRICE_MICRO_MAX, TIME_MS_MAX};
use lojal_types::{
    Address, AddressText, BrandAction, Guardian, Hash, MemberRole, Money, Operation, PartnershipTerms, Points, Policy,
    Role,
};
use serde::{Deserialize, Serialize};

use super::compose::*;
use super::golden::{canonical_hex, check, variant_numbers};
use super::samples::{NETWORK, START_MS, account, chain_id, household, named, parse, time};

/// The operations of the vectors: at least one of every kind, and one for every field that can be left out.
///
/// A new kind of operation is added here; tests fail until it is.
pub(super) fn samples() -> Vec<(String, Written)> {
    let mut samples = [
        points(),
        between_brands(),
        brands(),
        of_admins_together(),
        keys(),
        households(),
        of_governors(),
        of_programme(),
        of_campaigns(),
        of_vouchers(),
        of_market(),
    ]
    .concat();
    refer(&chain_id(), &mut samples.iter_mut().map(|(_, operation)| operation).collect::<Vec<_>>());
    samples
}

fn points() -> Vec<(String, Written)> {
    let (anna, bo) = (account(4), account(5));
    let most = issue("abcdefghijk-123", bo, POINTS_MAX, "abcdefghijklmnopqrstuvwxyz012345");
    let until = time(START_MS + 60_000);
    vec![
        named("issue", issue("nordmat", anna, 500, "receipt 1")),
        named("issue of the most points", most),
        named("issue of points that expire earlier", issue_until("2027-03", "nordmat", anna, 500, "receipt 2")),
        named("redeem", redeem("nordmat", anna, 120, None)),
        named("redeem by request", redeem("nordmat", anna, 120, Some("request 1"))),
        named("transfer", transfer("nordmat", anna, bo, 75)),
        named("reverse", reverse("nordmat", anna, (100, 100), "receipt 1", "return 1")),
        named("reverse of as much as there is", reverse("nordmat", anna, (1, 100), "receipt 1", "return 2")),
        named("hold", hold("nordmat", anna, 200, "till 1", until)),
        named(
            "hold of a household's points until the last time",
            for_household(hold("nordmat", household(), 1, "h", time(TIME_MS_MAX))),
        ),
        named("capture", capture("nordmat", anna, "till 1", 150, "take 1")),
        named("release", release("nordmat", anna, "till 1")),
    ]
}

fn between_brands() -> Vec<(String, Written)> {
    let terms = PartnershipTerms {
        rate_num: 1,
        rate_den: 3,
        price_micro: 1_500_000,
        daily_max: Points::new(150),
        owed_max: Money::new(1_000),
        ends_ms: time(START_MS + 86_400_000),
    };
    let largest = PartnershipTerms {
        rate_num: u32::MAX,
        rate_den: u32::MAX,
        price_micro: PRICE_MICRO_MAX,
        daily_max: Points::new(POINTS_MAX),
        owed_max: Money::new(MONEY_MAX),
        ends_ms: time(TIME_MS_MAX),
    };
    let anna = account(4);
    vec![
        named("propose_partnership", propose("nordmat", "kaffet", terms.clone())),
        named("propose_partnership with the largest terms", propose("kaffet", "nordmat", largest)),
        named("accept_partnership", accept("nordmat", "kaffet", terms)),
        named("end_partnership", end("nordmat", "kaffet")),
        named("convert", convert(anna, "nordmat", "kaffet", 99, 33)),
        named("convert of a household's points", convert(household(), "nordmat", "kaffet", POINTS_MAX, 1)),
        named("settle", settle("kaffet", "nordmat", 100, "payment 1")),
        named("settle of the most money", settle("kaffet", "nordmat", MONEY_MAX, "payment 2")),
    ]
}

fn brands() -> Vec<(String, Written)> {
    let strict = Policy {
        transferable: false,
        transfer_max: Points::new(1),
        convertible: false,
        poolable: false,
        ..Policy::open()
    };
    let generous = Policy {
        expiry_months: Some(24),
        transfer_min: Points::new(10),
        transfer_max: Points::new(1000),
        issue_max: Some(Points::new(5000)),
        transfer_daily_max: Some(Points::new(2000)),
        opening_min: Points::new(20),
        tradeable: true,
        reversal_window_ms: 60_000,
        ..Policy::open()
    };
    let all_roles = [Role::Issue, Role::Capture, Role::Reverse, Role::Admin];
    let with_grant = [Role::Issue, Role::Grant];
    vec![
        named("set_policy", set_policy("nordmat", generous)),
        named("set_policy with nothing but what must be", set_policy("nordmat", strict)),
        named("set_operator", set_operator("nordmat", 11, &all_roles, None)),
        named("set_operator with a daily limit", set_operator("nordmat", 12, &[Role::Issue], Some(600))),
        named("set_operator who grants", set_operator("nordmat", 12, &with_grant, None)),
        named("remove_operator", remove_operator("nordmat", account(12))),
    ]
}

fn keys() -> Vec<(String, Written)> {
    let (anna, bo, cleo) = (Guardian::Account(account(4)), Guardian::Account(account(5)), account(7));
    let kaffet = Guardian::Brand(parse("kaffet"));
    vec![
        named("rotate_key", rotate_key(6)),
        named("set_guardians", set_guardians(guardians(vec![anna, bo, kaffet], 2))),
        named("set_guardians to nobody", set_guardians(guardians(vec![], 0))),
        named("start_recovery", start_recovery(cleo, 6)),
        named("cancel_recovery", cancel_recovery()),
        named("finish_recovery", finish_recovery(cleo)),
        named("freeze", freeze()),
        named("unfreeze", unfreeze()),
        named("agree", agree(cleo, Hash::new([0x99; 32]))),
    ]
}

fn households() -> Vec<(String, Written)> {
    let bo = account(5);
    let few = [("kaffet", 0), ("nordmat", 50)];
    let most: Vec<String> = ('a'..='p').map(|letter| format!("brand-{letter}")).collect();
    let most: Vec<(&str, u64)> = most.iter().map(|brand| (brand.as_str(), POINTS_MAX)).collect();
    vec![
        named("create_household", create_household()),
        named("invite", invite(household(), bo, MemberRole::Child, &few)),
        named("invite without limits", invite(household(), bo, MemberRole::Admin, &[])),
        named("join", join(household())),
        named("leave", leave(household())),
        named("set_member", set_member(household(), bo, MemberRole::Adult, &few)),
        named("set_member with the most limits", set_member(household(), bo, MemberRole::Adult, &most)),
        named("remove_member", remove_member(household(), bo)),
    ]
}

/// The form that is hashed and signed.
pub(super) fn bytes_form(operation: &Operation<AddressText>) -> Operation {
    operation
        .clone()
        .try_map(|text| text.to_canonical(NETWORK))
        .expect("the vectors name addresses of their own network")
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    kind: u8,
    borsh: String,
    /// In the order in which the operation's history names them.
    accounts: Vec<AddressText>,
}

fn build(input: &Operation<AddressText>) -> Output {
    let operation = bytes_form(input);
    let to_text = |address: Address| Ok::<_, std::convert::Infallible>(address.to_text(NETWORK));
    let Ok(text) = operation.clone().try_map(to_text);
    assert_eq!(text, *input, "text -> bytes -> text");
    Output {
        kind: kind(&operation),
        borsh: canonical_hex(&operation),
        accounts: operation.accounts().map(|address| address.to_text(NETWORK)).collect(),
    }
}

/// The number of an operation's kind.
pub(super) fn kind_of(written: &Written) -> u8 {
    kind(&bytes_form(written))
}

fn kind(operation: &Operation) -> u8 {
    borsh::to_vec(operation).expect("writing to memory can't fail")[0]
}

#[test]
fn operations_have_their_bytes() {
    let about = "One operation, in JSON and in canonical bytes; kind is the first of them";
    check("operations.json", about, samples(), build);
}

#[test]
fn every_kind_of_action_of_a_brand_has_a_vector() {
    let to_bytes = |action: BrandAction<AddressText>| kind_of(&action.into_operation());
    let shown: BTreeSet<u8> = brand_actions().into_iter().map(to_bytes).collect();
    assert_eq!(variant_numbers::<BrandAction>(), shown, "add samples to brand_actions() in vectors/compose");
}

#[test]
fn every_kind_of_operation_has_a_vector_under_its_name() {
    let mut shown = BTreeSet::new();
    for (name, operation) in samples() {
        let kind_in_json = serde_json::to_value(&operation).expect("has a JSON form")["type"].clone();
        let operation = bytes_form(&operation);
        assert_eq!(kind_in_json, operation.name(), "left is the type in JSON, right the operation's name");
        assert!(name.starts_with(operation.name()), "the sample \"{name}\" is a {}", operation.name());
        shown.insert(kind(&operation));
    }
    let missing: Vec<u8> = variant_numbers::<Operation>().difference(&shown).copied().collect();
    assert!(
        missing.is_empty(),
        "operations of the kinds {missing:?} have no vector: add samples to tests/conformance/vectors/operations.rs"
    );
}
