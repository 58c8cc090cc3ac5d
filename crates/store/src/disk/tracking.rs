//! The part of the files that is durable.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::faults::Sync;

/// A file of which not everything is durable, or was not at some time. Whatever isn't tracked is durable as it is.
#[derive(Debug)]
pub(super) struct Inode {
    /// The content as everybody sees it.
    pub(super) content: File,
    /// The first bytes, which are durable as everybody sees them.
    pub(super) synced: u64,
    /// The durable bytes after them, if the file has been cut off and that isn't durable.
    pub(super) cut_off: Vec<u8>,
    /// Bytes that the operating system holds for durable, but that never were.
    pub(super) doubtful: Vec<Range<u64>>,
    /// The durable bytes at some places where something else has been written since.
    pub(super) overwritten: Vec<(u64, Vec<u8>)>,
}

/// The number of an [`Inode`].
pub(super) type InodeNumber = u64;

/// A change of a directory that isn't durable: a name that goes, and one that comes.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) gone: Option<PathBuf>,
    pub(super) come: Option<(PathBuf, InodeNumber)>,
}

/// A directory with everything in it, by path below it.
pub(super) type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Everything that isn't durable.
#[derive(Debug, Default)]
pub(super) struct Tracking {
    pub(super) inodes: BTreeMap<InodeNumber, Inode>,
    /// The tracked files by the names that everybody sees.
    pub(super) names: BTreeMap<PathBuf, InodeNumber>,
    /// In the order in which they happened.
    pub(super) entries: Vec<Entry>,
    /// The durable files of the names in `entries`.
    pub(super) before: BTreeMap<PathBuf, Option<InodeNumber>>,
    /// The trees that were last synced.
    pub(super) trees: BTreeMap<PathBuf, Tree>,
    last: InodeNumber,
}

impl Inode {
    pub(super) fn len(&self) -> io::Result<u64> {
        Ok(self.content.metadata()?.len())
    }

    pub(super) fn read(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(range.end.saturating_sub(range.start)).map_err(io::Error::other)?];
        self.content.read_exact_at(&mut bytes, range.start)?;
        Ok(bytes)
    }

    fn is_durable(&self) -> bool {
        self.len().is_ok_and(|len| len == self.synced)
            && self.cut_off.is_empty()
            && self.doubtful.is_empty()
            && self.overwritten.is_empty()
    }
}

impl Tracking {
    /// Tracks an existing file from now on.
    pub(super) fn track(&mut self, path: &Path) -> io::Result<InodeNumber> {
        if let Some(number) = self.names.get(path) {
            return Ok(*number);
        }
        let synced = fs::metadata(path)?.len();
        self.add(path, synced)
    }

    fn add(&mut self, path: &Path, synced: u64) -> io::Result<InodeNumber> {
        let content = File::open(path)?;
        self.last += 1;
        let (cut_off, doubtful, overwritten) = (Vec::new(), Vec::new(), Vec::new());
        self.inodes.insert(self.last, Inode { content, synced, cut_off, doubtful, overwritten });
        self.names.insert(path.to_owned(), self.last);
        Ok(self.last)
    }

    fn tracked(&mut self, path: &Path) -> io::Result<&mut Inode> {
        let number = self.track(path)?;
        Ok(self.inodes.get_mut(&number).expect("every name is that of an inode"))
    }

    /// A file has been made.
    pub(super) fn created(&mut self, path: &Path) -> io::Result<()> {
        self.before.entry(path.to_owned()).or_insert(None);
        let number = self.add(path, 0)?;
        self.entries.push(Entry { gone: None, come: Some((path.to_owned(), number)) });
        Ok(())
    }

    /// A file has got a second name.
    pub(super) fn linked(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let number = self.track(from)?;
        self.before.entry(to.to_owned()).or_insert(None);
        self.names.insert(to.to_owned(), number);
        self.entries.push(Entry { gone: None, come: Some((to.to_owned(), number)) });
        Ok(())
    }

    /// A file is about to get another name.
    pub(super) fn renaming(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let number = self.track(from)?;
        let replaced = if to.exists() { Some(self.track(to)?) } else { None };
        self.before.entry(from.to_owned()).or_insert(Some(number));
        self.before.entry(to.to_owned()).or_insert(replaced);
        self.names.remove(from);
        self.names.insert(to.to_owned(), number);
        self.entries.push(Entry { gone: Some(from.to_owned()), come: Some((to.to_owned(), number)) });
        Ok(())
    }

    /// A name is about to go.
    pub(super) fn removing(&mut self, path: &Path) -> io::Result<()> {
        let number = self.track(path)?;
        self.before.entry(path.to_owned()).or_insert(Some(number));
        self.names.remove(path);
        self.entries.push(Entry { gone: Some(path.to_owned()), come: None });
        Ok(())
    }

