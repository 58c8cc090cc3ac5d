use lojal_random::Random;

use super::*;
use crate::disk::{Faults, SimulatedDisk};

/// A file of pages of a tree, and what knows them.
struct Fixture {
    dir: tempfile::TempDir,
    disk: Disk,
    pages: Pages,
    tree: StateTree,
    /// The hashes of its pages.
    hashes: Vec<[u8; 32]>,
}

/// No pages yet, of which so many bytes may be in memory.
fn with_room(dir: &Path, bytes: u64) -> Pages {
    Pages::with_table(Table::new(), Some(trust_in(dir)), bytes)
}

fn trust_in(dir: &Path) -> Arc<Trust> {
    Arc::new(Trust::in_directory(&Disk::real(), dir))
}

/// A key of the main tree.
fn key(number: u32) -> Vec<u8> {
    [&[200][..], &number.to_le_bytes()].concat()
}

impl Fixture {
    fn new(disk: Disk, entries: u32, table: Table) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let tree = StateTree::from_entries((0..entries).map(|n| (key(n), vec![n as u8; n as usize % 50])));
        let pages = Pages::with_table(table, Some(trust_in(dir.path())), 0);
        let mut fixture = Self { dir, disk, pages, tree, hashes: Vec::new() };
        fixture.write("first", false);
        fixture
    }

    /// Writes all pages into another file; returns its number.
    fn write(&mut self, name: &str, is_known: bool) -> u16 {
        let (mut content, mut places) = (Vec::new(), Vec::new());
        self.tree.pages(|page, in_memory| {
            let (offset, mut bytes) = (content.len() as u64, Vec::new());
            in_memory.expect("in memory").encode(&mut bytes);
            content.extend((bytes.len() as u32).to_le_bytes());
            content.extend(&bytes);
            content.resize(content.len().next_multiple_of(UNIT_BYTES as usize), 0);
            places.push((page.hash, offset, bytes.len() as u32));
        });
        let path = self.dir.path().join(name);
        std::fs::write(&path, &content).expect("writable");
        let file = self.pages.open(&self.disk, &path, content.len() as u64).expect("readable");
        for (hash, offset, length) in &places {
            let place = Place::new(file, *offset, *length).expect("it fits");
            self.pages.put(hash, &place, is_known).expect("the disk works");
        }
        self.hashes = places.into_iter().map(|(hash, ..)| hash).collect();
        file
    }

    fn without_any(&self) -> StateTree {
        let mut paths = Vec::new();
        self.tree.pages(|at, _| paths.push(PagePath::of(&at.path)));
        self.tree.without_pages(&paths, |_, _| true)
    }

    fn assert_loads(&self) {
        for at_once in [1, 7, 200] {
            for some in self.hashes.chunks(at_once) {
                let twice = [some, &some[..1]].concat();
                let loaded: Vec<[u8; 32]> =
                    self.pages.load(&twice).expect("readable").iter().map(|page| *page.hash()).collect();
                assert!(loaded.len() == some.len() && some.iter().all(|hash| loaded.contains(hash)));
            }
        }
        let all = self.pages.load(&self.hashes).expect("readable");
        assert!(self.without_any().with_pages(&all).iter().eq(self.tree.iter()));
    }
}

#[test]
fn pages_are_loaded_one_by_one_and_many_at_once() {
    for disk in [Disk::real(), SimulatedDisk::new().disk()] {
        let fixture = Fixture::new(disk, 20_000, Table::new());
        fixture.assert_loads();
        let (pages, counts) = (fixture.hashes.len() as u64, fixture.pages.counts());
        assert_eq!((counts.stored_pages, counts.loads), (pages, 4 * pages));
        assert!(counts.loaded_bytes > counts.loads * 300 && counts.memory_bytes > counts.loaded_bytes / 4);
        assert!(fixture.pages.load(&[]).expect("nothing").is_empty());
    }
}

#[test]
fn a_page_that_no_file_has_is_gone_and_none_is_taken_for_one_that_it_meets() {
    for key_bits in [10, 75] {
        let mut fixture = Fixture::new(Disk::real(), 20_000, Table::with_keys_of(key_bits));
        fixture.assert_loads();
        let mut random = Random::new(1);
        for _ in 0..100 {
            let other: [u8; 32] = std::array::from_fn(|_| random.byte());
            assert!(matches!(fixture.pages.load(&[other]), Err(StoreError::PageGone)));
        }
        assert!(!fixture.dir.path().join("index.wrong").exists());
        // Written again elsewhere, each still has one place; and then all leave.
        let second = fixture.write("second", true);
        std::fs::remove_file(fixture.dir.path().join("first")).expect("a file");
        fixture.assert_loads();
        let gone = fixture.hashes.split_off(fixture.hashes.len() / 2);
        gone.iter().for_each(|hash| fixture.pages.leave(hash, None).expect("readable"));
        fixture.hashes.iter().for_each(|hash| fixture.pages.leave(hash, Some(second)).expect("readable"));
        for _ in 0..2 {
            fixture.pages.end_checkpoint();
            fixture.pages.load(&gone).expect("still there");
        }
        fixture.pages.end_checkpoint();
        gone.iter().for_each(|hash| assert!(matches!(fixture.pages.load(&[*hash]), Err(StoreError::PageGone))));
        assert_eq!(fixture.pages.load(&fixture.hashes).expect("readable").len(), fixture.hashes.len());
        assert_eq!(fixture.pages.counts().stored_pages, fixture.hashes.len() as u64);
    }
}

