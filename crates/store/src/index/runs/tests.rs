use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use lojal_random::Random;
use lojal_types::{Activity, Code, Outcome};

use super::*;
use crate::limits::HISTORY_MARK_STEP;

mod beside;

/// Bytes as of a hash; some of them begin like others.
fn hash_bytes<const N: usize>(random: &mut Random) -> [u8; N] {
    let mut bytes = std::array::from_fn(|_| random.byte());
    match random.below(4) {
        0 => bytes[..10].fill(7),
        1 => bytes[..3].fill(0),
        _ => (),
    }
    bytes
}

/// One of the accounts, of which the first ones are busy.
fn any_account(random: &mut Random, accounts: &[Address]) -> Address {
    let end = if random.coin() { 3 } else { accounts.len() };
    accounts[random.index(end)]
}

/// Adds the files of some blocks that changed nothing in the state.
fn add(runs: &Runs, layer: &Layer, pace: &Pace) -> Result<Files, StoreError> {
    let (empty, none) = (StateTree::new(), Shelves::default());
    let changes = StateChanges { shelf: None, older: StateTree::new(), newer: &empty };
    runs.add(layer, changes, (BTreeMap::new(), &none), (|_| Ok(false), Height::GENESIS), pace)
}

/// The content that the runs must have.
#[derive(Default)]
struct Naive {
    transactions: Vec<Placed>,
    history: BTreeMap<Address, Vec<Placed>>,
}

impl Naive {
    /// Takes in a transaction; answers with the accounts that it concerns, as a layer takes them.
    fn push(&mut self, placed: Placed, accounts: BTreeSet<Address>) -> Vec<(Address, Activity)> {
        self.transactions.push(placed);
        let mut concerned = Vec::new();
        for account in accounts {
            let history = self.history.entry(account).or_default();
            concerned.push((account, activity(&*history)));
            history.push(placed);
        }
        concerned
    }
}

/// The activity after some transactions, the oldest first.
fn activity<'a>(transactions: impl IntoIterator<Item = &'a Placed>) -> Activity {
    transactions.into_iter().fold(Activity::default(), |activity, placed| placed.added_to(activity))
}

/// The page of a history, the newest first, that a naive search finds.
fn naive_page(history: &[Placed], before: (Height, u32), limit: usize) -> Page {
    let end = history.iter().filter(|placed| (placed.height, placed.index) < before).count();
    let start = end.saturating_sub(limit);
    if start == end {
        return Page::default();
    }
    Page { transactions: history[start..end].iter().rev().copied().collect(), before: activity(&history[..start]) }
}

struct Fixture {
    dir: tempfile::TempDir,
    disk: Disk,
    runs: Runs,
    naive: Naive,
    height: u64,
    accounts: Vec<Address>,
    random: Random,
    pace: Pace,
}

impl Fixture {
    fn new(seed: u64, accounts: usize) -> Self {
        Self::on(Disk::real(), seed, accounts)
    }

