//! `GET /v1/partnerships` and `GET /v1/netting`: what brands have agreed on, and what they owe each other.

use std::sync::Arc;

use axum::extract::State;
use lojal_ledger::{Missing, View};
use lojal_types::{Height, api};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::clients::Client;
use crate::extract::Params;
use crate::large::{Large, json};
use crate::places::Pool;
use crate::problem::{Failure, Kind};

/// All partnerships and proposals; every brand can have one with every other.
pub(crate) async fn all(State(app): State<Arc<App>>, client: Client) -> Result<Large, Failure> {
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    let read = move || Ok(json(&api::Partnerships { partnerships: store.read(View::partnerships)? }));
    Ok(Large::json(app.blocking(read).await?, place))
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    height: Option<Height>,
}

/// The netting statement after the last block. A node keeps one version of the state, so whoever asks for the
/// statement of another height is sent to the auditor.
pub(crate) async fn netting(
    State(app): State<Arc<App>>,
    client: Client,
    Params(query): Params<Query>,
) -> Result<Large, Failure> {
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    let tip = store.tip().height;
    if let Some(height) = query.height.filter(|height| *height != tip) {
        let detail = format!(
            "this node has the statement after its last block, {tip}, and not after block {height}; leave out height, \
             or run lojal-audit verify --to {height}, which makes the statement of every height that there is"
        );
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    Ok(Large::json(app.blocking(move || Ok(json(&store.read(statement)?))).await?, place))
}

fn statement(view: &View) -> Result<api::Netting, Missing> {
    let tip = view.tip();
    let (currency, pairs) = (view.settlement_currency(), view.netting()?);
    Ok(api::Netting { currency, pairs, height: tip.height, time_ms: tip.time_ms })
}
