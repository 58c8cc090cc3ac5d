//! One run: a network, its clients, a schedule of faults, and what the oracles say of it all.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use lojal_types::Block;
use serde::{Deserialize, Serialize};

use crate::clients::{self, Habits};
use crate::governors;
use crate::history::{Chain, History, Join};
use crate::oracles::{self, Violation};
use crate::plan::Plan;
use crate::schedule::FaultKind;
use crate::world::World;
use crate::{entropy, faults};

/// The time that a run goes on when all is done, so that late messages can still do harm.
const SETTLE_MS: u64 = 2_500;
/// Time between two looks at the probes.
const LOOK_MS: u64 = 100;
/// Clients.
const CLIENTS: usize = 3;

/// The report of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The plan that was run.
    pub plan: Plan,
    /// The hash over everything that happened.
    pub trace: String,
    /// The number of events in it.
    pub events: u64,
    /// The violations of the rules.
    pub violations: Vec<Violation>,
    /// For more liars than consensus can bear: what gave them away.
    pub detections: Vec<Violation>,
    /// Starts of nodes.
    pub boots: usize,
    /// Nodes that took the state of a late block from their peers, or tried to.
    pub joins: Vec<String>,
    /// Power cuts in the middle of what a machine did with its disk.
    pub cuts: usize,
    /// Nodes that ended by themselves.
    pub stops: Vec<String>,
    /// The last block of the highest honest node.
    pub height: u64,
    /// Transactions in honest blocks.
    pub transactions: usize,
    /// Blocks of them after which other validators decided.
    pub changes: usize,
    /// The number of transactions that clients submitted, and of those that they were told are final.
    pub submissions: usize,
    /// See `submissions`.
    pub answers: usize,
    /// Evidence that honest nodes have counted.
    pub evidence: u64,
    /// Blocks that each node which runs at the end has given to nodes that fetched them.
    pub given: Vec<u64>,
    /// Messages that reached somebody, and those that faults took.
    pub delivered: u64,
    /// See `delivered`.
    pub lost: u64,
    /// The time that the network took after the last fault until all was well, in virtual milliseconds.
    pub recovery_ms: Option<u64>,
    /// The virtual time that passed, in milliseconds.
    pub virtual_ms: u64,
    /// The real time that it took, in milliseconds.
    pub real_ms: u64,
}

impl Report {
    /// The report of a run in which nothing has happened yet.
    pub fn empty(plan: Plan) -> Self {
        Self {
            plan,
            trace: String::new(),
            events: 0,
            violations: Vec::new(),
            detections: Vec::new(),
            boots: 0,
            joins: Vec::new(),
            cuts: 0,
            stops: Vec::new(),
            height: 0,
            transactions: 0,
            changes: 0,
            submissions: 0,
            answers: 0,
            evidence: 0,
            given: Vec::new(),
            delivered: 0,
            lost: 0,
            recovery_ms: None,
            virtual_ms: 0,
            real_ms: 0,
        }
    }
}

/// Runs a plan in a thread of its own, whose random numbers come from the plan's seed.
///
/// Two runs in one process can differ, because counters of libraries go on; runs that are to be compared need processes
/// of their own.
///
/// # Errors
/// When the directory can't be used.
pub fn run(plan: &Plan, directory: &Path) -> std::io::Result<(Report, History)> {
    let started = Instant::now();
    let (plan, directory) = (plan.clone(), directory.to_owned());
    let thread = std::thread::Builder::new().name("simulation".to_owned()).spawn(move || {
        entropy::seed(plan.seed);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let outcome = runtime.block_on(simulate(&plan, &directory));
        Ok::<_, std::io::Error>((plan, outcome))
    })?;
    let (plan, outcome) = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let real_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report(plan, outcome, real_ms))
}

struct Outcome {
    history: History,
    trace: crate::trace::Trace,
    counts: crate::network::MessageCounts,
    given: Vec<u64>,
}

