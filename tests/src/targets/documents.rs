//! Values that are written as text: genesis documents, JSON of the gateway, and the texts of single values.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use lojal_ledger::conservation::balance_sheet;
use lojal_ledger::{State, StateTree};
use lojal_types::{
    AddressText, BrandId, Code, Currency, Expiry, Genesis, GenesisDocument, Hash, Month, Name, NetworkKind, PublicKey,
    Reference, Signature, SignedTransaction, TransactionId, api,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Fails unless a value is what its JSON says.
pub(super) fn survives_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_vec(value).expect("every value has a JSON form");
    let again: T = serde_json::from_slice(&json).expect("what was written can be read");
    assert_eq!(again, *value, "JSON changes the value");
}

/// Fails unless what was read is a value's one text, up to blanks, escapes and the order of fields.
fn has_one_text(data: &[u8], value: &impl Serialize) {
    let read: serde_json::Value = serde_json::from_slice(data).expect("it has been read");
    assert_eq!(serde_json::to_value(value).expect("every value has a JSON form"), read, "two texts for one value");
}

/// A genesis document as TOML: the same again from its own TOML and its canonical bytes, with the same chain id; and a
/// document that keeps the rules gives a first state that adds up.
pub fn genesis(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(document) = GenesisDocument::from_toml(text) else { return };
    assert_eq!(GenesisDocument::from_toml(&document.to_toml()).as_ref(), Ok(&document), "TOML changes the document");
    let bytes = borsh::to_vec(&document).expect("in memory");
    assert_eq!(
        borsh::from_slice::<GenesisDocument>(&bytes).ok().as_ref(),
        Some(&document),
        "bytes change the document"
    );
    survives_json(&document);
    let Ok(genesis) = Genesis::new(document.clone()) else { return };
    assert_eq!(Genesis::from_toml(&document.to_toml()).map(|one| one.chain_id()), Ok(genesis.chain_id()));
    let state = State::genesis(&genesis);
    balance_sheet(state.view()).expect("a network starts without points");
    let tree = StateTree::from_entries(state.view().tree().iter().map(|entry| entry.expect("in memory")));
    assert_eq!(tree.root(), state.view().tree().root(), "the root is not that of the entries");
    assert!(state.view().brand_ids().is_sorted_by(|one, other| one < other), "brands out of order");
}

/// Messages between the gateway and its clients: whatever is read is written and read again as the same, and what
/// clients submit has one text for every value.
pub fn json(data: &[u8]) {
    fn read<T: Serialize + DeserializeOwned + PartialEq + Debug>(data: &[u8]) {
        if let Ok(value) = serde_json::from_slice::<T>(data) {
            survives_json(&value);
        }
    }
    read::<api::Status>(data);
    read::<api::Brand>(data);
    read::<api::Brands>(data);
    read::<api::Account>(data);
    read::<api::Household>(data);
    read::<api::Operators>(data);
    read::<api::Partnerships>(data);
    read::<api::Netting>(data);
    read::<api::Validators>(data);
    read::<api::Governance>(data);
    read::<api::Motion>(data);
    read::<api::TransactionStatus>(data);
    read::<api::Batch>(data);
    read::<api::BatchAnswer>(data);
    read::<api::History>(data);
    read::<api::Block>(data);
    read::<api::Problem>(data);
    read::<GenesisDocument>(data);
    if let Ok(batch) = lojal_gateway::json::batch(data) {
        has_one_text(data, &batch);
    }
    if let Ok(text) = lojal_gateway::json::transaction(data) {
        has_one_text(data, &text);
        survives_json(&text);
        let on = [NetworkKind::Main, NetworkKind::Test]
            .map(|network| text.clone().to_canonical(network).map(|signed| (signed, network)));
        for (signed, network) in on.into_iter().flatten() {
            assert_eq!(signed.clone().to_text(network), text, "the canonical form means another transaction");
            let decoded = SignedTransaction::decode(&signed.encode());
            assert!(decoded.as_ref() == Ok(&signed) || decoded == Err(Code::TransactionTooLarge));
        }
    }
}

/// The texts of single values, as people type them and JSON carries them: one text for every value, but for an
/// address in capitals.
pub fn text(data: &[u8]) {
    fn one_text<T: FromStr<Err: Display> + Display>(text: &str) {
        match text.parse::<T>() {
            Ok(value) => assert_eq!(value.to_string(), text, "two texts for one value"),
            Err(error) => drop(error.to_string()),
        }
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    one_text::<Month>(text);
    one_text::<Expiry>(text);
    one_text::<Reference>(text);
    one_text::<BrandId>(text);
    one_text::<Name>(text);
    one_text::<Code>(text);
    one_text::<Currency>(text);
    one_text::<Hash>(text);
    one_text::<PublicKey>(text);
    one_text::<Signature>(text);
    one_text::<TransactionId>(text);
    match text.parse::<AddressText>() {
        Ok(address) => assert_eq!(address.to_string(), text.to_lowercase(), "two texts for one address"),
        Err(error) => drop(error.to_string()),
    }
}
