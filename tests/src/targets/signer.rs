//! The guard's file, and what is said to a signer.

use std::path::{Path, PathBuf};

use borsh::BorshDeserialize;
use borsh::BorshSerialize;
use lojal_signer::server::{Served, converse};
use lojal_signer::{Adoption, Answer, Guard, GuardError, Reply, Request, Statement, read_records};
use lojal_store::SimulatedDisk;
use lojal_types::{ChainId, Height, KeyPair, VoteContent, VoteKind};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The network of the guard.
pub const GUARD_CHAIN: ChainId = ChainId::new([1; 32]);
/// The bytes that a connection holds.
const CONNECTION_BYTES: usize = 64 * 1024;

/// The key of the guard.
pub fn guard_key() -> KeyPair {
    KeyPair::from_seed(&[7; 32])
}

/// A vote of the validator with that key.
pub fn guarded_vote(height: u64, round: u32) -> Statement {
    let (kind, height, validator) = (VoteKind::Prevote, Height::new(height), guard_key().address());
    Statement::Vote(VoteContent { kind, height, round, block: None, validator })
}

/// A directory for a guard on a disk without waiting, and the place of its file.
fn place() -> (TempDir, SimulatedDisk, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join(guard_key().public_key().to_string());
    (dir, SimulatedDisk::new(), path)
}

/// The bytes of a guard that has signed these statements.
pub fn guard_of(statements: &[Statement]) -> Vec<u8> {
    let (dir, disk, path) = place();
    Guard::create(&disk.disk(), dir.path(), &guard_key().public_key(), false).expect("a free place");
    let mut guard = Guard::open(&disk.disk(), dir.path(), guard_key(), GUARD_CHAIN).expect("just made");
    for statement in statements {
        guard.sign(statement).expect("a disk without faults");
    }
    std::fs::read(path).expect("it is there")
}

/// A guard's file: what can be read is written anew and read as the same; and whatever it holds, what it says was
/// signed is never contradicted, and nothing is signed below its height.
pub fn guard_file(data: &[u8]) {
    let (dir, disk, path) = place();
    std::fs::write(&path, data).expect("a writable directory");
    let key = guard_key().public_key();
    let Ok((standing, signed)) = Guard::look(&disk.disk(), dir.path(), &key) else {
        let adopted = Guard::adopt(&disk.disk(), dir.path(), &key, Adoption::Moved);
        assert!(adopted.is_err(), "a guard that can't be read is taken over");
        return;
    };
    assert!(read_records(data).is_ok_and(|records| !records.is_empty()), "a guard without a record");
    match Guard::adopt(&disk.disk(), dir.path(), &key, Adoption::Moved) {
        Ok(adopted) => assert_eq!(adopted, standing, "another standing after writing and reading"),
        Err(GuardError::OtherKey(_)) => return,
        Err(error) => panic!("a guard that was read: {error}"),
    }
    let again = Guard::look(&disk.disk(), dir.path(), &key).expect("just written");
    assert_eq!(again, (standing, signed.clone()), "another guard after writing and reading");
    let mut guard = match Guard::open(&disk.disk(), dir.path(), guard_key(), GUARD_CHAIN) {
        Ok(guard) => guard,
        Err(GuardError::OtherChain { .. }) => return,
        Err(error) => panic!("a guard that was taken over: {error}"),
    };
    let own = signed.iter().filter(|one| one.statement.validator() == guard_key().address());
    for one in own {
        let answer = guard.sign(&one.statement).expect("a disk without faults");
        assert!(matches!(answer, Answer::Signed(again) if again == *one) || matches!(answer, Answer::Below(_)));
    }
    if let Some(below) = standing.height.get().checked_sub(1) {
        let answer = guard.sign(&guarded_vote(below, 0)).expect("a disk without faults");
        assert_eq!(answer, Answer::Below(standing.height), "signed below its height");
    }
}

/// Bytes that a node says to its signer: every message has one encoding; and whatever is said, the signer answers with
/// messages until it hangs up, and its guard holds.
pub fn signer_message(data: &[u8]) {
    one_encoding::<Request>(data);
    one_encoding::<Reply>(data);
    let (dir, disk, _) = place();
    Guard::create(&disk.disk(), dir.path(), &guard_key().public_key(), false).expect("a free place");
    let guard = Guard::open(&disk.disk(), dir.path(), guard_key(), GUARD_CHAIN).expect("just made");
    let served = Served::new(guard);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let answers = runtime.block_on(async {
        let (mut node, signer) = tokio::io::duplex(CONNECTION_BYTES);
        let conversation = tokio::spawn(converse(signer, served.clone()));
        // It may hang up before all of it is said.
        let _ = node.write_all(&data[..data.len().min(CONNECTION_BYTES / 2)]).await;
        let _ = node.shutdown().await;
        let mut answers = Vec::new();
        // What was said before it hung up is read whole.
        let _ = node.read_to_end(&mut answers).await;
        conversation.await.expect("it doesn't panic").expect("a disk without faults");
        answers
    });
    let replies = replies(&answers);
    let is_welcome = replies.iter().any(|reply| matches!(reply, Reply::Welcome { .. }));
    let is_signed = replies.iter().any(|reply| matches!(reply, Reply::Answer(_)));
    assert!(is_welcome || !is_signed, "a signature without a welcome");
    still_holds(dir.path(), &disk, served);
}

fn replies(bytes: &[u8]) -> Vec<Reply> {
    let (mut rest, mut replies) = (bytes, Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let payload = after.get(..length).expect("whole replies");
        replies.push(borsh::from_slice(payload).expect("a reply can be read"));
        rest = &after[length..];
    }
    replies
}

/// The guard on the disk is the guard in memory.
fn still_holds(directory: &Path, disk: &SimulatedDisk, served: Served) {
    let standing = served.lock().standing();
    drop(served);
    let (found, _) = Guard::look(&disk.disk(), directory, &guard_key().public_key()).expect("readable");
    assert_eq!(found, standing, "the file knows something else");
}

fn one_encoding<T: BorshSerialize + BorshDeserialize>(data: &[u8]) {
    if let Ok(message) = borsh::from_slice::<T>(data) {
        assert_eq!(borsh::to_vec(&message).expect("in memory"), data, "two encodings of one message");
    }
}