    fn on(disk: Disk, seed: u64, accounts: usize) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let runs = Runs::new(&disk, dir.path(), Pages::default()).expect("the disk works");
        let mut random = Random::new(seed);
        let accounts = (0..accounts).map(|_| Address::new(hash_bytes(&mut random))).collect();
        Self { dir, disk, runs, naive: Naive::default(), height: 0, accounts, random, pace: Pace::at_once() }
    }

    /// A checkpoint of some blocks, some of them empty.
    fn checkpoint(&mut self, blocks: u64, block_transactions: u64) {
        let layer = self.layer(blocks, block_transactions);
        let list = add(&self.runs, &layer, &self.pace).expect("the disk works");
        self.runs.replace(list).expect("the disk works");
    }

    fn layer(&mut self, blocks: u64, block_transactions: u64) -> Layer {
        let mut layer = Layer::default();
        for _ in 0..blocks {
            self.height += 1 + self.random.below(3);
            for index in 0..self.random.below(block_transactions + 1) as u32 {
                let outcome = match self.random.below(3) {
                    0 => Outcome::Failed { operation: self.random.below(100) as u8, code: Code::WrongChain },
                    _ => Outcome::Applied,
                };
                let id = TransactionId::new(hash_bytes(&mut self.random));
                let placed = Placed { id, height: Height::new(self.height), index, outcome };
                let accounts =
                    (0..=self.random.below(3)).map(|_| any_account(&mut self.random, &self.accounts)).collect();
                layer.add(placed, 0, &self.naive.push(placed, accounts));
            }
        }
        layer
    }

    fn infos(&self) -> FileInfos {
        self.runs.list().infos()
    }

    fn reopen(&mut self) {
        let infos = self.infos();
        self.runs = Runs::new(&self.disk, self.dir.path(), Pages::default()).expect("the disk works");
        self.runs.open(&infos).expect("they were just written");
        self.runs.clean().expect("the disk works");
    }

    fn is_merging(&self) -> bool {
        self.runs.job().as_ref().is_some_and(|job| !job.is_done())
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.path().join("runs")).expect("a directory");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
        files.sort();
        files
    }

    /// Changes a bit of the last file, and starts again.
    fn damage_last(&mut self) {
        let path = self.files().pop().expect("a run");
        let mut bytes = fs::read(&path).expect("just written");
        bytes[50] ^= 1;
        fs::write(&path, bytes).expect("a file");
        self.reopen();
    }

    /// Compares everything that can be asked, in pages of a few.
    fn check(&mut self) {
        for placed in &self.naive.transactions {
            assert_eq!(self.runs.transaction(&placed.id).expect("readable"), Some(*placed));
        }
        for _ in 0..20 {
            let unknown = TransactionId::new(hash_bytes(&mut self.random));
            assert_eq!(self.runs.transaction(&unknown).expect("readable"), None);
        }
        self.accounts.extend([Address::new([0; 20]), Address::new([7; 20]), Address::new([255; 20])]);
        let nothing = Vec::new();
        for account in &self.accounts {
            let expected = self.naive.history.get(account).unwrap_or(&nothing);
            let limit = 1 + self.random.below(30) as usize;
            let (mut found, mut before) = (0, (Height::new(u64::MAX), u32::MAX));
            loop {
                let page = self.runs.history(account, before, limit).expect("readable");
                assert!(page == naive_page(expected, before, limit), "{account:?} in pages of {limit}");
                let Some(last) = page.transactions.last() else { break };
                before = (last.height, last.index);
                found += page.transactions.len();
            }
            assert_eq!(found, expected.len());
            let before = (Height::new(self.random.below(self.height + 2)), self.random.below(10) as u32);
            let page = self.runs.history(account, before, usize::MAX).expect("readable");
            assert!(page == naive_page(expected, before, usize::MAX), "{account:?} before {before:?}");
        }
        self.accounts.truncate(self.accounts.len() - 3);
        for height in [0, self.random.below(self.height + 1), self.height, self.height + 1].map(Height::new) {
            let mut found = Vec::new();
            let mut each = |placed| {
                found.push(placed);
                Ok(())
            };
            let runs = self.runs.list().runs;
            runs.iter().try_for_each(|run| run.each_from(height, &mut each)).expect("readable");
            assert!(found.iter().eq(self.naive.transactions.iter().filter(|placed| placed.height >= height)));
        }
        self.runs.verify().expect("whole");
    }
}

#[test]
fn random_transactions_are_found_as_in_a_naive_map_across_merges_and_starts() {
    for (seed, accounts) in [(1, 3), (2, 40), (3, 400)] {
        let mut fixture = Fixture::new(seed, accounts);
        fixture.check();
        let mut fewer = 0;
        for round in 0..30 {
            let before = fixture.infos().runs.len();
            let blocks = fixture.random.below(6);
            fixture.checkpoint(blocks, 1 + round % 7 * 8);
            fewer += usize::from(fixture.infos().runs.len() < before);
            if round % 5 == 4 {
                fixture.reopen();
                fixture.check();
            }
            assert_eq!(fixture.files().len(), fixture.infos().runs.len(), "files that nobody reads are gone");
        }
        assert!(fewer > 3, "{fewer} merges");
        assert!(fixture.naive.transactions.len() > 500);
    }
}

#[test]
fn transactions_of_many_pages_are_found() {
    let mut fixture = Fixture::new(4, 300);
    for _ in 0..4 {
        fixture.checkpoint(10, 200);
    }
    assert!(fixture.files().iter().any(|file| fs::metadata(file).expect("a file").len() > 20 * 4096));
    fixture.check();
}

#[test]
fn a_checkpoint_without_transactions_makes_no_run() {
    let mut fixture = Fixture::new(5, 3);
    fixture.checkpoint(0, 1);
    fixture.checkpoint(3, 0);
    assert!(fixture.infos().runs.is_empty() && fixture.files().is_empty());
    assert_eq!(fixture.runs.transaction(&TransactionId::new([1; 32])).expect("readable"), None);
}

#[test]
fn a_flipped_bit_anywhere_is_noticed_and_never_gives_a_wrong_answer() {
    let mut fixture = Fixture::new(6, 5);
    fixture.checkpoint(10, 20);
    let infos = fixture.infos();
    let path = fixture.files().pop().expect("a run");
    let whole = fs::read(&path).expect("just written");
    for at in (0..whole.len()).step_by(61) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        fs::write(&path, flipped).expect("a file");
        let runs = Runs::new(&Disk::real(), fixture.dir.path(), Pages::default()).expect("the disk works");
        runs.open(&infos).expect("its length is right");
        assert!(matches!(runs.verify(), Err(StoreError::Index(_))), "flipped at {at}");
        for placed in fixture.naive.transactions.iter().step_by(9) {
            match runs.transaction(&placed.id) {
                Ok(found) => assert_eq!(found, Some(*placed)),
                Err(error) => assert!(matches!(error, StoreError::Index(_)), "{error}"),
            }
        }
        for (account, expected) in &fixture.naive.history {
            match runs.history(account, (Height::new(u64::MAX), 0), 1_000) {
                Ok(found) => assert!(found == naive_page(expected, (Height::new(u64::MAX), 0), 1_000)),
                Err(error) => assert!(matches!(error, StoreError::Index(_)), "{error}"),
            }
        }
    }
}

