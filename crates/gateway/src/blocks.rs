//! `GET /v1/blocks/{height}` and `GET /v1/export`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use lojal_types::{Height, api};
use serde::{Deserialize, Serialize};

use crate::answers::IMMUTABLE;
use crate::app::App;
use crate::clients::Client;
use crate::extract::{Params, Segment};
use crate::large::{Large, json};
use crate::limits::{EXPORT_BLOCKS_MAX, EXPORT_BYTES_MAX};
use crate::outcome;
use crate::places::Pool;
use crate::problem::{Failure, Kind};
use crate::readers::Caller;
use crate::rights::not_permitted;

/// The block that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    Latest,
    Height(Height),
}

impl At {
    /// The height of the block, if there is one.
    pub(crate) fn in_chain(self, tip: Height) -> Result<Height, Failure> {
        let height = match self {
            Self::Latest => tip,
            Self::Height(height) => height,
        };
        if height == Height::GENESIS || height > tip {
            let detail = match tip {
                Height::GENESIS => "there is no block yet; try again in a moment".to_owned(),
                tip => format!("there is no block {height}; the first is 1, the last is {tip}"),
            };
            return Err(Failure::new(Kind::UnknownBlock, detail));
        }
        Ok(height)
    }
    /// The header by which whoever has a block by its height keeps it.
    pub(crate) fn fixed(self) -> Option<[(HeaderName, HeaderValue); 1]> {
        (self != Self::Latest).then_some([(header::CACHE_CONTROL, IMMUTABLE)])
    }
}

/// A text that is neither.
#[derive(Debug)]
pub(crate) struct AtError;

impl fmt::Display for AtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a block's height, or latest")
    }
}
impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Height(height) => height.fmt(f),
        }
    }
}
impl FromStr for At {
    type Err = AtError;
    fn from_str(text: &str) -> Result<Self, AtError> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        text.parse().map(|height| Self::Height(Height::new(height))).map_err(|_| AtError)
    }
}

/// Blocks have the transactions of everybody.
fn for_auditors(caller: &Caller) -> Result<(), Failure> {
    if *caller == Caller::Auditor { Ok(()) } else { Err(not_permitted()) }
}

/// A block with its certificate and transactions.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    Segment(at): Segment<At>,
) -> Result<Response, Failure> {
    for_auditors(&caller)?;
    let height = at.in_chain(app.gateway.store.tip().height)?;
    let place = app.place(Pool::Blocks, &client).await?;
    let (store, network) = (app.gateway.store.clone(), app.network());
    let read = move || {
        let stored = outcome::stored(&store, height)?;
        let block = outcome::decode(&stored)?;
        Ok(json(&api::Block {
            id: block.header.id(),
            header: block.header.to_text(network),
            certificate: stored.certificate.to_text(network),
            transactions: block.transactions.into_inner().into_iter().map(|signed| signed.to_text(network)).collect(),
        }))
    };
    let block = Large::json(app.blocking(read).await?, place);
    Ok((at.fixed(), block).into_response())
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    from: Height,
    limit: Option<u32>,
}

/// Blocks with their certificates as bytes for an auditor, as many as are asked for and fit; none beyond the last
/// block.
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    client: Client,
    caller: Caller,
    Params(query): Params<Query>,
) -> Result<Large, Failure> {
    for_auditors(&caller)?;
    let limit = query.limit.unwrap_or(EXPORT_BLOCKS_MAX);
    if query.from == Height::GENESIS || !(1..=EXPORT_BLOCKS_MAX).contains(&limit) {
        let detail = format!("from must be 1 or more, and limit 1 to {EXPORT_BLOCKS_MAX}");
        return Err(Failure::new(Kind::InvalidParameter, detail));
    }
    let place = app.place(Pool::Exports, &client).await?;
    let store = app.gateway.store.clone();
    let first = store.first_block();
    if query.from < first {
        return Err(Failure::pruned(query.from, first));
    }
    let bytes = app.blocking(move || Ok(store.export(query.from, limit as usize, EXPORT_BYTES_MAX)?)).await?;
    Ok(Large::bytes(bytes, place))
}
