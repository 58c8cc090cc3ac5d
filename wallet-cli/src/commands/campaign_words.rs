//! Campaigns in words: what they give, to whom, and how much of it.

use lojal_types::{Award, Campaign, Money, Period, Points, Requirement, SetCampaign, TakenBy, TimeMs};
use lojal_wallet::time::{format_duration, utc};

use super::programme::changes;
use crate::output::grouped;

/// A campaign that begins or changes, in words: its terms as they will be, and beside them what goes and comes, if it
/// is known what they are.
pub(super) fn campaign_in_words(set: &SetCampaign, before: Option<&Campaign>, decimals: u8) -> String {
    let after = lines(&set.terms, decimals);
    let lines = match before {
        Some(before) => changes(&lines(before, decimals), &after),
        None => after.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
    };
    format!("campaign {} of {} becomes:\n{lines}", set.campaign, set.brand)
}

/// The terms of a campaign in words, a line each.
pub(super) fn lines(terms: &Campaign, decimals: u8) -> Vec<String> {
    let points = |points: Points| grouped(points, decimals);
    let mut lines = vec![award_in_words(&terms.award, decimals), window_in_words(terms.opens_ms, terms.closes_ms)];
    if let Some(early) = &terms.early {
        let facts: Vec<String> = early.requires.iter().map(fact_in_words).collect();
        lines.push(format!("{} earlier for whom {}", format_duration(early.ms), facts.join(", and ")));
    }
    let operators = terms.sponsor.map_or_else(String::new, |sponsor| format!(" and by those of {}", sponsor.brand));
    let granted = format!("granted by the brand's operators{operators}");
    lines.push(match terms.by {
        TakenBy::Operator => granted,
        TakenBy::Member => "claimed by members".to_owned(),
        TakenBy::Either => format!("{granted}, or claimed by members"),
    });
    lines.extend(terms.requires.iter().map(|fact| format!("asks that {}", fact_in_words(fact))));
    if !terms.price.is_zero() {
        lines.push(format!("costs {} points each", points(terms.price)));
    }
    if let Some(bound) = terms.per_member {
        let per = match bound.per {
            Period::Day => "in a day",
            Period::Month => "in a calendar month",
            Period::Year => "in a calendar year",
            Period::Ever => "ever",
        };
        lines.push(format!("at most {} for each member {per}", bound.times));
    }
    if let Some(referral) = terms.referral {
        let each = points(referral.award);
        lines.push(format!(
            "whoever brings a member along gets {each} points, for at most {} in a calendar year",
            referral.year_max
        ));
    }
    lines.extend(terms.stock.map(|stock| format!("at most {stock} in all")));
    lines.extend(terms.budget.map(|budget| format!("at most {} points in all", points(budget))));
    if let (Some(sponsor), Some(budget)) = (terms.sponsor, terms.budget) {
        let most_micro = u128::from(budget.get()) * u128::from(sponsor.price_micro);
        let most = Money::new(u64::try_from(most_micro.div_ceil(1_000_000)).unwrap_or(u64::MAX));
        lines.push(format!(
            "{} pays {} millionths of a minor unit for each point, at most {} minor units in all",
            sponsor.brand,
            sponsor.price_micro,
            grouped(Points::new(most.get()), 0)
        ));
    }
    lines.extend(terms.invited.iter().map(|root| format!("knows the invitations of the list with the root {root}")));
    lines.extend((terms.pending_days > 0).then(|| {
        format!(
            "its points are pending for {} days: they can be reversed, and not spent, until then",
            terms.pending_days
        )
    }));
    lines.push(format!("households {}", if terms.households { "take part too" } else { "don't take part" }));
    lines.extend(terms.returnable.then(|| "members can return what they haven't used".to_owned()));
    lines.extend(terms.paused.then(|| "paused: it gives nothing".to_owned()));
    lines.push(format!("told to members in a document with the hash {}", terms.about));
    lines
}

fn window_in_words(opens: TimeMs, closes: TimeMs) -> String {
    format!("open from {} UTC until {} UTC", utc(opens), utc(closes))
}

/// A thing that a campaign gives, in words.
pub(super) fn award_in_words(award: &Award, decimals: u8) -> String {
    let points = |points: Points| grouped(points, decimals);
    match award {
        Award::Points { amount, up_to, months } => {
            let live = months.map_or_else(String::new, |months| format!(", good for at most {months} months"));
            match amount == up_to {
                true => format!("gives {} points{live}", points(*amount)),
                false => format!("gives {} points, a grant up to {}{live}", points(*amount), points(*up_to)),
            }
        }
        Award::Mark { mark, days: Some(days) } => format!("gives mark {mark} for {days} days"),
        Award::Mark { mark, days: None } => format!("gives mark {mark} for ever"),
        Award::Voucher { valid_days } => format!("gives a voucher that can be used for {valid_days} days"),
        Award::Cause { to: None } => "donates the points".to_owned(),
        Award::Cause { to: Some(to) } => {
            format!("donates the points; {} is owed {} millionths of a minor unit for each", to.brand, to.price_micro)
        }
    }
}

/// A fact that a campaign asks for, in words.
pub(super) fn fact_in_words(fact: &Requirement) -> String {
    match fact {
        Requirement::Progress { track, at_least, this_month, consume } => {
            let when = if *this_month { " from this month" } else { "" };
            let used = if *consume { ", which are used up" } else { "" };
            format!("{at_least}{when} count on track {track}{used}")
        }
        Requirement::Level { track, level } => format!("level {level} of track {track} is reached"),
        Requirement::Mark { mark } => format!("the member has mark {mark}"),
        Requirement::New { days } => format!("the brand has known the member for at most {days} days"),
        Requirement::Since { days } => format!("the brand has known the member for at least {days} days"),
        Requirement::Invited => "the member shows an invitation of the brand".to_owned(),
    }
}
