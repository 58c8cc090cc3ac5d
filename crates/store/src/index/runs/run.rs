//! One run: the transactions of some blocks in the order of the chain, their ids sorted, and the accounts' histories.
//!
//! The stream of its file has five parts, one after the other, of entries of one size each, numbers little-endian:
//!
//! ```text
//! 0                 32            36      38      40     41
//! +-----------------+-------------+-------+-------+------+
//! | id              | height      | index | code  | oper |   a record for each transaction, in the chain's order
//! +-----------------+-------------+-------+-------+------+
//! 0          6            10
//! +----------+-------------+
//! | id       | number      |   for each transaction, sorted by the ids
//! +----------+-------------+
//! 0                20           24
//! +----------------+-------------+
//! | address        | end         |   for each account that a transaction concerns, sorted by the addresses
//! +----------------+-------------+
//! 0             4
//! +-------------+
//! | number      |   the postings: for each account, in the same order, its transactions, ascending
//! +-------------+
//! ```
//!
//! and marks, see [`marks`](super::marks).
//!
//! - The number of a transaction is the place of its record, from 0.
//! - `height` is less that of the run's first transaction; `index` is the place in the block.
//! - `code` is 0 for a transaction that was applied; `oper` is the operation that failed otherwise.
//! - The second part has the first 6 bytes of each id.
//! - `end` counts the postings of this account and all before it.
//!
//! Ids and addresses are hashes, so a place is guessed well from what is looked for, and no table of them is kept in
//! memory.

use std::path::Path;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Activity, Address, Code, Height, Outcome, TransactionId};

use super::marks::{self, MARK_BYTES};
use super::pages::{PageFile, PageReader};
use crate::disk::Disk;
use crate::error::{IndexError, StoreError};
use crate::limits::RUN_BUFFER_PAGES;
use crate::placed::{Mark, Page, Placed};

pub(super) const RECORD_BYTES: usize = 41;
pub(super) const ID_BYTES: usize = 10;
pub(super) const ACCOUNT_BYTES: usize = 24;
pub(super) const POSTING_BYTES: usize = 4;
const PREFIX_BYTES: usize = ID_BYTES - 4;

// An index in a block fits into two bytes.
const _: () = assert!(lojal_types::limits::BLOCK_TRANSACTIONS_MAX <= 1 << 16);

const MALFORMED: IndexError = IndexError::Inconsistent("a file of transactions contradicts itself");

pub(super) type Record = [u8; RECORD_BYTES];
pub(super) type IdEntry = [u8; ID_BYTES];
pub(super) type AccountEntry = [u8; ACCOUNT_BYTES];

/// The record that the checkpoint has of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct RunInfo {
    /// The block of the first transaction, and of the last.
    pub(crate) first: Height,
    pub(crate) last: Height,
    pub(crate) transactions: u32,
    pub(crate) accounts: u32,
    pub(crate) postings: u32,
    pub(crate) marks: u32,
}

impl RunInfo {
    /// The name of the file.
    pub(super) fn file_name(&self) -> String {
        file_name(self.first, self.last)
    }

    /// The bytes that the checksums of its pages cover too.
    pub(super) fn key(&self) -> Vec<u8> {
        [self.first.get().to_le_bytes(), self.last.get().to_le_bytes()].concat()
    }

    pub(super) fn ids_at(&self) -> u64 {
        u64::from(self.transactions).saturating_mul(RECORD_BYTES as u64)
    }
    pub(super) fn accounts_at(&self) -> u64 {
        self.ids_at().saturating_add(u64::from(self.transactions).saturating_mul(ID_BYTES as u64))
    }
    pub(super) fn postings_at(&self) -> u64 {
        self.accounts_at().saturating_add(u64::from(self.accounts).saturating_mul(ACCOUNT_BYTES as u64))
    }
    pub(super) fn marks_at(&self) -> u64 {
        self.postings_at().saturating_add(u64::from(self.postings).saturating_mul(POSTING_BYTES as u64))
    }
    pub(super) fn stream_bytes(&self) -> u64 {
        self.marks_at().saturating_add(u64::from(self.marks).saturating_mul(MARK_BYTES as u64))
    }
}

