//! Points that were set aside, by holds or to wait, once their time has come: in a brand's totals they are outstanding
//! then, or expired if their month is over (protocol, Holds; protocol, Pending points).

use lojal_types::{BrandId, Expiry, Lot, Month, Points, Totals};

use crate::key::{OutstandingKey, TotalsKey};
use crate::overlay::Overlay;
use crate::tree::Missing;

const BOUNDED: &str = "a brand's total bounds every sum of its points";

/// Reads what changes when points of a brand with these expiries are set free.
pub(crate) fn read(
    overlay: &mut Overlay<'_>,
    brand: BrandId,
    expiries: impl Iterator<Item = Expiry>,
) -> Result<(), Missing> {
    let totals = overlay.get(&TotalsKey(brand)).map(drop);
    let outstanding = expiries.map(|expiry| overlay.get(&OutstandingKey { brand, expiry }));
    Missing::both(totals, Missing::each(outstanding)).map(drop)
}

/// Moves lots out of the total that has them set aside.
pub(crate) fn set_free(
    overlay: &mut Overlay<'_>,
    brand: BrandId,
    lots: impl Iterator<Item = Lot>,
    month: Month,
    aside: fn(&mut Totals) -> &mut Points,
) -> Result<(), Missing> {
    let mut totals = overlay.get(&TotalsKey(brand))?.expect("every brand has totals");
    for Lot { expiry, amount } in lots {
        let left = aside(&mut totals).checked_sub(amount);
        *aside(&mut totals) = left.expect("a part of what is set aside");
        if expiry.is_live_in(month) {
            totals.outstanding = totals.outstanding.checked_add(amount).expect(BOUNDED);
            let key = OutstandingKey { brand, expiry };
            let sum = overlay.get(&key)?.unwrap_or_default().checked_add(amount).expect(BOUNDED);
            overlay.put(&key, &sum)?;
        } else {
            totals.expired = totals.expired.checked_add(amount).expect(BOUNDED);
        }
    }
    overlay.put(&TotalsKey(brand), &totals)
}
