//! Checks that brands can be governed: a brand has as many admins as it asks for, its motions are those that it lists,
//! and whoever approves one or wants it stopped is an admin.

use std::collections::BTreeSet;

use lojal_types::{BrandId, Role};

use super::{ConservationError, read};
use crate::key::{BrandMotionKey, BrandRegisterKey};
use crate::state::View;

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let (mut listed, mut recorded) = (BTreeSet::new(), BTreeSet::new());
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        if let Some((BrandRegisterKey(brand), register)) = read::<BrandRegisterKey>(key, value) {
            listed.extend(register.open.iter().map(|motion| (brand, *motion)));
            let asks_for_one = register.approvals.needed == 1;
            if !asks_for_one && !register.approvals.are_in_bounds(admins(view, brand)?.len()) {
                return Err(ConservationError::BrandMotions(brand));
            }
        }
        let Some((key, motion)) = read::<BrandMotionKey>(key, value) else { continue };
        recorded.insert((key.brand, key.motion));
        let admins = admins(view, key.brand)?;
        if motion.approved_by.iter().chain(motion.stopped_by.iter()).any(|one| !admins.contains(one)) {
            return Err(ConservationError::BrandMotions(key.brand));
        }
    }
    match listed.symmetric_difference(&recorded).next() {
        Some((brand, _)) => Err(ConservationError::BrandMotions(*brand)),
        None => Ok(()),
    }
}

fn admins(view: &View, brand: BrandId) -> Result<Vec<lojal_types::Address>, crate::tree::Missing> {
    let operators = view.operators(brand)?.into_iter();
    Ok(operators.filter(|(_, one)| one.roles.contains(&Role::Admin)).map(|(address, _)| address).collect())
}

#[cfg(test)]
mod tests {
    use lojal_types::{Approvals, Bounded, MotionId, Policy};

    use super::*;
    use crate::conservation::balance_sheet;
    use crate::fixture::*;
    use crate::key::StateKey;
    use crate::record::BrandRegister;

    /// Checks a ledger with one record written over.
    fn with<K: StateKey>(ledger: &Ledger, key: &K, record: Option<&K::Record>) -> Result<(), ConservationError> {
        let value = record.map(|record| borsh::to_vec(record).expect("in memory").into_boxed_slice());
        let tree = ledger.view().tree().apply(&[(key.encode(), value)].into()).expect("in memory");
        balance_sheet(ledger.with_tree(ledger.view().tip(), tree).view()).map(drop)
    }

    #[test]
    fn motions_that_no_register_has_and_ballots_of_strangers_and_too_few_admins_are_found() {
        let mut ledger = Ledger::new();
        ledger.let_brand_ask_for(GROCER, 2, 0);
        let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, Policy::open())]);
        assert_eq!(check(ledger.view()), Ok(()));
        let found = Err(ConservationError::BrandMotions(brand(GROCER)));
        let (key, record) = (BrandMotionKey { brand: brand(GROCER), motion }, ledger.brand_motion(GROCER, motion));
        let mut by_stranger = record.clone();
        by_stranger.stopped_by = Bounded::new(vec![address(ANNA)]).expect("one");
        let register = ledger.view().get(&BrandRegisterKey(brand(GROCER))).expect("in memory").expect("there");
        let many = BrandRegister { approvals: Approvals { needed: 9, delay_ms: 0 }, ..register };
        let other = BrandMotionKey { brand: brand(GROCER), motion: MotionId::new(9) };
        assert_eq!(with(&ledger, &key, None), found);
        assert_eq!(with(&ledger, &key, Some(&by_stranger)), found);
        assert_eq!(with(&ledger, &other, Some(&record)), found);
        assert_eq!(with(&ledger, &BrandRegisterKey(brand(GROCER)), Some(&many)), found);
    }
}
