//! Checks that the uses that are left of vouchers are those that were given, and neither used nor taken back.
//!
//! "What is left of a voucher is what was given, less what was used, taken back and returned." (protocol, Vouchers and
//! refunds)

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{BrandId, TimeMs, VoucherId};

use super::{ConservationError, read};
use crate::key::{GivenVoucherKey, UsedVoucherKey, VouchersKey};
use crate::overlay::Written;
use crate::record::{GivenVoucher, Vouchers};
use crate::state::View;

type Id = (BrandId, VoucherId);
/// Uses, as differences.
type Uses = BTreeMap<Id, i64>;

fn left_of(given: &GivenVoucher) -> i64 {
    i64::from(given.quantity) - i64::from(given.taken_back)
}

/// Checks what one block of a time has written.
pub(super) fn check_block(written: &[Written<'_>], time: TimeMs) -> Result<(), ConservationError> {
    let today = time.day();
    let (mut left, mut given) = (Uses::new(), Uses::new());
    let (mut gone, mut of_households) = (BTreeSet::new(), BTreeSet::new());
    for Written { key, before, after, .. } in written {
        let key = key.as_bytes();
        for (value, sign) in [(*before, -1), (after.as_deref(), 1)] {
            let Some(value) = value else { continue };
            if let Some((VouchersKey { account, brand }, record)) = read::<VouchersKey>(key, value) {
                for one in record.vouchers.iter().filter(|one| one.is_live_on(today)) {
                    *left.entry((brand, one.voucher)).or_default() += sign * i64::from(one.left);
                    if account.is_household() && after.is_none() {
                        gone.insert((brand, one.voucher));
                    }
                }
            }
            if let Some((key, record)) = read::<GivenVoucherKey>(key, value) {
                *given.entry((key.brand, record.voucher)).or_default() += sign * left_of(&record);
                if record.to.is_household() {
                    of_households.insert((key.brand, record.voucher));
                }
            }
            if let Some((key, record)) = read::<UsedVoucherKey>(key, value) {
                *given.entry((key.brand, record.voucher)).or_default() -= sign * i64::from(record.quantity);
            }
        }
    }
    for id in left.keys().chain(given.keys()) {
        let at = |uses: &Uses| uses.get(id).copied().unwrap_or_default();
        // Nothing is left at the address of a household that is dissolved.
        let was_household = gone.contains(id) || (of_households.contains(id) && at(&left) == 0);
        if at(&left) != at(&given) && !was_household {
            return Err(ConservationError::Voucher { brand: id.0, voucher: id.1, left: at(&left), given: at(&given) });
        }
    }
    Ok(())
}

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let (mut left, mut given, mut used) = (Uses::new(), Uses::new(), Uses::new());
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        let Some((VouchersKey { brand, .. }, Vouchers { vouchers })) = read::<VouchersKey>(key, value) else {
            continue;
        };
        for one in vouchers.iter() {
            *left.entry((brand, one.voucher)).or_default() += i64::from(one.left);
        }
    }
    for (_, shelf) in view.shelves().iter() {
        for entry in shelf.iter() {
            let (key, value) = entry?;
            if let Some((key, record)) = read::<GivenVoucherKey>(key, value) {
                given.insert((key.brand, record.voucher), left_of(&record));
            }
            if let Some((key, record)) = read::<UsedVoucherKey>(key, value) {
                *used.entry((key.brand, record.voucher)).or_default() += i64::from(record.quantity);
            }
        }
    }
    // A shelf that is dropped since may have had some of what was used, or what was given.
    for (id, left) in left {
        let Some(given) = given.get(&id) else { continue };
        let given = given - used.get(&id).copied().unwrap_or_default();
        if left > given {
            return Err(ConservationError::Voucher { brand: id.0, voucher: id.1, left, given });
        }
    }
    Ok(())
}
