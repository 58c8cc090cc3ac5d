use std::thread;

use super::*;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn reference(number: u8) -> Reference {
    Reference::new(vec![number]).expect("one byte")
}

fn of(reference: &Reference) -> Dated<'_> {
    Dated { brand: "kaffet".parse().expect("valid"), kind: Kind::Issue, reference }
}

fn keep_on(home: &Path, number: u8, (dated_on, today): (&str, &str)) -> Day {
    keep(home, of(&reference(number)), (day(dated_on), day(today))).expect("kept")
}

fn known_in(home: &Path, number: u8) -> Option<Day> {
    known(home, of(&reference(number))).expect("read")
}

#[test]
fn the_first_day_stays_and_every_kind_and_brand_has_its_own() {
    let home = tempfile::tempdir().expect("a directory");
    let (home, reference) = (home.path(), reference(1));
    assert_eq!(known_in(home, 1), None);
    assert_eq!(keep_on(home, 1, ("2027-03-14", "2027-03-14")), day("2027-03-14"));
    assert_eq!(keep_on(home, 1, ("2027-03-20", "2027-03-20")), day("2027-03-14"));
    assert_eq!(known_in(home, 1), Some(day("2027-03-14")));
    for other in [
        Dated { kind: Kind::Reversal, ..of(&reference) },
        Dated { kind: Kind::Capture, ..of(&reference) },
        Dated { brand: "nordmat".parse().expect("valid"), ..of(&reference) },
    ] {
        assert_eq!(known(home, other).expect("read"), None, "{other:?}");
    }
}

#[test]
fn days_that_no_network_takes_any_more_are_forgotten() {
    let home = tempfile::tempdir().expect("a directory");
    let home = home.path();
    keep_on(home, 1, ("2027-03-14", "2027-03-14"));
    keep_on(home, 2, ("2027-03-15", "2027-03-15"));
    // 62 days after the second.
    keep_on(home, 3, ("2027-05-16", "2027-05-16"));
    assert_eq!([1, 2, 3].map(|number| known_in(home, number).is_some()), [false, true, true]);
}

#[test]
fn a_damaged_file_is_an_error_and_stays_as_it_is() {
    let home = tempfile::tempdir().expect("a directory");
    let text = "kaffet issue 01 2027-03-14\nkaffet issue 02 2027-03-\n";
    std::fs::write(path(home.path()), text).expect("written");
    let damaged = |result: Result<(), HomeError>| match result {
        Err(HomeError::Content { reason, .. }) => assert!(reason.contains("kaffet issue 02"), "{reason}"),
        other => panic!("{other:?}"),
    };
    damaged(known(home.path(), of(&reference(1))).map(drop));
    damaged(keep(home.path(), of(&reference(3)), (day("2027-03-14"), day("2027-03-14"))).map(drop));
    assert_eq!(std::fs::read_to_string(path(home.path())).expect("there"), text);
}

#[test]
fn what_several_processes_keep_at_once_is_all_kept_and_one_day_of_each() {
    let home = tempfile::tempdir().expect("a directory");
    let home = home.path();
    let days = ["2027-03-14", "2027-03-15", "2027-03-16", "2027-03-17"];
    let kept: Vec<Vec<Day>> = thread::scope(|scope| {
        let each = days
            .map(|own| scope.spawn(move || (0..20).map(|number| keep_on(home, number, (own, "2027-03-17"))).collect()));
        each.map(|one| one.join().expect("no panic")).into()
    });
    for number in 0..20 {
        let first = known_in(home, number).expect("kept");
        assert!(kept.iter().all(|of_one| of_one[usize::from(number)] == first), "{number}");
    }
}
