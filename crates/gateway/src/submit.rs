//! `POST /v1/transactions` and `POST /v1/transactions/batch`: transactions on their way into the mempool.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use lojal_types::api::{Batch, BatchAnswer, TransactionState, TransactionStatus};
use lojal_types::{
    AddressText, Bounded, Code, IdentifiedTransaction, NetworkKind, Reverse, SignedTransaction, TimeMs, TransactionId,
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::app::App;
use crate::clients::Client;
use crate::extract::{Form, Params, Payload};
use crate::finality::Waiter;
use crate::health::passes_on;
use crate::limits::BATCH_TRANSACTIONS_MAX;
use crate::places::Pool;
use crate::problem::{Failure, Kind};
use crate::reversals::{first_reversal, left};
use crate::{json, outcome};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    wait: Option<WaitFor>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum WaitFor {
    Committed,
}

impl Query {
    /// The time until which to wait for the outcome, if at all.
    fn deadline(&self, app: &App) -> Option<Instant> {
        self.wait.map(|WaitFor::Committed| Instant::now() + app.timeouts.commit)
    }
}

/// 202 while it waits for a block; 200 with the outcome, when the client asked for it and it came in time.
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    Params(query): Params<Query>,
    payload: Payload,
) -> Result<Response, Failure> {
    passes_on(&app)?;
    let identified = decode_one(&payload, app.network())?.identify(&app.chain());
    let deadline = query.deadline(&app);
    let answer = submit(&app, vec![identified], deadline).await?.pop().ok_or_else(Failure::internal)?;
    let (id, state) = (answer.id, answer.result?);
    let status = TransactionStatus { id, state, transaction: None, activity: None };
    let mut response = (status_of(&status.state), Json(status)).into_response();
    if answer.is_replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// 202 while any of them waits for a block; 200 when all answers are final.
pub(crate) async fn batch(
    State(app): State<Arc<App>>,
    client: Client,
    Params(query): Params<Query>,
    request: Request,
) -> Result<Response, Failure> {
    passes_on(&app)?;
    let place = app.place(Pool::Batches, &client).await?;
    let payload = Payload::from_request(request, &app).await?;
    let (network, chain) = (app.network(), app.chain());
    let identify = move || {
        let signed = decode_batch(&payload, network)?;
        Ok(signed.into_iter().map(|one| one.identify(&chain)).collect())
    };
    let identified = app.blocking(identify).await?;
    drop(place);
    let deadline = query.deadline(&app);
    let answers = submit(&app, identified, deadline).await?;
    let transactions: Vec<TransactionStatus> = answers.into_iter().map(status_of_one).collect();
    let is_pending = transactions.iter().any(|one| status_of(&one.state) == StatusCode::ACCEPTED);
    let status = if is_pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(BatchAnswer { transactions })).into_response())
}

fn status_of_one(SubmissionAnswer { id, result, .. }: SubmissionAnswer) -> TransactionStatus {
    let state = result.unwrap_or_else(|failure| TransactionState::Refused { problem: failure.into_problem() });
    TransactionStatus { id, state, transaction: None, activity: None }
}

fn status_of(state: &TransactionState) -> StatusCode {
    match state {
        TransactionState::Pending => StatusCode::ACCEPTED,
        TransactionState::Committed { .. } | TransactionState::Refused { .. } => StatusCode::OK,
    }
}

fn decode_one(payload: &Payload, network: NetworkKind) -> Result<SignedTransaction, Failure> {
    match payload.form {
        Form::Canonical => SignedTransaction::decode(&payload.bytes).map_err(Failure::of_code),
        Form::Json => {
            let signed = json::transaction(&payload.bytes).map_err(malformed)?;
            signed.to_canonical(network).map_err(|error| Failure::new(Kind::InvalidAddress, error.to_string()))
        }
    }
}

fn decode_batch(payload: &Payload, network: NetworkKind) -> Result<Vec<SignedTransaction>, Failure> {
    if payload.form == Form::Canonical {
        let decoded: Result<Bounded<SignedTransaction, 0, BATCH_TRANSACTIONS_MAX>, _> =
            borsh::from_slice(&payload.bytes);
        return decoded.map(Bounded::into_inner).map_err(|error| {
            let detail = format!(
                "the bytes are no list of at most {BATCH_TRANSACTIONS_MAX} signed transactions in the documented \
                 encoding: {error}"
            );
            Failure::new(Kind::MalformedRequest, detail)
        });
    }
    let Batch { transactions } = json::batch(&payload.bytes).map_err(malformed)?;
    if transactions.len() > BATCH_TRANSACTIONS_MAX {
        let detail = format!(
            "{} transactions where at most {BATCH_TRANSACTIONS_MAX} can be submitted at once; submit fewer",
            transactions.len()
        );
        return Err(Failure::new(Kind::BodyTooLarge, detail));
    }
    let on_network = |(index, signed): (usize, SignedTransaction<AddressText>)| {
        let with_index = |error| Failure::new(Kind::InvalidAddress, format!("transaction {index}: {error}"));
        signed.to_canonical(network).map_err(with_index)
    };
    transactions.into_iter().enumerate().map(on_network).collect()
}

