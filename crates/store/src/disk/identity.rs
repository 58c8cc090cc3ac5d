//! The identity of a file, which no copy of it has.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::hash::hash;

/// The file where Linux keeps what tells machines apart.
const MACHINE_ID: &str = "/etc/machine-id";

/// The machine and the place on its file system: a file keeps both when it is renamed, and a copy has others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FileIdentity {
    /// The hash of the machine's id; zeros where the system has none.
    machine: [u8; 32],
    inode: u64,
}

impl FileIdentity {
    pub(super) const SIMULATED: Self = Self { machine: [0; 32], inode: 0 };

    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let machine = match fs::read(MACHINE_ID) {
            Ok(id) => hash("lojal/machine/v1", &[&id]),
            Err(_) => [0; 32],
        };
        Ok(Self { machine, inode: fs::metadata(path)?.ino() })
    }
}
