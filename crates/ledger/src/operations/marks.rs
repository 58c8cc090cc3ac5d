//! Marks: badges and memberships, which accounts have until a day or for ever (protocol, Campaigns).

use lojal_types::limits::MARKS_MAX;
use lojal_types::{Address, Bounded, BrandId, CampaignId, Code, Day, MarkId, Policy, Reference, TakeBack};

use super::Context;
use super::issue::reversible_until;
use super::reference::{Place, goes_back, use_once};
use crate::half_id::HalfId;
use crate::key::{MarkedKey, StandingKey};
use crate::record::{Cost, HeldMark, Marked, Standing};
use crate::stop::Stop;

/// A mark that is about to be given.
pub(super) struct Given<'g> {
    pub(super) brand: BrandId,
    pub(super) campaign: CampaignId,
    pub(super) to: Address,
    pub(super) mark: MarkId,
    /// The days that it gives; none for a mark without end.
    pub(super) days: Option<u32>,
    pub(super) reference: &'g Reference,
    pub(super) dated: Day,
    pub(super) cost: Option<Cost>,
}

/// Uses the reference of a mark: "It can be taken back as long as an issue of the same time could be reversed"
/// (protocol, Campaigns)
pub(super) fn remember(
    context: &mut Context<'_, '_>,
    place: &Place,
    policy: &Policy,
    given: Given<'_>,
) -> Result<(), Stop> {
    let record = Marked {
        to: given.to,
        campaign: given.campaign,
        mark: given.mark,
        days: given.days,
        taken_back: 0,
        dated: given.dated,
        take_back_until_ms: reversible_until(context, place, policy),
        transaction: HalfId::of(&context.transaction),
        cost: given.cost,
    };
    let key = |shelf| MarkedKey { shelf, brand: given.brand, reference: given.reference.clone() };
    use_once(context, place, key, &record)
}

/// Gives a mark: "Its days begin where those end that the account has of it, or today, and without `days` it is for
/// ever." (protocol, Campaigns)
///
/// # Errors
/// [`Code::StandingFull`] if the account has as many as there can be.
pub(super) fn give(standing: Standing, mark: MarkId, days: Option<u32>, today: Day) -> Result<Standing, Code> {
    let mut marks = live(&standing, today);
    let before = marks.iter().position(|one| one.mark == mark).map(|place| marks.swap_remove(place).until);
    let until = match (before, days) {
        (Some(None), _) | (_, None) => None,
        (Some(Some(until)), Some(days)) => Some(until.max(today).plus(days)),
        (None, Some(days)) => Some(today.plus(days)),
    };
    marks.push(HeldMark { mark, until });
    with_marks(standing, marks).ok_or(Code::StandingFull)
}

fn live(standing: &Standing, today: Day) -> Vec<HeldMark> {
    standing.marks.iter().copied().filter(|one| one.is_live_on(today)).collect()
}

fn with_marks(standing: Standing, mut marks: Vec<HeldMark>) -> Option<Standing> {
    marks.sort_unstable();
    let marks: Bounded<HeldMark, 0, MARKS_MAX> = Bounded::new(marks).ok()?;
    Some(Standing { marks, ..standing })
}

/// Takes back days of a mark that was granted or claimed, or the whole of one without end.
pub(super) fn take_back(context: &mut Context<'_, '_>, take: &TakeBack) -> Result<(), Stop> {
    let (shelf, brand) = (take.of_dated.month(), take.brand);
    let key = MarkedKey { shelf, brand, reference: take.of_reference.clone() };
    let marked = context.overlay.get(&key)?.filter(|marked| marked.dated == take.of_dated);
    let marked = marked.ok_or(Code::UnknownReference)?;
    goes_back(context, take, (marked.to, marked.take_back_until_ms))?;
    let days = u32::try_from(take.amount).map_err(|_| Code::TakeBackExceeds)?;
    give_back(context, &key, marked, days)
}

/// Takes days of a mark from its account, which were taken back or are returned; 1 takes the whole of one without end.
pub(super) fn give_back(context: &mut Context<'_, '_>, key: &MarkedKey, marked: Marked, days: u32) -> Result<(), Stop> {
    if days > marked.left() {
        return Err(Code::TakeBackExceeds.into());
    }
    let taken_back = marked.taken_back.checked_add(days).expect("at most what was given");
    let marked = Marked { taken_back, transaction: HalfId::of(&context.transaction), ..marked };
    context.overlay.put(key, &marked)?;
    let key = StandingKey { account: marked.to, brand: key.brand };
    // A household that was dissolved has left nothing.
    let Some(standing) = context.overlay.get(&key)? else { return Ok(()) };
    let standing = shortened(standing, &marked, days, context.time.day());
    context.overlay.put(&key, &standing)?;
    Ok(())
}

/// The standing without days of a mark: "What is taken back of a mark ends it so many days earlier. One without end
/// goes, and days don't shorten it." (protocol, Campaigns)
fn shortened(standing: Standing, marked: &Marked, days: u32, today: Day) -> Standing {
    let shorter = |one: HeldMark| match (one.until, marked.days) {
        _ if one.mark != marked.mark => Some(one),
        (Some(until), Some(_)) => Some(HeldMark { until: Some(until.minus(days)), ..one }),
        (None, Some(_)) | (Some(_), None) => Some(one),
        (None, None) => None,
    };
    let marks = live(&standing, today).into_iter().filter_map(shorter).filter(|one| one.is_live_on(today)).collect();
    with_marks(standing, marks).expect("no more than before")
}
