//! Networks with many accounts and a year of receipts behind them, made by executing their blocks here: real blocks
//! with certificates of the network's validator, in a node's store, without sockets and without waiting for anybody.
//!
//! Such a network is kept in a directory that is named by its size and used again. It has one validator. What it holds
//! follows from its size and its genesis document, so making it can be stopped at any moment and goes on.

mod aims;
mod filling;
mod making;
mod measurement;
mod receipts;

use std::fs;
use std::path::{Path, PathBuf};

use lojal_types::{Day, Genesis, Parameters, TimeMs};
use serde::{Deserialize, Serialize};

pub use self::aims::aims;
use self::making::make;
pub use self::measurement::{Theirs, measure};
pub use self::receipts::Extent;
use self::receipts::{DAYS, Receipts};
use crate::cluster::{BRANDS, HEARTBEAT_MS, genesis, now};
use crate::disk;
use crate::error::BenchError;
use crate::markdown::{mebibytes, number, whole};
use crate::process::usage;
use crate::suite::tell;

/// The months for which its references are remembered: it is of use for a year.
const KEEP_MONTHS: u8 = 24;
/// Bytes of memory that making a network takes for each account, its receipts left out, and for each receipt: somewhat
/// more than was measured with up to 10,000,000 and 31,000,000.
const MEMORY_PER_ACCOUNT: u64 = 500;
const MEMORY_PER_RECEIPT: u64 = 20;
/// And whatever its size: the pages that are kept, and those that wait for a checkpoint.
const MEMORY_BASE: u64 = 2_300 * 1024 * 1024;

/// A prepared network.
pub struct Prepared {
    dir: PathBuf,
    genesis: Genesis,
    receipts: Receipts,
    /// The record of how it was made.
    pub made: Record,
}

/// The record of a network that is complete; the form of the file that says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its last height.
    pub height: u64,
    /// Receipts that were made in the last go: fewer than all if it was stopped before.
    pub receipts_in_last_go: usize,
    /// The time of the last go, in milliseconds.
    pub took_ms: u64,
    /// Most memory that the making took, in bytes.
    pub resident_bytes_max: u64,
    /// Everything on disk, in bytes.
    pub stored_bytes: u64,
    /// Of this, the block log.
    pub log_bytes: u64,
}

impl Prepared {
    /// Takes the network of this size that is kept below a directory, or makes it, or goes on with it.
    pub fn get(parent: &Path, extent: Extent) -> Result<Self, BenchError> {
        if extent.receipts < BRANDS.len() * extent.accounts {
            let reason = format!("every account needs a receipt of each of the {} brands", BRANDS.len());
            return Err(BenchError::Preparation(reason));
        }
        let Extent { accounts, receipts } = extent;
        let dir = parent.join(format!("{accounts}-accounts-{receipts}-receipts"));
        let (genesis, now) = (genesis_in(&dir, now().day())?, now());
        let start = genesis.document().time_ms;
        if now >= start.month().plus(KEEP_MONTHS).start() {
            return Err(BenchError::Outdated(dir));
        }
        let receipts = Receipts::new(extent, start);
        let made = match Record::read(&dir)? {
            Some(made) => {
                tell(&format!("the network in {} is used again", dir.display()));
                made
            }
            None => complete(&dir, &genesis, &receipts)?,
        };
        Ok(Self { dir, genesis, receipts, made })
    }
    /// Its size.
    pub fn extent(&self) -> Extent {
        self.receipts.extent()
    }
    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

fn complete(dir: &Path, genesis: &Genesis, receipts: &Receipts) -> Result<Record, BenchError> {
    check_memory(receipts.extent())?;
    let Extent { accounts, receipts: count } = receipts.extent();
    let (accounts, count) = (whole(accounts as f64), whole(count as f64));
    tell(&format!("preparing {accounts} accounts and {count} receipts in {}", dir.display()));
    let (data, blocks) = (data(dir), receipts.blocks());
    let made = make(&data, genesis, receipts, blocks)?;
    let record = Record {
        height: blocks as u64,
        receipts_in_last_go: made.receipts,
        took_ms: u64::try_from(made.took.as_millis()).unwrap_or(u64::MAX),
        resident_bytes_max: usage(std::process::id()).resident_bytes_max,
        stored_bytes: disk::size(&data).apparent_bytes,
        log_bytes: disk::size(&data.join("log")).apparent_bytes,
    };
    record.write(dir)?;
    tell(&format!(
        "complete: {} receipts in {} s, at most {} of memory, {} on disk",
        whole(made.receipts as f64),
        number(made.took.as_secs_f64()),
        mebibytes(record.resident_bytes_max),
        mebibytes(record.stored_bytes),
    ));
    Ok(record)
}

/// The genesis document of the network in a directory; a new one has had its last block at the beginning of today.
fn genesis_in(dir: &Path, today: Day) -> Result<Genesis, BenchError> {
    let path = dir.join("genesis.toml");
    if path.exists() {
        let text = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        return Genesis::from_toml(&text).map_err(|error| BenchError::Preparation(error.to_string()));
    }
    let genesis = genesis_at(today.minus(DAYS).start());
    write_whole(&path, &genesis.document().to_toml())?;
    Ok(genesis)
}

fn genesis_at(time: TimeMs) -> Genesis {
    let mut document = genesis(1, HEARTBEAT_MS, time).document().clone();
    document.parameters = Parameters { keep_months: KEEP_MONTHS, ..document.parameters };
    Genesis::new(document).expect("every rule is kept")
}

fn data(dir: &Path) -> PathBuf {
    dir.join("data")
}

impl Record {
    fn path(dir: &Path) -> PathBuf {
        dir.join("complete.json")
    }
    fn read(dir: &Path) -> Result<Option<Self>, BenchError> {
        let path = Self::path(dir);
        if !path.exists() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(BenchError::file(&path))?;
        serde_json::from_str(&text).map(Some).map_err(|_| BenchError::unreadable("the record of a network", &text))
    }
    fn write(&self, dir: &Path) -> Result<(), BenchError> {
        write_whole(&Self::path(dir), &serde_json::to_string_pretty(self).expect("every figure has a JSON form"))
    }
}

/// Writes a file that is there whole or not at all.
fn write_whole(path: &Path, text: &str) -> Result<(), BenchError> {
    let (parent, new) = (path.parent().unwrap_or(path), path.with_extension("new"));
    fs::create_dir_all(parent).map_err(BenchError::file(parent))?;
    fs::write(&new, text).map_err(BenchError::file(&new))?;
    fs::rename(&new, path).map_err(BenchError::file(path))
}

/// The branches of the state are in memory with some of its pages, and a machine that has too little ends some process
/// to make room.
fn check_memory(extent: Extent) -> Result<(), BenchError> {
    let wanted = memory_of(extent);
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let Some(kilobytes) = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()) else {
        return Ok(());
    };
    let available = kilobytes * 1024;
    if wanted <= available {
        return Ok(());
    }
    Err(BenchError::Memory { wanted: mebibytes(wanted), available: mebibytes(available) })
}

/// The memory that making a network takes, about.
fn memory_of(extent: Extent) -> u64 {
    MEMORY_BASE + MEMORY_PER_ACCOUNT * extent.accounts as u64 + MEMORY_PER_RECEIPT * extent.receipts as u64
}

#[cfg(test)]
mod tests;
