//! `GET /v1/accounts/{address}/vouchers` and `GET /v1/uses/{reference}`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use lojal_ledger::{View, answers};
use lojal_types::api::{TransactionStatus, VoucherUse, Vouchers};
use lojal_types::{Operation, Reference, UseVoucher};

use crate::app::App;
use crate::extract::{AddressSegment, Dated, Params, Segment};
use crate::payments::answered;
use crate::problem::Failure;
use crate::readers::Caller;
use crate::reversals::unknown_reference;
use crate::rights::{Sight, not_permitted, sight};

/// The vouchers of an account of all brands, or of those that the caller acts for.
pub(crate) async fn of_account(
    State(app): State<Arc<App>>,
    caller: Caller,
    AddressSegment(address): AddressSegment,
) -> Result<Json<Vouchers>, Failure> {
    let seen = move |view: &View| match sight(view, &caller, address)? {
        None => Ok(None),
        Some(Sight::Whole) => answers::vouchers(view, address).map(Some),
        Some(Sight::Of(brands)) => {
            let vouchers = answers::vouchers_at(view, address, &brands)?;
            Ok(Some(Vouchers { only_of: Some(brands), ..vouchers }))
        }
    };
    app.read(seen).await?.map(Json).ok_or_else(not_permitted)
}

/// The use of a voucher that has used a request's reference.
pub(crate) async fn used(
    State(app): State<Arc<App>>,
    Segment(reference): Segment<Reference>,
    Params(Dated { dated }): Params<Dated>,
) -> Result<Json<VoucherUse>, Failure> {
    let (store, network) = (app.gateway.store.clone(), app.network());
    let answer = app.blocking(move || {
        let (_, used) = store.read(|view| view.voucher_use(&reference, dated))?.ok_or_else(unknown_reference)?;
        let transaction = answered(&store, network, &used.transaction)?;
        shown(transaction, &reference).ok_or_else(|| {
            tracing::error!(id = %used.transaction, %reference, "the transaction of a reference doesn't use it");
            Failure::internal()
        })
    });
    answer.await.map(Json)
}

fn shown(transaction: TransactionStatus, reference: &Reference) -> Option<VoucherUse> {
    let operations = &transaction.transaction.as_ref()?.transaction.operations;
    let used = operations.iter().find_map(|operation| match operation {
        Operation::UseVoucher(one) if one.request.reference == *reference => Some(one.clone()),
        _ => None,
    });
    let UseVoucher { brand, account, voucher, quantity, .. } = used?;
    Some(VoucherUse { brand, account, voucher, quantity, transaction })
}
