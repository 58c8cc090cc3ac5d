//! `lojal-node replay`: the blocks that were fetched after a join become a part of the block log (ADR 0077).

use std::path::PathBuf;

use lojal_store::{Disk, NotWhole, Retain, take_in_older};
use thiserror::Error;

use crate::config::{ConfigError, NodeDir};

/// `lojal-node replay`.
#[derive(Debug, clap::Args)]
pub struct ReplayOptions {
    /// The node's directory; the node must be stopped.
    #[arg(long)]
    dir: PathBuf,
}

/// A reason the blocks stay where they are.
#[derive(Debug, Error)]
pub enum ReplayRefused {
    /// See [`ConfigError`].
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The node doesn't keep all blocks.
    #[error(
        "node.toml in {} says that blocks are kept {retain}, so the node would give the first ones up again: have it \
         keep all first (`retain`)",
        dir.display()
    )]
    Retain {
        /// The node's directory.
        dir: PathBuf,
        /// The wish.
        retain: Retain,
    },
    /// See [`NotWhole`].
    #[error(transparent)]
    NotWhole(#[from] NotWhole),
}

impl ReplayRefused {
    /// True if trying again changes nothing, until somebody has changed the directory.
    pub fn is_configuration(&self) -> bool {
        !matches!(self, Self::NotWhole(NotWhole::Store(_)))
    }
}

/// Executes `lojal-node replay`.
///
/// # Errors
/// See [`ReplayRefused`].
pub fn replay(options: &ReplayOptions) -> Result<(), ReplayRefused> {
    let dir = NodeDir::new(&options.dir);
    let config = dir.config()?;
    let genesis = dir.genesis(&config)?;
    let retain = config.store_options(false).retain;
    if retain != Retain::All {
        return Err(ReplayRefused::Retain { dir: options.dir.clone(), retain });
    }
    let aside = take_in_older(&Disk::real(), &dir.data(), &genesis)?;
    let index = aside.map_or_else(String::new, |aside| format!(" and {}", aside.display()));
    lojal_print::line(format!(
        "The log of {} begins with the first block now. The next start executes all blocks before the node does \
         anything else. Once it runs, data/base.replaced-N{index} can be deleted.",
        dir.data().display(),
    ));
    Ok(())
}
