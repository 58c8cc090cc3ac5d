//! Checks of the records that are about accounts: each has a blind, and an account that something has concerned.

use lojal_types::Address;

use super::ConservationError;
use crate::key::{BLIND_BYTES, blinded_account, split_blind};
use crate::overlay::Written;
use crate::state::View;

/// Checks what a block has written: "A block that changes such a record gives it a new one." (protocol, State and
/// proofs)
pub(super) fn check_block(written: &[Written<'_>]) -> Result<(), ConservationError> {
    for Written { key, before, after, .. } in written {
        let (Some(before), Some(after)) = (before, after) else { continue };
        let blind_in = |value| blind_of(key.as_bytes(), value);
        match blind_in(before) {
            Some((account, _)) if blind_in(before) == blind_in(after) => return Err(ConservationError::Blind(account)),
            _ => {}
        }
    }
    Ok(())
}

/// Checks a whole state: "every account with points has an activity" (protocol, Activity), and so has every one that
/// some other record is about.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        let Some((account, blind)) = blind_of(key, value) else { continue };
        if *blind == [0; BLIND_BYTES] {
            return Err(ConservationError::Blind(account));
        }
        if view.account(account)?.is_none_or(|account| account.activity.count == 0) {
            return Err(ConservationError::Activity(account));
        }
    }
    Ok(())
}

/// The account that a record is about, and its blind, if it has one.
fn blind_of<'a>(key: &[u8], value: &'a [u8]) -> Option<(Address, &'a [u8; BLIND_BYTES])> {
    let account = blinded_account(key)?;
    let (_, blind) = split_blind(*key.first()?, value)?;
    Some((account, blind?))
}

#[cfg(test)]
mod tests {
    use lojal_types::Hash;

    use super::*;
    use crate::conservation::balance_sheet;
    use crate::fixture::*;
    use crate::key::{AccountKey, BalanceKey, PackedKey, StateKey};
    use crate::record::{Account, Balance};

    #[test]
    fn a_balance_that_changes_under_its_old_blind_is_found() {
        let mut ledger = Ledger::new();
        ledger.apply(TILL, issue(GROCER, ANNA, 55, "bread"));
        let key = BalanceKey { account: address(ANNA), brand: brand(GROCER) };
        let base = ledger.view().tree().clone();
        let value = base.get(&key.encode()).expect("in memory").expect("she has points");
        let written = |after: Vec<u8>| [Written::new(&base, PackedKey::of(&key), Some(after.into()))];
        let mut changed = key.value(&Balance::default(), &Hash::new([9; 32])).into_vec();
        assert_eq!(check_block(&written(changed.clone())), Ok(()));
        let room = changed.len() - BLIND_BYTES;
        changed[room..].copy_from_slice(&value[value.len() - BLIND_BYTES..]);
        assert_eq!(check_block(&written(changed)), Err(ConservationError::Blind(address(ANNA))));
    }

    #[test]
    fn points_of_an_account_that_nothing_has_concerned_are_found_and_so_is_a_blind_of_zeros() {
        let mut ledger = Ledger::new();
        ledger.apply(TILL, issue(GROCER, ANNA, 55, "bread"));
        assert!(balance_sheet(ledger.view()).is_ok());
        let (account, balance) =
            (AccountKey(address(ANNA)), BalanceKey { account: address(ANNA), brand: brand(GROCER) });
        let idle = borsh::to_vec(&Account::default()).expect("writing to memory can't fail");
        let fault = |key: Box<[u8]>, value: Vec<u8>| {
            let tree = ledger.view().tree().apply(&[(key, Some(value.into_boxed_slice()))].into()).expect("in memory");
            balance_sheet(ledger.with_tree(ledger.view().tip(), tree).view()).map(drop)
        };
        assert_eq!(fault(account.encode(), idle), Err(ConservationError::Activity(address(ANNA))));
        let mut value =
            ledger.view().tree().get(&balance.encode()).expect("in memory").expect("she has points").to_vec();
        value.last_chunk_mut::<BLIND_BYTES>().expect("it ends with its blind").fill(0);
        assert_eq!(fault(balance.encode(), value), Err(ConservationError::Blind(address(ANNA))));
    }
}
