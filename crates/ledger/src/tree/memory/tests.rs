use super::*;
use crate::tree::node::Entry;
use crate::tree::{Missing, PageInMemory};

fn tree(entries: u32) -> StateTree {
    StateTree::from_entries((0..entries).map(|n| (n.to_le_bytes(), n.to_be_bytes())))
}

/// The stored pages of a version, by their hashes.
fn stored(tree: &StateTree) -> Vec<([u8; 32], Vec<u8>)> {
    let mut stored = Vec::new();
    tree.pages(|at, page: Option<PageInMemory<'_>>| {
        let mut bytes = Vec::new();
        page.expect("all are in memory").encode(&mut bytes);
        stored.push((at.hash, bytes));
    });
    stored
}

/// The page that is missing, out of what is stored.
fn load(stored: &[([u8; 32], Vec<u8>)], missing: &Missing) -> LoadedPage {
    let [page] = missing.pages() else { panic!("{missing:?}, and not one page") };
    let (hash, bytes) = stored.iter().find(|(hash, _)| hash == page).expect("one of its pages");
    LoadedPage::decode(hash, bytes).expect("as it was stored")
}

/// The ways to the pages of a version whose first byte `is_meant`.
fn paths(tree: &StateTree, is_meant: impl Fn(u8) -> bool) -> Vec<PagePath> {
    let mut paths = Vec::new();
    tree.pages(|at, _| paths.extend(is_meant(at.path[0]).then(|| PagePath::of(&at.path))));
    paths
}

fn without_any(tree: &StateTree) -> StateTree {
    tree.without_pages(&paths(tree, |_| true), |_, _| true)
}

#[test]
fn a_version_is_the_same_whichever_of_its_pages_are_in_memory() {
    let whole = tree(20_000);
    let stored = stored(&whole);
    let bare = without_any(&whole);
    assert_eq!((bare.root(), bare.len()), (whole.root(), whole.len()));
    let key = 7_u32.to_le_bytes();
    let Err(missing) = bare.get(&key) else { panic!("no page is in memory") };
    let loaded = load(&stored, &missing);
    let with_one = bare.with_pages(std::slice::from_ref(&loaded));
    assert_eq!(with_one.get(&key), Ok(Some(&7_u32.to_be_bytes()[..])));
    assert_eq!(with_one.root(), whole.root());
    assert_eq!(bare.get(&key), Err(missing), "the version before is as it was");
    let all: Vec<LoadedPage> =
        stored.iter().map(|(hash, bytes)| LoadedPage::decode(hash, bytes).expect("as it was stored")).collect();
    let again = bare.with_pages(&all);
    assert!(again.iter().eq(whole.iter()));
}

#[test]
fn pages_of_other_versions_change_nothing() {
    let (one, other) = (tree(20_000), tree(20_001));
    let loaded: Vec<LoadedPage> =
        stored(&other).iter().map(|(hash, bytes)| LoadedPage::decode(hash, bytes).expect("as it was stored")).collect();
    let bare = without_any(&one);
    let with = bare.with_pages(&loaded);
    let mut absent = 0;
    with.pages(|_, page| absent += usize::from(page.is_none()));
    assert!((1..5).contains(&absent), "only what the new entry has changed is missing: {absent}");
    assert_eq!(with.root(), one.root());
}

#[test]
fn only_the_pages_at_the_ends_of_the_paths_are_given_up() {
    let whole = tree(20_000);
    let some = paths(&whole, |first| first % 3 == 0);
    let without = whole.without_pages(&some, |_, _| true);
    without.pages(|at, page| assert_eq!(page.is_none(), at.path[0] % 3 == 0, "{at:?}"));
    let mut asked = 0;
    let kept = whole.without_pages(&some, |_, _| {
        asked += 1;
        false
    });
    assert!(kept.top.is_same(&whole.top), "nothing was made anew");
    assert_eq!(asked, some.len(), "each is asked about once");
    // Several ways lead to the one page of a small tree, and to what is not in memory any more.
    assert_eq!(without.without_pages(&some, |_, _| panic!("it is gone already")).root(), whole.root());
    for small in [1, 16, 17, 100] {
        let small = tree(small);
        let bare = small.without_pages(&some, |_, _| true).without_pages(&paths(&whole, |_| true), |_, _| true);
        bare.pages(|at, page| assert!(page.is_none(), "{at:?}"));
    }
}

#[test]
fn a_page_that_lies_too_deep_for_its_way_stays_in_memory() {
    let hashes: Vec<Hash> =
        (0..40).map(|number| std::array::from_fn(|byte| if byte == 31 { number } else { 7 })).collect();
    let entries: Vec<Entry<'_>> =
        hashes.iter().map(|key_hash| Entry { key_hash, hash: key_hash, key: &[], value: &[] }).collect();
    let deep = StateTree { top: Node::build(&entries, 0) };
    let same = deep.without_pages(&paths(&deep, |_| true), |_, _| true);
    same.pages(|at, page| assert!(page.is_some() || at.entries == 0));
}

#[test]
fn a_change_wants_the_pages_that_it_changes_and_no_others() {
    let whole = tree(20_000);
    let bare = without_any(&whole);
    let changes = [(Box::from(3_u32.to_le_bytes()), Some(Box::from(*b"other")))].into();
    let mut known = bare.clone();
    let stored = stored(&whole);
    let mut asked = 0;
    let changed = loop {
        match known.apply(&changes) {
            Ok(changed) => break changed,
            Err(missing) => {
                known = known.with_pages(&[load(&stored, &missing)]);
                asked += 1;
            }
        }
    };
    assert_eq!(asked, 1);
    assert_eq!(changed.root(), whole.apply(&changes).expect("in memory").root());
}

#[test]
fn a_version_that_is_like_a_later_one_shares_with_it_what_has_not_changed() {
    let older = tree(20_000);
    let changes = [(Box::from(3_u32.to_le_bytes()), Some(Box::from(*b"other")))].into();
    let newer = older.apply(&changes).expect("all in memory");
    let newer = newer.without_pages(&paths(&newer, |first| first == 37), |_, _| true);
    let like = older.like(&newer);
    assert_eq!(like.root(), older.root());
    like.pages(|at, page| assert_eq!(page.is_none(), at.path[0] == 37));
    let (mut shared, mut all) = (0, 0);
    StateTree::changed_pages(&newer, &like, |_, _| shared += 1);
    like.pages(|_, _| all += 1);
    assert!(shared == 1 && all > 1_000);
    assert!(newer.like(&newer).top.is_same(&newer.top));
}
