//! Makes one run of several that follow each other, in bounded memory: [`RUN_BUFFER_PAGES`] pages for each of them.

use std::sync::Arc;

use lojal_types::Height;

use super::folder::Folder;
use super::marks::{self, MARK_BYTES, Thinner};
use super::pages::{PageReader, PageWriter};
use super::run::{self, ACCOUNT_BYTES, ID_BYTES, POSTING_BYTES, RECORD_BYTES, Run, RunInfo};
use crate::error::{IndexError, StoreError};
use crate::limits::{RUN_BUFFER_PAGES, RUN_MERGE_FACTOR, RUN_TRANSACTIONS_MAX};
use crate::placed::Mark;

const MALFORMED: IndexError = IndexError::Inconsistent("files of transactions contradict each other");

/// The runs from each of which on all have to become one: those that have few transactions compared with the ones after
/// them, and that aren't too large together with them.
///
/// If always the first is taken, what remains shrinks by a third at least from one run to the next, so there are not
/// more than about 1.7 times the binary logarithm of the transactions, as long as they are few enough for one run.
pub(super) fn due(sizes: &[(u32, u32)]) -> impl Iterator<Item = usize> {
    let total =
        move |from: usize, of: fn(&(u32, u32)) -> u32| sizes[from..].iter().map(|size| u64::from(of(size))).sum();
    (0..sizes.len().saturating_sub(1)).filter(move |from| {
        let (transactions, postings): (u64, u64) = (total(*from, |size| size.0), total(*from, |size| size.1));
        let own = u64::from(sizes[*from].0);
        let is_due = transactions.saturating_sub(own) >= own.saturating_mul(RUN_MERGE_FACTOR);
        is_due && transactions <= u64::from(RUN_TRANSACTIONS_MAX) && postings <= u64::from(u32::MAX)
    })
}

/// The name of the run that several become.
pub(super) fn merged_name(infos: &[RunInfo]) -> String {
    let first = infos.first().map_or(Height::GENESIS, |info| info.first);
    run::file_name(first, infos.last().map_or(first, |info| info.last))
}

/// Writes the run, durably but for its name.
pub(super) fn merge(folder: &Folder<'_>, runs: &[Arc<Run>]) -> Result<RunInfo, StoreError> {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Err(MALFORMED.into()) };
    let (first, last) = (first.info.first, last.info.last);
    let mut merged = RunInfo { first, last, transactions: 0, accounts: 0, postings: 0, marks: 0 };
    // The number that the first transaction of each run gets.
    let mut bases = Vec::new();
    for Run { info, .. } in runs.iter().map(|run| &**run) {
        bases.push(merged.transactions);
        merged.transactions = merged.transactions.checked_add(info.transactions).ok_or(MALFORMED)?;
        merged.postings = merged.postings.checked_add(info.postings).ok_or(MALFORMED)?;
    }
    let mut writer = PageWriter::create(folder, &merged.file_name(), merged.key())?;
    for run in runs {
        let mut records = part(run, 0, run.info.transactions, RECORD_BYTES);
        while let Some(record) = records.next()? {
            let placed = run::decode_record(&record, run.info.first)?;
            writer.write(&run::encode_record(&placed, first).ok_or(MALFORMED)?)?;
        }
    }
    merge_ids(runs, &bases, &mut writer)?;
    let mut end = 0_u32;
    each_account(runs, |address, counts| {
        for (_, count) in counts {
            end = end.checked_add(*count).ok_or(MALFORMED)?;
        }
        merged.accounts = merged.accounts.checked_add(1).ok_or(MALFORMED)?;
        writer.write(&run::encode_account(address, end))
    })?;
    let mut postings: Vec<PageReader<'_>> =
        runs.iter().map(|run| part(run, run.info.postings_at(), run.info.postings, POSTING_BYTES)).collect();
    each_account(runs, |_, counts| {
        for (which, count) in counts {
            for _ in 0..*count {
                let number = u32::from_le_bytes(postings[*which].next()?.ok_or(MALFORMED)?);
                writer.write(&number.checked_add(bases[*which]).ok_or(MALFORMED)?.to_le_bytes())?;
            }
        }
        Ok(())
    })?;
    merged.marks = merge_marks(runs, &mut writer)?;
    writer.finish()?;
    Ok(merged)
}

/// The marks of a run, one after the other, with how many of its postings have been gone through.
struct Marks<'a> {
    entries: PageReader<'a>,
    next: Option<Mark>,
    postings: u32,
}

