use super::*;
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

fn without_any(tree: &StateTree) -> StateTree {
    Part::all().fold(tree.clone(), |tree, part| tree.without_pages(part, |_, _| true))
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
fn only_the_pages_of_a_part_are_given_up() {
    let whole = tree(20_000);
    let part = Part::all().nth(37).expect("one of 256");
    let without = whole.without_pages(part, |_, _| true);
    without.pages(|at, page| assert_eq!(page.is_none(), at.path[0] == 37, "{at:?}"));
    let kept = whole.without_pages(part, |_, _| false);
    assert!(kept.top.is_same(&whole.top), "nothing was made anew");
    for small in [1, 16, 17, 100] {
        without_any(&tree(small)).pages(|at, page| assert!(page.is_none(), "{at:?}"));
    }
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
    let part = Part::all().nth(37).expect("one of 256");
    let newer = newer.without_pages(part, |_, _| true);
    let like = older.like(&newer);
    assert_eq!(like.root(), older.root());
    let Part(number) = part;
    like.pages(|at, page| assert_eq!(page.is_none(), at.path[0] == number));
    let (mut shared, mut all) = (0, 0);
    StateTree::changed_pages(&newer, &like, |_, _| shared += 1);
    like.pages(|_, _| all += 1);
    assert!(shared == 1 && all > 1_000);
    assert!(newer.like(&newer).top.is_same(&newer.top));
}
