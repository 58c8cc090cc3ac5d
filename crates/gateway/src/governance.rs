//! `GET /v1/governance`, `GET /v1/governance/{id}`, `GET /v1/validators` and `GET /v1/node/readiness`: who runs the
//! network, and what they decide.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_consensus::NoSign;
use lojal_ledger::record::{Follower, Seat};
use lojal_ledger::{Missing, View};
use lojal_types::{Code, MotionId, Validator, api};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::clients::Client;
use crate::extract::{Params, Segment};
use crate::large::{Large, json};
use crate::places::Pool;
use crate::problem::{Failure, Kind};

/// The parameters, the settings, the version, and all motions that there are.
pub(crate) async fn all(State(app): State<Arc<App>>, client: Client) -> Result<Large, Failure> {
    let place = app.place(Pool::Blocks, &client).await?;
    let store = app.gateway.store.clone();
    Ok(Large::json(app.blocking(move || Ok(json(&store.read(governance)?))).await?, place))
}

/// One motion.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Segment(id): Segment<MotionId>,
) -> Result<Json<api::Motion>, Failure> {
    let unknown = || Failure::of_code_as(Code::UnknownMotion, StatusCode::NOT_FOUND);
    app.read(move |view| motion(view, id)).await?.map(Json).ok_or_else(unknown)
}

/// The validators that decide the next block.
pub(crate) async fn validators(State(app): State<Arc<App>>) -> Result<Json<api::Validators>, Failure> {
    app.read(validators_in).await.map(Json)
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfMotion {
    motion: MotionId,
}

/// The signs of life of this node that a motion waits for.
pub(crate) async fn readiness(
    State(app): State<Arc<App>>,
    Params(OfMotion { motion }): Params<OfMotion>,
) -> Result<Json<api::Readiness>, Failure> {
    let not_ready = |reason: &dyn std::fmt::Display| Failure::new(Kind::NotReady, reason.to_string());
    let life = app.gateway.life.clone().ok_or_else(|| not_ready(&"this node has no key"))?;
    match life.signs(motion).await {
        Ok(signs) => Ok(Json(api::Readiness { motion, signs })),
        Err(NoSign::Unknown) => Err(Failure::of_code_as(Code::UnknownMotion, StatusCode::NOT_FOUND)),
        Err(NoSign::Store(error)) => Err(error.into()),
        Err(reason) => Err(not_ready(&reason)),
    }
}

fn validators_in(view: &View) -> Result<api::Validators, Missing> {
    let validator = |(validator, seat): (Validator, Seat)| api::Validator {
        address: validator.address().to_text(view.network()),
        name: validator.name,
        public_key: validator.public_key,
        network_key: validator.network_key,
        power: validator.power,
        governor: seat.governor.to_text(view.network()),
        endpoint: seat.endpoint,
        since: seat.since,
    };
    let follower = |one: Follower| {
        let Follower { name, network_key, sponsor, endpoint } = one;
        api::Follower { name, network_key, sponsor, endpoint }
    };
    let (total_power, height) = (view.validators().total_power(), view.tip().height);
    let validators = view.seats()?.into_iter().map(validator).collect();
    let followers = view.followers()?.into_iter().map(follower).collect();
    Ok(api::Validators { validators, total_power, followers, height })
}

fn governance(view: &View) -> Result<api::Governance, Missing> {
    let (protocol, register) = (view.protocol(), view.register()?);
    let scheduled = protocol.scheduled.map(|one| api::ScheduledVersion { version: one.version, height: one.height });
    let motions = |ids: &mut dyn Iterator<Item = MotionId>| {
        ids.filter_map(|id| motion(view, id).transpose()).collect::<Result<_, Missing>>()
    };
    Ok(api::Governance {
        version: protocol.version,
        scheduled,
        parameters: view.parameters().clone(),
        settings: view.settings()?,
        open: motions(&mut register.open.iter().map(|open| open.motion))?,
        closed: motions(&mut register.closed.iter().rev().copied())?,
        height: view.tip().height,
    })
}

fn motion(view: &View, id: MotionId) -> Result<Option<api::Motion>, Missing> {
    let (Some(record), set) = (view.motion(id)?, view.validators()) else { return Ok(None) };
    Ok(Some(api::Motion {
        motion: id,
        approving_power: record.approving_power(set),
        total_power: set.total_power(),
        by: record.by,
        actions: record.actions,
        digest: record.digest,
        created_ms: record.created_ms,
        lapses_ms: record.lapses_ms,
        approvals: record.approvals.into_inner(),
        stage: record.status,
    }))
}
