use lojal_types::{ChainTag, Height, Request, RequestKind, Salt, TransactionId};

use super::*;
use crate::entry::{Asked, Done, Failed};
use crate::testing::{brand, earn, member, open, owner, reference, sign, time};
use crate::wish::Wish;

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary directory") }
    }
    fn open(&self) -> Book {
        open(&Disk::real(), self.dir.path(), time(0).day()).expect("in order")
    }
    fn open_with(&self, today: Day, bounds: Bounds) -> Book {
        Book::open(&Disk::real(), self.dir.path(), owner(), (today, bounds)).expect("in order")
    }
}

fn id(name: &str) -> Id {
    (Kind::Earn, reference(name))
}
fn done() -> State {
    let (transaction, height, time_ms) = (TransactionId::new([3; 32]), Height::new(7), time(0));
    State::Done(Done { transaction, height, time_ms, taken: None })
}
fn failed() -> State {
    let detail = "the limit of the day".to_owned();
    State::Failed(Failed { status: 422, code: "issue_daily_max_reached".to_owned(), number: Some(406), detail })
}
fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name.as_str()).collect()
}

#[test]
fn the_same_again_changes_nothing_and_something_else_is_refused() {
    let place = Place::new();
    let mut book = place.open();
    assert!(book.accept(earn("R", 5, time(0)), None).expect("new"));
    let first = book.entry(&id("R")).expect("there").clone();
    assert!(!book.accept(earn("R", 5, time(1)), None).expect("the same"));
    assert_eq!(book.entry(&id("R")), Some(&first), "the day is that of the first time");
    let to_another =
        Entry { wish: Wish::Earn { to: member(2), amount: Points::new(5), expiry: None }, ..earn("R", 5, time(0)) };
    for other in [earn("R", 6, time(0)), to_another] {
        assert!(matches!(book.accept(other, None), Err(BookError::Different)));
    }
    book.end(vec![(id("R"), done(), None)]).expect("kept");
    assert!(!book.accept(earn("R", 5, time(2)), None).expect("the same"));
    assert!(matches!(book.accept(earn("R", 6, time(2)), None), Err(BookError::Different)));
    drop(book);
    let mut book = place.open();
    assert_eq!(book.entry(&id("R")).map(|entry| entry.state.clone()), Some(done()));
    assert!(matches!(book.accept(earn("R", 6, time(2)), None), Err(BookError::Different)), "after a start, too");
}

#[test]
fn what_has_failed_is_tried_again_under_the_day_that_it_had() {
    let place = Place::new();
    let mut book = place.open();
    book.accept(earn("R", 5, time(0)), None).expect("new");
    book.accept(earn("S", 5, time(0)), None).expect("new");
    let entry = book.entry(&id("R")).expect("there").clone();
    book.sign(vec![(id("R"), entry.dated, sign(&entry, 1, time(1)))]).expect("kept");
    book.end(vec![(id("R"), failed(), None)]).expect("kept");
    assert_eq!(names(&book.front(9)), ["S"]);
    assert!(book.accept(earn("R", 5, time(2)), None).expect("taken in anew"));
    assert_eq!(names(&book.front(9)), ["S", "R"], "at the end of the queue");
    let again = book.entry(&id("R")).expect("there");
    assert_eq!((again.dated, &again.signed), (time(0).day(), &None));
    assert!(matches!(book.accept(earn("R", 6, time(2)), None), Err(BookError::Different)));
}

#[test]
fn another_wish_takes_the_reference_of_one_that_has_failed() {
    let place = Place::new();
    let mut book = place.open();
    book.accept(earn("R", 5, time(0)), None).expect("new");
    book.end(vec![(id("R"), failed(), None)]).expect("kept");
    assert!(book.accept(earn("R", 6, time(2)), None).expect("nothing has happened under it"));
    let other = book.entry(&id("R")).expect("there");
    assert_eq!((other.wish.amount(), other.dated), (Some(Points::new(6)), time(0).day()));
    assert!(matches!(book.accept(earn("R", 5, time(2)), None), Err(BookError::Different)), "it waits now");
}

#[test]
fn what_waits_is_in_order_and_with_its_bytes_after_a_start() {
    let place = Place::new();
    let mut book = place.open();
    for name in ["c", "a", "b"] {
        book.accept(earn(name, 5, time(0)), None).expect("new");
    }
    let entry = book.entry(&id("a")).expect("there").clone();
    let signed = sign(&entry, 9, time(1));
    book.sign(vec![(id("a"), entry.dated, signed.clone())]).expect("kept");
    book.end(vec![(id("c"), done(), None)]).expect("kept");
    drop(book);
    let mut book = place.open();
    assert_eq!(names(&book.front(9)), ["a", "b"]);
    assert_eq!(book.front(1)[0].signed, Some(signed));
    book.sign(vec![(id("c"), entry.dated, sign(&entry, 1, time(1)))]).expect("nothing to keep");
    assert_eq!(book.entry(&id("c")).expect("there").signed, None, "what has ended is signed no more");
    book.accept(earn("d", 5, time(0)), None).expect("new");
    assert_eq!(names(&book.front(9)), ["a", "b", "d"]);
}

