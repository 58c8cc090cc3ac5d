//! Disks that are lost, and copies of them.

use lojal_signer::{Guard, GuardError};
use lojal_store::SimulatedDisk;

use super::World;
use crate::people;

impl World {
    /// A validator that is down loses all that it remembers.
    pub fn forget(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        place.disk = SimulatedDisk::new();
        place.wal.erase();
        place.lose_guard()?;
        std::fs::remove_dir_all(&place.home)
    }

    /// Makes a guard that doesn't know what was signed, as whoever has lost the guard has to.
    pub fn make_doubtful_guard(&self, number: usize) -> Result<(), GuardError> {
        let place = self.place(number);
        let (directory, disk) = &place.guard;
        Guard::create(&disk.disk(), directory, &people::validator(number).public_key(), true)
    }

    /// Copies the directory of a validator that is down.
    pub fn back_up(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        let copy = place.directory.with_extension("backup");
        copy_directory(&place.directory, &copy)?;
        place.backup = Some((copy, place.wal.copy()));
        Ok(())
    }

    /// Puts the copy in the place of the directory of a validator that is down. Its guard stays as it is.
    pub fn restore(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        place.uncut_guard()?;
        let Some((copy, wal)) = place.backup.take() else { return Ok(()) };
        (place.disk, place.wal) = (SimulatedDisk::new(), wal);
        std::fs::remove_dir_all(&place.directory)?;
        std::fs::rename(copy, &place.directory)
    }
}

fn copy_directory(from: &std::path::Path, to: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_directory(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
