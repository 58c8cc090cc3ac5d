//! Checks that the brands that leave are listed with the time that their own records say.

use std::collections::BTreeSet;

use super::ConservationError;
use crate::key::ClosingsKey;
use crate::state::View;

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let listed = view.get(&ClosingsKey)?.unwrap_or_default();
    let listed: BTreeSet<_> = listed.brands.iter().map(|one| (one.brand, one.closes_ms)).collect();
    let mut recorded = BTreeSet::new();
    for brand in view.brand_ids() {
        let closes_ms = view.brand(*brand)?.and_then(|record| record.closes_ms);
        recorded.extend(closes_ms.map(|closes_ms| (*brand, closes_ms)));
    }
    match listed.symmetric_difference(&recorded).next() {
        Some((brand, _)) => Err(ConservationError::Closing(*brand)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conservation::balance_sheet;
    use crate::fixture::*;
    use crate::key::StateKey;

    #[test]
    fn a_brand_that_leaves_and_is_not_listed_is_found() {
        let mut ledger = Ledger::new();
        let closes = ledger.leaving_at();
        ledger.apply(TILL, close_brand(GROCER, Some(closes)));
        assert_eq!(check(ledger.view()), Ok(()));
        let tree = ledger.view().tree().apply(&[(ClosingsKey.encode(), None)].into()).expect("in memory");
        let state = ledger.with_tree(ledger.view().tip(), tree);
        assert_eq!(balance_sheet(state.view()).map(drop), Err(ConservationError::Closing(brand(GROCER))));
    }
}
