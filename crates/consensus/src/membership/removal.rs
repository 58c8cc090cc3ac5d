//! The ends of nodes' parts, by the motions that the ledger remembers.

use lojal_ledger::record::Motion;
use lojal_ledger::{Missing, View};
use lojal_network::{PeerId, peer_id_of};
use lojal_types::{Action, Height, MotionId, MotionStatus, Name};

/// The end of a follower's part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Disallowed {
    pub(super) name: Name,
    pub(super) motion: MotionId,
    pub(super) at: Height,
}

/// The motion that has removed a node, the last one first.
pub(super) fn removed_by(view: &View, name: &Name) -> Result<Option<MotionId>, Missing> {
    let removes = |action: &Action| match action {
        Action::RemoveValidator(one) => one.name == *name,
        Action::DisallowFollower(one) => one.name == *name,
        // Another node has its validator's keys now.
        Action::SetKeys(one) => one.name == *name,
        _ => false,
    };
    let mut last = None;
    for_each_enacted(view, |id, motion, _| {
        if motion.actions.iter().any(removes) {
            last = Some(id);
        }
    })?;
    Ok(last)
}

/// The motion that has ended the part of a follower with this id, if those that allowed it and ended it are known.
pub(super) fn disallowed(view: &View, own: PeerId) -> Result<Option<Disallowed>, Missing> {
    let (mut follows, mut end) = (None, None);
    for_each_enacted(view, |motion, enacted, at| {
        for action in enacted.actions.iter() {
            let is_over = match (action, &follows) {
                (Action::AllowFollower(one), _) if peer_id_of(one.network_key.as_bytes()).is_ok_and(|id| id == own) => {
                    (follows, end) = (Some((one.name.clone(), one.sponsor.clone())), None);
                    false
                }
                (Action::DisallowFollower(one), Some((name, _))) => one.name == *name,
                // A follower goes with whoever answers for it.
                (Action::RemoveValidator(one), Some((_, sponsor))) => one.name == *sponsor,
                _ => false,
            };
            if is_over && let Some((name, _)) = follows.take() {
                end = Some(Disallowed { name, motion, at });
            }
        }
    })?;
    Ok(end)
}

/// Shows the motions that have been enacted and are remembered, in their order.
fn for_each_enacted(view: &View, mut show: impl FnMut(MotionId, &Motion, Height)) -> Result<(), Missing> {
    for id in view.register()?.closed.iter() {
        if let Some(motion) = view.motion(*id)?
            && let MotionStatus::Enacted { height } = motion.status
        {
            show(*id, &motion, height);
        }
    }
    Ok(())
}