async fn simulate(plan: &Plan, directory: &Path) -> Outcome {
    let world = World::new(plan, directory.to_owned());
    world.history().byzantine = plan.byzantine().collect();
    world.history().forgetful = plan.forgetful().collect();
    world.history().disk_lost = disk_lost(plan);
    let mut tasks = vec![tokio::spawn(world.hub().clone().run())];
    plan.signed_elsewhere().into_iter().for_each(|node| world.sign_elsewhere(node));
    for node in 0..plan.nodes() {
        world.start(node).await;
    }
    let habits = Habits { pause_ms_max: plan.pause_ms_max, everywhere_permille: plan.everywhere_permille };
    for number in 0..CLIENTS {
        tasks.push(tokio::spawn(clients::client(world.clone(), plan.seed, number, habits)));
    }
    for (number, change) in plan.changes.iter().enumerate() {
        let errand = governors::bring_about(world.clone(), number, change.clone(), plan.active_ms, plan.seed);
        tasks.push(tokio::spawn(errand));
    }
    for (number, fault) in plan.faults.iter().enumerate() {
        tokio::spawn(faults::happen(world.clone(), number, fault.clone(), plan.seed));
    }
    let healed_ms = plan.healed_ms();
    sleep_until(&world, healed_ms).await;
    world.history().healed_ms = healed_ms;
    world.history().liveness_ms = plan.liveness_ms();
    let seated = seated(&world, healed_ms + plan.liveness_ms()).await;
    clients::probe(&world, &seated);
    while !clients::check_probes(&world, &seated) && world.now_ms() < healed_ms + plan.liveness_ms() {
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    tasks.drain(1..).for_each(|client| client.abort());
    tokio::time::sleep(Duration::from_millis(SETTLE_MS)).await;
    world.read_chains();
    world.history().seated = &seated & &world.seated();
    world.history().deliveries = world.hub().deliveries();
    world.history().ended_ms = world.now_ms();
    let (trace, counts) = (world.hub().traced(), world.hub().counts());
    let given = |node| world.node(node).map_or(0, |node| node.metrics.counts().sync_served);
    let given = (0..plan.nodes()).map(given).collect();
    let genesis = world.history().genesis.clone();
    let history = std::mem::replace(&mut *world.history(), History::new(genesis, plan.nodes()));
    for node in 0..plan.nodes() {
        world.stop(node).await;
    }
    Outcome { history, trace, counts, given }
}

/// The honest validators, as soon as a node runs that knows them.
async fn seated(world: &World, until_ms: u64) -> BTreeSet<usize> {
    loop {
        let seated = world.seated();
        if !seated.is_empty() || world.now_ms() >= until_ms {
            return seated;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
}

/// Those whose machine loses what was durable.
fn disk_lost(plan: &Plan) -> BTreeSet<usize> {
    let is_loss = |kind: &FaultKind| {
        use FaultKind::{Amnesia, BaseRot, Join, LogRot, Restore, Wipe};
        matches!(kind, BaseRot { .. } | Join { .. } | LogRot { .. } | Amnesia { .. } | Restore { .. } | Wipe { .. })
    };
    let lost = plan.faults.iter().filter(|fault| is_loss(&fault.kind));
    lost.flat_map(|fault| fault.kind.touches()).collect()
}

/// The words about a join.
fn told(join: &Join) -> String {
    let Join { node, at_ms, outcome } = join;
    match outcome {
        Ok(height) => format!("{node} at {at_ms} ms: it has the state after block {height}"),
        Err(reason) => format!("{node} at {at_ms} ms: {reason}"),
    }
}

async fn sleep_until(world: &World, at_ms: u64) {
    tokio::time::sleep(Duration::from_millis(at_ms.saturating_sub(world.now_ms()))).await;
}

fn report(plan: Plan, outcome: Outcome, real_ms: u64) -> (Report, History) {
    let Outcome { history, trace, counts, given } = outcome;
    let found = oracles::judge(&history);
    let (violations, detections) = if plan.beyond_f { oracles::beyond_f(&history, found) } else { (found, Vec::new()) };
    let longest = history.honest_chains().map(|(_, chain)| chain).max_by_key(|chain| chain.blocks.len());
    let decoded = |chain: &Chain| chain.blocks.iter().filter_map(|block| Block::decode(&block.bytes).ok()).collect();
    let blocks: Vec<Block> = longest.map(decoded).unwrap_or_default();
    let is_change = |block: &&Block| block.header.next_validators_hash != block.header.validators_hash;
    let recovered = history.due_probes().flat_map(|probe| history.seated.iter().map(|node| probe.committed_ms[*node]));
    let recovered: Option<Vec<u64>> = recovered.collect();
    let recovery_ms = recovered.map(|all| all.into_iter().max().unwrap_or(0).saturating_sub(history.healed_ms));
    let report = Report {
        trace: trace.hash(),
        events: trace.events(),
        violations,
        detections,
        boots: history.boots.len(),
        cuts: history.cuts,
        joins: history.joins.iter().map(told).collect(),
        stops: history
            .stops
            .iter()
            .map(|stop| format!("{} at {} ms: {}", stop.node, stop.at_ms, stop.reason))
            .collect(),
        height: longest.map_or(0, |chain| chain.blocks.len() as u64),
        transactions: blocks.iter().map(|block| block.transactions.len()).sum(),
        changes: blocks.iter().filter(is_change).count(),
        submissions: history.submissions.len(),
        answers: history.answers.len(),
        evidence: history.honest_chains().map(|(_, chain)| chain.evidence).sum(),
        given,
        delivered: counts.delivered,
        lost: counts.lost,
        recovery_ms,
        virtual_ms: history.ended_ms,
        real_ms,
        plan,
    };
    (report, history)
}