/// The name of the file of a run from one block to another.
pub(super) fn file_name(first: Height, last: Height) -> String {
    format!("{:020}-{:020}.run", first.get(), last.get())
}

/// A record as it is written; none if the transaction doesn't fit into the run.
pub(super) fn encode_record(placed: &Placed, first: Height) -> Option<Record> {
    let mut record = [0; RECORD_BYTES];
    let height = u32::try_from(placed.height.get().checked_sub(first.get())?).ok()?;
    let (code, operation) = match placed.outcome {
        Outcome::Applied => (0, 0),
        Outcome::Failed { operation, code } => (code.number(), operation),
    };
    record[..32].copy_from_slice(placed.id.as_bytes());
    record[32..36].copy_from_slice(&height.to_le_bytes());
    record[36..38].copy_from_slice(&u16::try_from(placed.index).ok()?.to_le_bytes());
    record[38..40].copy_from_slice(&code.to_le_bytes());
    record[40] = operation;
    Some(record)
}

/// The transaction of a record.
pub(super) fn decode_record(record: &Record, first: Height) -> Result<Placed, IndexError> {
    let [id @ .., _, _, _, _, _, _, _, _, _] = *record;
    let [.., h0, h1, h2, h3, i0, i1, c0, c1, operation] = *record;
    let height = first.get().checked_add(u32::from_le_bytes([h0, h1, h2, h3]).into()).ok_or(MALFORMED)?;
    let outcome = match u16::from_le_bytes([c0, c1]) {
        0 => Outcome::Applied,
        code => {
            let code: Code = borsh::from_slice(&code.to_le_bytes()).map_err(|_| MALFORMED)?;
            Outcome::Failed { operation, code }
        }
    };
    let index = u16::from_le_bytes([i0, i1]).into();
    Ok(Placed { id: TransactionId::new(id), height: Height::new(height), index, outcome })
}

/// The entry of an id.
pub(super) fn encode_id(id: &[u8; 32], number: u32) -> IdEntry {
    let mut entry = [0; ID_BYTES];
    entry[..PREFIX_BYTES].copy_from_slice(&id[..PREFIX_BYTES]);
    entry[PREFIX_BYTES..].copy_from_slice(&number.to_le_bytes());
    entry
}

/// Prefix and number of an entry of an id. Of the prefix, the first bytes count most.
pub(super) fn decode_id(entry: IdEntry) -> (u64, u32) {
    let [p0, p1, p2, p3, p4, p5, n0, n1, n2, n3] = entry;
    (u64::from_be_bytes([p0, p1, p2, p3, p4, p5, 0, 0]), u32::from_le_bytes([n0, n1, n2, n3]))
}

/// The entry of an account.
pub(super) fn encode_account(address: &[u8; 20], end: u32) -> AccountEntry {
    let mut entry = [0; ACCOUNT_BYTES];
    entry[..20].copy_from_slice(address);
    entry[20..].copy_from_slice(&end.to_le_bytes());
    entry
}

/// Address, and the end of the postings, of an entry of an account.
pub(super) fn decode_account(entry: AccountEntry) -> ([u8; 20], u32) {
    let [address @ .., _, _, _, _] = entry;
    let [.., e0, e1, e2, e3] = entry;
    (address, u32::from_le_bytes([e0, e1, e2, e3]))
}

/// An open run.
pub(crate) struct Run {
    pub(crate) info: RunInfo,
    pub(super) file: PageFile,
}

impl Run {
    pub(super) fn open(disk: &Disk, directory: &Path, info: RunInfo) -> Result<Self, StoreError> {
        let path = directory.join(info.file_name());
        Ok(Self { info, file: PageFile::open(disk, &path, info.key(), info.stream_bytes())? })
    }

