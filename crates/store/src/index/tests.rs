use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_ledger::State;
use lojal_ledger::recent::RecentIds;

use super::*;
use crate::limits::INDEX_VALUE_BYTES_MAX;
use crate::tail::Layer;
use crate::testing::{genesis, open_small, options};

/// Entries of a state that no ledger would make, next to those that every state has.
fn view(sizes: &[(u8, Option<usize>)], older: &StateTree) -> lojal_ledger::View {
    let genesis = genesis("a network");
    let changes: BTreeMap<Box<[u8]>, Option<Box<[u8]>>> = sizes
        .iter()
        .map(|(key, size)| {
            let value = size.map(|size| (0..size).map(|at| (at % 251) as u8).collect());
            (vec![200, *key].into_boxed_slice(), value)
        })
        .collect();
    let tip = State::genesis(&genesis).view().tip();
    State::restore(&genesis, tip, older.apply(&changes), RecentIds::default()).view().clone()
}

#[test]
fn values_of_any_size_are_kept_in_parts_and_come_back_after_every_change() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let index = Index::create(&Disk::real(), dir.path()).expect("new");
    let mut base = Base { tree: StateTree::new(), digest: Digest::default() };
    let start = State::genesis(&genesis("a network"));
    let mut tree = start.view().tree().clone();
    let max = INDEX_VALUE_BYTES_MAX;
    let rounds: [&[(u8, Option<usize>)]; 4] = [
        &[(0, Some(0)), (1, Some(1)), (2, Some(max)), (3, Some(max + 1)), (4, Some(10 * max)), (5, Some(5))],
        &[(0, Some(3 * max)), (2, Some(max + 1)), (3, Some(max)), (4, Some(2 * max)), (5, None)],
        &[(0, Some(0)), (4, None), (5, Some(max * 2))],
        &[(0, None), (1, None), (2, None), (3, None), (5, None)],
    ];
    for sizes in rounds {
        let view = view(sizes, &tree);
        tree = view.tree().clone();
        let position = Position { segment: 1, offset: 53 };
        let layer = Arc::new(Layer::default());
        let snapshot = Snapshot { layer, view, before: start.view().clone(), position };
        base = index.write(&base, &snapshot).expect("the disk works");
        assert_eq!(StateTree::from_entries(index.state().expect("readable")).root(), tree.root());
        for entry in index.db.iter() {
            assert!(entry.expect("readable").1.len() <= max);
        }
    }
    assert_eq!(tree.root(), start.view().tree().root());
    let left = index.db.scan_prefix([keys::STATE]).count() as u64;
    assert_eq!(left, tree.len(), "no part is left behind");
}

#[test]
fn a_digest_depends_on_every_entry_and_not_on_their_order() {
    let digest = |entries: &[(&str, &str)]| {
        let mut digest = Digest::default();
        entries.iter().for_each(|(key, value)| digest.add(key.as_bytes(), value.as_bytes()));
        digest
    };
    let (a, b) = (("a", "1"), ("b", "2"));
    assert_eq!(digest(&[a, b]), digest(&[b, a]));
    assert_ne!(digest(&[a, b]), digest(&[a]));
    assert_ne!(digest(&[a, b]), digest(&[a, ("b", "3")]));
    assert_ne!(digest(&[a, a]), digest(&[a]));
}

#[test]
fn a_panic_inside_sled_is_an_error() {
    let panicked: Result<(), IndexError> = guarded(|| panic!("of {}", "sled"));
    assert!(matches!(panicked, Err(IndexError::Panicked(text)) if text == "of sled"));
}

#[test]
fn an_index_can_be_opened_again_as_soon_as_it_has_been_dropped() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let genesis = genesis("a network");
    for _ in 0..20 {
        let opened = open_small(dir.path(), &genesis, options()).expect("free");
        assert_eq!(opened.report.index_rebuilt, None);
    }
}
