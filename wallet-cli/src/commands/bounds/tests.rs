use lojal_types::{Bounded, Hash, MarkId, PerMember, Referral, Sponsor};

use super::*;

fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("in range")
}

/// Coffees that members buy and can return.
fn coffees() -> Campaign {
    Campaign {
        opens_ms: time(DAY_MS),
        closes_ms: time(2 * DAY_MS),
        early: None,
        requires: Bounded::default(),
        by: TakenBy::Member,
        price: Points::new(100),
        award: Award::Voucher { valid_days: 30 },
        referral: None,
        per_member: None,
        stock: Some(5),
        budget: None,
        sponsor: None,
        invited: Bounded::default(),
        households: true,
        returnable: true,
        pending_days: 0,
        paused: false,
        about: Hash::new([8; 32]),
    }
}

/// Points for who is new and brings somebody along.
fn welcome() -> Campaign {
    Campaign {
        requires: Bounded::from([Requirement::New { days: 30 }]),
        price: Points::ZERO,
        award: Award::Points { amount: Points::new(5), up_to: Points::new(5), months: None },
        referral: Some(Referral { award: Points::new(2), year_max: 3 }),
        per_member: Some(PerMember { times: 1, per: Period::Ever }),
        stock: None,
        budget: Some(Points::new(1_000)),
        households: false,
        returnable: false,
        ..coffees()
    }
}

#[test]
fn what_is_wrong_with_terms_is_named() {
    let now = time(DAY_MS / 2);
    assert_eq!((of_campaign(&coffees(), now), of_campaign(&welcome(), now)), (None, None));
    let free = Campaign { price: Points::ZERO, returnable: false, ..coffees() };
    let mark = Award::Mark { mark: MarkId::new(7), days: Some(0) };
    let sponsor = Sponsor { brand: "fjallet".parse().expect("valid"), price_micro: 0 };
    let twice = Some(PerMember { times: 2, per: Period::Ever });
    for (terms, part) in [
        (Campaign { stock: Some(0), ..coffees() }, "stock is at least 1"),
        (Campaign { award: Award::Voucher { valid_days: 0 }, ..coffees() }, "valid_days are 1 to 400"),
        (Campaign { by: TakenBy::Operator, ..coffees() }, "is claimed by members"),
        (Campaign { closes_ms: time(DAY_MS), ..coffees() }, "closes_ms comes after opens_ms"),
        (Campaign { price: Points::ZERO, by: TakenBy::Operator, ..coffees() }, "are returnable"),
        (free, "requires a fact"),
        (Campaign { award: mark, ..coffees() }, "days of the award are 1 to 1100"),
        (Campaign { budget: Some(Points::new(5)), ..coffees() }, "only what gives points has a budget"),
        (Campaign { per_member: Some(PerMember { times: 0, per: Period::Day }), ..coffees() }, "times of per_member"),
        (Campaign { requires: Bounded::from([Requirement::New { days: 2_000 }]), ..coffees() }, "days of a fact"),
        (Campaign { pending_days: 1, ..coffees() }, "only what gives points has pending_days"),
        (Campaign { pending_days: 91, ..welcome() }, "pending_days are at most 90"),
        (Campaign { budget: None, ..welcome() }, "has a budget"),
        (Campaign { price: Points::new(1), ..welcome() }, "what costs points gives none"),
        (Campaign { per_member: twice, ..welcome() }, "claimed once ever"),
        (Campaign { households: true, ..welcome() }, "households don't take part"),
        (Campaign { sponsor: Some(sponsor), ..welcome() }, "price_micro of the sponsor"),
    ] {
        assert!(!terms.is_in_bounds(now));
        let told = of_campaign(&terms, now).unwrap_or_default();
        assert!(told.contains(part), "{part}: {told}");
    }
    assert_eq!(of_campaign(&coffees(), time(3 * DAY_MS)).as_deref(), Some("closes_ms is over already"));
}

