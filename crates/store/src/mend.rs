//! Finding out what has rotted in the log of a running node, and putting it right.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use lojal_chain::verify_certificate;
use lojal_types::{Address, Block, Bounded, Certificate, Height, ValidatorSet};
use thiserror::Error;
use tokio::sync::watch;

use crate::error::StoreError;
use crate::log::mend::{Misfit, Stretch};
use crate::log::segment::read_header;
use crate::reader::{Store, StoredBlock};

/// A reason that what was offered doesn't put the log right.
#[derive(Debug, Error)]
pub enum MendError {
    /// It isn't the block of that height, or not final: whoever offers it lies, or has damage of its own.
    #[error("it is not the block that this chain has at height {0}")]
    OtherBlock(Height),
    /// Its certificate has fewer signatures than the one that was there, and would leave a hole.
    #[error("the certificate of height {0} has fewer signatures than the one that has rotted")]
    FewerSignatures(Height),
    /// The disk failed, or the index.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The result of one step of reading the log through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scrubbed {
    /// The place where the next step goes on; none at the end.
    pub next: Option<Height>,
    /// The number of bytes that have been read.
    pub bytes: u64,
}

impl Store {
    /// The heights at which the log is known to be damaged; told of every change.
    pub fn damaged(&self) -> watch::Receiver<BTreeSet<Height>> {
        self.shared().damage.watch()
    }

    /// Reads what the log has from a height on, up to about so many bytes, and notes what is damaged. A pass over the
    /// whole log starts at its first height and ends with the last block.
    ///
    /// # Errors
    /// When the index fails.
    pub fn scrub(&self, from: Height, bytes_max: u64) -> Result<Scrubbed, StoreError> {
        let (mut height, mut bytes) = (from.max(self.first_height()), 0_u64);
        while let Some(stretch) = self.stretch(height)? {
            bytes = bytes.saturating_add(stretch.len());
            self.checked(&stretch)?;
            self.shared().damage.scrubbed.store(height.get(), Ordering::Relaxed);
            height = height.next();
            if bytes >= bytes_max {
                return Ok(Scrubbed { next: Some(height), bytes });
            }
        }
        self.shared().damage.scrubs.fetch_add(1, Ordering::Relaxed);
        Ok(Scrubbed { next: None, bytes })
    }

    /// True if everything that the log has of a height can be read; notes it if not, and forgets that it could not
    /// otherwise.
    ///
    /// # Errors
    /// When the index fails.
    pub fn is_whole(&self, height: Height) -> Result<bool, StoreError> {
        match self.stretch(height)? {
            Some(stretch) => self.checked(&stretch),
            None => Ok(true),
        }
    }

    /// Puts the log right at a height with a block and a certificate that a peer has given, after having verified both.
    /// Nothing else in the log moves, and a power cut at any moment leaves it no worse than it was.
    ///
    /// # Errors
    /// Why it isn't right yet.
    pub fn mend(&self, height: Height, offered: &StoredBlock) -> Result<(), MendError> {
        let stretch = self.stretch(height)?.ok_or(MendError::OtherBlock(height))?;
        let certificate = self.verify_offer(&stretch, offered).ok_or(MendError::OtherBlock(height))?;
        let shared = self.shared();
        // Two that mend the same at once would disturb each other.
        let _one = shared.mending.lock().expect("nobody panics while holding this lock");
        match stretch.mend(&shared.log, &offered.bytes, &certificate) {
            Ok(()) => {
                shared.damage.clear(height, true);
                Ok(())
            }
            Err(Misfit::Length) => Err(MendError::FewerSignatures(height)),
            Err(Misfit::Store(error)) => Err(error.into()),
        }
    }

    /// The certificate, with as many signatures as there is room for, if this is the block of that height and final.
    fn verify_offer(&self, stretch: &Stretch, offered: &StoredBlock) -> Option<Certificate> {
        let block = Block::decode(&offered.bytes).ok()?;
        let (id, height) = (block.header.id(), block.header.height);
        // The id is that of the block that this node has executed; the header commits to all the rest.
        if (id, height) != (stretch.block, stretch.height) || !block.is_whole() {
            return None;
        }
        let (validators, chain) = (self.validators_of(&block.header.validators_hash)?, self.genesis().chain_id());
        let certificate = strongest(&offered.certificate, &validators, stretch.signatures())?;
        let is_of_block = (certificate.block, certificate.height) == (id, height);
        (is_of_block && verify_certificate(&certificate, &validators, &chain).is_ok()).then_some(certificate)
    }

    fn checked(&self, stretch: &Stretch) -> Result<bool, StoreError> {
        let damage = &self.shared().damage;
        match stretch.check(&self.shared().log) {
            Ok(()) => {
                damage.clear(stretch.height, false);
                Ok(true)
            }
            // It has been given up meanwhile.
            Err(_) if stretch.height < self.first_height() => Ok(true),
            Err(error @ (StoreError::Damaged { .. } | StoreError::Io { .. })) => {
                damage.note(stretch.height, &error);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Finds the stretch of the log that belongs to a committed height.
    fn stretch(&self, height: Height) -> Result<Option<Stretch>, StoreError> {
        let Some((block, place)) = self.place(height)? else { return Ok(None) };
        let before = self.place(Height::new(height.get().saturating_sub(1)))?;
        let start = match before.filter(|(_, before)| before.segment == place.segment) {
            Some((_, before)) => before.end_offset,
            // What lies between the last block that was given up and this one nobody needs any more.
            None if self.follows_what_is_gone(height, place.segment)? => place.block_offset,
            None => 0,
        };
        Ok(Some(Stretch { height, block, start, place }))
    }

    /// True if blocks that were given up stand before this one in its segment.
    fn follows_what_is_gone(&self, height: Height, segment: u32) -> Result<bool, StoreError> {
        let (log, is_one) = (&self.shared().log, height == Height::GENESIS.next());
        if is_one || height != self.first_height() || !log.disk.exists(&log.segment(segment))? {
            return Ok(false);
        }
        // Without a header that can be read, to check less is to spoil nothing.
        let header = read_header(&log.disk, &log.segment(segment))?;
        Ok(header.is_none_or(|header| header.first_height < height))
    }
}

/// A certificate of those of its signatures that have most power, at most `count`; none without signatures.
fn strongest(certificate: &Certificate, validators: &ValidatorSet, count: usize) -> Option<Certificate> {
    let mut signatures = certificate.signatures.to_vec();
    let power = |address: &Address| validators.get(address).map_or(0, |validator| validator.power);
    signatures.sort_by_key(|one| std::cmp::Reverse(power(&one.validator)));
    signatures.truncate(count);
    signatures.sort_unstable_by_key(|one| one.validator);
    Some(Certificate { signatures: Bounded::new(signatures).ok()?, ..certificate.clone() })
}
