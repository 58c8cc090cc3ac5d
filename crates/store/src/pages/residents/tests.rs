use super::*;

fn place(first: u8) -> PlaceInState {
    PlaceInState { shelf: None, path: PagePath::of(&[first; 32]) }
}

fn hash(number: u64) -> [u8; 32] {
    std::array::from_fn(|byte| number.to_le_bytes()[byte % 8])
}

/// The pages that have been there for longest, in the order of their trees and of what they are known by.
fn eldest(residents: &Residents, pages_max: usize) -> Vec<(Option<Month>, u64)> {
    let eldest = residents.eldest(pages_max);
    let mut all: Vec<_> =
        eldest.iter().flat_map(|(shelf, tree)| tree.pages.keys().map(|page| (*shelf, *page))).collect();
    all.sort_unstable();
    all
}

#[test]
fn what_came_first_goes_first_while_there_are_too_many_bytes() {
    let hashes: Vec<[u8; 32]> = (0..5).map(hash).collect();
    let residents = Residents::new(3 * (100 + KNOWN_BYTES));
    residents.come(hashes[..3].iter().map(|hash| (place(9), hash, 100)));
    assert_eq!((residents.size(), eldest(&residents, 10)), ((3, 3 * (100 + KNOWN_BYTES)), vec![]));
    // Once more, so that it is the youngest.
    residents.come([(place(9), &hashes[0], 100)]);
    residents.come([(place(3), &hashes[3], 100)]);
    assert_eq!(residents.size().0, 4);
    assert_eq!(eldest(&residents, 10), [(None, 1)]);
    assert_eq!((residents.size().0, eldest(&residents, 10)), (3, vec![]), "there is room again");
    let shelf = Some(Month::new(600));
    residents.come([(PlaceInState { shelf, ..place(1) }, &hashes[4], 100_000)]);
    assert_eq!(eldest(&residents, 2), [(None, 0), (None, 2)]);
    assert_eq!(eldest(&residents, 10), [(None, 3), (shelf, 4)]);
    assert_eq!((residents.size(), eldest(&residents, 10)), ((0, 0), vec![]));
}

#[test]
fn a_page_that_has_left_the_state_counts_no_more() {
    let hashes: Vec<[u8; 32]> = (0..5).map(hash).collect();
    let residents = Residents::new(0);
    residents.come(hashes[..3].iter().map(|hash| (place(1), hash, 100)));
    residents.go(&hashes[1]);
    residents.go(&hashes[1]);
    residents.go(&hashes[4]);
    assert_eq!(residents.size(), (2, 2 * (100 + KNOWN_BYTES)));
    assert_eq!(eldest(&residents, 10).len(), 2);
}

#[test]
fn the_paths_of_a_tree_are_in_their_order() {
    let hashes: Vec<[u8; 32]> = (0..5).map(hash).collect();
    let residents = Residents::new(0);
    let places = [5, 1, 255, 0].map(place);
    residents.come(places.iter().zip(&hashes).map(|(place, hash)| (*place, hash, 1)));
    let eldest = residents.eldest(10);
    assert_eq!(eldest[&None].paths, [0, 1, 5, 255].map(|first| place(first).path));
    assert_eq!(eldest[&None].pages[&2], place(255).path);
}

#[test]
fn arrivals_that_count_no_more_are_left_out() {
    let residents = Residents::new(u64::MAX);
    for number in 0..100_000 {
        residents.come([(place(0), &hash(number % 10), 1)]);
    }
    assert_eq!(residents.size().0, 10);
    assert!(residents.all().arrivals.len() <= OVER_MAX + 21);
    let residents = Residents::new(0);
    for number in 0..20_000 {
        residents.come([(place(0), &hash(number), 1)]);
        residents.go(&hash(number.wrapping_sub(5)));
    }
    let left = (19_995..20_000).map(|number| (None, short(&hash(number))));
    assert_eq!(eldest(&residents, 10), left.collect::<Vec<_>>());
}
