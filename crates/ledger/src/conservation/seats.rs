//! Checks that those who govern are the validators: every validator has one seat with one governor, who knows of it,
//! and whoever approves an undecided motion is a validator.

use std::collections::BTreeSet;

use lojal_types::{Address, Name};

use super::{ConservationError, read};
use crate::key::{GovernorKey, MotionKey, SeatKey};
use crate::state::View;

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let (mut seats, mut governors) = (BTreeSet::new(), BTreeSet::new());
    let (mut listed, mut recorded) = (BTreeSet::new(), BTreeSet::new());
    let set = view.validators();
    let validators: BTreeSet<Name> = set.validators().iter().map(|validator| validator.name.clone()).collect();
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        if let Some((SeatKey(name), seat)) = read::<SeatKey>(key, value) {
            seats.insert((name, seat.governor));
        }
        if let Some((GovernorKey(account), governor)) = read::<GovernorKey>(key, value) {
            governors.insert((governor.seat, account));
        }
        let Some((MotionKey(id), motion)) = read::<MotionKey>(key, value) else { continue };
        recorded.insert((id, motion.status.is_undecided()));
        let strangers = motion.approvals.iter().any(|name| !validators.contains(name));
        if motion.status.is_undecided() && strangers {
            return Err(ConservationError::Motions);
        }
    }
    let names: BTreeSet<Name> = seats.iter().map(|(name, _): &(Name, Address)| name.clone()).collect();
    if names != validators || seats != governors {
        return Err(ConservationError::Seats);
    }
    let register = view.register()?;
    listed.extend(register.open.iter().map(|open| (open.motion, true)));
    listed.extend(register.closed.iter().map(|id| (*id, false)));
    if listed == recorded { Ok(()) } else { Err(ConservationError::Motions) }
}

#[cfg(test)]
mod tests {
    use lojal_types::MotionId;

    use super::*;
    use crate::conservation::balance_sheet;
    use crate::fixture::*;
    use crate::key::{RegisterKey, StateKey};
    use crate::record::Governor;

    /// A ledger with one record written over.
    fn with<K: StateKey>(ledger: &Ledger, key: &K, record: Option<&K::Record>) -> Result<(), ConservationError> {
        let value = record.map(|record| borsh::to_vec(record).expect("in memory").into_boxed_slice());
        let tree = ledger.view().tree().apply(&[(key.encode(), value)].into()).expect("in memory");
        balance_sheet(ledger.with_tree(ledger.view().tip(), tree).view()).map(drop)
    }

    #[test]
    fn seats_and_governors_that_are_not_those_of_the_validators_are_found() {
        let ledger = Ledger::new();
        assert_eq!(check(ledger.view()), Ok(()));
        let seat = ledger.view().seat(&node(1)).expect("in memory").expect("there");
        assert_eq!(with(&ledger, &SeatKey(node(1)), None), Err(ConservationError::Seats));
        assert_eq!(with(&ledger, &SeatKey(node(9)), Some(&seat)), Err(ConservationError::Seats));
        let governor = Governor { seat: node(2) };
        assert_eq!(with(&ledger, &GovernorKey(address(ANNA)), Some(&governor)), Err(ConservationError::Seats));
        assert_eq!(with(&ledger, &GovernorKey(seat.governor), Some(&governor)), Err(ConservationError::Seats));
    }

    #[test]
    fn motions_that_are_not_those_of_the_register_or_approved_by_strangers_are_found() {
        let mut ledger = Ledger::new();
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        let (key, record) = (MotionKey(MotionId::new(motion)), ledger.motion(motion));
        assert_eq!(with(&ledger, &key, None), Err(ConservationError::Motions));
        let other = MotionKey(MotionId::new(9));
        assert_eq!(with(&ledger, &other, Some(&record)), Err(ConservationError::Motions));
        let mut by_stranger = record;
        by_stranger.approvals = by_stranger.approvals.with_sorted(node(9)).expect("few");
        assert_eq!(with(&ledger, &key, Some(&by_stranger)), Err(ConservationError::Motions));
        let mut register = ledger.view().register().expect("in memory");
        register.open = Default::default();
        assert_eq!(with(&ledger, &RegisterKey, Some(&register)), Err(ConservationError::Motions));
    }
}
