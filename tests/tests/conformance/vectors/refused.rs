//! Bytes that no implementation may accept.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_ledger::record::{Account, Balance, BrandList, Holds, Household, Memberships, OpenHold, OperatorList};
use lojal_types::genesis::GenesisBrand;
use lojal_types::limits::{
    BLOCK_BYTES_MAX, BLOCK_TRANSACTIONS_MAX, BRANDS_MAX, HOLDS_MAX, HOUSEHOLD_INVITATIONS_MAX, HOUSEHOLD_MEMBERS_MAX,
    MEMBER_LIMITS_MAX, MEMBERSHIPS_MAX, OPERATORS_MAX,
};
use lojal_types::{
    Block, Bounded, BrandId, Certificate, Currency, GenesisDocument, Guardian, Guardians, Hash, Lot, MemberLimit,
    MemberRights, MemberRole, Name, Operation, Points, Policy, PublicKey, Receipt, Recovery, Redeem, Reference, Role,
    Roles, SignedReadToken, SignedTransaction, TimeMs, Transaction, ValidatorSet,
};
use serde::{Deserialize, Serialize};

use super::blocks::{header, header_bytes_form};
use super::genesis::{genesis, two_brands};
use super::golden::check;
use super::samples::{account, address, chain_id, key, named, parse, seed, time};
use super::validators::validator;

/// The type that the bytes are said to be of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Account,
    Balance,
    Block,
    BrandId,
    BrandList,
    Certificate,
    Currency,
    GenesisDocument,
    Guardians,
    Holds,
    Household,
    MemberRights,
    Memberships,
    Name,
    Operation,
    OperatorList,
    Policy,
    ReadToken,
    Receipt,
    Recovery,
    Reference,
    Roles,
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

/// An implementation's verdict on the bytes: always the first, or it is wrong.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Refused,
    Accepted,
}

fn decodes<T: BorshDeserialize>(bytes: &[u8]) -> bool {
    borsh::from_slice::<T>(bytes).is_ok()
}

fn build(input: &Input) -> Verdict {
    let bytes = hex::decode(&input.borsh).expect("vectors are hex");
    let accepted = match input.kind {
        Type::Account => decodes::<Account>(&bytes),
        Type::Balance => decodes::<Balance>(&bytes),
        Type::Block => Block::decode(&bytes).is_ok(),
        Type::BrandId => decodes::<BrandId>(&bytes),
        Type::BrandList => decodes::<BrandList>(&bytes),
        Type::Certificate => decodes::<Certificate>(&bytes),
        Type::Currency => decodes::<Currency>(&bytes),
        Type::GenesisDocument => decodes::<GenesisDocument>(&bytes),
        Type::Guardians => decodes::<Guardians>(&bytes),
        Type::Holds => decodes::<Holds>(&bytes),
        Type::Household => decodes::<Household>(&bytes),
        Type::MemberRights => decodes::<MemberRights>(&bytes),
        Type::Memberships => decodes::<Memberships>(&bytes),
        Type::Name => decodes::<Name>(&bytes),
        Type::Operation => decodes::<Operation>(&bytes),
        Type::OperatorList => decodes::<OperatorList>(&bytes),
        Type::Policy => decodes::<Policy>(&bytes),
        Type::ReadToken => decodes::<SignedReadToken>(&bytes),
        Type::Receipt => decodes::<Receipt>(&bytes),
        Type::Recovery => decodes::<Recovery>(&bytes),
        Type::Reference => decodes::<Reference>(&bytes),
        Type::Roles => decodes::<Roles>(&bytes),
        Type::SignedTransaction => SignedTransaction::decode(&bytes).is_ok(),
        Type::Time => decodes::<TimeMs>(&bytes),
        Type::ValidatorSet => decodes::<ValidatorSet>(&bytes),
    };
    if accepted { Verdict::Accepted } else { Verdict::Refused }
}

fn signed() -> SignedTransaction {
    let from = address(account(4));
    let redeem = Redeem { brand: parse("nordmat"), from, amount: Points::new(5), request: None };
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

fn to_bytes<T: BorshSerialize>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).expect("writing to memory can't fail")
}

/// The bytes of a value with another byte at a place.
fn changed<T: BorshSerialize>(value: &T, at: usize, byte: u8) -> Vec<u8> {
    let mut bytes = to_bytes(value);
    assert_ne!(bytes[at], byte, "the byte is another one");
    bytes[at] = byte;
    bytes
}

