//! `lojal-node backup` and `lojal-node restore`: a node's data in a directory that can be kept elsewhere, and back.
//!
//! A backup holds what a node needs besides what it must never share or forget: no key, no guard, none of the engine's
//! own log. So a validator that is restored signs nothing that contradicts what it has signed: its guard is where it
//! was, or it is told that it has none.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use lojal_store::backup::{BackedUp, BackupError};
use lojal_store::{Disk, ImportError, StoreError, backup, import};
use lojal_types::{ChainId, Height};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::config::{ConfigError, NodeDir, PUSH, WEBHOOKS, read_genesis, write_new};

/// The digests of all other files, in the form that `sha256sum --check` reads.
const DIGESTS: &str = "SHA256SUMS";
const GENESIS: &str = "genesis.toml";
const CONFIG: &str = "node.toml";
const READ_BYTES: usize = 256 * 1024;

/// `lojal-node backup`.
#[derive(Debug, clap::Args)]
pub struct BackupOptions {
    /// The node's directory; the node may be running.
    #[arg(long)]
    dir: PathBuf,
    /// The directory to make.
    out: PathBuf,
}

/// `lojal-node restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreOptions {
    /// The node's directory, in which there must be no data; keys and guard that are there stay as they are.
    #[arg(long)]
    dir: PathBuf,
    /// The backup.
    backup: PathBuf,
}

/// A reason there is no backup, or none was restored.
#[derive(Debug, Error)]
pub enum CopyError {
    /// See [`ConfigError`].
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is something where the backup would be.
    #[error("{} is there already; name another directory", .0.display())]
    Exists(PathBuf),
    /// The backup would be a part of the node's own directory.
    #[error("{} is in the node's own directory; a backup is kept apart from that, so name another", .0.display())]
    Inside(PathBuf),
    /// The node has data.
    #[error("{} has data already; move it away, or restore into another directory", .0.display())]
    HasData(PathBuf),
    /// A file of the backup isn't what it was.
    #[error("{} is missing or isn't what it was when the backup was made; take another backup", .0.display())]
    Changed(PathBuf),
    /// Another network's.
    #[error("the backup is of chain {found}, but {} is the genesis document of chain {expected}", .document.display())]
    OtherChain {
        /// The genesis document of the node.
        document: PathBuf,
        /// The chain of the backup.
        found: ChainId,
        /// The chain of the node.
        expected: ChainId,
    },
    /// A file can't be read or written.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, io::Error),
    /// See [`BackupError`].
    #[error(transparent)]
    Backup(Box<BackupError>),
    /// See [`ImportError`].
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The data doesn't hold.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<BackupError> for CopyError {
    fn from(error: BackupError) -> Self {
        Self::Backup(Box::new(error))
    }
}

impl CopyError {
    /// True if trying again changes nothing, until somebody has changed a directory or the command.
    pub fn is_configuration(&self) -> bool {
        matches!(self, Self::Config(_) | Self::Exists(_) | Self::Inside(_) | Self::HasData(_) | Self::OtherChain { .. })
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    move |error| CopyError::File(path.to_owned(), error)
}

/// True if a path that isn't there yet would be inside a directory.
fn is_inside(path: &Path, directory: &Path) -> bool {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (parent.canonicalize(), directory.canonicalize()) {
        (Ok(parent), Ok(directory)) => parent.starts_with(directory),
        // What isn't there can't be written to either.
        _ => false,
    }
}

/// Executes `lojal-node backup`.
///
/// # Errors
/// See [`CopyError`].
pub fn back_up(options: &BackupOptions) -> Result<(), CopyError> {
    let dir = NodeDir::new(&options.dir);
    let config = dir.config()?;
    let genesis = dir.genesis(&config)?;
    if options.out.exists() {
        return Err(CopyError::Exists(options.out.clone()));
    }
    if is_inside(&options.out, dir.path()) {
        return Err(CopyError::Inside(options.out.clone()));
    }
    let mut partial = options.out.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(file_error(&partial))?;
    }
    // The secrets of webhooks and pushes are in it.
    DirBuilder::new().recursive(true).mode(0o700).create(&partial).map_err(file_error(&partial))?;
    let BackedUp { base, last } = backup::write(&dir.data(), &genesis, &partial)?;
    copy_registered(dir.path(), &partial)?;
    let settings = [(dir.path().join(&config.genesis), GENESIS), (dir.path().join(CONFIG), CONFIG)];
    for (from, name) in settings {
        fs::copy(&from, partial.join(name)).map_err(file_error(&from))?;
    }
    write_digests(&partial)?;
    fs::rename(&partial, &options.out).map_err(file_error(&options.out))?;
    let parent = options.out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(parent)?;
    let from = match base {
        Height::GENESIS => "all blocks".to_owned(),
        base => format!("the snapshot at height {base} and the blocks after it"),
    };
    lojal_print::line(format!("{}: {from}, up to height {last}; no keys and no guard", options.out.display()));
    if base > Height::GENESIS {
        lojal_print::line(
            "not in it: earlier blocks, also those of data/older and data/archive. A node that is restored from it \
             fetches them\nof others with backfill = true in node.toml; copy data/archive for what nobody else has",
        );
    }
    Ok(())
}

