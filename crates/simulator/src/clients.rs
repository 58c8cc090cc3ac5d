//! Clients: they submit transactions to nodes, ask again elsewhere when they hear nothing, and note what they are told.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use lojal_types::{Outcome, SignedTransaction, TimeMs, TransactionId};

use crate::history::{FinalityAnswer, Probe, SubmissionRecord};
use crate::plan::Plant;
use crate::world::{Node, World};
use lojal_random::Random;

/// Time between two looks of a client at what became of its transactions.
const LOOK_MS: u64 = 250;
/// The time after which a client asks again, at another node.
const RETRY_MS: u64 = 3_000;
/// The number of a thousand times that a client asks again for what it knows to be final.
const AGAIN_PERMILLE: u64 = 200;
/// The number of its final transactions that a client remembers.
const DONE_MAX: usize = 8;
/// Most transactions that a client waits for at once.
const PENDING_MAX: usize = 64;

/// The habits of clients.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// The longest pause between two transactions of a client.
    pub pause_ms_max: u64,
    /// The number of a thousand transactions that go to several nodes at once.
    pub everywhere_permille: u64,
}

/// A transaction that a client waits for.
struct Pending {
    id: TransactionId,
    signed: Arc<SignedTransaction>,
    asked_ms: u64,
    valid_until: TimeMs,
}

/// A client, who goes on until the run ends.
pub async fn client(world: World, seed: u64, number: usize, habits: Habits) {
    let purpose = format!("client {number}");
    let mut random = Random::of(seed, &purpose);
    let mut pending: Vec<Pending> = Vec::new();
    let mut done: VecDeque<(TransactionId, Arc<SignedTransaction>)> = VecDeque::new();
    let mut look_ms = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(random.between(10..=habits.pause_ms_max))).await;
        let now_ms = world.now_ms();
        if now_ms >= look_ms {
            look_ms = now_ms + LOOK_MS;
            look(&world, &mut random, &mut pending, &mut done).await;
        }
        if pending.len() >= PENDING_MAX {
            continue;
        }
        if random.permille(AGAIN_PERMILLE)
            && let Some((id, signed)) = done.get(random.index(done.len())).cloned()
        {
            // Somebody presses a button again.
            submit(&world, random.index(world.nodes()), id, &signed).await;
        }
        let signed = Arc::new(world.workload().next(world.now()));
        let id = signed.transaction.id(&world.chain());
        let count = if random.permille(habits.everywhere_permille) { world.nodes() } else { 1 };
        let first = random.index(world.nodes());
        for offset in 0..count {
            submit(&world, (first + offset) % world.nodes(), id, &signed).await;
        }
        pending.push(Pending { id, asked_ms: now_ms, valid_until: signed.transaction.valid_until_ms, signed });
    }
}

/// Submits a transaction to a node; whether it has accepted it, if it runs.
pub(crate) async fn submit(
    world: &World,
    node: usize,
    id: TransactionId,
    signed: &Arc<SignedTransaction>,
) -> Option<bool> {
    let reached = world.node(node)?;
    let at_ms = world.now_ms();
    let accepted = reached.mempool.submit(vec![(**signed).clone().identify(&world.chain())]).await == [Ok(id)];
    world.hub().trace("submit", &[node as u64, u64::from(accepted)], id.as_bytes());
    world.history().submissions.push(SubmissionRecord { id, signed: signed.clone(), node, at_ms, accepted });
    if accepted && world.plant() == Some(Plant::HastyAnswers) {
        let (height, outcome) = (reached.store.tip().height.next(), Outcome::Applied);
        world.history().answers.push(FinalityAnswer { node, at_ms, id, height, outcome });
    }
    Some(accepted)
}

/// Looks whether what the client waits for is final, at some node; and asks again for what is long overdue.
async fn look(
    world: &World,
    random: &mut Random,
    pending: &mut Vec<Pending>,
    done: &mut VecDeque<(TransactionId, Arc<SignedTransaction>)>,
) {
    let node = random.index(world.nodes());
    let (now_ms, now) = (world.now_ms(), world.now());
    for index in (0..pending.len()).rev() {
        let one = &mut pending[index];
        let found = world.node(node).and_then(|reached| reached.store.transaction(&one.id).ok().flatten());
        if let Some(placed) = found {
            let (id, height, outcome) = (one.id, placed.height, placed.outcome);
            world.hub().trace("answer", &[node as u64, height.get()], id.as_bytes());
            world.history().answers.push(FinalityAnswer { node, at_ms: now_ms, id, height, outcome });
            done.push_back((id, pending.swap_remove(index).signed));
            if done.len() > DONE_MAX {
                done.pop_front();
            }
        } else if now.since_ms(one.valid_until) > RETRY_MS {
            pending.swap_remove(index);
        } else if now_ms >= one.asked_ms + RETRY_MS {
            one.asked_ms = now_ms;
            let (id, signed) = (one.id, one.signed.clone());
            submit(world, random.index(world.nodes()), id, &signed).await;
        }
    }
}

/// Submits a transaction to every one of these nodes, when all faults are over.
pub fn probe(world: &World, nodes: &BTreeSet<usize>) {
    for node in nodes {
        let signed = Arc::new(world.workload().probe(world.now()));
        let id = signed.transaction.id(&world.chain());
        let committed_ms = vec![None; world.nodes()];
        world.history().probes.push(Probe { node: *node, id, height: None, committed_ms });
        let (world, node) = (world.clone(), *node);
        tokio::spawn(async move {
            // A node may be about to start.
            while world.node(node).is_none() {
                tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
            }
            submit(&world, node, id, &signed).await;
        });
    }
}

/// True if a node has a probe, or the state after a later block than that of the probe.
fn has_committed(node: &Node, probe: &mut Probe) -> bool {
    let found = node.store.transaction(&probe.id).ok().flatten();
    probe.height = probe.height.or(found.map(|placed| placed.height));
    found.is_some() || probe.height.is_some_and(|height| height < node.store.first_height())
}

/// Notes which node has committed which probe; true when every one of these has all.
pub fn check_probes(world: &World, nodes: &BTreeSet<usize>) -> bool {
    let now_ms = world.now_ms();
    let mut history = world.history();
    let mut all = true;
    for probe in &mut history.probes {
        for node in nodes {
            if probe.committed_ms[*node].is_some() {
                continue;
            }
            let has_it = world.node(*node).is_some_and(|reached| has_committed(&reached, probe));
            probe.committed_ms[*node] = has_it.then_some(now_ms);
            all &= has_it;
        }
    }
    all
}
