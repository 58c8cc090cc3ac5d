//! The records with which brands, and the seats of validators, start: at genesis, or by a motion.

use lojal_types::genesis::GenesisBrand;
use lojal_types::{Address, Bounded, Name, Totals};

use crate::key::{AccountKey, BrandKey, GovernorKey, OperatorKey, OperatorListKey, SeatKey, TotalsKey};
use crate::overlay::Overlay;
use crate::record::{Account, Brand, Governor, Operator, OperatorList, Seat};

/// The records with which a brand starts.
pub(crate) fn found_brand(overlay: &mut Overlay<'_>, brand: &GenesisBrand) {
    let (name, policy) = (brand.name.clone(), brand.policy.clone());
    let record = Brand { name, decimals: brand.decimals, policy, suspended: false };
    overlay.put(&BrandKey(brand.id), &record);
    overlay.put(&TotalsKey(brand.id), &Totals::default());
    let mut operators = Vec::new();
    for one in brand.operators.iter() {
        let operator = Address::of_key(&one.public_key);
        count_brands(overlay, operator, |brands| brands.checked_add(1));
        let record = Operator { roles: one.roles.clone(), issue_daily_max: one.issue_daily_max };
        overlay.put(&OperatorKey { brand: brand.id, operator }, &record);
        operators.push(operator);
    }
    operators.sort_unstable();
    let operators = Bounded::new(operators).expect("as many as in the document");
    overlay.put(&OperatorListKey(brand.id), &OperatorList { operators });
}

/// An account knows of how many brands it is an operator, since an operator's allowance is another one. Whoever is
/// appointed has an account from then on.
pub(crate) fn count_brands(overlay: &mut Overlay<'_>, operator: Address, change: impl FnOnce(u16) -> Option<u16>) {
    let mut account = overlay.get(&AccountKey(operator)).unwrap_or_default();
    account.operates = change(account.operates).expect("as many as brands list it, of which there are few");
    overlay.put(&AccountKey(operator), &account);
}

/// The seat of a validator, and the account that speaks for it: "the governor's account is made with the seat"
/// (protocol, Governance).
pub(crate) fn found_seat(overlay: &mut Overlay<'_>, name: &Name, seat: &Seat) {
    overlay.put(&SeatKey(name.clone()), seat);
    overlay.put(&GovernorKey(seat.governor), &Governor { seat: name.clone() });
    if overlay.get(&AccountKey(seat.governor)).is_none() {
        overlay.put(&AccountKey(seat.governor), &Account::default());
    }
}
