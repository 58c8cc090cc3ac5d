//! Signatures at the edge of the rules.

use lojal_types::{PublicKey, Signature, key::Claim, key::verify_batch};
use serde::{Deserialize, Serialize};

use super::golden::check;
use super::samples::{key, named, parse, seed};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    public_key: PublicKey,
    message: String,
    signature: Signature,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    holds: bool,
}

fn holds(input: &Input) -> Output {
    let message = hex::decode(&input.message).expect("vectors are hex");
    let holds = input.public_key.verify(&message, &input.signature);
    let claim = Claim { key: input.public_key, message: &message, signature: input.signature };
    assert_eq!(verify_batch(&[claim, claim]), [holds; 2], "in a batch as alone");
    Output { holds }
}

/// s + L, the order of the group: the same scalar in another form, which RFC 8032 and ZIP-215 refuse.
fn with_order_added(signature: &Signature) -> Signature {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = *signature.as_bytes();
    let mut carry = 0_u16;
    for (byte, order) in bytes[32..].iter_mut().zip(ORDER) {
        let [low, high] = (u16::from(*byte) + u16::from(order) + carry).to_le_bytes();
        (*byte, carry) = (low, u16::from(high));
    }
    Signature::new(bytes)
}

#[test]
fn signatures_at_the_edge_are_judged_by_zip_215() {
    let message = hex::encode("Zcash");
    let pair = key(&seed(1));
    let right = pair.sign(b"Zcash");
    let input = |public_key, signature| Input { public_key, message: message.clone(), signature };
    let other = pair.sign(b"another message");
    let mut samples = vec![
        named("a signature", input(pair.public_key(), right)),
        named("a signature of another message", input(pair.public_key(), other)),
        named("a signature with s + L", input(pair.public_key(), with_order_added(&right))),
        named("a key that is no point", input(PublicKey::new([2; 32]), right)),
    ];
    // Points of small order and non-canonical encodings, with R = A and s = 0.
    for encoding in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ] {
        let signature = parse(&(encoding.to_owned() + &seed(0)));
        samples.push(named(&format!("small order {}", &encoding[..8]), input(parse(encoding), signature)));
    }
    let about = "Which signatures hold (ZIP-215), alone and in a batch; every node must agree";
    check("signatures.json", about, samples, holds);
}
