//! The files of the main tree, and of the shelves, after a checkpoint.

use std::collections::BTreeMap;

use lojal_ledger::{Shelves, StateTree};
use lojal_types::{Height, Month};

use super::folder::Folder;
use super::renewal::{self, Changed, StateChanges};
use super::state::StateInfo;
use crate::error::StoreError;
use crate::limits::PACE_FREED_BYTES;
use crate::pace::Pace;

/// The files of one tree with those of its changes.
pub(super) fn add(
    folder: &Folder<'_>,
    mut states: Vec<StateInfo>,
    heights: (Height, Height),
    changes: StateChanges<'_>,
) -> Result<Vec<StateInfo>, StoreError> {
    states.push(renewal::write(folder, &states, heights, changes)?);
    states.drain(..renewal::first_needed(&states));
    let sizes: Vec<u64> = states.iter().map(|info| info.stream_bytes).collect();
    if let Some(from) = renewal::first_to_merge(&sizes) {
        folder.pace.plan_at_least(sizes[from..].iter().sum());
        let merged = folder.pace.aside(|| renewal::merge(folder, &states[from..]))?;
        states.truncate(from);
        states.push(merged);
    }
    Ok(states)
}

/// The files of all shelves that there are: those that haven't changed stay, and those of a shelf that was dropped
/// aren't listed any more.
pub(super) fn add_shelves(
    folder: &Folder<'_>,
    before: &[StateInfo],
    heights: (Height, Height),
    (mut older, newer): (BTreeMap<Month, StateTree>, &Shelves),
) -> Result<Vec<StateInfo>, StoreError> {
    let mut all = Vec::new();
    for (month, newer) in newer.iter() {
        let infos: Vec<StateInfo> = before.iter().filter(|info| info.shelf == Some(month)).copied().collect();
        let older = older.remove(&month).unwrap_or_default();
        if older.root() == newer.root() {
            all.extend(infos);
            continue;
        }
        let changes = StateChanges { shelf: Some(month), older, newer, others: Changed::new() };
        all.extend(add(folder, infos, heights, changes)?);
    }
    folder.pace.aside(|| older.into_values().try_for_each(|dropped| free(dropped, folder.pace)))?;
    Ok(all)
}

/// Frees a tree slice by slice, unless somebody else has it.
fn free(tree: StateTree, pace: &Pace) -> Result<(), StoreError> {
    let bytes = |entries: u64| entries.saturating_mul(PACE_FREED_BYTES);
    pace.plan_at_least(bytes(tree.len()));
    for slice in StateTree::slices(tree, &StateTree::new()) {
        let freed = slice.older_len();
        drop(slice);
        pace.did(bytes(freed))?;
    }
    Ok(())
}
