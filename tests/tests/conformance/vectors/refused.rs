//! Bytes that no implementation may accept, and signatures at the edge of the rules.

use borsh::BorshDeserialize;
use lojal_ledger::record::Balance;
use lojal_types::{
    Bounded, BrandId, Certificate, Lot, Name, Operation, Policy, PublicKey, Receipt, Redeem, Reference, Signature,
    SignedTransaction, TimeMs, Transaction, ValidatorSet, key::Claim, key::verify_batch,
};
use serde::{Deserialize, Serialize};

use super::golden::check;
use super::samples::{account, address, chain_id, key, named, parse, seed, time};
use super::validators::validator;

/// What the bytes are said to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Balance,
    BrandId,
    Certificate,
    Name,
    Operation,
    Policy,
    Receipt,
    Reference,
    SignedTransaction,
    Time,
    ValidatorSet,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    #[serde(rename = "type")]
    kind: Type,
    borsh: String,
}

/// What an implementation says to the bytes: always the first, or it is wrong.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Refused,
    Accepted,
}

fn build(input: &Input) -> Verdict {
    fn decodes<T: BorshDeserialize>(bytes: &[u8]) -> bool {
        borsh::from_slice::<T>(bytes).is_ok()
    }
    let bytes = hex::decode(&input.borsh).expect("vectors are hex");
    let accepted = match input.kind {
        Type::Balance => decodes::<Balance>(&bytes),
        Type::BrandId => decodes::<BrandId>(&bytes),
        Type::Certificate => decodes::<Certificate>(&bytes),
        Type::Name => decodes::<Name>(&bytes),
        Type::Operation => decodes::<Operation>(&bytes),
        Type::Policy => decodes::<Policy>(&bytes),
        Type::Receipt => decodes::<Receipt>(&bytes),
        Type::Reference => decodes::<Reference>(&bytes),
        Type::SignedTransaction => SignedTransaction::decode(&bytes).is_ok(),
        Type::Time => decodes::<TimeMs>(&bytes),
        Type::ValidatorSet => decodes::<ValidatorSet>(&bytes),
    };
    if accepted { Verdict::Accepted } else { Verdict::Refused }
}

fn signed() -> SignedTransaction {
    let from = address(account(4));
    let redeem = Redeem { brand: parse("nordmat"), from, amount: lojal_types::Points::new(5), reference: None };
    let operations = Bounded::new(vec![Operation::Redeem(redeem)]).expect("one operation");
    let transaction =
        Transaction { chain: chain_id().tag(), sender: from, valid_until_ms: time(1), nonce: 1, operations };
    transaction.sign(&chain_id(), &key(&seed(4)))
}

/// The bytes before the operations of a transaction: chain, sender, validity, nonce.
const BEFORE_OPERATIONS: usize = 4 + 20 + 8 + 8;

fn transactions() -> Vec<(&'static str, Vec<u8>)> {
    let whole = signed().encode();
    let operation = borsh::to_vec(&signed().transaction.operations[0]).expect("in memory");
    let (head, rest) = whole.split_at(BEFORE_OPERATIONS);
    let tail = &rest[4 + operation.len()..];
    let with = |count: u32| [head, &count.to_le_bytes(), &operation.repeat(count as usize), tail].concat();
    assert_eq!(with(1), whole, "the pieces are those of the transaction");
    vec![
        ("a transaction and one byte more", [whole.as_slice(), &[0]].concat()),
        ("a transaction without its last byte", whole[..whole.len() - 1].to_vec()),
        ("a transaction without operations", with(0)),
        ("a transaction of 101 operations", with(101)),
        ("a transaction that announces 2^32 - 1 operations", [head, &[0xff; 4], &operation].concat()),
    ]
}

fn operations() -> Vec<(&'static str, Vec<u8>)> {
    let redeem = borsh::to_vec(&signed().transaction.operations[0]).expect("in memory");
    let changed = |at: usize, byte: u8| {
        let mut bytes = redeem.clone();
        bytes[at] = byte;
        bytes
    };
    vec![
        ("an operation of kind 0", changed(0, 0)),
        ("an operation of kind 255", changed(0, 255)),
        ("an operation with a capital in its brand id", changed(5, b'N')),
        ("an optional field that is neither there nor not", changed(redeem.len() - 1, 2)),
    ]
}

