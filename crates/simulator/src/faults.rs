//! Puts the faults of a schedule into effect, each at its time.

use std::time::Duration;

use lojal_network::Topic;
use lojal_store::Faults;
use lojal_types::Versions;

use crate::network::{LinkFault, LinkFaultKind};
use crate::schedule::{Fault, FaultKind, IndexLeft, Malice};
use crate::world::World;
use lojal_random::Random;

/// Virtual time between two looks at who has which block, and most looks.
const LOOK_MS: u64 = 5;
const LOOKS_MAX: u32 = 2_000;
/// Time between two jumps of a clock.
const JUMP_MS: u64 = 700;
/// Time between two messages of a liar that nobody asked for.
const NOISE_MS: u64 = 60;

/// Has a fault begin and end in time.
pub async fn happen(world: World, number: usize, fault: Fault, seed: u64) {
    let wait = |until_ms: u64| Duration::from_millis(until_ms.saturating_sub(world.now_ms()));
    tokio::time::sleep(wait(fault.start_ms)).await;
    world.hub().trace("fault begins", &[number as u64], &[]);
    begin(&world, number, &fault, seed).await;
    tokio::time::sleep(wait(fault.end_ms)).await;
    end(&world, number, &fault).await;
    world.hub().trace("fault ends", &[number as u64], &[]);
}

/// The form that a fault of the links has for the network.
fn on_links(kind: &FaultKind) -> Option<LinkFaultKind> {
    Some(match kind {
        FaultKind::Delay { node, min_ms, max_ms } => {
            LinkFaultKind::Delay { node: *node, min_ms: *min_ms, max_ms: *max_ms }
        }
        FaultKind::Loss { permille } => LinkFaultKind::Loss { topic: None, permille: *permille },
        FaultKind::LostGossip { permille } => {
            LinkFaultKind::Loss { topic: Some(Topic::Transactions), permille: *permille }
        }
        FaultKind::Duplication { permille } => LinkFaultKind::Duplication { permille: *permille },
        FaultKind::Reordering { permille, max_ms } => {
            LinkFaultKind::Reordering { permille: *permille, max_ms: *max_ms }
        }
        FaultKind::Partition { group } => LinkFaultKind::Partition { group: group.clone() },
        FaultKind::OneWay { from, to } => LinkFaultKind::OneWay { from: *from, to: *to },
        _ => return None,
    })
}

async fn begin(world: &World, number: usize, fault: &Fault, seed: u64) {
    if let Some(kind) = on_links(&fault.kind) {
        world.hub().break_links(LinkFault { number, kind });
        return;
    }
    match &fault.kind {
        FaultKind::Crash { nodes, .. } | FaultKind::Amnesia { nodes } => crash(world, nodes).await,
        FaultKind::ChangeCrash { .. } => {
            let in_time = Duration::from_millis(fault.end_ms.saturating_sub(world.now_ms()));
            // A change that doesn't come in time does no harm.
            let _ = tokio::time::timeout(in_time, crash_at_change(world, fault)).await;
        }
        FaultKind::Wipe { nodes } => crash_when_others_have_all(world, nodes).await,
        FaultKind::Restore { nodes } => {
            for node in nodes {
                world.stop(*node).await;
                world.back_up(*node).expect("the directory of the run can be copied");
                world.start(*node).await;
            }
        }
        FaultKind::LogRot { node } | FaultKind::BaseRot { node } => crash(world, &[*node]).await,
        FaultKind::Join { node, cuts } => {
            crash(world, &[*node]).await;
            world.lose_data(*node).expect("the directory of the run can be emptied");
            world.cut_power_after(*node, cuts, IndexLeft::Whole);
            world.start(*node).await;
        }
        FaultKind::PowerCuts { node, cuts, index } => world.cut_power_after(*node, cuts, *index),
        FaultKind::OldProgram { node } => install(world, *node, Versions::up_to(1)).await,
        FaultKind::Restart { node } => world.stop(*node).await,
        FaultKind::SignerAway { node } => world.stop_signer(*node),
        FaultKind::DiskFull { node } => {
            world.trouble(*node, Faults { full_after_bytes: Some(2_000), ..Faults::default() });
        }
        FaultKind::SyncFails { node } => {
            world.trouble(*node, Faults { sync_fails_after: Some(3), ..Faults::default() });
        }
        FaultKind::WriteFails { node, after_bytes } => {
            world.trouble(*node, Faults { write_fails_after_bytes: Some(*after_bytes), ..Faults::default() });
        }
        FaultKind::OldRot { node } => world.rot_old_blocks(*node).expect("the directory of the run can be written"),
        FaultKind::ColdRot { node } => world.rot_pages(*node).expect("the directory of the run can be written"),
        FaultKind::ReadFails { node, after_reads } => {
            world.trouble(*node, Faults { read_fails_after: Some(*after_reads), ..Faults::default() });
        }
        FaultKind::Skew { node, ms } => world.skew(*node, *ms),
        FaultKind::Jumps { node, max_ms } => {
            tokio::spawn(jump(world.clone(), *node, *max_ms, fault.end_ms, seed));
        }
        FaultKind::Byzantine { node, malice } => {
            world.corrupt(*node, Some(*malice));
            if *malice == Malice::EngineLiar {
                // It stands between the engine and the network from the start.
                world.stop(*node).await;
                world.start(*node).await;
            }
            tokio::spawn(make_noise(world.clone(), *node, fault.end_ms));
        }
        _ => {}
    }
}

