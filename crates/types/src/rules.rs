//! The rules that differ between versions of the protocol (protocol, Staying compatible): data that code asks by name,
//! so that nothing else compares versions.

/// The rules of one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// True if motions can change the validators: who they are, their keys, their power.
    pub set_changes: bool,
    /// True if motions can let nodes without a vote follow the network.
    pub followers: bool,
    /// True if motions can give the network another version.
    pub version_changes: bool,
    /// True if brands count more than points: tracks, stamps and levels.
    pub programme: bool,
    /// True if members can offer points for those of other brands.
    pub market: bool,
}

/// Version 1.
const FIRST: Rules =
    Rules { set_changes: true, followers: true, version_changes: true, programme: false, market: false };

/// Version 2. "Version 2 adds what stands in Programme" (protocol, Staying compatible).
const SECOND: Rules = Rules { programme: true, market: true, ..FIRST };

/// The rules of each version, from 1 on.
const VERSIONS: [&Rules; 2] = [&FIRST, &SECOND];

impl Rules {
    /// The rules of a version; none of one that this program doesn't know.
    pub const fn at(version: u32) -> Option<&'static Self> {
        if 1 <= version && version <= LATEST { Some(VERSIONS[version as usize - 1]) } else { None }
    }
    /// The rules of the latest version that this program knows.
    pub const fn latest() -> &'static Self {
        VERSIONS[VERSIONS.len() - 1]
    }
}

/// The latest version that this program knows.
const LATEST: u32 = VERSIONS.len() as u32;

/// The versions that a node makes and takes blocks of: all up to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    latest: u32,
}

impl Versions {
    /// Those that this program knows.
    pub const fn known() -> Self {
        Self { latest: LATEST }
    }
    /// Those of them up to one, as an older program knows them.
    #[must_use]
    pub fn up_to(latest: u32) -> Self {
        Self { latest: latest.min(LATEST) }
    }
    /// True if a version is one of them.
    pub const fn has(self, version: u32) -> bool {
        version <= self.latest && Rules::at(version).is_some()
    }
    /// The last one.
    pub const fn latest(self) -> u32 {
        self.latest
    }
}

impl Default for Versions {
    fn default() -> Self {
        Self::known()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_versions_are_known_and_the_second_has_the_programme_and_the_market() {
        assert_eq!((Rules::at(1), Rules::at(2)), (Some(&FIRST), Some(&SECOND)));
        assert_eq!(Rules::latest(), &SECOND);
        assert_eq!([FIRST.programme, SECOND.programme], [false, true]);
        assert_eq!([FIRST.market, SECOND.market], [false, true]);
        for unknown in [0, 3, u32::MAX] {
            assert_eq!(Rules::at(unknown), None);
            assert!(!Versions::known().has(unknown));
        }
    }

    #[test]
    fn an_older_program_knows_the_versions_up_to_its_own_and_none_knows_more_than_there_are() {
        let has = |versions: Versions| [1, 2, 3].map(|version| versions.has(version));
        assert_eq!(has(Versions::known()), [true, true, false]);
        assert_eq!(has(Versions::up_to(1)), [true, false, false]);
        assert_eq!(has(Versions::up_to(9)), [true, true, false]);
        assert_eq!((Versions::up_to(1).latest(), Versions::up_to(9).latest()), (1, 2));
    }
}
