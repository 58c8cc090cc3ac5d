//! JSON of requests: every value has one text, up to blanks, escapes and the order of fields.
//!
//! Serde takes more than that: a list for a struct, a number with a sign or leading zeros where it is a string, an
//! address in capitals, a field that is left out for one that is null. So what has been read is written again and
//! compared.

use lojal_types::api::{Batch, NewPush, NewWebhook};
use lojal_types::{AddressText, UnsignedTransaction};
use serde::de::{DeserializeOwned, Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

type SignedText = lojal_types::SignedTransaction<AddressText>;

/// Reads a signed transaction.
///
/// # Errors
/// When it is none, with the line and column; or when it isn't written as this API writes it, with the place in it.
pub fn transaction(bytes: &[u8]) -> Result<SignedText, serde_json::Error> {
    as_written(bytes)
}

/// Reads a transaction without its signature; likewise.
///
/// # Errors
/// See [`transaction`].
pub fn unsigned(bytes: &[u8]) -> Result<UnsignedTransaction<AddressText>, serde_json::Error> {
    as_written(bytes)
}

/// Reads a webhook to be registered; likewise.
///
/// # Errors
/// See [`transaction`].
pub fn webhook(bytes: &[u8]) -> Result<NewWebhook, serde_json::Error> {
    as_written(bytes)
}

/// Reads a browser's subscription of pushes; likewise.
///
/// # Errors
/// See [`transaction`].
pub fn push(bytes: &[u8]) -> Result<NewPush, serde_json::Error> {
    as_written(bytes)
}

/// Tells whether a text is meant as a signed transaction: it has a signature, whatever that is.
pub fn is_signed(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Signature {
        #[serde(rename = "signature")]
        _signature: IgnoredAny,
    }

    serde_json::from_slice::<Signature>(bytes).is_ok()
}

fn as_written<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, serde_json::Error> {
    let value: T = serde_json::from_slice(bytes)?;
    if is_written_as(bytes, &value) {
        return Ok(value);
    }
    serde_json::from_slice::<AsWritten<T>>(bytes).map(|AsWritten(value)| value)
}

/// Reads a batch; likewise.
///
/// # Errors
/// See [`transaction`].
pub fn batch(bytes: &[u8]) -> Result<Batch, serde_json::Error> {
    /// One transaction is compared at a time, since its values as a tree take many times the memory of its text.
    #[derive(Deserialize)]
    struct BatchAsWritten {
        transactions: Vec<AsWritten<SignedText>>,
    }

    let batch: Batch = serde_json::from_slice(bytes)?;
    if is_written_as(bytes, &batch) {
        return Ok(batch);
    }
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(serde_json::Error::custom("a batch is an object with the field `transactions`"));
    }
    let BatchAsWritten { transactions } = serde_json::from_slice(bytes)?;
    Ok(Batch { transactions: transactions.into_iter().map(|AsWritten(signed)| signed).collect() })
}

/// Tells whether a text is the one that programs on our types send. Then there is nothing to compare.
fn is_written_as(bytes: &[u8], value: &impl Serialize) -> bool {
    serde_json::to_vec(value).is_ok_and(|written| written == bytes)
}

/// A value whose text is the one that it is written as.
struct AsWritten<T>(T);

impl<'de, T: DeserializeOwned + Serialize> Deserialize<'de> for AsWritten<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = Value::deserialize(deserializer)?;
        let value = T::deserialize(&found).map_err(D::Error::custom)?;
        let expected = serde_json::to_value(&value).map_err(D::Error::custom)?;
        match difference(&found, &expected) {
            None => Ok(Self(value)),
            Some(place) => Err(D::Error::custom(place)),
        }
    }
}

