//! Faults of terms and offers that the ledger refuses as out of bounds, and says no more of.

use lojal_types::limits::{
    CAMPAIGN_DAYS_MAX, CAMPAIGN_EARLY_MS_MAX, CAMPAIGN_MS_MAX, CAMPAIGN_TIMES_MAX, EXPIRY_MONTHS_MAX, OFFER_MS_MAX,
    PENDING_DAYS_MAX, POINTS_MAX, PRICE_MICRO_MAX, TAKE_BACK_DAYS_MAX, TRACK_MONTHS_MAX, TRACK_NOTICE_MS,
    TRACK_PLACES_MAX, TRACK_WINDOW_MS_MAX, VOUCHER_DAYS_MAX,
};
use lojal_types::{
    Award, Campaign, Offer, Period, Points, Policy, Requirement, TakenBy, TimeMs, Track, TrackKind, TrackLevel, pay_for,
};

/// The first fault of a campaign's terms at a time; none if they are in bounds, or only the ledger knows.
pub(super) fn of_campaign(terms: &Campaign, time: TimeMs) -> Option<String> {
    if terms.is_in_bounds(time) {
        return None;
    }
    let length_ms = terms.closes_ms.get().saturating_sub(terms.opens_ms.get());
    let faults = [
        (terms.closes_ms <= time, "closes_ms is over already".to_owned()),
        (length_ms == 0, "closes_ms comes after opens_ms".to_owned()),
        (length_ms > CAMPAIGN_MS_MAX, format!("it is open for at most {} days", CAMPAIGN_MS_MAX / DAY_MS)),
        (terms.stock == Some(0), "stock is at least 1, or left out".to_owned()),
        (terms.pending_days > PENDING_DAYS_MAX, format!("pending_days are at most {PENDING_DAYS_MAX}")),
        (
            terms.pending_days > 0 && !terms.award.is_points(),
            "only what gives points has pending_days: leave them out".to_owned(),
        ),
    ];
    let first = faults.into_iter().find_map(|(is_wrong, text)| is_wrong.then_some(text));
    first
        .or_else(|| award(terms))
        .or_else(|| price(terms))
        .or_else(|| facts(terms))
        .or_else(|| referral(terms))
        .or_else(|| sponsor(terms))
}

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn award(terms: &Campaign) -> Option<String> {
    match terms.award {
        Award::Points { amount, up_to, .. } if amount.is_zero() || amount > up_to || up_to.get() > POINTS_MAX => {
            Some("amount of the award is at least 1, and up_to at least as much".to_owned())
        }
        Award::Points { months: Some(months), .. } if !(1..=EXPIRY_MONTHS_MAX).contains(&months) => {
            Some(format!("months of the award are 1 to {EXPIRY_MONTHS_MAX}, or left out"))
        }
        Award::Points { .. } if !terms.budget.is_some_and(|budget| (1..=POINTS_MAX).contains(&budget.get())) => {
            Some("what gives points has a budget of at least 1".to_owned())
        }
        Award::Mark { days: Some(days), .. } if !(1..=CAMPAIGN_DAYS_MAX).contains(&days) => {
            Some(format!("days of the award are 1 to {CAMPAIGN_DAYS_MAX}, or left out"))
        }
        Award::Voucher { valid_days } if !(1..=VOUCHER_DAYS_MAX).contains(&valid_days) => {
            Some(format!("valid_days are 1 to {VOUCHER_DAYS_MAX}"))
        }
        Award::Cause { to: Some(to) } if !(1..=PRICE_MICRO_MAX).contains(&to.price_micro) => {
            Some(format!("price_micro of the recipient is 1 to {PRICE_MICRO_MAX}"))
        }
        Award::Points { .. } => None,
        _ if terms.budget.is_some() => Some("only what gives points has a budget: leave it out".to_owned()),
        _ if terms.sponsor.is_some() => Some("only what gives points has a sponsor: leave it out".to_owned()),
        _ => None,
    }
}

