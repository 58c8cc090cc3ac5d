//! Webhooks of a brand: how many events leave one node in a second, to a receiver on the same machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use lojal_types::api::NewWebhook;
use serde::Serialize;
use ureq::Agent;

use super::receiver::{Receiver, Taken};
use crate::accounts::Accounts;
use crate::bed::{Bed, CONNECTIONS, UNLIMITED};
use crate::cluster::brand;
use crate::error::BenchError;
use crate::markdown::{number, whole};
use crate::process::{threads_cpu_s, usage};
use crate::suite::tell;
use crate::targets::{Bound, Target};
use crate::workload::Kind;

/// Webhooks that a brand has at most.
const WEBHOOKS: usize = 8;
/// Events in a second that are aimed at.
const AIM_PER_S: f64 = 1_000.0;
/// The time that events may take to leave, as a multiple of the one that is aimed at.
const PATIENCE: u32 = 30;
/// Bytes that are posted without a gateway, like an event's.
const POSTED_BYTES: usize = 700;
/// The settings of a node that sends to its own machine.
const SETTINGS: &str = "[webhooks]\nallow_private = true\n";

/// The figures of webhooks.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sent {
    /// Posts per second of as many threads without a gateway: nothing is read, signed or written.
    posted_per_s: f64,
    /// One webhook.
    one: Delivered,
    /// As many as a brand has at most.
    all: Delivered,
}

/// Events that were delivered.
#[derive(Clone, Debug, Serialize)]
struct Delivered {
    webhooks: usize,
    events: u64,
    per_s: f64,
    /// Signatures that were checked.
    checked: usize,
    /// Bytes of an event, in the mean.
    bytes: f64,
    /// CPU time of the node for each, in microseconds: of the threads that send, and of all.
    sending_us: f64,
    node_us: f64,
}

/// Sends the events of transfers to one webhook and to as many as a brand can have, for about so long at the rate that
/// is aimed at.
pub(super) fn measure(dir: &Path, members: &Accounts, duration: Duration) -> Result<Sent, BenchError> {
    let bed = Bed::start_one(dir, SETTINGS, members)?;
    let receiver = Receiver::start()?;
    tell("posts without a gateway");
    let posted_per_s = post(&receiver, duration.div_f64(4.0))?;
    let mut keys = BTreeMap::new();
    tell("one webhook");
    add(&bed, &receiver, &mut keys)?;
    let one = deliver(&bed, &receiver, &keys, duration)?;
    tell(&format!("{WEBHOOKS} webhooks"));
    (1..WEBHOOKS).try_for_each(|_| add(&bed, &receiver, &mut keys))?;
    let all = deliver(&bed, &receiver, &keys, duration)?;
    receiver.stop();
    bed.remove()?;
    Ok(Sent { posted_per_s, one, all })
}

/// Registers one more webhook of the brand whose points are transferred.
fn add(bed: &Bed<'_>, receiver: &Receiver, keys: &mut BTreeMap<String, String>) -> Result<(), BenchError> {
    let path = format!("/hook-{}", keys.len());
    let new = NewWebhook { url: receiver.url(&path), types: vec![] };
    let made = bed.cluster.admin(0)?.add_webhook(&brand(0), &new)?;
    keys.insert(path, made.webhook.public_key);
    Ok(())
}

/// Has transfers happen, and waits until every webhook has sent all of them.
fn deliver(
    bed: &Bed<'_>,
    receiver: &Receiver,
    keys: &BTreeMap<String, String>,
    duration: Duration,
) -> Result<Delivered, BenchError> {
    let (kind, webhooks) = (Kind::Transfer { skew: 1 }, keys.len());
    // One webhook sends one event at a time, so it gets its share of them and no more.
    let count = (AIM_PER_S * duration.as_secs_f64()) as usize / WEBHOOKS;
    let bodies = bed.signer.presign(kind, count, kind.batch());
    let process = bed.cluster.processes()[0];
    receiver.reset();
    let (node_before, sending_before) = (usage(process).cpu_s, sending_cpu_s(process));
    let applied = bed.submit(&bodies, CONNECTIONS, None, UNLIMITED)?.run.applied;
    let wanted = applied * webhooks as u64;
    let taken: Taken = receiver.wait_for(wanted, duration * PATIENCE)?;
    if taken.events != wanted || taken.astray > 0 {
        let reason = format!("{} webhooks came, {} of them astray, of {wanted}", taken.events, taken.astray);
        return Err(BenchError::Submission(reason));
    }
    let each_us = |seconds: f64| seconds * 1e6 / taken.events.max(1) as f64;
    Ok(Delivered {
        webhooks,
        events: taken.events,
        per_s: taken.per_s(),
        checked: taken.check(keys)?,
        bytes: taken.bytes as f64 / taken.events.max(1) as f64,
        sending_us: each_us(sending_cpu_s(process) - sending_before),
        node_us: each_us(usage(process).cpu_s - node_before),
    })
}

/// CPU time of a node's threads that send webhooks.
fn sending_cpu_s(process: u32) -> f64 {
    threads_cpu_s(process).values().filter(|(name, _)| name.starts_with("webhook")).map(|(_, cpu_s)| cpu_s).sum()
}

/// Posts to the receiver from as many threads as there are webhooks, each over its own connection; posts per second.
fn post(receiver: &Receiver, duration: Duration) -> Result<f64, BenchError> {
    let (body, started) = ("x".repeat(POSTED_BYTES), Instant::now());
    let one = |number: usize| {
        let config = Agent::config_builder().proxy(None).build();
        let (agent, url) = (Agent::from(config), receiver.url(&format!("/post-{number}")));
        let mut posts = 0_u64;
        while started.elapsed() < duration {
            let failed = |error: ureq::Error| BenchError::Submission(format!("{url}: {error}"));
            agent.post(&url).send(&body).map_err(failed)?;
            posts += 1;
        }
        Ok::<_, BenchError>(posts)
    };
    let posts: Result<Vec<u64>, BenchError> = thread::scope(|scope| {
        let threads: Vec<_> = (0..WEBHOOKS).map(|number| scope.spawn(move || one(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("posting doesn't panic")).collect()
    });
    Ok(posts?.into_iter().sum::<u64>() as f64 / started.elapsed().as_secs_f64())
}

/// The lines that say more than the aims.
pub(super) fn lines(sent: &Sent) -> Vec<String> {
    let delivered = |one: &Delivered| {
        format!(
            "{} webhooks: {} events, {} per s, {} bytes each; {} signatures checked; CPU of sending {} µs, of the \
             node {} µs each",
            one.webhooks,
            whole(one.events as f64),
            whole(one.per_s),
            whole(one.bytes),
            whole(one.checked as f64),
            number(one.sending_us),
            number(one.node_us),
        )
    };
    let posted = format!("posts of {WEBHOOKS} threads without a gateway: {} per s", whole(sent.posted_per_s));
    vec![posted, delivered(&sent.one), delivered(&sent.all)]
}

/// The aim and what came of it.
pub(super) fn aims(sent: &Sent) -> Vec<Target> {
    vec![Target {
        what: "events per second that leave one node by a brand's 8 webhooks, receiver on the same two cores",
        bound: Bound::AtLeast(AIM_PER_S),
        reached: Some(sent.all.per_s),
        figures: format!(
            "one webhook {}; {} posts without a gateway; {} µs of the node's CPU each",
            whole(sent.one.per_s),
            whole(sent.posted_per_s),
            number(sent.all.node_us)
        ),
    }]
}
