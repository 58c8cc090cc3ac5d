//! Checks that every account knows of how many brands it is an operator: its allowance depends on it.

use std::collections::BTreeMap;

use lojal_types::Address;

use super::{ConservationError, read};
use crate::key::{AccountKey, OperatorListKey};
use crate::state::View;

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let (mut listed, mut counted) = (BTreeMap::<Address, u16>::new(), BTreeMap::new());
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        if let Some((_, list)) = read::<OperatorListKey>(key, value) {
            for operator in list.operators.iter() {
                let brands = listed.entry(*operator).or_default();
                *brands = brands.saturating_add(1);
            }
        }
        let Some((AccountKey(address), account)) = read::<AccountKey>(key, value) else { continue };
        if account.operates > 0 {
            counted.insert(address, account.operates);
        }
    }
    for account in listed.keys().chain(counted.keys()).copied() {
        let of = |counts: &BTreeMap<Address, u16>| counts.get(&account).copied().unwrap_or_default();
        let (counted, listed) = (of(&counted), of(&listed));
        if counted != listed {
            return Err(ConservationError::Operates { account, counted, listed });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conservation::balance_sheet;
    use crate::fixture::*;
    use crate::key::StateKey;
    use crate::record::Account;

    #[test]
    fn an_account_that_counts_its_brands_wrongly_is_found() {
        let ledger = Ledger::new();
        assert_eq!(check(ledger.view()), Ok(()));
        let till = ledger.view().account(address(TILL)).expect("in memory").expect("an operator");
        assert_eq!(till.operates, 3);
        for (member, operates, listed) in [(TILL, 2, 3), (ISSUER, 2, 1), (ANNA, 1, 0)] {
            let (key, account) = (AccountKey(address(member)), Account { operates, ..Account::default() });
            let value = borsh::to_vec(&account).expect("in memory");
            let tree = ledger
                .view()
                .tree()
                .apply(&[(key.encode(), Some(value.into_boxed_slice()))].into())
                .expect("in memory");
            let state = ledger.with_tree(ledger.view().tip(), tree);
            let found = ConservationError::Operates { account: address(member), counted: operates, listed };
            assert_eq!(check(state.view()), Err(found.clone()));
            assert_eq!(balance_sheet(state.view()).map(drop), Err(found));
        }
    }
}