fn price(terms: &Campaign) -> Option<String> {
    let is_voucher = matches!(terms.award, Award::Voucher { .. });
    let text = match terms.price.is_zero() {
        true if matches!(terms.award, Award::Cause { .. }) => "a cause has a price",
        true if terms.by != TakenBy::Operator && terms.requires.is_empty() => {
            "what members claim for nothing requires a fact: add one to requires, or a price, or by = \"operator\""
        }
        false if terms.award.is_points() => "what costs points gives none: leave price out",
        false if terms.by != TakenBy::Member => "what costs points is claimed by members: by = \"member\"",
        is_free if terms.returnable && (is_free || !is_voucher) => "only vouchers that have a price are returnable",
        _ => return None,
    };
    Some(text.to_owned())
}

fn facts(terms: &Campaign) -> Option<String> {
    let wrong = |one: &Requirement| match *one {
        Requirement::Progress { at_least: 0, .. } => Some("at_least of a fact is at least 1".to_owned()),
        Requirement::Level { level: 0, .. } => Some("the level of a fact is at least 1".to_owned()),
        Requirement::New { days } | Requirement::Since { days } if days > CAMPAIGN_DAYS_MAX => {
            Some(format!("days of a fact are at most {CAMPAIGN_DAYS_MAX}"))
        }
        _ => None,
    };
    if let Some(bound) = terms.per_member.filter(|bound| !(1..=CAMPAIGN_TIMES_MAX).contains(&bound.times)) {
        return Some(format!("times of per_member are 1 to {CAMPAIGN_TIMES_MAX}, and not {}", bound.times));
    }
    if let Some(early) = terms.early.as_ref().filter(|early| !(1..=CAMPAIGN_EARLY_MS_MAX).contains(&early.ms)) {
        return Some(format!("ms of early are 1 to {CAMPAIGN_EARLY_MS_MAX}, and not {}", early.ms));
    }
    terms.all_requirements().find_map(wrong)
}

fn referral(terms: &Campaign) -> Option<String> {
    let referral = terms.referral?;
    let once = terms.per_member.is_some_and(|bound| bound.times == 1 && bound.per == Period::Ever);
    let is_new = terms.requires.iter().any(|one| matches!(one, Requirement::New { .. }));
    let text = match () {
        () if referral.award.is_zero() || referral.year_max == 0 => "award and year_max of referral are at least 1",
        () if !terms.award.is_points() => "only what gives points has a referral: leave it out",
        () if terms.by != TakenBy::Member => "a referral takes what members claim: by = \"member\"",
        () if terms.households => "households don't take part in what has a referral: households = false",
        () if !once => "a referral takes what is claimed once ever: per_member with times = 1 and per = \"ever\"",
        () if !is_new => "a referral is for who is new: add that to requires",
        () => return None,
    };
    Some(text.to_owned())
}

fn sponsor(terms: &Campaign) -> Option<String> {
    let sponsor = terms.sponsor?;
    let is_wrong = !(1..=PRICE_MICRO_MAX).contains(&sponsor.price_micro);
    is_wrong.then(|| format!("price_micro of the sponsor is 1 to {PRICE_MICRO_MAX}"))
}

/// The first fault of a track's terms at a time; none if they are in bounds.
pub(super) fn of_track(terms: &Track, time: TimeMs) -> Option<String> {
    if terms.is_in_bounds(time) {
        return None;
    }
    let rises = |pair: &[TrackLevel]| match *pair {
        [lower, higher] => lower.at_least < higher.at_least && lower.months <= higher.months,
        _ => true,
    };
    let is_held = |level: &TrackLevel| level.at_least > 0 && (1..=TRACK_MONTHS_MAX).contains(&level.months);
    let faults = [
        (!(1..=POINTS_MAX).contains(&terms.stamp_max), "stamp_max is at least 1".to_owned()),
        (terms.take_back_days > TAKE_BACK_DAYS_MAX, format!("take_back_days are at most {TAKE_BACK_DAYS_MAX}")),
        (terms.soft && terms.levels.is_empty(), "soft is for a track with levels: leave it out".to_owned()),
        (
            !terms.levels.iter().all(is_held),
            format!("a level is from 1 on, and held for 1 to {TRACK_MONTHS_MAX} months"),
        ),
        (!terms.levels.windows(2).all(rises), "levels rise, and none is held shorter than the one below".to_owned()),
    ];
    kind(terms, time).or_else(|| faults.into_iter().find_map(|(is_wrong, text)| is_wrong.then_some(text)))
}

