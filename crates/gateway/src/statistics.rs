//! `GET /v1/brands/{id}/statistics`: a brand's points by month, out of the sums that the state has and the store keeps
//! for the end of each month.

use std::sync::Arc;

use axum::extract::State;
use lojal_ledger::View;
use lojal_ledger::sums::{Sums, sums};
use lojal_store::{MonthEnd, MonthEnds, Store};
use lojal_types::{BrandId, GrossPoints, Height, api};

use crate::app::App;
use crate::brands::allowed;
use crate::clients::Client;
use crate::extract::Segment;
use crate::large::{Large, json};
use crate::limits::STATISTICS_MONTHS_MAX;
use crate::lists::points_of;
use crate::places::Pool;
use crate::problem::Failure;
use crate::readers::Caller;

/// The points of a brand by month.
pub(crate) async fn months(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    Segment(id): Segment<BrandId>,
) -> Result<Large, Failure> {
    app.read(move |view| allowed(view, &caller, id)).await??;
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    Ok(Large::json(app.blocking(move || Ok(json(&statistics(&store, id)?))).await?, place))
}

fn statistics(store: &Store, id: BrandId) -> Result<api::BrandStatistics, Failure> {
    let now = |view: &View| {
        let tip = view.tip();
        Ok((sums(view.tree(), id, tip.time_ms.month())?.unwrap_or_default(), tip))
    };
    let (sums, tip) = store.read(now)?;
    let MonthEnds { opened, opening, mut ends } = store.month_ends(id)?;
    // Blocks may have come meanwhile.
    ends.retain(|end| end.height < tip.height);
    ends.push(MonthEnd { month: tip.time_ms.month(), height: tip.height, sums });
    let before = [&opening].into_iter().chain(ends.iter().map(|end| &end.sums));
    let mut months: Vec<api::BrandMonth> = before.zip(&ends).map(|(before, end)| month(before, end)).collect();
    months.drain(..months.len().saturating_sub(STATISTICS_MONTHS_MAX));
    let complete_from = (opened > Height::GENESIS).then(|| opened.next());
    Ok(api::BrandStatistics { months, complete_from, height: tip.height, time_ms: tip.time_ms })
}

/// The changes between the end of the month before and that of a month.
fn month(before: &Sums, end: &MonthEnd) -> api::BrandMonth {
    let MonthEnd { month, height, sums } = end;
    let (from, to) = (before.totals, sums.totals);
    // They only grow.
    let grown = |from: GrossPoints, to: GrossPoints| GrossPoints::new(to.get().saturating_sub(from.get()));
    api::BrandMonth {
        month: *month,
        issued: grown(from.issued, to.issued),
        redeemed: grown(from.redeemed, to.redeemed),
        converted_out: grown(from.converted_out, to.converted_out),
        expired: grown(from.expired, to.expired),
        reversed: grown(from.reversed, to.reversed),
        donated: grown(from.donated, to.donated),
        refunded: grown(from.refunded, to.refunded),
        outstanding: to.outstanding,
        held: to.held,
        pending: to.pending,
        by_expiry: points_of(sums, None),
        height: *height,
    }
}
