//! The seeds of the fuzzer's corpus: made from the golden vectors and a real chain, and written down by hand where
//! bytes are nasty in a way that nobody finds by chance.

mod bytes;
mod documents;
mod execute;
mod light;
mod requests;
mod signer;
mod snapshot;
mod wallet;

use std::collections::BTreeMap;
use std::path::Path;

use lojal_model::Random;
use serde_json::Value;

/// Names and bytes.
pub(super) type Seeds = BTreeMap<String, Vec<u8>>;

/// The seeds of a target.
pub(super) fn of(target: &str) -> Seeds {
    match target {
        "amounts" => wallet::amounts(),
        "archive" | "block_log" => bytes::archive(),
        "backup_words" => wallet::backup_words(),
        "block" => bytes::block(),
        "canonical" => bytes::canonical(),
        "certificate" => bytes::certificate(),
        "data_message" => light::data_message(),
        "engine_message" => bytes::engine_message(),
        "execute" => execute::execute(),
        "genesis" => documents::genesis(),
        "guard_file" => signer::guard_file(),
        "header" => bytes::header(),
        "http_request" => requests::http_request(),
        "index_entries" | "index_redo" => bytes::index(),
        "json" => documents::json(),
        "key_file" => wallet::key_file(),
        "pages" => bytes::pages(),
        "parts" => bytes::parts(),
        "payment_text" => wallet::payment_text(),
        "proof" => bytes::proof(),
        "read_token" => bytes::read_token(),
        "set_changes" => light::set_changes(),
        "signed_transaction" => bytes::signed_transaction(),
        "signer_message" => signer::signer_message(),
        "snapshot_pieces" => snapshot::snapshot_pieces(),
        "text" => documents::text(),
        "wallet_home" => wallet::wallet_home(),
        _ => Seeds::new(),
    }
}

/// Seeds by hand.
fn named<const N: usize>(seeds: [(&str, &[u8]); N]) -> Seeds {
    seeds.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect()
}

/// Longest seed from a vector, in bytes: what is longer has nothing that shorter ones don't have.
const VECTOR_BYTES_MAX: usize = 6_000;

/// The vectors of a file: the name as that of a file, and the whole vector.
fn vectors(file: &str) -> Vec<(String, Value)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read: Value = serde_json::from_str(&text).expect("vectors are JSON");
    let vectors = read["vectors"].as_array().expect("a list of vectors").clone();
    let name = |vector: &Value| -> String {
        let name = vector["name"].as_str().expect("vectors have names");
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
    };
    vectors.into_iter().map(|vector| (name(&vector), vector)).collect()
}

/// The bytes in one field of the outputs of a file of vectors.
fn hex_of_outputs(file: &str, field: &str) -> Seeds {
    let bytes = |(name, vector): (String, Value)| {
        let bytes = hex::decode(vector["output"][field].as_str()?).ok()?;
        (bytes.len() <= VECTOR_BYTES_MAX).then_some((name, bytes))
    };
    vectors(file).into_iter().filter_map(bytes).collect()
}

/// The bytes that must be refused as one type.
fn refused(kind: &str) -> Seeds {
    let bytes = |(name, vector): (String, Value)| {
        let input = &vector["input"];
        let bytes = hex::decode(input["borsh"].as_str()?).ok()?;
        (input["type"] == kind && bytes.len() <= VECTOR_BYTES_MAX).then_some((name, bytes))
    };
    vectors("refused.json").into_iter().filter_map(bytes).collect()
}

/// The same bytes for the same number, and others for another.
fn random(number: u64, count: usize) -> Vec<u8> {
    Random::new(number).bytes(count)
}
