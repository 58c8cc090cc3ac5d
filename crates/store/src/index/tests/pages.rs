//! Random lives of a state whose pages come and go, beside one that is wholly in memory.

use lojal_ledger::Tip;
use lojal_ledger::shelves::ShelvesError;
use lojal_random::Random;

use super::*;
use crate::disk::SimulatedDisk;

/// A state that is written, read, and given up.
struct Life {
    dir: tempfile::TempDir,
    disk: Disk,
    index: Option<Index>,
    base: Base,
    /// The same twice, wholly in memory and with what there is of it.
    whole: BTreeMap<Option<Month>, StateTree>,
    known: BTreeMap<Option<Month>, StateTree>,
    /// Versions before, likewise.
    older: Vec<(Option<Month>, StateTree, StateTree)>,
    height: Height,
    random: Random,
}

/// One of the keys of a tree, which are of a kind that nothing else has.
fn key(shelf: Option<Month>, number: u64) -> Vec<u8> {
    match shelf {
        Some(month) => [&[95][..], &month.get().to_le_bytes(), &number.to_le_bytes()].concat(),
        None => [&[200][..], &number.to_le_bytes()].concat(),
    }
}

impl Life {
    fn new(disk: Disk, seed: u64) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let index = Some(Index::create(&disk, dir.path(), 60_000).expect("new"));
        let main = start().view().tree().clone();
        let known = BTreeMap::from([(None, main)]);
        let (base, height, random) = (Base::empty(), Height::GENESIS, Random::new(seed));
        Self { dir, disk, index, base, whole: known.clone(), known, older: Vec::new(), height, random }
    }

    fn pages(&self) -> Pages {
        self.index.as_ref().expect("open").pages().clone()
    }

    fn any_tree(&mut self) -> Option<Month> {
        let which = self.random.index(self.whole.len());
        *self.whole.keys().nth(which).expect("one of them")
    }

    /// Changes some of few keys of a tree, now and then back to what they were.
    fn change(&mut self) {
        let shelf = self.any_tree();
        let keys = [40, 900, 30_000][self.random.index(3)];
        let changes = (0..self.random.below(200)).map(|_| {
            let key = key(shelf, self.random.below(keys));
            let len = self.random.below(4) * 20;
            let value = (self.random.below(5) > 0).then(|| vec![self.random.below(2) as u8; len as usize].into());
            (key.into_boxed_slice(), value)
        });
        let changes = changes.collect();
        let whole = self.whole[&shelf].apply(&changes).expect("in memory");
        let mut known = self.known[&shelf].clone();
        let changed = self.pages().ask(&mut known, |tree| tree.apply(&changes)).expect("readable");
        assert_eq!(changed.root(), whole.root());
        self.whole.insert(shelf, whole);
        self.known.insert(shelf, changed);
    }

    /// Gives pages up as the writer of blocks does.
    fn give_up(&mut self) {
        self.pages().turn_of(|give_up| {
            for (shelf, tree) in &mut self.known {
                *tree = give_up(*shelf, tree);
                assert_eq!(tree.root(), self.whole[shelf].root());
            }
        });
    }

    /// Reads entries that there are and that there aren't.
    fn read(&mut self) {
        let shelf = self.any_tree();
        let (mut known, pages) = (self.known[&shelf].clone(), self.pages());
        for _ in 0..20 {
            let key = key(shelf, self.random.below(1_000));
            let found = pages.ask(&mut known, |tree| Ok(tree.get(&key)?.map(<[u8]>::to_vec))).expect("readable");
            assert_eq!(found.as_deref(), self.whole[&shelf].get(&key).expect("in memory"));
        }
        if self.random.coin() {
            self.known.insert(shelf, known);
        }
    }

    /// Reads all of an older version, unless that isn't there any more.
    fn read_older(&mut self) {
        let Some(at) = self.older.len().checked_sub(1) else { return };
        let (_, known, whole) = &self.older[self.random.index(at + 1)];
        let (mut known, pages) = (known.clone(), self.pages());
        loop {
            let lacking = known.iter().find_map(Result::err);
            match lacking.map(|missing| pages.load(missing.pages())) {
                None => return assert!(known.iter().eq(whole.iter())),
                Some(Ok(loaded)) => known = known.with_pages(&loaded),
                Some(Err(StoreError::PageGone)) => return,
                Some(Err(error)) => panic!("{error}"),
            }
        }
    }

    /// Begins a shelf, or drops one.
    fn begin_or_drop(&mut self) {
        let month = Month::new(start().view().tip().time_ms.month().get() - self.random.below(3) as u16);
        if self.whole.remove(&Some(month)).is_some() {
            self.known.remove(&Some(month));
            self.older.retain(|(shelf, ..)| *shelf != Some(month));
            self.record(month, None);
        } else {
            self.whole.insert(Some(month), StateTree::new());
            self.known.insert(Some(month), StateTree::new());
        }
    }

    /// Has the main tree say what a shelf is.
    fn record(&mut self, month: Month, record: Option<Vec<u8>>) {
        let changes =
            [(ShelfKey(month).encode().into_vec().into_boxed_slice(), record.map(Vec::into_boxed_slice))].into();
        let mut known = self.known[&None].clone();
        let known = self.pages().ask(&mut known, |tree| tree.apply(&changes)).expect("readable");
        self.known.insert(None, known);
        let whole = self.whole[&None].apply(&changes).expect("in memory");
        self.whole.insert(None, whole);
    }

    /// The state with these trees.
    fn view(&mut self) -> View {
        let shelves: BTreeMap<Month, StateTree> =
            self.known.iter().filter_map(|(shelf, tree)| Some(((*shelf)?, tree.clone()))).collect();
        let tip = Tip { height: self.height, ..start().view().tip() };
        for (month, tree) in &shelves {
            let (root, count, drop_ms) = (Hash::new(tree.root()), tree.len(), tip.time_ms.plus_ms(1));
            self.record(*month, Some(borsh::to_vec(&Shelf { root, count, drop_ms }).expect("in memory")));
        }
        let (pages, mut main) = (self.pages(), self.known[&None].clone());
        let shelves = pages.ask(&mut main, |tree| match Shelves::restore(tree, tip.time_ms, shelves.clone()) {
            Err(ShelvesError::Missing(missing)) => Err(missing),
            restored => Ok(restored.expect("the main tree says so")),
        });
        let shelves = shelves.expect("readable");
        let state = pages.ask(&mut main, |tree| {
            State::restore(&genesis("a network"), tip, (tree.clone(), shelves.clone()), RecentIds::default())
        });
        state.expect("readable").view().clone()
    }

    /// Writes a checkpoint, which shares its memory with what comes after it.
    fn checkpoint(&mut self) {
        self.write();
        if self.random.coin() {
            self.change();
            let view = self.view();
            self.base.share(&view);
        }
    }

    fn write(&mut self) {
        self.height = self.height.next();
        let place = BlockPlace { segment: 1, block_offset: 1, commit_offset: 2, end_offset: 53 };
        let mut layer = Layer::default();
        layer.blocks.insert(self.height, (BlockId::new([1; 32]), place));
        let (view, position) = (self.view(), Position { segment: 1, offset: 53 });
        let snapshot = Snapshot {
            layer: Arc::new(layer),
            view: view.clone(),
            before: view,
            position,
            waiting: None,
            set_changes: 0,
        };
        let index = self.index.as_ref().expect("open");
        let base = std::mem::replace(&mut self.base, Base::empty());
        self.base = index.write(base, &snapshot, &Pace::at_once()).expect("the disk works");
        self.older.extend(self.known.iter().map(|(shelf, tree)| (*shelf, tree.clone(), self.whole[shelf].clone())));
        self.older.drain(..self.older.len().saturating_sub(8));
    }

    /// Ends, and starts again at the last checkpoint, with nothing in memory.
    fn restart(&mut self) {
        self.write();
        self.index = None;
        self.older.clear();
        let index = Index::open(&self.disk, self.dir.path(), 60_000).expect("an index");
        let meta = index.last_checkpoint().expect("readable").expect("a checkpoint");
        index.open_files(&meta).expect("whole");
        let (main, shelves) = index.runs.trees(index.pages(), true).expect("readable");
        index.settle().expect("the disk works");
        self.base = Base { tree: main.clone(), shelves: shelves.clone(), digest: meta.digest, ..Base::empty() };
        let trees = shelves.into_iter().map(|(month, tree)| (Some(month), tree)).chain([(None, main)]);
        // A shelf on which there is nothing has no file.
        let mut known: BTreeMap<Option<Month>, StateTree> = trees.collect();
        self.whole.keys().for_each(|shelf| _ = known.entry(*shelf).or_default());
        self.known = known;
        self.index = Some(index);
        assert!(self.whole.keys().eq(self.known.keys()));
        for (shelf, tree) in &self.known {
            assert_eq!((tree.root(), tree.len()), (self.whole[shelf].root(), self.whole[shelf].len()), "{shelf:?}");
        }
    }

    /// Reads everything.
    fn check(&self) {
        for (shelf, known) in &self.known {
            let pages = self.pages();
            assert!(whole(known.clone(), &pages).iter().eq(self.whole[shelf].iter()), "{shelf:?}");
        }
    }
}

