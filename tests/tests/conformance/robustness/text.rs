//! Text forms: JSON, TOML, and what people type. One text for every value but for an address in capitals, as QR
//! codes like it (BIP-173).

use std::fmt::{Debug, Display};
use std::str::FromStr;

use lojal_types::{
    AddressText, BrandId, Code, Currency, Expiry, Genesis, GenesisDocument, Hash, Month, Name, PublicKey, Reference,
    Signature, SignedTransaction,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{damage, messages, run, values};

/// Values come back from their text, and no other text means the same.
fn has_one_text<T>(values: BoxedStrategy<T>)
where
    T: FromStr<Err: Debug> + Display + PartialEq + Debug,
{
    run(256, &(values, damage::damages()), |(value, damages)| {
        let text = value.to_string();
        let parsed = text.parse::<T>().ok();
        prop_assert_eq!(parsed.as_ref(), Some(&value), "{} is not read back", &text);
        let mut bytes = text.into_bytes();
        damages.into_iter().for_each(|damage| damage.apply(&mut bytes));
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(parsed) = text.parse::<T>() {
            prop_assert_eq!(parsed.to_string(), text, "two texts for one value");
        }
        Ok(())
    });
}

#[test]
fn every_value_has_one_text() {
    has_one_text::<Month>(values::month());
    has_one_text::<Expiry>(values::expiry());
    has_one_text::<Reference>(values::reference());
    has_one_text::<BrandId>(values::brand_id());
    has_one_text::<Name>(values::name());
    has_one_text::<Code>(values::code());
    has_one_text::<Currency>(values::currency());
    has_one_text::<Hash>(values::hash());
    has_one_text::<PublicKey>(values::public_key());
    has_one_text::<Signature>(values::signature());
}

#[test]
fn an_address_has_one_text_but_for_capitals() {
    let texts = (values::address(), values::network()).prop_map(|(address, network)| address.to_text(network));
    run(500, &(texts, damage::damages()), |(address, damages)| {
        let text = address.to_string();
        prop_assert_eq!(text.parse::<AddressText>(), Ok(address));
        prop_assert_eq!(text.to_uppercase().parse::<AddressText>(), Ok(address));
        let mut bytes = text.into_bytes();
        damages.into_iter().for_each(|damage| damage.apply(&mut bytes));
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(parsed) = text.parse::<AddressText>() {
            prop_assert_eq!(parsed, address, "the checksum lets {} pass", text);
        }
        Ok(())
    });
}

#[test]
fn no_text_makes_a_parser_panic() {
    run(2000, &vec(any::<char>(), 0..80), |letters| {
        let text: String = letters.into_iter().collect();
        let _ = text.parse::<AddressText>();
        let _ = text.parse::<Month>();
        let _ = text.parse::<Expiry>();
        let _ = text.parse::<Reference>();
        let _ = text.parse::<BrandId>();
        let _ = text.parse::<Code>();
        let _ = text.parse::<Currency>();
        let _ = text.parse::<Hash>();
        let _ = GenesisDocument::from_toml(&text);
        if let Ok(name) = text.parse::<Name>() {
            prop_assert_eq!(name.as_str(), text);
        }
        Ok(())
    });
}

#[test]
fn transactions_survive_json_and_damaged_json_makes_nothing_panic() {
    let inputs = (messages::signed_transaction(), values::network(), vec(damage::damages(), 4));
    run(200, &inputs, |(signed, network, damages)| {
        let json = serde_json::to_vec(&signed.clone().to_text(network)).expect("has a JSON form");
        let parsed: SignedTransaction<AddressText> = serde_json::from_slice(&json).expect("what was written");
        prop_assert_eq!(parsed.to_canonical(network), Ok(signed));
        for damages in damages {
            let mut json = json.clone();
            damages.into_iter().for_each(|damage| damage.apply(&mut json));
            if let Ok(parsed) = serde_json::from_slice::<SignedTransaction<AddressText>>(&json) {
                let _ = parsed.to_canonical(network);
            }
        }
        Ok(())
    });
}

#[test]
fn genesis_documents_survive_toml_and_damaged_toml_makes_nothing_panic() {
    run(200, &(messages::genesis_document(), damage::damages()), |(document, damages)| {
        let toml = document.to_toml();
        prop_assert_eq!(GenesisDocument::from_toml(&toml), Ok(document));
        let mut bytes = toml.into_bytes();
        damages.into_iter().for_each(|damage| damage.apply(&mut bytes));
        let _ = Genesis::from_toml(&String::from_utf8_lossy(&bytes));
        Ok(())
    });
}