fn kind(terms: &Track, time: TimeMs) -> Option<String> {
    let notice_days = TRACK_NOTICE_MS / DAY_MS;
    match terms.kind {
        TrackKind::Rolling { months, .. } if !(1..=TRACK_MONTHS_MAX).contains(&months) => {
            Some(format!("months of the kind are 1 to {TRACK_MONTHS_MAX}"))
        }
        TrackKind::Rolling { closes_ms: Some(closes_ms), .. } if closes_ms < time.plus_ms(TRACK_NOTICE_MS) => {
            Some(format!("closes_ms is at least {notice_days} days ahead, or left out"))
        }
        TrackKind::Rolling { .. } => None,
        TrackKind::Window { closes_ms, .. } | TrackKind::Places { closes_ms, .. } if closes_ms <= time => {
            Some("closes_ms is over already".to_owned())
        }
        TrackKind::Window { opens_ms, closes_ms } | TrackKind::Places { opens_ms, closes_ms, .. }
            if !(1..=TRACK_WINDOW_MS_MAX).contains(&closes_ms.get().saturating_sub(opens_ms.get())) =>
        {
            Some(format!("closes_ms comes after opens_ms, by at most {} days", TRACK_WINDOW_MS_MAX / DAY_MS))
        }
        _ if !terms.levels.is_empty() => Some("only a rolling track has levels: leave them out".to_owned()),
        TrackKind::Places { count, .. } if !(1..=TRACK_PLACES_MAX).contains(&count) => {
            Some(format!("count is 1 to {TRACK_PLACES_MAX}"))
        }
        TrackKind::Places { .. } if terms.stamp_max != 1 => {
            Some("of places one is stamped at a time: stamp_max = 1".to_owned())
        }
        TrackKind::Window { .. } | TrackKind::Places { .. } => None,
    }
}

/// The first fault of an offer at a time, under the policy of its brand, by the command's options; none if it is in
/// bounds. `shown` writes points.
pub(super) fn of_offer(
    offer: &Offer,
    policy: &Policy,
    time: TimeMs,
    shown: impl Fn(Points) -> String,
) -> Option<String> {
    let (month, length_ms) = (time.month(), offer.expires_ms.since_ms(time));
    let (least, most) = (policy.transfer_min, policy.transfer_max);
    let pay = pay_for(offer.amount, offer.price_num, offer.price_den);
    let faults = [
        (offer.brand == offer.wants, "points are offered for those of another brand".to_owned()),
        (offer.amount < least, format!("{} offers at least {} at once", offer.brand, shown(least))),
        (offer.amount > most, format!("{} offers at most {} at once", offer.brand, shown(most))),
        (offer.min_take.is_zero(), "--at-least is more than 0".to_owned()),
        (offer.min_take > offer.amount, "--at-least is at most what is offered".to_owned()),
        (!offer.expiry.is_live_in(month), format!("--ending {}: those points have expired", offer.expiry)),
        (!offer.wants_until.is_live_in(month), format!("--paid-until {}: that is over", offer.wants_until)),
        (offer.expires_ms <= time || length_ms > OFFER_MS_MAX, "--for is more than 0, and at most 30 days".to_owned()),
        (
            pay.is_none_or(|pay| !(1..=POINTS_MAX).contains(&pay.get())),
            "the price is too small or too large".to_owned(),
        ),
    ];
    faults.into_iter().find_map(|(is_wrong, text)| is_wrong.then_some(text))
}

#[cfg(test)]
mod tests;
