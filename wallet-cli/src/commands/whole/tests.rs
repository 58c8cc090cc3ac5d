use std::collections::BTreeSet;

use lojal_types::governance::SetPower;
use lojal_types::{Action, Address, Bounded, ChainTag, Operations, Propose};

use super::*;

/// The vectors of a file that is read by every implementation.
fn vectors(file: &str) -> Vec<Value> {
    let path = format!("{}/../tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("there")).expect("JSON");
    document["vectors"].as_array().expect("a list").clone()
}

/// An operation of every kind, and motions with an action of every kind.
fn operations() -> Vec<Operation<AddressText>> {
    let read = |value: &Value| serde_json::from_value(value.clone()).expect("an operation");
    let mut all: Vec<Operation<AddressText>> =
        vectors("operations.json").iter().map(|vector| read(&vector["input"])).collect();
    for vector in vectors("governance.json") {
        let input = &vector["input"];
        let operation = match input["kind"].as_str() {
            Some("motion") => serde_json::json!({ "type": "propose", "actions": input["actions"] }),
            Some("brand_motion") => {
                serde_json::json!({ "type": "propose_for_brand", "brand": input["brand"], "actions": input["actions"] })
            }
            _ => continue,
        };
        all.push(read(&operation));
    }
    all
}

fn transaction(operation: Operation<AddressText>) -> Transaction<AddressText> {
    Transaction {
        chain: ChainTag::new([1; 4]),
        sender: Address::new([4; 20]).to_text(NetworkKind::Test),
        valid_until_ms: TimeMs::new(1_800_000_000_000).expect("in range"),
        nonce: 7_777_777,
        operations: Operations::new(vec![operation]).expect("one"),
    }
}

/// The result of `read` where no brand is known.
fn with_whole<T>(read: impl Fn(&Whole<'_>) -> T) -> T {
    let decimals = Decimals::of_brands(&[], None).expect("nothing contradicts");
    read(&Whole { network: NetworkKind::Test, decimals: &decimals, genesis: None })
}

/// The values of a document, each as it has to be shown.
fn leaves(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, found)),
        Value::Array(list) => list.iter().for_each(|one| leaves(one, found)),
        Value::Null => found.push("none".to_owned()),
        Value::String(text) => found.push(text.clone()),
        other => found.push(other.to_string()),
    }
}

/// The types that are named in a document, of operations and actions.
fn types(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("type").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| types(field, found));
        }
        Value::Array(list) => list.iter().for_each(|one| types(one, found)),
        _ => {}
    }
}

/// Tells whether nothing follows a value, or what it means.
fn is_meaning(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(" (")
}

#[test]
fn every_value_of_every_kind_of_operation_and_action_is_shown_to_whoever_signs() {
    let mut kinds = BTreeSet::new();
    for operation in operations() {
        let json = to_value(&transaction(operation));
        let rows = with_whole(|whole| whole.rows(&json));
        let mut expected = Vec::new();
        leaves(&json, &mut expected);
        for value in expected {
            let is_in = |shown: &String| lojal_text::for_text(shown).strip_prefix(&value).is_some_and(is_meaning);
            assert!(rows.iter().any(|row| is_in(&row[1])), "{value} is missing in {rows:?}");
        }
        types(&json, &mut kinds);
    }
    // The operations, and the actions of governors: what is added to either comes into the vectors, and so here.
    assert!(kinds.len() >= 39 + 14, "{kinds:?}");
}

#[test]
fn points_are_told_in_those_of_the_brand_that_they_are_of_and_money_in_none() {
    let settle = serde_json::json!({ "type": "settle", "creditor": "kaffet", "debtor": "nordmat", "amount": 700 });
    let policy = serde_json::json!({ "type": "set_policy", "brand": "kaffet", "policy": { "transfer_max": 800 } });
    let actions = serde_json::json!({ "type": "propose_for_brand", "brand": "nordmat", "actions": [settle, policy] });
    let brands = [("kaffet", 2), ("nordmat", 0)].map(|(id, decimals)| (id.parse().expect("valid"), decimals));
    let decimals = Decimals::known(brands.into_iter().collect());
    let rows = Whole { network: NetworkKind::Test, decimals: &decimals, genesis: None }.rows(&actions);
    let shown = |name: &str| rows.iter().find(|row| row[0].ends_with(name)).map(|row| row[1].as_str());
    assert_eq!((shown("amount"), shown("transfer_max")), (Some("700"), Some("800 (8.00 kaffet)")));
}

#[test]
fn nothing_in_a_text_hides_or_steers_and_an_action_is_in_words_above() {
    let power = SetPower { name: "kaffet".parse().expect("a name"), power: 1_000_000 };
    let transaction = transaction(Operation::Propose(Propose { actions: Bounded::from([Action::SetPower(power)]) }));
    let text = with_whole(|whole| lojal_text::for_text(&whole.transaction(&transaction)));
    assert!(text.contains("1. the vote of kaffet gets the power 1000000"), "{text}");
    let value = Value::String("a\u{202e}b\u{1b}[2Jc\nd".to_owned());
    let shown = with_whole(|whole| whole.shown("name", &value, None));
    assert_eq!(lojal_text::for_text(&shown), "a\\u{202e}b\\u{1b}[2Jc\\u{a}d");
}
