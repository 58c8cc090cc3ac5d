//! Keys, addresses and plain signatures.

use lojal_types::{AddressText, NetworkKind, PublicKey, Signature};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{key, named, seed};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    /// Hex of 32 bytes (RFC 8032).
    seed: String,
    /// Hex.
    message: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    public_key: PublicKey,
    address: String,
    address_on_main: AddressText,
    address_on_test: AddressText,
    signature: Signature,
}

fn build(input: &Input) -> Output {
    let key = key(&input.seed);
    let address = key.address();
    let message = hex::decode(&input.message).expect("a message is hex");
    let output = Output {
        public_key: key.public_key(),
        address: canonical_hex(&address),
        address_on_main: address.to_text(NetworkKind::Main),
        address_on_test: address.to_text(NetworkKind::Test),
        signature: key.sign(&message),
    };
    assert!(output.public_key.verify(&message, &output.signature), "what a key signs holds");
    assert_eq!(output.address_on_main.to_canonical(NetworkKind::Main), Ok(address));
    assert_eq!(output.address_on_test.to_canonical(NetworkKind::Test), Ok(address));
    assert_eq!(canonical_hex(&output.public_key), output.public_key.to_string());
    assert_eq!(canonical_hex(&output.signature), output.signature.to_string());
    output
}

#[test]
fn keys_give_their_addresses_and_signatures() {
    let input = |seed: String, message: &str| Input { seed, message: message.to_owned() };
    let samples = vec![
        named("all zero", input(seed(0), "")),
        named("all one", input(seed(1), "00")),
        named("all ff", input(seed(0xff), "6c6f6a616c")),
        // RFC 8032, section 7.1, test 3.
        named("rfc 8032", input("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7".to_owned(), "af82")),
    ];
    let about = "Ed25519 secret -> public key; SHA-256(lojal/account/v1 | public key) -> first 20 bytes -> bech32m; \
                 signature over a plain message";
    check("keys.json", about, samples, build);
}

#[test]
fn the_key_of_rfc_8032_gives_the_signature_of_rfc_8032() {
    let output = build(&Input {
        seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7".to_owned(),
        message: "af82".to_owned(),
    });
    assert_eq!(
        output.signature.to_string(),
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
         18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    );
}
