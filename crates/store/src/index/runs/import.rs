//! The files of the state out of a base.

use lojal_types::{Height, Month};

use super::folder::Folder;
use super::span::Span;
use super::state::{StateInfo, StateWriter};
use super::{Files, Runs};
use crate::error::StoreError;
use crate::pace::Pace;
use crate::pages::Pages;
use crate::pieces::Pieces;

impl Runs {
    /// Writes the files of a state, durably, out of the chunks of a base, each of which is checked; returns what a
    /// checkpoint lists.
    pub(in crate::index) fn import(&self, base: &Pieces) -> Result<Files, StoreError> {
        let pace = Pace::at_once();
        let folder = Folder { disk: &self.disk, directory: &self.directory, pace: &pace };
        let states = vec![self.import_tree(&folder, base, None)?];
        let months = base.manifest().manifest().shelves.iter().map(|shelf| shelf.month);
        let shelves = months.map(|month| self.import_tree(&folder, base, Some(month)));
        let shelves: Vec<StateInfo> = shelves.collect::<Result<_, StoreError>>()?;
        self.disk.sync_directory(&self.directory)?;
        Ok(Files { states: states.into(), shelves: shelves.into(), ..Files::default() })
    }

    fn import_tree(&self, folder: &Folder<'_>, base: &Pieces, shelf: Option<Month>) -> Result<StateInfo, StoreError> {
        let heights = (Height::GENESIS.next(), base.height());
        // Whoever loads the checkpoint tells where its pages lie.
        let nobody = Pages::default();
        let mut writer = StateWriter::create(folder, &nobody, shelf, heights)?;
        let chunks = (0_u32..).zip(base.manifest().chunks()).filter(|(_, piece)| piece.shelf == shelf);
        for (number, _) in chunks {
            let Some((_, subtree)) = base.chunk(number)? else { continue };
            let (mut bytes, mut done) = (Vec::new(), Ok(()));
            subtree.pages(|page, in_memory| {
                if done.is_ok() {
                    bytes.clear();
                    in_memory.encode(&mut bytes);
                    done = writer.write(&page, &bytes, false);
                }
            });
            done?;
        }
        writer.finish(Span::ALL, 0)
    }
}
