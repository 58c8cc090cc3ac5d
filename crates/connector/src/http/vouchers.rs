//! The routes of vouchers.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use lojal_types::Reference;

use super::{Body, Segment, Shared, Wait, opened};
use crate::keys::Role;
use crate::problem::Failure;
use crate::vouchers::{AskForUse, UseDocument};

pub(crate) async fn ask(
    State(app): Shared,
    headers: HeaderMap,
    Body(ask): Body<AskForUse>,
) -> Result<Response, Failure> {
    let key = app.key(&headers, Role::Pay).await?;
    let asked = app.at_desk(move |desk| {
        let (document, is_new) = desk.ask_for_use(&key, &ask)?;
        Ok((document.with_code()?, is_new))
    });
    Ok(opened(asked.await?))
}
/// Waits, if it is asked to, until somebody has answered or nobody can any more.
pub(crate) async fn look(
    State(app): Shared,
    headers: HeaderMap,
    Segment(id): Segment<Reference>,
    Wait(wait): Wait,
) -> Result<Response, Failure> {
    app.key(&headers, Role::Pay).await?;
    app.looked(wait, move |desk| desk.look_at_use(&id), UseDocument::is_open).await
}