    /// A transaction, if it is in this run.
    pub(super) fn transaction(&self, id: &TransactionId) -> Result<Option<Placed>, StoreError> {
        let (wanted, _) = decode_id(encode_id(id.as_bytes(), 0));
        let (mut ids, mut records) = (self.anywhere(), self.anywhere());
        let entry = |ids: &mut PageReader<'_>, slot: u32| -> Result<(u64, u32), StoreError> {
            Ok(decode_id(ids.read(place(self.info.ids_at(), slot, ID_BYTES))?))
        };
        let first = first_not_below(self.info.transactions, wanted, |slot| Ok(entry(&mut ids, slot)?.0))?;
        for slot in first..self.info.transactions {
            let (prefix, number) = entry(&mut ids, slot)?;
            if prefix != wanted {
                break;
            }
            let placed = self.placed(&mut records, number)?;
            if placed.id == *id {
                return Ok(Some(placed));
            }
        }
        Ok(None)
    }

    /// Goes through the transactions from a block on.
    pub(super) fn each_from(
        &self,
        first: Height,
        f: &mut impl FnMut(Placed) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if self.info.last < first {
            return Ok(());
        }
        let mut records = self.records_from(first)?;
        while let Some(record) = records.next()? {
            f(decode_record(&record, self.info.first)?)?;
        }
        Ok(())
    }

    /// The transactions of a block, in its order.
    pub(super) fn placed_in(&self, height: Height) -> Result<Vec<Placed>, StoreError> {
        let (mut records, mut all) = (self.records_from(height)?, Vec::new());
        while let Some(record) = records.next()? {
            let placed = decode_record(&record, self.info.first)?;
            if placed.height != height {
                break;
            }
            all.push(placed);
        }
        Ok(all)
    }

    /// A reader of the records of a block and all after it.
    fn records_from(&self, first: Height) -> Result<PageReader<'_>, StoreError> {
        let mut records = self.anywhere();
        let number = first_not_below(self.info.transactions, first.get(), |number| {
            Ok(self.placed(&mut records, number)?.height.get())
        })?;
        Ok(self.file.reader(place(0, number, RECORD_BYTES), self.info.ids_at(), RUN_BUFFER_PAGES))
    }

    /// An account's transactions before a place, the newest first.
    pub(super) fn history(&self, account: &Address, before: (Height, u32), limit: usize) -> Result<Page, StoreError> {
        let nothing = Page::default();
        if before <= (self.info.first, 0) || limit == 0 {
            return Ok(nothing);
        }
        let mut postings = self.anywhere();
        let Some((start, mut end)) = self.postings_of(account, &mut postings)? else { return Ok(nothing) };
        let mut records = self.anywhere();
        let mut at = |slot: u32| -> Result<Placed, StoreError> {
            let number = u32::from_le_bytes(postings.read(place(self.info.postings_at(), slot, POSTING_BYTES))?);
            self.placed(&mut records, number)
        };
        if before <= (self.info.last, u32::MAX) {
            let (mut low, mut high) = (start, end);
            while low < high {
                let middle = low + (high - low) / 2;
                let placed = at(middle)?;
                if (placed.height, placed.index) < before { low = middle + 1 } else { high = middle }
            }
            end = low;
        }
        let oldest = start.max(end.saturating_sub(u32::try_from(limit).unwrap_or(u32::MAX)));
        let transactions = (oldest..end).rev().map(&mut at).collect::<Result<Vec<_>, _>>()?;
        if transactions.is_empty() {
            return Ok(nothing);
        }
        let mark = self.mark_before(start, oldest)?;
        let mut before = mark.before;
        for slot in mark.posting..oldest {
            before = at(slot)?.added_to(before);
        }
        Ok(Page { transactions, before })
    }

    /// The last mark up to a posting, of the account whose first posting is `start`; without one the account begins
    /// there.
    fn mark_before(&self, start: u32, posting: u32) -> Result<Mark, StoreError> {
        let mut reader = self.anywhere();
        let mut mark = |slot: u32| -> Result<Mark, StoreError> {
            Ok(marks::decode(&reader.read(place(self.info.marks_at(), slot, MARK_BYTES))?))
        };
        // Postings as keys that are spread evenly.
        let width = u64::MAX / u64::from(self.info.postings).max(1);
        let wanted = u64::from(posting).saturating_add(1).saturating_mul(width);
        let after = first_not_below(self.info.marks, wanted, |slot| Ok(u64::from(mark(slot)?.posting) * width))?;
        let last = after.checked_sub(1).map(&mut mark).transpose()?;
        let beginning = Mark { posting: start, before: Activity::default() };
        Ok(last.filter(|mark| (start..=posting).contains(&mark.posting)).unwrap_or(beginning))
    }

    /// The places where an account's postings begin and end.
    pub(super) fn postings_of(
        &self,
        account: &Address,
        reader: &mut PageReader<'_>,
    ) -> Result<Option<(u32, u32)>, StoreError> {
        let wanted = address_prefix(account.as_bytes());
        let entry = |reader: &mut PageReader<'_>, slot: u32| -> Result<([u8; 20], u32), StoreError> {
            Ok(decode_account(reader.read(place(self.info.accounts_at(), slot, ACCOUNT_BYTES))?))
        };
        let prefix_at = |slot| Ok(address_prefix(&entry(reader, slot)?.0));
        let first = first_not_below(self.info.accounts, wanted, prefix_at)?;
        for slot in first..self.info.accounts {
            let (address, end) = entry(reader, slot)?;
            if address == *account.as_bytes() {
                let start = match slot.checked_sub(1) {
                    Some(before) => entry(reader, before)?.1,
                    None => 0,
                };
                let is_good = start <= end && end <= self.info.postings;
                return if is_good { Ok(Some((start, end))) } else { Err(MALFORMED.into()) };
            }
            if address > *account.as_bytes() {
                break;
            }
        }
        Ok(None)
    }

    pub(super) fn placed(&self, records: &mut PageReader<'_>, number: u32) -> Result<Placed, StoreError> {
        if number >= self.info.transactions {
            return Err(MALFORMED.into());
        }
        Ok(decode_record(&records.read(place(0, number, RECORD_BYTES))?, self.info.first)?)
    }

    /// A reader for single entries.
    pub(super) fn anywhere(&self) -> PageReader<'_> {
        self.file.reader(0, self.info.stream_bytes(), 1)
    }
}