    /// A file is about to be cut off.
    pub(super) fn truncating(&mut self, path: &Path, len: u64) -> io::Result<()> {
        let inode = self.tracked(path)?;
        if len < inode.synced {
            let mut cut_off = inode.read(len..inode.synced)?;
            cut_off.append(&mut inode.cut_off);
            inode.cut_off = cut_off;
            inode.synced = len;
        }
        cut(&mut inode.doubtful, len);
        inode.overwritten.retain(|(offset, before)| offset.saturating_add(before.len() as u64) <= len);
        Ok(())
    }

    /// Something durable is about to be written over.
    pub(super) fn overwriting(&mut self, path: &Path, offset: u64, bytes: usize) -> io::Result<()> {
        let inode = self.tracked(path)?;
        let before = inode.read(offset..offset.saturating_add(bytes as u64))?;
        inode.overwritten.push((offset, before));
        Ok(())
    }

    pub(super) fn synced(&mut self, path: &Path, sync: Sync) -> io::Result<()> {
        let inode = self.tracked(path)?;
        let len = inode.len()?;
        match sync {
            Sync::Works => {
                inode.synced = len;
                inode.cut_off.clear();
                inode.overwritten.clear();
            }
            Sync::Fails => {
                if len > inode.synced {
                    inode.doubtful.push(inode.synced..len);
                }
                let over = std::mem::take(&mut inode.overwritten).into_iter();
                inode.doubtful.extend(over.map(|(offset, before)| offset..offset.saturating_add(before.len() as u64)));
            }
            Sync::Lies => (),
        }
        self.forget_durable();
        Ok(())
    }

    pub(super) fn rewritten(&mut self, path: &Path, offset: u64) {
        let number = self.names.get(path);
        if let Some(inode) = number.and_then(|number| self.inodes.get_mut(number)) {
            cut(&mut inode.doubtful, offset);
        }
        self.forget_durable();
    }

    pub(super) fn directory_synced(&mut self, directory: &Path, sync: Sync) {
        if sync == Sync::Works {
            let is_in = |path: &Path| path.parent() == Some(directory);
            self.before.retain(|path, _| !is_in(path));
            self.entries.retain(|entry| {
                let (gone, come) = (entry.gone.as_deref(), entry.come.as_ref().map(|(path, _)| path.as_path()));
                !gone.or(come).is_some_and(is_in)
            });
            self.forget_durable();
        }
    }

    pub(super) fn tree_synced(&mut self, path: &Path, sync: Sync) -> io::Result<()> {
        if sync == Sync::Works {
            let mut tree = Tree::new();
            copy_tree(path, Path::new(""), &mut tree)?;
            self.trees.insert(path.to_owned(), tree);
        }
        Ok(())
    }

    /// A directory has got another name, durably, and with it what is in it.
    pub(super) fn directory_renamed(&mut self, from: &Path, to: &Path) {
        self.trees.remove(from);
        let renamed = |path: &Path| path.strip_prefix(from).map_or_else(|_| path.to_owned(), |below| to.join(below));
        self.names = std::mem::take(&mut self.names).into_iter().map(|(path, of)| (renamed(&path), of)).collect();
        self.before = std::mem::take(&mut self.before).into_iter().map(|(path, of)| (renamed(&path), of)).collect();
        for Entry { gone, come } in &mut self.entries {
            *gone = gone.as_deref().map(renamed);
            *come = come.as_ref().map(|(path, number)| (renamed(path), *number));
        }
    }

    /// Everything is durable as it is; what the trees were is still known.
    pub(super) fn forget(&mut self) {
        *self = Self { trees: std::mem::take(&mut self.trees), ..Self::default() };
    }

    /// Keeps the files only of which something isn't durable.
    fn forget_durable(&mut self) {
        let come = self.entries.iter().filter_map(|entry| entry.come.as_ref().map(|(_, number)| *number));
        let named: BTreeSet<InodeNumber> = self.before.values().flatten().copied().chain(come).collect();
        let inodes = &self.inodes;
        let is_durable = |number: &InodeNumber| !named.contains(number) && inodes[number].is_durable();
        self.names.retain(|_, number| !is_durable(number));
        let seen: BTreeSet<InodeNumber> = self.names.values().copied().collect();
        self.inodes.retain(|number, _| seen.contains(number) || named.contains(number));
    }
}

/// Leaves what is before `len`.
fn cut(ranges: &mut Vec<Range<u64>>, len: u64) {
    for range in ranges.iter_mut() {
        range.end = range.end.min(len);
    }
    ranges.retain(|range| !range.is_empty());
}

/// Reads all files below `root`, those that vanish meanwhile excepted.
fn copy_tree(root: &Path, below: &Path, tree: &mut Tree) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let path = below.join(entry?.file_name());
        let whole = root.join(&path);
        if whole.is_dir() {
            copy_tree(root, &path, tree)?;
            continue;
        }
        match fs::read(&whole) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (),
            read => {
                tree.insert(path, read?);
            }
        }
    }
    Ok(())
}
