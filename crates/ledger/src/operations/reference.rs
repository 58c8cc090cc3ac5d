//! References, each of which is used once, and the shelves on which that is remembered.

use lojal_types::{Address, AnsweredRequest, Code, Day, Hash, Month, Reference, TakeBack, TimeMs};

use super::Context;
use crate::key::{ShelfKey, StateKey};
use crate::record::Shelf;
use crate::shelves::{drop_of, searched_at};
use crate::stop::Stop;
use crate::tree::StateTree;

/// The shelf of a reference that is dated in time.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// The month of the reference's day.
    pub(super) shelf: Month,
    /// The time at which the shelf is dropped.
    pub(super) drop_ms: TimeMs,
    /// The first month and the last whose shelves could have the reference.
    searched: (Month, Month),
}

impl Place {
    /// The same for a reference that commits to its day: no other shelf could have it.
    pub(super) fn alone(self) -> Self {
        Self { searched: (self.shelf, self.shelf), ..self }
    }
}

/// Finds the shelf of a reference with a day, and begins it if it is the first one of its month.
///
/// "The day of a reference is not after the day that follows that of the block's time (`reference_in_future`), and at
/// most `receipt_days` before that of the block's time (`reference_too_old`)." (protocol, References)
///
/// # Errors
/// [`Code::ReferenceInFuture`] or [`Code::ReferenceTooOld`].
pub(super) fn place(context: &mut Context<'_, '_>, dated: Day) -> Result<Place, Stop> {
    let parameters = context.parameters;
    let today = context.time.day();
    let (oldest, latest) = (today.minus(parameters.receipt_days.into()), today.plus(1));
    if dated > latest {
        return Err(Code::ReferenceInFuture.into());
    }
    if dated < oldest {
        return Err(Code::ReferenceTooOld.into());
    }
    let shelf = dated.month();
    let drop_ms = match context.overlay.get(&ShelfKey(shelf))? {
        Some(begun) => begun.drop_ms,
        None => {
            let drop_ms = drop_of(shelf, parameters.keep_months);
            let root = Hash::new(StateTree::new().root());
            context.overlay.put(&ShelfKey(shelf), &Shelf { root, count: 0, drop_ms })?;
            drop_ms
        }
    };
    Ok(Place { shelf, drop_ms, searched: searched_at(context.time, parameters.receipt_days) })
}

/// Uses a reference: the record lies on the shelf of its day from now on, under the key that a month gives.
///
/// "References (1 to 32 opaque bytes) are unique per brand and kind of operation: the same receipt is never rewarded
/// twice, the same payment request never paid twice." and "Whatever its day, a reference is looked for on the shelves
/// of all days from two before the oldest that can be given at that time until the latest, at most four." (protocol,
/// References)
///
/// # Errors
/// [`Code::DuplicateReference`] if there is a record already.
pub(super) fn use_once<K: StateKey>(
    context: &mut Context<'_, '_>,
    place: &Place,
    key: impl Fn(Month) -> K,
    record: &K::Record,
) -> Result<(), Stop> {
    let (first, last) = place.searched;
    for month in (first.get()..=last.get()).map(Month::new).filter(|month| *month != place.shelf) {
        if context.overlay.has(&ShelfKey(month))? && context.overlay.has(&key(month))? {
            return Err(Code::DuplicateReference.into());
        }
    }
    if context.overlay.put_new(&key(place.shelf), record)? { Ok(()) } else { Err(Code::DuplicateReference.into()) }
}

/// Uses the reference of a settlement, which stays for ever.
///
/// # Errors
/// [`Code::DuplicateReference`] if there is a record already.
pub(super) fn use_for_ever<K: StateKey>(
    context: &mut Context<'_, '_>,
    key: &K,
    record: &K::Record,
) -> Result<(), Stop> {
    if context.overlay.put_new(key, record)? { Ok(()) } else { Err(Code::DuplicateReference.into()) }
}

/// Checks that an operation is what its reference asks for, and in time.
///
/// "If that isn't the reference, the operation fails as `request_mismatch`; from `until_ms` on it fails as
/// `request_expired`. A reference commits to what it asks for, so it is used by an answer of that amount or not at
/// all." (protocol, Points)
///
/// # Errors
/// [`Code::RequestMismatch`] or [`Code::RequestExpired`].
pub(super) fn answers(
    context: &Context<'_, '_>,
    (asked, until_ms): (&Reference, TimeMs),
    answered: &AnsweredRequest,
) -> Result<(), Code> {
    if *asked != answered.reference {
        return Err(Code::RequestMismatch);
    }
    if context.time < until_ms { Ok(()) } else { Err(Code::RequestExpired) }
}

/// Checks that what a brand takes back was given to the account that it takes it from, and can be taken back still.
///
/// "`take_back_days` after the stamp it is too late (`take_back_window_closed`)." (protocol, Programme) A mark or a
/// voucher "can be taken back as long as an issue of the same time could be reversed" (protocol, Campaigns).
///
/// # Errors
/// [`Code::AwardToOther`] or [`Code::TakeBackWindowClosed`].
pub(super) fn goes_back(
    context: &Context<'_, '_>,
    take: &TakeBack,
    (to, until_ms): (Address, TimeMs),
) -> Result<(), Code> {
    if to != take.from {
        return Err(Code::AwardToOther);
    }
    if context.time < until_ms { Ok(()) } else { Err(Code::TakeBackWindowClosed) }
}
