//! The limits of campaigns' terms once more, and what is kinder.

use lojal_types::{Award, Campaign, Period, Requirement, TakenBy};

use super::super::{AMOUNT_MAX, DAY_MS};

const AMOUNTS: std::ops::RangeInclusive<u64> = 1..=AMOUNT_MAX;

pub(super) fn limits_hold(terms: &Campaign) -> bool {
    let (opens, closes) = (terms.opens_ms.get(), terms.closes_ms.get());
    let length = opens < closes && closes - opens <= 800 * DAY_MS;
    let fact = |one: &Requirement| match *one {
        Requirement::Progress { at_least, .. } => AMOUNTS.contains(&at_least),
        Requirement::Level { level, .. } => level >= 1,
        Requirement::Mark { .. } | Requirement::Invited => true,
        Requirement::New { days } | Requirement::Since { days } => days <= 1100,
    };
    let uses_up = |one: &&Requirement| matches!(one, Requirement::Progress { consume: true, .. });
    let early = match &terms.early {
        None => true,
        Some(early) => {
            let facts = early.requires.iter().all(fact) && !early.requires.iter().any(|one| uses_up(&one));
            early.ms >= 1 && early.ms <= 30 * DAY_MS && facts
        }
    };
    let used: Vec<_> = terms.requires.iter().filter(uses_up).collect();
    let once = used.iter().enumerate().all(|(place, one)| {
        let track = |one: &Requirement| match *one {
            Requirement::Progress { track, .. } => track,
            _ => Default::default(),
        };
        !used[place + 1..].iter().any(|other| track(other) == track(one))
    });
    let times = terms.per_member.is_none_or(|bound| (1..=1000).contains(&bound.times));
    let award = match terms.award {
        Award::Points { amount, up_to, months } => {
            let amounts = AMOUNTS.contains(&amount.get()) && AMOUNTS.contains(&up_to.get()) && amount <= up_to;
            amounts && months.is_none_or(|months| (1..=60).contains(&months))
        }
        Award::Mark { days, .. } => days.is_none_or(|days| (1..=1100).contains(&days)),
        Award::Voucher { valid_days } => (1..=400).contains(&valid_days),
        Award::Cause { to } => to.is_none_or(|to| (1..=1_000_000_000_000).contains(&to.price_micro)),
    };
    let returns = !terms.returnable || (matches!(terms.award, Award::Voucher { .. }) && terms.price.get() > 0);
    let waits = terms.pending_days == 0 || (is_points(terms) && terms.pending_days <= 90);
    let facts = terms.requires.iter().all(fact) && waits;
    let stock = terms.stock != Some(0);
    length && early && facts && once && times && award && stock && returns && price_holds(terms) && points_hold(terms)
}

fn is_points(terms: &Campaign) -> bool {
    matches!(terms.award, Award::Points { .. })
}

fn price_holds(terms: &Campaign) -> bool {
    match terms.price.get() {
        0 if matches!(terms.award, Award::Cause { .. }) => false,
        0 => terms.by == TakenBy::Operator || !terms.requires.is_empty(),
        price => price <= AMOUNT_MAX && terms.by == TakenBy::Member && !is_points(terms),
    }
}

fn points_hold(terms: &Campaign) -> bool {
    let budget = match (is_points(terms), terms.budget) {
        (true, Some(budget)) => AMOUNTS.contains(&budget.get()),
        (true, None) => false,
        (false, budget) => budget.is_none() && terms.sponsor.is_none(),
    };
    let owes = |price: u64| u128::from(terms.budget.map_or(0, |budget| budget.get())) * u128::from(price);
    let sponsor = terms.sponsor.is_none_or(|sponsor| {
        let price = sponsor.price_micro;
        (1..=1_000_000_000_000).contains(&price) && owes(price) <= u128::from(AMOUNT_MAX) * 1_000_000
    });
    let referral = terms.referral.is_none_or(|referral| {
        let once = matches!(terms.per_member, Some(bound) if bound.times == 1 && bound.per == Period::Ever);
        let new = terms.requires.iter().any(|one| matches!(one, Requirement::New { .. }));
        let gives = AMOUNTS.contains(&referral.award.get()) && referral.year_max >= 1;
        gives && once && new && is_points(terms) && terms.by == TakenBy::Member && !terms.households
    });
    budget && sponsor && referral
}

pub(super) fn is_kinder(before: &Campaign, after: &Campaign, time: u64) -> bool {
    let closes = after.closes_ms >= before.closes_ms || after.closes_ms.get() >= time + 7 * DAY_MS;
    let early = time >= before.opens_ms.get()
        || match (&before.early, &after.early) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(was), Some(now)) => now.ms >= was.ms && now.requires.iter().all(|one| one_of(&was.requires, one)),
        };
    let facts = after.requires.iter().all(|one| one_of(&before.requires, one));
    let by = before.by == after.by || after.by == TakenBy::Either;
    let referral = match (before.referral, after.referral) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(was), Some(now)) => now.award >= was.award && now.year_max >= was.year_max,
    };
    let member = match (before.per_member, after.per_member) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(was), Some(now)) => was.per == now.per && now.times >= was.times,
    };
    let no_less = |was: Option<u64>, now: Option<u64>| now.unwrap_or(u64::MAX) >= was.unwrap_or(u64::MAX);
    let budget = |terms: &Campaign| terms.budget.map_or(0, |budget| budget.get());
    after.opens_ms <= before.opens_ms
        && closes
        && early
        && facts
        && by
        && after.price <= before.price
        && gives_more(before.award, after.award)
        && referral
        && member
        && no_less(before.stock, after.stock)
        && budget(after) >= budget(before)
        && before.invited.iter().enumerate().all(|(place, root)| after.invited.get(place) == Some(root))
        && (after.sponsor.is_none() || after.sponsor == before.sponsor)
        && (after.households || !before.households)
        && (after.returnable || !before.returnable)
        && after.pending_days <= before.pending_days
}

fn gives_more(before: Award, after: Award) -> bool {
    let longer = |was: Option<u64>, now: Option<u64>| now.unwrap_or(u64::MAX) >= was.unwrap_or(u64::MAX);
    match (before, after) {
        (Award::Points { amount: was, up_to: most, months: lived }, Award::Points { amount, up_to, months }) => {
            amount >= was && up_to >= most && longer(lived.map(u64::from), months.map(u64::from))
        }
        (Award::Mark { mark: was, days: lasted }, Award::Mark { mark, days }) => {
            mark == was && longer(lasted.map(u64::from), days.map(u64::from))
        }
        (Award::Voucher { valid_days: was }, Award::Voucher { valid_days }) => valid_days >= was,
        (Award::Cause { to: was }, Award::Cause { to }) => to == was,
        _ => false,
    }
}

/// True if a fact is no harder than one of some others.
fn one_of(others: &[Requirement], one: &Requirement) -> bool {
    others.iter().any(|was| match (*was, *one) {
        (
            Requirement::Progress { track: of, at_least: most, this_month: month, consume: uses },
            Requirement::Progress { track, at_least, this_month, consume },
        ) => of == track && at_least <= most && this_month <= month && consume <= uses,
        (Requirement::Level { track: of, level: was }, Requirement::Level { track, level }) => {
            of == track && level <= was
        }
        (Requirement::Mark { mark: was }, Requirement::Mark { mark }) => was == mark,
        (Requirement::New { days: was }, Requirement::New { days }) => days >= was,
        (Requirement::Since { days: was }, Requirement::Since { days }) => days <= was,
        (Requirement::Invited, Requirement::Invited) => true,
        _ => false,
    })
}