/// A list of `count` items, and what surrounds it: refused only for its length, since one item less is accepted.
fn one_too_many<T: BorshDeserialize>(before: &[u8], item: &[u8], count: usize, after: &[u8]) -> Vec<u8> {
    let list = |count: usize| {
        let announced = u32::try_from(count).expect("a few").to_le_bytes();
        [before, &announced, &item.repeat(count), after].concat()
    };
    assert!(decodes::<T>(&list(count - 1)), "{} items are too many already", count - 1);
    list(count)
}

fn operations() -> Vec<(&'static str, Vec<u8>)> {
    let redeem = signed().transaction.operations[0].clone();
    let last = to_bytes(&redeem).len() - 1;
    vec![
        ("an operation of kind 0", changed(&redeem, 0, 0)),
        ("an operation of kind 8", changed(&redeem, 0, 8)),
        ("an operation of kind 39", changed(&redeem, 0, 39)),
        ("an operation of kind 255", changed(&redeem, 0, 255)),
        ("an operation with a capital in its brand id", changed(&redeem, 5, b'N')),
        ("an optional field that is neither there nor not", changed(&redeem, last, 2)),
    ]
}

/// Accounts, households and brands that have more of something than they can.
fn economy() -> Vec<(Type, &'static str, Vec<u8>)> {
    let (anna, lot) = (address(account(4)), Lot { expiry: parse("never"), amount: Points::new(1) });
    let (lots, reference) = (Bounded::new(vec![lot]).expect("one lot"), parse("01"));
    let hold = OpenHold { reference, dated: time(1).day(), expires_ms: time(1), lots, counted: None };
    let hold_bytes = to_bytes(&hold);
    // The number of lots stands before the one lot, and after it the byte that says that nobody's limit counts.
    let lots_at = hold_bytes.len() - 1 - to_bytes(&lot).len() - 4;
    let without_lots = [&1_u32.to_le_bytes(), &hold_bytes[..lots_at], &[0; 4], &[0]].concat();
    let guardian: Guardian = Guardian::Brand(parse("kaffet"));
    let guardians = Guardians { guardians: Bounded::new(vec![guardian]).expect("one guardian"), threshold: 1 };
    let limit = to_bytes(&MemberLimit { brand: parse("kaffet"), month_max: Points::new(1) });
    let rights = MemberRights { role: MemberRole::Child, limits: Bounded::default() };
    let roles: Roles = Bounded::new(vec![Role::Issue]).expect("one role");
    let member = to_bytes(&anna);
    let none = [0; 4];
    let account = Account::default();
    vec![
        (Type::Account, "an account with a truth value of 2", changed(&account, 1, 2)),
        (Type::Currency, "a currency with a small letter", b"SeK".to_vec()),
        (Type::Guardians, "a guardian who is neither an account nor a brand", changed(&guardians, 4, 2)),
        (Type::Guardians, "four guardians", one_too_many::<Guardians>(&[], &to_bytes(&guardian), 4, &[1])),
        (Type::Recovery, "a recovery that nobody asked for", [&none[..], &[0]].concat()),
        (Type::Holds, "17 holds", one_too_many::<Holds>(&[], &hold_bytes, HOLDS_MAX + 1, &[])),
        (Type::Holds, "a hold of no lots", without_lots),
        (Type::MemberRights, "an unknown role in a household", changed(&rights, 0, 3)),
        (Type::MemberRights, "17 limits", one_too_many::<MemberRights>(&[1], &limit, MEMBER_LIMITS_MAX + 1, &[])),
        (
            Type::Household,
            "a household of 17 members",
            one_too_many::<Household>(&[], &member, HOUSEHOLD_MEMBERS_MAX + 1, &[none, none].concat()),
        ),
        (
            Type::Household,
            "a household of 17 invitations",
            one_too_many::<Household>(&none, &member, HOUSEHOLD_INVITATIONS_MAX + 1, &none),
        ),
        (Type::Memberships, "17 memberships", one_too_many::<Memberships>(&[], &member, MEMBERSHIPS_MAX + 1, &[])),
        (Type::OperatorList, "65 operators", one_too_many::<OperatorList>(&[], &member, OPERATORS_MAX + 1, &[])),
        (Type::Roles, "no roles", none.to_vec()),
        (Type::Roles, "an unknown role", changed(&roles, 4, 5)),
        (Type::Roles, "six roles", one_too_many::<Roles>(&[], &[0], 6, &[])),
    ]
}

