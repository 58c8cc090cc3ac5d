//! The sources of blocks: a node, a node's data directory, or a file. What comes is complete and in order, and nothing
//! more is known of it.

use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lojal_client::{Client, ClientError};
use lojal_ledger::State;
use lojal_store::StoreError;
use lojal_store::archive::{self, ArchiveError, ArchivedBlock, Directory, Reader};
use lojal_types::api::Status;
use lojal_types::{ChainId, Genesis, Height};
use thiserror::Error;

/// Most blocks that a node is asked for at once; it may answer with fewer.
const PIECE_BLOCKS_MAX: u32 = 100;
/// The number of times that a node that is busy, or doesn't answer, is asked for the same piece.
const ATTEMPTS_MAX: u32 = 5;
/// Pause between two of these attempts.
const ATTEMPT_PAUSE: Duration = Duration::from_secs(1);

/// A reason there is no next block, although there is no end either.
#[derive(Debug, Error)]
pub enum SourceError {
    /// Data that is not what a chain looks like.
    #[error("{0}")]
    Damaged(String),
    /// Nobody knows what is there.
    #[error("{0}")]
    Unreadable(String),
}

/// Blocks from genesis on.
pub enum Source {
    /// Out of a node's gateway.
    Node(Box<Node>),
    /// Out of a data directory.
    Directory {
        /// The directory.
        path: PathBuf,
        /// Its blocks.
        blocks: Box<Directory>,
    },
    /// Out of an exported file.
    File(Reader<File>),
}

/// A node's gateway, what it says of itself, and the piece of its chain that is being read.
pub struct Node {
    client: Client,
    claim: Status,
    piece: Option<Reader<Cursor<Vec<u8>>>>,
}

impl Source {
    /// Asks a node what it claims to have.
    ///
    /// # Errors
    /// When it doesn't answer.
    pub fn node(client: Client) -> Result<Self, SourceError> {
        let claim = client.status().map_err(|error| SourceError::Unreadable(error.to_string()))?;
        Ok(Self::Node(Box::new(Node { client, claim, piece: None })))
    }
    /// Opens a node's data directory, or the node directory in which it is called `data`, only to read it.
    ///
    /// # Errors
    /// When there is no log in it or it can't be read.
    pub fn dir(path: &Path) -> Result<Self, SourceError> {
        let path = data_directory(path);
        let blocks = Box::new(archive::open_dir(&path)?);
        Ok(Self::Directory { path, blocks })
    }
    /// Opens an exported file.
    ///
    /// # Errors
    /// When it can't be read, or doesn't begin as an export does.
    pub fn file(path: &Path) -> Result<Self, SourceError> {
        let unreadable = |error| SourceError::Unreadable(format!("can't read {}: {error}", path.display()));
        Ok(Self::File(Reader::new(File::open(path).map_err(unreadable)?)?))
    }

    /// The network that the source says it is of; of a directory, only its blocks tell.
    pub fn chain_id(&self) -> Option<ChainId> {
        match self {
            Self::Node(node) => Some(node.claim.chain_id),
            Self::Directory { .. } => None,
            Self::File(reader) => Some(reader.chain_id()),
        }
    }
    /// The status that a node gives of itself, to be compared with what is so.
    pub fn claim(&self) -> Option<&Status> {
        match self {
            Self::Node(node) => Some(&node.claim),
            Self::Directory { .. } | Self::File(_) => None,
        }
    }
    /// The state that the source's blocks begin after, unless they begin with the first: only a data directory has one,
    /// its base, every piece of which is checked. Archive and log together may begin with the first although there is
    /// one.
    ///
    /// # Errors
    /// When it can't be read, or isn't a state of this network.
    pub fn base(&self, genesis: &Genesis) -> Result<Option<State>, SourceError> {
        let Self::Directory { path, blocks } = self else { return Ok(None) };
        if blocks.first_height() == Some(Height::GENESIS.next()) {
            return Ok(None);
        }
        let state = archive::base(path, genesis).and_then(|base| base.map(|base| base.state(genesis)).transpose());
        state.map_err(|error| match error {
            StoreError::SnapshotDamaged { .. } => SourceError::Damaged(error.to_string()),
            error => SourceError::Unreadable(error.to_string()),
        })
    }
    /// The next block, which should be the one at `height`; none at the end.
    ///
    /// # Errors
    /// When what comes next is damaged or can't be read.
    pub fn next(&mut self, height: Height) -> Result<Option<ArchivedBlock>, SourceError> {
        match self {
            Self::Node(node) => node.next(height),
            // The base has what came before.
            Self::Directory { blocks, .. } => Ok(blocks
                .find(|block| block.as_ref().map_or(true, |block| block.certificate.height >= height))
                .transpose()?),
            Self::File(reader) => Ok(reader.next().transpose()?),
        }
    }
}

impl Node {
    fn next(&mut self, height: Height) -> Result<Option<ArchivedBlock>, SourceError> {
        if let Some(piece) = &mut self.piece
            && let Some(block) = piece.next()
        {
            return Ok(Some(block?));
        }
        let bytes = self.fetch(height)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let piece = self.piece.insert(Reader::new(Cursor::new(bytes))?);
        Ok(piece.next().transpose()?)
    }

    fn fetch(&self, from: Height) -> Result<Vec<u8>, SourceError> {
        let mut attempt = 1;
        loop {
            match self.client.export(from, PIECE_BLOCKS_MAX) {
                Ok(bytes) => return Ok(bytes),
                Err(error) if attempt == ATTEMPTS_MAX || !is_passing(&error) => {
                    return Err(SourceError::Unreadable(error.to_string()));
                }
                Err(_) => std::thread::sleep(ATTEMPT_PAUSE),
            }
            attempt += 1;
        }
    }
}

/// True if asking again may help.
fn is_passing(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } | ClientError::Interrupted { .. } | ClientError::Behind { .. } => true,
        ClientError::Problem(problem) => matches!(problem.status, 429 | 503),
        ClientError::InvalidUrl { .. } | ClientError::Authorities { .. } | ClientError::WrongPath { .. } => false,
        ClientError::Unexpected { .. } | ClientError::Untrue { .. } => false,
        ClientError::Split { .. } | ClientError::NotPinned { .. } | ClientError::TooManyChanges { .. } => false,
    }
}

/// The directory that `log` is in: this one, or `data` in it.
fn data_directory(path: &Path) -> PathBuf {
    let data = path.join("data");
    if !path.join("log").exists() && data.join("log").exists() { data } else { path.to_owned() }
}

impl From<ArchiveError> for SourceError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Damaged { offset, reason, .. } => {
                Self::Damaged(format!("the archive is damaged or cut off at byte {offset}: {reason}"))
            }
            ArchiveError::Store(StoreError::Damaged { segment, offset, reason, .. }) => Self::Damaged(format!(
                "the block log is damaged in segment {segment:08}.log at byte {offset}: {reason}"
            )),
            ArchiveError::Start(_) | ArchiveError::Archived { .. } => Self::Damaged(error.to_string()),
            ArchiveError::Store(_) | ArchiveError::Io(_) | ArchiveError::Empty(_) | ArchiveError::Version(_) => {
                Self::Unreadable(error.to_string())
            }
        }
    }
}
