//! One connection to a gateway. Bodies are ready-made and answers are read no further than they are counted, so that
//! the load generator takes as little of the machine as it can.

use std::time::Duration;

use serde::Deserialize;
use ureq::Agent;

use crate::error::BenchError;
use crate::workload::Body;

/// Longest wait for an answer: the gateway itself waits at most 30 s for a final block.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// The word that stands for a refusal's code when a gateway's patience was over before a transaction was final.
pub const PENDING: &str = "pending";

pub(super) struct Gateway {
    agent: Agent,
    url: String,
}

/// The outcomes of a body's transactions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct GatewayAnswer {
    pub(super) applied: u32,
    pub(super) failed: u32,
    pub(super) refused: u32,
    /// The code of the last refusal or failure.
    pub(super) refusal: Option<String>,
}

#[derive(Deserialize)]
struct Batch {
    transactions: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    status: Status,
    receipt: Option<Receipt>,
    problem: Option<Problem>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pending,
    Committed,
    Refused,
}

#[derive(Deserialize)]
struct Receipt {
    result: Outcome,
    code: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Applied,
    Failed,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
}

impl Gateway {
    pub(super) fn new(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ANSWER_TIMEOUT))
            .proxy(None)
            .build();
        Self { agent: config.into(), url: url.to_owned() }
    }
    /// Submits a body and waits until all of it is final: one transaction by itself, several as a batch.
    pub(super) fn submit(&self, body: &Body) -> Result<GatewayAnswer, BenchError> {
        // A borsh list is its length and then its items, so a single one's own bytes start after four.
        let (path, bytes) = match body.transactions {
            1 => ("/v1/transactions", &body.bytes[4..]),
            _ => ("/v1/transactions/batch", &body.bytes[..]),
        };
        let failed = |reason: String| BenchError::Submission(format!("{}{path}: {reason}", self.url));
        let request = self.agent.post(format!("{}{path}?wait=committed", self.url));
        let answer = request.content_type("application/octet-stream").send(bytes);
        let mut answer = answer.map_err(|error| failed(error.to_string()))?;
        let text = answer.body_mut().read_to_vec().map_err(|error| failed(error.to_string()))?;
        let text = text.as_slice();
        if !answer.status().is_success() {
            let problem: Problem = serde_json::from_slice(text)
                .map_err(|_| failed(format!("{}: {}", answer.status(), String::from_utf8_lossy(text))))?;
            return Ok(GatewayAnswer {
                refused: body.transactions,
                refusal: Some(problem.code),
                ..GatewayAnswer::default()
            });
        }
        let read = if body.transactions == 1 { read_one(text) } else { read_batch(text) };
        read.map_err(|error| failed(error.to_string()))
    }
}

fn read_one(text: &[u8]) -> Result<GatewayAnswer, serde_json::Error> {
    Ok(count([serde_json::from_slice(text)?]))
}

fn read_batch(text: &[u8]) -> Result<GatewayAnswer, serde_json::Error> {
    let batch: Batch = serde_json::from_slice(text)?;
    Ok(count(batch.transactions))
}

fn count(transactions: impl IntoIterator<Item = One>) -> GatewayAnswer {
    let mut answer = GatewayAnswer::default();
    for One { status, receipt, problem } in transactions {
        match (status, receipt) {
            (Status::Committed, Some(Receipt { result: Outcome::Applied, .. })) => answer.applied += 1,
            (Status::Committed, receipt) => {
                answer.failed += 1;
                answer.refusal = receipt.and_then(|receipt| receipt.code).or(answer.refusal);
            }
            (Status::Pending | Status::Refused, _) => {
                answer.refused += 1;
                answer.refusal = Some(problem.map_or_else(|| PENDING.to_owned(), |problem| problem.code));
            }
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_what_became_of_each_transaction() {
        let text = br#"{"transactions":[
            {"id":"aa","status":"committed","height":3,"index":0,"time_ms":1,"receipt":{"result":"applied"}},
            {"id":"ab","status":"committed","height":3,"index":1,"time_ms":1,
             "receipt":{"result":"failed","operation":0,"code":"insufficient_points"}},
            {"id":"ac","status":"refused","problem":{"type":"","title":"","status":503,"detail":"","code":"busy"}},
            {"id":"ad","status":"pending"}]}"#;
        let expected = GatewayAnswer { applied: 1, failed: 1, refused: 2, refusal: Some("pending".into()) };
        assert_eq!(read_batch(text).expect("the gateway's form"), expected);
    }

    #[test]
    fn the_answer_to_one_transaction_reads_by_itself() {
        let text =
            br#"{"id":"aa","status":"committed","height":3,"index":0,"time_ms":1,"receipt":{"result":"applied"}}"#;
        assert_eq!(read_one(text).expect("the gateway's form").applied, 1);
        assert!(read_one(b"{}").is_err());
    }
}
