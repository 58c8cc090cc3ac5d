use super::*;

fn part(number: u8) -> Part {
    Part::of(&[number; 32])
}

#[test]
fn parts_have_their_turn_one_after_the_other_while_there_are_too_many_bytes() {
    let residents = Residents::new(1_000);
    let shelf = Some(Month::new(600));
    assert_eq!((residents.is_full(), residents.next_part(None)), (false, None));
    residents.come([(None, part(0), 600), (None, part(9), 100), (shelf, part(3), 301)]);
    assert_eq!((residents.size(), residents.is_full()), ((3, 1_001), true));
    assert_eq!(residents.next_part(None), Some(part(0)));
    // The page at 600 was a reader's, and one of 50 has changed since it was counted.
    residents.passed(None, part(0), (1, 50));
    assert_eq!((residents.size(), residents.next_part(None)), ((3, 451), None));
    residents.come([(None, part(0), 2_000)]);
    assert_eq!(residents.next_part(None), Some(part(1)), "it goes on where it was");
    assert_eq!(residents.next_part(shelf), Some(part(0)));
    residents.go(None, part(0), 5_000);
    assert_eq!((residents.size(), residents.next_part(None)), ((3, 401), None));
    residents.come([(None, part(0), 2_000)]);
    for number in 2..=255 {
        assert_eq!(residents.next_part(None), Some(part(number)));
    }
    assert_eq!(residents.next_part(None), Some(part(0)), "and begins anew");
}

#[test]
fn a_tree_of_which_nothing_is_in_memory_has_no_turn_and_a_shelf_that_is_gone_does_not_count() {
    let residents = Residents::new(10);
    let (one, other) = (Month::new(600), Month::new(601));
    residents.come([(Some(one), part(1), 100), (Some(other), part(1), 200)]);
    assert_eq!(residents.next_part(None), None);
    residents.keep([other].into_iter());
    assert_eq!(residents.size(), (1, 200));
    assert_eq!((residents.next_part(Some(one)), residents.next_part(Some(other))), (None, Some(part(0))));
}

#[test]
fn a_large_tree_has_one_part_at_once_and_a_small_one_all() {
    assert_eq!(parts_at_once(0), 256);
    assert_eq!(parts_at_once(TURN_ENTRIES), 256);
    assert_eq!(parts_at_once(10 * TURN_ENTRIES), 25);
    assert_eq!(parts_at_once(u64::MAX), 1);
}
