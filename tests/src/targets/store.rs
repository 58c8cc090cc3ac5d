//! Files that a node and an auditor read from a disk: exported chains, the block log, and its index. They belong to a
//! node with a real chain; nobody can add a block to it without its validators' keys.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use lojal_chain::Replay;
use lojal_ledger::StateTree;
use lojal_ledger::tree::{LoadedPage, PageAt, PageError};
use lojal_store::archive::{self, ArchivedBlock};
use lojal_store::directory::Line;
use lojal_store::{Lookup, Opened, Options, StoreError};
use lojal_types::Height;

use super::chain::{Chain, chain};

/// An exported chain: what is read is written, and read again as the same; and replayed from genesis, whatever verifies
/// is the real chain.
pub fn archive(data: &[u8]) {
    let Ok(reader) = archive::Reader::new(data) else { return };
    let (chain_id, first_height) = (reader.chain_id(), reader.first_height());
    let blocks: Vec<ArchivedBlock> = reader.map_while(Result::ok).collect();
    let mut written = archive::header(chain_id, first_height);
    for block in &blocks {
        written.extend(archive::decided_block(&block.bytes, &block.certificate));
    }
    assert!(written.len() <= data.len(), "more was read than there is");
    let again = archive::Reader::new(&written[..]).expect("what was written can be read");
    let again: Vec<ArchivedBlock> = again.collect::<Result<_, _>>().expect("what was written can be read");
    assert_eq!(again, blocks, "writing changes the archive");
    let chain = chain();
    let mut replay = Replay::new(&chain.genesis);
    for (block, expected) in blocks.into_iter().zip(&chain.blocks) {
        if replay.apply(&block.bytes, block.certificate).is_err() {
            break;
        }
        assert_eq!(block.bytes, expected.bytes, "a forged block verifies");
    }
}

/// The first segment of a node's block log: the node opens it, or says that it is damaged, and then a repair opens it;
/// the state is that of the real chain at the height that is left, and stays so when the node starts again.
pub fn block_log(data: &[u8]) {
    let chain = chain();
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(directory.path().join("log")).expect("a writable directory");
    fs::write(directory.path().join("log/00000001.log"), data).expect("a writable directory");
    let height = match open(directory.path(), chain, false) {
        Ok(opened) => answers_rightly(&opened, chain),
        Err(StoreError::LogVersion { .. } | StoreError::OtherChain { .. } | StoreError::Upgrade(_)) => return,
        Err(_) => {
            let repaired = open(directory.path(), chain, true).unwrap_or_else(|error| panic!("no repair: {error}"));
            answers_rightly(&repaired, chain)
        }
    };
    let again = open(directory.path(), chain, false).unwrap_or_else(|error| panic!("it opened once: {error}"));
    assert_eq!(answers_rightly(&again, chain), height, "another start, another height");
}

/// A page of the state as it is stored, and the directory of a file of pages. What is a page has one hash, and is the
/// page of the tree that has its entries, if it is one; a directory has one form, and what is a tree's says all that it
/// knows.
pub fn pages(data: &[u8]) {
    if let Err(PageError::OtherHash { found }) = LoadedPage::decode(&[0; 32], data) {
        let page = LoadedPage::decode(&found, data).expect("that is its hash");
        assert_eq!(*page.hash(), found);
        let at = PageAt { path: [0; 32], depth: 0, hash: found, entries: 1 };
        let with = StateTree::of_pages([at]).expect("a small tree").with_pages([&page]);
        let entries: Vec<(&[u8], &[u8])> = with.iter().collect::<Result<_, _>>().expect("its page is there");
        let tree = StateTree::from_entries(entries);
        if tree.root() == found {
            let mut again = Vec::new();
            tree.pages(|_, page| page.expect("in memory").encode(&mut again));
            assert_eq!(again, data, "another form of the same page");
        }
    }
    let (mut rest, mut lines) = (data, Vec::new());
    while let Ok(line) = Line::decode(&mut rest) {
        lines.push(line);
        if rest.is_empty() {
            break;
        }
    }
    let mut again = Vec::new();
    lines.iter().for_each(|line| line.encode(&mut again));
    assert!(data.starts_with(&again), "another form of the same directory");
    let pages: Vec<PageAt> = lines.iter().map(|line| line.page).collect();
    if let Ok(tree) = StateTree::of_pages(pages.iter().copied()) {
        let mut all = Vec::new();
        tree.pages(|page, _| all.extend((page.entries > 0).then_some(page)));
        let expected: Vec<PageAt> = pages.into_iter().filter(|page| page.entries > 0).collect();
        assert_eq!(all, expected, "another tree");
        assert_eq!(tree.len(), expected.iter().map(|page| u64::from(page.entries)).sum::<u64>());
    }
}

