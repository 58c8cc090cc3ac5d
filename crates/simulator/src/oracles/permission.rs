//! Permission: a node hears nothing of those that have no part on the network by the blocks that it has, but for a
//! while after one took their part away, and but for those that validate by blocks which others had by then; and it
//! hears no votes, proposals, parts and transactions of those that don't validate by its own blocks.

use std::collections::BTreeSet;
use std::sync::Arc;

use lojal_chain::Replay;
use lojal_ledger::{Missing, View};
use lojal_network::Topic;
use lojal_types::{Action, MotionStatus, PublicKey};

use super::Finding;
use crate::history::History;
use crate::network::Delivery;
use crate::people;

/// The time for which a node that was removed stays connected, and the time that it may take until that is noticed.
const GRACE_MS: u64 = 10_000 + 100;

/// The nodes that have a part after a block.
#[derive(Clone, Default, PartialEq)]
struct Parts {
    validators: BTreeSet<usize>,
    /// Those that a motion which is approved makes validators, too, and those that follow.
    connected: BTreeSet<usize>,
}

impl Parts {
    fn of(view: &View, keys: &[PublicKey]) -> Result<Self, Missing> {
        let number = |key: &PublicKey| keys.iter().position(|one| one == key);
        let validators = view.validators().validators();
        let validators: BTreeSet<usize> = validators.iter().filter_map(|one| number(&one.public_key)).collect();
        let mut connected = validators.clone();
        for open in view.register()?.open.iter() {
            let motion = view.motion(open.motion)?.filter(|one| matches!(one.status, MotionStatus::Approved { .. }));
            for action in motion.iter().flat_map(|motion| motion.actions.iter()) {
                connected.extend(match action {
                    Action::AddValidator(add) => number(&add.validator.public_key),
                    Action::SetKeys(set) => number(&set.public_key),
                    _ => None,
                });
            }
        }
        let followers = view.followers()?;
        let is_of = |node: &usize| followers.iter().any(|one| one.network_key == people::network_key(*node));
        connected.extend((0..keys.len()).filter(is_of));
        Ok(Self { validators, connected })
    }
}

/// After every block of the longest honest chain, from genesis on.
fn parts_by_height(history: &History) -> Vec<Arc<Parts>> {
    let keys: Vec<PublicKey> = (0..history.nodes).map(|number| people::validator(number).public_key()).collect();
    let longest = history.honest_chains().map(|(_, chain)| chain).max_by_key(|chain| chain.blocks.len());
    let mut replay = Replay::new(&history.genesis);
    let mut parts = vec![Arc::new(Parts::of(replay.state().view(), &keys).unwrap_or_default())];
    for stored in longest.iter().flat_map(|chain| &chain.blocks) {
        if replay.apply(&stored.bytes, stored.certificate.clone()).is_err() {
            break;
        }
        let now = Parts::of(replay.state().view(), &keys).unwrap_or_default();
        let last = parts.last().filter(|last| ***last == now).cloned();
        parts.push(last.unwrap_or_else(|| Arc::new(now)));
    }
    parts
}

/// The heights that a node has had, each with the time from which on.
fn heights_of(history: &History, node: usize) -> Vec<(u64, usize)> {
    let commits = history.commits.iter().filter(|one| one.node == node).map(|one| (one.at_ms, one.height));
    let boots = history.boots.iter().filter(|one| one.node == node).map(|one| (one.at_ms, one.height));
    let all = commits.chain(boots).filter_map(|(at_ms, height)| Some((at_ms, usize::try_from(height.get()).ok()?)));
    let mut heights: Vec<(u64, usize)> = all.collect();
    heights.sort_unstable();
    heights
}

pub(super) fn check(history: &History) -> Vec<Finding> {
    if history.deliveries.is_empty() {
        return Vec::new();
    }
    let parts = parts_by_height(history);
    let heights: Vec<Vec<(u64, usize)>> = (0..history.nodes).map(|node| heights_of(history, node)).collect();
    let mut of_all: Vec<(u64, usize)> = heights.iter().flatten().copied().collect();
    of_all.sort_unstable();
    let to_honest = history.deliveries.iter().filter(|one| !history.byzantine.contains(&one.to));
    let findings = to_honest.filter_map(|delivery| judge(delivery, &heights[delivery.to], &of_all, &parts));
    findings.collect()
}

/// The complaint about what reached a node that had these heights, when all together had those.
fn judge(
    delivery: &Delivery,
    heights: &[(u64, usize)],
    of_all: &[(u64, usize)],
    parts: &[Arc<Parts>],
) -> Option<Finding> {
    let at_ms = delivery.at_ms;
    let later = heights.partition_point(|(since_ms, _)| *since_ms <= at_ms);
    // What a node got in the same millisecond may have come before or after; with it comes what was so until then.
    let had = |since_ms: u64| {
        let first = heights[..later].partition_point(|(from_ms, _)| *from_ms < since_ms).saturating_sub(1);
        heights[first..later].iter().filter_map(|(_, height)| parts.get(*height))
    };
    // Of a block that doesn't replay nobody knows who has a part after it.
    let (_, height) = heights[..later].last().filter(|(_, height)| *height < parts.len())?;
    let (source, to) = (delivery.source, delivery.to);
    if let Some(topic) = delivery.topic.filter(|topic| *topic != Topic::Status)
        && !had(at_ms).any(|parts| parts.validators.contains(&source))
    {
        let what = format!("at {at_ms} ms it took a message ({topic:?}) of node {source}, which is no validator");
        return Some(Finding::new(to, *height as u64, what));
    }
    // Whoever was away has been told of later blocks, and lets those in who validate by them.
    let beyond = of_all[..of_all.partition_point(|(since_ms, _)| *since_ms <= at_ms)].iter();
    let is_ahead = || {
        let mut parts_then = beyond.filter(|(_, one)| one > height).filter_map(|(_, one)| parts.get(*one));
        parts_then.any(|parts| parts.validators.contains(&source))
    };
    let is_known = had(at_ms.saturating_sub(GRACE_MS)).any(|parts| parts.connected.contains(&source));
    if !is_known && !is_ahead() {
        let what = format!("at {at_ms} ms it heard node {source}, which has no part on the network");
        return Some(Finding::new(to, *height as u64, what));
    }
    None
}
