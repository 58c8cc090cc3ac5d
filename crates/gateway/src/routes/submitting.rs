//! Routes that take transactions.

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::post;
use lojal_http::schemas::{self, Schema};
use lojal_types::api::{Batch, BatchAnswer, Simulation, TransactionStatus};
use lojal_types::{AddressText, Code, SignedTransaction, UnsignedTransaction};
use serde_json::json;

use super::Route;
use crate::limits::{BATCH_BYTES_MAX, SUBMISSION_BYTES_MAX};
use crate::openapi::operation::Operation;
use crate::problem::Kind;
use crate::{simulation, submit};

const SIGNED: Schema = schemas::of::<SignedTransaction<AddressText>>;
const UNSIGNED: Schema = schemas::of::<UnsignedTransaction<AddressText>>;
const BATCH: Schema = schemas::of::<Batch>;

/// A submission: what it can be refused for, whatever it is.
fn submission(id: &'static str, summary: &'static str) -> Operation {
    let wait = json!({ "type": "string", "enum": ["committed"] });
    Operation::post(id, summary)
        .query_of("wait", wait, "Answer when it is final, or after 30 s.")
        .kinds(&[Kind::InvalidAddress, Kind::TooManyWaiting, Kind::NotValidator])
        .of_blocks()
}

pub(super) fn all() -> Vec<Route> {
    let one = submission("submit", "Submits a signed transaction. The same again is answered as the first.");
    let many = submission("submit_batch", "Submits up to 1,000, each of which is accepted or refused on its own.");
    let simulate = Operation::post("simulate", "What a transaction would do, signed or not; nothing of it is kept.");
    vec![
        Route::new(
            "/v1/transactions",
            post(submit::one).layer(DefaultBodyLimit::max(SUBMISSION_BYTES_MAX)),
            [one.body(&[SIGNED], true)
                .codes(Code::all())
                .json::<TransactionStatus>(StatusCode::OK, "It is final: look at its receipt.")
                .json::<TransactionStatus>(StatusCode::ACCEPTED, "It waits for a block.")],
        ),
        Route::new(
            "/v1/transactions/batch",
            post(submit::batch).layer(DefaultBodyLimit::max(BATCH_BYTES_MAX)),
            [many
                .body(&[BATCH], true)
                .json::<BatchAnswer>(StatusCode::OK, "None of them waits.")
                .json::<BatchAnswer>(StatusCode::ACCEPTED, "Some of them wait for a block.")],
        ),
        Route::new(
            "/v1/simulate",
            post(simulation::simulate).layer(DefaultBodyLimit::max(SUBMISSION_BYTES_MAX)),
            [simulate
                .by("A X")
                .body(&[UNSIGNED, SIGNED], true)
                .kinds(&[Kind::InvalidAddress])
                .codes([Code::Malformed, Code::TransactionTooLarge])
                .of_blocks()
                .json::<Simulation>(StatusCode::OK, "Its outcome, and the accounts that it would change.")],
        ),
    ]
}
