//! Guards that are looked at without being used, and what one gives to another that has the same key elsewhere.

use super::*;

/// The height up to which a guard says that its key has signed, for another guard of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The key.
    pub key: PublicKey,
    /// The network that it signs for; none before the first start.
    pub chain: Option<ChainId>,
    /// The highest height at which it may have signed; 0 if it has signed nothing.
    pub signed_height: Height,
    /// True if it may have signed more than that.
    pub is_doubtful: bool,
}

impl Guard {
    /// Gives the floor of a guard that nobody uses: while one signs, it would be an old one at once.
    ///
    /// # Errors
    /// When there is none, it is a copy, in use or damaged.
    pub fn export(disk: &Disk, directory: &Path, key: &PublicKey) -> Result<Floor, GuardError> {
        let path = path_of(directory, key);
        if !disk.exists(&path)? {
            return Err(GuardError::Missing(path));
        }
        let _lock = take(disk, directory)?;
        let Read { header, memory } = load_own(disk, &path, key)?;
        let State { height, is_doubtful, .. } = memory.state;
        // A guard whose height was only raised has signed nothing at it.
        let below = Height::new(height.get().saturating_sub(1));
        let signed_height = if memory.signed().next().is_some() { height } else { below };
        Ok(Floor { key: *key, chain: header.chain, signed_height, is_doubtful })
    }

    /// Signs nothing any more up to another guard's height. The height never falls. Where there is no guard, one is
    /// made that doubts that this is all.
    ///
    /// # Errors
    /// When the floor is another key's or network's, the guard is a copy, in use or damaged, or the disk refuses.
    pub fn import(disk: &Disk, directory: &Path, floor: &Floor) -> Result<Standing, GuardError> {
        let _lock = take(disk, directory)?;
        let path = path_of(directory, &floor.key);
        let (chain, mut memory) = if disk.exists(&path)? {
            let Read { header, memory } = load_own(disk, &path, &floor.key)?;
            (header.chain, memory)
        } else {
            let mut memory = Memory::default();
            memory.state.is_doubtful = true;
            (None, memory)
        };
        if let (Some(found), Some(expected)) = (chain, floor.chain)
            && found != expected
        {
            return Err(GuardError::OtherChain { path, found, expected });
        }
        let next = Height::new(floor.signed_height.get().saturating_add(1));
        if floor.signed_height.get() > 0 && next > memory.state.height {
            memory.begin(next);
        }
        memory.state.is_doubtful |= floor.is_doubtful;
        write_anew(disk, &path, &floor.key, chain.or(floor.chain), &memory)?;
        Ok(standing(&memory))
    }

    /// Looks for what an opening would refuse; the guard may be in use.
    ///
    /// # Errors
    /// When it is missing, another key's or network's, a copy, or damaged.
    pub fn examine(disk: &Disk, directory: &Path, key: &PublicKey, expected: ChainId) -> Result<Standing, GuardError> {
        let path = path_of(directory, key);
        let Read { header, memory } = load_own(disk, &path, key)?;
        match header.chain {
            Some(found) if found != expected => Err(GuardError::OtherChain { path, found, expected }),
            _ => Ok(standing(&memory)),
        }
    }
}

