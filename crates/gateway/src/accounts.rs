//! `GET /v1/accounts/{address}` and `GET /v1/accounts/{address}/recovery`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_ledger::{Missing, View, answers};
use lojal_types::{Address, BrandId, api};

use crate::app::App;
use crate::extract::AddressSegment;
use crate::problem::Failure;
use crate::readers::Caller;
use crate::rights::{Sight, helps, not_permitted, sight};

/// The balances, guardians and households of an account; an address that the ledger doesn't know has none. Of an
/// account that isn't its business a brand sees what it has of the brand's own points.
pub(crate) async fn account(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::Account>, Failure> {
    let seen = move |view: &View| match sight(view, &caller, address)? {
        None => Ok(None),
        Some(Sight::Whole) => answers::account(view, address).map(Some),
        Some(Sight::Of(brands)) => narrowed(view, address, brands).map(Some),
    };
    app.read(seen).await?.map(Json).ok_or_else(not_permitted)
}

/// The part of an account that some brands see; one without any of their points is as if there were none.
pub(crate) fn narrowed(view: &View, address: Address, brands: Vec<BrandId>) -> Result<api::Account, Missing> {
    let (balances, holds) = answers::points(view, address, &brands)?;
    let exists = !balances.is_empty() || !holds.is_empty();
    let unknown = api::Account::unknown(address.to_text(view.network()), view.tip().height);
    Ok(api::Account { exists, balances, holds, only_of: Some(brands), ..unknown })
}

/// The keys and guardians of an account, and how far its recovery has come.
pub(crate) async fn recovery(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<api::AccountRecovery>, Failure> {
    let seen = move |view: &View| {
        if !helps(view, &caller, address)? {
            return Ok(None);
        }
        let api::Account { address, exists, rotated_key, frozen, guardians, recovery, safeguards, height, .. } =
            answers::account(view, address)?;
        let time_ms = view.tip().time_ms;
        Ok(Some(api::AccountRecovery {
            address,
            exists,
            rotated_key,
            frozen,
            guardians,
            recovery,
            safeguards,
            height,
            time_ms,
        }))
    };
    app.read(seen).await?.map(Json).ok_or_else(not_permitted)
}
