//! Pages brought to whoever lacks them: blocks in the making, and readers.

use lojal_chain::{BlockBuilder, BlockCheck, ExecutedBlock, InvalidBlock, Proposal, ProposeError};
use lojal_ledger::tree::LoadedPage;
use lojal_ledger::{Missing, View};

use crate::error::StoreError;
use crate::pages::Pages;
use crate::reader::Store;

/// Most times that pages are brought to one reader. What the largest answer needs is far fewer.
const READS_MAX: usize = 4096;
/// Most versions that a question is asked of, each of which is over before it is answered.
const VERSIONS_MAX: usize = 16;

impl Pages {
    /// Executes a block that is being checked to its end.
    ///
    /// # Errors
    /// When a page can't be read; else the answer says what is wrong with the block.
    pub fn check(&self, block: &mut BlockCheck<'_>) -> Result<Result<ExecutedBlock, InvalidBlock>, StoreError> {
        let mut is_prepared = false;
        loop {
            match block.run() {
                Err(InvalidBlock::Missing(missing)) => {
                    block.supply(self.bring(&missing, &mut is_prepared, || block.lacking())?);
                }
                done => return Ok(done),
            }
        }
    }

    /// Builds a block to its end.
    ///
    /// # Errors
    /// When a page can't be read; else the answer says why there is no block.
    pub fn build(&self, block: &mut BlockBuilder<'_>) -> Result<Result<Proposal, ProposeError>, StoreError> {
        let mut is_prepared = false;
        loop {
            match block.run() {
                Err(ProposeError::Missing(missing)) => {
                    block.supply(self.bring(&missing, &mut is_prepared, || block.lacking())?);
                }
                done => return Ok(done),
            }
        }
    }

    /// Loads what a block lacks. The first time, the disk is told what the rest of it is going to need, and brings that
    /// meanwhile.
    fn bring(
        &self,
        missing: &Missing,
        is_prepared: &mut bool,
        rest: impl FnOnce() -> Vec<[u8; 32]>,
    ) -> Result<Vec<LoadedPage>, StoreError> {
        if !std::mem::replace(is_prepared, true) {
            self.prepare(&rest());
        }
        self.load(missing.pages())
    }
}

impl Store {
    /// Asks the state after the last block a question. Pages that aren't in memory are read from disk. Blocks may be
    /// committed meanwhile, and the answer may know them or not; it is that of one version.
    ///
    /// # Errors
    /// When a page can't be read.
    pub fn read<T>(&self, mut question: impl FnMut(&View) -> Result<T, Missing>) -> Result<T, StoreError> {
        for _ in 0..VERSIONS_MAX {
            match self.read_of(self.view(), &mut question) {
                // A block after this version has changed the page, and a checkpoint has forgotten it.
                Err(StoreError::PageGone) => {}
                answer => return answer,
            }
        }
        Err(StoreError::PageGone)
    }

    /// The same of a version that the caller has.
    ///
    /// # Errors
    /// [`StoreError::PageGone`] when the version is so old that pages of it aren't there any more; when a page can't be
    /// read.
    pub fn read_of<T>(
        &self,
        mut view: View,
        mut question: impl FnMut(&View) -> Result<T, Missing>,
    ) -> Result<T, StoreError> {
        for _ in 0..READS_MAX {
            match question(&view) {
                Ok(answer) => return Ok(answer),
                Err(missing) => view = view.with_pages(&self.pages().read(missing.pages())?),
            }
        }
        Err(StoreError::Misuse("a question needs more pages than any may"))
    }
}
