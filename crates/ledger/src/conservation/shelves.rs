//! Checks that no reference is forgotten before its shelf is dropped, and none counts that isn't there.

use std::collections::BTreeMap;

use lojal_types::{Hash, Month, TimeMs};

use super::{ConservationError, ShelfFault, of_shelf, read};
use crate::key::{ShelfKey, shelf_of};
use crate::overlay::Written;
use crate::record::Shelf;
use crate::state::View;

/// Checks what one block of a time has written.
pub(super) fn check_block(written: &[Written<'_>], time: TimeMs) -> Result<(), (Month, ShelfFault)> {
    let mut counts = BTreeMap::<Month, i128>::new();
    for Written { key, before, after, .. } in written {
        if let Some(month) = key.shelf() {
            match (before, after) {
                (Some(_), None) => return Err((month, ShelfFault::Forgotten)),
                (None, Some(_)) => *counts.entry(month).or_default() += 1,
                _ => {}
            }
            continue;
        }
        let shelf = |value: &[u8]| read::<ShelfKey>(key.as_bytes(), value);
        let (before, after) = (before.and_then(shelf), after.as_deref().and_then(shelf));
        let month = before.as_ref().or(after.as_ref()).map(|(ShelfKey(month), _)| *month);
        let Some(month) = month else { continue };
        *counts.entry(month).or_default() -=
            change(before.map(|(_, one)| one), after.map(|(_, one)| one), time).map_err(|fault| (month, fault))?;
    }
    match counts.into_iter().find(|(_, count)| *count != 0) {
        Some((month, _)) => Err((month, ShelfFault::Count)),
        None => Ok(()),
    }
}

/// The number of references that a shelf's record says have come to it.
fn change(before: Option<Shelf>, after: Option<Shelf>, time: TimeMs) -> Result<i128, ShelfFault> {
    let Some(after) = after else {
        // A shelf that is dropped takes its references with it.
        return if before.is_none_or(|before| before.is_over(time)) { Ok(0) } else { Err(ShelfFault::Drop) };
    };
    if after.is_over(time) {
        return Err(ShelfFault::Overdue);
    }
    if before.is_some_and(|before| before.drop_ms != after.drop_ms) {
        return Err(ShelfFault::Drop);
    }
    Ok(i128::from(after.count) - before.map_or(0, |before| i128::from(before.count)))
}

/// Checks the shelves of a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let time = view.tip().time_ms;
    let root_of = |month| of_shelf((month, ShelfFault::Root));
    for (month, tree) in view.shelves().iter() {
        let shelf = view.get(&ShelfKey(month))?.ok_or(root_of(month))?;
        if shelf.is_over(time) {
            return Err(of_shelf((month, ShelfFault::Overdue)));
        }
        for entry in tree.iter() {
            if shelf_of(entry?.0) != Some(month) {
                return Err(root_of(month));
            }
        }
        if shelf.root != Hash::new(tree.root()) {
            return Err(root_of(month));
        }
        if shelf.count != tree.len() {
            return Err(of_shelf((month, ShelfFault::Count)));
        }
    }
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        let Some((ShelfKey(month), _)) = read::<ShelfKey>(key, value) else { continue };
        if view.shelves().get(month).is_none() {
            return Err(root_of(month));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