/// Reads the guard of a key, if it is no copy.
fn load_own(disk: &Disk, path: &Path, key: &PublicKey) -> Result<Read, GuardError> {
    if !disk.exists(path)? {
        return Err(GuardError::Missing(path.to_owned()));
    }
    let read = load(disk, path)?;
    if read.header.key != *key {
        return Err(GuardError::OtherKey(path.to_owned()));
    }
    if read.header.file != disk.identity(path)? {
        return Err(GuardError::Copied(path.to_owned()));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{CHAIN, key, new_guard, open, precommit, prevote};

    fn places() -> (tempfile::TempDir, Disk, PathBuf, PathBuf) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (here, there) = (dir.path().join("here"), dir.path().join("there"));
        (dir, Disk::real(), here, there)
    }

    #[test]
    fn a_guard_elsewhere_signs_nothing_up_to_the_exported_height() {
        let (_dir, disk, here, there) = places();
        let mut guard = new_guard(&disk, &here);
        guard.sign(&precommit(7, 0, 1)).expect("the disk works");
        let own = key().public_key();
        assert!(matches!(Guard::export(&disk, &here, &own), Err(GuardError::Locked(_))), "it is in use");
        drop(guard);
        let floor = Guard::export(&disk, &here, &own).expect("nobody uses it");
        assert_eq!((floor.signed_height, floor.chain, floor.is_doubtful), (Height::new(7), Some(CHAIN), false));
        let standing = Guard::import(&disk, &there, &floor).expect("the disk works");
        assert_eq!(standing, Standing { height: Height::new(8), has_strayed: false, is_doubtful: true });
        let mut guard = open(&disk, &there);
        for statement in [prevote(7, 0, 2), precommit(7, 1, 1), prevote(6, 0, 1)] {
            assert_eq!(guard.sign(&statement).expect("the disk works"), Answer::Below(Height::new(8)));
        }
        assert!(matches!(guard.sign(&prevote(8, 0, 1)), Ok(Answer::Signed(_))));
    }

    #[test]
    fn an_import_only_ever_raises_the_height_and_what_was_signed_stays() {
        let (_dir, disk, here, _) = places();
        let mut guard = new_guard(&disk, &here);
        let signed = guard.sign(&precommit(7, 0, 1)).expect("the disk works");
        drop(guard);
        let floor = |height| Floor {
            key: key().public_key(),
            chain: Some(CHAIN),
            signed_height: Height::new(height),
            is_doubtful: false,
        };
        for height in [0, 3, 6] {
            let standing = Guard::import(&disk, &here, &floor(height)).expect("the disk works");
            assert_eq!((standing.height, standing.is_doubtful), (Height::new(7), false), "{height}");
            assert_eq!(open(&disk, &here).sign(&precommit(7, 0, 1)).expect("the disk works"), signed, "{height}");
        }
        let standing = Guard::import(&disk, &here, &floor(9)).expect("the disk works");
        assert_eq!(standing.height, Height::new(10));
        let again = Guard::export(&disk, &here, &key().public_key()).expect("nobody uses it");
        assert_eq!(again, floor(9), "nothing was signed at the height that was only raised");
        let doubtful = Floor { is_doubtful: true, ..floor(1) };
        assert!(Guard::import(&disk, &here, &doubtful).expect("the disk works").is_doubtful);
        let most = Guard::import(&disk, &here, &floor(u64::MAX)).expect("the disk works");
        assert_eq!(most.height, Height::new(u64::MAX));
    }

    #[test]
    fn a_floor_of_another_network_and_a_guard_that_was_copied_are_refused() {
        let (_dir, disk, here, there) = places();
        drop(new_guard(&disk, &here));
        drop(open(&disk, &here));
        let own = key().public_key();
        let other = ChainId::new([9; 32]);
        let floor = Floor { key: own, chain: Some(other), signed_height: Height::new(5), is_doubtful: false };
        assert!(matches!(Guard::import(&disk, &here, &floor), Err(GuardError::OtherChain { .. })));
        assert!(matches!(Guard::examine(&disk, &here, &own, other), Err(GuardError::OtherChain { .. })));
        let standing = Guard::examine(&disk, &here, &own, CHAIN).expect("it is as it should be");
        assert_eq!(standing, Standing::default());
        std::fs::create_dir(&there).expect("a directory of ours");
        std::fs::copy(here.join(own.to_string()), there.join(own.to_string())).expect("a file of ours");
        assert!(matches!(Guard::examine(&disk, &there, &own, CHAIN), Err(GuardError::Copied(_))));
        assert!(matches!(Guard::export(&disk, &there, &own), Err(GuardError::Copied(_))));
        let floor = Floor { chain: Some(CHAIN), ..floor };
        assert!(matches!(Guard::import(&disk, &there, &floor), Err(GuardError::Copied(_))));
    }
}