#[test]
fn what_is_wrong_with_a_track_is_named() {
    let level = |at_least: u64, months: u8| TrackLevel { at_least, months };
    let rolling = Track {
        kind: TrackKind::Rolling { months: 12, closes_ms: None },
        stamp_max: 50,
        levels: Bounded::from([level(100, 12), level(300, 12)]),
        soft: true,
        take_back_days: 30,
        about: Hash::new([7; 32]),
    };
    let places = TrackKind::Places { opens_ms: time(DAY_MS), closes_ms: time(2 * DAY_MS), count: 5 };
    let hunt = Track { kind: places, stamp_max: 1, levels: Bounded::default(), soft: false, ..rolling.clone() };
    let now = time(DAY_MS / 2);
    assert_eq!((of_track(&rolling, now), of_track(&hunt, now)), (None, None));
    let soon = TrackKind::Rolling { months: 12, closes_ms: Some(time(DAY_MS)) };
    for (terms, part) in [
        (Track { stamp_max: 0, ..rolling.clone() }, "stamp_max"),
        (Track { take_back_days: 401, ..rolling.clone() }, "take_back_days are at most 400"),
        (Track { levels: Bounded::default(), ..rolling.clone() }, "soft is for a track with levels"),
        (Track { levels: Bounded::from([level(300, 12), level(100, 12)]), ..rolling.clone() }, "levels rise"),
        (Track { levels: Bounded::from([level(300, 0)]), ..rolling.clone() }, "held for 1 to 24 months"),
        (Track { kind: TrackKind::Rolling { months: 25, closes_ms: None }, ..rolling.clone() }, "months of the kind"),
        (Track { kind: soon, ..rolling.clone() }, "at least 30 days ahead"),
        (Track { stamp_max: 2, ..hunt.clone() }, "stamp_max = 1"),
        (Track { levels: rolling.levels.clone(), ..hunt.clone() }, "only a rolling track"),
    ] {
        let told = of_track(&terms, now).unwrap_or_default();
        assert!(!terms.is_in_bounds(now) && told.contains(part), "{part}: {told}");
    }
    assert_eq!(of_track(&hunt, time(3 * DAY_MS)).as_deref(), Some("closes_ms is over already"));
}

#[test]
fn what_is_wrong_with_an_offer_is_named_by_its_option() {
    let (now, nordmat) = (time(DAY_MS), "nordmat".parse().expect("valid"));
    let live = lojal_types::Expiry::Never;
    let over = "1969-12".parse().or_else(|_| "1970-01".parse()).expect("a month");
    let now_later = time(40 * DAY_MS);
    let offer = Offer {
        brand: nordmat,
        from: lojal_types::Address::new([2; 20]),
        amount: Points::new(100),
        expiry: live,
        wants: "kaffet".parse().expect("valid"),
        price_num: 1,
        price_den: 2,
        wants_until: live,
        min_take: Points::new(1),
        expires_ms: now_later.plus_ms(DAY_MS),
    };
    let policy = Policy { transfer_min: Points::new(10), transfer_max: Points::new(500), ..Policy::open() };
    let told = |offer: &Offer| of_offer(offer, &policy, now_later, |points| points.to_string());
    assert_eq!(told(&offer), None);
    assert!(now < now_later);
    for (wrong, part) in [
        (Offer { wants: nordmat, ..offer.clone() }, "another brand"),
        (Offer { amount: Points::new(9), ..offer.clone() }, "at least 10 at once"),
        (Offer { amount: Points::new(501), ..offer.clone() }, "at most 500 at once"),
        (Offer { min_take: Points::new(101), ..offer.clone() }, "--at-least"),
        (Offer { expiry: over, ..offer.clone() }, "--ending"),
        (Offer { wants_until: over, ..offer.clone() }, "--paid-until"),
        (Offer { expires_ms: now_later, ..offer.clone() }, "--for"),
        (Offer { expires_ms: now_later.plus_ms(31 * DAY_MS), ..offer.clone() }, "--for"),
        (Offer { price_num: 0, ..offer.clone() }, "price"),
    ] {
        let told = told(&wrong).unwrap_or_default();
        assert!(told.contains(part), "{part}: {told}");
    }
}
