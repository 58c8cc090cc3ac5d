//! `GET /v1/governance`, `GET /v1/governance/{id}` and `GET /v1/validators`: who runs the network, and what they
//! decide.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lojal_ledger::View;
use lojal_ledger::record::Seat;
use lojal_types::{Code, MotionId, Validator, ValidatorSet, api};

use crate::app::App;
use crate::clients::Client;
use crate::extract::Segment;
use crate::large::{Large, json};
use crate::places::Pool;
use crate::problem::Failure;

/// The parameters, the settings, the version, and all motions that there are.
pub(crate) async fn all(State(app): State<Arc<App>>, client: Client) -> Result<Large, Failure> {
    let place = app.place(Pool::Blocks, &client).await?;
    let view = app.gateway.store.view();
    Ok(Large::json(app.blocking(move || Ok(json(&governance(&view)))).await?, place))
}

/// One motion.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Segment(id): Segment<MotionId>,
) -> Result<Json<api::Motion>, Failure> {
    let view = app.gateway.store.view();
    let unknown = || Failure::of_code_as(Code::UnknownMotion, StatusCode::NOT_FOUND);
    motion(&view, &view.validators(), id).map(Json).ok_or_else(unknown)
}

/// The validators that decide the next block.
pub(crate) async fn validators(State(app): State<Arc<App>>) -> Json<api::Validators> {
    let view = app.gateway.store.view();
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
    let (total_power, height) = (view.validators().total_power(), view.tip().height);
    Json(api::Validators { validators: view.seats().into_iter().map(validator).collect(), total_power, height })
}

fn governance(view: &View) -> api::Governance {
    let (protocol, register, set) = (view.protocol(), view.register(), view.validators());
    let scheduled = protocol.scheduled.map(|one| api::ScheduledVersion { version: one.version, height: one.height });
    let motions = |ids: &mut dyn Iterator<Item = MotionId>| ids.filter_map(|id| motion(view, &set, id)).collect();
    api::Governance {
        version: protocol.version,
        scheduled,
        parameters: view.parameters(),
        settings: view.settings(),
        open: motions(&mut register.open.iter().map(|open| open.motion)),
        closed: motions(&mut register.closed.iter().rev().copied()),
        height: view.tip().height,
    }
}

fn motion(view: &View, set: &ValidatorSet, id: MotionId) -> Option<api::Motion> {
    let record = view.motion(id)?;
    Some(api::Motion {
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
    })
}
