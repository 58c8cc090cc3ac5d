//! One connection to a gateway. Bodies are ready-made and answers are read no further than they are counted, so that
//! the load generator takes as little of the machine as it can.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpSocket;
use tokio::time;

use crate::error::BenchError;
use crate::workload::Body;

/// Longest wait for an answer: the gateway itself waits at most 30 s for a final block.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Connections that come from one address of this machine: tills and phones come from many, and a gateway gives each
/// its share.
const CONNECTIONS_PER_ADDRESS: usize = 64;

/// The word that stands for a refusal's code when a gateway's patience was over before a transaction was final.
pub const PENDING: &str = "pending";

/// A connection that is kept open, and opened again if the gateway has closed it.
pub(super) struct Gateway {
    host: String,
    from: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
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
    /// The load's connection of that number, to the gateway at a URL; it connects when it first submits.
    pub(super) fn new(url: &str, number: usize) -> Self {
        let host = url.strip_prefix("http://").unwrap_or(url).to_owned();
        let address = u32::from(Ipv4Addr::LOCALHOST).saturating_add((number / CONNECTIONS_PER_ADDRESS) as u32);
        Self { host, from: SocketAddr::from((Ipv4Addr::from(address), 0)), sender: None }
    }
    /// Submits a body and waits until all of it is final: one transaction by itself, several as a batch.
    pub(super) async fn submit(&mut self, body: &Body) -> Result<GatewayAnswer, BenchError> {
        // A borsh list is its length and then its items, so a single one's own bytes start after four.
        let (path, bytes) = match body.transactions {
            1 => ("/v1/transactions?wait=committed", &body.bytes[4..]),
            _ => ("/v1/transactions/batch?wait=committed", &body.bytes[..]),
        };
        let answer = time::timeout(ANSWER_TIMEOUT, self.post(path, bytes)).await;
        let answer = answer.unwrap_or_else(|_| Err("no answer in time".to_owned()));
        let failed = |reason: String| BenchError::Submission(format!("{}{path}: {reason}", self.host));
        let (status, text) = answer.map_err(failed)?;
        if !status.is_success() {
            let problem: Problem = serde_json::from_slice(&text)
                .map_err(|_| failed(format!("{status}: {}", String::from_utf8_lossy(&text))))?;
            return Ok(GatewayAnswer {
                refused: body.transactions,
                refusal: Some(problem.code),
                ..GatewayAnswer::default()
            });
        }
        let read = if body.transactions == 1 { read_one(&text) } else { read_batch(&text) };
        read.map_err(|error| failed(error.to_string()))
    }
    /// Posts bytes; the answer's status and body, or the reason why there is none.
    async fn post(&mut self, path: &str, bytes: &[u8]) -> Result<(StatusCode, Bytes), String> {
        let request = Request::post(path)
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, "application/octet-stream")
            .body(Full::new(Bytes::copy_from_slice(bytes)))
            .map_err(|error| error.to_string())?;
        let sender = self.connected().await?;
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| error.to_string())?;
        Ok((status, body.to_bytes()))
    }
    async fn connected(&mut self) -> Result<&mut SendRequest<Full<Bytes>>, String> {
        let open = match self.sender.take() {
            Some(mut sender) => sender.ready().await.is_ok().then_some(sender),
            None => None,
        };
        let sender = match open {
            Some(sender) => sender,
            None => connect(self.from, &self.host).await.map_err(|error| error.to_string())?,
        };
        Ok(self.sender.insert(sender))
    }
}

async fn connect(from: SocketAddr, host: &str) -> Result<SendRequest<Full<Bytes>>, Box<dyn std::error::Error>> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(from)?;
    let stream = socket.connect(host.parse()?).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // What ends a connection shows at the next submission.
    tokio::spawn(connection);
    Ok(sender)
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