/// The place of an entry of a part.
pub(super) fn place(part: u64, slot: u32, entry_bytes: usize) -> u64 {
    part.saturating_add(u64::from(slot).saturating_mul(entry_bytes as u64))
}

fn address_prefix(address: &[u8; 20]) -> u64 {
    u64::from_be_bytes(*address.first_chunk().expect("20 bytes are more than 8"))
}

/// The first of `count` ascending keys that is not below the wanted one; `count` if there is none. The keys should be
/// spread evenly: every other probe goes where the key would be then. The ones between cut the rest in half, so that
/// with any keys, twice as many probes are enough as a binary search takes.
fn first_not_below(
    count: u32,
    wanted: u64,
    mut key_at: impl FnMut(u32) -> Result<u64, StoreError>,
) -> Result<u32, StoreError> {
    let (mut low, mut high) = (0, count);
    let (mut key_low, mut key_high) = (0, u64::MAX);
    let mut is_guess = true;
    while low < high {
        let width = high - low;
        let guess = u128::from(wanted.saturating_sub(key_low)) * u128::from(width)
            / (u128::from(key_high.saturating_sub(key_low)) + 1);
        let skipped = if is_guess { u32::try_from(guess).unwrap_or(width).min(width - 1) } else { width / 2 };
        let middle = low + skipped;
        let key = key_at(middle)?;
        if key < wanted {
            (low, key_low) = (middle + 1, key)
        } else {
            (high, key_high) = (middle, key)
        }
        is_guess = !is_guess;
    }
    Ok(low)
}

#[cfg(test)]
mod tests;
