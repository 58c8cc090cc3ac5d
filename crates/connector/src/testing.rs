//! Wishes and books for this crate's tests.

use std::path::Path;

use lojal_store::Disk;
use lojal_types::{
    Address, BrandId, ChainId, Day, KeyPair, Operations, Points, Reference, SignedTransaction, TimeMs, Transaction,
};
use lojal_wallet::reference::ReceiptText;

use crate::book::{Book, Bounds};
use crate::entry::{Entry, State};
use crate::journal::{JournalError, Owner};
use crate::wish::Wish;

pub(crate) const CHAIN: ChainId = ChainId::new([1; 32]);

pub(crate) fn brand() -> BrandId {
    "kaffet".parse().expect("valid")
}
pub(crate) fn key() -> KeyPair {
    KeyPair::from_seed(&[7; 32])
}
pub(crate) fn owner() -> Owner {
    Owner { chain: CHAIN, brand: brand(), account: key().address() }
}
pub(crate) fn member(number: u8) -> Address {
    Address::new([number; 20])
}
pub(crate) fn reference(name: &str) -> Reference {
    name.parse::<ReceiptText>().expect("a text").reference()
}
/// A time some days after the first of these tests.
pub(crate) fn time(days: u64) -> TimeMs {
    TimeMs::new(1_800_000_000_000).expect("in range").plus_ms(days * 24 * 60 * 60 * 1000)
}
pub(crate) fn open(disk: &Disk, dir: &Path, today: Day) -> Result<Book, JournalError> {
    Book::open(disk, dir, owner(), (today, Bounds::of(35)))
}

/// A purchase that is to be rewarded, as it is taken in.
pub(crate) fn earn(name: &str, amount: u64, now: TimeMs) -> Entry {
    let wish = Wish::Earn { to: member(1), amount: Points::new(amount), expiry: None };
    Entry {
        number: 0,
        name: name.to_owned(),
        reference: reference(name),
        wish,
        dated: now.day(),
        key: 1,
        accepted_ms: now,
        signed: None,
        state: State::Waiting,
    }
}
/// A transaction that fulfils a wish.
pub(crate) fn sign(entry: &Entry, nonce: u64, valid_until_ms: TimeMs) -> SignedTransaction {
    let operations = entry.wish.operations(brand(), &entry.reference, entry.dated);
    let operations = Operations::new(operations).expect("one or two");
    let sender = key().address();
    Transaction { chain: CHAIN.tag(), sender, valid_until_ms, nonce, operations }.sign(&CHAIN, &key())
}
