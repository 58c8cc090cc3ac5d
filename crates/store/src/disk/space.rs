//! The room on a disk.

use std::path::Path;

use rustix::fs::statvfs;

use super::Disk;

impl Disk {
    /// The bytes that are free for whoever writes in a directory; none if the system doesn't tell, or the disk is
    /// simulated.
    pub fn free_bytes(&self, directory: &Path) -> Option<u64> {
        if self.simulated.is_some() {
            return None;
        }
        let space = statvfs(directory).ok()?;
        Some(space.f_bavail.saturating_mul(space.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_disk_tells_what_is_free_and_a_place_that_is_not_there_doesn_t() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        assert!(Disk::real().free_bytes(dir.path()).is_some());
        assert_eq!(Disk::real().free_bytes(&dir.path().join("nowhere")), None);
    }
}
