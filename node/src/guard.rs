//! Looking at a guard, and saying what becomes of one that is lost or was brought from elsewhere.

use std::path::PathBuf;

use clap::Subcommand;
use lojal_signer::{Adoption, Guard, Standing};
use lojal_store::Disk;

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
    }
    Ok(())
}

impl Place {
    fn read(self) -> Result<(NodeDir, lojal_types::PublicKey), ConfigError> {
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
