//! Every question that a version answers, to one without pages in memory and to one with all of them.

use std::fmt::Debug;

use lojal_ledger::key::{
    AccountKey, BalanceKey, HeldKey, HouseholdKey, IssuedKey, MotionKey, RedeemedKey, SeatKey, StateKey,
};
use lojal_ledger::{Missing, Records, StateTree, View};
use lojal_model::Random;
use lojal_types::{Address, BrandId, KeyPair, Reference};

use super::asked::{Asked, Pages, pages_of};

/// Number of keys of a kind that are asked about.
const OF_A_KIND: usize = 2;

/// Two views of a version.
struct Compared<'a> {
    whole: &'a View,
    bare: &'a View,
    pages: &'a Pages,
    /// The most pages that any question has taken.
    most: usize,
}

impl Compared<'_> {
    /// Asks both the same question, the one from the beginning.
    fn same<T: PartialEq + Debug>(&mut self, question: impl Fn(&View) -> Result<T, Missing>) {
        let mut bare = Asked::new(self.bare.clone(), self.pages);
        let answer = bare.tell(|view| question(view));
        assert_eq!(answer, question(self.whole).expect("in memory"));
        self.most = self.most.max(bare.brought());
    }
}

/// Compares the answers of two views of a version, the second one without any page. Answers with the most pages that
/// any question has taken.
pub(super) fn compare(whole: &View, bare: &View, pages: &Pages, random: &mut Random) -> usize {
    assert_eq!(bare.entries().filter(Result::is_err).count(), pages_of(whole));
    assert!(bare.entries().all(|entry| entry.is_err()), "no entry is in memory");
    let mut compared = Compared { whole, bare, pages, most: 0 };
    let nobody = KeyPair::from_seed(&[211; 32]);
    let mut accounts: Vec<Address> = some(whole, random).into_iter().map(|AccountKey(account)| account).collect();
    accounts.push(nobody.address());
    let brands: Vec<BrandId> =
        whole.brand_ids().iter().copied().chain(["nobodys".parse().expect("a valid id")]).collect();
    let brand = random.pick(&brands).expect("some");
    for account in accounts {
        of_account(&mut compared, account, brand);
        compared.same(|view| view.signs_for(&nobody.public_key(), account));
    }
    for id in [brand, brands[0]] {
        of_brand(&mut compared, id, brand);
    }
    of_households(&mut compared, brand, random);
    of_references(&mut compared, random);
    of_governance(&mut compared, random);
    of_proofs(&mut compared, random);
    compared.most
}

/// Some of the keys of a kind, in the main tree or on any shelf.
fn some<K: StateKey + Clone>(view: &View, random: &mut Random) -> Vec<K> {
    let all: Vec<K> = view.entries().filter_map(|entry| K::decode(entry.expect("in memory").0)).collect();
    (0..OF_A_KIND).filter_map(|_| random.pick(&all)).collect()
}

fn of_account(compared: &mut Compared<'_>, account: Address, brand: BrandId) {
    compared.same(|view| view.account(account));
    compared.same(|view| view.get(&BalanceKey { account, brand }));
    compared.same(|view| view.lots(account, brand));
    compared.same(|view| view.holds(account, brand));
    compared.same(|view| view.guardians(account));
    compared.same(|view| view.recovery(account));
    compared.same(|view| view.memberships(account));
    compared.same(|view| view.household(account));
    compared.same(|view| view.issued_today(brand, account));
    compared.same(|view| view.transferred_today(account, brand));
}

fn of_brand(compared: &mut Compared<'_>, id: BrandId, other: BrandId) {
    compared.same(|view| view.brand(id));
    compared.same(|view| view.totals(id));
    compared.same(|view| view.operators(id));
    compared.same(|view| view.partnership(id, other));
    compared.same(|view| view.owed(id, other));
    compared.same(View::partnerships);
    compared.same(View::netting);
}

fn of_households(compared: &mut Compared<'_>, brand: BrandId, random: &mut Random) {
    for HouseholdKey(address) in some(compared.whole, random) {
        compared.same(|view| view.household(address));
        of_account(compared, address, brand);
        let members = compared.whole.household(address).expect("in memory").expect("there").members;
        for (member, _) in members {
            compared.same(|view| view.spent_this_month(address, member, brand));
        }
    }
}

fn of_references(compared: &mut Compared<'_>, random: &mut Random) {
    let unknown = Reference::new(b"nobody's".to_vec()).expect("short");
    let redeemed = some(compared.whole, random).into_iter().map(|key: RedeemedKey| (key.shelf, key.reference));
    let held = some(compared.whole, random).into_iter().map(|key: HeldKey| (key.shelf, key.reference));
    let used: Vec<_> = redeemed.chain(held).collect();
    for (shelf, reference) in used {
        for dated in [None, Some(shelf.start().day()), Some(shelf.plus(1).start().day())] {
            compared.same(|view| view.payment(&reference, dated));
            compared.same(|view| view.payment(&unknown, dated));
        }
    }
    for IssuedKey { shelf, brand, reference } in some(compared.whole, random) {
        let key = |reference: &Reference, shelf| IssuedKey { shelf, brand, reference: reference.clone() };
        for dated in [None, Some(shelf.start().day())] {
            compared.same(|view| view.latest(|shelf| key(&reference, shelf), dated));
            compared.same(|view| view.latest(|shelf| key(&unknown, shelf), dated));
        }
    }
}

fn of_governance(compared: &mut Compared<'_>, random: &mut Random) {
    compared.same(View::settings);
    compared.same(View::register);
    compared.same(View::seats);
    compared.same(View::followers);
    for MotionKey(id) in some(compared.whole, random) {
        compared.same(|view| view.motion(id));
    }
    for SeatKey(name) in some(compared.whole, random) {
        compared.same(|view| view.seat(&name));
    }
}

fn of_proofs(compared: &mut Compared<'_>, random: &mut Random) {
    let all: Vec<Vec<u8>> = compared.whole.entries().map(|entry| entry.expect("in memory").0.to_vec()).collect();
    for key in (0..OF_A_KIND).filter_map(|_| random.pick(&all)).chain([b"nothing".to_vec()]) {
        compared.same(|view| view.tree().prove(&key));
        compared.same(|view| view.prove_on_shelf(&key));
    }
    let on_shelf: Vec<Vec<u8>> = all.into_iter().filter(|key| key[0] >= IssuedKey::KIND).collect();
    for key in (0..OF_A_KIND).filter_map(|_| random.pick(&on_shelf)) {
        compared.same(|view| view.prove_on_shelf(&key));
    }
}

/// A key, and its value unless it goes.
type Change = (Vec<u8>, Option<Vec<u8>>);

/// The changes between two versions.
pub(super) fn changes(trees: &[StateTree]) -> Result<Vec<Change>, Missing> {
    let mut changes = Vec::new();
    let [older, newer] = trees else { panic!("two versions") };
    StateTree::diff(older, newer, |_, key, value| changes.push((key.to_vec(), value.map(<[u8]>::to_vec))))?;
    Ok(changes)
}