fn malformed(error: serde_json::Error) -> Failure {
    Failure::new(Kind::MalformedJson, error.to_string())
}

/// The header of an answer that is about an earlier submission of the same transaction.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The answer to the submission of a transaction.
struct SubmissionAnswer {
    id: TransactionId,
    /// The outcome, or the reason for a refusal.
    result: Result<TransactionState, Failure>,
    /// True if the same had been submitted before.
    is_replayed: bool,
}

/// Puts transactions into the mempool and, given a deadline, waits until they are final.
async fn submit(
    app: &App,
    identified: Vec<IdentifiedTransaction>,
    deadline: Option<Instant>,
) -> Result<Vec<SubmissionAnswer>, Failure> {
    let ids: Vec<TransactionId> = identified.iter().map(IdentifiedTransaction::id).collect();
    let reversals: Vec<_> = identified.iter().map(|one| first_reversal(&one.signed().transaction)).collect();
    let untils: Vec<TimeMs> = identified.iter().map(|one| one.signed().transaction.valid_until_ms).collect();
    let waiters = if deadline.is_some() { app.finality.register(&ids)? } else { Vec::new() };
    let accepted = app.gateway.mempool.submit(identified).await;
    let mut waiters = waiters.into_iter();
    let mut answers = Vec::with_capacity(ids.len());
    for (((id, until), reversal), accepted) in ids.into_iter().zip(untils).zip(reversals).zip(accepted) {
        let waiter = waiters.next().zip(deadline);
        let earlier = match accepted {
            Ok(_) => Ok(None),
            Err(code) => earlier(app, id, code).await,
        };
        let is_replayed = matches!(earlier, Ok(Some(_)));
        let result = match (accepted, earlier, waiter) {
            (_, Err(failure), _) => Err(failure),
            (_, Ok(Some(state @ TransactionState::Committed { .. })), _) => Ok(state),
            (Err(code), Ok(None), _) => Err(refusal(app, id, reversal.as_ref(), code).await),
            (_, _, None) => Ok(TransactionState::Pending),
            (_, _, Some((waiter, deadline))) => wait(app, waiter, deadline, id, until).await,
        };
        answers.push(SubmissionAnswer { id, result, is_replayed });
    }
    Ok(answers)
}

/// The stage of a transaction that is refused now because it was submitted before; none if it wasn't. One that is on
/// the ledger is so after its time too: whoever reads that it has expired would make a new one and pay twice.
async fn earlier(app: &App, id: TransactionId, code: Code) -> Result<Option<TransactionState>, Failure> {
    if ![Code::DuplicateTransaction, Code::TransactionExpired].contains(&code) {
        return Ok(None);
    }
    // Asked first: a transaction leaves the mempool when it is on the ledger, never the other way.
    let waits = app.gateway.mempool.get(&id).is_some();
    let store = app.gateway.store.clone();
    let committed = app.blocking(move || outcome::committed(&store, &id)).await?;
    Ok(committed.or(waits.then_some(TransactionState::Pending)))
}

/// The answer to a transaction that is refused for what it is.
async fn refusal(app: &App, id: TransactionId, reversal: Option<&Reverse>, code: Code) -> Failure {
    if code == Code::DuplicateTransaction {
        // Another transaction has the half of its id that is remembered.
        return Failure::duplicate(&id);
    }
    if code == Code::AllowanceSpent {
        return Failure::allowance_spent(app.gateway.store.tip().time_ms);
    }
    let Some(reverse) = reversal.cloned() else { return Failure::of_code(code) };
    match app.read(move |view| left(view, &reverse, code)).await {
        Ok(Some(left)) => Failure::too_little_left(code, left),
        // The refusal stands, whether or not more can be said about it.
        Ok(None) | Err(_) => Failure::of_code(code),
    }
}

/// Waits for an accepted transaction's outcome. When the client's time is up it is still pending, unless its own time
/// is up too.
async fn wait(
    app: &App,
    waiter: Waiter,
    deadline: Instant,
    id: TransactionId,
    until: TimeMs,
) -> Result<TransactionState, Failure> {
    if let Some(state) = waiter.wait(deadline).await {
        return Ok(state);
    }
    // Read before the search, so that the search covers every block up to this time.
    let ledger_time = app.gateway.store.tip().time_ms;
    if until > ledger_time {
        return Ok(TransactionState::Pending);
    }
    let store = app.gateway.store.clone();
    match app.blocking(move || outcome::committed(&store, &id)).await {
        Ok(Some(state)) => Ok(state),
        Ok(None) => Err(Failure::of_code(Code::TransactionExpired)),
        // It was accepted, so no fault of this node must make it look refused.
        Err(_) => Ok(TransactionState::Pending),
    }
}
