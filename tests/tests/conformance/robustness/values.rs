//! Generated small values: within the bounds of their types, and wild within them.

use lojal_types::limits::TIME_MS_MAX;
use lojal_types::{
    Address, BlockId, Bounded, BrandId, ChainId, ChainTag, Code, Currency, Day, Expiry, Hash, Height, Lot, MemberRole,
    Money, Month, Name, NetworkKind, Points, PublicKey, Reference, Role, Salt, Signature, TimeMs, TransactionId,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Any number, and often one at an edge.
pub(super) fn number() -> BoxedStrategy<u64> {
    prop_oneof![any::<u64>(), 0..1000_u64, Just(u64::MAX)].boxed()
}
pub(super) fn points() -> BoxedStrategy<Points> {
    number().prop_map(Points::new).boxed()
}
pub(super) fn height() -> BoxedStrategy<Height> {
    number().prop_map(Height::new).boxed()
}
pub(super) fn time() -> BoxedStrategy<TimeMs> {
    prop_oneof![0..=TIME_MS_MAX, Just(TIME_MS_MAX)].prop_map(|ms| TimeMs::new(ms).expect("in range")).boxed()
}
pub(super) fn month() -> BoxedStrategy<Month> {
    any::<u16>().prop_map(Month::new).boxed()
}
pub(super) fn day() -> BoxedStrategy<Day> {
    time().prop_map(TimeMs::day).boxed()
}
pub(super) fn money() -> BoxedStrategy<Money> {
    number().prop_map(Money::new).boxed()
}
pub(super) fn currency() -> BoxedStrategy<Currency> {
    let letter = || select(('A'..='Z').collect::<Vec<_>>());
    let join = |(one, two, three)| String::from_iter([one, two, three]).parse().expect("made by the rule");
    (letter(), letter(), letter()).prop_map(join).boxed()
}
pub(super) fn expiry() -> BoxedStrategy<Expiry> {
    prop_oneof![month().prop_map(Expiry::Month), Just(Expiry::Never)].boxed()
}
pub(super) fn lot() -> BoxedStrategy<Lot> {
    (expiry(), points()).prop_map(|(expiry, amount)| Lot { expiry, amount }).boxed()
}
pub(super) fn address() -> BoxedStrategy<Address> {
    any::<[u8; 20]>().prop_map(Address::new).boxed()
}
fn bytes() -> impl Strategy<Value = [u8; 32]> {
    any::<[u8; 32]>()
}
pub(super) fn chain_id() -> BoxedStrategy<ChainId> {
    bytes().prop_map(ChainId::new).boxed()
}
pub(super) fn chain_tag() -> BoxedStrategy<ChainTag> {
    any::<[u8; 4]>().prop_map(ChainTag::new).boxed()
}
pub(super) fn salt() -> BoxedStrategy<Salt> {
    any::<[u8; 16]>().prop_map(Salt::new).boxed()
}
pub(super) fn block_id() -> BoxedStrategy<BlockId> {
    bytes().prop_map(BlockId::new).boxed()
}
pub(super) fn transaction_id() -> BoxedStrategy<TransactionId> {
    bytes().prop_map(TransactionId::new).boxed()
}
pub(super) fn hash() -> BoxedStrategy<Hash> {
    bytes().prop_map(Hash::new).boxed()
}
/// Any 32 bytes: a key in a message need not be a point.
pub(super) fn public_key() -> BoxedStrategy<PublicKey> {
    bytes().prop_map(PublicKey::new).boxed()
}
pub(super) fn signature() -> BoxedStrategy<Signature> {
    vec(any::<u8>(), 64).prop_map(|bytes| Signature::new(bytes.try_into().expect("64 bytes"))).boxed()
}
pub(super) fn reference() -> BoxedStrategy<Reference> {
    vec(any::<u8>(), 1..=32).prop_map(|bytes| Reference::new(bytes).expect("1 to 32 bytes")).boxed()
}
pub(super) fn brand_id() -> BoxedStrategy<BrandId> {
    let first = select(('a'..='z').collect::<Vec<_>>());
    let others = vec(select(('a'..='z').chain('0'..='9').chain(['-']).collect::<Vec<_>>()), 1..=14);
    let join = |(first, others): (char, Vec<char>)| -> BrandId {
        let text: String = std::iter::once(first).chain(others).collect();
        text.parse().expect("made by the rule")
    };
    (first, others).prop_map(join).boxed()
}
/// A name in one of some scripts: at most 16 characters, so at most 64 bytes.
pub(super) fn name() -> BoxedStrategy<Name> {
    let scripts = ["abzAZ09", "aåäöÅéñ7-.&'", "жяЖaы", "αλΩa", "אבג", "हिन्दी", "漢字かカ한a"];
    let letters = scripts.map(|script| script.chars().collect::<Vec<char>>());
    let name = select(letters.to_vec()).prop_flat_map(|letters| vec(select(letters), 0..=15));
    let join = |letters: Vec<char>| -> Name {
        let text = std::iter::once('a').chain(letters).collect::<String>();
        text.parse().unwrap_or_else(|_| "many marks in a row".parse().expect("made by the rule"))
    };
    name.prop_map(join).boxed()
}
pub(super) fn network() -> BoxedStrategy<NetworkKind> {
    select(vec![NetworkKind::Main, NetworkKind::Test]).boxed()
}
pub(super) fn role() -> BoxedStrategy<Role> {
    select(vec![Role::Issue, Role::Capture, Role::Reverse, Role::Admin]).boxed()
}
pub(super) fn member_role() -> BoxedStrategy<MemberRole> {
    select(vec![MemberRole::Admin, MemberRole::Adult, MemberRole::Child]).boxed()
}
pub(super) fn code() -> BoxedStrategy<Code> {
    select(Code::all().collect::<Vec<_>>()).boxed()
}

/// A list: mostly `MIN` to a few items, sometimes as many as there can be.
pub(super) fn list<T, const MIN: usize, const MAX: usize>(item: BoxedStrategy<T>) -> BoxedStrategy<Bounded<T, MIN, MAX>>
where
    T: Clone + std::fmt::Debug + 'static,
{
    let few = vec(item.clone(), MIN..=MAX.min(4));
    let many = vec(item, MAX);
    let bounded = |items| Bounded::new(items).expect("within the bounds");
    prop_oneof![19 => few, 1 => many].prop_map(bounded).boxed()
}