/// The changes that a checkpoint of the index had begun to make, but for their checksum, which is right: the index is a
/// cache, so the node starts with the real chain's state, and has no wrong answers.
pub fn index_redo(data: &[u8]) {
    let directory = copy_of_a_node();
    let file = [data, &crc32c::crc32c(data).to_le_bytes()].concat();
    fs::write(directory.path().join("index.redo"), file).expect("a writable directory");
    has_to_be_checked(directory.path());
    has_the_whole_chain(directory.path());
}

/// Entries of the index: a list in borsh of keys with their values, none where an entry goes. The node starts with the
/// real chain's state, and has no wrong answers.
pub fn index_entries(data: &[u8]) {
    let Ok(entries) = borsh::from_slice::<Vec<(Vec<u8>, Option<Vec<u8>>)>>(data) else { return };
    let directory = copy_of_a_node();
    {
        let db = sled::open(directory.path().join("index")).expect("an index");
        for (key, value) in entries {
            match value {
                Some(value) => db.insert(key, value).map(drop).expect("a writable index"),
                None => db.remove(key).map(drop).expect("a writable index"),
            }
        }
        db.flush().expect("a writable index");
    }
    has_to_be_checked(directory.path());
    has_the_whole_chain(directory.path());
}

/// Leaves the mark that an index has until all of it is durable: whoever finds it checks every entry.
fn has_to_be_checked(directory: &Path) {
    fs::write(directory.join("index.unverified"), b"").expect("a writable directory");
}

/// Longest wait for the lock of a directory that was open before.
const RELEASE_WAIT: Duration = Duration::from_secs(10);

fn open(directory: &Path, chain: &Chain, repair: bool) -> Result<Opened, StoreError> {
    let options = Options { repair, checkpoint_bytes: u64::MAX, ..Options::default() };
    let start = Instant::now();
    loop {
        match lojal_store::open(directory, &chain.genesis, options.clone()) {
            // A process that another test of this program is just starting has the lock too, until it runs.
            Err(StoreError::Locked(_)) if start.elapsed() < RELEASE_WAIT => thread::yield_now(),
            opened => return opened,
        }
    }
}

fn has_the_whole_chain(directory: &Path) {
    let chain = chain();
    for _ in 0..2 {
        let opened = open(directory, chain, false).unwrap_or_else(|error| panic!("the log has it all: {error}"));
        assert_eq!(answers_rightly(&opened, chain).get(), chain.blocks.len() as u64, "blocks are gone");
    }
}

/// Compares all that a store says with the real chain; returns its height.
fn answers_rightly(opened: &Opened, chain: &Chain) -> Height {
    let tip = opened.store.tip();
    let count = usize::try_from(tip.height.get()).expect("few blocks");
    let state = chain.states.get(count).expect("no more blocks than the chain has");
    assert_eq!(tip, state.view().tip(), "another last block");
    assert_eq!(opened.store.view().state_root(), state.view().state_root(), "another state for the readers");
    assert_eq!(opened.state.view().state_root(), state.view().state_root(), "another state for the executor");
    assert!(opened.state.recent() == state.recent(), "other recent transactions");
    for block in &chain.committed[..count] {
        let height = block.header.height;
        let stored = opened.store.block(height).expect("readable").found().expect("below the tip");
        assert_eq!(stored.bytes, block.bytes, "another block at height {height}");
        for ((transaction, receipt), index) in block.transactions.iter().zip(&block.receipts).zip(0..) {
            let placed = opened.store.transaction(&transaction.id()).expect("readable").expect("in a block");
            assert_eq!((placed.height, placed.index, placed.outcome), (height, index, receipt.outcome));
        }
    }
    let after = opened.store.block(tip.height.next()).expect("readable");
    assert!(after == Lookup::NotYet, "a block after the last one");
    tip.height
}

/// The directory of a node that has the whole chain, in its log and in a checkpoint of its index.
fn copy_of_a_node() -> tempfile::TempDir {
    static NODE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
        let directory = tempfile::tempdir().expect("a temporary directory");
        fs::create_dir(directory.path().join("log")).expect("a writable directory");
        fs::write(directory.path().join("log/00000001.log"), chain().archive()).expect("a writable directory");
        // Bytes of log after which a checkpoint is due: at once.
        let options = Options { checkpoint_bytes: 1, ..Options::default() };
        let opened = lojal_store::open(directory.path(), &chain().genesis, options).expect("a good log");
        assert_eq!(opened.store.tip().height.get(), chain().blocks.len() as u64);
        drop(opened);
        directory
    });
    let copy = tempfile::tempdir().expect("a temporary directory");
    copy_directory(NODE.path(), copy.path());
    copy
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a writable directory");
    for entry in fs::read_dir(from).expect("a readable directory") {
        let entry = entry.expect("a readable directory");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a writable directory");
        }
    }
}
