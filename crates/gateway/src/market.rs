//! `GET /v1/market/{sell}/{buy}` and `GET /v1/accounts/{address}/offers`.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_ledger::{Missing, View, answers};
use lojal_types::{Address, BrandId, api};

use crate::app::App;
use crate::brands::unknown_brand;
use crate::extract::{AddressSegment, TwoBrands};
use crate::limits::{MARKET_OFFERS_MAX, MARKET_OWNERS_MAX};
use crate::problem::Failure;
use crate::readers::Caller;
use crate::rights::{Sight, not_permitted, sight};

/// The offers of a brand's points for another's that can be taken now.
pub(crate) async fn market(
    State(app): State<Arc<App>>,
    TwoBrands(brand, wants): TwoBrands,
) -> Result<Json<api::Market>, Failure> {
    let (owners, more) = app.books.owners((brand, wants), MARKET_OWNERS_MAX);
    let book = move |view: &View| book(view, (brand, wants), &owners, more);
    app.read(book).await?.map(Json).ok_or_else(unknown_brand)
}

/// The book of two brands that there are, as the state has it of some owners.
fn book(
    view: &View,
    (brand, wants): (BrandId, BrandId),
    owners: &[Address],
    more: bool,
) -> Result<Option<api::Market>, Missing> {
    for brand in [brand, wants] {
        if view.brand(brand)?.is_none() {
            return Ok(None);
        }
    }
    let mut offers = answers::takeable(view, owners, brand)?;
    offers.retain(|offer| offer.wants == wants);
    offers.sort_by(cheaper);
    let more = more || offers.len() > MARKET_OFFERS_MAX;
    offers.truncate(MARKET_OFFERS_MAX);
    let tip = view.tip();
    Ok(Some(api::Market { brand, wants, offers, more, height: tip.height, time_ms: tip.time_ms }))
}

fn cheaper(one: &api::RestingOffer, other: &api::RestingOffer) -> Ordering {
    let price = u64::from(one.price_num) * u64::from(other.price_den);
    let price = price.cmp(&(u64::from(other.price_num) * u64::from(one.price_den)));
    price.then(other.expiry.cmp(&one.expiry)).then(one.offer.cmp(&other.offer))
}

/// The offers of an account of all brands' points, or of those of the brands that the caller acts for.
pub(crate) async fn offers(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::Offers>, Failure> {
    let seen = move |view: &View| match sight(view, &caller, address)? {
        None => Ok(None),
        Some(Sight::Whole) => answers::offers(view, address).map(Some),
        Some(Sight::Of(brands)) => {
            let offers = answers::offers_of(view, address, &brands)?;
            Ok(Some(api::Offers { only_of: Some(brands), ..offers }))
        }
    };
    app.read(seen).await?.map(Json).ok_or_else(not_permitted)
}
