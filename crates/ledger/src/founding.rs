//! The records with which brands, and the seats of validators, start: at genesis, or by a motion.

use lojal_types::genesis::GenesisBrand;
use lojal_types::{Address, Bounded, BrandId, Genesis, Height, MotionId, Name, Totals};

use crate::key::{
    AccountKey, BrandKey, BrandListKey, GovernorKey, OperatorKey, OperatorListKey, ParametersKey, ProtocolKey,
    RegisterKey, SeatKey, SettingsKey, TotalsKey, ValidatorsKey,
};
use crate::overlay::Overlay;
use crate::record::{Account, Brand, BrandList, Governor, Operator, OperatorList, Protocol, Register, Seat};
use crate::tree::Missing;

/// The records with which a network starts.
pub(crate) fn found(overlay: &mut Overlay<'_>, genesis: &Genesis) -> Result<(), Missing> {
    let document = genesis.document();
    overlay.put(&ParametersKey, &document.parameters)?;
    overlay.put(&ValidatorsKey, genesis.validators())?;
    let mut ids: Vec<BrandId> = document.brands.iter().map(|brand| brand.id).collect();
    ids.sort_unstable();
    overlay.put(&BrandListKey, &BrandList { ids: Bounded::new(ids).expect("as many as in the document") })?;
    for brand in document.brands.iter() {
        found_brand(overlay, brand)?;
    }
    overlay.put(&ProtocolKey, &Protocol { version: document.governance.version, scheduled: None })?;
    overlay.put(&SettingsKey, &document.governance.settings())?;
    let (next, open, closed) = (MotionId::new(1), Bounded::default(), Bounded::default());
    overlay.put(&RegisterKey, &Register { next, open, closed })?;
    for seat in document.governance.seats.iter() {
        let (governor, endpoint) = (Address::of_key(&seat.governor), seat.endpoint.clone());
        found_seat(overlay, &seat.name, &Seat { governor, endpoint, since: Height::GENESIS })?;
    }
    Ok(())
}

/// The records with which a brand starts.
pub(crate) fn found_brand(overlay: &mut Overlay<'_>, brand: &GenesisBrand) -> Result<(), Missing> {
    let (name, policy) = (brand.name.clone(), brand.policy.clone());
    let record = Brand { name, decimals: brand.decimals, policy, suspended: false, closes_ms: None, pending_days: 0 };
    overlay.put(&BrandKey(brand.id), &record)?;
    overlay.put(&TotalsKey(brand.id), &Totals::default())?;
    let mut operators = Vec::new();
    for one in brand.operators.iter() {
        let operator = Address::of_key(&one.public_key);
        count_brands(overlay, operator, |brands| brands.checked_add(1))?;
        let record = Operator { roles: one.roles.clone(), issue_daily_max: one.issue_daily_max };
        overlay.put(&OperatorKey { brand: brand.id, operator }, &record)?;
        operators.push(operator);
    }
    operators.sort_unstable();
    let operators = Bounded::new(operators).expect("as many as in the document");
    overlay.put(&OperatorListKey(brand.id), &OperatorList { operators })
}

/// An account knows of how many brands it is an operator, since an operator's allowance is another one. Whoever is
/// appointed has an account from then on.
pub(crate) fn count_brands(
    overlay: &mut Overlay<'_>,
    operator: Address,
    change: impl FnOnce(u16) -> Option<u16>,
) -> Result<(), Missing> {
    let mut account = overlay.get(&AccountKey(operator))?.unwrap_or_default();
    account.operates = change(account.operates).expect("as many as brands list it, of which there are few");
    overlay.put(&AccountKey(operator), &account)
}

/// The seat of a validator, and the account that speaks for it: "the governor's account is made with the seat"
/// (protocol, Governance).
pub(crate) fn found_seat(overlay: &mut Overlay<'_>, name: &Name, seat: &Seat) -> Result<(), Missing> {
    overlay.put(&SeatKey(name.clone()), seat)?;
    overlay.put(&GovernorKey(seat.governor), &Governor { seat: name.clone() })?;
    if overlay.get(&AccountKey(seat.governor))?.is_none() {
        overlay.put(&AccountKey(seat.governor), &Account::default())?;
    }
    Ok(())
}