fn small_values() -> Vec<(Type, &'static str, Vec<u8>)> {
    let text = |bytes: &[u8]| [&u32::try_from(bytes.len()).expect("short").to_le_bytes(), bytes].concat();
    let lot = borsh::to_vec(&Lot { expiry: parse("never"), amount: Points::new(1) }).expect("in memory");
    let policy = Policy { transfer_max: Points::new(1), tradeable: true, ..Policy::open() };
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
        (Type::Policy, "a policy with a truth value of 2", changed(&policy, 1, 2)),
        (Type::Policy, "a policy with another truth value of 2", changed(&policy, 29, 2)),
        (Type::Receipt, "a receipt with an unknown code", receipt(&[1, 0, 0, 0])),
        (Type::Receipt, "a receipt with an unknown outcome", receipt(&[2])),
        (Type::Balance, "a balance of 63 lots", [63_u32.to_le_bytes().as_slice(), &lot.repeat(63)].concat()),
        (Type::Certificate, "a certificate without signatures", [0; 8 + 4 + 32 + 4].to_vec()),
    ]
}

/// Tokens for hosts that are none.
fn read_tokens() -> Vec<(Type, &'static str, Vec<u8>)> {
    let signer = key(&seed(4));
    let token = |host: &str| {
        let owner = to_bytes(&(address(account(4)), signer.public_key()));
        [&owner[..], &to_bytes(&host), &1_u64.to_le_bytes(), &[7; 64]].concat()
    };
    assert!(decodes::<SignedReadToken>(&token("localhost")));
    let with_a_byte = [token("localhost"), vec![0]].concat();
    let (empty, long) = (token(""), token(&"a".repeat(256)));
    vec![
        (Type::ReadToken, "a read token and one byte more", with_a_byte),
        (Type::ReadToken, "a read token for no host", empty),
        (Type::ReadToken, "a read token for a host of 256 bytes", long),
        (Type::ReadToken, "a read token for a host with a capital", token("Localhost")),
        (Type::ReadToken, "a read token for a host in brackets", token("[::1]")),
        (Type::ReadToken, "a read token for a host with a slash", token("localhost/")),
    ]
}

/// More brands than a network can have, and more transactions than a block.
fn networks_and_blocks() -> Vec<(Type, &'static str, Vec<u8>)> {
    let document = genesis(&two_brands()).document().clone();
    let brand = GenesisBrand { operators: Bounded::default(), ..document.brands[0].clone() };
    // The brands stand last, after their number.
    let mut before_brands = to_bytes(&GenesisDocument { brands: Bounded::default(), ..document });
    before_brands.truncate(before_brands.len() - 4);
    let too_many = BRANDS_MAX + 1;
    let brands = one_too_many::<GenesisDocument>(&before_brands, &to_bytes(&brand), too_many, &[]);
    let ids = one_too_many::<BrandList>(&[], &to_bytes(&brand.id), too_many, &[]);

    let (header, one) = (to_bytes(&header_bytes_form(&header(Hash::new([0x22; 32])))), signed().encode());
    // Refused for the number alone: with all that it announces it has less than the bytes that a block can have.
    let whole = one_too_many::<Block>(&header, &one, BLOCK_TRANSACTIONS_MAX + 1, &[]);
    assert!(whole.len() < BLOCK_BYTES_MAX && Block::decode(&whole).is_err());
    // A vector of two megabytes would show no more than its beginning does.
    let announcing = whole[..header.len() + 4 + one.len()].to_vec();
    vec![
        (Type::GenesisDocument, "a genesis document of 257 brands", brands),
        (Type::BrandList, "257 brands", ids),
        (Type::Block, "a block that announces 10001 transactions", announcing),
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
    let all = all.chain(validator_sets().into_iter().map(of(Type::ValidatorSet)));
    let all = all.chain(small_values()).chain(economy()).chain(networks_and_blocks()).chain(read_tokens());
    let samples: Vec<_> =
        all.map(|(kind, name, bytes)| named(name, Input { kind, borsh: hex::encode(bytes) })).collect();
    for (name, input) in &samples {
        assert_eq!(build(input), Verdict::Refused, "{name}");
    }
    check("refused.json", "Bytes that are not the canonical encoding of any value of their type", samples, build);
}