/// Executes `lojal-node restore`.
///
/// # Errors
/// See [`CopyError`].
pub fn restore(options: &RestoreOptions) -> Result<(), CopyError> {
    let (backup, dir) = (&options.backup, NodeDir::new(&options.dir));
    check_digests(backup)?;
    let genesis = read_genesis(&backup.join(GENESIS))?;
    fs::create_dir_all(dir.path()).map_err(file_error(dir.path()))?;
    let _lock = lojal_store::lock(dir.path())?;
    if dir.data().exists() || import::complete(&Disk::real(), dir.path())?.is_some() || dir.data().exists() {
        return Err(CopyError::HasData(dir.path().to_owned()));
    }
    for name in [CONFIG, GENESIS] {
        let (from, to) = (backup.join(name), dir.path().join(name));
        if !to.exists() {
            write_new(&to, &fs::read_to_string(&from).map_err(file_error(&from))?, 0o644)?;
        }
    }
    let document = dir.path().join(&dir.config()?.genesis);
    if document.exists() {
        let (found, expected) = (genesis.chain_id(), read_genesis(&document)?.chain_id());
        if found != expected {
            return Err(CopyError::OtherChain { document, found, expected });
        }
    } else {
        let document = document.display();
        lojal_print::line(format!("node.toml says that the genesis document is {document}: put {GENESIS} there"));
    }
    let join = dir.path().join("join");
    if join.exists() {
        fs::remove_dir_all(&join).map_err(file_error(&join))?;
    }
    let made = backup::read(backup, &genesis, dir.path())?;
    // Everything is replayed and checked before it becomes the node's.
    let opened = lojal_store::open(&made, &genesis, dir.config()?.store_options(false))?;
    let height = opened.report.height;
    opened.store.close()?;
    drop(opened);
    copy_registered(backup, dir.path())?;
    import::install(&Disk::real(), dir.path(), &made, false)?;
    lojal_print::line(format!("restored {} up to height {height}", dir.path().display()));
    if !dir.validator_key_path().exists() {
        lojal_print::line("put network.key and validator.key here before you start it, or name a signer in node.toml");
    }
    if !dir.guard().exists() {
        lojal_print::line(
            "put guard here, too, if it is still there; without it see `lojal-node guard new` and the manual",
        );
    }
    Ok(())
}

/// Copies what others have registered at a node, and the key of its pushes.
fn copy_registered(from: &Path, to: &Path) -> Result<(), CopyError> {
    [WEBHOOKS, PUSH].iter().try_for_each(|name| copy_files(&from.join(name), &to.join(name)))
}

/// Copies the files of a directory, unless there is one where they go. They are replaced as a whole, so those of a
/// running node are each as it is before or after a change; one that is removed meanwhile is left out.
fn copy_files(from: &Path, to: &Path) -> Result<(), CopyError> {
    if !from.exists() || to.exists() {
        return Ok(());
    }
    DirBuilder::new().mode(0o700).create(to).map_err(file_error(to))?;
    for name in files(from, Path::new(""))?.into_iter().filter(|name| name.extension().is_some_and(|e| e == "json")) {
        let path = from.join(&name);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            text => text.map_err(file_error(&path))?,
        };
        write_new(&to.join(&name), &text, 0o600)?;
    }
    sync(to)
}

/// The files of a directory and of those in it, by their paths in it, sorted.
fn files(directory: &Path, below: &Path) -> Result<Vec<PathBuf>, CopyError> {
    let here = directory.join(below);
    let mut found = Vec::new();
    for entry in fs::read_dir(&here).map_err(file_error(&here))? {
        let path = below.join(entry.map_err(file_error(&here))?.file_name());
        if directory.join(&path).is_dir() {
            found.extend(files(directory, &path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The lines of the digests of all files of a backup.
fn digests(backup: &Path) -> Result<Vec<String>, CopyError> {
    let files = files(backup, Path::new(""))?;
    let others = files.iter().filter(|path| path.as_os_str() != DIGESTS);
    others.map(|path| Ok(format!("{}  {}", digest(&backup.join(path))?, path.display()))).collect()
}

fn digest(path: &Path) -> Result<String, CopyError> {
    let mut file = File::open(path).map_err(file_error(path))?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut buffer).map_err(file_error(path))? {
            0 => return Ok(hex::encode(hasher.finalize())),
            read => hasher.update(&buffer[..read]),
        }
    }
}

fn write_digests(backup: &Path) -> Result<(), CopyError> {
    let mut text = digests(backup)?.join("\n");
    text.push('\n');
    write_new(&backup.join(DIGESTS), &text, 0o644)?;
    sync(backup)
}

/// Compares all files with what they were: none may be missing, and none be there besides.
fn check_digests(backup: &Path) -> Result<(), CopyError> {
    let list = backup.join(DIGESTS);
    let text = fs::read_to_string(&list).map_err(file_error(&list))?;
    let (mut expected, mut found) = (text.lines().map(str::to_owned).collect::<Vec<_>>(), digests(backup)?);
    expected.sort();
    found.sort();
    let lost = expected.iter().find(|line| !found.contains(line));
    let changed = lost.or_else(|| found.iter().find(|line| !expected.contains(line)));
    match changed.and_then(|line| line.split_once("  ")) {
        Some((_, path)) => Err(CopyError::Changed(backup.join(path))),
        None if changed.is_some() => Err(CopyError::Changed(list)),
        None => Ok(()),
    }
}

/// Makes the names in a directory durable.
fn sync(directory: &Path) -> Result<(), CopyError> {
    File::open(directory).and_then(|file| file.sync_all()).map_err(file_error(directory))
}
