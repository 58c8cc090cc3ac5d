//! The answers about offers.

use lojal_types::{Address, BrandId, MemberRole, api};

use crate::key::MemberKey;
use crate::record::OpenOffer;
use crate::records::Records;
use crate::state::View;
use crate::tree::Missing;

/// The offers of an account that haven't ended, of all brands.
///
/// # Errors
/// When records that it needs are not known.
pub fn offers<R: Records>(records: &R, address: Address) -> Result<api::Offers, R::Lack> {
    offers_of(records, address, &records.brand_ids()?)
}

/// The same of some brands' points only.
///
/// # Errors
/// When records that it needs are not known.
pub fn offers_of<R: Records>(records: &R, address: Address, brands: &[BrandId]) -> Result<api::Offers, R::Lack> {
    let mut offers = Vec::new();
    for brand in brands.iter().copied() {
        let open = records.offers(address, brand)?;
        offers.extend(open.iter().map(|offer| resting(records, (address, brand), offer)));
    }
    let tip = records.tip();
    let address = address.to_text(records.network());
    Ok(api::Offers { address, offers, only_of: None, height: tip.height, time_ms: tip.time_ms })
}

/// The offers of accounts of a brand that can be taken: whoever has made them isn't stopped.
///
/// # Errors
/// All the pages that are missing.
pub fn takeable(view: &View, owners: &[Address], brand: BrandId) -> Result<Vec<api::RestingOffer>, Missing> {
    let offers = Missing::each(owners.iter().map(|owner| takeable_of(view, *owner, brand)))?;
    Ok(offers.into_iter().flatten().collect())
}

fn takeable_of(view: &View, owner: Address, brand: BrandId) -> Result<Vec<api::RestingOffer>, Missing> {
    let mut offers = Vec::new();
    for open in Records::offers(view, owner, brand)? {
        let maker = view.account(open.by)?;
        let member = || view.get(&MemberKey { household: owner, member: open.by });
        let may = owner == open.by || member()?.is_some_and(|rights| rights.role != MemberRole::Child);
        if may && maker.is_some_and(|maker| maker.stop(view.tip().time_ms).is_none()) {
            offers.push(resting(view, (owner, brand), &open));
        }
    }
    Ok(offers)
}

fn resting<R: Records>(records: &R, (owner, brand): (Address, BrandId), offer: &OpenOffer) -> api::RestingOffer {
    api::RestingOffer {
        owner: owner.to_text(records.network()),
        offer: offer.id,
        brand,
        amount: offer.lot.amount,
        expiry: offer.lot.expiry,
        wants: offer.wants,
        price_num: offer.price_num,
        price_den: offer.price_den,
        wants_until: offer.wants_until,
        min_take: offer.min_take,
        ends_ms: offer.ends_ms,
    }
}
