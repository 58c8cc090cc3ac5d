//! The routes of customers and claims.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, sleep};

use super::{Body, Segment, Shared, Wait};
use crate::claims::CustomerDocument;
use crate::handover::{Answer, Offer};
use crate::keys::Role;
use crate::limits::{PAYMENT_PAUSE, WAIT_S};
use crate::problem::Failure;

/// For the brand's site, once a customer has logged in there.
pub(crate) async fn offer(
    State(app): Shared,
    headers: HeaderMap,
    Body(offer): Body<Offer>,
) -> Result<Response, Failure> {
    app.key(&headers, Role::Claim).await?;
    let document = app.at_desk(move |desk| desk.offer(&offer)).await?;
    let status = if document.has_code() { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(document)).into_response())
}

/// For the customer's wallet, which has no key but the code.
pub(crate) async fn claim(
    State(app): Shared,
    Segment(code): Segment<String>,
    Wait(wait): Wait,
    Body(Answer { public_key }): Body<Answer>,
) -> Result<Response, Failure> {
    let customer = app.at_desk(move |desk| desk.answer_claim(&code, public_key)).await?;
    let deadline = Instant::now() + wait.unwrap_or(Duration::from_secs(WAIT_S));
    let document = loop {
        let number = customer.clone();
        let document = match app.at_desk(move |desk| desk.hand_over(&number)).await {
            // What the wallet has answered is on the disk, and goes on whenever it can.
            Err(failure) if failure.problem().retryable => {
                let number = customer.clone();
                app.at_desk(move |desk| Ok(CustomerDocument::of(desk.customer(&number)?))).await?
            }
            document => document?,
        };
        if !document.is_queued() || Instant::now() + PAYMENT_PAUSE >= deadline {
            break document;
        }
        sleep(PAYMENT_PAUSE).await;
    };
    if document.is_queued() {
        app.desk.claims.tell_later(customer);
    }
    let status = if document.is_queued() { StatusCode::ACCEPTED } else { StatusCode::OK };
    let claimed = document.for_wallet().ok_or_else(Failure::internal)?;
    Ok((status, Json(claimed)).into_response())
}

/// Waits, if it is asked to, until the account is a wallet's.
pub(crate) async fn customer(
    State(app): Shared,
    headers: HeaderMap,
    Segment(number): Segment<String>,
    Wait(wait): Wait,
) -> Result<Response, Failure> {
    app.key(&headers, Role::Read).await?;
    let deadline = Instant::now() + wait.unwrap_or_default();
    loop {
        let number = number.clone();
        let document = app.at_desk(move |desk| Ok(CustomerDocument::of(desk.customer(&number)?))).await?;
        if !document.can_change() || Instant::now() + PAYMENT_PAUSE >= deadline {
            return Ok(Json(document).into_response());
        }
        sleep(PAYMENT_PAUSE).await;
    }
}