#[test]
fn a_damaged_run_is_not_merged() {
    let mut fixture = Fixture::new(7, 5);
    fixture.checkpoint(3, 20);
    fixture.damage_last();
    let mut layer = Layer::default();
    for index in 0..1_000_u32 {
        let id = TransactionId::new(hash_bytes(&mut fixture.random));
        let height = Height::new(fixture.height + 1);
        layer.add(Placed { id, height, index, outcome: Outcome::Applied }, 0, &[]);
    }
    assert!(matches!(add(&fixture.runs, &layer, &fixture.pace), Err(StoreError::Index(_))));
}

#[test]
fn what_an_interrupted_checkpoint_has_left_is_deleted_at_the_next_start_and_is_in_nobodys_way() {
    let mut fixture = Fixture::new(8, 5);
    fixture.checkpoint(3, 20);
    let infos = fixture.infos();
    let next = Height::new(fixture.height + 1);
    let left = RunInfo { first: next, last: next, ..infos.runs[0] };
    let left = fixture.dir.path().join("runs").join(left.file_name());
    fs::write(&left, b"half a run").expect("a file");
    let mut layer = Layer::default();
    let placed = Placed { id: TransactionId::new([1; 32]), height: next, index: 0, outcome: Outcome::Applied };
    layer.add(placed, 0, &[]);
    let list = add(&fixture.runs, &layer, &fixture.pace).expect("the disk works");
    assert_eq!(fixture.infos(), infos, "nobody sees it yet");
    assert_eq!(list.runs.last().expect("runs").transaction(&placed.id).expect("readable"), Some(placed));
    fixture.reopen();
    assert!(!left.exists());
    fixture.check();
}

/// The stream of a run as its format says it, out of what it must hold.
fn naive_stream(naive: &Naive) -> Vec<u8> {
    let first = naive.transactions[0].height.get();
    let number_of = |placed: &Placed| naive.transactions.iter().position(|one| one.id == placed.id).expect("known");
    let mut stream = Vec::new();
    for placed in &naive.transactions {
        let (code, operation) = match placed.outcome {
            Outcome::Applied => (0, 0),
            Outcome::Failed { operation, code } => (code.number(), operation),
        };
        stream.extend(placed.id.as_bytes());
        stream.extend(((placed.height.get() - first) as u32).to_le_bytes());
        stream.extend((placed.index as u16).to_le_bytes());
        stream.extend(code.to_le_bytes());
        stream.push(operation);
    }
    let by_id: BTreeMap<TransactionId, &Placed> = naive.transactions.iter().map(|placed| (placed.id, placed)).collect();
    for (id, placed) in by_id {
        stream.extend(&id.as_bytes()[..6]);
        stream.extend((number_of(placed) as u32).to_le_bytes());
    }
    let mut end = 0_u32;
    for (account, history) in &naive.history {
        end += history.len() as u32;
        stream.extend(account.as_bytes());
        stream.extend(end.to_le_bytes());
    }
    for placed in naive.history.values().flatten() {
        stream.extend((number_of(placed) as u32).to_le_bytes());
    }
    // No account was there before the run, so its first posting has no mark.
    let mut posting = 0_u32;
    for history in naive.history.values() {
        for at in (0..history.len()).filter(|at| *at > 0 && at % HISTORY_MARK_STEP as usize == 0) {
            let before = activity(&history[..at]);
            stream.extend((posting + at as u32).to_le_bytes());
            stream.extend(before.count.to_le_bytes());
            stream.extend(before.digest.as_bytes());
        }
        posting += history.len() as u32;
    }
    stream
}

#[test]
fn the_bytes_of_a_run_are_those_of_its_format() {
    for (seed, accounts) in [(9, 3), (10, 40), (11, 400)] {
        let mut fixture = Fixture::new(seed, accounts);
        fixture.checkpoint(12, 60);
        let bytes = fs::read(fixture.files().pop().expect("a run")).expect("just written");
        let mut stream: Vec<u8> =
            bytes.chunks(pages::PAGE_BYTES).flat_map(|page| &page[..pages::CONTENT_BYTES]).copied().collect();
        let expected = naive_stream(&fixture.naive);
        assert!(stream.len() > 3 * pages::CONTENT_BYTES && stream.len() >= expected.len());
        let padding = stream.split_off(expected.len());
        assert!(padding.len() < pages::CONTENT_BYTES && padding.iter().all(|byte| *byte == 0));
        assert!(stream == expected);
    }
}
