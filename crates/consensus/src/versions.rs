//! The watch over the version of the next blocks: a program that doesn't know it has to be replaced before it begins.

use lojal_ledger::record::{Protocol, ScheduledVersion};
use lojal_types::{Height, Versions};
use thiserror::Error;

/// A program that is too old for the next block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "block {height} begins version {version} of the protocol, and this program knows none after version {latest}: \
     install a release of lojal-node that knows version {version}, and start it on the same directory; it goes on \
     where this one has stopped"
)]
pub struct TooOld {
    /// The version of the next block.
    pub version: u32,
    /// The next block.
    pub height: Height,
    /// The last version that the program knows.
    pub latest: u32,
}

/// The version that is scheduled, if a program doesn't know it.
pub fn unknown_ahead(protocol: &Protocol, versions: Versions) -> Option<ScheduledVersion> {
    protocol.scheduled.filter(|one| !versions.has(one.version))
}

/// The watch of a node.
pub(crate) struct VersionWatch {
    versions: Versions,
    /// The version that it has warned of.
    told: Option<ScheduledVersion>,
}

impl VersionWatch {
    /// The watch of a program that knows these versions.
    pub(crate) fn new(versions: Versions) -> Self {
        Self { versions, told: None }
    }

    /// Looks at what the state says before the block at a height: "A node that doesn't know the version which is
    /// scheduled says so from the block on that schedules it, and goes on to make and take blocks. It ends when it has
    /// committed the last block before that version." (protocol, Staying compatible)
    ///
    /// # Errors
    /// When the next block is of a version that the program doesn't know.
    pub(crate) fn look(&mut self, protocol: &Protocol, height: Height) -> Result<(), TooOld> {
        let (version, latest) = (protocol.version_at(height), self.versions.latest());
        if !self.versions.has(version) {
            return Err(TooOld { version, height, latest });
        }
        let ahead = unknown_ahead(protocol, self.versions);
        if let Some(ScheduledVersion { version, height }) = ahead.filter(|_| ahead != self.told) {
            tracing::warn!(
                version,
                from = %height,
                latest,
                "the governors have scheduled a version of the protocol that this program doesn't know: install a \
                 release that knows it before that block, or this node stops there"
            );
        }
        self.told = ahead;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_warned_of_a_version_that_it_does_not_know_and_ends_before_it() {
        let (old, new, height) = (Versions::up_to(1), Versions::known(), Height::new(7));
        let scheduled = Some(ScheduledVersion { version: 2, height });
        let protocol = Protocol { version: 1, scheduled };
        assert_eq!((unknown_ahead(&protocol, old), unknown_ahead(&protocol, new)), (scheduled, None));
        let mut watch = VersionWatch::new(old);
        assert_eq!((watch.look(&protocol, Height::new(6)), watch.told), (Ok(()), scheduled));
        assert_eq!(watch.look(&protocol, height), Err(TooOld { version: 2, height, latest: 1 }));
        assert_eq!(VersionWatch::new(new).look(&protocol, height), Ok(()));
    }

    #[test]
    fn a_version_that_is_cancelled_and_scheduled_again_is_warned_of_again() {
        let scheduled = Some(ScheduledVersion { version: 2, height: Height::new(7) });
        let mut watch = VersionWatch::new(Versions::up_to(1));
        for scheduled in [scheduled, None, scheduled] {
            assert_eq!(watch.look(&Protocol { version: 1, scheduled }, Height::new(2)), Ok(()));
            assert_eq!(watch.told, scheduled);
        }
    }
}