impl Marks<'_> {
    fn advance(&mut self) -> Result<(), StoreError> {
        self.next = self.entries.next()?.map(|entry| marks::decode(&entry));
        Ok(())
    }
}

/// Writes the marks of all runs, without those that stand close to others then; returns how many.
fn merge_marks(runs: &[Arc<Run>], writer: &mut PageWriter<'_>) -> Result<u32, StoreError> {
    let mut heads = Vec::new();
    for run in runs {
        let entries = part(run, run.info.marks_at(), run.info.marks, MARK_BYTES);
        let mut head = Marks { entries, next: None, postings: 0 };
        head.advance()?;
        heads.push(head);
    }
    let (mut written, mut end) = (0_u32, 0_u32);
    each_account(runs, |_, counts| {
        let mut thinner = Thinner::new(end);
        let mut kept = Vec::new();
        for (which, count) in counts {
            let head = &mut heads[*which];
            let first = head.postings;
            head.postings = first.checked_add(*count).ok_or(MALFORMED)?;
            while let Some(mark) = head.next.filter(|mark| mark.posting < head.postings) {
                let posting = mark.posting.checked_sub(first).and_then(|at| at.checked_add(end)).ok_or(MALFORMED)?;
                kept.extend(thinner.next(Mark { posting, ..mark }));
                for mark in kept.drain(..) {
                    written = written.checked_add(1).ok_or(MALFORMED)?;
                    writer.write(&marks::encode(&mark))?;
                }
                head.advance()?;
            }
            end = end.checked_add(*count).ok_or(MALFORMED)?;
        }
        if let Some(mark) = thinner.end(end) {
            written = written.checked_add(1).ok_or(MALFORMED)?;
            writer.write(&marks::encode(&mark))?;
        }
        Ok(())
    })?;
    Ok(written)
}

fn merge_ids(runs: &[Arc<Run>], bases: &[u32], writer: &mut PageWriter<'_>) -> Result<(), StoreError> {
    let mut heads = Vec::new();
    for (run, base) in runs.iter().zip(bases) {
        let mut entries = part(run, run.info.ids_at(), run.info.transactions, ID_BYTES);
        if let Some(entry) = entries.next()? {
            heads.push((run::decode_id(entry), entry, *base, entries));
        }
    }
    while let Some(least) = (0..heads.len()).min_by_key(|which| heads[*which].0.0) {
        let ((_, number), entry, base, entries) = &mut heads[least];
        let number = number.checked_add(*base).ok_or(MALFORMED)?;
        writer.write(&entry[..ID_BYTES - 4])?;
        writer.write(&number.to_le_bytes())?;
        match entries.next()? {
            Some(next) => (heads[least].0, heads[least].1) = (run::decode_id(next), next),
            None => {
                heads.remove(least);
            }
        }
    }
    Ok(())
}

/// The accounts of a run, one after the other, with how many postings each has.
struct Accounts<'a> {
    entries: PageReader<'a>,
    end: u32,
    current: Option<([u8; 20], u32)>,
}

impl Accounts<'_> {
    fn advance(&mut self) -> Result<(), StoreError> {
        self.current = None;
        if let Some(entry) = self.entries.next()? {
            let (address, end) = run::decode_account(entry);
            self.current = Some((address, end.checked_sub(self.end).ok_or(MALFORMED)?));
            self.end = end;
        }
        Ok(())
    }
}

/// Goes through the accounts of all runs in order, with which runs have postings of each, and how many.
fn each_account(
    runs: &[Arc<Run>],
    mut f: impl FnMut(&[u8; 20], &[(usize, u32)]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut heads = Vec::new();
    for run in runs {
        let entries = part(run, run.info.accounts_at(), run.info.accounts, ACCOUNT_BYTES);
        let mut accounts = Accounts { entries, end: 0, current: None };
        accounts.advance()?;
        heads.push(accounts);
    }
    let mut counts = Vec::new();
    while let Some((least, _)) = heads.iter().filter_map(|head| head.current).min() {
        counts.clear();
        for (which, head) in heads.iter_mut().enumerate() {
            if let Some((_, count)) = head.current.filter(|(address, _)| *address == least) {
                counts.push((which, count));
                head.advance()?;
            }
        }
        f(&least, &counts)?;
    }
    Ok(())
}

/// Reads a part of a run from its start to its end.
fn part(run: &Run, at: u64, count: u32, entry_bytes: usize) -> PageReader<'_> {
    let end = at.saturating_add(u64::from(count).saturating_mul(entry_bytes as u64));
    run.file.reader(at, end, RUN_BUFFER_PAGES)
}

#[cfg(test)]
mod tests;
