use super::*;
use crate::tree::hash_key;

fn tree(entries: impl IntoIterator<Item = u32>) -> StateTree {
    StateTree::from_entries(entries.into_iter().map(|n| (n.to_le_bytes(), n.to_be_bytes())))
}

fn pages(tree: &StateTree) -> Vec<PageAt> {
    let mut pages = Vec::new();
    tree.pages(|at, _| pages.push(at));
    pages
}

#[test]
fn a_version_comes_back_from_its_pages() {
    for entries in [0, 1, 16, 17, 1_000, 20_000] {
        let whole = tree(0..entries);
        let back = StateTree::of_pages(pages(&whole)).expect("the pages of a tree");
        assert_eq!((back.root(), back.len()), (whole.root(), whole.len()), "{entries}");
        assert_eq!(pages(&back), pages(&whole), "{entries}");
    }
}

#[test]
fn the_halves_of_a_version_can_be_made_apart() {
    let whole = tree(0..5_000);
    let (left, right): (Vec<_>, Vec<_>) = pages(&whole).into_iter().partition(|at| at.path[0] < 0x80);
    let half = |is_right, pages: &[PageAt]| Half::of_pages(is_right, pages.iter().copied()).expect("one half");
    let back = StateTree::of_halves(half(false, &left), half(true, &right)).expect("two halves");
    assert_eq!(back.root(), whole.root());
    assert!(Half::of_pages(false, right.clone()).is_err());
    let none = || Half::of_pages(false, []).expect("nothing");
    assert!(StateTree::of_halves(none(), none()).is_err(), "that would be one page");
}

#[test]
fn pages_that_are_those_of_no_tree_are_refused() {
    let good = pages(&tree(0..1_000));
    let refused = |pages: Vec<PageAt>| StateTree::of_pages(pages).is_err();
    let with = |change: &dyn Fn(&mut Vec<PageAt>)| {
        let mut pages = good.clone();
        change(&mut pages);
        pages
    };
    assert!(refused(with(&|pages| pages.swap(0, 1))));
    assert!(refused(with(&|pages| pages.insert(1, pages[0]))));
    assert!(refused(with(&|pages| pages[3].entries = 17)));
    assert!(refused(with(&|pages| pages[3].depth = 257)));
    assert!(refused(with(&|pages| pages[3].depth = 0)));
    // Two pages of so few entries would be one.
    assert!(refused(with(&|pages| pages.iter_mut().for_each(|page| page.entries = 1))));
}

#[test]
fn changed_pages_are_those_that_the_older_version_has_not() {
    let (older, newer) = (tree(0..2_000), tree(0..2_010));
    let before: Vec<_> = pages(&older).into_iter().map(|at| at.hash).collect();
    let mut changed = Vec::new();
    StateTree::changed_pages(&older, &newer, |at, page| {
        assert!(page.is_some());
        changed.push(at);
    });
    let expected: Vec<_> = pages(&newer).into_iter().filter(|at| !before.contains(&at.hash)).collect();
    assert_eq!(changed, expected);
    StateTree::changed_pages(&newer, &newer.clone(), |_, _| panic!("nothing has changed"));
}

#[test]
fn a_part_without_entries_is_told_when_its_last_one_goes_and_comes_back_as_none() {
    let whole = tree(0..400);
    // A page beside a branch, which stays one.
    let all = pages(&whole);
    let is_left = |at: &PageAt| at.path[0] & (0x80 >> (at.depth - 1)) == 0;
    let alone = all.windows(2).find(|pair| is_left(&pair[0]) && pair[1].depth > pair[0].depth).expect("one")[0];
    let of_alone = |n: &u32| Place { path: alone.path, depth: alone.depth.into() }.has(&place_of(*n));
    let newer = tree((0..400).filter(|n| !of_alone(n)));
    let mut changed = Vec::new();
    StateTree::changed_pages(&whole, &newer, |at, page| changed.push((at, page.map(|page| page.size()))));
    let [(empty, Some(_))] = changed[..] else { panic!("{changed:?}") };
    assert_eq!((empty.path, empty.depth, empty.entries), (alone.path, alone.depth, 0));
    let back = StateTree::of_pages(pages(&newer)).expect("the pages of a tree");
    assert_eq!((back.root(), pages(&back)), (newer.root(), pages(&newer)));
}

/// The place of the key hash of a number.
fn place_of(number: u32) -> PageAt {
    PageAt { path: hash_key(&number.to_le_bytes()), depth: 256, hash: [0; 32], entries: 1 }
}
