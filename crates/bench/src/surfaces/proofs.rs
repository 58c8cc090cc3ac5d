//! Balances that are proven: how many a gateway answers, and what checking one takes whoever has asked.

use std::path::Path;
use std::time::{Duration, Instant};

use lojal_client::Verifier;
use lojal_types::{Genesis, Points, api};
use serde::Serialize;

use super::asking::{Answered, Load, ask};
use super::tokens::Members;
use crate::accounts::Accounts;
use crate::bed::Bed;
use crate::error::BenchError;
use crate::latency::{Latencies, Percentiles};
use crate::markdown::{number, whole};
use crate::suite::tell;
use crate::targets::{Bound, Target};
use crate::workload::START_POINTS;

/// Members who ask: as many as tokens are remembered.
const ASKING: usize = 10_000;
/// Proven balances that a gateway has to answer in a second.
const AIM_PER_S: f64 = 15_000.0;

/// The figures of balances.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Balances {
    /// As they are told.
    told: Answered,
    /// As they are proven.
    proven: Answered,
    /// The latter at half of the rate that is aimed at.
    half: Answered,
    /// The checking of what came.
    checked: Checked,
}

/// The times that a client takes for an answer's bytes.
#[derive(Clone, Debug, Serialize)]
struct Checked {
    answers: usize,
    /// The first proven balance, with what is made of the genesis document.
    first_ms: f64,
    /// Each that follows.
    proven: Percentiles,
    /// Reading one that is told.
    told: Percentiles,
}

/// An answer's bytes, with the number of the member who has asked.
type Answer = (usize, Vec<u8>);

/// Asks the gateway of one validator that has nothing else to do, each load for so long.
pub(super) fn measure(dir: &Path, members: &Accounts, duration: Duration) -> Result<Balances, BenchError> {
    let bed = Bed::start_one(dir, "", members)?;
    let (urls, genesis) = (bed.cluster.running_urls(), bed.cluster.genesis());
    let asking = Members { url: &urls[0], chain: genesis.chain_id(), network: genesis.network(), all: members };
    let proofs = asking.ask(ASKING, |address| format!("/v1/accounts/{address}/proof"));
    let accounts = asking.ask(ASKING, |address| format!("/v1/accounts/{address}"));
    let process = bed.cluster.processes()[0];
    let load = Load { url: &urls[0], process, questions: &accounts, rate_per_s: None, duration };
    tell("a first look, in which every token is checked");
    ask(&Load { questions: &proofs, duration: duration.div_f64(2.0), ..load })?;
    tell("balances as they are told");
    let told = ask(&load)?;
    tell("balances as they are proven");
    let proven = ask(&Load { questions: &proofs, ..load })?;
    tell("the same at half of the rate that is aimed at");
    let half = ask(&Load { questions: &proofs, rate_per_s: Some(AIM_PER_S / 2.0), ..load })?;
    let checked = check(genesis, members, &proven.kept, &told.kept)?;
    bed.remove()?;
    Ok(Balances { told, proven, half, checked })
}

/// Checks answers as a wallet does that has only the genesis document, and reads others as one that believes them.
fn check(genesis: &Genesis, members: &Accounts, proven: &[Answer], told: &[Answer]) -> Result<Checked, BenchError> {
    let untrue = |reason: String| BenchError::Submission(format!("a proven balance: {reason}"));
    let prove = |verifier: &Verifier, (member, answer): &Answer| {
        let state: api::ProvenState = serde_json::from_slice(answer).map_err(|error| untrue(error.to_string()))?;
        let account = verifier.account(members.address(*member), &state).map_err(|error| untrue(error.to_string()))?;
        expect_start(account.value())
    };
    let started = Instant::now();
    let verifier = Verifier::new(genesis);
    proven.first().map_or(Ok(()), |first| prove(&verifier, first))?;
    let first_ms = started.elapsed().as_secs_f64() * 1e3;
    let timed = |answers: &[Answer], read: &dyn Fn(&Answer) -> Result<(), BenchError>| {
        let mut latencies = Latencies::default();
        for answer in answers {
            let started = Instant::now();
            read(answer)?;
            latencies.add(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX), 1);
        }
        Ok::<_, BenchError>(latencies.percentiles())
    };
    let believe = |(_, answer): &Answer| {
        let account: api::Account = serde_json::from_slice(answer).map_err(|error| untrue(error.to_string()))?;
        expect_start(&account)
    };
    Ok(Checked {
        answers: proven.len(),
        first_ms,
        proven: timed(proven.get(1..).unwrap_or_default(), &|answer| prove(&verifier, answer))?,
        told: timed(told, &believe)?,
    })
}

/// Nobody has moved a point: everybody has what they were given.
fn expect_start(account: &api::Account) -> Result<(), BenchError> {
    let is_start = |balance: &api::Balance| balance.total == Points::new(START_POINTS);
    match account.balances.iter().filter(|balance| is_start(balance)).count() {
        2 => Ok(()),
        _ => Err(BenchError::Submission(format!("{} has other balances than it was given", account.address))),
    }
}

/// The lines that say more than the aims.
pub(super) fn lines(balances: &Balances) -> Vec<String> {
    let answered = |title: &str, one: &Answered| {
        format!(
            "{title}: {} per s; p50 {} ms, p99 {} ms, max {} ms; CPU of the gateway {} µs, of who asks {} µs; {} bytes",
            whole(one.per_s),
            number(one.latency.p50_ms),
            number(one.latency.p99_ms),
            number(one.latency.max_ms),
            number(one.gateway_us),
            number(one.asking_us),
            whole(one.bytes),
        )
    };
    let checked = &balances.checked;
    vec![
        answered("balances that are told", &balances.told),
        answered("balances that are proven", &balances.proven),
        answered("the same at half of the aim", &balances.half),
        format!(
            "checked in this process: the first {} ms, then p50 {} ms, p99 {} ms of {}; told ones are read in {} ms",
            number(checked.first_ms),
            number(checked.proven.p50_ms),
            number(checked.proven.p99_ms),
            whole(checked.answers as f64),
            number(checked.told.p50_ms),
        ),
    ]
}

/// Every aim and what came of it.
pub(super) fn aims(balances: &Balances) -> Vec<Target> {
    let Balances { told, proven, half, checked } = balances;
    vec![
        Target {
            what: "proven balances per second of one gateway, whoever asks on the same two cores",
            bound: Bound::AtLeast(AIM_PER_S),
            reached: Some(proven.per_s),
            figures: format!(
                "{} told ones; {} and {} µs of the gateway's CPU each",
                whole(told.per_s),
                number(proven.gateway_us),
                number(told.gateway_us)
            ),
        },
        Target {
            what: "proven balances at 7,500 per second: p99 in ms",
            bound: Bound::AtMost(10.0),
            reached: Some(half.latency.p99_ms),
            figures: format!("{} per s; p50 {} ms", whole(half.per_s), number(half.latency.p50_ms)),
        },
        Target {
            what: "checking a proven balance after the first: p99 in ms",
            bound: Bound::AtMost(5.0),
            reached: Some(checked.proven.p99_ms),
            figures: format!(
                "p50 {} ms, the first {} ms; {} ms to read one that is told",
                number(checked.proven.p50_ms),
                number(checked.first_ms),
                number(checked.told.p50_ms)
            ),
        },
    ]
}
