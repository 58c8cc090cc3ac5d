//! The ends of holds that no transaction tells: what came back to the account, and what expired at that moment.

use lojal_types::api::TransactionStatus;
use lojal_types::{AddressText, BrandId, Operation, Points, TimeMs};

use super::months::Late;
use super::unsent::{ended_holds, happened};

/// A thing that becomes of held points when their hold ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// They are the account's again.
    Back,
    /// They expired, since their month was over.
    Expired,
    /// One of the two, nobody knows of how many.
    Unknown,
}

/// Held points at the end of their hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HoldEnd {
    pub(super) time_ms: TimeMs,
    pub(super) brand: BrandId,
    pub(super) amount: Points,
    pub(super) became: Became,
}

/// The ends of the holds of `page`, by themselves until `now` or, where points expired with them, by a transaction.
/// `later` are the transactions after the page; `late` gives the points of a brand that expired as their holds ended,
/// if they are known.
pub(super) fn hold_ends<'a>(
    (page, later): (&[TransactionStatus], &[TransactionStatus]),
    account: AddressText,
    now: TimeMs,
    late: impl Fn(BrandId) -> Option<&'a [Late]>,
) -> Vec<HoldEnd> {
    let by_themselves = ended_holds(page, later, account, now);
    let mut ends = Vec::new();
    for (began_ms, operation) in happened(page) {
        let Operation::Hold(hold) = operation else { continue };
        let (brand, reference) = (hold.brand, &hold.request.reference);
        let ended = by_themselves.iter().find(|ended| ended.brand == brand && ended.reference == *reference);
        let known = late(brand);
        let expired = known.into_iter().flatten().find(|one| one.reference == *reference);
        if let Some(expired) = expired.filter(|_| hold.from == account) {
            ends.push(HoldEnd { time_ms: expired.time_ms, brand, amount: expired.amount, became: Became::Expired });
        }
        let Some(ended) = ended else { continue };
        let gone = expired.map_or(Points::ZERO, |one| one.amount);
        // Lots that could be used when they were set aside can still be used while their hold's month lasts.
        let is_known = known.is_some() || began_ms.month() == ended.time_ms.month();
        let became = if is_known { Became::Back } else { Became::Unknown };
        let amount = ended.amount.checked_sub(gone).unwrap_or(Points::ZERO);
        if !amount.is_zero() {
            ends.push(HoldEnd { time_ms: ended.time_ms, brand, amount, became });
        }
    }
    ends
}