/// The first place at which two values differ, and how.
fn difference(found: &Value, expected: &Value) -> Option<String> {
    let inside = |name: &str, place: String| format!("{name}.{place}").replace(".:", ":");
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            let missing = expected.iter().find(|(name, _)| !found.contains_key(*name));
            if let Some((name, value)) = missing {
                return Some(format!("{name}: is left out; write {value}"));
            }
            found.iter().find_map(|(name, found)| match expected.get(name) {
                Some(expected) => difference(found, expected).map(|place| inside(name, place)),
                None => Some(format!("{name}: stands for nothing here; leave it out")),
            })
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            let each = found.iter().zip(expected).enumerate();
            each.map(|(index, (found, expected))| (index, difference(found, expected)))
                .find_map(|(index, place)| place.map(|place| inside(&index.to_string(), place)))
        }
        _ if found == expected => None,
        _ => Some(format!(": is a second spelling; write {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::{
        Address, Bounded, ChainId, Invite, KeyPair, MemberRole, NetworkKind, Operation, Points, Redeem, TimeMs,
        Transaction, Transfer,
    };

    use super::*;

    fn signed() -> SignedText {
        let (key, chain) = (KeyPair::from_seed(&[1; 32]), ChainId::new([7; 32]));
        let brand = "nordmat".parse().expect("valid");
        let (from, to, amount) = (key.address(), Address::new([9; 20]), Points::new(250));
        let operations = vec![
            Operation::Transfer(Transfer { brand, from, to, amount }),
            Operation::Redeem(Redeem { brand, from, amount, request: None }),
            Operation::Invite(Invite {
                household: to,
                member: from,
                role: MemberRole::Child,
                limits: Bounded::default(),
            }),
        ];
        let transaction = Transaction {
            chain: chain.tag(),
            sender: from,
            valid_until_ms: TimeMs::new(1_795_304_100_000).expect("in range"),
            nonce: 7,
            operations: Bounded::new(operations).expect("three"),
        };
        transaction.sign(&chain, &key).to_text(NetworkKind::Test)
    }

    fn as_batch(text: &str) -> Result<Batch, serde_json::Error> {
        batch(format!("{{ \"transactions\": [{text}] }}").as_bytes())
    }

    #[test]
    fn blanks_and_the_order_of_fields_and_escapes_are_no_second_spelling() {
        let text = serde_json::to_string(&signed()).expect("plain data");
        let pretty = serde_json::to_string_pretty(&signed()).expect("plain data");
        let escaped = text.replace("nordmat", "n\\u006frdmat");
        let (first, rest) = text.trim_matches(['{', '}']).split_once(",\"public_key\"").expect("two fields");
        let reordered = format!("{{\"public_key\"{rest},{first}}}");
        for text in [text, pretty, escaped, reordered] {
            assert_eq!(transaction(text.as_bytes()).ok(), Some(signed()), "{text}");
            assert_eq!(as_batch(&text).ok(), Some(Batch { transactions: vec![signed()] }), "{text}");
        }
    }

    #[test]
    fn every_other_text_of_a_transaction_is_refused_alone_and_in_a_batch() {
        let text = serde_json::to_string(&signed()).expect("plain data");
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let list = |value: &Value| {
            let fields = ["chain", "sender", "valid_until_ms", "nonce", "operations"].map(|name| value[name].clone());
            Value::from(fields.to_vec())
        };
        let mut as_list = value.clone();
        as_list["transaction"] = list(&value["transaction"]);
        let mut operation_as_list = value.clone();
        let transfer = &value["transaction"]["operations"][0];
        let fields = ["type", "brand", "from", "to", "amount"].map(|name| transfer[name].clone());
        operation_as_list["transaction"]["operations"][0] = Value::from(fields.to_vec());
        let all = ["transaction", "public_key", "signature"].map(|name| value[name].clone());
        let sender = signed().transaction.sender.to_string();
        let key = signed().public_key.to_string();
        let wrong = [
            as_list.to_string(),
            operation_as_list.to_string(),
            Value::from(all.to_vec()).to_string(),
            text.replace("\"nonce\":\"7\"", "\"nonce\":\"+0007\""),
            text.replace("\"nonce\":\"7\"", "\"nonce\":\"07\""),
            text.replace("\"nonce\":\"7\"", "\"nonce\":7"),
            text.replace(":250", ":250.0"),
            text.replace(":250", ":25e1"),
            text.replace(":250", ":\"250\""),
            text.replace(&sender, &sender.to_uppercase()),
            text.replace(&key, &key.to_uppercase()),
            text.replace("07070707", "0707070A"),
            text.replace("nordmat", "Nordmat"),
            text.replace(",\"request\":null", ""),
            text.replace(",\"limits\":[]", ""),
            text.replace("\"nonce\":\"7\"", "\"nonce\":\"7\",\"nonce\":\"7\""),
            text.replace("\"type\":\"transfer\"", "\"type\":\"transfer\",\"type\":\"transfer\""),
            text.replace("\"amount\":250", "\"amount\":250,\"note\":1"),
        ];
        for other in wrong {
            assert_ne!(other, text);
            assert!(transaction(other.as_bytes()).is_err(), "{other}");
            assert!(as_batch(&other).is_err(), "{other}");
        }
        assert!(batch(format!("[[{text}]]").as_bytes()).is_err());
        assert!(batch(format!("{{\"transactions\":[{text}],\"transactions\":[{text}]}}").as_bytes()).is_err());
    }

    #[test]
    fn a_refusal_names_the_place_and_what_to_write() {
        let text = serde_json::to_string(&signed()).expect("plain data");
        for (from, to, detail) in [
            ("\"nonce\":\"7\"", "\"nonce\":\"+0007\"", "a second spelling of 7 at line 1"),
            (",\"request\":null", "", "transaction.operations.1.request: is left out; write null"),
        ] {
            let error = transaction(text.replace(from, to).as_bytes()).expect_err("a second spelling");
            assert!(error.to_string().starts_with(detail), "{error}");
        }
    }
}
