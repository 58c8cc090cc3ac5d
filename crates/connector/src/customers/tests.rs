use super::*;

fn customers() -> (tempfile::TempDir, Customers) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let customers = Customers::open(dir.path(), NetworkKind::Test).expect("made");
    (dir, customers)
}

fn place() -> Place {
    let (height, time_ms) = (Height::new(7), TimeMs::new(1_800_000_000_000).expect("in range"));
    Place { transaction: TransactionId::new([9; 32]), height, time_ms }
}

#[test]
fn a_customer_gets_one_account_whose_key_is_in_a_file_for_its_owner_alone() {
    let (dir, customers) = customers();
    assert_eq!(customers.find("4711").expect("readable"), None);
    let made = customers.ensure("4711").expect("made");
    let address = made.key().expect("the connector's").address().to_text(NetworkKind::Test);
    assert_eq!((&made.account, made.is_under_way(), made.done()), (&address, false, None));
    assert_eq!(customers.ensure("4711").expect("there"), made, "once");
    assert_ne!(customers.ensure("4712").expect("made").account, made.account);
    let all: Vec<String> = customers.all(|_| true).expect("readable").into_iter().map(|one| one.customer).collect();
    assert_eq!(all, ["4711", "4712"]);
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&dir.path().join(DIRECTORY)), 0o700);
    assert_eq!(mode(&customers.path("4711")), 0o600);
}

#[test]
fn references_are_one_for_each_customer_and_expiry_and_tell_nobody_the_customer() {
    let (_dir, customers) = customers();
    let (one, other) = (customers.ensure("1").expect("made"), customers.ensure("2").expect("made"));
    let month: Month = "2027-03".parse().expect("a month");
    let references = [
        one.import_reference(None),
        one.import_reference(Some(month)),
        one.import_reference(Some(month.plus(1))),
        other.import_reference(Some(month)),
    ];
    let different: std::collections::BTreeSet<&Reference> = references.iter().collect();
    assert_eq!(different.len(), references.len());
    assert_eq!(customers.find("1").expect("readable").expect("there").import_reference(Some(month)), references[1]);
    let (_dir, elsewhere) = super::tests::customers();
    assert_ne!(elsewhere.ensure("1").expect("made").import_reference(Some(month)), references[1], "another connector");
}

#[test]
fn the_secret_of_an_account_that_is_a_wallets_is_overwritten_and_nowhere_else() {
    let (_dir, customers) = customers();
    let made = customers.ensure("4711").expect("made");
    let secret = hex::encode(made.key().expect("the connector's").seed());
    let before = customers.dir.join("another name of the same file");
    fs::hard_link(customers.path("4711"), &before).expect("linked");
    let key = KeyPair::from_seed(&[5; 32]).public_key();
    let reference = made.import_reference(None);
    customers.forget_secret(&made.handed_over(key, place())).expect("kept");
    let found = customers.find("4711").expect("readable").expect("there");
    assert_eq!((found.key().map(|key| key.public_key()), found.done()), (None, Some(place())));
    assert_eq!(found.import_reference(None), reference, "it is known that they were given points");
    assert!(!fs::read_to_string(customers.path("4711")).expect("readable").contains(&secret));
    assert!(fs::read(before).expect("readable").iter().all(|byte| *byte == 0), "what was there is overwritten");
}

#[test]
fn a_claim_is_kept_with_what_was_sent_for_it() {
    let (_dir, customers) = customers();
    let made = customers.ensure("4711").expect("made");
    let key = KeyPair::from_seed(&[5; 32]).public_key();
    customers.put(&Customer { claim: Some(Claim::of(key)), ..made.clone() }).expect("kept");
    assert_eq!(customers.all(Customer::is_under_way).expect("readable").len(), 1);
    let signed = crate::testing::sign(&crate::testing::earn("a", 5, place().time_ms), 1, place().time_ms);
    let claim = Claim::of(key).with_signed(&signed);
    customers.put(&Customer { claim: Some(claim.clone()), ..made }).expect("kept");
    let found = customers.find("4711").expect("readable").expect("there").claim.expect("kept");
    assert_eq!((found.signed(), found.is_sent(), Claim::of(key).is_sent()), (Some(signed), true, false));
}

#[test]
fn a_damaged_file_is_told_and_never_replaced_by_another_key() {
    let (_dir, customers) = customers();
    let (made, path) = (customers.ensure("4711").expect("made"), customers.path("4711"));
    let text = fs::read_to_string(&path).expect("readable");
    let secret = hex::encode(made.key().expect("the connector's").seed());
    for damaged in
        [text[..text.len() / 2].to_owned(), text.replace(&secret, &"00".repeat(32)), text.replace("4711", "1")]
    {
        fs::write(&path, &damaged).expect("writable");
        let ensured = customers.ensure("4711");
        assert!(matches!(ensured, Err(CustomersError::Content { .. })), "{ensured:?}");
        assert_eq!(fs::read_to_string(&path).expect("readable"), damaged);
    }
}

#[test]
fn one_customer_has_one_number_however_it_is_typed_and_nothing_is_none() {
    for spelling in ["Café 7", " Cafe\u{301}  7\r\n", "Café\u{a0}7"] {
        assert_eq!(number(spelling).expect("a number"), "Café 7", "{spelling:?}");
    }
    assert!(number(&"x".repeat(CUSTOMER_CHARS_MAX)).is_ok());
    for wrong in ["", " ", "a\u{202e}b", &"x".repeat(CUSTOMER_CHARS_MAX + 1)] {
        assert!(matches!(number(wrong), Err(CustomersError::Number(_))), "{wrong:?}");
    }
}

#[test]
fn what_a_crash_leaves_of_a_file_does_not_outlive_the_secret() {
    let (dir, customers) = customers();
    let new = customers.path("4711").with_extension("new");
    let left = |text: &str| fs::write(&new, text).expect("the disk works");
    fs::write(&new, "half a file").expect("the disk works");
    let made = customers.ensure("4711").expect("made");
    assert!(!new.exists());
    left(&fs::read_to_string(customers.path("4711")).expect("there"));
    let again = File::open(&new).expect("there");
    customers.forget_secret(&made.handed_over(KeyPair::from_seed(&[3; 32]).public_key(), place())).expect("written");
    let mut text = String::new();
    io::Read::read_to_string(&mut &again, &mut text).expect("readable");
    assert!(text.bytes().all(|byte| byte == 0), "{text}");
    assert_eq!(fs::read_dir(dir.path().join(DIRECTORY)).expect("there").count(), 1);
    // A file of two names isn't overwritten by one of them.
    fs::hard_link(customers.path("4711"), &new).expect("the disk works");
    let found = customers.find("4711").expect("readable").expect("there");
    customers.put(&found).expect("written");
    assert_eq!(customers.find("4711").expect("readable"), Some(found));
}

#[test]
fn a_damaged_file_is_one_customers_and_the_others_are_found() {
    let (_dir, customers) = customers();
    for number in ["1", "2", "3"] {
        customers.ensure(number).expect("made");
    }
    fs::write(customers.path("2"), "{").expect("the disk works");
    fs::write(customers.path("4"), [0xff; 9]).expect("the disk works");
    let all: Vec<String> = customers.all(|_| true).expect("readable").into_iter().map(|one| one.customer).collect();
    assert_eq!(all, ["1", "3"]);
    assert!(matches!(customers.find("2"), Err(CustomersError::Content { .. })));
    assert!(customers.ensure("2").is_err(), "and gets no other key for what was lost");
}