fn small_values() -> Vec<(Type, &'static str, Vec<u8>)> {
    let text = |bytes: &[u8]| [&u32::try_from(bytes.len()).expect("short").to_le_bytes(), bytes].concat();
    let lot = borsh::to_vec(&Lot { expiry: parse("never"), amount: lojal_types::Points::new(1) }).expect("in memory");
    let policy = [&[0, 2][..], &[0; 24]].concat();
    let receipt = |outcome: &[u8]| [&[1; 32], outcome].concat();
    vec![
        (Type::BrandId, "a brand id of one letter", text(b"a")),
        (Type::BrandId, "a brand id of 16 letters", text(b"abcdefghijklmnop")),
        (Type::BrandId, "a brand id that starts with a digit", text(b"1a")),
        (Type::Reference, "a reference of no bytes", text(b"")),
        (Type::Reference, "a reference of 33 bytes", text(&[1; 33])),
        (Type::Name, "a name of no bytes", text(b"")),
        (Type::Name, "a name of 65 bytes", text(&[b'x'; 65])),
        (Type::Name, "a name of two lines", text(b"a\nb")),
        (Type::Name, "a name that is no UTF-8", text(&[0xc3])),
        (Type::Time, "a time in the year 7000", 158_731_488_000_000_u64.to_le_bytes().to_vec()),
        (Type::Policy, "a policy with a truth value of 2", policy),
        (Type::Receipt, "a receipt with an unknown code", receipt(&[1, 0, 0, 0])),
        (Type::Receipt, "a receipt with an unknown outcome", receipt(&[2])),
        (Type::Balance, "a balance of 63 lots", [63_u32.to_le_bytes().as_slice(), &lot.repeat(63)].concat()),
        (Type::Certificate, "a certificate without signatures", [0; 8 + 4 + 32 + 4].to_vec()),
    ]
}

fn validator_sets() -> Vec<(&'static str, Vec<u8>)> {
    let bytes = |validators: &[lojal_types::Validator]| borsh::to_vec(validators).expect("in memory");
    let no_point = lojal_types::Validator { public_key: PublicKey::new([2; 32]), ..validator(1, 1) };
    vec![
        ("no validators", bytes(&[])),
        ("validators by rising power", bytes(&[validator(1, 1), validator(2, 2)])),
        ("a validator twice", bytes(&[validator(1, 1), validator(1, 1)])),
        ("a validator without power", bytes(&[validator(1, 0)])),
        ("a validator with more than 2^40 power", bytes(&[validator(1, (1 << 40) + 1)])),
        ("a validator whose key is no point", bytes(&[no_point])),
    ]
}

#[test]
fn bytes_that_break_a_rule_are_refused() {
    let of = |kind: Type| move |(name, bytes): (&'static str, Vec<u8>)| (kind, name, bytes);
    let all = transactions().into_iter().map(of(Type::SignedTransaction));
    let all = all.chain(operations().into_iter().map(of(Type::Operation)));
    let all = all.chain(validator_sets().into_iter().map(of(Type::ValidatorSet))).chain(small_values());
    let samples: Vec<_> =
        all.map(|(kind, name, bytes)| named(name, Input { kind, borsh: hex::encode(bytes) })).collect();
    for (name, input) in &samples {
        assert_eq!(build(input), Verdict::Refused, "{name}");
    }
    check("refused.json", "Bytes that are not the canonical encoding of any value of their type", samples, build);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct SignatureInput {
    public_key: PublicKey,
    message: String,
    signature: Signature,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct SignatureOutput {
    holds: bool,
}

fn holds(input: &SignatureInput) -> SignatureOutput {
    let message = hex::decode(&input.message).expect("vectors are hex");
    let holds = input.public_key.verify(&message, &input.signature);
    let claim = Claim { key: input.public_key, message: &message, signature: input.signature };
    assert_eq!(verify_batch(&[claim, claim]), [holds; 2], "in a batch as alone");
    SignatureOutput { holds }
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
    let input = |public_key, signature| SignatureInput { public_key, message: message.clone(), signature };
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