#[test]
fn a_key_moves_no_more_in_a_day_than_it_may_and_what_fails_is_given_back() {
    let place = Place::new();
    let mut book = place.open();
    let max = Some(Points::new(10));
    book.accept(earn("a", 6, time(0)), max).expect("6 of 10");
    book.accept(earn("b", 4, time(0)), max).expect("10 of 10");
    match book.accept(earn("c", 1, time(0)), max) {
        Err(BookError::DailyMax { max, ends_ms }) => {
            assert_eq!((max, ends_ms), (Points::new(10), time(0).day().plus(1).start()));
        }
        other => panic!("{other:?}"),
    }
    assert!(!book.accept(earn("a", 6, time(0)), max).expect("it is counted already"));
    book.accept(Entry { key: 2, ..earn("of another key", 9, time(0)) }, max).expect("9 of 10");
    drop(book);
    let mut book = place.open();
    assert!(matches!(book.accept(earn("c", 1, time(0)), max), Err(BookError::DailyMax { .. })), "after a start, too");
    book.end(vec![(id("a"), failed(), None)]).expect("kept");
    book.accept(earn("c", 6, time(0)), max).expect("10 of 10 again");
    assert!(matches!(book.accept(earn("a", 6, time(0)), max), Err(BookError::DailyMax { .. })));
    book.accept(earn("d", 10, time(1)), max).expect("another day");
}

#[test]
fn no_more_waits_than_there_is_room_for() {
    let place = Place::new();
    let mut book = place.open_with(time(0).day(), Bounds { waiting_max: 2, ..Bounds::of(35) });
    book.accept(earn("a", 5, time(0)), None).expect("one");
    book.accept(earn("b", 5, time(0)), None).expect("two");
    assert!(matches!(book.accept(earn("c", 5, time(0)), None), Err(BookError::Full)));
    assert!(!book.accept(earn("a", 5, time(0)), None).expect("it waits already"));
    book.end(vec![(id("a"), done(), None)]).expect("kept");
    book.accept(earn("c", 5, time(0)), None).expect("two again");
}

#[test]
fn the_oldest_ends_are_forgotten_and_never_what_waits() {
    let place = Place::new();
    let bounds = Bounds { entries_max: 10, ..Bounds::of(35) };
    let mut book = place.open_with(time(0).day(), bounds);
    for number in 0..10 {
        let name = format!("{number}");
        book.accept(earn(&name, 5, time(0)), None).expect("new");
        if number > 1 {
            book.end(vec![(id(&name), done(), None)]).expect("kept");
        }
    }
    book.accept(earn("one more", 5, time(0)), None).expect("new");
    let is_known = |book: &Book, name: &str| book.entry(&id(name)).is_some();
    assert!(["0", "1", "one more", "4", "9"].iter().all(|name| is_known(&book, name)));
    assert!(!is_known(&book, "2") && !is_known(&book, "3"), "the oldest that have ended, and room for the next");
    drop(book);
    let late = time(0).day().plus(35 + MEMORY_DAYS);
    let book = place.open_with(late, bounds);
    assert!(is_known(&book, "9"), "its reference can be used no more, and is remembered a little longer");
    drop(book);
    let book = place.open_with(late.plus(1), bounds);
    assert!(!is_known(&book, "9") && is_known(&book, "0") && is_known(&book, "one more"));
}

#[test]
fn the_journal_is_written_anew_when_it_has_grown() {
    let place = Place::new();
    let mut book = place.open();
    let path = place.dir.path().join("journal");
    let size = || std::fs::metadata(&path).expect("there").len();
    let (mut largest, mut before, mut shrank) = (0, 0, false);
    book.accept(earn("R", 5, time(0)), None).expect("new");
    let entry = book.entry(&id("R")).expect("there").clone();
    for nonce in 0..8_000 {
        book.sign(vec![(id("R"), entry.dated, sign(&entry, nonce, time(1)))]).expect("kept");
        if nonce % 2_000 == 1_999 {
            book.accept(earn(&nonce.to_string(), 5, time(0)), None).expect("new");
        }
        largest = largest.max(size());
        shrank |= size() < before;
        before = size();
    }
    assert!(shrank && largest < 3 * crate::limits::JOURNAL_SLACK_BYTES, "{largest} bytes");
    drop(book);
    let signed = place.open().front(1)[0].signed.clone().expect("signed");
    assert_eq!(signed.transaction.nonce, 7_999, "the last one counts");
}

#[test]
fn a_payment_is_known_by_its_id_and_its_name_with_its_answer() {
    let place = Place::new();
    let mut book = place.open();
    let (kind, until_ms) = (RequestKind::Redeem, time(0).plus_ms(600_000));
    let (amount, dated, salt) = (Points::new(200), time(0).day(), Salt::new([4; 16]));
    let request = Request { brand: brand(), amount, kind, dated, until_ms, household: None, salt };
    let asked = Asked { amount, is_hold: false, hold_for_s: None, pay_within_s: None, household: None };
    let (name, id) = ("R".to_owned(), request.reference(&crate::testing::CHAIN));
    let payment = Payment { number: 0, name, id: id.clone(), asked, request, key: 1, answer: None };
    book.open_payment(payment.clone(), dated).expect("kept");
    let answer = |number| Answer {
        from: member(number),
        transaction: TransactionId::new([number; 32]),
        height: Height::new(3),
        time_ms: time(0),
    };
    book.answer(&id, answer(1)).expect("kept");
    book.answer(&id, answer(2)).expect("the first one stays");
    drop(book);
    let book = place.open();
    let found = book.payment_named("R").expect("there");
    assert_eq!(book.payment(&id), Some(found));
    assert_eq!(found.answer, Some(answer(1)));
    assert_eq!(found.request, payment.request);
    assert_eq!(book.payment_named("S"), None);
    drop(book);
    let late = time(0).day().plus(36 + MEMORY_DAYS);
    let book = place.open_with(late, Bounds::of(35));
    assert!(book.payment(&id).is_none() && book.payment_named("R").is_none());
    assert_eq!(crate::testing::CHAIN.tag(), ChainTag::new([1; 4]));
}
