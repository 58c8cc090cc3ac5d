//! A network that goes over to the next version of the protocol.

use lojal_types::limits::VERSION_LEAD_MIN;

use super::{Draw, delay, duplication, lost_gossip, reordering};
use crate::change::{Change, Step};
use crate::schedule::{Fault, FaultKind};

/// The time from the start to the motion.
const ASKED_MS: u64 = 1_500;
/// The blocks that the governors have for the motion, and most of those beyond.
const VOTE_BLOCKS: u64 = 30;
const MORE_BLOCKS_MAX: u64 = 30;
/// The time after the usual one in which the version begins at the latest.
const LATER_MS: u64 = 20_000;

/// The old program is there from the start until the others have gone on without it. All of them are needed then, so
/// nothing worse happens than messages that are late or lost.
pub(in crate::classes) fn upgrade_mixed(draw: &mut Draw) -> Vec<Fault> {
    let blocks = VERSION_LEAD_MIN + VOTE_BLOCKS + draw.random.below(MORE_BLOCKS_MAX);
    draw.changes.push(Change { at_ms: ASKED_MS, steps: vec![Step::Upgrade { blocks }] });
    let (node, end_ms) = (draw.node(), draw.active_ms + LATER_MS);
    let old = Fault { start_ms: draw.random.between(100..=ASKED_MS), end_ms, kind: FaultKind::OldProgram { node } };
    let usual = [delay, duplication, reordering, lost_gossip];
    let other = usual[draw.random.index(usual.len())];
    [vec![old], other(draw)].concat()
}