async fn end(world: &World, number: usize, fault: &Fault) {
    if on_links(&fault.kind).is_some() {
        world.hub().repair(number);
        return;
    }
    match &fault.kind {
        FaultKind::Crash { nodes, index } => {
            for node in nodes {
                restart(world, *node, *index).await;
            }
        }
        FaultKind::Amnesia { nodes } => {
            for node in nodes {
                world.forget(*node).expect("the directory of the run can be emptied");
                world.start(*node).await;
            }
        }
        FaultKind::Wipe { nodes } => {
            for node in nodes {
                world.forget(*node).expect("the directory of the run can be emptied");
                world.make_doubtful_guard(*node).expect("the directory of the run can be written");
                world.start(*node).await;
            }
        }
        FaultKind::Restore { nodes } => {
            crash_when_others_have_all(world, nodes).await;
            for node in nodes {
                world.restore(*node).expect("the directory of the run can be written");
                world.start(*node).await;
            }
        }
        FaultKind::LogRot { node } => {
            world.rot_log(*node).expect("the directory of the run can be written");
            world.repair_at_start(*node);
            restart(world, *node, IndexLeft::Whole).await;
        }
        FaultKind::Join { node, .. } | FaultKind::PowerCuts { node, .. } => world.power_stays(*node),
        FaultKind::BaseRot { node } => {
            world.after_crash(*node, IndexLeft::Nothing).expect("the directory of the run can be written");
            world.rot_base(*node).expect("the directory of the run can be written");
            world.start(*node).await;
        }
        FaultKind::Restart { node } => world.start(*node).await,
        FaultKind::OldProgram { node } => install(world, *node, Versions::known()).await,
        FaultKind::SignerAway { node } => {
            world.start_signer(*node).expect("what a power cut leaves of a guard can be opened");
        }
        FaultKind::OldRot { node } => {
            world.stop(*node).await;
            world.start(*node).await;
        }
        FaultKind::DiskFull { node }
        | FaultKind::SyncFails { node }
        | FaultKind::WriteFails { node, .. }
        | FaultKind::ReadFails { node, .. } => world.trouble(*node, Faults::default()),
        FaultKind::Skew { node, .. } | FaultKind::Jumps { node, .. } => world.skew(*node, 0),
        FaultKind::Byzantine { node, malice } => {
            world.corrupt(*node, None);
            if *malice == Malice::EngineLiar {
                world.stop(*node).await;
                world.start(*node).await;
            }
        }
        _ => {}
    }
}

/// Replaces the program of a validator by one that knows these versions of the protocol.
async fn install(world: &World, node: usize, versions: Versions) {
    world.stop(node).await;
    world.install(node, versions);
    world.start(node).await;
}

async fn crash(world: &World, nodes: &[usize]) {
    // All of them lose their power at the same moment.
    futures::future::join_all(nodes.iter().map(|node| world.crash(*node))).await;
}

/// Cuts the power at a moment of the next change of the validators, if that leaves the time to start again.
async fn crash_at_change(world: &World, fault: &Fault) {
    let FaultKind::ChangeCrash { nodes, moment, delay_ms, down_ms, index } = &fault.kind else { return };
    let _only = world.one_at_a_time().await;
    world.wait_for_change(*moment).await;
    if world.now_ms() + delay_ms + down_ms >= fault.end_ms {
        return;
    }
    tokio::time::sleep(Duration::from_millis(*delay_ms)).await;
    crash(world, nodes).await;
    tokio::time::sleep(Duration::from_millis(*down_ms)).await;
    for node in nodes {
        restart(world, *node, *index).await;
    }
}

/// Cuts the power of validators that will lose what they have, at a moment at which an honest one that keeps its disk
/// has all of it: of a block that nobody has any more nobody can know.
async fn crash_when_others_have_all(world: &World, nodes: &[usize]) {
    let tip = |node: usize| world.node(node).map(|node| node.store.tip().height);
    for _ in 0..LOOKS_MAX {
        let keeps = |node: &usize| !nodes.contains(node) && !world.history().byzantine.contains(node);
        let kept = (0..world.nodes()).filter(keeps).filter_map(tip).max();
        if kept >= nodes.iter().copied().filter_map(tip).max() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    crash(world, nodes).await;
}

async fn restart(world: &World, node: usize, index: IndexLeft) {
    world.after_crash(node, index).expect("the directory of the run can be written");
    world.start(node).await;
}

async fn jump(world: World, node: usize, max_ms: u64, end_ms: u64, seed: u64) {
    let mut random = Random::of(seed, &format!("clock {node}"));
    while world.now_ms() + JUMP_MS < end_ms {
        world.skew(node, random.below(2 * max_ms + 1) as i64 - max_ms as i64);
        tokio::time::sleep(Duration::from_millis(JUMP_MS)).await;
    }
}

async fn make_noise(world: World, node: usize, end_ms: u64) {
    while world.now_ms() < end_ms {
        world.make_noise(node);
        tokio::time::sleep(Duration::from_millis(NOISE_MS)).await;
    }
}
