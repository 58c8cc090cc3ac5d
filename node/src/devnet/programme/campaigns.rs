//! The campaigns of the template's brands, with the tracks that they ask about.

use lojal_types::{
    Award, Bounded, Campaign, Early, MarkId, PerMember, Period, Points, Referral, Requirement, Sponsor, TakenBy,
    TimeMs, TrackId,
};

use super::tracks::{DAY_MS, LIFTS, about, card, containers, lifts, purchases, slopes};
use super::{FIRST, Programme};

/// The days for which a campaign is open.
const OPEN_DAYS: u64 = 365;
/// The number of a brand's second track.
const SECOND: TrackId = TrackId::new(2);
/// The sum that the hotel owes the ski resort for a point, 0.10 SEK, in millionths of an öre.
const POINT_PRICE: u64 = 10_000_000;

/// A free cup for a full card, small surprises, a badge for a month, and a day of one's own.
pub(super) fn coffee_bar(time: TimeMs) -> Programme {
    let full = Requirement::Progress { track: FIRST, at_least: 10, this_month: false, consume: true };
    let often = Requirement::Progress { track: FIRST, at_least: 20, this_month: true, consume: false };
    let campaigns = vec![
        Campaign { requires: of([full]), ..claim(time, points(1_00), 10_000_000, "Ten stamps are a free cup.") },
        Campaign {
            per_member: at_most(2, Period::Month),
            ..grant(time, up_to(50, 5_00), 500_000, "Small surprises by whoever stands at the counter.")
        },
        Campaign {
            requires: of([often]),
            per_member: at_most(1, Period::Month),
            ..without_budget(claim(time, mark(1, Some(31)), 0, "A badge for twenty cups in a month."))
        },
        Campaign {
            requires: of([Requirement::Since { days: 0 }]),
            per_member: at_most(1, Period::Year),
            ..claim(time, points(1_00), 1_000_000, "A cup on your day, which you choose yourself, once a year.")
        },
        Campaign {
            price: Points::new(1_00),
            returnable: true,
            pending_days: 0,
            households: true,
            ..without_budget(claim(time, voucher(60), 0, "A cup of coffee for a point, within 60 days."))
        },
    ];
    Programme { tracks: vec![card()], campaigns }
}

/// Levels with what they bring, a hunt for lifts, and points that the hotel pays for.
pub(super) fn ski_resort(time: TimeMs) -> Programme {
    let all_lifts = Requirement::Progress { track: SECOND, at_least: LIFTS.into(), this_month: false, consume: false };
    let high = Requirement::Level { track: FIRST, level: 2 };
    let opens_ms = time.plus_ms(7 * DAY_MS);
    let campaigns = vec![
        Campaign {
            requires: of([all_lifts]),
            per_member: at_most(1, Period::Ever),
            ..without_budget(claim(time, mark(1, None), 0, "A badge for all six lifts."))
        },
        Campaign {
            requires: of([high]),
            per_member: at_most(1, Period::Year),
            ..claim(time, points(500), 250_000, "500 points a year for members of level 2.")
        },
        Campaign {
            sponsor: Some(Sponsor { brand: "havshotell".parse().expect("a valid id"), price_micro: POINT_PRICE }),
            ..grant(time, up_to(200, 500), 50_000, "Points for guests of the hotel, which pays for them.")
        },
        Campaign {
            opens_ms,
            early: Some(Early { ms: 7 * DAY_MS, requires: Bounded::from([high]) }),
            requires: of([Requirement::Since { days: 0 }]),
            per_member: at_most(1, Period::Ever),
            stock: Some(100),
            ..without_budget(claim(time, mark(2, Some(150)), 0, "A hundred places in the first lift of the day."))
        },
    ];
    Programme { tracks: vec![slopes(), lifts(time)], campaigns }
}

/// A club for points or for money, and what it brings.
pub(super) fn hotel(time: TimeMs) -> Programme {
    let club = Requirement::Mark { mark: MarkId::new(1) };
    let campaigns = vec![
        Campaign {
            price: Points::new(2_500),
            ..without_budget(claim(time, mark(1, Some(365)), 0, "A year in the club for 2,500 points."))
        },
        without_budget(grant(time, mark(1, Some(30)), 0, "A month in the club for its fee, paid at the desk.")),
        Campaign {
            requires: of([club]),
            per_member: at_most(1, Period::Month),
            ..claim(time, points(200), 1_000_000, "200 points a month for the club.")
        },
        Campaign {
            price: Points::new(150),
            stock: Some(500),
            returnable: true,
            ..without_budget(claim(time, voucher(365), 0, "An afternoon in the spa for 150 points, within a year."))
        },
    ];
    Programme { tracks: Vec::new(), campaigns }
}