fn start() -> State {
    State::genesis(&genesis("a network"))
}

#[test]
fn a_state_whose_pages_come_and_go_is_always_the_one_that_is_wholly_in_memory() {
    for seed in 0..6 {
        let disk = if seed % 2 == 0 { Disk::real() } else { SimulatedDisk::new().disk() };
        let mut life = Life::new(disk, seed);
        for _ in 0..150 {
            match life.random.below(12) {
                0..=3 => life.change(),
                4..=5 => life.give_up(),
                6..=7 => life.read(),
                8..=9 => life.checkpoint(),
                10 => life.read_older(),
                _ if life.random.below(3) == 0 => life.begin_or_drop(),
                _ if life.random.below(3) == 0 => life.restart(),
                _ => {}
            }
        }
        life.check();
        life.restart();
        life.check();
        let counts = life.pages().counts();
        assert!(life.height.get() > 12 && counts.loads > 0, "{}, {counts:?}", life.height);
    }
}

#[test]
fn pages_are_given_up_and_loaded_in_such_lives() {
    let mut life = Life::new(Disk::real(), 77);
    for _ in 0..30 {
        (0..3).for_each(|_| life.change());
        life.checkpoint();
        (0..3).for_each(|_| life.give_up());
        life.read();
    }
    let counts = life.pages().counts();
    assert!(counts.given_up > 1_000 && counts.loads > 100, "{counts:?}");
    assert!(counts.memory_bytes < 1_000_000, "{counts:?}");
    life.check();
}
