//! Everything that has happened in a block: the operations of the transactions that were applied, and the actions of
//! the motions of brands' admins that those have carried out.

use std::collections::BTreeMap;

use lojal_ledger::View;
use lojal_ledger::key::{BrandMotionKey, BrandRegisterKey, ReversedKey};
use lojal_types::{Address, BrandActions, BrandId, MotionId, Operation, Points, Reverse, Transaction};

use crate::verify::IN_MEMORY;

/// The numbers of a transaction in its block and of an operation in it.
type Place = (usize, usize);

/// The motions of a block that were put forward, approved or stopped.
#[derive(Default)]
struct Motions<'a> {
    /// The last operation about each.
    last: BTreeMap<(BrandId, MotionId), Place>,
    /// The motion of each operation that can carry one out.
    of: BTreeMap<Place, (BrandId, MotionId)>,
    /// The actions of those that were put forward.
    proposed: BTreeMap<(BrandId, MotionId), &'a BrandActions>,
    /// The number of the next motion of a brand.
    next: BTreeMap<BrandId, MotionId>,
}

/// Shows everything that a block of these applied transactions has done, in its order, with the account that did it.
/// What several admins did together is done by the one who carried it out.
pub(super) fn happened(
    before: &View,
    applied: &[&Transaction],
    after: &View,
    visit: &mut dyn FnMut(Address, &Operation),
) {
    let motions = Motions::of(before, applied);
    for (place, sender, operation) in operations(applied) {
        visit(sender, operation);
        for action in motions.carried_out(place, before, after).iter().flat_map(|actions| actions.iter()) {
            visit(sender, &action.clone().into_operation());
        }
    }
}

fn operations<'a>(applied: &[&'a Transaction]) -> impl Iterator<Item = (Place, Address, &'a Operation)> {
    applied.iter().enumerate().flat_map(|(at, transaction)| {
        let operations = transaction.operations.iter().enumerate();
        operations.map(move |(index, operation)| ((at, index), transaction.sender, operation))
    })
}

impl<'a> Motions<'a> {
    fn of(before: &View, applied: &[&'a Transaction]) -> Self {
        let mut motions = Self::default();
        for (place, _, operation) in operations(applied) {
            let motion = match operation {
                Operation::ProposeForBrand(one) => {
                    let motion = (one.brand, motions.take_number(before, one.brand));
                    motions.proposed.insert(motion, &one.actions);
                    motions.of.insert(place, motion);
                    motion
                }
                Operation::ApproveForBrand(one) => {
                    motions.of.insert(place, (one.brand, one.motion));
                    (one.brand, one.motion)
                }
                Operation::StopForBrand(one) => (one.brand, one.motion),
                _ => continue,
            };
            motions.last.insert(motion, place);
        }
        motions
    }

    fn take_number(&mut self, before: &View, brand: BrandId) -> MotionId {
        let of_state = || before.get(&BrandRegisterKey(brand)).expect(IN_MEMORY).unwrap_or_default().next;
        let number = *self.next.entry(brand).or_insert_with(of_state);
        self.next.insert(brand, number.next());
        number
    }

    /// The actions that an operation has carried out: those of a motion that is gone after the block, if this is the
    /// last operation about it. "What is decided is forgotten." (protocol, Brands) One that waits isn't decided: it can
    /// only have lapsed.
    fn carried_out(&self, place: Place, before: &View, after: &View) -> Option<BrandActions> {
        let motion = *self.of.get(&place)?;
        let key = BrandMotionKey { brand: motion.0, motion: motion.1 };
        if self.last.get(&motion) != Some(&place) || after.get(&key).expect(IN_MEMORY).is_some() {
            return None;
        }
        let known = before.get(&key).expect(IN_MEMORY);
        let waits = |from_ms| from_ms > after.tip().time_ms;
        if known.as_ref().and_then(|motion| motion.from_ms).is_some_and(waits) {
            return None;
        }
        self.proposed.get(&motion).map(|actions| (*actions).clone()).or(known.map(|motion| motion.actions))
    }
}

/// The points that a reversal has taken, which can be fewer than it asks for: "What was taken stands under the
/// reference of the reversal." (protocol, Points)
pub(super) fn taken_by(reverse: &Reverse, after: &View) -> Points {
    let (shelf, brand, reference) = (reverse.dated.month(), reverse.brand, reverse.reference.clone());
    let taken = after.get(&ReversedKey { shelf, brand, reference }).expect(IN_MEMORY);
    taken.map_or(Points::ZERO, |taken| taken.amount)
}
