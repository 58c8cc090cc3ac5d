//! The rot on the disks of the validators.

use lojal_store::Lookup;

use super::World;

/// The number of bits of old blocks that flip at once.
const OLD_BITS: usize = 5;
/// The number of bits of pages that flip at once: so many that some are soon needed.
const COLD_BITS: usize = 60;

impl World {
    /// Flips a bit of the log of a validator that is down.
    pub fn rot_log(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        let seed = place.random.number();
        place.disk.rot_log(&place.directory, seed).map(|_| ())
    }

    /// Flips bits of the log of a validator that runs, anywhere before the block of its last checkpoint. Whoever
    /// restarts it in order reads nothing of that.
    pub fn rot_old_blocks(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        let Some(running) = &place.running else { return Ok(()) };
        let checkpoint = running.node.store.counts().checkpoint_height;
        let Ok(Lookup::Found(block)) = running.node.store.block(checkpoint) else { return Ok(()) };
        let mut old = Vec::new();
        for segment in 1_u32.. {
            let path = place.directory.join(format!("log/{segment:08}.log"));
            let bytes = std::fs::read(&path)?;
            let end = bytes.windows(block.bytes.len()).position(|window| *window == *block.bytes);
            old.push((path, end.unwrap_or(bytes.len()) as u64));
            if end.is_some() {
                break;
            }
        }
        for _ in 0..OLD_BITS {
            let (path, end) = &old[place.random.index(old.len())];
            let (offset, bit) = (place.random.below(*end), place.random.below(8) as u8);
            place.disk.flip_bit(path, offset, bit)?;
        }
        Ok(())
    }

    /// Flips bits of the pages of the state that a validator has on its disk. From then on it may stop at any time:
    /// when it needs one of them.
    pub fn rot_pages(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        place.troubles += 1;
        let mut files = Vec::new();
        for entry in std::fs::read_dir(place.directory.join("index/runs"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "pages") {
                files.push((std::fs::metadata(&path)?.len(), path));
            }
        }
        files.retain(|(bytes, _)| *bytes > 0);
        // Not in the order in which the system lists them.
        files.sort_unstable();
        for _ in 0..COLD_BITS.min(files.len() * COLD_BITS) {
            let (bytes, path) = &files[place.random.index(files.len())];
            let (offset, bit) = (place.random.below(*bytes), place.random.below(8) as u8);
            place.disk.flip_bit(path, offset, bit)?;
        }
        Ok(())
    }

    /// Flips a bit of the base of a validator that is down. If it needs the base, it can't start any more.
    pub fn rot_base(&self, number: usize) -> std::io::Result<()> {
        let mut place = self.place(number);
        place.troubles += 1;
        let base = place.directory.join("base");
        if !base.is_dir() {
            return Ok(());
        }
        let mut files = Vec::new();
        for entry in std::fs::read_dir(base)? {
            let path = entry?.path();
            files.push((std::fs::metadata(&path)?.len(), path));
        }
        // A crash may have left an older one, too.
        let manifests = files.iter().filter(|(_, path)| path.extension().is_some_and(|ending| ending == "manifest"));
        let newest = manifests.filter_map(|(_, path)| path.file_stem()).max().map(ToOwned::to_owned);
        files.retain(|(bytes, path)| *bytes > 0 && path.file_stem() == newest.as_deref());
        // Not in the order in which the system lists them.
        files.sort_unstable();
        if let Some((bytes, path)) = place.random.pick(&files) {
            let (offset, bit) = (place.random.below(bytes), place.random.below(8) as u8);
            tracing::info!(number, ?path, offset, bit, "the base rots");
            place.disk.flip_bit(&path, offset, bit)?;
        }
        Ok(())
    }

    /// The next start of a validator sets aside what of its log is damaged.
    pub fn repair_at_start(&self, number: usize) {
        self.place(number).repair = true;
    }
}