#[test]
fn a_file_that_is_deleted_can_be_read_by_who_has_it_open_and_is_closed_when_nobody_needs_it() {
    let fixture = Fixture::new(Disk::real(), 2_000, Table::new());
    std::fs::remove_file(fixture.dir.path().join("first")).expect("a file");
    fixture.assert_loads();
    fixture.hashes.iter().for_each(|hash| fixture.pages.leave(hash, None).expect("readable"));
    for checkpoints in 0..3 {
        assert!(fixture.pages.files().get(1).is_some(), "after {checkpoints} checkpoints");
        fixture.pages.end_checkpoint();
    }
    assert!(fixture.pages.files().get(1).is_none());
}

#[test]
fn damage_is_told_with_its_place_and_a_disk_that_refuses_is_no_damage() {
    let fixture = Fixture::new(Disk::real(), 200, Table::new());
    let path = fixture.dir.path().join("first");
    let whole = std::fs::read(&path).expect("a file");
    for at in (0..whole.len()).step_by(13) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        std::fs::write(&path, flipped).expect("a file");
        let faults: Vec<StoreError> =
            fixture.hashes.iter().filter_map(|hash| fixture.pages.load(&[*hash]).err()).collect();
        match &faults[..] {
            // What fills the place up to the next page.
            [] => {}
            [StoreError::PageDamaged { path: damaged, offset }] => {
                assert!(damaged == &path && *offset <= at as u64 && at as u64 - offset < 2_000);
                assert!(fixture.dir.path().join("index.wrong").exists());
            }
            faults => panic!("{faults:?}"),
        }
    }
    std::fs::write(&path, &whole[..whole.len() - 20]).expect("a file");
    let last = fixture.hashes.last().expect("pages");
    assert!(matches!(fixture.pages.load(&[*last]), Err(StoreError::PageDamaged { .. })));

    let disk = SimulatedDisk::new();
    let fixture = Fixture::new(disk.disk(), 200, Table::new());
    disk.set_faults(Faults { read_fails_after: Some(3), ..Faults::default() });
    assert!(matches!(fixture.pages.load(&fixture.hashes), Err(StoreError::Io { .. })));
    fixture.assert_loads();
    assert!(!fixture.dir.path().join("index.wrong").exists());
}

fn resident(tree: &StateTree) -> usize {
    let mut resident = 0;
    tree.pages(|_, page| resident += usize::from(page.is_some()));
    resident
}

impl Fixture {
    /// The pages of a version that are given up in one turn.
    fn turn(&self, tree: &StateTree) -> StateTree {
        let mut after = tree.clone();
        self.pages.turn_of(|give_up| after = give_up(None, tree));
        after
    }

    /// Says that all pages of a version have been written.
    fn written_all(&self, tree: &StateTree) {
        tree.pages(|at, page| {
            page.inspect(|page| self.pages.written(None, &at.path, &at.hash, page.size()));
        });
    }
}

#[test]
fn what_lies_in_a_file_is_given_up_and_what_is_in_none_stays() {
    let fixture = Fixture::new(Disk::real(), 20_000, Table::new());
    let all = fixture.hashes.len();
    assert_eq!(resident(&fixture.turn(&fixture.tree)), all, "nobody has said that they are there");
    fixture.written_all(&fixture.tree);
    let changes = (0..3_u32).map(|number| (Box::from(key(number)), Some(Box::from(*b"new")))).collect();
    let changed = fixture.tree.apply(&changes).expect("in memory");
    let bare = fixture.turn(&changed);
    assert_eq!((bare.root(), resident(&bare)), (changed.root(), 3), "only what is in no file");
    assert_eq!((fixture.pages.counts().memory_pages, fixture.pages.counts().given_up), (0, all as u64 - 3));
    let some = &fixture.hashes[100..200];
    let with = bare.with_pages(&fixture.pages.load(some).expect("readable"));
    assert_eq!((resident(&with), fixture.pages.counts().memory_pages), (103, 100));
    assert_eq!(fixture.pages.read(some).expect("readable").len(), 100);
    assert_eq!(fixture.pages.counts().memory_pages, 100, "a reader keeps none");
    assert_eq!(resident(&fixture.turn(&with)), 3);
    fixture.written_all(&fixture.tree);
    fixture.hashes.iter().for_each(|hash| fixture.pages.leave(hash, None).expect("readable"));
    assert_eq!(resident(&fixture.turn(&fixture.tree)), all, "what leaves the files stays in memory");
    assert_eq!(fixture.pages.counts().memory_pages, all as u64, "and is still counted");
}

#[test]
fn nothing_is_given_up_while_there_is_room_and_then_what_came_first() {
    let mut fixture = Fixture::new(Disk::real(), 2_000, Table::new());
    fixture.pages = with_room(fixture.dir.path(), u64::MAX);
    fixture.write("again", false);
    fixture.written_all(&fixture.tree);
    assert_eq!(resident(&fixture.turn(&fixture.tree)), fixture.hashes.len());
    let bytes = fixture.pages.counts().memory_bytes;
    fixture.pages = with_room(fixture.dir.path(), bytes / 2);
    fixture.write("once more", false);
    fixture.written_all(&fixture.tree);
    let left = fixture.turn(&fixture.tree);
    let mut is_given_up = Vec::new();
    left.pages(|_, page| is_given_up.push(page.is_none()));
    assert!(is_given_up.is_sorted_by(|one, next| one >= next), "the first ones are gone");
    assert!((fixture.hashes.len() / 3..fixture.hashes.len() * 2 / 3).contains(&resident(&left)));
    assert!(fixture.pages.counts().memory_bytes <= bytes / 2);
}