/// A challenge of the month for what is recycled, points for bringing a friend along, a welcome, and draws.
pub(super) fn grocer(time: TimeMs) -> Programme {
    let bought = |at_least| Requirement::Progress { track: SECOND, at_least, this_month: false, consume: false };
    let recycled = Requirement::Progress { track: FIRST, at_least: 20, this_month: true, consume: false };
    let new = Requirement::New { days: 30 };
    let campaigns = vec![
        Campaign {
            requires: of([recycled]),
            per_member: at_most(1, Period::Month),
            ..claim(time, points(50), 500_000, "50 points for twenty bottles and cans in a month.")
        },
        Campaign {
            requires: of([new, bought(1)]),
            per_member: at_most(1, Period::Ever),
            referral: Some(Referral { award: Points::new(250), year_max: 10 }),
            ..claim(time, points(250), 1_000_000, "250 points for who is new, and for who has brought them along.")
        },
        Campaign {
            requires: of([new, bought(2)]),
            per_member: at_most(1, Period::Ever),
            ..claim(time, points(100), 500_000, "100 points for the second purchase within a month.")
        },
        Campaign {
            per_member: at_most(1, Period::Month),
            stock: Some(1_000),
            ..grant(time, up_to(25, 100), 50_000, "A thousand prizes of the wheel in the shop and of the quiz.")
        },
        Campaign {
            price: Points::new(50),
            households: true,
            ..without_budget(claim(time, Award::Cause { to: None }, 0, "A meal for who needs one, for 50 points."))
        },
        Campaign {
            requires: of([Requirement::Invited]),
            per_member: at_most(1, Period::Ever),
            ..claim(
                time,
                up_to(10, 100),
                100_000,
                "Points for those whom the shop has invited, for each as many as it says.",
            )
        },
    ];
    Programme { tracks: vec![containers(), purchases()], campaigns }
}

/// A campaign that members claim.
fn claim(time: TimeMs, award: Award, budget: u64, text: &str) -> Campaign {
    let closes_ms = time.plus_ms(OPEN_DAYS * DAY_MS);
    Campaign {
        opens_ms: time,
        closes_ms,
        early: None,
        requires: Bounded::from([]),
        by: TakenBy::Member,
        price: Points::ZERO,
        award,
        referral: None,
        per_member: None,
        stock: None,
        budget: Some(Points::new(budget)),
        sponsor: None,
        invited: Bounded::default(),
        households: false,
        returnable: false,
        pending_days: 0,
        paused: false,
        about: about(text),
    }
}

/// A campaign that operators grant.
fn grant(time: TimeMs, award: Award, budget: u64, text: &str) -> Campaign {
    Campaign { by: TakenBy::Operator, ..claim(time, award, budget, text) }
}

/// A voucher that can be used for so many days.
const fn voucher(valid_days: u16) -> Award {
    Award::Voucher { valid_days }
}

/// The same without a budget, as what gives no points has none.
fn without_budget(campaign: Campaign) -> Campaign {
    Campaign { budget: None, ..campaign }
}

fn of<const N: usize>(requirements: [Requirement; N]) -> Bounded<Requirement, 0, 4> {
    Bounded::new(requirements.to_vec()).expect("at most four")
}

fn at_most(times: u16, per: Period) -> Option<PerMember> {
    Some(PerMember { times, per })
}

fn points(amount: u64) -> Award {
    up_to(amount, amount)
}

fn up_to(amount: u64, up_to: u64) -> Award {
    Award::Points { amount: Points::new(amount), up_to: Points::new(up_to), months: None }
}

fn mark(number: u16, days: Option<u16>) -> Award {
    Award::Mark { mark: MarkId::new(number), days }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_terms_are_in_bounds_when_they_begin() {
        let time = TimeMs::new(1_800_000_000_000).expect("before the year 9999");
        for brand in super::super::BRANDS {
            let programme = Programme::of(brand, time);
            assert!(programme.tracks.iter().all(|track| track.is_in_bounds(time)), "{brand}");
            for (campaign, number) in programme.campaigns.iter().zip(1..) {
                assert!(campaign.is_in_bounds(time), "campaign {number} of {brand}");
            }
        }
    }
}
