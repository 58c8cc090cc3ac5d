//! Looking at a guard, and saying what becomes of one that is lost or was brought from elsewhere.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use lojal_signer::{Adoption, Floor, Guard, Standing};
use lojal_store::Disk;
use lojal_types::{ChainId, Height, PublicKey};
use serde::{Deserialize, Serialize};

use crate::config::{ConfigError, NodeDir};

/// `lojal-node guard`.
#[derive(Debug, Subcommand)]
pub enum GuardCommand {
    /// Show what the guard knows; it may be in use.
    Show(Place),
    /// Make a new guard where the old one is lost: with it the validator follows the others, and signs nothing until it
    /// is past every height at which it can have signed.
    New(Place),
    /// Take a guard over that was copied from another place.
    Adopt {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        origin: Origin,
    },
    /// Print, for another machine, up to which height the key has signed. Only while nothing signs with it.
    Export(Place),
    /// Sign nothing any more up to the height in an export of the same key. The height never falls.
    Import {
        #[command(flatten)]
        place: Place,
        /// The export.
        file: PathBuf,
    },
}

/// The format of an export.
const EXPORT_FORMAT: u32 = 1;

/// An export, as its file has it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    format: u32,
    public_key: PublicKey,
    /// The network, unless the key has never been used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chain_id: Option<ChainId>,
    /// The highest height at which the key may have signed; 0 for none.
    signed_height: Height,
    /// True if it may have signed more.
    is_doubtful: bool,
}

/// The place of a guard.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// The directory of the node, or of the signer that holds its key.
    #[arg(long)]
    dir: PathBuf,
}

/// The origin of a guard.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Origin {
    /// It was moved together with the key, the original is gone, and nothing was signed since.
    #[arg(long)]
    moved: bool,
    /// It may be older than what was signed last: the validator follows the others, and signs nothing until it is past
    /// every height at which it can have signed.
    #[arg(long)]
    copied: bool,
}

/// Executes the command.
///
/// # Errors
/// When there is no key, or the guard can't be read or written.
pub fn execute(command: GuardCommand) -> Result<(), ConfigError> {
    let disk = Disk::real();
    match command {
        GuardCommand::Show(place) => {
            let (dir, key) = place.read()?;
            let (standing, statements) = Guard::look(&disk, &dir.guard(), &key)?;
            tell(&standing);
            for signed in statements {
                lojal_print::line(format!("signed {}", signed.statement));
            }
        }
        GuardCommand::New(place) => {
            let (dir, key) = place.read()?;
            Guard::create(&disk, &dir.guard(), &key, true)?;
            tell(&Standing { is_doubtful: true, ..Standing::default() });
        }
        GuardCommand::Adopt { place, origin } => {
            let (dir, key) = place.read()?;
            let adoption = if origin.moved { Adoption::Moved } else { Adoption::Copied };
            tell(&Guard::adopt(&disk, &dir.guard(), &key, adoption)?);
        }
        GuardCommand::Export(place) => {
            let (dir, key) = place.read()?;
            let Floor { key, chain, signed_height, is_doubtful } = Guard::export(&disk, &dir.guard(), &key)?;
            let export = Export { format: EXPORT_FORMAT, public_key: key, chain_id: chain, signed_height, is_doubtful };
            lojal_print::document(&serde_json::to_string_pretty(&export).expect("every field has a JSON form"));
        }
        GuardCommand::Import { place, file } => {
            let (dir, key) = place.read()?;
            let floor = read_export(&file, key)?;
            tell(&Guard::import(&disk, &dir.guard(), &floor)?);
        }
    }
    Ok(())
}

/// Reads the export of a key.
fn read_export(file: &Path, key: PublicKey) -> Result<Floor, ConfigError> {
    let wrong = |reason: String| ConfigError::GuardExport(file.to_owned(), reason);
    let text = std::fs::read_to_string(file).map_err(|error| ConfigError::File(file.to_owned(), error))?;
    let export: Export = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    if export.format != EXPORT_FORMAT {
        return Err(wrong(format!("its format is {}, and this program knows {EXPORT_FORMAT}", export.format)));
    }
    if export.public_key != key {
        return Err(wrong(format!("it is about the key {}, and the one here is {key}", export.public_key)));
    }
    let Export { chain_id, signed_height, is_doubtful, .. } = export;
    Ok(Floor { key, chain: chain_id, signed_height, is_doubtful })
}

impl Place {
    fn read(self) -> Result<(NodeDir, PublicKey), ConfigError> {
        let dir = NodeDir::new(self.dir);
        let key = dir.validator_key()?.public_key();
        Ok((dir, key))
    }
}

fn tell(standing: &Standing) {
    lojal_print::line(format!("nothing is signed below height {}", standing.height));
    if standing.is_doubtful {
        lojal_print::line(
            "more may have been signed: the validator signs nothing until it is past every height at which it can have \
             signed",
        );
    }
    if standing.has_strayed {
        lojal_print::line("at this height something else was signed than the engine asked for");
    }
}
