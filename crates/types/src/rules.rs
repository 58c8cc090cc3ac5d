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
}

/// Version 1. "Version 1 has none of the actions 5, 6, 9 and 10" (protocol, Governance).
const FIRST: Rules = Rules { set_changes: true, followers: false, version_changes: false };

impl Rules {
    /// The rules of a version; none of one that this program doesn't know.
    pub const fn at(version: u32) -> Option<&'static Self> {
        match version {
            1 => Some(&FIRST),
            _ => None,
        }
    }
    /// The rules of the latest version that this program knows.
    pub const fn latest() -> &'static Self {
        &FIRST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_1_is_the_first_and_the_latest_that_is_known() {
        assert_eq!(Rules::at(1), Some(Rules::latest()));
        for unknown in [0, 2, u32::MAX] {
            assert_eq!(Rules::at(unknown), None);
        }
    }
}
